/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What to say next (RFC 2637 3, RFC 1661 4), and when to stop.
 *
 * Everything read comes from the observer's events and its record; everything
 * said goes past the observer too. The order of the pending bits is the order
 * in which things leave.
 */
#include "core/conversation.h"

#include <string.h>

#define SECOND INT64_C(1000000)

enum {
	FIRST_REPLY = 12 * SECOND, /* poptop's accept loop stands for 10 s */
	CONNECT_WAIT = 10 * SECOND,
	CONTROL_WAIT = 5 * SECOND,
	PING_WAIT = 2 * SECOND,
	WITNESS_WAIT = 2 * SECOND / 5,
	GRE_WAIT = 3 * SECOND, /* for an answer outside any call */
	LCP_WAIT = 9 * SECOND, /* three of pppd's restart timers */
	CHALLENGE_WAIT = 9 * SECOND,
	OPEN_WAIT = SECOND,        /* for the Ack of our own request */
	WATCH_WAIT = 5 * SECOND,   /* for an NCP or Terminate */
	COLLECT_WAIT = SECOND / 4, /* NCPs come together */
	RESTART = 3 * SECOND,      /* RFC 1661 4.6 */
	ACKNOWLEDGE_WAIT = SECOND / 5,
	UNREACHABLE_WAIT = SECOND / 2,
	TERMINATE_WAIT = 2 * SECOND,
	FAREWELL_WAIT = 3 * SECOND,
	ABORT_WAIT = 3 * SECOND,
	WHOLE = 25 * SECOND,
	MAX_SYNS = 3,
	WITNESSES = 10,
	MAX_NAKS = 10,
	MAX_REQUESTS = 3,
};

enum state {
	SYN_SENT,
	PINGING,
	PROBING, /* GRE outside any call */
	CONNECTING,
	STARTING, /* SCCRQ sent */
	CALLING,  /* OCRQ sent */
	LCP,
	TERMINATING,
	CLEARING,
	STOPPING,
	FINISHED,
};

enum pending {
	SYN = 1 << 0,
	PING = 1 << 1,
	CONNECT = 1 << 2,
	SCCRQ = 1 << 3,
	GUARD = 1 << 4,
	OCRQ = 1 << 5,
	ECHO_REPLY = 1 << 6,
	STOP_REPLY = 1 << 7,
	CONFIGURE_REQUEST = 1 << 8,
	CONFIGURE_ANSWER = 1 << 9,
	LCP_ECHO_REPLY = 1 << 10,
	TERMINATE_ACK = 1 << 11,
	TERMINATE_REQUEST = 1 << 12,
	ACKNOWLEDGMENT = 1 << 13,
	CALL_CLEAR = 1 << 14,
	STOP = 1 << 15,
	CLOSE = 1 << 16,
	ON_CONNECTION =
	    SCCRQ | OCRQ | ECHO_REPLY | STOP_REPLY | CALL_CLEAR | STOP,
};

enum decision { LEAVE, ACK, NAK, REJECT_OPTIONS, REJECT_METHOD };

/* Options that change nothing which an observer would have to honour. */
#define ACCEPTABLE                                                             \
	(UINT32_C(1) << PPTP_LCP_MRU | UINT32_C(1) << PPTP_LCP_ACCM |          \
	 UINT32_C(1) << PPTP_LCP_AUTHENTICATION |                              \
	 UINT32_C(1) << PPTP_LCP_MAGIC | UINT32_C(1) << PPTP_LCP_PFC |         \
	 UINT32_C(1) << PPTP_LCP_ACFC |                                        \
	 UINT32_C(1) << PPTP_LCP_ENDPOINT_DISCRIMINATOR)

/* ---- beginning ----------------------------------------------------------- */

static void take_random(struct pptp_conversation *c)
{
	struct pptp_reader in;

	pptp_reader_init(&in, c->config.random, PPTP_RANDOM);
	c->magic = pptp_read_u32(&in);
	c->syn_sequence = pptp_read_u32(&in);
	c->call_id = pptp_read_u16(&in);
	/* 32768 to 49151: below every kernel's own choice would collide with
	 * services, above is as good as random. */
	c->source_port = 0x8000 | (pptp_read_u16(&in) & 0x3fff);
	c->identifier = pptp_read_u8(&in);
	if (c->magic == 0)
		c->magic = 1;
	if (c->config.call_id != 0)
		c->call_id = c->config.call_id;
	/* accel-ppp swaps our Call-ID's bytes, Cisco ignores 0: facts 0.4. */
	if (c->call_id >> 8 == (c->call_id & 0xff))
		c->call_id ^= 0x0100;
	if (c->call_id == 0)
		c->call_id = 0x1a2c;
}

static void begin_record(struct pptp_conversation *c, int64_t now)
{
	struct pptp_record *r = &c->record;
	const struct pptp_conversation_config *f = &c->config;

	r->start = r->end = now;
	r->time_us = f->time_us;
	r->name = f->name;
	r->labels = f->labels;
	r->target = f->target;
	r->source = f->source;
	r->port = f->port;
	r->depth = (uint8_t)f->depth;
	r->kind = f->gre                       ? PPTP_KIND_GRE
		  : f->depth == PPTP_DEPTH_SYN ? PPTP_KIND_SYN
					       : PPTP_KIND_CONVERSATION;
	pptp_observer_init(&c->observer, r);
}

