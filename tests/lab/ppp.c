/* SPDX-License-Identifier: BSD-2-Clause */
/* LCP as the server's side negotiates it, and what follows once it is open. */
#include "lab/internal.h"

#include <string.h>

#include "format/chap.h"
#include "format/eap.h"

#define NEVER PPTP_NEVER
#define MS    (LAB_SECOND / 1000)

enum {
	TERMINATES = 2,
	REFUSE_MS = 150, /* pppd says so within this time */
};

/* ---- randomness ---------------------------------------------------------- */

static uint64_t draw48(struct lab_ppp *p)
{
	p->drand48 = (p->drand48 * UINT64_C(0x5deece66d) + 0xb) &
		     UINT64_C(0xffffffffffff);
	return p->drand48;
}

static uint8_t random_byte(struct lab_server *s)
{
	if (lab_server_stack(s)->drand48)
		return (uint8_t)(draw48(&s->ppp) >> 40);
	return (uint8_t)(lab_random(s->host) >> 11);
}

static void new_magic(struct lab_server *s)
{
	struct lab_ppp *p = &s->ppp;

	if (lab_server_stack(s)->drand48)
		p->magic = (uint32_t)(draw48(p) >> 16);
	else
		p->magic = lab_random(s->host);
	/* accel-ppp's random() has 31 bits. */
	if (lab_server_stack(s)->engine == LAB_ACCEL)
		p->magic &= 0x7fffffff;
	if (p->magic == 0)
		p->magic = 1;
}

/* ---- what is sent -------------------------------------------------------- */

static void send_packet(struct lab_server *s, uint16_t protocol, uint8_t code,
			uint8_t identifier, const void *data, size_t length)
{
	uint8_t bytes[LAB_ROOM];
	struct pptp_writer w;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_ppp_frame_encode(&w, protocol);
	pptp_ppp_packet_encode(&w, code, identifier, data, length);
	lab_server_gre(s, &w);
}

static void send_lcp(struct lab_server *s, uint8_t code, uint8_t identifier,
		     const void *data, size_t length)
{
	send_packet(s, PPTP_PPP_LCP, code, identifier, data, length);
}

static void put_number(struct pptp_writer *w, uint8_t type, uint32_t value,
		       unsigned size)
{
	pptp_write_u8(w, type);
	pptp_write_u8(w, (uint8_t)(2 + size));
	if (size == 4)
		pptp_write_u32(w, value);
	else
		pptp_write_u16(w, (uint16_t)value);
}

/* Windows: 16 bytes that are the host's own, and a counter. */
static void put_endpoint(struct lab_server *s, struct pptp_writer *w)
{
	pptp_write_u8(w, PPTP_LCP_ENDPOINT_DISCRIMINATOR);
	pptp_write_u8(w, 2 + 1 + 20);
	pptp_write_u8(w, 1);
	for (unsigned i = 0; i < 4; i++)
		pptp_write_u32(w, s->host->config.seed * (2 * i + 3));
	pptp_write_u32(w, s->host->conversations);
}

static void put_option(struct lab_server *s, struct pptp_writer *w,
		       uint8_t type)
{
	const struct lab_stack *stack = lab_server_stack(s);
	static const uint8_t cbcp = 6;

	switch (type) {
	case PPTP_LCP_MRU:
		put_number(w, type, stack->mru, 2);
		break;
	case PPTP_LCP_ACCM:
		put_number(w, type, stack->accm, 4);
		break;
	case PPTP_LCP_AUTHENTICATION:
		if (s->ppp.choice.asking != LAB_NONE)
			pptp_method_encode(w,
					   lab_method_of(s->ppp.choice.asking));
		break;
	case PPTP_LCP_MAGIC:
		put_number(w, type, s->ppp.magic, 4);
		break;
	case PPTP_LCP_CALLBACK:
		pptp_option_encode(w, type, &cbcp, 1);
		break;
	case PPTP_LCP_MRRU:
		put_number(w, type, 1614, 2);
		break;
	case PPTP_LCP_ENDPOINT_DISCRIMINATOR:
		put_endpoint(s, w);
		break;
	case PPTP_LCP_LINK_DISCRIMINATOR:
		put_number(w, type, s->call_id, 2);
		break;
	default:
		pptp_option_encode(w, type, NULL, 0);
		break;
	}
}

