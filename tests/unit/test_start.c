/* SPDX-License-Identifier: BSD-2-Clause */
/* What comes where a Start-Control-Connection-Reply was due: PPTP that is cut,
 * too long or wrong, and what is no PPTP. */
#include "unit/peer.h"

#define REPLY 156

static const struct pptp_record *const r = &w.c.record;
static char text[1 << 20];

static void walk(void)
{
	as_json(r, text, sizeof(text));
}

static void end(enum pptp_input how)
{
	w.now += MS;
	pptp_conversation_input(&w.c, how, NULL, 0, w.now);
	drain();
}

static size_t encode(unsigned type, uint8_t *bytes, size_t room)
{
	struct pptp_control m = message(type);
	struct pptp_writer out;

	pptp_writer_init(&out, bytes, room);
	pptp_control_encode(&out, &m);
	return out.length;
}

/* In one piece, and in pieces of one. */
static void deliver(const uint8_t *bytes, size_t length, bool split)
{
	if (!split)
		stream(bytes, length);
	for (size_t i = 0; split && i < length; i++)
		stream(bytes + i, 1);
}

START_TEST(a_reply_that_is_cut_is_pptp)
{
	uint8_t bytes[PPTP_CONTROL_MAX];

	encode(PPTP_SCCRP, bytes, sizeof(bytes));
	for (size_t length = 1; length < REPLY; length++) {
		start();
		deliver(bytes, length, length % 2 == 0);
		end(length % 3 == 0 ? PPTP_INPUT_RESET : PPTP_INPUT_CLOSED);
		ck_assert_int_eq(r->control.state, PPTP_CLOSED);
		ck_assert(r->control.pptp == (length >= 8));
		ck_assert(pptp_record_has_note(r, PPTP_NOTE_CONTROL_CUT));
		ck_assert_uint_eq(r->note[0].a, length);
		ck_assert_uint_eq(r->control.raw_length, length);
		ck_assert_int_eq(r->ended_by, length % 3 == 0
						  ? PPTP_ENDED_RESET
						  : PPTP_ENDED_CLOSED);
	}
	walk();
	ck_assert_has(text, "\"control\":{\"state\":\"closed\",\"pptp\":true,"
			    "\"first_bytes\":\"009c00011a2b3c4d0002");
}
END_TEST

START_TEST(a_reply_that_never_ends_is_silence_of_who_speaks_pptp)
{
	uint8_t bytes[PPTP_CONTROL_MAX];

	encode(PPTP_SCCRP, bytes, sizeof(bytes));
	start();
	stream(bytes, 40);
	wait_for(20 * S);
	ck_assert_int_eq(r->control.state, PPTP_SILENT);
	ck_assert(r->control.pptp);
	ck_assert(pptp_record_has_note(r, PPTP_NOTE_CONTROL_CUT));
	ck_assert_int_eq(r->ended_by, PPTP_ENDED_SILENT);
}
END_TEST

START_TEST(a_call_reply_that_is_cut_is_told)
{
	uint8_t bytes[PPTP_CONTROL_MAX];

	encode(PPTP_OCRP, bytes, sizeof(bytes));
	start();
	say(PPTP_SCCRP);
	stream(bytes, 20);
	end(PPTP_INPUT_CLOSED);
	ck_assert_int_eq(r->control.state, PPTP_ANSWERED);
	ck_assert_int_eq(r->call.state, PPTP_CLOSED);
	ck_assert(pptp_record_has_note(r, PPTP_NOTE_CONTROL_CUT));
	ck_assert_uint_eq(r->note[0].a, 20);
}
END_TEST

START_TEST(a_reply_longer_than_any_is_read_and_its_rest_skipped)
{
	static const uint16_t lengths[] = {221, 224, 1000, 65535};
	uint8_t bytes[2 * PPTP_CONTROL_MAX] = {0};
	size_t n;

	for (unsigned i = 0; i < 8; i++) {
		uint16_t length = lengths[i % 4];

		start();
		memset(bytes, 0xee, sizeof(bytes));
		encode(PPTP_SCCRP, bytes, sizeof(bytes));
		bytes[0] = (uint8_t)(length >> 8);
		bytes[1] = (uint8_t)length;
		deliver(bytes, REPLY, i >= 4);
		/* it is not waited for */
		ck_assert_int_eq(r->control.state, PPTP_ANSWERED);
		ck_assert_uint_eq(r->control.raw_length, REPLY);
		expect(PPTP_ACTION_GUARD);
		expect_control(PPTP_OCRQ);
		for (n = length - REPLY; n > 100; n -= 100)
			stream(bytes + REPLY, 100);
		deliver(bytes + REPLY, n, i >= 4);
		nothing_more();
		say(PPTP_OCRP);
		ck_assert_int_eq(r->call.state, PPTP_ACCEPTED);
		ck_assert_uint_eq(r->note[0].code, PPTP_NOTE_LONG_MESSAGE);
		ck_assert_uint_eq(r->note[0].a, PPTP_SCCRP);
		ck_assert_uint_eq(r->note[0].b, length);
		ck_assert_uint_eq(r->notes, 1);
	}
	walk();
	ck_assert_has(text, "\"control\":{\"state\":\"answered\",\"pptp\":true,"
			    "\"protocol_version\":256,\"result_code\":1,");
}
END_TEST

