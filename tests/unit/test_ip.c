/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/ip.h"

#include "unit/claims.h"
#include "unit/vectors.h"

#define EXTENSIONS_AT 40 /* the first extension header of the vector */

static bool is_text(const struct pptp_address *a, const char *want)
{
	char text[PPTP_ADDRESS_TEXT];

	pptp_address_format(a, text);
	return strcmp(text, want) == 0;
}

static bool decode(struct pptp_ip *ip, struct pptp_reader *r,
		   const struct vector *v)
{
	*r = reader_of(v);
	return pptp_ip_decode(ip, r);
}

START_TEST(ipv4_header_is_read)
{
	struct vector v = vector(VECTOR_IP_GRE_DNS);
	struct pptp_reader r;
	struct pptp_ip ip;

	ck_assert(decode(&ip, &r, &v));
	ck_assert(is_text(&ip.source, "10.0.0.100"));
	ck_assert(is_text(&ip.destination, "10.0.0.138"));
	ck_assert_uint_eq(ip.ttl, 64);
	ck_assert_uint_eq(ip.protocol, PPTP_IP_GRE);
	ck_assert_uint_eq(ip.identification, 0x62ac);
	ck_assert(ip.dont_fragment);
	ck_assert(!ip.more_fragments);
	ck_assert(!ip.truncated);
	ck_assert_uint_eq(ip.fragment_offset, 0);
	ck_assert_uint_eq(pptp_reader_left(&ip.payload), v.length - 20);
}
END_TEST

START_TEST(ipv6_header_is_read)
{
	struct vector v = vector(VECTOR_SYN_V6);
	struct pptp_reader r;
	struct pptp_ip ip;

	ck_assert(decode(&ip, &r, &v));
	ck_assert(is_text(&ip.source, "2001:db8::1"));
	ck_assert(is_text(&ip.destination, "2001:db8::2"));
	ck_assert_uint_eq(ip.ttl, 64);
	ck_assert_uint_eq(ip.protocol, PPTP_IP_TCP);
	ck_assert_uint_eq(pptp_reader_left(&ip.payload), 32);
}
END_TEST

START_TEST(header_truncated_at_every_length_is_short)
{
	static const char *const hex[] = {VECTOR_IP_GRE_LCP, VECTOR_SYN_V6};
	static const size_t header[] = {20, 40};
	struct guarded g = guarded_new();
	struct pptp_reader r;
	struct vector v;
	struct pptp_ip ip;
	size_t i, n;

	for (i = 0; i < 2; i++) {
		v = vector(hex[i]);
		for (n = 0; n < header[i]; n++) {
			pptp_reader_init(&r, guarded_copy(&g, v.bytes, n), n);
			ck_assert(!pptp_ip_decode(&ip, &r));
			ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
		}
	}
	guarded_free(&g);
}
END_TEST

START_TEST(payload_that_the_capture_cut_goes_as_far_as_it_goes)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct guarded g = guarded_new();
	struct pptp_reader r;
	struct pptp_ip ip;
	size_t n;

	for (n = 20; n <= v.length; n++) {
		pptp_reader_init(&r, guarded_copy(&g, v.bytes, n), n);
		ck_assert(pptp_ip_decode(&ip, &r));
		ck_assert_int_eq(ip.truncated, n < v.length);
		ck_assert_uint_eq(pptp_reader_left(&ip.payload), n - 20);
		pptp_read_skip(&ip.payload, v.length);
		/* The packet was longer, so more bytes could help. */
		ck_assert_int_eq(ip.payload.error, n < v.length
						       ? PPTP_ERROR_SHORT
						       : PPTP_ERROR_MALFORMED);
	}
	guarded_free(&g);
}
END_TEST

START_TEST(ethernet_padding_is_no_payload)
{
	struct vector v = vector(VECTOR_IP_GRE_ACK);
	size_t payload = v.length - 20;
	struct pptp_reader r;
	struct pptp_ip ip;

	memset(v.bytes + v.length, 0xee, 14);
	v.length += 14;
	ck_assert(decode(&ip, &r, &v));
	ck_assert(!ip.truncated);
	ck_assert_uint_eq(pptp_reader_left(&ip.payload), payload);
	ck_assert_uint_eq(pptp_reader_left(&r), 14);
}
END_TEST

