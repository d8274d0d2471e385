/* SPDX-License-Identifier: BSD-2-Clause */
/* Conversations that begin from a SYN and its SYN-ACK of somebody else's. */
#include "unit/peer.h"

static char one[1 << 16], other[1 << 16];

static const struct segment syn = {US,           SERVER,     61000, 1723,
				   PPTP_TCP_SYN, 0x01020304, 0};
static const struct segment syn_ack = {
    SERVER, US, 1723, 61000, PPTP_TCP_SYN | PPTP_TCP_ACK, 9, 0x01020305};

static uint8_t sent[PPTP_PACKET_ROOM], got[PPTP_PACKET_ROOM];

static struct pptp_exchange exchange(struct segment first,
				     struct segment second)
{
	return (struct pptp_exchange){
	    .syn = sent,
	    .syn_ack = got,
	    .syn_length = segment_bytes(first, sent),
	    .syn_ack_length = segment_bytes(second, got),
	    .syns = 1,
	    .syn_at = 1000 * S,
	    .syn_ack_at = 1000 * S + 7 * MS,
	};
}

static enum pptp_error begin_from(const struct setting *f,
				  const struct pptp_exchange *x, int64_t now)
{
	enum pptp_error error;

	memset(&w, 0, sizeof(w));
	memset(&w.c, 0xa5, sizeof(w.c));
	w.now = now;
	error =
	    pptp_conversation_exchanged(&w.c, &f->plan, &f->vantage, x, w.now);
	if (error == PPTP_OK)
		drain();
	return error;
}

/* From the connection to the end. */
static void go_on(void)
{
	struct lcp request;

	w.now += 3 * MS;
	connected();
	expect_control(PPTP_SCCRQ);
	say(PPTP_SCCRP);
	expect(PPTP_ACTION_GUARD);
	expect_control(PPTP_OCRQ);
	say(PPTP_OCRP);
	request = expect_lcp(PPTP_CONFIGURE_REQUEST);
	lcp(PPTP_CONFIGURE_ACK, request.p.identifier, "0506aa6a6acf");
	lcp(PPTP_TERMINATE_REQUEST, 7, "");
	wait_for(60 * S);
	ck_assert(pptp_conversation_finished(&w.c));
}

START_TEST(the_record_is_the_one_of_who_sent_the_syn_itself)
{
	struct setting f = knocking();
	struct pptp_exchange x;
	const struct sent *s;
	struct pptp_tcp tcp;

	f.vantage.time_us = 7000 * S;
	begin(&f);
	s = &w.log[0];
	memcpy(sent, s->bytes, s->length);
	x = exchange(syn, syn_ack);
	x.syn_at = w.now;
	x.syn_length = s->length;
	memcpy(sent, s->bytes, s->length);
	tcp = expect_syn();
	w.now += 6 * MS;
	x.syn_ack_at = w.now + MS; /* packet() lets one pass */
	x.syn_ack_length =
	    segment_bytes((struct segment){SERVER, US, 1723, tcp.source_port,
					   PPTP_TCP_SYN | PPTP_TCP_ACK, 9,
					   tcp.sequence_number + 1},
			  got);
	ck_assert(packet(got, x.syn_ack_length));
	go_on();
	as_json(&w.c.record, one, sizeof(one));

	f.vantage.time_us += x.syn_ack_at - x.syn_at;
	ck_assert_int_eq(begin_from(&f, &x, x.syn_ack_at), PPTP_OK);
	go_on();
	as_json(&w.c.record, other, sizeof(other));
	ck_assert_str_eq(one, other);
	ck_assert_has(one, "\"rtt_us\":7000");
}
END_TEST

START_TEST(what_the_answer_shows_is_kept_and_no_syn_is_sent)
{
	struct setting f = plan();
	struct pptp_exchange x = exchange(syn, syn_ack);
	const struct pptp_record *r = &w.c.record;

	for (unsigned i = 0; i < 2; i++) {
		f.plan.opening =
		    i == 0 ? PPTP_OPENING_CONNECT : PPTP_OPENING_SYN;
		ck_assert_int_eq(begin_from(&f, &x, 1004 * S), PPTP_OK);
		ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
		ck_assert_int_eq(r->tcp.reason, PPTP_REASON_SYN_ACK);
		ck_assert_uint_eq(r->tcp.rtt_us, 7 * MS);
		ck_assert_uint_eq(r->tcp.ttl, 128);
		ck_assert_uint_eq(r->tcp.window, 4128);
		ck_assert_uint_eq(r->packets_sent, 1);
		ck_assert_uint_eq(r->packets_received, 1);
		ck_assert(r->start == 1000 * S);
		ck_assert(!pptp_conversation_knocks(&w.c));
		ck_assert_uint_eq(w.sent, 1);
		expect(PPTP_ACTION_CONNECT);
		ck_assert(pptp_conversation_deadline(&w.c) == 1014 * S);
		wait_for(60 * S);
		for (unsigned n = 0; n < w.sent; n++)
			ck_assert_int_ne(w.log[n].action, PPTP_ACTION_PACKET);
		ck_assert_int_eq(r->tcp.state, PPTP_OPEN);
		ck_assert_int_eq(r->tcp.connect.state, PPTP_CONNECT_TIMEOUT);
	}
}
END_TEST

START_TEST(of_several_syns_nobody_knows_which_was_answered)
{
	struct setting f = knocking();
	struct pptp_exchange x = exchange(syn, syn_ack);

	x.syns = 3;
	ck_assert_int_eq(begin_from(&f, &x, 1004 * S), PPTP_OK);
	ck_assert_uint_eq(w.c.record.tcp.rtt_us, 0);
	ck_assert_uint_eq(w.c.record.packets_sent, 3);
	ck_assert_int_eq(w.c.record.tcp.state, PPTP_OPEN);
}
END_TEST

