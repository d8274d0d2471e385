/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/ip.h"

#include <string.h>

#include "format/checksum.h"

#define IPV4_HEADER    20
#define IPV6_HEADER    40
#define EXTENSIONS_MAX 8

/* IPv6 extension headers (RFC 8200 4) */
enum {
	HOP_BY_HOP = 0,
	ROUTING = 43,
	FRAGMENT = 44,
	NO_NEXT = 59,
	DESTINATION = 60,
};

/* Into one that is all zeros. */
static inline void read_address(struct pptp_address *a, struct pptp_reader *r,
				uint8_t family, size_t size)
{
	const uint8_t *bytes = pptp_read_bytes(r, size);

	a->family = family;
	if (bytes != NULL)
		memcpy(a->bytes, bytes, size);
}

/* `length` bytes by the header's word, or what the capture kept of them. */
static void take_payload(struct pptp_ip *ip, struct pptp_reader *r,
			 size_t length, bool trusted)
{
	size_t left = pptp_reader_left(r);
	struct pptp_reader payload;

	ip->truncated = trusted && length > left;
	if (trusted && length < left)
		left = length;
	payload = pptp_read_sub(r, left);
	/* The capture ended there, not the packet: more is short, not wrong. */
	payload.nested = trusted && !ip->truncated;
	ip->payload = payload;
	ip->fragment = payload;
}

static void decode_v4(struct pptp_ip *ip, struct pptp_reader *r)
{
	size_t header = (size_t)(pptp_read_u8(r) & 15) * 4, total;
	uint16_t fragment;

	if (header < IPV4_HEADER)
		pptp_reader_fail(r, "IPv4 header length below 20");
	pptp_read_skip(r, 1);
	total = pptp_read_u16(r);
	/* Segmentation offload leaves 0 there. */
	if (total != 0 && total < header)
		pptp_reader_fail(r, "IPv4 total length below its header");
	ip->identification = pptp_read_u16(r);
	fragment = pptp_read_u16(r);
	ip->dont_fragment = fragment & 0x4000;
	ip->more_fragments = fragment & 0x2000;
	ip->fragment_offset = (uint16_t)((fragment & 0x1fff) * 8);
	ip->ttl = pptp_read_u8(r);
	ip->protocol = pptp_read_u8(r);
	pptp_read_skip(r, 2);
	read_address(&ip->source, r, 4, 4);
	read_address(&ip->destination, r, 4, 4);
	if (!pptp_reader_ok(r))
		return;
	pptp_read_skip(r, header - IPV4_HEADER);
	take_payload(ip, r, total - header, total != 0);
	ip->fragment_protocol = ip->protocol;
}

static void read_fragment(struct pptp_ip *ip, struct pptp_reader *r)
{
	uint16_t fragment;

	pptp_read_skip(r, 1);
	fragment = pptp_read_u16(r);
	ip->fragment_offset = fragment & 0xfff8;
	ip->more_fragments = fragment & 1;
	pptp_read_skip(r, 2);
	ip->identification = pptp_read_u16(r);
}

static bool is_extension(uint8_t protocol)
{
	return protocol == HOP_BY_HOP || protocol == ROUTING ||
	       protocol == DESTINATION || protocol == FRAGMENT;
}

/* Moves the payload past one extension header. */
static void skip_extension(struct pptp_ip *ip)
{
	struct pptp_reader *r = &ip->payload;
	uint8_t next = pptp_read_u8(r);

	if (ip->protocol == FRAGMENT)
		read_fragment(ip, r);
	else
		pptp_read_skip(r, (size_t)pptp_read_u8(r) * 8 + 6);
	if (pptp_reader_ok(r))
		ip->protocol = next;
}

static bool is_fragment(const struct pptp_ip *ip)
{
	return ip->more_fragments || ip->fragment_offset > 0;
}

/* `whole`: past all of them; else up to the fragment header of a packet that
 * is in fragments. */
static void skip(struct pptp_ip *ip, bool whole, int *count)
{
	while (is_extension(ip->protocol) && (whole || !is_fragment(ip))) {
		if ((*count)++ == EXTENSIONS_MAX)
			pptp_reader_fail(&ip->payload,
					 "too many IPv6 extension headers");
		skip_extension(ip);
		if (!pptp_reader_ok(&ip->payload))
			return;
	}
}

/* What follows the fragment header stands in the first fragment only, and
 * perhaps not all of it. */
