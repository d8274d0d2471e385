/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/see.h"

#include <string.h>

#include "core/observer.h"

#define RESENT UINT32_C(1000000) /* by then, kernels send a SYN again */

/* ---- settling ------------------------------------------------------------ */

struct pptp_contact pptp_observer_contact(const struct pptp_observer *o)
{
	return (struct pptp_contact){
	    (enum pptp_met)o->syn.met, o->syn.sent, (enum pptp_met)o->own.met,
	    (enum pptp_connect)o->record->tcp.connect.state,
	    o->record->host.state == PPTP_ALIVE};
}

/* Before the end only what nothing else can change is said: that the port is
 * open or closed. */
static void settle(struct pptp_observer *o)
{
	struct pptp_contact met = pptp_observer_contact(o);
	struct pptp_contact_outcome out = pptp_contact_decide(&met);
	struct pptp_record *r = o->record;

	if (out.state == PPTP_FILTERED)
		out.state = PPTP_SILENT;
	r->tcp.state = (uint8_t)out.state;
	r->tcp.reason = out.state == PPTP_OPEN || out.state == PPTP_CLOSED
			    ? (uint8_t)out.reason
			    : PPTP_REASON_NONE;
}

static bool is_icmp(uint8_t met)
{
	return met == PPTP_MET_SOFT_ICMP || met == PPTP_MET_HARD_ICMP;
}

/* ICMP for a SYN that is not the reason of anything. */
static void note_icmp(struct pptp_observer *o)
{
	struct pptp_record *r = o->record;

	if (r->tcp.icmp.type != 0 && r->tcp.reason != PPTP_REASON_ICMP)
		pptp_record_note(r, PPTP_NOTE_SYN_ICMP, r->tcp.icmp.type,
				 r->tcp.icmp.code);
	else if (r->tcp.connect.icmp.type != 0 &&
		 r->tcp.connect.reason != PPTP_REASON_ICMP)
		pptp_record_note(r, PPTP_NOTE_SYN_ICMP,
				 r->tcp.connect.icmp.type,
				 r->tcp.connect.icmp.code);
	else if (o->icmp_type != 0 && r->tcp.reason != PPTP_REASON_ICMP &&
		 r->tcp.connect.reason != PPTP_REASON_ICMP)
		pptp_record_note(r, PPTP_NOTE_SYN_ICMP, o->icmp_type,
				 o->icmp_code);
}

/* "timeout" says that nothing came: what was odd came, and what was not sent
 * was not answered. */
static enum pptp_reason silent_reason(const struct pptp_record *r,
				      enum pptp_reason reason)
{
	if (pptp_record_has_note(r, PPTP_NOTE_SEND_FAILED))
		return PPTP_REASON_ERROR;
	return pptp_record_has_note(r, PPTP_NOTE_ODD_SEGMENT) ? PPTP_REASON_NONE
							      : reason;
}

void pptp_see_end_contact(struct pptp_observer *o, bool settled)
{
	struct pptp_contact met = pptp_observer_contact(o);
	struct pptp_contact_outcome out = pptp_contact_decide(&met);
	struct pptp_record *r = o->record;

	if (r->tcp.state == PPTP_NOT_TESTED &&
	    r->tcp.connect.state == PPTP_CONNECT_NOT_TRIED)
		return;
	r->tcp.connect.reason = (uint8_t)out.connect_reason;
	if (settled) {
		r->tcp.state = (uint8_t)out.state;
		r->tcp.reason = (uint8_t)out.reason;
		if (out.state == PPTP_SILENT)
			r->tcp.reason = (uint8_t)silent_reason(r, out.reason);
	} else if (r->tcp.connect.state == PPTP_CONNECT_TIMEOUT) {
		r->tcp.connect.state = PPTP_CONNECT_NOT_TRIED;
		r->tcp.connect.reason = PPTP_REASON_NONE;
		r->tcp.connect.tries = 0;
	}
	if (r->tcp.reason == PPTP_REASON_ICMP && o->syn.sent == 0)
		r->tcp.icmp = r->tcp.connect.icmp;
	if (out.differs && settled)
		pptp_record_note(r, PPTP_NOTE_SYN_DIFFERS, 0, 0);
	note_icmp(o);
}

