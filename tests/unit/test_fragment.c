/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/fragment.h"

#include "unit/claims.h"

struct heard {
	struct pptp_ip ip;
	uint8_t bytes[65536];
	size_t length;
	unsigned count, depth;
	uint64_t frame;
	int64_t time_us;
	struct pptp_fragments
	    *again; /* the handler puts a fragment of its own */
};

static struct pptp_ip fragment(uint16_t identification, unsigned offset,
			       bool more)
{
	struct pptp_ip ip = {0};

	ip.source = pptp_address_v4(0xc0000201);
	ip.destination = pptp_address_v4(0xc0000202);
	ip.protocol = ip.fragment_protocol = PPTP_IP_GRE;
	ip.identification = identification;
	ip.fragment_offset = (uint16_t)offset;
	ip.more_fragments = more;
	return ip;
}

static void hear(void *context, const struct pptp_ip *ip, unsigned depth,
		 uint64_t frame, int64_t time_us)
{
	struct heard *h = context;
	struct pptp_reader r = ip->payload;
	struct pptp_ip inner = fragment((uint16_t)(1000 + h->count), 0, true);

	h->count++;
	h->ip = *ip;
	h->depth = depth;
	h->frame = frame;
	h->time_us = time_us;
	h->length = pptp_reader_left(&r);
	if (h->again != NULL && depth < 4) {
		inner.payload = inner.fragment = r;
		pptp_fragments_input(h->again, &inner, depth + 1, frame,
				     time_us);
	}
	memcpy(h->bytes, pptp_read_bytes(&r, h->length), h->length);
}

struct bench {
	struct heard heard;
	struct pptp_fragments *all;
	struct guarded g;
	uint64_t frame;
	int64_t now;
};

static struct bench *setup(void)
{
	static struct bench b;

	memset(&b, 0, sizeof(b));
	b.g = guarded_new();
	b.all = pptp_fragments_new(hear, &b.heard);
	ck_assert_ptr_nonnull(b.all);
	return &b;
}

static void finish(struct bench *b)
{
	pptp_fragments_end(b->all);
	pptp_fragments_free(b->all);
	guarded_free(&b->g);
}

/* Byte n of the whole packet is n, modulo 251. */
static void put(struct bench *b, struct pptp_ip ip, size_t length)
{
	static uint8_t bytes[65536];

	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)((ip.fragment_offset + i) % 251);
	pptp_reader_init(&ip.fragment, guarded_copy(&b->g, bytes, length),
			 length);
	ip.payload = ip.fragment;
	pptp_fragments_input(b->all, &ip, 0, ++b->frame, b->now);
}

static void is_whole(const struct bench *b, size_t length)
{
	ck_assert_uint_eq(b->heard.count, 1);
	ck_assert_uint_eq(b->heard.length, length);
	for (size_t i = 0; i < length; i++)
		ck_assert_uint_eq(b->heard.bytes[i], i % 251);
	ck_assert(!b->heard.ip.more_fragments);
	ck_assert_uint_eq(b->heard.ip.fragment_offset, 0);
}

START_TEST(three_parts_in_any_order_are_the_packet)
{
	static const unsigned orders[][3] = {
	    {0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0},
	};
	static const size_t at[] = {0, 48, 56}, length[] = {48, 8, 11};

	for (size_t i = 0; i < 6; i++) {
		struct bench *b = setup();

		for (size_t k = 0; k < 3; k++) {
			unsigned n = orders[i][k];

			ck_assert_uint_eq(b->heard.count, 0);
			put(b, fragment(7, (unsigned)at[n], n < 2), length[n]);
		}
		is_whole(b, 67);
		ck_assert(!b->heard.ip.truncated);
		ck_assert_uint_eq(b->heard.ip.protocol, PPTP_IP_GRE);
		ck_assert_uint_eq(b->heard.frame, 3);
		finish(b);
		ck_assert_uint_eq(b->heard.count, 1);
	}
}
END_TEST

