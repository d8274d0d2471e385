/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/stream.h"

#include "unit/claims.h"

#define ROOM 65536

/* What the handler was told: data as it is, "|" for a gap, "." for an end. */
struct heard {
	char text[ROOM];
	size_t length;
	uint64_t frames[64]; /* of the data, in order */
	unsigned count, stream;
};

static void hear(void *context, enum pptp_stream_event event, unsigned stream,
		 const struct pptp_segment *s)
{
	struct heard *h = context;

	ck_assert_uint_lt(stream, PPTP_STREAMS);
	ck_assert_uint_lt(h->length + s->length + 1, ROOM);
	h->stream = stream;
	if (event == PPTP_STREAM_GAP)
		h->text[h->length++] = '|';
	if (event == PPTP_STREAM_FULL)
		h->text[h->length++] = '#';
	if (event == PPTP_STREAM_END)
		h->text[h->length++] = '.';
	if (event == PPTP_STREAM_DATA) {
		ck_assert_uint_gt(s->length, 0);
		memcpy(h->text + h->length, s->bytes, s->length);
		h->length += s->length;
		h->frames[h->count++ % 64] = s->frame;
	}
	h->text[h->length] = '\0';
}

struct bench {
	struct heard heard;
	struct pptp_streams *all;
	struct guarded g;
	uint64_t frame;
};

static void setup(struct bench *b)
{
	memset(b, 0, sizeof(*b));
	b->g = guarded_new();
	b->all = pptp_streams_new(hear, &b->heard);
	ck_assert_ptr_nonnull(b->all);
}

static const char *finish(struct bench *b)
{
	pptp_streams_end(b->all);
	pptp_streams_free(b->all);
	guarded_free(&b->g);
	return b->heard.text;
}

static struct pptp_segment from_client(uint32_t sequence, uint8_t flags)
{
	struct pptp_segment s = {0};

	s.source = pptp_address_v4(0xc0000201);
	s.destination = pptp_address_v4(0xc0000202);
	s.source_port = 40000;
	s.destination_port = 1723;
	s.sequence_number = sequence;
	s.flags = flags;
	return s;
}

static bool put(struct bench *b, struct pptp_segment s, const char *data)
{
	s.length = strlen(data);
	s.bytes = guarded_copy(&b->g, data, s.length);
	s.frame = ++b->frame;
	return pptp_streams_input(b->all, &s);
}

static bool data(struct bench *b, uint32_t sequence, const char *text)
{
	return put(b, from_client(sequence, PPTP_TCP_ACK), text);
}

/* What the segments at these numbers, in this order, make of "abcdefgh…". */
START_TEST(segments_in_order_are_the_stream)
{
	struct bench b;

	setup(&b);
	ck_assert(data(&b, 100, "ab"));
	ck_assert(data(&b, 102, "cd"));
	ck_assert(data(&b, 104, "e"));
	ck_assert_str_eq(finish(&b), "abcde.");
}
END_TEST

START_TEST(retransmitted_bytes_come_once)
{
	struct bench b;

	setup(&b);
	data(&b, 100, "abcd");
	data(&b, 100, "abcd");
	data(&b, 98, "??ab");
	data(&b, 102, "cdef");
	data(&b, 101, "bcdefg");
	ck_assert_str_eq(finish(&b), "abcdefg.");
}
END_TEST

START_TEST(early_segments_wait_and_keep_their_frames)
{
	struct bench b;

	setup(&b);
	data(&b, 100, "ab");
	data(&b, 106, "gh");
	data(&b, 104, "ef");
	data(&b, 104, "ef");
	ck_assert_str_eq(b.heard.text, "ab");
	data(&b, 102, "cd");
	ck_assert_str_eq(b.heard.text, "abcdefgh");
	ck_assert_uint_eq(b.heard.frames[1], 5);
	ck_assert_uint_eq(b.heard.frames[2], 3);
	ck_assert_uint_eq(b.heard.frames[3], 2);
	finish(&b);
}
END_TEST

/* As where they are in order: what came first stays. */
START_TEST(first_bytes_stay_of_early_segments_too)
{
	struct bench b;

	setup(&b);
	data(&b, 100, "ab");
	data(&b, 104, "ef");
	data(&b, 104, "XYZ");
	data(&b, 102, "cd");
	ck_assert_str_eq(finish(&b), "abcdefZ.");
}
END_TEST