static void connect_now(struct pptp_conversation *c, int64_t now)
{
	c->state = CONNECTING;
	c->pending |= CONNECT;
	c->deadline = now + CONNECT_WAIT;
}

static bool gre_possible(const struct pptp_conversation *c)
{
	return c->config.raw && !c->config.proxied &&
	       c->config.target.family == 4;
}

static enum pptp_reason why_no_gre(const struct pptp_conversation *c)
{
	if (c->config.target.family == 6)
		return PPTP_REASON_IPV6;
	return c->config.proxied ? PPTP_REASON_PROXY : PPTP_REASON_NO_PRIVILEGE;
}

enum pptp_error pptp_conversation_init(struct pptp_conversation *c,
				       const struct pptp_conversation_config *f,
				       int64_t now)
{
	if (f->target.family == 0 || f->source.family != f->target.family ||
	    f->port == 0 || ((f->syn || f->gre) && !f->raw) ||
	    (f->gre && f->target.family != 4) ||
	    (f->depth == PPTP_DEPTH_SYN && !f->syn && !f->gre))
		return PPTP_ERROR_ARGUMENT;
	memset(c, 0, sizeof(*c));
	c->config = *f;
	if (c->config.timeout_us <= 0)
		c->config.timeout_us = CONTROL_WAIT;
	c->resend = c->acknowledge = c->limit = PPTP_NEVER;
	take_random(c);
	begin_record(c, now);
	if (!gre_possible(c))
		pptp_observer_without_gre(&c->observer, why_no_gre(c));
	if (f->gre) {
		c->state = PROBING;
		c->pending = GUARD | ACKNOWLEDGMENT;
		c->deadline = now + GRE_WAIT;
	} else if (f->syn) {
		c->state = SYN_SENT;
		c->pending = SYN;
		c->tries = 1;
		c->deadline = now + SECOND;
	} else {
		connect_now(c, now);
	}
	return PPTP_OK;
}

/* ---- ending -------------------------------------------------------------- */

static void finish(struct pptp_conversation *c, enum pptp_ended_by why,
		   int64_t now)
{
	if (c->state == FINISHED)
		return;
	if (c->state >= CONNECTING && !(c->pending & CONNECT))
		c->pending = (c->pending & ~(uint32_t)ON_CONNECTION) | CLOSE;
	else
		c->pending = 0;
	if (c->connected)
		pptp_observer_closed(&c->observer, PPTP_US, false, now);
	/* A farewell that was under way ends what had ended it. */
	if (c->state >= TERMINATING)
		why = (enum pptp_ended_by)c->then;
	c->connected = false;
	c->state = FINISHED;
	c->deadline = c->resend = c->acknowledge = c->limit = PPTP_NEVER;
	pptp_observer_end(&c->observer, why, now);
}

static void stop(struct pptp_conversation *c, int64_t now)
{
	c->state = STOPPING;
	c->pending &= ~(uint32_t)OCRQ;
	c->pending |= STOP;
	c->deadline = now + FAREWELL_WAIT;
}

static void clear(struct pptp_conversation *c, int64_t now)
{
	c->state = CLEARING;
	c->pending |= CALL_CLEAR;
	c->resend = c->acknowledge = PPTP_NEVER;
	c->deadline = now + FAREWELL_WAIT;
}

static void terminate(struct pptp_conversation *c, int64_t now)
{
	c->pending &= ~(uint32_t)(CONFIGURE_REQUEST | CONFIGURE_ANSWER);
	if (c->record.lcp.terminated) {
		clear(c, now);
		return;
	}
	c->identifier++;
	c->pending |= TERMINATE_REQUEST;
	/* Where nothing was ever heard there is no answer to wait for. */
	if (!c->record.gre.from_server) {
		clear(c, now);
		return;
	}
	c->state = TERMINATING;
	c->deadline = now + TERMINATE_WAIT;
	c->resend = now + TERMINATE_WAIT / 2;
}

/* Says goodbye from as far as the conversation had come. */
static void leave(struct pptp_conversation *c, enum pptp_ended_by why,
		  int64_t now)
{
	unsigned state = c->state;

	if (state >= TERMINATING)
		return;
	c->then = (uint8_t)why;
	if (why != PPTP_ENDED_ABORTED)
		c->limit = PPTP_NEVER;
	c->resend = PPTP_NEVER;
	if (state == LCP)
		terminate(c, now);
	else if (state == CALLING)
		stop(c, now);
	else
		finish(c, why, now);
}

void pptp_conversation_abort(struct pptp_conversation *c, int64_t now)
{
	if (c->state == FINISHED)
		return;
	c->limit = now + ABORT_WAIT;
	if (c->state == STARTING && c->record.control.state == PPTP_ANSWERED) {
		c->then = PPTP_ENDED_ABORTED;
		stop(c, now);
		return;
	}
	leave(c, PPTP_ENDED_ABORTED, now);
}

