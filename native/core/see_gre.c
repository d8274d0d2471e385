/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/see.h"

#include <string.h>

#include "core/observer.h"

void pptp_observer_without_gre(struct pptp_observer *o, enum pptp_reason reason)
{
	o->record->gre.reason = (uint8_t)reason;
}

void pptp_see_heard_us(struct pptp_observer *o, int64_t now)
{
	struct pptp_record *r = o->record;

	if (r->gre.to_server)
		return;
	r->gre.to_server = true;
	/* Of several packets it cannot be told which one was answered. */
	if (o->side[PPTP_US].highest == o->side[PPTP_US].first)
		r->gre.rtt_us = pptp_see_since(o, r->gre.asked_at, now);
}

/* RFC 2637 4.3: a packet that is not newer than the newest is late or twice
 * there. Numbers wrap at 2^32. */
static bool in_order(struct pptp_observer *o, enum pptp_side side,
		     uint32_t sequence)
{
	if (!o->side[side].sequenced) {
		o->side[side].sequenced = true;
		o->side[side].first = o->side[side].highest = sequence;
		return true;
	}
	if ((int32_t)(sequence - o->side[side].highest) > 0) {
		o->side[side].highest = sequence;
		return true;
	}
	if (side == PPTP_SERVER)
		pptp_record_note(o->record,
				 sequence == o->side[side].highest
				     ? PPTP_NOTE_GRE_DUPLICATE
				     : PPTP_NOTE_GRE_LATE,
				 sequence, 0);
	return false;
}

/* Cisco IOS acknowledges 0xffffffff, "nothing yet": only a number that was
 * sent proves anything. */
static bool acknowledges(const struct pptp_observer_side *sender,
			 const struct pptp_gre *gre)
{
	return gre->has_acknowledgment && sender->sequenced &&
	       gre->acknowledgment_number - sender->first <=
		   sender->highest - sender->first;
}

static void see_acknowledgment(struct pptp_observer_side *by, uint32_t number)
{
	if (!by->acknowledges || (int32_t)(number - by->acknowledged) > 0)
		by->acknowledged = number;
	by->acknowledges = true;
}

static uint32_t since_reply(const struct pptp_observer *o, int64_t now)
{
	const struct pptp_record *r = o->record;

	return pptp_observer_between(pptp_time_us(r->call.asked_at) +
					 r->call.rtt_us,
				     pptp_observer_time(o, now));
}

static void gre_from_server(struct pptp_observer *o, const struct pptp_gre *gre,
			    int64_t now)
{
	struct pptp_record *r = o->record;

	r->gre.packets_received++;
	if (acknowledges(&o->side[PPTP_US], gre))
		pptp_see_heard_us(o, now);
	if (r->gre.from_server)
		return;
	r->gre.from_server = true;
	r->gre.first_sequence = gre->sequence_number;
	if (r->kind == PPTP_KIND_GRE)
		r->gre.first_us = pptp_see_since(o, r->gre.asked_at, now);
	else if (r->call.raw_length > 0)
		r->gre.first_us = since_reply(o, now);
	else if (!o->side[PPTP_SERVER].has_call_id)
		pptp_record_note(r, PPTP_NOTE_GRE_EARLY, 0, 0);
}

static void gre_from_us(struct pptp_observer *o, const struct pptp_gre *gre,
			int64_t now)
{
	struct pptp_record *r = o->record;

	r->gre.packets_sent++;
	if (r->gre.asked)
		return;
	r->gre.asked = true;
	r->gre.asked_at = pptp_see_time(o, now);
	r->gre.state = PPTP_SILENT;
	if (r->kind == PPTP_KIND_GRE)
		r->call.peer_call_id = gre->call_id;
}

/* Kind gre has no call. Of what comes from the target, only the Call-ID that
 * we sent can be an answer to us: any other may be of a tunnel which somebody
 * on this host has to that server, and proves nothing. */
static bool is_our_call(const struct pptp_observer *o, enum pptp_side side,
			const struct pptp_ip *ip, const struct pptp_gre *gre)
{
	const struct pptp_record *r = o->record;
	const struct pptp_observer_side *s = &o->side[side];

	if (s->has_call_id)
		return gre->call_id == s->call_id &&
		       pptp_address_equal(&ip->destination, side == PPTP_US
								? &r->target
								: &r->source);
	if (side == PPTP_US)
		return pptp_address_equal(&ip->destination, &r->target) &&
		       (r->call.raw_length == 0 ||
			gre->call_id == r->call.call_id);
	if (!pptp_address_equal(&ip->destination, &r->source))
		return false;
	if (r->kind == PPTP_KIND_GRE)
		return r->gre.asked && gre->call_id == r->call.peer_call_id &&
		       pptp_address_equal(&ip->source, &r->target);
	return r->call.state != PPTP_NOT_TESTED &&
	       gre->call_id == r->call.peer_call_id;
}

bool pptp_see_gre(struct pptp_observer *o, enum pptp_side side,
		  const struct pptp_packet *p, int64_t now,
		  struct pptp_event *event)
{
	struct pptp_record *r = o->record;
	const struct pptp_gre *gre = &p->gre;

