/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/jobs.h"

#include <sys/resource.h>

#include "unit/claims.h"

#define SECOND INT64_C(1000000)

static char text[512];

static struct pptp_jobs jobs_of(unsigned most)
{
	struct pptp_jobs jobs;

	ck_assert_int_eq(pptp_jobs_init(&jobs, most, text, sizeof(text)),
			 PPTP_OK);
	return jobs;
}

static void allow_files(rlim_t now, rlim_t most)
{
	struct rlimit limit = {now, most};

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

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

		ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
		allow_files(rows[i].allowed, limit.rlim_max);
		ck_assert_uint_eq(jobs_of(10).silent_most, rows[i].most);
	}
}
END_TEST

START_TEST(a_slot_is_had_while_one_is_free_and_a_socket_has_room)
{
	struct pptp_jobs jobs;
	struct pptp_job job = {.held = false};

	allow_files(256, 256);
	jobs = jobs_of(2);
	jobs.slots = 2;
	ck_assert(!pptp_jobs_take_slot(&jobs, &job, SECOND));
	jobs.slots = 1;
	jobs.silent = jobs.silent_most;
	ck_assert(!pptp_jobs_take_slot(&jobs, &job, SECOND));
	jobs.silent--;
	ck_assert(!job.slot);
	ck_assert(pptp_jobs_take_slot(&jobs, &job, SECOND));
	ck_assert(job.slot);
	ck_assert_uint_eq(jobs.slots, 2);
	ck_assert_int_eq(job.until, SECOND + SECOND / 4);
	ck_assert(!pptp_jobs_give_back(&jobs, &job));
	ck_assert(!job.slot);
	ck_assert_uint_eq(jobs.slots, 1);
	ck_assert_uint_eq(jobs.running, 0);
}
END_TEST

/* Up to 16,384, in one step; and no further. */
START_TEST(more_sockets_wait_where_the_limit_can_be_raised)
{
	struct rlimit limit;
	struct pptp_jobs jobs;
	size_t most;

	allow_files(256, 300);
	jobs = jobs_of(2);
	most = jobs.silent_most;
	jobs.silent = most - 1;
	ck_assert(pptp_jobs_room(&jobs));
	ck_assert_uint_eq(jobs.silent_most, most);
	jobs.silent = most;
	ck_assert(pptp_jobs_room(&jobs));
	ck_assert_uint_eq(jobs.silent_most, most + 44);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, 300);
	jobs.silent = jobs.silent_most;
	ck_assert(!pptp_jobs_room(&jobs));
}
END_TEST

/* A socket counts while its conversation has no job, however often it is
 * looked at. */
START_TEST(sockets_without_a_job_are_counted_once)
{
	struct pptp_jobs jobs = jobs_of(4);
	struct pptp_job a = {.held = false}, b = {.held = false};
	int i;

	for (i = 0; i < 3; i++)
		pptp_jobs_count_socket(&jobs, &a, true);
	pptp_jobs_count_socket(&jobs, &b, false);
	ck_assert_uint_eq(jobs.silent, 1);
	pptp_jobs_take(&jobs, &a, 0);
	pptp_jobs_count_socket(&jobs, &a, true);
	ck_assert_uint_eq(jobs.silent, 0);
	ck_assert_uint_eq(jobs.running, 1);
	ck_assert(pptp_jobs_give_back(&jobs, &a));
	ck_assert(!pptp_jobs_give_back(&jobs, &a));
	pptp_jobs_count_socket(&jobs, &a, true);
	ck_assert_uint_eq(jobs.silent, 1);
	pptp_jobs_count_socket(&jobs, &a, false);
	ck_assert_uint_eq(jobs.silent, 0);
	ck_assert_uint_eq(jobs.running, 0);
}
END_TEST

START_TEST(jobs_are_free_until_all_are_taken)
{
	struct pptp_jobs jobs = jobs_of(2);
	struct pptp_job a = {.held = false}, b = {.held = false};

	pptp_jobs_take(&jobs, &a, 0);
	ck_assert(pptp_jobs_free(&jobs));
	pptp_jobs_take(&jobs, &b, 0);
	ck_assert(!pptp_jobs_free(&jobs));
	pptp_jobs_give_back(&jobs, &a);
	ck_assert(pptp_jobs_free(&jobs));
}
END_TEST

START_TEST(too_many_are_refused_with_a_sentence)
{
	struct pptp_jobs jobs;

	ck_assert_int_eq(pptp_jobs_init(&jobs, 16385, text, sizeof(text)),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, "16385 jobs are too many; take at most 16384");
	allow_files(200, 200);
	ck_assert_int_eq(pptp_jobs_init(&jobs, 100, text, sizeof(text)),
			 PPTP_ERROR_SYSTEM);
	ck_assert_has(text, "100 conversations at once need 228 open files, "
			    "and 200 are allowed; take fewer with --jobs");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("jobs");

	CLAIM(s, sockets_that_wait_are_as_many_as_files_are_left);
	CLAIM(s, a_slot_is_had_while_one_is_free_and_a_socket_has_room);
	CLAIM(s, more_sockets_wait_where_the_limit_can_be_raised);
	CLAIM(s, sockets_without_a_job_are_counted_once);
	CLAIM(s, jobs_are_free_until_all_are_taken);
	CLAIM(s, too_many_are_refused_with_a_sentence);
	return run_suite(s);
}