/* ---- connect() ----------------------------------------------------------- */

void pptp_observer_connecting(struct pptp_observer *o, int64_t now)
{
	struct pptp_record *r = o->record;

	if (r->tcp.connect.tries > 0 &&
	    r->tcp.connect.state != PPTP_CONNECT_TIMEOUT)
		pptp_record_note(r, PPTP_NOTE_CONNECT_AGAIN, 0, 0);
	if (is_icmp(o->own.met) && o->icmp_type == 0) {
		o->icmp_type = r->tcp.connect.icmp.type;
		o->icmp_code = r->tcp.connect.icmp.code;
	}
	/* A SYN-ACK for a try that was given up is a SYN-ACK. */
	if (o->own.met != PPTP_MET_SYN_ACK)
		o->own.met = PPTP_MET_SILENCE;
	o->own.port = 0;
	o->own.sent = 0;
	o->connect_us = pptp_observer_time(o, now);
	memset(&r->tcp.connect.icmp, 0, sizeof(r->tcp.connect.icmp));
	r->tcp.connect.tries++;
	r->tcp.connect.state = PPTP_CONNECT_TIMEOUT;
	settle(o);
}

/* A SYN that was sent again gives no round trip: which one was answered? */
void pptp_observer_connected(struct pptp_observer *o, int64_t now)
{
	struct pptp_record *r = o->record;
	uint32_t us =
	    pptp_observer_between(o->connect_us, pptp_observer_time(o, now));
	bool known = o->syn.met == PPTP_MET_SYN_ACK;

	if (r->depth != PPTP_DEPTH_SYN)
		r->teardown.state = PPTP_ABORTED;
	r->tcp.connect.state = PPTP_CONNECT_CONNECTED;
	r->tcp.connect.rtt_us = us < RESENT && o->own.sent < 2 ? us : 0;
	if (!known) { /* what a RST looked like tells nothing of the server */
		r->tcp.rtt_us = r->tcp.connect.rtt_us;
		r->tcp.ttl = r->tcp.options_length = 0;
		r->tcp.window = r->tcp.mss = 0;
	}
	settle(o);
}

void pptp_observer_not_connected(struct pptp_observer *o, enum pptp_connect how,
				 int64_t now)
{
	uint32_t us =
	    pptp_observer_between(o->connect_us, pptp_observer_time(o, now));
	bool answered = how == PPTP_CONNECT_REFUSED && us < RESENT;

	o->record->tcp.connect.state = (uint8_t)how;
	o->record->tcp.connect.rtt_us = answered ? us : 0;
	settle(o);
}

/* ---- SYNs and what answers them ------------------------------------------ */

static void meet(struct pptp_observer *o, struct pptp_observer_syn *syn,
		 enum pptp_met met)
{
	if (syn->met < met)
		syn->met = (uint8_t)met;
	settle(o);
}

/* A SYN from another port than the hand-made ones, once connect() was asked
 * for: it is the kernel's own. */
static struct pptp_observer_syn *syn_of(struct pptp_observer *o, uint16_t port)
{
	if (o->syn.port == port)
		return &o->syn;
	if (o->own.port == port)
		return &o->own;
	if (o->record->tcp.connect.tries > 0)
		return o->own.port == 0 ? &o->own : NULL;
	return o->syn.port == 0 ? &o->syn : NULL;
}

