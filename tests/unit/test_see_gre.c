/* SPDX-License-Identifier: BSD-2-Clause */
/* What the observer makes of GRE, PPP and ICMP, packet by packet: its limits,
 * on both sides of each. */
#include "core/see.h"

#include <stdio.h>

#include "unit/observed.h"

/* ---- GRE alone: what an ICMP message is about ----------------------------- */

static uint16_t call_id = 0x0480;

static int numbered(uint32_t number, bool has_number, uint8_t *bytes,
		    size_t room)
{
	static const uint8_t frame[] = {0xff, 0x03, 0xc0, 0x21, 9, 1, 0, 4};
	struct pptp_ip ip = gre_header();
	struct pptp_gre gre;
	int n;

	memset(&gre, 0, sizeof(gre));
	gre.call_id = call_id;
	gre.has_sequence = has_number;
	gre.has_acknowledgment = !has_number;
	gre.sequence_number = number;
	n = pptp_gre_packet_encode(&ip, &gre, frame,
				   has_number ? sizeof(frame) : 0, bytes, room);
	ck_assert_int_gt(n, 0);
	return n;
}

static void send_numbers(uint32_t first, uint32_t count)
{
	uint8_t bytes[128];
	struct pptp_event event;

	observe_gre();
	for (uint32_t i = 0; i < count; i++) {
		int n = numbered(first + i, true, bytes, sizeof(bytes));

		ck_assert(pptp_observer_bytes(&outside, PPTP_US, bytes,
					      (size_t)n, now, &event));
	}
}

/* ICMP about that number, or about GRE without one; refused ones since. */
static uint32_t refused_by(uint32_t number, bool has_number)
{
	uint8_t bytes[256], quoted[128];
	struct pptp_event event;
	struct pptp_writer w;
	struct pptp_ip ip = gre_header();
	int n = numbered(number, has_number, quoted, sizeof(quoted));

	ip.source = pptp_address_v4(0xc0000201);
	ip.destination = pptp_address_v4(0xc0000202);
	ip.protocol = PPTP_IP_ICMP;
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_ip_encode(&w, &ip, 8 + (size_t)n);
	pptp_write_u8(&w, PPTP_ICMP_UNREACHABLE);
	pptp_write_u8(&w, 2);
	pptp_write_zeros(&w, 6);
	pptp_write_bytes(&w, quoted, (size_t)n);
	seen.gre.refused = 0;
	ck_assert_int_eq(pptp_observer_bytes(&outside, PPTP_SERVER, bytes,
					     w.length, now, &event),
			 call_id == 0x0480);
	ck_assert_int_eq(event.kind, call_id == 0x0480
					 ? PPTP_EVENT_UNREACHABLE_GRE
					 : PPTP_EVENT_NONE);
	return seen.gre.refused;
}

START_TEST(icmp_refuses_the_number_that_it_quotes)
{
	static const uint32_t firsts[] = {0, 1, 40, UINT32_MAX - 5};

	for (size_t i = 0; i < sizeof(firsts) / sizeof(*firsts); i++) {
		uint32_t first = firsts[i];

		send_numbers(first, 34);
		for (uint32_t k = 0; k < 32; k++)
			ck_assert_uint_eq(refused_by(first + k, true),
					  UINT32_C(1) << k);
		for (uint32_t k = 32; k < 80;
		     k++) /* kept no more, or not sent */
			ck_assert_uint_eq(refused_by(first + k, true), 0);
		ck_assert_uint_eq(refused_by(first - 1, true), 0);
		ck_assert_uint_eq(refused_by(0, false), 0); /* the 34th */
		send_numbers(first, 3);
		ck_assert_uint_eq(refused_by(first + 2, true), 4);
		ck_assert_uint_eq(refused_by(first + 3, true),
				  0);                       /* not sent */
		ck_assert_uint_eq(refused_by(0, false), 4); /* the last one */
	}
}
END_TEST

