/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ranges_build.h"

#include <stdio.h>

#include "unit/claims.h"

/* A small space, all of it looked at: its first address somewhere, its ports
 * from 1 on. */
#define ADDRESSES 64
#define PORTS     6
#define SPANS     12
#define ENTRIES   (ADDRESSES * PORTS)

static uint16_t port_room[64];
static struct pptp_ports ports;
static struct pptp_span_v4 v4[SPANS];
static struct pptp_span_v6 v6[SPANS];
static struct pptp_block excluded[SPANS];
static struct pptp_entry_v4 entries_v4[ENTRIES];
static struct pptp_entry_v6 entries_v6[ENTRIES];
static uint32_t by_number[PPTP_RANGES_INDEX], by_address[PPTP_RANGES_INDEX];
static struct pptp_ranges_work work;
static struct pptp_ranges r;
static struct pptp_spans spans;
static struct pptp_address base;
static bool wanted[ADDRESSES][PORTS + 1], any[ADDRESSES];

static uint64_t state;

/* xorshift64*, Vigna 2014. */
static uint32_t below(uint32_t n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)(state * UINT64_C(2685821657736338717) >> 32) % n;
}

static struct pptp_address at(unsigned i)
{
	struct pptp_address a = base;
	unsigned carry = i, n = a.family == 4 ? 4 : 16;

	while (n-- > 0) {
		carry += a.bytes[n];
		a.bytes[n] = (uint8_t)carry;
		carry >>= 8;
	}
	return a;
}

static struct pptp_port_choice some_ports(void)
{
	struct pptp_port_set set = {{0}};
	struct pptp_port_choice c = {(uint16_t)(1 + below(PORTS)), false};
	unsigned n = 2 + below(3);

	if (below(3) > 0)
		return c;
	while (n-- > 0)
		pptp_port_set_add(&set, (uint16_t)(1 + below(PORTS)));
	if (!pptp_ports_choose(&ports, &set, &c))
		ck_abort_msg("no room for a list");
	return c;
}

/* Neighbours, single ones and large ones alike. */
static void some_block(unsigned *first, unsigned *last)
{
	static unsigned behind;
	unsigned length = below(4) == 0 ? below(ADDRESSES) : below(6);

	*first = below(3) == 0 ? behind % ADDRESSES : below(ADDRESSES);
	*last = *first + length < ADDRESSES ? *first + length : ADDRESSES - 1;
	behind = *last + 1;
}

static void add_span(void)
{
	struct pptp_port_choice c = some_ports();
	unsigned first, last, i;
	struct pptp_address a;
	uint32_t p;

	some_block(&first, &last);
	a = at(first);
	if (base.family == 4) {
		v4[spans.v4_count++] = (struct pptp_span_v4){
		    pptp_address_v4_value(&a),
		    pptp_address_v4_value(&a) + last - first, c.value,
		    c.is_list};
	} else {
		struct pptp_span_v6 *s = &v6[spans.v6_count++];

		memcpy(s->first, a.bytes, 16);
		s->more = (uint16_t)(last - first);
		s->ports = c.value;
		s->is_list = c.is_list;
	}
	for (i = first; i <= last; i++)
		for (p = 0; p < pptp_ports_count(&ports, c); p++)
			wanted[i][pptp_ports_nth(&ports, c, p)] = true;
}

static void exclude(void)
{
	unsigned first, last, i;

	some_block(&first, &last);
	excluded[spans.excluded_count++] =
	    (struct pptp_block){at(first), at(last)};
	for (i = first; i <= last; i++)
		memset(wanted[i], 0, sizeof(wanted[i]));
}

static void sort(void)
{
	qsort(v4, spans.v4_count, sizeof(v4[0]), pptp_span_v4_order);
	qsort(v6, spans.v6_count, sizeof(v6[0]), pptp_span_v6_order);
	qsort(excluded, spans.excluded_count, sizeof(excluded[0]),
	      pptp_block_order);
	spans.excluded_count =
	    pptp_blocks_merge(excluded, spans.excluded_count);
}

static void start(const char *first)
{
	if (!pptp_address_parse(&base, first, strlen(first)))
		ck_abort_msg("%s", first);
	memset(wanted, 0, sizeof(wanted));
	memset(&ports, 0, sizeof(ports));
	ports.ports = port_room;
	ports.room = sizeof(port_room) / sizeof(port_room[0]);
	spans = (struct pptp_spans){.v4 = v4, .v6 = v6, .excluded = excluded};
	r = (struct pptp_ranges){.v4 = entries_v4,
				 .v6 = entries_v6,
				 .by_number = by_number,
				 .by_address = by_address};
}

