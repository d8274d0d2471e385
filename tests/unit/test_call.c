/* SPDX-License-Identifier: BSD-2-Clause */
/* GRE: whose it is, what it proves, and what ICMP about it does. */
#include "unit/peer.h"

/* ---- GRE ---------------------------------------------------------------- */

START_TEST(an_offer_before_the_ocrp_is_answered_after_it)
{
	start();
	say(PPTP_SCCRP);
	expect(PPTP_ACTION_GUARD);
	expect_control(PPTP_OCRQ);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	nothing_more();
	say(PPTP_OCRP);
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	expect_lcp(PPTP_CONFIGURE_ACK);
	ck_assert(pptp_record_has_note(&w.c.record, PPTP_NOTE_GRE_EARLY));
}
END_TEST

START_TEST(gre_with_another_call_id_is_not_ours)
{
	struct setting f = plan();
	struct frame request = {PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, 1,
				OFFER_V2};

	open_call(&f);
	ck_assert(!gre_from(SERVER, 0x2c1a, 1, request));
	ck_assert(!gre_from(SERVER, 0, 1, request));
	nothing_more();
	ck_assert_uint_eq(w.c.record.lcp.offers, 0);
}
END_TEST

START_TEST(our_call_id_from_another_address_is_a_note_and_never_answered)
{
	struct setting f = plan();
	struct frame request = {PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, 1,
				OFFER_V2};

	open_call(&f);
	ck_assert(gre_from(ELSEWHERE, OURS, 1, request));
	nothing_more();
	ck_assert_uint_eq(w.c.record.lcp.offers, 0);
	ck_assert(pptp_record_has_note(&w.c.record, PPTP_NOTE_OTHER_SOURCE));
}
END_TEST

START_TEST(late_and_repeated_packets_are_not_used)
{
	struct setting f = asking("pap");

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_NAK);
	w.sequence--;
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2); /* twice */
	nothing_more();
	w.sequence = 0;
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_NONE); /* late */
	nothing_more();
	ck_assert_uint_eq(w.c.record.lcp.offers, 1);
}
END_TEST

START_TEST(sequence_numbers_wrap)
{
	struct setting f = asking("pap");

	begin(&f);
	connected();
	say(PPTP_SCCRP);
	say(PPTP_OCRP);
	w.sequence = 0xfffffffe;
	for (uint8_t i = 0; i < 4; i++)
		lcp(PPTP_IDENTIFICATION, i, "00000000");
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	ck_assert_uint_eq(w.c.record.lcp.offers, 1);
	ck_assert_uint_eq(w.c.record.gre.first_sequence, 0xfffffffe);
}
END_TEST

START_TEST(an_acknowledgement_of_what_we_never_sent_proves_nothing)
{
	struct setting f = plan();
	struct pptp_ip ip;
	struct pptp_gre gre;
	uint8_t bytes[64];
	int n;

	begin(&f);
	connected();
	say(PPTP_SCCRP);
	say(PPTP_OCRP);
	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = address(SERVER);
	ip.destination = address(US);
	ip.ttl = 64;
	gre.call_id = OURS;
	gre.has_acknowledgment = true;
	gre.acknowledgment_number = 0xffffffff; /* Cisco: nothing yet */
	n = pptp_gre_packet_encode(&ip, &gre, NULL, 0, bytes, sizeof(bytes));
	ck_assert(packet(bytes, (size_t)n));
	ck_assert(w.c.record.gre.from_server);
	ck_assert(!w.c.record.gre.to_server);
	gre.acknowledgment_number = 0;
	n = pptp_gre_packet_encode(&ip, &gre, NULL, 0, bytes, sizeof(bytes));
	ck_assert(packet(bytes, (size_t)n));
	ck_assert(w.c.record.gre.to_server);
}
END_TEST

static void silent_call(void)
{
	struct setting f = plan();

	begin(&f);
	connected();
	say(PPTP_SCCRP);
	say(PPTP_OCRP);
}

START_TEST(protocol_unreachable_from_the_target_is_unreachable)
{
	silent_call();
	ck_assert(unreachable(SERVER, 2, last_packet()));
	wait_for(20 * S);
	ck_assert_int_eq(w.c.record.gre.state, PPTP_UNREACHABLE);
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_REFUSED);
}
END_TEST

START_TEST(an_icmp_of_a_router_is_filtered)
{
	silent_call();
	ck_assert(unreachable("192.0.2.254", 13, last_packet()));
	wait_for(20 * S);
	ck_assert_int_eq(w.c.record.gre.state, PPTP_FILTERED);
}
END_TEST

