/* SPDX-License-Identifier: BSD-2-Clause */
/* A sweep as a whole: how it begins, what is settled, lost, and done. */
#include "scan/sweep.h"

#include <string.h>

#include "scan/sweep_parts.h"

/* How late a reply may be that a lossy second has cost. */
#define LATE_NS  UINT64_C(3000000000)
/* Older positions are not asked for: what a cursor remembers. */
#define REACH_NS UINT64_C(1000000000)

/* A hundredth, rounded up. */
static struct pptp_interval look_of(const struct pptp_interval *span)
{
	uint64_t size = span->end - span->first;
	uint64_t share = size / 100 + (size % 100 != 0);
	struct pptp_interval look = {span->first, span->first};

	look.end += share < PPTP_SWEEP_LOOK_MAX ? share : PPTP_SWEEP_LOOK_MAX;
	return look;
}

size_t pptp_sweep_look_size(const struct pptp_interval *span)
{
	struct pptp_interval look = look_of(span);

	return (size_t)((look.end - look.first) / 4 + 1);
}

static void set_cursor(struct pptp_sweep *s, unsigned attempt,
		       struct pptp_interval span)
{
	struct pptp_cursor *c = &s->cursors[attempt];

	pptp_intervals_init(&c->spans, &c->whole, 1);
	pptp_intervals_add(&c->spans, span);
	c->total = pptp_intervals_total(&c->spans);
}

static void init_cursors(struct pptp_sweep *s,
			 const struct pptp_sweep_memory *memory)
{
	const struct pptp_sweep_config *config = &s->config;
	struct pptp_interval span = {config->low, config->span.end};
	uint64_t reach =
	    config->cooldown + config->retry_after + LATE_NS + REACH_NS;
	unsigned i;

	for (i = 0; i < PPTP_SWEEP_CURSORS; i++)
		pptp_marks_init(&s->cursors[i].marks,
				memory->marks + (size_t)i * PPTP_SWEEP_MARKS,
				PPTP_SWEEP_MARKS, reach);
	/* without retries the second still looks at the first hundredth */
	s->attempts = 2;
	set_cursor(s, 0, span);
	set_cursor(s, 1, (struct pptp_interval){config->low, s->look.end});
	for (i = 1; i <= config->retries; i++)
		set_cursor(s, i, span);
	if (config->retries > 1)
		s->attempts = 1 + config->retries;
}

static bool is_valid(const struct pptp_sweep_config *config,
		     const struct pptp_order *o)
{
	return config->retries <= PPTP_SWEEP_RETRIES_MAX &&
	       config->span.first <= config->low &&
	       config->low <= config->span.end &&
	       config->span.end <= pptp_order_positions(o) &&
	       config->ports.count > 0 && config->ports.count <= 8192;
}

bool pptp_sweep_init(struct pptp_sweep *s,
		     const struct pptp_sweep_config *config,
		     const struct pptp_sweep_memory *memory, uint64_t now)
{
	memset(s, 0, sizeof(*s));
	s->config = *config;
	s->counts = config->counts;
	if (!pptp_order_init(&s->order, config->count, config->seed) ||
	    !is_valid(config, &s->order))
		return false;
	s->look = look_of(&config->span);
	s->looked = memory->looked;
	memset(s->looked, 0, pptp_sweep_look_size(&config->span));
	init_cursors(s, memory);
	pptp_pace_init(&s->pace, config->rate, now);
	pptp_answers_init(&s->answers, config->count, memory->answers,
			  memory->answers_size);
	pptp_intervals_init(&s->lost, memory->lost, PPTP_SWEEP_LOST);
	s->again_list = memory->lost + PPTP_SWEEP_LOST;
	return true;
}

void pptp_sweep_pressure(struct pptp_sweep *s, uint64_t used, uint64_t room)
{
	bool paused = s->paused ? used > room / 4 : used >= room / 2;

	__atomic_store_n(&s->paused, paused, __ATOMIC_RELEASE);
}

void pptp_sweep_lose_interval(struct pptp_sweep *s, struct pptp_interval span)
{
	pptp_intervals_add(&s->lost, span);
}

void pptp_sweep_remember(struct pptp_sweep *s, uint64_t target,
			 enum pptp_port_state answer)
{
	pptp_answers_put(&s->answers, target, answer);
}