START_TEST(ipv4_options_are_skipped)
{
	struct vector v = vector("47000024000040003f2f0000 c0000201 c0000202"
				 "9404000001010100 2081880b00000001");
	struct pptp_reader r;
	struct pptp_ip ip;

	ck_assert(decode(&ip, &r, &v));
	ck_assert_uint_eq(pptp_reader_left(&ip.payload), 8);
	ck_assert_uint_eq(pptp_read_u16(&ip.payload), 0x2081);
	v.length = 27;
	ck_assert(!decode(&ip, &r, &v));
	ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
}
END_TEST

START_TEST(header_length_below_20_is_malformed)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct pptp_reader r;
	struct pptp_ip ip;
	uint8_t words;

	for (words = 0; words < 5; words++) {
		v.bytes[0] = (uint8_t)(0x40 | words);
		ck_assert(!decode(&ip, &r, &v));
		ck_assert_int_eq(r.error, PPTP_ERROR_MALFORMED);
	}
}
END_TEST

START_TEST(total_length_0_is_the_rest_of_the_data)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct pptp_reader r;
	struct pptp_ip ip;

	v.bytes[2] = v.bytes[3] = 0;
	ck_assert(decode(&ip, &r, &v));
	ck_assert_uint_eq(pptp_reader_left(&ip.payload), v.length - 20);
	ck_assert(!ip.truncated);
}
END_TEST

START_TEST(total_length_below_the_header_is_malformed)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct pptp_reader r;
	struct pptp_ip ip;

	v.bytes[2] = 0;
	for (v.bytes[3] = 1; v.bytes[3] < 20; v.bytes[3]++) {
		ck_assert(!decode(&ip, &r, &v));
		ck_assert_int_eq(r.error, PPTP_ERROR_MALFORMED);
	}
	v.bytes[3] = 20;
	ck_assert(decode(&ip, &r, &v));
	ck_assert_uint_eq(pptp_reader_left(&ip.payload), 0);
}
END_TEST

START_TEST(wrong_checksum_is_no_reason_to_refuse)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct pptp_reader r;
	struct pptp_ip ip;

	v.bytes[10] ^= 0xff;
	ck_assert(decode(&ip, &r, &v));
}
END_TEST

START_TEST(other_versions_are_malformed)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct pptp_reader r;
	struct pptp_ip ip;
	uint8_t version;

	for (version = 0; version < 16; version++) {
		v.bytes[0] = (uint8_t)(version << 4 | 5);
		if (version == 4 || version == 6)
			continue;
		ck_assert(!decode(&ip, &r, &v));
		ck_assert_int_eq(r.error, PPTP_ERROR_MALFORMED);
		ck_assert_uint_eq(r.where, 0);
	}
}
END_TEST

START_TEST(ipv4_fragment_says_where_it_belongs)
{
	struct vector v = vector("4500001c 1234 2003 40110000"
				 "c0000201c0000202 0102030405060708");
	struct pptp_reader r;
	struct pptp_ip ip;

	ck_assert(decode(&ip, &r, &v));
	ck_assert(ip.more_fragments);
	ck_assert(!ip.dont_fragment);
	ck_assert_uint_eq(ip.fragment_offset, 24);
	v.bytes[6] = 0x1f;
	v.bytes[7] = 0xff;
	ck_assert(decode(&ip, &r, &v));
	ck_assert(!ip.more_fragments);
	ck_assert_uint_eq(ip.fragment_offset, 65528);
}
END_TEST

START_TEST(ipv6_extension_headers_are_walked)
{
	struct vector v = vector(VECTOR_EXTENSIONS_V6);
	struct pptp_reader r;
	struct pptp_ip ip;

	ck_assert(decode(&ip, &r, &v));
	ck_assert_uint_eq(ip.protocol, PPTP_IP_UDP);
	ck_assert(ip.more_fragments);
	ck_assert_uint_eq(ip.fragment_offset, 0);
	ck_assert_uint_eq(ip.identification, 0x1234);
	ck_assert_uint_eq(pptp_reader_left(&ip.payload), 8);
	ck_assert_uint_eq(pptp_read_u16(&ip.payload), 1);
}
END_TEST