START_TEST(icmp_about_another_call_is_none_of_ours)
{
	send_numbers(0, 3);
	for (call_id = 0; call_id < 0x0500; call_id++)
		ck_assert_uint_eq(refused_by(1, true),
				  call_id == 0x0480 ? 2 : 0);
	call_id = 0x0480;
}
END_TEST

/* As where a capture begins inside a call: no control message told it. */
START_TEST(icmp_is_about_the_call_id_that_was_told)
{
	send_numbers(0, 3);
	seen.call.peer_call_id = 0x0777;
	pptp_observer_call(&outside, PPTP_US, 0x0480);
	for (call_id = 0x0470; call_id < 0x0490; call_id++)
		ck_assert_uint_eq(refused_by(1, true),
				  call_id == 0x0480 ? 2 : 0);
	call_id = 0x0480;
}
END_TEST

/* Any of these ends a call: ICMP later says nothing of it. */
START_TEST(icmp_after_the_end_is_nobodys)
{
	static const struct {
		enum pptp_side side;
		enum pptp_farewell word;
		bool over;
	} rows[] = {
	    {PPTP_SERVER, PPTP_FAREWELL_FIN, true},
	    {PPTP_SERVER, PPTP_FAREWELL_RST, true},
	    {PPTP_US, PPTP_FAREWELL_CALL_CLEAR, true},
	    {PPTP_SERVER, PPTP_FAREWELL_CALL_CLEAR, true},
	    {PPTP_US, PPTP_FAREWELL_STOP_REQUEST, true},
	    {PPTP_SERVER, PPTP_FAREWELL_STOP_REQUEST, true},
	    {PPTP_US, PPTP_FAREWELL_TERMINATE_REQUEST, false},
	    {PPTP_SERVER, PPTP_FAREWELL_TERMINATE_ACK, false},
	};

	send_numbers(0, 1);
	ck_assert(!pptp_see_is_over(&seen));
	seen.call.disconnected = true;
	ck_assert(pptp_see_is_over(&seen));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		send_numbers(0, 1);
		pptp_see_farewell(&outside, rows[i].side, rows[i].word, 1);
		ck_assert_int_eq(pptp_see_is_over(&seen), rows[i].over);
	}
}
END_TEST

/* ---- PPP of a call without a control connection ---------------------------- */

/* Whether a request with a new identifier, `us` after our Ack of the first, is
 * news where the shortest round trip was `rtt`. */
static bool is_news(uint32_t rtt, uint32_t us)
{
	seen.control.rtt_us = rtt;
	now = 1000;
	LCP(PPTP_US, CONFIGURE_REQUEST, 1, "050607070707");
	LCP(PPTP_SERVER, CONFIGURE_REQUEST, 1, OFFER_V2);
	LCP(PPTP_US, CONFIGURE_ACK, 1, OFFER_V2);
	now += us;
	LCP(PPTP_SERVER, CONFIGURE_REQUEST, 2, OFFER_V2);
	ck_assert_uint_eq(seen.lcp.offers, 2);
	ck_assert(seen.lcp.offer[0].news);
	return seen.lcp.offer[1].news;
}

