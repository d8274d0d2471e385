/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/special.h"

#include <stdio.h>

#include "unit/claims.h"

/* The registries a second time, as text: blocks and what may never be asked. */
static const struct {
	const char *prefix;
	unsigned bits;
	bool never;
} expected[] = {
    {"0.0.0.0", 8, true},        {"10.0.0.0", 8, false},
    {"100.64.0.0", 10, false},   {"127.0.0.0", 8, false},
    {"169.254.0.0", 16, false},  {"172.16.0.0", 12, false},
    {"192.0.0.0", 24, false},    {"192.0.0.0", 29, false},
    {"192.0.0.8", 32, false},    {"192.0.0.9", 32, false},
    {"192.0.0.10", 32, false},   {"192.0.0.170", 31, false},
    {"192.0.2.0", 24, false},    {"192.31.196.0", 24, false},
    {"192.52.193.0", 24, false}, {"192.88.99.0", 24, false},
    {"192.168.0.0", 16, false},  {"192.175.48.0", 24, false},
    {"198.18.0.0", 15, false},   {"198.51.100.0", 24, false},
    {"203.0.113.0", 24, false},  {"224.0.0.0", 4, true},
    {"240.0.0.0", 4, true},      {"::", 128, true},
    {"::1", 128, false},         {"::ffff:0:0", 96, true},
    {"64:ff9b::", 96, false},    {"64:ff9b:1::", 48, false},
    {"100::", 64, false},        {"100:0:0:1::", 64, false},
    {"2001::", 23, false},       {"2001::", 32, false},
    {"2001:1::1", 128, false},   {"2001:1::2", 128, false},
    {"2001:1::3", 128, false},   {"2001:2::", 48, false},
    {"2001:3::", 32, false},     {"2001:4:112::", 48, false},
    {"2001:10::", 28, false},    {"2001:20::", 28, false},
    {"2001:30::", 28, false},    {"2001:db8::", 32, false},
    {"2002::", 16, false},       {"2620:4f:8000::", 48, false},
    {"3fff::", 20, false},       {"fc00::", 7, false},
    {"fe80::", 10, false},       {"ff00::", 8, true},
    {"200::", 7, true},          {"400::", 6, true},
    {"800::", 5, true},          {"1000::", 4, true},
    {"4000::", 2, true},         {"8000::", 2, true},
    {"c000::", 3, true},         {"e000::", 4, true},
    {"f000::", 5, true},         {"f800::", 6, true},
    {"fe00::", 9, true},         {"fec0::", 10, true},
};

#define ROWS (sizeof(expected) / sizeof(expected[0]))

static struct pptp_address address(const char *text)
{
	struct pptp_address a;

	if (!pptp_address_parse(&a, text, strlen(text)))
		ck_abort_msg("%s", text);
	return a;
}

static struct pptp_address end_of(size_t row)
{
	struct pptp_address a = address(expected[row].prefix);
	unsigned i, width = a.family == 4 ? 32 : 128;

	for (i = expected[row].bits; i < width; i++)
		a.bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
	return a;
}

static struct pptp_block blocks[ROWS]; /* the same as addresses */

static void read_rows(void)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		blocks[i] =
		    (struct pptp_block){address(expected[i].prefix), end_of(i)};
}

static bool within(const struct pptp_address *a, size_t row)
{
	return pptp_address_compare(&blocks[row].first, a) <= 0 &&
	       pptp_address_compare(a, &blocks[row].last) <= 0;
}

static bool is_left(const struct pptp_block *target,
		    const struct pptp_address *a)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (within(a, i) &&
		    (expected[i].never || !within(&target->first, i) ||
		     !within(&target->last, i)))
			return false;
	return pptp_address_compare(&target->first, a) <= 0 &&
	       pptp_address_compare(a, &target->last) <= 0;
}

/* Both ends of each row, and the addresses beside them. */
static struct pptp_address edge(size_t n)
{
	struct pptp_address a =
	    n % 2 == 0 ? address(expected[n / 4].prefix) : end_of(n / 4);
	size_t i = a.family == 4 ? 4 : 16;

	if (n % 4 == 2)
		while (i-- > 0 && a.bytes[i]-- == 0)
			;
	if (n % 4 == 3)
		while (i-- > 0 && ++a.bytes[i] == 0)
			;
	return a;
}

