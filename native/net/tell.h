/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of one conversation, for who asked to see them. Where nobody did,
 * nothing is decoded. */
#ifndef PPTP_TELL_H
#define PPTP_TELL_H

#include "format/control.h"
#include "net/prober.h"

/* The server's control messages, put together as they come in any pieces. */
struct pptp_tell_stream {
	size_t length;
	uint8_t bytes[PPTP_CONTROL_MAX];
};

struct pptp_tell {
	const struct pptp_prober_config *config; /* its `trace`, or NULL */
	const struct pptp_address *source, *target;
	struct pptp_tell_stream *stream; /* NULL: bytes are not told */
	int64_t at_us;                   /* since the conversation's start */
};

void pptp_tell_text(const struct pptp_tell *t, enum pptp_side side,
		    const char *text);
void pptp_tell_sent(const struct pptp_tell *t, const void *message,
		    size_t length);
void pptp_tell_received(const struct pptp_tell *t, const uint8_t *bytes,
			size_t length);
/* Ours or the server's, by its addresses. */
void pptp_tell_packet(const struct pptp_tell *t, const void *packet,
		      size_t length);

#endif
