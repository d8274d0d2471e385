/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/order.h"

#include "unit/scan.h"

static struct pptp_order order_of(uint64_t count, uint64_t seed)
{
	struct pptp_order o;

	HOLDS(pptp_order_init(&o, count, seed));
	return o;
}

static unsigned bit(uint64_t target)
{
	return 1U << target % 8;
}

/* Marks the targets of a span; how many there were. None may be marked
 * already, none may lie past the end, and the way back must lead back. */
static uint64_t mark(const struct pptp_order *o,
		     const struct pptp_interval *span, uint8_t *seen)
{
	uint64_t position, target, n = 0;

	for (position = span->first; position < span->end; position++) {
		if (!pptp_order_target(o, position, &target))
			continue;
		if (target >= o->count ||
		    (seen[target / 8] & bit(target)) != 0 ||
		    pptp_order_position(o, target) != position)
			ck_abort_msg("count %llu position %llu target %llu",
				     (unsigned long long)o->count,
				     (unsigned long long)position,
				     (unsigned long long)target);
		seen[target / 8] = (uint8_t)(seen[target / 8] | bit(target));
		n++;
	}
	return n;
}

static void check_all(uint64_t count, uint64_t seed, uint32_t shards,
		      uint8_t *seen)
{
	struct pptp_order o = order_of(count, seed);
	struct pptp_interval span;
	uint64_t n = 0;
	uint32_t i;

	memset(seen, 0, count / 8 + 1);
	for (i = 1; i <= shards; i++) {
		HOLDS(pptp_order_shard(&o, i, shards, &span));
		n += mark(&o, &span, seen);
	}
	ck_assert_uint_eq(n, count);
}

START_TEST(every_width_to_24_bits_is_a_bijection)
{
	uint8_t *seen = malloc((UINT64_C(1) << 21) + 1);
	unsigned bits;

	for (bits = 0; bits <= 24; bits++) {
		check_all(UINT64_C(1) << bits, bits, 1, seen);
		if (bits > 0 && bits < 20) {
			check_all((UINT64_C(1) << bits) + 1, bits, 1, seen);
			check_all(UINT64_C(1) << bits, ~UINT64_C(0) - bits, 1,
				  seen);
		}
	}
	free(seen);
}
END_TEST

START_TEST(every_count_to_4096_is_met_once_by_all_shards_together)
{
	static const uint32_t shards[] = {1, 2, 3, 7, 64};
	uint8_t seen[4096 / 8 + 1];
	uint64_t count;
	size_t i;

	for (count = 1; count <= 4096; count++)
		for (i = 0; i < sizeof(shards) / sizeof(shards[0]); i++)
			check_all(count, count * 77 + i, shards[i], seen);
}
END_TEST

static unsigned highest_bit(uint64_t x)
{
	return 63 - (unsigned)__builtin_clzll(x);
}

/* Of `bits` wide positions: flipping bit k of one flips bit k of the mixed
 * number first, which reversed is the highest that differs. */
static void check_lemmas(unsigned bits, uint64_t *random)
{
	struct pptp_order o =
	    order_of(UINT64_C(1) << bits, random_next(random));
	uint64_t position = random_next(random) & o.mask;
	uint64_t one, other, above;
	unsigned k;

	HOLDS(pptp_order_target(&o, position, &one));
	for (k = 0; k < bits; k++) {
		pptp_order_target(&o, position ^ UINT64_C(1) << k, &other);
		HOLDS(highest_bit(one ^ other) == bits - 1 - k);
		/* whatever stands from bit k on, the low k bits decide */
		above = random_next(random) << k & o.mask;
		pptp_order_target(&o, position ^ above, &other);
		if (k > 0)
			HOLDS(one >> (bits - k) == other >> (bits - k));
	}
}

START_TEST(low_bits_depend_on_low_bits_alone_at_every_width)
{
	uint64_t random = 1;
	unsigned bits;
	int i;

	for (bits = 1; bits <= PPTP_ORDER_BITS_MAX; bits++)
		for (i = 0; i < 1000; i++)
			check_lemmas(bits, &random);
}
END_TEST

