/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * States are written as silence would leave them when something is asked
 * ("silent", "none") and are raised by what comes, so that only
 * pptp_observer_end has to think about what did not.
 */
#include "core/observer.h"

#include <string.h>

#include "core/chap.h"
#include "core/eap.h"

void pptp_observer_init(struct pptp_observer *o, struct pptp_record *r)
{
	memset(o, 0, sizeof(*o));
	o->record = r;
}

uint32_t pptp_observer_time(const struct pptp_observer *o, int64_t now)
{
	int64_t us = now - o->record->start;

	if (us < 0)
		return 0;
	return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static void count(struct pptp_observer *o, enum pptp_side side)
{
	if (side == PPTP_US)
		o->record->packets_sent++;
	else
		o->record->packets_received++;
}

static void farewell(struct pptp_observer *o, enum pptp_side side,
		     enum pptp_farewell what, int64_t now)
{
	struct pptp_record *r = o->record;
	struct pptp_farewell_message *m;

	if (r->teardown.count == PPTP_FAREWELLS)
		return;
	m = &r->teardown.message[r->teardown.count++];
	m->at_us = pptp_observer_time(o, now);
	m->what = (uint8_t)what;
	m->by = (uint8_t)side;
}

static bool said(const struct pptp_record *r, enum pptp_side side,
		 enum pptp_farewell what)
{
	for (unsigned i = 0; i < r->teardown.count; i++)
		if (r->teardown.message[i].by == side &&
		    r->teardown.message[i].what == what)
			return true;
	return false;
}

/* ---- the control connection ------------------------------------------- */

static void keep_reply(const uint8_t *bytes, size_t length, uint8_t *raw,
		       size_t room, uint8_t *raw_length)
{
	*raw_length = (uint8_t)(length < room ? length : room);
	memcpy(raw, bytes, *raw_length);
}

static void see_sccrp(struct pptp_observer *o, const struct pptp_control *m,
		      const uint8_t *bytes, uint32_t at)
{
	struct pptp_record *r = o->record;

	if (r->control.raw_length > 0)
		return;
	r->control.state = m->result_code == 1 ? PPTP_ANSWERED : PPTP_REFUSED;
	r->control.rtt_us = at - r->control.asked_us;
	keep_reply(bytes, m->length, r->control.raw, sizeof(r->control.raw),
		   &r->control.raw_length);
}

static void see_ocrp(struct pptp_observer *o, const struct pptp_control *m,
		     const uint8_t *bytes, uint32_t at)
{
	struct pptp_record *r = o->record;

	if (r->call.raw_length > 0)
		return;
	r->call.state = m->result_code == 1 ? PPTP_ACCEPTED : PPTP_REFUSED;
	r->call.rtt_us = at - r->call.asked_us;
	r->call.call_id = m->call_id;
	keep_reply(bytes, m->length, r->call.raw, sizeof(r->call.raw),
		   &r->call.raw_length);
	if (m->peer_call_id != r->call.peer_call_id)
		pptp_record_note(r, PPTP_NOTE_PEER_CALL_ID, m->peer_call_id,
				 r->call.peer_call_id);
}

static void see_disconnect(struct pptp_observer *o,
			   const struct pptp_control *m, int64_t now)
{
	struct pptp_record *r = o->record;

	farewell(o, PPTP_SERVER, PPTP_FAREWELL_CALL_DISCONNECT, now);
	if (r->call.disconnected)
		return;
	r->call.disconnected = true;
	r->call.disconnect_us = pptp_observer_time(o, now);
	r->call.disconnect_call_id = m->call_id;
	r->call.disconnect_result = m->result_code;
	r->call.disconnect_error = m->error_code;
	r->call.disconnect_cause = m->cause_code;
}

static void control_by_us(struct pptp_observer *o, const struct pptp_control *m,
			  int64_t now)
{
	struct pptp_record *r = o->record;

	switch (m->control_message_type) {
	case PPTP_SCCRQ:
		r->control.asked_us = pptp_observer_time(o, now);
		if (r->control.state == PPTP_NOT_TESTED)
			r->control.state = PPTP_SILENT;
		break;
	case PPTP_OCRQ:
		r->call.asked_us = pptp_observer_time(o, now);
		r->call.peer_call_id = m->call_id;
		if (r->call.state == PPTP_NOT_TESTED)
			r->call.state = PPTP_SILENT;
		break;
	case PPTP_CCRQ:
		farewell(o, PPTP_US, PPTP_FAREWELL_CALL_CLEAR, now);
		break;
	case PPTP_STOP_CCRQ:
		farewell(o, PPTP_US, PPTP_FAREWELL_STOP_REQUEST, now);
		break;
	case PPTP_STOP_CCRP:
		farewell(o, PPTP_US, PPTP_FAREWELL_STOP_REPLY, now);
		break;
	default:
		break;
	}
}

static void control_oddities(struct pptp_observer *o,
			     const struct pptp_control *m)
{
	uint16_t type = m->control_message_type;
	uint32_t reserved = m->reserved0;

	if (type != PPTP_SCCRP && type != PPTP_OCRP)
		reserved |= m->reserved1;
	if (reserved != 0)
		pptp_record_note(o->record, PPTP_NOTE_RESERVED, type, reserved);
	if (m->length > pptp_control_length(type))
		pptp_record_note(o->record, PPTP_NOTE_LONG_MESSAGE, type,
				 m->length);
}

static void control_by_server(struct pptp_observer *o,
			      const struct pptp_control *m,
			      const uint8_t *bytes, int64_t now)
{
	struct pptp_record *r = o->record;
	uint32_t at = pptp_observer_time(o, now);

	control_oddities(o, m);
	switch (m->control_message_type) {
	case PPTP_SCCRP:
		see_sccrp(o, m, bytes, at);
		break;
	case PPTP_OCRP:
		see_ocrp(o, m, bytes, at);
		break;
	case PPTP_CDN:
		see_disconnect(o, m, now);
		break;
	case PPTP_STOP_CCRQ:
		farewell(o, PPTP_SERVER, PPTP_FAREWELL_STOP_REQUEST, now);
		break;
	case PPTP_STOP_CCRP:
		farewell(o, PPTP_SERVER, PPTP_FAREWELL_STOP_REPLY, now);
		break;
	case PPTP_ECHO_REQUEST:
		pptp_record_note(r, PPTP_NOTE_ECHO_REQUEST, m->identifier, 0);
		break;
	case PPTP_SLI:
		pptp_record_note(r, PPTP_NOTE_SET_LINK_INFO, m->send_accm,
				 m->receive_accm);
		break;
	case PPTP_WEN:
		pptp_record_note(r, PPTP_NOTE_WAN_ERROR, 0, 0);
		break;
	case PPTP_ECHO_REPLY:
		break;
	default:
		pptp_record_note(r, PPTP_NOTE_UNEXPECTED_CONTROL,
				 m->control_message_type, 0);
		break;
	}
}

/* What every message has in bytes 2 to 7, as far as they are there: a banner
 * of another protocol is known by its first bytes, before 12 of them came. */
static bool may_be_control(const uint8_t *bytes, size_t length)
{
	static const uint8_t fixed[] = {0, 1, 0x1a, 0x2b, 0x3c, 0x4d};

	for (size_t i = 2; i < length && i < 2 + sizeof(fixed); i++)
		if (bytes[i] != fixed[i - 2])
			return false;
	return true;
}

/* How long the message is whose start `bytes` holds; 0 where no further byte
 * can make it one. */
static size_t wanted(const uint8_t *bytes, size_t length)
{
	struct pptp_control m;
	struct pptp_reader in;

	if (!may_be_control(bytes, length))
		return 0;
	if (length < PPTP_CONTROL_HEADER)
		return PPTP_CONTROL_HEADER;
	pptp_reader_init(&in, bytes, length);
	if (!pptp_control_decode(&m, &in) && in.error == PPTP_ERROR_MALFORMED)
		return 0;
	pptp_reader_init(&in, bytes, length);
	return pptp_read_u16(&in);
}

static void lose(struct pptp_observer *o, enum pptp_side side,
		 const uint8_t *more, size_t length)
{
	struct pptp_record *r = o->record;
	size_t have = o->side[side].length;
	size_t room;

	o->side[side].lost = true;
	if (side != PPTP_SERVER)
		return;
	if (r->control.raw_length > 0) {
		pptp_record_note(r, PPTP_NOTE_LOST_SYNC, 0, 0);
		return;
	}
	r->control.state = PPTP_NOT_PPTP;
	if (have > sizeof(r->control.raw))
		have = sizeof(r->control.raw);
	memcpy(r->control.raw, o->side[side].bytes, have);
	room = sizeof(r->control.raw) - have;
	if (length > room)
		length = room;
	if (length > 0)
		memcpy(r->control.raw + have, more, length);
	r->control.raw_length = (uint8_t)(have + length);
}

static void see_control(struct pptp_observer *o, enum pptp_side side,
			int64_t now, struct pptp_event *event)
{
	const uint8_t *bytes = o->side[side].bytes;
	struct pptp_reader in;

	pptp_reader_init(&in, bytes, o->side[side].length);
	o->side[side].length = 0;
	if (!pptp_control_decode(&event->control, &in))
		return;
	event->kind = PPTP_EVENT_CONTROL;
	count(o, side);
	if (side == PPTP_US)
		control_by_us(o, &event->control, now);
	else
		control_by_server(o, &event->control, bytes, now);
}

size_t pptp_observer_stream(struct pptp_observer *o, enum pptp_side side,
			    const void *bytes, size_t length, int64_t now,
			    struct pptp_event *event)
{
	uint8_t *buffer = o->side[side].bytes;
	size_t used = 0, have, want, take;

	memset(event, 0, sizeof(*event));
	if (o->side[side].lost)
		return length;
	for (;;) {
		have = o->side[side].length;
		want = wanted(buffer, have);
		if (want == 0) {
			lose(o, side, (const uint8_t *)bytes + used,
			     length - used);
			event->kind = PPTP_EVENT_LOST;
			return length;
		}
		if (have >= PPTP_CONTROL_HEADER && have == want) {
			see_control(o, side, now, event);
			return used;
		}
		if (used == length)
			return used;
		take =
		    want - have < length - used ? want - have : length - used;
		memcpy(buffer + have, (const uint8_t *)bytes + used, take);
		o->side[side].length = (uint8_t)(have + take);
		used += take;
	}
}

void pptp_observer_without_gre(struct pptp_observer *o, enum pptp_reason reason)
{
	o->record->gre.reason = (uint8_t)reason;
}

void pptp_observer_connecting(struct pptp_observer *o, int64_t now)
{
	if (o->syn_port == 0)
		o->syn_us = pptp_observer_time(o, now);
	if (o->record->tcp.state == PPTP_NOT_TESTED)
		o->record->tcp.state = PPTP_SILENT;
}

void pptp_observer_connected(struct pptp_observer *o, int64_t now)
{
	struct pptp_record *r = o->record;

	r->teardown.state = PPTP_ABORTED;
	if (r->tcp.state == PPTP_OPEN)
		return;
	r->tcp.state = PPTP_OPEN;
	r->tcp.reason = PPTP_REASON_SYN_ACK;
	r->tcp.rtt_us = pptp_observer_time(o, now) - o->syn_us;
}

void pptp_observer_refused(struct pptp_observer *o, int64_t now)
{
	struct pptp_record *r = o->record;

	(void)now;
	if (r->tcp.state == PPTP_OPEN) {
		r->control.state = PPTP_CLOSED;
		return;
	}
	r->tcp.state = PPTP_CLOSED;
	r->tcp.reason = PPTP_REASON_REFUSED;
}

void pptp_observer_closed(struct pptp_observer *o, enum pptp_side side,
			  bool reset, int64_t now)
{
	struct pptp_record *r = o->record;
	enum pptp_farewell what = reset ? PPTP_FAREWELL_RST : PPTP_FAREWELL_FIN;

	if (said(r, side, what))
		return;
	farewell(o, side, what, now);
	if (side == PPTP_US)
		return;
	if (o->side[side].length > 0 && r->control.raw_length == 0)
		lose(o, side, NULL, 0);
	if (r->control.state == PPTP_SILENT)
		r->control.state = PPTP_CLOSED;
	if (r->call.state == PPTP_SILENT)
		r->call.state = PPTP_CLOSED;
}

/* ---- LCP and what follows it ------------------------------------------- */

static struct pptp_offer *offer_of(struct pptp_record *r, uint8_t identifier)
{
	for (unsigned i = r->lcp.offers; i > 0; i--)
		if (r->lcp.offer[i - 1].identifier == identifier)
			return &r->lcp.offer[i - 1];
	return NULL;
}

/* The option list's method, its magic number, its types as bits. False where
 * it is malformed: such a list says nothing, least of all "no option 3". */
static bool read_options(struct pptp_reader options, struct pptp_method *method,
			 uint32_t *types, uint32_t *magic)
{
	struct pptp_option option;
	struct pptp_reader value;

	*method = (struct pptp_method){0, 0};
	*types = 0;
	while (pptp_option_next(&options, &option)) {
		if (option.type < 32)
			*types |= UINT32_C(1) << option.type;
		if (option.type == PPTP_LCP_AUTHENTICATION &&
		    !pptp_method_decode(method, &option))
			return false;
		if (option.type == PPTP_LCP_MAGIC && option.length == 6) {
			pptp_reader_init(&value, option.value, 4);
			*magic = pptp_read_u32(&value);
		}
	}
	return options.error == PPTP_OK;
}

static void lcp_answer_by_us(struct pptp_observer *o,
			     const struct pptp_ppp_packet *p, int64_t now)
{
	struct pptp_record *r = o->record;
	struct pptp_offer *offer = offer_of(r, p->identifier);
	struct pptp_method method;
	uint32_t types, magic;

	if (offer == NULL || !read_options(p->data, &method, &types, &magic))
		return;
	offer->answered_us = pptp_observer_time(o, now);
	o->answer_sequence = o->side[PPTP_US].highest;
	if (p->code == PPTP_CONFIGURE_NAK) {
		offer->answer = PPTP_ANSWER_NAK;
		offer->nak = method;
		r->asked = method;
	} else if (p->code == PPTP_CONFIGURE_REJECT) {
		offer->answer = PPTP_ANSWER_REJECT;
		offer->rejected = types;
		if (types >> PPTP_LCP_AUTHENTICATION & 1)
			r->declined = true;
	} else {
		offer->answer = PPTP_ANSWER_ACK;
		r->lcp.we_acked = true;
		if (method.protocol == 0 && r->network.state == PPTP_NOT_TESTED)
			r->network.state = PPTP_NONE;
		if ((method.protocol == PPTP_PPP_CHAP ||
		     method.protocol == PPTP_PPP_EAP) &&
		    r->challenge.state == PPTP_NOT_TESTED)
			r->challenge.state = PPTP_NONE;
	}
}

static void lcp_by_us(struct pptp_observer *o, const struct pptp_ppp_packet *p,
		      int64_t now)
{
	struct pptp_record *r = o->record;
	struct pptp_method method;
	uint32_t types;

	switch (p->code) {
	case PPTP_CONFIGURE_REQUEST:
		o->requested = true;
		o->request_identifier = p->identifier;
		o->has_magic =
		    read_options(p->data, &method, &types, &o->magic) &&
		    (types >> PPTP_LCP_MAGIC & 1) != 0;
		if (r->lcp.state == PPTP_NOT_TESTED)
			r->lcp.state = PPTP_SILENT;
		break;
	case PPTP_CONFIGURE_ACK:
	case PPTP_CONFIGURE_NAK:
	case PPTP_CONFIGURE_REJECT:
		lcp_answer_by_us(o, p, now);
		break;
	case PPTP_TERMINATE_REQUEST:
		farewell(o, PPTP_US, PPTP_FAREWELL_TERMINATE_REQUEST, now);
		break;
	case PPTP_TERMINATE_ACK:
		farewell(o, PPTP_US, PPTP_FAREWELL_TERMINATE_ACK, now);
		break;
	default:
		break;
	}
}

static void server_heard_us(struct pptp_observer *o, int64_t now)
{
	struct pptp_record *r = o->record;

	if (r->gre.to_server)
		return;
	r->gre.to_server = true;
	r->gre.rtt_us = pptp_observer_time(o, now) - r->gre.asked_us;
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
	struct pptp_writer w;
	uint8_t packet[PPTP_STORE];

	for (unsigned i = 0; i < r->lcp.offers; i++)
		if (same_options(r, &r->lcp.offer[i], p->data.at, length))
			return r->lcp.offer[i].packet;
	pptp_writer_init(&w, packet, sizeof(packet));
	pptp_ppp_packet_encode(&w, p->code, p->identifier, p->data.at, length);
	return pptp_record_keep(r, packet,
				pptp_writer_ok(&w) ? w.length : PPTP_STORE + 1);
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

	if (o->acknowledges)
		return (int32_t)(o->acknowledged - o->answer_sequence) >= 0;
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
	us = now->at_us - before->answered_us;
	return before->identifier != p->identifier &&
	       before->answer != PPTP_ANSWER_NONE && is_prompt(r, us) &&
	       heard_answer(o, us);
}

static void see_offer(struct pptp_observer *o, const struct pptp_ppp_packet *p,
		      int64_t now, struct pptp_event *event)
{
	struct pptp_record *r = o->record;
	struct pptp_offer *offer;
	struct pptp_offer new = {.at_us = pptp_observer_time(o, now),
				 .identifier = p->identifier};
	uint32_t types, magic = 0;

	if (!read_options(p->data, &new.method, &types, &magic)) {
		pptp_record_note(r, PPTP_NOTE_MALFORMED, PPTP_PPP_LCP, 0);
		event->kind = PPTP_EVENT_GRE;
		return;
	}
	if (o->has_magic && magic != 0 && magic == o->magic)
		pptp_record_note(r, PPTP_NOTE_LOOPBACK, magic, 0);
	new.news = is_news(o, &new, p);
	new.packet = keep_request(r, p);
	if (r->lcp.offers == PPTP_OFFERS) {
		/* The last place always holds the newest request. */
		pptp_record_note(r, PPTP_NOTE_STORE_FULL, PPTP_OFFERS, 0);
		r->lcp.offers--;
	}
	offer = &r->lcp.offer[r->lcp.offers++];
	*offer = new;
	event->offer = offer;
}

static void see_terminate(struct pptp_observer *o,
			  const struct pptp_ppp_packet *p, int64_t now)
{
	struct pptp_record *r = o->record;

	if (r->lcp.terminated)
		return;
	r->lcp.terminated = true;
	r->lcp.terminate_us = pptp_observer_time(o, now);
	r->lcp.terminate_identifier = p->identifier;
	r->lcp.terminate =
	    pptp_record_keep(r, p->data.at, pptp_reader_left(&p->data));
	farewell(o, PPTP_SERVER, PPTP_FAREWELL_TERMINATE_REQUEST, now);
}

static void lcp_by_server(struct pptp_observer *o,
			  const struct pptp_ppp_packet *p, int64_t now,
			  struct pptp_event *event)
{
	struct pptp_record *r = o->record;

	switch (p->code) {
	case PPTP_CONFIGURE_REQUEST:
		see_offer(o, p, now, event);
		break;
	case PPTP_CONFIGURE_ACK:
	case PPTP_CONFIGURE_NAK:
	case PPTP_CONFIGURE_REJECT:
		if (!o->requested || p->identifier != o->request_identifier)
			break;
		server_heard_us(o, now);
		if (p->code == PPTP_CONFIGURE_ACK)
			r->lcp.they_acked = true;
		if (p->code == PPTP_CONFIGURE_REJECT)
			pptp_record_note(r, PPTP_NOTE_MAGIC_REJECTED, 0, 0);
		break;
	case PPTP_TERMINATE_REQUEST:
		see_terminate(o, p, now);
		break;
	case PPTP_TERMINATE_ACK:
		farewell(o, PPTP_SERVER, PPTP_FAREWELL_TERMINATE_ACK, now);
		if (said(r, PPTP_US, PPTP_FAREWELL_TERMINATE_REQUEST))
			server_heard_us(o, now);
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
	struct pptp_writer w;
	uint8_t packet[PPTP_STORE];

	if (r->challenge.state == PPTP_SEEN || p->code != PPTP_CHAP_CHALLENGE)
		return;
	pptp_writer_init(&w, packet, sizeof(packet));
	pptp_ppp_packet_encode(&w, p->code, p->identifier, p->data.at,
			       pptp_reader_left(&p->data));
	r->challenge.state = PPTP_SEEN;
	r->challenge.at_us = pptp_observer_time(o, now);
	r->challenge.protocol = protocol;
	if (offer != NULL)
		r->challenge.method = offer->method;
	r->challenge.packet = pptp_record_keep(
	    r, packet, pptp_writer_ok(&w) ? w.length : PPTP_STORE + 1);
}

static void see_network(struct pptp_observer *o, uint16_t protocol,
			const struct pptp_ppp_packet *p, int64_t now)
{
	struct pptp_record *r = o->record;
	const struct pptp_offer *offer = acknowledged(r);

	/* Only a request after we agreed to no authentication proves that
	 * none is required. */
	if (offer == NULL || offer->method.protocol != 0) {
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
	r->network.at_us[r->network.count] = pptp_observer_time(o, now);
	r->network.protocol[r->network.count++] = protocol;
}

static void see_ppp(struct pptp_observer *o, enum pptp_side side, int64_t now,
		    struct pptp_event *event)
{
	struct pptp_reader in = event->gre.payload;
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
	} else if (side == PPTP_SERVER) {
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

/* ---- packets ------------------------------------------------------------ */

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

/* Cisco IOS acknowledges 0xffffffff, "nothing yet": only a number that we
 * sent proves anything. */
static bool acknowledges_us(const struct pptp_observer *o,
			    const struct pptp_gre *gre)
{
	uint32_t first = o->side[PPTP_US].first;

	return gre->has_acknowledgment && o->side[PPTP_US].sequenced &&
	       gre->acknowledgment_number - first <=
		   o->side[PPTP_US].highest - first;
}

static void see_acknowledgment(struct pptp_observer *o, uint32_t number)
{
	if (!o->acknowledges || (int32_t)(number - o->acknowledged) > 0)
		o->acknowledged = number;
	o->acknowledges = true;
}

static void gre_from_server(struct pptp_observer *o, const struct pptp_gre *gre,
			    int64_t now)
{
	struct pptp_record *r = o->record;
	uint32_t at = pptp_observer_time(o, now);
	uint32_t replied = r->call.asked_us + r->call.rtt_us;

	r->gre.packets_received++;
	if (acknowledges_us(o, gre)) {
		server_heard_us(o, now);
		see_acknowledgment(o, gre->acknowledgment_number);
	}
	if (r->gre.from_server)
		return;
	r->gre.from_server = true;
	r->gre.first_sequence = gre->sequence_number;
	if (r->kind == PPTP_KIND_GRE)
		r->gre.first_us = at - r->gre.asked_us;
	else if (r->call.raw_length > 0)
		r->gre.first_us = at - replied;
	else
		pptp_record_note(r, PPTP_NOTE_GRE_EARLY, 0, 0);
}

static void gre_from_us(struct pptp_observer *o, int64_t now)
{
	struct pptp_record *r = o->record;

	r->gre.packets_sent++;
	if (r->gre.asked)
		return;
	r->gre.asked = true;
	r->gre.asked_us = pptp_observer_time(o, now);
	r->gre.state = PPTP_SILENT;
}

static bool is_our_call(struct pptp_observer *o, enum pptp_side side,
			const struct pptp_ip *ip, const struct pptp_gre *gre)
{
	struct pptp_record *r = o->record;

	if (r->kind == PPTP_KIND_GRE)
		return pptp_address_equal(
		    &ip->source, side == PPTP_US ? &r->source : &r->target);
	if (side == PPTP_US)
		return r->call.raw_length == 0 ||
		       gre->call_id == r->call.call_id;
	return r->call.state != PPTP_NOT_TESTED &&
	       gre->call_id == r->call.peer_call_id;
}

static bool see_gre(struct pptp_observer *o, enum pptp_side side,
		    struct pptp_ip *ip, int64_t now, struct pptp_event *event)
{
	struct pptp_record *r = o->record;

	if (!pptp_gre_decode(&event->gre, &ip->payload) ||
	    !is_our_call(o, side, ip, &event->gre))
		return false;
	if (side == PPTP_SERVER &&
	    !pptp_address_equal(&ip->source, &r->target)) {
		pptp_record_note(r, PPTP_NOTE_OTHER_SOURCE,
				 pptp_address_v4_value(&ip->source), 0);
		return true;
	}
	count(o, side);
	if (side == PPTP_US)
		gre_from_us(o, now);
	else
		gre_from_server(o, &event->gre, now);
	event->kind = PPTP_EVENT_GRE;
	if (event->gre.has_sequence &&
	    !in_order(o, side, event->gre.sequence_number)) {
		event->kind = PPTP_EVENT_NONE;
		return true;
	}
	if (pptp_reader_left(&event->gre.payload) > 0)
		see_ppp(o, side, now, event);
	return true;
}

static void see_syn(struct pptp_observer *o, const struct pptp_tcp *tcp,
		    int64_t now)
{
	if (o->syn_port != 0 && o->syn_port != tcp->source_port)
		return;
	count(o, PPTP_US);
	o->syn_port = tcp->source_port;
	o->syn_sequence = tcp->sequence_number;
	o->syn_us = pptp_observer_time(o, now);
	if (o->record->tcp.state == PPTP_NOT_TESTED)
		o->record->tcp.state = PPTP_SILENT;
}

static bool see_syn_answer(struct pptp_observer *o, const struct pptp_ip *ip,
			   const struct pptp_tcp *tcp, int64_t now,
			   struct pptp_event *event)
{
	struct pptp_record *r = o->record;
	bool reset = (tcp->flags & PPTP_TCP_RST) != 0;

	if (o->syn_port == 0 || tcp->destination_port != o->syn_port ||
	    !(tcp->flags & PPTP_TCP_ACK) ||
	    tcp->acknowledgment_number != o->syn_sequence + 1 ||
	    !(tcp->flags & (PPTP_TCP_SYN | PPTP_TCP_RST)))
		return false;
	event->kind = reset ? PPTP_EVENT_RST : PPTP_EVENT_SYN_ACK;
	if (r->tcp.state == PPTP_OPEN || r->tcp.state == PPTP_CLOSED)
		return true;
	count(o, PPTP_SERVER);
	r->tcp.state = reset ? PPTP_CLOSED : PPTP_OPEN;
	r->tcp.reason = reset ? PPTP_REASON_RST : PPTP_REASON_SYN_ACK;
	r->tcp.rtt_us = pptp_observer_time(o, now) - o->syn_us;
	r->tcp.ttl = ip->ttl;
	r->tcp.window = tcp->window;
	r->tcp.mss = tcp->mss;
	if (tcp->options_length <= sizeof(r->tcp.options)) {
		r->tcp.options_length = tcp->options_length;
		if (tcp->options_length > 0)
			memcpy(r->tcp.options, tcp->options,
			       tcp->options_length);
	}
	return true;
}

static bool see_tcp(struct pptp_observer *o, enum pptp_side side,
		    struct pptp_ip *ip, int64_t now, struct pptp_event *event)
{
	struct pptp_record *r = o->record;
	struct pptp_tcp tcp;

	if (!pptp_tcp_decode(&tcp, &ip->payload))
		return false;
	if (side == PPTP_US) {
		if (tcp.destination_port != r->port ||
		    (tcp.flags & (PPTP_TCP_SYN | PPTP_TCP_ACK)) != PPTP_TCP_SYN)
			return false;
		see_syn(o, &tcp, now);
		return true;
	}
	if (tcp.source_port != r->port ||
	    !pptp_address_equal(&ip->source, &r->target))
		return false;
	return see_syn_answer(o, ip, &tcp, now, event);
}

static void see_tcp_unreachable(struct pptp_observer *o,
				const struct pptp_ip *ip,
				struct pptp_event *event)
{
	struct pptp_record *r = o->record;

	event->kind = PPTP_EVENT_UNREACHABLE_TCP;
	if (r->tcp.state == PPTP_OPEN || r->tcp.state == PPTP_CLOSED)
		return;
	r->tcp.state = PPTP_FILTERED;
	r->tcp.reason = PPTP_REASON_ICMP;
	r->tcp.icmp = (struct pptp_icmp_fact){ip->source, event->icmp.type,
					      event->icmp.code};
	if (pptp_address_equal(&ip->source, &r->target)) {
		r->host.state = PPTP_ALIVE;
		r->host.reason = PPTP_REASON_ICMP;
	}
}

static void see_gre_unreachable(struct pptp_observer *o, bool local,
				const struct pptp_ip *ip,
				struct pptp_event *event)
{
	struct pptp_record *r = o->record;

	event->kind = PPTP_EVENT_UNREACHABLE_GRE;
	if (local)
		pptp_record_note(r, PPTP_NOTE_LOCAL_ICMP, event->icmp.code, 0);
	/* Our own host's comes first of all: whatever silence follows, it may
	 * have caused. */
	if (r->gre.reason != PPTP_REASON_NONE && !local)
		return;
	r->gre.reason = local ? PPTP_REASON_LOCAL_ICMP : PPTP_REASON_ICMP;
	r->gre.icmp = (struct pptp_icmp_fact){ip->source, event->icmp.type,
					      event->icmp.code};
}

/* The quoted packet holds at least eight bytes: ports of TCP, and the Call-ID
 * of GRE. */
static bool quotes_our_syn(const struct pptp_observer *o, struct pptp_ip *quote)
{
	uint16_t source = pptp_read_u16(&quote->payload);
	uint16_t destination = pptp_read_u16(&quote->payload);

	return pptp_reader_ok(&quote->payload) && o->syn_port == source &&
	       destination == o->record->port;
}

static bool quotes_our_call(struct pptp_observer *o, bool local,
			    struct pptp_ip *quote)
{
	struct pptp_record *r = o->record;
	struct pptp_gre gre;

	if (!pptp_gre_decode_quote(&gre, &quote->payload))
		return false;
	if (r->kind == PPTP_KIND_GRE)
		return r->gre.asked;
	if (r->call.state == PPTP_NOT_TESTED)
		return false;
	return gre.call_id == (local ? r->call.peer_call_id : r->call.call_id);
}

static uint16_t ping_bit(const struct pptp_icmp *icmp)
{
	return (uint16_t)(1U << (icmp->sequence & 15));
}

static bool see_icmp(struct pptp_observer *o, struct pptp_ip *ip,
		     struct pptp_event *event)
{
	struct pptp_record *r = o->record;
	struct pptp_ip *quote = &event->icmp.quote;
	bool local = pptp_address_equal(&ip->source, &r->source) &&
		     pptp_address_equal(&ip->destination, &r->target);
	const struct pptp_address *about = local ? &r->source : &r->target;

	if (!pptp_icmp_decode(&event->icmp, ip, &ip->payload))
		return false;
	if (event->icmp.type ==
	    (event->icmp.v6 ? PPTP_ICMPV6_ECHO_REPLY : PPTP_ICMP_ECHO_REPLY)) {
		if (r->host.asked == 0 ||
		    event->icmp.identifier != o->ping_identifier ||
		    !pptp_address_equal(&ip->source, &r->target))
			return false;
		r->host.state = PPTP_ALIVE;
		r->host.reason = PPTP_REASON_ECHO_REPLY;
		r->host.answered |= ping_bit(&event->icmp) & r->host.asked;
		event->kind = PPTP_EVENT_ECHO_REPLY;
		return true;
	}
	if (!pptp_icmp_is_unreachable(&event->icmp) || !event->icmp.has_quote ||
	    !pptp_address_equal(&quote->destination, about))
		return false;
	if (quote->protocol == PPTP_IP_TCP && quotes_our_syn(o, quote))
		see_tcp_unreachable(o, ip, event);
	else if (quote->protocol == PPTP_IP_GRE &&
		 quotes_our_call(o, local, quote))
		see_gre_unreachable(o, local, ip, event);
	else
		return false;
	count(o, PPTP_SERVER);
	return true;
}

static bool see_icmp_by_us(struct pptp_observer *o, struct pptp_ip *ip,
			   struct pptp_event *event)
{
	struct pptp_record *r = o->record;
	struct pptp_reader peek = ip->payload;
	uint8_t type = pptp_read_u8(&peek);

	if (type != PPTP_ICMP_ECHO_REQUEST && type != PPTP_ICMPV6_ECHO_REQUEST)
		return see_icmp(o, ip, event);
	if (!pptp_icmp_decode(&event->icmp, ip, &ip->payload) ||
	    !pptp_address_equal(&ip->destination, &r->target))
		return false;
	count(o, PPTP_US);
	o->ping_identifier = event->icmp.identifier;
	r->host.asked |= ping_bit(&event->icmp);
	if (r->host.state == PPTP_NOT_TESTED)
		r->host.state = PPTP_SILENT;
	return true;
}

bool pptp_observer_packet(struct pptp_observer *o, enum pptp_side side,
			  const void *packet, size_t length, int64_t now,
			  struct pptp_event *event)
{
	struct pptp_reader in;
	struct pptp_ip ip;

	memset(event, 0, sizeof(*event));
	pptp_reader_init(&in, packet, length);
	if (!pptp_ip_decode(&ip, &in) || ip.fragment_offset != 0)
		return false;
	switch (ip.protocol) {
	case PPTP_IP_GRE:
		return see_gre(o, side, &ip, now, event);
	case PPTP_IP_TCP:
		return see_tcp(o, side, &ip, now, event);
	case PPTP_IP_ICMP:
	case PPTP_IP_ICMPV6:
		return side == PPTP_US ? see_icmp_by_us(o, &ip, event)
				       : see_icmp(o, &ip, event);
	default:
		return false;
	}
}

/* ---- the end ------------------------------------------------------------ */

static void end_gre(struct pptp_record *r)
{
	bool local = r->gre.reason == PPTP_REASON_LOCAL_ICMP;
	bool failed = pptp_record_has_note(r, PPTP_NOTE_SEND_FAILED);

	if (r->gre.from_server && r->gre.to_server)
		r->gre.state = PPTP_REACHABLE;
	else if (local)
		r->gre.state = PPTP_NOT_TESTED;
	else if (r->gre.from_server)
		r->gre.state = PPTP_INBOUND_ONLY;
	else if (r->gre.reason == PPTP_REASON_ICMP)
		r->gre.state =
		    pptp_address_equal(&r->gre.icmp.from, &r->target) &&
			    r->gre.icmp.code == 2
			? PPTP_UNREACHABLE
			: PPTP_FILTERED;
	else if (r->gre.asked)
		r->gre.reason = PPTP_REASON_TIMEOUT;
	if (r->gre.from_server && !local)
		r->gre.reason = PPTP_REASON_NONE;
	/* What we never sent, nobody could answer. */
	if (failed && r->gre.state == PPTP_SILENT)
		r->gre.state = PPTP_NOT_TESTED;
	if (failed && (r->gre.state == PPTP_INBOUND_ONLY ||
		       r->gre.reason == PPTP_REASON_TIMEOUT))
		r->gre.reason = PPTP_REASON_ERROR;
}

/* Silence is a fact only where it was waited for to the end. */
static void forget_silence(struct pptp_record *r)
{
	uint8_t *states[] = {&r->tcp.state, &r->control.state, &r->call.state,
			     &r->gre.state, &r->lcp.state,     &r->host.state};

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		if (*states[i] == PPTP_SILENT)
			*states[i] = PPTP_NOT_TESTED;
	if (r->gre.state == PPTP_NOT_TESTED &&
	    r->gre.reason == PPTP_REASON_TIMEOUT)
		r->gre.reason = PPTP_REASON_NONE;
	if (r->challenge.state == PPTP_NONE)
		r->challenge.state = PPTP_NOT_TESTED;
	if (r->network.state == PPTP_NONE)
		r->network.state = PPTP_NOT_TESTED;
}

static bool server_left(const struct pptp_record *r)
{
	return said(r, PPTP_SERVER, PPTP_FAREWELL_FIN) ||
	       said(r, PPTP_SERVER, PPTP_FAREWELL_RST);
}

static void end_teardown(struct pptp_record *r)
{
	bool asked = said(r, PPTP_US, PPTP_FAREWELL_CALL_CLEAR) ||
		     said(r, PPTP_US, PPTP_FAREWELL_STOP_REQUEST) ||
		     said(r, PPTP_US, PPTP_FAREWELL_STOP_REPLY);

	if (r->teardown.state == PPTP_NOT_TESTED)
		return;
	if (!asked)
		r->teardown.state =
		    server_left(r) ? PPTP_SERVER_CLOSED : PPTP_ABORTED;
	else if (server_left(r) ||
		 said(r, PPTP_SERVER, PPTP_FAREWELL_STOP_REPLY) ||
		 said(r, PPTP_US, PPTP_FAREWELL_STOP_REPLY))
		r->teardown.state = PPTP_CLEAN;
}

void pptp_observer_end(struct pptp_observer *o, enum pptp_ended_by why,
		       int64_t now)
{
	struct pptp_record *r = o->record;

	r->end = now;
	r->ended_by = (uint8_t)why;
	if (r->tcp.state == PPTP_SILENT)
		r->tcp.reason = pptp_record_has_note(r, PPTP_NOTE_SEND_FAILED)
				    ? PPTP_REASON_ERROR
				    : PPTP_REASON_TIMEOUT;
	end_gre(r);
	if (r->lcp.we_acked && r->lcp.they_acked)
		r->lcp.state = PPTP_OPENED;
	else if (r->lcp.offers > 0)
		r->lcp.state = PPTP_OFFERED;
	end_teardown(r);
	if (why == PPTP_ENDED_ABORTED || why == PPTP_ENDED_ERROR)
		forget_silence(r);
}
