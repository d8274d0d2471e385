/* SPDX-License-Identifier: BSD-2-Clause */
/* Names are looked up beside all else, each is answered once, and whoever closes
 * the queue waits for nobody. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "net/lookup_queue.h"

#include "unit/claims.h"
#include "unit/netns.h"

#define MANY 200
/* Times after which malloc() keeps no more for later than before. */
#define WARM 20

static struct pptp_lookup_queue *queue;

static void begin(void)
{
	queue = pptp_lookup_queue_open();
	ck_assert_ptr_nonnull(queue);
}

static void ask(const char *name, uint8_t family, size_t tag)
{
	ck_assert(pptp_lookup_queue_ask(queue, name, family, tag));
}

static struct pptp_lookup_answer answer(void)
{
	struct pptp_lookup_answer a;

	ck_assert(readable(pptp_lookup_queue_fd(queue), 30000));
	ck_assert(pptp_lookup_take(queue, &a));
	return a;
}

START_TEST(an_answer_has_its_tag_and_its_address)
{
	struct pptp_lookup_answer a;
	struct pptp_address v4 = pptp_address_v4(0x7f000009), v6;

	ck_assert(pptp_address_parse(&v6, "::9", 3));
	begin();
	pptp_lookup_queue_start(queue);
	ask("127.0.0.9", 4, 7);
	a = answer();
	ck_assert_uint_eq(a.tag, 7);
	ck_assert_str_eq(a.text, "");
	ck_assert(pptp_address_equal(&a.address, &v4));
	ask("::9", 6, 8);
	a = answer();
	ck_assert_uint_eq(a.tag, 8);
	ck_assert(pptp_address_equal(&a.address, &v6));
	pptp_lookup_queue_close(queue);
}
END_TEST

/* In a network of its own, where nobody can be asked. */
START_TEST(why_there_is_none_is_said)
{
	struct pptp_lookup_answer a;

	begin();
	pptp_lookup_queue_start(queue);
	ask("nowhere.invalid", 0, 3);
	a = answer();
	ck_assert_uint_eq(a.tag, 3);
	ck_assert_ptr_eq(strstr(a.text, "host name 'nowhere.invalid' does not "
					"resolve: "),
			 a.text);
	ck_assert_ptr_nonnull(strstr(a.text, "check it, or give its address"));
	/* of the other family */
	ask("127.0.0.9", 6, 4);
	a = answer();
	ck_assert_uint_eq(a.tag, 4);
	ck_assert_str_ne(a.text, "");
	pptp_lookup_queue_close(queue);
}
END_TEST

START_TEST(nobody_is_asked_before_it_starts)
{
	struct pptp_lookup_answer a;

	begin();
	ask("127.0.0.1", 4, 1);
	ask("127.0.0.1", 4, 2);
	ck_assert(!readable(pptp_lookup_queue_fd(queue), 200));
	ck_assert_uint_eq(pptp_lookup_queue_pending(queue), 2);
	ck_assert(!pptp_lookup_take(queue, &a));
	ck_assert_uint_eq(pptp_lookup_queue_pending(queue), 2);
	pptp_lookup_queue_start(queue);
	(void)answer();
	(void)answer();
	ck_assert_uint_eq(pptp_lookup_queue_pending(queue), 0);
	pptp_lookup_queue_close(queue);
}
END_TEST

START_TEST(each_is_answered_once_and_then_nothing_can_be_read)
{
	bool seen[MANY] = {false};
	struct pptp_lookup_answer a;
	size_t i;

	begin();
	pptp_lookup_queue_start(queue);
	pptp_lookup_queue_start(queue); /* a second time is nothing */
	for (i = 0; i < MANY; i++)
		ask("127.0.0.1", 4, i);
	for (i = 0; i < MANY; i++) {
		ck_assert_uint_eq(pptp_lookup_queue_pending(queue), MANY - i);
		a = answer();
		ck_assert(!seen[a.tag]);
		seen[a.tag] = true;
	}
	ck_assert(!readable(pptp_lookup_queue_fd(queue), 50));
	ck_assert(!pptp_lookup_take(queue, &a));
	ck_assert_uint_eq(pptp_lookup_queue_pending(queue), 0);
	/* and it goes on after that */
	ask("127.0.0.1", 4, 5);
	a = answer();
	ck_assert_uint_eq(a.tag, 5);
	pptp_lookup_queue_close(queue);
}
END_TEST

START_TEST(an_answer_that_nobody_took_can_still_be_read)
{
	struct pptp_lookup_answer a;

	begin();
	pptp_lookup_queue_start(queue);
	ask("127.0.0.1", 4, 1);
	ask("127.0.0.1", 4, 2);
	a = answer();
	a = answer();
	ask("127.0.0.1", 4, 3);
	ck_assert(readable(pptp_lookup_queue_fd(queue), 30000));
	ck_assert(readable(pptp_lookup_queue_fd(queue), 0));
	a = answer();
	ck_assert_uint_eq(a.tag, 3);
	pptp_lookup_queue_close(queue);
}
END_TEST

static struct rlimit before_limit;

static void limit(__rlimit_resource_t resource, rlim_t most)
{
	struct rlimit to;

	ck_assert_int_eq(getrlimit(resource, &before_limit), 0);
	to = (struct rlimit){most, before_limit.rlim_max};
	ck_assert_int_eq(setrlimit(resource, &to), 0);
}

/* A sanitizer has a thread and opens files at the end. */
static void unlimit(__rlimit_resource_t resource)
{
	ck_assert_int_eq(setrlimit(resource, &before_limit), 0);
}

static void allow_no_threads(void)
{
	if (getuid() == 0)
		ck_assert_int_eq(setuid(65534), 0);
	ck_assert_int_eq(prctl(PR_SET_DUMPABLE, 1), 0);
	limit(RLIMIT_NPROC, 1);
}

