/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ranges.h"

#include <string.h>

_Static_assert(sizeof(struct pptp_entry_v4) == 12, "an IPv4 entry");
_Static_assert(sizeof(struct pptp_entry_v6) == 24, "an IPv6 entry");

#define MOST_BITS 16

_Static_assert(PPTP_RANGES_INDEX == (1 << MOST_BITS) + 1, "an index");

/* Of either family: what follows from an entry and the one behind it. */
struct entry {
	uint32_t
	    offset; /* of the address from the first; UINT32_MAX: or more */
	struct pptp_port_choice ports;
	uint64_t before, behind;
};

static struct pptp_port_choice choice_of(struct pptp_entry_rest rest)
{
	return (struct pptp_port_choice){rest.ports, rest.is_list};
}

static uint64_t number(uint32_t low, struct pptp_entry_rest rest)
{
	return (uint64_t)rest.before_high << 32 | low;
}

/* Targets before the entry, which may be the one behind the last. */
static uint64_t before_v4(const struct pptp_ranges *r, uint32_t i)
{
	return i == r->v4_count ? r->v4_targets
				: number(r->v4[i].before_low, r->v4[i].rest);
}

static uint64_t before_v6(const struct pptp_ranges *r, uint32_t i)
{
	return i == r->v6_count ? r->targets
				: number(r->v6[i].before_low, r->v6[i].rest);
}

uint64_t pptp_ranges_count(const struct pptp_ranges *r)
{
	return r->targets;
}

/* ---- from a number to its target ----------------------------------------- */

static uint64_t mask(unsigned bits)
{
	return (UINT64_C(1) << bits) - 1;
}

/* The entry that holds number `n`. */
static uint32_t search_v4(const struct pptp_ranges *r, uint64_t n)
{
	uint32_t low = r->by_number[n >> r->number_shift];
	uint32_t high = r->by_number[(n >> r->number_shift) + 1], middle;

	/* In a list of single addresses the first look is the last one. */
	middle = low + (uint32_t)((n & mask(r->number_shift)) * (high - low) >>
				  r->number_shift);
	while (low < high) {
		if (before_v4(r, middle) > n)
			high = middle - 1;
		else if (middle < high && before_v4(r, middle + 1) <= n)
			low = middle + 1;
		else
			return middle;
		middle = high - (high - low) / 2;
	}
	return low;
}