static bool see_syn(struct pptp_observer *o, const struct pptp_tcp *tcp,
		    int64_t now, struct pptp_event *event)
{
	struct pptp_observer_syn *syn = syn_of(o, tcp->source_port);

	if (syn == NULL)
		return false;
	if (syn == &o->own)
		event->kind = PPTP_EVENT_CONNECT;
	else
		pptp_see_count(o, PPTP_US);
	syn->port = tcp->source_port;
	syn->sequence = tcp->sequence_number;
	syn->us = pptp_observer_time(o, now);
	if (syn->sent < UINT8_MAX)
		syn->sent++;
	meet(o, syn, PPTP_MET_SILENCE);
	return true;
}

/* What a port's owner says of himself; of the first answer. */
static void keep_fingerprint(struct pptp_record *r, const struct pptp_ip *ip,
			     const struct pptp_tcp *tcp)
{
	r->tcp.ttl = ip->ttl;
	r->tcp.window = tcp->window;
	r->tcp.mss = tcp->mss;
	if (tcp->options_length > sizeof(r->tcp.options))
		return;
	r->tcp.options_length = tcp->options_length;
	if (tcp->options_length > 0)
		memcpy(r->tcp.options, tcp->options, tcp->options_length);
}

static enum pptp_met answer_of(const struct pptp_observer_syn *syn,
			       const struct pptp_tcp *tcp)
{
	if (!(tcp->flags & PPTP_TCP_ACK) ||
	    tcp->acknowledgment_number != syn->sequence + 1)
		return PPTP_MET_SILENCE;
	if (tcp->flags & PPTP_TCP_RST)
		return PPTP_MET_RST;
	return tcp->flags & PPTP_TCP_SYN ? PPTP_MET_SYN_ACK : PPTP_MET_SILENCE;
}

static bool answers_ours(struct pptp_observer *o, const struct pptp_ip *ip,
			 const struct pptp_tcp *tcp, int64_t now,
			 struct pptp_event *event)
{
	struct pptp_record *r = o->record;
	enum pptp_met met = answer_of(&o->syn, tcp);
	bool first = o->syn.met < PPTP_MET_RST;

	if (met == PPTP_MET_SILENCE) {
		if (first)
			pptp_record_note(r, PPTP_NOTE_ODD_SEGMENT, tcp->flags,
					 0);
		return first;
	}
	event->kind = met == PPTP_MET_RST ? PPTP_EVENT_RST : PPTP_EVENT_SYN_ACK;
	if (met <= o->syn.met)
		return true;
	pptp_see_count(o, PPTP_SERVER);
	r->tcp.rtt_us =
	    o->syn.sent == 1
		? pptp_observer_between(o->syn.us, pptp_observer_time(o, now))
		: 0;
	keep_fingerprint(r, ip, tcp);
	meet(o, &o->syn, met);
	return true;
}

/* Once it is connected, a RST is no answer to its SYN. */
static bool answers_kernel(struct pptp_observer *o, const struct pptp_tcp *tcp,
			   struct pptp_event *event)
{
	enum pptp_met met = answer_of(&o->own, tcp);
	uint8_t connect = o->record->tcp.connect.state;
	bool over =
	    connect == PPTP_CONNECT_CONNECTED || connect == PPTP_CONNECT_RESET;

	if (met == PPTP_MET_SILENCE || (met == PPTP_MET_RST && over))
		return false;
	meet(o, &o->own, met);
	event->kind = PPTP_EVENT_CONNECT;
	return true;
}

bool pptp_see_tcp(struct pptp_observer *o, enum pptp_side side,
		  const struct pptp_packet *p, int64_t now,
		  struct pptp_event *event)
{
	struct pptp_record *r = o->record;
	const struct pptp_tcp *tcp = &p->tcp;

	if (side == PPTP_US)
		return tcp->destination_port == r->port &&
		       pptp_address_equal(&p->ip.destination, &r->target) &&
		       (tcp->flags & (PPTP_TCP_SYN | PPTP_TCP_ACK)) ==
			   PPTP_TCP_SYN &&
		       see_syn(o, tcp, now, event);
	if (tcp->source_port != r->port ||
	    !pptp_address_equal(&p->ip.source, &r->target))
		return false;
	if (o->syn.sent > 0 && tcp->destination_port == o->syn.port)
		return answers_ours(o, &p->ip, tcp, now, event);
	return o->own.sent > 0 && tcp->destination_port == o->own.port &&
	       answers_kernel(o, tcp, event);
}

