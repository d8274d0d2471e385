/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tell.h"

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
	struct pptp_control m;
	struct pptp_reader r;

	if (t->to->trace == NULL)
		return;
	pptp_reader_init(&r, message, length);
	if (pptp_control_decode(&m, &r))
		pptp_trace_control(text, &m);
	else
		pptp_trace_other(text, message, length);
	pptp_tell_text(t, PPTP_US, text);
}

/* Each piece of something else is a line, and may have a message behind it. */
static void tell_other(const struct pptp_tell *t, struct pptp_reader *in)
{
	struct pptp_control_stream *s = t->stream;
	char text[PPTP_TRACE_TEXT];

	pptp_control_stream_lose(s, s->length, in);
	pptp_trace_other(text, s->bytes, s->length);
	pptp_tell_text(t, PPTP_SERVER, text);
	pptp_control_stream_init(s);
}

void pptp_tell_received(const struct pptp_tell *t, const uint8_t *bytes,
			size_t length)
{
	enum pptp_control_found found;
	char text[PPTP_TRACE_TEXT];
	struct pptp_control m;
	struct pptp_reader in;

	if (t->stream == NULL)
		return;
	pptp_reader_init(&in, bytes, length);
	while ((found = pptp_control_stream_next(t->stream, &in, &m)) !=
	       PPTP_CONTROL_MORE) {
		if (found == PPTP_CONTROL_LOST) {
			tell_other(t, &in);
			continue;
		}
		pptp_trace_control(text, &m);
		pptp_tell_text(t, PPTP_SERVER, text);
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