START_TEST(icmp_of_our_own_host_makes_gre_not_tested)
{
	uint8_t bytes[128];
	struct pptp_writer out;
	struct pptp_ip ip;

	silent_call();
	memset(&ip, 0, sizeof(ip));
	ip.source = address(US);
	ip.destination = address(SERVER);
	ip.ttl = 64;
	ip.protocol = PPTP_IP_ICMP;
	pptp_writer_init(&out, bytes, sizeof(bytes));
	pptp_ip_encode(&out, &ip, 8 + 28);
	pptp_write_u8(&out, PPTP_ICMP_UNREACHABLE);
	pptp_write_u8(&out, 2);
	pptp_write_zeros(&out, 6);
	ip.source = address(SERVER);
	ip.destination = address(US);
	ip.protocol = PPTP_IP_GRE;
	pptp_ip_encode(&out, &ip, 40);
	pptp_write_u16(&out, 0x3001);
	pptp_write_u16(&out, PPTP_GRE_PROTOCOL);
	pptp_write_u16(&out, 28);
	pptp_write_u16(&out, OURS);
	ck_assert(packet(bytes, out.length));
	wait_for(20 * S);
	ck_assert_int_eq(w.c.record.gre.state, PPTP_NOT_TESTED);
	ck_assert_int_eq(w.c.record.gre.reason, PPTP_REASON_LOCAL_ICMP);
	ck_assert(pptp_record_has_note(&w.c.record, PPTP_NOTE_LOCAL_ICMP));
}
END_TEST

START_TEST(silence_after_a_packet_that_never_left_proves_nothing)
{
	struct setting f = knocking();

	silent_call();
	pptp_conversation_note(&w.c, PPTP_NOTE_SEND_FAILED, EPERM);
	wait_for(30 * S);
	ck_assert_int_eq(w.c.record.gre.state, PPTP_NOT_TESTED);
	ck_assert_int_eq(w.c.record.gre.reason, PPTP_REASON_ERROR);
	begin(&f);
	pptp_conversation_note(&w.c, PPTP_NOTE_SEND_FAILED, EPERM);
	wait_for(30 * S);
	ck_assert_int_eq(w.c.record.tcp.state, PPTP_SILENT);
	ck_assert_int_eq(w.c.record.tcp.reason, PPTP_REASON_ERROR);
}
END_TEST

START_TEST(one_way_gre_with_answers_that_never_left_says_so)
{
	silent_call();
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	pptp_conversation_note(&w.c, PPTP_NOTE_SEND_FAILED, EPERM);
	wait_for(30 * S);
	ck_assert_int_eq(w.c.record.gre.state, PPTP_INBOUND_ONLY);
	ck_assert_int_eq(w.c.record.gre.reason, PPTP_REASON_ERROR);
}
END_TEST

START_TEST(one_way_gre_is_inbound_only)
{
	silent_call();
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	wait_for(30 * S);
	ck_assert(pptp_conversation_finished(&w.c));
	ck_assert_int_eq(w.c.record.gre.state, PPTP_INBOUND_ONLY);
}
END_TEST

START_TEST(a_gre_probe_is_one_acknowledgement_and_a_wait)
{
	struct setting f = plan();

	f.plan.opening = PPTP_OPENING_GRE;
	begin(&f);
	expect(PPTP_ACTION_GUARD);
	ck_assert_uint_eq(expect(PPTP_ACTION_PACKET)->length, 32);
	wait_for(10 * S);
	nothing_more();
	ck_assert(pptp_conversation_finished(&w.c));
	ck_assert_int_eq(w.c.record.gre.state, PPTP_SILENT);
	begin(&f);
	w.read = 2;
	ck_assert(unreachable(SERVER, 2, last_packet()));
	ck_assert_int_eq(w.c.record.gre.state, PPTP_UNREACHABLE);
}
END_TEST

/* ---- ICMP about GRE ------------------------------------------------------ */

START_TEST(one_icmp_ends_nothing_and_the_second_request_may_be_answered)
{
	silent_call();
	ck_assert(unreachable(SERVER, 2, last_packet()));
	wait_for(3100 * MS);
	ck_assert_uint_eq(w.c.record.gre.packets_sent, 2);
	lcp(PPTP_CONFIGURE_ACK, w.c.identifier, "050607070707");
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_PAP);
	wait_for(20 * S);
	ck_assert_int_eq(w.c.record.gre.state, PPTP_REACHABLE);
	ck_assert_int_eq(w.c.record.gre.reason, PPTP_REASON_NONE);
	ck_assert(pptp_record_has_note(&w.c.record, PPTP_NOTE_GRE_ICMP));
	ck_assert_uint_eq(w.c.record.note[0].a, 3);
	ck_assert_uint_eq(w.c.record.note[0].b, 2);
}
END_TEST

