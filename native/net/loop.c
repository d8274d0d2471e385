/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 256 /* of one turn */

struct pptp_loop {
	int epoll;
	struct pptp_timers timers;
	size_t timer_count; /* that may be set */
	int count;          /* of the turn that runs; 0: none does */
	uint64_t turns;
	struct epoll_event events[EVENTS];
};

enum pptp_error pptp_loop_open(struct pptp_loop **l)
{
	struct pptp_loop *loop = calloc(1, sizeof(*loop));

	*l = NULL;
	if (loop == NULL)
		return PPTP_ERROR_SYSTEM;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		free(loop);
		return PPTP_ERROR_SYSTEM;
	}
	*l = loop;
	return PPTP_OK;
}

void pptp_loop_close(struct pptp_loop *l)
{
	int error = errno;

	if (l == NULL)
		return;
	close(l->epoll);
	pptp_timers_free(&l->timers);
	free(l);
	errno = error;
}

bool pptp_loop_add_timer(struct pptp_loop *l, struct pptp_timer *t)
{
	if (!pptp_timers_reserve(&l->timers, l->timer_count + 1))
		return false;
	l->timer_count++;
	t->place = 0;
	return true;
}

void pptp_loop_remove_timer(struct pptp_loop *l, struct pptp_timer *t)
{
	pptp_timer_clear(&l->timers, t);
	l->timer_count--;
}

void pptp_loop_set_timer(struct pptp_loop *l, struct pptp_timer *t, int64_t at)
{
	pptp_timer_set(&l->timers, t, at);
}

void pptp_loop_clear_timer(struct pptp_loop *l, struct pptp_timer *t)
{
	pptp_timer_clear(&l->timers, t);
}

static int control(struct pptp_loop *l, int how, int fd, uint32_t events,
		   struct pptp_watch *w)
{
	struct epoll_event event = {.events = events, .data.ptr = w};

	return epoll_ctl(l->epoll, how, fd, &event) == 0 ? 0 : errno;
}

int pptp_loop_add(struct pptp_loop *l, int fd, uint32_t events,
		  struct pptp_watch *w)
{
	return control(l, EPOLL_CTL_ADD, fd, events, w);
}

int pptp_loop_change(struct pptp_loop *l, int fd, uint32_t events,
		     struct pptp_watch *w)
{
	return control(l, EPOLL_CTL_MOD, fd, events, w);
}

void pptp_loop_remove(struct pptp_loop *l, int fd, const struct pptp_watch *w)
{
	int i;

	(void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, NULL);
	for (i = 0; i < l->count; i++)
		if (l->events[i].data.ptr == w)
			l->events[i].data.ptr = NULL;
}

static void call_ready(struct pptp_loop *l, bool early)
{
	struct pptp_watch *w;
	int i;

	for (i = 0; i < l->count; i++) {
		w = l->events[i].data.ptr;
		if (w != NULL && w->early == early)
			w->ready(w->context, l->events[i].events);
	}
}

static void call_due(struct pptp_loop *l)
{
	int64_t now = pptp_timers_now();
	struct pptp_timer *first;

	while ((first = pptp_timers_first(&l->timers)) != NULL &&
	       first->at <= now) {
		pptp_timer_clear(&l->timers, first);
		first->due(first->context, now);
	}
}

static int milliseconds(const struct pptp_loop *l, int64_t until)
{
	const struct pptp_timer *first = pptp_timers_first(&l->timers);
	int64_t wait;

	if (first != NULL && first->at < until)
		until = first->at;
	if (until == PPTP_LOOP_NEVER)
		return -1;
	wait = until - pptp_timers_now();
	if (wait <= 0)
		return 0;
	/* Rounded up: rounded down it would turn until the time has come. */
	return wait < INT64_C(1000000000) ? (int)((wait + 999) / 1000)
					  : 1000000;
}

int pptp_loop_turn(struct pptp_loop *l, int64_t until)
{
	int count =
	    epoll_wait(l->epoll, l->events, EVENTS, milliseconds(l, until));

	if (count < 0)
		return -1;
	l->count = count;
	l->turns++;
	call_ready(l, true);
	call_ready(l, false);
	l->count = 0;
	call_due(l);
	return 0;
}

uint64_t pptp_loop_turns(const struct pptp_loop *l)
{
	return l->turns;
}
