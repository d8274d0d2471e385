/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/see.h"

#include <string.h>

#include "core/observer.h"
#include "format/chap.h"
#include "format/eap.h"

/* ---- LCP and what follows it ------------------------------------------- */

static struct pptp_offer *offer_of(struct pptp_record *r, uint8_t identifier)
{
	for (unsigned i = r->lcp.offers; i > 0; i--)
		if (r->lcp.offer[i - 1].identifier == identifier)
			return &r->lcp.offer[i - 1];
	return NULL;
}

static void await_what_follows(struct pptp_record *r, struct pptp_method method)
{
	if (method.protocol == 0 && r->network.state == PPTP_NOT_TESTED)
		r->network.state = PPTP_NONE;
	if ((method.protocol == PPTP_PPP_CHAP ||
	     method.protocol == PPTP_PPP_EAP) &&
	    r->challenge.state == PPTP_NOT_TESTED)
		r->challenge.state = PPTP_NONE;
}

static void lcp_answer_by_us(struct pptp_observer *o,
			     const struct pptp_ppp_packet *p, int64_t now)
{
	struct pptp_record *r = o->record;
	struct pptp_offer *offer = offer_of(r, p->identifier);
	struct pptp_lcp_options options;

	if (offer == NULL || !pptp_lcp_options_decode(&options, p->data))
		return;
	offer->answered_after = pptp_see_since(o, offer->at, now);
	o->answer_sequence = o->side[PPTP_US].highest;
	if (p->code == PPTP_CONFIGURE_NAK) {
		offer->answer = PPTP_ANSWER_NAK;
		offer->nak = options.method;
		r->asked = options.method;
	} else if (p->code == PPTP_CONFIGURE_REJECT) {
		offer->answer = PPTP_ANSWER_REJECT;
		offer->rejected = options.types;
		if (options.types >> PPTP_LCP_AUTHENTICATION & 1)
			r->declined = true;
	} else {
		offer->answer = PPTP_ANSWER_ACK;
		r->lcp.we_acked = true;
		await_what_follows(r, options.method);
	}
}

static void see_request(struct pptp_observer_side *by,
			const struct pptp_ppp_packet *p,
			const struct pptp_lcp_options *options)
{
	by->requested = true;
	by->request_identifier = p->identifier;
	by->has_magic = options != NULL && options->has_magic;
	by->magic = by->has_magic ? options->magic : 0;
}

static void request_by_us(struct pptp_observer *o,
			  const struct pptp_ppp_packet *p)
{
	struct pptp_record *r = o->record;
	struct pptp_lcp_options options;
	bool good = pptp_lcp_options_decode(&options, p->data);

	see_request(&o->side[PPTP_US], p, good ? &options : NULL);
	if (r->lcp.state == PPTP_NOT_TESTED)
		r->lcp.state = PPTP_SILENT;
}

static void lcp_by_us(struct pptp_observer *o, const struct pptp_ppp_packet *p,
		      int64_t now)
{
	switch (p->code) {
	case PPTP_CONFIGURE_REQUEST:
		request_by_us(o, p);
		break;
	case PPTP_CONFIGURE_ACK:
	case PPTP_CONFIGURE_NAK:
	case PPTP_CONFIGURE_REJECT:
		lcp_answer_by_us(o, p, now);
		break;
	case PPTP_TERMINATE_REQUEST:
		pptp_see_farewell(o, PPTP_US, PPTP_FAREWELL_TERMINATE_REQUEST,
				  now);
		break;
	case PPTP_TERMINATE_ACK:
		pptp_see_farewell(o, PPTP_US, PPTP_FAREWELL_TERMINATE_ACK, now);
		break;
	default:
		break;
	}
}

static bool same_options(const struct pptp_record *r,
			 const struct pptp_offer *offer, const uint8_t *options,
			 size_t length)
{
	return offer->packet.length == length + 4 &&
	       memcmp(r->store + offer->packet.at + 4, options, length) == 0;
}

/* The bytes of an earlier request with the same options serve again: the walk
 * puts each offer's own identifier in. */
static struct pptp_slice keep_request(struct pptp_record *r,
				      const struct pptp_ppp_packet *p)
{
	size_t length = pptp_reader_left(&p->data);

	for (unsigned i = 0; i < r->lcp.offers; i++)
		if (same_options(r, &r->lcp.offer[i], p->data.at, length))
			return r->lcp.offer[i].packet;
	return pptp_record_keep_packet(r, p);
}

/* The shortest that was seen: TCP may have had to send again, and poptop's
 * accept loop to wait. */
