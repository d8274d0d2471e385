/* SPDX-License-Identifier: BSD-2-Clause */
/* A conversation of ours in virtual time, a server that a test speaks for, and
 * every packet between them, as a capture has it. */
#ifndef TESTS_CALLS_H
#define TESTS_CALLS_H

#include "core/conversation.h"
#include "format/link.h"
#include "read/calls.h"
#include "unit/claims.h"

#define US_ADDRESS     0xc0000202
#define SERVER_ADDRESS 0xc0000201
#define KERNEL_PORT    40000
#define RAW_IP         12 /* DLT_RAW */
#define FRAMES         256
#define FRAME_ROOM     600
#define MS             INT64_C(1000)
#define OFFER_V2       "020600000000 0305c22381 0506aa6a6ace 0702 0802"

struct wire_frame {
	int64_t time_us;
	size_t length;
	uint8_t bytes[FRAME_ROOM];
};

static struct wire_frame frames[FRAMES];
static unsigned frame_count;
static struct pptp_conversation c;
static int64_t now;
static uint32_t gre_sequence, tcp_sequence[2]; /* by enum pptp_side */
static size_t segment_size;                    /* of what is in a stream */

static inline void capture_bytes(const void *bytes, size_t length)
{
	struct wire_frame *f = &frames[frame_count++];

	ck_assert_uint_lt(frame_count, FRAMES);
	ck_assert_uint_le(length, FRAME_ROOM);
	f->time_us = now;
	f->length = length;
	memcpy(f->bytes, bytes, length);
}

static inline struct pptp_ip ip_from(enum pptp_side side)
{
	struct pptp_ip ip = {0};

	ip.source =
	    pptp_address_v4(side == PPTP_US ? US_ADDRESS : SERVER_ADDRESS);
	ip.destination =
	    pptp_address_v4(side == PPTP_US ? SERVER_ADDRESS : US_ADDRESS);
	ip.ttl = 64;
	return ip;
}

/* One segment between our `port` and the server's; as it was captured. */
static inline const struct wire_frame *
tcp_segment(enum pptp_side side, uint16_t port, uint8_t flags,
	    uint32_t sequence, uint32_t acknowledgment, const void *data,
	    size_t length)
{
	struct pptp_ip ip = ip_from(side);
	uint8_t bytes[FRAME_ROOM];
	struct pptp_writer w;

	ip.protocol = PPTP_IP_TCP;
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_ip_encode(&w, &ip, 20 + length);
	pptp_write_u16(&w, side == PPTP_US ? port : PPTP_PORT);
	pptp_write_u16(&w, side == PPTP_US ? PPTP_PORT : port);
	pptp_write_u32(&w, sequence);
	pptp_write_u32(&w, acknowledgment);
	pptp_write_u16(&w, (uint16_t)(5 << 12 | flags));
	pptp_write_u16(&w, 64240);
	pptp_write_zeros(&w, 4);
	pptp_write_bytes(&w, data, length);
	ck_assert(pptp_writer_ok(&w));
	capture_bytes(bytes, w.length);
	return &frames[frame_count - 1];
}

/* On the control connection. */
static inline void on_connection(enum pptp_side side, uint8_t flags,
				 const uint8_t *data, size_t length)
{
	size_t part, done = 0;

	do {
		part = length - done;
		if (part > segment_size)
			part = segment_size;
		(void)tcp_segment(side, KERNEL_PORT, flags | PPTP_TCP_ACK,
				  tcp_sequence[side], tcp_sequence[1 - side],
				  data + done, part);
		tcp_sequence[side] += (uint32_t)part;
		done += part;
	} while (done < length);
	if (flags & PPTP_TCP_FIN)
		tcp_sequence[side]++;
}

static inline void hear(const struct wire_frame *f)
{
	(void)pptp_conversation_input(&c, PPTP_INPUT_PACKET, f->bytes,
				      f->length, now);
}

/* The kernel's SYN, and what answers it. */
static inline void kernel_connects(void)
{
	static const uint8_t none;

	hear(
	    tcp_segment(PPTP_US, KERNEL_PORT, PPTP_TCP_SYN, 1000, 0, &none, 0));
	now += MS;
	hear(tcp_segment(PPTP_SERVER, KERNEL_PORT, PPTP_TCP_SYN | PPTP_TCP_ACK,
			 9000, 1001, &none, 0));
	tcp_sequence[PPTP_US] = 1001;
	tcp_sequence[PPTP_SERVER] = 9001;
	on_connection(PPTP_US, 0, &none, 0);
	pptp_conversation_input(&c, PPTP_INPUT_CONNECTED, NULL, 0, now);
}

