/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/messages.h"

#include "unit/captures.h"

START_TEST(control_message_is_one_flat_object)
{
	struct capture *c = capture(101);
	struct said *out;

	add_message(c, 1, VECTOR_ECHO_REPLY);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 1);
	ck_assert_str_eq(
	    out->text,
	    "{\"frame\":1,\"time\":\"2023-11-14T22:13:21.000042Z\","
	    "\"source\":\"192.0.2.2\",\"destination\":\"192.0.2.1\","
	    "\"source_port\":1723,\"destination_port\":40000,"
	    "\"layer\":\"control\",\"control_message_type\":6,"
	    "\"name\":\"Echo-Reply\",\"length\":20,\"pptp_message_type\":1,"
	    "\"magic_cookie\":439041101,\"reserved0\":0,\"identifier\":42,"
	    "\"result_code\":1,\"error_code\":0,\"reserved1\":0}\n");
}
END_TEST

START_TEST(message_split_at_every_byte_is_one_message)
{
	struct vector v = vector(VECTOR_SCCRP);

	for (size_t n = 1; n < v.length; n++) {
		struct capture *c = capture(101);
		struct said *out;

		add_segment(c, 1, v.bytes, n);
		add_segment(c, 1 + (uint32_t)n, v.bytes + n, v.length - n);
		out = decode(c);
		ck_assert_uint_eq(out->objects, 1);
		ck_assert_has(out->text, "\"frame\":2,");
		ck_assert_has(out->text, "\"host_name\":\"linux\"");
		ck_assert_has_not(out->text, "malformed");
	}
}
END_TEST

START_TEST(single_bytes_and_merged_messages_are_the_same_messages)
{
	struct capture *c = capture(101);
	struct vector v = vector(VECTOR_TWO_MESSAGES VECTOR_ECHO_REQUEST);
	struct said *out;

	for (size_t i = 0; i < v.length; i++)
		add_segment(c, 1 + (uint32_t)i, v.bytes + i, 1);
	add_segment(c, 1 + (uint32_t)v.length, v.bytes, v.length);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 6);
	ck_assert_has(object(out, 1), "\"control_message_type\":13,");
	ck_assert_has(object(out, 2), "\"frame\":180,");
	for (unsigned i = 3; i < 6; i++)
		ck_assert_has(object(out, i), "\"frame\":181,");
	ck_assert_has_not(out->text, "malformed");
}
END_TEST

START_TEST(retransmitted_message_is_shown_once)
{
	struct capture *c = capture(101);
	struct said *out;

	add_message(c, 1, VECTOR_ECHO_REQUEST);
	add_message(c, 1, VECTOR_ECHO_REQUEST);
	add_message(c, 1, VECTOR_ECHO_REQUEST VECTOR_STOP_CCRQ);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 1), "\"frame\":3,");
	ck_assert_has(object(out, 1), "\"reason\":3,");
}
END_TEST

START_TEST(broken_stream_is_told_once_and_taken_up_again)
{
	struct capture *c = capture(101);
	struct vector junk = vector(VECTOR_HTTP);
	struct said *out;

	add_message(c, 1, VECTOR_ECHO_REQUEST "0010000200000000");
	add_segment(c, 25, junk.bytes, junk.length);
	add_message(c, 25 + (uint32_t)junk.length, VECTOR_ECHO_REQUEST);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 3);
	ck_assert_has(object(out, 1), "\"frame\":1,");
	ck_assert_has(object(out, 1), "\"layer\":\"control\",\"malformed\":"
				      "{\"why\":\"PPTP message type is not 1\""
				      ",\"offset\":4}}");
	ck_assert_has(object(out, 2), "\"frame\":3,");
	ck_assert_has(object(out, 2), "\"identifier\":42");
}
END_TEST

START_TEST(other_protocol_on_the_port_is_malformed)
{
	struct capture *c = capture(101);
	struct said *out;

	add_message(c, 1, VECTOR_HTTP);
	add_message(c, 49, VECTOR_HTTP);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has(out->text, "\"malformed\":{\"why\":\"control message "
				 "length\",\"offset\":2}");
}
END_TEST

