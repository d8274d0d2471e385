/* SPDX-License-Identifier: BSD-2-Clause */
/* The control connection, GRE, and the host around them. */
#include "lab/internal.h"

#include <stdlib.h>
#include <string.h>

#include "format/icmp.h"
#include "format/tcp.h"

#define NEVER   PPTP_NEVER
#define MS      (LAB_SECOND / 1000)
#define ECHO_ID 0x01000000 /* poptop's byte order slips */

enum { /* steps of LAB_RST_AT and LAB_FIN_AT */
       AT_ACCEPT,
       AT_SCCRQ,
       AT_OCRQ,
       AT_PACKET,
       AT_ANSWER,
};

enum lab_quirk lab_quirk(const struct lab_server *s)
{
	return s->host->config.quirk;
}

const struct lab_stack *lab_server_stack(const struct lab_server *s)
{
	return s->host->config.stack;
}

static int detail(const struct lab_server *s)
{
	return s->host->config.detail;
}

/* xorshift32 (Marsaglia 2003): small, seeded, good enough to vary tests. */
uint32_t lab_random(struct lab_host *h)
{
	uint32_t x = h->random;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	h->random = x;
	return x * UINT32_C(2654435769);
}

/* ---- what leaves --------------------------------------------------------- */

static void put_output(struct lab_server *s, enum lab_output_kind kind,
		       const void *bytes, size_t length)
{
	unsigned at = (s->first + s->outputs) % LAB_OUTPUTS;

	if (s->outputs == LAB_OUTPUTS || length > LAB_ROOM || s->closed)
		return;
	s->out[at].kind = (uint8_t)kind;
	s->out[at].length = (uint16_t)length;
	s->out[at].given = 0;
	if (length > 0)
		memcpy(s->out[at].bytes, bytes, length);
	s->outputs++;
}

static void close_now(struct lab_server *s, enum lab_output_kind how)
{
	put_output(s, how, NULL, 0);
	s->closed = s->ended = true;
	s->hangup = s->start = s->acknowledge = NEVER;
	lab_ppp_stop(s);
}

static void send_control(struct lab_server *s, const struct pptp_control *m)
{
	uint8_t bytes[PPTP_CONTROL_MAX];
	struct pptp_writer w;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_control_encode(&w, m);
	put_output(s, LAB_OUT_STREAM, bytes, w.length);
}

static struct pptp_control message(unsigned type)
{
	struct pptp_control m;

	memset(&m, 0, sizeof(m));
	m.control_message_type = (uint16_t)type;
	m.result_code = 1;
	return m;
}

static struct pptp_ip ip_header(const struct lab_server *s, uint8_t protocol)
{
	const struct lab_config *c = &s->host->config;
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = c->quirk == LAB_OTHER_SOURCE ? c->router : c->address;
	ip.destination = s->client;
	ip.ttl = 64;
	ip.protocol = protocol;
	return ip;
}

/* Nothing of it is heard: a filter, or a data plane that does not work. */
static bool is_mute(const struct lab_server *s)
{
	enum lab_quirk q = lab_quirk(s);

	return q == LAB_GRE_DROPPED || q == LAB_GRE_OUTBOUND ||
	       q == LAB_ICMP_GRE || q == LAB_ICMP_ROUTER || q == LAB_HONEYPOT;
}

static bool is_deaf(const struct lab_server *s)
{
	enum lab_quirk q = lab_quirk(s);

	return q == LAB_GRE_DROPPED || q == LAB_GRE_INBOUND ||
	       q == LAB_ICMP_GRE || q == LAB_ICMP_ROUTER || q == LAB_HONEYPOT;
}

