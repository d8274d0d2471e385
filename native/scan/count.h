/* SPDX-License-Identifier: BSD-2-Clause */
/* A sweep's counts as JSON, and back; and sums of several. */
#ifndef PPTP_COUNT_H
#define PPTP_COUNT_H

#include "format/sink.h"
#include "scan/sweep.h"

/* Each by its name, into an object that is open. */
void pptp_sweep_counts_walk(const struct pptp_sweep_counts *counts,
			    struct pptp_sink *s);
/* As pptp_facts_read. */
bool pptp_sweep_counts_read(struct pptp_sweep_counts *counts, const char *text,
			    size_t length, const char **why, const char **fact);
void pptp_sweep_counts_add(struct pptp_sweep_counts *sum,
			   const struct pptp_sweep_counts *counts);

#endif