static inline void drain(void)
{
	uint8_t data[PPTP_PACKET_ROOM];
	enum pptp_action action;
	size_t length;

	while ((action = pptp_conversation_output(&c, data, &length, now)) !=
	       PPTP_ACTION_NONE) {
		if (action == PPTP_ACTION_STREAM)
			on_connection(PPTP_US, 0, data, length);
		else if (action == PPTP_ACTION_PACKET)
			capture_bytes(data, length);
		else if (action == PPTP_ACTION_CONNECT)
			kernel_connects();
		else if (action == PPTP_ACTION_CLOSE)
			on_connection(PPTP_US, PPTP_TCP_FIN, data, 0);
	}
}

static inline void from_server(const uint8_t *bytes, size_t length)
{
	now += MS;
	on_connection(PPTP_SERVER, 0, bytes, length);
	pptp_conversation_input(&c, PPTP_INPUT_STREAM, bytes, length, now);
	drain();
}

static inline size_t message(uint8_t *bytes, unsigned type, uint8_t result)
{
	struct pptp_control m;
	struct pptp_writer w;

	memset(&m, 0, sizeof(m));
	m.control_message_type = (uint16_t)type;
	m.result_code = result;
	m.call_id = 0x0480;
	m.peer_call_id = 0x1a2c;
	pptp_writer_init(&w, bytes, PPTP_CONTROL_MAX);
	pptp_control_encode(&w, &m);
	return w.length;
}

static inline void control(unsigned type)
{
	uint8_t bytes[PPTP_CONTROL_MAX];

	from_server(bytes, message(bytes, type, 1));
}

static inline void ppp(uint16_t protocol, uint8_t code, uint8_t identifier,
		       const char *hex)
{
	struct vector v = vector(hex);
	struct pptp_ip ip = ip_from(PPTP_SERVER);
	struct pptp_gre gre;
	struct pptp_writer w;
	uint8_t frame[256], packet[320];
	int n;

	memset(&gre, 0, sizeof(gre));
	gre.call_id = 0x1a2c;
	gre.has_sequence = gre.has_acknowledgment = true;
	gre.sequence_number = gre_sequence++;
	pptp_writer_init(&w, frame, sizeof(frame));
	pptp_ppp_frame_encode(&w, protocol);
	pptp_ppp_packet_encode(&w, code, identifier, v.bytes, v.length);
	n = pptp_gre_packet_encode(&ip, &gre, frame, w.length, packet,
				   sizeof(packet));
	ck_assert_int_gt(n, 0);
	now += MS;
	capture_bytes(packet, (size_t)n);
	ck_assert(pptp_conversation_input(&c, PPTP_INPUT_PACKET, packet,
					  (size_t)n, now));
	drain();
}

/* The hand-made SYN's answer, which our kernel knows nothing of. */
static inline void answer_syn(void)
{
	static const uint8_t none;

	now += MS;
	hear(tcp_segment(PPTP_SERVER, c.source_port,
			 PPTP_TCP_SYN | PPTP_TCP_ACK, 5000, c.syn_sequence + 1,
			 &none, 0));
	(void)tcp_segment(PPTP_US, c.source_port, PPTP_TCP_RST,
			  c.syn_sequence + 1, 0, &none, 0);
	drain();
}

/* As far as the connection. */
static inline void begin_audit(const char *ask)
{
	struct pptp_plan plan;
	struct pptp_vantage vantage;

	memset(&plan, 0, sizeof(plan));
	memset(&vantage, 0, sizeof(vantage));
	now = INT64_C(1700000000000000);
	frame_count = 0;
	gre_sequence = 0;
	vantage.source = pptp_address_v4(US_ADDRESS);
	vantage.reach = PPTP_REACH_RAW;
	vantage.call_id = 0x1a2c;
	vantage.time_us = now;
	memset(vantage.random, 7, sizeof(vantage.random));
	plan.target = pptp_address_v4(SERVER_ADDRESS);
	plan.port = PPTP_PORT;
	plan.depth = PPTP_DEPTH_CALL;
	plan.opening = PPTP_OPENING_SYN;
	if (ask != NULL)
		ck_assert(pptp_method_parse(plan.ask, ask));
	ck_assert_int_eq(pptp_conversation_init(&c, &plan, &vantage, now),
			 PPTP_OK);
	drain();
	answer_syn();
}

/* As far as LCP. */
static inline void begin_call(const char *ask)
{
	begin_audit(ask);
	control(PPTP_SCCRP);
	control(PPTP_OCRP);
	ppp(PPTP_PPP_LCP, PPTP_CONFIGURE_ACK, c.identifier, "050607070707");
}

static inline void end_call(void)
{
	if (!c.record.lcp.terminated)
		ppp(PPTP_PPP_LCP, PPTP_TERMINATE_ACK, c.identifier, "");
	control(PPTP_CDN);
	control(PPTP_STOP_CCRP);
	ck_assert(pptp_conversation_finished(&c));
}

#endif
