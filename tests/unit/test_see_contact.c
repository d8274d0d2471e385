/* SPDX-License-Identifier: BSD-2-Clause */
/* What the observer makes of SYNs and what answers them, try by try. */
#include "core/observer.h"

#include "unit/claims.h"
#include "unit/store.h"

#define OWN_PORT 50000

static struct pptp_observer o;
static struct pptp_record r;

static void begin(void)
{
	memset(&o, 0xa5, sizeof(o)); /* what was there before is nobody's */
	record_empty(&r);
	r.source = pptp_address_v4(0xc0000202);
	r.target = pptp_address_v4(0xc0000201);
	r.port = 1723;
	pptp_observer_init(&o, &r);
}

/* A TCP header, in both directions. */
static void write_tcp(struct pptp_writer *w, bool by_us, uint8_t flags,
		      uint32_t sequence, uint32_t acknowledgment)
{
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = by_us ? r.source : r.target;
	ip.destination = by_us ? r.target : r.source;
	ip.ttl = 64;
	ip.protocol = PPTP_IP_TCP;
	pptp_ip_encode(w, &ip, 20);
	pptp_write_u16(w, by_us ? OWN_PORT : 1723);
	pptp_write_u16(w, by_us ? 1723 : OWN_PORT);
	pptp_write_u32(w, sequence);
	pptp_write_u32(w, acknowledgment);
	pptp_write_u8(w, 0x50);
	pptp_write_u8(w, flags);
	pptp_write_u16(w, 64240);
	pptp_write_zeros(w, 4);
}

static enum pptp_event_kind tcp(bool by_us, uint8_t flags, uint32_t sequence,
				uint32_t acknowledgment, int64_t now)
{
	uint8_t bytes[64];
	struct pptp_event event;
	struct pptp_writer w;
	bool ours;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	write_tcp(&w, by_us, flags, sequence, acknowledgment);
	ours = pptp_observer_bytes(&o, by_us ? PPTP_US : PPTP_SERVER, bytes,
				   w.length, now, &event);
	ck_assert(ours || event.kind == PPTP_EVENT_NONE);
	return event.kind;
}

static bool from_target;

/* ICMP unreachable about the SYN with that number, from a router if not from
 * the target. */
static enum pptp_event_kind icmp(uint8_t code, uint32_t sequence, int64_t now)
{
	uint8_t bytes[128];
	struct pptp_event event;
	struct pptp_writer w;
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = from_target ? r.target : pptp_address_v4(0xc00002fe);
	ip.destination = r.source;
	ip.ttl = 64;
	ip.protocol = PPTP_IP_ICMP;
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_ip_encode(&w, &ip, 8 + 40);
	pptp_write_u8(&w, PPTP_ICMP_UNREACHABLE);
	pptp_write_u8(&w, code);
	pptp_write_zeros(&w, 6);
	write_tcp(&w, true, PPTP_TCP_SYN, sequence, 0);
	ck_assert(
	    pptp_observer_bytes(&o, PPTP_SERVER, bytes, w.length, now, &event));
	return event.kind;
}

static void try_with(uint32_t sequence, int64_t now)
{
	pptp_observer_connecting(&o, now);
	ck_assert_int_eq(tcp(true, PPTP_TCP_SYN, sequence, 0, now),
			 PPTP_EVENT_CONNECT);
}

/* From 1 s on, and after a second SYN, nobody knows which one was answered. */
START_TEST(a_round_trip_is_that_of_one_syn)
{
	static const struct {
		unsigned syns;
		int64_t us, known;
	} rows[] = {{1, 1, 1},       {1, 999999, 999999}, {1, 1000000, 0},
		    {1, 1000001, 0}, {2, 999999, 0},      {3, 5, 0}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		begin();
		pptp_observer_connecting(&o, 7);
		for (unsigned n = 0; n < rows[i].syns; n++)
			tcp(true, PPTP_TCP_SYN, 1, 0, 7);
		pptp_observer_connected(&o, 7 + rows[i].us);
		ck_assert_int_eq(r.tcp.connect.rtt_us, rows[i].known);
		ck_assert_int_eq(r.tcp.rtt_us, rows[i].known);
		begin();
		pptp_observer_connecting(&o, 7);
		pptp_observer_not_connected(&o, PPTP_CONNECT_REFUSED,
					    7 + rows[i].us);
		ck_assert_int_eq(r.tcp.connect.rtt_us,
				 rows[i].us < 1000000 ? rows[i].us : 0);
	}
	begin();
	pptp_observer_connecting(&o, 7);
	pptp_observer_not_connected(&o, PPTP_CONNECT_UNREACHABLE, 8);
	ck_assert_uint_eq(r.tcp.connect.rtt_us, 0);
}
END_TEST