/* ---- LCP ----------------------------------------------------------------- */

static uint32_t option_types(const struct pptp_record *r,
			     const struct pptp_offer *offer)
{
	struct pptp_reader in;
	struct pptp_ppp_packet p;
	struct pptp_option option;
	uint32_t types = 0;

	pptp_reader_init(&in, r->store + offer->packet.at,
			 offer->packet.length);
	if (!pptp_ppp_packet_decode(&p, &in))
		return 0;
	while (pptp_option_next(&p.data, &option))
		types |=
		    option.type < 32 ? UINT32_C(1) << option.type : ~ACCEPTABLE;
	return types;
}

static struct pptp_method asking(const struct pptp_conversation *c)
{
	return c->config.ask[c->asking];
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
		const struct pptp_method *next = &c->config.ask[i];

		if (next->protocol == 0 || was_offered(&c->record, *next))
			continue;
		c->asking = i;
		c->naks = 0;
		return true;
	}
	return false;
}

static enum decision decline(struct pptp_conversation *c,
			     const struct pptp_offer *offer)
{
	if (c->declined && offer->news)
		return LEAVE;
	c->declined = true;
	return REJECT_METHOD;
}

static enum decision decide(struct pptp_conversation *c,
			    const struct pptp_offer *offer)
{
	const struct pptp_conversation_config *f = &c->config;

	if (offer->packet.length == 0) { /* not kept: can't be answered */
		c->then = PPTP_ENDED_BUDGET;
		return LEAVE;
	}
	if (option_types(&c->record, offer) & ~ACCEPTABLE)
		return REJECT_OPTIONS;
	if (offer->method.protocol == 0)
		return ACK;
	if (c->declined)
		return decline(c, offer);
	if (f->ask[0].protocol == 0)
		return f->decline ? decline(c, offer) : ACK;
	if (pptp_method_equal(offer->method, asking(c)) && !ask_next(c))
		return ACK;
	if (has_settled(&c->record, asking(c), offer->method) && !ask_next(c))
		return f->decline ? decline(c, offer) : LEAVE;
	if (c->naks >= MAX_NAKS) {
		c->then = PPTP_ENDED_BUDGET;
		return LEAVE;
	}
	c->naks++;
	return NAK;
}

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

	if (c->state == LCP && r->lcp.we_acked && r->lcp.they_acked &&
	    !more_to_come(r->lcp.offer[c->answering].method))
		leave(c, PPTP_ENDED_COMPLETE, now);
}

/* Our answer has left: how long to wait for what it brings. */
static void answered(struct pptp_conversation *c, int64_t now)
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

static void answer_offer(struct pptp_conversation *c, int64_t now)
{
	struct pptp_record *r = &c->record;
	const struct pptp_offer *offer;

	if (r->lcp.offers == 0)
		return;
	c->answering = (uint8_t)(r->lcp.offers - 1);
	offer = &r->lcp.offer[c->answering];
	c->then = PPTP_ENDED_COMPLETE;
	c->decision = (uint8_t)decide(c, offer);
	if (c->decision == LEAVE) {
		leave(c, (enum pptp_ended_by)c->then, now);
		return;
	}
	c->pending |= CONFIGURE_ANSWER;
}

static void request_again(struct pptp_conversation *c, int64_t now)
{
	if (c->requests >= 2 * MAX_REQUESTS)
		return;
	c->identifier++;
	c->pending |= CONFIGURE_REQUEST;
	c->resend = now + RESTART;
}

static void begin_lcp(struct pptp_conversation *c, int64_t now)
{
	if (!gre_possible(c)) {
		c->then = PPTP_ENDED_COMPLETE;
		clear(c, now);
		return;
	}
	c->state = LCP;
	c->deadline = now + LCP_WAIT;
	request_again(c, now);
	answer_offer(c, now); /* one that came before the OCRP */
	if (c->record.lcp.terminated && c->state == LCP) {
		c->pending |= TERMINATE_ACK;
		leave(c, PPTP_ENDED_TERMINATE, now);
	}
}

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
	c->pending |= LCP_ECHO_REPLY;
}

static void lcp_packet(struct pptp_conversation *c,
		       const struct pptp_ppp_packet *p, int64_t now)
{
	bool ours = p->identifier == c->observer.request_identifier;

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
		/* The one thing that we asked for is a magic number. */
		if (ours) {
			c->magic = c->magic * 1664525 + 1013904223;
			request_again(c, now);
		}
		break;
	case PPTP_CONFIGURE_REJECT:
		if (ours) {
			c->without_magic = true;
			request_again(c, now);
		}
		break;
	case PPTP_TERMINATE_REQUEST:
		c->pending |= TERMINATE_ACK;
		leave(c, PPTP_ENDED_TERMINATE, now);
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
		leave(c, PPTP_ENDED_COMPLETE, now);
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
		c->pending |= TERMINATE_ACK;
	else if (event->packet.code == PPTP_TERMINATE_ACK)
		clear(c, now);
}

/* ---- events -------------------------------------------------------------- */