START_TEST(extension_headers_cut_by_the_capture_are_short)
{
	struct vector v = vector(VECTOR_EXTENSIONS_V6);
	struct guarded g = guarded_new();
	struct pptp_reader r;
	struct pptp_ip ip;
	size_t n;

	for (n = EXTENSIONS_AT; n < EXTENSIONS_AT + 24; n++) {
		pptp_reader_init(&r, guarded_copy(&g, v.bytes, n), n);
		ck_assert(!pptp_ip_decode(&ip, &r));
		ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
	}
	guarded_free(&g);
}
END_TEST

START_TEST(extension_header_past_its_packet_is_malformed)
{
	struct vector v = vector(VECTOR_EXTENSIONS_V6);
	struct pptp_reader r;
	struct pptp_ip ip;

	v.bytes[EXTENSIONS_AT + 1] = 4;
	ck_assert(!decode(&ip, &r, &v));
	ck_assert_int_eq(r.error, PPTP_ERROR_MALFORMED);
	ck_assert_uint_eq(r.where, EXTENSIONS_AT + 2);
}
END_TEST

START_TEST(what_follows_in_a_later_fragment_is_not_walked)
{
	struct vector v = vector(VECTOR_EXTENSIONS_V6);
	struct pptp_reader r;
	struct pptp_ip ip;

	v.bytes[EXTENSIONS_AT + 16] = 60; /* says destination options */
	v.bytes[EXTENSIONS_AT + 19] = 0x08;
	ck_assert(decode(&ip, &r, &v));
	ck_assert_uint_eq(ip.protocol, 60);
	ck_assert_uint_eq(ip.fragment_offset, 8);
	ck_assert_uint_eq(pptp_reader_left(&ip.payload), 8);
}
END_TEST

START_TEST(what_a_fragment_carries_begins_behind_its_header)
{
	struct vector v = vector(VECTOR_EXTENSIONS_V6);
	struct pptp_reader r;
	struct pptp_ip ip;

	v.bytes[EXTENSIONS_AT + 16] = 60;
	v.bytes[EXTENSIONS_AT + 24] = PPTP_IP_TCP; /* its own next header */
	v.bytes[EXTENSIONS_AT + 25] = 0;
	ck_assert(decode(&ip, &r, &v));
	ck_assert_uint_eq(ip.protocol, PPTP_IP_TCP);
	ck_assert_uint_eq(pptp_reader_left(&ip.payload), 0);
	ck_assert_uint_eq(ip.fragment_protocol, 60);
	ck_assert_uint_eq(pptp_reader_left(&ip.fragment), 8);
	/* That header is cut by the fragment, and whole in the packet. */
	v.bytes[EXTENSIONS_AT + 25] = 1;
	ck_assert(decode(&ip, &r, &v));
	ck_assert_uint_eq(ip.protocol, 60);
	ck_assert_uint_eq(pptp_reader_left(&ip.payload), 8);
	/* Of IPv4 it is the payload. */
	v = vector(VECTOR_SYN_V4);
	ck_assert(decode(&ip, &r, &v));
	ck_assert_uint_eq(ip.fragment_protocol, PPTP_IP_TCP);
	ck_assert_ptr_eq(ip.fragment.at, ip.payload.at);
}
END_TEST

START_TEST(joined_fragments_are_walked_past_their_headers)
{
	static const uint8_t bytes[] = {60, 0, 1, 4, 0, 0, 0, 0, 17, 0,
					1,  4, 0, 0, 0, 0, 9, 9, 9,  9};
	struct pptp_ip ip = {.source.family = 6, .fragment_protocol = 60};

	pptp_reader_init(&ip.payload, bytes, sizeof(bytes));
	ck_assert(pptp_ip_joined(&ip));
	ck_assert_uint_eq(ip.protocol, PPTP_IP_UDP);
	ck_assert_uint_eq(pptp_reader_left(&ip.payload), 4);
	pptp_reader_init(&ip.payload, bytes, 12);
	ck_assert(!pptp_ip_joined(&ip));
	/* IPv4 has no such headers: 60 is a protocol there. */
	ip.source.family = 4;
	pptp_reader_init(&ip.payload, bytes, sizeof(bytes));
	ck_assert(pptp_ip_joined(&ip));
	ck_assert_uint_eq(ip.protocol, 60);
	ck_assert_uint_eq(pptp_reader_left(&ip.payload), sizeof(bytes));
}
END_TEST

