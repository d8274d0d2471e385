/* SPDX-License-Identifier: BSD-2-Clause */
/* Control messages out of TCP streams: whole ones, and what can be read of
 * those that are broken, cut, or lack bytes. */
#ifndef PPTP_MESSAGES_H
#define PPTP_MESSAGES_H

#include "format/control_stream.h"
#include "read/stream.h"
#include "read/tell.h"

/* What happened to the direction that `c` cuts. */
void pptp_messages_event(struct pptp_teller *t, struct pptp_control_stream *c,
			 enum pptp_stream_event event,
			 const struct pptp_segment *from);

#endif
