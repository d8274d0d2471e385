/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/intervals.h"

#include "unit/scan.h"

#define SPACE 256

/* In order, apart, and none of them empty. */
static void check_shape(const struct pptp_intervals *s)
{
	size_t i;

	ck_assert_uint_le(s->count, s->room);
	for (i = 0; i < s->count; i++) {
		ck_assert_uint_lt(s->list[i].first, s->list[i].end);
		if (i > 0)
			ck_assert_uint_lt(s->list[i - 1].end, s->list[i].first);
	}
}

/* The n-th is the n-th of the bitmap, and leads back. */
static void check_map(const struct pptp_intervals *s, const uint8_t *map)
{
	uint64_t position, n = 0, found;

	for (position = 0; position < SPACE; position++) {
		HOLDS(pptp_intervals_index(s, position, &found) ==
		      (map[position] != 0));
		if (map[position] == 0)
			continue;
		HOLDS(found == n);
		HOLDS(pptp_intervals_nth(s, n) == position);
		n++;
	}
	ck_assert_uint_eq(pptp_intervals_total(s), n);
	if (s->count > 0)
		ck_assert_uint_eq(pptp_intervals_nth(s, n),
				  s->list[s->count - 1].end);
}

static struct pptp_interval draw(uint64_t *random, uint64_t longest)
{
	struct pptp_interval span;

	span.first = random_below(random, SPACE);
	span.end = span.first + random_below(random, longest);
	if (span.end > SPACE)
		span.end = SPACE;
	return span;
}

START_TEST(intervals_hold_what_a_bitmap_holds)
{
	struct pptp_interval list[SPACE], span;
	struct pptp_intervals s;
	uint8_t map[SPACE];
	uint64_t random = 1;
	int i, j;

	for (i = 0; i < 1000; i++) {
		pptp_intervals_init(&s, list, SPACE);
		memset(map, 0, sizeof(map));
		for (j = 0; j < 12; j++) {
			span = draw(&random, 1 + (uint64_t)i % 40);
			pptp_intervals_add(&s, span);
			memset(map + span.first, 1, span.end - span.first);
		}
		check_shape(&s);
		check_map(&s, map);
	}
}
END_TEST

START_TEST(full_intervals_hold_more_and_never_less)
{
	struct pptp_interval list[4], span;
	struct pptp_intervals s;
	uint8_t map[SPACE];
	uint64_t random = 2, n, position, held = 0, added = 0;
	int i, j;

	for (i = 0; i < 1000; i++) {
		pptp_intervals_init(&s, list, 1 + (size_t)i % 4);
		memset(map, 0, sizeof(map));
		for (j = 0; j < 20; j++) {
			span = draw(&random, 6);
			pptp_intervals_add(&s, span);
			check_shape(&s);
			memset(map + span.first, 1, span.end - span.first);
		}
		for (position = 0; position < SPACE; position++) {
			HOLDS(map[position] == 0 ||
			      pptp_intervals_index(&s, position, &n));
			added += map[position];
		}
		held += pptp_intervals_total(&s);
	}
	ck_assert_uint_lt(held, 6 * added);
}
END_TEST

START_TEST(nearest_become_one)
{
	struct pptp_interval list[2];
	struct pptp_intervals s;

	pptp_intervals_init(&s, list, 2);
	pptp_intervals_add(&s, (struct pptp_interval){0, 10});
	pptp_intervals_add(&s, (struct pptp_interval){100, 110});
	pptp_intervals_add(&s, (struct pptp_interval){113, 120});
	ck_assert_uint_eq(s.count, 2);
	ck_assert_uint_eq(list[1].first, 100);
	ck_assert_uint_eq(list[1].end, 120);
	pptp_intervals_add(&s, (struct pptp_interval){500, 510});
	ck_assert_uint_eq(s.count, 2);
	ck_assert_uint_eq(list[0].end, 120);
	ck_assert_uint_eq(list[1].first, 500);
	pptp_intervals_add(&s, (struct pptp_interval){490, 491});
	ck_assert_uint_eq(list[1].first, 490);
	ck_assert_uint_eq(list[1].end, 510);
	pptp_intervals_add(&s, (struct pptp_interval){7, 7});
	ck_assert_uint_eq(pptp_intervals_total(&s), 140);
}
END_TEST

START_TEST(no_interval_has_no_position)
{
	struct pptp_interval list[1];
	struct pptp_intervals s;
	uint64_t n;

	pptp_intervals_init(&s, list, 1);
	pptp_intervals_add(&s, (struct pptp_interval){5, 4});
	ck_assert_uint_eq(pptp_intervals_total(&s), 0);
	ck_assert_uint_eq(pptp_intervals_nth(&s, 0), 0);
	ck_assert(!pptp_intervals_index(&s, 0, &n));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("intervals");

	CLAIM(s, intervals_hold_what_a_bitmap_holds);
	CLAIM(s, full_intervals_hold_more_and_never_less);
	CLAIM(s, nearest_become_one);
	CLAIM(s, no_interval_has_no_position);
	return run_suite(s);
}