/* `count` destination options, then TCP with no bytes. */
static bool decode_chain(size_t count, struct pptp_reader *r)
{
	struct vector v = vector(VECTOR_SYN_V6);
	struct pptp_ip ip;
	size_t i;

	v.bytes[5] = (uint8_t)(8 * count);
	v.bytes[6] = 60;
	memset(v.bytes + 40, 0, 8 * count);
	for (i = 0; i < count; i++)
		v.bytes[40 + 8 * i] = i + 1 < count ? 60 : 6;
	v.length = 40 + 8 * count;
	return decode(&ip, r, &v) && ip.protocol == PPTP_IP_TCP;
}

START_TEST(ninth_extension_header_is_refused)
{
	struct pptp_reader r;

	ck_assert(decode_chain(8, &r));
	ck_assert(!decode_chain(9, &r));
	ck_assert_int_eq(r.error, PPTP_ERROR_MALFORMED);
}
END_TEST

START_TEST(ipv6_length_0_is_the_rest_unless_nothing_follows)
{
	struct vector v = vector(VECTOR_SYN_V6);
	struct pptp_reader r;
	struct pptp_ip ip;

	v.bytes[4] = v.bytes[5] = 0;
	ck_assert(decode(&ip, &r, &v));
	ck_assert_uint_eq(pptp_reader_left(&ip.payload), 32);
	v.bytes[6] = 59;
	ck_assert(decode(&ip, &r, &v));
	ck_assert_uint_eq(pptp_reader_left(&ip.payload), 0);
}
END_TEST

START_TEST(encoded_header_is_scapys_at_every_room)
{
	static const char *const hex[] = {VECTOR_SYN_V4, VECTOR_SYN_V6};
	static const size_t header[] = {20, 40};
	struct guarded g = guarded_new();
	struct pptp_reader r;
	struct pptp_writer w;
	struct vector v;
	struct pptp_ip ip;
	size_t i, room;

	for (i = 0; i < 2; i++) {
		v = vector(hex[i]);
		ck_assert(decode(&ip, &r, &v));
		for (room = 0; room <= header[i]; room++) {
			pptp_writer_init(&w, guarded_room(&g, room), room);
			pptp_ip_encode(&w, &ip, v.length - header[i]);
			ck_assert_int_eq(pptp_writer_ok(&w), room == header[i]);
		}
		ck_assert_mem_eq(w.bytes, v.bytes, header[i]);
	}
	guarded_free(&g);
}
END_TEST

static bool encodes(const struct pptp_ip *ip, size_t payload)
{
	struct pptp_writer w;
	uint8_t out[64];

	pptp_writer_init(&w, out, sizeof(out));
	pptp_ip_encode(&w, ip, payload);
	return pptp_writer_ok(&w);
}

START_TEST(addresses_of_two_versions_or_none_do_not_encode)
{
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ck_assert(!encodes(&ip, 0));
	ip.source.family = 4;
	ck_assert(!encodes(&ip, 0));
	ip.destination.family = 6;
	ck_assert(!encodes(&ip, 0));
	ip.source.family = 6;
	ck_assert(encodes(&ip, 0));
}
END_TEST

START_TEST(payload_too_long_for_its_field_does_not_encode)
{
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source.family = ip.destination.family = 4;
	ck_assert(encodes(&ip, 65515));
	ck_assert(!encodes(&ip, 65516));
	ck_assert(!encodes(&ip, SIZE_MAX));
	ip.source.family = ip.destination.family = 6;
	ck_assert(encodes(&ip, 65535));
	ck_assert(!encodes(&ip, 65536));
}
END_TEST

/* `count` empty extension headers, number `fragment` of them that of a first
 * fragment, and UDP. */
static bool extended(int count, int fragment)
{
	uint8_t bytes[40 + 12 * 8] = {0x60};
	struct pptp_reader r;
	struct pptp_ip ip;
	bool fine;

	bytes[5] = (uint8_t)(8 * count + 8);
	bytes[6] = fragment == 0 ? 44 : count > 0 ? 60 : 17;
	for (int i = 0; i < count; i++) {
		bytes[40 + 8 * i] = i + 1 == count      ? 17
				    : i + 1 == fragment ? 44
							: 60;
		bytes[40 + 8 * i + 3] = i == fragment; /* more follow */
	}
	pptp_reader_init(&r, bytes, 40 + 8 * (size_t)count + 8);
	fine = pptp_ip_decode(&ip, &r) && ip.protocol == 17;
	return fine && pptp_reader_left(&ip.payload) == 8;
}

