/* SPDX-License-Identifier: BSD-2-Clause */
/* Both ends of a wire look alike to the observer: the messages of a
 * conversation, seen from outside, give the record that the conversation
 * gave. */
#include "core/observer.h"

#include <stdio.h>

#include "core/conversation.h"
#include "unit/claims.h"
#include "unit/store.h"

#define RECORD_ROOM (1 << 20) /* of JSON */

#define MS INT64_C(1000)

static struct pptp_conversation c;
static struct pptp_observer outside;
static struct pptp_record seen, empty;
static int64_t now;
static uint32_t sequence;

static void outside_stream(enum pptp_side side, const uint8_t *bytes,
			   size_t length)
{
	struct pptp_event event;

	while (length > 0) {
		/* as cut by a network: at most 50 bytes a segment */
		size_t part = length < 50 ? length : 50;
		size_t used = pptp_observer_stream(&outside, side, bytes, part,
						   now, &event);

		ck_assert_uint_ge(used, 1);
		bytes += used;
		length -= used;
	}
}

static void drain(void)
{
	uint8_t data[PPTP_PACKET_ROOM];
	struct pptp_event event;
	enum pptp_action action;
	size_t length;

	while ((action = pptp_conversation_output(&c, data, &length, now)) !=
	       PPTP_ACTION_NONE) {
		if (action == PPTP_ACTION_STREAM)
			outside_stream(PPTP_US, data, length);
		else if (action == PPTP_ACTION_PACKET)
			ck_assert(pptp_observer_bytes(&outside, PPTP_US, data,
						      length, now, &event));
		else if (action == PPTP_ACTION_CLOSE)
			pptp_observer_closed(&outside, PPTP_US, false, now);
	}
}

static void from_server(const uint8_t *bytes, size_t length)
{
	now += MS;
	outside_stream(PPTP_SERVER, bytes, length);
	pptp_conversation_input(&c, PPTP_INPUT_STREAM, bytes, length, now);
	drain();
}

static void control(unsigned type)
{
	uint8_t bytes[PPTP_CONTROL_MAX];
	struct pptp_control m;
	struct pptp_writer w;

	memset(&m, 0, sizeof(m));
	m.control_message_type = (uint16_t)type;
	m.result_code = 1;
	m.call_id = 0x0480;
	m.peer_call_id = 0x1a2c;
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_control_encode(&w, &m);
	from_server(bytes, w.length);
}

static void ppp(uint16_t protocol, uint8_t code, uint8_t identifier,
		const char *hex)
{
	struct vector v = vector(hex);
	struct pptp_ip ip;
	struct pptp_gre gre;
	struct pptp_event event;
	struct pptp_writer w;
	uint8_t frame[256], packet[320];
	int n;

	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = c.record.target;
	ip.destination = c.record.source;
	ip.ttl = 64;
	gre.call_id = 0x1a2c;
	gre.has_sequence = gre.has_acknowledgment = true;
	gre.sequence_number = sequence++;
	pptp_writer_init(&w, frame, sizeof(frame));
	pptp_ppp_frame_encode(&w, protocol);
	pptp_ppp_packet_encode(&w, code, identifier, v.bytes, v.length);
	n = pptp_gre_packet_encode(&ip, &gre, frame, w.length, packet,
				   sizeof(packet));
	ck_assert_int_gt(n, 0);
	now += MS;
	ck_assert(pptp_observer_bytes(&outside, PPTP_SERVER, packet, (size_t)n,
				      now, &event));
	ck_assert(pptp_conversation_input(&c, PPTP_INPUT_PACKET, packet,
					  (size_t)n, now));
	drain();
}

static void begin(const char *ask)
{
	struct pptp_plan plan;
	struct pptp_vantage vantage;

	memset(&plan, 0, sizeof(plan));
	memset(&vantage, 0, sizeof(vantage));
	vantage.source = pptp_address_v4(0xc0000202);
	plan.target = pptp_address_v4(0xc0000201);
	plan.port = 1723;
	plan.depth = PPTP_DEPTH_CALL;
	vantage.reach = PPTP_REACH_RAW;
	vantage.call_id = 0x1a2c;
	memset(vantage.random, 7, sizeof(vantage.random));
	if (ask != NULL)
		ck_assert(pptp_method_parse(plan.ask, ask));
	now = 5000 * MS;
	sequence = 0;
	ck_assert_int_eq(pptp_conversation_init(&c, &plan, &vantage, now),
			 PPTP_OK);
	seen = c.record; /* with room of its own */
	record_empty(&empty);
	seen.lcp.offer = empty.lcp.offer;
	seen.store = empty.store;
	pptp_observer_init(&outside, &seen);
	pptp_observer_connecting(&outside, now);
	drain();
	now += MS;
	pptp_observer_connected(&outside, now);
	pptp_conversation_input(&c, PPTP_INPUT_CONNECTED, NULL, 0, now);
	drain();
	control(PPTP_SCCRP);
	control(PPTP_OCRP);
	ppp(PPTP_PPP_LCP, PPTP_CONFIGURE_ACK, c.identifier, "050607070707");
}

