/* SPDX-License-Identifier: BSD-2-Clause */
/* The conversation against a scripted peer, once it is connected. First
 * contact is in test_knock.c. */
#include "unit/peer.h"

#define RECORD_ROOM (1 << 20) /* of JSON */

/* ---- the way that succeeds ---------------------------------------------- */

START_TEST(a_challenge_is_read_and_never_answered)
{
	struct setting f = plan();

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_ACK);
	ppp(PPTP_PPP_CHAP, PPTP_CHAP_CHALLENGE, 142, CHALLENGE);
	farewell();
	never_authenticated();
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_COMPLETE);
	ck_assert_int_eq(w.c.record.gre.state, PPTP_REACHABLE);
	ck_assert_int_eq(w.c.record.lcp.state, PPTP_OPENED);
	ck_assert_int_eq(w.c.record.challenge.state, PPTP_SEEN);
	ck_assert_uint_eq(w.c.record.asked.protocol, 0);
}
END_TEST

START_TEST(nine_round_trips_end_to_end)
{
	struct setting f = plan();

	/* One millisecond each way stands for a round trip: everything that
	 * we send leaves in the same instant as what it answers. */
	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_ACK);
	ppp(PPTP_PPP_CHAP, PPTP_CHAP_CHALLENGE, 142, CHALLENGE);
	farewell();
	/* connect, SCCRP, OCRP, two LCP packets of one round trip, challenge,
	 * Terminate, Clear, Stop; the SYN is the ninth */
	ck_assert_int_eq(w.now - w.c.record.start, 9 * MS);
}
END_TEST

START_TEST(the_whole_sccrq_leaves_at_once)
{
	struct setting f = plan();

	f.plan.contact = "audit@example.net";
	begin(&f);
	connected();
	ck_assert_uint_eq(w.log[w.read].length, 156);
	ck_assert_int_eq(w.log[w.read].at, w.now);
	ck_assert_str_eq((const char *)expect_control(PPTP_SCCRQ).host_name,
			 "audit@example.net");
}
END_TEST

START_TEST(a_long_contact_is_cut_at_64_bytes)
{
	struct setting f = plan();
	char contact[100];
	struct pptp_control m;

	memset(contact, 'x', sizeof(contact) - 1);
	contact[sizeof(contact) - 1] = '\0';
	f.plan.contact = contact;
	begin(&f);
	connected();
	m = expect_control(PPTP_SCCRQ);
	ck_assert_mem_eq(m.host_name, contact, 64);
	ck_assert_mem_eq(m.vendor_string, "pptpgrade xxxx", 14);
}
END_TEST

START_TEST(data_packets_carry_the_acknowledgement_that_is_due)
{
	struct setting f = plan();
	struct lcp answer;

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	answer = expect_lcp(PPTP_CONFIGURE_ACK);
	ck_assert(answer.gre.has_acknowledgment);
	ck_assert_uint_eq(answer.gre.acknowledgment_number, 1);
	ck_assert_uint_eq(answer.gre.sequence_number, 1);
	ck_assert_uint_eq(answer.gre.flags, 0x3081);
}
END_TEST

START_TEST(an_acknowledgement_alone_follows_when_we_have_nothing_to_say)
{
	struct setting f = plan();
	const struct sent *s;

	open_call(&f);
	wait_for(300 * MS);
	s = expect(PPTP_ACTION_PACKET);
	ck_assert_uint_eq(s->length, 32);
	ck_assert_uint_eq(s->bytes[20], 0x20);
	ck_assert_uint_eq(s->bytes[21], 0x81);
	nothing_more();
}
END_TEST

START_TEST(pap_ends_where_our_turn_would_begin)
{
	struct setting f = plan();

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_PAP);
	expect_lcp(PPTP_CONFIGURE_ACK);
	farewell();
	ck_assert_int_eq(w.c.record.lcp.state, PPTP_OPENED);
	ck_assert_int_eq(w.c.record.challenge.state, PPTP_NOT_TESTED);
	never_authenticated();
}
END_TEST

START_TEST(an_eap_identity_request_is_read_and_never_answered)
{
	struct setting f = plan();

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_EAP);
	expect_lcp(PPTP_CONFIGURE_ACK);
	ppp(PPTP_PPP_EAP, PPTP_EAP_REQUEST, 7, "01 4e616d65");
	farewell();
	never_authenticated();
	ck_assert_int_eq(w.c.record.challenge.state, PPTP_SEEN);
}
END_TEST

/* ---- the control connection ---------------------------------------------- */

START_TEST(the_first_reply_is_waited_for_twelve_seconds)
{
	start();
	wait_for(11900 * MS);
	nothing_more();
	wait_for(200 * MS);
	expect(PPTP_ACTION_CLOSE);
	nothing_more();
	ck_assert_int_eq(w.c.record.control.state, PPTP_SILENT);
	ck_assert_int_eq(w.c.record.teardown.state, PPTP_ABORTED);
}
END_TEST

