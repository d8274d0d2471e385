/* SPDX-License-Identifier: BSD-2-Clause */
/* Control connections of a capture, and the calls on them. */
#ifndef PPTP_CALL_STREAM_H
#define PPTP_CALL_STREAM_H

#include "read/call_state.h"
#include "read/stream.h"

/* What happened to one direction of a stream. */
void pptp_call_stream(struct pptp_call_state *s, enum pptp_stream_event event,
		      const struct pptp_segment *from, int64_t now);
/* Before `from` goes to the streams: a SYN where a connection is over begins
 * another one. */
void pptp_call_stream_again(struct pptp_call_state *s,
			    const struct pptp_segment *from);

#endif
