/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/eap.h"

#include <stdio.h>

#include "unit/vectors_ppp.h"

START_TEST(an_identity_prompt_is_text)
{
	ck_assert_walks(FRAME_EAP_IDENTITY,
			"{\"layer\":\"eap\",\"protocol\":49703,"
			"\"protocol_name\":\"eap\",\"code\":1,"
			"\"name\":\"request\",\"identifier\":5,"
			"\"length\":10,\"type\":1,"
			"\"type_name\":\"identity\",\"text\":\"hello\"}");
}
END_TEST

START_TEST(other_types_are_hexadecimal)
{
	struct json out;

	ck_assert_has(walked(&out, FRAME_EAP_NAK),
		      "\"name\":\"response\",\"identifier\":5,\"length\":6,"
		      "\"type\":3,\"type_name\":\"legacy_nak\","
		      "\"data\":\"04\"}");
	ck_assert_has(walked(&out, "c227 01 01 0006 c8 00"),
		      "\"type\":200,\"data\":\"00\"}");
}
END_TEST

/* CERT/CC, the capture for CVE-2020-8597: an MD5-Challenge whose name of 256
 * bytes overran pppd's; compressed framing here leaves out FF 03. */
START_TEST(an_overlong_name_is_only_long)
{
	struct vector v = vector("c22701000116 04 10");
	struct json out;

	memset(v.bytes + v.length, 'A', 272);
	v.length += 272;
	walked_bytes(&out, v.bytes, v.length);
	ck_assert_has(out.text, "\"length\":278,\"type\":4,"
				"\"type_name\":\"md5_challenge\","
				"\"data\":\"104141");
	ck_assert_has_not(out.text, "malformed");
}
END_TEST

START_TEST(success_and_failure_have_no_type)
{
	struct vector v = vector("c227 03 01 0004");
	struct pptp_ppp_packet p = packet_of(&v);
	struct json out;
	struct pptp_eap e;

	ck_assert(pptp_eap_decode(&e, &p));
	ck_assert(!e.has_type);
	ck_assert_uint_eq(e.data_length, 0);
	ck_assert_has(walked(&out, "c227 03 01 0004"),
		      "\"name\":\"success\",\"identifier\":1,"
		      "\"length\":4}");
	ck_assert_has(walked(&out, "c227 04 01 0004"), "\"name\":\"failure\"");
}
END_TEST

START_TEST(a_request_without_a_type_is_malformed)
{
	struct vector v = vector("c227 01 01 0004 01");
	struct pptp_ppp_packet p = packet_of(&v);
	struct json out;
	struct pptp_eap e;

	ck_assert(!pptp_eap_decode(&e, &p));
	ck_assert(!e.has_type);
	ck_assert_has(walked(&out, "c227 01 01 0004 01"),
		      "\"malformed\":{\"why\":"
		      "\"runs past the length around it\",\"offset\":6}");
}
END_TEST

START_TEST(an_identity_request_encodes_and_decodes_to_the_same)
{
	static const char prompt[] = "who are you?\0networkid=x";
	struct pptp_ppp_packet p;
	struct pptp_writer w;
	struct pptp_reader r;
	uint8_t bytes[64];
	struct pptp_eap e;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_eap_identity_encode(&w, 77, prompt, sizeof(prompt) - 1);
	ck_assert(pptp_writer_ok(&w));
	pptp_reader_init(&r, bytes, w.length);
	ck_assert(pptp_ppp_packet_decode(&p, &r));
	ck_assert_uint_eq(p.code, PPTP_EAP_REQUEST);
	ck_assert_uint_eq(p.identifier, 77);
	ck_assert(pptp_eap_decode(&e, &p));
	ck_assert_uint_eq(e.type, 1);
	ck_assert_uint_eq(e.data_length, sizeof(prompt) - 1);
	ck_assert_mem_eq(e.data, prompt, sizeof(prompt) - 1);
}
END_TEST

START_TEST(an_identity_request_that_does_not_fit_fails)
{
	static const uint8_t prompt[65536];
	static uint8_t bytes[70000];
	struct pptp_writer w;
	size_t room;

	for (room = 0; room < 8; room++) {
		pptp_writer_init(&w, bytes, room);
		pptp_eap_identity_encode(&w, 1, prompt, 3);
		ck_assert(!pptp_writer_ok(&w));
	}
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_eap_identity_encode(&w, 1, prompt, 65530);
	ck_assert(pptp_writer_ok(&w));
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_eap_identity_encode(&w, 1, prompt, 65531);
	ck_assert(!pptp_writer_ok(&w));
}
END_TEST

START_TEST(types_are_known_or_null)
{
	ck_assert_str_eq(pptp_eap_type_name(13), "tls");
	ck_assert_str_eq(pptp_eap_type_name(26), "mschap_v2");
	ck_assert_str_eq(pptp_eap_type_name(254), "expanded");
	ck_assert_ptr_null(pptp_eap_type_name(0));
	ck_assert_ptr_null(pptp_eap_type_name(200));
}
END_TEST

/* RFC 3748 5.1, 5.2, 5.5, 5.6: displayable, in UTF-8. */
START_TEST(text_is_told_only_where_it_is_text)
{
	static const uint8_t with_text[] = {1, 2, 5, 6};
	static const char hex[] = "0123456789abcdef";
	char frame[64];
	struct json out;

	for (unsigned type = 0; type < 256; type++) {
		bool has = memchr(with_text, (int)type, 4) != NULL;

		snprintf(frame, sizeof(frame),
			 "c227 01 01 0009 %c%c 68 c3 a9 09", hex[type >> 4],
			 hex[type & 15]);
		ck_assert_has(walked(&out, frame),
			      has ? "\"text\":\"h\\u00c3\\u00a9\\u0009\"}"
				  : "\"data\":\"68c3a909\"}");
	}
	for (unsigned c = 0; c < 256; c++) {
		bool is = (c >= 0x20 && c != 0x7f) || c == '\t' || c == '\n' ||
			  c == '\r';

		snprintf(frame, sizeof(frame), "c227 01 01 0006 01 %02x", c);
		walked(&out, frame);
		ck_assert((strstr(out.text, "\"text\":") != NULL) == is);
		ck_assert((strstr(out.text, "\"data\":") != NULL) == !is);
	}
	ck_assert_has(walked(&out, "c227 02 01 0009 01 00 1b 22 ff"),
		      "\"data\":\"001b22ff\"}");
	ck_assert_has(walked(&out, "c227 01 01 0005 01"), "\"text\":\"\"}");
}
END_TEST

START_TEST(truncated_at_every_length_is_short)
{
	ck_assert_truncations(FRAME_EAP_IDENTITY, 12);
	ck_assert_truncations(FRAME_EAP_NAK, 8);
	ck_assert_truncations("c22703010004", 6);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("eap");

	CLAIM(s, an_identity_prompt_is_text);
	CLAIM(s, other_types_are_hexadecimal);
	CLAIM(s, an_overlong_name_is_only_long);
	CLAIM(s, success_and_failure_have_no_type);
	CLAIM(s, a_request_without_a_type_is_malformed);
	CLAIM(s, an_identity_request_encodes_and_decodes_to_the_same);
	CLAIM(s, an_identity_request_that_does_not_fit_fails);
	CLAIM(s, types_are_known_or_null);
	CLAIM(s, text_is_told_only_where_it_is_text);
	CLAIM(s, truncated_at_every_length_is_short);
	return run_suite(s);
}