static void send_gre(struct lab_server *s, const void *payload, size_t length)
{
	struct pptp_ip ip = ip_header(s, PPTP_IP_GRE);
	uint8_t bytes[LAB_ROOM];
	struct pptp_gre gre;
	int n;

	memset(&gre, 0, sizeof(gre));
	gre.call_id = s->peer_call_id;
	if (lab_quirk(s) == LAB_WRONG_CALL_ID)
		gre.call_id = (uint16_t)(gre.call_id + 1);
	gre.has_sequence = length > 0;
	gre.sequence_number = s->sequence;
	gre.has_acknowledgment = s->acknowledge != NEVER || length == 0;
	gre.acknowledgment_number = s->received;
	n = pptp_gre_packet_encode(&ip, &gre, payload, length, bytes,
				   sizeof(bytes));
	if (gre.has_sequence)
		s->sequence++;
	s->acknowledge = NEVER;
	if (n > 0 && !is_mute(s))
		put_output(s, LAB_OUT_PACKET, bytes, (size_t)n);
}

void lab_server_gre(struct lab_server *s, const struct pptp_writer *frame)
{
	if (pptp_writer_ok(frame) && !s->ended)
		send_gre(s, frame->bytes, frame->length);
}

void lab_server_link_info(struct lab_server *s)
{
	struct pptp_control m = message(PPTP_SLI);

	m.peer_call_id = s->peer_call_id;
	m.receive_accm = UINT32_MAX;
	send_control(s, &m);
}

/* ---- the control connection ---------------------------------------------- */

static void send_sccrp(struct lab_server *s)
{
	static const char hostile[64] =
	    "\x1b[2J\x1b]0;owned\x07%n%s\"'<script>\r\n\x80\xff"
	    "01234567890123456789";
	const struct lab_stack *stack = lab_server_stack(s);
	struct pptp_control m = message(PPTP_SCCRP);

	m.protocol_version = PPTP_VERSION;
	if (lab_quirk(s) == LAB_SCCRP_RESULT)
		m.result_code = (uint8_t)detail(s);
	m.framing_capabilities = stack->framing;
	m.bearer_capabilities = stack->bearer;
	m.maximum_channels = stack->channels;
	m.firmware_revision = stack->firmware;
	memcpy(m.host_name, stack->host, strlen(stack->host));
	memcpy(m.vendor_string, stack->vendor, strlen(stack->vendor));
	if (lab_quirk(s) == LAB_HOSTILE_NAMES)
		memcpy(m.host_name, hostile, sizeof(m.host_name));
	send_control(s, &m);
}

static void spoil_sccrp(struct lab_server *s)
{
	static const uint8_t echo[] = {0, 16, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d,
				       0, 5,  0, 0, 1,    0,    0,    0};
	unsigned at = (s->first + s->outputs - 1) % LAB_OUTPUTS;
	uint8_t *bytes = s->out[at].bytes;

	switch (lab_quirk(s)) {
	case LAB_WRONG_COOKIE:
		bytes[4] ^= 0xff;
		break;
	case LAB_TRUNCATED:
		s->out[at].length = (uint16_t)(detail(s) % 156);
		if (s->out[at].length == 0)
			s->outputs--;
		s->ended = true;
		break;
	case LAB_OVERSIZED:
		bytes[1] = PPTP_CONTROL_MAX;
		memset(bytes + 156, 0, PPTP_CONTROL_MAX - 156);
		s->out[at].length = PPTP_CONTROL_MAX;
		break;
	case LAB_MERGED:
		memcpy(bytes + 156, echo, sizeof(echo));
		s->out[at].length = 156 + sizeof(echo);
		break;
	default:
		break;
	}
}

static void send_bytes(struct lab_server *s, const char *text)
{
	put_output(s, LAB_OUT_STREAM, text, strlen(text));
}

