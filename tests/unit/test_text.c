/* SPDX-License-Identifier: BSD-2-Clause */
/* Digits, words and dates, against what the C library says. */
#include "format/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "unit/claims.h"

static char text[64];

static const char *digits(uint64_t value, unsigned width)
{
	char *end;

	memset(text, 'x', sizeof(text));
	end = pptp_text_digits(text, value, width);
	ck_assert_int_eq(*end, 'x'); /* no NUL */
	*end = '\0';
	return text;
}

START_TEST(digits_are_those_of_printf)
{
	static const uint64_t values[] = {
	    0, 1, 9, 10, 99, 100, 255, 1723, UINT64_C(1) << 48, UINT64_MAX};
	char expected[64];

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		for (unsigned width = 1; width <= 20; width++) {
			(void)snprintf(expected, sizeof(expected), "%0*" PRIu64,
				       (int)width, values[i]);
			ck_assert_str_eq(digits(values[i], width), expected);
		}
	ck_assert_str_eq(digits(7, 0), "7");
}
END_TEST

START_TEST(words_follow_each_other)
{
	char *at = pptp_text_words(text, "icmp-");

	at = pptp_text_words(at, "");
	at = pptp_text_digits(at, 3, 1);
	*at = '\0';
	ck_assert_str_eq(text, "icmp-3");
}
END_TEST

/* Each day of eight hundred years, at another time of the day. */
START_TEST(dates_are_those_of_gmtime)
{
	const int64_t first = -135140, last = 157054; /* 1600 to 2399 */
	char expected[64], whole[96];
	struct json out;

	for (int64_t day = first; day <= last; day++) {
		int64_t us = day * INT64_C(86400000000) +
			     (day - first) * 294967 % INT64_C(86400000000);
		int64_t rest = ((us % 1000000) + 1000000) % 1000000;
		time_t seconds = (time_t)((us - rest) / 1000000);
		struct tm tm;

		ck_assert_ptr_nonnull(gmtime_r(&seconds, &tm));
		ck_assert_uint_gt(strftime(expected, sizeof(expected),
					   "%Y-%m-%dT%H:%M:%S", &tm),
				  0);
		(void)snprintf(whole, sizeof(whole),
			       "{\"time\":\"%s.%06" PRId64 "Z\"}", expected,
			       rest);
		pptp_text_walk_time(json_open(&out), "time", us);
		ck_assert_str_eq(json_close(&out), whole);
	}
}
END_TEST

START_TEST(no_time_is_too_far_away)
{
	struct json out;

	pptp_text_walk_time(json_open(&out), "t", INT64_MAX);
	ck_assert_str_eq(json_close(&out),
			 "{\"t\":\"294247-01-10T04:00:54.775807Z\"}");
	pptp_text_walk_time(json_open(&out), "t", INT64_MIN);
	ck_assert_uint_gt(strlen(json_close(&out)), 20);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("text");

	CLAIM(s, digits_are_those_of_printf);
	CLAIM(s, words_follow_each_other);
	CLAIM(s, dates_are_those_of_gmtime);
	CLAIM(s, no_time_is_too_far_away);
	return run_suite(s);
}
