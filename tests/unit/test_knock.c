/* SPDX-License-Identifier: BSD-2-Clause */
/* First contact in virtual time: hand-made SYNs beside the kernel's connect(),
 * whose own SYN the capture shows. */
#include "unit/peer.h"

#define KERNEL_PORT 40000
#define KERNEL_SYN  0x01020304

static const struct pptp_record *const r = &w.c.record;

static void begin_at_depth(enum pptp_depth depth, bool connect)
{
	struct setting f = knocking();

	f.plan.depth = depth;
	f.plan.opening = depth == PPTP_DEPTH_SYN && !connect
			     ? PPTP_OPENING_SYN_ONLY
			     : PPTP_OPENING_SYN;
	begin(&f);
}

static void input(enum pptp_input what)
{
	w.now += MS;
	pptp_conversation_input(&w.c, what, NULL, 0, w.now);
	drain();
}

/* The capture shows what connect() sent, and what came for it. */
static void kernel_syn(void)
{
	ck_assert(segment((struct segment){US, SERVER, KERNEL_PORT, 1723,
					   PPTP_TCP_SYN, KERNEL_SYN, 0}));
}

static bool kernel_answer(uint8_t flags)
{
	return segment((struct segment){SERVER, US, 1723, KERNEL_PORT, flags, 9,
					KERNEL_SYN + 1});
}

/* The next of its kind that left. */
static const struct sent *find(enum pptp_action action)
{
	while (w.read < w.sent && w.log[w.read].action != action)
		w.read++;
	return expect(action);
}

static struct pptp_tcp answered_syn(uint8_t flags)
{
	struct pptp_tcp syn = expect_syn();

	ck_assert(answer_syn(&syn, flags, syn.sequence_number + 1));
	return syn;
}

static unsigned count(enum pptp_action action, uint8_t protocol)
{
	unsigned n = 0;

	for (unsigned i = 0; i < w.sent; i++)
		if (w.log[i].action == action &&
		    (protocol == 0 || w.log[i].bytes[9] == protocol))
			n++;
	return n;
}

static bool noted(enum pptp_note_code code)
{
	return pptp_record_has_note(r, code);
}

/* ICMP about an IP packet, of the whole quote's first 28 bytes. */
static bool icmp(const char *from, uint8_t code, const void *about)
{
	struct sent s;

	memcpy(s.bytes, about, 28);
	return unreachable(from, code, &s);
}

static bool icmp_about_kernel(uint8_t code, uint32_t sequence)
{
	uint8_t quote[40];
	struct pptp_writer out;
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = address(US);
	ip.destination = address(SERVER);
	ip.ttl = 64;
	ip.protocol = PPTP_IP_TCP;
	pptp_writer_init(&out, quote, sizeof(quote));
	pptp_ip_encode(&out, &ip, 20);
	pptp_write_u16(&out, KERNEL_PORT);
	pptp_write_u16(&out, 1723);
	pptp_write_u32(&out, sequence);
	return icmp("192.0.2.254", code, quote);
}

/* Answers every echo request but number `lost`. */
static void answer_pings(unsigned lost)
{
	unsigned pings = 0;

	while (!pptp_conversation_finished(&w.c)) {
		for (; w.read < w.sent; w.read++)
			if (w.log[w.read].action == PPTP_ACTION_PACKET &&
			    w.log[w.read].bytes[9] == PPTP_IP_ICMP &&
			    ++pings != lost)
				answer_ping(w.read, 0);
		wait_for(100 * MS);
	}
}

/* ---- the two tracks ------------------------------------------------------ */

START_TEST(three_syns_beside_connect_then_two_echoes_then_silence)
{
	int64_t start, at[3];

	begin_at_depth(PPTP_DEPTH_CALL, false);
	start = w.now;
	wait_for(30 * S);
	for (unsigned i = 0; i < 3; i++) {
		at[i] = find(PPTP_ACTION_PACKET)->at - start;
		ck_assert_uint_eq(w.log[w.read - 1].bytes[9], PPTP_IP_TCP);
	}
	ck_assert_int_eq(at[0], 0);
	ck_assert_int_eq(at[1], 1 * S);
	ck_assert_int_eq(at[2], 3 * S);
	ck_assert_int_eq(w.log[2].action, PPTP_ACTION_CONNECT);
	ck_assert_int_eq(w.log[2].at - start, 1 * S);
	ck_assert_uint_eq(count(PPTP_ACTION_PACKET, PPTP_IP_ICMP), 2);
	ck_assert_uint_eq(count(PPTP_ACTION_CONNECT, 0), 1);
	ck_assert_int_eq(r->end - r->start, 6 * S);
	ck_assert_int_eq(r->tcp.state, PPTP_SILENT);
	ck_assert_int_eq(r->tcp.reason, PPTP_REASON_TIMEOUT);
	ck_assert_int_eq(r->tcp.connect.state, PPTP_CONNECT_TIMEOUT);
	ck_assert_int_eq(r->tcp.connect.reason, PPTP_REASON_TIMEOUT);
	ck_assert_int_eq(r->host.state, PPTP_SILENT);
	ck_assert_int_eq(r->ended_by, PPTP_ENDED_SILENT);
	ck_assert_int_eq(r->control.state, PPTP_NOT_TESTED);
}
END_TEST