/* ---- ICMP ---------------------------------------------------------------- */

/* The quote holds at least eight bytes: both ports and the sequence number. A
 * forged one, or one of another flow, has another number (RFC 5927 4.1). */
static struct pptp_observer_syn *quoted_syn(struct pptp_observer *o,
					    struct pptp_reader in)
{
	uint16_t source = pptp_read_u16(&in);
	uint16_t destination = pptp_read_u16(&in);
	uint32_t sequence = pptp_read_u32(&in);

	if (!pptp_reader_ok(&in) || destination != o->record->port)
		return NULL;
	if (o->syn.sent > 0 && source == o->syn.port)
		return sequence == o->syn.sequence ? &o->syn : NULL;
	if (o->own.sent > 0 && source == o->own.port)
		return sequence == o->own.sequence ? &o->own : NULL;
	return NULL;
}

static void keep_host(struct pptp_record *r, const struct pptp_icmp *icmp)
{
	if (r->host.state == PPTP_ALIVE)
		return;
	r->host.state = PPTP_ALIVE;
	r->host.reason = PPTP_REASON_ICMP;
	r->host.icmp_type = icmp->type;
	r->host.icmp_code = icmp->code;
}

bool pptp_see_tcp_icmp(struct pptp_observer *o, const struct pptp_packet *p,
		       struct pptp_event *event)
{
	struct pptp_record *r = o->record;
	const struct pptp_icmp *icmp = &p->icmp;
	struct pptp_observer_syn *syn = quoted_syn(o, icmp->quote.payload);
	enum pptp_met met =
	    pptp_icmp_is_hard(icmp) ? PPTP_MET_HARD_ICMP : PPTP_MET_SOFT_ICMP;
	struct pptp_icmp_fact fact = {p->ip.source, icmp->type, icmp->code};

	if (syn == NULL || !pptp_address_equal(&icmp->quote.source, &r->source))
		return false;
	event->kind =
	    syn == &o->own ? PPTP_EVENT_CONNECT : PPTP_EVENT_UNREACHABLE_TCP;
	if (syn == &o->syn)
		pptp_see_count(o, PPTP_SERVER);
	/* Of several the first that weighs most. */
	if (met > syn->met && syn == &o->syn)
		r->tcp.icmp = fact;
	else if (met > syn->met)
		r->tcp.connect.icmp = fact;
	meet(o, syn, met);
	if (pptp_address_equal(&p->ip.source, &r->target))
		keep_host(r, icmp);
	return true;
}

static uint16_t ping_bit(const struct pptp_icmp *icmp)
{
	return (uint16_t)(1U << (icmp->sequence & 15));
}

bool pptp_see_echo(struct pptp_observer *o, enum pptp_side side,
		   const struct pptp_packet *p, struct pptp_event *event)
{
	struct pptp_record *r = o->record;

	if (side == PPTP_US) {
		if (!pptp_address_equal(&p->ip.destination, &r->target))
			return false;
		pptp_see_count(o, PPTP_US);
		o->ping_identifier = p->icmp.identifier;
		r->host.asked |= ping_bit(&p->icmp);
		if (r->host.state == PPTP_NOT_TESTED)
			r->host.state = PPTP_SILENT;
		return true;
	}
	if (r->host.asked == 0 || p->icmp.identifier != o->ping_identifier ||
	    !pptp_address_equal(&p->ip.source, &r->target))
		return false;
	pptp_see_count(o, PPTP_SERVER);
	r->host.state = PPTP_ALIVE;
	r->host.reason = PPTP_REASON_ECHO_REPLY;
	r->host.answered |= ping_bit(&p->icmp) & r->host.asked;
	event->kind = PPTP_EVENT_ECHO_REPLY;
	return true;
}