static void build(void)
{
	uint32_t n;

	r.v4_room = r.v6_room = 0;
	if (pptp_ranges_build(&r, &spans, &ports, &work) !=
	    (r.targets == 0 ? PPTP_RANGES_OK : PPTP_RANGES_ROOM))
		ck_abort_msg("without room there is %u", r.v4_count);
	n = r.v4_count + r.v6_count;
	r.v4_room = r.v4_count;
	r.v6_room = r.v6_count;
	if (n > ENTRIES ||
	    pptp_ranges_build(&r, &spans, &ports, &work) != PPTP_RANGES_OK ||
	    r.v4_count + r.v6_count != n)
		ck_abort_msg("counted %u, filled otherwise", n);
}

/* By number and by name; one assertion a set, each writes a file. */
static bool is_right(unsigned i, uint16_t port, uint64_t *n)
{
	struct pptp_address a = at(i), got;
	uint64_t found;
	uint16_t p;

	if (pptp_ranges_index_of(&r, &a, port, &found) != wanted[i][port])
		return false;
	if (!wanted[i][port])
		return true;
	any[i] = true;
	pptp_ranges_nth(&r, *n, &got, &p);
	return found == (*n)++ && p == port && pptp_address_equal(&got, &a);
}

/* Every target of the space, and no other. */
static void compare(void)
{
	bool right = true;
	uint64_t n = 0;
	uint16_t port;
	unsigned i;

	for (i = 0; i < ADDRESSES; i++) {
		struct pptp_address a = at(i);

		any[i] = false;
		for (port = 0; port <= PORTS; port++)
			right = right && is_right(i, port, &n);
		right = right && pptp_ranges_holds(&r, &a) == any[i];
	}
	ck_assert_msg(right, "the first wrong number is %llu",
		      (unsigned long long)n);
	ck_assert_uint_eq(pptp_ranges_count(&r), n);
}

static void compare_sets(const char *const *bases, unsigned count,
			 unsigned sets)
{
	unsigned i, n;

	state = 20261127;
	for (i = 0; i < sets; i++) {
		start(bases[i % count]);
		for (n = below(SPANS); n > 0; n--)
			add_span();
		for (n = below(3) == 0 ? 0 : below(SPANS); n > 0; n--)
			exclude();
		sort();
		build();
		compare();
	}
}

START_TEST(sets_of_ipv4_are_what_a_bitmap_says)
{
	static const char *const bases[] = {"0.0.0.0", "192.0.2.0",
					    "192.0.2.250", "127.255.255.224",
					    "255.255.255.192"};

	compare_sets(bases, 5, 50000);
}
END_TEST

