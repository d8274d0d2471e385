/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/tcp.h"

#include "unit/claims.h"
#include "unit/vectors.h"

START_TEST(syn_ack_is_read_with_its_options)
{
	struct vector v = vector(VECTOR_TCP_SYN_ACK);
	struct pptp_reader r = reader_of(&v);
	struct pptp_tcp tcp;

	ck_assert(pptp_tcp_decode(&tcp, &r));
	ck_assert_uint_eq(tcp.source_port, 1723);
	ck_assert_uint_eq(tcp.destination_port, 40000);
	ck_assert_uint_eq(tcp.sequence_number, 7);
	ck_assert_uint_eq(tcp.acknowledgment_number, 8);
	ck_assert_uint_eq(tcp.flags, PPTP_TCP_SYN | PPTP_TCP_ACK);
	ck_assert_uint_eq(tcp.window, 65160);
	ck_assert_uint_eq(tcp.mss, 1452);
	ck_assert_uint_eq(tcp.options_length, 20);
	ck_assert_uint_eq(pptp_reader_left(&tcp.payload), 0);
}
END_TEST

START_TEST(truncated_at_every_length_is_short)
{
	struct vector v = vector(VECTOR_TCP_SYN_ACK);
	struct guarded g = guarded_new();
	struct pptp_reader r;
	struct pptp_tcp tcp;
	size_t n;

	for (n = 0; n < v.length; n++) {
		pptp_reader_init(&r, guarded_copy(&g, v.bytes, n), n);
		ck_assert(!pptp_tcp_decode(&tcp, &r));
		ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
	}
	guarded_free(&g);
}
END_TEST

START_TEST(header_length_below_20_is_malformed)
{
	struct vector v = vector(VECTOR_TCP_SYN_ACK);
	struct pptp_reader r;
	struct pptp_tcp tcp;
	uint8_t words;

	for (words = 0; words < 5; words++) {
		v.bytes[12] = (uint8_t)(words << 4);
		r = reader_of(&v);
		ck_assert(!pptp_tcp_decode(&tcp, &r));
		ck_assert_int_eq(r.error, PPTP_ERROR_MALFORMED);
	}
}
END_TEST

START_TEST(header_longer_than_its_packet_is_malformed)
{
	struct vector v = vector(VECTOR_SYN_V4);
	struct pptp_reader r = reader_of(&v);
	struct pptp_tcp tcp;
	struct pptp_ip ip;

	v.bytes[20 + 12] = 0x90;
	ck_assert(pptp_ip_decode(&ip, &r));
	ck_assert(!pptp_tcp_decode(&tcp, &ip.payload));
	ck_assert_int_eq(ip.payload.error, PPTP_ERROR_MALFORMED);
}
END_TEST

START_TEST(end_of_a_segment_is_not_the_end_of_a_message)
{
	struct vector v = vector(VECTOR_SYN_V4);
	struct pptp_reader r = reader_of(&v);
	struct pptp_tcp tcp;
	struct pptp_ip ip;

	v.bytes[20 + 12] = 0x50; /* the options become payload */
	ck_assert(pptp_ip_decode(&ip, &r));
	ck_assert(pptp_tcp_decode(&tcp, &ip.payload));
	ck_assert_uint_eq(tcp.mss, 0);
	ck_assert_uint_eq(pptp_reader_left(&tcp.payload), 12);
	pptp_read_skip(&tcp.payload, 13);
	ck_assert_int_eq(tcp.payload.error, PPTP_ERROR_SHORT);
	ck_assert_uint_eq(tcp.payload.missing, 1);
}
END_TEST

/* The SYN-ACK with these options instead of its own. */
static const char *options_of(const char *hex, uint16_t *mss, struct json *out)
{
	struct vector v = vector(VECTOR_TCP_SYN_ACK);
	struct vector options = vector(hex);
	struct guarded g = guarded_new();
	struct pptp_reader r;
	struct pptp_tcp tcp;
	struct pptp_sink *s = json_open(out);

	v.bytes[12] = (uint8_t)((20 + options.length) << 2);
	memcpy(v.bytes + 20, options.bytes, options.length);
	v.length = 20 + options.length;
	pptp_reader_init(&r, guarded_copy(&g, v.bytes, v.length), v.length);
	ck_assert(pptp_tcp_decode(&tcp, &r));
	*mss = tcp.mss;
	pptp_tcp_options_walk(tcp.options, tcp.options_length, s, "o");
	guarded_free(&g);
	return json_close(out);
}

START_TEST(options_are_walked_in_order)
{
	struct json out;
	uint16_t mss;

	ck_assert_str_eq(
	    options_of("020405b4 0101 0402 01 030307 fd03aa 00 020400", &mss,
		       &out),
	    "{\"o\":[{\"kind\":2,\"name\":\"mss\",\"value\":1460},"
	    "{\"kind\":1,\"name\":\"nop\"},{\"kind\":1,\"name\":\"nop\"},"
	    "{\"kind\":4,\"name\":\"sack_permitted\"},"
	    "{\"kind\":1,\"name\":\"nop\"},"
	    "{\"kind\":3,\"name\":\"window_scale\",\"value\":7},"
	    "{\"kind\":253,\"value\":\"aa\"},"
	    "{\"kind\":0,\"name\":\"end\"}]}");
	ck_assert_uint_eq(mss, 1460);
}
END_TEST