START_TEST(its_rest_and_the_next_message_may_share_a_segment)
{
	uint8_t bytes[400] = {0};

	start();
	encode(PPTP_SCCRP, bytes, sizeof(bytes));
	bytes[1] = 224;
	encode(PPTP_ECHO_REQUEST, bytes + 224, 100);
	stream(bytes, 224 + 16);
	expect(PPTP_ACTION_GUARD);
	expect_control(PPTP_OCRQ);
	expect_control(PPTP_ECHO_REPLY);
}
END_TEST

START_TEST(what_cannot_be_followed_but_has_the_cookie_is_pptp)
{
	static const struct {
		unsigned at;
		uint8_t value;
	} faults[] = {
	    {1, 100}, /* shorter than its type */
	    {1, 4},   /* shorter than a header */
	};
	uint8_t bytes[PPTP_CONTROL_MAX];

	for (unsigned i = 0; i < 2; i++) {
		start();
		encode(PPTP_SCCRP, bytes, sizeof(bytes));
		bytes[faults[i].at] = faults[i].value;
		stream(bytes, REPLY);
		expect(PPTP_ACTION_CLOSE);
		nothing_more();
		ck_assert_int_eq(r->control.state, PPTP_CLOSED);
		ck_assert(r->control.pptp);
		ck_assert(pptp_record_has_note(r, PPTP_NOTE_LOST_SYNC));
	}
}
END_TEST

START_TEST(our_own_bytes_back_are_an_echo_service)
{
	uint8_t ours[PPTP_PACKET_ROOM];
	size_t length;

	for (unsigned i = 0; i < 4; i++) {
		start();
		length = w.log[w.read - 1].length;
		memcpy(ours, w.log[w.read - 1].bytes, length);
		deliver(ours, i < 2 ? length : 40, i % 2 == 1);
		if (i >= 2)
			end(PPTP_INPUT_CLOSED);
		expect(PPTP_ACTION_CLOSE);
		nothing_more();
		ck_assert_int_eq(r->control.state, PPTP_NOT_PPTP);
		ck_assert(!r->control.pptp);
		ck_assert_int_eq(r->ended_by, PPTP_ENDED_NOT_PPTP);
		walk();
		ck_assert_has(text, "\"service\":\"echo\",\"first_bytes\":"
				    "\"009c00011a2b3c4d0001");
	}
}
END_TEST

START_TEST(another_callers_request_is_no_echo)
{
	uint8_t bytes[PPTP_CONTROL_MAX];

	start();
	encode(PPTP_SCCRQ, bytes, sizeof(bytes));
	stream(bytes, REPLY);
	nothing_more();
	ck_assert_int_eq(r->control.state, PPTP_SILENT);
	ck_assert(pptp_record_has_note(r, PPTP_NOTE_UNEXPECTED_CONTROL));
	say(PPTP_SCCRP);
	ck_assert_int_eq(r->control.state, PPTP_ANSWERED);
}
END_TEST

START_TEST(chargen_is_named)
{
	static const char *const lines[] = {
	    " !\"#$%&'()*+,-./0123456789:;<=>?@ABC\r\n",
	    "nopqrstuvwxyz{|}~ !\"#$%&'()*+,-./012\r\n",
	};

	for (unsigned i = 0; i < 2; i++) {
		start();
		stream(lines[i], strlen(lines[i]));
		ck_assert_int_eq(r->control.state, PPTP_NOT_PPTP);
		walk();
		ck_assert_has(text, "\"service\":\"chargen\"");
	}
	start();
	stream("abcdefghijklmno.", 16);
	walk();
	ck_assert_has(text, "\"service\":\"unknown\"");
}
END_TEST