static void end(void)
{
	if (c.record.lcp.terminated == false)
		ppp(PPTP_PPP_LCP, PPTP_TERMINATE_ACK, c.identifier, "");
	control(PPTP_CDN);
	control(PPTP_STOP_CCRP);
	ck_assert(pptp_conversation_finished(&c));
	pptp_observer_end(&outside, (enum pptp_ended_by)c.record.ended_by, now);
}

static void json(const struct pptp_record *r, char *text, size_t room)
{
	struct pptp_json j;

	pptp_json_init(&j, text, room - 1);
	pptp_record_walk(r, &j.sink);
	ck_assert(!j.failed);
	text[j.length] = '\0';
}

static void the_same_record(void)
{
	static char live[RECORD_ROOM], captured[RECORD_ROOM];

	json(&c.record, live, sizeof(live));
	json(&seen, captured, sizeof(captured));
	ck_assert_str_eq(live, captured);
}

#define OFFER_V2 "020600000000 0305c22381 0506aa6a6ace 0702 0802"

START_TEST(an_audit_and_its_capture_give_the_same_record)
{
	begin(NULL);
	ppp(PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	ppp(PPTP_PPP_CHAP, 1, 142, "08 0011223344556677 70707470");
	end();
	ck_assert_int_eq(seen.challenge.state, PPTP_SEEN);
	the_same_record();
}
END_TEST

START_TEST(a_nak_and_a_terminate_give_the_same_record)
{
	begin("pap");
	ppp(PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	ppp(PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, 2, "0506aa6a6ace");
	ppp(PPTP_PPP_LCP, PPTP_TERMINATE_REQUEST, 3, "706565");
	end();
	ck_assert(seen.lcp.terminated);
	ck_assert_uint_eq(seen.asked.protocol, PPTP_PPP_PAP);
	the_same_record();
}
END_TEST

START_TEST(no_authentication_gives_the_same_record)
{
	begin(NULL);
	ppp(PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, 1, "0506aa6a6ace");
	ppp(PPTP_PPP_IPCP, PPTP_CONFIGURE_REQUEST, 1, "03060a4e0501");
	now += 300 * MS;
	pptp_conversation_input(&c, PPTP_INPUT_TICK, NULL, 0, now);
	drain();
	end();
	ck_assert_int_eq(seen.network.state, PPTP_ASKED);
	the_same_record();
}
END_TEST

START_TEST(a_request_that_fills_the_store_still_replaces_the_last)
{
	char options[1024];

	begin("pap");
	for (unsigned i = 0; i < 40; i++) {
		/* another magic number each time: nothing can be shared */
		snprintf(options, sizeof(options),
			 "0305c22381 0506%08x 130f%026x", i + 1, i);
		ppp(PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, (uint8_t)i, options);
	}
	ck_assert_uint_le(seen.lcp.offers, PPTP_OFFERS);
	ck_assert(pptp_observer_time(&outside, now) > 0);
}
END_TEST

START_TEST(a_stream_that_loses_its_cookie_is_lost_for_good)
{
	static const uint8_t junk[40] = {0, 16, 0, 1, 0x1a, 0x2b, 0x3c, 0};
	struct pptp_event event;

	begin(NULL);
	ck_assert_uint_eq(pptp_observer_stream(&outside, PPTP_SERVER, junk,
					       sizeof(junk), now, &event),
			  sizeof(junk));
	ck_assert_int_eq(event.kind, PPTP_EVENT_LOST);
	ck_assert(pptp_record_has_note(&seen, PPTP_NOTE_LOST_SYNC));
	ck_assert_int_eq(seen.control.state, PPTP_ANSWERED);
	pptp_observer_stream(&outside, PPTP_SERVER, junk, 12, now, &event);
	ck_assert_int_eq(event.kind, PPTP_EVENT_NONE);
}
END_TEST

START_TEST(why_gre_was_not_tested_outlasts_an_early_end)
{
	begin(NULL);
	memset(&seen.gre, 0, sizeof(seen.gre));
	pptp_observer_without_gre(&outside, PPTP_REASON_NO_PRIVILEGE);
	pptp_observer_end(&outside, PPTP_ENDED_ABORTED, now);
	ck_assert_int_eq(seen.gre.state, PPTP_NOT_TESTED);
	ck_assert_int_eq(seen.gre.reason, PPTP_REASON_NO_PRIVILEGE);
}
END_TEST

/* ---- what is none of ours -------------------------------------------------- */

static bool is_zero(const void *bytes, size_t length)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < length; i++)
		if (at[i] != 0)
			return false;
	return true;
}

