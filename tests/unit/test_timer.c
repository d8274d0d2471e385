/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/timer.h"

#include <time.h>

#include "unit/claims.h"

#define MANY 500

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static int64_t take_first(struct pptp_timers *timers)
{
	struct pptp_timer *first = pptp_timers_first(timers);
	int64_t at;

	ck_assert_ptr_nonnull(first);
	at = first->at;
	pptp_timer_clear(timers, first);
	ck_assert_uint_eq(first->place, 0);
	return at;
}

START_TEST(none_is_first_of_none)
{
	struct pptp_timers timers = {NULL, 0, 0};

	ck_assert_ptr_null(pptp_timers_first(&timers));
	pptp_timers_free(&timers);
}
END_TEST

START_TEST(they_come_in_order_of_time_however_set_moved_and_cleared)
{
	struct pptp_timers timers = {NULL, 0, 0};
	static struct pptp_timer timer[MANY];
	static int64_t should[MANY];
	uint32_t state = 1;
	int64_t last = 0, at;
	size_t i, left = 0;

	ck_assert(pptp_timers_reserve(&timers, MANY));
	for (i = 0; i < MANY; i++) {
		should[i] = next_random(&state) % 1000;
		pptp_timer_set(&timers, &timer[i], should[i]);
	}
	for (i = 0; i < MANY; i += 2) {
		should[i] = next_random(&state) % 1000;
		pptp_timer_set(&timers, &timer[i], should[i]);
	}
	for (i = 0; i < MANY; i += 5)
		pptp_timer_clear(&timers, &timer[i]);
	for (; pptp_timers_first(&timers) != NULL; left++) {
		i = (size_t)(pptp_timers_first(&timers) - timer);
		at = take_first(&timers);
		ck_assert_int_eq(at, should[i]);
		ck_assert_int_ge(at, last);
		last = at;
	}
	ck_assert_uint_eq(left, MANY - MANY / 5);
	pptp_timers_free(&timers);
}
END_TEST

START_TEST(room_only_grows)
{
	struct pptp_timers timers = {NULL, 0, 0};

	ck_assert(pptp_timers_reserve(&timers, 1));
	ck_assert_uint_ge(timers.room, 1);
	ck_assert(pptp_timers_reserve(&timers, MANY));
	ck_assert_uint_ge(timers.room, MANY);
	ck_assert_uint_lt(timers.room, 3 * MANY);
	ck_assert(pptp_timers_reserve(&timers, 1));
	ck_assert_uint_ge(timers.room, MANY);
	pptp_timers_free(&timers);
	ck_assert_uint_eq(timers.room, 0);
	ck_assert_ptr_null(timers.heap);
}
END_TEST

START_TEST(the_clock_is_the_monotonic_one_in_microseconds)
{
	struct timespec before, after;
	int64_t now;

	clock_gettime(CLOCK_MONOTONIC, &before);
	now = pptp_timers_now();
	clock_gettime(CLOCK_MONOTONIC, &after);
	ck_assert_int_ge(now, (int64_t)before.tv_sec * 1000000 +
				  before.tv_nsec / 1000);
	ck_assert_int_le(now, (int64_t)after.tv_sec * 1000000 +
				  after.tv_nsec / 1000);
}
END_TEST

START_TEST(never_clears_and_clearing_twice_is_nothing)
{
	struct pptp_timers timers = {NULL, 0, 0};
	struct pptp_timer timer = {.at = 0};

	ck_assert(pptp_timers_reserve(&timers, 1));
	pptp_timer_set(&timers, &timer, 5);
	pptp_timer_set(&timers, &timer, INT64_MAX);
	ck_assert_ptr_null(pptp_timers_first(&timers));
	pptp_timer_clear(&timers, &timer);
	ck_assert_uint_eq(timers.count, 0);
	pptp_timers_free(&timers);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("timer");

	CLAIM(s, none_is_first_of_none);
	CLAIM(s, they_come_in_order_of_time_however_set_moved_and_cleared);
	CLAIM(s, room_only_grows);
	CLAIM(s, the_clock_is_the_monotonic_one_in_microseconds);
	CLAIM(s, never_clears_and_clearing_twice_is_nothing);
	return run_suite(s);
}