START_TEST(one_icmp_is_waited_out)
{
	int64_t begun;

	silent_call();
	begun = w.now;
	ck_assert(unreachable(SERVER, 2, last_packet()));
	wait_for(9 * S - 2 * MS);
	ck_assert_int_eq(w.c.record.teardown.count, 0);
	wait_for(20 * S);
	ck_assert_uint_eq(pptp_record_refusals(&w.c.record), 1);
	ck_assert_int_ge(w.c.record.end - begun, 9 * S);
	ck_assert_int_eq(w.c.record.gre.state, PPTP_UNREACHABLE);
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_REFUSED);
}
END_TEST

START_TEST(two_refused_requests_end_the_call_when_the_second_had_its_time)
{
	static char text[1 << 20];
	int64_t begun;

	silent_call();
	begun = w.now;
	ck_assert(unreachable(SERVER, 2, last_packet()));
	wait_for(3 * S);
	ck_assert(unreachable(SERVER, 2, last_packet()));
	wait_for(2900 * MS);
	ck_assert_int_eq(w.c.record.teardown.count, 0);
	wait_for(20 * S);
	ck_assert_uint_eq(pptp_record_refusals(&w.c.record), 2);
	/* two requests, and the Terminate-Request */
	ck_assert_uint_eq(w.c.record.gre.packets_sent, 3);
	ck_assert_int_le(w.c.record.end - begun, 13 * S);
	as_json(&w.c.record, text, sizeof(text));
	ck_assert_has(text, "\"gre\":{\"state\":\"unreachable\","
			    "\"from_server\":\"unknown\","
			    "\"to_server\":\"refused\","
			    "\"reason\":\"icmp-3-2\","
			    "\"icmp_from\":\"192.0.2.1\"");
	ck_assert_has(text, "\"refusals\":2");
}
END_TEST

START_TEST(each_request_is_refused_once_however_often_icmp_says_so)
{
	silent_call();
	for (unsigned i = 0; i < 5; i++)
		ck_assert(unreachable(SERVER, 2, last_packet()));
	ck_assert_uint_eq(pptp_record_refusals(&w.c.record), 1);
}
END_TEST

/* 28 bytes of a quote hold no sequence number; 32 do. */
static bool refused_with_number(uint32_t number)
{
	uint8_t bytes[128];
	struct pptp_writer out;
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = address(SERVER);
	ip.destination = address(US);
	ip.ttl = 63;
	ip.protocol = PPTP_IP_ICMP;
	pptp_writer_init(&out, bytes, sizeof(bytes));
	pptp_ip_encode(&out, &ip, 8 + 32);
	pptp_write_u8(&out, PPTP_ICMP_UNREACHABLE);
	pptp_write_u8(&out, 2);
	pptp_write_zeros(&out, 6);
	pptp_write_bytes(&out, last_packet()->bytes, 28);
	pptp_write_u32(&out, number);
	return packet(bytes, out.length);
}

START_TEST(a_quoted_number_tells_which_packet_was_refused)
{
	silent_call();
	wait_for(3 * S);
	ck_assert(refused_with_number(0));
	ck_assert(refused_with_number(0)); /* twice on its way */
	ck_assert_uint_eq(w.c.record.gre.refused, 1);
	ck_assert(refused_with_number(1));
	ck_assert_uint_eq(w.c.record.gre.refused, 3);
	ck_assert(refused_with_number(2)); /* which we never sent */
	ck_assert_uint_eq(w.c.record.gre.refused, 3);
}
END_TEST

START_TEST(a_prohibition_by_the_target_is_filtered_and_refused)
{
	silent_call();
	ck_assert(unreachable(SERVER, 13, last_packet()));
	wait_for(20 * S);
	ck_assert_int_eq(w.c.record.gre.state, PPTP_FILTERED);
	ck_assert_uint_eq(pptp_record_refusals(&w.c.record), 1);
}
END_TEST

START_TEST(a_routers_icmp_is_no_refusal_of_the_targets)
{
	silent_call();
	ck_assert(unreachable("192.0.2.254", 13, last_packet()));
	ck_assert_uint_eq(w.c.record.gre.refused, 0);
	/* the target's own word counts more */
	ck_assert(unreachable(SERVER, 2, last_packet()));
	wait_for(20 * S);
	ck_assert_int_eq(w.c.record.gre.state, PPTP_UNREACHABLE);
}
END_TEST