START_TEST(missing_segment_is_told_with_its_offset)
{
	struct capture *c = capture(101);
	struct vector v = vector(VECTOR_SCCRP);
	struct said *out;

	add_segment(c, 1, v.bytes, 100);
	add_message(c, 157, VECTOR_ECHO_REQUEST);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"malformed\":{\"why\":\"bytes are "
				      "missing here\",\"offset\":100}");
	ck_assert_has_not(object(out, 0), "truncated");
	ck_assert_has(object(out, 1), "\"identifier\":42");
}
END_TEST

START_TEST(too_much_behind_a_missing_segment_is_told)
{
	struct capture *c = capture(101);
	struct vector v = vector(VECTOR_ECHO_REQUEST);
	struct said *out;

	add_segment(c, 1, v.bytes, 10);
	for (uint32_t i = 1; i <= 257; i++)
		add_segment(c, 1 + 16 * i, v.bytes, v.length);
	/* What was missing comes when it was given up. */
	add_segment(c, 11, v.bytes + 10, 6);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 1 + 257);
	ck_assert_has(
	    object(out, 0),
	    "\"malformed\":{\"why\":\"bytes are missing here, and more "
	    "came after them than is kept\",\"offset\":10}");
	ck_assert_has(object(out, 1), "\"frame\":2,");
	ck_assert_has(object(out, 257), "\"frame\":258,");
}
END_TEST

START_TEST(up_to_256_early_segments_wait_for_the_missing_one)
{
	struct capture *c = capture(101);
	struct vector v = vector(VECTOR_ECHO_REQUEST);
	struct said *out;

	add_segment(c, 1, v.bytes, 10);
	for (uint32_t i = 1; i <= 256; i++)
		add_segment(c, 1 + 16 * i, v.bytes, v.length);
	add_segment(c, 11, v.bytes + 10, 6);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 257);
	ck_assert_has_not(out->text, "malformed");
	ck_assert_has(object(out, 0), "\"frame\":258,");
}
END_TEST

START_TEST(message_that_never_ends_is_told_at_the_end)
{
	struct capture *c = capture(101);
	struct said *out;

	add_message(c, 1, "009c00011a2b3c4d00020000");
	out = decode(c);
	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has(out->text, "\"frame\":1,");
	ck_assert_has(out->text, "\"malformed\":{\"why\":\"ends too early\","
				 "\"offset\":12}");
	ck_assert_has_not(out->text, "truncated"); /* the frame was whole */
}
END_TEST

START_TEST(cut_message_shows_the_fields_that_are_whole)
{
	struct vector v = vector(VECTOR_SCCRP);
	struct packet p = segment(true, 1, v.bytes, v.length);
	struct capture *c = capture(101);
	struct said *out;

	add_cut(c, p.bytes, 40 + 27, p.length); /* half the firmware */
	add_message(c, 157, VECTOR_ECHO_REQUEST);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"maximum_channels\":65535,"
				      "\"malformed\":{\"why\":\"ends too "
				      "early\",\"offset\":27},"
				      "\"truncated\":true}");
	ck_assert_has_not(object(out, 0), "firmware_revision");
	ck_assert_has(object(out, 1), "\"identifier\":42");
}
END_TEST

/* RFC 2637 2: length, message type, cookie, control type, reserved. */
START_TEST(cut_header_shows_what_is_whole_of_it)
{
	static const struct {
		size_t at_least;
		const char *field;
	} rows[] = {{2, "\"length\":156"},
		    {4, "\"pptp_message_type\":1"},
		    {8, "\"magic_cookie\":439041101"},
		    {10, "\"control_message_type\":2"},
		    {10, "\"name\":\"Start-Control-Connection-Reply\""},
		    {12, "\"reserved0\":0"},
		    {14, "\"protocol_version\":256"}};
	struct vector v = vector(VECTOR_SCCRP);
	struct packet p = segment(true, 1, v.bytes, v.length);

	for (size_t length = 2; length < 16; length++) {
		struct capture *c = capture(101);
		struct said *out;

		add_cut(c, p.bytes, 40 + length, p.length);
		out = decode(c);
		for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
			if (length >= rows[i].at_least)
				ck_assert_has(out->text, rows[i].field);
			else
				ck_assert_has_not(out->text, rows[i].field);
	}
}
END_TEST

