/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/pace.h"

#include "unit/scan.h"

#define SECOND UINT64_C(1000000000)

/* The bucket's filling in packets times 10^9: 5 ms' worth, or one batch. */
static uint64_t filling(const struct pptp_pace *p)
{
	uint64_t worth = p->rate * 5000000;

	return worth > p->batch * SECOND ? worth : p->batch * SECOND;
}

/* The most by which any window so far has been above rate * length, in packets
 * times 10^9: the largest sum of a run that ends here. */
struct windows {
	int64_t run, most;
	uint64_t last;
};

static void sent(struct windows *w, const struct pptp_pace *p, uint64_t now,
		 unsigned n)
{
	w->run -= (int64_t)((now - w->last) * p->rate);
	if (w->run < 0)
		w->run = 0;
	w->run += (int64_t)(n * SECOND);
	if (w->run > w->most)
		w->most = w->run;
	w->last = now;
}

static const uint64_t rates[] = {1,     7,     999,    1000,    1999,
				 10000, 65537, 100000, 1000000, 100000000};

/* Sleeps as told, wakes late, sometimes very late, asks too early, for less
 * than there is; the kernel refuses now and then. */
static void check_windows(uint64_t rate, uint64_t *random)
{
	struct pptp_pace p;
	struct windows w = {0, 0, SECOND};
	uint64_t now = SECOND;
	unsigned n, refused, wanted;
	int i;

	pptp_pace_init(&p, rate, now);
	for (i = 0; i < 20000; i++) {
		wanted = (unsigned)random_below(random, 300);
		if (random_below(random, 4) != 0 &&
		    pptp_pace_time(&p, wanted) > now)
			now = pptp_pace_time(&p, wanted);
		now += random_below(random, random_below(random, 50) == 0
						? 100 * SECOND / rate + SECOND
						: 1000);
		n = pptp_pace_take(&p, now, wanted);
		HOLDS(n <= wanted && n <= p.batch);
		refused = n > 0 && random_below(random, 9) == 0
			      ? (unsigned)random_below(random, n + 1)
			      : 0;
		if (refused > 0)
			pptp_pace_refuse(&p, now, refused);
		sent(&w, &p, now, n - refused);
	}
	ck_assert_int_le(w.most, (int64_t)filling(&p));
	/* and it is no bound that is never met */
	ck_assert_int_gt(w.most, (int64_t)(p.batch * SECOND / 2));
}

START_TEST(no_window_is_above_the_rate_and_one_filling)
{
	uint64_t random = 1;
	size_t i;

	for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		check_windows(rates[i], &random);
}
END_TEST

START_TEST(who_sleeps_as_told_gets_the_rate)
{
	struct pptp_pace p;
	uint64_t now, total, end, random = 2;
	size_t i;

	for (i = 2; i < sizeof(rates) / sizeof(rates[0]); i++) {
		now = 5;
		total = 0;
		pptp_pace_init(&p, rates[i], now);
		end = now + 1000000 * SECOND / rates[i];
		if (end < SECOND)
			end = SECOND;
		while (now < end) {
			now = pptp_pace_time(&p, PPTP_PACE_BATCH);
			now += random_below(&random, 2000);
			total += pptp_pace_take(&p, now, PPTP_PACE_BATCH);
		}
		ck_assert_uint_ge(total * 1000,
				  (end - 5) / 1000 * rates[i] / 1000000 * 995);
		ck_assert_uint_le(total, (end - 5) / 1000 * rates[i] / 1000000 +
					     filling(&p) / SECOND + 1);
	}
}
END_TEST

START_TEST(first_packet_waits_for_its_time)
{
	struct pptp_pace p;

	pptp_pace_init(&p, 1000, 7 * SECOND);
	ck_assert_uint_eq(pptp_pace_time(&p, 1), 7 * SECOND + 1000000);
	ck_assert_uint_eq(pptp_pace_take(&p, 7 * SECOND + 999999, 1), 0);
	ck_assert_uint_eq(pptp_pace_take(&p, 7 * SECOND + 1000000, 1), 1);
	ck_assert_uint_eq(pptp_pace_take(&p, 7 * SECOND + 1000000, 1), 0);
}
END_TEST

START_TEST(time_told_is_the_first_at_which_so_many_may_leave)
{
	struct pptp_pace p, earlier;
	uint64_t random = 3, time;
	unsigned n;
	int i;

	for (i = 0; i < 20000; i++) {
		pptp_pace_init(&p, 1 + random_below(&random, 1000000), 99);
		n = 1 + (unsigned)random_below(&random, p.batch);
		time = pptp_pace_time(&p, n);
		earlier = p;
		HOLDS(pptp_pace_take(&p, time, n) == n);
		HOLDS(pptp_pace_take(&earlier, time - 1, n) == n - 1);
	}
}
END_TEST

