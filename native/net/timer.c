/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/timer.h"

#include <stdlib.h>
#include <time.h>

#define LEAST 64

int64_t pptp_timers_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

bool pptp_timers_reserve(struct pptp_timers *timers, size_t count)
{
	size_t room = timers->room > 0 ? timers->room : LEAST;
	struct pptp_timer **heap;

	while (room < count)
		room *= 2;
	if (room == timers->room)
		return true;
	heap = realloc(timers->heap, room * sizeof(struct pptp_timer *));
	if (heap == NULL)
		return false;
	timers->heap = heap;
	timers->room = room;
	return true;
}

void pptp_timers_free(struct pptp_timers *timers)
{
	free(timers->heap);
	timers->heap = NULL;
	timers->count = timers->room = 0;
}

/* Places count from 1, so that the children of n are 2n and 2n + 1. */
static void put(struct pptp_timers *timers, size_t place,
		struct pptp_timer *timer)
{
	timers->heap[place - 1] = timer;
	timer->place = place;
}

static void rise(struct pptp_timers *timers, struct pptp_timer *timer)
{
	size_t place = timer->place;

	while (place > 1 && timers->heap[place / 2 - 1]->at > timer->at) {
		put(timers, place, timers->heap[place / 2 - 1]);
		place /= 2;
	}
	put(timers, place, timer);
}

static void sink(struct pptp_timers *timers, struct pptp_timer *timer)
{
	struct pptp_timer **heap = timers->heap;
	size_t place = timer->place, child;

	while ((child = 2 * place) <= timers->count) {
		if (child < timers->count &&
		    heap[child]->at < heap[child - 1]->at)
			child++;
		if (heap[child - 1]->at >= timer->at)
			break;
		put(timers, place, heap[child - 1]);
		place = child;
	}
	put(timers, place, timer);
}

void pptp_timer_set(struct pptp_timers *timers, struct pptp_timer *timer,
		    int64_t at)
{
	if (at == INT64_MAX) {
		pptp_timer_clear(timers, timer);
		return;
	}
	timer->at = at;
	if (timer->place == 0)
		put(timers, ++timers->count, timer);
	rise(timers, timer);
	sink(timers, timer);
}

void pptp_timer_clear(struct pptp_timers *timers, struct pptp_timer *timer)
{
	struct pptp_timer *last;

	if (timer->place == 0)
		return;
	last = timers->heap[--timers->count];
	if (last != timer) {
		put(timers, timer->place, last);
		rise(timers, last);
		sink(timers, last);
	}
	timer->place = 0;
}

struct pptp_timer *pptp_timers_first(const struct pptp_timers *timers)
{
	return timers->count > 0 ? timers->heap[0] : NULL;
}