START_TEST(a_syn_ack_leads_to_a_connection_at_once)
{
	begin_at_depth(PPTP_DEPTH_CALL, false);
	answered_syn(PPTP_TCP_SYN | PPTP_TCP_ACK);
	connected();
	expect_control(PPTP_SCCRQ);
	ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
	ck_assert_int_eq(r->tcp.reason, PPTP_REASON_SYN_ACK);
	ck_assert_int_eq(r->tcp.ttl, 128);
	ck_assert_uint_eq(r->tcp.rtt_us, 1000);
	ck_assert_uint_eq(r->tcp.connect.rtt_us, 1000);
	wait_for(12 * S);
	ck_assert_uint_eq(count(PPTP_ACTION_PACKET, 0), 1);
	ck_assert(!noted(PPTP_NOTE_SYN_DIFFERS));
}
END_TEST

START_TEST(a_reset_is_closed_once_connect_met_one_too)
{
	begin_at_depth(PPTP_DEPTH_CALL, false);
	answered_syn(PPTP_TCP_RST | PPTP_TCP_ACK);
	ck_assert(!pptp_conversation_finished(&w.c));
	expect(PPTP_ACTION_CONNECT);
	kernel_syn();
	ck_assert(kernel_answer(PPTP_TCP_RST | PPTP_TCP_ACK));
	input(PPTP_INPUT_REFUSED);
	expect(PPTP_ACTION_CLOSE);
	ck_assert(pptp_conversation_finished(&w.c));
	ck_assert_int_eq(r->tcp.state, PPTP_CLOSED);
	ck_assert_int_eq(r->tcp.reason, PPTP_REASON_RST);
	ck_assert_int_eq(r->tcp.connect.state, PPTP_CONNECT_REFUSED);
	ck_assert_int_eq(r->tcp.connect.reason, PPTP_REASON_RST);
	ck_assert_uint_eq(r->tcp.connect.tries, 1);
	ck_assert_int_eq(r->ended_by, PPTP_ENDED_REFUSED);
	ck_assert(!noted(PPTP_NOTE_SYN_DIFFERS));
}
END_TEST

START_TEST(hand_made_syns_that_are_dropped_hide_no_open_port)
{
	begin_at_depth(PPTP_DEPTH_CALL, false);
	wait_for(1 * S);
	ck_assert_int_eq(find(PPTP_ACTION_CONNECT)->at, w.now);
	input(PPTP_INPUT_CONNECTED);
	expect_control(PPTP_SCCRQ);
	wait_for(30 * S);
	ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
	ck_assert(noted(PPTP_NOTE_SYN_DIFFERS));
	ck_assert_uint_eq(count(PPTP_ACTION_PACKET, PPTP_IP_TCP), 2);
}
END_TEST

START_TEST(hand_made_syns_that_are_rejected_hide_no_open_port)
{
	begin_at_depth(PPTP_DEPTH_CALL, false);
	answered_syn(PPTP_TCP_RST | PPTP_TCP_ACK);
	connected();
	expect_control(PPTP_SCCRQ);
	wait_for(30 * S);
	ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
	ck_assert_uint_eq(r->tcp.ttl, 0); /* of the RST */
	ck_assert(noted(PPTP_NOTE_SYN_DIFFERS));
}
END_TEST

START_TEST(a_syn_ack_without_a_connection_after_it_is_open)
{
	static const struct {
		enum pptp_input input;
		enum pptp_connect state;
		enum pptp_ended_by ended_by;
	} ends[] = {
	    {PPTP_INPUT_TIMEOUT, PPTP_CONNECT_TIMEOUT, PPTP_ENDED_SILENT},
	    {PPTP_INPUT_REFUSED, PPTP_CONNECT_REFUSED, PPTP_ENDED_REFUSED},
	    {PPTP_INPUT_FAILED, PPTP_CONNECT_ERROR, PPTP_ENDED_ERROR},
	};

	for (unsigned i = 0; i < 3; i++) {
		begin_at_depth(PPTP_DEPTH_CALL, false);
		answered_syn(PPTP_TCP_SYN | PPTP_TCP_ACK);
		for (unsigned n = 0; n < 3; n++) {
			input(ends[i].input);
			wait_for(1 * S);
		}
		ck_assert(pptp_conversation_finished(&w.c));
		ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
		ck_assert_int_eq(r->tcp.connect.state, ends[i].state);
		ck_assert_int_eq(r->control.state, PPTP_NOT_TESTED);
		ck_assert_int_eq(r->ended_by, ends[i].ended_by);
		ck_assert(noted(PPTP_NOTE_SYN_DIFFERS) ==
			  (ends[i].input != PPTP_INPUT_FAILED));
	}
}
END_TEST