START_TEST(another_protocol_is_named_and_left_at_once)
{
	static const char banner[] = "HTTP/1.1 400 Bad Request\r\n\r\n";

	start();
	stream(banner, sizeof(banner) - 1);
	expect(PPTP_ACTION_CLOSE);
	nothing_more();
	ck_assert_int_eq(w.c.record.control.state, PPTP_NOT_PPTP);
	ck_assert_uint_eq(w.c.record.control.raw_length, sizeof(banner) - 1);
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_NOT_PPTP);
}
END_TEST

START_TEST(a_reply_in_single_bytes_is_read)
{
	uint8_t bytes[PPTP_CONTROL_MAX];
	struct pptp_control m = message(PPTP_SCCRP);
	struct pptp_writer out;

	start();
	pptp_writer_init(&out, bytes, sizeof(bytes));
	pptp_control_encode(&out, &m);
	for (size_t i = 0; i < out.length; i++) {
		nothing_more();
		stream(bytes + i, 1);
	}
	expect(PPTP_ACTION_GUARD);
	expect_control(PPTP_OCRQ);
}
END_TEST

START_TEST(two_messages_in_one_segment_are_both_read)
{
	uint8_t bytes[2 * PPTP_CONTROL_MAX];
	struct pptp_control reply = message(PPTP_SCCRP);
	struct pptp_control echo = message(PPTP_ECHO_REQUEST);
	struct pptp_writer out;

	start();
	echo.identifier = 0x01020304;
	pptp_writer_init(&out, bytes, sizeof(bytes));
	pptp_control_encode(&out, &echo);
	pptp_control_encode(&out, &reply);
	stream(bytes, out.length);
	expect(PPTP_ACTION_GUARD);
	expect_control(PPTP_OCRQ);
	ck_assert_uint_eq(expect_control(PPTP_ECHO_REPLY).identifier,
			  0x01020304);
}
END_TEST

START_TEST(a_start_result_other_than_one_is_refused)
{
	struct pptp_control m = message(PPTP_SCCRP);

	for (uint8_t result = 2; result <= 5; result++) {
		start();
		m.result_code = result;
		control(&m);
		expect(PPTP_ACTION_CLOSE);
		nothing_more();
		ck_assert_int_eq(w.c.record.control.state, PPTP_REFUSED);
		ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_REFUSED);
	}
}
END_TEST

START_TEST(a_call_result_other_than_one_is_refused_and_stop_is_said)
{
	struct pptp_control m = message(PPTP_OCRP);

	for (uint8_t result = 2; result <= 7; result++) {
		start();
		say(PPTP_SCCRP);
		expect(PPTP_ACTION_GUARD);
		expect_control(PPTP_OCRQ);
		m.result_code = result;
		control(&m);
		expect_control(PPTP_STOP_CCRQ);
		say(PPTP_STOP_CCRP);
		expect(PPTP_ACTION_CLOSE);
		ck_assert_int_eq(w.c.record.call.state, PPTP_REFUSED);
		ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_REFUSED);
		ck_assert_int_eq(w.c.record.teardown.state, PPTP_CLEAN);
	}
}
END_TEST

START_TEST(replies_longer_than_the_rfcs_keep_their_fields)
{
	static char text[RECORD_ROOM];
	uint8_t bytes[PPTP_CONTROL_MAX];
	struct pptp_control m = message(PPTP_SCCRP);
	struct pptp_writer out;

	start();
	for (unsigned i = 0; i < 2; i++) {
		memset(bytes, 0xee, sizeof(bytes));
		pptp_writer_init(&out, bytes, sizeof(bytes));
		pptp_control_encode(&out, &m);
		pptp_patch_u16(&out, 0, PPTP_CONTROL_MAX);
		stream(bytes, sizeof(bytes));
		m = message(PPTP_OCRP);
	}
	as_json(&w.c.record, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "\"firmware_revision\":0"));
	ck_assert_ptr_nonnull(strstr(text, "\"call_id\":1152"));
	ck_assert(pptp_record_has_note(&w.c.record, PPTP_NOTE_LONG_MESSAGE));
}
END_TEST

START_TEST(a_reset_after_the_sccrq_is_closed)
{
	start();
	pptp_conversation_input(&w.c, PPTP_INPUT_RESET, NULL, 0, w.now);
	drain();
	expect(PPTP_ACTION_CLOSE);
	ck_assert_int_eq(w.c.record.control.state, PPTP_CLOSED);
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_RESET);
	ck_assert_int_eq(w.c.record.teardown.state, PPTP_SERVER_CLOSED);
}
END_TEST

START_TEST(depth_control_says_stop_and_no_more)
{
	struct setting f = plan();

	f.plan.depth = PPTP_DEPTH_CONTROL;
	begin(&f);
	connected();
	expect_control(PPTP_SCCRQ);
	say(PPTP_SCCRP);
	expect_control(PPTP_STOP_CCRQ);
	say(PPTP_STOP_CCRP);
	expect(PPTP_ACTION_CLOSE);
	nothing_more();
	ck_assert_int_eq(w.c.record.call.state, PPTP_NOT_TESTED);
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_COMPLETE);
}
END_TEST

