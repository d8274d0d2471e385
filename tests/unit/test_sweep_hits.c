/* SPDX-License-Identifier: BSD-2-Clause */
/* Hits that wait, who answers at any port, and what refused targets said. */
#include "net/sweep_details.h"
#include "net/sweep_hits.h"

#include "net/numbered.h"

#include "unit/scan.h"

#define SECOND_NS INT64_C(1000000000)

static struct pptp_numbered *numbered;
static struct pptp_targets *targets;
static const struct pptp_ranges *ranges;

static void open_ranges(void)
{
	const uint16_t port = 1723;
	char why[256] = "";

	ck_assert_int_eq(pptp_numbered_open(&numbered, &port, 1, why, 256), 0);
	ck_assert_int_eq(pptp_targets_open(&targets, port, 0), 0);
	ck_assert_int_eq(pptp_targets_add(targets, "10.0.0.0/24", why, 256), 0);
	ck_assert_int_eq(pptp_numbered_build(numbered, targets, why, 256), 0);
	ranges = pptp_numbered_ranges(numbered);
}

static void close_ranges(void)
{
	pptp_numbered_close(numbered);
	pptp_targets_close(targets);
}

static struct pptp_found found_of(uint64_t target, uint64_t position,
				  int64_t time_ns)
{
	struct pptp_found found = {.target = target, .time_ns = time_ns};

	found.heard.position = position;
	found.reply.ttl = (uint8_t)position;
	return found;
}

START_TEST(hits_come_in_their_order_when_their_second_port_had_its_time)
{
	struct pptp_sweep_hits h;
	struct pptp_found one = found_of(3, 70, SECOND_NS);
	struct pptp_found two = found_of(250, 20, 2 * SECOND_NS);
	const struct pptp_sweep_hit *hit;
	char text[PPTP_ADDRESS_TEXT];

	open_ranges();
	ck_assert(pptp_sweep_hits_open(&h));
	ck_assert_ptr_null(pptp_sweep_hits_ripe(&h, INT64_MAX, true));
	ck_assert_uint_eq(pptp_sweep_hits_least(&h), UINT64_MAX);
	pptp_sweep_hits_add(&h, &one, ranges);
	pptp_sweep_hits_add(&h, &two, ranges);
	ck_assert_uint_eq(pptp_sweep_hits_count(&h), 2);
	ck_assert_uint_eq(pptp_sweep_hits_least(&h), 20);
	ck_assert_ptr_null(
	    pptp_sweep_hits_ripe(&h, SECOND_NS + 299999999, false));
	hit = pptp_sweep_hits_ripe(&h, SECOND_NS + 300000000, false);
	ck_assert_uint_eq(hit->found.heard.position, 70);
	pptp_address_format(&hit->address, text);
	ck_assert_str_eq(text, "10.0.0.3");
	ck_assert_uint_eq(hit->port, 1723);
	pptp_sweep_hits_drop(&h);
	ck_assert_ptr_null(pptp_sweep_hits_ripe(&h, 2 * SECOND_NS, false));
	hit = pptp_sweep_hits_ripe(&h, 2 * SECOND_NS, true);
	ck_assert_uint_eq(hit->found.heard.position, 20);
	pptp_sweep_hits_drop(&h);
	ck_assert_uint_eq(pptp_sweep_hits_count(&h), 0);
	pptp_sweep_hits_close(&h);
	close_ranges();
}
END_TEST

START_TEST(as_many_as_there_is_room_for_are_kept)
{
	struct pptp_sweep_hits h;
	struct pptp_found found;
	const struct pptp_sweep_hit *hit;
	uint64_t i;

	open_ranges();
	ck_assert(pptp_sweep_hits_open(&h));
	for (i = 0; i < PPTP_SWEEP_HITS + UINT64_C(1000); i++) {
		if (pptp_sweep_hits_count(&h) == PPTP_SWEEP_HITS) {
			hit = pptp_sweep_hits_ripe(&h, INT64_MAX, false);
			HOLDS(hit->found.heard.position == i - PPTP_SWEEP_HITS);
			pptp_sweep_hits_drop(&h);
		}
		found = found_of(i % 256, i, 0);
		pptp_sweep_hits_add(&h, &found, ranges);
	}
	ck_assert_uint_eq(pptp_sweep_hits_least(&h), 1000);
	pptp_sweep_hits_close(&h);
	close_ranges();
}
END_TEST