START_TEST(a_port_that_answered_is_waited_for_ten_seconds)
{
	begin_at_depth(PPTP_DEPTH_CALL, false);
	answered_syn(PPTP_TCP_SYN | PPTP_TCP_ACK);
	wait_for(10 * S - MS);
	ck_assert(!pptp_conversation_finished(&w.c));
	wait_for(2 * MS);
	ck_assert(pptp_conversation_finished(&w.c));
	/* … from the connect() on, also where the answer comes after it */
	begin_at_depth(PPTP_DEPTH_CALL, false);
	wait_for(2 * S);
	answered_syn(PPTP_TCP_SYN | PPTP_TCP_ACK);
	wait_for(9 * S - 2 * MS);
	ck_assert(!pptp_conversation_finished(&w.c));
	wait_for(2 * MS);
	ck_assert(pptp_conversation_finished(&w.c));
}
END_TEST

START_TEST(a_connection_after_its_time_is_one_all_the_same)
{
	begin_at_depth(PPTP_DEPTH_CALL, false);
	wait_for(6 * S - MS);
	while (!pptp_conversation_finished(&w.c) &&
	       r->tcp.connect.state != PPTP_CONNECT_CONNECTED)
		input(PPTP_INPUT_CONNECTED);
	ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
	find(PPTP_ACTION_STREAM);
}
END_TEST

START_TEST(a_late_syn_ack_beats_a_reset)
{
	struct pptp_tcp syn;

	begin_at_depth(PPTP_DEPTH_CALL, false);
	syn = answered_syn(PPTP_TCP_RST | PPTP_TCP_ACK);
	answer_syn(&syn, PPTP_TCP_SYN | PPTP_TCP_ACK, syn.sequence_number + 1);
	wait_for(30 * S);
	ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
}
END_TEST

/* ---- connect() again ----------------------------------------------------- */

START_TEST(icmp_may_end_connect_and_it_is_tried_again_deaf)
{
	begin_at_depth(PPTP_DEPTH_CALL, false);
	wait_for(1 * S);
	find(PPTP_ACTION_CONNECT);
	kernel_syn();
	ck_assert(icmp_about_kernel(3, KERNEL_SYN));
	input(PPTP_INPUT_REFUSED);
	nothing_more();
	ck_assert_int_eq(r->tcp.connect.state, PPTP_CONNECT_REFUSED);
	wait_for(999 * MS);
	nothing_more();
	wait_for(1 * MS);
	expect(PPTP_ACTION_CONNECT_DEAF);
	input(PPTP_INPUT_CONNECTED);
	expect_control(PPTP_SCCRQ);
	wait_for(30 * S);
	ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
	ck_assert_uint_eq(r->tcp.connect.tries, 2);
	ck_assert(noted(PPTP_NOTE_CONNECT_AGAIN));
	ck_assert(noted(PPTP_NOTE_SYN_ICMP));
}
END_TEST

START_TEST(an_unreachable_connect_is_made_three_times_and_no_more)
{
	struct setting f = plan();

	f.vantage.reach = PPTP_REACH_TCP;
	begin(&f);
	for (unsigned i = 0; i < 3; i++) {
		expect(i == 0 ? PPTP_ACTION_CONNECT : PPTP_ACTION_CONNECT_DEAF);
		input(PPTP_INPUT_UNREACHABLE);
		wait_for(1 * S);
	}
	expect(PPTP_ACTION_CLOSE);
	nothing_more();
	ck_assert_int_eq(r->tcp.state, PPTP_SILENT);
	ck_assert_int_eq(r->tcp.reason, PPTP_REASON_TIMEOUT);
	ck_assert_int_eq(r->tcp.connect.state, PPTP_CONNECT_UNREACHABLE);
	ck_assert_int_eq(r->tcp.connect.reason, PPTP_REASON_NONE);
	ck_assert_int_eq(r->ended_by, PPTP_ENDED_SILENT);
	ck_assert_uint_eq(r->note[0].count, 2);
}
END_TEST

START_TEST(a_refusal_without_a_capture_is_tried_again_and_closed)
{
	struct setting f = plan();

	f.vantage.reach = PPTP_REACH_TCP;
	begin(&f);
	for (unsigned i = 0; i < 3; i++) {
		input(PPTP_INPUT_REFUSED);
		wait_for(1 * S);
	}
	ck_assert_uint_eq(count(PPTP_ACTION_CONNECT_DEAF, 0), 2);
	ck_assert_int_eq(r->tcp.state, PPTP_CLOSED);
	ck_assert_int_eq(r->tcp.reason, PPTP_REASON_REFUSED);
	ck_assert_int_eq(r->tcp.connect.reason, PPTP_REASON_NONE);
	ck_assert_int_eq(r->ended_by, PPTP_ENDED_REFUSED);
}
END_TEST

START_TEST(a_captured_reset_makes_a_refusal_final_even_afterwards)
{
	struct setting f = plan();

	begin(&f);
	expect(PPTP_ACTION_CONNECT);
	input(PPTP_INPUT_REFUSED);
	kernel_syn();
	ck_assert(kernel_answer(PPTP_TCP_RST | PPTP_TCP_ACK));
	ck_assert(pptp_conversation_finished(&w.c));
	ck_assert_int_eq(r->tcp.state, PPTP_CLOSED);
	ck_assert_int_eq(r->tcp.connect.reason, PPTP_REASON_RST);
	ck_assert(!noted(PPTP_NOTE_CONNECT_AGAIN));
}
END_TEST