START_TEST(without_raw_packets_the_call_is_cleared_at_once)
{
	struct setting f = plan();

	f.vantage.reach = PPTP_REACH_TCP;
	begin(&f);
	connected();
	expect_control(PPTP_SCCRQ);
	say(PPTP_SCCRP);
	expect_control(PPTP_OCRQ);
	say(PPTP_OCRP);
	expect_control(PPTP_CCRQ);
	say(PPTP_CDN);
	expect_control(PPTP_STOP_CCRQ);
	say(PPTP_STOP_CCRP);
	expect(PPTP_ACTION_CLOSE);
	ck_assert_int_eq(w.c.record.call.state, PPTP_ACCEPTED);
	ck_assert_int_eq(w.c.record.gre.state, PPTP_NOT_TESTED);
	ck_assert_int_eq(w.c.record.gre.reason, PPTP_REASON_NO_PRIVILEGE);
}
END_TEST

START_TEST(a_call_disconnect_before_lcp_is_told_and_stop_is_said)
{
	struct setting f = plan();

	open_call(&f);
	say(PPTP_CDN);
	expect_control(PPTP_STOP_CCRQ);
	ck_assert(w.c.record.call.disconnected);
	say(PPTP_STOP_CCRP);
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_DISCONNECT);
}
END_TEST

START_TEST(a_stop_of_the_server_is_answered)
{
	struct setting f = plan();

	open_call(&f);
	say(PPTP_STOP_CCRQ);
	expect_control(PPTP_STOP_CCRP);
	pptp_conversation_input(&w.c, PPTP_INPUT_CLOSED, NULL, 0, w.now);
	drain();
	ck_assert_int_eq(w.c.record.teardown.state, PPTP_CLEAN);
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_DISCONNECT);
}
END_TEST

START_TEST(a_server_that_closes_at_call_clear_closed_cleanly)
{
	struct setting f = plan();

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_ACK);
	ppp(PPTP_PPP_CHAP, PPTP_CHAP_CHALLENGE, 142, CHALLENGE);
	lcp(PPTP_TERMINATE_ACK, expect_lcp(PPTP_TERMINATE_REQUEST).p.identifier,
	    "");
	expect_control(PPTP_CCRQ);
	pptp_conversation_input(&w.c, PPTP_INPUT_CLOSED, NULL, 0, w.now);
	drain();
	expect(PPTP_ACTION_CLOSE);
	ck_assert_int_eq(w.c.record.teardown.state, PPTP_CLEAN);
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_COMPLETE);
}
END_TEST

/* ---- LCP ----------------------------------------------------------------- */

START_TEST(our_request_holds_a_magic_number_and_is_sent_at_0_3_and_6_s)
{
	struct setting f = plan();
	int64_t first;

	begin(&f);
	connected();
	expect_control(PPTP_SCCRQ);
	say(PPTP_SCCRP);
	expect(PPTP_ACTION_GUARD);
	expect_control(PPTP_OCRQ);
	say(PPTP_OCRP);
	first = w.now;
	wait_for(8 * S);
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_int_eq(w.log[w.read].at, first + 3 * S * i);
		ck_assert_uint_eq(
		    expect_lcp(PPTP_CONFIGURE_REQUEST).gre.sequence_number, i);
	}
	nothing_more();
	wait_for(20 * S);
	ck_assert_int_eq(w.c.record.gre.state, PPTP_SILENT);
	ck_assert_int_eq(w.c.record.lcp.state, PPTP_SILENT);
}
END_TEST

START_TEST(a_nak_names_the_method_and_its_acceptance_is_acknowledged)
{
	struct setting f = asking("mschap_v1");
	struct lcp nak, ack;

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	nak = expect_lcp(PPTP_CONFIGURE_NAK);
	expect_options(&nak, "0305c22380");
	lcp(PPTP_CONFIGURE_REQUEST, 2, OFFER_V1);
	ack = expect_lcp(PPTP_CONFIGURE_ACK);
	expect_options(&ack, OFFER_V1);
	ck_assert_int_eq(offer(0)->answer, PPTP_ANSWER_NAK);
	ck_assert(offer(1)->news);
	ck_assert_uint_eq(w.c.record.asked.algorithm, 0x80);
}
END_TEST

START_TEST(a_retransmission_gets_the_same_nak_and_is_no_news)
{
	struct setting f = asking("pap");

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_NAK);
	wait_for(3 * S);
	w.read = w.sent; /* acknowledgements */
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_NAK);
	wait_for(3 * S);
	w.read = w.sent;
	lcp(PPTP_CONFIGURE_REQUEST, 2, OFFER_V2); /* Windows counts up */
	expect_lcp(PPTP_CONFIGURE_NAK);
	ck_assert(!offer(1)->news);
	ck_assert(!offer(2)->news);
}
END_TEST

