/* SPDX-License-Identifier: BSD-2-Clause */
/* The record's stages inside of PPP: offers, challenge, network protocols. */
#include "core/record_parts.h"

#include <string.h>

#include "format/chap.h"
#include "format/eap.h"
#include "format/ppp_walk.h"

static void packet_reader(const struct pptp_record *r, struct pptp_slice slice,
			  struct pptp_reader *in)
{
	pptp_reader_init(in, r->store + slice.at, slice.length);
}

static void walk_answer(const struct pptp_offer *o, struct pptp_sink *s)
{
	char text[4 + PPTP_METHOD_TEXT] = "nak:";

	if (o->answer == PPTP_ANSWER_NAK)
		pptp_method_name(o->nak, text + 4);
	pptp_sink_string(s, "answer",
			 o->answer == PPTP_ANSWER_NAK    ? text
			 : o->answer == PPTP_ANSWER_ACK  ? "ack"
			 : o->answer == PPTP_ANSWER_NONE ? "none"
							 : "reject");
	if (o->answer != PPTP_ANSWER_NONE)
		s->number(s, "answered_us",
			  pptp_time_us(o->at) + o->answered_after);
	if (o->answer != PPTP_ANSWER_REJECT)
		return;
	s->array(s, "rejected");
	for (unsigned type = 0; type < 32; type++)
		if (o->rejected >> type & 1)
			s->number(s, NULL, type);
	s->end(s);
}

/* Retransmissions share their bytes; the identifier is each one's own. */
static void walk_offer_bytes(const struct pptp_record *r,
			     const struct pptp_offer *o, struct pptp_sink *s)
{
	uint8_t packet[PPTP_KEPT_MAX];

	if (o->packet.length < 4)
		return;
	memcpy(packet, r->store + o->packet.at, o->packet.length);
	packet[1] = o->identifier;
	pptp_sink_hex(s, "raw", packet, o->packet.length);
}

/* A long request that an earlier one shares its bytes with is told once. */
#define OFFER_AGAIN 128

static unsigned first_of_its_bytes(const struct pptp_record *r,
				   const struct pptp_offer *o)
{
	unsigned i = 0;

	while (&r->lcp.offer[i] != o &&
	       (r->lcp.offer[i].packet.at != o->packet.at ||
		r->lcp.offer[i].packet.length != o->packet.length))
		i++;
	return i;
}

static void walk_offer_options(const struct pptp_record *r,
			       const struct pptp_offer *o, struct pptp_sink *s)
{
	struct pptp_reader in;
	struct pptp_ppp_packet p;

	packet_reader(r, o->packet, &in);
	if (o->packet.length > 0 && pptp_ppp_packet_decode(&p, &in))
		pptp_lcp_options_walk(p.data, s, "options");
}

/* The first option 3, where it is not the bytes by which its method is known. */
static void walk_odd_option(const struct pptp_record *r,
			    const struct pptp_offer *o, struct pptp_sink *s)
{
	uint8_t known[PPTP_METHOD_OPTION];
	struct pptp_option option;
	struct pptp_ppp_packet p;
	struct pptp_writer w;
	struct pptp_reader in;

	packet_reader(r, o->packet, &in);
	if (o->packet.length == 0 || !pptp_ppp_packet_decode(&p, &in))
		return;
	do {
		if (!pptp_option_next(&p.data, &option))
			return;
	} while (option.type != PPTP_LCP_AUTHENTICATION);
	pptp_writer_init(&w, known, sizeof(known));
	pptp_method_encode(&w, o->method);
	if (option.length != w.length ||
	    memcmp(option.value - 2, known, w.length) != 0)
		pptp_sink_hex(s, "authentication_option", option.value - 2,
			      option.length);
}

static void walk_offer(const struct pptp_record *r, const struct pptp_offer *o,
		       struct pptp_sink *s)
{
	unsigned first = first_of_its_bytes(r, o);
	bool again =
	    o->packet.length > OFFER_AGAIN && &r->lcp.offer[first] != o;
	char method[PPTP_METHOD_TEXT];

