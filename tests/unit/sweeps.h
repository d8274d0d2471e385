/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sweep in virtual time, and the network that it asks: who answers what is
 * drawn by target, what is lost by SYN, and all answers take DELAY.
 */
#ifndef TESTS_SWEEPS_H
#define TESTS_SWEEPS_H

#include "scan/sweep.h"

#include "unit/scan.h"

#define SECOND UINT64_C(1000000000)
#define DELAY  UINT64_C(50000000)
#define START  (100 * SECOND)

enum {
	QUEUE = 1 << 20, /* answers under way */
	CALLS_MOST = 10000000,
};

struct sent {
	struct pptp_syn_reply reply; /* what comes back, at `due` */
	uint64_t target, due, left;
};

struct world {
	struct pptp_sweep s;
	struct pptp_sweep_config config;
	struct pptp_sweep_memory memory;
	uint64_t now, random;
	uint64_t percent_open, percent_closed; /* of targets */
	uint64_t per_mille_lost;               /* of SYNs */
	uint64_t deaf_from, deaf_to; /* the kernel drops what comes then */
	struct sent *queue;          /* a ring */
	uint64_t put, taken;
	uint16_t *asked;    /* how often, by target */
	uint64_t *first_at; /* when first, by target */
	uint64_t *last_at;  /* when last */
	uint64_t asks, deaf, worst_rtt_error;
	unsigned last; /* of the last ask: how many at once */
};

static inline struct pptp_address world_address(uint64_t target)
{
	return pptp_address_v4(0x0a000000 + (uint32_t)target);
}

static inline void world_default(struct world *w, uint64_t count)
{
	struct pptp_order o;

	memset(w, 0, sizeof(*w));
	w->now = START;
	w->random = 12345;
	w->percent_open = 20;
	w->percent_closed = 20;
	w->config.count = count;
	w->config.seed = 7;
	HOLDS(pptp_order_init(&o, count, 7));
	w->config.span.end = pptp_order_positions(&o);
	w->config.retry_after = 10 * SECOND;
	w->config.cooldown = 8 * SECOND;
	w->config.rate = 10000;
	w->config.key = (struct pptp_cookie_key){{3, 4}};
	w->config.ports = (struct pptp_source_ports){24576, 8192};
}

static inline void world_open(struct world *w)
{
	struct pptp_sweep_memory *m = &w->memory;
	uint64_t count = w->config.count;

	m->marks =
	    calloc(PPTP_SWEEP_CURSORS * PPTP_SWEEP_MARKS, sizeof(m->marks[0]));
	m->lost = calloc(2 * PPTP_SWEEP_LOST, sizeof(m->lost[0]));
	m->looked = malloc(pptp_sweep_look_size(&w->config.span));
	m->answers_size = pptp_answers_size(count, 1 << 20);
	m->answers = malloc(m->answers_size);
	w->queue = calloc(QUEUE, sizeof(w->queue[0]));
	w->asked = calloc(count, sizeof(w->asked[0]));
	w->first_at = calloc(count, sizeof(w->first_at[0]));
	w->last_at = calloc(count, sizeof(w->last_at[0]));
	HOLDS(w->asked != NULL && w->last_at != NULL && w->queue != NULL);
	HOLDS(pptp_sweep_init(&w->s, &w->config, m, w->now));
}

static inline void world_close(struct world *w)
{
	free(w->memory.marks);
	free(w->memory.lost);
	free(w->memory.looked);
	free(w->memory.answers);
	free(w->queue);
	free(w->asked);
	free(w->first_at);
	free(w->last_at);
}

/* Below 100, the same each time. */
static inline uint64_t world_kind(uint64_t target)
{
	uint64_t state = target * 2654435761 + 1;

	random_next(&state);
	return random_below(&state, 100);
}

static inline bool world_is_open(const struct world *w, uint64_t target)
{
	return world_kind(target) < w->percent_open;
}

static inline bool world_is_closed(const struct world *w, uint64_t target)
{
	return !world_is_open(w, target) &&
	       world_kind(target) < w->percent_open + w->percent_closed;
}

/* The genuine answer to a SYN. */
static inline struct pptp_syn_reply world_reply(const struct world *w,
						uint64_t target,
						uint8_t attempt,
						enum pptp_syn_reply_kind kind)
{
	struct pptp_syn_reply reply = {.kind = kind, .port = 1723};
	struct pptp_cookie c;

	reply.source = pptp_address_v4(0xc0000201);
	reply.target = reply.from = world_address(target);
	c = pptp_cookie_make(&w->config.key, &reply.source, &reply.target, 1723,
			     attempt, &w->config.ports);
	reply.source_port = c.source_port;
	reply.number = c.sequence_number + (kind != PPTP_SYN_REPLY_ICMP);
	return reply;
}

static inline void world_answer(struct world *w, const struct pptp_ask *a)
{
	struct sent *sent = &w->queue[w->put % QUEUE];
	enum pptp_syn_reply_kind kind = PPTP_SYN_REPLY_SYN_ACK;

	if (random_below(&w->random, 1000) < w->per_mille_lost)
		return;
	if (world_is_closed(w, a->target))
		kind = PPTP_SYN_REPLY_RST;
	else if (!world_is_open(w, a->target))
		return;
	HOLDS(w->put - w->taken < QUEUE);
	sent->reply = world_reply(w, a->target, a->attempt, kind);
	sent->target = a->target;
	sent->left = w->now;
	sent->due = w->now + DELAY;
	w->put++;
}

static inline void world_hear(struct world *w, uint64_t until)
{
	struct pptp_heard h;
	struct sent *sent;
	uint64_t error;

	for (; w->taken < w->put; w->taken++) {
		sent = &w->queue[w->taken % QUEUE];
		if (sent->due > until)
			return;
		if (sent->due >= w->deaf_from && sent->due < w->deaf_to) {
			w->deaf++;
			continue;
		}
		h = pptp_sweep_hear(&w->s, &sent->reply, &sent->target);
		HOLDS(h.kind == PPTP_HEARD_NEWS || h.kind == PPTP_HEARD_REPEAT);
		HOLDS(h.sent <= sent->left);
		error = sent->left - h.sent;
		if (error > w->worst_rtt_error)
			w->worst_rtt_error = error;
	}
}

/* One turn of both threads. */
static inline void world_turn(struct world *w)
{
	struct pptp_ask asks[PPTP_PACE_BATCH];
	uint64_t wake;
	unsigned i;

	w->last = pptp_sweep_ask(&w->s, w->now, asks, PPTP_PACE_BATCH, &wake);
	for (i = 0; i < w->last; i++) {
		w->asks++;
		if (w->asked[asks[i].target]++ == 0)
			w->first_at[asks[i].target] = w->now;
		w->last_at[asks[i].target] = w->now;
		world_answer(w, &asks[i]);
	}
	world_hear(w, wake);
	HOLDS(wake > w->now || w->last > 0);
	w->now = wake + random_below(&w->random, 20000);
}

static inline void world_run(struct world *w)
{
	uint64_t calls = 0;

	while (!pptp_sweep_is_done(&w->s, w->now)) {
		world_turn(w);
		HOLDS(calls++ < CALLS_MOST);
	}
}

static inline void world_until(struct world *w, uint64_t time)
{
	while (w->now < time)
		world_turn(w);
}

/* Whether the position of a target is in the hundredth that is asked twice. */
static inline bool world_is_looked(const struct world *w, uint64_t target)
{
	uint64_t position = pptp_order_position(&w->s.order, target);

	return position >= w->s.look.first && position < w->s.look.end;
}

#endif
