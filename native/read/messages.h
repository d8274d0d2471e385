/* SPDX-License-Identifier: BSD-2-Clause */
/* Control messages out of TCP streams: whole ones, and what can be read of
 * those that are broken, cut, or lack bytes. */
#ifndef PPTP_MESSAGES_H
#define PPTP_MESSAGES_H

#include "format/control.h"
#include "read/stream.h"
#include "read/tell.h"

struct pptp_partial { /* a control message that is not whole yet */
	uint8_t bytes[PPTP_CONTROL_MAX];
	size_t length;
	bool lost; /* until a segment begins with a good header */
};

/* What happened to the direction that `p` belongs to. */
void pptp_messages_event(struct pptp_teller *t, struct pptp_partial *p,
			 enum pptp_stream_event event,
			 const struct pptp_segment *from);

#endif