START_TEST(position_of_a_target_is_where_it_was_found_at_every_width)
{
	uint64_t random = 2, count, position, target, place;
	struct pptp_order o;
	unsigned bits;
	int i;

	for (bits = 1; bits <= PPTP_ORDER_BITS_MAX; bits++)
		for (i = 0; i < 4000; i++) {
			place = UINT64_C(1) << (bits - 1);
			count = place + 1 + random_below(&random, place);
			o = order_of(count, random_next(&random));
			HOLDS(pptp_order_positions(&o) == place * 2);
			target = random_below(&random, count);
			position = pptp_order_position(&o, target);
			HOLDS(position < place * 2);
			HOLDS(pptp_order_target(&o, position, &place));
			HOLDS(place == target);
		}
}
END_TEST

START_TEST(shards_follow_each_other_for_every_number_of_them)
{
	uint64_t random = 3, end;
	struct pptp_order o;
	struct pptp_interval span;
	uint32_t shards, i;

	for (shards = 1; shards <= 1000; shards++) {
		o = order_of(1 + random_next(&random) %
				     (UINT64_C(1) << (1 + shards % 63)),
			     1);
		for (i = 1, end = 0; i <= shards; i++, end = span.end) {
			HOLDS(pptp_order_shard(&o, i, shards, &span));
			HOLDS(span.first == end);
			HOLDS(span.end ==
			      (uint64_t)((unsigned __int128)(o.mask + 1) * i /
					 shards));
		}
		ck_assert_uint_eq(end, pptp_order_positions(&o));
	}
}
END_TEST

START_TEST(million_shards_of_all_ports_are_disjoint)
{
	struct pptp_order o = order_of(UINT64_C(1) << 48, 4);
	uint64_t end = 0, target;
	struct pptp_interval span;
	uint32_t i;

	for (i = 1; i <= PPTP_SHARDS_MAX; i++, end = span.end) {
		HOLDS(pptp_order_shard(&o, i, PPTP_SHARDS_MAX, &span));
		if (span.first != end || span.end - span.first != 1 << 28)
			ck_abort_msg("shard %u", i);
		pptp_order_target(&o, span.end - 1, &target);
		if (target >> 48 != 0 ||
		    pptp_order_position(&o, target) != span.end - 1)
			ck_abort_msg("last position of shard %u", i);
	}
	ck_assert_uint_eq(end, UINT64_C(1) << 48);
}
END_TEST

/* Positions of an aligned block of 2^(bits - k) targets are the same modulo
 * 2^k: each window of so many positions holds exactly one. */
START_TEST(window_of_positions_meets_every_aligned_block_once)
{
	uint64_t random = 5, first, other, size;
	struct pptp_order o;
	unsigned bits, k;
	int i;

	for (bits = 2; bits <= PPTP_ORDER_BITS_MAX; bits++)
		for (k = 1; k < bits; k++)
			for (i = 0; i < 20; i++) {
				o = order_of(UINT64_C(1) << bits,
					     random_next(&random));
				size = UINT64_C(1) << (bits - k);
				first =
				    random_next(&random) & o.mask & ~(size - 1);
				other = first + random_next(&random) % size;
				first = pptp_order_position(&o, first);
				other = pptp_order_position(&o, other);
				HOLDS((first ^ other) << (64 - k) == 0);
			}
}
END_TEST

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* No three of the 256 targets from `first` on within 2^(bits - 8) positions;
 * where they are aligned, no two. */
static void check_gaps(const struct pptp_order *o, uint64_t first)
{
	uint64_t at[256], window = pptp_order_positions(o) / 256;
	int i;

	for (i = 0; i < 256; i++)
		at[i] = pptp_order_position(o, first + (uint64_t)i);
	qsort(at, 256, sizeof(at[0]), by_size);
	for (i = 2; i < 256; i++)
		HOLDS(at[i] - at[i - 2] >= window);
	for (i = 1; i < 256 && first % 256 == 0; i++)
		HOLDS(at[i] - at[i - 1] >= window);
}

START_TEST(network_is_met_twice_at_most_in_its_share_of_positions)
{
	uint64_t random = 6, count;
	struct pptp_order o;
	int i, j;

	for (i = 0; i < 400; i++) {
		count =
		    512 + random_next(&random) % (UINT64_C(1) << (12 + i % 50));
		o = order_of(count, random_next(&random));
		for (j = 0; j < 8; j++)
			check_gaps(&o, random_next(&random) % (count - 255));
		check_gaps(&o, random_next(&random) % (count / 256) * 256);
	}
}
END_TEST

