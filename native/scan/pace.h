/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast packets may leave: a token bucket in nanoseconds of a monotonic
 * clock. Whoever sends sleeps until an absolute time, and never spins.
 *
 * In any window of w seconds no more leave than rate * w and one filling of the
 * bucket: 5 ms' worth, or one batch where that is more. So in 50 ms no more than
 * 1.1 times the rate leaves, and who wakes up some ms late still keeps it. A clock
 * that jumps, or a machine that slept, gives one filling, too.
 */
#ifndef PPTP_PACE_H
#define PPTP_PACE_H

#include <stdint.h>

#define PPTP_PACE_RATE_MAX UINT64_C(100000000)
#define PPTP_PACE_BATCH    256

struct pptp_pace {
	uint64_t rate;    /* packets a second, 1 to PPTP_PACE_RATE_MAX */
	unsigned batch;   /* a thousandth of it, 1 to PPTP_PACE_BATCH */
	uint64_t full;    /* of what `credit` may be at most */
	uint64_t credit;  /* in packets, times 10^9 */
	uint64_t counted; /* until when it is, in ns */
	uint64_t refused; /* nothing leaves before, in ns */
};

/* The bucket is empty at `now`. A rate out of range is taken for the nearest
 * one in it. */
void pptp_pace_init(struct pptp_pace *p, uint64_t rate, uint64_t now);
/* From now on; the bucket keeps what is in it. */
void pptp_pace_set(struct pptp_pace *p, uint64_t rate, uint64_t now);
/* How many of `wanted` may leave now, at most one batch; they are paid. */
unsigned pptp_pace_take(struct pptp_pace *p, uint64_t now, unsigned wanted);
/* `n` that were paid did not leave: the kernel had no room (ENOBUFS). Nothing
 * leaves for 1 ms. */
void pptp_pace_refuse(struct pptp_pace *p, uint64_t now, unsigned n);
/* `n` that were paid are not needed. */
void pptp_pace_return(struct pptp_pace *p, unsigned n);
/* When `n` may leave at once, or one batch where that is less; not later than
 * asked where they may already. */
uint64_t pptp_pace_time(const struct pptp_pace *p, unsigned n);

#endif
