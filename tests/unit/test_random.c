/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/random.h"

#include "unit/claims.h"

/* What was told once stands nowhere any more. */
START_TEST(random_bytes_are_told_once)
{
	struct pptp_random r = {.left = 0};
	uint8_t bytes[PPTP_RANDOM_POOL], one[100], none[PPTP_RANDOM_POOL];

	memset(none, 0, sizeof(none));
	ck_assert(pptp_random_take(&r, one, 100));
	ck_assert_uint_eq(r.left, PPTP_RANDOM_POOL - 100);
	ck_assert_mem_eq(r.pool + r.left, none, 100);
	ck_assert_mem_ne(one, none, 100);
	memcpy(bytes, r.pool, r.left);
	ck_assert(pptp_random_take(&r, one, 100));
	ck_assert_mem_eq(one, bytes + 56, 100);
	ck_assert(pptp_random_take(&r, one, 56));
	ck_assert_mem_eq(one, bytes, 56);
	ck_assert_mem_eq(r.pool, none, sizeof(none));
	ck_assert_uint_eq(r.left, 0);
	ck_assert(pptp_random_take(&r, one, 1));
	ck_assert_uint_eq(r.left, PPTP_RANDOM_POOL - 1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("random");

	CLAIM(s, random_bytes_are_told_once);
	return run_suite(s);
}