/* SplitMix64 of 1234567 as its authors' program has it: whoever goes on with a
 * journal has the same order. */
START_TEST(an_order_is_the_same_for_ever)
{
	static const uint64_t drawn[] = {
	    UINT64_C(6457827717110365317), UINT64_C(3203168211198807973),
	    UINT64_C(9817491932198370423), UINT64_C(4593380528125082431),
	    UINT64_C(16408922859458223821)};
	struct pptp_order o;

	ck_assert(pptp_order_init(&o, UINT64_C(1) << 32, 1234567));
	ck_assert_uint_eq(o.rounds[0].add, drawn[0]);
	ck_assert_uint_eq(o.rounds[0].multiplier, drawn[1] | 1);
	ck_assert_uint_eq(o.rounds[0].shift, 1 + 8 + drawn[2] % 17);
	ck_assert_uint_eq(o.rounds[1].add, drawn[3]);
	ck_assert_uint_eq(o.rounds[1].multiplier, drawn[4] | 1);
}
END_TEST

START_TEST(seeds_give_orders_of_their_own)
{
	struct pptp_order one = order_of(1 << 20, 1);
	struct pptp_order other = order_of(1 << 20, 2);
	uint64_t a, b, position, same = 0, near = 0, last = 0;

	for (position = 0; position < 1 << 20; position++) {
		pptp_order_target(&one, position, &a);
		pptp_order_target(&other, position, &b);
		same += a == b;
		near += a / 256 == last / 256;
		last = a;
	}
	ck_assert_uint_lt(same, 1 << 10);
	ck_assert_uint_le(near, 1); /* the first has no target before it */
}
END_TEST

START_TEST(what_is_out_of_range_is_refused)
{
	struct pptp_order o;
	struct pptp_interval span;

	ck_assert(!pptp_order_init(&o, 0, 1));
	ck_assert(!pptp_order_init(&o, (UINT64_C(1) << 63) + 1, 1));
	ck_assert(pptp_order_init(&o, UINT64_C(1) << 63, 1));
	ck_assert(!pptp_order_shard(&o, 0, 1, &span));
	ck_assert(!pptp_order_shard(&o, 2, 1, &span));
	ck_assert(!pptp_order_shard(&o, 1, 0, &span));
	ck_assert(!pptp_order_shard(&o, 1, PPTP_SHARDS_MAX + 1, &span));
}
END_TEST

START_TEST(cap_is_shared_by_ports_and_shards)
{
	ck_assert_uint_eq(pptp_order_rate(1 << 20, 1, 1, 16), 65536);
	ck_assert_uint_eq(pptp_order_rate(1 << 20, 2, 4, 16), 8192);
	ck_assert_uint_eq(pptp_order_rate(1000, 1, 1, 16), 62);
	ck_assert_uint_eq(pptp_order_rate(1, 1, 1, 16), 1);
	ck_assert_uint_eq(pptp_order_rate(1 << 20, 1, 1, 0), UINT64_MAX);
	ck_assert_uint_eq(pptp_order_rate(UINT64_C(1) << 63, 1, 1, 65535),
			  UINT64_MAX);
	ck_assert_uint_eq(pptp_order_rate(UINT64_C(1) << 39, 1, 1, 65535),
			  (UINT64_C(1) << 31) * 65535);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("order");

	LONG_CLAIM(s, every_width_to_24_bits_is_a_bijection);
	LONG_CLAIM(s, every_count_to_4096_is_met_once_by_all_shards_together);
	LONG_CLAIM(s, low_bits_depend_on_low_bits_alone_at_every_width);
	LONG_CLAIM(s,
		   position_of_a_target_is_where_it_was_found_at_every_width);
	CLAIM(s, shards_follow_each_other_for_every_number_of_them);
	LONG_CLAIM(s, million_shards_of_all_ports_are_disjoint);
	CLAIM(s, window_of_positions_meets_every_aligned_block_once);
	CLAIM(s, network_is_met_twice_at_most_in_its_share_of_positions);
	CLAIM(s, an_order_is_the_same_for_ever);
	CLAIM(s, seeds_give_orders_of_their_own);
	CLAIM(s, what_is_out_of_range_is_refused);
	CLAIM(s, cap_is_shared_by_ports_and_shards);
	return run_suite(s);
}
