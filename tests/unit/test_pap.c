/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/pap.h"

#include "unit/vectors_ppp.h"

START_TEST(a_request_has_a_peer_and_a_password)
{
	struct vector v = vector(FRAME_PAP_REQUEST);
	struct pptp_ppp_packet p = packet_of(&v);
	struct pptp_pap pap;

	ck_assert(pptp_pap_decode(&pap, &p));
	ck_assert_uint_eq(pap.peer_id_length, 13);
	ck_assert_mem_eq(pap.peer_id, "administrator", 13);
	ck_assert_uint_eq(pap.password_length, 15);
	ck_assert_mem_eq(pap.password, "secret_password", 15);
}
END_TEST

START_TEST(the_walk_never_shows_a_password)
{
	ck_assert_walks(FRAME_PAP_REQUEST,
			"{\"layer\":\"pap\",\"protocol\":49187,"
			"\"protocol_name\":\"pap\",\"code\":1,"
			"\"name\":\"authenticate-request\","
			"\"identifier\":42,\"length\":34,"
			"\"peer_id\":\"administrator\","
			"\"password_length\":15}");
}
END_TEST

START_TEST(a_broken_request_does_not_show_its_password_either)
{
	struct json out;
	struct vector v = vector(FRAME_PAP_REQUEST);
	size_t at;

	for (at = 2; at < v.length; at++) {
		v = vector(FRAME_PAP_REQUEST);
		v.bytes[at]++;
		walked_bytes(&out, v.bytes, v.length);
		ck_assert_has_not(out.text, "secret");
		ck_assert_has_not(out.text, "736563726574");
		ck_assert_has_not(out.text, "_pass");
		v.bytes[at] = 0xff;
		walked_bytes(&out, v.bytes, v.length);
		ck_assert_has_not(out.text, "secret");
		ck_assert_has_not(out.text, "736563726574");
	}
}
END_TEST

START_TEST(answers_have_a_message)
{
	struct json out;

	ck_assert_has(walked(&out, FRAME_PAP_NAK),
		      "\"name\":\"authenticate-nak\",\"identifier\":42,"
		      "\"length\":17,\"message\":\"Bad password\"}");
	ck_assert_has(walked(&out, FRAME_PAP_ACK),
		      "\"length\":5,\"message\":\"\"}");
}
END_TEST

START_TEST(an_answer_without_message_length_is_fine)
{
	struct vector v = vector(FRAME_PAP_ACK_EMPTY);
	struct pptp_ppp_packet p = packet_of(&v);
	struct pptp_pap pap;

	ck_assert(pptp_pap_decode(&pap, &p));
	ck_assert_uint_eq(pap.message_length, 0);
	ck_assert_walks(FRAME_PAP_ACK_EMPTY,
			"{\"layer\":\"pap\",\"protocol\":49187,"
			"\"protocol_name\":\"pap\",\"code\":2,"
			"\"name\":\"authenticate-ack\",\"identifier\":1,"
			"\"length\":4,\"message\":\"\"}");
}
END_TEST

START_TEST(lengths_past_the_packet_are_malformed)
{
	static const char *const bad[] = {
	    "c023 01 01 0004",         "c023 01 01 0006 0261",
	    "c023 01 01 0006 0161",    "c023 01 01 0008 0161 0262",
	    "c023 02 01 0006 0261 ff", "c023 03 01 0005 ff",
	};
	struct pptp_ppp_packet p;
	struct pptp_pap pap;
	struct json out;
	struct vector v;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		v = vector(bad[i]);
		p = packet_of(&v);
		ck_assert(!pptp_pap_decode(&pap, &p));
		ck_assert_has(walked(&out, bad[i]),
			      "\"why\":\"runs past the length around it\"");
	}
}
END_TEST

START_TEST(unknown_codes_are_malformed_and_show_nothing)
{
	struct json out;

	ck_assert_has(walked(&out, "c023 04 01 0006 6162"),
		      "\"length\":6,\"malformed\":{\"why\":"
		      "\"unknown PAP code\",\"offset\":6}}");
}
END_TEST

START_TEST(hostile_names_keep_every_byte)
{
	struct json out;

	ck_assert_has(walked(&out, "c023 01 01 0009 03 00 22 ff 00"),
		      "\"peer_id\":\"\\u0000\\\"\\u00ff\","
		      "\"password_length\":0}");
}
END_TEST

START_TEST(truncated_at_every_length_is_short)
{
	ck_assert_truncations(FRAME_PAP_REQUEST, 36);
	ck_assert_truncations(FRAME_PAP_NAK, 19);
	ck_assert_truncations(FRAME_PAP_ACK_EMPTY, 8);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("pap");

	CLAIM(s, a_request_has_a_peer_and_a_password);
	CLAIM(s, the_walk_never_shows_a_password);
	CLAIM(s, a_broken_request_does_not_show_its_password_either);
	CLAIM(s, answers_have_a_message);
	CLAIM(s, an_answer_without_message_length_is_fine);
	CLAIM(s, lengths_past_the_packet_are_malformed);
	CLAIM(s, unknown_codes_are_malformed_and_show_nothing);
	CLAIM(s, hostile_names_keep_every_byte);
	CLAIM(s, truncated_at_every_length_is_short);
	return run_suite(s);
}
