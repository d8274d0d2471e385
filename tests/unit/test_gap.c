/* SPDX-License-Identifier: BSD-2-Clause */
/* What a capture does not hold: bytes of a stream, the beginning of a call, and
 * more of either than a live conversation has room for. */
#include "core/observer.h"

#include "format/control.h"
#include "unit/claims.h"
#include "unit/store.h"

#define MS INT64_C(1000)

static struct pptp_observer o;
static struct pptp_record r;
static int64_t now;
static unsigned messages, lost;
static uint16_t types[64];

static void begin(void)
{
	record_empty(&r);
	r.source = pptp_address_v4(0xc0000202);
	r.target = pptp_address_v4(0xc0000201);
	r.port = PPTP_PORT;
	r.kind = PPTP_KIND_OBSERVED;
	r.depth = PPTP_DEPTH_CALL;
	pptp_observer_init(&o, &r);
	messages = lost = 0;
}

static void feed(enum pptp_side side, const uint8_t *bytes, size_t length)
{
	struct pptp_event event;
	size_t used;

	now += MS;
	while (length > 0) {
		used =
		    pptp_observer_stream(&o, side, bytes, length, now, &event);
		ck_assert_uint_gt(used, 0);
		ck_assert_uint_le(used, length);
		bytes += used;
		length -= used;
		lost += event.kind == PPTP_EVENT_LOST;
		if (event.kind == PPTP_EVENT_CONTROL)
			types[messages++] = event.control.control_message_type;
	}
}

static size_t put(uint8_t *at, unsigned type)
{
	struct pptp_control m;
	struct pptp_writer w;

	memset(&m, 0, sizeof(m));
	m.control_message_type = (uint16_t)type;
	m.result_code = 1;
	m.call_id = type == PPTP_OCRQ ? 0x1a2c : 0x0480;
	m.peer_call_id = 0x1a2c;
	pptp_writer_init(&w, at, PPTP_CONTROL_MAX);
	pptp_control_encode(&w, &m);
	return w.length;
}

static void say(enum pptp_side side, unsigned type)
{
	uint8_t bytes[PPTP_CONTROL_MAX];

	feed(side, bytes, put(bytes, type));
}

/* Four echo requests in one stream; the gap is anywhere in it. What
 * is whole behind it is read, and nothing is lost for good. */
START_TEST(a_stream_goes_on_behind_a_gap)
{
	uint8_t bytes[4 * PPTP_CONTROL_MAX];
	size_t whole = 0, ends[4];

	for (unsigned i = 0; i < 4; i++)
		ends[i] = whole += put(bytes + whole, PPTP_ECHO_REQUEST);
	for (size_t from = 0; from < whole; from++)
		for (size_t to = from + 1; to <= whole; to++) {
			unsigned expected = 0;

			for (unsigned i = 0; i < 4; i++)
				expected += ends[i] <= from ||
					    (i > 0 ? ends[i - 1] : 0) >= to;
			begin();
			feed(PPTP_SERVER, bytes, from);
			pptp_observer_gap(&o, PPTP_SERVER, to - from);
			feed(PPTP_SERVER, bytes + to, whole - to);
			ck_assert_uint_eq(messages, expected);
			ck_assert_uint_eq(lost, 0);
		}
}
END_TEST

START_TEST(a_gap_of_no_bytes_is_none)
{
	begin();
	pptp_observer_gap(&o, PPTP_US, 0);
	say(PPTP_SERVER, PPTP_SCCRP); /* to no question */
	ck_assert_uint_eq(messages, 0);
	ck_assert(pptp_record_has_note(&r, PPTP_NOTE_UNEXPECTED_CONTROL));
}
END_TEST

START_TEST(the_part_of_a_long_message_that_is_not_read_may_be_missing)
{
	uint8_t bytes[400] = {0};

	/* an SCCRP that says that it has 400 bytes */
	begin();
	say(PPTP_US, PPTP_SCCRQ);
	(void)put(bytes, PPTP_SCCRP);
	bytes[0] = 400 >> 8;
	bytes[1] = 400 & 255;
	feed(PPTP_SERVER, bytes, 200);
	pptp_observer_gap(&o, PPTP_SERVER, 100);
	feed(PPTP_SERVER, bytes + 300, 100);
	say(PPTP_SERVER, PPTP_ECHO_REQUEST);
	ck_assert_uint_eq(messages, 3);
	ck_assert_uint_eq(types[2], PPTP_ECHO_REQUEST);
	ck_assert_int_eq(r.control.state, PPTP_ANSWERED);
}
END_TEST

/* What was asked may be among what is missing of ours; then a reply is believed,
 * and has no round trip. */