START_TEST(order_does_not_matter)
{
	static const unsigned orders[][4] = {
	    {0, 1, 2, 3}, {0, 3, 2, 1}, {0, 2, 1, 3},
	    {0, 2, 3, 1}, {0, 1, 3, 2}, {0, 3, 1, 2},
	};
	static const char *const parts[] = {"abc", "cde", "efgh", "hi"};
	static const uint32_t at[] = {0, 2, 4, 7};

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		struct bench b;

		setup(&b);
		for (size_t k = 0; k < 4; k++)
			data(&b, 7 + at[orders[i][k]], parts[orders[i][k]]);
		ck_assert_str_eq(finish(&b), "abcdefghi.");
	}
}
END_TEST

START_TEST(sequence_numbers_wrap)
{
	struct bench b;

	setup(&b);
	data(&b, 0xfffffffe, "ab");
	data(&b, 2, "ef");
	data(&b, 0, "cd");
	data(&b, 0xffffffff, "bcdefg");
	ck_assert_str_eq(finish(&b), "abcdefg.");
}
END_TEST

START_TEST(hole_is_told_and_passed_at_the_end)
{
	struct bench b;

	setup(&b);
	data(&b, 100, "ab");
	data(&b, 105, "fg");
	data(&b, 110, "kl");
	data(&b, 107, "h");
	ck_assert_str_eq(finish(&b), "ab|fgh|kl.");
}
END_TEST

START_TEST(hole_is_passed_when_too_much_waits)
{
	struct bench b;
	uint32_t i;

	setup(&b);
	data(&b, 100, "ab");
	for (i = 0; i < 256; i++)
		data(&b, 200 + i, "x");
	ck_assert_str_eq(b.heard.text, "ab");
	data(&b, 200 + i, "y");
	ck_assert_uint_eq(b.heard.length, 2 + 1 + 256 + 1);
	ck_assert(strncmp(b.heard.text, "ab#xxx", 6) == 0);
	/* What filled the hole comes too late. */
	data(&b, 102, "cd");
	ck_assert_uint_eq(strlen(finish(&b)), 2 + 1 + 256 + 1 + 1);
}
END_TEST

START_TEST(waiting_bytes_are_bounded)
{
	static char big[32768];
	struct pptp_segment s = from_client(100, PPTP_TCP_ACK);
	struct bench b;
	unsigned n = 0;

	setup(&b);
	memset(big, 'z', sizeof(big) - 1);
	while (b.heard.length == 2 * n && n < 2 * PPTP_STREAMS_ROOM / 32768) {
		s.source_port = (uint16_t)(1 + n++);
		s.sequence_number = 100;
		put(&b, s, "ab");
		s.sequence_number = 200;
		put(&b, s, big);
	}
	/* Many streams share one room: the last one's hole was passed. */
	ck_assert_uint_le(n, PPTP_STREAMS_ROOM / 32768);
	ck_assert_uint_gt(n, PPTP_STREAMS_ROOM / 32768 * 9 / 10);
	ck_assert_uint_eq(b.heard.length, 2 * n + 1 + sizeof(big) - 1);
	ck_assert_int_eq(b.heard.text[2 * n], '#');
	pptp_streams_free(b.all);
	guarded_free(&b.g);
}
END_TEST

START_TEST(handshake_tells_where_the_stream_begins)
{
	struct pptp_segment syn_ack =
	    from_client(500, PPTP_TCP_SYN | PPTP_TCP_ACK);
	struct bench b;

	setup(&b);
	syn_ack.source_port = 1723;
	syn_ack.destination_port = 40000;
	syn_ack.source = pptp_address_v4(0xc0000202);
	syn_ack.destination = pptp_address_v4(0xc0000201);
	syn_ack.acknowledgment_number = 100;
	put(&b, from_client(99, PPTP_TCP_SYN), "");
	put(&b, syn_ack, "");
	data(&b, 102, "cd"); /* early, though it is the first that is seen */
	ck_assert_str_eq(b.heard.text, "");
	put(&b, syn_ack, "");
	data(&b, 100, "ab");
	ck_assert_str_eq(b.heard.text, "abcd");
	finish(&b);
}
END_TEST