/* Already there, with that tag and address. */
static void expect(size_t tag, uint32_t v4)
{
	struct pptp_lookup_answer a;

	ck_assert(readable(pptp_lookup_queue_fd(queue), 0));
	ck_assert(pptp_lookup_take(queue, &a));
	ck_assert_uint_eq(a.tag, tag);
	ck_assert_uint_eq(pptp_address_v4_value(&a.address), v4);
}

/* Where no thread can be had, whoever starts it asks; in order. */
START_TEST(without_threads_the_caller_asks)
{
	begin();
	ask("127.0.0.1", 4, 1);
	ask("127.0.0.2", 4, 2);
	allow_no_threads();
	pptp_lookup_queue_start(queue);
	expect(1, 0x7f000001);
	expect(2, 0x7f000002);
	ask("127.0.0.3", 4, 3);
	expect(3, 0x7f000003);
	pptp_lookup_queue_close(queue);
	unlimit(RLIMIT_NPROC);
}
END_TEST

/* One closed while it is asked; one with an answer taken, and one not. */
static void leave_both_ways(void)
{
	begin();
	ask("127.0.0.1", 4, 1);
	pptp_lookup_queue_close(queue);
	begin();
	pptp_lookup_queue_start(queue);
	ask("127.0.0.1", 4, 1);
	ask("127.0.0.1", 4, 2);
	expect(1, 0x7f000001);
	pptp_lookup_queue_close(queue);
}

/* Without threads: they have memory of their own. */
START_TEST(what_was_taken_and_what_was_not_is_given_back)
{
	size_t before;
	int i;

	allow_no_threads();
	for (i = 0; i < WARM; i++)
		leave_both_ways();
	before = heap_in_use();
	leave_both_ways();
	ck_assert_uint_eq(heap_in_use(), before);
	unlimit(RLIMIT_NPROC);
}
END_TEST

static int threads(void)
{
	DIR *d = opendir("/proc/self/task");
	int n = -2; /* . and .. */

	ck_assert_ptr_nonnull(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* Of the process while it asks nobody: a sanitizer has one, from the first thread
 * on. */
static int idle;

static void *nothing(void *context)
{
	return context;
}

static void count_idle(void)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, nothing, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	usleep(100000); /* until it is gone */
	idle = threads();
}

static bool alone(void)
{
	int i;

	for (i = 0; i < 3000 && threads() > idle; i++)
		usleep(10000);
	return threads() == idle;
}

START_TEST(threads_end_when_nothing_is_left_to_ask)
{
	struct pptp_lookup_answer a;
	size_t i;

	count_idle();
	begin();
	pptp_lookup_queue_start(queue);
	ck_assert_int_eq(threads(), idle);
	for (i = 0; i < MANY; i++)
		ask("127.0.0.1", 4, i);
	for (i = 0; i < MANY; i++)
		a = answer();
	(void)a;
	ck_assert(alone());
	pptp_lookup_queue_close(queue);
}
END_TEST

/* `started` at that one of 40; memory that a thread's cache has counts as used. */
static void open_and_close(int started)
{
	int i;

	begin();
	for (i = 0; i < 40; i++) {
		ask("127.0.0.1", 4, (size_t)i);
		if (i == started)
			pptp_lookup_queue_start(queue);
	}
	pptp_lookup_queue_close(queue);
	ck_assert(alone());
}

START_TEST(closing_forgets_what_is_asked_and_gives_all_back)
{
	int files, i;
	size_t before;

	count_idle();
	open_and_close(0);
	files = open_files();
	before = heap_in_use();
	for (i = 0; i < 40; i++)
		open_and_close(i);
	ck_assert_int_eq(open_files(), files);
	ck_assert_uint_le(heap_in_use(), before + (64 << 10));
	pptp_lookup_queue_close(NULL);
}
END_TEST

START_TEST(signals_are_never_a_threads)
{
	sigset_t before, after;

	begin();
	pthread_sigmask(SIG_SETMASK, NULL, &before);
	pptp_lookup_queue_start(queue);
	ask("127.0.0.1", 4, 1);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	ck_assert_mem_eq(&before, &after, sizeof(unsigned long));
	(void)answer();
	pptp_lookup_queue_close(queue);
}
END_TEST

START_TEST(without_a_descriptor_there_is_none)
{
	size_t before;
	int i;

	limit(RLIMIT_NOFILE, 0);
	for (i = 0; i < WARM; i++)
		ck_assert_ptr_null(pptp_lookup_queue_open());
	before = heap_in_use();
	ck_assert_ptr_null(pptp_lookup_queue_open());
	ck_assert_int_eq(errno, EMFILE);
	ck_assert_uint_eq(heap_in_use(), before);
	unlimit(RLIMIT_NOFILE);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lookup_queue");

	CLAIM(s, an_answer_has_its_tag_and_its_address);
	if (netns_possible())
		CLAIM_ALONE(s, why_there_is_none_is_said);
	CLAIM(s, nobody_is_asked_before_it_starts);
	CLAIM(s, each_is_answered_once_and_then_nothing_can_be_read);
	CLAIM(s, an_answer_that_nobody_took_can_still_be_read);
	CLAIM(s, without_threads_the_caller_asks);
	CLAIM(s, what_was_taken_and_what_was_not_is_given_back);
	CLAIM(s, threads_end_when_nothing_is_left_to_ask);
	CLAIM(s, closing_forgets_what_is_asked_and_gives_all_back);
	CLAIM(s, signals_are_never_a_threads);
	CLAIM(s, without_a_descriptor_there_is_none);
	return run_suite(s);
}