START_TEST(a_syn_ack_for_a_try_that_icmp_ended_is_open)
{
	struct setting f = plan();

	begin(&f);
	kernel_syn();
	ck_assert(icmp_about_kernel(1, KERNEL_SYN));
	input(PPTP_INPUT_UNREACHABLE);
	ck_assert(kernel_answer(PPTP_TCP_SYN | PPTP_TCP_ACK));
	wait_for(30 * S);
	ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
	ck_assert_int_eq(r->control.state, PPTP_NOT_TESTED);
	ck_assert_int_eq(r->ended_by, PPTP_ENDED_SILENT);
}
END_TEST

START_TEST(what_ended_connect_is_told_where_the_capture_shows_it)
{
	struct setting f = plan();

	begin(&f);
	for (unsigned i = 0; i < 3; i++) {
		kernel_syn();
		ck_assert(icmp_about_kernel(13, KERNEL_SYN));
		input(PPTP_INPUT_UNREACHABLE);
		wait_for(1 * S);
	}
	ck_assert_int_eq(r->tcp.state, PPTP_SILENT);
	ck_assert_int_eq(r->tcp.reason, PPTP_REASON_ICMP);
	ck_assert_uint_eq(r->tcp.icmp.code, 13);
	ck_assert_int_eq(r->tcp.connect.reason, PPTP_REASON_ICMP);
	ck_assert_uint_eq(r->tcp.connect.icmp.code, 13);
	ck_assert(!noted(PPTP_NOTE_SYN_ICMP));
}
END_TEST

START_TEST(a_failure_of_the_system_is_final_and_proves_nothing)
{
	struct setting f = plan();

	begin(&f);
	input(PPTP_INPUT_FAILED);
	ck_assert(pptp_conversation_finished(&w.c));
	ck_assert_int_eq(r->tcp.state, PPTP_NOT_TESTED);
	ck_assert_int_eq(r->tcp.reason, PPTP_REASON_NONE);
	ck_assert_int_eq(r->tcp.connect.state, PPTP_CONNECT_ERROR);
	ck_assert_int_eq(r->ended_by, PPTP_ENDED_ERROR);
	/* hand-made SYNs go on, and their silence was waited for */
	begin_at_depth(PPTP_DEPTH_CALL, false);
	wait_for(1 * S);
	input(PPTP_INPUT_FAILED);
	wait_for(30 * S);
	ck_assert_int_eq(r->end - r->start, 6 * S);
	ck_assert_int_eq(r->tcp.state, PPTP_SILENT);
	ck_assert_int_eq(r->host.state, PPTP_SILENT);
	ck_assert_int_eq(r->ended_by, PPTP_ENDED_ERROR);
}
END_TEST

START_TEST(first_contact_ends_within_twenty_seconds)
{
	struct pptp_tcp syn;
	int64_t start;

	/* the longest: each try is ended just before its time */
	begin_at_depth(PPTP_DEPTH_CALL, false);
	start = w.now;
	syn = expect_syn();
	wait_for(5900 * MS);
	input(PPTP_INPUT_UNREACHABLE);
	wait_for(5900 * MS);
	input(PPTP_INPUT_UNREACHABLE);
	answer_syn(&syn, PPTP_TCP_SYN | PPTP_TCP_ACK, syn.sequence_number + 1);
	wait_for(30 * S);
	ck_assert(pptp_conversation_finished(&w.c));
	ck_assert_int_le(r->end - start, 20 * S);
	ck_assert_uint_eq(r->tcp.connect.tries, 3);
}
END_TEST

START_TEST(a_reset_after_the_connection_is_told_as_such)
{
	struct setting f = plan();

	begin(&f);
	connected();
	input(PPTP_INPUT_RESET);
	ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
	ck_assert_int_eq(r->tcp.connect.state, PPTP_CONNECT_RESET);
	ck_assert_int_eq(r->control.state, PPTP_CLOSED);
	begin(&f);
	connected();
	stream("x", 1);
	input(PPTP_INPUT_RESET);
	ck_assert_int_eq(r->tcp.connect.state, PPTP_CONNECT_CONNECTED);
}
END_TEST

START_TEST(a_socket_that_is_waited_for_takes_nothing_from_its_time)
{
	uint8_t data[PPTP_PACKET_ROOM];
	struct setting f = plan();
	size_t length;

	memset(&w, 0, sizeof(w));
	w.now = 1000 * S;
	ck_assert_int_eq(
	    pptp_conversation_init(&w.c, &f.plan, &f.vantage, w.now), PPTP_OK);
	ck_assert(pptp_conversation_connects(&w.c));
	ck_assert(pptp_conversation_deadline(&w.c) == PPTP_NEVER);
	w.now += 60 * S;
	ck_assert_int_eq(pptp_conversation_output(&w.c, data, &length, w.now),
			 PPTP_ACTION_CONNECT);
	ck_assert(!pptp_conversation_connects(&w.c));
	ck_assert_int_eq(pptp_conversation_deadline(&w.c), w.now + 5 * S);
}
END_TEST

START_TEST(what_nobody_answered_yet_needs_a_socket_at_most)
{
	begin_at_depth(PPTP_DEPTH_CALL, false);
	ck_assert(pptp_conversation_knocks(&w.c));
	wait_for(2 * S);
	ck_assert(pptp_conversation_knocks(&w.c));
	answered_syn(PPTP_TCP_SYN | PPTP_TCP_ACK);
	ck_assert(!pptp_conversation_knocks(&w.c));
}
END_TEST