START_TEST(a_request_from_before_our_nak_was_heard_is_no_news)
{
	struct setting f = asking("pap");
	struct lcp nak;

	/* Three at once, after a way stood still: none answers our Naks. */
	open_call(&f);
	w.acknowledges = true;
	w.acknowledged = 0; /* our Configure-Request */
	for (uint8_t i = 0; i < 3; i++) {
		lcp(PPTP_CONFIGURE_REQUEST, i, OFFER_V2);
		nak = expect_lcp(PPTP_CONFIGURE_NAK);
		ck_assert(offer(i)->news == (i == 0));
	}
	w.acknowledged = nak.gre.sequence_number;
	lcp(PPTP_CONFIGURE_REQUEST, 3, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_NAK);
	ck_assert(offer(3)->news);
}
END_TEST

START_TEST(a_long_round_trip_makes_no_news_of_a_retransmission)
{
	struct setting f = asking("pap");
	struct lcp request, nak;

	begin(&f);
	connected();
	expect_control(PPTP_SCCRQ);
	wait_for(2 * S);
	say(PPTP_SCCRP);
	expect(PPTP_ACTION_GUARD);
	expect_control(PPTP_OCRQ);
	say(PPTP_OCRP);
	request = expect_lcp(PPTP_CONFIGURE_REQUEST);
	w.c.record.tcp.rtt_us = w.c.record.control.rtt_us;
	w.acknowledges = true;
	w.acknowledged = request.gre.sequence_number;
	wait_for(2 * S);
	w.read = w.sent;
	lcp(PPTP_CONFIGURE_REQUEST, 0, OFFER_V2);
	nak = expect_lcp(PPTP_CONFIGURE_NAK);
	w.acknowledged = nak.gre.sequence_number;
	wait_for(2 * S); /* Windows' first: less than two round trips */
	w.read = w.sent;
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_NAK);
	ck_assert(!offer(1)->news);
}
END_TEST

START_TEST(a_list_is_walked_to_its_end_before_anything_is_settled)
{
	struct setting f = asking("eap");

	/* accel-ppp with 81, 80, 05, PAP: then the last again and again */
	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_NAK);
	lcp(PPTP_CONFIGURE_REQUEST, 2, OFFER_V1);
	expect_lcp(PPTP_CONFIGURE_NAK);
	lcp(PPTP_CONFIGURE_REQUEST, 3, OFFER_MD5);
	expect_lcp(PPTP_CONFIGURE_NAK);
	lcp(PPTP_CONFIGURE_REQUEST, 4, OFFER_PAP);
	expect_lcp(PPTP_CONFIGURE_NAK);
	lcp(PPTP_CONFIGURE_REQUEST, 5, OFFER_PAP);
	farewell();
	ck_assert(offer(4)->news);
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_COMPLETE);
}
END_TEST

START_TEST(a_list_of_methods_is_asked_for_one_after_the_other)
{
	struct setting f = plan();
	struct lcp nak;

	/* Cisco IOS with 80 and PAP: to the next, and the last for ever */
	ck_assert(pptp_methods_parse(f.plan.ask, "chap_md5,pap,eap"));
	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V1);
	nak = expect_lcp(PPTP_CONFIGURE_NAK);
	expect_options(&nak, "0305c22305");
	lcp(PPTP_CONFIGURE_REQUEST, 2, OFFER_PAP);
	expect_lcp(PPTP_CONFIGURE_NAK);
	lcp(PPTP_CONFIGURE_REQUEST, 3, OFFER_PAP);
	nak = expect_lcp(PPTP_CONFIGURE_NAK); /* PAP is known already */
	expect_options(&nak, "0304c227");
	lcp(PPTP_CONFIGURE_REQUEST, 4, OFFER_PAP);
	expect_lcp(PPTP_CONFIGURE_NAK);
	lcp(PPTP_CONFIGURE_REQUEST, 5, OFFER_PAP);
	farewell();
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_COMPLETE);
}
END_TEST

START_TEST(what_a_list_found_is_naked_on_and_the_last_acknowledged)
{
	struct setting f = plan();
	struct lcp nak;

	ck_assert(pptp_methods_parse(f.plan.ask, "pap,eap"));
	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_PAP);
	nak = expect_lcp(PPTP_CONFIGURE_NAK);
	expect_options(&nak, "0304c227");
	lcp(PPTP_CONFIGURE_REQUEST, 2, OFFER_EAP);
	expect_lcp(PPTP_CONFIGURE_ACK);
}
END_TEST

START_TEST(a_server_that_wanders_is_left_after_ten_naks)
{
	static const char *const offers[] = {OFFER_V2, OFFER_V1, OFFER_MD5,
					     OFFER_EAP};
	struct setting f = asking("pap");

	open_call(&f);
	for (uint8_t i = 0; i < 10; i++) {
		wait_for(600 * MS); /* too late for news by identifier */
		w.read = w.sent;
		lcp(PPTP_CONFIGURE_REQUEST, (uint8_t)(1 + i / 4),
		    offers[i / 4]);
		if (w.sent == w.read)
			break;
		expect_lcp(PPTP_CONFIGURE_NAK);
	}
	wait_for(600 * MS);
	w.read = w.sent;
	lcp(PPTP_CONFIGURE_REQUEST, 3, OFFER_MD5);
	expect_lcp(PPTP_TERMINATE_REQUEST);
	wait_for(20 * S);
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_BUDGET);
}
END_TEST

