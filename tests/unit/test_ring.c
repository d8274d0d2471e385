/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/ring.h"

#include <pthread.h>

#include "unit/scan.h"

START_TEST(records_come_out_as_they_went_in)
{
	uint64_t slots[8], random = 1, in = 0, out = 0, value;
	struct pptp_ring r;
	int i;

	pptp_ring_init(&r, slots, sizeof(slots[0]), 8);
	for (i = 0; i < 100000; i++) {
		HOLDS(pptp_ring_used(&r) == in - out);
		if (random_below(&random, 2) == 0) {
			HOLDS(pptp_ring_put(&r, &in) == (in - out < 8));
			in += in - out < 8;
		} else if (pptp_ring_take(&r, &value)) {
			HOLDS(value == out);
			out++;
		} else {
			HOLDS(in == out);
		}
	}
	ck_assert_uint_gt(out, 10000);
}
END_TEST

#define MANY 2000000

static void *put_many(void *ring)
{
	uint64_t record[3], i;

	for (i = 0; i < MANY; i++) {
		record[0] = record[2] = i;
		record[1] = ~i;
		while (!pptp_ring_put(ring, record))
			sched_yield();
	}
	return NULL;
}

START_TEST(two_threads_lose_and_tear_nothing)
{
	uint64_t slots[64][3], record[3], i;
	struct pptp_ring r;
	pthread_t thread;

	pptp_ring_init(&r, slots, sizeof(slots[0]), 64);
	ck_assert_int_eq(pthread_create(&thread, NULL, put_many, &r), 0);
	for (i = 0; i < MANY; i++) {
		while (!pptp_ring_take(&r, record))
			sched_yield();
		HOLDS(record[0] == i && record[1] == ~i && record[2] == i);
	}
	pthread_join(thread, NULL);
	ck_assert_uint_eq(pptp_ring_used(&r), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ring");

	CLAIM(s, records_come_out_as_they_went_in);
	LONG_CLAIM(s, two_threads_lose_and_tear_nothing);
	return run_suite(s);
}
