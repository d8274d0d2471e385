/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Very many targets by number: sorted by address, then port, each once, what is
 * excluded taken off; so that the n-th is exact, and neighbours have neighbouring
 * numbers. All IPv4 targets come before all IPv6 ones. An entry stands for a
 * block of addresses that have the same ports: 12 bytes for IPv4, 24 for IPv6.
 */
#ifndef PPTP_RANGES_H
#define PPTP_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ports.h"
#include "format/address.h"

/* So many targets at most; numbers have 47 bits. */
#define PPTP_RANGES_MOST (UINT64_C(1) << 47)

/* How many targets stand before an entry's first, and its pptp_port_choice; in
 * halves, so that no entry is padded. */
struct pptp_entry_rest {
	uint16_t is_list : 1, before_high : 15;
	uint16_t ports;
};

struct pptp_entry_v4 {
	uint32_t first, before_low;
	struct pptp_entry_rest rest;
};

struct pptp_entry_v6 {
	uint8_t first[16];
	uint32_t before_low;
	struct pptp_entry_rest rest;
};

/* Elements of each index. */
#define PPTP_RANGES_INDEX 65537

/* Storage is the caller's, and `ports` has every list that entries name.
 * pptp_ranges_build() of core/ranges_build.h fills it. */
struct pptp_ranges {
	struct pptp_entry_v4 *v4;
	struct pptp_entry_v6 *v6;
	uint32_t v4_room, v6_room;
	const struct pptp_ports *ports;
	uint32_t *by_number, *by_address;     /* PPTP_RANGES_INDEX each */
	uint32_t v4_count, v6_count;          /* entries */
	uint64_t v4_targets, targets;         /* IPv4 ones, and all */
	unsigned number_shift, address_shift; /* to an index's bucket */
};

uint64_t pptp_ranges_count(const struct pptp_ranges *r);
/* The n-th target, from 0; `n` is below the count. */
void pptp_ranges_nth(const struct pptp_ranges *r, uint64_t n,
		     struct pptp_address *a, uint16_t *port);
/* Which number a target has; false: it is none of them. */
bool pptp_ranges_index_of(const struct pptp_ranges *r,
			  const struct pptp_address *a, uint16_t port,
			  uint64_t *n);
/* Whether some port of this address is a target. */
bool pptp_ranges_holds(const struct pptp_ranges *r,
		       const struct pptp_address *a);
/* Once the entries are there: makes both indexes. */
void pptp_ranges_make_index(struct pptp_ranges *r);

#endif
