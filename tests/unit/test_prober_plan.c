/* SPDX-License-Identifier: BSD-2-Clause */
/* Plans that no memory is left for, and what is left for sockets. */
#include "net/prober.h"

#include <limits.h>

#include "unit/servers.h"

static unsigned left = UINT_MAX; /* copies that memory is left for */

/* In the place of the library's. */
char *strdup(const char *from)
{
	size_t size = strlen(from) + 1;
	char *copy = left == 0 ? NULL : malloc(size);

	if (copy == NULL)
		return NULL;
	left--;
	return memcpy(copy, from, size);
}

START_TEST(a_plan_without_memory_is_refused_and_leaves_none_behind)
{
	struct pptp_prober *p = tcp_prober(1);
	struct pptp_plan it = plan(LOCALHOST, 1723, PPTP_DEPTH_CONTROL);
	size_t before = 0;

	it.contact = "who@example.org";
	it.name = "vpn.example.org";
	it.labels = "site=1";
	/* What was freed once is kept at hand, and counts: so after a few. */
	for (unsigned i = 0; i < 60; i++) {
		enum pptp_error error;

		left = i % 3;
		error = pptp_prober_start(p, &it, 1, text, sizeof(text));
		left = UINT_MAX; /* Check copies too */
		ck_assert_int_eq(error, PPTP_ERROR_SYSTEM);
		ck_assert_str_eq(text, "out of memory for a conversation");
		ck_assert_uint_eq(pptp_prober_live(p), 0);
		if (i == 29)
			before = heap_in_use();
	}
	ck_assert_uint_eq(heap_in_use(), before);
	ck_assert_int_eq(pptp_prober_start(p, &it, 1, text, sizeof(text)),
			 PPTP_OK);
	ck_assert_uint_eq(pptp_prober_live(p), 1);
	pptp_prober_close(p);
}
END_TEST

/* 128 open files are for others than probes, and one for each job. What is
 * left is for sockets that wait; never fewer than 32. */
START_TEST(sockets_that_wait_are_as_many_as_files_are_left)
{
	static const struct {
		rlim_t allowed;
		size_t most;
	} rows[] = {{138, 32}, {170, 32}, {171, 33}, {300, 162}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct rlimit limit;
		struct pptp_prober *p;

		ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
		limit.rlim_cur = rows[i].allowed;
		ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
		p = tcp_prober(10);
		ck_assert_uint_eq(p->silent_most, rows[i].most);
		pptp_prober_close(p);
	}
}
END_TEST

/* 24 plans a job, but no more than 16384 or two a job; and fewer in the queue
 * than there are jobs. */
START_TEST(a_prober_is_hungry_while_silence_could_take_all_its_plans)
{
	static const struct {
		unsigned jobs;
		size_t most;
	} rows[] = {{1, 24},       {10, 240},     {682, 16368},
		    {683, 16384},  {6000, 16384}, {8192, 16384},
		    {8193, 16386}, {16384, 32768}};
	struct pptp_prober *p = tcp_prober(1);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		p->jobs = rows[i].jobs;
		p->queued = 0;
		p->unreported = rows[i].most - 1;
		ck_assert(pptp_prober_hungry(p));
		p->unreported++;
		ck_assert(!pptp_prober_hungry(p));
		p->unreported = 0;
		p->queued = p->jobs - 1;
		ck_assert(pptp_prober_hungry(p));
		p->queued++;
		ck_assert(!pptp_prober_hungry(p));
	}
	p->jobs = 1;
	p->queued = 0;
	pptp_prober_close(p);
}
END_TEST

START_TEST(a_slot_is_had_while_one_is_free_and_a_socket_has_room)
{
	struct rlimit limit = {256, 256};
	struct pptp_prober *p;
	struct pptp_probe e = {.connection = {.fd = -1}};

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	p = tcp_prober(2);
	e.prober = p;
	e.waits = true;
	p->slots = 2;
	ck_assert(!pptp_prober_take_slot(&e, SECOND));
	p->slots = 1;
	p->silent = p->silent_most;
	ck_assert(!pptp_prober_take_slot(&e, SECOND));
	p->silent--;
	ck_assert(e.waits);
	ck_assert(!e.slot);
	ck_assert(pptp_prober_take_slot(&e, SECOND));
	ck_assert(e.slot);
	ck_assert(!e.waits);
	ck_assert_uint_eq(p->slots, 2);
	ck_assert_int_eq(e.until, SECOND + SECOND / 4);
	pptp_prober_give_back(&e);
	ck_assert(!e.slot);
	ck_assert_uint_eq(p->slots, 1);
	ck_assert_uint_eq(p->running, 0);
	p->slots = p->silent = 0;
	pptp_prober_close(p);
}
END_TEST

/* Up to 8192, in one step; and no further. */
START_TEST(more_sockets_wait_where_the_limit_can_be_raised)
{
	struct rlimit limit = {256, 300};
	struct pptp_prober *p;
	size_t most;

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	p = tcp_prober(2);
	most = p->silent_most;
	p->silent = most - 1;
	ck_assert(pptp_prober_has_room(p));
	ck_assert_uint_eq(p->silent_most, most);
	p->silent = most;
	ck_assert(pptp_prober_has_room(p));
	ck_assert_uint_eq(p->silent_most, most + 44);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, 300);
	p->silent = p->silent_most;
	ck_assert(!pptp_prober_has_room(p));
	p->silent = 0;
	pptp_prober_close(p);
}
END_TEST

/* What was told once stands nowhere any more. */
START_TEST(random_bytes_are_told_once)
{
	struct pptp_prober *p = tcp_prober(1);
	uint8_t bytes[PPTP_RANDOM_POOL], one[100], none[PPTP_RANDOM_POOL];

	memset(none, 0, sizeof(none));
	p->random_left = 0;
	ck_assert(pptp_prober_random(p, one, 100));
	ck_assert_uint_eq(p->random_left, PPTP_RANDOM_POOL - 100);
	ck_assert_mem_eq(p->random + p->random_left, none, 100);
	ck_assert_mem_ne(one, none, 100);
	memcpy(bytes, p->random, p->random_left);
	ck_assert(pptp_prober_random(p, one, 100));
	ck_assert_mem_eq(one, bytes + 56, 100);
	ck_assert(pptp_prober_random(p, one, 56));
	ck_assert_mem_eq(one, bytes, 56);
	ck_assert_mem_eq(p->random, none, sizeof(none));
	ck_assert_uint_eq(p->random_left, 0);
	ck_assert(pptp_prober_random(p, one, 1));
	ck_assert_uint_eq(p->random_left, PPTP_RANDOM_POOL - 1);
	pptp_prober_close(p);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("plans of a prober");

	CLAIM(s, a_plan_without_memory_is_refused_and_leaves_none_behind);
	CLAIM(s, sockets_that_wait_are_as_many_as_files_are_left);
	CLAIM(s, a_prober_is_hungry_while_silence_could_take_all_its_plans);
	CLAIM(s, a_slot_is_had_while_one_is_free_and_a_socket_has_room);
	CLAIM(s, more_sockets_wait_where_the_limit_can_be_raised);
	CLAIM(s, random_bytes_are_told_once);
	return run_suite(s);
}