START_TEST(a_reply_is_believed_where_its_request_is_missing)
{
	char text[4096];
	struct pptp_json j;

	begin();
	pptp_observer_gap(&o, PPTP_US, 156);
	say(PPTP_SERVER, PPTP_SCCRP);
	ck_assert_int_eq(r.control.state, PPTP_ANSWERED);
	ck_assert(!r.control.has_rtt);
	say(PPTP_US, PPTP_ECHO_REPLY);
	pptp_observer_gap(&o, PPTP_US, 168);
	say(PPTP_SERVER, PPTP_OCRP);
	ck_assert_int_eq(r.call.state, PPTP_ACCEPTED);
	ck_assert_uint_eq(r.call.call_id, 0x0480);
	ck_assert_uint_eq(r.call.peer_call_id, 0x1a2c);
	say(PPTP_SERVER, PPTP_SCCRP); /* once */
	ck_assert(pptp_record_has_note(&r, PPTP_NOTE_UNEXPECTED_CONTROL));
	pptp_json_init(&j, text, sizeof(text) - 1);
	pptp_record_walk(&r, &j.sink);
	ck_assert(!j.failed);
	text[j.length] = '\0';
	ck_assert_ptr_null(strstr(text, "rtt_us"));
}
END_TEST

/* ---- a call from its middle ---------------------------------------------- */

static bool ppp(enum pptp_side side, uint16_t call_id, uint32_t sequence,
		const char *hex)
{
	struct vector v = vector(hex);
	struct pptp_event event;
	struct pptp_ip ip;
	struct pptp_gre gre;
	uint8_t bytes[3000];
	int n;

	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = side == PPTP_US ? r.source : r.target;
	ip.destination = side == PPTP_US ? r.target : r.source;
	ip.ttl = 64;
	gre.call_id = call_id;
	gre.has_sequence = true;
	gre.sequence_number = sequence;
	gre.has_acknowledgment = sequence > 0;
	gre.acknowledgment_number = 7;
	n = pptp_gre_packet_encode(&ip, &gre, v.bytes, v.length, bytes,
				   sizeof(bytes));
	ck_assert_int_gt(n, 0);
	now += MS;
	return pptp_observer_bytes(&o, side, bytes, (size_t)n, now, &event);
}

START_TEST(a_call_without_control_messages_is_followed)
{
	begin();
	ck_assert(!ppp(PPTP_SERVER, 0x1a2c, 5, "ff03c021 01010008 0304c023"));
	pptp_observer_call(&o, PPTP_SERVER, 0x1a2c);
	pptp_observer_call(&o, PPTP_US, 0x0480);
	ck_assert(ppp(PPTP_US, 0x0480, 7, "ff03c021 01010004"));
	ck_assert(ppp(PPTP_SERVER, 0x1a2c, 5, "ff03c021 01010008 0304c023"));
	ck_assert(!ppp(PPTP_US, 0x0481, 8, "ff03c021 02010008 0304c023"));
	ck_assert(!ppp(PPTP_SERVER, 0x0480, 6, "ff03c021 05030004"));
	ck_assert(ppp(PPTP_US, 0x0480, 8, "ff03c021 02010008 0304c023"));
	ck_assert(ppp(PPTP_SERVER, 0x1a2c, 6, "ff03c021 02010004"));
	ck_assert_uint_eq(r.lcp.offers, 1);
	ck_assert_int_eq(r.lcp.offer[0].answer, PPTP_ANSWER_ACK);
	ck_assert_uint_eq(r.lcp.offer[0].method.protocol, PPTP_PPP_PAP);
	ck_assert(r.lcp.we_acked && r.lcp.they_acked);
	pptp_observer_end(&o, PPTP_ENDED_SILENT, now);
	ck_assert_int_eq(r.gre.state, PPTP_REACHABLE);
	ck_assert_int_eq(r.lcp.state, PPTP_OPENED);
	ck_assert_int_eq(r.control.state, PPTP_NOT_TESTED);
	ck_assert_int_eq(r.call.state, PPTP_NOT_TESTED);
	ck_assert_uint_eq(r.notes, 0);
}
END_TEST

/* Both ends are kept alike, whichever of them speaks. */
START_TEST(what_is_known_of_one_side_is_known_of_the_other)
{
	static const enum pptp_side sides[] = {PPTP_US, PPTP_SERVER};

	begin();
	pptp_observer_call(&o, PPTP_SERVER, 0x1a2c);
	pptp_observer_call(&o, PPTP_US, 0x0480);
	for (unsigned i = 0; i < 4; i++) {
		enum pptp_side side = sides[i % 2];

		ck_assert(ppp(side, side == PPTP_US ? 0x0480 : 0x1a2c, 7 + i,
			      i % 2 == 0 ? "ff03c021 0109000a 050601020304"
					 : "ff03c021 0109000a 050605060708"));
	}
	for (unsigned i = 0; i < 2; i++) {
		const struct pptp_observer_side *s = &o.side[sides[i]];

		ck_assert_uint_eq(s->first, 7 + i);
		ck_assert_uint_eq(s->highest, 9 + i);
		ck_assert_uint_eq(s->request_identifier, 9);
		ck_assert(s->requested && s->has_magic && s->sequenced);
		ck_assert_uint_eq(s->magic, i == 0 ? 0x01020304 : 0x05060708);
	}
	/* the server's number 8 is the first that it sent: 7 says nothing */
	ck_assert(!o.side[PPTP_US].acknowledges);
	ck_assert(o.side[PPTP_SERVER].acknowledges);
	ck_assert_uint_eq(o.side[PPTP_SERVER].acknowledged, 7);
}
END_TEST