static void ping(struct pptp_conversation *c, int64_t now)
{
	if (c->record.host.state == PPTP_ALIVE) {
		finish(c, PPTP_ENDED_REFUSED, now);
		return;
	}
	c->state = PINGING;
	c->pending |= PING;
	c->tries = 1;
	c->deadline = now + PING_WAIT / 2;
}

static enum pptp_ended_by after_silence(const struct pptp_conversation *c)
{
	return c->record.tcp.state == PPTP_FILTERED ? PPTP_ENDED_REFUSED
						    : PPTP_ENDED_SILENT;
}

/* The host lives, and our SYNs had no answer: a filter, or a way that loses
 * packets. From now on each echo request goes out beside a SYN; where all of
 * the ones are answered and none of the others, it was not the way. */
static void witness(struct pptp_conversation *c, int64_t now)
{
	if (c->witnesses == WITNESSES) {
		finish(c, after_silence(c), now);
		return;
	}
	c->witnesses++;
	c->tries++;
	c->pending |= SYN | PING;
	c->deadline = now + (c->witnesses < WITNESSES ? WITNESS_WAIT : SECOND);
}

static void ping_answered(struct pptp_conversation *c, int64_t now)
{
	if (c->record.tcp.state != PPTP_SILENT)
		finish(c, after_silence(c), now);
	else if (c->witnesses == 0)
		witness(c, now);
}

static void gre_event(struct pptp_conversation *c,
		      const struct pptp_event *event, int64_t now)
{
	if (c->state == PROBING) {
		finish(c, PPTP_ENDED_COMPLETE, now);
		return;
	}
	if (event->gre.has_sequence) {
		c->received = event->gre.sequence_number;
		c->has_received = true;
		if (c->state < CLEARING && c->acknowledge == PPTP_NEVER)
			c->acknowledge = now + ACKNOWLEDGE_WAIT;
	}
	if (event->kind != PPTP_EVENT_PPP)
		return;
	if (c->state == LCP)
		ppp_in_lcp(c, event, now);
	else if (c->state == TERMINATING)
		ppp_in_farewell(c, event, now);
}

static void unreachable_gre(struct pptp_conversation *c, int64_t now)
{
	if (c->state == PROBING)
		finish(c, PPTP_ENDED_REFUSED, now);
	else if (c->state == LCP && !c->record.gre.from_server &&
		 c->deadline > now + UNREACHABLE_WAIT)
		c->deadline = now + UNREACHABLE_WAIT;
}

static void packet_event(struct pptp_conversation *c,
			 const struct pptp_event *event, int64_t now)
{
	bool knocking = c->state == SYN_SENT || c->state == PINGING;

	switch (event->kind) {
	case PPTP_EVENT_SYN_ACK:
		if (knocking && c->config.depth == PPTP_DEPTH_SYN)
			finish(c, PPTP_ENDED_COMPLETE, now);
		else if (knocking)
			connect_now(c, now);
		break;
	case PPTP_EVENT_RST:
		if (knocking)
			finish(c, PPTP_ENDED_REFUSED, now);
		break;
	case PPTP_EVENT_UNREACHABLE_TCP:
		if (c->state == SYN_SENT)
			ping(c, now);
		break;
	case PPTP_EVENT_ECHO_REPLY:
		if (c->state == PINGING)
			ping_answered(c, now);
		break;
	case PPTP_EVENT_UNREACHABLE_GRE:
		unreachable_gre(c, now);
		break;
	case PPTP_EVENT_GRE:
	case PPTP_EVENT_PPP:
		gre_event(c, event, now);
		break;
	default:
		break;
	}
}

static void started(struct pptp_conversation *c, int64_t now)
{
	if (c->state != STARTING)
		return;
	if (c->record.control.state == PPTP_REFUSED) {
		finish(c, PPTP_ENDED_REFUSED, now);
	} else if (c->config.depth == PPTP_DEPTH_CONTROL) {
		c->then = PPTP_ENDED_COMPLETE;
		stop(c, now);
	} else {
		c->state = CALLING;
		c->pending |= OCRQ | (gre_possible(c) ? GUARD : 0U);
		c->deadline = now + c->config.timeout_us;
	}
}

static void called(struct pptp_conversation *c, int64_t now)
{
	if (c->state != CALLING)
		return;
	if (c->record.call.state == PPTP_ACCEPTED)
		begin_lcp(c, now);
	else
		leave(c, PPTP_ENDED_REFUSED, now);
}

static void disconnected(struct pptp_conversation *c, int64_t now)
{
	if (c->state == CLEARING) {
		stop(c, now);
	} else if (c->state < CLEARING) {
		if (c->state != TERMINATING)
			c->then = PPTP_ENDED_DISCONNECT;
		c->resend = PPTP_NEVER;
		stop(c, now);
	}
}

