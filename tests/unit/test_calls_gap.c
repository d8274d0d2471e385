/* SPDX-License-Identifier: BSD-2-Clause */
/* What a capture does not hold is not told: bytes of a stream, a call's control
 * connection, its beginning, the end of a frame. */
#include "read/calls.h"

#include "unit/calls_read.h"

static bool is_silence(uint8_t state)
{
	return state == PPTP_SILENT || state == PPTP_CLOSED;
}

/* Each frame of the connection missing in turn. */
START_TEST(a_gap_is_told_and_is_no_silence)
{
	unsigned gaps = 0;

	segment_size = 60;
	clean_call();
	for (unsigned missing = 0; missing < frame_count; missing++) {
		struct pptp_calls *all = reader(8);
		const struct pptp_record *r = &heard.call[0].record;

		if (is_protocol(missing, PPTP_IP_TCP))
			for (unsigned i = 0; i < frame_count; i++)
				if (i != missing)
					show(all, i);
		(void)finish(all);
		if (!is_protocol(missing, PPTP_IP_TCP))
			continue;
		ck_assert_msg(heard.calls == 1, "%u calls without frame %u",
			      heard.calls, missing);
		ck_assert(!is_silence(r->control.state));
		ck_assert(!is_silence(r->call.state));
		ck_assert_int_eq(r->gre.state, PPTP_REACHABLE);
		ck_assert_int_eq(r->challenge.state, PPTP_SEEN);
		gaps += heard.call[0].gaps > 0;
	}
	ck_assert_uint_gt(gaps, 10);
}
END_TEST

static bool is_kernels(unsigned n)
{
	return is_protocol(n, PPTP_IP_TCP) &&
	       (frames[n].bytes[21] == (KERNEL_PORT & 255) ||
		frames[n].bytes[23] == (KERNEL_PORT & 255));
}

/* Of the kernel's connection, with these flags and no data. */
static unsigned frame_with(uint8_t flags)
{
	unsigned i = 0;

	while (!is_kernels(i) || frames[i].bytes[33] != flags)
		ck_assert_uint_lt(++i, frame_count);
	return i;
}

/* The first frame of its with data that `side` sent. */
static unsigned first_words(enum pptp_side side)
{
	uint8_t host = (side == PPTP_US ? US_ADDRESS : SERVER_ADDRESS) & 255;
	unsigned i = 0;

	while (!is_kernels(i) || frames[i].bytes[15] != host ||
	       frames[i].length <= 40)
		ck_assert_uint_lt(++i, frame_count);
	return i;
}

/* Either SYN tells where its stream began, though no first word is there. */
START_TEST(a_beginning_is_known_by_one_syn)
{
	unsigned syn, syn_ack, question, answer;

	segment_size = 1460;
	clean_call();
	syn = frame_with(PPTP_TCP_SYN);
	syn_ack = frame_with(PPTP_TCP_SYN | PPTP_TCP_ACK);
	question = first_words(PPTP_US);
	answer = first_words(PPTP_SERVER);
	for (unsigned kept = 0; kept < 4; kept++) {
		struct pptp_calls *all = reader(8);

		for (unsigned i = 0; i < frame_count; i++)
			if (i != question && i != answer &&
			    (i != syn || kept & 1) &&
			    (i != syn_ack || kept & 2))
				show(all, i);
		(void)finish(all);
		ck_assert_uint_eq(heard.calls, 1);
		ck_assert_int_eq(heard.call[0].begun, kept != 0);
	}
}
END_TEST

START_TEST(a_call_without_its_control_connection_is_one)
{
	struct pptp_calls *all = reader(8);
	const struct pptp_record *r = &heard.call[0].record;

	segment_size = 1460;
	clean_call();
	for (unsigned i = 0; i < frame_count; i++)
		if (is_protocol(i, PPTP_IP_GRE))
			show(all, i);
	(void)finish(all);
	ck_assert_uint_eq(heard.calls, 1);
	ck_assert(!heard.call[0].control);
	ck_assert_uint_eq(pptp_address_v4_value(&r->target), SERVER_ADDRESS);
	ck_assert_int_eq(r->control.state, PPTP_NOT_TESTED);
	ck_assert_int_eq(r->call.state, PPTP_NOT_TESTED);
	ck_assert_int_eq(r->gre.state, PPTP_REACHABLE);
	ck_assert_int_eq(r->challenge.state, PPTP_SEEN);
	ck_assert_uint_eq(r->lcp.offers, c.record.lcp.offers);
	ck_assert_uint_eq(r->gre.packets_sent, c.record.gre.packets_sent);
	ck_assert_uint_eq(r->gre.packets_received,
			  c.record.gre.packets_received);
}
END_TEST