START_TEST(other_options_are_rejected_first_and_never_with_a_nak)
{
	struct setting f = asking("pap");
	struct lcp reject;

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 0,
	    "01040578 0304c227 05060a0b0c0d 0702 0802 0d0306 1104064e "
	    "130701aabbccdd 17040001");
	reject = expect_lcp(PPTP_CONFIGURE_REJECT);
	expect_options(&reject, "0d0306 1104064e 17040001");
	lcp(PPTP_CONFIGURE_REQUEST, 1,
	    "01040578 0304c227 05060a0b0c0d 0702 0802 130701aabbccdd");
	expect_lcp(PPTP_CONFIGURE_NAK);
	ck_assert_int_eq(offer(0)->answer, PPTP_ANSWER_REJECT);
	ck_assert(!w.c.record.declined);
}
END_TEST

START_TEST(option_3_is_rejected_once_where_asked_to)
{
	struct setting f = plan();
	struct lcp reject;

	f.plan.decline = true;
	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	reject = expect_lcp(PPTP_CONFIGURE_REJECT);
	expect_options(&reject, "0305c22381");
	lcp(PPTP_CONFIGURE_REQUEST, 2, OFFER_V1);
	farewell();
	ck_assert(w.c.record.declined);
}
END_TEST

START_TEST(option_3_is_rejected_after_the_server_has_settled)
{
	struct setting f = asking("eap");

	f.plan.decline = true;
	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_NAK);
	lcp(PPTP_CONFIGURE_REQUEST, 2, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_NAK);
	lcp(PPTP_CONFIGURE_REQUEST, 3, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_REJECT);
	lcp(PPTP_TERMINATE_REQUEST, 4, "");
	expect_lcp(PPTP_TERMINATE_ACK);
	expect_control(PPTP_CCRQ);
	ck_assert_int_eq(w.c.ending, PPTP_ENDED_TERMINATE);
}
END_TEST

START_TEST(no_authentication_is_watched_for_five_seconds)
{
	struct setting f = plan();

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_NONE);
	expect_lcp(PPTP_CONFIGURE_ACK);
	wait_for(4900 * MS);
	w.read = w.sent;
	wait_for(200 * MS);
	farewell();
	ck_assert_int_eq(w.c.record.network.state, PPTP_NONE);
}
END_TEST

START_TEST(ncp_requests_without_authentication_are_collected_not_answered)
{
	struct setting f = plan();

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_NONE);
	expect_lcp(PPTP_CONFIGURE_ACK);
	ppp(PPTP_PPP_CCP, PPTP_CONFIGURE_REQUEST, 1, "120601000040");
	ppp(PPTP_PPP_IPCP, PPTP_CONFIGURE_REQUEST, 1, "03060a4e0501");
	wait_for(500 * MS);
	w.read = w.sent - 1;
	farewell();
	never_authenticated();
	ck_assert_int_eq(w.c.record.network.state, PPTP_ASKED);
	ck_assert_uint_eq(w.c.record.network.count, 2);
}
END_TEST

START_TEST(an_ncp_request_beside_authentication_proves_nothing)
{
	struct setting f = plan();

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_ACK);
	ppp(PPTP_PPP_IPCP, PPTP_CONFIGURE_REQUEST, 1, "03060a4e0501");
	ck_assert_int_eq(w.c.record.network.state, PPTP_NOT_TESTED);
	ck_assert(pptp_record_has_note(&w.c.record, PPTP_NOTE_PROTOCOL));
}
END_TEST

START_TEST(a_terminate_of_the_server_is_acknowledged)
{
	struct setting f = asking("pap");

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_NAK);
	lcp(PPTP_CONFIGURE_REQUEST, 2, OFFER_NONE);
	expect_lcp(PPTP_CONFIGURE_ACK);
	lcp(PPTP_TERMINATE_REQUEST, 3, "70656572");
	ck_assert_uint_eq(expect_lcp(PPTP_TERMINATE_ACK).p.identifier, 3);
	expect_control(PPTP_CCRQ);
	ck_assert(w.c.record.lcp.terminated);
	ck_assert_int_eq(w.c.record.network.state, PPTP_NONE);
}
END_TEST

START_TEST(a_malformed_option_list_is_not_an_offer_without_authentication)
{
	struct setting f = plan();
	static const char *const lists[] = {"0206000000000300", "0303c2", "05",
					    "0208aabbccdd", "0304c223"};

	for (unsigned i = 0; i < 5; i++) {
		open_call(&f);
		lcp(PPTP_CONFIGURE_REQUEST, 1, lists[i]);
		nothing_more();
		ck_assert_uint_eq(w.c.record.lcp.offers, 0);
		ck_assert(
		    pptp_record_has_note(&w.c.record, PPTP_NOTE_MALFORMED));
	}
}
END_TEST