/* ---- depth syn ----------------------------------------------------------- */

START_TEST(depth_syn_alone_ends_at_the_syn_ack)
{
	begin_at_depth(PPTP_DEPTH_SYN, false);
	answered_syn(PPTP_TCP_SYN | PPTP_TCP_ACK);
	nothing_more();
	ck_assert(pptp_conversation_finished(&w.c));
	ck_assert_int_eq(r->kind, PPTP_KIND_SYN);
	ck_assert_int_eq(r->tcp.connect.state, PPTP_CONNECT_NOT_TRIED);
	ck_assert_int_eq(r->ended_by, PPTP_ENDED_COMPLETE);
	begin_at_depth(PPTP_DEPTH_SYN, false);
	wait_for(30 * S);
	ck_assert_uint_eq(count(PPTP_ACTION_CONNECT, 0), 0);
	ck_assert_int_eq(r->tcp.state, PPTP_SILENT);
}
END_TEST

START_TEST(depth_syn_with_connect_closes_at_once)
{
	struct setting f = plan();

	begin_at_depth(PPTP_DEPTH_SYN, true);
	answered_syn(PPTP_TCP_SYN | PPTP_TCP_ACK);
	connected();
	expect(PPTP_ACTION_CLOSE);
	nothing_more();
	ck_assert_int_eq(r->ended_by, PPTP_ENDED_COMPLETE);
	ck_assert_int_eq(r->teardown.state, PPTP_NOT_TESTED);
	ck_assert_int_eq(r->control.state, PPTP_NOT_TESTED);
	f.plan.depth = PPTP_DEPTH_SYN;
	f.vantage.reach = PPTP_REACH_TCP;
	begin(&f);
	connected();
	expect(PPTP_ACTION_CLOSE);
	ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
}
END_TEST

/* ---- ICMP ---------------------------------------------------------------- */

START_TEST(icmp_for_a_syn_is_no_transition_and_hard_codes_mean_filtered)
{
	begin_at_depth(PPTP_DEPTH_SYN, false);
	ck_assert(unreachable("192.0.2.254", 13, expect(PPTP_ACTION_PACKET)));
	nothing_more();
	ck_assert_int_eq(r->tcp.state, PPTP_SILENT);
	ck_assert_int_eq(r->tcp.reason, PPTP_REASON_NONE);
	wait_for(30 * S);
	ck_assert_uint_eq(count(PPTP_ACTION_PACKET, PPTP_IP_TCP), 3);
	ck_assert_int_eq(r->tcp.state, PPTP_FILTERED);
	ck_assert_int_eq(r->tcp.reason, PPTP_REASON_ICMP);
	ck_assert_uint_eq(r->tcp.icmp.code, 13);
	ck_assert_int_eq(r->host.state, PPTP_SILENT);
	ck_assert_int_eq(r->ended_by, PPTP_ENDED_REFUSED);
	ck_assert(!noted(PPTP_NOTE_SYN_ICMP));
}
END_TEST

START_TEST(only_hard_codes_can_mean_filtered)
{
	for (uint8_t code = 0; code < 16; code++) {
		bool hard = code == 2 || code == 3 || code == 9 || code == 10 ||
			    code == 13;

		begin_at_depth(PPTP_DEPTH_SYN, false);
		unreachable("192.0.2.254", code, expect(PPTP_ACTION_PACKET));
		wait_for(30 * S);
		ck_assert_int_eq(r->tcp.state,
				 hard ? PPTP_FILTERED : PPTP_SILENT);
		ck_assert_int_eq(r->tcp.reason,
				 hard ? PPTP_REASON_ICMP : PPTP_REASON_TIMEOUT);
		ck_assert(noted(PPTP_NOTE_SYN_ICMP) == !hard);
	}
}
END_TEST

START_TEST(a_hard_code_after_a_soft_one_is_the_reason)
{
	const struct sent *syn;

	begin_at_depth(PPTP_DEPTH_SYN, false);
	syn = expect(PPTP_ACTION_PACKET);
	unreachable("192.0.2.253", 1, syn);
	unreachable("192.0.2.254", 3, syn);
	unreachable("192.0.2.253", 1, syn);
	wait_for(30 * S);
	ck_assert_uint_eq(r->tcp.icmp.code, 3);
	ck_assert_uint_eq(r->tcp.icmp.from.bytes[3], 254);
}
END_TEST

START_TEST(a_quote_that_is_not_ours_is_nobodys)
{
	uint8_t quote[28];
	static const unsigned at[] = {15, 19, 20, 23, 24, 27};

	begin_at_depth(PPTP_DEPTH_SYN, false);
	expect(PPTP_ACTION_PACKET);
	for (unsigned i = 0; i < 6; i++) {
		memcpy(quote, w.log[0].bytes, sizeof(quote));
		quote[at[i]] ^= 1; /* addresses, ports, sequence number */
		ck_assert(!icmp("192.0.2.254", 13, quote));
	}
	wait_for(30 * S);
	ck_assert_int_eq(r->tcp.state, PPTP_SILENT);
	ck_assert(!noted(PPTP_NOTE_SYN_ICMP));
	begin_at_depth(PPTP_DEPTH_CALL, false);
	wait_for(1 * S);
	kernel_syn();
	ck_assert(!icmp_about_kernel(3, KERNEL_SYN + 1));
}
END_TEST