START_TEST(hours_later_times_are_exact)
{
	const int64_t hours = INT64_C(30) * 3600 * 1000 * MS;

	begin();
	say(PPTP_US, PPTP_SCCRQ);
	now += hours;
	pptp_observer_call(&o, PPTP_SERVER, 0x1a2c);
	ck_assert(ppp(PPTP_SERVER, 0x1a2c, 5, "ff03c021 01010008 0304c023"));
	ck_assert_int_eq(pptp_time_us(r.lcp.offer[0].at), now);
	pptp_observer_closed(&o, PPTP_SERVER, false, now + 1);
	ck_assert_int_eq(pptp_time_us(r.teardown.message[0].at), now + 1);
	ck_assert_int_gt(pptp_time_us(r.teardown.message[0].at), hours);
}
END_TEST

/* ---- storage ------------------------------------------------------------- */

START_TEST(a_reader_of_captures_keeps_as_much_as_it_gives_room_for)
{
	static struct pptp_offer offers[100];
	static uint8_t bytes[1 << 14];
	const struct pptp_storage s = {offers, bytes, 100, sizeof(bytes)};
	char hex[64];

	for (unsigned most = 0; most < 2; most++) {
		begin();
		if (most == 1) {
			struct pptp_record empty = r;

			pptp_record_init(&r, &s);
			r.source = empty.source;
			r.target = empty.target;
			r.port = empty.port;
		}
		pptp_observer_call(&o, PPTP_SERVER, 0x1a2c);
		for (unsigned i = 0; i < 100; i++) {
			(void)snprintf(hex, sizeof(hex),
				       "ff03c021 01%02x000a 0506000000%02x", i,
				       i + 1);
			ck_assert(ppp(PPTP_SERVER, 0x1a2c, i, hex));
		}
		ck_assert_uint_eq(r.lcp.offers, most == 1 ? 100 : PPTP_OFFERS);
		ck_assert_uint_eq(r.stored, most == 1 ? 1000 : 760);
		ck_assert_int_eq(pptp_record_has_note(&r, PPTP_NOTE_STORE_FULL),
				 most == 0);
	}
}
END_TEST

START_TEST(no_message_is_kept_that_is_longer_than_any_should_be)
{
	static uint8_t bytes[1 << 14], message[PPTP_KEPT_MAX + 1];
	struct pptp_offer offer;
	struct pptp_ppp_packet p = {.code = 1, .identifier = 2};

	for (size_t length = PPTP_KEPT_MAX - 6; length < PPTP_KEPT_MAX;
	     length++) {
		bool fits = length + 4 <= PPTP_KEPT_MAX;

		pptp_record_init(&r, &(struct pptp_storage){&offer, bytes, 1,
							    sizeof(bytes)});
		pptp_reader_init(&p.data, message, length);
		ck_assert_uint_eq(pptp_record_keep_packet(&r, &p).length,
				  fits ? length + 4 : 0);
		ck_assert_int_eq(pptp_record_has_note(&r, PPTP_NOTE_STORE_FULL),
				 !fits);
	}
	ck_assert_uint_eq(pptp_record_keep(&r, message, PPTP_KEPT_MAX).length,
			  PPTP_KEPT_MAX);
	ck_assert_uint_eq(
	    pptp_record_keep(&r, message, PPTP_KEPT_MAX + 1).length, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("gap");

	CLAIM(s, a_stream_goes_on_behind_a_gap);
	CLAIM(s, a_gap_of_no_bytes_is_none);
	CLAIM(s, the_part_of_a_long_message_that_is_not_read_may_be_missing);
	CLAIM(s, a_reply_is_believed_where_its_request_is_missing);
	CLAIM(s, a_call_without_control_messages_is_followed);
	CLAIM(s, what_is_known_of_one_side_is_known_of_the_other);
	CLAIM(s, hours_later_times_are_exact);
	CLAIM(s, a_reader_of_captures_keeps_as_much_as_it_gives_room_for);
	CLAIM(s, no_message_is_kept_that_is_longer_than_any_should_be);
	return run_suite(s);
}
