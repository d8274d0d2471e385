/* SPDX-License-Identifier: BSD-2-Clause */
/* Conversations of a run: plans out of hits, rows out of records. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "net/numbered.h"
#include "net/sweep_run_parts.h"
#include "scan/block.h"

/* ---- conversations ------------------------------------------------------- */

/* PPTP_RUN_LIVE where none is. Tags come round, so that the next is soon found. */
static size_t free_tag(struct pptp_sweep_run *r)
{
	size_t i, tag;

	for (i = 0; i < PPTP_RUN_LIVE; i++) {
		tag = (r->live_next + i) % PPTP_RUN_LIVE;
		if (r->live[tag] != UINT64_MAX)
			continue;
		r->live_next = tag + 1;
		return tag;
	}
	return PPTP_RUN_LIVE;
}

/* The sweep's SYN and its SYN-ACK, so that no second is asked for. */
static void set_exchange(struct pptp_sweep_run *r,
			 const struct pptp_sweep_hit *hit,
			 struct pptp_pulled *pulled)
{
	const struct pptp_found *f = &hit->found;
	struct pptp_exchange *e = &r->exchange;

	if (f->length == 0 || f->heard.sent == 0)
		return;
	r->exchanged = *f;
	e->syn_length = pptp_sweeper_syn(&r->sweep, f, r->syn);
	e->syn = r->syn;
	e->syn_ack = r->exchanged.packet;
	e->syn_ack_length = f->length;
	/* one whose time is not known is told as one of several */
	e->syns = f->rtt_ns < 0 ? 2 : 1;
	e->syn_at = (int64_t)(f->heard.sent / 1000);
	e->syn_ack_at = e->syn_at + (f->rtt_ns < 0 ? 0 : f->rtt_ns / 1000);
	pulled->exchange = e;
}

static void set_plan(const struct pptp_sweep_run *r,
		     const struct pptp_sweep_hit *hit, struct pptp_plan *plan)
{
	plan->target = hit->address;
	plan->port = hit->port;
	plan->depth = r->request->depth;
	plan->opening = PPTP_OPENING_SYN;
	plan->timeout_us = r->request->timeout_us;
	plan->contact = r->request->contact;
	plan->position = hit->found.heard.position + 1;
	plan->any_port = pptp_sweep_hits_any_port(&r->hits, &hit->address);
	pptp_numbered_tell(r->list->numbered, &plan->target, plan->port,
			   &plan->name, &plan->labels);
}

/* Hits of networks that accept everything and say nothing are mostly told by
 * their SYN-ACK alone. True: this one was dealt with. */
static bool pass_over(struct pptp_sweep_run *r,
		      const struct pptp_sweep_hit *hit)
{
	struct pptp_run_aside a;

	if (pptp_run_is_excluded(r, &hit->address))
		return true;
	if (pptp_block_asks(r->blocks, &hit->address))
		return false;
	a = pptp_run_aside_of(r, hit, "silent_network");
	if (pptp_run_tells_open(r))
		pptp_run_put_aside(r, &a);
	return true;
}

/* Half of the room is for those that the prober refuses. */
static enum pptp_pull next_plan(void *context, struct pptp_pulled *pulled)
{
	struct pptp_sweep_run *r = context;
	const struct pptp_sweep_hit *hit;
	size_t tag;

	if (r->stopping || r->failed)
		return PPTP_PULL_END;
	pptp_run_take(r);
	while (pptp_run_asides(r) < PPTP_RUN_ASIDE / 2 &&
	       (hit = pptp_run_hit(r)) != NULL) {
		tag = free_tag(r);
		if (tag == PPTP_RUN_LIVE)
			break;
		if (pass_over(r, hit)) {
			pptp_sweep_hits_drop(&r->hits);
			continue;
		}
		set_plan(r, hit, &pulled->plan);
		set_exchange(r, hit, pulled);
		r->live[tag] = hit->found.heard.position;
		pulled->tag = (int64_t)tag;
		pptp_sweep_hits_drop(&r->hits);
		return PPTP_PULL_PLAN;
	}
	return PPTP_PULL_LATER;
}

static void note_problem(struct pptp_sweep_run *r, const char *text)
{
	if (r->problem[0] == '\0')
		snprintf(r->problem, sizeof(r->problem), "%s", text);
}

/* It has no record, and it was open: a row says so. */
static void refused(void *context, int64_t tag, enum pptp_error error,
		    const char *text)
{
	struct pptp_sweep_run *r = context;
	struct pptp_run_aside a = {
	    .row =
		{
		    .run = r->list->head.run,
		    .position = r->live[tag],
		    .time_us = pptp_run_wall_ns() / 1000,
		    .answer = PPTP_PORT_OPEN,
		    .rtt_us = -1,
		    .not_tested = "error",
		},
	};
	uint64_t target;

	note_problem(r, text[0] != '\0' ? text : pptp_error_text(error));
	r->live[tag] = UINT64_MAX;
	if (!pptp_run_tells_open(r) ||
	    !pptp_order_target(&r->list->order, a.row.position, &target))
		return;
	pptp_ranges_nth(r->list->ranges, target, &a.row.target, &a.row.port);
	pptp_run_label(r, &a.row);
	if (pptp_run_asides(r) < PPTP_RUN_ASIDE)
		pptp_run_put_aside(r, &a);
	else
		r->failed = true;
}

struct pptp_plan_source pptp_run_source(struct pptp_sweep_run *r)
{
	return (struct pptp_plan_source){r, next_plan, refused};
}

static bool is_chosen(const struct pptp_sweep_run *r,
		      const struct pptp_record *record)
{
	switch (r->request->only) {
	case PPTP_ONLY_ANSWERED:
		return record->control.state == PPTP_ANSWERED ||
		       record->control.state == PPTP_REFUSED;
	case PPTP_ONLY_ACCEPTED:
		return record->call.state == PPTP_ACCEPTED;
	case PPTP_ONLY_ANY:
	case PPTP_ONLY_OPEN:
	default:
		return true;
	}
}

static bool give_record(struct pptp_sweep_run *r,
			const struct pptp_record *record, int64_t tag,
			struct pptp_sweep_item *item)
{
	bool heard = record->control.state == PPTP_ANSWERED ||
		     record->control.state == PPTP_REFUSED ||
		     record->control.state == PPTP_NOT_PPTP;

	if (record->ended_by == PPTP_ENDED_ABORTED && r->config.resumable)
		return false; /* its tag stays taken: it is not settled */
	item->position = r->live[tag];
	item->record = record;
	item->syn = NULL;
	r->live[tag] = UINT64_MAX;
	pptp_block_ended(r->blocks, &record->target, heard);
	return is_chosen(r, record);
}

/* Records for as long as one turn lasts. */
bool pptp_run_turn_prober(struct pptp_sweep_run *r,
			  struct pptp_sweep_item *item)
{
	const struct pptp_record *record;
	const char *why = NULL;
	int64_t tag;
	int got = 1;

	while (got == 1 && pptp_run_asides(r) == 0) {
		got = pptp_prober_next(r->prober, PPTP_RUN_TURN_US, &record,
				       &tag);
		if (got == 1 && give_record(r, record, tag, item))
			return true;
	}
	if (got < 0)
		why = strerror(errno);
	else
		why = pptp_prober_error(r->prober);
	if (why != NULL && !r->stopping) {
		note_problem(r, why);
		r->failed = true;
	}
	return false;
}
