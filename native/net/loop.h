/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Readiness and time, in one thread: who waits for a file descriptor or for a
 * moment is called once that is there. The loop knows neither packets nor
 * conversations, and whoever has one may wait in it. Nothing sleeps but turn().
 *
 * Of one turn, early watches are called first: captures are, since what stands
 * in a ring came before what a socket has only now become ready for. Timers
 * come last. Times are microseconds of CLOCK_MONOTONIC, as in net/timer.h.
 */
#ifndef PPTP_LOOP_H
#define PPTP_LOOP_H

#include "format/error.h"
#include "net/timer.h"

#define PPTP_LOOP_NEVER INT64_MAX

struct pptp_loop;

struct pptp_watch { /* inside the object that waits; outlives its remove() */
	void (*ready)(void *context, uint32_t events); /* EPOLLIN … */
	void *context;
	bool early;
};

/* PPTP_ERROR_SYSTEM with errno. */
enum pptp_error pptp_loop_open(struct pptp_loop **l) PPTP_MUST_USE;
void pptp_loop_close(struct pptp_loop *l); /* NULL is allowed */

/* 0 or errno. An error or a hang-up is told whatever `events` are. */
int pptp_loop_add(struct pptp_loop *l, int fd, uint32_t events,
		  struct pptp_watch *w);
int pptp_loop_change(struct pptp_loop *l, int fd, uint32_t events,
		     struct pptp_watch *w);
/* Before `fd` is closed: a forked child may have it open still. Not called any
 * more, not even in this turn; no effect where it was not added. */
void pptp_loop_remove(struct pptp_loop *l, int fd, const struct pptp_watch *w);

/* One more timer belongs to the loop, so that setting it cannot fail; it has
 * `due`. False: no memory. */
bool pptp_loop_add_timer(struct pptp_loop *l, struct pptp_timer *t);
/* Clears it too. To be called once for each that was added. */
void pptp_loop_remove_timer(struct pptp_loop *l, struct pptp_timer *t);
/* As pptp_timer_set() and pptp_timer_clear(). */
void pptp_loop_set_timer(struct pptp_loop *l, struct pptp_timer *t, int64_t at);
void pptp_loop_clear_timer(struct pptp_loop *l, struct pptp_timer *t);

/* One turn: calls whom something has happened for; waits for that no longer
 * than until `until`, which may be past or PPTP_LOOP_NEVER. 0, or -1 with errno
 * (EINTR: a signal). Not from within a call of its own. */
int pptp_loop_turn(struct pptp_loop *l, int64_t until);
/* How many turns have begun to call somebody: what is the same now as it was
 * then is of the same turn, or of what came right after it. */
uint64_t pptp_loop_turns(const struct pptp_loop *l);

#endif
