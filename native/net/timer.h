/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of many timers is due first: a binary heap, one timer an object. All
 * times are microseconds of CLOCK_MONOTONIC. */
#ifndef PPTP_TIMER_H
#define PPTP_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pptp_timer { /* inside the object that waits; zeroed before use */
	int64_t at;
	size_t place; /* in the heap, from 1; 0: not set */
	/* For who runs them: a loop calls it when `at` has come, and has
	 * cleared the timer before. */
	void (*due)(void *context, int64_t now);
	void *context;
};

struct pptp_timers {
	struct pptp_timer **heap;
	size_t count, room;
};

int64_t pptp_timers_now(void);
/* Room for `count` timers at once, so that setting one cannot fail. */
bool pptp_timers_reserve(struct pptp_timers *timers, size_t count);
void pptp_timers_free(struct pptp_timers *timers);
/* Sets it, or moves it; INT64_MAX clears it. */
void pptp_timer_set(struct pptp_timers *timers, struct pptp_timer *timer,
		    int64_t at);
void pptp_timer_clear(struct pptp_timers *timers, struct pptp_timer *timer);
/* NULL: none is set. */
struct pptp_timer *pptp_timers_first(const struct pptp_timers *timers);

#endif