START_TEST(field_that_ends_at_the_cut_is_whole)
{
	struct vector v = vector(VECTOR_SCCRP);
	struct packet p = segment(true, 1, v.bytes, v.length);
	struct capture *c = capture(101);
	struct said *out;

	add_cut(c, p.bytes, 40 + 28, p.length);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has(out->text, "\"firmware_revision\":256,\"malformed\":{");
	ck_assert_has_not(out->text, "host_name");
}
END_TEST

START_TEST(broken_messages_show_the_fields_that_are_there)
{
	struct capture *c = capture(101);
	struct said *out;

	/* An Outgoing-Call-Reply that says it has 20 bytes, and has. */
	add_message(c, 1,
		    "001400011a2b3c4d000800000480abcd 01020304"
		    "" VECTOR_ECHO_REQUEST);
	out = decode(c);
	ck_assert_uint_ge(out->objects, 1);
	ck_assert_has(object(out, 0),
		      "\"layer\":\"control\",\"control_message_type\":8,"
		      "\"name\":\"Outgoing-Call-Reply\",\"length\":20,"
		      "\"pptp_message_type\":1,\"magic_cookie\":439041101,"
		      "\"reserved0\":0,\"call_id\":1152,"
		      "\"peer_call_id\":43981,\"result_code\":1,"
		      "\"error_code\":2,\"cause_code\":772,\"malformed\":{");
	/* Management messages (2), with the cookie. */
	ck_assert_has(decode_hex("001000021a2b3c4d000500000000002a")->text,
		      "\"identifier\":42,\"malformed\":{");
	/* Another cookie, after a header that is right so far. */
	c = capture(101);
	add_message(c, 1, "001000011a2b3c4e00050000");
	ck_assert_has(decode(c)->text, "\"magic_cookie\":439041102,"
				       "\"reserved0\":0,\"malformed\":"
				       "{\"why\":\"magic cookie\",");
}
END_TEST

START_TEST(unassigned_type_is_kept)
{
	struct said *out = decode_hex("001000011a2b3c4d00630000deadbeef");
	struct vector v = vector("001000011a2b3c4d00630000deadbeef");
	struct packet p = segment(true, 1, v.bytes, v.length);
	struct capture *c = capture(101);

	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has(out->text, "\"control_message_type\":99,\"length\":16");
	add_cut(c, p.bytes, 40 + 14, p.length);
	out = decode(c);
	ck_assert_has(out->text,
		      "\"reserved0\":0,\"malformed\":{\"why\":\"ends "
		      "too early\",\"offset\":14},");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("messages");

	CLAIM(s, control_message_is_one_flat_object);
	CLAIM(s, message_split_at_every_byte_is_one_message);
	CLAIM(s, single_bytes_and_merged_messages_are_the_same_messages);
	CLAIM(s, retransmitted_message_is_shown_once);
	CLAIM(s, broken_stream_is_told_once_and_taken_up_again);
	CLAIM(s, other_protocol_on_the_port_is_malformed);
	CLAIM(s, missing_segment_is_told_with_its_offset);
	CLAIM(s, too_much_behind_a_missing_segment_is_told);
	CLAIM(s, up_to_256_early_segments_wait_for_the_missing_one);
	CLAIM(s, message_that_never_ends_is_told_at_the_end);
	CLAIM(s, cut_message_shows_the_fields_that_are_whole);
	CLAIM(s, cut_header_shows_what_is_whole_of_it);
	CLAIM(s, field_that_ends_at_the_cut_is_whole);
	CLAIM(s, unassigned_type_is_kept);
	CLAIM(s, broken_messages_show_the_fields_that_are_there);
	return run_suite(s);
}
