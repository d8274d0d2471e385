/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tell.h"

#include <string.h>

#include "format/ip.h"
#include "net/trace.h"

void pptp_tell_text(const struct pptp_tell *t, enum pptp_side side,
		    const char *text)
{
	if (t->config->trace != NULL)
		t->config->trace(t->config->context, t->target, side, t->at_us,
				 text);
}

void pptp_tell_sent(const struct pptp_tell *t, const void *message,
		    size_t length)
{
	char text[PPTP_TRACE_TEXT];

	if (t->config->trace == NULL)
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

static enum pptp_side side_of(const struct pptp_tell *t, const void *packet,
			      size_t length)
{
	struct pptp_reader r;
	struct pptp_ip ip;

	pptp_reader_init(&r, packet, length);
	return pptp_ip_decode(&ip, &r) &&
		       pptp_address_equal(&ip.source, t->source) &&
		       !pptp_address_equal(&ip.source, t->target)
		   ? PPTP_US
		   : PPTP_SERVER;
}

void pptp_tell_packet(const struct pptp_tell *t, const void *packet,
		      size_t length)
{
	char text[PPTP_TRACE_TEXT];

	if (t->config->trace == NULL)
		return;
	pptp_trace_packet(text, packet, length);
	pptp_tell_text(t, side_of(t, packet, length), text);
}
