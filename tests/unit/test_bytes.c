/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/bytes.h"

#include "unit/claims.h"

static const uint8_t eight[] = {0x01, 0x82, 0x03, 0x84, 0x05, 0x86, 0x07, 0x88};

START_TEST(numbers_are_read_in_network_order)
{
	struct pptp_reader r;

	pptp_reader_init(&r, eight, sizeof(eight));
	ck_assert_uint_eq(pptp_read_u8(&r), 0x01);
	ck_assert_uint_eq(pptp_read_u16(&r), 0x8203);
	ck_assert_uint_eq(pptp_read_u32(&r), 0x84058607);
	ck_assert_uint_eq(pptp_reader_left(&r), 1);
	ck_assert_uint_eq(pptp_reader_offset(&r), 7);
	ck_assert_ptr_eq(pptp_read_bytes(&r, 1), eight + 7);
	ck_assert(pptp_reader_ok(&r));
}
END_TEST

START_TEST(short_read_sticks_and_moves_nothing)
{
	struct pptp_reader r;

	pptp_reader_init(&r, eight, 3);
	pptp_read_skip(&r, 2);
	ck_assert_uint_eq(pptp_read_u32(&r), 0);
	ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
	ck_assert_uint_eq(r.missing, 3);
	ck_assert_uint_eq(r.where, 2);
	ck_assert_ptr_nonnull(r.why);
	ck_assert_uint_eq(pptp_read_u8(&r), 0);
	ck_assert_ptr_null(pptp_read_bytes(&r, 0));
	ck_assert_uint_eq(pptp_reader_left(&r), 0);
	ck_assert_uint_eq(pptp_reader_offset(&r), 2);
}
END_TEST

START_TEST(length_near_the_end_of_size_t_does_not_wrap)
{
	struct pptp_reader r;

	pptp_reader_init(&r, eight, sizeof(eight));
	pptp_read_skip(&r, 4);
	ck_assert_ptr_null(pptp_read_bytes(&r, SIZE_MAX - 1));
	ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
}
END_TEST

START_TEST(truncated_at_every_length_is_short)
{
	struct guarded g = guarded_new();
	struct pptp_reader r;
	size_t n;

	for (n = 0; n <= sizeof(eight); n++) {
		pptp_reader_init(&r, guarded_copy(&g, eight, n), n);
		pptp_read_u8(&r);
		pptp_read_u16(&r);
		pptp_read_u32(&r);
		pptp_read_bytes(&r, 1);
		ck_assert_int_eq(r.error, n < 8 ? PPTP_ERROR_SHORT : PPTP_OK);
		ck_assert_uint_eq(pptp_reader_left(&r), 0);
	}
	guarded_free(&g);
}
END_TEST

START_TEST(no_bytes_at_all_is_short_not_a_crash)
{
	struct pptp_reader r;

	pptp_reader_init(&r, NULL, 0);
	ck_assert_uint_eq(pptp_reader_left(&r), 0);
	ck_assert_ptr_nonnull(pptp_read_bytes(&r, 0));
	ck_assert_uint_eq(pptp_read_u8(&r), 0);
	ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
	ck_assert_uint_eq(r.missing, 1);
}
END_TEST

START_TEST(past_a_nested_end_is_malformed_not_short)
{
	struct pptp_reader r, sub;

	pptp_reader_init(&r, eight, sizeof(eight));
	pptp_read_skip(&r, 1);
	sub = pptp_read_sub(&r, 3);
	ck_assert_uint_eq(pptp_reader_offset(&r), 4);
	ck_assert_uint_eq(pptp_reader_left(&sub), 3);
	ck_assert_uint_eq(pptp_read_u16(&sub), 0x8203);
	ck_assert_uint_eq(pptp_read_u16(&sub), 0);
	ck_assert_int_eq(sub.error, PPTP_ERROR_MALFORMED);
	ck_assert_uint_eq(sub.where, 3); /* counted from the parent's base */
	ck_assert(pptp_reader_ok(&r));
}
END_TEST

START_TEST(sub_reader_longer_than_its_parent_fails_both)
{
	struct pptp_reader r, sub, inner;

	pptp_reader_init(&r, eight, 5);
	pptp_read_skip(&r, 2);
	sub = pptp_read_sub(&r, 4);
	ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
	ck_assert_int_eq(sub.error, PPTP_ERROR_SHORT);
	ck_assert_uint_eq(sub.missing, 1);
	ck_assert_uint_eq(pptp_read_u8(&sub), 0);

	pptp_reader_init(&r, eight, 8);
	sub = pptp_read_sub(&r, 4);
	inner = pptp_read_sub(&sub, 5);
	ck_assert_int_eq(sub.error, PPTP_ERROR_MALFORMED);
	ck_assert_int_eq(inner.error, PPTP_ERROR_MALFORMED);
	ck_assert(pptp_reader_ok(&r));
}
END_TEST

