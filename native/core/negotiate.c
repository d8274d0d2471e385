/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/negotiate.h"

#include <string.h>

#include "core/leave.h"

enum {
	LCP_WAIT = 9 * SECOND, /* three of pppd's restart timers */
	CHALLENGE_WAIT = 9 * SECOND,
	OPEN_WAIT = SECOND,        /* for the Ack of our own request */
	WATCH_WAIT = 5 * SECOND,   /* for an NCP or Terminate */
	COLLECT_WAIT = SECOND / 4, /* NCPs come together */
	RESTART = 3 * SECOND,      /* RFC 1661 4.6 */
	ACKNOWLEDGE_WAIT = SECOND / 5,
	MAX_NAKS = 10,
	MAX_REQUESTS = 3,
	REFUSALS = 2, /* one ICMP may be a socket that was not open yet */
};

/* ---- deciding ------------------------------------------------------------ */

static struct pptp_method asking(const struct pptp_conversation *c)
{
	return c->ask[c->asking];
}

/* The server asked for one same method other than `ask` twice as news in
 * answer to our Naks: it has made up its mind. accel-ppp walks through its
 * whole list first, so twice any other method would say nothing; and what
 * answers a Reject of other options answers no Nak. */
static bool has_settled(const struct pptp_record *r, struct pptp_method ask,
			struct pptp_method method)
{
	unsigned times = 0;
	bool nak = false;

	for (unsigned i = 0; i < r->lcp.offers; i++) {
		const struct pptp_offer *o = &r->lcp.offer[i];

		if (nak && o->news && pptp_method_equal(o->method, method))
			times++;
		if (o->answer != PPTP_ANSWER_NONE)
			nak = o->answer == PPTP_ANSWER_NAK &&
			      pptp_method_equal(o->nak, ask);
	}
	return times >= 2;
}

static bool was_offered(const struct pptp_record *r, struct pptp_method method)
{
	for (unsigned i = 0; i < r->lcp.offers; i++)
		if (pptp_method_equal(r->lcp.offer[i].method, method))
			return true;
	return false;
}

/* On to the next method whose answer is not known yet; false where there is
 * none, and the present one stays. */
static bool ask_next(struct pptp_conversation *c)
{
	for (uint8_t i = c->asking + 1; i < PPTP_ASKS; i++) {
		const struct pptp_method *next = &c->ask[i];

		if (next->protocol == 0 || was_offered(&c->record, *next))
			continue;
		c->asking = i;
		c->naks = 0;
		return true;
	}
	return false;
}

static enum talk_decision decline(struct pptp_conversation *c,
				  const struct pptp_offer *offer)
{
	if (c->declined && offer->news)
		return LEAVE;
	c->declined = true;
	return REJECT_METHOD;
}

static enum talk_decision decide(struct pptp_conversation *c,
				 const struct pptp_offer *offer,
				 enum pptp_ended_by *why)
{
	*why = PPTP_ENDED_COMPLETE;
	if (offer->packet.length == 0) { /* not kept: can't be answered */
		*why = PPTP_ENDED_BUDGET;
		return LEAVE;
	}
	if (offer->others || (offer->types & ~TALK_ACCEPTABLE) != 0)
		return REJECT_OPTIONS;
	if (offer->method.protocol == 0)
		return ACK;
	if (c->declined)
		return decline(c, offer);
	if (c->ask[0].protocol == 0)
		return c->decline ? decline(c, offer) : ACK;
	if (pptp_method_equal(offer->method, asking(c)) && !ask_next(c))
		return ACK;
	if (has_settled(&c->record, asking(c), offer->method) && !ask_next(c))
		return c->decline ? decline(c, offer) : LEAVE;
	if (c->naks >= MAX_NAKS) {
		*why = PPTP_ENDED_BUDGET;
		return LEAVE;
	}
	c->naks++;
	return NAK;
}

/* ---- answering ----------------------------------------------------------- */

/* Whether the agreed method lets the server say more before we would have to:
 * with PAP and SPAP it is our turn, and we leave. */
static bool more_to_come(struct pptp_method method)
{
	return method.protocol == PPTP_PPP_CHAP ||
	       method.protocol == PPTP_PPP_EAP || method.protocol == 0;
}

