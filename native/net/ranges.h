/* SPDX-License-Identifier: BSD-2-Clause */
/* Ranges of addresses: what is wanted, and what is left out. Blocks are never
 * expanded. */
#ifndef PPTP_RANGES_H
#define PPTP_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/address.h"

struct pptp_range {
	struct pptp_address first, last;
	uint16_t port;
	char *name, *labels; /* owned, or NULL */
};

struct pptp_ranges {
	struct pptp_range *entries;
	size_t count, room;
};

void pptp_ranges_free(struct pptp_ranges *all);
/* Takes the range's strings over, also where it fails. False: no memory. */
bool pptp_ranges_append(struct pptp_ranges *all, const struct pptp_range *r);
/* How many addresses, and how many of them are outside private space; both
 * saturate at UINT64_MAX. */
uint64_t pptp_ranges_count(const struct pptp_ranges *all);
uint64_t pptp_ranges_public(const struct pptp_ranges *all);
/* In order, and without overlaps. Names, labels and ports are not looked at:
 * for exclusions, which have none. */
void pptp_ranges_sort(struct pptp_ranges *all);
/* Of ranges that are sorted: the one that `a` is in, or NULL. */
const struct pptp_range *pptp_ranges_find(const struct pptp_ranges *all,
					  const struct pptp_address *a);

#endif
