/* SPDX-License-Identifier: BSD-2-Clause */
/* What the observer makes of control messages, one at a time. */
#include "core/observer.h"
#include "unit/claims.h"
#include "unit/store.h"

static struct pptp_observer outside;
static struct pptp_record seen;

static void begin(void)
{
	record_empty(&seen);
	seen.kind = PPTP_KIND_CONVERSATION;
	seen.depth = PPTP_DEPTH_CALL;
	seen.target = pptp_address_v4(0xc0000201);
	seen.source = pptp_address_v4(0xc0000202);
	pptp_observer_init(&outside, &seen);
}

static struct pptp_event give(enum pptp_side side,
			      const struct pptp_control *message)
{
	uint8_t bytes[PPTP_CONTROL_MAX];
	struct pptp_event event;
	struct pptp_writer w;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_control_encode(&w, message);
	ck_assert(pptp_writer_ok(&w));
	ck_assert_uint_eq(
	    pptp_observer_stream(&outside, side, bytes, w.length, 0, &event),
	    w.length);
	return event;
}

static struct pptp_event say(enum pptp_side side, unsigned type,
			     uint16_t call_id, uint16_t peer_call_id)
{
	struct pptp_control m;

	memset(&m, 0, sizeof(m));
	m.control_message_type = (uint16_t)type;
	m.result_code = 1;
	m.call_id = call_id;
	m.peer_call_id = peer_call_id;
	return give(side, &m);
}

/* ---- bytes of the stream ---------------------------------------------------- */

static void bytes_of_server(const char *hex)
{
	struct vector v = vector(hex);
	struct pptp_event event;

	(void)pptp_observer_stream(&outside, PPTP_SERVER, v.bytes, v.length, 0,
				   &event);
}

START_TEST(what_follows_a_reply_is_none_of_its_bytes)
{
	begin();
	say(PPTP_US, PPTP_SCCRQ, 0, 0);
	say(PPTP_SERVER, PPTP_SCCRP, 0, 0);
	ck_assert_uint_eq(seen.control.raw_length, 156);
	bytes_of_server("001000011a2b3c4e00050000"); /* no cookie: lost */
	ck_assert(pptp_record_has_note(&seen, PPTP_NOTE_LOST_SYNC));
	bytes_of_server("4142434445464748");
	ck_assert_uint_eq(seen.control.raw_length, 156);
	ck_assert_int_eq(seen.control.state, PPTP_ANSWERED);
}
END_TEST

/* ---- several calls of one connection --------------------------------------- */

START_TEST(another_call_of_the_connection_is_none_of_this_one)
{
	begin();
	say(PPTP_US, PPTP_SCCRQ, 0, 0);
	say(PPTP_SERVER, PPTP_SCCRP, 0, 0);
	say(PPTP_US, PPTP_OCRQ, 0x1111, 0);
	say(PPTP_US, PPTP_OCRQ, 0x2222, 0);
	say(PPTP_SERVER, PPTP_OCRP, 0x20, 0x2222);
	ck_assert_int_eq(seen.call.state, PPTP_SILENT);
	ck_assert_uint_eq(seen.call.peer_call_id, 0x1111);
	say(PPTP_SERVER, PPTP_OCRP, 0x10, 0x1111);
	ck_assert_int_eq(seen.call.state, PPTP_ACCEPTED);
	ck_assert_uint_eq(seen.call.call_id, 0x10);
	say(PPTP_SERVER, PPTP_WEN, 0, 0x2222);
	say(PPTP_SERVER, PPTP_SLI, 0, 0x2222);
	say(PPTP_US, PPTP_SLI, 0, 0x20);
	say(PPTP_US, PPTP_CCRQ, 0x2222, 0);
	say(PPTP_SERVER, PPTP_CDN, 0x20, 0);
	ck_assert_uint_eq(seen.notes, 0);
	ck_assert_uint_eq(seen.teardown.count, 0);
	ck_assert(!seen.call.disconnected);
	say(PPTP_US, PPTP_CCRQ, 0x1111, 0);
	say(PPTP_SERVER, PPTP_CDN, 0x10, 0);
	ck_assert_uint_eq(seen.teardown.count, 2);
	ck_assert(seen.call.disconnected);
}
END_TEST

/* Its farewell is the connection's: nobody said one. */
START_TEST(a_second_call_has_the_connections_first_contact_and_end)
{
	struct pptp_control request = {.control_message_type = PPTP_OCRQ,
				       .call_id = 0x2222};
	static struct pptp_record second;
	struct pptp_observer another;

	begin();
	pptp_observer_connecting(&outside, 0);
	pptp_observer_connected(&outside, 5);
	say(PPTP_US, PPTP_SCCRQ, 0, 0);
	say(PPTP_SERVER, PPTP_SCCRP, 0, 0);
	say(PPTP_US, PPTP_OCRQ, 0x1111, 0);
	for (unsigned i = 0; i < 2; i++) {
		struct pptp_observer_side *side = &outside.side[i];

		side->sequenced = side->has_call_id = side->acknowledges = true;
		side->requested = side->has_magic = true;
		side->first = side->highest = side->acknowledged = 7;
	}
	record_empty(&second);
	pptp_observer_another(&another, &second, &outside, &request, 9);
	ck_assert_int_eq(second.tcp.connect.state, PPTP_CONNECT_CONNECTED);
	ck_assert_int_eq(second.control.state, PPTP_ANSWERED);
	ck_assert_int_eq(second.call.state, PPTP_SILENT);
	ck_assert_uint_eq(second.call.peer_call_id, 0x2222);
	for (unsigned i = 0; i < 2; i++) { /* GRE and LCP are its own */
		const struct pptp_observer_side *side = &another.side[i];

		ck_assert(!side->sequenced && !side->has_call_id);
		ck_assert(!side->acknowledges && !side->requested);
		ck_assert(!side->has_magic);
		ck_assert_uint_eq(
		    side->first | side->highest | side->acknowledged, 0);
	}
	pptp_observer_end(&another, PPTP_ENDED_COMPLETE, 10);
	ck_assert_int_eq(second.teardown.state, PPTP_ABORTED);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("observer of control messages");

	CLAIM(s, what_follows_a_reply_is_none_of_its_bytes);
	CLAIM(s, another_call_of_the_connection_is_none_of_this_one);
	CLAIM(s, a_second_call_has_the_connections_first_contact_and_end);
	return run_suite(s);
}
