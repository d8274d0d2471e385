/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire_messages.h"

#include "unit/claims.h"

#define SEEDS 20000

static uint32_t state = 1;

static uint32_t random_word(void)
{
	state = state * 1664525 + 1013904223;
	return state ^ state >> 16;
}

static struct pptp_address some_address(void)
{
	struct pptp_address a = {.family = random_word() & 1 ? 4 : 6};
	size_t i;

	for (i = 0; i < (a.family == 4 ? 4U : 16U); i++)
		a.bytes[i] = (uint8_t)random_word();
	return a;
}

/* Every field set; which of them a kind has is the codec's to know. */
static struct pptp_wire_message some_message(uint8_t *bytes)
{
	struct pptp_wire_message m = {
	    .kind = (enum pptp_wire_kind)(1 + random_word() %
						  (PPTP_WIRE_KINDS - 1)),
	    .request = random_word(),
	    .number = random_word(),
	    .value = random_word(),
	    .error = random_word(),
	    .status = (int32_t)random_word(),
	    .flag = random_word() & 1,
	    .call = random_word() & 1,
	    .port = (uint16_t)random_word(),
	    .source = some_address(),
	    .target = some_address(),
	    .time_us = (int64_t)((uint64_t)random_word() << 32 | random_word()),
	    .wire_length = random_word(),
	    .bytes = bytes,
	    .length = random_word() % (PPTP_WIRE_PACKET + 1),
	};
	size_t i, width = random_word() % PPTP_WIRE_TEXT;

	for (i = 0; i < width; i++)
		m.text[i] = (char)(1 + random_word() % 255);
	for (i = 0; i < m.length; i++)
		bytes[i] = (uint8_t)random_word();
	return m;
}

/* What each has beside kind and request, as net/wire_messages.h says it. */
START_TEST(each_kind_has_its_own_fields_and_no_others)
{
	static const int lengths[PPTP_WIRE_KINDS] = {
	    [PPTP_WIRE_HELLO] = 4 + 4 + 4,
	    [PPTP_WIRE_SETTINGS] = 4 + 1 + 4,
	    [PPTP_WIRE_OUT] = 4 + 5,
	    [PPTP_WIRE_IN] = 4,
	    [PPTP_WIRE_EXCLUDE] = 5 + 17,
	    [PPTP_WIRE_TALK] = 4 + 1 + 1 + 2 + 5 + 17,
	    [PPTP_WIRE_HUSH] = 4,
	    [PPTP_WIRE_SEND] = 4 + 9,
	    [PPTP_WIRE_DRAIN] = 4,
	    [PPTP_WIRE_DROPS] = 4,
	    [PPTP_WIRE_GUARD] = 0,
	    [PPTP_WIRE_ANSWER] = 4 + 4 + 4 + 4,
	    [PPTP_WIRE_CAPTURED] = 4 + 8 + 4 + 9,
	    [PPTP_WIRE_LOST] = 4 + 4,
	};
	struct pptp_wire_message m = {.source = {.family = 4},
				      .target = {.family = 6},
				      .text = "abc",
				      .bytes = (const uint8_t *)"packet...",
				      .length = 9};
	uint8_t bytes[PPTP_WIRE_ROOM];
	int kind;

	for (kind = PPTP_WIRE_HELLO; kind <= PPTP_WIRE_LOST; kind++) {
		m.kind = (enum pptp_wire_kind)kind;
		ck_assert_int_eq(
		    pptp_wire_message_encode(&m, bytes, sizeof(bytes)),
		    5 + lengths[kind]);
	}
}
END_TEST

/* From bytes to a message and back: the same bytes, and a kind that says all. */
START_TEST(what_is_written_is_read)
{
	static uint8_t packet[PPTP_WIRE_PACKET];
	uint8_t bytes[PPTP_WIRE_ROOM], again[PPTP_WIRE_ROOM];
	struct pptp_wire_message m, read;
	int i, n;

	for (i = 0; i < SEEDS; i++) {
		m = some_message(packet);
		n = pptp_wire_message_encode(&m, bytes, sizeof(bytes));
		ck_assert_int_gt(n, 0);
		ck_assert(pptp_wire_message_decode(&read, bytes, (size_t)n));
		ck_assert_int_eq(read.kind, m.kind);
		ck_assert_uint_eq(read.request, m.request);
		ck_assert_int_eq(
		    pptp_wire_message_encode(&read, again, sizeof(again)), n);
		ck_assert_mem_eq(bytes, again, (size_t)n);
	}
}
END_TEST

