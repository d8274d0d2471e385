/* SPDX-License-Identifier: BSD-2-Clause */
/* What was found, on its way to a row: at once, or after a conversation. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/scan.h"
#include "scan/block.h"
#include "scan/row.h"

/* So long a hit waits for what its second port says. */
#define WITNESS_NS INT64_C(300000000)
#define WITNESSES  65536 /* a power of two */
#define LIVE_MOST  65536 /* more than any prober deals with */

bool pptp_scan_rows_open(struct pptp_scan *s)
{
	size_t i;

	s->hits = calloc(PPTP_HITS, sizeof(s->hits[0]));
	s->any_port = calloc(WITNESSES, sizeof(s->any_port[0]));
	s->blocks = calloc(PPTP_BLOCKS, 1);
	s->live_room = LIVE_MOST;
	s->live = malloc(LIVE_MOST * sizeof(s->live[0]));
	if (s->hits == NULL || s->any_port == NULL || s->blocks == NULL ||
	    s->live == NULL) {
		pptp_say("not enough memory for what is found");
		return false;
	}
	for (i = 0; i < LIVE_MOST; i++)
		s->live[i] = UINT64_MAX;
	return true;
}

void pptp_scan_rows_close(struct pptp_scan *s)
{
	free(s->hits);
	pptp_details_free(&s->details);
	free(s->any_port);
	free(s->blocks);
	free(s->live);
}

uint64_t pptp_scan_waiting(const struct pptp_scan *s)
{
	return s->hits_put - s->hits_taken;
}

/* ---- taking -------------------------------------------------------------- */

static struct pptp_address *witness_of(const struct pptp_scan *s,
				       const struct pptp_address *a)
{
	static const struct pptp_cookie_key key = {{0, 0}};

	return &s->any_port[pptp_siphash(&key, a->bytes, sizeof(a->bytes)) &
			    (WITNESSES - 1)];
}

static bool answers_any_port(const struct pptp_scan *s,
			     const struct pptp_address *a)
{
	return pptp_address_equal(witness_of(s, a), a);
}

static void add_hit(struct pptp_scan *s, const struct pptp_found *found)
{
	struct pptp_hit *hit = &s->hits[s->hits_put % PPTP_HITS];

	hit->found = *found;
	pptp_ranges_nth(s->ranges, found->target, &hit->address, &hit->port);
	s->hits_put++;
}

/* It answered after its wait was over, when it was told to be silent. */
static bool has_row(const struct pptp_scan *s, const struct pptp_found *found)
{
	return s->o->scan.only == PPTP_ONLY_ANY &&
	       found->heard.position < s->low;
}

void pptp_scan_take(struct pptp_scan *s)
{
	struct pptp_found found;

	while (pptp_scan_waiting(s) < PPTP_HITS &&
	       pptp_sweeper_take(s->sweeper, &found)) {
		if (found.heard.kind == PPTP_HEARD_WITNESS)
			*witness_of(s, &found.reply.target) =
			    found.reply.target;
		else if (found.heard.answer == PPTP_PORT_OPEN &&
			 !has_row(s, &found))
			add_hit(s, &found);
		else if (s->o->scan.only == PPTP_ONLY_ANY &&
			 found.heard.answer != PPTP_PORT_OPEN &&
			 !pptp_details_put(&s->details, &found))
			s->stopping = true;
	}
}

/* The oldest hit whose second port has had its time; NULL: none yet. */
static struct pptp_hit *ripe(const struct pptp_scan *s, int64_t now_ns)
{
	struct pptp_hit *hit = &s->hits[s->hits_taken % PPTP_HITS];

	if (pptp_scan_waiting(s) == 0 ||
	    (hit->found.time_ns + WITNESS_NS > now_ns && !s->stopping))
		return NULL;
	return hit;
}

/* ---- writing ------------------------------------------------------------- */

static void end_row(struct pptp_scan *s)
{
	s->rows++;
	if (!pptp_output_end(&s->output))
		s->stopping = true;
}

static void write_syn_row(struct pptp_scan *s, const struct pptp_syn_row *row)
{
	if (s->output.failed)
		return;
	pptp_syn_row_walk(row, pptp_output_begin(&s->output));
	end_row(s);
}