static void leave_when_open(struct pptp_conversation *c, int64_t now)
{
	const struct pptp_record *r = &c->record;

	if (c->state == TALK_LCP && r->lcp.we_acked && r->lcp.they_acked &&
	    !more_to_come(r->lcp.offer[c->answering].method))
		pptp_leave(c, PPTP_ENDED_COMPLETE, now);
}

void pptp_negotiate_answered(struct pptp_conversation *c, int64_t now)
{
	struct pptp_method method = c->record.lcp.offer[c->answering].method;

	if (c->decision != ACK)
		c->deadline = now + LCP_WAIT;
	else if (method.protocol == 0)
		c->deadline = now + WATCH_WAIT;
	else if (more_to_come(method))
		c->deadline = now + CHALLENGE_WAIT;
	else
		c->deadline = now + OPEN_WAIT;
	leave_when_open(c, now);
}

void pptp_negotiate_unanswered(struct pptp_conversation *c, int64_t now)
{
	pptp_leave(c, PPTP_ENDED_BUDGET, now);
}

static void answer_offer(struct pptp_conversation *c, int64_t now)
{
	struct pptp_record *r = &c->record;
	enum pptp_ended_by why;

	if (r->lcp.offers == 0)
		return;
	c->answering = (uint8_t)(r->lcp.offers - 1);
	c->decision = (uint8_t)decide(c, &r->lcp.offer[c->answering], &why);
	if (c->decision == LEAVE)
		pptp_leave(c, why, now);
	else
		c->pending |= SAY_CONFIGURE_ANSWER;
}

/* ---- our own request ----------------------------------------------------- */

static void request_again(struct pptp_conversation *c, int64_t now)
{
	if (c->requests >= 2 * MAX_REQUESTS)
		return;
	c->identifier++;
	c->pending |= SAY_CONFIGURE_REQUEST;
	c->resend = now + RESTART;
}

/* Each Terminate-Request gets its own identifier back (RFC 1661 5.5). */
static void acknowledge_terminate(struct pptp_conversation *c,
				  uint8_t identifier)
{
	if (c->terminates < sizeof(c->terminate_identifier))
		c->terminate_identifier[c->terminates++] = identifier;
	c->pending |= SAY_TERMINATE_ACK;
}

void pptp_negotiate_begin(struct pptp_conversation *c, int64_t now)
{
	if (!talk_gre_possible(c)) {
		pptp_leave_call(c, PPTP_ENDED_COMPLETE, now);
		return;
	}
	c->state = TALK_LCP;
	c->deadline = now + LCP_WAIT;
	request_again(c, now);
	answer_offer(c, now); /* one that came before the OCRP */
	if (c->has_received && c->acknowledge == PPTP_NEVER)
		c->acknowledge = now + ACKNOWLEDGE_WAIT;
	if (c->record.lcp.terminated && c->state == TALK_LCP) {
		acknowledge_terminate(c, c->record.lcp.terminate_identifier);
		pptp_leave(c, PPTP_ENDED_TERMINATE, now);
	}
}

void pptp_negotiate_resend(struct pptp_conversation *c, int64_t now)
{
	c->resend = PPTP_NEVER;
	if (c->state == TALK_TERMINATING) {
		c->pending |= SAY_TERMINATE_REQUEST;
	} else if (c->state == TALK_LCP && c->requests < MAX_REQUESTS) {
		c->pending |= SAY_CONFIGURE_REQUEST;
		c->resend = now + RESTART;
	}
}

/* One ICMP ends nothing: what it was about may have come too early. Where the
 * second request met the same, and had its time, a third tells nothing. */
void pptp_negotiate_unreachable(struct pptp_conversation *c, int64_t now)
{
	const struct pptp_record *r = &c->record;

	if (c->state != TALK_LCP || r->gre.from_server ||
	    pptp_record_refusals(r) < REFUSALS || c->requests < REFUSALS)
		return;
	c->resend = PPTP_NEVER;
	if (c->deadline > now + RESTART)
		c->deadline = now + RESTART;
}

