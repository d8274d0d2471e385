/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/block.h"

#include "unit/scan.h"

static uint8_t *blocks;

static void setup(void)
{
	blocks = calloc(PPTP_BLOCKS, 1);
	ck_assert_ptr_nonnull(blocks);
}

static void teardown(void)
{
	free(blocks);
}

static struct pptp_address in_block(uint32_t last)
{
	return pptp_address_v4(0xffffff00 | last);
}

/* How many of `n` hits are asked. */
static int asked(const struct pptp_address *a, int n)
{
	int i, count = 0;

	for (i = 0; i < n; i++)
		count += pptp_block_asks(blocks, a);
	return count;
}

START_TEST(sixteen_silent_conversations_thin_a_network_out)
{
	struct pptp_address a, other = pptp_address_v4(0xfffffeff);
	uint32_t i;

	for (i = 0; i < 16; i++) {
		a = in_block(i);
		ck_assert_int_eq(asked(&a, 3), 3);
		pptp_block_ended(blocks, &a, false);
	}
	a = in_block(200);
	pptp_block_ended(blocks, &a, false);
	ck_assert_int_eq(asked(&a, 15), 0);
	ck_assert_int_eq(asked(&a, 1), 1);
	ck_assert_int_eq(asked(&a, 160), 10);
	ck_assert_int_eq(asked(&other, 32), 32);
	pptp_block_ended(blocks, &a, false);
	ck_assert_int_eq(asked(&a, 160), 10);
}
END_TEST

START_TEST(one_byte_gives_a_network_back)
{
	struct pptp_address a = in_block(1);
	int i;

	for (i = 0; i < 15; i++)
		pptp_block_ended(blocks, &a, false);
	pptp_block_ended(blocks, &a, true);
	for (i = 0; i < 15; i++)
		pptp_block_ended(blocks, &a, false);
	ck_assert_int_eq(asked(&a, 32), 32);
	pptp_block_ended(blocks, &a, false);
	ck_assert_int_eq(asked(&a, 8), 0);
	pptp_block_ended(blocks, &a, true);
	ck_assert_int_eq(asked(&a, 32), 32);
}
END_TEST

START_TEST(ipv6_is_always_asked)
{
	struct pptp_address a = {6, {0}};
	int i;

	for (i = 0; i < 40; i++)
		pptp_block_ended(blocks, &a, false);
	ck_assert_int_eq(asked(&a, 40), 40);
}
END_TEST

static void fixture_claim(Suite *s, const char *name, const TTest *test)
{
	TCase *c = tcase_create(name);

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, test);
	suite_add_tcase(s, c);
}

int main(void)
{
	Suite *s = suite_create("block");

	fixture_claim(s, "thin",
		      sixteen_silent_conversations_thin_a_network_out);
	fixture_claim(s, "back", one_byte_gives_a_network_back);
	fixture_claim(s, "ipv6", ipv6_is_always_asked);
	return run_suite(s);
}
