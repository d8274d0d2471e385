/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whom a sweep of pptp-wire asks, as its user said it, entry by entry: numbered
 * as core/ranges.h does, and held against what is never asked, whoever says so.
 */
#ifndef PPTP_SWEEPER_TARGETS_H
#define PPTP_SWEEPER_TARGETS_H

#include "core/ranges.h"
#include "net/sweeper_messages.h"

#define PPTP_SWEEPER_ENTRIES_MOST (1U << 26)

struct pptp_sweeper_targets { /* zeroed before use */
	struct pptp_ranges ranges;
	struct pptp_ports ports;
	size_t v4_room, v6_room;  /* of the ranges' entries */
	struct pptp_address last; /* of the last entry; family 0: none */
	uint64_t public; /* addresses outside private space; saturates */
	bool ended;
};

/* 0 or errno, here and below. EINVAL: one port, or port 0, or a list that is
 * there already; EMFILE; ENOMEM. */
int pptp_sweeper_targets_ports(struct pptp_sweeper_targets *t,
			       const struct pptp_port_set *set);
/* In rising order, IPv4 first; `block` is what it has of addresses. EINVAL: out of that order, beyond its family's
 * addresses, of no list that is there, or with port 0; EADDRNOTAVAIL: multicast,
 * reserved or unspecified, who cannot answer for himself; EMFILE; ENOMEM. */
int pptp_sweeper_targets_add(struct pptp_sweeper_targets *t,
			     const struct pptp_sweeper_entry *e,
			     struct pptp_block *block);
/* Nothing is added any more. EINVAL: there is none; ENOMEM. */
int pptp_sweeper_targets_end(struct pptp_sweeper_targets *t);
void pptp_sweeper_targets_free(struct pptp_sweeper_targets *t);

/* For who sends them: the n-th entry of ranges, of either family; false: there
 * are not so many. */
bool pptp_sweeper_targets_nth(const struct pptp_ranges *r, uint64_t n,
			      struct pptp_sweeper_entry *e);

#endif
