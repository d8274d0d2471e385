/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/icmp.h"

#include "format/gre.h"

#include "unit/claims.h"
#include "unit/vectors.h"

static bool decode(struct pptp_icmp *icmp, struct pptp_ip *ip,
		   const struct vector *v)
{
	struct pptp_reader r = reader_of(v);

	ck_assert(pptp_ip_decode(ip, &r));
	return pptp_icmp_decode(icmp, ip, &ip->payload);
}

START_TEST(unreachable_tells_the_call_it_is_about)
{
	struct vector v = vector(VECTOR_UNREACHABLE_GRE);
	struct pptp_icmp icmp;
	struct pptp_gre gre;
	struct pptp_ip ip;

	ck_assert(decode(&icmp, &ip, &v));
	ck_assert(!icmp.v6);
	ck_assert_uint_eq(icmp.type, PPTP_ICMP_UNREACHABLE);
	ck_assert_uint_eq(icmp.code, 2);
	ck_assert(pptp_icmp_is_unreachable(&icmp));
	ck_assert(icmp.has_quote);
	ck_assert_uint_eq(icmp.quote.protocol, PPTP_IP_GRE);
	ck_assert(icmp.quote.truncated);
	ck_assert(pptp_address_equal(&icmp.quote.destination, &ip.source));
	ck_assert(pptp_gre_decode_quote(&gre, &icmp.quote.payload));
	ck_assert_uint_eq(gre.call_id, 0x1a2c);
	ck_assert(!gre.has_acknowledgment);
}
END_TEST

START_TEST(unreachable_of_ipv6_is_its_own_type)
{
	struct vector v = vector(VECTOR_UNREACHABLE_V6);
	struct pptp_icmp icmp;
	struct pptp_ip ip;

	ck_assert(decode(&icmp, &ip, &v));
	ck_assert(icmp.v6);
	ck_assert_uint_eq(icmp.type, PPTP_ICMPV6_UNREACHABLE);
	ck_assert_uint_eq(icmp.code, 1);
	ck_assert(pptp_icmp_is_unreachable(&icmp));
	ck_assert(icmp.has_quote);
	ck_assert_uint_eq(icmp.quote.protocol, PPTP_IP_TCP);
	icmp.type = 3; /* time exceeded there */
	ck_assert(!pptp_icmp_is_unreachable(&icmp));
	icmp.v6 = false;
	ck_assert(pptp_icmp_is_unreachable(&icmp));
}
END_TEST

START_TEST(echo_has_identifier_and_sequence_and_no_quote)
{
	struct vector v = vector(VECTOR_ECHO_V6);
	struct pptp_icmp icmp;
	struct pptp_ip ip;

	ck_assert(decode(&icmp, &ip, &v));
	ck_assert_uint_eq(icmp.type, PPTP_ICMPV6_ECHO_REQUEST);
	ck_assert_uint_eq(icmp.identifier, 0x4242);
	ck_assert_uint_eq(icmp.sequence, 3);
	ck_assert(!icmp.has_quote);
	ck_assert(!pptp_icmp_is_unreachable(&icmp));
}
END_TEST

START_TEST(header_truncated_at_every_length_is_short)
{
	static const char *const hex[] = {VECTOR_UNREACHABLE_GRE,
					  VECTOR_ECHO_V4};
	struct guarded g = guarded_new();
	struct pptp_icmp icmp;
	struct pptp_reader r;
	struct vector v;
	struct pptp_ip ip;
	size_t i, n;

	for (i = 0; i < 2; i++) {
		v = vector(hex[i]);
		for (n = 20; n < 28; n++) {
			pptp_reader_init(&r, guarded_copy(&g, v.bytes, n), n);
			ck_assert(pptp_ip_decode(&ip, &r));
			r = ip.payload;
			ck_assert(!pptp_icmp_decode(&icmp, &ip, &r));
			ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
		}
	}
	guarded_free(&g);
}
END_TEST

