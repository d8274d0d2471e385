/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages out of a stream: in any pieces, cut, with bytes missing, longer than
 * any, and something else. */
#include "format/control_stream.h"

#include "unit/claims.h"
#include "unit/vectors.h"

static struct pptp_control_stream s;
static struct pptp_control m;
static struct pptp_reader in;

static enum pptp_control_found give(const void *bytes, size_t length)
{
	pptp_reader_init(&in, bytes, length);
	return pptp_control_stream_next(&s, &in, &m);
}

static enum pptp_control_found again(void)
{
	return pptp_control_stream_next(&s, &in, &m);
}

static enum pptp_control_found give_hex(const char *hex)
{
	static struct vector v;

	v = vector(hex);
	return give(v.bytes, v.length);
}

/* Two messages: cut in two at every byte, each piece ends at a wall. */
START_TEST(a_cut_at_any_byte_makes_no_difference)
{
	struct vector v = vector(VECTOR_SCCRP VECTOR_ECHO_REQUEST);
	struct guarded g = guarded_new();

	for (size_t cut = 0; cut <= v.length; cut++) {
		unsigned types[2] = {0}, count = 0;

		pptp_control_stream_init(&s);
		pptp_reader_init(&in, guarded_copy(&g, v.bytes, cut), cut);
		while (again() == PPTP_CONTROL_MESSAGE)
			types[count++] = m.control_message_type;
		ck_assert_uint_eq(pptp_reader_left(&in), 0);
		pptp_reader_init(
		    &in, guarded_copy(&g, v.bytes + cut, v.length - cut),
		    v.length - cut);
		while (again() == PPTP_CONTROL_MESSAGE)
			types[count++] = m.control_message_type;
		ck_assert_uint_eq(count, 2);
		ck_assert_uint_eq(types[0], PPTP_SCCRP);
		ck_assert_uint_eq(types[1], PPTP_ECHO_REQUEST);
		ck_assert_uint_eq(m.identifier, 42);
	}
	guarded_free(&g);
}
END_TEST

START_TEST(what_is_behind_a_message_is_not_touched)
{
	struct vector v = vector(VECTOR_ECHO_REQUEST VECTOR_SCCRP);

	pptp_control_stream_init(&s);
	ck_assert_int_eq(give(v.bytes, v.length), PPTP_CONTROL_MESSAGE);
	ck_assert_uint_eq(pptp_reader_offset(&in), 16);
	ck_assert_mem_eq(s.bytes, v.bytes, 16);
	ck_assert_uint_eq(s.length, 0);
}
END_TEST

START_TEST(another_protocol_is_known_by_its_first_bytes)
{
	static const struct {
		const char *hex;
		unsigned length; /* of what tells it */
	} banners[] = {
	    {"485454502f312e31", 3}, /* HTTP/1.1 */
	    {"5353482d322e302d", 3}, /* SSH-2.0- */
	    {"00100002", 4},
	    {"001000011a2b3c4e", 8},
	};

	for (size_t i = 0; i < sizeof(banners) / sizeof(banners[0]); i++) {
		struct vector v = vector(banners[i].hex);

		pptp_control_stream_init(&s);
		for (size_t n = 0; n + 1 < banners[i].length; n++)
			ck_assert_int_eq(give(v.bytes + n, 1),
					 PPTP_CONTROL_MORE);
		ck_assert_int_eq(give(v.bytes + banners[i].length - 1, 1),
				 PPTP_CONTROL_LOST);
		ck_assert(s.lost);
		ck_assert_uint_eq(s.length, banners[i].length);
		ck_assert_int_eq(give_hex(VECTOR_SCCRP), PPTP_CONTROL_LOST);
		pptp_control_stream_init(&s);
		ck_assert_int_eq(give_hex(VECTOR_SCCRP), PPTP_CONTROL_MESSAGE);
	}
}
END_TEST

START_TEST(a_length_that_no_message_has_is_lost_with_its_header)
{
	static const char *const headers[] = {
	    "000b00011a2b3c4d00010000", /* below that of a header */
	    "009b00011a2b3c4d00020000", /* below that of its type */
	    "00dd00011a2b3c4d00630000", /* above 220, of no type */
	};

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct vector v = vector(headers[i]);

		pptp_control_stream_init(&s);
		ck_assert_int_eq(give(v.bytes, 11), PPTP_CONTROL_MORE);
		ck_assert_int_eq(give(v.bytes + 11, 1), PPTP_CONTROL_LOST);
	}
}
END_TEST

