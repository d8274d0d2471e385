/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/negotiate.h"

#include <string.h>

#include "core/leave.h"
#include "core/observer.h"

enum {
	LCP_WAIT = 9 * TALK_SECOND, /* three of pppd's restart timers */
	CHALLENGE_WAIT = 9 * TALK_SECOND,
	OPEN_WAIT = TALK_SECOND,        /* for the Ack of our own request */
	WATCH_WAIT = 5 * TALK_SECOND,   /* for an NCP or Terminate */
	COLLECT_WAIT = TALK_SECOND / 4, /* NCPs come together */
	RESTART = 3 * TALK_SECOND,      /* RFC 1661 4.6 */
	ACKNOWLEDGE_WAIT = TALK_SECOND / 5,
	MAX_REQUESTS = 3,
	REFUSALS = 2, /* one ICMP may be a socket that was not open yet */
};

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

	if (c->reply != PPTP_REPLY_ACK)
		c->deadline = now + LCP_WAIT;
	else if (method.protocol == 0)
		c->deadline = now + WATCH_WAIT;
	else if (more_to_come(method))
		c->deadline = now + CHALLENGE_WAIT;
	else
		c->deadline = now + OPEN_WAIT;
	leave_when_open(c, now);
}

void pptp_negotiate_unanswered(struct pptp_conversation *c, size_t needs,
			       int64_t now)
{
	pptp_observer_unanswered(&c->observer, needs);
	pptp_leave(c, PPTP_ENDED_BUDGET, now);
}

static void answer_offer(struct pptp_conversation *c, int64_t now)
{
	const struct pptp_wishes wishes = {c->ask, c->decline};
	const struct pptp_record *r = &c->record;
	struct pptp_decision d;

	if (r->lcp.offers == 0)
		return;
	d = pptp_decide(r->lcp.offer, r->lcp.offers, &wishes, &c->progress);
	c->answering = r->lcp.offers - 1;
	c->reply = (uint8_t)d.reply;
	c->progress = d.progress;
	if (d.reply == PPTP_REPLY_LEAVE)
		pptp_leave(c, d.why, now);
	else
		c->pending |= TALK_SAY_CONFIGURE_ANSWER;
}

/* ---- our own request ----------------------------------------------------- */

static void request_again(struct pptp_conversation *c, int64_t now)
{
	if (c->requests >= 2 * MAX_REQUESTS)
		return;
	c->identifier++;
	c->pending |= TALK_SAY_CONFIGURE_REQUEST;
	c->resend = now + RESTART;
}

/* Each Terminate-Request gets its own identifier back (RFC 1661 5.5). */
static void acknowledge_terminate(struct pptp_conversation *c,
				  uint8_t identifier)
{
	if (c->terminates < sizeof(c->terminate_identifier))
		c->terminate_identifier[c->terminates++] = identifier;
	c->pending |= TALK_SAY_TERMINATE_ACK;
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
		c->pending |= TALK_SAY_TERMINATE_REQUEST;
	} else if (c->state == TALK_LCP && c->requests < MAX_REQUESTS) {
		c->pending |= TALK_SAY_CONFIGURE_REQUEST;
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
	c->pending |= TALK_SAY_LCP_ECHO_REPLY;
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
