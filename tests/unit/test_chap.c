/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/chap.h"

#include "unit/vectors_ppp.h"

START_TEST(value_and_name_fill_the_packet)
{
	struct vector v = vector(FRAME_CHALLENGE_HIPER);
	struct pptp_ppp_packet p = packet_of(&v);
	struct pptp_chap c;

	ck_assert(pptp_chap_decode(&c, &p));
	ck_assert_uint_eq(c.value_size, 16);
	ck_assert_mem_eq(c.value, v.bytes + 7, 16);
	ck_assert_uint_eq(c.name_length, 13);
	ck_assert_mem_eq(c.name, "HiPer.att.net", 13);
}
END_TEST

START_TEST(a_challenge_shows_its_value_and_its_peers_name)
{
	ck_assert_walks(FRAME_CHALLENGE,
			"{\"layer\":\"chap\",\"protocol\":49699,"
			"\"protocol_name\":\"chap\",\"code\":1,"
			"\"name\":\"challenge\",\"identifier\":47,"
			"\"length\":18,\"value_size\":7,"
			"\"value\":\"42424242424242\","
			"\"peer_name\":\"server\"}");
}
END_TEST

START_TEST(a_response_in_a_capture_is_read_too)
{
	struct json out;

	ck_assert_has(walked(&out, FRAME_RESPONSE),
		      "\"name\":\"response\",\"identifier\":47,"
		      "\"length\":27,\"value_size\":16");
	ck_assert_has(out.text, "\"peer_name\":\"client\"}");
}
END_TEST

START_TEST(success_and_failure_have_a_message)
{
	struct json out;

	ck_assert_has(walked(&out, FRAME_CHAP_SUCCESS),
		      "\"name\":\"success\",\"identifier\":47,"
		      "\"length\":4,\"message\":\"\"}");
	ck_assert_has(walked(&out, FRAME_CHAP_FAILURE),
		      "\"message\":\"Go away\"}");
}
END_TEST

START_TEST(other_codes_are_hexadecimal)
{
	struct json out;
	struct vector v = vector("c223 07 01 0006 00ff");
	struct pptp_ppp_packet p = packet_of(&v);
	struct pptp_chap c;

	ck_assert(!pptp_chap_decode(&c, &p));
	ck_assert_has(walked(&out, "c223070100060 0ff"),
		      "\"name\":\"change-password-3\",\"identifier\":1,"
		      "\"length\":6,\"data\":\"00ff\"}");
}
END_TEST

static void ck_assert_challenge(size_t size, size_t name_length)
{
	static const uint8_t value[255] = {1, 2, 3}, name[300] = {'n'};
	struct guarded g = guarded_new();
	size_t length = 5 + size + name_length;
	uint8_t *bytes = guarded_room(&g, length);
	struct pptp_ppp_packet p;
	struct pptp_writer w;
	struct pptp_reader r;
	struct pptp_chap c;

	pptp_writer_init(&w, bytes, length);
	pptp_chap_challenge_encode(&w, 9, value, (uint8_t)size, name,
				   name_length);
	ck_assert(pptp_writer_ok(&w));
	ck_assert_uint_eq(w.length, length);
	pptp_reader_init(&r, bytes, length);
	ck_assert(pptp_ppp_packet_decode(&p, &r));
	ck_assert_uint_eq(p.identifier, 9);
	ck_assert(pptp_chap_decode(&c, &p));
	ck_assert_uint_eq(c.value_size, size);
	ck_assert_mem_eq(c.value, value, size);
	ck_assert_uint_eq(c.name_length, name_length);
	ck_assert_mem_eq(c.name, name, name_length);
	guarded_free(&g);
}

START_TEST(challenges_of_0_to_255_bytes_encode_and_decode_to_the_same)
{
	size_t size;

	for (size = 0; size <= 255; size++) {
		ck_assert_challenge(size, 0);
		ck_assert_challenge(size, 300);
	}
}
END_TEST

START_TEST(a_challenge_that_does_not_fit_fails)
{
	static const uint8_t name[65536];
	static uint8_t bytes[70000];
	struct pptp_writer w;
	size_t room;

	for (room = 0; room < 12; room++) {
		pptp_writer_init(&w, bytes, room);
		pptp_chap_challenge_encode(&w, 9, name, 4, name, 3);
		ck_assert(!pptp_writer_ok(&w));
	}
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_chap_challenge_encode(&w, 9, name, 255, name, 65275);
	ck_assert(pptp_writer_ok(&w));
	ck_assert_uint_eq(w.length, 65535);
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_chap_challenge_encode(&w, 9, name, 255, name, 65276);
	ck_assert(!pptp_writer_ok(&w));
}
END_TEST

START_TEST(a_value_size_past_the_packet_is_malformed)
{
	struct json out;
	struct vector v = vector("c223 01 01 0008 04 aabbcc ffffff");
	struct pptp_ppp_packet p = packet_of(&v);
	struct pptp_chap c;

	ck_assert(!pptp_chap_decode(&c, &p));
	ck_assert_has(walked(&out, "c223 01 01 0008 04 aabbcc ffffff"),
		      "\"value_size\":4,\"malformed\":{\"why\":"
		      "\"runs past the length around it\",\"offset\":7}");
}
END_TEST

START_TEST(a_challenge_without_a_value_size_is_malformed)
{
	struct json out;

	ck_assert_has(walked(&out, "c223 01 01 0004"),
		      "\"length\":4,\"malformed\":{\"why\":"
		      "\"runs past the length around it\",\"offset\":6}");
}
END_TEST

START_TEST(hostile_names_keep_every_byte)
{
	struct json out;

	ck_assert_has(walked(&out, "c223 01 01 000d 00 00 1b5b324a 22 5c ff"),
		      "\"peer_name\":\"\\u0000\\u001b[2J\\\"\\\\\\u00ff\"}");
}
END_TEST

START_TEST(truncated_at_every_length_is_short)
{
	ck_assert_truncations(FRAME_CHALLENGE_HIPER, 36);
	ck_assert_truncations(FRAME_RESPONSE, 29);
	ck_assert_truncations(FRAME_CHAP_FAILURE, 13);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("chap");

	CLAIM(s, value_and_name_fill_the_packet);
	CLAIM(s, a_challenge_shows_its_value_and_its_peers_name);
	CLAIM(s, a_response_in_a_capture_is_read_too);
	CLAIM(s, success_and_failure_have_a_message);
	CLAIM(s, other_codes_are_hexadecimal);
	CLAIM(s, challenges_of_0_to_255_bytes_encode_and_decode_to_the_same);
	CLAIM(s, a_challenge_that_does_not_fit_fails);
	CLAIM(s, a_value_size_past_the_packet_is_malformed);
	CLAIM(s, a_challenge_without_a_value_size_is_malformed);
	CLAIM(s, hostile_names_keep_every_byte);
	CLAIM(s, truncated_at_every_length_is_short);
	return run_suite(s);
}