START_TEST(a_request_is_news_when_an_answer_would_come)
{
	static const struct {
		uint32_t rtt, least, most;
	} rows[] = {{0, 0, 500000},           {9999, 0, 500000},
		    {10000, 5000, 500000},    {249999, 124999, 500000},
		    {250000, 125000, 500000}, {250001, 125000, 500002},
		    {374999, 187499, 749998}, {375000, 187500, 750000},
		    {600000, 300000, 750000}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (unsigned at = 0; at < 4; at++) {
			uint32_t us = at < 2 ? rows[i].least - (at == 0)
					     : rows[i].most + (at == 3);

			if (us == UINT32_MAX)
				continue;
			begin_gre();
			seen.gre.to_server = true;
			ck_assert_int_eq(is_news(rows[i].rtt, us),
					 at == 1 || at == 2);
			begin_gre(); /* where it is not known to hear us */
			ck_assert(!is_news(rows[i].rtt, us));
		}
}
END_TEST

START_TEST(a_request_is_news_when_it_acknowledges_our_answer)
{
	static const uint32_t request = 0, answer = 1;

	begin_gre();
	acknowledged = &answer;
	LCP(PPTP_US, CONFIGURE_REQUEST, 1, "050607070707");
	LCP(PPTP_SERVER, CONFIGURE_REQUEST, 1, OFFER_V2);
	LCP(PPTP_US, CONFIGURE_ACK, 1, OFFER_V2);
	LCP(PPTP_SERVER, CONFIGURE_REQUEST, 2, OFFER_V2);
	ck_assert(seen.lcp.offer[1].news);
	begin_gre();
	acknowledged = &request;
	ck_assert(!is_news(0, 1));
}
END_TEST

/* Only a number that we sent proves that the server hears us. */
START_TEST(an_acknowledgement_is_of_a_number_that_we_sent)
{
	static const uint32_t firsts[] = {0, 1, 50, UINT32_MAX - 1};

	for (size_t i = 0; i < sizeof(firsts) / sizeof(*firsts); i++)
		for (uint32_t k = 0; k < 120; k++) {
			uint32_t number = firsts[i] + k - 60;

			begin_gre();
			numbers[PPTP_US] = firsts[i];
			for (unsigned n = 0; n < 3; n++)
				LCP(PPTP_US, LCP_ECHO_REQUEST, 1, "00000000");
			acknowledged = &number;
			LCP(PPTP_SERVER, LCP_ECHO_REQUEST, 1, "00000000");
			ck_assert_int_eq(seen.gre.to_server, k >= 60 && k < 63);
		}
}
END_TEST

START_TEST(each_option_that_we_reject_is_a_bit_below_32)
{
	char option[16];

	for (unsigned type = 0; type < 256; type++) {
		if (type == PPTP_LCP_AUTHENTICATION || type == PPTP_LCP_MAGIC)
			continue;
		begin_gre();
		snprintf(option, sizeof(option), "%02x03 00", type);
		LCP(PPTP_SERVER, CONFIGURE_REQUEST, 1, option);
		LCP(PPTP_US, CONFIGURE_REJECT, 1, option);
		ck_assert_uint_eq(seen.lcp.offer[0].answer, PPTP_ANSWER_REJECT);
		ck_assert_uint_eq(seen.lcp.offer[0].rejected,
				  type < 32 ? UINT32_C(1) << type : 0);
	}
}
END_TEST

START_TEST(more_requests_than_a_record_has_room_for_are_noted)
{
	char options[16];

	begin_gre();
	for (unsigned i = 0; i < PPTP_OFFERS + 2; i++) {
		ck_assert(!pptp_record_has_note(&seen, PPTP_NOTE_STORE_FULL) ||
			  i > PPTP_OFFERS);
		snprintf(options, sizeof(options), "0104 %04x", i + 1);
		LCP(PPTP_SERVER, CONFIGURE_REQUEST, (uint8_t)i, options);
		ck_assert_uint_eq(seen.lcp.offers,
				  i < PPTP_OFFERS ? i + 1 : PPTP_OFFERS);
		ck_assert_uint_eq(
		    seen.lcp.offer[seen.lcp.offers - 1].identifier, i);
	}
	ck_assert(pptp_record_has_note(&seen, PPTP_NOTE_STORE_FULL));
}
END_TEST

/* A list of options of `length` bytes in all. */
static const char *long_options(unsigned length)
{
	static char hex[2048];
	unsigned left = length, n;

	for (hex[0] = '\0'; left > 0; left -= n) {
		n = left > 250 ? 200 : left; /* never less than 2 are left */
		sprintf(hex + strlen(hex), "0d%02x", n);
		for (unsigned i = 2; i < n; i++)
			strcat(hex, "00");
	}
	return hex;
}

static void json(const struct pptp_record *r, char *text, size_t room)
{
	struct pptp_json j;

	pptp_json_init(&j, text, room - 1);
	pptp_record_walk(r, &j.sink);
	ck_assert(!j.failed);
	text[j.length] = '\0';
}

START_TEST(what_the_store_has_no_room_for_is_not_kept_in_part)
{
	static char text[1 << 20];

	begin_gre();
	LCP(PPTP_SERVER, CONFIGURE_REQUEST, 1, long_options(500));
	ck_assert_uint_eq(seen.lcp.offer[0].packet.length, 504);
	wire(PPTP_SERVER, PPTP_PPP_CHAP, 1, 1, long_options(500));
	ck_assert_int_eq(seen.challenge.state, PPTP_SEEN);
	ck_assert_uint_eq(seen.challenge.packet.length, 0);
	json(&seen, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, "\"state\":\"seen\",\"at_us\":0,"
					   "\"method\":\"none\"}"));
	ck_assert(pptp_record_has_note(&seen, PPTP_NOTE_STORE_FULL));
}
END_TEST