START_TEST(machine_that_slept_gets_one_filling)
{
	struct pptp_pace p;
	uint64_t now = SECOND + 3600 * SECOND, n = 0, took;

	pptp_pace_init(&p, 100000, SECOND);
	while ((took = pptp_pace_take(&p, now, PPTP_PACE_BATCH)) > 0)
		n += took;
	ck_assert_uint_eq(n, 500);
	now = UINT64_MAX - 5; /* nothing overflows */
	n = 0;
	while ((took = pptp_pace_take(&p, now, PPTP_PACE_BATCH)) > 0)
		n += took;
	ck_assert_uint_eq(n, 500);
}
END_TEST

START_TEST(clock_that_goes_back_gives_nothing_and_goes_on)
{
	struct pptp_pace p;

	pptp_pace_init(&p, 1000, 9 * SECOND);
	ck_assert_uint_eq(pptp_pace_take(&p, 9 * SECOND + 1000000, 1), 1);
	ck_assert_uint_eq(pptp_pace_take(&p, 2 * SECOND, 1), 0);
	ck_assert_uint_eq(pptp_pace_time(&p, 1), 9 * SECOND);
	ck_assert_uint_eq(pptp_pace_take(&p, 2 * SECOND + 1000000, 1), 1);
	pptp_pace_refuse(&p, 2 * SECOND + 1000000, 1);
	ck_assert_uint_eq(pptp_pace_take(&p, SECOND, 1), 1);
}
END_TEST

START_TEST(what_the_kernel_refused_leaves_a_millisecond_later)
{
	struct pptp_pace p;
	uint64_t now = SECOND;

	pptp_pace_init(&p, 100000, now);
	now += 10000000;
	ck_assert_uint_eq(pptp_pace_take(&p, now, 100), 100);
	pptp_pace_refuse(&p, now, 60);
	ck_assert_uint_eq(pptp_pace_time(&p, 1), now + 1000000);
	ck_assert_uint_eq(pptp_pace_take(&p, now + 999999, 60), 0);
	ck_assert_uint_eq(pptp_pace_take(&p, now + 1000000, 60), 60);
}
END_TEST

START_TEST(what_is_not_needed_is_not_paid)
{
	struct pptp_pace p;
	int i;

	pptp_pace_init(&p, 100000, 0);
	ck_assert_uint_eq(pptp_pace_take(&p, 1000000, 100), 100);
	pptp_pace_return(&p, 30);
	ck_assert_uint_eq(pptp_pace_take(&p, 1000000, 100), 30);
	pptp_pace_return(&p, 400);
	pptp_pace_return(&p, 400);
	for (i = 0; i < 5; i++)
		ck_assert_uint_eq(pptp_pace_take(&p, 1000000, 101), 100);
	ck_assert_uint_eq(pptp_pace_take(&p, 1000000, 100), 0);
}
END_TEST

START_TEST(rate_that_changes_holds_from_then_on)
{
	struct pptp_pace p;
	int i;

	pptp_pace_init(&p, 100000, 0);
	pptp_pace_set(&p, 1000, SECOND);
	ck_assert_uint_eq(p.batch, 1);
	for (i = 0; i < 5; i++)
		ck_assert_uint_eq(pptp_pace_take(&p, SECOND, 5), 1);
	ck_assert_uint_eq(pptp_pace_take(&p, SECOND, 5), 0);
	ck_assert_uint_eq(pptp_pace_take(&p, SECOND + 1000000, 5), 1);
	pptp_pace_set(&p, 0, SECOND);
	ck_assert_uint_eq(p.rate, 1);
	pptp_pace_set(&p, UINT64_MAX, SECOND);
	ck_assert_uint_eq(p.rate, PPTP_PACE_RATE_MAX);
	ck_assert_uint_eq(p.batch, PPTP_PACE_BATCH);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("pace");

	LONG_CLAIM(s, no_window_is_above_the_rate_and_one_filling);
	LONG_CLAIM(s, who_sleeps_as_told_gets_the_rate);
	CLAIM(s, first_packet_waits_for_its_time);
	CLAIM(s, time_told_is_the_first_at_which_so_many_may_leave);
	CLAIM(s, machine_that_slept_gets_one_filling);
	CLAIM(s, clock_that_goes_back_gives_nothing_and_goes_on);
	CLAIM(s, what_the_kernel_refused_leaves_a_millisecond_later);
	CLAIM(s, what_is_not_needed_is_not_paid);
	CLAIM(s, rate_that_changes_holds_from_then_on);
	return run_suite(s);
}
