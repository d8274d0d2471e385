/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tell.h"

#include <string.h>

#include "net/trace.h"

void pptp_tell_text(const struct pptp_tell *t, enum pptp_side side,
		    const char *text)
{
	if (t->to->trace != NULL)
		t->to->trace(t->to->context, t->target, side, t->at_us, text);
}

void pptp_tell_sent(const struct pptp_tell *t, const void *message,
		    size_t length)
{
	char text[PPTP_TRACE_TEXT];

	if (t->to->trace == NULL)
		return;
	(void)pptp_trace_control(text, message, length);
	pptp_tell_text(t, PPTP_US, text);
}

void pptp_tell_received(const struct pptp_tell *t, const uint8_t *bytes,
			size_t length)
{
	struct pptp_tell_stream *s = t->stream;
	char text[PPTP_TRACE_TEXT];
	size_t n, used;

	while (s != NULL && length > 0) {
		n = sizeof(s->bytes) - s->length;
		if (n > length)
			n = length;
		memcpy(s->bytes + s->length, bytes, n);
		s->length += n;
		bytes += n;
		length -= n;
		while ((used = pptp_trace_control(text, s->bytes, s->length))) {
			pptp_tell_text(t, PPTP_SERVER, text);
			s->length -= used;
			memmove(s->bytes, s->bytes + used, s->length);
		}
	}
}

void pptp_tell_packet(const struct pptp_tell *t, enum pptp_side side,
		      const void *packet, size_t length)
{
	char text[PPTP_TRACE_TEXT];

	if (t->to->trace == NULL)
		return;
	pptp_trace_packet(text, packet, length);
	pptp_tell_text(t, side, text);
}