/* 4 bytes of header: 764 fill it. */
START_TEST(a_packet_as_long_as_the_store_is_kept_and_none_longer)
{
	for (unsigned length = 762; length < 768; length++) {
		bool fits = length + 4 <= PPTP_STORE;

		begin_gre();
		LCP(PPTP_SERVER, CONFIGURE_REQUEST, 1, long_options(length));
		ck_assert_uint_eq(seen.lcp.offer[0].packet.length,
				  fits ? length + 4 : 0);
		ck_assert_int_eq(
		    pptp_record_has_note(&seen, PPTP_NOTE_STORE_FULL), !fits);
		begin_gre();
		wire(PPTP_SERVER, PPTP_PPP_CHAP, 1, 1, long_options(length));
		ck_assert_uint_eq(seen.challenge.packet.length,
				  fits ? length + 4 : 0);
		ck_assert_int_eq(
		    pptp_record_has_note(&seen, PPTP_NOTE_STORE_FULL), !fits);
	}
}
END_TEST

START_TEST(the_same_options_are_kept_once)
{
	static const char *const options[] = {"0104 05dc", OFFER_V2,
					      "0104 05dc", OFFER_V2};

	begin_gre();
	for (uint8_t i = 0; i < 4; i++)
		LCP(PPTP_SERVER, CONFIGURE_REQUEST, i, options[i]);
	for (unsigned i = 0; i < 2; i++) {
		ck_assert_uint_eq(seen.lcp.offer[i].packet.at,
				  seen.lcp.offer[i + 2].packet.at);
		ck_assert_uint_eq(seen.lcp.offer[i].packet.length,
				  seen.lcp.offer[i + 2].packet.length);
	}
	ck_assert_uint_eq(seen.stored, seen.lcp.offer[0].packet.length +
					   seen.lcp.offer[1].packet.length);
}
END_TEST

START_TEST(only_the_answer_to_our_request_shows_that_it_was_heard)
{
	static const uint8_t codes[] = {PPTP_CONFIGURE_ACK, PPTP_CONFIGURE_NAK,
					PPTP_CONFIGURE_REJECT};

	for (size_t i = 0; i < sizeof(codes); i++)
		for (uint8_t identifier = 4; identifier < 7; identifier++) {
			begin_gre();
			LCP(PPTP_US, CONFIGURE_REQUEST, 5, "050607070707");
			wire(PPTP_SERVER, PPTP_PPP_LCP, codes[i], identifier,
			     "050607070707");
			ck_assert_int_eq(seen.gre.to_server, identifier == 5);
			ck_assert_int_eq(seen.lcp.they_acked,
					 identifier == 5 && i == 0);
			ck_assert_int_eq(pptp_record_has_note(
					     &seen, PPTP_NOTE_MAGIC_REJECTED),
					 identifier == 5 && i == 2);
		}
}
END_TEST

