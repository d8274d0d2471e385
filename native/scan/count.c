/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/count.h"

#include "scan/fact.h"

#define COUNT(field) PPTP_FACT_NUMBER_OF(struct pptp_sweep_counts, field)

static const struct pptp_fact facts[] = {
    COUNT(syns),
    COUNT(retries),
    COUNT(again),
    COUNT(syn_acks),
    COUNT(rsts),
    COUNT(icmps),
    COUNT(open),
    COUNT(closed),
    COUNT(filtered),
    COUNT(repeats),
    COUNT(second_ports_open),
    COUNT(unproven),
    COUNT(early),
    COUNT(full),
    COUNT(first_only),
    COUNT(second_only),
    COUNT(both),
};

#define FACTS (sizeof(facts) / sizeof(facts[0]))

_Static_assert(FACTS * sizeof(uint64_t) == sizeof(struct pptp_sweep_counts),
	       "each count has its name");

void pptp_sweep_counts_walk(const struct pptp_sweep_counts *counts,
			    struct pptp_sink *s)
{
	pptp_facts_walk(facts, FACTS, counts, s);
}

bool pptp_sweep_counts_read(struct pptp_sweep_counts *counts, const char *text,
			    size_t length, const char **why, const char **fact)
{
	return pptp_facts_read(facts, FACTS, counts, text, length, why, fact);
}

void pptp_sweep_counts_add(struct pptp_sweep_counts *sum,
			   const struct pptp_sweep_counts *counts)
{
	uint64_t *to = (uint64_t *)sum;
	const uint64_t *from = (const uint64_t *)counts;
	size_t i;

	for (i = 0; i < FACTS; i++)
		to[i] += from[i];
}