static void control_event(struct pptp_conversation *c,
			  const struct pptp_control *m, int64_t now)
{
	switch (m->control_message_type) {
	case PPTP_SCCRP:
		started(c, now);
		break;
	case PPTP_OCRP:
		called(c, now);
		break;
	case PPTP_ECHO_REQUEST:
		c->echo_identifier = m->identifier;
		c->pending |= ECHO_REPLY;
		break;
	case PPTP_CDN:
		if (c->record.call.state != PPTP_NOT_TESTED)
			disconnected(c, now);
		break;
	case PPTP_STOP_CCRP:
		if (c->state == STOPPING)
			finish(c, PPTP_ENDED_COMPLETE, now);
		break;
	case PPTP_STOP_CCRQ:
		if (c->state < TERMINATING)
			c->then = PPTP_ENDED_DISCONNECT;
		c->state = STOPPING;
		c->pending |= STOP_REPLY;
		c->pending &= ~(uint32_t)(CALL_CLEAR | STOP);
		c->deadline = now + SECOND; /* it closes; or else we do */
		break;
	default:
		break;
	}
}

static void stream_input(struct pptp_conversation *c, const uint8_t *bytes,
			 size_t length, int64_t now)
{
	struct pptp_event event;
	size_t used;

	while (length > 0 && c->state != FINISHED) {
		used = pptp_observer_stream(&c->observer, PPTP_SERVER, bytes,
					    length, now, &event);
		bytes += used;
		length -= used;
		if (event.kind == PPTP_EVENT_LOST) {
			/* RFC 2637 3.1.1: close at once; nothing that we could
			 * say would be understood. */
			finish(c, PPTP_ENDED_NOT_PPTP, now);
			return;
		}
		if (event.kind == PPTP_EVENT_CONTROL)
			control_event(c, &event.control, now);
	}
}

/* Packets of ours come back from a capture too; they were observed when they
 * were sent, but for the ICMP that our kernel sends by itself. */
static bool packet_input(struct pptp_conversation *c, const void *packet,
			 size_t length, int64_t now)
{
	const struct pptp_conversation_config *f = &c->config;
	struct pptp_event event;
	struct pptp_reader in;
	struct pptp_ip ip;
	bool by_us;

	pptp_reader_init(&in, packet, length);
	if (c->state == FINISHED || !pptp_ip_decode(&ip, &in))
		return false;
	by_us = pptp_address_equal(&ip.source, &f->source) &&
		!pptp_address_equal(&f->source, &f->target);
	if (by_us && (ip.protocol != PPTP_IP_ICMP ||
		      pptp_read_u8(&ip.payload) != PPTP_ICMP_UNREACHABLE))
		return false;
	if (!pptp_observer_packet(&c->observer, by_us ? PPTP_US : PPTP_SERVER,
				  packet, length, now, &event))
		return false;
	packet_event(c, &event, now);
	return true;
}

static void closed(struct pptp_conversation *c, bool reset, int64_t now)
{
	if (c->state < CONNECTING || c->state == FINISHED)
		return;
	pptp_observer_closed(&c->observer, PPTP_SERVER, reset, now);
	finish(c,
	       c->record.control.state == PPTP_NOT_PPTP ? PPTP_ENDED_NOT_PPTP
	       : reset                                  ? PPTP_ENDED_RESET
							: PPTP_ENDED_CLOSED,
	       now);
}

static void connected(struct pptp_conversation *c, int64_t now)
{
	if (c->state != CONNECTING)
		return;
	c->connected = true;
	pptp_observer_connected(&c->observer, now);
	c->state = STARTING;
	c->pending |= SCCRQ;
	c->deadline = now + FIRST_REPLY;
	c->limit = now + WHOLE;
}

static void not_connected(struct pptp_conversation *c, bool refused,
			  int64_t now)
{
	if (c->state != CONNECTING)
		return;
	if (refused)
		pptp_observer_refused(&c->observer, now);
	finish(c, refused ? PPTP_ENDED_REFUSED : PPTP_ENDED_ERROR, now);
}

/* ---- time ---------------------------------------------------------------- */

/* While an echo is waited for, the last SYN may still be answered. */
static void syn_timeout(struct pptp_conversation *c, int64_t now)
{
	if (c->tries >= MAX_SYNS) {
		ping(c, now);
		return;
	}
	c->tries++;
	c->pending |= SYN;
	c->deadline = now + (c->tries == 2 ? 2 : 1) * SECOND;
}

static void ping_timeout(struct pptp_conversation *c, int64_t now)
{
	if (c->witnesses > 0) {
		witness(c, now);
		return;
	}
	if (c->tries >= 2) {
		finish(c, after_silence(c), now);
		return;
	}
	c->tries++;
	c->pending |= PING;
	c->deadline = now + PING_WAIT / 2;
}

static void lcp_timeout(struct pptp_conversation *c, int64_t now)
{
	const struct pptp_record *r = &c->record;
	bool done = r->network.state == PPTP_ASKED || r->lcp.we_acked;

	if (r->gre.reason == PPTP_REASON_ICMP && !r->gre.from_server)
		leave(c, PPTP_ENDED_REFUSED, now);
	else
		leave(c, done ? PPTP_ENDED_COMPLETE : PPTP_ENDED_SILENT, now);
}

