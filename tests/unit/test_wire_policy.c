/* SPDX-License-Identifier: BSD-2-Clause */
/* What pptp-wire lets out and in. */
#include "net/wire_policy.h"

#include <errno.h>

#include "unit/wire_packets.h"

#define KNOCK (PPTP_SYN_PORT + 7)

static struct pptp_wire_policy p; /* too much for a stack */
static uint64_t now_ns;

static void begin(void)
{
	now_ns = 1000000000;
	pptp_wire_policy_init(&p, 1, now_ns);
}

static void end(void)
{
	pptp_wire_policy_free(&p);
}

static struct pptp_wire_talk talk_of(uint32_t number, const char *target,
				     bool call)
{
	struct pptp_wire_talk t = {
	    .number = number, .port = PORT, .call = call};

	t.target = address(target);
	t.source = address(t.target.family == 4 ? US : "2001:db8::1");
	return t;
}

/* Its Call-ID, or 0. */
static uint16_t talk(uint32_t number, const char *target, bool call)
{
	struct pptp_wire_talk t = talk_of(number, target, call);

	ck_assert_int_eq(pptp_wire_policy_talk(&p, &t, 0), 0);
	return t.call_id;
}

static int talk_error(uint32_t number, const char *target)
{
	struct pptp_wire_talk t = talk_of(number, target, false);

	return pptp_wire_policy_talk(&p, &t, 0);
}

static int out_from(const char *source, struct sample s)
{
	struct pptp_address a = address(source);

	now_ns += 1000000;
	return pptp_wire_policy_out(&p, &a, s.bytes, s.length, now_ns);
}

static int out(struct sample s)
{
	return out_from(US, s);
}

static enum pptp_wire_verdict in(struct sample s)
{
	struct pptp_packet packet;

	ck_assert(pptp_packet_decode(&packet, s.bytes, s.length));
	return pptp_wire_policy_in(&p, &packet);
}

START_TEST(only_what_a_conversation_needs_leaves)
{
	begin();
	ck_assert_int_eq(out(syn(US, SERVER, KNOCK, PORT)), EPERM);
	talk(1, SERVER, true);
	ck_assert_int_eq(out(syn(US, SERVER, KNOCK, PORT)), 0);
	ck_assert_int_eq(out(echo(US, SERVER, 9)), 0);
	ck_assert_int_eq(out(gre(US, SERVER, 5, true)), 0);
	/* To whom nobody talks, from elsewhere, to another port, from a port
	 * that may be another's, or with other flags. */
	ck_assert_int_eq(out(syn(US, OTHER, KNOCK, PORT)), EPERM);
	ck_assert_int_eq(out(syn("192.0.2.9", SERVER, KNOCK, PORT)), EPERM);
	ck_assert_int_eq(
	    out_from("192.0.2.9", syn("192.0.2.9", SERVER, KNOCK, PORT)),
	    EPERM);
	ck_assert_int_eq(out_from("192.0.2.9", syn(US, SERVER, KNOCK, PORT)),
			 EPERM);
	ck_assert_int_eq(out(syn(US, SERVER, KNOCK, PORT + 1)), EPERM);
	ck_assert_int_eq(out(syn(US, SERVER, 40000, PORT)), EPERM);
	ck_assert_int_eq(out(segment(US, SERVER, KNOCK, PORT, PPTP_TCP_RST)),
			 EPERM);
	ck_assert_int_eq(
	    out(segment(US, SERVER, KNOCK, PORT, PPTP_TCP_SYN | PPTP_TCP_ACK)),
	    EPERM);
	ck_assert_int_eq(pptp_wire_policy_hush(&p, 1, 0), 0);
	ck_assert_int_eq(out(syn(US, SERVER, KNOCK, PORT)), EPERM);
	ck_assert_int_eq(pptp_wire_policy_hush(&p, 1, 0), ENOENT);
	end();
}
END_TEST

