/* SPDX-License-Identifier: BSD-2-Clause */
/* A scripted peer for one conversation, in virtual time. */
#ifndef TESTS_PEER_H
#define TESTS_PEER_H

#include "core/conversation.h"

#include <errno.h>

#include "format/chap.h"
#include "format/eap.h"
#include "unit/claims.h"

#define MS     INT64_C(1000)
#define S      INT64_C(1000000)
#define OURS   0x1a2c
#define THEIRS 0x0480

static const char US[] = "192.0.2.2", SERVER[] = "192.0.2.1",
		  ELSEWHERE[] = "192.0.2.99";

struct sent {
	enum pptp_action action;
	uint8_t bytes[PPTP_PACKET_ROOM];
	size_t length;
	int64_t at;
};

static struct {
	struct pptp_conversation c;
	int64_t now;
	uint32_t sequence;
	bool acknowledges; /* the peer's GRE does, this one of our numbers: */
	uint32_t acknowledged;
	struct sent log[256];
	unsigned sent, read;
} w;

static inline struct pptp_address address(const char *text)
{
	struct pptp_address a;

	ck_assert(pptp_address_parse(&a, text, strlen(text)));
	return a;
}

/* What a conversation begins with. */
struct setting {
	struct pptp_plan plan;
	struct pptp_vantage vantage;
};

static inline struct setting plan(void)
{
	struct setting f;

	memset(&f, 0, sizeof(f));
	f.vantage.source = address(US);
	f.plan.target = address(SERVER);
	f.plan.port = 1723;
	f.plan.depth = PPTP_DEPTH_CALL;
	f.vantage.reach = PPTP_REACH_RAW;
	f.vantage.call_id = OURS;
	for (unsigned i = 0; i < PPTP_RANDOM; i++)
		f.vantage.random[i] = (uint8_t)(17 * i + 3);
	return f;
}

static inline struct setting asking(const char *method)
{
	struct setting f = plan();

	ck_assert(pptp_method_parse(f.plan.ask, method));
	return f;
}

static inline void drain(void)
{
	struct sent *s;

	for (;;) {
		ck_assert_uint_lt(w.sent, 256);
		s = &w.log[w.sent];
		s->action =
		    pptp_conversation_output(&w.c, s->bytes, &s->length, w.now);
		s->at = w.now;
		if (s->action == PPTP_ACTION_NONE)
			return;
		w.sent++;
	}
}

static inline void begin(const struct setting *f)
{
	memset(&w, 0, sizeof(w));
	memset(&w.c, 0xa5, sizeof(w.c)); /* an owner's memory need not be 0 */
	w.now = 1000 * S;
	ck_assert_int_eq(
	    pptp_conversation_init(&w.c, &f->plan, &f->vantage, w.now),
	    PPTP_OK);
	drain();
}

/* Lets time pass, as an owner of sockets would. */
static inline void run_until(int64_t end)
{
	int64_t next;

	for (;;) {
		next = pptp_conversation_deadline(&w.c);
		if (next > end)
			break;
		if (next > w.now)
			w.now = next;
		pptp_conversation_input(&w.c, PPTP_INPUT_TICK, NULL, 0, w.now);
		drain();
	}
	w.now = end;
}

static inline void wait_for(int64_t us)
{
	run_until(w.now + us);
}

/* The next thing that left; fails where it is another action. */
static inline const struct sent *expect(enum pptp_action action)
{
	ck_assert_uint_lt(w.read, w.sent);
	ck_assert_int_eq(w.log[w.read].action, action);
	return &w.log[w.read++];
}

static inline void nothing_more(void)
{
	ck_assert_uint_eq(w.read, w.sent);
}

static inline struct pptp_control expect_control(unsigned type)
{
	const struct sent *s = expect(PPTP_ACTION_STREAM);
	struct pptp_control m;
	struct pptp_reader in;

	pptp_reader_init(&in, s->bytes, s->length);
	ck_assert(pptp_control_decode(&m, &in));
	ck_assert_uint_eq(m.control_message_type, type);
	ck_assert_uint_eq(m.length, s->length);
	return m;
}

struct lcp {
	struct pptp_gre gre;
	struct pptp_ppp_packet p;
};