START_TEST(icmp_then_a_syn_ack_is_open_and_told)
{
	struct pptp_tcp syn;

	begin_at_depth(PPTP_DEPTH_SYN, false);
	ck_assert(unreachable("192.0.2.254", 13, &w.log[0]));
	syn = answered_syn(PPTP_TCP_SYN | PPTP_TCP_ACK);
	(void)syn;
	ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
	ck_assert_int_eq(r->tcp.reason, PPTP_REASON_SYN_ACK);
	ck_assert(noted(PPTP_NOTE_SYN_ICMP));
	ck_assert_uint_eq(r->note[0].a, 3);
	ck_assert_uint_eq(r->note[0].b, 13);
}
END_TEST

START_TEST(icmp_from_the_target_itself_shows_that_it_lives)
{
	begin_at_depth(PPTP_DEPTH_SYN, false);
	ck_assert(unreachable(SERVER, 13, expect(PPTP_ACTION_PACKET)));
	ck_assert_int_eq(r->host.state, PPTP_ALIVE);
	ck_assert(!pptp_conversation_finished(&w.c));
	answer_pings(0);
	ck_assert_int_eq(r->host.reason, PPTP_REASON_ECHO_REPLY);
	ck_assert_int_eq(r->tcp.state, PPTP_FILTERED);
	ck_assert_uint_eq(count(PPTP_ACTION_PACKET, PPTP_IP_TCP), 3 + 10);
}
END_TEST

/* ---- other segments ------------------------------------------------------ */

START_TEST(an_odd_segment_is_told_and_is_no_answer)
{
	static const struct {
		uint8_t flags;
		uint32_t acknowledgment; /* above the SYN's number */
	} odd[] = {
	    {PPTP_TCP_ACK, 1},
	    {PPTP_TCP_ACK, 4711}, /* a challenge ACK */
	    {PPTP_TCP_RST, 1},
	    {PPTP_TCP_RST | PPTP_TCP_ACK, 0},
	    {PPTP_TCP_SYN | PPTP_TCP_ACK, 2},
	};
	struct pptp_tcp syn;

	for (unsigned i = 0; i < 5; i++) {
		begin_at_depth(PPTP_DEPTH_SYN, false);
		syn = expect_syn();
		ck_assert(
		    answer_syn(&syn, odd[i].flags,
			       syn.sequence_number + odd[i].acknowledgment));
		nothing_more();
		ck_assert_int_eq(r->tcp.state, PPTP_SILENT);
		ck_assert(noted(PPTP_NOTE_ODD_SEGMENT));
		ck_assert_uint_eq(r->note[0].a, odd[i].flags);
		/* a true answer counts all the same */
		answer_syn(&syn, PPTP_TCP_SYN | PPTP_TCP_ACK,
			   syn.sequence_number + 1);
		ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
	}
}
END_TEST

/* No reason then says that nothing came: "timeout" alone may close a port. */
START_TEST(an_odd_segment_is_no_silence)
{
	struct pptp_tcp syn;

	begin_at_depth(PPTP_DEPTH_CALL, false);
	syn = expect_syn();
	answer_syn(&syn, PPTP_TCP_RST, syn.sequence_number + 1);
	wait_for(30 * S);
	ck_assert_int_eq(r->tcp.state, PPTP_SILENT);
	ck_assert_int_eq(r->tcp.reason, PPTP_REASON_NONE);
	ck_assert_int_eq(r->tcp.connect.reason, PPTP_REASON_TIMEOUT);
}
END_TEST

START_TEST(what_comes_behind_a_true_answer_is_not_odd)
{
	struct pptp_tcp syn;

	begin_at_depth(PPTP_DEPTH_CALL, false);
	syn = expect_syn();
	answer_syn(&syn, PPTP_TCP_RST | PPTP_TCP_ACK, syn.sequence_number + 1);
	answer_syn(&syn, PPTP_TCP_ACK, 4711);
	wait_for(30 * S);
	ck_assert(!noted(PPTP_NOTE_ODD_SEGMENT));
}
END_TEST

START_TEST(a_syn_ack_from_another_host_or_port_is_not_taken)
{
	struct segment s = {ELSEWHERE, US, 1723, 0, 0x12, 7, 0};
	struct pptp_tcp syn;

	begin_at_depth(PPTP_DEPTH_SYN, false);
	syn = expect_syn();
	s.destination_port = syn.source_port;
	s.acknowledgment = syn.sequence_number + 1;
	ck_assert(!segment(s));
	s.from = SERVER;
	s.source_port = 1724;
	ck_assert(!segment(s));
	s.source_port = 1723;
	s.destination_port++;
	ck_assert(!segment(s));
	ck_assert_int_eq(r->tcp.state, PPTP_SILENT);
	ck_assert_uint_eq(r->notes, 0);
}
END_TEST