START_TEST(eight_extension_headers_are_read_and_no_more)
{
	for (int count = 0; count < 12; count++)
		for (int fragment = -1; fragment < count; fragment++)
			ck_assert_int_eq(extended(count, fragment), count <= 8);
}
END_TEST

START_TEST(eight_of_joined_fragments_are_read_too)
{
	uint8_t bytes[12 * 8];

	for (size_t count = 1; count < 12; count++) {
		struct pptp_ip ip = {.source.family = 6,
				     .fragment_protocol = 60};

		memset(bytes, 0, sizeof(bytes));
		for (size_t i = 0; i < count; i++)
			bytes[8 * i] = i + 1 == count ? PPTP_IP_UDP : 60;
		pptp_reader_init(&ip.payload, bytes, sizeof(bytes));
		ck_assert_int_eq(pptp_ip_joined(&ip), count <= 8);
	}
}
END_TEST

START_TEST(walk_tells_a_fragment_and_a_cut)
{
	struct vector v = vector("45000020 1234 2003 40110000"
				 "c0000201c0000202 01020304");
	struct pptp_reader r;
	struct pptp_ip ip;
	struct json out;

	ck_assert(decode(&ip, &r, &v));
	pptp_ip_walk(&ip, json_open(&out));
	ck_assert_str_eq(
	    json_close(&out),
	    "{\"source\":\"192.0.2.1\",\"destination\":\"192.0.2.2\","
	    "\"ttl\":64,\"protocol\":17,\"identification\":4660,"
	    "\"dont_fragment\":false,\"more_fragments\":true,"
	    "\"fragment_offset\":24,\"truncated\":true}");
	ip.more_fragments = false; /* the last one, if of 8 bytes */
	ip.fragment_offset = 1;
	pptp_ip_walk(&ip, json_open(&out));
	ck_assert_has(json_close(&out), "\"more_fragments\":false,"
					"\"fragment_offset\":1,");
	ip.more_fragments = true; /* the first one */
	ip.fragment_offset = 0;
	pptp_ip_walk(&ip, json_open(&out));
	ck_assert_has(json_close(&out), "\"more_fragments\":true,"
					"\"fragment_offset\":0,");
	ip.more_fragments = false; /* none */
	pptp_ip_walk(&ip, json_open(&out));
	ck_assert_ptr_null(strstr(json_close(&out), "fragment_offset"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ip");

	CLAIM(s, ipv4_header_is_read);
	CLAIM(s, ipv6_header_is_read);
	CLAIM(s, header_truncated_at_every_length_is_short);
	CLAIM(s, payload_that_the_capture_cut_goes_as_far_as_it_goes);
	CLAIM(s, ethernet_padding_is_no_payload);
	CLAIM(s, ipv4_options_are_skipped);
	CLAIM(s, header_length_below_20_is_malformed);
	CLAIM(s, total_length_0_is_the_rest_of_the_data);
	CLAIM(s, total_length_below_the_header_is_malformed);
	CLAIM(s, wrong_checksum_is_no_reason_to_refuse);
	CLAIM(s, other_versions_are_malformed);
	CLAIM(s, ipv4_fragment_says_where_it_belongs);
	CLAIM(s, ipv6_extension_headers_are_walked);
	CLAIM(s, extension_headers_cut_by_the_capture_are_short);
	CLAIM(s, extension_header_past_its_packet_is_malformed);
	CLAIM(s, what_a_fragment_carries_begins_behind_its_header);
	CLAIM(s, joined_fragments_are_walked_past_their_headers);
	CLAIM(s, what_follows_in_a_later_fragment_is_not_walked);
	CLAIM(s, ninth_extension_header_is_refused);
	CLAIM(s, ipv6_length_0_is_the_rest_unless_nothing_follows);
	CLAIM(s, encoded_header_is_scapys_at_every_room);
	CLAIM(s, addresses_of_two_versions_or_none_do_not_encode);
	CLAIM(s, payload_too_long_for_its_field_does_not_encode);
	CLAIM(s, eight_extension_headers_are_read_and_no_more);
	CLAIM(s, eight_of_joined_fragments_are_read_too);
	CLAIM(s, walk_tells_a_fragment_and_a_cut);
	return run_suite(s);
}