/* A reply of 300 bytes: what the RFC has of it is read, the rest passed. */
START_TEST(a_message_longer_than_any_is_read_as_far_as_its_type_goes)
{
	struct vector v = vector(VECTOR_SCCRP);
	static const uint8_t more[300 - 156];

	v.bytes[0] = 300 >> 8;
	v.bytes[1] = 300 & 0xff;
	pptp_control_stream_init(&s);
	ck_assert_int_eq(give(v.bytes, v.length), PPTP_CONTROL_MESSAGE);
	ck_assert_uint_eq(m.length, 300);
	ck_assert_uint_eq(pptp_control_start_length(&m), 156);
	ck_assert_int_eq(give(more, 100), PPTP_CONTROL_MORE);
	ck_assert_int_eq(give(more + 100, 44), PPTP_CONTROL_MORE);
	ck_assert_int_eq(give_hex(VECTOR_ECHO_REQUEST), PPTP_CONTROL_MESSAGE);
}
END_TEST

START_TEST(a_gap_inside_of_a_message_ends_at_the_next_one)
{
	struct vector v = vector(VECTOR_SCCRP VECTOR_ECHO_REQUEST);

	for (size_t from = 12; from < 156; from++)
		for (size_t to = from + 1; to <= 156; to += 7) {
			pptp_control_stream_init(&s);
			ck_assert_int_eq(give(v.bytes, from),
					 PPTP_CONTROL_MORE);
			pptp_control_stream_gap(&s, to - from);
			ck_assert(!s.searching);
			ck_assert_int_eq(give(v.bytes + to, v.length - to),
					 PPTP_CONTROL_MESSAGE);
			ck_assert_uint_eq(m.control_message_type,
					  PPTP_ECHO_REQUEST);
		}
}
END_TEST

START_TEST(behind_a_longer_gap_the_next_message_is_looked_for)
{
	struct vector v = vector(VECTOR_SCCRP VECTOR_ECHO_REQUEST);

	for (size_t left = 1; left < 156; left++) {
		pptp_control_stream_init(&s);
		ck_assert_int_eq(give(v.bytes, 20), PPTP_CONTROL_MORE);
		pptp_control_stream_gap(&s, 1000);
		ck_assert_int_eq(
		    give(v.bytes + 156 - left, v.length - 156 + left),
		    PPTP_CONTROL_MESSAGE);
		ck_assert_uint_eq(m.control_message_type, PPTP_ECHO_REQUEST);
		ck_assert(!s.searching);
	}
	pptp_control_stream_gap(&s, 0);
	ck_assert(!s.searching);
}
END_TEST

START_TEST(a_gap_behind_what_is_not_read_is_taken_off_it)
{
	struct vector v = vector(VECTOR_SCCRP);

	v.bytes[0] = 300 >> 8;
	v.bytes[1] = 300 & 0xff;
	pptp_control_stream_init(&s);
	ck_assert_int_eq(give(v.bytes, v.length), PPTP_CONTROL_MESSAGE);
	pptp_control_stream_gap(&s, 300 - 156 - 4);
	ck_assert_int_eq(give_hex("5a5a5a5a" VECTOR_ECHO_REQUEST),
			 PPTP_CONTROL_MESSAGE);
	ck_assert_uint_eq(m.identifier, 42);
}
END_TEST

START_TEST(who_loses_a_message_has_its_bytes_and_those_behind)
{
	struct vector v = vector(VECTOR_ECHO_REQUEST VECTOR_SCCRP VECTOR_SCCRP);

	pptp_control_stream_init(&s);
	ck_assert_int_eq(give(v.bytes, v.length), PPTP_CONTROL_MESSAGE);
	pptp_control_stream_lose(&s, 16, &in);
	ck_assert(s.lost);
	ck_assert_uint_eq(s.length, PPTP_CONTROL_MAX);
	ck_assert_mem_eq(s.bytes, v.bytes, PPTP_CONTROL_MAX);
	ck_assert_uint_eq(pptp_reader_offset(&in), PPTP_CONTROL_MAX);
	ck_assert_int_eq(again(), PPTP_CONTROL_LOST);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("control_stream");

	CLAIM(suite, a_cut_at_any_byte_makes_no_difference);
	CLAIM(suite, what_is_behind_a_message_is_not_touched);
	CLAIM(suite, another_protocol_is_known_by_its_first_bytes);
	CLAIM(suite, a_length_that_no_message_has_is_lost_with_its_header);
	CLAIM(suite, a_message_longer_than_any_is_read_as_far_as_its_type_goes);
	CLAIM(suite, a_gap_inside_of_a_message_ends_at_the_next_one);
	CLAIM(suite, behind_a_longer_gap_the_next_message_is_looked_for);
	CLAIM(suite, a_gap_behind_what_is_not_read_is_taken_off_it);
	CLAIM(suite, who_loses_a_message_has_its_bytes_and_those_behind);
	return run_suite(suite);
}