static void build_request(struct lab_server *s)
{
	const uint8_t *types = lab_server_stack(s)->options;
	struct lab_ppp *p = &s->ppp;
	struct pptp_writer w;
	bool callback = lab_quirk(s) == LAB_CALLBACK;

	pptp_writer_init(&w, p->request, sizeof(p->request));
	for (unsigned i = 0; types[i] != 0xff; i++) {
		if (types[i] == PPTP_LCP_CALLBACK)
			callback = false;
		if (!(p->rejected >> types[i] & 1))
			put_option(s, &w, types[i]);
	}
	if (callback && !(p->rejected >> PPTP_LCP_CALLBACK & 1))
		put_option(s, &w, PPTP_LCP_CALLBACK);
	p->request_length = (uint8_t)w.length;
}

static int64_t ladder(const struct lab_server *s, unsigned step)
{
	const uint8_t *seconds = lab_server_stack(s)->ladder;

	return step < LAB_LADDER ? seconds[step] * LAB_SECOND : 0;
}

static void send_request(struct lab_server *s, int64_t now)
{
	struct lab_ppp *p = &s->ppp;

	send_lcp(s, PPTP_CONFIGURE_REQUEST, p->identifier, p->request,
		 p->request_length);
	p->resend = now + ladder(s, p->sends);
	p->sends++;
}

static void new_request(struct lab_server *s, int64_t now)
{
	struct lab_ppp *p = &s->ppp;

	build_request(s);
	p->identifier++;
	p->answered = false;
	p->sends = 0;
	send_request(s, now);
}

static void send_terminate(struct lab_server *s, int64_t now)
{
	const struct lab_stack *stack = lab_server_stack(s);
	uint8_t ras[12];
	struct pptp_writer w;
	const char *text = stack->terminate_text;

	pptp_writer_init(&w, ras, sizeof(ras));
	pptp_write_u32(&w, s->ppp.magic);
	pptp_write_u32(&w, 0x003ccd74);
	pptp_write_u32(&w, 0x397); /* 919: the peer refused to log in */
	if (text == NULL)
		send_lcp(s, PPTP_TERMINATE_REQUEST, s->ppp.identifier, ras,
			 w.length);
	else
		send_lcp(s, PPTP_TERMINATE_REQUEST, s->ppp.identifier, text,
			 strlen(text));
	s->ppp.resend = now + 3 * LAB_SECOND;
	s->ppp.sends++;
}

static void terminate(struct lab_server *s, int64_t now)
{
	struct lab_ppp *p = &s->ppp;

	p->phase = LAB_CLOSING;
	p->later = NEVER;
	p->refusing = false;
	p->identifier++;
	p->sends = 0;
	send_terminate(s, now);
}

/* ---- what follows LCP ---------------------------------------------------- */

static void draw_challenge(struct lab_server *s)
{
	struct lab_ppp *p = &s->ppp;
	unsigned size = p->choice.asking == LAB_MSCHAP_V1 ? 8 : 16;

	p->challenge_identifier = (uint8_t)(random_byte(s) + 1);
	if (p->choice.asking == LAB_CHAP_MD5)
		size = 16U + (random_byte(s) >> 5);
	if (lab_quirk(s) == LAB_CHALLENGE_SIZE)
		size = (unsigned)s->host->config.detail & 0xff;
	p->challenge_size = (uint8_t)size;
	for (unsigned i = 0; i < size; i++)
		p->challenge[i] = lab_quirk(s) == LAB_SAME_CHALLENGE
				      ? (uint8_t)(0x42 + i)
				      : random_byte(s);
}