	s->object(s, NULL);
	s->number(s, "identifier", o->identifier);
	pptp_record_walk_time(s, "at_us", o->at);
	s->boolean(s, "news", o->news);
	if (again)
		s->number(s, "same_as", first);
	else
		walk_offer_options(r, o, s);
	pptp_sink_string(s, "authentication",
			 pptp_method_name(o->method, method));
	walk_odd_option(r, o, s);
	walk_answer(o, s);
	if (!again)
		walk_offer_bytes(r, o, s);
	s->end(s);
}

static void walk_terminate(const struct pptp_record *r, struct pptp_sink *s)
{
	const uint8_t *data = r->store + r->lcp.terminate.at;
	size_t length = r->lcp.terminate.length;

	s->object(s, "terminate");
	pptp_sink_string(s, "by", "server");
	s->number(s, "identifier", r->lcp.terminate_identifier);
	pptp_record_walk_time(s, "at_us", r->lcp.terminated_at);
	if (length > 0) {
		s->text(s, "text", data, length);
		pptp_sink_hex(s, "data", data, length);
	}
	s->end(s);
}

static void walk_lcp(const struct pptp_record *r, struct pptp_sink *s)
{
	pptp_record_walk_stage(s, "lcp", r->lcp.state);
	s->array(s, "offers");
	for (unsigned i = 0; i < r->lcp.offers; i++)
		walk_offer(r, &r->lcp.offer[i], s);
	s->end(s);
	if (r->lcp.terminated)
		walk_terminate(r, s);
	s->end(s);
}

static void walk_eap(const struct pptp_ppp_packet *p, struct pptp_sink *s)
{
	struct pptp_eap eap;

	pptp_sink_string(s, "method", "eap");
	s->number(s, "identifier", p->identifier);
	if (!pptp_eap_decode(&eap, p) || !eap.has_type)
		return;
	s->number(s, "type", eap.type);
	pptp_eap_data_walk(&eap, s);
}

static void walk_chap(const struct pptp_record *r,
		      const struct pptp_ppp_packet *p, struct pptp_sink *s)
{
	struct pptp_chap chap;
	char method[PPTP_METHOD_TEXT];

	if (r->challenge.method.protocol != 0)
		pptp_sink_string(s, "method",
				 pptp_method_name(r->challenge.method, method));
	s->number(s, "identifier", p->identifier);
	if (!pptp_chap_decode(&chap, p))
		return;
	s->text(s, "name", chap.name, chap.name_length);
	s->number(s, "length", chap.value_size);
	pptp_sink_hex(s, "value", chap.value, chap.value_size);
}

static void walk_challenge(const struct pptp_record *r, struct pptp_sink *s)
{
	struct pptp_reader in;
	struct pptp_ppp_packet p;

	pptp_record_walk_stage(s, "challenge", r->challenge.state);
	packet_reader(r, r->challenge.packet, &in);
	if (r->challenge.state == PPTP_SEEN) {
		pptp_record_walk_time(s, "at_us", r->challenge.at);
		if (!pptp_ppp_packet_decode(&p, &in))
			pptp_sink_string(s, "method", "none");
		else if (r->challenge.protocol == PPTP_PPP_EAP)
			walk_eap(&p, s);
		else
			walk_chap(r, &p, s);
	}
	s->end(s);
}

static void walk_network(const struct pptp_record *r, struct pptp_sink *s)
{
	pptp_record_walk_stage(s, "network", r->network.state);
	s->array(s, "protocols");
	for (unsigned i = 0; i < r->network.count; i++) {
		uint16_t protocol = r->network.protocol[i];
		const char *name = pptp_ppp_protocol_name(protocol);

		if (name != NULL)
			pptp_sink_string(s, NULL, name);
		else
			s->number(s, NULL, protocol);
	}
	s->end(s);
	s->array(s, "at_us");
	for (unsigned i = 0; i < r->network.count; i++)
		pptp_record_walk_time(s, NULL, r->network.at[i]);
	s->end(s);
	s->end(s);
}

void pptp_record_walk_ppp(const struct pptp_record *r, struct pptp_sink *s)
{
	walk_lcp(r, s);
	walk_challenge(r, s);
	walk_network(r, s);
}