/* Hand-made SYNs: the first answer of a kind counts, and open beats closed. */
START_TEST(an_answer_that_comes_again_changes_nothing)
{
	const uint8_t rst = PPTP_TCP_RST | PPTP_TCP_ACK,
		      syn_ack = PPTP_TCP_SYN | PPTP_TCP_ACK;

	for (int closed_first = 0; closed_first < 2; closed_first++) {
		begin();
		tcp(true, PPTP_TCP_SYN, 1, 0, 10);
		if (closed_first) {
			ck_assert_int_eq(tcp(false, rst, 0, 2, 11),
					 PPTP_EVENT_RST);
			tcp(false, rst, 0, 2, 12);
			ck_assert_uint_eq(r.tcp.rtt_us, 1);
			ck_assert_int_eq(r.tcp.state, PPTP_CLOSED);
		}
		ck_assert_int_eq(tcp(false, syn_ack, 0, 2, 15),
				 PPTP_EVENT_SYN_ACK);
		ck_assert_int_eq(r.tcp.state, PPTP_OPEN);
		tcp(false, syn_ack, 0, 2, 20);
		tcp(false, rst, 0, 2, 30);
		ck_assert_int_eq(r.tcp.state, PPTP_OPEN);
		ck_assert_uint_eq(r.tcp.rtt_us, 5);
		ck_assert_uint_eq(r.notes, 0);
	}
}
END_TEST

START_TEST(who_asked_nothing_knows_nothing)
{
	static const enum pptp_ended_by ends[] = {
	    PPTP_ENDED_COMPLETE, PPTP_ENDED_ABORTED, PPTP_ENDED_ERROR};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		begin();
		pptp_observer_end(&o, ends[i], 1);
		ck_assert_int_eq(r.tcp.state, PPTP_NOT_TESTED);
		ck_assert_int_eq(r.tcp.reason, PPTP_REASON_NONE);
		ck_assert_int_eq(r.tcp.connect.state, PPTP_CONNECT_NOT_TRIED);
		ck_assert_int_eq(r.tcp.connect.reason, PPTP_REASON_NONE);
		ck_assert_uint_eq(r.notes, 0);
	}
}
END_TEST

/* Each has one port. */
START_TEST(a_syn_from_a_third_port_is_none_of_ours)
{
	uint8_t bytes[64];
	struct pptp_event event;
	struct pptp_record before;
	struct pptp_writer w;

	begin();
	pptp_observer_connecting(&o, 1);
	for (uint8_t port = 0; port < 4; port++) {
		before = r;
		pptp_writer_init(&w, bytes, sizeof(bytes));
		write_tcp(&w, true, PPTP_TCP_SYN, 7, 0);
		bytes[21] = (uint8_t)(bytes[21] + port); /* its source port */
		ck_assert_int_eq(pptp_observer_bytes(&o, PPTP_US, bytes,
						     w.length, 2, &event),
				 port == 0);
		ck_assert_int_eq(event.kind, port == 0 ? PPTP_EVENT_CONNECT
						       : PPTP_EVENT_NONE);
		if (port > 0)
			ck_assert_mem_eq(&before, &r, sizeof(r));
	}
}
END_TEST

START_TEST(a_new_try_begins_in_silence)
{
	begin();
	try_with(1, 0);
	tcp(false, PPTP_TCP_RST | PPTP_TCP_ACK, 0, 2, 1);
	pptp_observer_not_connected(&o, PPTP_CONNECT_REFUSED, 2);
	ck_assert_int_eq(r.tcp.state, PPTP_CLOSED);
	pptp_observer_connecting(&o, 3);
	ck_assert_int_eq(r.tcp.state, PPTP_SILENT);
	ck_assert_int_eq(r.tcp.reason, PPTP_REASON_NONE);
	ck_assert_int_eq(r.tcp.connect.state, PPTP_CONNECT_TIMEOUT);
	ck_assert_uint_eq(r.tcp.connect.tries, 2);
}
END_TEST

/* Soft codes and hard ones; where the last try was answered, a note keeps the
 * first. */
START_TEST(icmp_of_the_first_try_is_noted)
{
	static const uint8_t codes[][2] = {{1, 0}, {13, 1}, {0, 13}, {2, 3}};

	for (size_t i = 0; i < sizeof(codes) / sizeof(*codes); i++) {
		begin();
		for (uint32_t n = 0; n < 2; n++) {
			try_with(n, n);
			ck_assert_int_eq(icmp(codes[i][n], n, n),
					 PPTP_EVENT_CONNECT);
			pptp_observer_not_connected(
			    &o, PPTP_CONNECT_UNREACHABLE, n);
		}
		try_with(9, 9);
		ck_assert_int_eq(
		    tcp(false, PPTP_TCP_SYN | PPTP_TCP_ACK, 0, 10, 10),
		    PPTP_EVENT_CONNECT);
		pptp_observer_connected(&o, 10);
		pptp_observer_end(&o, PPTP_ENDED_COMPLETE, 11);
		ck_assert_int_eq(r.tcp.state, PPTP_OPEN);
		ck_assert_uint_eq(r.notes, 2);
		ck_assert_int_eq(r.note[0].code, PPTP_NOTE_CONNECT_AGAIN);
		ck_assert_int_eq(r.note[1].code, PPTP_NOTE_SYN_ICMP);
		ck_assert_uint_eq(r.note[1].a, PPTP_ICMP_UNREACHABLE);
		ck_assert_uint_eq(r.note[1].b, codes[i][0]);
	}
}
END_TEST