/* What another service says to a SCCRQ; false where it is PPTP after all. */
static bool another_service(struct lab_server *s)
{
	switch (lab_quirk(s)) {
	case LAB_TARPIT:
		return true;
	case LAB_HTTP:
		send_bytes(s, "HTTP/1.1 400 Bad Request\r\n\r\n");
		close_now(s, LAB_OUT_FIN);
		return true;
	case LAB_TLS:
		put_output(s, LAB_OUT_STREAM, "\x15\x03\x01\x00\x02\x02\x32",
			   7);
		close_now(s, LAB_OUT_FIN);
		return true;
	case LAB_SSH:
		return true; /* it spoke first */
	case LAB_BUSY:
		if (s->host->conversations <= 1)
			return false;
		close_now(s, LAB_OUT_RST);
		return true;
	default:
		return false;
	}
}

/* True where the connection ends at this step. */
static bool ends_at(struct lab_server *s, int step)
{
	if (detail(s) != step ||
	    (lab_quirk(s) != LAB_RST_AT && lab_quirk(s) != LAB_FIN_AT))
		return false;
	close_now(s, lab_quirk(s) == LAB_RST_AT ? LAB_OUT_RST : LAB_OUT_FIN);
	return true;
}

static void start_request(struct lab_server *s)
{
	if (another_service(s) || ends_at(s, AT_SCCRQ))
		return;
	send_sccrp(s);
	spoil_sccrp(s);
	s->greeted = true;
	if (lab_quirk(s) == LAB_SCCRP_RESULT)
		close_now(s, LAB_OUT_FIN);
}

static uint16_t number_call(struct lab_server *s)
{
	struct lab_host *h = s->host;

	if (lab_quirk(s) == LAB_HONEYPOT)
		return 0x0480;
	switch (lab_server_stack(s)->numbering) {
	case LAB_BY_128:
		return (uint16_t)(128 * (h->conversations - 1));
	case LAB_BY_1:
		return h->next_call_id++;
	case LAB_CONSTANT:
		return h->next_call_id;
	default:
		return (uint16_t)lab_random(h);
	}
}

static void send_ocrp(struct lab_server *s)
{
	const struct lab_stack *stack = lab_server_stack(s);
	struct pptp_control m = message(PPTP_OCRP);

	m.call_id = s->call_id;
	m.peer_call_id = s->peer_call_id;
	m.connect_speed = stack->speed != 0 ? stack->speed : s->call_bps;
	/* Windows computes it: 5.3 to 14.9 million were seen. */
	if (stack->set_link_info)
		m.connect_speed += lab_random(s->host) % 9600000;
	m.packet_recv_window_size =
	    stack->window != 0 ? stack->window : s->call_window;
	m.packet_processing_delay = stack->processing_delay;
	if (stack->channel_is_call_id)
		m.physical_channel_id = s->call_id;
	if (lab_quirk(s) == LAB_OCRP_RESULT)
		m.result_code = (uint8_t)detail(s);
	if (lab_quirk(s) == LAB_REWRITTEN_CALL_ID)
		m.peer_call_id ^= 0x5555;
	if (lab_quirk(s) == LAB_HONEYPOT) {
		m.peer_call_id = 0;
		m.connect_speed = 100000000;
		m.packet_recv_window_size = 0x2000;
	}
	send_control(s, &m);
}

static void call_request(struct lab_server *s, const struct pptp_control *m,
			 int64_t now)
{
	unsigned wait = lab_server_stack(s)->start_ms;

	if (!s->greeted || s->called || ends_at(s, AT_OCRQ))
		return;
	s->called = true;
	s->peer_call_id = m->call_id;
	s->call_bps = m->maximum_bps;
	s->call_window = m->packet_recv_window_size;
	s->call_id = number_call(s);
	if (lab_quirk(s) == LAB_OCRP_RESULT) {
		s->ended = true;
		send_ocrp(s);
		return;
	}
	if (lab_quirk(s) == LAB_GRE_EARLY)
		lab_ppp_start(s, now);
	send_ocrp(s);
	if (s->ppp.started)
		return;
	s->start = now + (1 + lab_random(s->host) % wait) * MS;
	if (lab_quirk(s) == LAB_GRE_LATE)
		s->start = now + detail(s) * LAB_SECOND / 10;
}