START_TEST(another_handshake_is_another_stream)
{
	struct bench b;

	setup(&b);
	data(&b, 100, "ab");
	data(&b, 104, "ef");
	put(&b, from_client(99, PPTP_TCP_SYN), ""); /* the same once more */
	ck_assert_str_eq(b.heard.text, "ab");
	put(&b, from_client(900, PPTP_TCP_SYN), "");
	ck_assert_str_eq(b.heard.text, "ab|ef.");
	data(&b, 901, "AB");
	ck_assert_str_eq(finish(&b), "ab|ef.AB.");
}
END_TEST

START_TEST(data_in_a_syn_begins_behind_it)
{
	struct bench b;

	setup(&b);
	ck_assert(put(&b, from_client(99, PPTP_TCP_SYN), "ab"));
	data(&b, 102, "cd");
	ck_assert_str_eq(finish(&b), "abcd.");
}
END_TEST

START_TEST(far_away_is_another_connection)
{
	struct bench b;

	setup(&b);
	data(&b, 100, "ab");
	data(&b, 0x80000000, "AB");
	data(&b, 0x80000002, "CD");
	ck_assert_str_eq(finish(&b), "ab.ABCD.");
}
END_TEST

START_TEST(far_behind_is_another_connection_too)
{
	struct bench b;

	setup(&b);
	data(&b, 0x70000000, "ab");
	data(&b, 100, "AB");
	data(&b, 102, "CD");
	ck_assert_str_eq(finish(&b), "ab.ABCD.");
}
END_TEST

START_TEST(fin_ends_once_all_is_there)
{
	struct bench b;

	setup(&b);
	data(&b, 100, "ab");
	put(&b, from_client(104, PPTP_TCP_FIN), "e");
	ck_assert_str_eq(b.heard.text, "ab");
	data(&b, 102, "cd");
	put(&b, from_client(104, PPTP_TCP_FIN), "e");
	ck_assert_str_eq(b.heard.text, "abcde.");
	/* A retransmission after it is still one. */
	data(&b, 100, "abcd");
	ck_assert_str_eq(finish(&b), "abcde.");
}
END_TEST

START_TEST(fin_that_came_before_its_hole_was_filled_ends_it)
{
	struct bench b;

	setup(&b);
	data(&b, 100, "ab");
	put(&b, from_client(104, PPTP_TCP_FIN), "e");
	ck_assert_str_eq(b.heard.text, "ab");
	data(&b, 102, "cd");
	ck_assert_str_eq(b.heard.text, "abcde.");
	ck_assert_str_eq(finish(&b), "abcde.");
	setup(&b);
	data(&b, 100, "ab");
	put(&b, from_client(104, PPTP_TCP_FIN), "");
	data(&b, 102, "c");
	ck_assert_str_eq(b.heard.text, "abc");
	data(&b, 103, "d");
	ck_assert_str_eq(b.heard.text, "abcd.");
	finish(&b);
}
END_TEST

#define MESSAGE "12\1\1\x1a\x2b\x3c\x4d"

/* RFC 9293 3.8.4: the byte before the next one, whatever it was. */
START_TEST(keep_alive_at_a_start_in_the_middle_is_no_data)
{
	struct bench b;

	setup(&b);
	data(&b, 99, "?");
	data(&b, 99, "?");
	data(&b, 100, "");
	data(&b, 100, MESSAGE);
	data(&b, 99 + 8, "?");
	data(&b, 108, "z");
	ck_assert_str_eq(finish(&b), MESSAGE "z.");
}
END_TEST

START_TEST(first_byte_that_is_followed_by_the_next_is_data)
{
	struct bench b;

	setup(&b);
	data(&b, 99, "a");
	ck_assert_str_eq(b.heard.text, "");
	data(&b, 100, "b");
	ck_assert_str_eq(b.heard.text, "ab");
	data(&b, 101, MESSAGE);
	ck_assert_str_eq(finish(&b), "ab" MESSAGE ".");
	setup(&b);
	data(&b, 99, "a");
	data(&b, 99, "abc");
	ck_assert_str_eq(finish(&b), "abc.");
}
END_TEST

START_TEST(keep_alives_alone_are_nothing)
{
	struct bench b;

	setup(&b);
	data(&b, 99, "?");
	data(&b, 99, "?");
	ck_assert_str_eq(finish(&b), "");
}
END_TEST