static void send_challenge(struct lab_server *s, int64_t now)
{
	static const char hostile[] = "\x1b]0;owned\x07%n<b>\"'";
	const struct lab_stack *stack = lab_server_stack(s);
	struct lab_ppp *p = &s->ppp;
	const char *name =
	    lab_quirk(s) == LAB_HOSTILE_NAMES ? hostile : stack->chap_name;
	uint8_t bytes[LAB_ROOM];
	struct pptp_writer w;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	if (p->choice.asking == LAB_EAP) {
		pptp_ppp_frame_encode(&w, PPTP_PPP_EAP);
		pptp_eap_identity_encode(&w, p->challenge_identifier,
					 stack->prompt, strlen(stack->prompt));
	} else {
		pptp_ppp_frame_encode(&w, PPTP_PPP_CHAP);
		pptp_chap_challenge_encode(&w, p->challenge_identifier,
					   p->challenge, p->challenge_size,
					   name, strlen(name));
	}
	lab_server_gre(s, &w);
	p->later = now + stack->chap_again * LAB_SECOND;
	p->challenge_sends++;
}

static void send_networks(struct lab_server *s, int64_t now)
{
	static const uint8_t address[] = {3, 6, 10, 78, 5, 1},
			     mppe[] = {18, 6, 1, 0, 0, 0xe0},
			     callback[] = {1, 2};
	const uint16_t *protocol = lab_server_stack(s)->networks;
	struct lab_ppp *p = &s->ppp;

	if (lab_quirk(s) == LAB_CALLBACK) {
		send_packet(s, PPTP_PPP_CBCP, 1, 1, callback, sizeof(callback));
	} else {
		for (unsigned i = 0; i < 4 && protocol[i] != 0; i++)
			send_packet(
			    s, protocol[i], PPTP_CONFIGURE_REQUEST, 1,
			    protocol[i] == PPTP_PPP_CCP ? mppe : address, 6);
	}
	p->later = now + 3 * LAB_SECOND;
	p->challenge_sends++;
}

static void open_link(struct lab_server *s, int64_t now)
{
	struct lab_ppp *p = &s->ppp;
	unsigned asking = p->choice.asking;

	p->phase = LAB_OPENED;
	p->resend = NEVER;
	p->challenge_sends = 0;
	if (lab_server_stack(s)->set_link_info)
		lab_server_link_info(s);
	if (asking & (LAB_PAP | LAB_SPAP))
		return; /* the client's turn */
	if (asking != LAB_NONE) {
		draw_challenge(s);
		send_challenge(s, now);
	} else if (lab_config_methods(&s->host->config) & LAB_NONE) {
		send_networks(s, now);
	} else {
		p->refusing = true;
		p->later = now + (1 + lab_random(s->host) % REFUSE_MS) * MS;
	}
}

/* ---- what comes ---------------------------------------------------------- */

/* The magic number is all that our client puts in its request. */
static void configure_request(struct lab_server *s,
			      const struct pptp_ppp_packet *q, int64_t now)
{
	struct lab_ppp *p = &s->ppp;
	size_t length = pptp_reader_left(&q->data);

	if (p->phase == LAB_CLOSING || p->phase == LAB_STOPPED)
		return;
	if (lab_quirk(s) == LAB_REJECTS_MAGIC && length > 0) {
		send_lcp(s, PPTP_CONFIGURE_REJECT, q->identifier, q->data.at,
			 length);
		return;
	}
	if (p->phase == LAB_OPENED &&
	    lab_server_stack(s)->engine != LAB_ACCEL) {
		/* Negotiation begins anew; pppd forgets what was agreed. */
		if (lab_server_stack(s)->engine == LAB_PPPD) {
			lab_choice_init(&p->choice, &s->host->config);
			p->rejected = 0;
			new_magic(s);
		}
		p->phase = LAB_REQUEST_SENT;
		p->later = NEVER;
		p->refusing = false;
		new_request(s, now);
	}
	send_lcp(s, PPTP_CONFIGURE_ACK, q->identifier, q->data.at, length);
	if (p->phase == LAB_ACK_RECEIVED)
		open_link(s, now);
	else if (p->phase == LAB_REQUEST_SENT)
		p->phase = LAB_ACK_SENT;
}

