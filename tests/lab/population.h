/* SPDX-License-Identifier: BSD-2-Clause */
/* Which server stands at which address: the same for the wire, for virtual
 * time and for the truth, from one seed. */
#ifndef LAB_POPULATION_H
#define LAB_POPULATION_H

#include "lab/loss.h"
#include "lab/server.h"

struct lab_population {
	const char *kind; /* "mixed": every stack and quirk; "friendly": stacks
			   * without quirks; "boxed": each behind another box;
			   * or one stack's name */
	uint32_t seed;
	unsigned silent; /* percent of the addresses that answer nothing */
	/* Shares of all addresses that are something else; LAB_SHARE: all. */
	unsigned deaf;        /* accept, and say nothing */
	unsigned any_port;    /* the same, on every port */
	unsigned closed;      /* RST */
	unsigned unreachable; /* ICMP 3/13 from the router */
};

/* What of an address' dice decides what. */
#define LAB_DICE_SILENT 5
#define LAB_DICE_SHARES 6

bool lab_population_valid(const struct lab_population *p);
/* Those of the four shares together. */
unsigned lab_population_shares(const struct lab_population *p);
/* All of `config` but its addresses. */
void lab_population_member(const struct lab_population *p, unsigned index,
			   struct lab_config *config);
/* With them: the address is the `index`-th from `first` on. */
void lab_population_at(const struct lab_population *p, uint32_t first,
		       unsigned index, struct lab_config *config);
/* One JSON object: address, stack, quirk, methods, best, worst, login … */
void lab_population_truth(const struct lab_config *config, char *text,
			  size_t room);

#endif