START_TEST(a_rejected_magic_number_is_left_out)
{
	struct setting f = plan();
	struct lcp request;

	begin(&f);
	connected();
	say(PPTP_SCCRP);
	say(PPTP_OCRP);
	w.read = w.sent - 1;
	request = expect_lcp(PPTP_CONFIGURE_REQUEST);
	lcp(PPTP_CONFIGURE_REJECT, request.p.identifier, "0506aa6a6acf");
	request = expect_lcp(PPTP_CONFIGURE_REQUEST);
	ck_assert_uint_eq(pptp_reader_left(&request.p.data), 0);
	ck_assert(pptp_record_has_note(&w.c.record, PPTP_NOTE_MAGIC_REJECTED));
}
END_TEST

START_TEST(endless_naks_of_our_request_are_not_followed_for_ever)
{
	struct setting f = plan();
	unsigned requests = 0;

	begin(&f);
	connected();
	say(PPTP_SCCRP);
	say(PPTP_OCRP);
	w.read = w.sent - 1;
	for (unsigned i = 0; i < 40 && w.read < w.sent; i++) {
		lcp(PPTP_CONFIGURE_NAK,
		    expect_lcp(PPTP_CONFIGURE_REQUEST).p.identifier,
		    "050600000001");
		requests++;
	}
	ck_assert_uint_le(requests, 6);
}
END_TEST

START_TEST(an_lcp_echo_is_answered_once_lcp_is_open)
{
	struct setting f = plan();
	struct lcp reply;

	open_call(&f);
	lcp(PPTP_LCP_ECHO_REQUEST, 9, "aa6a6ace 6162");
	nothing_more();
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_EAP);
	expect_lcp(PPTP_CONFIGURE_ACK);
	lcp(PPTP_LCP_ECHO_REQUEST, 10, "aa6a6ace 6162");
	reply = expect_lcp(PPTP_LCP_ECHO_REPLY);
	ck_assert_uint_eq(reply.p.identifier, 10);
	ck_assert_uint_eq(pptp_reader_left(&reply.p.data), 6);
}
END_TEST

START_TEST(an_lcp_echo_of_32_bytes_is_answered_and_of_33_is_not)
{
	static const char data[] = "aa6a6ace"
				   "000102030405060708090a0b0c0d0e0f"
				   "101112131415161718191a1b1c1d1e1f";
	struct setting f = plan();
	struct vector sent = vector(data);
	struct lcp reply;

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_EAP);
	expect_lcp(PPTP_CONFIGURE_ACK);
	lcp(PPTP_LCP_ECHO_REQUEST, 10, data);
	reply = expect_lcp(PPTP_LCP_ECHO_REPLY);
	ck_assert_uint_eq(pptp_reader_left(&reply.p.data), 36);
	ck_assert_mem_eq(reply.p.data.at + 4, sent.bytes + 4, 32);
	lcp(PPTP_LCP_ECHO_REQUEST, 11,
	    "aa6a6ace"
	    "000102030405060708090a0b0c0d0e0f"
	    "101112131415161718191a1b1c1d1e1f20");
	nothing_more();
}
END_TEST

/* With PAP it is our turn once both sides have acknowledged; a server that
 * hears nothing of ours gets one second. */
START_TEST(after_pap_the_ack_of_our_own_request_is_waited_for_one_second)
{
	struct lcp request;

	for (unsigned i = 0; i < 2; i++) {
		start();
		say(PPTP_SCCRP);
		say(PPTP_OCRP);
		w.read = w.sent - 1;
		request = expect_lcp(PPTP_CONFIGURE_REQUEST);
		lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_PAP);
		expect_lcp(PPTP_CONFIGURE_ACK);
		wait_for(900 * MS);
		nothing_more();
		if (i == 0)
			lcp(PPTP_CONFIGURE_ACK, request.p.identifier, "");
		else
			wait_for(110 * MS);
		expect_lcp(PPTP_TERMINATE_REQUEST);
		ck_assert(w.c.record.lcp.they_acked == (i == 0));
	}
}
END_TEST

/* Each word of a farewell with who said it, in order. */
START_TEST(a_farewell_is_recorded_in_order)
{
	static const uint8_t words[][2] = {
	    {PPTP_FAREWELL_TERMINATE_REQUEST, PPTP_US},
	    {PPTP_FAREWELL_TERMINATE_ACK, PPTP_SERVER},
	    {PPTP_FAREWELL_CALL_CLEAR, PPTP_US},
	    {PPTP_FAREWELL_CALL_DISCONNECT, PPTP_SERVER},
	    {PPTP_FAREWELL_STOP_REQUEST, PPTP_US},
	    {PPTP_FAREWELL_STOP_REPLY, PPTP_SERVER},
	    {PPTP_FAREWELL_FIN, PPTP_US},
	};
	struct setting f = plan();

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_PAP);
	expect_lcp(PPTP_CONFIGURE_ACK);
	farewell();
	ck_assert_uint_eq(w.c.record.teardown.count, 7);
	for (unsigned i = 0; i < 7; i++) {
		ck_assert_uint_eq(w.c.record.teardown.message[i].what,
				  words[i][0]);
		ck_assert_uint_eq(w.c.record.teardown.message[i].by,
				  words[i][1]);
	}
}
END_TEST