static void timeout(struct pptp_conversation *c, int64_t now)
{
	switch (c->state) {
	case SYN_SENT:
		syn_timeout(c, now);
		break;
	case PINGING:
		ping_timeout(c, now);
		break;
	case LCP:
		lcp_timeout(c, now);
		break;
	case TERMINATING:
		clear(c, now);
		break;
	case CLEARING:
		stop(c, now);
		break;
	case CALLING:
		leave(c, PPTP_ENDED_SILENT, now);
		break;
	case FINISHED:
		break;
	default:
		finish(c, PPTP_ENDED_SILENT, now);
		break;
	}
}

static void send_again(struct pptp_conversation *c, int64_t now)
{
	c->resend = PPTP_NEVER;
	if (c->state == TERMINATING) {
		c->pending |= TERMINATE_REQUEST;
	} else if (c->state == LCP && c->requests < MAX_REQUESTS) {
		c->pending |= CONFIGURE_REQUEST;
		c->resend = now + RESTART;
	}
}

static void tick(struct pptp_conversation *c, int64_t now)
{
	if (c->state == FINISHED)
		return;
	if (now >= c->limit) {
		c->limit = PPTP_NEVER;
		if (c->state >= TERMINATING)
			finish(c, (enum pptp_ended_by)c->then, now);
		else
			leave(c, PPTP_ENDED_BUDGET, now);
		return;
	}
	if (now >= c->acknowledge)
		c->pending |= ACKNOWLEDGMENT;
	if (now >= c->resend)
		send_again(c, now);
	if (now >= c->deadline)
		timeout(c, now);
}

bool pptp_conversation_input(struct pptp_conversation *c, enum pptp_input input,
			     const void *bytes, size_t length, int64_t now)
{
	switch (input) {
	case PPTP_INPUT_PACKET:
		return packet_input(c, bytes, length, now);
	case PPTP_INPUT_CONNECTED:
		connected(c, now);
		break;
	case PPTP_INPUT_STREAM:
		stream_input(c, bytes, length, now);
		break;
	case PPTP_INPUT_CLOSED:
	case PPTP_INPUT_RESET:
		closed(c, input == PPTP_INPUT_RESET, now);
		break;
	case PPTP_INPUT_REFUSED:
	case PPTP_INPUT_UNREACHABLE:
	case PPTP_INPUT_TIMEOUT:
	case PPTP_INPUT_FAILED:
		not_connected(c, input == PPTP_INPUT_REFUSED, now);
		break;
	case PPTP_INPUT_TICK:
		tick(c, now);
		break;
	}
	return true;
}

/* ---- what leaves --------------------------------------------------------- */

static void name_us(struct pptp_control *m, const char *contact)
{
	struct pptp_writer w;

	pptp_writer_init(&w, m->host_name, sizeof(m->host_name));
	pptp_write_padded(&w, contact != NULL ? contact : "pptpgrade",
			  sizeof(m->host_name));
	pptp_writer_init(&w, m->vendor_string, sizeof(m->vendor_string));
	pptp_write_padded(&w, "pptpgrade ", contact != NULL ? 10 : 9);
	pptp_write_padded(&w, contact != NULL ? contact : "",
			  sizeof(m->vendor_string) - w.length);
}

static void fill_ocrq(const struct pptp_conversation *c, struct pptp_control *m)
{
	m->call_id = c->call_id;
	m->call_serial_number = c->call_id;
	m->minimum_bps = 300;
	m->maximum_bps = 100000000;
	m->bearer_type = 3;
	m->framing_type = 3;
	m->packet_recv_window_size = 64;
}

static size_t build_control(const struct pptp_conversation *c,
			    enum pending what, void *data)
{
	struct pptp_control m;
	struct pptp_writer w;

	memset(&m, 0, sizeof(m));
	m.control_message_type = what == SCCRQ        ? PPTP_SCCRQ
				 : what == OCRQ       ? PPTP_OCRQ
				 : what == ECHO_REPLY ? PPTP_ECHO_REPLY
				 : what == STOP_REPLY ? PPTP_STOP_CCRP
				 : what == CALL_CLEAR ? PPTP_CCRQ
						      : PPTP_STOP_CCRQ;
	m.protocol_version = PPTP_VERSION;
	m.framing_capabilities = m.bearer_capabilities = 3;
	m.result_code = 1;
	m.reason = 1;
	m.identifier = c->echo_identifier;
	m.call_id = c->call_id;
	if (what == SCCRQ)
		name_us(&m, c->config.contact);
	if (what == OCRQ)
		fill_ocrq(c, &m);
	pptp_writer_init(&w, data, PPTP_PACKET_ROOM);
	pptp_control_encode(&w, &m);
	return w.length;
}

static struct pptp_ip ip_header(const struct pptp_conversation *c)
{
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = c->config.source;
	ip.destination = c->config.target;
	ip.ttl = c->config.ttl == 0 ? 64 : c->config.ttl;
	ip.identification = (uint16_t)(c->syn_sequence + c->sequence);
	return ip;
}

static size_t build_syn(const struct pptp_conversation *c, void *data)
{
	struct pptp_ip ip = ip_header(c);
	struct pptp_tcp tcp;
	int n;

	memset(&tcp, 0, sizeof(tcp));
	tcp.source_port = c->source_port;
	tcp.destination_port = c->config.port;
	tcp.sequence_number = c->syn_sequence;
	tcp.window = 64240;
	ip.protocol = PPTP_IP_TCP;
	n = pptp_tcp_syn_encode(&ip, &tcp, data, PPTP_PACKET_ROOM);
	return n < 0 ? 0 : (size_t)n;
}

