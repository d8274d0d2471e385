/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sweep from its list to its rows: the sweeper finds who is open, a prober
 * asks them further, and each call gives one row. One thread calls; while
 * nobody does, nobody is asked.
 *
 * Each target has one row at most. With PPTP_ONLY_ANY one that did not answer
 * has its own when its wait is over, in the order of the sweep.
 */
#ifndef PPTP_SWEEP_RUN_H
#define PPTP_SWEEP_RUN_H

#include "core/record.h"
#include "net/sweep_list.h"
#include "net/sweeper.h"
#include "scan/row.h"

struct pptp_sweep_run;

struct pptp_sweep_run_config {
	const struct pptp_sweep_request *request;
	const struct pptp_sweep_list *list; /* both outlive it */
	/* All before this position has its row; the shard's first: nothing. */
	uint64_t low;
	struct pptp_sweep_counts counts; /* of what was done before */
	/* Somebody will go on where this ends: whoever is still asked when it
	 * is stopped has no row, and is asked again. */
	bool resumable;
	/* Packets are pptp-wire's, if there is one, though this process may
	 * have its own; else the other way round. */
	bool apart;
};

/* On failure one sentence in `text`. Nothing is sent before start(). */
enum pptp_error pptp_sweep_run_open(struct pptp_sweep_run **r,
				    const struct pptp_sweep_run_config *config,
				    char *text, size_t room) PPTP_MUST_USE;
/* No farewell: stop() and next() to its end come first. NULL is allowed. */
void pptp_sweep_run_close(struct pptp_sweep_run *r);
/* Begins; PPTP_ERROR_SYSTEM with errno. Before it, the sweep may be told what is
 * known already. */
enum pptp_error pptp_sweep_run_start(struct pptp_sweep_run *r) PPTP_MUST_USE;
/* Helpers have all packets: this process needs no capability for them. */
bool pptp_sweep_run_is_apart(const struct pptp_sweep_run *r);
/* For what it counts, excludes, and is told. */
struct pptp_sweeper *pptp_sweep_run_sweeper(struct pptp_sweep_run *r);

enum pptp_sweep_next {
	PPTP_SWEEP_ROW,
	PPTP_SWEEP_LATER, /* a fiftieth of a second passed, or a signal came */
	PPTP_SWEEP_OVER,  /* no row comes any more */
};

/* Borrowed until the next call. */
struct pptp_sweep_item {
	uint64_t position;
	const struct pptp_syn_row *syn; /* what one SYN told, or NULL: */
	const struct pptp_record *record;
};

enum pptp_sweep_next pptp_sweep_run_next(struct pptp_sweep_run *r,
					 struct pptp_sweep_item *item);
/* A record of kind `syn` or `conversation`. */
void pptp_sweep_item_walk(const struct pptp_sweep_item *item,
			  struct pptp_sink *s);
/* Nobody new is asked, and conversations say farewell within 3 s; next() gives
 * what is left. */
void pptp_sweep_run_stop(struct pptp_sweep_run *r);
bool pptp_sweep_run_is_stopped(const struct pptp_sweep_run *r);
/* Everybody was asked and waited for. */
bool pptp_sweep_run_is_done(const struct pptp_sweep_run *r);
/* Each position before it has the row that it gets. */
uint64_t pptp_sweep_run_low(const struct pptp_sweep_run *r);
/* What went wrong since the last call, in one sentence, or NULL; some row is
 * then less than it should be. */
const char *pptp_sweep_run_problem(struct pptp_sweep_run *r);
/* As pptp_sweeper_exclude(), for hits that wait, too. */
void pptp_sweep_run_exclude(struct pptp_sweep_run *r,
			    const struct pptp_sweeper_blocks *blocks);

#endif
