/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/ranges.h"

#include <stdlib.h>

void pptp_ranges_free(struct pptp_ranges *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		free(l->entries[i].name);
		free(l->entries[i].labels);
	}
	free(l->entries);
}

bool pptp_ranges_append(struct pptp_ranges *l, const struct pptp_range *e)
{
	size_t room = l->room > 0 ? 2 * l->room : 16;
	struct pptp_range *entries = l->entries;

	if (l->count == l->room) {
		entries = realloc(l->entries, room * sizeof(*entries));
		if (entries == NULL) {
			free(e->name);
			free(e->labels);
			return false;
		}
		l->entries = entries;
		l->room = room;
	}
	entries[l->count++] = *e;
	return true;
}

static uint64_t half(const struct pptp_address *a, size_t at)
{
	uint64_t value = 0;
	size_t i;

	for (i = at; i < at + 8; i++)
		value = value << 8 | a->bytes[i];
	return value;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t size_of(const struct pptp_range *e)
{
	if (e->first.family == 4)
		return (uint64_t)pptp_address_v4_value(&e->last) -
		       pptp_address_v4_value(&e->first) + 1;
	if (half(&e->first, 0) != half(&e->last, 0))
		return UINT64_MAX;
	return plus(half(&e->last, 8) - half(&e->first, 8), 1);
}

uint64_t pptp_ranges_count(const struct pptp_ranges *all)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < all->count; i++)
		sum = plus(sum, size_of(&all->entries[i]));
	return sum;
}

/* Of a range of IPv6 all counts where either end is public: rather too much
 * than too little. */
static uint64_t public_of(const struct pptp_range *e)
{
	if (e->first.family == 6)
		return pptp_address_is_private(&e->first) &&
			       pptp_address_is_private(&e->last)
			   ? 0
			   : size_of(e);
	return pptp_address_v4_public(pptp_address_v4_value(&e->first),
				      pptp_address_v4_value(&e->last));
}

uint64_t pptp_ranges_public(const struct pptp_ranges *all)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < all->count; i++)
		sum = plus(sum, public_of(&all->entries[i]));
	return sum;
}

static int by_first(const void *a, const void *b)
{
	const struct pptp_range *left = a, *right = b;

	return pptp_address_compare(&left->first, &right->first);
}

/* So that one search finds the only one. */
void pptp_ranges_sort(struct pptp_ranges *l)
{
	struct pptp_range *top;
	size_t i, n = 0;

	if (l->count == 0)
		return;
	qsort(l->entries, l->count, sizeof(*l->entries), by_first);
	for (i = 1; i < l->count; i++) {
		top = &l->entries[n];
		if (pptp_address_compare(&l->entries[i].first, &top->last) > 0)
			l->entries[++n] = l->entries[i];
		else if (pptp_address_compare(&l->entries[i].last, &top->last) >
			 0)
			top->last = l->entries[i].last;
	}
	l->count = n + 1;
}

const struct pptp_range *pptp_ranges_find(const struct pptp_ranges *all,
					  const struct pptp_address *a)
{
	const struct pptp_range *entries = all->entries;
	size_t low = 0, high = all->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (pptp_address_compare(&entries[middle].last, a) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == all->count ||
	    pptp_address_compare(&entries[low].first, a) > 0)
		return NULL;
	return &entries[low];
}
