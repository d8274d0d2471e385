/* SPDX-License-Identifier: BSD-2-Clause */
/* A sweep's receiving side: what a reply proves, and whether it is news. */
#include "scan/sweep_parts.h"

static enum pptp_port_state answer_of(const struct pptp_syn_reply *reply)
{
	switch (reply->kind) {
	case PPTP_SYN_REPLY_SYN_ACK:
		return PPTP_PORT_OPEN;
	case PPTP_SYN_REPLY_RST:
		return PPTP_PORT_CLOSED;
	case PPTP_SYN_REPLY_ICMP:
		return reply->icmp_hard ? PPTP_PORT_FILTERED : PPTP_PORT_SILENT;
	case PPTP_SYN_REPLY_NONE:
	default:
		return PPTP_PORT_SILENT;
	}
}

static bool is_proven(const struct pptp_sweep *s,
		      const struct pptp_syn_reply *reply, uint8_t attempt)
{
	struct pptp_cookie cookie =
	    pptp_cookie_make(&s->config.key, &reply->source, &reply->target,
			     reply->port, attempt, &s->config.ports);

	return pptp_syn_reply_is_proven(reply, &cookie);
}

/* Which SYN it answers; PPTP_SWEEP_CURSORS where none. */
static unsigned attempt_of(const struct pptp_sweep *s,
			   const struct pptp_syn_reply *reply)
{
	unsigned attempt;

	for (attempt = 0; attempt < s->attempts; attempt++)
		if (is_proven(s, reply, (uint8_t)attempt))
			return attempt;
	if (pptp_sweep_flag(&s->again) && is_proven(s, reply, PPTP_SWEEP_AGAIN))
		return PPTP_SWEEP_AGAIN;
	return PPTP_SWEEP_CURSORS;
}

/* Which of its SYNs somebody answered who was asked twice, whatever he
 * answered: a bit each. */
static void look(struct pptp_sweep *s, uint64_t position, unsigned attempt)
{
	uint64_t n = position - s->look.first;
	uint64_t *counts[] = {NULL, &s->counts.first_only,
			      &s->counts.second_only, &s->counts.both};
	unsigned before, after;

	if (position < s->look.first || position >= s->look.end || attempt > 1)
		return;
	before = s->looked[n / 4] >> n % 4 * 2 & 3;
	after = before | 1U << attempt;
	if (before == after)
		return;
	s->looked[n / 4] =
	    (uint8_t)(s->looked[n / 4] | 1U << (n % 4 * 2 + attempt));
	if (before != 0)
		__atomic_store_n(counts[before], *counts[before] - 1,
				 __ATOMIC_RELAXED);
	pptp_sweep_bump(counts[after]);
}

static void count_kind(struct pptp_sweep *s, const struct pptp_syn_reply *reply)
{
	if (reply->kind == PPTP_SYN_REPLY_SYN_ACK)
		pptp_sweep_bump(&s->counts.syn_acks);
	else if (reply->kind == PPTP_SYN_REPLY_RST)
		pptp_sweep_bump(&s->counts.rsts);
	else
		pptp_sweep_bump(&s->counts.icmps);
}

static void count_news(struct pptp_sweep *s, enum pptp_port_state answer)
{
	if (answer == PPTP_PORT_OPEN)
		pptp_sweep_bump(&s->counts.open);
	else if (answer == PPTP_PORT_CLOSED)
		pptp_sweep_bump(&s->counts.closed);
	else
		pptp_sweep_bump(&s->counts.filtered);
}

static enum pptp_heard_kind note(struct pptp_sweep *s, uint64_t target,
				 enum pptp_port_state answer)
{
	if (answer == PPTP_PORT_SILENT)
		return PPTP_HEARD_SOFT;
	switch (pptp_answers_put(&s->answers, target, answer)) {
	case PPTP_ANSWERS_KNOWN:
		pptp_sweep_bump(&s->counts.repeats);
		return PPTP_HEARD_REPEAT;
	case PPTP_ANSWERS_FULL:
		pptp_sweep_bump(&s->counts.full);
		break;
	case PPTP_ANSWERS_NEWS:
	default:
		break;
	}
	count_news(s, answer);
	return PPTP_HEARD_NEWS;
}

/* Somebody answers at the port that only he was asked for. */
static bool is_second_port(const struct pptp_sweep *s,
			   const struct pptp_syn_reply *reply)
{
	return reply->kind == PPTP_SYN_REPLY_SYN_ACK &&
	       reply->port ==
		   pptp_cookie_second_port(&s->config.key, &reply->target) &&
	       is_proven(s, reply, PPTP_SWEEP_SECOND_PORT);
}

static void hear_target(struct pptp_sweep *s,
			const struct pptp_syn_reply *reply, uint64_t target,
			struct pptp_heard *h)
{
	unsigned attempt = attempt_of(s, reply);
	const struct pptp_cursor *c = &s->cursors[attempt];
	uint64_t at;

	h->position = pptp_order_position(&s->order, target);
	if (attempt == PPTP_SWEEP_CURSORS ||
	    !pptp_intervals_index(&c->spans, h->position, &at)) {
		pptp_sweep_bump(&s->counts.unproven);
		return;
	}
	if (at >= pptp_cursor_at(c)) {
		pptp_sweep_bump(&s->counts.early);
		return;
	}
	h->attempt = (uint8_t)attempt;
	h->answer = answer_of(reply);
	h->reset = h->answer == PPTP_PORT_OPEN;
	if (!pptp_marks_time(&c->marks, at, &h->sent))
		h->sent = 0;
	count_kind(s, reply);
	if (h->reset)
		look(s, h->position, attempt);
	h->kind = note(s, target, h->answer);
}

struct pptp_heard pptp_sweep_hear(struct pptp_sweep *s,
				  const struct pptp_syn_reply *reply,
				  const uint64_t *target)
{
	struct pptp_heard h = {.kind = PPTP_HEARD_NOTHING};

	if (reply->kind == PPTP_SYN_REPLY_NONE)
		return h;
	if (target != NULL) {
		hear_target(s, reply, *target, &h);
	} else if (is_second_port(s, reply)) {
		h.kind = PPTP_HEARD_SECOND_PORT;
		h.answer = PPTP_PORT_OPEN;
		h.reset = true;
		pptp_sweep_bump(&s->counts.second_ports_open);
	} else {
		pptp_sweep_bump(&s->counts.unproven);
	}
	return h;
}