START_TEST(unreadable_quote_leaves_the_message_a_fact)
{
	struct vector v = vector(VECTOR_UNREACHABLE_GRE);
	struct guarded g = guarded_new();
	struct pptp_icmp icmp;
	struct pptp_reader r;
	struct pptp_ip ip;
	size_t n;

	for (n = 28; n <= v.length; n++) {
		pptp_reader_init(&r, guarded_copy(&g, v.bytes, n), n);
		ck_assert(pptp_ip_decode(&ip, &r));
		ck_assert(pptp_icmp_decode(&icmp, &ip, &ip.payload));
		ck_assert_uint_eq(icmp.code, 2);
		ck_assert_int_eq(icmp.has_quote, n >= 48);
	}
	guarded_free(&g);
	v.bytes[28] = 0x15;
	ck_assert(decode(&icmp, &ip, &v));
	ck_assert(!icmp.has_quote);
}
END_TEST

START_TEST(type_that_quotes_nothing_has_no_quote)
{
	struct vector v = vector(VECTOR_UNREACHABLE_GRE);
	struct pptp_icmp icmp;
	struct pptp_ip ip;

	v.bytes[20] = 13; /* timestamp */
	ck_assert(decode(&icmp, &ip, &v));
	ck_assert(!icmp.has_quote);
	v.bytes[20] = PPTP_ICMP_TIME_EXCEEDED;
	ck_assert(decode(&icmp, &ip, &v));
	ck_assert(icmp.has_quote);
}
END_TEST

static void check_echo(const char *from, const char *to, const char *hex)
{
	struct guarded g = guarded_new();
	struct vector v = vector(hex);
	struct pptp_ip ip;
	uint8_t *out;
	size_t room;

	memset(&ip, 0, sizeof(ip));
	ck_assert(pptp_address_parse(&ip.source, from, strlen(from)));
	ck_assert(pptp_address_parse(&ip.destination, to, strlen(to)));
	ip.ttl = 64;
	ip.identification = 0x1234;
	for (room = 0; room < v.length; room++)
		ck_assert_int_eq(pptp_icmp_echo_encode(&ip, 0x4242, 3,
						       guarded_room(&g, room),
						       room),
				 PPTP_ERROR_SPACE);
	out = guarded_room(&g, room);
	ck_assert_int_eq(pptp_icmp_echo_encode(&ip, 0x4242, 3, out, room),
			 (int)v.length);
	ck_assert_mem_eq(out, v.bytes, v.length);
	guarded_free(&g);
}

START_TEST(encoded_echo_is_scapys_in_both_versions)
{
	check_echo("192.0.2.1", "198.51.100.7", VECTOR_ECHO_V4);
	check_echo("2001:db8::1", "2001:db8::2", VECTOR_ECHO_V6);
}
END_TEST

START_TEST(walk_shows_what_was_quoted)
{
	struct vector v = vector(VECTOR_UNREACHABLE_GRE);
	struct pptp_icmp icmp;
	struct pptp_ip ip;
	struct json out;

	ck_assert(decode(&icmp, &ip, &v));
	pptp_icmp_walk(&icmp, json_open(&out));
	json_close(&out);
	ck_assert_has(out.text, "{\"type\":3,\"code\":2,\"quote\":{"
				"\"source\":\"192.0.2.1\","
				"\"destination\":\"198.51.100.7\",");
	ck_assert_has(out.text, "\"protocol\":47,");
	ck_assert_has(out.text, "\"gre\":{\"flags\":8321,"
				"\"payload_length\":0,\"call_id\":6700}");

	v = vector(VECTOR_UNREACHABLE_V6);
	ck_assert(decode(&icmp, &ip, &v));
	pptp_icmp_walk(&icmp, json_open(&out));
	json_close(&out);
	ck_assert_has(out.text,
		      "\"source_port\":40000,\"destination_port\":1723}}");
}
END_TEST

/* Byte 54: the next header of the IPv6 header that is quoted from byte 48 on;
 * 88: what comes after it. */