static uint32_t round_trip(const struct pptp_record *r)
{
	uint32_t least = r->control.rtt_us;

	if (r->tcp.rtt_us > 0 && r->tcp.rtt_us < least)
		least = r->tcp.rtt_us;
	if (r->gre.rtt_us > 0 && r->gre.rtt_us < least)
		least = r->gre.rtt_us;
	return least;
}

/* A request that the server sent after it had heard our answer acknowledges
 * it: RFC 2637 4.3. Where it is known to hear us and never acknowledges, only
 * time tells. */
static bool heard_answer(const struct pptp_observer *o, uint32_t us)
{
	uint32_t rtt = round_trip(o->record);

	const struct pptp_observer_side *server = &o->side[PPTP_SERVER];

	if (server->acknowledges)
		return (int32_t)(server->acknowledged - o->answer_sequence) >=
		       0;
	return o->record->gre.to_server && (rtt < 10000 || us >= rtt / 2);
}

/* Whether it came when the server's answer to ours would. Windows gives each
 * retransmission a new identifier, the first after 2 s. */
static bool is_prompt(const struct pptp_record *r, uint32_t us)
{
	uint32_t rtt = round_trip(r);

	if (rtt < 250000)
		return us <= 500000;
	return us <= (rtt < 375000 ? 2 * rtt : 750000);
}

static bool is_news(const struct pptp_observer *o, const struct pptp_offer *now,
		    const struct pptp_ppp_packet *p)
{
	const struct pptp_record *r = o->record;
	const struct pptp_offer *before;
	uint32_t us;

	if (r->lcp.offers == 0)
		return true;
	before = &r->lcp.offer[r->lcp.offers - 1];
	if (!same_options(r, before, p->data.at, pptp_reader_left(&p->data)))
		return true;
	us = pptp_observer_between(pptp_time_us(before->at) +
				       before->answered_after,
				   pptp_time_us(now->at));
	return before->identifier != p->identifier &&
	       before->answer != PPTP_ANSWER_NONE && is_prompt(r, us) &&
	       heard_answer(o, us);
}

/* The last place always holds the newest request. */
static struct pptp_offer *add_offer(struct pptp_record *r,
				    const struct pptp_offer *offer)
{
	if (r->lcp.offers == r->lcp.offer_room) {
		pptp_record_note(r, PPTP_NOTE_STORE_FULL, r->lcp.offer_room, 0);
		r->lcp.offers--;
	}
	r->lcp.offer[r->lcp.offers] = *offer;
	return &r->lcp.offer[r->lcp.offers++];
}

static void see_offer(struct pptp_observer *o, const struct pptp_ppp_packet *p,
		      int64_t now, struct pptp_event *event)
{
	struct pptp_record *r = o->record;
	const struct pptp_observer_side *us = &o->side[PPTP_US];
	struct pptp_offer new = {.at = pptp_see_time(o, now),
				 .identifier = p->identifier};
	struct pptp_lcp_options options;

	if (!pptp_lcp_options_decode(&options, p->data)) {
		pptp_record_note(r, PPTP_NOTE_MALFORMED, PPTP_PPP_LCP, 0);
		event->kind = PPTP_EVENT_GRE;
		return;
	}
	see_request(&o->side[PPTP_SERVER], p, &options);
	if (us->has_magic && options.magic != 0 && options.magic == us->magic)
		pptp_record_note(r, PPTP_NOTE_LOOPBACK, options.magic, 0);
	new.method = options.method;
	new.types = options.types;
	new.others = options.others;
	new.news = is_news(o, &new, p);
	new.packet = keep_request(r, p);
	event->offer = add_offer(r, &new);
}

static void see_terminate(struct pptp_observer *o,
			  const struct pptp_ppp_packet *p, int64_t now)
{
	struct pptp_record *r = o->record;

	if (r->lcp.terminated)
		return;
	r->lcp.terminated = true;
	r->lcp.terminated_at = pptp_see_time(o, now);
	r->lcp.terminate_identifier = p->identifier;
	r->lcp.terminate =
	    pptp_record_keep(r, p->data.at, pptp_reader_left(&p->data));
	pptp_see_farewell(o, PPTP_SERVER, PPTP_FAREWELL_TERMINATE_REQUEST, now);
}

static void lcp_by_server(struct pptp_observer *o,
			  const struct pptp_ppp_packet *p, int64_t now,
			  struct pptp_event *event)
{
	struct pptp_record *r = o->record;
	const struct pptp_observer_side *us = &o->side[PPTP_US];

