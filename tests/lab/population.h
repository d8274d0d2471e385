/* SPDX-License-Identifier: BSD-2-Clause */
/* Which server stands at which address: the same for the wire, for virtual
 * time and for the truth, from one seed. */
#ifndef LAB_POPULATION_H
#define LAB_POPULATION_H

#include "lab/server.h"

struct lab_population {
	const char *kind; /* "mixed": every stack and quirk; "friendly": stacks
			   * without quirks; "boxed": each behind another box;
			   * or one stack's name */
	uint32_t seed;
	unsigned silent; /* percent of the addresses that answer nothing */
};

bool lab_population_valid(const struct lab_population *p);
/* All of `config` but its addresses. */
void lab_population_member(const struct lab_population *p, unsigned index,
			   struct lab_config *config);
/* One JSON object: address, stack, quirk, methods, best, worst, login … */
void lab_population_truth(const struct lab_config *config, char *text,
			  size_t room);

#endif