static inline struct lcp expect_lcp(uint8_t code)
{
	const struct sent *s = expect(PPTP_ACTION_PACKET);
	struct pptp_reader in;
	struct pptp_ip ip;
	struct pptp_ppp_frame f;
	struct lcp l;

	pptp_reader_init(&in, s->bytes, s->length);
	ck_assert(pptp_ip_decode(&ip, &in));
	ck_assert(pptp_gre_decode(&l.gre, &ip.payload));
	ck_assert_uint_eq(l.gre.call_id, THEIRS);
	ck_assert(pptp_ppp_frame_decode(&f, &l.gre.payload));
	ck_assert_uint_eq(f.protocol, PPTP_PPP_LCP);
	ck_assert(pptp_ppp_packet_decode(&l.p, &f.payload));
	ck_assert_uint_eq(l.p.code, code);
	return l;
}

static inline void expect_options(const struct lcp *l, const char *hex)
{
	struct vector v = vector(hex);

	ck_assert_uint_eq(pptp_reader_left(&l->p.data), v.length);
	ck_assert_mem_eq(l->p.data.at, v.bytes, v.length);
}

static inline void stream(const void *bytes, size_t length)
{
	w.now += MS;
	pptp_conversation_input(&w.c, PPTP_INPUT_STREAM, bytes, length, w.now);
	drain();
}

static inline struct pptp_control message(unsigned type)
{
	struct pptp_control m;

	memset(&m, 0, sizeof(m));
	m.control_message_type = (uint16_t)type;
	m.protocol_version = PPTP_VERSION;
	m.result_code = 1;
	m.call_id = THEIRS;
	m.peer_call_id = OURS;
	return m;
}

static inline void control(const struct pptp_control *m)
{
	uint8_t bytes[PPTP_CONTROL_MAX];
	struct pptp_writer out;

	pptp_writer_init(&out, bytes, sizeof(bytes));
	pptp_control_encode(&out, m);
	stream(bytes, out.length);
}

static inline void say(unsigned type)
{
	struct pptp_control m = message(type);

	control(&m);
}

static inline bool packet(const void *bytes, size_t length)
{
	bool ours;

	w.now += MS;
	ours = pptp_conversation_input(&w.c, PPTP_INPUT_PACKET, bytes, length,
				       w.now);
	drain();
	return ours;
}

/* A packet of the server's into our call, with that GRE payload as it is. */
static inline size_t call_packet(uint32_t sequence, const char *hex,
				 uint8_t *bytes, size_t room)
{
	struct vector v = vector(hex);
	struct pptp_ip ip;
	struct pptp_gre gre;
	int n;

	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = address(SERVER);
	ip.destination = address(US);
	ip.ttl = 64;
	gre.call_id = OURS;
	gre.has_sequence = true;
	gre.sequence_number = sequence;
	n = pptp_gre_packet_encode(&ip, &gre, v.bytes, v.length, bytes, room);
	ck_assert_int_gt(n, 0);
	return (size_t)n;
}

struct frame {
	uint16_t protocol;
	uint8_t code, identifier;
	const char *data; /* hexadecimal */
};

static inline bool gre_from(const char *source, uint16_t call_id,
			    uint32_t sequence, struct frame f)
{
	struct vector data = vector(f.data);
	struct pptp_ip ip;
	struct pptp_gre gre;
	struct pptp_writer out;
	uint8_t payload[512], bytes[640];
	int n;

	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = address(source);
	ip.destination = address(US);
	ip.ttl = 64;
	ip.protocol = PPTP_IP_GRE;
	gre.call_id = call_id;
	gre.has_sequence = true;
	gre.sequence_number = sequence;
	gre.has_acknowledgment = w.acknowledges;
	gre.acknowledgment_number = w.acknowledged;
	pptp_writer_init(&out, payload, sizeof(payload));
	pptp_ppp_frame_encode(&out, f.protocol);
	pptp_ppp_packet_encode(&out, f.code, f.identifier, data.bytes,
			       data.length);
	n = pptp_gre_packet_encode(&ip, &gre, payload, out.length, bytes,
				   sizeof(bytes));
	ck_assert_int_gt(n, 0);
	return packet(bytes, (size_t)n);
}