#define EDGES (4 * ROWS)

static bool is_told(const struct pptp_block *pieces, size_t count,
		    const struct pptp_address *a)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (pptp_address_compare(&pieces[i].first, a) <= 0 &&
		    pptp_address_compare(a, &pieces[i].last) <= 0)
			return true;
	return false;
}

/* Of every target between two edges, what is left at every edge. */
static bool is_right(const struct pptp_block *target)
{
	struct pptp_block pieces[ROWS + 1];
	struct pptp_special_cut c;
	struct pptp_address a;
	size_t count = 0, i;

	pptp_special_begin(&c, target);
	while (count <= ROWS && pptp_special_next(&c, &pieces[count])) {
		if (count > 0 &&
		    pptp_address_compare(&pieces[count].first,
					 &pieces[count - 1].last) <= 0)
			return false;
		count++;
	}
	for (i = 0; i < EDGES; i++) {
		a = edge(i);
		if (a.family == target->first.family &&
		    is_told(pieces, count, &a) != is_left(target, &a))
			return false;
	}
	return count <= ROWS;
}

static void check_family(uint8_t family, size_t stride)
{
	char first[PPTP_ADDRESS_TEXT], last[PPTP_ADDRESS_TEXT];
	struct pptp_block target;
	size_t i, j;

	read_rows();
	for (i = 0; i < EDGES; i++)
		for (j = i % stride; j < EDGES; j += stride) {
			target.first = edge(i);
			target.last = edge(j);
			if (target.first.family != family ||
			    target.last.family != family ||
			    pptp_address_compare(&target.first, &target.last) >
				0 ||
			    is_right(&target))
				continue;
			pptp_address_format(&target.first, first);
			pptp_address_format(&target.last, last);
			ck_abort_msg("%s-%s", first, last);
		}
}

START_TEST(every_block_between_two_edges_of_ipv4_is_cut_right)
{
	check_family(4, 1);
}
END_TEST

START_TEST(every_block_between_two_edges_of_ipv6_is_cut_right)
{
	check_family(6, 3);
}
END_TEST

static uint64_t left_of(const char *first, const char *last)
{
	struct pptp_block target = {address(first), address(last)}, piece;
	struct pptp_special_cut c;
	uint64_t sum = 0;

	pptp_special_begin(&c, &target);
	while (pptp_special_next(&c, &piece))
		sum += pptp_block_size(&piece);
	return sum;
}

/* 2^32 less 2^28 twice, three /8 and so on, added up by hand. */
START_TEST(of_all_of_ipv4_so_many_addresses_are_left)
{
	ck_assert_uint_eq(left_of("0.0.0.0", "255.255.255.255"),
			  4294967296 - 2 * 268435456 - 3 * 16777216 - 4194304 -
			      1048576 - 2 * 65536 - 131072 - 8 * 256);
}
END_TEST

START_TEST(who_means_special_space_gets_it_but_never_multicast)
{
	ck_assert_uint_eq(left_of("10.0.0.0", "10.255.255.255"), 16777216);
	ck_assert_uint_eq(left_of("192.0.2.1", "192.0.2.1"), 1);
	ck_assert_uint_eq(left_of("127.0.0.1", "127.0.0.1"), 1);
	ck_assert_uint_eq(left_of("192.168.0.0", "192.169.0.255"), 256);
	ck_assert_uint_eq(left_of("224.0.0.1", "224.0.0.1"), 0);
	ck_assert_uint_eq(left_of("255.255.255.255", "255.255.255.255"), 0);
	ck_assert_uint_eq(left_of("0.0.0.0", "0.0.0.0"), 0);
	ck_assert_uint_eq(left_of("2001:db8::", "2001:db8::ffff"), 65536);
	ck_assert_uint_eq(left_of("::1", "::1"), 1);
	ck_assert_uint_eq(left_of("ff02::1", "ff02::1"), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("special");

	CLAIM(s, every_block_between_two_edges_of_ipv4_is_cut_right);
	CLAIM(s, every_block_between_two_edges_of_ipv6_is_cut_right);
	CLAIM(s, of_all_of_ipv4_so_many_addresses_are_left);
	CLAIM(s, who_means_special_space_gets_it_but_never_multicast);
	return run_suite(s);
}