START_TEST(what_is_longer_shorter_or_in_pieces_does_not_leave)
{
	struct sample s;

	begin();
	talk(1, SERVER, true);
	s = syn(US, SERVER, KNOCK, PORT);
	s.length++;
	ck_assert_int_eq(out(s), EPERM);
	s.length -= 2;
	ck_assert_int_eq(out(s), EPERM);
	s = syn(US, SERVER, KNOCK, PORT);
	s.bytes[6] = 0x20; /* more fragments */
	ck_assert_int_eq(out(s), EPERM);
	s = syn(US, SERVER, KNOCK, PORT);
	s.bytes[6] = 0;
	s.bytes[7] = 1; /* a later fragment */
	ck_assert_int_eq(out(s), EPERM);
	s = echo(US, SERVER, 1); /* its first 4 bytes for options */
	s.bytes[0] = 0x46;
	ck_assert_int_eq(out(s), EPERM);
	end();
}
END_TEST

START_TEST(gre_goes_to_one_call_and_outside_one_is_an_acknowledgment)
{
	begin();
	talk(1, SERVER, true);
	ck_assert_int_eq(out(gre(US, SERVER, 5, true)), 0);
	ck_assert_int_eq(out(gre(US, SERVER, 6, true)), EPERM);
	ck_assert_int_eq(out(gre(US, SERVER, 5, false)), 0);
	talk(2, OTHER, false);
	ck_assert_int_eq(out(gre(US, OTHER, 5, true)), EPERM);
	ck_assert_int_eq(out(gre(US, OTHER, 5, false)), 0);
	end();
}
END_TEST

START_TEST(a_conversation_is_with_somebody_once)
{
	struct pptp_wire_talk t = talk_of(9, OTHER, false);

	begin();
	talk(1, SERVER, false);
	ck_assert_int_eq(talk_error(2, SERVER), EEXIST);
	ck_assert_int_eq(talk_error(1, OTHER), EEXIST);
	ck_assert_int_eq(talk_error(0, OTHER), EINVAL);
	ck_assert_int_eq(talk_error(3, "224.0.0.1"), EINVAL);
	ck_assert_int_eq(talk_error(3, "255.255.255.255"), EINVAL);
	ck_assert_int_eq(talk_error(3, "0.0.0.0"), EINVAL);
	ck_assert_int_eq(talk_error(3, "ff02::1"), EINVAL);
	ck_assert_int_eq(talk_error(3, "::"), EINVAL);
	t.source = address("2001:db8::1");
	ck_assert_int_eq(pptp_wire_policy_talk(&p, &t, 0), EINVAL);
	talk(3, "2001:db8::2", false);
	ck_assert_int_eq(
	    out_from("2001:db8::1",
		     syn("2001:db8::1", "2001:db8::2", KNOCK, PORT)),
	    0);
	end();
}
END_TEST

START_TEST(who_is_excluded_is_left_alone)
{
	struct pptp_block b = {address("198.18.0.0"), address("198.18.0.1")};

	begin();
	ck_assert_int_eq(pptp_wire_policy_exclude(&p, &b), 0);
	ck_assert_int_eq(talk_error(1, SERVER), EACCES);
	ck_assert_int_eq(out(syn(US, SERVER, KNOCK, PORT)), EPERM);
	talk(1, OTHER, false);
	b.first = address("198.18.0.2");
	ck_assert_int_eq(pptp_wire_policy_exclude(&p, &b), EINVAL);
	b.last = address("2001:db8::2");
	ck_assert_int_eq(pptp_wire_policy_exclude(&p, &b), EINVAL);
	end();
}
END_TEST

