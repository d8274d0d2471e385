/* SPDX-License-Identifier: BSD-2-Clause */
/* The record: what it keeps, what it says when it is full, how it walks. */
#include "core/record_parts.h"

#include "format/control.h"
#include "unit/claims.h"
#include "unit/store.h"

#define RECORD_ROOM (1 << 20) /* of JSON */

static struct pptp_record r;
static char text[RECORD_ROOM];

static void walk(void)
{
	struct pptp_json j;

	pptp_json_init(&j, text, sizeof(text) - 1);
	pptp_record_walk(&r, &j.sink);
	ck_assert(!j.failed);
	ck_assert_uint_eq(j.depth, 0);
	text[j.length] = '\0';
}

static void has(const char *part)
{
	ck_assert_msg(strstr(text, part) != NULL, "no %s in %s", part, text);
}

static void has_not(const char *part)
{
	ck_assert_msg(strstr(text, part) == NULL, "%s in %s", part, text);
}

static void fresh(void)
{
	record_empty(&r);
	r.target = pptp_address_v4(0xc0000201);
	r.source = pptp_address_v4(0xc0000202);
	r.port = 1723;
	r.kind = PPTP_KIND_CONVERSATION;
}

START_TEST(what_is_not_known_is_absent_and_every_state_is_there)
{
	fresh();
	walk();
	has("\"tcp\":{\"state\":\"not_tested\","
	    "\"connect\":{\"state\":\"not_tried\"}}");
	has("\"control\":{\"state\":\"not_tested\"}");
	has("\"call\":{\"state\":\"not_tested\"}");
	has("\"gre\":{\"state\":\"not_tested\"}");
	has("\"lcp\":{\"state\":\"not_tested\",\"offers\":[]}");
	has("\"challenge\":{\"state\":\"not_tested\"}");
	has("\"network\":{\"state\":\"not_tested\"");
	has("\"teardown\":{\"state\":\"not_tested\"");
	has("\"asked\":null");
	has_not("labels");
	has_not("\"name\":");
	has_not("declined");
}
END_TEST

START_TEST(times_are_rfc_3339_in_utc)
{
	static const struct {
		int64_t us;
		const char *text;
	} cases[] = {
	    {0, "1970-01-01T00:00:00.000000Z"},
	    {INT64_C(951782400000000), "2000-02-29T00:00:00.000000Z"},
	    {INT64_C(1709164799999999), "2024-02-28T23:59:59.999999Z"},
	    {INT64_C(4107542400000000), "2100-03-01T00:00:00.000000Z"},
	    {INT64_C(-1), "1969-12-31T23:59:59.999999Z"},
	};

	for (unsigned i = 0; i < 5; i++) {
		fresh();
		r.time_us = cases[i].us;
		walk();
		has(cases[i].text);
	}
}
END_TEST

START_TEST(every_note_has_a_code_and_a_text)
{
	for (unsigned code = 0; code < PPTP_NOTE_COUNT; code++) {
		fresh();
		pptp_record_note(&r, (enum pptp_note_code)code, UINT32_MAX,
				 UINT32_MAX);
		walk();
		has("\"notes\":[{\"code\":\"");
		has_not("\"text\":\"\"");
		has("\"count\":1}]");
		ck_assert(pptp_record_has_note(&r, (enum pptp_note_code)code));
	}
}
END_TEST

START_TEST(no_note_takes_the_place_of_another)
{
	fresh();
	for (unsigned code = 0; code < PPTP_NOTE_COUNT; code++)
		pptp_record_note(&r, (enum pptp_note_code)code, 0, 0);
	for (unsigned code = 0; code < PPTP_NOTE_COUNT; code++)
		ck_assert(pptp_record_has_note(&r, (enum pptp_note_code)code));
}
END_TEST

START_TEST(notes_are_counted_and_keep_their_first_numbers)
{
	fresh();
	for (unsigned i = 0; i < 1000; i++)
		pptp_record_note(&r, PPTP_NOTE_CAPTURE_DROPS, i + 7, 0);
	walk();
	ck_assert_uint_eq(r.notes, 1);
	has("dropped 7 captured packets");
	has("\"count\":255");
}
END_TEST

START_TEST(a_full_store_is_said_and_keeps_nothing_half)
{
	uint8_t bytes[PPTP_STORE];

	fresh();
	memset(bytes, 0xaa, sizeof(bytes));
	ck_assert_uint_eq(pptp_record_keep(&r, bytes, PPTP_STORE - 1).length,
			  PPTP_STORE - 1);
	ck_assert_uint_eq(pptp_record_keep(&r, bytes, 2).length, 0);
	ck_assert(pptp_record_has_note(&r, PPTP_NOTE_STORE_FULL));
	ck_assert_uint_eq(pptp_record_keep(&r, bytes, 1).length, 1);
}
END_TEST

