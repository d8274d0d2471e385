/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of a control connection, whatever pieces its bytes come in. */
#include "net/tell.h"

#include "unit/claims.h"
#include "unit/vectors.h"

static char lines[1024];
static struct pptp_control_stream stream;

static void keep(void *context, const struct pptp_address *target,
		 enum pptp_side side, int64_t at_us, const char *text)
{
	(void)context;
	(void)target;
	(void)at_us;
	strcat(lines, side == PPTP_US ? "> " : "< ");
	strcat(lines, text);
	strcat(lines, "\n");
}

static const struct pptp_tell_to someone = {.trace = keep};
static const struct pptp_tell to_someone = {.to = &someone, .stream = &stream};

static void begin(void)
{
	lines[0] = '\0';
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

START_TEST(where_nobody_looks_nothing_is_kept)
{
	const struct pptp_tell_to nobody = {0};
	const struct pptp_tell t = {.to = &nobody};
	struct vector v = vector(VECTOR_SCCRP);

	begin();
	pptp_tell_sent(&t, v.bytes, v.length);
	pptp_tell_received(&t, v.bytes, v.length);
	ck_assert_str_eq(lines, "");
	ck_assert_uint_eq(stream.length, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tell");

	CLAIM(s, a_message_is_a_line_in_any_pieces);
	CLAIM(s, a_reply_longer_than_any_is_one_line);
	CLAIM(s, what_is_no_message_is_shown_and_another_may_follow);
	CLAIM(s, what_we_send_is_a_line);
	CLAIM(s, where_nobody_looks_nothing_is_kept);
	return run_suite(s);
}