START_TEST(many_public_addresses_want_contact_information)
{
	struct pptp_wire_talk t = talk_of(1, "8.8.0.0", false);
	unsigned i;

	begin();
	for (i = 0; i < PPTP_WIRE_PUBLIC; i++) {
		t.number = i + 1;
		t.target.bytes[3] = (uint8_t)i;
		ck_assert_int_eq(pptp_wire_policy_talk(&p, &t, 0), 0);
		/* Whom one has talked with counts once. */
		ck_assert_int_eq(pptp_wire_policy_hush(&p, t.number, 0), 0);
		ck_assert_int_eq(pptp_wire_policy_talk(&p, &t, 0), 0);
	}
	t.target.bytes[2] = 1;
	t.number = 1000;
	ck_assert_int_eq(pptp_wire_policy_talk(&p, &t, 0), EDQUOT);
	talk(1001, "10.0.0.1", false);
	t.contact = true;
	ck_assert_int_eq(pptp_wire_policy_talk(&p, &t, 0), 0);
	end();
}
END_TEST

START_TEST(its_rate_is_its_own)
{
	struct pptp_address us = address(US);
	struct sample s = syn(US, SERVER, KNOCK, PORT);
	unsigned i, left = 0;

	begin();
	talk(1, SERVER, false);
	for (i = 0; i < 2 * PPTP_WIRE_RATE; i++) {
		now_ns += 10000; /* 100,000 a second */
		left += pptp_wire_policy_out(&p, &us, s.bytes, s.length,
					     now_ns) == 0;
	}
	ck_assert_uint_ge(left, 2 * PPTP_WIRE_RATE / 5);
	ck_assert_uint_le(left, 2 * PPTP_WIRE_RATE / 5 + 400);
	end();
}
END_TEST

START_TEST(nobody_names_a_call_id_and_none_comes_twice_at_once)
{
	static bool given[65536];
	struct pptp_wire_talk t = talk_of(1, SERVER, true);
	unsigned i;

	begin();
	for (i = 0; i < 1000; i++) {
		t.call_id = 0x1234;
		ck_assert_int_eq(pptp_wire_policy_talk(&p, &t, 0), 0);
		ck_assert_uint_ne(t.call_id, 0);
		ck_assert(!given[t.call_id]);
		given[t.call_id] = true;
		ck_assert_int_eq(pptp_wire_policy_hush(&p, 1, 0), 0);
	}
	end();
}
END_TEST

START_TEST(only_packets_of_ones_own_conversation_come_in)
{
	uint16_t id;

	begin();
	id = talk(1, SERVER, true);
	ck_assert_int_eq(in(segment(SERVER, US, PORT, 40000, 0x12)),
			 PPTP_WIRE_WHOLE);
	ck_assert_int_eq(in(segment(US, SERVER, 40000, PORT, 2)),
			 PPTP_WIRE_WHOLE);
	ck_assert_int_eq(in(segment(SERVER, US, 22, 40000, 0x12)),
			 PPTP_WIRE_DROP);
	ck_assert_int_eq(in(segment(OTHER, US, PORT, 40000, 0x12)),
			 PPTP_WIRE_DROP);
	ck_assert_int_eq(in(segment(SERVER, "192.0.2.9", PORT, 40000, 0x12)),
			 PPTP_WIRE_DROP);
	/* ours with others, and others' with the same */
	ck_assert_int_eq(in(segment(US, OTHER, 40000, PORT, 2)),
			 PPTP_WIRE_DROP);
	ck_assert_int_eq(in(segment("192.0.2.9", SERVER, 40000, PORT, 2)),
			 PPTP_WIRE_DROP);
	ck_assert_int_eq(in(gre(SERVER, US, id, true)), PPTP_WIRE_WHOLE);
	ck_assert_int_eq(in(gre(SERVER, US, id ^ 1, true)), PPTP_WIRE_DROP);
	ck_assert_int_eq(in(gre(SERVER, "192.0.2.9", id, true)),
			 PPTP_WIRE_DROP);
	ck_assert_int_eq(in(gre(OTHER, "192.0.2.9", id, true)), PPTP_WIRE_DROP);
	/* Somebody else's, maybe: that it came, and no more. */
	ck_assert_int_eq(in(gre(OTHER, US, id, true)), PPTP_WIRE_HEADERS);
	ck_assert_int_eq(pptp_wire_policy_hush(&p, 1, 0), 0);
	ck_assert_int_eq(in(gre(SERVER, US, id, true)), PPTP_WIRE_DROP);
	end();
}
END_TEST