START_TEST(it_closes_at_once_at_depth_syn)
{
	struct setting f = knocking();
	struct pptp_exchange x = exchange(syn, syn_ack);

	f.plan.depth = PPTP_DEPTH_SYN;
	ck_assert_int_eq(begin_from(&f, &x, 1004 * S), PPTP_OK);
	connected();
	expect(PPTP_ACTION_CLOSE);
	ck_assert(pptp_conversation_finished(&w.c));
	ck_assert_int_eq(w.c.record.kind, PPTP_KIND_SYN);
}
END_TEST

/* Each is wrong in one thing. */
static const struct segment firsts[] = {
    {ELSEWHERE, SERVER, 61000, 1723, PPTP_TCP_SYN, 0x01020304, 0},
    {US, ELSEWHERE, 61000, 1723, PPTP_TCP_SYN, 0x01020304, 0},
    {US, SERVER, 61000, 1724, PPTP_TCP_SYN, 0x01020304, 0},
    {US, SERVER, 61000, 1723, PPTP_TCP_ACK, 0x01020304, 0},
    {US, SERVER, 61001, 1723, PPTP_TCP_SYN, 0x01020304, 0},
};

static const struct segment seconds[] = {
    {ELSEWHERE, US, 1723, 61000, PPTP_TCP_SYN | PPTP_TCP_ACK, 9, 0x01020305},
    {SERVER, US, 1724, 61000, PPTP_TCP_SYN | PPTP_TCP_ACK, 9, 0x01020305},
    {SERVER, US, 1723, 61000, PPTP_TCP_SYN | PPTP_TCP_ACK, 9, 0x01020304},
    {SERVER, US, 1723, 61000, PPTP_TCP_RST | PPTP_TCP_ACK, 9, 0x01020305},
    {SERVER, US, 1723, 61000, PPTP_TCP_ACK, 9, 0x01020305},
};

START_TEST(what_is_no_exchange_with_the_target_is_refused)
{
	struct setting f = knocking();
	struct pptp_exchange x = exchange(syn, syn_ack);

	ck_assert_int_eq(begin_from(&f, &x, 1004 * S), PPTP_OK);
	ck_assert_int_eq(begin_from(&f, &x, 1000 * S), PPTP_ERROR_ARGUMENT);
	x.syn_at = x.syn_ack_at + 1;
	ck_assert_int_eq(begin_from(&f, &x, 1004 * S), PPTP_ERROR_ARGUMENT);
	x = exchange(syn, syn_ack);
	x.syns = 0;
	ck_assert_int_eq(begin_from(&f, &x, 1004 * S), PPTP_ERROR_ARGUMENT);
	for (size_t i = 0; i < sizeof(firsts) / sizeof(*firsts); i++) {
		x = exchange(firsts[i], syn_ack);
		ck_assert_int_eq(begin_from(&f, &x, 1004 * S),
				 PPTP_ERROR_ARGUMENT);
	}
	for (size_t i = 0; i < sizeof(seconds) / sizeof(*seconds); i++) {
		x = exchange(syn, seconds[i]);
		ck_assert_int_eq(begin_from(&f, &x, 1004 * S),
				 PPTP_ERROR_ARGUMENT);
	}
	x = exchange(syn, syn_ack);
	for (x.syn_ack_length = 39; x.syn_ack_length > 0; x.syn_ack_length--)
		ck_assert_int_eq(begin_from(&f, &x, 1004 * S),
				 PPTP_ERROR_ARGUMENT);
	x = exchange(syn, syn_ack);
	f.plan.opening = PPTP_OPENING_SYN_ONLY;
	ck_assert_int_eq(begin_from(&f, &x, 1004 * S), PPTP_ERROR_ARGUMENT);
	f.plan.opening = PPTP_OPENING_GRE;
	ck_assert_int_eq(begin_from(&f, &x, 1004 * S), PPTP_ERROR_ARGUMENT);
	f = knocking();
	f.plan.port = 0;
	ck_assert_int_eq(begin_from(&f, &x, 1004 * S), PPTP_ERROR_ARGUMENT);
}
END_TEST

/* A kernel answers a SYN-ACK that it knows nothing of with a RST. */
START_TEST(what_our_kernel_says_to_the_answer_is_no_event)
{
	struct setting f = knocking();
	struct pptp_exchange x = exchange(syn, syn_ack);

	ck_assert_int_eq(begin_from(&f, &x, 1004 * S), PPTP_OK);
	ck_assert(!segment((struct segment){US, SERVER, 61000, 1723,
					    PPTP_TCP_RST, 0x01020305, 0}));
	ck_assert(segment(syn_ack)); /* sent again: nothing new */
	ck_assert_uint_eq(w.c.record.packets_received, 1);
	ck_assert_int_eq(w.c.record.tcp.state, PPTP_OPEN);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("exchange");

	CLAIM(s, the_record_is_the_one_of_who_sent_the_syn_itself);
	CLAIM(s, what_the_answer_shows_is_kept_and_no_syn_is_sent);
	CLAIM(s, of_several_syns_nobody_knows_which_was_answered);
	CLAIM(s, it_closes_at_once_at_depth_syn);
	CLAIM(s, what_is_no_exchange_with_the_target_is_refused);
	CLAIM(s, what_our_kernel_says_to_the_answer_is_no_event);
	return run_suite(s);
}