START_TEST(who_sends_icmp_is_alive)
{
	begin();
	tcp(true, PPTP_TCP_SYN, 1, 0, 0);
	ck_assert_int_eq(icmp(13, 1, 1), PPTP_EVENT_UNREACHABLE_TCP);
	ck_assert_int_eq(r.host.state, PPTP_NOT_TESTED);
	from_target = true;
	icmp(10, 1, 2);
	icmp(3, 1, 3);
	from_target = false;
	ck_assert_int_eq(r.host.state, PPTP_ALIVE);
	ck_assert_int_eq(r.host.reason, PPTP_REASON_ICMP);
	ck_assert_uint_eq(r.host.icmp_type, PPTP_ICMP_UNREACHABLE);
	ck_assert_uint_eq(r.host.icmp_code, 10); /* the first one's */
}
END_TEST

/* Each stage that waited when we were told to stop: nobody knows. */
START_TEST(silence_that_was_cut_short_is_not_tested)
{
	uint8_t *const states[] = {
	    &r.control.state,   &r.call.state,    &r.gre.state, &r.lcp.state,
	    &r.challenge.state, &r.network.state, &r.tcp.state, &r.host.state};
	static const uint8_t silent[] = {PPTP_SILENT, PPTP_NONE};

	for (size_t k = 0; k < sizeof(silent); k++) {
		begin();
		for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
			*states[i] = silent[k];
		pptp_observer_end(&o, PPTP_ENDED_ABORTED, 1);
		for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
			ck_assert_int_eq(*states[i], PPTP_NOT_TESTED);
		ck_assert_int_eq(r.tcp.reason, PPTP_REASON_NONE);
		ck_assert_int_eq(r.gre.reason, PPTP_REASON_NONE);
	}
	begin();
	try_with(1, 0);
	pptp_observer_end(&o, PPTP_ENDED_ABORTED, 1);
	ck_assert_int_eq(r.tcp.connect.state, PPTP_CONNECT_NOT_TRIED);
	ck_assert_uint_eq(r.tcp.connect.tries, 0);
}
END_TEST

/* Where the system fails us, the SYNs that left before were waited for. */
START_TEST(an_error_forgets_silence_only_where_no_syn_left)
{
	for (unsigned syns = 0; syns < 3; syns++) {
		begin();
		for (unsigned n = 0; n < syns; n++)
			tcp(true, PPTP_TCP_SYN, 1, 0, n);
		r.host.state = PPTP_SILENT;
		pptp_observer_end(&o, PPTP_ENDED_ERROR, 9);
		ck_assert_int_eq(r.host.state,
				 syns == 0 ? PPTP_NOT_TESTED : PPTP_SILENT);
		ck_assert_int_eq(r.tcp.state == PPTP_NOT_TESTED, syns == 0);
	}
}
END_TEST

/* Of a connect() too, which the system ended. */
START_TEST(a_reason_goes_with_the_silence_that_an_error_forgets)
{
	begin();
	pptp_observer_connecting(&o, 1);
	pptp_observer_end(&o, PPTP_ENDED_ERROR, 9);
	ck_assert_int_eq(r.tcp.state, PPTP_NOT_TESTED);
	ck_assert_int_eq(r.tcp.reason, PPTP_REASON_NONE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("observer of SYNs");

	CLAIM(s, a_round_trip_is_that_of_one_syn);
	CLAIM(s, an_answer_that_comes_again_changes_nothing);
	CLAIM(s, who_asked_nothing_knows_nothing);
	CLAIM(s, a_syn_from_a_third_port_is_none_of_ours);
	CLAIM(s, a_new_try_begins_in_silence);
	CLAIM(s, icmp_of_the_first_try_is_noted);
	CLAIM(s, who_sends_icmp_is_alive);
	CLAIM(s, silence_that_was_cut_short_is_not_tested);
	CLAIM(s, an_error_forgets_silence_only_where_no_syn_left);
	CLAIM(s, a_reason_goes_with_the_silence_that_an_error_forgets);
	return run_suite(s);
}