static inline void ppp(uint16_t protocol, uint8_t code, uint8_t identifier,
		       const char *data)
{
	ck_assert(gre_from(SERVER, OURS, w.sequence++,
			   (struct frame){protocol, code, identifier, data}));
}

static inline void lcp(uint8_t code, uint8_t identifier, const char *options)
{
	ppp(PPTP_PPP_LCP, code, identifier, options);
}

/* pppd's usual list around a method. */
#define OFFER_PAP  "020600000000 0304c023 0506aa6a6ace 0702 0802"
#define OFFER_MD5  "020600000000 0305c22305 0506aa6a6ace 0702 0802"
#define OFFER_V1   "020600000000 0305c22380 0506aa6a6ace 0702 0802"
#define OFFER_V2   "020600000000 0305c22381 0506aa6a6ace 0702 0802"
#define OFFER_EAP  "020600000000 0304c227 0506aa6a6ace 0702 0802"
#define OFFER_NONE "020600000000 0506aa6a6ace 0702 0802"

static inline void connected(void)
{
	expect(PPTP_ACTION_CONNECT);
	w.now += MS;
	pptp_conversation_input(&w.c, PPTP_INPUT_CONNECTED, NULL, 0, w.now);
	drain();
}

static inline void start(void)
{
	struct setting f = plan();

	begin(&f);
	connected();
	expect_control(PPTP_SCCRQ);
}

/* From the start to our first Configure-Request, which is acknowledged. */
static inline void open_call(const struct setting *f)
{
	struct lcp request;

	begin(f);
	connected();
	expect_control(PPTP_SCCRQ);
	say(PPTP_SCCRP);
	expect(PPTP_ACTION_GUARD);
	ck_assert_uint_eq(expect_control(PPTP_OCRQ).call_id, OURS);
	say(PPTP_OCRP);
	request = expect_lcp(PPTP_CONFIGURE_REQUEST);
	nothing_more();
	ck_assert_uint_eq(pptp_reader_left(&request.p.data), 6);
	lcp(PPTP_CONFIGURE_ACK, request.p.identifier, "0506aa6a6acf");
}

/* The whole farewell, each word answered. */
static inline void farewell(void)
{
	struct lcp request = expect_lcp(PPTP_TERMINATE_REQUEST);

	lcp(PPTP_TERMINATE_ACK, request.p.identifier, "");
	expect_control(PPTP_CCRQ);
	say(PPTP_CDN);
	expect_control(PPTP_STOP_CCRQ);
	say(PPTP_STOP_CCRP);
	expect(PPTP_ACTION_CLOSE);
	ck_assert(pptp_conversation_finished(&w.c));
	ck_assert_int_eq(w.c.record.teardown.state, PPTP_CLEAN);
}

static inline const struct pptp_offer *offer(unsigned index)
{
	ck_assert_uint_lt(index, w.c.record.lcp.offers);
	return &w.c.record.lcp.offer[index];
}

/* Nothing that we ever sent is of CHAP, PAP, EAP, or an NCP. */
static inline void never_authenticated(void)
{
	for (unsigned i = 0; i < w.sent; i++) {
		struct pptp_reader in;
		struct pptp_ip ip;
		struct pptp_gre gre;
		struct pptp_ppp_frame f;

		if (w.log[i].action != PPTP_ACTION_PACKET)
			continue;
		pptp_reader_init(&in, w.log[i].bytes, w.log[i].length);
		ck_assert(pptp_ip_decode(&ip, &in));
		if (ip.protocol != PPTP_IP_GRE)
			continue;
		ck_assert(pptp_gre_decode(&gre, &ip.payload));
		if (gre.payload_length == 0)
			continue;
		ck_assert(pptp_ppp_frame_decode(&f, &gre.payload));
		ck_assert_uint_eq(f.protocol, PPTP_PPP_LCP);
	}
}

static inline void as_json(const struct pptp_record *r, char *text, size_t room)
{
	struct pptp_json j;

	pptp_json_init(&j, text, room - 1);
	pptp_record_walk(r, &j.sink);
	ck_assert(!j.failed);
	text[j.length] = '\0';
}

