/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A hostile peer with a clock. The input is a script: an operation, a length,
 * bytes. Whatever comes, the conversation ends within its own limits, says
 * nothing but LCP into the call, and its record walks into JSON.
 */
#include "core/conversation.h"

#include <stdlib.h>
#include <string.h>

#define RECORD_ROOM (1 << 20) /* of JSON */

static uint8_t data[PPTP_PACKET_ROOM];
static char text[RECORD_ROOM];

static void require(bool truth)
{
	if (!truth)
		abort();
}

static void check_packet(const uint8_t *packet, size_t length)
{
	struct pptp_reader in;
	struct pptp_ip ip;
	struct pptp_gre gre;
	struct pptp_ppp_frame frame;

	pptp_reader_init(&in, packet, length);
	require(pptp_ip_decode(&ip, &in) && !ip.truncated);
	if (ip.protocol != PPTP_IP_GRE)
		return;
	require(pptp_gre_decode(&gre, &ip.payload));
	if (gre.payload_length == 0)
		return;
	require(pptp_ppp_frame_decode(&frame, &gre.payload));
	require(frame.protocol == PPTP_PPP_LCP);
}

static void drain(struct pptp_conversation *c, int64_t now)
{
	enum pptp_action action;
	size_t length;
	unsigned n = 0;

	while ((action = pptp_conversation_output(c, data, &length, now)) !=
	       PPTP_ACTION_NONE) {
		require(++n < 32);
		if (action == PPTP_ACTION_PACKET)
			check_packet(data, length);
	}
}

/* A GRE packet of the right call around what the script says. */
static void call_packet(struct pptp_conversation *c, const uint8_t *payload,
			size_t length, uint32_t sequence, int64_t now)
{
	struct pptp_ip ip;
	struct pptp_gre gre;
	uint8_t packet[1024];
	int n;

	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = c->record.target;
	ip.destination = c->record.source;
	ip.ttl = 64;
	gre.call_id = c->call_id;
	gre.has_sequence = length > 0;
	gre.sequence_number = sequence;
	gre.has_acknowledgment = sequence % 3 == 0;
	n = pptp_gre_packet_encode(&ip, &gre, payload, length, packet,
				   sizeof(packet));
	require(n > 0);
	pptp_conversation_input(c, PPTP_INPUT_PACKET, packet, (size_t)n, now);
}

static void configure(struct pptp_plan *plan, struct pptp_vantage *v,
		      uint8_t flags)
{
	bool syn = (flags & 2) != 0;

	memset(plan, 0, sizeof(*plan));
	memset(v, 0, sizeof(*v));
	v->source = pptp_address_v4(0xc0000202);
	plan->target = pptp_address_v4(0xc0000201);
	plan->port = 1723;
	plan->depth = flags & 64 ? PPTP_DEPTH_SYN : PPTP_DEPTH_CALL;
	plan->opening = syn ? PPTP_OPENING_SYN : PPTP_OPENING_CONNECT;
	v->own_host = (flags & 128) != 0;
	if (v->own_host)
		plan->target = v->source;
	v->reach = flags & 1 ? PPTP_REACH_TCP : PPTP_REACH_RAW;
	plan->decline = (flags & 4) != 0;
	v->call_id = 0x1a2c;
	if (flags & 32)
		plan->ask[1] = (struct pptp_method){PPTP_PPP_EAP, 0};
	if (flags & 8)
		plan->ask[0] = (struct pptp_method){PPTP_PPP_PAP, 0};
	else if (flags & 16)
		plan->ask[0] = (struct pptp_method){PPTP_PPP_CHAP, 0x80};
	memset(v->random, 0x42, sizeof(v->random));
}

/* Half of the scripts begin from somebody else's SYN: its answer is the start
 * of the script, around a header that may be right. */
static bool begin(struct pptp_conversation *c, const uint8_t *bytes,
		  size_t size, int64_t now)
{
	static const uint8_t syn[] = {
	    0x45, 0, 0,   40, 0,    0, 0x40, 0,    64,   6,    0, 0, 192, 0,
	    2,    2, 192, 0,  2,    1, 0xee, 0x48, 0x06, 0xbb, 1, 2, 3,   4,
	    0,    0, 0,   0,  0x50, 2, 0xfa, 0xf0, 0,    0,    0, 0};
	struct pptp_plan plan;
	struct pptp_vantage vantage;
	uint8_t answer[64] = {0x45, 0, 0, 40, 0,    0,    0x40, 0,
			      64,   6, 0, 0,  192,  0,    2,    1,
			      192,  0, 2, 2,  0x06, 0xbb, 0xee, 0x48};
	struct pptp_exchange x = {.syn = syn, .syn_ack = answer};

	configure(&plan, &vantage, bytes[0]);
	require(pptp_conversation_init(c, &plan, &vantage, now) == PPTP_OK);
	if (size < 24 || bytes[1] % 2 == 0)
		return true;
	x.syn_length = sizeof(syn);
	x.syns = 1 + bytes[1] / 64;
	x.syn_at = now - bytes[2];
	x.syn_ack_at = now;
	x.syn_ack_length = 20 + bytes[3] % 44;
	memcpy(answer + 24, bytes + 4, 16);
	return pptp_conversation_exchanged(c, &plan, &vantage, &x, now) ==
	       PPTP_OK;
}

static void finish(struct pptp_conversation *c, int64_t now)
{
	struct pptp_json j;
	int64_t end = now + INT64_C(60000000);

	while (!pptp_conversation_finished(c)) {
		now = pptp_conversation_deadline(c) > now
			  ? pptp_conversation_deadline(c)
			  : now;
		require(now < end);
		pptp_conversation_input(c, PPTP_INPUT_TICK, NULL, 0, now);
		drain(c, now);
	}
	pptp_json_init(&j, text, sizeof(text));
	pptp_record_walk(&c->record, &j.sink);
	require(!j.failed && j.depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct pptp_conversation c;
	int64_t now = 1000000;
	uint32_t sequence = 0;

	if (size < 1)
		return 0;
	if (!begin(&c, bytes, size, now))
		return 0;
	drain(&c, now);
	for (size_t i = 1; i + 2 <= size;) {
		uint8_t what = bytes[i];
		size_t length = bytes[i + 1];

		i += 2;
		if (length > size - i)
			length = size - i;
		now += INT64_C(1000) * (what & 0xf0);
		if ((what & 15) <= PPTP_INPUT_TICK)
			pptp_conversation_input(&c,
						(enum pptp_input)(what & 15),
						bytes + i, length, now);
		else if ((what & 15) < 14)
			call_packet(&c, bytes + i, length, sequence++, now);
		else
			pptp_conversation_abort(&c, now);
		if (pptp_conversation_deadline(&c) <= now)
			pptp_conversation_input(&c, PPTP_INPUT_TICK, NULL, 0,
						now);
		drain(&c, now);
		i += length;
	}
	finish(&c, now);
	return 0;
}