START_TEST(who_answers_at_any_port_is_told_of_no_other)
{
	struct pptp_sweep_hits h;
	struct pptp_address one = pptp_address_v4(0x0a000001), other;
	uint32_t i;

	ck_assert(pptp_sweep_hits_open(&h));
	ck_assert(!pptp_sweep_hits_any_port(&h, &one));
	pptp_sweep_hits_second_port(&h, &one);
	ck_assert(pptp_sweep_hits_any_port(&h, &one));
	for (i = 2; i < 200000; i++) {
		other = pptp_address_v4(0x0a000000 + i);
		HOLDS(!pptp_sweep_hits_any_port(&h, &other));
	}
	pptp_sweep_hits_close(&h);
}
END_TEST

/* Against an array: what is put last counts, what is taken is gone. */
START_TEST(details_are_those_of_their_position)
{
	enum { MOST = 5000, STEPS = 200000 };
	static int64_t model[MOST]; /* 0: nothing; else its time */
	struct pptp_sweep_details d = {NULL, 0, 0};
	struct pptp_sweep_detail detail;
	uint64_t random = 77, position;
	struct pptp_found found;
	int64_t step;

	for (step = 1; step <= STEPS; step++) {
		position = random_below(&random, MOST);
		if (random_below(&random, 2) == 0) {
			found = found_of(0, position, step);
			HOLDS(pptp_sweep_details_put(&d, &found));
			model[position] = step;
			continue;
		}
		HOLDS(pptp_sweep_details_take(&d, position, &detail) ==
		      (model[position] != 0));
		if (model[position] != 0) {
			HOLDS(detail.time_ns == model[position]);
			HOLDS(detail.reply.ttl == (uint8_t)position);
		}
		model[position] = 0;
	}
	for (position = 0; position < MOST; position++)
		HOLDS(pptp_sweep_details_take(&d, position, &detail) ==
		      (model[position] != 0));
	ck_assert_uint_eq(d.count, 0);
	pptp_sweep_details_free(&d);
	ck_assert(!pptp_sweep_details_take(&d, 0, &detail));
}
END_TEST

/* Its lists are large: memory of their own, in pages. */
START_TEST(hits_give_their_memory_back)
{
	struct pptp_sweep_hits h;
	size_t before = (size_t)mallinfo2().hblkhd + heap_in_use();
	int i;

	for (i = 0; i < 3; i++) {
		ck_assert(pptp_sweep_hits_open(&h));
		pptp_sweep_hits_close(&h);
	}
	ck_assert_uint_le((size_t)mallinfo2().hblkhd + heap_in_use(),
			  before + (256 << 10));
}
END_TEST

/* Also the first of all, and while room is made. */
START_TEST(no_detail_is_lost_while_it_grows)
{
	struct pptp_sweep_details d = {NULL, 0, 0};
	struct pptp_sweep_detail detail;
	struct pptp_found found;
	uint64_t position;

	for (position = 0; position < 5000; position++) {
		found = found_of(0, position, 7);
		found.rtt_ns = 9;
		HOLDS(pptp_sweep_details_put(&d, &found));
		HOLDS(d.count == position + 1);
		HOLDS(d.room >= 2 * d.count - 2);
	}
	ck_assert_uint_le(d.room, 16384);
	for (position = 0; position < 5000; position++) {
		HOLDS(pptp_sweep_details_take(&d, position, &detail));
		HOLDS(detail.rtt_ns == 9);
		HOLDS(!pptp_sweep_details_take(&d, position, &detail));
	}
	ck_assert_uint_eq(d.count, 0);
	pptp_sweep_details_free(&d);
	ck_assert_ptr_null(d.slots);
	ck_assert_uint_eq(d.room, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sweep_hits");

	CLAIM(s, hits_come_in_their_order_when_their_second_port_had_its_time);
	CLAIM(s, as_many_as_there_is_room_for_are_kept);
	CLAIM(s, who_answers_at_any_port_is_told_of_no_other);
	CLAIM(s, hits_give_their_memory_back);
	CLAIM(s, no_detail_is_lost_while_it_grows);
	LONG_CLAIM(s, details_are_those_of_their_position);
	return run_suite(s);
}
