/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire_batch.h"

#include "unit/claims.h"

START_TEST(messages_come_out_as_they_went_in)
{
	static struct pptp_wire_batch b;
	struct vector v = vector("0003 010203 0000 0001 ff");
	static const size_t lengths[] = {3, 0, 1};
	const uint8_t *message;
	struct pptp_reader r;
	size_t length, i;

	b.length = 0;
	ck_assert(pptp_wire_batch_add(&b, "\1\2\3", 3));
	ck_assert(pptp_wire_batch_add(&b, "", 0));
	ck_assert(pptp_wire_batch_add(&b, "\377", 1));
	ck_assert_uint_eq(b.length, v.length);
	ck_assert_mem_eq(b.bytes, v.bytes, v.length);
	pptp_reader_init(&r, b.bytes, b.length);
	for (i = 0; i < 3; i++) {
		ck_assert(pptp_wire_batch_next(&r, &message, &length));
		ck_assert_uint_eq(length, lengths[i]);
	}
	ck_assert_uint_eq(message[0], 0xff);
	ck_assert(!pptp_wire_batch_next(&r, &message, &length));
}
END_TEST

START_TEST(a_message_is_in_it_wholly_or_not_at_all)
{
	static struct pptp_wire_batch b;
	static const uint8_t zeros[PPTP_WIRE_BATCH];

	b.length = 0;
	ck_assert(!pptp_wire_batch_add(&b, zeros, PPTP_WIRE_BATCH - 1));
	ck_assert_uint_eq(b.length, 0);
	ck_assert(pptp_wire_batch_add(&b, zeros, PPTP_WIRE_BATCH - 5));
	ck_assert(!pptp_wire_batch_add(&b, zeros, 2));
	ck_assert_uint_eq(b.length, PPTP_WIRE_BATCH - 3);
	ck_assert(pptp_wire_batch_add(&b, zeros, 1));
	ck_assert_uint_eq(b.length, PPTP_WIRE_BATCH);
	ck_assert(!pptp_wire_batch_add(&b, zeros, 0));
}
END_TEST

/* At the wall: whole messages first, then at most one that is none. */
START_TEST(what_is_cut_is_one_message_without_bytes)
{
	struct vector v = vector("0002 0102 0003 030405");
	struct guarded g = guarded_new();
	const uint8_t *message;
	struct pptp_reader r;
	size_t cut, length, whole;

	for (cut = 0; cut < v.length; cut++) {
		pptp_reader_init(&r, guarded_copy(&g, v.bytes, cut), cut);
		for (whole = 0; whole < (cut >= 4); whole++) {
			ck_assert(pptp_wire_batch_next(&r, &message, &length));
			ck_assert_uint_eq(length, 2);
		}
		if (cut % 4 != 0 || cut > 4) {
			ck_assert(pptp_wire_batch_next(&r, &message, &length));
			ck_assert_uint_eq(length, 0);
		}
		ck_assert(!pptp_wire_batch_next(&r, &message, &length));
	}
	guarded_free(&g);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("wire_batch");

	CLAIM(s, messages_come_out_as_they_went_in);
	CLAIM(s, a_message_is_in_it_wholly_or_not_at_all);
	CLAIM(s, what_is_cut_is_one_message_without_bytes);
	return run_suite(s);
}
