/* SPDX-License-Identifier: BSD-2-Clause */
/* A sweep's sending side: which cursor goes on, and how far. */
#include "scan/sweep_parts.h"

/* Positions without a target cost no packet, but time: then the caller comes
 * back at once. */
#define STEPS_MOST 16384
/* How often to look whether something is due, where nothing was. */
#define IDLE_NS    UINT64_C(10000000)

/* How far a cursor may go now. */
static uint64_t limit_of(const struct pptp_sweep *s, unsigned attempt,
			 uint64_t now)
{
	const struct pptp_cursor *c = &s->cursors[attempt];
	const struct pptp_cursor *before;
	uint64_t ripe;

	if (attempt == PPTP_SWEEP_AGAIN)
		return c->total;
	if (attempt == 0)
		return pptp_sweep_flag(&s->paused) ? c->at : c->total;
	if (now < s->config.retry_after)
		return c->at;
	before = &s->cursors[attempt - 1];
	ripe = pptp_marks_least(&before->marks, now - s->config.retry_after);
	return ripe < c->total ? ripe : c->total;
}

/* Whoever has answered is not asked again, unless to see what one SYN misses. */
static bool is_wanted(const struct pptp_sweep *s, unsigned attempt,
		      uint64_t position, uint64_t target)
{
	if (attempt == 0)
		return true;
	if (attempt == 1 && position >= s->look.first && position < s->look.end)
		return true;
	return pptp_answers_get(&s->answers, target) == PPTP_PORT_SILENT;
}

static uint64_t *count_of(struct pptp_sweep *s, unsigned attempt)
{
	if (attempt == PPTP_SWEEP_AGAIN)
		return &s->counts.again;
	return attempt == 0 ? &s->counts.syns : &s->counts.retries;
}

/* How many it found. */
static unsigned walk(struct pptp_sweep *s, unsigned attempt, uint64_t limit,
		     struct pptp_ask *asks, unsigned room, unsigned *steps)
{
	struct pptp_cursor *c = &s->cursors[attempt];
	uint64_t at = c->at, position, target;
	unsigned n = 0;

	while (n < room && at < limit && *steps < STEPS_MOST) {
		position = pptp_intervals_nth(&c->spans, at++);
		(*steps)++;
		if (!pptp_order_target(&s->order, position, &target) ||
		    !is_wanted(s, attempt, position, target))
			continue;
		asks[n].position = position;
		asks[n].target = target;
		asks[n++].attempt = (uint8_t)attempt;
	}
	pptp_sweep_add(count_of(s, attempt), n);
	__atomic_store_n(&c->at, at, __ATOMIC_RELEASE);
	return n;
}

/* The last cursor is half as fast as the others were. */
static bool again_begun(struct pptp_sweep *s, uint64_t now)
{
	if (!pptp_sweep_flag(&s->again))
		return false;
	if (!s->halved)
		pptp_pace_set(&s->pace, s->config.rate / 2, now);
	s->halved = true;
	return true;
}

unsigned pptp_sweep_ask(struct pptp_sweep *s, uint64_t now,
			struct pptp_ask *asks, unsigned room, uint64_t *wake)
{
	bool again = again_begun(s, now);
	unsigned attempt, n = 0, steps = 0;
	unsigned paid = pptp_pace_take(&s->pace, now, room);
	bool left = false;
	uint64_t limit;

	/* the latest first: they have waited, and the first never ends */
	for (attempt = PPTP_SWEEP_CURSORS; attempt-- > 0;) {
		if (attempt == PPTP_SWEEP_AGAIN ? !again
						: attempt >= s->attempts)
			continue;
		pptp_marks_add(&s->cursors[attempt].marks, now,
			       s->cursors[attempt].at);
		limit = limit_of(s, attempt, now);
		n += walk(s, attempt, limit, asks + n, paid - n, &steps);
		left = left || s->cursors[attempt].at < limit;
	}
	pptp_pace_return(&s->pace, paid - n);
	*wake =
	    left ? pptp_pace_time(&s->pace, PPTP_PACE_BATCH) : now + IDLE_NS;
	return n;
}

void pptp_sweep_leave_out(struct pptp_sweep *s, const struct pptp_ask *ask)
{
	uint64_t *count = count_of(s, ask->attempt);

	__atomic_store_n(count, *count - 1, __ATOMIC_RELAXED);
	pptp_pace_return(&s->pace, 1);
}