static size_t build_ping(const struct pptp_conversation *c, void *data)
{
	struct pptp_ip ip = ip_header(c);
	int n = pptp_icmp_echo_encode(&ip, c->source_port, c->tries, data,
				      PPTP_PACKET_ROOM);

	return n < 0 ? 0 : (size_t)n;
}

/* A GRE packet into the call, with our sequence number where it carries
 * something and an acknowledgement where one is due. */
static size_t build_gre(struct pptp_conversation *c, const void *payload,
			size_t length, void *data)
{
	struct pptp_ip ip = ip_header(c);
	struct pptp_gre gre;
	int n;

	memset(&gre, 0, sizeof(gre));
	ip.protocol = PPTP_IP_GRE;
	gre.call_id = c->state == PROBING ? c->call_id : c->record.call.call_id;
	gre.has_sequence = length > 0;
	gre.sequence_number = c->sequence;
	gre.has_acknowledgment = c->has_received || length == 0;
	gre.acknowledgment_number = c->received;
	n = pptp_gre_packet_encode(&ip, &gre, payload, length, data,
				   PPTP_PACKET_ROOM);
	if (gre.has_sequence)
		c->sequence++;
	c->acknowledge = PPTP_NEVER;
	c->pending &= ~(uint32_t)ACKNOWLEDGMENT;
	return n < 0 ? 0 : (size_t)n;
}

static size_t build_lcp(struct pptp_conversation *c, uint8_t code,
			uint8_t identifier, const struct pptp_writer *body,
			void *data)
{
	uint8_t frame[PPTP_PACKET_ROOM];
	struct pptp_writer w;

	pptp_writer_init(&w, frame, sizeof(frame));
	pptp_ppp_frame_encode(&w, PPTP_PPP_LCP);
	pptp_ppp_packet_encode(&w, code, identifier, body->bytes, body->length);
	if (!pptp_writer_ok(&w) || !pptp_writer_ok(body))
		return 0;
	return build_gre(c, frame, w.length, data);
}

static size_t build_request(struct pptp_conversation *c, void *data)
{
	uint8_t option[6];
	struct pptp_writer w;

	pptp_writer_init(&w, option, sizeof(option));
	if (!c->without_magic) {
		pptp_write_u8(&w, PPTP_LCP_MAGIC);
		pptp_write_u8(&w, sizeof(option));
		pptp_write_u32(&w, c->magic);
	}
	c->requests++;
	return build_lcp(c, PPTP_CONFIGURE_REQUEST, c->identifier, &w, data);
}

/* The server's own option bytes go back: all of them in an Ack, the refused
 * ones in a Reject (RFC 1661 5.2, 5.4). */
static void copy_options(const struct pptp_conversation *c,
			 const struct pptp_offer *offer, struct pptp_writer *w)
{
	struct pptp_reader in;
	struct pptp_ppp_packet p;
	struct pptp_option o;

	pptp_reader_init(&in, c->record.store + offer->packet.at,
			 offer->packet.length);
	if (!pptp_ppp_packet_decode(&p, &in))
		return;
	while (pptp_option_next(&p.data, &o)) {
		bool method = o.type == PPTP_LCP_AUTHENTICATION;
		bool odd = o.type >= 32 || !(ACCEPTABLE >> o.type & 1);

		if (c->decision == ACK ||
		    (c->decision == REJECT_METHOD && method) ||
		    (c->decision == REJECT_OPTIONS && odd))
			pptp_option_encode(w, o.type, o.value,
					   (size_t)o.length - 2);
	}
}

static size_t build_answer(struct pptp_conversation *c, void *data)
{
	static const uint8_t codes[] = {
	    [ACK] = PPTP_CONFIGURE_ACK,
	    [NAK] = PPTP_CONFIGURE_NAK,
	    [REJECT_OPTIONS] = PPTP_CONFIGURE_REJECT,
	    [REJECT_METHOD] = PPTP_CONFIGURE_REJECT,
	};
	const struct pptp_offer *offer = &c->record.lcp.offer[c->answering];
	uint8_t body[PPTP_PACKET_ROOM];
	struct pptp_writer w;

	pptp_writer_init(&w, body, sizeof(body));
	if (c->decision == NAK)
		pptp_method_encode(&w, asking(c));
	else
		copy_options(c, offer, &w);
	return build_lcp(c, codes[c->decision], offer->identifier, &w, data);
}

static size_t build_lcp_echo(struct pptp_conversation *c, void *data)
{
	uint8_t body[4 + sizeof(c->lcp_echo)];
	struct pptp_writer w;

	pptp_writer_init(&w, body, sizeof(body));
	pptp_write_u32(&w, c->without_magic ? 0 : c->magic);
	pptp_write_bytes(&w, c->lcp_echo, c->lcp_echo_length);
	return build_lcp(c, PPTP_LCP_ECHO_REPLY, c->lcp_echo_identifier, &w,
			 data);
}