START_TEST(broken_option_ends_the_list_and_refuses_nothing)
{
	struct json out;
	uint16_t mss;

	ck_assert_has(options_of("05000000 020405b4", &mss, &out),
		      "{\"kind\":5,\"malformed\":"
		      "\"TCP option length below 2\"");
	ck_assert_uint_eq(mss, 0);
	ck_assert_has(options_of("05010000 020405b4", &mss, &out),
		      "{\"kind\":5,\"malformed\":"
		      "\"TCP option length below 2\"");
	ck_assert_has(options_of("020405b4 01010203", &mss, &out),
		      "{\"kind\":2,\"malformed\":");
	ck_assert_uint_eq(mss, 1460);
	ck_assert_has(options_of("01010102", &mss, &out),
		      "{\"kind\":2,\"malformed\":");
	ck_assert_uint_eq(mss, 0);
	ck_assert_str_eq(options_of("", &mss, &out), "{\"o\":[]}");
}
END_TEST

START_TEST(mss_of_a_wrong_size_is_none)
{
	struct json out;
	uint16_t mss;

	ck_assert_has(options_of("020305 01", &mss, &out),
		      "{\"kind\":2,\"name\":\"mss\",\"value\":\"05\"}");
	ck_assert_uint_eq(mss, 0);
	/* after the end of the list it is none either */
	options_of("00000000 020405b4", &mss, &out);
	ck_assert_uint_eq(mss, 0);
}
END_TEST

static struct pptp_ip syn_ip(const char *from, const char *to)
{
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ck_assert(pptp_address_parse(&ip.source, from, strlen(from)));
	ck_assert(pptp_address_parse(&ip.destination, to, strlen(to)));
	ip.identification = 0x1234;
	ip.ttl = 64;
	return ip;
}

static void check_syn(const struct pptp_ip *ip, uint16_t window,
		      const char *hex)
{
	struct guarded g = guarded_new();
	struct vector v = vector(hex);
	struct pptp_tcp tcp;
	uint8_t *out = NULL;
	size_t room;

	memset(&tcp, 0, sizeof(tcp));
	tcp.source_port = 40000;
	tcp.destination_port = 1723;
	tcp.sequence_number = 0x01020304;
	tcp.window = window;
	for (room = 0; room < v.length; room++)
		ck_assert_int_eq(
		    pptp_tcp_syn_encode(ip, &tcp, guarded_room(&g, room), room),
		    PPTP_ERROR_SPACE);
	out = guarded_room(&g, room);
	ck_assert_int_eq(pptp_tcp_syn_encode(ip, &tcp, out, room),
			 (int)v.length);
	ck_assert_mem_eq(out, v.bytes, v.length);
	guarded_free(&g);
}

START_TEST(encoded_syn_is_scapys_in_both_versions)
{
	struct pptp_ip ip = syn_ip("192.0.2.1", "198.51.100.7");

	check_syn(&ip, 64240, VECTOR_SYN_V4);
	ip = syn_ip("2001:db8::1", "2001:db8::2");
	check_syn(&ip, 64800, VECTOR_SYN_V6);
}
END_TEST

START_TEST(walk_has_all_fields)
{
	struct vector v = vector(VECTOR_TCP_SYN_ACK);
	struct pptp_reader r = reader_of(&v);
	struct pptp_tcp tcp;
	struct json out;

	ck_assert(pptp_tcp_decode(&tcp, &r));
	pptp_tcp_walk(&tcp, json_open(&out));
	json_close(&out);
	ck_assert_has(out.text,
		      "{\"source_port\":1723,\"destination_port\":40000,"
		      "\"sequence_number\":7,\"acknowledgment_number\":8,"
		      "\"flags\":18,\"window\":65160,\"options\":[");
	ck_assert_has(out.text, "],\"payload_length\":0}");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tcp");

	CLAIM(s, syn_ack_is_read_with_its_options);
	CLAIM(s, truncated_at_every_length_is_short);
	CLAIM(s, header_length_below_20_is_malformed);
	CLAIM(s, header_longer_than_its_packet_is_malformed);
	CLAIM(s, end_of_a_segment_is_not_the_end_of_a_message);
	CLAIM(s, options_are_walked_in_order);
	CLAIM(s, broken_option_ends_the_list_and_refuses_nothing);
	CLAIM(s, mss_of_a_wrong_size_is_none);
	CLAIM(s, encoded_syn_is_scapys_in_both_versions);
	CLAIM(s, walk_has_all_fields);
	return run_suite(s);
}
