/* SPDX-License-Identifier: BSD-2-Clause */
/* How a conversation begins: from its plan, or from what somebody else has begun. */
#include "core/conversation.h"

#include <string.h>

#include "core/knock.h"
#include "core/observer.h"

enum {
	CONTROL_WAIT = 5 * TALK_SECOND,
	GRE_WAIT = 3 * TALK_SECOND, /* for an answer outside any call */
	DEFAULT_TTL = 64,
};

static void take_random(struct pptp_conversation *c,
			const struct pptp_vantage *v)
{
	struct pptp_reader in;

	pptp_reader_init(&in, v->random, PPTP_RANDOM);
	c->magic = pptp_read_u32(&in);
	c->syn_sequence = pptp_read_u32(&in);
	c->call_id = pptp_call_id_from(pptp_read_u16(&in));
	c->source_port =
	    PPTP_SYN_PORT | (pptp_read_u16(&in) & (UINT16_MAX - PPTP_SYN_PORT));
	c->identifier = pptp_read_u8(&in);
	if (c->magic == 0)
		c->magic = 1;
	if (v->call_id != 0)
		c->call_id = v->call_id;
}

static enum pptp_kind kind_of(const struct pptp_plan *plan)
{
	if (plan->opening == PPTP_OPENING_GRE)
		return PPTP_KIND_GRE;
	return pptp_plan_depth(plan) == PPTP_DEPTH_SYN ? PPTP_KIND_SYN
						       : PPTP_KIND_CONVERSATION;
}

static void begin_record(struct pptp_conversation *c,
			 const struct pptp_plan *plan,
			 const struct pptp_vantage *v, int64_t now)
{
	struct pptp_record *r = &c->record;

	pptp_record_init(r, &(struct pptp_storage){c->offer, c->store,
						   PPTP_OFFERS, PPTP_STORE});
	r->start = r->end = now;
	r->time_us = v->time_us;
	r->run = v->run;
	r->name = plan->name;
	r->labels = plan->labels;
	r->position = plan->position;
	r->any_port = plan->any_port;
	r->target = plan->target;
	r->source = v->source;
	r->port = plan->port;
	r->depth = (uint8_t)pptp_plan_depth(plan);
	r->kind = (uint8_t)kind_of(plan);
	pptp_observer_init(&c->observer, r);
	if (v->own_host)
		pptp_record_note(r, PPTP_NOTE_OWN_HOST, 0, 0);
}

static enum pptp_reason why_no_gre(const struct pptp_conversation *c)
{
	if (c->record.target.family == 6)
		return PPTP_REASON_IPV6;
	return c->reach == PPTP_REACH_PROXY ? PPTP_REASON_PROXY
					    : PPTP_REASON_NO_PRIVILEGE;
}

static void take_plan(struct pptp_conversation *c, const struct pptp_plan *plan,
		      const struct pptp_vantage *v)
{
	memcpy(c->ask, plan->ask, sizeof(c->ask));
	c->decline = plan->decline;
	c->contact = plan->contact;
	c->timeout_us = plan->timeout_us > 0 ? plan->timeout_us : CONTROL_WAIT;
	c->opening = (uint8_t)pptp_plan_opening(plan, v);
	c->reach = (uint8_t)v->reach;
	c->ttl = v->ttl != 0 ? v->ttl : DEFAULT_TTL;
}

static enum pptp_error begin(struct pptp_conversation *c,
			     const struct pptp_plan *plan,
			     const struct pptp_vantage *vantage, int64_t now)
{
	enum pptp_error error = pptp_plan_check(plan, vantage);

	if (error != PPTP_OK)
		return error;
	memset(c, 0, sizeof(*c));
	take_plan(c, plan, vantage);
	c->connect_at = c->resend = c->acknowledge = c->limit = PPTP_NEVER;
	take_random(c, vantage);
	begin_record(c, plan, vantage, now);
	if (!talk_gre_possible(c))
		pptp_observer_without_gre(&c->observer, why_no_gre(c));
	return PPTP_OK;
}

enum pptp_error pptp_conversation_init(struct pptp_conversation *c,
				       const struct pptp_plan *plan,
				       const struct pptp_vantage *vantage,
				       int64_t now)
{
	enum pptp_error error = begin(c, plan, vantage, now);

	if (error != PPTP_OK)
		return error;
	if (c->opening == PPTP_OPENING_GRE) {
		c->state = TALK_PROBING;
		c->pending = TALK_SAY_GUARD | TALK_SAY_ACKNOWLEDGMENT;
		c->deadline = now + GRE_WAIT;
	} else {
		pptp_knock_begin(c, now);
	}
	return PPTP_OK;
}

static bool observe_from(struct pptp_conversation *c, enum pptp_side side,
			 const void *bytes, size_t length, int64_t at,
			 struct pptp_event *event)
{
	struct pptp_packet packet;

	return pptp_packet_decode(&packet, bytes, length) &&
	       pptp_observer_side(&c->observer, &packet) == side &&
	       pptp_observer_packet(&c->observer, side, &packet, at, event);
}

/* False where they are no SYN and its SYN-ACK. */
static bool observe_exchange(struct pptp_conversation *c,
			     const struct pptp_exchange *x)
{
	struct pptp_event event;

	for (unsigned i = 0; i < x->syns; i++)
		if (!observe_from(c, PPTP_US, x->syn, x->syn_length, x->syn_at,
				  &event))
			return false;
	return observe_from(c, PPTP_SERVER, x->syn_ack, x->syn_ack_length,
			    x->syn_ack_at, &event) &&
	       event.kind == PPTP_EVENT_SYN_ACK;
}

enum pptp_error
pptp_conversation_exchanged(struct pptp_conversation *c,
			    const struct pptp_plan *plan,
			    const struct pptp_vantage *vantage,
			    const struct pptp_exchange *exchange, int64_t now)
{
	enum pptp_error error = begin(c, plan, vantage, exchange->syn_at);

	if (error != PPTP_OK)
		return error;
	if (!pptp_plan_connects(plan) || exchange->syn_ack_at > now ||
	    exchange->syn_at > exchange->syn_ack_at ||
	    !observe_exchange(c, exchange))
		return PPTP_ERROR_ARGUMENT;
	c->record.time_us -= now - exchange->syn_at;
	c->source_port = c->observer.syn.port;
	pptp_knock_answered(c);
	return PPTP_OK;
}