/* The capture begins with frame n; the connection's calls are one with it. */
START_TEST(a_capture_that_begins_late_gives_one_call)
{
	unsigned middle = 0;

	segment_size = 1460;
	clean_call();
	for (unsigned first = 0; first + 1 < frame_count; first++) {
		struct pptp_calls *all = reader(8);

		for (unsigned i = first; i < frame_count; i++)
			show(all, i);
		(void)finish(all);
		ck_assert_uint_le(heard.calls, 2);
		for (unsigned i = 0; i < heard.calls; i++) {
			const struct pptp_record *r = &heard.call[i].record;

			ck_assert_uint_eq(pptp_address_v4_value(&r->target),
					  SERVER_ADDRESS);
			ck_assert(!is_silence(r->control.state));
			ck_assert(!is_silence(r->call.state));
			middle += heard.call[i].control && !heard.call[i].begun;
		}
	}
	ck_assert_uint_gt(middle, 3);
}
END_TEST

/* Data that is encrypted tells nobody's role. */
START_TEST(a_call_in_which_nothing_tells_the_server_is_counted)
{
	struct pptp_calls *all = reader(8);
	struct pptp_ip ip = ip_from(PPTP_US);
	struct pptp_gre gre = {.call_id = 7, .has_sequence = true};
	static const uint8_t data[] = {0xff, 0x03, 0x00, 0xfd, 0x90, 0x01, 1};
	uint8_t packet[128];
	int n;

	for (gre.sequence_number = 0; gre.sequence_number < 40;
	     gre.sequence_number++) {
		n = pptp_gre_packet_encode(&ip, &gre, data, sizeof(data),
					   packet, sizeof(packet));
		ck_assert_int_gt(n, 0);
		show_bytes(all, packet, (size_t)n, false, 1000);
	}
	ck_assert_uint_eq(finish(all).roleless, 1);
	ck_assert_uint_eq(heard.calls, 0);
}
END_TEST

#define CHALLENGE "ff03 c223 01010015 10 00112233445566778899aabbccddeeff"

/* A packet of GRE between the two, in hexadecimal behind PPP's address. */
static void show_gre(struct pptp_calls *all, enum pptp_side side, uint16_t id,
		     uint32_t number, const char *hex)
{
	struct vector v = vector(hex);
	struct pptp_ip ip = ip_from(side);
	struct pptp_gre gre = {
	    .call_id = id, .has_sequence = true, .sequence_number = number};
	uint8_t packet[600];
	int n = pptp_gre_packet_encode(&ip, &gre, v.bytes, v.length, packet,
				       sizeof(packet));

	ck_assert_int_gt(n, 0);
	show_bytes(all, packet, (size_t)n, false, 1000);
}

/* `count` packets of ours whose roles nobody knows yet, then the server's
 * challenge. */
static const struct pptp_record *challenged_after(unsigned count,
						  const char *hex)
{
	struct pptp_calls *all = reader(8);

	for (unsigned i = 0; i < count; i++)
		show_gre(all, PPTP_US, 1, i, hex);
	show_gre(all, PPTP_SERVER, 3, 0, CHALLENGE);
	ck_assert_uint_eq(finish(all).roleless, 0);
	ck_assert_uint_eq(heard.calls, 1);
	return &heard.call[0].record;
}

