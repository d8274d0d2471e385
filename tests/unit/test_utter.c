/* SPDX-License-Identifier: BSD-2-Clause */
/* What we say, byte for byte; and which packets are asked for. */
#include "unit/peer.h"

#include <stdio.h>

static void ck_assert_bytes(const struct sent *s, const char *hex)
{
	struct vector v = vector(hex);

	ck_assert_uint_eq(s->length, v.length);
	ck_assert_mem_eq(s->bytes, v.bytes, v.length);
}

#define ZEROS_55                                                               \
	"00000000000000000000 00000000000000000000 00000000000000000000 "      \
	"00000000000000000000 00000000000000000000 0000000000"
#define PPTPGRADE "707074706772616465" ZEROS_55

START_TEST(each_control_message_of_ours_has_these_bytes)
{
	struct setting f = plan();
	struct pptp_control m = message(PPTP_ECHO_REQUEST);

	begin(&f);
	connected();
	ck_assert_bytes(expect(PPTP_ACTION_STREAM),
			"009c 0001 1a2b3c4d 0001 0000 0100 00 00 00000003 "
			"00000003 0000 0000" PPTPGRADE PPTPGRADE);
	say(PPTP_SCCRP);
	expect(PPTP_ACTION_GUARD);
	ck_assert_bytes(
	    expect(PPTP_ACTION_STREAM),
	    "00a8 0001 1a2b3c4d 0007 0000 1a2c 1a2c 0000012c "
	    "05f5e100 00000003 00000003 0040 0000 0000 0000" ZEROS_55 ZEROS_55
	    "00000000000000000000000000000000 0000");
	m.identifier = 0x01020304;
	control(&m);
	ck_assert_bytes(expect(PPTP_ACTION_STREAM),
			"0014 0001 1a2b3c4d 0006 0000 01020304 01 00 0000");
	say(PPTP_STOP_CCRQ);
	ck_assert_bytes(expect(PPTP_ACTION_STREAM),
			"0010 0001 1a2b3c4d 0004 0000 01 00 0000");
}
END_TEST

START_TEST(the_farewell_has_these_bytes)
{
	struct setting f = plan();
	struct lcp request;

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, "0104 05dc 0305 c22381");
	expect_lcp(PPTP_CONFIGURE_ACK);
	ppp(PPTP_PPP_CHAP, PPTP_CHAP_CHALLENGE, 142, CHALLENGE);
	request = expect_lcp(PPTP_TERMINATE_REQUEST);
	lcp(PPTP_TERMINATE_ACK, request.p.identifier, "");
	ck_assert_bytes(expect(PPTP_ACTION_STREAM),
			"0010 0001 1a2b3c4d 000c 0000 1a2c 0000");
	say(PPTP_CDN);
	ck_assert_bytes(expect(PPTP_ACTION_STREAM),
			"0010 0001 1a2b3c4d 0003 0000 01 00 0000");
}
END_TEST

/* A server that says nothing more: a Terminate-Request twice, then each word of
 * the control connection once, each with its own time to answer. */
START_TEST(a_farewell_without_answers_has_its_times)
{
	static const struct {
		enum pptp_action action;
		int64_t at;
	} words[] = {{PPTP_ACTION_PACKET, 0},
		     {PPTP_ACTION_PACKET, 1 * S}, /* Terminate-Request again */
		     {PPTP_ACTION_STREAM, 2 * S}, /* Call-Clear-Request */
		     {PPTP_ACTION_STREAM, 5 * S}, /* Stop */
		     {PPTP_ACTION_CLOSE, 8 * S}};
	struct setting f = plan();
	unsigned first;

	open_call(&f);
	lcp(PPTP_CONFIGURE_REQUEST, 1, "0104 05dc 0305 c22381");
	expect_lcp(PPTP_CONFIGURE_ACK);
	first = w.sent;
	ppp(PPTP_PPP_CHAP, PPTP_CHAP_CHALLENGE, 142, CHALLENGE);
	wait_for(20 * S);
	ck_assert_uint_eq(w.sent, first + 5);
	for (unsigned i = 0; i < 5; i++) {
		const struct sent *sent = &w.log[first + i];

		ck_assert_int_eq(sent->action, words[i].action);
		ck_assert_int_eq(sent->at - w.log[first].at, words[i].at);
	}
}
END_TEST