	if (!is_our_call(o, side, &p->ip, gre))
		return false;
	if (side == PPTP_SERVER &&
	    !pptp_address_equal(&p->ip.source, &r->target)) {
		pptp_record_note(r, PPTP_NOTE_OTHER_SOURCE,
				 pptp_address_v4_value(&p->ip.source), 0);
		return true;
	}
	pptp_see_count(o, side);
	if (side == PPTP_US)
		gre_from_us(o, gre, now);
	else
		gre_from_server(o, gre, now);
	if (acknowledges(&o->side[1 - side], gre))
		see_acknowledgment(&o->side[side], gre->acknowledgment_number);
	event->gre = gre;
	event->kind = PPTP_EVENT_GRE;
	if (gre->has_sequence && !in_order(o, side, gre->sequence_number)) {
		event->kind = PPTP_EVENT_NONE;
		return true;
	}
	if (pptp_reader_left(&gre->payload) > 0)
		pptp_see_ppp(o, side, now, event);
	return true;
}

/* ---- ICMP ---------------------------------------------------------------- */

static bool quotes_our_call(const struct pptp_observer *o, bool local,
			    const struct pptp_gre *gre)
{
	const struct pptp_record *r = o->record;
	const struct pptp_observer_side *sender =
	    &o->side[local ? PPTP_SERVER : PPTP_US];

	if (sender->has_call_id)
		return gre->call_id == sender->call_id;
	if (r->kind == PPTP_KIND_GRE)
		return r->gre.asked && gre->call_id == r->call.peer_call_id;
	if (r->call.state == PPTP_NOT_TESTED)
		return false;
	return gre->call_id == (local ? r->call.peer_call_id : r->call.call_id);
}

/* Which packet of ours met it; where the quote has no number, the last. */
static void keep_refusal(struct pptp_observer *o, const struct pptp_gre *gre)
{
	uint32_t number =
	    gre->has_sequence ? gre->sequence_number : o->side[PPTP_US].highest;
	uint32_t index = number - o->side[PPTP_US].first;

	if (index < 32 && number - o->side[PPTP_US].first <=
			      o->side[PPTP_US].highest - o->side[PPTP_US].first)
		o->record->gre.refused |= UINT32_C(1) << index;
}

static void keep_icmp(struct pptp_record *r, const struct pptp_ip *ip,
		      const struct pptp_icmp *icmp)
{
	bool by_target = pptp_address_equal(&ip->source, &r->target);

	/* The target's own word counts more than a router's; our own host's
	 * most of all: whatever silence follows, it may have caused. */
	if (r->gre.reason == PPTP_REASON_NONE ||
	    (r->gre.reason == PPTP_REASON_ICMP && by_target &&
	     !pptp_address_equal(&r->gre.icmp.from, &r->target))) {
		r->gre.reason = PPTP_REASON_ICMP;
		r->gre.icmp =
		    (struct pptp_icmp_fact){ip->source, icmp->type, icmp->code};
	}
}

bool pptp_see_gre_icmp(struct pptp_observer *o, bool local,
		       const struct pptp_packet *p, struct pptp_event *event)
{
	struct pptp_record *r = o->record;
	const struct pptp_icmp *icmp = &p->icmp;
	struct pptp_reader quote = icmp->quote.payload;
	struct pptp_gre gre;

	if (!pptp_icmp_is_unreachable(icmp) ||
	    !pptp_gre_decode_quote(&gre, &quote) ||
	    !quotes_our_call(o, local, &gre))
		return false;
	event->kind = PPTP_EVENT_UNREACHABLE_GRE;
	if (local) {
		pptp_record_note(r, PPTP_NOTE_LOCAL_ICMP, icmp->code, 0);
		r->gre.reason = PPTP_REASON_LOCAL_ICMP;
		r->gre.icmp = (struct pptp_icmp_fact){p->ip.source, icmp->type,
						      icmp->code};
	} else if (pptp_see_is_over(r)) {
		event->kind = PPTP_EVENT_NONE; /* there was nobody any more */
	} else {
		if (pptp_address_equal(&p->ip.source, &r->target))
			keep_refusal(o, &gre);
		keep_icmp(r, &p->ip, icmp);
	}
	return true;
}

/* ---- the end ------------------------------------------------------------- */

static uint8_t end_state(const struct pptp_record *r)
{
	if (r->gre.from_server && r->gre.to_server)
		return PPTP_REACHABLE;
	if (r->gre.reason == PPTP_REASON_LOCAL_ICMP)
		return PPTP_NOT_TESTED;
	if (r->gre.from_server)
		return PPTP_INBOUND_ONLY;
	if (r->gre.reason != PPTP_REASON_ICMP)
		return r->gre.state;
	return pptp_address_equal(&r->gre.icmp.from, &r->target) &&
		       r->gre.icmp.code == 2
		   ? PPTP_UNREACHABLE
		   : PPTP_FILTERED;
}

void pptp_see_end_gre(struct pptp_record *r)
{
	bool failed = pptp_record_has_note(r, PPTP_NOTE_SEND_FAILED);

	r->gre.state = end_state(r);
	if (r->gre.state == PPTP_SILENT)
		r->gre.reason = PPTP_REASON_TIMEOUT;
	if (r->gre.from_server && r->gre.reason == PPTP_REASON_ICMP)
		pptp_record_note(r, PPTP_NOTE_GRE_ICMP, r->gre.icmp.type,
				 r->gre.icmp.code);
	if (r->gre.from_server && r->gre.reason != PPTP_REASON_LOCAL_ICMP)
		r->gre.reason = PPTP_REASON_NONE;
	/* What we never sent, nobody could answer. */
	if (failed && r->gre.state == PPTP_SILENT)
		r->gre.state = PPTP_NOT_TESTED;
	if (failed && (r->gre.state == PPTP_INBOUND_ONLY ||
		       r->gre.reason == PPTP_REASON_TIMEOUT))
		r->gre.reason = PPTP_REASON_ERROR;
}