static struct pptp_segment syn_ack(uint32_t sequence, uint32_t acknowledgment)
{
	struct pptp_segment s =
	    from_client(sequence, PPTP_TCP_SYN | PPTP_TCP_ACK);

	s.source_port = 1723;
	s.destination_port = 40000;
	s.source = pptp_address_v4(0xc0000202);
	s.destination = pptp_address_v4(0xc0000201);
	s.acknowledgment_number = acknowledgment;
	return s;
}

START_TEST(syn_ack_with_a_wrong_acknowledgement_is_nobodys)
{
	static const uint32_t wrong[] = {1, 99, 101, 1100, 3000000000};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct bench b;

		setup(&b);
		put(&b, from_client(99, PPTP_TCP_SYN), "");
		ck_assert(!put(&b, syn_ack(500, wrong[i]), ""));
		put(&b, from_client(wrong[i], PPTP_TCP_RST), "");
		put(&b, from_client(99, PPTP_TCP_SYN), "");
		put(&b, syn_ack(700, 100), "");
		put(&b, syn_ack(500, wrong[i]), ""); /* once more, late */
		data(&b, 100, "ab");
		put(&b, syn_ack(500, wrong[i]), "");
		data(&b, 102, "cd");
		ck_assert_str_eq(b.heard.text, "abcd");
		finish(&b);
	}
}
END_TEST

START_TEST(another_flows_syn_makes_no_stray)
{
	for (unsigned part = 0; part < 4; part++) {
		struct pptp_segment other = from_client(5000, PPTP_TCP_SYN);
		struct bench b;

		setup(&b);
		if (part == 0)
			other.source = pptp_address_v4(0xc0000203);
		if (part == 1)
			other.destination = pptp_address_v4(0xc0000203);
		if (part == 2)
			other.source_port++;
		if (part == 3)
			other.destination_port++;
		put(&b, from_client(99, PPTP_TCP_SYN), "");
		put(&b, other, "");
		ck_assert(!put(&b, syn_ack(500, 5001), ""));
		put(&b, syn_ack(500, 100), "");
		data(&b, 102, "cd");
		data(&b, 100, "ab");
		ck_assert_str_eq(b.heard.text, "abcd");
		finish(&b);
	}
}
END_TEST

/* Another client's SYN tells nothing of this one's. */
START_TEST(syn_ack_of_a_syn_that_was_not_captured_begins_a_stream)
{
	struct bench b;

	setup(&b);
	put(&b, syn_ack(500, 100), "");
	data(&b, 102, "cd");
	ck_assert_str_eq(b.heard.text, "");
	data(&b, 100, "ab");
	ck_assert_str_eq(b.heard.text, "abcd");
	finish(&b);
}
END_TEST

START_TEST(rst_ends_only_near_the_stream)
{
	struct bench b;

	setup(&b);
	data(&b, 100, "ab");
	put(&b, from_client(5000000, PPTP_TCP_RST), "");
	ck_assert_str_eq(b.heard.text, "ab");
	put(&b, from_client(102, PPTP_TCP_RST), "");
	ck_assert_str_eq(b.heard.text, "ab.");
	finish(&b);
}
END_TEST

START_TEST(cut_segment_is_followed_without_waiting)
{
	struct pptp_segment s = from_client(102, PPTP_TCP_ACK);
	struct bench b;

	setup(&b);
	data(&b, 100, "ab");
	s.truncated = true;
	put(&b, s, "cd");
	data(&b, 110, "kl");
	ck_assert_str_eq(b.heard.text, "abcd|kl");
	data(&b, 112, "mn");
	ck_assert_str_eq(finish(&b), "abcd|klmn.");
}
END_TEST

START_TEST(both_directions_are_apart)
{
	struct pptp_segment back = from_client(100, PPTP_TCP_ACK);
	struct bench b;
	unsigned first;

	setup(&b);
	back.source_port = 1723;
	back.destination_port = 40000;
	data(&b, 100, "ab");
	first = b.heard.stream;
	put(&b, back, "AB");
	ck_assert_uint_ne(first, b.heard.stream);
	data(&b, 102, "cd");
	ck_assert_uint_eq(first, b.heard.stream);
	ck_assert_str_eq(finish(&b), "abABcd..");
}
END_TEST