static void send_disconnect(struct lab_server *s, uint8_t result)
{
	struct pptp_control m = message(PPTP_CDN);

	m.call_id = s->call_id;
	/* accel-ppp up to 1.14.0: ours, its bytes swapped. */
	if (lab_server_stack(s)->engine == LAB_ACCEL)
		m.call_id =
		    (uint16_t)(s->peer_call_id << 8 | s->peer_call_id >> 8);
	m.result_code = result;
	send_control(s, &m);
}

void lab_server_end_call(struct lab_server *s, int64_t now)
{
	const struct lab_stack *stack = lab_server_stack(s);
	struct pptp_control stop = message(PPTP_STOP_CCRQ);

	if (s->ended)
		return;
	s->ended = true;
	s->acknowledge = NEVER;
	if (stack->ending == LAB_END_CLOSE) {
		close_now(s, LAB_OUT_FIN);
		return;
	}
	send_disconnect(s, stack->disconnect_result);
	if (stack->ending == LAB_END_STOP) {
		stop.reason = 0;
		send_control(s, &stop);
	}
	s->hangup = now + 5 * LAB_SECOND;
}

static void clear_request(struct lab_server *s, int64_t now)
{
	const struct lab_stack *stack = lab_server_stack(s);

	if (!s->called)
		return;
	lab_ppp_stop(s);
	if (stack->ending == LAB_END_CLOSE) {
		close_now(s, LAB_OUT_FIN);
		return;
	}
	if (!s->ended)
		send_disconnect(s, stack->disconnect_result == 0 ? 0 : 4);
	s->ended = true;
	s->hangup = now + 60 * LAB_SECOND;
}

static void stop_request(struct lab_server *s)
{
	struct pptp_control m = message(PPTP_STOP_CCRP);

	send_control(s, &m);
	close_now(s, LAB_OUT_FIN);
}

static void echo_request(struct lab_server *s, const struct pptp_control *m)
{
	struct pptp_control reply = message(PPTP_ECHO_REPLY);

	if (lab_quirk(s) == LAB_HONEYPOT)
		return;
	reply.identifier = m->identifier;
	send_control(s, &reply);
}

static void control(struct lab_server *s, const struct pptp_control *m,
		    int64_t now)
{
	switch (m->control_message_type) {
	case PPTP_SCCRQ:
		start_request(s);
		break;
	case PPTP_OCRQ:
		call_request(s, m, now);
		break;
	case PPTP_CCRQ:
		clear_request(s, now);
		break;
	case PPTP_STOP_CCRQ:
		stop_request(s);
		break;
	case PPTP_STOP_CCRP:
		close_now(s, LAB_OUT_FIN);
		break;
	case PPTP_ECHO_REQUEST:
		echo_request(s, m);
		break;
	default:
		break;
	}
}

void lab_server_stream(struct lab_server *s, const void *bytes, size_t length,
		       int64_t now)
{
	struct pptp_control m;
	struct pptp_reader in;

	if (lab_quirk(s) == LAB_ECHO)
		put_output(s, LAB_OUT_STREAM, bytes, length);
	if (lab_quirk(s) == LAB_ECHO || s->closed ||
	    s->buffered + length > sizeof(s->buffer))
		return;
	memcpy(s->buffer + s->buffered, bytes, length);
	s->buffered += length;
	while (!s->closed && s->buffered > 0) {
		pptp_reader_init(&in, s->buffer, s->buffered);
		if (!pptp_control_decode(&m, &in)) {
			if (in.error == PPTP_ERROR_MALFORMED)
				close_now(s, LAB_OUT_RST);
			return;
		}
		if (!s->seen_first && m.control_message_type != PPTP_SCCRQ) {
			close_now(s, LAB_OUT_RST);
			return;
		}
		s->seen_first = true;
		s->buffered -= m.length;
		memmove(s->buffer, s->buffer + m.length, s->buffered);
		control(s, &m, now);
	}
}

/* ---- packets ------------------------------------------------------------- */