START_TEST(failed_parent_gives_a_failed_child)
{
	struct pptp_reader r, sub;

	pptp_reader_init(&r, eight, sizeof(eight));
	pptp_reader_fail(&r, "told so");
	sub = pptp_read_sub(&r, 0);
	ck_assert_int_eq(sub.error, PPTP_ERROR_MALFORMED);
	ck_assert_str_eq(sub.why, "told so");
	ck_assert_ptr_null(pptp_read_bytes(&sub, 0));
}
END_TEST

START_TEST(first_failure_stays)
{
	struct pptp_reader r;

	pptp_reader_init(&r, eight, 3);
	pptp_read_skip(&r, 1);
	pptp_reader_fail(&r, "first");
	pptp_reader_fail(&r, "second");
	pptp_read_u32(&r);
	ck_assert_int_eq(r.error, PPTP_ERROR_MALFORMED);
	ck_assert_str_eq(r.why, "first");
	ck_assert_uint_eq(r.where, 1);
}
END_TEST

START_TEST(join_takes_a_failure_over_once)
{
	struct pptp_reader r, good, bad, worse;

	pptp_reader_init(&r, eight, sizeof(eight));
	good = pptp_read_sub(&r, 2);
	bad = pptp_read_sub(&r, 2);
	worse = pptp_read_sub(&r, 2);
	pptp_reader_fail(&bad, "bad");
	pptp_reader_fail(&worse, "worse");
	pptp_reader_join(&r, &good);
	ck_assert(pptp_reader_ok(&r));
	pptp_reader_join(&r, &bad);
	pptp_reader_join(&r, &worse);
	ck_assert_int_eq(r.error, PPTP_ERROR_MALFORMED);
	ck_assert_str_eq(r.why, "bad");
	ck_assert_uint_eq(r.where, 2);
}
END_TEST

START_TEST(writer_writes_network_order_and_pads)
{
	static const uint8_t want[] = {0x81, 0x92, 0x03, 0xa4, 5,   0x06, 7,
				       'a',  'b',  0,    'x',  'y', 0,    0};
	uint8_t out[14];
	struct pptp_writer w;

	pptp_writer_init(&w, out, sizeof(out));
	pptp_write_u8(&w, 0x81);
	pptp_write_u16(&w, 0x9203);
	pptp_write_u32(&w, 0xa4050607);
	pptp_write_padded(&w, "ab", 3);
	pptp_write_bytes(&w, "xy", 2);
	pptp_write_zeros(&w, 2);
	ck_assert(pptp_writer_ok(&w));
	ck_assert_uint_eq(w.length, sizeof(want));
	ck_assert_mem_eq(out, want, sizeof(want));
}
END_TEST

START_TEST(padded_text_as_long_as_its_field_has_no_nul)
{
	uint8_t out[4] = {9, 9, 9, 9};
	struct pptp_writer w;

	pptp_writer_init(&w, out, sizeof(out));
	pptp_write_padded(&w, "abcdef", 3);
	ck_assert_mem_eq(out, "abc\x09", 4);
	ck_assert_uint_eq(w.length, 3);
}
END_TEST

START_TEST(writer_sticks_at_every_room_and_stays_inside)
{
	struct guarded g = guarded_new();
	struct pptp_writer w;
	size_t room;

	for (room = 0; room <= 16; room++) {
		pptp_writer_init(&w, guarded_room(&g, room), room);
		pptp_write_u32(&w, 1);
		pptp_write_u16(&w, 2);
		pptp_write_padded(&w, "abc", 5);
		pptp_write_zeros(&w, 2);
		pptp_write_bytes(&w, "xy", 2);
		pptp_write_u8(&w, 3);
		ck_assert_int_eq(pptp_writer_ok(&w), room == 16);
		ck_assert_uint_le(w.length, room);
	}
	guarded_free(&g);
}
END_TEST

START_TEST(failed_writer_writes_nothing_more)
{
	uint8_t out[3] = {9, 9, 9};
	struct pptp_writer w;

	pptp_writer_init(&w, out, sizeof(out));
	pptp_write_u16(&w, 0x0102);
	pptp_write_u32(&w, 0xffffffff);
	pptp_write_u8(&w, 3);
	pptp_patch_u16(&w, 0, 0xffff);
	ck_assert(!pptp_writer_ok(&w));
	ck_assert_uint_eq(w.length, 2);
	ck_assert_mem_eq(out, "\x01\x02\x09", 3);
}
END_TEST