static void configure_ack(struct lab_server *s, const struct pptp_ppp_packet *q,
			  int64_t now)
{
	struct lab_ppp *p = &s->ppp;

	if (p->phase > LAB_ACK_SENT ||
	    pptp_reader_left(&q->data) != p->request_length ||
	    memcmp(q->data.at, p->request, p->request_length) != 0)
		return;
	p->answered = true;
	if (p->phase == LAB_ACK_SENT) {
		open_link(s, now);
		return;
	}
	p->phase = LAB_ACK_RECEIVED;
	p->sends = 0;
}

static void react(struct lab_server *s, enum lab_reaction reaction, int64_t now)
{
	struct lab_ppp *p = &s->ppp;

	switch (reaction) {
	case LAB_ASK:
		p->answered = true;
		if (p->phase == LAB_ACK_RECEIVED)
			p->phase = LAB_REQUEST_SENT;
		new_request(s, now);
		break;
	case LAB_ASK_LATER:
		p->answered = true;
		build_request(s);
		break;
	case LAB_TERMINATE:
		terminate(s, now);
		break;
	case LAB_DISCONNECT:
		lab_ppp_stop(s);
		lab_server_end_call(s, now);
		break;
	case LAB_IGNORE:
		break;
	}
}

static void configure_nak(struct lab_server *s, const struct pptp_ppp_packet *q,
			  int64_t now)
{
	struct pptp_reader options = q->data;
	struct pptp_option o;
	struct pptp_method method;

	if (s->ppp.phase > LAB_ACK_SENT)
		return;
	while (pptp_option_next(&options, &o)) {
		if (o.type != PPTP_LCP_AUTHENTICATION ||
		    !pptp_method_decode(&method, &o))
			continue;
		react(s,
		      lab_choice_nak(&s->ppp.choice, &s->host->config,
				     lab_method_bit(method)),
		      now);
		return;
	}
}

static void configure_reject(struct lab_server *s,
			     const struct pptp_ppp_packet *q, int64_t now)
{
	struct pptp_reader options = q->data;
	struct pptp_option o;
	enum lab_reaction reaction = LAB_ASK;

	if (s->ppp.phase > LAB_ACK_SENT)
		return;
	while (pptp_option_next(&options, &o)) {
		if (o.type == PPTP_LCP_AUTHENTICATION)
			reaction =
			    lab_choice_reject(&s->ppp.choice, &s->host->config);
		else if (o.type < 32)
			s->ppp.rejected |= UINT32_C(1) << o.type;
	}
	react(s, reaction, now);
}

static void terminate_request(struct lab_server *s,
			      const struct pptp_ppp_packet *q, int64_t now)
{
	send_lcp(s, PPTP_TERMINATE_ACK, q->identifier, NULL, 0);
	if (s->ppp.phase == LAB_STOPPED)
		return;
	lab_ppp_stop(s);
	if (lab_server_stack(s)->ending == LAB_END_STOP)
		lab_server_end_call(s, now);
	else
		s->hangup = now + 3 * LAB_SECOND;
}