START_TEST(an_end_without_a_byte_is_closed)
{
	start();
	end(PPTP_INPUT_CLOSED);
	ck_assert_int_eq(r->control.state, PPTP_CLOSED);
	ck_assert(!r->control.pptp);
	ck_assert_uint_eq(r->notes, 0);
	walk();
	ck_assert_has(text, "\"control\":{\"state\":\"closed\"}");
}
END_TEST

/* The first bytes are kept, and what lies behind them is not touched. */
START_TEST(a_long_banner_is_kept_as_far_as_it_fits)
{
	static uint8_t banner[2048];

	for (size_t i = 0; i < sizeof(banner); i++)
		banner[i] = (uint8_t)('A' + i % 26);
	for (unsigned i = 0; i < 3; i++) {
		start();
		w.c.record.call.raw[0] = 0x5a;
		w.c.record.call.raw_length = 0;
		w.c.record.control.asked_at = pptp_time_of(0x5a5a5a5a);
		if (i < 2)
			deliver(banner, sizeof(banner), i == 1);
		else
			stream(banner, PPTP_CONTROL_MAX);
		ck_assert_int_eq(r->control.state, PPTP_NOT_PPTP);
		/* in pieces of one it is known by the third */
		ck_assert_uint_eq(r->control.raw_length,
				  i == 1 ? 3 : PPTP_CONTROL_MAX);
		ck_assert_mem_eq(r->control.raw, banner, r->control.raw_length);
		ck_assert_uint_eq(r->call.raw[0], 0x5a);
		ck_assert_int_eq(pptp_time_us(r->control.asked_at), 0x5a5a5a5a);
		ck_assert_uint_eq(r->call.state, PPTP_NOT_TESTED);
		ck_assert_int_eq(pptp_time_us(r->call.asked_at), 0);
	}
	/* some bytes in the room, and the rest in one piece */
	start();
	stream(banner, 2);
	stream(banner + 2, sizeof(banner) - 2);
	ck_assert_uint_eq(r->control.raw_length, PPTP_CONTROL_MAX);
	ck_assert_mem_eq(r->control.raw, banner, PPTP_CONTROL_MAX);
	ck_assert_uint_eq(r->call.raw_length, 0);
	ck_assert_int_eq(pptp_time_us(r->call.asked_at), 0);
}
END_TEST

START_TEST(an_abort_keeps_that_pptp_was_spoken)
{
	uint8_t bytes[PPTP_CONTROL_MAX];

	encode(PPTP_SCCRP, bytes, sizeof(bytes));
	start();
	stream(bytes, 40);
	pptp_conversation_abort(&w.c, w.now);
	drain();
	ck_assert_int_eq(r->control.state, PPTP_NOT_TESTED);
	ck_assert(r->control.pptp);
}
END_TEST

START_TEST(an_end_before_the_connection_is_nobodys)
{
	struct setting f = plan();
	static const enum pptp_input ends[] = {PPTP_INPUT_CLOSED,
					       PPTP_INPUT_RESET};

	for (size_t i = 0; i < 2; i++) {
		struct pptp_record before;

		begin(&f);
		before = w.c.record;
		pptp_conversation_input(&w.c, ends[i], NULL, 0, w.now + 7);
		drain();
		ck_assert_mem_eq(&before, &w.c.record, sizeof(before));
		connected();
		expect_control(PPTP_SCCRQ);
		nothing_more();
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("start");

	CLAIM(s, a_reply_that_is_cut_is_pptp);
	CLAIM(s, a_reply_that_never_ends_is_silence_of_who_speaks_pptp);
	CLAIM(s, a_call_reply_that_is_cut_is_told);
	CLAIM(s, a_reply_longer_than_any_is_read_and_its_rest_skipped);
	CLAIM(s, its_rest_and_the_next_message_may_share_a_segment);
	CLAIM(s, what_cannot_be_followed_but_has_the_cookie_is_pptp);
	CLAIM(s, our_own_bytes_back_are_an_echo_service);
	CLAIM(s, another_callers_request_is_no_echo);
	CLAIM(s, chargen_is_named);
	CLAIM(s, an_end_without_a_byte_is_closed);
	CLAIM(s, a_long_banner_is_kept_as_far_as_it_fits);
	CLAIM(s, an_abort_keeps_that_pptp_was_spoken);
	CLAIM(s, an_end_before_the_connection_is_nobodys);
	return run_suite(s);
}
