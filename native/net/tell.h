/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of one conversation, for who asked to see them. Where nobody did,
 * nothing is decoded. */
#ifndef PPTP_NET_TELL_H
#define PPTP_NET_TELL_H

#include "core/record.h"
#include "format/control_stream.h"

/* One line a message, for people; `trace` NULL: none. `side` says who sent it,
 * `at_us` how long after the conversation's start, and `text`, safe for
 * terminals, what it was. */
struct pptp_tell_to {
	void (*trace)(void *context, const struct pptp_address *target,
		      enum pptp_side side, int64_t at_us, const char *text);
	void *context;
};

struct pptp_tell {
	const struct pptp_tell_to *to;
	const struct pptp_address *target;
	/* What the server sends; NULL: bytes are not told. */
	struct pptp_control_stream *stream;
	int64_t at_us; /* since the conversation's start */
};

void pptp_tell_text(const struct pptp_tell *t, enum pptp_side side,
		    const char *text);
void pptp_tell_sent(const struct pptp_tell *t, const void *message,
		    size_t length);
void pptp_tell_received(const struct pptp_tell *t, const uint8_t *bytes,
			size_t length);
void pptp_tell_packet(const struct pptp_tell *t, enum pptp_side side,
		      const void *packet, size_t length);

#endif
