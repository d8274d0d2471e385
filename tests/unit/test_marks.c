/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/marks.h"

#include "unit/scan.h"

#define ROOM  64
#define REACH 10000
#define STEPS 4000

static struct pptp_mark ring[ROOM];

/* A cursor in steps of random length at random times; `when` tells each. */
struct history {
	uint64_t time[STEPS], at[STEPS + 1];
};

static void run(struct pptp_marks *m, struct history *h, uint64_t *random)
{
	uint64_t time = 1000000, at = 0;
	int i;

	pptp_marks_init(m, ring, ROOM, REACH);
	for (i = 0; i < STEPS; i++) {
		time += random_below(random, 100);
		h->time[i] = time;
		h->at[i] = at;
		pptp_marks_add(m, time, at);
		at += random_below(random, 30);
	}
	h->at[STEPS] = at;
}

/* Where the cursor stood when all steps up to `time` were done. */
static uint64_t stood(const struct history *h, uint64_t time)
{
	int i = 0;

	while (i < STEPS && h->time[i] <= time)
		i++;
	return h->at[i];
}

START_TEST(bounds_hold_what_they_say_at_every_time)
{
	struct pptp_marks m;
	struct history h;
	uint64_t random = 1, time, end, least, most, slack;
	int i;

	for (i = 0; i < 20; i++) {
		run(&m, &h, &random);
		end = h.time[STEPS - 1];
		for (time = end - REACH; time < end + 200; time++) {
			least = pptp_marks_least(&m, time);
			most = pptp_marks_most(&m, time, h.at[STEPS]);
			/* what a step at `time` itself asks may count or not */
			HOLDS(least <= stood(&h, time));
			HOLDS(most >= stood(&h, time));
			slack = 2 * (m.apart + 100);
			HOLDS(least >= stood(&h, time - slack));
			if (time + slack < end)
				HOLDS(most <= stood(&h, time + slack));
		}
		ck_assert_uint_eq(pptp_marks_least(&m, end - 30 * REACH), 0);
	}
}
END_TEST

START_TEST(time_of_a_position_is_right_to_one_mark)
{
	struct pptp_marks m;
	struct history h;
	uint64_t random = 2, at, time, i;

	run(&m, &h, &random);
	for (i = STEPS - REACH / 100; i < STEPS; i++)
		for (at = h.at[i]; at < h.at[i + 1]; at++) {
			HOLDS(pptp_marks_time(&m, at, &time));
			HOLDS(time <= h.time[i]);
			HOLDS(time + m.apart + 100 >= h.time[i]);
		}
	ck_assert(!pptp_marks_time(&m, 0, &time));
}
END_TEST

START_TEST(nothing_marked_is_nothing_known)
{
	struct pptp_marks m;
	uint64_t time;

	pptp_marks_init(&m, ring, ROOM, REACH);
	ck_assert(!pptp_marks_time(&m, 0, &time));
	ck_assert_uint_eq(pptp_marks_least(&m, UINT64_MAX), 0);
	ck_assert_uint_eq(pptp_marks_most(&m, 0, 77), 77);
	pptp_marks_add(&m, 5, 0);
	ck_assert(pptp_marks_time(&m, 0, &time));
	ck_assert_uint_eq(time, 5);
	ck_assert_uint_eq(pptp_marks_most(&m, 4, 77), 0);
	ck_assert_uint_eq(pptp_marks_most(&m, 5, 77), 77);
}
END_TEST

START_TEST(clock_that_goes_back_marks_nothing)
{
	struct pptp_marks m;
	uint64_t time;

	pptp_marks_init(&m, ring, ROOM, REACH);
	pptp_marks_add(&m, 100000, 0);
	pptp_marks_add(&m, 5, 10);
	pptp_marks_add(&m, 200000, 20);
	ck_assert_uint_eq(m.made, 2);
	ck_assert(pptp_marks_time(&m, 15, &time));
	ck_assert_uint_eq(time, 100000);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("marks");

	LONG_CLAIM(s, bounds_hold_what_they_say_at_every_time);
	CLAIM(s, time_of_a_position_is_right_to_one_mark);
	CLAIM(s, nothing_marked_is_nothing_known);
	CLAIM(s, clock_that_goes_back_marks_nothing);
	return run_suite(s);
}
