/* SPDX-License-Identifier: BSD-2-Clause */
/* For the files of a run alone: what they share. */
#ifndef PPTP_SWEEP_RUN_PARTS_H
#define PPTP_SWEEP_RUN_PARTS_H

#include "net/prober.h"
#include "net/sweep_details.h"
#include "net/sweep_hits.h"
#include "net/sweep_run.h"

#define PPTP_RUN_TURN_US  20000 /* how often what was found is looked for */
#define PPTP_RUN_LIVE     65536 /* more than any prober deals with */
#define PPTP_RUN_ASIDE    1024  /* rows that wait to be given */
#define PPTP_RUN_SENTENCE 6144  /* a path of the longest kind, and words */

/* A row that came up while the prober asked for a plan. */
struct pptp_run_aside {
	struct pptp_syn_row row;
	struct pptp_syn_reply reply;
};

struct pptp_sweep_run {
	struct pptp_sweep_run_config config;
	const struct pptp_sweep_request *request;
	const struct pptp_sweep_list *list;
	struct pptp_sweeper *sweeper;
	struct pptp_sweeper_blocks left_out; /* before it began */
	bool apart;                          /* the sweeper is a helper's */
	struct pptp_sweep_config sweep;      /* the sweeper's */
	struct pptp_prober *prober;          /* NULL: depth syn */
	struct pptp_sweep_hits hits;
	struct pptp_sweep_details details; /* with PPTP_ONLY_ANY */
	uint8_t *blocks;                   /* scan/block.h */
	/* Positions that the prober deals with, by tag; UINT64_MAX: free. */
	uint64_t *live;
	size_t live_next;
	/* What the plan that was pulled last began with. */
	struct pptp_exchange exchange;
	struct pptp_found exchanged;
	uint8_t syn[PPTP_FOUND_PACKET];
	struct pptp_run_aside aside[PPTP_RUN_ASIDE], given;
	size_t aside_put, aside_taken;
	/* Positions before `low` have their rows, those before `settled` may
	 * have them. */
	uint64_t low, settled, settled_at;
	const struct pptp_sweeper_blocks *excluded;
	char problem[PPTP_RUN_SENTENCE], told[PPTP_RUN_SENTENCE];
	/* Told to stop; has to; everybody was asked; no more rows come. */
	bool stopping, failed, done, over;
};

/* ---- sweep_run_rows.c ---- */

/* Nanoseconds since 1970. */
int64_t pptp_run_wall_ns(void);
/* Takes from the sweeper what it has. */
void pptp_run_take(struct pptp_sweep_run *r);
/* The oldest hit that may be dealt with, or NULL. */
const struct pptp_sweep_hit *pptp_run_hit(const struct pptp_sweep_run *r);
/* Whoever is open has a row, whatever else it does. */
bool pptp_run_tells_open(const struct pptp_sweep_run *r);
bool pptp_run_is_excluded(const struct pptp_sweep_run *r,
			  const struct pptp_address *a);
/* The row of a hit; `not_tested`: why nothing else was asked, or NULL. */
struct pptp_run_aside pptp_run_aside_of(const struct pptp_sweep_run *r,
					const struct pptp_sweep_hit *hit,
					const char *not_tested);
/* Its host name goes nowhere, its labels do. */
void pptp_run_label(const struct pptp_sweep_run *r, struct pptp_syn_row *row);
size_t pptp_run_asides(const struct pptp_sweep_run *r);
/* There has to be room. */
void pptp_run_put_aside(struct pptp_sweep_run *r,
			const struct pptp_run_aside *a);
/* Each gives the next row of its kind; false: none now. */
bool pptp_run_give_aside(struct pptp_sweep_run *r,
			 struct pptp_sweep_item *item);
bool pptp_run_give_hit(struct pptp_sweep_run *r, const char *not_tested,
		       struct pptp_sweep_item *item);
bool pptp_run_give_settled(struct pptp_sweep_run *r,
			   struct pptp_sweep_item *item);
/* Looks how far rows are settled. */
void pptp_run_settle(struct pptp_sweep_run *r);

/* ---- sweep_run_ask.c ---- */

struct pptp_plan_source pptp_run_source(struct pptp_sweep_run *r);
/* The next record that has a row; false: none in this turn. */
bool pptp_run_turn_prober(struct pptp_sweep_run *r,
			  struct pptp_sweep_item *item);

#endif
