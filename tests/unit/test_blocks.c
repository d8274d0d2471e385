/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks of addresses, held against a list of every address. */
#include "core/blocks.h"

#include "unit/claims.h"

#define SPACE  40 /* addresses of either family */
#define BLOCKS 12

static uint32_t dice = 1;

static uint32_t roll(uint32_t sides)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 8) % sides;
}

static struct pptp_address parsed(const char *text)
{
	struct pptp_address a;

	ck_assert(pptp_address_parse(&a, text, strlen(text)));
	return a;
}

/* The n-th of a space that ends with the last of IPv4, or begins with the first
 * of IPv6. */
static struct pptp_address nth(uint8_t family, uint32_t n)
{
	struct pptp_address a = parsed("::");

	if (family == 4)
		return pptp_address_v4(UINT32_MAX - SPACE + 1 + n);
	a.bytes[15] = (uint8_t)n;
	return a;
}

static struct pptp_block block(const char *first, const char *last)
{
	return (struct pptp_block){parsed(first), parsed(last)};
}

struct holding { /* addresses, by family and number */
	bool has[2][SPACE];
};

static size_t some_blocks(struct pptp_block *blocks, struct holding *h)
{
	size_t count = roll(BLOCKS + 1);

	memset(h, 0, sizeof(*h));
	for (size_t i = 0; i < count; i++) {
		uint8_t family = roll(2) == 0 ? 4 : 6;
		uint32_t from = roll(SPACE), to = from + roll(SPACE - from);

		if (roll(2) == 0)
			to = from;
		blocks[i] =
		    (struct pptp_block){nth(family, from), nth(family, to)};
		for (uint32_t n = from; n <= to; n++)
			h->has[family == 6][n] = true;
	}
	qsort(blocks, count, sizeof(*blocks), pptp_block_order);
	return count;
}

START_TEST(merged_blocks_hold_the_same_addresses_and_stand_apart)
{
	struct pptp_block blocks[BLOCKS];
	const struct pptp_block *found;
	struct pptp_address a;
	struct holding h;

	for (unsigned round = 0; round < 4000; round++) {
		size_t count = some_blocks(blocks, &h);

		count = pptp_blocks_merge(blocks, count);
		for (uint8_t family = 4; family <= 6; family += 2)
			for (uint32_t n = 0; n < SPACE; n++) {
				a = nth(family, n);
				found = pptp_blocks_find(blocks, count, &a);
				ck_assert_int_eq(found != NULL,
						 h.has[family == 6][n]);
				ck_assert(found == NULL ||
					  (pptp_address_compare(&found->first,
								&a) <= 0 &&
					   pptp_address_compare(&found->last,
								&a) >= 0));
			}
		for (size_t i = 1; i < count; i++) {
			a = blocks[i - 1].last;
			pptp_address_increment(&a);
			ck_assert_int_lt(
			    pptp_address_compare(&blocks[i - 1].last,
						 &blocks[i].first),
			    0);
			ck_assert(!pptp_address_equal(&a, &blocks[i].first));
		}
	}
}
END_TEST

START_TEST(sizes_are_counted_as_far_as_64_bits)
{
	static const struct {
		const char *first, *last;
		uint64_t size, of_public;
	} rows[] = {
	    {"8.8.4.4", "8.8.4.4", 1, 1},
	    {"8.8.8.0", "8.8.8.255", 256, 256},
	    {"10.0.0.0", "10.255.255.255", 1 << 24, 0},
	    {"9.255.255.255", "10.0.0.0", 2, 1},
	    {"0.0.0.0", "255.255.255.255", UINT64_C(1) << 32, 0},
	    {"2600::", "2600::", 1, 1},
	    {"2001:db8::", "2001:db8::ffff:ffff:ffff:fffe", UINT64_MAX, 0},
	    {"2001:db8::", "2001:db8::ffff:ffff:ffff:ffff", UINT64_MAX, 0},
	    {"2001:db8::", "2001:db8::ffff:ffff:ffff:fffd", UINT64_MAX - 1, 0},
	    {"2001:db8::ffff:ffff:ffff:ffff", "2001:db8:0:1::", UINT64_MAX, 0},
	    {"fd00::1", "fd00::9", 9, 0},
	    {"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", UINT64_MAX,
	     0},
	    {"fdff:ffff:ffff:ffff::1", "fdff:ffff:ffff:ffff::3", 3, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct pptp_block b = block(rows[i].first, rows[i].last);

		ck_assert_msg(pptp_block_size(&b) == rows[i].size, "%s",
			      rows[i].first);
		if (rows[i].size < 1 << 25)
			ck_assert_msg(pptp_block_public(&b) ==
					  rows[i].of_public,
				      "%s", rows[i].first);
	}
}
END_TEST

/* Rather too much than too little. */
START_TEST(all_of_ipv6_counts_where_either_end_is_public)
{
	struct pptp_block from = block("2600::", "fd00::1");
	struct pptp_block to = block("fd00::1", "fe00::");
	struct pptp_block within = block("fc00::", "fd00::1");

	ck_assert(pptp_block_public(&from) == UINT64_MAX);
	ck_assert(pptp_block_public(&to) == UINT64_MAX);
	ck_assert(pptp_block_public(&within) == 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("blocks");

	CLAIM(s, merged_blocks_hold_the_same_addresses_and_stand_apart);
	CLAIM(s, sizes_are_counted_as_far_as_64_bits);
	CLAIM(s, all_of_ipv6_counts_where_either_end_is_public);
	return run_suite(s);
}