static size_t build_packet(struct pptp_conversation *c, enum pending what,
			   void *data)
{
	struct pptp_writer none;
	uint8_t nothing[1];

	pptp_writer_init(&none, nothing, sizeof(nothing));
	switch (what) {
	case SYN:
		return build_syn(c, data);
	case PING:
		return build_ping(c, data);
	case CONFIGURE_REQUEST:
		return build_request(c, data);
	case CONFIGURE_ANSWER:
		return build_answer(c, data);
	case LCP_ECHO_REPLY:
		return build_lcp_echo(c, data);
	case TERMINATE_ACK:
		return build_lcp(c, PPTP_TERMINATE_ACK,
				 c->record.lcp.terminate_identifier, &none,
				 data);
	case TERMINATE_REQUEST:
		return build_lcp(c, PPTP_TERMINATE_REQUEST, c->identifier,
				 &none, data);
	default:
		return build_gre(c, NULL, 0, data);
	}
}

/* Passes what leaves to the observer, who must see both directions. */
static enum pptp_action perform(struct pptp_conversation *c, enum pending what,
				uint8_t *data, size_t *length, int64_t now)
{
	struct pptp_event event;
	size_t used = 0;

	switch (what) {
	case CONNECT:
		pptp_observer_connecting(&c->observer, now);
		c->deadline = now + CONNECT_WAIT;
		return PPTP_ACTION_CONNECT;
	case GUARD:
		return PPTP_ACTION_GUARD;
	case CLOSE:
		return PPTP_ACTION_CLOSE;
	default:
		break;
	}
	if (what & ON_CONNECTION) {
		*length = build_control(c, what, data);
		while (used < *length)
			used += pptp_observer_stream(
			    &c->observer, PPTP_US, data + used, *length - used,
			    now, &event);
		return PPTP_ACTION_STREAM;
	}
	*length = build_packet(c, what, data);
	if (*length == 0)
		return PPTP_ACTION_NONE;
	(void)pptp_observer_packet(&c->observer, PPTP_US, data, *length, now,
				   &event);
	if (what == CONFIGURE_ANSWER)
		answered(c, now);
	return PPTP_ACTION_PACKET;
}

enum pptp_action pptp_conversation_output(struct pptp_conversation *c,
					  void *data, size_t *length,
					  int64_t now)
{
	enum pptp_action action = PPTP_ACTION_NONE;

	*length = 0;
	while (c->pending != 0 && action == PPTP_ACTION_NONE) {
		uint32_t lowest = c->pending & (~c->pending + 1);

		c->pending &= ~lowest;
		action = perform(c, (enum pending)lowest, data, length, now);
	}
	return action;
}

int64_t pptp_conversation_deadline(const struct pptp_conversation *c)
{
	int64_t first = c->deadline;

	if (c->resend < first)
		first = c->resend;
	if (c->acknowledge < first)
		first = c->acknowledge;
	return c->limit < first ? c->limit : first;
}

bool pptp_conversation_finished(const struct pptp_conversation *c)
{
	return c->state == FINISHED && c->pending == 0;
}

bool pptp_conversation_knocks(const struct pptp_conversation *c)
{
	return c->state == SYN_SENT || c->state == PINGING;
}

bool pptp_conversation_connects(const struct pptp_conversation *c)
{
	return c->state == CONNECTING && c->pending & CONNECT;
}

void pptp_conversation_note(struct pptp_conversation *c,
			    enum pptp_note_code code, uint32_t a)
{
	pptp_record_note(&c->record, code, a, 0);
}

/* ---- the capture filter -------------------------------------------------- */

static void put(struct pptp_writer *w, const char *text)
{
	pptp_write_bytes(w, text, strlen(text));
}

static void put_number(struct pptp_writer *w, unsigned value)
{
	char text[6];
	unsigned at = sizeof(text);

	do {
		text[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	pptp_write_bytes(w, text + at, sizeof(text) - at);
}

int pptp_conversation_filter(const struct pptp_address *target, uint16_t port,
			     bool stream, char *text, size_t room)
{
	struct pptp_writer w;
	char address[PPTP_ADDRESS_TEXT];

	pptp_writer_init(&w, text, room);
	put(&w, "icmp or icmp6 or ");
	if (target != NULL) {
		/* GRE from elsewhere with our Call-ID is worth a note. */
		pptp_address_format(target, address);
		put(&w, "ip proto 47 or (host ");
		put(&w, address);
		put(&w, " and tcp port ");
	} else {
		put(&w, "ip proto 47 or (tcp port ");
	}
	put_number(&w, port);
	/* Libpcap cannot index TCP over IPv6; its flags are at a fixed place
	 * without extension headers. */
	if (!stream)
		put(&w,
		    " and (tcp[13] & 6 != 0 or (ip6 and ip6[53] & 6 != 0))");
	put(&w, ")");
	pptp_write_u8(&w, 0);
	return pptp_writer_ok(&w) ? (int)w.length - 1 : PPTP_ERROR_SPACE;
}

_Static_assert(sizeof(struct pptp_conversation) <= 4096,
	       "a conversation with its record holds at most 4 KiB");