/* Our own number come back, and no number at all. */
START_TEST(a_loop_is_our_magic_number_and_no_other)
{
	static const struct {
		const char *ours, *theirs;
		bool loop;
	} rows[] = {{"050607070707", "050607070707", true},
		    {"050607070707", "050607070708", false},
		    {"050600000000", "050600000000", false},
		    {"0104 05dc", "050600000000", false},
		    {"050607070707 0103", "050607070707", false},
		    {"0104 05dc", "0104 05dc", false}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin_gre();
		LCP(PPTP_US, CONFIGURE_REQUEST, 1, rows[i].ours);
		LCP(PPTP_SERVER, CONFIGURE_REQUEST, 1, rows[i].theirs);
		ck_assert_int_eq(
		    pptp_record_has_note(&seen, PPTP_NOTE_LOOPBACK),
		    rows[i].loop);
	}
}
END_TEST

/* RFC 1661 2: below 0x8000 is data, and of no event. */
START_TEST(events_tell_what_a_packet_of_gre_was)
{
	static const struct {
		uint16_t protocol;
		enum pptp_event_kind kind;
	} rows[] = {{0x0021, PPTP_EVENT_GRE},
		    {0x7fff, PPTP_EVENT_GRE},
		    {0x8000, PPTP_EVENT_PPP},
		    {0x8001, PPTP_EVENT_PPP},
		    {PPTP_PPP_LCP, PPTP_EVENT_PPP}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (unsigned side = 0; side < 2; side++) {
			begin_gre();
			ck_assert_int_eq(wire((enum pptp_side)side,
					      rows[i].protocol, 9, 1, "")
					     .kind,
					 rows[i].kind);
			numbers[side] = 0; /* again: late, or twice */
			ck_assert_int_eq(wire((enum pptp_side)side,
					      rows[i].protocol, 9, 1, "")
					     .kind,
					 PPTP_EVENT_NONE);
		}
}
END_TEST

START_TEST(each_network_protocol_is_kept_once)
{
	static const uint16_t protocols[] = {0x8021, 0x8057, 0x80fd,
					     0xc029, 0x8021, 0xc029};
	static const uint16_t others[] = {0xc023, 0xc025, 0xc027, 0xc281};

	begin_gre();
	LCP(PPTP_SERVER, CONFIGURE_REQUEST, 1, "0104 05dc");
	LCP(PPTP_US, CONFIGURE_ACK, 1, "0104 05dc");
	for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++) {
		now = 1000 * (int64_t)(i + 1);
		wire(PPTP_SERVER, protocols[i], 1, 1, "");
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		wire(PPTP_SERVER, others[i], 1, 1, "");
	ck_assert_uint_eq(seen.network.count, 4);
	ck_assert_uint_eq(seen.network.protocol[4], 0);
	ck_assert_int_eq(seen.challenge.state, PPTP_NOT_TESTED);
	for (unsigned i = 0; i < 4; i++) {
		ck_assert_uint_eq(seen.network.protocol[i], protocols[i]);
		ck_assert_int_eq(pptp_time_us(seen.network.at[i]),
				 1000 * (i + 1));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("observer of GRE");

	CLAIM(s, icmp_refuses_the_number_that_it_quotes);
	CLAIM(s, icmp_about_another_call_is_none_of_ours);
	CLAIM(s, icmp_is_about_the_call_id_that_was_told);
	CLAIM(s, icmp_after_the_end_is_nobodys);
	CLAIM(s, a_request_is_news_when_an_answer_would_come);
	CLAIM(s, a_request_is_news_when_it_acknowledges_our_answer);
	CLAIM(s, an_acknowledgement_is_of_a_number_that_we_sent);
	CLAIM(s, each_option_that_we_reject_is_a_bit_below_32);
	CLAIM(s, more_requests_than_a_record_has_room_for_are_noted);
	CLAIM(s, what_the_store_has_no_room_for_is_not_kept_in_part);
	CLAIM(s, a_packet_as_long_as_the_store_is_kept_and_none_longer);
	CLAIM(s, the_same_options_are_kept_once);
	CLAIM(s, only_the_answer_to_our_request_shows_that_it_was_heard);
	CLAIM(s, a_loop_is_our_magic_number_and_no_other);
	CLAIM(s, events_tell_what_a_packet_of_gre_was);
	CLAIM(s, each_network_protocol_is_kept_once);
	return run_suite(s);
}