START_TEST(patch_overwrites_only_what_was_written)
{
	uint8_t out[8];
	struct pptp_writer w;

	pptp_writer_init(&w, out, sizeof(out));
	pptp_write_zeros(&w, 4);
	pptp_patch_u16(&w, 2, 0x0a0b);
	ck_assert(pptp_writer_ok(&w));
	ck_assert_mem_eq(out, "\0\0\x0a\x0b", 4);
	pptp_patch_u16(&w, 3, 0);
	ck_assert(!pptp_writer_ok(&w));

	pptp_writer_init(&w, out, sizeof(out));
	pptp_write_u8(&w, 1);
	pptp_patch_u16(&w, SIZE_MAX, 0);
	ck_assert(!pptp_writer_ok(&w));
}
END_TEST

START_TEST(every_error_has_words_of_its_own)
{
	static const enum pptp_error errors[] = {
	    PPTP_OK,
	    PPTP_ERROR_ARGUMENT,
	    PPTP_ERROR_SPACE,
	    PPTP_ERROR_SHORT,
	    PPTP_ERROR_MALFORMED,
	    PPTP_ERROR_SYSTEM,
	    PPTP_ERROR_PRIVILEGE,
	    PPTP_ERROR_INTERFACE,
	    PPTP_ERROR_ROUTE,
	    PPTP_ERROR_NAME,
	};
	size_t count = sizeof(errors) / sizeof(errors[0]), i, j;

	for (i = 0; i < count; i++)
		for (j = 0; j < i; j++)
			ck_assert_str_ne(pptp_error_text(errors[i]),
					 pptp_error_text(errors[j]));
	ck_assert_str_eq(pptp_error_text((enum pptp_error) - 99),
			 "unknown error");
}
END_TEST

START_TEST(a_patch_is_within_what_was_written)
{
	for (size_t length = 0; length < 6; length++)
		for (size_t offset = 0; offset < 8; offset++) {
			uint8_t bytes[8] = {0};
			struct pptp_writer w;

			pptp_writer_init(&w, bytes, sizeof(bytes));
			pptp_write_zeros(&w, length);
			pptp_patch_u16(&w, offset, 0x0102);
			ck_assert_int_eq(pptp_writer_ok(&w),
					 offset + 2 <= length);
			for (size_t i = 0; i < sizeof(bytes); i++)
				ck_assert_uint_eq(bytes[i],
						  !pptp_writer_ok(&w) ? 0U
						  : i == offset       ? 1U
						  : i == offset + 1   ? 2U
								      : 0U);
		}
}
END_TEST

START_TEST(a_padded_text_has_its_width_or_nothing)
{
	for (size_t used = 0; used <= 8; used++)
		for (size_t width = 0; width < 12; width++) {
			uint8_t bytes[8];
			struct pptp_writer w;

			pptp_writer_init(&w, bytes, sizeof(bytes));
			pptp_write_zeros(&w, used);
			pptp_write_padded(&w, "abc", width);
			ck_assert_int_eq(pptp_writer_ok(&w), used + width <= 8);
			ck_assert_uint_eq(
			    w.length, pptp_writer_ok(&w) ? used + width : used);
		}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("bytes");

	CLAIM(s, numbers_are_read_in_network_order);
	CLAIM(s, short_read_sticks_and_moves_nothing);
	CLAIM(s, length_near_the_end_of_size_t_does_not_wrap);
	CLAIM(s, truncated_at_every_length_is_short);
	CLAIM(s, no_bytes_at_all_is_short_not_a_crash);
	CLAIM(s, past_a_nested_end_is_malformed_not_short);
	CLAIM(s, sub_reader_longer_than_its_parent_fails_both);
	CLAIM(s, failed_parent_gives_a_failed_child);
	CLAIM(s, first_failure_stays);
	CLAIM(s, join_takes_a_failure_over_once);
	CLAIM(s, writer_writes_network_order_and_pads);
	CLAIM(s, padded_text_as_long_as_its_field_has_no_nul);
	CLAIM(s, writer_sticks_at_every_room_and_stays_inside);
	CLAIM(s, failed_writer_writes_nothing_more);
	CLAIM(s, patch_overwrites_only_what_was_written);
	CLAIM(s, every_error_has_words_of_its_own);
	CLAIM(s, a_patch_is_within_what_was_written);
	CLAIM(s, a_padded_text_has_its_width_or_nothing);
	return run_suite(s);
}