/* ICMP 3/`code` about `packet`, with its first 28 bytes. */
static size_t unreachable(const struct pptp_address *from, uint8_t code,
			  const void *packet, size_t length, uint8_t *answer)
{
	struct pptp_reader in;
	struct pptp_ip about, ip;
	struct pptp_writer w;

	pptp_reader_init(&in, packet, length);
	if (!pptp_ip_decode(&about, &in))
		return 0;
	if (length > 28)
		length = 28;
	memset(&ip, 0, sizeof(ip));
	ip.source = *from;
	ip.destination = about.source;
	ip.ttl = 64;
	ip.protocol = PPTP_IP_ICMP;
	pptp_writer_init(&w, answer, LAB_ROOM);
	pptp_ip_encode(&w, &ip, 8 + length);
	pptp_write_u8(&w, PPTP_ICMP_UNREACHABLE);
	pptp_write_u8(&w, code);
	pptp_write_zeros(&w, 6); /* readers accept an unfinished checksum */
	pptp_write_bytes(&w, packet, length);
	return w.length;
}

static void refuse_gre(struct lab_server *s, const void *packet, size_t length)
{
	const struct lab_config *c = &s->host->config;
	uint8_t answer[LAB_ROOM];
	size_t n =
	    unreachable(c->quirk == LAB_ICMP_ROUTER ? &c->router : &c->address,
			(uint8_t)c->detail, packet, length, answer);

	put_output(s, LAB_OUT_PACKET, answer, n);
}

/* RFC 2637 4.3, as poptop and Linux do: what is not newer is dropped. */
static bool is_newer(struct lab_server *s, uint32_t sequence)
{
	if (s->has_received && (int32_t)(sequence - s->received) <= 0)
		return false;
	s->has_received = true;
	s->received = sequence;
	return true;
}

static void hear(struct lab_server *s, struct pptp_reader frame, int64_t now)
{
	size_t length = pptp_reader_left(&frame);

	if (s->ppp.started) {
		lab_ppp_frame(s, frame, now);
	} else if (s->frames < LAB_WAITING &&
		   length <= sizeof(s->waiting[0].bytes)) {
		s->waiting[s->frames].length = (uint8_t)length;
		memcpy(s->waiting[s->frames++].bytes, frame.at, length);
	}
}

/* Whether a frame is an answer to a Configure-Request. */
static bool is_answer(struct pptp_reader in)
{
	struct pptp_ppp_frame frame;
	struct pptp_ppp_packet packet;

	return pptp_ppp_frame_decode(&frame, &in) &&
	       frame.protocol == PPTP_PPP_LCP &&
	       pptp_ppp_packet_decode(&packet, &frame.payload) &&
	       packet.code >= PPTP_CONFIGURE_ACK &&
	       packet.code <= PPTP_CONFIGURE_REJECT;
}

void lab_server_packet(struct lab_server *s, const void *packet, size_t length,
		       int64_t now)
{
	struct pptp_reader in;
	struct pptp_ip ip;
	struct pptp_gre gre;

	pptp_reader_init(&in, packet, length);
	if (!pptp_ip_decode(&ip, &in) || ip.protocol != PPTP_IP_GRE ||
	    !pptp_gre_decode(&gre, &ip.payload) || !s->called || s->ended ||
	    gre.call_id != s->call_id)
		return;
	if (lab_quirk(s) == LAB_ICMP_GRE || lab_quirk(s) == LAB_ICMP_ROUTER)
		refuse_gre(s, packet, length);
	if (is_deaf(s) || !gre.has_sequence ||
	    !is_newer(s, gre.sequence_number))
		return;
	if (ends_at(s, AT_PACKET) ||
	    (is_answer(gre.payload) && ends_at(s, AT_ANSWER)))
		return;
	if (s->acknowledge == NEVER)
		s->acknowledge = now + 50 * MS;
	hear(s, gre.payload, now);
}