START_TEST(quoted_udp_shows_its_ports_and_others_none)
{
	static const struct {
		uint8_t protocol;
		size_t length;
		bool ports;
	} rows[] = {{17, 92, true}, {17, 91, false}, {17, 89, false},
		    {6, 92, true},  {6, 91, false},  {132, 92, false},
		    {47, 92, false}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vector v = vector(VECTOR_UNREACHABLE_V6);
		struct pptp_icmp icmp;
		struct pptp_ip ip;
		struct json out;

		v.bytes[54] = rows[i].protocol;
		v.length = rows[i].length;
		ck_assert(decode(&icmp, &ip, &v));
		ck_assert(icmp.has_quote);
		pptp_icmp_walk(&icmp, json_open(&out));
		json_close(&out);
		ck_assert_int_eq(strstr(out.text, "\"source_port\":40000,"
						  "\"destination_port\":1723}"
						  "}") != NULL,
				 rows[i].ports);
		ck_assert_int_eq(strstr(out.text, "_port") != NULL,
				 rows[i].ports);
	}
}
END_TEST

/* RFC 792 and RFC 4443, 2.1: an IPv6 error is below 128; four are defined. */
START_TEST(errors_alone_quote)
{
	static const uint8_t v4[] = {3, 4, 5, 11, 12}, v6[] = {1, 2, 3, 4};

	for (unsigned type = 0; type < 256; type++) {
		struct vector v = vector(VECTOR_UNREACHABLE_GRE);
		struct pptp_icmp icmp;
		struct pptp_ip ip;

		v.bytes[20] = (uint8_t)type;
		ck_assert(decode(&icmp, &ip, &v));
		ck_assert_int_eq(icmp.has_quote,
				 memchr(v4, (int)type, sizeof(v4)) != NULL);
		v = vector(VECTOR_UNREACHABLE_V6);
		v.bytes[40] = (uint8_t)type;
		ck_assert(decode(&icmp, &ip, &v));
		ck_assert_int_eq(icmp.has_quote,
				 memchr(v6, (int)type, sizeof(v6)) != NULL);
	}
}
END_TEST

START_TEST(quote_of_a_later_fragment_shows_no_ports)
{
	struct vector v = vector(VECTOR_UNREACHABLE_GRE);
	struct pptp_icmp icmp;
	struct pptp_ip ip;
	struct json out;

	v.bytes[28 + 7] = 1;
	ck_assert(decode(&icmp, &ip, &v));
	pptp_icmp_walk(&icmp, json_open(&out));
	json_close(&out);
	ck_assert_has(out.text, "\"fragment_offset\":8");
	ck_assert_has_not(out.text, "gre");
}
END_TEST

/* RFC 792 and 4443: what each type and code means for who waits. */
START_TEST(each_type_and_code_is_of_one_kind)
{
	static const uint8_t hard[2][6] = {{2, 3, 9, 10, 13, 13},
					   {1, 4, 5, 6, 6, 6}};

	for (int v6 = 0; v6 < 2; v6++)
		for (unsigned type = 0; type < 256; type++)
			for (unsigned code = 0; code < 256; code++) {
				struct pptp_icmp icmp = {.v6 = v6 != 0,
							 .type = (uint8_t)type,
							 .code = (uint8_t)code};
				bool gone = type == (v6 ? 1 : 3);

				ck_assert_int_eq(
				    pptp_icmp_is_unreachable(&icmp), gone);
				ck_assert_int_eq(pptp_icmp_is_failure(&icmp),
						 gone || type == (v6 ? 3 : 11));
				ck_assert_int_eq(
				    pptp_icmp_is_hard(&icmp),
				    gone && memchr(hard[v6], (int)code, 6));
			}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("icmp");

	CLAIM(s, unreachable_tells_the_call_it_is_about);
	CLAIM(s, unreachable_of_ipv6_is_its_own_type);
	CLAIM(s, echo_has_identifier_and_sequence_and_no_quote);
	CLAIM(s, header_truncated_at_every_length_is_short);
	CLAIM(s, unreadable_quote_leaves_the_message_a_fact);
	CLAIM(s, type_that_quotes_nothing_has_no_quote);
	CLAIM(s, encoded_echo_is_scapys_in_both_versions);
	CLAIM(s, walk_shows_what_was_quoted);
	CLAIM(s, quoted_udp_shows_its_ports_and_others_none);
	CLAIM(s, errors_alone_quote);
	CLAIM(s, quote_of_a_later_fragment_shows_no_ports);
	CLAIM(s, each_type_and_code_is_of_one_kind);
	return run_suite(s);
}
