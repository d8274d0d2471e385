/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A wall clock that jumps: preloaded, it moves CLOCK_REALTIME of one program
 * an hour ahead or back every 50 ms. The monotonic clocks stay as they are.
 */
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define JUMP   3600
#define PERIOD 50000000 /* ns; divides a second */

static int ask(clockid_t clock, struct timespec *t)
{
	return (int)syscall(SYS_clock_gettime, clock, t);
}

static time_t jump(void)
{
	struct timespec t;

	if (ask(CLOCK_MONOTONIC, &t) != 0)
		return 0;
	return t.tv_nsec / PERIOD % 2 == 0 ? JUMP : -JUMP;
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
	int status = ask(clock, t);

	if (status == 0 &&
	    (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		t->tv_sec += jump();
	return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec t;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &t) != 0)
		return -1;
	now->tv_sec = t.tv_sec;
	now->tv_usec = t.tv_nsec / 1000;
	return 0;
}

time_t time(time_t *at)
{
	struct timespec t;

	if (clock_gettime(CLOCK_REALTIME, &t) != 0)
		return -1;
	if (at != NULL)
		*at = t.tv_sec;
	return t.tv_sec;
}
