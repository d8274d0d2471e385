/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/observer.h"

#include <string.h>

#include "core/see.h"

void pptp_observer_init(struct pptp_observer *o, struct pptp_record *r)
{
	memset(o, 0, sizeof(*o));
	o->record = r;
}

int64_t pptp_observer_time(const struct pptp_observer *o, int64_t now)
{
	int64_t us = now - o->record->start;

	return us < 0 ? 0 : us;
}

uint32_t pptp_observer_between(int64_t from, int64_t to)
{
	int64_t us = to - from;

	if (us < 0)
		return 0;
	return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

struct pptp_time pptp_see_time(const struct pptp_observer *o, int64_t now)
{
	return pptp_time_of(pptp_observer_time(o, now));
}

uint32_t pptp_see_since(const struct pptp_observer *o, struct pptp_time then,
			int64_t now)
{
	return pptp_observer_between(pptp_time_us(then),
				     pptp_observer_time(o, now));
}

void pptp_observer_call(struct pptp_observer *o, enum pptp_side side,
			uint16_t call_id)
{
	o->side[side].call_id = call_id;
	o->side[side].has_call_id = true;
}

void pptp_observer_unanswered(struct pptp_observer *o, size_t length)
{
	pptp_record_note(o->record, PPTP_NOTE_UNANSWERED, (uint32_t)length, 0);
}

/* ---- what the parts share ------------------------------------------------ */

void pptp_see_count(struct pptp_observer *o, enum pptp_side side)
{
	if (side == PPTP_US)
		o->record->packets_sent++;
	else
		o->record->packets_received++;
}

void pptp_see_farewell(struct pptp_observer *o, enum pptp_side side,
		       enum pptp_farewell what, int64_t now)
{
	struct pptp_record *r = o->record;
	struct pptp_farewell_message *m;

	if (r->teardown.count == PPTP_FAREWELLS)
		return;
	m = &r->teardown.message[r->teardown.count++];
	m->at = pptp_see_time(o, now);
	m->what = (uint8_t)what;
	m->by = (uint8_t)side;
}

bool pptp_see_said(const struct pptp_record *r, enum pptp_side side,
		   enum pptp_farewell what)
{
	for (unsigned i = 0; i < r->teardown.count; i++)
		if (r->teardown.message[i].by == side &&
		    r->teardown.message[i].what == what)
			return true;
	return false;
}

bool pptp_see_server_left(const struct pptp_record *r)
{
	return pptp_see_said(r, PPTP_SERVER, PPTP_FAREWELL_FIN) ||
	       pptp_see_said(r, PPTP_SERVER, PPTP_FAREWELL_RST);
}

bool pptp_see_is_over(const struct pptp_record *r)
{
	return r->call.disconnected || pptp_see_server_left(r) ||
	       pptp_see_said(r, PPTP_US, PPTP_FAREWELL_CALL_CLEAR) ||
	       pptp_see_said(r, PPTP_SERVER, PPTP_FAREWELL_CALL_CLEAR) ||
	       pptp_see_said(r, PPTP_US, PPTP_FAREWELL_STOP_REQUEST) ||
	       pptp_see_said(r, PPTP_SERVER, PPTP_FAREWELL_STOP_REQUEST);
}

/* ---- packets ------------------------------------------------------------- */

static bool see_icmp(struct pptp_observer *o, enum pptp_side side,
		     const struct pptp_packet *p, struct pptp_event *event)
{
	struct pptp_record *r = o->record;
	const struct pptp_icmp *icmp = &p->icmp;
	bool local = pptp_address_equal(&p->ip.source, &r->source) &&
		     pptp_address_equal(&p->ip.destination, &r->target);
	const struct pptp_address *about = local ? &r->source : &r->target;
	uint8_t echo;

	event->icmp = icmp;
	if (icmp->v6)
		echo = side == PPTP_US ? PPTP_ICMPV6_ECHO_REQUEST
				       : PPTP_ICMPV6_ECHO_REPLY;
	else
		echo = side == PPTP_US ? PPTP_ICMP_ECHO_REQUEST
				       : PPTP_ICMP_ECHO_REPLY;
	if (icmp->type == echo)
		return pptp_see_echo(o, side, p, event);
	if (!pptp_icmp_is_failure(icmp) || !icmp->has_quote ||
	    !pptp_address_equal(&icmp->quote.destination, about))
		return false;
	if (icmp->quote.protocol == PPTP_IP_TCP)
		return pptp_see_tcp_icmp(o, p, event);
	if (icmp->quote.protocol != PPTP_IP_GRE ||
	    !pptp_see_gre_icmp(o, local, p, event))
		return false;
	pptp_see_count(o, side);
	return true;
}

enum pptp_side pptp_observer_side(const struct pptp_observer *o,
				  const struct pptp_packet *packet)
{
	const struct pptp_record *r = o->record;
	const struct pptp_tcp *tcp = &packet->tcp;

	if (!pptp_address_equal(&packet->ip.source, &r->source))
		return PPTP_SERVER;
	if (!pptp_address_equal(&r->source, &r->target))
		return PPTP_US;
	return packet->kind == PPTP_PACKET_TCP && tcp->source_port != r->port &&
		       tcp->destination_port == r->port
		   ? PPTP_US
		   : PPTP_SERVER;
}

bool pptp_observer_packet(struct pptp_observer *o, enum pptp_side side,
			  const struct pptp_packet *packet, int64_t now,
			  struct pptp_event *event)
{
	memset(event, 0, sizeof(*event));
	if (!packet->whole)
		return false;
	switch (packet->kind) {
	case PPTP_PACKET_GRE:
		return pptp_see_gre(o, side, packet, now, event);
	case PPTP_PACKET_TCP:
		return pptp_see_tcp(o, side, packet, now, event);
	case PPTP_PACKET_ICMP:
		return see_icmp(o, side, packet, event);
	case PPTP_PACKET_OTHER:
		break;
	}
	return false;
}

bool pptp_observer_bytes(struct pptp_observer *o, enum pptp_side side,
			 const void *packet, size_t length, int64_t now,
			 struct pptp_event *event)
{
	struct pptp_packet p;
	bool ours = false;

	if (pptp_packet_decode(&p, packet, length))
		ours = pptp_observer_packet(o, side, &p, now, event);
	else
		memset(event, 0, sizeof(*event));
	event->gre = NULL;
	event->icmp = NULL;
	return ours;
}

/* ---- the end ------------------------------------------------------------- */

static void forget(uint8_t *state)
{
	if (*state == PPTP_SILENT || *state == PPTP_NONE)
		*state = PPTP_NOT_TESTED;
}

/* Silence is a fact only where it was waited for to the end; a reason goes
 * with its state. */
static void forget_silence(struct pptp_record *r, bool contact)
{
	forget(&r->control.state);
	forget(&r->call.state);
	forget(&r->gre.state);
	forget(&r->lcp.state);
	forget(&r->challenge.state);
	forget(&r->network.state);
	if (r->gre.state == PPTP_NOT_TESTED &&
	    r->gre.reason == PPTP_REASON_TIMEOUT)
		r->gre.reason = PPTP_REASON_NONE;
	if (!contact)
		return;
	forget(&r->tcp.state);
	forget(&r->host.state);
	if (r->tcp.state == PPTP_NOT_TESTED)
		r->tcp.reason = PPTP_REASON_NONE;
}

static void end_teardown(struct pptp_record *r)
{
	bool asked = pptp_see_said(r, PPTP_US, PPTP_FAREWELL_CALL_CLEAR) ||
		     pptp_see_said(r, PPTP_US, PPTP_FAREWELL_STOP_REQUEST) ||
		     pptp_see_said(r, PPTP_US, PPTP_FAREWELL_STOP_REPLY);

	if (r->teardown.state == PPTP_NOT_TESTED)
		return;
	if (!asked)
		r->teardown.state =
		    pptp_see_server_left(r) ? PPTP_SERVER_CLOSED : PPTP_ABORTED;
	else if (pptp_see_server_left(r) ||
		 pptp_see_said(r, PPTP_SERVER, PPTP_FAREWELL_STOP_REPLY) ||
		 pptp_see_said(r, PPTP_US, PPTP_FAREWELL_STOP_REPLY))
		r->teardown.state = PPTP_CLEAN;
}

void pptp_observer_end(struct pptp_observer *o, enum pptp_ended_by why,
		       int64_t now)
{
	struct pptp_record *r = o->record;
	bool aborted = why == PPTP_ENDED_ABORTED;

	r->end = now;
	r->ended_by = (uint8_t)why;
	pptp_see_end_contact(o, !aborted);
	pptp_see_end_control(o);
	pptp_see_end_gre(r);
	if (r->lcp.we_acked && r->lcp.they_acked)
		r->lcp.state = PPTP_OPENED;
	else if (r->lcp.offers > 0)
		r->lcp.state = PPTP_OFFERED;
	end_teardown(r);
	/* Where the system failed us after hand-made SYNs, these were sent. */
	if (aborted || why == PPTP_ENDED_ERROR)
		forget_silence(r, aborted || o->syn.sent == 0);
}