START_TEST(a_terminate_ack_alone_shows_that_ours_arrived)
{
	struct lcp request;

	start();
	say(PPTP_SCCRP);
	say(PPTP_OCRP);
	w.read = w.sent - 1;
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	/* to a request of ours alone */
	lcp(PPTP_TERMINATE_ACK, 1, "");
	ck_assert(!w.c.record.gre.to_server);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_PAP);
	expect_lcp(PPTP_CONFIGURE_ACK);
	wait_for(1 * S);
	w.read = w.sent - 1;
	request = expect_lcp(PPTP_TERMINATE_REQUEST);
	ck_assert(!w.c.record.gre.to_server);
	lcp(PPTP_TERMINATE_ACK, request.p.identifier, "");
	ck_assert(w.c.record.gre.to_server);
}
END_TEST

/* ---- stopping ------------------------------------------------------------ */

START_TEST(an_abort_says_farewell_within_three_seconds)
{
	struct setting f = plan();

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	expect_lcp(PPTP_CONFIGURE_ACK);
	pptp_conversation_abort(&w.c, w.now);
	drain();
	expect_lcp(PPTP_TERMINATE_REQUEST);
	wait_for(3 * S);
	ck_assert(pptp_conversation_finished(&w.c));
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_ABORTED);
	ck_assert_int_eq(w.c.record.challenge.state, PPTP_NOT_TESTED);
}
END_TEST

START_TEST(an_abort_leaves_no_silence_behind)
{
	struct setting f = knocking();

	begin(&f);
	pptp_conversation_abort(&w.c, w.now);
	drain();
	ck_assert(pptp_conversation_finished(&w.c));
	ck_assert_int_eq(w.c.record.tcp.state, PPTP_NOT_TESTED);
	start();
	pptp_conversation_abort(&w.c, w.now);
	drain();
	ck_assert_int_eq(w.c.record.control.state, PPTP_NOT_TESTED);
}
END_TEST

START_TEST(after_25_seconds_it_leaves_whatever_comes)
{
	struct setting f = asking("pap");
	int64_t begun;

	open_call(&f);
	begun = w.now;
	for (uint8_t i = 0; i < 60 && !pptp_conversation_finished(&w.c); i++) {
		wait_for(900 * MS);
		gre_from(SERVER, OURS, w.sequence++,
			 (struct frame){PPTP_PPP_LCP, PPTP_IDENTIFICATION, i,
					"00000000"});
		if (i % 3 == 0)
			gre_from(SERVER, OURS, w.sequence++,
				 (struct frame){PPTP_PPP_LCP,
						PPTP_CONFIGURE_REQUEST, 1,
						OFFER_V2});
	}
	ck_assert(pptp_conversation_finished(&w.c));
	ck_assert_int_eq(w.c.record.ended_by, PPTP_ENDED_BUDGET);
	ck_assert_int_lt(w.now - begun, 35 * S);
}
END_TEST

START_TEST(wrong_configurations_are_refused)
{
	struct setting f = plan();

	f.plan.port = 0;
	ck_assert_int_ne(pptp_conversation_init(&w.c, &f.plan, &f.vantage, 0),
			 PPTP_OK);
	f = plan();
	f.vantage.source.family = 6;
	ck_assert_int_ne(pptp_conversation_init(&w.c, &f.plan, &f.vantage, 0),
			 PPTP_OK);
	f = knocking();
	f.plan.opening = PPTP_OPENING_SYN_ONLY;
	f.vantage.reach = PPTP_REACH_TCP;
	ck_assert_int_eq(pptp_conversation_init(&w.c, &f.plan, &f.vantage, 0),
			 PPTP_ERROR_PRIVILEGE);
}
END_TEST

START_TEST(call_ids_are_never_zero_or_symmetric)
{
	struct setting f = plan();

	for (unsigned id = 0; id < 256; id++) {
		f.vantage.call_id = 0;
		f.vantage.random[8] = f.vantage.random[9] = (uint8_t)id;
		begin(&f);
		ck_assert_uint_ne(w.c.call_id, 0);
		ck_assert_uint_ne(w.c.call_id >> 8, w.c.call_id & 0xff);
	}
}
END_TEST

/* ---- the observer cannot tell a capture from a live audit ---------------- */

