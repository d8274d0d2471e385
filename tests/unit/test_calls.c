/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture of an audit gives the record that the audit gave, however its bytes
 * were cut; and each of many calls is told by itself. */
#include "read/calls.h"

#include "unit/calls_read.h"

/* ---- audits -------------------------------------------------------------- */

static void terminated_call(void)
{
	begin_call("pap");
	ppp(PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	ppp(PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, 2, "0506aa6a6ace");
	ppp(PPTP_PPP_LCP, PPTP_TERMINATE_REQUEST, 3, "706565");
	end_call();
	ck_assert_int_eq(c.record.ended_by, PPTP_ENDED_TERMINATE);
}

static void call_without_login(void)
{
	begin_call(NULL);
	ppp(PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, 1, "0506aa6a6ace");
	ppp(PPTP_PPP_IPCP, PPTP_CONFIGURE_REQUEST, 1, "03060a4e0501");
	now += 300 * MS;
	pptp_conversation_input(&c, PPTP_INPUT_TICK, NULL, 0, now);
	drain();
	end_call();
	ck_assert_int_eq(c.record.network.state, PPTP_ASKED);
}

static void refused_call(void)
{
	uint8_t bytes[PPTP_CONTROL_MAX];

	begin_audit(NULL);
	control(PPTP_SCCRP);
	from_server(bytes, message(bytes, PPTP_OCRP, 4));
	control(PPTP_STOP_CCRP);
	ck_assert(pptp_conversation_finished(&c));
	ck_assert_int_eq(c.record.call.state, PPTP_REFUSED);
}

static void another_protocol(void)
{
	static const char banner[] = "220 mail.example.net ESMTP ready\r\n";

	begin_audit(NULL);
	from_server((const uint8_t *)banner, sizeof(banner) - 1);
	ck_assert(pptp_conversation_finished(&c));
	ck_assert_int_eq(c.record.control.state, PPTP_NOT_PPTP);
}

static void server_leaves(void)
{
	static const uint8_t none;

	begin_call(NULL);
	ppp(PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	now += MS;
	on_connection(PPTP_SERVER, PPTP_TCP_FIN, &none, 0);
	pptp_conversation_input(&c, PPTP_INPUT_CLOSED, NULL, 0, now);
	drain();
	ck_assert_int_eq(c.record.ended_by, PPTP_ENDED_CLOSED);
}

static void wait_once(void)
{
	now = pptp_conversation_deadline(&c);
	pptp_conversation_input(&c, PPTP_INPUT_TICK, NULL, 0, now);
	drain();
}

static void wait_to_the_end(void)
{
	while (!pptp_conversation_finished(&c))
		wait_once();
}

static void silent_server(void)
{
	begin_audit(NULL);
	wait_to_the_end();
	ck_assert_int_eq(c.record.control.state, PPTP_SILENT);
}

/* The target's ICMP 3/2 about the packet of ours that was captured last. */
static void icmp_about_the_last(void)
{
	struct wire_frame quoted = frames[frame_count - 1];
	struct pptp_ip ip = ip_from(PPTP_SERVER);
	uint8_t bytes[FRAME_ROOM];
	struct pptp_writer out;

	ip.protocol = PPTP_IP_ICMP;
	pptp_writer_init(&out, bytes, sizeof(bytes));
	pptp_ip_encode(&out, &ip, 8 + quoted.length);
	pptp_write_u8(&out, PPTP_ICMP_UNREACHABLE);
	pptp_write_u8(&out, 2);
	pptp_write_zeros(&out, 6);
	pptp_write_bytes(&out, quoted.bytes, quoted.length);
	now += MS;
	capture_bytes(bytes, out.length);
	ck_assert(pptp_conversation_input(&c, PPTP_INPUT_PACKET, bytes,
					  out.length, now));
	drain();
}

static void refused_gre(void)
{
	begin_audit(NULL);
	control(PPTP_SCCRP);
	control(PPTP_OCRP);
	while (pptp_record_refusals(&c.record) < 2) {
		if (is_protocol(frame_count - 1, PPTP_IP_GRE))
			icmp_about_the_last();
		wait_once();
	}
	wait_to_the_end();
	ck_assert_int_eq(c.record.gre.state, PPTP_UNREACHABLE);
	ck_assert_int_eq(c.record.ended_by, PPTP_ENDED_REFUSED);
}

static void silent_gre(void)
{
	begin_audit(NULL);
	control(PPTP_SCCRP);
	control(PPTP_OCRP);
	wait_to_the_end();
	ck_assert_int_eq(c.record.gre.state, PPTP_SILENT);
	ck_assert_int_eq(c.record.ended_by, PPTP_ENDED_SILENT);
}

static void (*const audits[])(void) = {
    clean_call,    terminated_call,  call_without_login,
    refused_call,  another_protocol, server_leaves,
    silent_server, refused_gre,      silent_gre,
};

#define AUDITS ((int)(sizeof(audits) / sizeof(*audits)))

START_TEST(a_capture_of_an_audit_gives_its_record)
{
	segment_size = 1460;
	audits[_i]();
	the_same_record();
}
END_TEST

/* Only of a banner it shows how it was cut: its first bytes decide. */
START_TEST(segments_of_any_size_give_the_same_record)
{
	if (audits[_i] == another_protocol)
		return;
	for (segment_size = 7; segment_size < 180; segment_size += 29) {
		audits[_i]();
		the_same_record();
	}
}
END_TEST

START_TEST(segments_that_come_twice_or_swapped_give_the_same_record)
{
	static char whole[TEXT];
	struct pptp_calls *all;

	segment_size = 50;
	clean_call();
	the_same_record();
	memcpy(whole, heard.text, TEXT);
	all = reader(8);
	for (unsigned i = 0; i < frame_count; i++) {
		/* of one side, in the same moment */
		bool pair = i + 1 < frame_count && i > 8 &&
			    is_protocol(i, PPTP_IP_TCP) &&
			    is_protocol(i + 1, PPTP_IP_TCP) &&
			    frames[i].bytes[15] == frames[i + 1].bytes[15] &&
			    frames[i].time_us == frames[i + 1].time_us;

		if (pair)
			show(all, i + 1);
		show(all, i);
		if (pair)
			i++;
		if (i > 8 && is_protocol(i, PPTP_IP_TCP))
			show(all, i);
	}
	(void)finish(all);
	same_text(heard.text, whole);
}
END_TEST

/* In two fragments, the second one first. */
static void show_in_parts(struct pptp_calls *all, const struct wire_frame *f)
{
	uint8_t part[FRAME_ROOM];
	size_t half = 20 + 16;

	for (unsigned n = 2; n-- > 0;) {
		size_t at = n == 0 ? 20 : half;
		size_t length = n == 0 ? half : 20 + f->length - half;

		memcpy(part, f->bytes, 20);
		memcpy(part + 20, f->bytes + at, length - 20);
		part[2] = (uint8_t)(length >> 8);
		part[3] = (uint8_t)length;
		part[6] = n == 0 ? 0x20 : 0; /* more to come */
		part[7] = n == 0 ? 0 : (uint8_t)((half - 20) / 8);
		show_bytes(all, part, length, false, f->time_us);
	}
}

START_TEST(fragments_are_joined)
{
	static char whole[TEXT];
	struct pptp_calls *all;
	unsigned parts = 0;

	segment_size = 1460;
	clean_call();
	the_same_record();
	memcpy(whole, heard.text, TEXT);
	all = reader(8);
	for (unsigned i = 0; i < frame_count; i++)
		if (is_protocol(i, PPTP_IP_GRE) && frames[i].length > 40) {
			show_in_parts(all, &frames[i]);
			parts++;
		} else {
			show(all, i);
		}
	(void)finish(all);
	ck_assert_uint_gt(parts, 3);
	same_text(heard.text, whole);
}
END_TEST

/* ---- many ---------------------------------------------------------------- */

/* As if another client had spoken. */
static void show_of(struct pptp_calls *all, unsigned n, uint8_t client)
{
	uint8_t bytes[FRAME_ROOM];
	bool by_us = frames[n].bytes[15] == (US_ADDRESS & 255);

	memcpy(bytes, frames[n].bytes, frames[n].length);
	bytes[by_us ? 15 : 19] = client;
	show_bytes(all, bytes, frames[n].length, false, frames[n].time_us);
}

START_TEST(calls_side_by_side_are_told_apart)
{
	struct pptp_calls *all = reader(40);
	bool seen[256] = {false};

	segment_size = 100;
	clean_call();
	for (unsigned i = 0; i < frame_count; i++)
		for (unsigned client = 10; client < 50; client++)
			show_of(all, i, (uint8_t)client);
	ck_assert_uint_eq(finish(all).crowded, 0);
	ck_assert_uint_eq(heard.calls, 40);
	for (unsigned i = 0; i < 40; i++) {
		const struct pptp_record *r = &heard.call[i].record;

		ck_assert(!seen[r->source.bytes[3]]);
		seen[r->source.bytes[3]] = true;
		ck_assert_int_eq(r->challenge.state, PPTP_SEEN);
		ck_assert_int_eq(r->teardown.state, PPTP_CLEAN);
	}
}
END_TEST

START_TEST(more_calls_than_are_kept_are_given_early_and_counted)
{
	struct pptp_calls *all = reader(4);
	unsigned crowded = 0;

	segment_size = 1460;
	clean_call();
	for (unsigned client = 10; client < 30; client++)
		for (unsigned i = 0; i < frame_count / 2; i++)
			show_of(all, i, (uint8_t)client);
	ck_assert_uint_eq(finish(all).crowded, 16);
	ck_assert_uint_eq(heard.calls, 20);
	for (unsigned i = 0; i < heard.calls; i++) {
		crowded += heard.call[i].crowded;
		ck_assert_uint_eq(heard.call[i].record.source.bytes[3], 10 + i);
		ck_assert_int_eq(heard.call[i].record.ended_by,
				 PPTP_ENDED_ABORTED);
	}
	ck_assert_uint_eq(crowded, 16);
}
END_TEST

/* The same two hosts, and another port of the client's. */
START_TEST(connections_of_the_same_hosts_are_told_apart)
{
	struct pptp_calls *all = reader(8);
	uint8_t bytes[FRAME_ROOM];

	segment_size = 1460;
	clean_call();
	for (unsigned i = 0; i < frame_count; i++)
		for (uint8_t port = 0; port < 3; port++) {
			bool by_us = frames[i].bytes[15] == (US_ADDRESS & 255);

			if (!is_protocol(i, PPTP_IP_TCP))
				continue;
			memcpy(bytes, frames[i].bytes, frames[i].length);
			bytes[by_us ? 21 : 23] ^= port;
			show_bytes(all, bytes, frames[i].length, false,
				   frames[i].time_us);
		}
	(void)finish(all);
	ck_assert_uint_eq(heard.calls, 3);
	for (unsigned i = 0; i < 3; i++) {
		const struct pptp_record *r = &heard.call[i].record;

		ck_assert_int_eq(r->call.state, PPTP_ACCEPTED);
		ck_assert_int_eq(r->teardown.state, PPTP_CLEAN);
		ck_assert_uint_eq(heard.call[i].gaps, 0);
		ck_assert_uint_eq(r->notes, 0);
	}
}
END_TEST

/* With sequence numbers of its own, as each connection has. */
static void show_round(struct pptp_calls *all, unsigned n, unsigned round)
{
	uint8_t bytes[FRAME_ROOM];

	memcpy(bytes, frames[n].bytes, frames[n].length);
	if (is_protocol(n, PPTP_IP_TCP)) {
		bytes[25] = (uint8_t)(bytes[25] + round);
		bytes[29] = (uint8_t)(bytes[29] + round);
	}
	show_bytes(all, bytes, frames[n].length, false, frames[n].time_us);
}

START_TEST(the_same_ports_again_are_another_call)
{
	struct pptp_calls *all = reader(8);

	segment_size = 1460;
	clean_call();
	for (unsigned round = 0; round < 3; round++)
		for (unsigned i = 0; i < frame_count; i++)
			show_round(all, i, round);
	ck_assert_uint_eq(finish(all).late, 0);
	ck_assert_uint_eq(heard.calls, 3);
	for (unsigned i = 0; i < 3; i++)
		ck_assert_int_eq(heard.call[i].record.challenge.state,
				 PPTP_SEEN);
}
END_TEST

static void say(struct pptp_calls *all, enum pptp_side side, unsigned type,
		uint16_t call_id, uint16_t peer_call_id)
{
	uint8_t bytes[PPTP_CONTROL_MAX];
	struct pptp_control m;
	struct pptp_writer w;

	memset(&m, 0, sizeof(m));
	m.control_message_type = (uint16_t)type;
	m.result_code = 1;
	m.call_id = call_id;
	m.peer_call_id = peer_call_id;
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_control_encode(&w, &m);
	frame_count = 0;
	now += MS;
	on_connection(side, 0, bytes, w.length);
	show(all, 0);
}

/* RFC 2637 1.3: one control connection, and many calls. */
START_TEST(two_calls_of_one_connection_are_two)
{
	struct pptp_calls *all = reader(8);
	const struct pptp_record *first = &heard.call[0].record;
	const struct pptp_record *second = &heard.call[1].record;

	segment_size = 1460;
	say(all, PPTP_US, PPTP_SCCRQ, 0, 0);
	say(all, PPTP_SERVER, PPTP_SCCRP, 0, 0);
	say(all, PPTP_US, PPTP_OCRQ, 0x1111, 0);
	say(all, PPTP_US, PPTP_OCRQ, 0x2222, 0);
	say(all, PPTP_SERVER, PPTP_OCRP, 0x20, 0x2222);
	say(all, PPTP_SERVER, PPTP_OCRP, 0x10, 0x1111);
	say(all, PPTP_SERVER, PPTP_CDN, 0x20, 0);
	(void)finish(all);
	ck_assert_uint_eq(heard.calls, 2);
	ck_assert_uint_eq(first->call.peer_call_id, 0x1111);
	ck_assert_uint_eq(first->call.call_id, 0x10);
	ck_assert(!first->call.disconnected);
	ck_assert_uint_eq(second->call.peer_call_id, 0x2222);
	ck_assert_uint_eq(second->call.call_id, 0x20);
	ck_assert(second->call.disconnected);
	ck_assert_int_eq(second->control.state, PPTP_ANSWERED);
	ck_assert_uint_eq(first->notes, 0);
	ck_assert_uint_eq(second->notes, 0);
}
END_TEST

START_TEST(a_call_id_that_is_given_again_is_another_call)
{
	struct pptp_calls *all = reader(8);
	const struct pptp_record *r;

	segment_size = 1460;
	say(all, PPTP_US, PPTP_SCCRQ, 0, 0);
	say(all, PPTP_SERVER, PPTP_SCCRP, 0, 0);
	for (uint16_t i = 0; i < 3; i++) {
		say(all, PPTP_US, PPTP_OCRQ, 0x1111, 0);
		say(all, PPTP_SERVER, PPTP_OCRP, (uint16_t)(0x10 + i), 0x1111);
		say(all, PPTP_US, PPTP_CCRQ, 0x1111, 0);
		say(all, PPTP_SERVER, PPTP_CDN, (uint16_t)(0x10 + i), 0);
	}
	(void)finish(all);
	ck_assert_uint_eq(heard.calls, 3);
	for (unsigned i = 0; i < 3; i++) {
		r = &heard.call[i].record;
		ck_assert_uint_eq(r->call.peer_call_id, 0x1111);
		ck_assert_uint_eq(r->call.call_id, 0x10 + i);
		ck_assert_int_eq(r->call.state, PPTP_ACCEPTED);
		ck_assert(r->call.disconnected);
		ck_assert_uint_eq(r->teardown.count, 2);
		ck_assert_uint_eq(r->notes, 0);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("calls");
	TCase *t = tcase_create("audits");

	tcase_add_loop_test(t, a_capture_of_an_audit_gives_its_record, 0,
			    AUDITS);
	tcase_add_loop_test(t, segments_of_any_size_give_the_same_record, 0,
			    AUDITS);
	suite_add_tcase(s, t);
	CLAIM(s, segments_that_come_twice_or_swapped_give_the_same_record);
	CLAIM(s, fragments_are_joined);
	CLAIM(s, calls_side_by_side_are_told_apart);
	CLAIM(s, more_calls_than_are_kept_are_given_early_and_counted);
	CLAIM(s, connections_of_the_same_hosts_are_told_apart);
	CLAIM(s, the_same_ports_again_are_another_call);
	CLAIM(s, two_calls_of_one_connection_are_two);
	CLAIM(s, a_call_id_that_is_given_again_is_another_call);
	return run_suite(s);
}