START_TEST(reasons_name_icmp_type_code_and_sender)
{
	fresh();
	r.tcp.state = PPTP_FILTERED;
	r.tcp.reason = PPTP_REASON_ICMP;
	r.tcp.icmp =
	    (struct pptp_icmp_fact){pptp_address_v4(0xc00002fe), 3, 13};
	r.gre.reason = PPTP_REASON_LOCAL_ICMP;
	r.gre.icmp = (struct pptp_icmp_fact){r.source, 3, 2};
	walk();
	has("\"reason\":\"icmp-3-13\",\"icmp_from\":\"192.0.2.254\"");
	has("\"reason\":\"local-icmp-3-2\",\"icmp_from\":\"192.0.2.2\"");
}
END_TEST

static void first_bytes(const char *bytes, size_t length)
{
	fresh();
	r.control.state = PPTP_NOT_PPTP;
	r.control.raw_length = (uint8_t)length;
	memcpy(r.control.raw, bytes, length);
	walk();
}

START_TEST(services_are_named_by_their_first_bytes)
{
	first_bytes("HTTP/1.1 400", 12);
	has("\"service\":\"http\",\"first_bytes\":"
	    "\"485454502f312e3120343030\"");
	first_bytes("SSH-2.0-x", 9);
	has("\"service\":\"ssh\"");
	first_bytes("\x15\x03\x01\x00\x02\x02\x46", 7);
	has("\"service\":\"tls\"");
	first_bytes("220 ready", 9);
	has("\"service\":\"ftp\"");
	first_bytes("\x00", 1);
	has("\"service\":\"unknown\"");
	first_bytes("", 0);
	has("\"service\":\"unknown\",\"first_bytes\":\"\"");
}
END_TEST