START_TEST(a_conversation_is_told_with_all_that_belongs_to_it)
{
	struct vector v = vector("06 00000007 00000009 01 00 06bb"
				 "04 c0000201 04 c6120001");
	struct pptp_wire_message m;
	struct pptp_address source, target;

	ck_assert(pptp_address_parse(&source, "192.0.2.1", 9));
	ck_assert(pptp_address_parse(&target, "198.18.0.1", 10));
	ck_assert(pptp_wire_message_decode(&m, v.bytes, v.length));
	ck_assert_int_eq(m.kind, PPTP_WIRE_TALK);
	ck_assert_uint_eq(m.request, 7);
	ck_assert_uint_eq(m.number, 9);
	ck_assert(m.flag && !m.call);
	ck_assert_uint_eq(m.port, 1723);
	ck_assert(pptp_address_equal(&m.source, &source));
	ck_assert(pptp_address_equal(&m.target, &target));
}
END_TEST

/* Each at the wall: one byte too few is no message, and is not read past. */
START_TEST(what_is_cut_is_no_message)
{
	static uint8_t packet[PPTP_WIRE_PACKET];
	struct guarded g = guarded_new();
	uint8_t bytes[PPTP_WIRE_ROOM], *at;
	struct pptp_wire_message m, read;
	int i, n, cut;

	for (i = 0; i < 2000; i++) {
		m = some_message(packet);
		m.length = 0;
		n = pptp_wire_message_encode(&m, bytes, sizeof(bytes));
		for (cut = 0; cut < n; cut++) {
			at = guarded_copy(&g, bytes, (size_t)cut);
			ck_assert(
			    !pptp_wire_message_decode(&read, at, (size_t)cut));
			ck_assert_int_eq(read.kind, 0);
			ck_assert_uint_eq(read.request,
					  cut < 5 ? 0 : m.request);
		}
		at = guarded_room(&g, (size_t)n);
		ck_assert_int_eq(pptp_wire_message_encode(&m, at, (size_t)n),
				 n);
		ck_assert_int_eq(
		    pptp_wire_message_encode(&m, at, (size_t)n - 1),
		    PPTP_ERROR_SPACE);
	}
	guarded_free(&g);
}
END_TEST

static bool is_message(const char *hex)
{
	struct vector v = vector(hex);
	struct pptp_wire_message m;

	return pptp_wire_message_decode(&m, v.bytes, v.length);
}

START_TEST(what_is_broken_is_no_message)
{
	ck_assert(is_message("0b 00000001"));
	ck_assert(!is_message("0b 00000001 00")); /* more than it */
	ck_assert(!is_message("00 00000001"));    /* no such kind */
	ck_assert(!is_message("10 00000001"));
	ck_assert(!is_message("ff 00000001"));
	ck_assert(is_message("04 00000001 02 6c6f"));
	ck_assert(!is_message("04 00000001 02 6c00")); /* a NUL */
	ck_assert(is_message("02 00000001 00000000 01 00"));
	ck_assert(!is_message("02 00000001 00000000 02 00")); /* a flag */
	ck_assert(!is_message("03 00000001 00000000 05 c0000201"));
}
END_TEST

START_TEST(a_packet_is_never_longer_than_one_may_be)
{
	static uint8_t packet[PPTP_WIRE_PACKET + 1];
	static uint8_t bytes[PPTP_WIRE_ROOM + 1];
	struct pptp_wire_message m = {.kind = PPTP_WIRE_SEND,
				      .bytes = packet,
				      .length = PPTP_WIRE_PACKET};
	int n = pptp_wire_message_encode(&m, bytes, sizeof(bytes));

	ck_assert_int_gt(n, PPTP_WIRE_PACKET);
	ck_assert(pptp_wire_message_decode(&m, bytes, (size_t)n));
	ck_assert_uint_eq(m.length, PPTP_WIRE_PACKET);
	ck_assert(!pptp_wire_message_decode(&m, bytes, (size_t)n + 1));
	m = (struct pptp_wire_message){
	    .kind = PPTP_WIRE_SEND, .bytes = packet, .length = sizeof(packet)};
	ck_assert_int_eq(pptp_wire_message_encode(&m, bytes, sizeof(bytes)),
			 PPTP_ERROR_SPACE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("wire_messages");

	CLAIM(s, each_kind_has_its_own_fields_and_no_others);
	CLAIM(s, what_is_written_is_read);
	CLAIM(s, a_conversation_is_told_with_all_that_belongs_to_it);
	CLAIM(s, what_is_cut_is_no_message);
	CLAIM(s, what_is_broken_is_no_message);
	CLAIM(s, a_packet_is_never_longer_than_one_may_be);
	return run_suite(s);
}
