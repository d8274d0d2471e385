/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/utter.h"

#include <string.h>

/* ---- on the control connection ------------------------------------------- */

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

static uint16_t message_type(enum talk_pending what)
{
	switch (what) {
	case TALK_SAY_SCCRQ:
		return PPTP_SCCRQ;
	case TALK_SAY_OCRQ:
		return PPTP_OCRQ;
	case TALK_SAY_ECHO_REPLY:
		return PPTP_ECHO_REPLY;
	case TALK_SAY_STOP_REPLY:
		return PPTP_STOP_CCRP;
	case TALK_SAY_CALL_CLEAR:
		return PPTP_CCRQ;
	default:
		return PPTP_STOP_CCRQ;
	}
}

size_t pptp_utter_control(const struct pptp_conversation *c,
			  enum talk_pending what, void *data)
{
	struct pptp_control m;
	struct pptp_writer w;

	memset(&m, 0, sizeof(m));
	m.control_message_type = message_type(what);
	m.protocol_version = PPTP_VERSION;
	m.framing_capabilities = m.bearer_capabilities = 3;
	m.result_code = 1;
	m.reason = 1;
	m.identifier = c->echo_identifier;
	m.call_id = c->call_id;
	if (what == TALK_SAY_SCCRQ)
		name_us(&m, c->contact);
	if (what == TALK_SAY_OCRQ)
		fill_ocrq(c, &m);
	pptp_writer_init(&w, data, PPTP_PACKET_ROOM);
	pptp_control_encode(&w, &m);
	return w.length;
}

/* ---- packets ------------------------------------------------------------- */

static struct pptp_ip ip_header(const struct pptp_conversation *c)
{
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = c->record.source;
	ip.destination = c->record.target;
	ip.ttl = c->ttl;
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
	tcp.destination_port = c->record.port;
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
	gre.call_id =
	    c->state == TALK_PROBING ? c->call_id : c->record.call.call_id;
	gre.has_sequence = length > 0;
	gre.sequence_number = c->sequence;
	gre.has_acknowledgment = c->has_received || length == 0;
	gre.acknowledgment_number = c->received;
	n = pptp_gre_packet_encode(&ip, &gre, payload, length, data,
				   PPTP_PACKET_ROOM);
	if (n < 0)
		return 0;
	if (gre.has_sequence)
		c->sequence++;
	c->acknowledge = PPTP_NEVER;
	c->pending &= ~(uint32_t)TALK_SAY_ACKNOWLEDGMENT;
	return (size_t)n;
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

static size_t build_empty_lcp(struct pptp_conversation *c, uint8_t code,
			      uint8_t identifier, void *data)
{
	struct pptp_writer none;
	uint8_t nothing[1];

	pptp_writer_init(&none, nothing, sizeof(nothing));
	return build_lcp(c, code, identifier, &none, data);
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

static void copy_refused(const struct pptp_conversation *c,
			 struct pptp_reader options, struct pptp_writer *w)
{
	struct pptp_option o;

	while (pptp_option_next(&options, &o)) {
		bool method = o.type == PPTP_LCP_AUTHENTICATION;
		bool odd = !pptp_decide_is_acceptable(o.type);

		if ((c->reply == PPTP_REPLY_REJECT_METHOD && method) ||
		    (c->reply == PPTP_REPLY_REJECT_OPTIONS && odd))
			pptp_option_encode(w, o.type, o.value,
					   (size_t)o.length - 2);
	}
}

/* The server's own option bytes go back: all of them in an Ack, the refused
 * ones in a Reject (RFC 1661 5.2, 5.4). */
static void copy_options(const struct pptp_conversation *c,
			 const struct pptp_offer *offer, struct pptp_writer *w)
{
	struct pptp_reader in;
	struct pptp_ppp_packet p;

	pptp_reader_init(&in, c->record.store + offer->packet.at,
			 offer->packet.length);
	if (!pptp_ppp_packet_decode(&p, &in))
		return;
	if (c->reply == PPTP_REPLY_ACK)
		pptp_write_bytes(w, p.data.at, pptp_reader_left(&p.data));
	else
		copy_refused(c, p.data, w);
}

static size_t build_answer(struct pptp_conversation *c, void *data,
			   size_t *needs)
{
	static const uint8_t codes[] = {
	    [PPTP_REPLY_ACK] = PPTP_CONFIGURE_ACK,
	    [PPTP_REPLY_NAK] = PPTP_CONFIGURE_NAK,
	    [PPTP_REPLY_REJECT_OPTIONS] = PPTP_CONFIGURE_REJECT,
	    [PPTP_REPLY_REJECT_METHOD] = PPTP_CONFIGURE_REJECT,
	};
	const struct pptp_offer *offer = &c->record.lcp.offer[c->answering];
	uint8_t body[PPTP_STORE]; /* no answer is longer than its request */
	struct pptp_writer w;

	pptp_writer_init(&w, body, sizeof(body));
	if (c->reply == PPTP_REPLY_NAK)
		pptp_method_encode(&w, c->ask[c->progress.asking]);
	else
		copy_options(c, offer, &w);
	*needs = w.length + 4;
	return build_lcp(c, codes[c->reply], offer->identifier, &w, data);
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

static size_t build_terminate_ack(struct pptp_conversation *c, void *data)
{
	uint8_t identifier = c->terminate_identifier[0];

	c->terminates--;
	memmove(c->terminate_identifier, c->terminate_identifier + 1,
		c->terminates);
	if (c->terminates > 0)
		c->pending |= TALK_SAY_TERMINATE_ACK;
	return build_empty_lcp(c, PPTP_TERMINATE_ACK, identifier, data);
}

size_t pptp_utter_packet(struct pptp_conversation *c, enum talk_pending what,
			 void *data, size_t *needs)
{
	switch (what) {
	case TALK_SAY_SYN:
		return build_syn(c, data);
	case TALK_SAY_PING:
		return build_ping(c, data);
	case TALK_SAY_CONFIGURE_REQUEST:
		return build_request(c, data);
	case TALK_SAY_CONFIGURE_ANSWER:
		return build_answer(c, data, needs);
	case TALK_SAY_LCP_ECHO_REPLY:
		return build_lcp_echo(c, data);
	case TALK_SAY_TERMINATE_ACK:
		return build_terminate_ack(c, data);
	case TALK_SAY_TERMINATE_REQUEST:
		return build_empty_lcp(c, PPTP_TERMINATE_REQUEST, c->identifier,
				       data);
	default:
		return build_gre(c, NULL, 0, data);
	}
}
