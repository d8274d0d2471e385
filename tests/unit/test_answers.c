/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/answers.h"

#include "unit/scan.h"

static struct pptp_answers answers_of(uint64_t count, size_t memory,
				      void **storage)
{
	struct pptp_answers a;
	size_t size = pptp_answers_size(count, memory);

	*storage = malloc(size);
	ck_assert_ptr_nonnull(*storage);
	memset(*storage, 0xff, size);
	pptp_answers_init(&a, count, *storage, size);
	return a;
}

/* Random answers beside an array of what they should leave. */
static void check_exact(uint64_t count, uint64_t *random)
{
	struct pptp_answers a;
	uint8_t should[1024] = {0};
	enum pptp_answers_put put;
	uint64_t target;
	uint8_t answer;
	void *storage;
	int i;

	a = answers_of(count, 1024, &storage);
	ck_assert(a.exact);
	for (i = 0; i < 4000; i++) {
		target = random_below(random, count);
		answer = (uint8_t)(1 + random_below(random, 3));
		put = pptp_answers_put(&a, target, answer);
		HOLDS(put == (answer > should[target] ? PPTP_ANSWERS_NEWS
						      : PPTP_ANSWERS_KNOWN));
		if (answer > should[target])
			should[target] = answer;
	}
	for (target = 0; target < count; target++)
		HOLDS(pptp_answers_get(&a, target) == should[target]);
	free(storage);
}

START_TEST(every_target_keeps_the_most_that_was_put)
{
	uint64_t random = 1, count;

	for (count = 1; count <= 1024; count += 1 + count / 8)
		check_exact(count, &random);
}
END_TEST

START_TEST(storage_is_two_bits_a_target_up_to_the_memory)
{
	ck_assert_uint_eq(pptp_answers_size(1, 4096), 1);
	ck_assert_uint_eq(pptp_answers_size(4, 4096), 1);
	ck_assert_uint_eq(pptp_answers_size(5, 4096), 2);
	ck_assert_uint_eq(pptp_answers_size(16384, 4096), 4096);
	ck_assert_uint_eq(pptp_answers_size(16385, 4096), 4096);
	ck_assert_uint_eq(pptp_answers_size(UINT64_C(1) << 48, 4096), 4096);
}
END_TEST

START_TEST(what_is_not_exact_stays_in_its_storage)
{
	size_t memory;

	for (memory = 4096; memory <= 1 << 20; memory = memory * 3 / 2 & ~7UL) {
		uint64_t *storage = malloc(memory);
		struct pptp_answers a;

		pptp_answers_init(&a, UINT64_C(1) << 40, storage, memory);
		ck_assert(!a.exact);
		ck_assert_uint_le(8 * (a.open_room + a.others_room), memory);
		ck_assert_uint_gt(8 * (a.open_room + a.others_room),
				  memory / 3);
		ck_assert_ptr_eq(a.open, storage);
		ck_assert_ptr_eq(a.others, storage + a.open_room);
		free(storage);
	}
}
END_TEST

START_TEST(last_target_has_its_bits_at_the_wall)
{
	struct guarded g = guarded_new();
	uint8_t *storage = guarded_room(&g, 5);
	struct pptp_answers a;

	pptp_answers_init(&a, 17, storage, 5);
	ck_assert_int_eq(pptp_answers_put(&a, 16, PPTP_PORT_OPEN),
			 PPTP_ANSWERS_NEWS);
	ck_assert_int_eq(pptp_answers_get(&a, 16), PPTP_PORT_OPEN);
	guarded_free(&g);
}
END_TEST

START_TEST(beyond_the_memory_open_ones_are_known_exactly)
{
	struct pptp_answers a;
	uint64_t count = UINT64_C(1) << 48, random = 2, i, n;
	void *storage;

	a = answers_of(count, (size_t)1 << 20, &storage);
	ck_assert(!a.exact);
	n = a.open_room - a.open_room / 8;
	for (i = 0; i < n; i++)
		HOLDS(pptp_answers_put(&a, i << 31 ^ i * 77, PPTP_PORT_OPEN) ==
		      PPTP_ANSWERS_NEWS);
	for (i = 0; i < n; i++)
		HOLDS(pptp_answers_put(&a, i << 31 ^ i * 77, PPTP_PORT_OPEN) ==
		      PPTP_ANSWERS_KNOWN);
	for (i = 0; i < n; i++)
		HOLDS(pptp_answers_get(&a, random_below(&random, count) |
					       1 << 30) != PPTP_PORT_CLOSED);
	ck_assert_int_eq(pptp_answers_put(&a, count - 1, PPTP_PORT_OPEN),
			 PPTP_ANSWERS_FULL);
	ck_assert_int_eq(pptp_answers_get(&a, count - 1), PPTP_PORT_SILENT);
	free(storage);
}
END_TEST

START_TEST(beyond_the_memory_the_latest_of_the_others_are_known)
{
	struct pptp_answers a;
	uint64_t count = UINT64_C(1) << 48, target = count - 1;
	void *storage;

	a = answers_of(count, 4096, &storage);
	ck_assert_int_eq(pptp_answers_put(&a, target, PPTP_PORT_FILTERED),
			 PPTP_ANSWERS_NEWS);
	ck_assert_int_eq(pptp_answers_put(&a, target, PPTP_PORT_FILTERED),
			 PPTP_ANSWERS_KNOWN);
	ck_assert_int_eq(pptp_answers_put(&a, target, PPTP_PORT_CLOSED),
			 PPTP_ANSWERS_NEWS);
	ck_assert_int_eq(pptp_answers_get(&a, target), PPTP_PORT_CLOSED);
	ck_assert_int_eq(pptp_answers_put(&a, target, PPTP_PORT_OPEN),
			 PPTP_ANSWERS_NEWS);
	ck_assert_int_eq(pptp_answers_put(&a, target, PPTP_PORT_CLOSED),
			 PPTP_ANSWERS_KNOWN);
	ck_assert_int_eq(pptp_answers_get(&a, target), PPTP_PORT_OPEN);
	free(storage);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("answers");

	CLAIM(s, every_target_keeps_the_most_that_was_put);
	CLAIM(s, storage_is_two_bits_a_target_up_to_the_memory);
	CLAIM(s, what_is_not_exact_stays_in_its_storage);
	CLAIM(s, last_target_has_its_bits_at_the_wall);
	CLAIM(s, beyond_the_memory_open_ones_are_known_exactly);
	CLAIM(s, beyond_the_memory_the_latest_of_the_others_are_known);
	return run_suite(s);
}