static void lcp_packet(struct lab_server *s, const struct pptp_ppp_packet *q,
		       int64_t now)
{
	struct lab_ppp *p = &s->ppp;
	bool expected = q->identifier == p->identifier && !p->answered;

	switch (q->code) {
	case PPTP_CONFIGURE_REQUEST:
		configure_request(s, q, now);
		break;
	case PPTP_CONFIGURE_ACK:
		if (expected)
			configure_ack(s, q, now);
		break;
	case PPTP_CONFIGURE_NAK:
		if (expected)
			configure_nak(s, q, now);
		break;
	case PPTP_CONFIGURE_REJECT:
		if (expected)
			configure_reject(s, q, now);
		break;
	case PPTP_TERMINATE_REQUEST:
		terminate_request(s, q, now);
		break;
	case PPTP_TERMINATE_ACK:
		if (p->phase != LAB_CLOSING)
			break;
		lab_ppp_stop(s);
		lab_server_end_call(s, now);
		break;
	case PPTP_LCP_ECHO_REQUEST:
		if (p->phase == LAB_OPENED)
			send_lcp(s, PPTP_LCP_ECHO_REPLY, q->identifier,
				 q->data.at, pptp_reader_left(&q->data));
		break;
	default:
		break;
	}
}

void lab_ppp_frame(struct lab_server *s, struct pptp_reader in, int64_t now)
{
	struct pptp_ppp_frame frame;
	struct pptp_ppp_packet packet;

	if (pptp_ppp_frame_decode(&frame, &in) &&
	    frame.protocol == PPTP_PPP_LCP &&
	    pptp_ppp_packet_decode(&packet, &frame.payload))
		lcp_packet(s, &packet, now);
}

/* ---- time ---------------------------------------------------------------- */

void lab_ppp_begin(struct lab_server *s)
{
	const struct lab_stack *stack = lab_server_stack(s);
	struct lab_ppp *p = &s->ppp;

	p->resend = p->later = NEVER;
	lab_choice_init(&p->choice, &s->host->config);
	/* pppd seeds with host, clock and process; a magic number is drawn
	 * when it starts and again when LCP does. */
	p->drand48 = (uint64_t)lab_random(s->host) << 16 | 0x330e;
	new_magic(s);
	new_magic(s);
	p->identifier = (uint8_t)(stack->first_identifier - 1);
	if (stack->random_identifier)
		p->identifier = (uint8_t)lab_random(s->host);
	if (lab_quirk(s) == LAB_IDENTIFIER_WRAP)
		p->identifier = 253;
}

void lab_ppp_start(struct lab_server *s, int64_t now)
{
	s->ppp.started = true;
	s->ppp.phase = LAB_REQUEST_SENT;
	new_request(s, now);
}

void lab_ppp_stop(struct lab_server *s)
{
	s->ppp.phase = LAB_STOPPED;
	s->ppp.resend = s->ppp.later = NEVER;
	s->ppp.refusing = false;
}

static void request_again(struct lab_server *s, int64_t now)
{
	struct lab_ppp *p = &s->ppp;

	if (p->sends >= LAB_LADDER || ladder(s, p->sends) == 0) {
		lab_ppp_stop(s);
		lab_server_end_call(s, now);
		return;
	}
	if (p->phase == LAB_ACK_RECEIVED)
		p->phase = LAB_REQUEST_SENT;
	if (lab_server_stack(s)->new_identifier)
		p->identifier++;
	p->answered = false;
	send_request(s, now);
}

static void terminate_again(struct lab_server *s, int64_t now)
{
	if (s->ppp.sends < TERMINATES) {
		send_terminate(s, now);
		return;
	}
	lab_ppp_stop(s);
	lab_server_end_call(s, now);
}

static void later(struct lab_server *s, int64_t now)
{
	struct lab_ppp *p = &s->ppp;

	if (p->refusing ||
	    p->challenge_sends >= lab_server_stack(s)->chap_times)
		terminate(s, now);
	else if (p->choice.asking == LAB_NONE)
		send_networks(s, now);
	else
		send_challenge(s, now);
}

void lab_ppp_tick(struct lab_server *s, int64_t now)
{
	struct lab_ppp *p = &s->ppp;

	if (now >= p->resend && p->phase == LAB_CLOSING)
		terminate_again(s, now);
	else if (now >= p->resend)
		request_again(s, now);
	if (now >= p->later)
		later(s, now);
}

int64_t lab_ppp_deadline(const struct lab_server *s)
{
	return s->ppp.resend < s->ppp.later ? s->ppp.resend : s->ppp.later;
}