void pptp_negotiate_timeout(struct pptp_conversation *c, int64_t now)
{
	const struct pptp_record *r = &c->record;
	bool done = r->network.state == PPTP_ASKED || r->lcp.we_acked;

	if (r->gre.reason == PPTP_REASON_ICMP && !r->gre.from_server)
		pptp_leave(c, PPTP_ENDED_REFUSED, now);
	else
		pptp_leave(c, done ? PPTP_ENDED_COMPLETE : PPTP_ENDED_SILENT,
			   now);
}

/* ---- what comes ---------------------------------------------------------- */

/* Echo-Request (RFC 1661 5.8): answered once LCP is open, with our magic. */
static void lcp_echo(struct pptp_conversation *c,
		     const struct pptp_ppp_packet *p)
{
	struct pptp_reader data = p->data;
	size_t length;

	if (!c->record.lcp.we_acked || !c->record.lcp.they_acked)
		return;
	pptp_read_skip(&data, 4);
	length = pptp_reader_left(&data);
	if (!pptp_reader_ok(&data) || length > sizeof(c->lcp_echo))
		return;
	c->lcp_echo_identifier = p->identifier;
	c->lcp_echo_length = (uint8_t)length;
	memcpy(c->lcp_echo, data.at, length);
	c->pending |= SAY_LCP_ECHO_REPLY;
}

/* The one thing that we asked for is a magic number. */
static void request_refused(struct pptp_conversation *c, uint8_t code,
			    int64_t now)
{
	if (code == PPTP_CONFIGURE_NAK)
		c->magic = c->magic * 1664525 + 1013904223;
	else
		c->without_magic = true;
	request_again(c, now);
}

static void lcp_packet(struct pptp_conversation *c,
		       const struct pptp_ppp_packet *p, int64_t now)
{
	bool ours =
	    p->identifier == c->observer.side[PPTP_US].request_identifier;

	switch (p->code) {
	case PPTP_CONFIGURE_REQUEST:
		answer_offer(c, now);
		break;
	case PPTP_CONFIGURE_ACK:
		if (ours)
			c->resend = PPTP_NEVER;
		leave_when_open(c, now);
		break;
	case PPTP_CONFIGURE_NAK:
	case PPTP_CONFIGURE_REJECT:
		if (ours)
			request_refused(c, p->code, now);
		break;
	case PPTP_TERMINATE_REQUEST:
		acknowledge_terminate(c, p->identifier);
		pptp_leave(c, PPTP_ENDED_TERMINATE, now);
		break;
	case PPTP_LCP_ECHO_REQUEST:
		lcp_echo(c, p);
		break;
	default:
		break;
	}
}

static void ppp_in_lcp(struct pptp_conversation *c,
		       const struct pptp_event *event, int64_t now)
{
	const struct pptp_record *r = &c->record;

	if (event->protocol == PPTP_PPP_LCP) {
		lcp_packet(c, &event->packet, now);
	} else if (r->challenge.state == PPTP_SEEN && r->lcp.we_acked) {
		pptp_leave(c, PPTP_ENDED_COMPLETE, now);
	} else if (r->network.state == PPTP_ASKED && !c->collecting) {
		c->collecting = true;
		c->deadline = now + COLLECT_WAIT;
	}
}

static void ppp_in_farewell(struct pptp_conversation *c,
			    const struct pptp_event *event, int64_t now)
{
	if (event->protocol != PPTP_PPP_LCP)
		return;
	if (event->packet.code == PPTP_TERMINATE_REQUEST)
		acknowledge_terminate(c, event->packet.identifier);
	else if (event->packet.code == PPTP_TERMINATE_ACK)
		pptp_leave_terminated(c, now);
}

void pptp_negotiate_event(struct pptp_conversation *c,
			  const struct pptp_event *event, int64_t now)
{
	bool in_call = c->state == TALK_LCP || c->state == TALK_TERMINATING;

	if (event->gre->has_sequence) {
		c->received = event->gre->sequence_number;
		c->has_received = true;
		if (in_call && c->acknowledge == PPTP_NEVER)
			c->acknowledge = now + ACKNOWLEDGE_WAIT;
	}
	if (event->kind != PPTP_EVENT_PPP)
		return;
	if (c->state == TALK_LCP)
		ppp_in_lcp(c, event, now);
	else if (c->state == TALK_TERMINATING)
		ppp_in_farewell(c, event, now);
}
