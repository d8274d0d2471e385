/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/tcp.h"

#include <string.h>

#include "format/checksum.h"
#include "format/field.h"

#define TCP_HEADER 20

enum {
	OPTION_END = 0,
	OPTION_NOP = 1,
	OPTION_MSS = 2,
	OPTION_WINDOW_SCALE = 3,
	OPTION_SACK_PERMITTED = 4,
};

struct option {
	uint8_t kind, size; /* of the value */
	const uint8_t *value;
};

/* False at the end of the list, and with `r` failed where it breaks. */
static bool next_option(struct pptp_reader *r, struct option *o)
{
	uint8_t length;

	memset(o, 0, sizeof(*o));
	if (pptp_reader_left(r) == 0)
		return false;
	o->kind = pptp_read_u8(r);
	if (o->kind == OPTION_END || o->kind == OPTION_NOP)
		return true;
	length = pptp_read_u8(r);
	if (length < 2)
		pptp_reader_fail(r, "TCP option length below 2");
	if (!pptp_reader_ok(r))
		return false;
	o->size = (uint8_t)(length - 2);
	o->value = pptp_read_bytes(r, o->size);
	return pptp_reader_ok(r);
}

static uint16_t value_u16(const struct option *o)
{
	struct pptp_reader r;

	pptp_reader_init(&r, o->value, o->size);
	return pptp_read_u16(&r);
}

/* Broken options are no reason to refuse a segment: they are facts. */
static uint16_t find_mss(const uint8_t *options, size_t length)
{
	struct pptp_reader r;
	struct option o;

	pptp_reader_init(&r, options, length);
	while (next_option(&r, &o) && o.kind != OPTION_END)
		if (o.kind == OPTION_MSS && o.size == 2)
			return value_u16(&o);
	return 0;
}

bool pptp_tcp_decode(struct pptp_tcp *tcp, struct pptp_reader *r)
{
	struct pptp_reader payload;
	uint8_t header;

	memset(tcp, 0, sizeof(*tcp));
	tcp->source_port = pptp_read_u16(r);
	tcp->destination_port = pptp_read_u16(r);
	tcp->sequence_number = pptp_read_u32(r);
	tcp->acknowledgment_number = pptp_read_u32(r);
	header = (uint8_t)((pptp_read_u8(r) >> 4) * 4);
	if (header < TCP_HEADER)
		pptp_reader_fail(r, "TCP header length below 20");
	tcp->flags = pptp_read_u8(r);
	tcp->window = pptp_read_u16(r);
	pptp_read_skip(r, 4);
	if (!pptp_reader_ok(r))
		return false;
	tcp->options_length = (uint8_t)(header - TCP_HEADER);
	tcp->options = pptp_read_bytes(r, tcp->options_length);
	if (!pptp_reader_ok(r))
		return false;
	tcp->mss = find_mss(tcp->options, tcp->options_length);
	payload = pptp_read_sub(r, pptp_reader_left(r));
	/* The stream goes on in the next segment. */
	payload.nested = false;
	tcp->payload = payload;
	return true;
}

static void write_syn(struct pptp_writer *w, const struct pptp_tcp *tcp,
		      uint16_t mss)
{
	pptp_write_u16(w, tcp->source_port);
	pptp_write_u16(w, tcp->destination_port);
	pptp_write_u32(w, tcp->sequence_number);
	pptp_write_u32(w, 0);
	pptp_write_u16(w, 8 << 12 | PPTP_TCP_SYN);
	pptp_write_u16(w, tcp->window);
	pptp_write_u32(w, 0); /* checksum and urgent pointer */
	pptp_write_u16(w, OPTION_MSS << 8 | 4);
	pptp_write_u16(w, mss);
	pptp_write_u16(w, OPTION_NOP << 8 | OPTION_NOP);
	pptp_write_u16(w, OPTION_SACK_PERMITTED << 8 | 2);
	pptp_write_u16(w, OPTION_NOP << 8 | OPTION_WINDOW_SCALE);
	pptp_write_u16(w, 3 << 8 | 7);
}

int pptp_tcp_syn_encode(const struct pptp_ip *ip, const struct pptp_tcp *tcp,
			void *packet, size_t room)
{
	const size_t size = TCP_HEADER + 12;
	struct pptp_ip header = *ip;
	struct pptp_writer w;
	uint32_t sum;
	size_t start;

	header.protocol = PPTP_IP_TCP;
	pptp_writer_init(&w, packet, room);
	pptp_ip_encode(&w, &header, size);
	start = w.length;
	write_syn(&w, tcp, ip->source.family == 6 ? 1440 : 1460);
	if (!pptp_writer_ok(&w))
		return PPTP_ERROR_SPACE;
	sum = pptp_checksum_pseudo(&ip->source, &ip->destination, PPTP_IP_TCP,
				   (uint32_t)size);
	sum = pptp_checksum_add(sum, w.bytes + start, size);
	pptp_patch_u16(&w, start + 16, pptp_checksum_end(sum));
	return (int)w.length;
}

static const struct pptp_name option_names[] = {
    {OPTION_END, "end"},
    {OPTION_NOP, "nop"},
    {OPTION_MSS, "mss"},
    {OPTION_WINDOW_SCALE, "window_scale"},
    {OPTION_SACK_PERMITTED, "sack_permitted"},
    {5, "sack"},
    {8, "timestamps"},
    {19, "md5_signature"},
    {28, "user_timeout"},
    {29, "authentication"},
    {30, "multipath"},
    {34, "fast_open"},
};

static void walk_option(const struct option *o, struct pptp_sink *s)
{
	const char *name = pptp_name_of(
	    option_names, sizeof(option_names) / sizeof(option_names[0]),
	    o->kind);

	s->number(s, "kind", o->kind);
	if (name != NULL)
		pptp_sink_string(s, "name", name);
	if (o->kind == OPTION_MSS && o->size == 2)
		s->number(s, "value", value_u16(o));
	else if (o->kind == OPTION_WINDOW_SCALE && o->size == 1)
		s->number(s, "value", o->value[0]);
	else if (o->size > 0)
		pptp_sink_hex(s, "value", o->value, o->size);
}

void pptp_tcp_options_walk(const uint8_t *options, size_t length,
			   struct pptp_sink *s, const char *key)
{
	struct pptp_reader r;
	struct option o;

	pptp_reader_init(&r, options, length);
	s->array(s, key);
	while (next_option(&r, &o)) {
		s->object(s, NULL);
		walk_option(&o, s);
		s->end(s);
		if (o.kind == OPTION_END)
			break;
	}
	if (!pptp_reader_ok(&r)) {
		s->object(s, NULL);
		s->number(s, "kind", o.kind);
		pptp_sink_string(s, "malformed", r.why);
		s->end(s);
	}
	s->end(s);
}

void pptp_tcp_walk(const struct pptp_tcp *tcp, struct pptp_sink *s)
{
	s->number(s, "source_port", tcp->source_port);
	s->number(s, "destination_port", tcp->destination_port);
	s->number(s, "sequence_number", tcp->sequence_number);
	s->number(s, "acknowledgment_number", tcp->acknowledgment_number);
	s->number(s, "flags", tcp->flags);
	s->number(s, "window", tcp->window);
	if (tcp->options_length > 0)
		pptp_tcp_options_walk(tcp->options, tcp->options_length, s,
				      "options");
	s->number(s, "payload_length",
		  (int64_t)pptp_reader_left(&tcp->payload));
}