START_TEST(sets_of_ipv6_are_what_a_bitmap_says)
{
	static const char *const bases[] = {
	    "::", "2001:db8::", "2001:db8::ffff:fff0",
	    "2001:db8::ffff:ffff:ffff:ffe0",
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffc0"};

	compare_sets(bases, 5, 50000);
}
END_TEST

START_TEST(both_families_have_one_row_of_numbers)
{
	struct pptp_address a;
	uint16_t port;
	uint64_t n;

	start("2001:db8::");
	v4[0] = (struct pptp_span_v4){0xc0000201, 0xc0000202, 1723, 0};
	spans.v4_count = 1;
	v6[0] = (struct pptp_span_v6){{0x20, 1, 0xd, 0xb8}, 1, 1723, 0};
	spans.v6_count = 1;
	/* One of either family, and some that touch neither. */
	excluded[0] = (struct pptp_block){at(1), at(9)};
	excluded[1].first = pptp_address_v4(0xc0000200);
	excluded[1].last = pptp_address_v4(0xc0000201);
	excluded[2].first = pptp_address_v4(5);
	excluded[2].last = pptp_address_v4(6);
	spans.excluded_count = 3;
	sort();
	build();
	ck_assert_uint_eq(pptp_ranges_count(&r), 2);
	pptp_ranges_nth(&r, 0, &a, &port);
	ck_assert_uint_eq(pptp_address_v4_value(&a), 0xc0000202);
	pptp_ranges_nth(&r, 1, &a, &port);
	ck_assert(pptp_address_equal(&a, &base));
	ck_assert(pptp_ranges_index_of(&r, &a, 1723, &n));
	ck_assert_uint_eq(n, 1);
	a.family = 0;
	ck_assert(!pptp_ranges_index_of(&r, &a, 1723, &n));
}
END_TEST

START_TEST(all_of_ipv4_with_two_ports_is_one_entry)
{
	static const uint64_t numbers[] = {
	    0, 1, 2, 0xfffffffe, 0xffffffff, UINT64_C(0x1ffffffff)};
	struct pptp_port_set set = {{0}};
	struct pptp_port_choice c;
	struct pptp_address a;
	uint16_t port;
	uint64_t n;
	size_t i;

	start("0.0.0.0");
	pptp_port_set_add(&set, 443);
	pptp_port_set_add(&set, 1723);
	ck_assert(pptp_ports_choose(&ports, &set, &c));
	v4[0] = (struct pptp_span_v4){0, UINT32_MAX, c.value, c.is_list};
	spans.v4_count = 1;
	build();
	ck_assert_uint_eq(r.v4_count, 1);
	ck_assert_uint_eq(pptp_ranges_count(&r), UINT64_C(1) << 33);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		pptp_ranges_nth(&r, numbers[i], &a, &port);
		ck_assert_uint_eq(pptp_address_v4_value(&a), numbers[i] / 2);
		ck_assert_uint_eq(port, numbers[i] % 2 ? 1723 : 443);
		ck_assert(pptp_ranges_index_of(&r, &a, port, &n));
		ck_assert_uint_eq(n, numbers[i]);
	}
	ck_assert(!pptp_ranges_index_of(&r, &a, 444, &n));
}
END_TEST

/* Entries that no bucket's bounds match, so that each number is searched. */
START_TEST(many_entries_are_found_by_number_and_by_address)
{
	enum { MANY = 300000 };
	static struct pptp_span_v4 many[MANY];
	static struct pptp_entry_v4 room[MANY];
	struct pptp_address a;
	uint32_t i, value = 0;
	bool right = true;
	uint16_t port;
	uint64_t n;

	state = 7;
	start("0.0.0.0");
	for (i = 0; i < MANY; i++) {
		value += 2 + below(14000);
		many[i] = (struct pptp_span_v4){value, 0, 1723, 0};
		value += below(200);
		many[i].last = value;
	}
	spans.v4 = many;
	spans.v4_count = MANY;
	r.v4 = room;
	r.v4_room = MANY;
	ck_assert_int_eq(pptp_ranges_build(&r, &spans, &ports, &work),
			 PPTP_RANGES_OK);
	ck_assert_uint_eq(r.v4_count, MANY);
	for (i = 0, n = 0; i < MANY && right; i++) {
		uint64_t found = 0;

		pptp_ranges_nth(&r, n, &a, &port);
		right = pptp_address_v4_value(&a) == many[i].first;
		n += many[i].last - many[i].first;
		a = pptp_address_v4(many[i].last);
		right = right && pptp_ranges_index_of(&r, &a, 1723, &found) &&
			found == n++;
		a = pptp_address_v4(many[i].last + 1);
		right = right && !pptp_ranges_holds(&r, &a);
	}
	ck_assert(right);
	ck_assert_uint_eq(pptp_ranges_count(&r), n);
}
END_TEST

/* Blocks of IPv6 that together have 2^32 addresses, or more and overlap. */
static void check_run(uint32_t count, uint32_t step)
{
	enum { MANY = 70000 };
	static struct pptp_span_v6 many[MANY];
	struct pptp_address a, got;
	uint32_t i, k;
	uint16_t port;
	uint64_t n, value;

	start("2001:db8::");
	for (i = 0; i < count; i++) {
		value = (uint64_t)i * step;
		memcpy(many[i].first, base.bytes, 16);
		for (k = 0; k < 8; k++)
			many[i].first[15 - k] = (uint8_t)(value >> 8 * k);
		many[i].more = UINT16_MAX;
		many[i].ports = 1723;
	}
	spans.v6 = many;
	spans.v6_count = count;
	build();
	ck_assert_uint_eq(r.v6_count, 2);
	n = (uint64_t)(count - 1) * step + 65536;
	ck_assert_uint_gt(n, UINT32_MAX);
	ck_assert_uint_eq(pptp_ranges_count(&r), n);
	a = base;
	memcpy(a.bytes, many[count - 1].first, 16);
	ck_assert(pptp_ranges_index_of(&r, &a, 1723, &n));
	ck_assert_uint_eq(n, (uint64_t)(count - 1) * step);
	pptp_ranges_nth(&r, n, &got, &port);
	ck_assert(pptp_address_equal(&a, &got));
}