void pptp_sweep_lose(struct pptp_sweep *s, uint64_t from, uint64_t to)
{
	uint64_t early = from > LATE_NS ? from - LATE_NS : 0;
	struct pptp_cursor *c;
	struct pptp_interval span;
	uint64_t first, end;

	for (c = s->cursors; c < s->cursors + PPTP_SWEEP_CURSORS; c++) {
		first = pptp_marks_least(&c->marks, early);
		end = pptp_marks_most(&c->marks, to, pptp_cursor_at(c));
		if (first >= end)
			continue;
		span.first = pptp_intervals_nth(&c->spans, first);
		span.end = pptp_intervals_nth(&c->spans, end - 1) + 1;
		pptp_sweep_lose_interval(s, span);
	}
}

/* Of a cursor's positions, how many were asked and waited for. */
static uint64_t settled(const struct pptp_sweep *s, const struct pptp_cursor *c,
			uint64_t now)
{
	if (now < s->config.cooldown)
		return 0;
	return pptp_marks_least(&c->marks, now - s->config.cooldown);
}

uint64_t pptp_sweep_low(const struct pptp_sweep *s, uint64_t now, uint64_t live)
{
	uint64_t low = s->config.span.end, at, position;
	const struct pptp_cursor *c;

	for (c = s->cursors; c < s->cursors + s->attempts; c++) {
		at = settled(s, c, now);
		position = pptp_intervals_nth(&c->spans, at);
		if (at < c->total && position < low)
			low = position;
	}
	return live < low ? live : low;
}

uint64_t pptp_sweep_high(const struct pptp_sweep *s)
{
	const struct pptp_cursor *c = &s->cursors[0];

	return c->total > 0 ? c->whole.first + pptp_cursor_at(c)
			    : s->config.low;
}

static bool is_settled(const struct pptp_sweep *s, const struct pptp_cursor *c,
		       uint64_t now)
{
	return c->total == 0 || settled(s, c, now) == c->total;
}

static void begin_again(struct pptp_sweep *s)
{
	struct pptp_cursor *c = &s->cursors[PPTP_SWEEP_AGAIN];
	size_t i;

	pptp_intervals_init(&c->spans, s->again_list, PPTP_SWEEP_LOST);
	for (i = 0; i < s->lost.count; i++)
		pptp_intervals_add(&c->spans, s->lost.list[i]);
	c->total = pptp_intervals_total(&c->spans);
	s->lost.count = 0; /* from here on, what was lost a second time */
	__atomic_store_n(&s->again, true, __ATOMIC_RELEASE);
}

bool pptp_sweep_is_done(struct pptp_sweep *s, uint64_t now)
{
	const struct pptp_cursor *c;

	for (c = s->cursors; c < s->cursors + s->attempts; c++)
		if (!is_settled(s, c, now))
			return false;
	if (s->again)
		return is_settled(s, &s->cursors[PPTP_SWEEP_AGAIN], now);
	if (s->lost.count == 0)
		return true;
	begin_again(s);
	return false;
}

bool pptp_sweep_is_lossy(const struct pptp_sweep *s)
{
	const struct pptp_cursor *c = &s->cursors[PPTP_SWEEP_AGAIN];

	return s->lost.count > 0 || pptp_cursor_at(c) < c->total;
}

/* All of them are 64-bit words. */
void pptp_sweep_count(const struct pptp_sweep *s,
		      struct pptp_sweep_counts *counts)
{
	const uint64_t *from = (const uint64_t *)&s->counts;
	uint64_t *to = (uint64_t *)counts;
	size_t i;

	for (i = 0; i < sizeof(*counts) / sizeof(*to); i++)
		to[i] = __atomic_load_n(&from[i], __ATOMIC_RELAXED);
}

void pptp_sweep_stand(const struct pptp_sweep *s,
		      struct pptp_sweep_standing *standing)
{
	standing->high = pptp_sweep_high(s);
	standing->again = s->again;
	standing->lossy = pptp_sweep_is_lossy(s);
	pptp_sweep_count(s, &standing->counts);
	standing->lost_count = s->lost.count;
	memcpy(standing->lost, s->lost.list,
	       s->lost.count * sizeof(s->lost.list[0]));
}