START_TEST(which_of_two_syns_was_answered_nobody_knows)
{
	struct pptp_tcp syn;

	begin_at_depth(PPTP_DEPTH_SYN, false);
	wait_for(1200 * MS);
	syn = expect_syn();
	answer_syn(&syn, PPTP_TCP_SYN | PPTP_TCP_ACK, syn.sequence_number + 1);
	ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
	ck_assert_uint_eq(r->tcp.rtt_us, 0);
}
END_TEST

START_TEST(a_connection_after_a_second_has_no_round_trip)
{
	struct setting f = plan();

	begin(&f);
	wait_for(1100 * MS);
	input(PPTP_INPUT_CONNECTED);
	ck_assert_uint_eq(r->tcp.connect.rtt_us, 0);
	ck_assert_uint_eq(r->tcp.rtt_us, 0);
}
END_TEST

START_TEST(hand_made_syns_leave_from_ports_of_their_own)
{
	struct setting f = knocking();

	for (unsigned i = 0; i < 256; i++) {
		f.vantage.random[10] = f.vantage.random[11] = (uint8_t)i;
		begin(&f);
		ck_assert_uint_ge(expect_syn().source_port, PPTP_SYN_PORT);
	}
}
END_TEST

/* ---- is the host there? -------------------------------------------------- */

START_TEST(a_living_host_is_asked_on_with_an_echo_beside_each_syn)
{
	begin_at_depth(PPTP_DEPTH_CALL, false);
	answer_pings(0);
	ck_assert_uint_eq(count(PPTP_ACTION_PACKET, PPTP_IP_TCP), 3 + 10);
	ck_assert_int_eq(r->tcp.state, PPTP_SILENT);
	ck_assert_int_eq(r->host.state, PPTP_ALIVE);
	ck_assert_uint_ne(r->host.asked, 0);
	ck_assert_uint_eq(r->host.asked, r->host.answered);
}
END_TEST

/* Ten SYNs of the kernel's too: 3 of the first try, 3 of the last. */
START_TEST(a_living_host_is_dialled_six_times_before_silence_counts)
{
	begin_at_depth(PPTP_DEPTH_CALL, false);
	answer_pings(0);
	ck_assert_uint_eq(count(PPTP_ACTION_CONNECT, 0), 6);
	ck_assert_uint_eq(count(PPTP_ACTION_CONNECT_DEAF, 0), 0);
	ck_assert_int_eq(r->tcp.connect.state, PPTP_CONNECT_TIMEOUT);
	ck_assert(!noted(PPTP_NOTE_CONNECT_AGAIN));
	ck_assert_int_eq(r->end - r->start, 15 * S);
}
END_TEST

START_TEST(the_last_try_of_a_living_host_may_take_its_time)
{
	begin_at_depth(PPTP_DEPTH_CALL, false);
	w.read = 0;
	for (unsigned pings = 0; count(PPTP_ACTION_CONNECT, 0) < 6;) {
		for (; w.read < w.sent; w.read++)
			if (w.log[w.read].action == PPTP_ACTION_PACKET &&
			    w.log[w.read].bytes[9] == PPTP_IP_ICMP && ++pings)
				answer_ping(w.read, 0);
		wait_for(100 * MS);
	}
	wait_for(4800 * MS);
	ck_assert(!pptp_conversation_finished(&w.c));
	input(PPTP_INPUT_CONNECTED);
	ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
}
END_TEST

START_TEST(a_lost_echo_shows_that_syns_may_be_lost_too)
{
	begin_at_depth(PPTP_DEPTH_CALL, false);
	answer_pings(5);
	ck_assert_int_eq(r->host.state, PPTP_ALIVE);
	ck_assert_uint_ne(r->host.asked, r->host.answered);
}
END_TEST

START_TEST(an_echo_reply_to_somebody_else_proves_no_life)
{
	begin_at_depth(PPTP_DEPTH_SYN, false);
	wait_for(4 * S);
	ck_assert(!answer_ping(3, 0x0101));
	ck_assert_int_eq(r->host.state, PPTP_SILENT);
}
END_TEST

START_TEST(a_syn_may_be_answered_while_an_echo_is_waited_for)
{
	struct pptp_tcp syn;

	begin_at_depth(PPTP_DEPTH_CALL, false);
	wait_for(5900 * MS);
	syn = expect_syn();
	answer_syn(&syn, PPTP_TCP_SYN | PPTP_TCP_ACK, syn.sequence_number + 1);
	ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
	input(PPTP_INPUT_CONNECTED);
	ck_assert_int_eq(r->control.state, PPTP_SILENT);
}
END_TEST

/* ---- stopping, and our own host ------------------------------------------ */

START_TEST(an_abort_leaves_no_silence_and_no_reason_behind)
{
	begin_at_depth(PPTP_DEPTH_CALL, false);
	unreachable("192.0.2.254", 13, &w.log[0]);
	wait_for(5 * S);
	pptp_conversation_abort(&w.c, w.now);
	drain();
	ck_assert_int_eq(w.log[w.sent - 1].action, PPTP_ACTION_CLOSE);
	ck_assert_int_eq(r->tcp.state, PPTP_NOT_TESTED);
	ck_assert_int_eq(r->tcp.reason, PPTP_REASON_NONE);
	ck_assert_int_eq(r->tcp.connect.state, PPTP_CONNECT_NOT_TRIED);
	ck_assert_int_eq(r->tcp.connect.reason, PPTP_REASON_NONE);
	ck_assert_int_eq(r->host.state, PPTP_NOT_TESTED);
	ck_assert(noted(PPTP_NOTE_SYN_ICMP));
}
END_TEST