START_TEST(every_record_walks_into_json)
{
	static char text[RECORD_ROOM];
	struct setting f = plan();

	f.plan.name = "vpn.example.net";
	f.plan.labels = "site a,b";
	f.vantage.time_us = INT64_C(1795387200123456);
	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	ppp(PPTP_PPP_CHAP, PPTP_CHAP_CHALLENGE, 142, CHALLENGE);
	as_json(&w.c.record, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "\"target\":\"192.0.2.1\""));
	ck_assert_ptr_nonnull(strstr(text, "\"labels\":[\"site a\",\"b\"]"));
	ck_assert_ptr_nonnull(
	    strstr(text, "\"time\":\"2026-11-22T22:40:00.123456Z\""));
	ck_assert_ptr_nonnull(strstr(text, "\"authentication\":\"mschap_v2\""));
	ck_assert_ptr_nonnull(strstr(text, "\"name\":\"pptpd\""));
}
END_TEST

static void claims_up_to_the_call(Suite *s)
{
	CLAIM(s, a_challenge_is_read_and_never_answered);
	CLAIM(s, nine_round_trips_end_to_end);
	CLAIM(s, the_whole_sccrq_leaves_at_once);
	CLAIM(s, a_long_contact_is_cut_at_64_bytes);
	CLAIM(s, data_packets_carry_the_acknowledgement_that_is_due);
	CLAIM(s, an_acknowledgement_alone_follows_when_we_have_nothing_to_say);
	CLAIM(s, pap_ends_where_our_turn_would_begin);
	CLAIM(s, an_eap_identity_request_is_read_and_never_answered);
	CLAIM(s, the_first_reply_is_waited_for_twelve_seconds);
	CLAIM(s, another_protocol_is_named_and_left_at_once);
	CLAIM(s, a_reply_in_single_bytes_is_read);
	CLAIM(s, two_messages_in_one_segment_are_both_read);
	CLAIM(s, a_start_result_other_than_one_is_refused);
	CLAIM(s, a_call_result_other_than_one_is_refused_and_stop_is_said);
	CLAIM(s, replies_longer_than_the_rfcs_keep_their_fields);
	CLAIM(s, a_reset_after_the_sccrq_is_closed);
	CLAIM(s, depth_control_says_stop_and_no_more);
	CLAIM(s, without_raw_packets_the_call_is_cleared_at_once);
	CLAIM(s, a_call_disconnect_before_lcp_is_told_and_stop_is_said);
	CLAIM(s, a_stop_of_the_server_is_answered);
	CLAIM(s, a_server_that_closes_at_call_clear_closed_cleanly);
}

static void claims_of_the_call(Suite *s)
{
	CLAIM(s, our_request_holds_a_magic_number_and_is_sent_at_0_3_and_6_s);
	CLAIM(s, a_nak_names_the_method_and_its_acceptance_is_acknowledged);
	CLAIM(s, a_retransmission_gets_the_same_nak_and_is_no_news);
	CLAIM(s, a_request_from_before_our_nak_was_heard_is_no_news);
	CLAIM(s, a_long_round_trip_makes_no_news_of_a_retransmission);
	CLAIM(s, a_list_is_walked_to_its_end_before_anything_is_settled);
	CLAIM(s, a_list_of_methods_is_asked_for_one_after_the_other);
	CLAIM(s, what_a_list_found_is_naked_on_and_the_last_acknowledged);
	CLAIM(s, a_server_that_wanders_is_left_after_ten_naks);
	CLAIM(s, other_options_are_rejected_first_and_never_with_a_nak);
	CLAIM(s, option_3_is_rejected_once_where_asked_to);
	CLAIM(s, option_3_is_rejected_after_the_server_has_settled);
	CLAIM(s, no_authentication_is_watched_for_five_seconds);
	CLAIM(s,
	      ncp_requests_without_authentication_are_collected_not_answered);
	CLAIM(s, an_ncp_request_beside_authentication_proves_nothing);
	CLAIM(s, a_terminate_of_the_server_is_acknowledged);
	CLAIM(s,
	      a_malformed_option_list_is_not_an_offer_without_authentication);
	CLAIM(s, a_rejected_magic_number_is_left_out);
	CLAIM(s, endless_naks_of_our_request_are_not_followed_for_ever);
	CLAIM(s, an_lcp_echo_is_answered_once_lcp_is_open);
	CLAIM(s, an_lcp_echo_of_32_bytes_is_answered_and_of_33_is_not);
	CLAIM(s, after_pap_the_ack_of_our_own_request_is_waited_for_one_second);
	CLAIM(s, a_farewell_is_recorded_in_order);
	CLAIM(s, a_terminate_ack_alone_shows_that_ours_arrived);
	CLAIM(s, an_abort_says_farewell_within_three_seconds);
	CLAIM(s, an_abort_leaves_no_silence_behind);
	CLAIM(s, after_25_seconds_it_leaves_whatever_comes);
	CLAIM(s, wrong_configurations_are_refused);
	CLAIM(s, call_ids_are_never_zero_or_symmetric);
	CLAIM(s, every_record_walks_into_json);
}

int main(void)
{
	Suite *s = suite_create("conversation");

	claims_up_to_the_call(s);
	claims_of_the_call(s);
	return run_suite(s);
}