static void skip_extensions(struct pptp_ip *ip)
{
	struct pptp_ip first;
	int count = 0;

	skip(ip, false, &count);
	ip->fragment = ip->payload;
	ip->fragment_protocol = ip->protocol;
	if (!is_fragment(ip) || ip->fragment_offset > 0)
		return;
	first = *ip;
	skip(&first, true, &count);
	if (pptp_reader_ok(&first.payload))
		*ip = first;
}

bool pptp_ip_joined(struct pptp_ip *ip)
{
	int count = 0;

	ip->protocol = ip->fragment_protocol;
	if (ip->source.family == 6)
		skip(ip, true, &count);
	return pptp_reader_ok(&ip->payload);
}

static void decode_v6(struct pptp_ip *ip, struct pptp_reader *r)
{
	size_t length;

	pptp_read_skip(r, 4);
	length = pptp_read_u16(r);
	ip->protocol = pptp_read_u8(r);
	ip->ttl = pptp_read_u8(r);
	read_address(&ip->source, r, 6, 16);
	read_address(&ip->destination, r, 6, 16);
	take_payload(ip, r, length, length != 0 || ip->protocol == NO_NEXT);
	skip_extensions(ip);
	pptp_reader_join(r, &ip->payload);
}

bool pptp_ip_decode(struct pptp_ip *ip, struct pptp_reader *r)
{
	uint8_t version = pptp_peek_u8(r) >> 4;

	memset(ip, 0, sizeof(*ip));
	if (pptp_reader_left(r) == 0)
		pptp_read_skip(r, 1); /* too short */
	else if (version == 4)
		decode_v4(ip, r);
	else if (version == 6)
		decode_v6(ip, r);
	else
		pptp_reader_fail(r, "neither IPv4 nor IPv6");
	return pptp_reader_ok(r);
}

static void encode_v4(struct pptp_writer *w, const struct pptp_ip *ip,
		      size_t payload)
{
	size_t start = w->length;
	uint32_t sum;

	pptp_write_u16(w, 0x4500);
	pptp_write_u16(w, (uint16_t)(IPV4_HEADER + payload));
	pptp_write_u16(w, ip->identification);
	pptp_write_u16(w, 0x4000);
	pptp_write_u8(w, ip->ttl);
	pptp_write_u8(w, ip->protocol);
	pptp_write_u16(w, 0);
	pptp_write_bytes(w, ip->source.bytes, 4);
	pptp_write_bytes(w, ip->destination.bytes, 4);
	if (!pptp_writer_ok(w))
		return;
	sum = pptp_checksum_add(0, w->bytes + start, IPV4_HEADER);
	pptp_patch_u16(w, start + 10, pptp_checksum_end(sum));
}

static void encode_v6(struct pptp_writer *w, const struct pptp_ip *ip,
		      size_t payload)
{
	pptp_write_u32(w, 0x60000000);
	pptp_write_u16(w, (uint16_t)payload);
	pptp_write_u8(w, ip->protocol);
	pptp_write_u8(w, ip->ttl);
	pptp_write_bytes(w, ip->source.bytes, 16);
	pptp_write_bytes(w, ip->destination.bytes, 16);
}

void pptp_ip_encode(struct pptp_writer *w, const struct pptp_ip *ip,
		    size_t payload)
{
	uint8_t family = ip->source.family;
	size_t header = family == 4 ? IPV4_HEADER : 0;

	if (family != ip->destination.family || payload > 0xffff - header)
		w->failed = true;
	else if (family == 4)
		encode_v4(w, ip, payload);
	else if (family == 6)
		encode_v6(w, ip, payload);
	else
		w->failed = true;
}

static void walk_address(const struct pptp_address *a, struct pptp_sink *s,
			 const char *key)
{
	char text[PPTP_ADDRESS_TEXT];

	s->text(s, key, text, pptp_address_format(a, text));
}

void pptp_ip_walk(const struct pptp_ip *ip, struct pptp_sink *s)
{
	walk_address(&ip->source, s, "source");
	walk_address(&ip->destination, s, "destination");
	s->number(s, "ttl", ip->ttl);
	s->number(s, "protocol", ip->protocol);
	if (ip->source.family == 4) {
		s->number(s, "identification", ip->identification);
		s->boolean(s, "dont_fragment", ip->dont_fragment);
	}
	if (ip->more_fragments || ip->fragment_offset > 0) {
		s->boolean(s, "more_fragments", ip->more_fragments);
		s->number(s, "fragment_offset", ip->fragment_offset);
	}
	if (ip->truncated)
		s->boolean(s, "truncated", true);
}
