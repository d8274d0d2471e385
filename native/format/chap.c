/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/chap.h"

#include <string.h>

static void read_value(struct pptp_chap *c, struct pptp_reader *r)
{
	memset(c, 0, sizeof(*c));
	c->value_size = pptp_read_u8(r);
	c->value = pptp_read_bytes(r, c->value_size);
	c->name_length = (uint16_t)pptp_reader_left(r);
	c->name = pptp_read_bytes(r, c->name_length);
}

static bool has_value(const struct pptp_ppp_packet *p)
{
	return p->code == PPTP_CHAP_CHALLENGE || p->code == PPTP_CHAP_RESPONSE;
}

bool pptp_chap_decode(struct pptp_chap *c, const struct pptp_ppp_packet *p)
{
	struct pptp_reader r = p->data;

	read_value(c, &r);
	return has_value(p) && pptp_reader_ok(&r);
}

void pptp_chap_challenge_encode(struct pptp_writer *w, uint8_t identifier,
				const void *value, uint8_t size,
				const void *name, size_t name_length)
{
	size_t start = w->length;

	if (name_length > UINT16_MAX - 5u - size) {
		w->failed = true;
		return;
	}
	pptp_ppp_packet_encode(w, PPTP_CHAP_CHALLENGE, identifier, NULL, 0);
	pptp_write_u8(w, size);
	pptp_write_bytes(w, value, size);
	pptp_write_bytes(w, name, name_length);
	pptp_patch_u16(w, start + 2, (uint16_t)(w->length - start));
}

static void walk_value(struct pptp_reader r, struct pptp_sink *s)
{
	struct pptp_chap c;
	bool has_size = pptp_reader_left(&r) > 0;

	read_value(&c, &r);
	if (has_size)
		s->number(s, "value_size", c.value_size);
	if (pptp_reader_ok(&r)) {
		pptp_sink_hex(s, "value", c.value, c.value_size);
		s->text(s, "peer_name", c.name, c.name_length);
	}
	pptp_ppp_malformed_walk(&r, s);
}

void pptp_chap_walk(const struct pptp_ppp_packet *p, struct pptp_sink *s)
{
	struct pptp_reader r = p->data;
	size_t length = pptp_reader_left(&r);

	if (has_value(p))
		walk_value(r, s);
	else if (p->code == PPTP_CHAP_SUCCESS || p->code == PPTP_CHAP_FAILURE)
		s->text(s, "message", pptp_read_bytes(&r, length), length);
	else
		pptp_ppp_data_walk(r, s);
}
