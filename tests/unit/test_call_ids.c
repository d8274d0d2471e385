/* SPDX-License-Identifier: BSD-2-Clause */
/* No Call-ID for a server twice, until a minute after its call's end. */
#include "net/call_ids.h"

#include "format/control.h"

#include "unit/scan.h"

#define SERVER UINT32_C(0xc0000201)
#define MINUTE PPTP_CALL_QUARANTINE

static struct pptp_call_ids ids;

static void begin(void)
{
	memset(&ids, 0, sizeof(ids));
	ids.since = 0;
}

static void meet(uint32_t server, uint16_t id, int64_t now)
{
	ck_assert(pptp_call_ids_met(&ids, server, id, now));
}

START_TEST(one_that_was_met_is_not_given_to_that_server_again)
{
	begin();
	ck_assert(pptp_call_ids_may(&ids, SERVER, 0x0102, 1));
	meet(SERVER, 0x0102, 1);
	ck_assert(!pptp_call_ids_may(&ids, SERVER, 0x0102, 1));
	ck_assert(pptp_call_ids_may(&ids, SERVER, 0x0103, 1));
	ck_assert(pptp_call_ids_may(&ids, SERVER + 1, 0x0102, 1));
	ck_assert(pptp_call_ids_may(&ids, SERVER ^ 0x10000, 0x0102, 1));
	pptp_call_ids_free(&ids);
}
END_TEST

START_TEST(what_no_call_may_have_is_given_to_nobody)
{
	begin();
	ck_assert(!pptp_call_ids_may(&ids, SERVER, 0, 1));
	ck_assert(!pptp_call_ids_may(&ids, SERVER, 0x0101, 1));
	ck_assert(!pptp_call_ids_may(&ids, SERVER, 0xabab, 1));
	pptp_call_ids_free(&ids);
}
END_TEST

/* At least a quarantine, at most two. */
START_TEST(it_is_kept_a_minute_and_not_for_ever)
{
	int64_t met;

	for (met = 0; met < MINUTE; met += MINUTE / 7) {
		begin();
		meet(SERVER, 0x0203, 0);
		meet(SERVER, 0x0102, met);
		ck_assert(!pptp_call_ids_may(&ids, SERVER, 0x0102, MINUTE - 1));
		ck_assert(
		    !pptp_call_ids_may(&ids, SERVER, 0x0102, met + MINUTE - 1));
		ck_assert(
		    pptp_call_ids_may(&ids, SERVER, 0x0102, met + 3 * MINUTE));
		pptp_call_ids_free(&ids);
	}
}
END_TEST

START_TEST(after_two_minutes_of_nothing_all_are_free)
{
	begin();
	meet(SERVER, 0x0102, 0);
	ck_assert(!pptp_call_ids_may(&ids, SERVER, 0x0102, MINUTE));
	ck_assert(pptp_call_ids_may(&ids, SERVER, 0x0102, 2 * MINUTE));
	begin();
	meet(SERVER, 0x0102, MINUTE - 1);
	ck_assert(pptp_call_ids_may(&ids, SERVER, 0x0102, 2 * MINUTE));
	pptp_call_ids_free(&ids);
}
END_TEST

/* A call that ends is met again: its minute begins anew. */
START_TEST(the_minute_is_that_of_the_end)
{
	begin();
	meet(SERVER, 0x0102, 0);
	meet(SERVER, 0x0102, MINUTE);
	ck_assert(!pptp_call_ids_may(&ids, SERVER, 0x0102, 2 * MINUTE - 1));
	ck_assert(!pptp_call_ids_may(&ids, SERVER, 0x0102, 2 * MINUTE));
	ck_assert_uint_eq(ids.older.count, 1);
	ck_assert(pptp_call_ids_may(&ids, SERVER, 0x0102, 3 * MINUTE));
	pptp_call_ids_free(&ids);
}
END_TEST

/* Beside a table of all that there are. */
START_TEST(of_many_each_is_known_and_none_else)
{
	static bool met[4][0x10000];
	uint64_t dice = 5;
	unsigned i, server, met_count = 0, wrong = 0;
	uint16_t id;

	begin();
	for (i = 0; i < 50000; i++) {
		server = (unsigned)random_below(&dice, 4);
		id = (uint16_t)random_next(&dice);
		met_count += !met[server][id];
		met[server][id] = true;
		meet(SERVER + server, id, 1);
	}
	ck_assert_uint_eq(ids.recent.count, met_count);
	ck_assert_uint_le(2 * ids.recent.count, ids.recent.room);
	ck_assert_uint_le(ids.recent.room, 4 * ids.recent.count);
	for (server = 0; server < 4; server++)
		for (i = 0; i < 0x10000; i++)
			wrong +=
			    pptp_call_ids_may(&ids, SERVER + server,
					      (uint16_t)i, 2) !=
			    (pptp_call_id_ok((uint16_t)i) && !met[server][i]);
	ck_assert_uint_eq(wrong, 0);
	pptp_call_ids_free(&ids);
}
END_TEST

START_TEST(all_memory_is_given_back)
{
	size_t before;
	int64_t now;

	begin();
	meet(SERVER, 0x0102, 0);
	pptp_call_ids_free(&ids);
	before = heap_in_use();
	begin();
	for (now = 0; now < 9 * MINUTE; now += MINUTE / 3)
		meet(SERVER, (uint16_t)(now / 1000), now);
	ck_assert_ptr_nonnull(ids.older.keys);
	pptp_call_ids_free(&ids);
	ck_assert_uint_eq(heap_in_use(), before);
	ck_assert_ptr_null(ids.recent.keys);
	ck_assert_uint_eq(ids.recent.room + ids.older.room, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("call_ids");

	CLAIM(s, one_that_was_met_is_not_given_to_that_server_again);
	CLAIM(s, what_no_call_may_have_is_given_to_nobody);
	CLAIM(s, it_is_kept_a_minute_and_not_for_ever);
	CLAIM(s, after_two_minutes_of_nothing_all_are_free);
	CLAIM(s, the_minute_is_that_of_the_end);
	CLAIM(s, of_many_each_is_known_and_none_else);
	CLAIM(s, all_memory_is_given_back);
	return run_suite(s);
}