/* ---- the host ------------------------------------------------------------ */

void lab_host_init(struct lab_host *h, const struct lab_config *config)
{
	memset(h, 0, sizeof(*h));
	h->config = *config;
	h->random = config->seed * UINT32_C(2654435769) + 1;
	if (h->random == 0)
		h->random = 1;
	(void)lab_random(h);
	h->next_call_id = (uint16_t)lab_random(h);
}

static size_t answer_syn(struct lab_host *h, const struct pptp_ip *ip,
			 const struct pptp_tcp *tcp, uint8_t *answer)
{
	bool refused = h->config.quirk == LAB_RST_PORT;
	bool decoy = h->config.quirk == LAB_DECOY;
	struct pptp_ip reply;
	struct pptp_writer w;

	memset(&reply, 0, sizeof(reply));
	reply.source = ip->destination;
	reply.destination = ip->source;
	reply.ttl = 64;
	reply.protocol = PPTP_IP_TCP;
	pptp_writer_init(&w, answer, LAB_ROOM);
	pptp_ip_encode(&w, &reply, 20);
	pptp_write_u16(&w, tcp->destination_port);
	pptp_write_u16(&w, tcp->source_port);
	pptp_write_u32(&w, refused ? 0 : lab_random(h));
	pptp_write_u32(&w, tcp->sequence_number + 1);
	pptp_write_u8(&w, 5 << 4);
	pptp_write_u8(&w, refused ? PPTP_TCP_RST | PPTP_TCP_ACK
				  : PPTP_TCP_SYN | PPTP_TCP_ACK);
	pptp_write_u16(&w, refused || decoy ? 0 : 65160);
	pptp_write_zeros(&w, 4); /* readers accept an unfinished checksum */
	return w.length;
}

/* With the data of the request, as RFC 792 wants it. */
static size_t answer_ping(const struct pptp_ip *ip,
			  const struct pptp_icmp *icmp,
			  struct pptp_reader *data, uint8_t *answer)
{
	size_t length = pptp_reader_left(data);
	struct pptp_ip reply;
	struct pptp_writer w;

	if (icmp->type != PPTP_ICMP_ECHO_REQUEST || length > LAB_ROOM - 28)
		return 0;
	memset(&reply, 0, sizeof(reply));
	reply.source = ip->destination;
	reply.destination = ip->source;
	reply.ttl = 64;
	reply.protocol = PPTP_IP_ICMP;
	pptp_writer_init(&w, answer, LAB_ROOM);
	pptp_ip_encode(&w, &reply, 8 + length);
	pptp_write_zeros(&w, 4);
	pptp_write_u16(&w, icmp->identifier);
	pptp_write_u16(&w, icmp->sequence);
	pptp_write_bytes(&w, pptp_read_bytes(data, length), length);
	return w.length;
}

size_t lab_host_packet(struct lab_host *h, const void *packet, size_t length,
		       uint8_t *answer)
{
	enum lab_quirk quirk = h->config.quirk;
	struct pptp_reader in;
	struct pptp_ip ip;
	struct pptp_tcp tcp;
	struct pptp_icmp icmp;

	pptp_reader_init(&in, packet, length);
	if (quirk == LAB_DEAF || !pptp_ip_decode(&ip, &in))
		return 0;
	if (ip.protocol == PPTP_IP_ICMP &&
	    pptp_icmp_decode(&icmp, &ip, &ip.payload))
		return answer_ping(&ip, &icmp, &ip.payload, answer);
	if (ip.protocol == PPTP_IP_GRE && quirk == LAB_ICMP_GRE)
		return unreachable(&h->config.address,
				   (uint8_t)h->config.detail, packet, length,
				   answer);
	if (ip.protocol != PPTP_IP_TCP || quirk == LAB_FILTERED ||
	    !pptp_tcp_decode(&tcp, &ip.payload) || !(tcp.flags & PPTP_TCP_SYN))
		return 0;
	if (quirk == LAB_ICMP_TCP)
		return unreachable(&h->config.router, 13, packet, length,
				   answer);
	return answer_syn(h, &ip, &tcp, answer);
}