static struct pptp_syn_row row_of(const struct pptp_scan *s,
				  const struct pptp_hit *hit)
{
	const struct pptp_found *f = &hit->found;
	struct pptp_syn_row row = {
	    .run = s->head.run,
	    .position = f->heard.position,
	    .target = hit->address,
	    .port = hit->port,
	    .time_us = f->time_ns / 1000,
	    .answer = f->heard.answer,
	    .reply = &f->reply,
	    .rtt_us = f->rtt_ns < 0 ? -1 : f->rtt_ns / 1000,
	    .answers_any_port = answers_any_port(s, &hit->address),
	};
	const char *name;

	pptp_numbered_tell(s->numbered, &row.target, row.port, &name,
			   &row.labels);
	return row;
}

static int64_t wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void write_hit(struct pptp_scan *s, const struct pptp_hit *hit,
		      const char *not_tested)
{
	struct pptp_syn_row row = row_of(s, hit);

	row.not_tested = not_tested;
	if (s->o->scan.only <= PPTP_ONLY_OPEN)
		write_syn_row(s, &row);
}

void pptp_scan_write_hits(struct pptp_scan *s)
{
	int64_t wall = wall_ns();
	struct pptp_hit *hit;

	while ((hit = ripe(s, wall)) != NULL) {
		if (!pptp_scan_is_excluded(s, &hit->address))
			write_hit(s, hit, NULL);
		s->hits_taken++;
	}
}

void pptp_scan_leave_hits(struct pptp_scan *s)
{
	pptp_scan_take(s);
	for (; pptp_scan_waiting(s) > 0; s->hits_taken++)
		write_hit(s, &s->hits[s->hits_taken % PPTP_HITS], "stopped");
}

/* ---- conversations ------------------------------------------------------- */

/* live_room where none is. Tags come round, so that the next is soon found. */
static size_t free_tag(struct pptp_scan *s)
{
	size_t i, tag;

	for (i = 0; i < s->live_room; i++) {
		tag = (s->live_next + i) % s->live_room;
		if (s->live[tag] != UINT64_MAX)
			continue;
		s->live_next = tag + 1;
		return tag;
	}
	return s->live_room;
}

/* The sweep's SYN and its SYN-ACK, so that no second is asked for. */
static void set_exchange(struct pptp_scan *s, const struct pptp_hit *hit,
			 struct pptp_pulled *pulled)
{
	const struct pptp_found *f = &hit->found;
	struct pptp_exchange *e = &s->exchange;

	if (f->length == 0 || f->heard.sent == 0)
		return;
	s->exchanged = *f;
	e->syn_length = pptp_sweeper_syn(s->sweeper, f, s->syn);
	e->syn = s->syn;
	e->syn_ack = s->exchanged.packet;
	e->syn_ack_length = f->length;
	/* one whose time is not known is told as one of several */
	e->syns = f->rtt_ns < 0 ? 2 : 1;
	e->syn_at = (int64_t)(f->heard.sent / 1000);
	e->syn_ack_at = e->syn_at + (f->rtt_ns < 0 ? 0 : f->rtt_ns / 1000);
	pulled->exchange = e;
}

static void set_plan(const struct pptp_scan *s, const struct pptp_hit *hit,
		     struct pptp_plan *plan)
{
	plan->target = hit->address;
	plan->port = hit->port;
	plan->depth = s->o->scan.depth;
	plan->opening = PPTP_OPENING_SYN;
	plan->timeout_us = s->o->timeout_us;
	plan->contact = s->o->contact;
	plan->position = hit->found.heard.position + 1;
	plan->any_port = answers_any_port(s, &hit->address);
	pptp_numbered_tell(s->numbered, &plan->target, plan->port, &plan->name,
			   &plan->labels);
}

/* Hits of networks that accept everything and say nothing are mostly told by
 * their SYN-ACK alone. */
static enum pptp_pull next_plan(void *context, struct pptp_pulled *pulled)
{
	struct pptp_scan *s = context;
	struct pptp_hit *hit;
	size_t free;

	if (s->stopping)
		return PPTP_PULL_END;
	pptp_scan_take(s);
	while ((hit = ripe(s, wall_ns())) != NULL) {
		if (pptp_scan_is_excluded(s, &hit->address)) {
			s->hits_taken++;
			continue;
		}
		if (!pptp_block_asks(s->blocks, &hit->address)) {
			write_hit(s, hit, "silent_network");
			s->hits_taken++;
			continue;
		}
		free = free_tag(s);
		if (free == s->live_room)
			break;
		set_plan(s, hit, &pulled->plan);
		set_exchange(s, hit, pulled);
		s->live[free] = hit->found.heard.position;
		pulled->tag = (int64_t)free;
		s->hits_taken++;
		return PPTP_PULL_PLAN;
	}
	return PPTP_PULL_LATER;
}