/* Who has ended the call may refuse its GRE. */
START_TEST(icmp_after_an_end_says_nothing)
{
	static const uint8_t ends[] = {PPTP_CDN, PPTP_CCRQ, PPTP_STOP_CCRQ};
	const struct sent *request;

	for (unsigned i = 0; i < 3; i++) {
		silent_call();
		request = last_packet();
		say(ends[i]);
		ck_assert(unreachable(SERVER, 2, request));
		wait_for(20 * S);
		ck_assert_uint_eq(w.c.record.gre.refused, 0);
		ck_assert_int_eq(w.c.record.gre.state, PPTP_SILENT);
	}
	silent_call();
	wait_for(9 * S + 10 * MS); /* our own Call-Clear-Request has left */
	ck_assert(unreachable(SERVER, 2, last_packet()));
	wait_for(20 * S);
	ck_assert_uint_eq(w.c.record.gre.refused, 0);
	ck_assert_int_eq(w.c.record.gre.state, PPTP_SILENT);
}
END_TEST

START_TEST(what_the_target_refuses_though_it_sends_is_told)
{
	static char text[1 << 20];

	silent_call();
	ck_assert(unreachable(SERVER, 2, last_packet()));
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	wait_for(30 * S);
	as_json(&w.c.record, text, sizeof(text));
	ck_assert_has(text, "\"gre\":{\"state\":\"inbound_only\","
			    "\"from_server\":\"proven\","
			    "\"to_server\":\"refused\"");
}
END_TEST

/* ---- whose GRE it is ----------------------------------------------------- */

/* A GRE packet without payload. */
static bool bare_gre(const char *from, const char *to, uint16_t call_id)
{
	struct pptp_ip ip;
	struct pptp_gre gre;
	uint8_t bytes[64];
	int n;

	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = address(from);
	ip.destination = address(to);
	ip.ttl = 64;
	gre.call_id = call_id;
	gre.has_acknowledgment = true;
	n = pptp_gre_packet_encode(&ip, &gre, NULL, 0, bytes, sizeof(bytes));
	ck_assert_int_gt(n, 0);
	return packet(bytes, (size_t)n);
}

START_TEST(gre_to_somebody_else_is_not_ours)
{
	silent_call();
	ck_assert(!bare_gre(SERVER, ELSEWHERE, OURS));
	ck_assert(!w.c.record.gre.from_server);
	ck_assert(bare_gre(SERVER, US, OURS));
	ck_assert(w.c.record.gre.from_server);
}
END_TEST

START_TEST(only_our_own_number_can_answer_a_gre_probe)
{
	struct setting f = plan();

	f.plan.opening = PPTP_OPENING_GRE;
	begin(&f);
	ck_assert(!bare_gre(SERVER, US, OURS + 1)); /* somebody's tunnel */
	ck_assert(!bare_gre(ELSEWHERE, US, OURS));
	ck_assert(!bare_gre(SERVER, ELSEWHERE, OURS));
	ck_assert(!pptp_conversation_finished(&w.c));
	ck_assert(bare_gre(SERVER, US, OURS));
	ck_assert(pptp_conversation_finished(&w.c));
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_COMPLETE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("call");

	CLAIM(s, an_offer_before_the_ocrp_is_answered_after_it);
	CLAIM(s, gre_with_another_call_id_is_not_ours);
	CLAIM(s, our_call_id_from_another_address_is_a_note_and_never_answered);
	CLAIM(s, late_and_repeated_packets_are_not_used);
	CLAIM(s, sequence_numbers_wrap);
	CLAIM(s, an_acknowledgement_of_what_we_never_sent_proves_nothing);
	CLAIM(s, protocol_unreachable_from_the_target_is_unreachable);
	CLAIM(s, an_icmp_of_a_router_is_filtered);
	CLAIM(s, icmp_of_our_own_host_makes_gre_not_tested);
	CLAIM(s, silence_after_a_packet_that_never_left_proves_nothing);
	CLAIM(s, one_way_gre_with_answers_that_never_left_says_so);
	CLAIM(s, one_way_gre_is_inbound_only);
	CLAIM(s, a_gre_probe_is_one_acknowledgement_and_a_wait);
	CLAIM(s, one_icmp_ends_nothing_and_the_second_request_may_be_answered);
	CLAIM(s, one_icmp_is_waited_out);
	CLAIM(s,
	      two_refused_requests_end_the_call_when_the_second_had_its_time);
	CLAIM(s, each_request_is_refused_once_however_often_icmp_says_so);
	CLAIM(s, a_quoted_number_tells_which_packet_was_refused);
	CLAIM(s, a_prohibition_by_the_target_is_filtered_and_refused);
	CLAIM(s, a_routers_icmp_is_no_refusal_of_the_targets);
	CLAIM(s, icmp_after_an_end_says_nothing);
	CLAIM(s, what_the_target_refuses_though_it_sends_is_told);
	CLAIM(s, gre_to_somebody_else_is_not_ours);
	CLAIM(s, only_our_own_number_can_answer_a_gre_probe);
	return run_suite(s);
}