/* With all bytes that it takes, and with one fewer. */
START_TEST(a_service_is_named_by_no_less_than_its_beginning)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *name;
	} rows[] = {{"HTTP/", 5, "http"},
		    {"<!DO", 4, "http"},
		    {"<htm", 4, "http"},
		    {"SSH-", 4, "ssh"},
		    {"220", 3, "ftp"},
		    {"+OK", 3, "pop3"},
		    {"* OK", 4, "imap"},
		    {"RFB ", 4, "vnc"},
		    {"\x16\x03\x01", 3, "tls"},
		    {"\x15\x03\x03", 3, "tls"},
		    {"\0\x9c\0\1\x1a\x2b\x3c\x4d\0\1", 10, "echo"},
		    {" !\"#$%&'()*+,-./", 16, "chargen"},
		    {"uvwxyz{|}~ !\"#$%", 16, "chargen"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (size_t n = 0; n <= rows[i].length; n++)
			ck_assert_str_eq(
			    pptp_record_service((const uint8_t *)rows[i].bytes,
						n),
			    n == rows[i].length ? rows[i].name : "unknown");
}
END_TEST

START_TEST(chargen_is_of_printable_bytes)
{
	uint8_t bytes[16];

	for (unsigned first = 0; first < 256; first++) {
		bytes[0] = (uint8_t)first;
		for (unsigned i = 1; i < sizeof(bytes); i++)
			bytes[i] = bytes[i - 1] == 0x7e
				       ? 0x20
				       : (uint8_t)(bytes[i - 1] + 1);
		ck_assert_int_eq(
		    strcmp(pptp_record_service(bytes, 16), "chargen") == 0,
		    first >= 0x20 && first < 0x7f);
		bytes[first % 15 + 1] ^= 1;
		ck_assert_str_ne(pptp_record_service(bytes, 16), "chargen");
	}
}
END_TEST

START_TEST(a_round_trip_of_a_microsecond_is_one)
{
	fresh();
	r.gre.state = PPTP_REACHABLE;
	r.gre.rtt_us = 1;
	walk();
	has("\"rtt_us\":1");
	r.gre.rtt_us = 0;
	walk();
	has_not("rtt_us");
}
END_TEST

START_TEST(names_of_the_server_are_escaped_byte_by_byte)
{
	struct pptp_control m;
	struct pptp_writer w;

	fresh();
	memset(&m, 0, sizeof(m));
	m.control_message_type = PPTP_SCCRP;
	m.result_code = 1;
	memset(m.host_name, 'A', sizeof(m.host_name)); /* no NUL at all */
	memcpy(m.vendor_string, "\x1b[31m\"\\\xff", 8);
	pptp_writer_init(&w, r.control.raw, sizeof(r.control.raw));
	pptp_control_encode(&w, &m);
	r.control.raw_length = (uint8_t)w.length;
	r.control.state = PPTP_ANSWERED;
	walk();
	has("\"vendor\":\"\\u001b[31m\\\"\\\\\\u00ff\"");
	has("\"host_name\":"
	    "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAAAAAAAAAA\",");
}
END_TEST

static void fill_offer(struct pptp_offer *o, uint8_t identifier)
{
	static const uint8_t packet[] = {1,    0,    0, 13, 3, 5, 0xc2,
					 0x23, 0x81, 7, 2,  8, 2};

	*o = (struct pptp_offer){.identifier = identifier, .news = true};
	o->packet = pptp_record_keep(&r, packet, sizeof(packet));
	o->method = (struct pptp_method){PPTP_PPP_CHAP, 0x81};
	o->nak = (struct pptp_method){PPTP_PPP_CHAP, 7};
	o->answer = PPTP_ANSWER_NAK;
}

START_TEST(shared_bytes_show_each_offers_own_identifier)
{
	fresh();
	fill_offer(&r.lcp.offer[0], 0);
	r.lcp.offer[1] = r.lcp.offer[0];
	r.lcp.offer[1].identifier = 0xfe;
	r.lcp.offers = 2;
	walk();
	has("\"raw\":\"0100000d0305c2238107020802\"");
	has("\"raw\":\"01fe000d0305c2238107020802\"");
	has("\"answer\":\"nak:c223:07\"");
}
END_TEST

START_TEST(a_reject_names_its_option_types)
{
	fresh();
	fill_offer(&r.lcp.offer[0], 1);
	r.lcp.offer[0].answer = PPTP_ANSWER_REJECT;
	r.lcp.offer[0].rejected = 1U << 13 | 1U << 17;
	r.lcp.offers = 1;
	walk();
	has("\"answer\":\"reject\",\"answered_us\":0,\"rejected\":[13,17]");
}
END_TEST

/* A request of `length` bytes at the store's front, sent `count` times. */
static void fill_offers(uint16_t length, unsigned count)
{
	fresh();
	r.store[0] = 1;
	r.store[2] = (uint8_t)(length >> 8);
	r.store[3] = (uint8_t)length;
	for (unsigned i = 4; i + 2 <= length; i += 2) {
		r.store[i] = 19; /* the most options that fit */
		r.store[i + 1] = 2;
	}
	for (unsigned i = 0; i < count; i++) {
		r.lcp.offer[i].packet = (struct pptp_slice){0, length};
		r.lcp.offer[i].method.protocol = 0xffff;
		r.lcp.offer[i].at = pptp_time_of(INT64_MAX);
		r.lcp.offer[i].identifier = (uint8_t)i;
	}
	r.lcp.offers = (uint16_t)count;
	walk();
}

static unsigned times(const char *part)
{
	const char *at = text;
	unsigned n = 0;

	while ((at = strstr(at, part)) != NULL) {
		at++;
		n++;
	}
	return n;
}

START_TEST(a_long_request_that_came_again_is_told_once)
{
	fill_offers(764, PPTP_OFFERS);
	ck_assert_uint_eq(times("\"options\":["), 1);
	ck_assert_uint_eq(times("\"raw\":\"01"), 1);
	ck_assert_uint_eq(times("\"type\":19"), 380);
	ck_assert_uint_eq(times("\"same_as\":0,"), PPTP_OFFERS - 1);
	has("\"identifier\":23,\"at_us\":281474976710655,\"news\":false,"
	    "\"same_as\":0,\"authentication\":");
	ck_assert_uint_lt(strlen(text), 65536);
}
END_TEST

START_TEST(a_short_request_that_came_again_has_its_options)
{
	fill_offers(128, 3);
	ck_assert_uint_eq(times("\"options\":["), 3);
	has("\"raw\":\"0102008013021302");
	has_not("same_as");
}
END_TEST

START_TEST(same_as_names_the_first_of_its_bytes)
{
	fill_offers(200, 4);
	r.lcp.offer[0].packet = (struct pptp_slice){1, 199};
	r.lcp.offer[2].packet = (struct pptp_slice){0, 199};
	walk();
	ck_assert_uint_eq(times("same_as"), 1);
	has("\"identifier\":3,\"at_us\":281474976710655,\"news\":false,"
	    "\"same_as\":1,");
}
END_TEST

/* Whatever a method is named by is not told twice. */
START_TEST(an_option_3_is_told_where_its_method_does_not_tell_it)
{
	static const struct {
		const char *request;
		struct pptp_method method;
		const char *told; /* NULL: not at all */
	} offers[] = {
	    {"01010009 0305c22381", {PPTP_PPP_CHAP, 0x81}, NULL},
	    {"0101000e 010405dc 0304c023 0702", {PPTP_PPP_PAP, 0}, NULL},
	    {"01010009 0305c2230b", {PPTP_PPP_CHAP, 0x0b}, NULL},
	    {"01010006 0702", {0, 0}, NULL},
	    {"0101000b 0307c223818899",
	     {PPTP_PPP_CHAP, 0x81},
	     "0307c223818899"},
	    {"01010009 0305c02301", {PPTP_PPP_PAP, 0}, "0305c02301"},
	    {"01010006 0302", {0, 0}, "0302"},
	    {"0101000c 0304c023 0304c227", {PPTP_PPP_EAP, 0}, "0304c023"},
	};
	struct vector v;
	char part[64];

	for (size_t i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		fresh();
		v = vector(offers[i].request);
		memcpy(r.store, v.bytes, v.length);
		r.lcp.offer[0].packet =
		    (struct pptp_slice){0, (uint16_t)v.length};
		r.lcp.offer[0].method = offers[i].method;
		r.lcp.offers = 1;
		walk();
		if (offers[i].told == NULL) {
			has_not("authentication_option");
			continue;
		}
		snprintf(part, sizeof(part),
			 "\"authentication_option\":\"%s\",\"answer\":",
			 offers[i].told);
		has(part);
	}
}
END_TEST

START_TEST(the_run_is_sixteen_digits_or_absent)
{
	fresh();
	walk();
	has_not("\"run\"");
	r.run = 0x0123456789abcdef;
	walk();
	has("\"kind\":\"conversation\",\"run\":\"0123456789abcdef\",");
	r.run = 1;
	walk();
	has("\"run\":\"0000000000000001\"");
}
END_TEST

START_TEST(depths_have_names_both_ways)
{
	enum pptp_depth depth = PPTP_DEPTH_SYN;

	ck_assert(pptp_depth_parse(&depth, "call"));
	ck_assert_int_eq(depth, PPTP_DEPTH_CALL);
	ck_assert_str_eq(pptp_depth_name(depth), "call");
	ck_assert(!pptp_depth_parse(&depth, "auth"));
	ck_assert(!pptp_depth_parse(&depth, ""));
}
END_TEST

/* RFC 1661 6: types from 0 on; those above 31 have no bit. */
START_TEST(what_was_rejected_is_a_list_of_types)
{
	fresh();
	r.lcp.state = PPTP_OFFERED;
	r.lcp.offers = 1;
	r.lcp.offer[0].answer = PPTP_ANSWER_REJECT;
	r.lcp.offer[0].rejected = UINT32_C(0x80000003);
	walk();
	has("\"rejected\":[0,1,31]");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("record");

	CLAIM(s, what_is_not_known_is_absent_and_every_state_is_there);
	CLAIM(s, times_are_rfc_3339_in_utc);
	CLAIM(s, every_note_has_a_code_and_a_text);
	CLAIM(s, no_note_takes_the_place_of_another);
	CLAIM(s, notes_are_counted_and_keep_their_first_numbers);
	CLAIM(s, a_full_store_is_said_and_keeps_nothing_half);
	CLAIM(s, reasons_name_icmp_type_code_and_sender);
	CLAIM(s, a_round_trip_of_a_microsecond_is_one);
	CLAIM(s, chargen_is_of_printable_bytes);
	CLAIM(s, a_service_is_named_by_no_less_than_its_beginning);
	CLAIM(s, services_are_named_by_their_first_bytes);
	CLAIM(s, names_of_the_server_are_escaped_byte_by_byte);
	CLAIM(s, shared_bytes_show_each_offers_own_identifier);
	CLAIM(s, a_reject_names_its_option_types);
	CLAIM(s, a_long_request_that_came_again_is_told_once);
	CLAIM(s, a_short_request_that_came_again_has_its_options);
	CLAIM(s, same_as_names_the_first_of_its_bytes);
	CLAIM(s, an_option_3_is_told_where_its_method_does_not_tell_it);
	CLAIM(s, the_run_is_sixteen_digits_or_absent);
	CLAIM(s, depths_have_names_both_ways);
	CLAIM(s, what_was_rejected_is_a_list_of_types);
	return run_suite(s);
}