	switch (p->code) {
	case PPTP_CONFIGURE_REQUEST:
		see_offer(o, p, now, event);
		break;
	case PPTP_CONFIGURE_ACK:
	case PPTP_CONFIGURE_NAK:
	case PPTP_CONFIGURE_REJECT:
		if (!us->requested || p->identifier != us->request_identifier)
			break;
		pptp_see_heard_us(o, now);
		if (p->code == PPTP_CONFIGURE_ACK)
			r->lcp.they_acked = true;
		if (p->code == PPTP_CONFIGURE_REJECT)
			pptp_record_note(r, PPTP_NOTE_MAGIC_REJECTED, 0, 0);
		break;
	case PPTP_TERMINATE_REQUEST:
		see_terminate(o, p, now);
		break;
	case PPTP_TERMINATE_ACK:
		pptp_see_farewell(o, PPTP_SERVER, PPTP_FAREWELL_TERMINATE_ACK,
				  now);
		if (pptp_see_said(r, PPTP_US, PPTP_FAREWELL_TERMINATE_REQUEST))
			pptp_see_heard_us(o, now);
		break;
	case PPTP_IDENTIFICATION:
		pptp_record_note(r, PPTP_NOTE_IDENTIFICATION, 0, 0);
		break;
	default:
		break;
	}
}

static const struct pptp_offer *acknowledged(const struct pptp_record *r)
{
	for (unsigned i = r->lcp.offers; i > 0; i--)
		if (r->lcp.offer[i - 1].answer == PPTP_ANSWER_ACK)
			return &r->lcp.offer[i - 1];
	return NULL;
}

static void see_challenge(struct pptp_observer *o, uint16_t protocol,
			  const struct pptp_ppp_packet *p, int64_t now)
{
	struct pptp_record *r = o->record;
	const struct pptp_offer *offer = acknowledged(r);

	if (r->challenge.state == PPTP_SEEN || p->code != PPTP_CHAP_CHALLENGE)
		return;
	r->challenge.state = PPTP_SEEN;
	r->challenge.at = pptp_see_time(o, now);
	r->challenge.protocol = protocol;
	if (offer != NULL)
		r->challenge.method = offer->method;
	r->challenge.packet = pptp_record_keep_packet(r, p);
}

static void see_network(struct pptp_observer *o, uint16_t protocol,
			const struct pptp_ppp_packet *p, int64_t now)
{
	struct pptp_record *r = o->record;
	const struct pptp_offer *offer = acknowledged(r);

	/* Only a request after we agreed to no authentication proves that
	 * none is required. */
	if (offer == NULL || offer->method.protocol != 0) {
		if (!o->logs_in)
			pptp_record_note(r, PPTP_NOTE_PROTOCOL, protocol, 0);
		return;
	}
	if (p->code != PPTP_CONFIGURE_REQUEST)
		return;
	r->network.state = PPTP_ASKED;
	for (unsigned i = 0; i < r->network.count; i++)
		if (r->network.protocol[i] == protocol)
			return;
	if (r->network.count == PPTP_PROTOCOLS)
		return;
	r->network.at[r->network.count] = pptp_see_time(o, now);
	r->network.protocol[r->network.count++] = protocol;
}

/* A name and what proves it: of CHAP and EAP the Response, PAP's Request. */
static bool is_login(uint16_t protocol, uint8_t code)
{
	return ((protocol == PPTP_PPP_CHAP || protocol == PPTP_PPP_EAP) &&
		code == 2) ||
	       (protocol == PPTP_PPP_PAP && code == 1);
}

void pptp_see_ppp(struct pptp_observer *o, enum pptp_side side, int64_t now,
		  struct pptp_event *event)
{
	struct pptp_reader in = event->gre->payload;
	struct pptp_ppp_frame frame;

	if (!pptp_ppp_frame_decode(&frame, &in))
		goto malformed;
	event->protocol = frame.protocol;
	if (frame.protocol < 0x8000)
		return;
	if (!pptp_ppp_packet_decode(&event->packet, &frame.payload))
		goto malformed;
	event->kind = PPTP_EVENT_PPP;
	if (frame.protocol == PPTP_PPP_LCP) {
		if (side == PPTP_US)
			lcp_by_us(o, &event->packet, now);
		else
			lcp_by_server(o, &event->packet, now, event);
	} else if (side == PPTP_US) {
		o->logs_in |= is_login(frame.protocol, event->packet.code);
	} else {
		if (frame.protocol == PPTP_PPP_CHAP ||
		    frame.protocol == PPTP_PPP_EAP)
			see_challenge(o, frame.protocol, &event->packet, now);
		else if (pptp_ppp_is_ncp(frame.protocol) ||
			 frame.protocol == PPTP_PPP_CBCP)
			see_network(o, frame.protocol, &event->packet, now);
	}
	return;
malformed:
	if (side == PPTP_SERVER)
		pptp_record_note(o->record, PPTP_NOTE_MALFORMED,
				 PPTP_GRE_PROTOCOL, 0);
}