/* By default and as planned: TTL; window, MSS and flags as Linux has them. */
START_TEST(our_syn_looks_like_a_kernels)
{
	static const uint8_t ttls[] = {0, 1, 200};

	for (size_t i = 0; i < sizeof(ttls); i++) {
		struct setting f = knocking();
		const struct sent *s;
		struct pptp_reader in;
		struct pptp_ip ip;
		struct pptp_tcp tcp;

		f.vantage.ttl = ttls[i];
		begin(&f);
		s = expect(PPTP_ACTION_PACKET);
		pptp_reader_init(&in, s->bytes, s->length);
		ck_assert(pptp_ip_decode(&ip, &in));
		ck_assert(pptp_tcp_decode(&tcp, &ip.payload));
		ck_assert_uint_eq(ip.ttl, i == 0 ? 64 : ttls[i]);
		ck_assert_uint_eq(tcp.window, 64240);
		ck_assert_uint_eq(tcp.flags, PPTP_TCP_SYN);
		ck_assert_uint_eq(tcp.destination_port, 1723);
		ck_assert_uint_ge(tcp.source_port, PPTP_SYN_PORT);
	}
}
END_TEST

static void call_answered(uint16_t peer_call_id)
{
	struct pptp_control m = message(PPTP_OCRP);

	m.peer_call_id = peer_call_id;
	control(&m);
}

/* What is random in a conversation comes from the plan, and from nowhere else:
 * four bytes for the magic number, four for the SYN's sequence number, two each
 * for Call-ID and port, one for the identifier. */
START_TEST(what_is_random_is_the_plans)
{
	static const uint8_t bytes[2][PPTP_RANDOM] = {
	    {1, 2, 3, 4, 0xf5, 6, 7, 8, 0x19, 10, 0x9b, 12, 13},
	    {0, 0, 0, 0, 0, 0, 0, 9, 0x40, 1, 0, 0, 255}};
	static const char *const options[] = {"0506 01020304", "0506 00000001"};
	static const uint32_t sequences[] = {0xf5060708, 9};
	static const uint16_t calls[] = {0x190a, 0x4001},
			      ports[] = {0xfb0c, 0xf000};

	for (unsigned i = 0; i < 2; i++) {
		struct setting f = knocking();
		struct pptp_tcp syn;
		struct lcp request;

		f.vantage.call_id = 0;
		memcpy(f.vantage.random, bytes[i], sizeof(f.vantage.random));
		begin(&f);
		syn = expect_syn();
		ck_assert_uint_eq(syn.sequence_number, sequences[i]);
		ck_assert_uint_eq(syn.source_port, ports[i]);
		answer_syn(&syn, PPTP_TCP_SYN | PPTP_TCP_ACK,
			   syn.sequence_number + 1);
		connected();
		expect_control(PPTP_SCCRQ);
		say(PPTP_SCCRP);
		expect(PPTP_ACTION_GUARD);
		ck_assert_uint_eq(expect_control(PPTP_OCRQ).call_id, calls[i]);
		call_answered(calls[i]);
		request = expect_lcp(PPTP_CONFIGURE_REQUEST);
		expect_options(&request, options[i]);
		ck_assert_uint_eq(request.p.identifier,
				  (uint8_t)(bytes[i][12] + 1));
	}
}
END_TEST