/* Both ends are ours: either Call-ID may go either way. */
START_TEST(a_conversation_with_this_host_itself_comes_in)
{
	uint16_t id;

	begin();
	id = talk(1, US, true);
	ck_assert_int_eq(in(segment(US, US, PORT, 40000, 0x12)),
			 PPTP_WIRE_WHOLE);
	ck_assert_int_eq(in(gre(US, US, id, true)), PPTP_WIRE_WHOLE);
	ck_assert_int_eq(in(gre(US, US, id ^ 0x101, true)), PPTP_WIRE_DROP);
	ck_assert_int_eq(in(gre(US, OTHER, id, true)), PPTP_WIRE_DROP);
	ck_assert_int_eq(in(segment(US, OTHER, 40000, PORT, 2)),
			 PPTP_WIRE_DROP);
	end();
}
END_TEST

START_TEST(what_we_send_comes_back_only_with_the_call_id_that_was_sent)
{
	uint16_t id;

	begin();
	id = talk(1, SERVER, true);
	ck_assert_int_eq(in(gre(US, SERVER, 5, true)), PPTP_WIRE_DROP);
	ck_assert_int_eq(out(gre(US, SERVER, 5, true)), 0);
	ck_assert_int_eq(in(gre(US, SERVER, 5, true)), PPTP_WIRE_WHOLE);
	ck_assert_int_eq(in(gre(US, SERVER, id, true)), PPTP_WIRE_DROP);
	end();
}
END_TEST

START_TEST(icmp_comes_in_about_ones_own_packets)
{
	struct sample own, foreign;

	begin();
	talk(1, SERVER, true);
	ck_assert_int_eq(in(echo(SERVER, US, 9)), PPTP_WIRE_DROP);
	ck_assert_int_eq(out(echo(US, SERVER, 9)), 0);
	ck_assert_int_eq(in(echo(SERVER, US, 9)), PPTP_WIRE_WHOLE);
	ck_assert_int_eq(in(echo(SERVER, US, 8)), PPTP_WIRE_DROP);
	own = gre(US, SERVER, 5, true);
	foreign = gre(US, SERVER, 6, true);
	ck_assert_int_eq(in(complaint(SERVER, US, &own)), PPTP_WIRE_DROP);
	ck_assert_int_eq(out(own), 0);
	ck_assert_int_eq(in(complaint(SERVER, US, &own)), PPTP_WIRE_WHOLE);
	ck_assert_int_eq(in(complaint(SERVER, US, &foreign)), PPTP_WIRE_DROP);
	own = syn(US, SERVER, KNOCK, PORT);
	ck_assert_int_eq(in(complaint("203.0.113.1", US, &own)),
			 PPTP_WIRE_WHOLE);
	own = syn(US, SERVER, KNOCK, 22);
	ck_assert_int_eq(in(complaint("203.0.113.1", US, &own)),
			 PPTP_WIRE_DROP);
	end();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("wire_policy");

	CLAIM(s, only_what_a_conversation_needs_leaves);
	CLAIM(s, what_is_longer_shorter_or_in_pieces_does_not_leave);
	CLAIM(s, gre_goes_to_one_call_and_outside_one_is_an_acknowledgment);
	CLAIM(s, a_conversation_is_with_somebody_once);
	CLAIM(s, who_is_excluded_is_left_alone);
	CLAIM(s, many_public_addresses_want_contact_information);
	CLAIM(s, its_rate_is_its_own);
	CLAIM(s, nobody_names_a_call_id_and_none_comes_twice_at_once);
	CLAIM(s, only_packets_of_ones_own_conversation_come_in);
	CLAIM(s, a_conversation_with_this_host_itself_comes_in);
	CLAIM(s, what_we_send_comes_back_only_with_the_call_id_that_was_sent);
	CLAIM(s, icmp_comes_in_about_ones_own_packets);
	return run_suite(s);
}
