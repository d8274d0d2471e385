/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/gre.h"

#include <string.h>

/* The first two bytes (RFC 2637 4.1) */
enum {
	CHECKSUM = 0x8000,
	ROUTING = 0x4000,
	KEY = 0x2000,
	SEQUENCE = 0x1000,
	ACKNOWLEDGMENT = 0x0080,
	VERSION = 0x0007,
};

bool pptp_gre_is_enhanced(const void *bytes, size_t length)
{
	struct pptp_reader r;
	uint16_t flags, protocol;

	pptp_reader_init(&r, bytes, length);
	flags = pptp_read_u16(&r);
	protocol = pptp_read_u16(&r);
	return pptp_reader_ok(&r) && (flags & VERSION) == 1 &&
	       protocol == PPTP_GRE_PROTOCOL;
}

/* The eight bytes that are always there. */
static void read_start(struct pptp_gre *gre, struct pptp_reader *r)
{
	memset(gre, 0, sizeof(*gre));
	gre->flags = pptp_read_u16(r);
	if ((gre->flags & VERSION) != 1)
		pptp_reader_fail(r, "GRE version is not 1");
	else if (gre->flags & (CHECKSUM | ROUTING))
		pptp_reader_fail(r, "GRE checksum or routing bit is set");
	else if (!(gre->flags & KEY))
		pptp_reader_fail(r, "GRE key bit is clear");
	if (pptp_read_u16(r) != PPTP_GRE_PROTOCOL)
		pptp_reader_fail(r, "GRE protocol is not 0x880b");
	gre->payload_length = pptp_read_u16(r);
	gre->call_id = pptp_read_u16(r);
}

static void read_sequence(struct pptp_gre *gre, struct pptp_reader *r)
{
	gre->sequence_number = pptp_read_u32(r);
	gre->has_sequence = pptp_reader_ok(r);
}

static void read_acknowledgment(struct pptp_gre *gre, struct pptp_reader *r)
{
	gre->acknowledgment_number = pptp_read_u32(r);
	gre->has_acknowledgment = pptp_reader_ok(r);
}

bool pptp_gre_decode(struct pptp_gre *gre, struct pptp_reader *r)
{
	read_start(gre, r);
	if (gre->flags & SEQUENCE)
		read_sequence(gre, r);
	if (gre->flags & ACKNOWLEDGMENT)
		read_acknowledgment(gre, r);
	gre->payload = pptp_read_sub(r, gre->payload_length);
	return pptp_reader_ok(r);
}

bool pptp_gre_decode_quote(struct pptp_gre *gre, struct pptp_reader *r)
{
	bool fits;

	read_start(gre, r);
	fits = !(gre->flags & SEQUENCE) || pptp_reader_left(r) >= 4;
	if (fits && gre->flags & SEQUENCE)
		read_sequence(gre, r);
	if (fits && gre->flags & ACKNOWLEDGMENT && pptp_reader_left(r) >= 4)
		read_acknowledgment(gre, r);
	gre->payload = pptp_read_sub(r, pptp_reader_left(r));
	gre->payload.nested = false;
	return pptp_reader_ok(r);
}

void pptp_gre_encode(struct pptp_writer *w, const struct pptp_gre *gre,
		     const void *payload, size_t length)
{
	unsigned flags = KEY | 1;

	if (length > 0xffff) {
		w->failed = true;
		return;
	}
	if (gre->has_sequence)
		flags |= SEQUENCE;
	if (gre->has_acknowledgment)
		flags |= ACKNOWLEDGMENT;
	pptp_write_u16(w, (uint16_t)flags);
	pptp_write_u16(w, PPTP_GRE_PROTOCOL);
	pptp_write_u16(w, (uint16_t)length);
	pptp_write_u16(w, gre->call_id);
	if (gre->has_sequence)
		pptp_write_u32(w, gre->sequence_number);
	if (gre->has_acknowledgment)
		pptp_write_u32(w, gre->acknowledgment_number);
	pptp_write_bytes(w, payload, length);
}

int pptp_gre_packet_encode(const struct pptp_ip *ip, const struct pptp_gre *gre,
			   const void *payload, size_t length, void *packet,
			   size_t room)
{
	size_t header =
	    8u + 4u * gre->has_sequence + 4u * gre->has_acknowledgment;
	struct pptp_ip outer = *ip;
	struct pptp_writer w;

	if (length > 0xffff)
		return PPTP_ERROR_SPACE;
	outer.protocol = PPTP_IP_GRE;
	pptp_writer_init(&w, packet, room);
	pptp_ip_encode(&w, &outer, header + length);
	pptp_gre_encode(&w, gre, payload, length);
	return pptp_writer_ok(&w) ? (int)w.length : PPTP_ERROR_SPACE;
}

void pptp_gre_walk(const struct pptp_gre *gre, struct pptp_sink *s)
{
	s->number(s, "flags", gre->flags);
	s->number(s, "payload_length", gre->payload_length);
	s->number(s, "call_id", gre->call_id);
	if (gre->has_sequence)
		s->number(s, "sequence_number", gre->sequence_number);
	if (gre->has_acknowledgment)
		s->number(s, "acknowledgment_number",
			  gre->acknowledgment_number);
}
