/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/estimate.h"

#include "unit/scan.h"

static void check(uint64_t missed, uint64_t of, uint32_t share, uint32_t low,
		  uint32_t high)
{
	struct pptp_estimate e = pptp_estimate_missed(missed, of);

	ck_assert_uint_eq(e.share, share);
	ck_assert_uint_eq(e.low, low);
	ck_assert_uint_eq(e.high, high);
}

/* Newcombe, Statistics in Medicine 17 (1998), table I, method 3: to four
 * decimals. */
static void check_published(uint64_t missed, uint64_t of, uint32_t low,
			    uint32_t high)
{
	struct pptp_estimate e = pptp_estimate_missed(missed, of);

	ck_assert_uint_eq((e.low + 50) / 100, low);
	ck_assert_uint_eq((e.high + 50) / 100, high);
}

START_TEST(interval_is_wilsons)
{
	check_published(81, 263, 2553, 3662);
	check_published(15, 148, 624, 1605);
	check_published(0, 20, 0, 1611);
	check_published(1, 29, 61, 1718);
	check(50, 100, 500000, 403832, 596168);
	check(10, 10, 1000000, 722467, 1000000);
}
END_TEST

START_TEST(more_trials_narrow_it_down)
{
	struct pptp_estimate e, last = {0, 0, 1000000};
	uint64_t n;

	for (n = 100; n <= 1000000000; n *= 10) {
		e = pptp_estimate_missed(n / 100, n);
		ck_assert_uint_eq(e.share, 10000);
		ck_assert_uint_gt(e.low, last.low);
		ck_assert_uint_lt(e.high, last.high);
		ck_assert(e.low <= e.share && e.share <= e.high);
		last = e;
	}
}
END_TEST

START_TEST(without_trials_all_is_possible)
{
	check(0, 0, 0, 0, 1000000);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("estimate");

	CLAIM(s, interval_is_wilsons);
	CLAIM(s, more_trials_narrow_it_down);
	CLAIM(s, without_trials_all_is_possible);
	return run_suite(s);
}