START_TEST(a_long_run_of_ipv6_is_divided)
{
	check_run(70000, 65000);
	check_run(65536, 65536);
}
END_TEST

START_TEST(what_does_not_fit_is_told)
{
	struct pptp_port_set all = {{0}};
	struct pptp_port_choice c;
	static uint16_t every[65535];
	int port;

	start("0.0.0.0");
	ports.ports = every;
	ports.room = 65535;
	for (port = 1; port <= 65535; port++)
		pptp_port_set_add(&all, (uint16_t)port);
	ck_assert(pptp_ports_choose(&ports, &all, &c));
	v4[0] = (struct pptp_span_v4){0, UINT32_MAX, c.value, c.is_list};
	spans.v4_count = 1;
	r.v4_room = 1;
	ck_assert_int_eq(pptp_ranges_build(&r, &spans, &ports, &work),
			 PPTP_RANGES_TOO_MANY);
	/* No room for the list {1, 2}, which two addresses would need. */
	ports.count = ports.used = ports.room = 0;
	v4[0] = (struct pptp_span_v4){8, 9, 1, 0};
	v4[1] = (struct pptp_span_v4){8, 9, 2, 0};
	spans.v4_count = 2;
	ck_assert_int_eq(pptp_ranges_build(&r, &spans, &ports, &work),
			 PPTP_RANGES_LISTS);
	v4[0].last = v4[1].last = 8;
	r.v4_room = 2;
	ck_assert_int_eq(pptp_ranges_build(&r, &spans, &ports, &work),
			 PPTP_RANGES_OK);
}
END_TEST

START_TEST(more_ports_of_one_address_than_may_overlap_are_told)
{
	static struct pptp_span_v4 many[PPTP_RANGES_OVERLAPS + 1];
	static struct pptp_entry_v4 room[PPTP_RANGES_OVERLAPS];
	struct pptp_address a = pptp_address_v4(8);
	uint64_t n;

	start("0.0.0.0");
	for (uint16_t i = 0; i <= PPTP_RANGES_OVERLAPS; i++)
		many[i] = (struct pptp_span_v4){8, 8, (uint16_t)(i + 1), 0};
	spans.v4 = many;
	spans.v4_count = PPTP_RANGES_OVERLAPS + 1;
	ck_assert_int_eq(pptp_ranges_build(&r, &spans, &ports, &work),
			 PPTP_RANGES_OVERLAP);
	spans.v4_count--;
	r.v4 = room;
	r.v4_room = PPTP_RANGES_OVERLAPS;
	ck_assert_int_eq(pptp_ranges_build(&r, &spans, &ports, &work),
			 PPTP_RANGES_OK);
	ck_assert(pptp_ranges_index_of(&r, &a, PPTP_RANGES_OVERLAPS, &n));
	ck_assert_uint_eq(n, PPTP_RANGES_OVERLAPS - 1);
}
END_TEST

/* Many sets, on a machine that has other things to do. */
static void long_claim(Suite *s, const char *name, const TTest *test)
{
	TCase *c = tcase_create(name);

	tcase_set_timeout(c, 120);
	tcase_add_test(c, test);
	suite_add_tcase(s, c);
}

#define LONG_CLAIM(suite, test) long_claim(suite, #test, test)

int main(void)
{
	Suite *s = suite_create("ranges");

	LONG_CLAIM(s, sets_of_ipv4_are_what_a_bitmap_says);
	LONG_CLAIM(s, sets_of_ipv6_are_what_a_bitmap_says);
	CLAIM(s, both_families_have_one_row_of_numbers);
	CLAIM(s, all_of_ipv4_with_two_ports_is_one_entry);
	LONG_CLAIM(s, many_entries_are_found_by_number_and_by_address);
	CLAIM(s, a_long_run_of_ipv6_is_divided);
	CLAIM(s, what_does_not_fit_is_told);
	CLAIM(s, more_ports_of_one_address_than_may_overlap_are_told);
	return run_suite(s);
}
