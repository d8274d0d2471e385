/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/loop.h"

#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/time.h>
#include <unistd.h>

#include "unit/claims.h"

#define SECOND INT64_C(1000000)
#define MANY   300 /* more than one turn tells */

static struct pptp_loop *loop;
static char log_text[4096];

struct waiter {
	const char *name;
	int fd, other;
	struct pptp_watch watch;
	struct pptp_timer timer;
	struct waiter *removes; /* when it is called */
	unsigned calls;
};

static void say(struct waiter *it)
{
	it->calls++;
	strcat(log_text, it->name);
}

static void on_ready(void *context, uint32_t events)
{
	struct waiter *it = context;

	ck_assert_uint_ne(events, 0);
	say(it);
	if (it->removes != NULL)
		pptp_loop_remove(loop, it->removes->fd, &it->removes->watch);
}

static void on_due(void *context, int64_t now)
{
	struct waiter *it = context;

	ck_assert_int_ge(now, it->timer.at);
	say(it);
}

static struct waiter waiter(const char *name)
{
	return (struct waiter){.name = name, .fd = -1};
}

/* Something to read stands there. */
static void make_ready(struct waiter *it, bool early)
{
	int pair[2];

	ck_assert_int_eq(pipe(pair), 0);
	ck_assert_int_eq(write(pair[1], "x", 1), 1);
	it->fd = pair[0];
	it->other = pair[1];
	it->watch = (struct pptp_watch){on_ready, it, early};
	ck_assert_int_eq(pptp_loop_add(loop, it->fd, EPOLLIN, &it->watch), 0);
}

static void make_due(struct waiter *it, int64_t at)
{
	it->timer = (struct pptp_timer){.due = on_due, .context = it};
	ck_assert(pptp_loop_add_timer(loop, &it->timer));
	pptp_loop_set_timer(loop, &it->timer, at);
}

static void turn(int64_t wait)
{
	log_text[0] = '\0';
	ck_assert_int_eq(pptp_loop_turn(loop, pptp_timers_now() + wait), 0);
}

static void set_up(void)
{
	ck_assert_int_eq(pptp_loop_open(&loop), PPTP_OK);
}

static void tear_down(void)
{
	pptp_loop_close(loop);
}

START_TEST(early_ones_come_first_and_timers_last)
{
	struct waiter a = waiter("a"), b = waiter("b"), c = waiter("C"),
		      t = waiter("t");

	make_ready(&a, false);
	make_ready(&b, false);
	make_ready(&c, true);
	make_due(&t, 1);
	turn(0);
	ck_assert_msg(strcmp(log_text, "Cabt") == 0 ||
			  strcmp(log_text, "Cbat") == 0,
		      "%s", log_text);
	turn(0); /* they are ready still, and the time is over */
	ck_assert_uint_eq(strlen(log_text), 3);
	ck_assert_uint_eq(t.calls, 1);
}
END_TEST

/* Whoever is freed with it. */
START_TEST(who_is_removed_is_not_called_any_more_in_the_same_turn_either)
{
	struct waiter a = waiter("a"), b = waiter("b");

	make_ready(&a, false);
	make_ready(&b, false);
	a.removes = &b;
	b.removes = &a;
	turn(0);
	ck_assert_uint_eq(a.calls + b.calls, 1);
	turn(0);
	ck_assert_uint_eq(a.calls + b.calls, 2);
	ck_assert(a.calls == 0 || b.calls == 0);
	pptp_loop_remove(loop, a.fd, &a.watch);
	pptp_loop_remove(loop, b.fd, &b.watch);
	turn(0);
	ck_assert_uint_eq(strlen(log_text), 0);
}
END_TEST

START_TEST(what_is_waited_for_can_change)
{
	struct waiter a = waiter("a");

	make_ready(&a, false);
	ck_assert_int_eq(pptp_loop_change(loop, a.fd, 0, &a.watch), 0);
	turn(0);
	ck_assert_uint_eq(a.calls, 0);
	/* A hang-up is told of in any case. */
	close(a.other);
	turn(0);
	ck_assert_uint_eq(a.calls, 1);
	ck_assert_int_eq(pptp_loop_add(loop, a.fd, EPOLLIN, &a.watch), EEXIST);
	ck_assert_int_eq(pptp_loop_change(loop, -1, EPOLLIN, &a.watch), EBADF);
}
END_TEST

START_TEST(no_more_than_there_is_room_for_is_told_and_none_is_forgotten)
{
	static struct waiter many[MANY];
	unsigned i, turns;

	for (i = 0; i < MANY; i++) {
		many[i] = waiter("");
		make_ready(&many[i], i % 2 == 0);
		many[i].removes = &many[i];
	}
	for (turns = 0; turns < 2; turns++)
		turn(0);
	for (i = 0; i < MANY; i++)
		ck_assert_uint_eq(many[i].calls, 1);
}
END_TEST

START_TEST(timers_come_in_order_and_only_once)
{
	struct waiter a = waiter("a"), b = waiter("b"), c = waiter("c"),
		      d = waiter("d");
	int64_t now = pptp_timers_now();

	make_due(&a, now - 1);
	make_due(&b, now - 3);
	make_due(&c, now - 2);
	make_due(&d, now + 1000 * SECOND);
	turn(0);
	ck_assert_str_eq(log_text, "bca");
	turn(0);
	ck_assert_str_eq(log_text, "");
	pptp_loop_set_timer(loop, &d.timer, now);
	pptp_loop_set_timer(loop, &c.timer, now);
	pptp_loop_clear_timer(loop, &c.timer);
	pptp_loop_remove_timer(loop, &b.timer);
	turn(0);
	ck_assert_str_eq(log_text, "d");
}
END_TEST

START_TEST(a_turn_ends_when_something_is_due_and_not_before_its_time)
{
	struct waiter a = waiter("a");
	int64_t before = pptp_timers_now();

	make_due(&a, before + SECOND / 20);
	turn(1000 * SECOND);
	ck_assert_str_eq(log_text, "a");
	ck_assert_int_ge(pptp_timers_now() - before, SECOND / 20);
	before = pptp_timers_now();
	turn(SECOND / 20);
	ck_assert_int_ge(pptp_timers_now() - before, SECOND / 20);
	ck_assert_str_eq(log_text, "");
}
END_TEST

static void on_alarm(int number)
{
	(void)number;
}

START_TEST(a_signal_ends_a_turn)
{
	struct itimerval timer = {.it_value = {0, 20000}};

	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &timer, NULL);
	ck_assert_int_eq(pptp_loop_turn(loop, PPTP_LOOP_NEVER), -1);
	ck_assert_int_eq(errno, EINTR);
}
END_TEST

static void with_loop(Suite *s, const char *name, const TTest *test)
{
	TCase *c = tcase_create(name);

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, test);
	suite_add_tcase(s, c);
}

#define WITH(suite, test) with_loop(suite, #test, test)

int main(void)
{
	Suite *s = suite_create("loop");

	WITH(s, early_ones_come_first_and_timers_last);
	WITH(s, who_is_removed_is_not_called_any_more_in_the_same_turn_either);
	WITH(s, what_is_waited_for_can_change);
	WITH(s, no_more_than_there_is_room_for_is_told_and_none_is_forgotten);
	WITH(s, timers_come_in_order_and_only_once);
	WITH(s, a_turn_ends_when_something_is_due_and_not_before_its_time);
	WITH(s, a_signal_ends_a_turn);
	return run_suite(s);
}