/* 16 packets, each of 512 bytes at most; what has no room is counted. */
START_TEST(packets_wait_until_the_roles_are_known)
{
	static const char data[] = "ff03 00fd 9001 01";
	const struct pptp_record *r;
	static char hex[1100];

	for (unsigned count = 0; count < 40; count++) {
		r = challenged_after(count, data);
		ck_assert_uint_eq(r->gre.packets_sent, count < 16 ? count : 16);
		ck_assert_uint_eq(r->gre.packets_received, 1);
		ck_assert_uint_eq(r->notes, count > 16);
		if (count > 16)
			ck_assert_uint_eq(r->note[0].a, count - 16);
	}
	for (unsigned length = 470; length < 490; length++) {
		strcpy(hex, data);
		for (unsigned i = 7; i < length; i++)
			strcat(hex, "00");
		r = challenged_after(2, hex); /* behind 20 of IP, 12 of GRE */
		ck_assert_uint_eq(r->gre.packets_sent,
				  length + 32 <= 512 ? 2 : 0);
	}
}
END_TEST

/* Nothing tells its directions. */
START_TEST(gre_of_a_host_with_itself_is_counted)
{
	struct pptp_calls *all = reader(8);
	struct pptp_ip ip = ip_from(PPTP_US);
	struct pptp_gre gre = {.call_id = 1, .has_sequence = true};
	struct vector v = vector(CHALLENGE);
	uint8_t packet[128];
	int n;

	ip.destination = ip.source;
	n = pptp_gre_packet_encode(&ip, &gre, v.bytes, v.length, packet,
				   sizeof(packet));
	ck_assert_int_gt(n, 0);
	show_bytes(all, packet, (size_t)n, false, 1000);
	ck_assert_uint_eq(finish(all).passed, 1);
	ck_assert_uint_eq(heard.calls, 0);
}
END_TEST

/* The connection's call has another Call-ID. */
START_TEST(gre_of_another_call_id_is_a_call_of_its_own)
{
	struct pptp_calls *all = reader(8);

	segment_size = 1460;
	clean_call();
	for (unsigned i = 0; i < frame_count; i++) {
		if (i == frame_count / 2)
			show_gre(all, PPTP_SERVER, 0x7777, 0, CHALLENGE);
		show(all, i);
	}
	(void)finish(all);
	ck_assert_uint_eq(heard.calls, 2);
	ck_assert_int_ne(heard.call[0].control, heard.call[1].control);
}
END_TEST

/* Two calls whose other half is not known; whose a packet is, nobody knows. */
START_TEST(what_fits_several_calls_is_one_of_its_own)
{
	struct pptp_calls *all = reader(8);

	show_gre(all, PPTP_US, 1, 0, "ff03 00fd 9001 01");
	show_gre(all, PPTP_US, 2, 0, "ff03 00fd 9001 01");
	show_gre(all, PPTP_SERVER, 3, 0, CHALLENGE);
	ck_assert_uint_eq(finish(all).roleless, 2);
	ck_assert_uint_eq(heard.calls, 1);
	ck_assert_uint_eq(pptp_address_v4_value(&heard.call[0].record.target),
			  SERVER_ADDRESS);
}
END_TEST

START_TEST(frames_may_be_cut_anywhere)
{
	segment_size = 1460;
	clean_call();
	for (unsigned cut = 0; cut < frame_count; cut++)
		for (size_t kept = 0; kept < frames[cut].length; kept += 3) {
			struct pptp_calls *all = reader(8);

			for (unsigned i = 0; i < frame_count; i++)
				if (i == cut)
					show_bytes(all, frames[i].bytes, kept,
						   true, frames[i].time_us);
				else
					show(all, i);
			(void)finish(all);
			ck_assert_uint_ge(heard.calls, 1);
		}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("calls_gap");

	CLAIM(s, a_gap_is_told_and_is_no_silence);
	CLAIM(s, a_beginning_is_known_by_one_syn);
	CLAIM(s, a_call_without_its_control_connection_is_one);
	CLAIM(s, a_capture_that_begins_late_gives_one_call);
	CLAIM(s, a_call_in_which_nothing_tells_the_server_is_counted);
	CLAIM(s, packets_wait_until_the_roles_are_known);
	CLAIM(s, gre_of_another_call_id_is_a_call_of_its_own);
	CLAIM(s, gre_of_a_host_with_itself_is_counted);
	CLAIM(s, what_fits_several_calls_is_one_of_its_own);
	CLAIM(s, frames_may_be_cut_anywhere);
	return run_suite(s);
}