START_TEST(on_our_own_host_the_kernels_syn_is_known_by_its_ports)
{
	struct setting f = knocking();
	struct segment s = {US, US, KERNEL_PORT, 1723, PPTP_TCP_SYN, 5, 0};

	f.plan.target = f.vantage.source;
	f.vantage.own_host = true;
	begin(&f);
	ck_assert(noted(PPTP_NOTE_OWN_HOST));
	wait_for(1 * S);
	ck_assert(segment(s));
	s = (struct segment){
	    US, US, 1723, KERNEL_PORT, PPTP_TCP_RST | PPTP_TCP_ACK, 0, 6};
	ck_assert(segment(s));
	input(PPTP_INPUT_REFUSED);
	wait_for(30 * S);
	ck_assert_int_eq(r->tcp.connect.reason, PPTP_REASON_RST);
	ck_assert_uint_eq(r->tcp.connect.tries, 1);
}
END_TEST

static void claims_of_two_tracks(Suite *s)
{
	CLAIM(s, three_syns_beside_connect_then_two_echoes_then_silence);
	CLAIM(s, a_syn_ack_leads_to_a_connection_at_once);
	CLAIM(s, a_reset_is_closed_once_connect_met_one_too);
	CLAIM(s, hand_made_syns_that_are_dropped_hide_no_open_port);
	CLAIM(s, hand_made_syns_that_are_rejected_hide_no_open_port);
	CLAIM(s, a_syn_ack_without_a_connection_after_it_is_open);
	CLAIM(s, a_port_that_answered_is_waited_for_ten_seconds);
	CLAIM(s, a_connection_after_its_time_is_one_all_the_same);
	CLAIM(s, a_late_syn_ack_beats_a_reset);
	CLAIM(s, icmp_may_end_connect_and_it_is_tried_again_deaf);
	CLAIM(s, an_unreachable_connect_is_made_three_times_and_no_more);
	CLAIM(s, a_refusal_without_a_capture_is_tried_again_and_closed);
	CLAIM(s, a_captured_reset_makes_a_refusal_final_even_afterwards);
	CLAIM(s, a_syn_ack_for_a_try_that_icmp_ended_is_open);
	CLAIM(s, what_ended_connect_is_told_where_the_capture_shows_it);
	CLAIM(s, a_failure_of_the_system_is_final_and_proves_nothing);
	CLAIM(s, first_contact_ends_within_twenty_seconds);
	CLAIM(s, a_reset_after_the_connection_is_told_as_such);
	CLAIM(s, a_socket_that_is_waited_for_takes_nothing_from_its_time);
	CLAIM(s, what_nobody_answered_yet_needs_a_socket_at_most);
	CLAIM(s, depth_syn_alone_ends_at_the_syn_ack);
	CLAIM(s, depth_syn_with_connect_closes_at_once);
}

static void claims_of_facts(Suite *s)
{
	CLAIM(s, icmp_for_a_syn_is_no_transition_and_hard_codes_mean_filtered);
	CLAIM(s, only_hard_codes_can_mean_filtered);
	CLAIM(s, a_hard_code_after_a_soft_one_is_the_reason);
	CLAIM(s, a_quote_that_is_not_ours_is_nobodys);
	CLAIM(s, icmp_then_a_syn_ack_is_open_and_told);
	CLAIM(s, icmp_from_the_target_itself_shows_that_it_lives);
	CLAIM(s, an_odd_segment_is_told_and_is_no_answer);
	CLAIM(s, an_odd_segment_is_no_silence);
	CLAIM(s, what_comes_behind_a_true_answer_is_not_odd);
	CLAIM(s, a_syn_ack_from_another_host_or_port_is_not_taken);
	CLAIM(s, which_of_two_syns_was_answered_nobody_knows);
	CLAIM(s, a_connection_after_a_second_has_no_round_trip);
	CLAIM(s, hand_made_syns_leave_from_ports_of_their_own);
	CLAIM(s, a_living_host_is_asked_on_with_an_echo_beside_each_syn);
	CLAIM(s, a_living_host_is_dialled_six_times_before_silence_counts);
	CLAIM(s, the_last_try_of_a_living_host_may_take_its_time);
	CLAIM(s, a_lost_echo_shows_that_syns_may_be_lost_too);
	CLAIM(s, an_echo_reply_to_somebody_else_proves_no_life);
	CLAIM(s, a_syn_may_be_answered_while_an_echo_is_waited_for);
	CLAIM(s, an_abort_leaves_no_silence_and_no_reason_behind);
	CLAIM(s, on_our_own_host_the_kernels_syn_is_known_by_its_ports);
}

int main(void)
{
	Suite *s = suite_create("knock");

	claims_of_two_tracks(s);
	claims_of_facts(s);
	return run_suite(s);
}