/* A packet of `length` bytes as a whole, `fragment` its offset field. */
static bool is_seen(uint8_t protocol, uint8_t fragment)
{
	uint8_t bytes[20 + 40] = {0x45,     0,  0,        60, 0, 0,   0,
				  fragment, 64, protocol, 0,  0, 192, 0,
				  2,        1,  192,      0,  2, 2};
	struct pptp_record before = seen;
	struct pptp_event event;
	bool ours;

	memset(&event, 0xa5, sizeof(event));
	ours = pptp_observer_bytes(&outside, PPTP_SERVER, bytes, sizeof(bytes),
				   now, &event);
	ck_assert_int_eq(event.kind, PPTP_EVENT_NONE);
	if (fragment == 0 && protocol == 17)
		ck_assert(is_zero(&event, sizeof(event)));
	ck_assert_mem_eq(&before, &seen, sizeof(seen));
	return ours;
}

START_TEST(packets_of_other_protocols_are_none_of_ours)
{
	begin(NULL);
	for (unsigned protocol = 0; protocol < 256; protocol++)
		for (uint8_t fragment = 0; fragment < 2; fragment++)
			ck_assert(!is_seen((uint8_t)protocol, fragment));
}
END_TEST

START_TEST(what_is_no_packet_is_no_event)
{
	static const uint8_t bytes[] = {0x45, 0, 0, 60, 0x15, 0, 0, 20};
	struct pptp_event event;

	begin(NULL);
	for (size_t length = 0; length <= sizeof(bytes); length++) {
		memset(&event, 0xa5, sizeof(event));
		ck_assert(!pptp_observer_bytes(&outside, PPTP_SERVER, bytes,
					       length, now, &event));
		ck_assert(is_zero(&event, sizeof(event)));
	}
}
END_TEST

START_TEST(each_fixed_byte_of_a_message_is_looked_at)
{
	static const uint8_t head[] = {0, 156, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d};
	struct pptp_event event;
	uint8_t bytes[sizeof(head)];

	for (size_t i = 2; i < sizeof(head); i++) {
		begin(NULL);
		memcpy(bytes, head, sizeof(head));
		bytes[i] ^= 0x80;
		for (size_t k = 0; k <= i; k++) {
			pptp_observer_stream(&outside, PPTP_SERVER, &bytes[k],
					     1, now, &event);
			ck_assert_int_eq(event.kind, k == i ? PPTP_EVENT_LOST
							    : PPTP_EVENT_NONE);
		}
		for (unsigned k = 0; k < seen.notes; k++) /* tells none */
			if (seen.note[k].code == PPTP_NOTE_LOST_SYNC)
				ck_assert_uint_eq(
				    seen.note[k].a | seen.note[k].b, 0);
	}
}
END_TEST

START_TEST(times_go_on_for_years_and_never_run_backwards)
{
	const int64_t most = (INT64_C(1) << 48) - 1;

	begin(NULL);
	ck_assert_int_eq(pptp_observer_time(&outside, 0), 0);
	for (int64_t us = -2; us < 3; us++) {
		int64_t long_ago = seen.start + UINT32_MAX + us;

		ck_assert_int_eq(pptp_observer_time(&outside, seen.start + us),
				 us < 0 ? 0 : us);
		ck_assert_int_eq(pptp_observer_time(&outside, long_ago),
				 UINT32_MAX + us);
		ck_assert_uint_eq(pptp_observer_between(us, UINT32_MAX + us),
				  UINT32_MAX);
		ck_assert_int_eq(pptp_observer_between(0, UINT32_MAX + us),
				 us < 0 ? UINT32_MAX + us : UINT32_MAX);
		ck_assert_int_eq(pptp_time_us(pptp_time_of(most + us)),
				 us < 0 ? most + us : most);
	}
	ck_assert_uint_eq(pptp_observer_between(5, 4), 0);
	ck_assert_int_eq(pptp_time_us(pptp_time_of(-1)), 0);
	for (unsigned bit = 0; bit < 48; bit++)
		ck_assert_int_eq(pptp_time_us(pptp_time_of(INT64_C(1) << bit)),
				 INT64_C(1) << bit);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("observer");

	CLAIM(s, an_audit_and_its_capture_give_the_same_record);
	CLAIM(s, a_nak_and_a_terminate_give_the_same_record);
	CLAIM(s, no_authentication_gives_the_same_record);
	CLAIM(s, a_request_that_fills_the_store_still_replaces_the_last);
	CLAIM(s, a_stream_that_loses_its_cookie_is_lost_for_good);
	CLAIM(s, why_gre_was_not_tested_outlasts_an_early_end);
	CLAIM(s, packets_of_other_protocols_are_none_of_ours);
	CLAIM(s, what_is_no_packet_is_no_event);
	CLAIM(s, each_fixed_byte_of_a_message_is_looked_at);
	CLAIM(s, times_go_on_for_years_and_never_run_backwards);
	return run_suite(s);
}