/* ---- its life ------------------------------------------------------------ */

void lab_server_begin(struct lab_server *s, struct lab_host *h,
		      const struct pptp_address *client, int64_t now)
{
	struct pptp_control echo = message(PPTP_ECHO_REQUEST);

	(void)now;
	memset(s, 0, offsetof(struct lab_server, out));
	s->first = s->outputs = 0;
	s->host = h;
	s->client = *client;
	h->conversations++;
	s->start = s->hangup = s->acknowledge = NEVER;
	s->sequence = lab_server_stack(s)->first_sequence;
	if (lab_quirk(s) == LAB_SEQUENCE_WRAP)
		s->sequence = 0xfffffffe;
	lab_ppp_begin(s);
	if (ends_at(s, AT_ACCEPT))
		return;
	echo.identifier = ECHO_ID;
	if (lab_quirk(s) == LAB_ECHO_FIRST)
		send_control(s, &echo);
	if (lab_quirk(s) == LAB_SSH)
		send_bytes(s, "SSH-2.0-OpenSSH_9.2\r\n");
}

struct lab_server *lab_server_new(struct lab_host *h,
				  const struct pptp_address *client,
				  int64_t now)
{
	struct lab_server *s = malloc(sizeof(*s));

	if (s != NULL)
		lab_server_begin(s, h, client, now);
	return s;
}

void lab_server_free(struct lab_server *s)
{
	free(s);
}

void lab_server_closed(struct lab_server *s, int64_t now)
{
	(void)now;
	if (!s->closed)
		close_now(s, LAB_OUT_FIN);
}

static void start_ppp(struct lab_server *s, int64_t now)
{
	struct pptp_reader in;

	s->start = NEVER;
	if (s->ended) /* cleared before it could begin */
		return;
	lab_ppp_start(s, now);
	for (unsigned i = 0; i < s->frames && !s->ended; i++) {
		pptp_reader_init(&in, s->waiting[i].bytes,
				 s->waiting[i].length);
		lab_ppp_frame(s, in, now);
	}
}

void lab_server_tick(struct lab_server *s, int64_t now)
{
	if (s->closed)
		return;
	if (now >= s->start)
		start_ppp(s, now);
	lab_ppp_tick(s, now);
	if (now >= s->acknowledge) {
		if (lab_server_stack(s)->acknowledges)
			send_gre(s, NULL, 0);
		else
			s->acknowledge = now + 3600 * LAB_SECOND;
	}
	if (now >= s->hangup)
		close_now(s, LAB_OUT_FIN);
}

int64_t lab_server_deadline(const struct lab_server *s)
{
	int64_t first = lab_ppp_deadline(s);

	if (s->closed)
		return NEVER;
	if (s->start < first)
		first = s->start;
	if (s->hangup < first)
		first = s->hangup;
	return s->acknowledge < first ? s->acknowledge : first;
}

struct lab_output lab_server_output(struct lab_server *s, int64_t now)
{
	struct lab_output o = {LAB_OUT_NONE, NULL, 0};
	unsigned at = s->first;
	size_t length;

	(void)now;
	if (s->outputs == 0)
		return o;
	o.kind = (enum lab_output_kind)s->out[at].kind;
	o.bytes = s->out[at].bytes + s->out[at].given;
	length = (size_t)s->out[at].length - s->out[at].given;
	o.length = length;
	if (o.kind == LAB_OUT_STREAM && lab_quirk(s) == LAB_SINGLE_BYTES &&
	    length > 1) {
		o.length = 1;
		s->out[at].given++;
		return o;
	}
	s->first = (s->first + 1) % LAB_OUTPUTS;
	s->outputs--;
	return o;
}

uint16_t lab_server_call_id(const struct lab_server *s)
{
	return s->call_id;
}
