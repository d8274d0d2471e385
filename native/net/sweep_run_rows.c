/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of a run that one SYN told, or none. */
#include <string.h>
#include <time.h>

#include "core/blocks.h"
#include "net/numbered.h"
#include "net/sweep_run_parts.h"

/* ---- taking -------------------------------------------------------------- */

static bool wants_all(const struct pptp_sweep_run *r)
{
	return r->request->only == PPTP_ONLY_ANY;
}

/* It answered after its wait was over, when it was told to be silent. */
static bool has_row(const struct pptp_sweep_run *r,
		    const struct pptp_found *found)
{
	return wants_all(r) && found->heard.position < r->low;
}

void pptp_run_take(struct pptp_sweep_run *r)
{
	struct pptp_found found;

	while (pptp_sweep_hits_count(&r->hits) < PPTP_SWEEP_HITS &&
	       pptp_sweeper_take(r->sweeper, &found)) {
		if (found.heard.kind == PPTP_HEARD_SECOND_PORT)
			pptp_sweep_hits_second_port(&r->hits,
						    &found.reply.target);
		else if (found.heard.answer == PPTP_PORT_OPEN &&
			 !has_row(r, &found))
			pptp_sweep_hits_add(&r->hits, &found, r->list->ranges);
		else if (wants_all(r) && found.heard.answer != PPTP_PORT_OPEN &&
			 !pptp_sweep_details_put(&r->details, &found))
			r->failed = true;
	}
}

int64_t pptp_run_wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

const struct pptp_sweep_hit *pptp_run_hit(const struct pptp_sweep_run *r)
{
	return pptp_sweep_hits_ripe(&r->hits, pptp_run_wall_ns(), r->stopping);
}

bool pptp_run_is_excluded(const struct pptp_sweep_run *r,
			  const struct pptp_address *a)
{
	const struct pptp_sweeper_blocks *x = r->excluded;

	return x != NULL && pptp_blocks_find(x->blocks, x->count, a) != NULL;
}

/* ---- rows of one SYN ----------------------------------------------------- */

void pptp_run_label(const struct pptp_sweep_run *r, struct pptp_syn_row *row)
{
	const char *name;

	pptp_numbered_tell(r->list->numbered, &row->target, row->port, &name,
			   &row->labels);
}

/* True: it is given. A row borrows its reply from where it stands. */
static bool give(struct pptp_sweep_run *r, struct pptp_sweep_item *item)
{
	if (r->given.row.reply != NULL)
		r->given.row.reply = &r->given.reply;
	item->position = r->given.row.position;
	item->syn = &r->given.row;
	item->record = NULL;
	return true;
}

struct pptp_run_aside pptp_run_aside_of(const struct pptp_sweep_run *r,
					const struct pptp_sweep_hit *hit,
					const char *not_tested)
{
	const struct pptp_found *f = &hit->found;
	struct pptp_run_aside a = {
	    .row =
		{
		    .run = r->list->head.run,
		    .position = f->heard.position,
		    .target = hit->address,
		    .port = hit->port,
		    .time_us = f->time_ns / 1000,
		    .answer = f->heard.answer,
		    .reply = &f->reply,
		    .rtt_us = f->rtt_ns < 0 ? -1 : f->rtt_ns / 1000,
		    .answers_any_port =
			pptp_sweep_hits_any_port(&r->hits, &hit->address),
		    .not_tested = not_tested,
		},
	    .reply = f->reply,
	};

	pptp_run_label(r, &a.row);
	return a;
}

bool pptp_run_tells_open(const struct pptp_sweep_run *r)
{
	return r->request->only <= PPTP_ONLY_OPEN;
}

/* The next hit that has a row, where nobody asks it further. */
bool pptp_run_give_hit(struct pptp_sweep_run *r, const char *not_tested,
		       struct pptp_sweep_item *item)
{
	const struct pptp_sweep_hit *hit;
	bool left_alone;

	while ((hit = pptp_run_hit(r)) != NULL) {
		r->given = pptp_run_aside_of(r, hit, not_tested);
		left_alone = pptp_run_is_excluded(r, &hit->address);
		pptp_sweep_hits_drop(&r->hits);
		if (!left_alone && pptp_run_tells_open(r))
			return give(r, item);
	}
	return false;
}

size_t pptp_run_asides(const struct pptp_sweep_run *r)
{
	return r->aside_put - r->aside_taken;
}

void pptp_run_put_aside(struct pptp_sweep_run *r,
			const struct pptp_run_aside *a)
{
	r->aside[r->aside_put++ % PPTP_RUN_ASIDE] = *a;
}

bool pptp_run_give_aside(struct pptp_sweep_run *r, struct pptp_sweep_item *item)
{
	if (pptp_run_asides(r) == 0)
		return false;
	r->given = r->aside[r->aside_taken++ % PPTP_RUN_ASIDE];
	return give(r, item);
}

/* ---- the others ---------------------------------------------------------- */

/* Least of what is under way. */
static uint64_t least_live(const struct pptp_sweep_run *r)
{
	uint64_t least = pptp_sweep_hits_least(&r->hits), position;
	size_t i;

	for (i = 0; i < PPTP_RUN_LIVE; i++)
		if (r->live[i] < least)
			least = r->live[i];
	for (i = r->aside_taken; i < r->aside_put; i++) {
		position = r->aside[i % PPTP_RUN_ASIDE].row.position;
		if (position < least)
			least = position;
	}
	return least;
}

static bool give_other(struct pptp_sweep_run *r, uint64_t position,
		       struct pptp_sweep_item *item)
{
	struct pptp_syn_row row = {
	    .run = r->list->head.run,
	    .position = position,
	    .time_us = pptp_run_wall_ns() / 1000,
	    .rtt_us = -1,
	};
	struct pptp_sweep_detail detail;
	uint64_t target;

	if (!pptp_order_target(&r->list->order, position, &target))
		return false;
	row.answer = pptp_sweeper_answer(r->sweeper, target);
	if (pptp_sweep_details_take(&r->details, position, &detail)) {
		r->given.reply = detail.reply;
		row.reply = &r->given.reply;
		row.rtt_us = detail.rtt_ns < 0 ? -1 : detail.rtt_ns / 1000;
		row.time_us = detail.time_ns / 1000;
	}
	if (row.answer == PPTP_PORT_OPEN)
		return false; /* it had its own */
	pptp_ranges_nth(r->list->ranges, target, &row.target, &row.port);
	if (pptp_run_is_excluded(r, &row.target))
		return false; /* it may not have been asked */
	pptp_run_label(r, &row);
	r->given.row = row;
	return give(r, item);
}

/* Those whose wait is over. */
bool pptp_run_give_settled(struct pptp_sweep_run *r,
			   struct pptp_sweep_item *item)
{
	if (!wants_all(r))
		r->low = r->settled;
	while (r->low < r->settled)
		if (give_other(r, r->low++, item))
			return true;
	return false;
}

/* The sweep's word first: what is heard after it was asked lately. */
void pptp_run_settle(struct pptp_sweep_run *r)
{
	uint64_t low = pptp_sweeper_low(r->sweeper);
	uint64_t live;

	r->settled_at = pptp_sweeper_now();
	pptp_run_take(r);
	if (pptp_sweeper_waiting(r->sweeper) > 0)
		return; /* what waits there is not known here */
	live = least_live(r);
	if (live < low)
		low = live;
	if (low > r->settled)
		r->settled = low;
}