static uint32_t search_v6(const struct pptp_ranges *r, uint64_t n)
{
	uint32_t low = 0, high = r->v6_count - 1, middle;

	while (low < high) {
		middle = high - (high - low) / 2;
		if (before_v6(r, middle) <= n)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* Which address of the entry, and which of its ports, its n-th target is. */
static uint32_t split(const struct pptp_ranges *r, struct pptp_port_choice c,
		      uint64_t n, uint16_t *port)
{
	uint32_t ports;

	*port = c.value;
	if (!c.is_list)
		return (uint32_t)n;
	ports = pptp_ports_count(r->ports, c);
	*port = pptp_ports_nth(r->ports, c, (uint32_t)(n % ports));
	return (uint32_t)(n / ports);
}

/* `a` + `more`, which does not leave the family. */
static void add(struct pptp_address *a, uint32_t more)
{
	uint64_t carry = more;
	size_t i = 16;

	while (i-- > 0 && carry != 0) {
		carry += a->bytes[i];
		a->bytes[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

void pptp_ranges_nth(const struct pptp_ranges *r, uint64_t n,
		     struct pptp_address *a, uint16_t *port)
{
	uint32_t i, more;

	if (n < r->v4_targets) {
		i = search_v4(r, n);
		more = split(r, choice_of(r->v4[i].rest), n - before_v4(r, i),
			     port);
		*a = pptp_address_v4(r->v4[i].first + more);
		return;
	}
	i = search_v6(r, n);
	a->family = 6;
	memcpy(a->bytes, r->v6[i].first, sizeof(a->bytes));
	add(a, split(r, choice_of(r->v6[i].rest), n - before_v6(r, i), port));
}

/* ---- from a target to its number ----------------------------------------- */

static uint16_t least_port(const struct pptp_ranges *r,
			   struct pptp_entry_rest rest)
{
	return pptp_ports_nth(r->ports, choice_of(rest), 0);
}

/* Entries whose first target is (a, port) or less. */
static uint32_t upto_v4(const struct pptp_ranges *r, uint32_t a, uint16_t port)
{
	uint32_t low = r->by_address[a >> r->address_shift];
	uint32_t high = r->by_address[(a >> r->address_shift) + 1], middle;

	while (low < high) {
		const struct pptp_entry_v4 *e;

		middle = low + (high - low) / 2;
		e = &r->v4[middle];
		if (e->first < a ||
		    (e->first == a && least_port(r, e->rest) <= port))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint32_t upto_v6(const struct pptp_ranges *r,
			const struct pptp_address *a, uint16_t port)
{
	uint32_t low = 0, high = r->v6_count, middle;
	int order;

	while (low < high) {
		const struct pptp_entry_v6 *e;

		middle = low + (high - low) / 2;
		e = &r->v6[middle];
		order = memcmp(e->first, a->bytes, sizeof(e->first));
		if (order < 0 || (order == 0 && least_port(r, e->rest) <= port))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* `a` - `from`, which is no less, of IPv6; saturates at UINT32_MAX. */
static uint32_t distance(const struct pptp_address *a,
			 const struct pptp_address *from)
{
	uint64_t high, low;

	low = pptp_address_half(a, 8) - pptp_address_half(from, 8);
	high = pptp_address_half(a, 0) - pptp_address_half(from, 0) -
	       (pptp_address_half(a, 8) < pptp_address_half(from, 8));
	return high != 0 || low > UINT32_MAX ? UINT32_MAX : (uint32_t)low;
}

static bool last_upto_v4(const struct pptp_ranges *r, uint32_t a, uint16_t port,
			 struct entry *e)
{
	uint32_t i = upto_v4(r, a, port);

	if (i-- == 0)
		return false;
	e->offset = a - r->v4[i].first;
	e->ports = choice_of(r->v4[i].rest);
	e->before = before_v4(r, i);
	e->behind = before_v4(r, i + 1);
	return true;
}

/* The last entry whose first target is (a, port) or less; false: none. */
static bool last_upto(const struct pptp_ranges *r, const struct pptp_address *a,
		      uint16_t port, struct entry *e)
{
	struct pptp_address first = {6, {0}};
	uint32_t i;

	if (a->family == 4)
		return last_upto_v4(r, pptp_address_v4_value(a), port, e);
	i = a->family == 6 ? upto_v6(r, a, port) : 0;
	if (i-- == 0)
		return false;
	memcpy(first.bytes, r->v6[i].first, sizeof(first.bytes));
	e->offset = distance(a, &first);
	e->ports = choice_of(r->v6[i].rest);
	e->before = before_v6(r, i);
	e->behind = before_v6(r, i + 1);
	return true;
}

bool pptp_ranges_index_of(const struct pptp_ranges *r,
			  const struct pptp_address *a, uint16_t port,
			  uint64_t *n)
{
	struct entry e;
	int32_t which;

	if (!last_upto(r, a, port, &e))
		return false;
	which = pptp_ports_index(r->ports, e.ports, port);
	if (which < 0)
		return false;
	*n = (uint64_t)e.offset * pptp_ports_count(r->ports, e.ports) +
	     (uint32_t)which;
	if (*n >= e.behind - e.before)
		return false;
	*n += e.before;
	return true;
}

bool pptp_ranges_holds(const struct pptp_ranges *r,
		       const struct pptp_address *a)
{
	struct entry e;

	return last_upto(r, a, UINT16_MAX, &e) &&
	       (uint64_t)e.offset * pptp_ports_count(r->ports, e.ports) <
		   e.behind - e.before;
}

/* ---- the indexes --------------------------------------------------------- */

/* by_number[b] is the entry that holds the bucket's first number, or the last
 * entry; so each number is between its own bucket's entry and the next one's. */
static void index_numbers(struct pptp_ranges *r, unsigned bits)
{
	uint32_t i = 0, b;

	r->number_shift = 0;
	while (r->v4_targets > UINT64_C(1) << bits << r->number_shift)
		r->number_shift++;
	for (b = 0; b <= 1U << bits; b++) {
		while (i + 1 < r->v4_count &&
		       before_v4(r, i + 1) <= (uint64_t)b << r->number_shift)
			i++;
		r->by_number[b] = i;
	}
}

/* by_address[b] is how many entries begin before the bucket. */
static void index_addresses(struct pptp_ranges *r, unsigned bits)
{
	uint32_t i = 0, b;

	r->address_shift = 32 - bits;
	for (b = 0; b <= 1U << bits; b++) {
		while (i < r->v4_count &&
		       r->v4[i].first >> r->address_shift < b)
			i++;
		r->by_address[b] = i;
	}
}

void pptp_ranges_make_index(struct pptp_ranges *r)
{
	unsigned bits = 1;

	while (bits < MOST_BITS && r->v4_count > 1U << bits >> 2)
		bits++;
	index_numbers(r, bits);
	index_addresses(r, bits);
}