START_TEST(other_ports_need_the_cookie)
{
	struct pptp_segment s = from_client(100, PPTP_TCP_ACK);
	struct bench b;

	setup(&b);
	s.destination_port = 80;
	ck_assert(!put(&b, s, "GET / HTTP/1.1"));
	s.sequence_number = 114;
	ck_assert(put(&b, s, "12\1\1\x1a\x2b\x3c\x4d"));
	s.sequence_number = 122;
	ck_assert(put(&b, s, "more"));
	ck_assert_str_eq(finish(&b), "12\1\1\x1a\x2b\x3c\x4dmore.");
}
END_TEST

START_TEST(empty_segments_make_no_stream)
{
	struct bench b;

	setup(&b);
	ck_assert(!data(&b, 100, ""));
	ck_assert(!put(&b, from_client(100, PPTP_TCP_FIN), ""));
	ck_assert(!put(&b, from_client(100, PPTP_TCP_RST), ""));
	ck_assert(!put(&b, from_client(100, PPTP_TCP_SYN), ""));
	ck_assert_str_eq(finish(&b), "");
}
END_TEST

START_TEST(quietest_stream_makes_room)
{
	struct bench b;
	uint32_t i, dots = 0;

	setup(&b);
	for (i = 0; i < 4 * PPTP_STREAMS; i++) {
		struct pptp_segment s = from_client(i, PPTP_TCP_ACK);

		s.source = pptp_address_v4(0x0a000000 + i);
		put(&b, s, "xx");
		/* One that keeps talking stays. */
		data(&b, 100 + i, "y");
	}
	finish(&b);
	for (i = 0; i < b.heard.length; i++)
		dots += b.heard.text[i] == '.';
	/* Each was ended once, and the talker never in between. */
	ck_assert_uint_eq(dots, 4 * PPTP_STREAMS + 1);
	ck_assert_ptr_null(strchr(b.heard.text, '|'));
}
END_TEST

START_TEST(freeing_what_still_waits_leaks_nothing)
{
	size_t before = 0;

	for (int round = 0; round < 3; round++) {
		struct bench b;

		setup(&b);
		data(&b, 100, "ab");
		for (uint32_t i = 0; i < 50; i++)
			data(&b, 110 + 3 * i, "kl");
		pptp_streams_free(b.all);
		pptp_streams_free(NULL);
		guarded_free(&b.g);
		ck_assert_str_eq(b.heard.text, "ab");
		if (round > 0)
			ck_assert_uint_eq(heap_in_use(), before);
		before = heap_in_use();
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("stream");

	CLAIM(s, segments_in_order_are_the_stream);
	CLAIM(s, retransmitted_bytes_come_once);
	CLAIM(s, early_segments_wait_and_keep_their_frames);
	CLAIM(s, first_bytes_stay_of_early_segments_too);
	CLAIM(s, order_does_not_matter);
	CLAIM(s, sequence_numbers_wrap);
	CLAIM(s, hole_is_told_and_passed_at_the_end);
	CLAIM(s, hole_is_passed_when_too_much_waits);
	CLAIM(s, waiting_bytes_are_bounded);
	CLAIM(s, handshake_tells_where_the_stream_begins);
	CLAIM(s, another_handshake_is_another_stream);
	CLAIM(s, data_in_a_syn_begins_behind_it);
	CLAIM(s, far_away_is_another_connection);
	CLAIM(s, far_behind_is_another_connection_too);
	CLAIM(s, fin_ends_once_all_is_there);
	CLAIM(s, fin_that_came_before_its_hole_was_filled_ends_it);
	CLAIM(s, keep_alive_at_a_start_in_the_middle_is_no_data);
	CLAIM(s, first_byte_that_is_followed_by_the_next_is_data);
	CLAIM(s, keep_alives_alone_are_nothing);
	CLAIM(s, syn_ack_with_a_wrong_acknowledgement_is_nobodys);
	CLAIM(s, another_flows_syn_makes_no_stray);
	CLAIM(s, syn_ack_of_a_syn_that_was_not_captured_begins_a_stream);
	CLAIM(s, rst_ends_only_near_the_stream);
	CLAIM(s, cut_segment_is_followed_without_waiting);
	CLAIM(s, both_directions_are_apart);
	CLAIM(s, other_ports_need_the_cookie);
	CLAIM(s, empty_segments_make_no_stream);
	CLAIM(s, quietest_stream_makes_room);
	CLAIM(s, freeing_what_still_waits_leaks_nothing);
	return run_suite(s);
}