static inline struct pptp_tcp expect_syn(void)
{
	const struct sent *s = expect(PPTP_ACTION_PACKET);
	struct pptp_reader in;
	struct pptp_ip ip;
	struct pptp_tcp tcp;

	pptp_reader_init(&in, s->bytes, s->length);
	ck_assert(pptp_ip_decode(&ip, &in));
	ck_assert_uint_eq(ip.protocol, PPTP_IP_TCP);
	ck_assert(pptp_tcp_decode(&tcp, &ip.payload));
	ck_assert_uint_eq(tcp.flags, PPTP_TCP_SYN);
	ck_assert_uint_eq(tcp.destination_port, 1723);
	return tcp;
}

static inline struct setting knocking(void)
{
	struct setting f = plan();

	f.plan.opening = PPTP_OPENING_SYN;
	return f;
}

struct segment {
	const char *from, *to;
	uint16_t source_port, destination_port;
	uint8_t flags;
	uint32_t sequence, acknowledgment;
};

static inline size_t segment_bytes(struct segment s, uint8_t bytes[40])
{
	struct pptp_writer out;
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = address(s.from);
	ip.destination = address(s.to);
	ip.ttl = 128;
	ip.protocol = PPTP_IP_TCP;
	pptp_writer_init(&out, bytes, 40);
	pptp_ip_encode(&out, &ip, 20);
	pptp_write_u16(&out, s.source_port);
	pptp_write_u16(&out, s.destination_port);
	pptp_write_u32(&out, s.sequence);
	pptp_write_u32(&out, s.acknowledgment);
	pptp_write_u8(&out, 0x50);
	pptp_write_u8(&out, s.flags);
	pptp_write_u16(&out, 4128);
	pptp_write_zeros(&out, 4);
	ck_assert(pptp_writer_ok(&out));
	return out.length;
}

static inline bool segment(struct segment s)
{
	uint8_t bytes[40];

	return packet(bytes, segment_bytes(s, bytes));
}

static inline bool answer_syn(const struct pptp_tcp *syn, uint8_t flags,
			      uint32_t acknowledgment)
{
	return segment((struct segment){SERVER, US, 1723, syn->source_port,
					flags, 77, acknowledgment});
}

/* The answer to the echo request that was sent as number `index`. */
static inline bool answer_ping(unsigned index, uint16_t identifier)
{
	uint8_t bytes[64];
	size_t length = w.log[index].length;

	ck_assert_uint_eq(w.log[index].bytes[9], PPTP_IP_ICMP);
	ck_assert_uint_le(length, sizeof(bytes));
	memcpy(bytes, w.log[index].bytes, length);
	memcpy(bytes + 12, w.log[index].bytes + 16, 4);
	memcpy(bytes + 16, w.log[index].bytes + 12, 4);
	bytes[20] = PPTP_ICMP_ECHO_REPLY;
	bytes[24] ^= (uint8_t)(identifier >> 8);
	bytes[25] ^= (uint8_t)identifier;
	return packet(bytes, length);
}

/* ICMP unreachable `code` from `source` about the last packet of ours. */
static inline bool unreachable(const char *source, uint8_t code,
			       const struct sent *about)
{
	uint8_t bytes[256];
	struct pptp_writer out;
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = address(source);
	ip.destination = address(US);
	ip.ttl = 63;
	ip.protocol = PPTP_IP_ICMP;
	pptp_writer_init(&out, bytes, sizeof(bytes));
	pptp_ip_encode(&out, &ip, 8 + 28);
	pptp_write_u8(&out, PPTP_ICMP_UNREACHABLE);
	pptp_write_u8(&out, code);
	pptp_write_zeros(&out, 6);
	pptp_write_bytes(&out, about->bytes, 28);
	return packet(bytes, out.length);
}

static inline const struct sent *last_packet(void)
{
	for (unsigned i = w.sent; i > 0; i--)
		if (w.log[i - 1].action == PPTP_ACTION_PACKET)
			return &w.log[i - 1];
	ck_abort();
	return NULL;
}

#define CHALLENGE "10 00112233445566778899aabbccddeeff 70707470 64"

#endif