START_TEST(why_gre_is_not_tested_has_one_reason)
{
	static const struct {
		const char *target, *source;
		enum pptp_reach reach;
		enum pptp_reason reason;
	} rows[] = {
	    {"2001:db8::1", "2001:db8::2", PPTP_REACH_RAW, PPTP_REASON_IPV6},
	    {"2001:db8::1", "2001:db8::2", PPTP_REACH_PROXY, PPTP_REASON_IPV6},
	    {"192.0.2.1", "192.0.2.2", PPTP_REACH_PROXY, PPTP_REASON_PROXY},
	    {"192.0.2.1", "192.0.2.2", PPTP_REACH_TCP,
	     PPTP_REASON_NO_PRIVILEGE}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct setting f = plan();

		f.plan.target = address(rows[i].target);
		f.vantage.source = address(rows[i].source);
		f.vantage.reach = rows[i].reach;
		begin(&f);
		connected();
		expect_control(PPTP_SCCRQ);
		say(PPTP_SCCRP);
		ck_assert_int_eq(w.c.record.gre.reason, rows[i].reason);
		ck_assert_int_eq(w.c.record.gre.state, PPTP_NOT_TESTED);
	}
}
END_TEST

/* Types below 32 go by what changes nothing for an observer, all others back. */
START_TEST(each_option_is_acknowledged_or_rejected)
{
	static const uint8_t fine[] = {1, 2, 3, 5, 7, 8, 19};
	struct setting f = plan();
	char option[16];

	for (unsigned type = 0; type < 256; type++) {
		bool ok = memchr(fine, (int)type, sizeof(fine)) != NULL;
		struct lcp answer;

		if (type == PPTP_LCP_AUTHENTICATION)
			continue;
		open_call(&f);
		snprintf(option, sizeof(option), "%02x04 0102", type);
		lcp(PPTP_CONFIGURE_REQUEST, 1, option);
		answer =
		    expect_lcp(ok ? PPTP_CONFIGURE_ACK : PPTP_CONFIGURE_REJECT);
		expect_options(&answer, option);
	}
}
END_TEST

START_TEST(the_filter_asks_for_what_concerns_a_conversation)
{
	struct pptp_address target = address(SERVER);
	char text[512];
	static const char live[] =
	    "icmp or icmp6 or ip proto 47 or (host 192.0.2.1 and tcp port 1723 "
	    "and (tcp[13] & 6 != 0 or tcp[2:2] >= 61440 or (ip6 and (ip6[53] & "
	    "6 != 0 or ip6[42:2] >= 61440))))";
	static const char all[] =
	    "icmp or icmp6 or ip proto 47 or (tcp port 65535)";

	ck_assert_int_eq(
	    pptp_conversation_filter(&target, 1723, false, text, sizeof(text)),
	    sizeof(live) - 1);
	ck_assert_str_eq(text, live);
	ck_assert_int_eq(
	    pptp_conversation_filter(NULL, 65535, true, text, sizeof(text)),
	    sizeof(all) - 1);
	ck_assert_str_eq(text, all);
	/* Room for it and its NUL, and a byte less. */
	ck_assert_int_eq(
	    pptp_conversation_filter(NULL, 65535, true, text, sizeof(all)),
	    sizeof(all) - 1);
	ck_assert_int_eq(
	    pptp_conversation_filter(NULL, 65535, true, text, sizeof(all) - 1),
	    PPTP_ERROR_SPACE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("utter");

	CLAIM(s, each_control_message_of_ours_has_these_bytes);
	CLAIM(s, the_farewell_has_these_bytes);
	CLAIM(s, a_farewell_without_answers_has_its_times);
	CLAIM(s, our_syn_looks_like_a_kernels);
	CLAIM(s, what_is_random_is_the_plans);
	CLAIM(s, why_gre_is_not_tested_has_one_reason);
	CLAIM(s, each_option_is_acknowledged_or_rejected);
	CLAIM(s, the_filter_asks_for_what_concerns_a_conversation);
	return run_suite(s);
}