START_TEST(repeated_parts_change_nothing)
{
	struct bench *b = setup();

	put(b, fragment(7, 0, true), 16);
	put(b, fragment(7, 0, true), 16);
	put(b, fragment(7, 16, false), 3);
	is_whole(b, 19);
	finish(b);
}
END_TEST

START_TEST(first_bytes_stay_where_parts_overlap)
{
	struct bench *b = setup();
	struct pptp_ip evil = fragment(7, 8, true);
	uint8_t bytes[16];

	memset(bytes, 0xee, sizeof(bytes));
	put(b, fragment(7, 0, true), 16);
	pptp_reader_init(&evil.fragment, bytes, sizeof(bytes));
	pptp_fragments_input(b->all, &evil, 0, 2, 0);
	put(b, fragment(7, 24, false), 8);
	ck_assert_uint_eq(b->heard.length, 32);
	ck_assert_uint_eq(b->heard.bytes[15], 15);
	ck_assert_uint_eq(b->heard.bytes[16], 0xee);
	ck_assert_uint_eq(b->heard.bytes[24], 24);
	finish(b);
}
END_TEST

START_TEST(first_end_stays_where_ends_differ)
{
	struct bench *b = setup();

	put(b, fragment(7, 32, false), 8);
	put(b, fragment(7, 8, false), 3);
	put(b, fragment(7, 0, true), 8);
	ck_assert_uint_eq(b->heard.count, 0);
	put(b, fragment(7, 8, true), 24);
	is_whole(b, 40);
	finish(b);
}
END_TEST

START_TEST(packets_are_told_apart)
{
	struct pptp_ip other[4];

	for (size_t i = 0; i < 4; i++)
		other[i] = fragment(7, 8, false);
	other[0].identification = 8;
	other[1].fragment_protocol = PPTP_IP_TCP;
	other[2].source = pptp_address_v4(0xc0000203);
	other[3].destination = pptp_address_v4(0xc0000203);
	for (size_t i = 0; i < 4; i++) {
		struct bench *b = setup();

		put(b, fragment(7, 0, true), 8);
		put(b, other[i], 8);
		ck_assert_uint_eq(b->heard.count, 0);
		put(b, fragment(7, 8, false), 8);
		is_whole(b, 16);
		finish(b);
	}
}
END_TEST

START_TEST(unfinished_packet_is_given_as_far_as_it_goes)
{
	struct bench *b = setup();

	put(b, fragment(7, 0, true), 16);
	put(b, fragment(7, 24, false), 8);
	ck_assert_uint_eq(b->heard.count, 0);
	finish(b);
	is_whole(b, 16);
	ck_assert(b->heard.ip.truncated);
	ck_assert_uint_eq(b->heard.frame, 2);
}
END_TEST

START_TEST(packet_without_its_first_part_is_nothing)
{
	struct bench *b = setup();

	put(b, fragment(7, 8, true), 16);
	put(b, fragment(7, 24, false), 8);
	finish(b);
	ck_assert_uint_eq(b->heard.count, 0);
}
END_TEST

START_TEST(part_that_the_capture_cut_leaves_it_unfinished)
{
	struct bench *b = setup();
	struct pptp_ip cut = fragment(7, 16, false);

	cut.truncated = true;
	put(b, fragment(7, 0, true), 16);
	put(b, cut, 11);
	ck_assert_uint_eq(b->heard.count, 0);
	finish(b);
	is_whole(b, 24);
	ck_assert(b->heard.ip.truncated);
}
END_TEST

START_TEST(odd_lengths_in_the_middle_are_refused)
{
	struct bench *b = setup();

	put(b, fragment(7, 0, true), 15);
	put(b, fragment(7, 16, false), 3);
	finish(b);
	ck_assert_uint_eq(b->heard.count, 0);
}
END_TEST

START_TEST(parts_past_the_longest_packet_are_refused)
{
	struct bench *b = setup();

	put(b, fragment(7, 0, true), 8);
	put(b, fragment(7, 65528, false), 16);
	put(b, fragment(7, 65528, true), 16);
	ck_assert_uint_eq(b->heard.count, 0);
	finish(b);
	is_whole(b, 8);
}
END_TEST

