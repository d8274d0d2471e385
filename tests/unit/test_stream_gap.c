/* SPDX-License-Identifier: BSD-2-Clause */
/* Holes in a stream: how many bytes are missing, and when nobody waits for them
 * any more. */
#include "read/stream.h"

#include <stdio.h>

#include "unit/claims.h"

static struct pptp_streams *all;
/* Data as it is, the server's in capitals, "|N" for a gap of N
 * bytes, "." for an end. */
static char text[4096];

static void hear(void *context, enum pptp_stream_event event, unsigned stream,
		 const struct pptp_segment *s)
{
	size_t n = strlen(text);

	ck_assert_ptr_null(context);
	ck_assert_uint_lt(stream, PPTP_STREAMS);
	ck_assert_uint_lt(n + s->length + 16, sizeof(text));
	if (event == PPTP_STREAM_DATA)
		memcpy(text + n, s->bytes, s->length);
	else if (event == PPTP_STREAM_END)
		strcat(text, ".");
	else
		snprintf(text + n, sizeof(text) - n, "|%u", s->missing);
}

static void setup(void)
{
	all = pptp_streams_new(hear, NULL);
	ck_assert_ptr_nonnull(all);
	memset(text, 0, sizeof(text));
}

static void put(bool by_server, uint32_t sequence, uint32_t acknowledgment,
		uint8_t flags, const char *data)
{
	struct guarded g = guarded_new();
	struct pptp_segment s = {0};

	s.source = pptp_address_v4(by_server ? 0xc0000202 : 0xc0000201);
	s.destination = pptp_address_v4(by_server ? 0xc0000201 : 0xc0000202);
	s.source_port = by_server ? 1723 : 40000;
	s.destination_port = by_server ? 40000 : 1723;
	s.sequence_number = sequence;
	s.acknowledgment_number = acknowledgment;
	s.flags = flags | PPTP_TCP_ACK;
	s.length = strlen(data);
	s.bytes = guarded_copy(&g, data, s.length);
	(void)pptp_streams_input(all, &s);
	guarded_free(&g);
}

static void client(uint32_t sequence, const char *data)
{
	put(false, sequence, 9000, 0, data);
}

static void server(uint32_t sequence, uint32_t acknowledgment, const char *data)
{
	put(true, sequence, acknowledgment, 0, data);
}

static const char *finish(void)
{
	pptp_streams_end(all);
	pptp_streams_free(all);
	return text;
}

START_TEST(a_hole_that_was_acknowledged_is_passed_before_the_answer)
{
	setup();
	pptp_streams_believe_acknowledgments(all);
	client(1, "abc");
	client(10, "jk");
	ck_assert_str_eq(text, "abc");
	server(9000, 12, "YES");
	ck_assert_str_eq(text, "abc|6jkYES");
	ck_assert_str_eq(finish(), "abc|6jkYES..");
}
END_TEST

START_TEST(bytes_with_nothing_behind_them_are_missing_too)
{
	setup();
	pptp_streams_believe_acknowledgments(all);
	client(1, "abc");
	server(9000, 11, "YES");
	client(11, "kl");
	ck_assert_str_eq(finish(), "abc|7YESkl..");
}
END_TEST

/* A kernel acknowledges at once: a capture may hold that first. */
START_TEST(a_bare_acknowledgement_proves_no_hole)
{
	setup();
	pptp_streams_believe_acknowledgments(all);
	client(1, "abc");
	server(9000, 7, "");
	client(4, "def");
	ck_assert_str_eq(finish(), "abcdef.");
}
END_TEST

START_TEST(a_hole_before_what_was_acknowledged_waits)
{
	setup();
	pptp_streams_believe_acknowledgments(all);
	client(1, "abc");
	client(7, "gh");
	server(9000, 4, "YES");
	client(4, "def");
	ck_assert_str_eq(finish(), "abcYESdefgh..");
}
END_TEST

/* The client's FIN has a number, and is acknowledged like a byte. */
START_TEST(a_fin_is_no_missing_byte)
{
	setup();
	pptp_streams_believe_acknowledgments(all);
	client(1, "abc");
	put(false, 4, 9000, PPTP_TCP_FIN, "");
	server(9000, 5, "YES");
	ck_assert_str_eq(finish(), "abc.YES.");
}
END_TEST

START_TEST(an_acknowledgement_far_away_is_another_connections)
{
	setup();
	pptp_streams_believe_acknowledgments(all);
	client(1, "abc");
	server(9000, 4 + (1 << 20) + 1, "YES");
	client(4, "def");
	ck_assert_str_eq(finish(), "abcYESdef..");
}
END_TEST

START_TEST(who_does_not_ask_for_it_gets_late_bytes)
{
	setup();
	client(1, "abc");
	client(7, "gh");
	server(9000, 9, "YES");
	client(4, "def");
	ck_assert_str_eq(finish(), "abcYESdefgh..");
}
END_TEST

START_TEST(how_much_is_missing_at_an_end_is_told)
{
	setup();
	client(1, "abc");
	client(100, "z");
	ck_assert_str_eq(finish(), "abc|96z.");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("stream_gap");

	CLAIM(s, a_hole_that_was_acknowledged_is_passed_before_the_answer);
	CLAIM(s, bytes_with_nothing_behind_them_are_missing_too);
	CLAIM(s, a_bare_acknowledgement_proves_no_hole);
	CLAIM(s, a_hole_before_what_was_acknowledged_waits);
	CLAIM(s, a_fin_is_no_missing_byte);
	CLAIM(s, an_acknowledgement_far_away_is_another_connections);
	CLAIM(s, who_does_not_ask_for_it_gets_late_bytes);
	CLAIM(s, how_much_is_missing_at_an_end_is_told);
	return run_suite(s);
}
