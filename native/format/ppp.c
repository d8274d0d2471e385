/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/ppp.h"

#include <string.h>

enum {
	ADDRESS = 0xff,
	CONTROL = 0x03,
	HEADER = PPTP_PPP_HEADER,
};

/* RFC 1661 6.5: 00ff is never assigned, so a first byte of ff can be nothing
 * but the address, even where protocols are compressed. */
static bool skip_address_control(struct pptp_reader *r)
{
	struct pptp_reader ahead = *r;

	if (pptp_read_u8(&ahead) != ADDRESS)
		return false;
	if (pptp_read_u8(&ahead) != CONTROL)
		pptp_reader_fail(&ahead, "PPP address without its control");
	*r = ahead;
	return pptp_reader_ok(r);
}

bool pptp_ppp_frame_decode(struct pptp_ppp_frame *f, struct pptp_reader *r)
{
	struct pptp_reader ahead;

	memset(f, 0, sizeof(*f));
	f->has_address_control = skip_address_control(r);
	ahead = *r;
	f->protocol_length = pptp_read_u8(&ahead) & 1 ? 1 : 2;
	/* Where nothing is left, one byte might be enough. */
	if (f->protocol_length == 1 || !pptp_reader_ok(&ahead))
		f->protocol = pptp_read_u8(r);
	else
		f->protocol = pptp_read_u16(r);
	f->payload = pptp_read_sub(r, pptp_reader_left(r));
	f->payload.nested = r->nested;
	return pptp_reader_ok(r);
}

void pptp_ppp_frame_encode(struct pptp_writer *w, uint16_t protocol)
{
	pptp_write_u8(w, ADDRESS);
	pptp_write_u8(w, CONTROL);
	pptp_write_u16(w, protocol);
}

bool pptp_ppp_packet_decode(struct pptp_ppp_packet *p, struct pptp_reader *r)
{
	struct pptp_reader ahead;

	memset(p, 0, sizeof(*p));
	p->code = pptp_read_u8(r);
	p->identifier = pptp_read_u8(r);
	ahead = *r;
	p->length = pptp_read_u16(&ahead);
	if (pptp_reader_ok(&ahead) && p->length < HEADER)
		pptp_reader_fail(r, "PPP packet's length is below 4");
	pptp_read_skip(r, 2);
	p->data = pptp_read_sub(
	    r, pptp_reader_ok(r) ? p->length - (size_t)HEADER : 0);
	return pptp_reader_ok(r);
}

void pptp_ppp_packet_encode(struct pptp_writer *w, uint8_t code,
			    uint8_t identifier, const void *data, size_t length)
{
	if (length > UINT16_MAX - HEADER) {
		w->failed = true;
		return;
	}
	pptp_write_u8(w, code);
	pptp_write_u8(w, identifier);
	pptp_write_u16(w, (uint16_t)(length + HEADER));
	pptp_write_bytes(w, data, length);
}

bool pptp_option_next(struct pptp_reader *options, struct pptp_option *o)
{
	struct pptp_reader ahead;

	memset(o, 0, sizeof(*o));
	if (pptp_reader_left(options) == 0)
		return false;
	o->type = pptp_read_u8(options);
	ahead = *options;
	if (pptp_read_u8(&ahead) < 2 && pptp_reader_ok(&ahead))
		pptp_reader_fail(options, "option's length is below 2");
	o->length = pptp_read_u8(options);
	if (pptp_reader_ok(options))
		o->value = pptp_read_bytes(options, o->length - 2u);
	return pptp_reader_ok(options);
}

void pptp_option_encode(struct pptp_writer *w, uint8_t type, const void *value,
			size_t length)
{
	if (length > UINT8_MAX - 2) {
		w->failed = true;
		return;
	}
	pptp_write_u8(w, type);
	pptp_write_u8(w, (uint8_t)(length + 2));
	pptp_write_bytes(w, value, length);
}

bool pptp_ppp_is_ncp(uint16_t protocol)
{
	return protocol >= 0x8000 && protocol <= 0xbfff;
}

void pptp_ppp_malformed_walk(const struct pptp_reader *r, struct pptp_sink *s)
{
	if (pptp_reader_ok(r))
		return;
	s->object(s, "malformed");
	pptp_sink_string(s, "why", r->why);
	s->number(s, "offset", (int64_t)r->where);
	s->end(s);
}

static bool is_printable(const uint8_t *bytes, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (bytes[i] < 0x20 || bytes[i] > 0x7e)
			return false;
	return length > 0;
}

void pptp_ppp_data_walk(struct pptp_reader data, struct pptp_sink *s)
{
	size_t length = pptp_reader_left(&data);
	const uint8_t *bytes = pptp_read_bytes(&data, length);

	if (length == 0)
		return;
	pptp_sink_hex(s, "data", bytes, length);
	if (is_printable(bytes, length))
		s->text(s, "text", bytes, length);
}
