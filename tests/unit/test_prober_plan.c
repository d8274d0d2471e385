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

int main(void)
{
	Suite *s = suite_create("plans of a prober");

	CLAIM(s, a_plan_without_memory_is_refused_and_leaves_none_behind);
	CLAIM(s, sockets_that_wait_are_as_many_as_files_are_left);
	return run_suite(s);
}