/* It has no record, and it was open: a row says so. */
static void refused(void *context, int64_t tag, enum pptp_error error,
		    const char *text)
{
	struct pptp_scan *s = context;
	struct pptp_syn_row row = {
	    .run = s->head.run,
	    .position = s->live[tag],
	    .time_us = wall_ns() / 1000,
	    .answer = PPTP_PORT_OPEN,
	    .rtt_us = -1,
	    .not_tested = "error",
	};
	uint64_t target;

	pptp_say("%s", text[0] != '\0' ? text : pptp_error_text(error));
	if (s->status == PPTP_EXIT_DONE)
		s->status = PPTP_EXIT_EARLY;
	if (s->o->scan.only <= PPTP_ONLY_OPEN &&
	    pptp_order_target(&s->order, row.position, &target)) {
		pptp_ranges_nth(s->ranges, target, &row.target, &row.port);
		write_syn_row(s, &row);
	}
	s->live[tag] = UINT64_MAX;
}

struct pptp_plan_source pptp_scan_source(struct pptp_scan *s)
{
	return (struct pptp_plan_source){s, next_plan, refused};
}

static bool is_chosen(const struct pptp_scan *s, const struct pptp_record *r)
{
	switch (s->o->scan.only) {
	case PPTP_ONLY_ANSWERED:
		return r->control.state == PPTP_ANSWERED ||
		       r->control.state == PPTP_REFUSED;
	case PPTP_ONLY_ACCEPTED:
		return r->call.state == PPTP_ACCEPTED;
	case PPTP_ONLY_ANY:
	case PPTP_ONLY_OPEN:
	default:
		return true;
	}
}

/* One that was told to stop is asked again by who goes on: it has no row. */
void pptp_scan_write_record(struct pptp_scan *s,
			    const struct pptp_record *record, int64_t tag)
{
	bool heard = record->control.state == PPTP_ANSWERED ||
		     record->control.state == PPTP_REFUSED ||
		     record->control.state == PPTP_NOT_PPTP;

	if (record->ended_by == PPTP_ENDED_ABORTED && s->journal >= 0)
		return; /* its tag stays taken: it is not settled */
	s->live[tag] = UINT64_MAX;
	pptp_block_ended(s->blocks, &record->target, heard);
	if (s->output.failed || !is_chosen(s, record))
		return;
	pptp_record_walk(record, pptp_output_begin(&s->output));
	end_row(s);
}

/* ---- the others ---------------------------------------------------------- */

/* Least of what is under way; hits wait in the order in which they came. */
static uint64_t least_live(const struct pptp_scan *s)
{
	uint64_t least = UINT64_MAX, i, position;
	size_t tag;

	for (tag = 0; tag < s->live_room; tag++)
		if (s->live[tag] < least)
			least = s->live[tag];
	for (i = s->hits_taken; i < s->hits_put; i++) {
		position = s->hits[i % PPTP_HITS].found.heard.position;
		if (position < least)
			least = position;
	}
	return least;
}

static void write_silent(struct pptp_scan *s, uint64_t position)
{
	struct pptp_syn_row row = {
	    .run = s->head.run,
	    .position = position,
	    .time_us = wall_ns() / 1000,
	    .rtt_us = -1,
	};
	struct pptp_detail detail;
	const char *name;
	uint64_t target;

	if (!pptp_order_target(&s->order, position, &target))
		return;
	row.answer = pptp_answers_get(&s->sweep->answers, target);
	if (pptp_details_take(&s->details, position, &detail)) {
		row.reply = &detail.reply;
		row.rtt_us = detail.rtt_ns < 0 ? -1 : detail.rtt_ns / 1000;
		row.time_us = detail.time_ns / 1000;
	}
	if (row.answer == PPTP_PORT_OPEN)
		return; /* it had its own */
	pptp_ranges_nth(s->ranges, target, &row.target, &row.port);
	pptp_numbered_tell(s->numbered, &row.target, row.port, &name,
			   &row.labels);
	write_syn_row(s, &row);
}

/* The sweep's word first: what is heard after it was asked lately. */
void pptp_scan_settle(struct pptp_scan *s, uint64_t now)
{
	uint64_t low = pptp_sweep_low(s->sweep, now, UINT64_MAX), live;

	pptp_scan_take(s);
	if (pptp_sweeper_waiting(s->sweeper) > 0)
		return; /* what waits there is not known here */
	live = least_live(s);
	if (live < low)
		low = live;
	for (; s->low < low; s->low++)
		if (s->o->scan.only == PPTP_ONLY_ANY)
			write_silent(s, s->low);
}
