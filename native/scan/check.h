/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the shards of a sweep are one sweep: same order, same targets, no
 * position missing, none twice; and their sums. */
#ifndef PPTP_CHECK_H
#define PPTP_CHECK_H

#include "format/sink.h"
#include "scan/journal.h"

/* What of a shard's metadata is compared. */
struct pptp_meta {
	uint64_t seed, count;
	uint64_t shard, shards, first, end;
	uint64_t low; /* all before it is settled */
	uint64_t rows;
	uint64_t lossy; /* 1: replies were lost, and that is not healed */
	uint8_t targets_hash[PPTP_HASH_SIZE], options_hash[PPTP_HASH_SIZE];
	struct pptp_sweep_counts counts;
	size_t file; /* the caller's number; not in the metadata */
};

enum pptp_check_fault {
	PPTP_CHECK_OK,
	PPTP_CHECK_SEED,
	PPTP_CHECK_TARGETS, /* other lists, or another number of targets */
	PPTP_CHECK_OPTIONS,
	PPTP_CHECK_SPAN, /* not the positions of the shard that it says */
	PPTP_CHECK_OVERLAP,
	PPTP_CHECK_GAP,
	PPTP_CHECK_UNFINISHED,
	PPTP_CHECK_LOSSY,
};

struct pptp_check {
	enum pptp_check_fault fault;
	size_t one, other; /* by `file`; GAP: what comes before it, after it */
	struct pptp_interval
	    span;      /* OVERLAP, GAP, UNFINISHED: which positions */
	uint64_t rows; /* sums of all */
	struct pptp_sweep_counts counts;
};

/* An object that is open gets all but `file`. */
void pptp_meta_walk(const struct pptp_meta *meta, struct pptp_sink *s);
/* As pptp_facts_read; leaves `file` alone. */
bool pptp_meta_read(struct pptp_meta *meta, const char *text, size_t length,
		    const char **why, const char **fact);
/* `n` is 1 or more; sorts them by position. The first fault that is found. */
struct pptp_check pptp_check_shards(struct pptp_meta *metas, size_t n);

#endif