START_TEST(longest_packet_fits)
{
	struct bench *b = setup();

	put(b, fragment(7, 0, true), 32768);
	put(b, fragment(7, 32768, false), 32767);
	is_whole(b, 65535);
	finish(b);
}
END_TEST

START_TEST(identification_is_free_again_after_a_minute)
{
	struct bench *b = setup();

	put(b, fragment(7, 0, true), 8);
	b->now += PPTP_FRAGMENT_LIFETIME + 1;
	put(b, fragment(7, 8, false), 8);
	is_whole(b, 8);
	ck_assert(b->heard.ip.truncated);
	finish(b);
	ck_assert_uint_eq(b->heard.count, 1);
}
END_TEST

START_TEST(oldest_packet_makes_room)
{
	struct bench *b = setup();

	for (uint16_t i = 0; i <= PPTP_FRAGMENTS; i++)
		put(b, fragment(i, 0, true), 8);
	ck_assert_uint_eq(b->heard.count, 1);
	ck_assert_uint_eq(b->heard.ip.identification, 0);
	finish(b);
	ck_assert_uint_eq(b->heard.count, PPTP_FRAGMENTS + 1);
	ck_assert_uint_eq(b->heard.ip.identification, PPTP_FRAGMENTS);
}
END_TEST

START_TEST(handler_may_put_fragments_of_its_own)
{
	struct bench *b = setup();

	b->heard.again = b->all;
	for (uint16_t i = 0; i < 200; i++)
		put(b, fragment(i, 0, true), 8);
	finish(b);
	/* 200 at each of the depths 0 to 4. */
	ck_assert_uint_eq(b->heard.count, 1000);
}
END_TEST

START_TEST(every_length_flush_at_the_wall_is_read_to_its_end)
{
	for (size_t n = 0; n <= 64; n++) {
		struct bench *b = setup();

		put(b, fragment(7, 0, true), 8);
		put(b, fragment(7, 8, false), n);
		ck_assert_uint_eq(b->heard.count, n > 0);
		if (n > 0)
			is_whole(b, 8 + n);
		finish(b);
	}
	pptp_fragments_free(NULL);
}
END_TEST

START_TEST(freeing_what_still_waits_leaks_nothing)
{
	size_t before = 0;

	for (int round = 0; round < 3; round++) {
		struct bench *b = setup();

		for (uint16_t i = 0; i < PPTP_FRAGMENTS + 3; i++)
			put(b, fragment(i, 8, true), 8);
		pptp_fragments_free(b->all);
		guarded_free(&b->g);
		if (round > 0)
			ck_assert_uint_eq(heap_in_use(), before);
		before = heap_in_use();
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fragment");

	CLAIM(s, three_parts_in_any_order_are_the_packet);
	CLAIM(s, repeated_parts_change_nothing);
	CLAIM(s, first_bytes_stay_where_parts_overlap);
	CLAIM(s, first_end_stays_where_ends_differ);
	CLAIM(s, packets_are_told_apart);
	CLAIM(s, unfinished_packet_is_given_as_far_as_it_goes);
	CLAIM(s, packet_without_its_first_part_is_nothing);
	CLAIM(s, part_that_the_capture_cut_leaves_it_unfinished);
	CLAIM(s, odd_lengths_in_the_middle_are_refused);
	CLAIM(s, parts_past_the_longest_packet_are_refused);
	CLAIM(s, longest_packet_fits);
	CLAIM(s, identification_is_free_again_after_a_minute);
	CLAIM(s, oldest_packet_makes_room);
	CLAIM(s, handler_may_put_fragments_of_its_own);
	CLAIM(s, every_length_flush_at_the_wall_is_read_to_its_end);
	CLAIM(s, freeing_what_still_waits_leaks_nothing);
	return run_suite(s);
}
