/* SPDX-License-Identifier: BSD-2-Clause */
/* A run's turns. */
#include <stdio.h>
#include <time.h>

#include "net/sweep_run_parts.h"

#define SECOND UINT64_C(1000000000)

/* ---- turns --------------------------------------------------------------- */

static bool turn_hits(struct pptp_sweep_run *r, struct pptp_sweep_item *item)
{
	const struct timespec pause = {0, PPTP_RUN_TURN_US * 1000L};

	if (pptp_run_give_hit(r, NULL, item))
		return true;
	if (!r->stopping)
		nanosleep(&pause, NULL);
	return false;
}

static bool is_idle(const struct pptp_sweep_run *r)
{
	return pptp_run_asides(r) == 0 &&
	       (r->prober == NULL || pptp_prober_live(r->prober) == 0);
}

static bool is_all(const struct pptp_sweep_run *r)
{
	return is_idle(r) && pptp_sweeper_is_done(r->sweeper) &&
	       pptp_sweeper_waiting(r->sweeper) == 0 &&
	       pptp_sweep_hits_count(&r->hits) == 0;
}

static void end(struct pptp_sweep_run *r)
{
	pptp_run_settle(r);
	if (r->done)
		r->settled = r->list->head.end;
	r->over = true;
}

/* Who was found and will be asked no more: who goes on asks them. */
static bool end_stopped(struct pptp_sweep_run *r, struct pptp_sweep_item *item)
{
	pptp_run_take(r);
	if (r->prober == NULL
		? pptp_run_give_hit(r, NULL, item)
		: !r->config.resumable && pptp_run_give_hit(r, "stopped", item))
		return true;
	end(r);
	return false;
}

/* It sweeps no more: what was found has its rows, and who goes on does. */
static void look_at_sweeper(struct pptp_sweep_run *r)
{
	const char *why = pptp_sweeper_error(r->sweeper);

	if (why == NULL || r->failed)
		return;
	snprintf(r->problem, sizeof(r->problem), "%s", why);
	r->failed = true;
}

static bool turn(struct pptp_sweep_run *r, struct pptp_sweep_item *item)
{
	pptp_sweeper_judge(r->sweeper, pptp_sweep_hits_count(&r->hits));
	pptp_run_take(r);
	look_at_sweeper(r);
	if (r->failed)
		pptp_sweep_run_stop(r);
	if (pptp_sweeper_now() - r->settled_at >= SECOND)
		pptp_run_settle(r);
	if (r->stopping && is_idle(r))
		return end_stopped(r, item);
	if (r->prober != NULL ? pptp_run_turn_prober(r, item)
			      : turn_hits(r, item))
		return true;
	if (!r->stopping && is_all(r)) {
		r->done = true;
		end(r);
	}
	return false;
}

enum pptp_sweep_next pptp_sweep_run_next(struct pptp_sweep_run *r,
					 struct pptp_sweep_item *item)
{
	if (pptp_run_give_aside(r, item) || pptp_run_give_settled(r, item))
		return PPTP_SWEEP_ROW;
	if (r->over)
		return PPTP_SWEEP_OVER;
	return turn(r, item) ? PPTP_SWEEP_ROW : PPTP_SWEEP_LATER;
}

void pptp_sweep_item_walk(const struct pptp_sweep_item *item,
			  struct pptp_sink *s)
{
	if (item->syn != NULL)
		pptp_syn_row_walk(item->syn, s);
	else
		pptp_record_walk(item->record, s);
}

void pptp_sweep_run_stop(struct pptp_sweep_run *r)
{
	if (r->stopping)
		return;
	r->stopping = true;
	pptp_sweeper_stop(r->sweeper);
	if (r->prober != NULL)
		pptp_prober_abort(r->prober);
}

bool pptp_sweep_run_is_stopped(const struct pptp_sweep_run *r)
{
	return r->stopping;
}

bool pptp_sweep_run_is_done(const struct pptp_sweep_run *r)
{
	return r->done;
}
