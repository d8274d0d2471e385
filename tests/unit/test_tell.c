/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of a control connection, whatever pieces its bytes come in. */
#include "net/tell.h"

#include "unit/claims.h"
#include "unit/vectors.h"

static char lines[1024];
static struct pptp_control_stream stream;
static const struct pptp_address *whose;
static int64_t when;

static void keep(void *context, const struct pptp_address *target,
		 enum pptp_side side, int64_t at_us, const char *text)
{
	(void)context;
	whose = target;
	when = at_us;
	strcat(lines, side == PPTP_US ? "> " : "< ");
	strcat(lines, text);
	strcat(lines, "\n");
}

static const struct pptp_tell_to someone = {.trace = keep};
static const struct pptp_tell to_someone = {.to = &someone, .stream = &stream};

static void begin(void)
{
	lines[0] = '\0';
	whose = NULL;
	when = 0;
	pptp_control_stream_init(&stream);
}

static void receive(const char *hex, size_t piece)
{
	struct vector v = vector(hex);
	size_t n;

	for (size_t at = 0; at < v.length; at += n) {
		n = piece < v.length - at ? piece : v.length - at;
		pptp_tell_received(&to_someone, v.bytes + at, n);
	}
}

START_TEST(a_message_is_a_line_in_any_pieces)
{
	for (size_t piece = 1; piece < 200; piece += 9) {
		begin();
		receive(VECTOR_SCCRP VECTOR_ECHO_REQUEST, piece);
		ck_assert_str_eq(
		    lines, "< SCCRP result 2, error 1, host \"linux\", vendor "
			   "\"vendor\"\n< Echo-Request id 42\n");
	}
}
END_TEST

START_TEST(a_reply_longer_than_any_is_one_line)
{
	struct vector v = vector(VECTOR_OCRP);
	static const uint8_t more[300 - 32];

	begin();
	v.bytes[0] = 300 >> 8;
	v.bytes[1] = 300 & 0xff;
	pptp_tell_received(&to_someone, v.bytes, v.length);
	pptp_tell_received(&to_someone, more, sizeof(more));
	receive(VECTOR_ECHO_REQUEST, 16);
	ck_assert_str_eq(lines, "< OCRP result 4, error 4, call id 4243\n"
				"< Echo-Request id 42\n");
}
END_TEST

START_TEST(what_is_no_message_is_one_line_a_piece)
{
	begin();
	receive("48545450 2f312e31 20343030", 12);
	ck_assert_str_eq(lines, "< not PPTP: \"HTTP/1.1 400\"\n");
	receive("48545450", 4);
	ck_assert_str_eq(lines, "< not PPTP: \"HTTP/1.1 400\"\n"
				"< not PPTP: \"HTTP\"\n");
}
END_TEST

START_TEST(what_is_no_message_is_shown_and_another_may_follow)
{
	begin();
	receive("48545450", 4);
	receive(VECTOR_ECHO_REQUEST, 16);
	ck_assert_str_eq(lines, "< not PPTP: \"HTTP\"\n"
				"< Echo-Request id 42\n");
}
END_TEST

START_TEST(what_we_send_is_a_line)
{
	struct vector v = vector(VECTOR_STOP_CCRP);

	begin();
	pptp_tell_sent(&to_someone, v.bytes, v.length);
	ck_assert_str_eq(lines, "> Stop-CCRP result 2, error 6\n");
}
END_TEST

/* A GRE header without a payload: an acknowledgement. */
static const char gre_packet[] = "45000020 00000000 402f0000 c0000202 c0000201"
				 "2081880b 00001234 00000007";

START_TEST(each_line_has_its_target_its_time_and_its_side)
{
	struct pptp_address server = pptp_address_v4(0xc0000202);
	const struct pptp_tell t = {.to = &someone,
				    .target = &server,
				    .stream = &stream,
				    .at_us = 1500};
	struct vector v = vector(gre_packet);

	begin();
	pptp_tell_packet(&t, PPTP_SERVER, v.bytes, v.length);
	pptp_tell_packet(&t, PPTP_US, v.bytes, v.length);
	ck_assert_str_eq(lines, "< GRE acknowledgement of 7 for call 4660\n"
				"> GRE acknowledgement of 7 for call 4660\n");
	ck_assert_ptr_eq(whose, &server);
	ck_assert_int_eq(when, 1500);
	begin();
	pptp_tell_text(&t, PPTP_US, "SYN");
	ck_assert_str_eq(lines, "> SYN\n");
}
END_TEST

START_TEST(what_we_send_and_is_no_message_is_shown)
{
	begin();
	pptp_tell_sent(&to_someone, "GET /", 5);
	ck_assert_str_eq(lines, "> not PPTP: \"GET /\"\n");
}
END_TEST

START_TEST(where_nobody_looks_nothing_is_kept)
{
	const struct pptp_tell_to nobody = {0};
	const struct pptp_tell t = {.to = &nobody};
	struct vector v = vector(VECTOR_SCCRP);

	begin();
	pptp_tell_sent(&t, v.bytes, v.length);
	pptp_tell_received(&t, v.bytes, v.length);
	pptp_tell_text(&t, PPTP_US, "SYN");
	v = vector(gre_packet);
	pptp_tell_packet(&t, PPTP_US, v.bytes, v.length);
	ck_assert_str_eq(lines, "");
	ck_assert_uint_eq(stream.length, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tell");

	CLAIM(s, a_message_is_a_line_in_any_pieces);
	CLAIM(s, a_reply_longer_than_any_is_one_line);
	CLAIM(s, what_is_no_message_is_one_line_a_piece);
	CLAIM(s, what_is_no_message_is_shown_and_another_may_follow);
	CLAIM(s, what_we_send_is_a_line);
	CLAIM(s, each_line_has_its_target_its_time_and_its_side);
	CLAIM(s, what_we_send_and_is_no_message_is_shown);
	CLAIM(s, where_nobody_looks_nothing_is_kept);
	return run_suite(s);
}
