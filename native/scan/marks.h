/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * When a cursor was where: what turns the position of a reply into the time
 * that its SYN left, and a second in which the kernel dropped replies into the
 * positions that it may have spoilt.
 *
 * One thread marks, others ask: marks are written before the number of them.
 * All times are nanoseconds of one clock, which may stand still and jump ahead.
 */
#ifndef PPTP_MARKS_H
#define PPTP_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pptp_mark {
	uint64_t time;
	uint64_t at; /* where the cursor stood; it went on from here */
};

struct pptp_marks {
	struct pptp_mark *ring; /* the caller's */
	size_t room;            /* a power of two, 16 or more */
	uint64_t apart;         /* least time between two marks */
	uint64_t made;          /* marks in all */
};

/* Remembers at least `reach` back, to reach / room (and one eighth) exactly. */
void pptp_marks_init(struct pptp_marks *m, struct pptp_mark *ring, size_t room,
		     uint64_t reach);
/* The cursor stands `at`, and is about to go on. A mark that comes too soon
 * after the last is left out: what is asked then counts as asked at that one. */
void pptp_marks_add(struct pptp_marks *m, uint64_t time, uint64_t at);
/* When the cursor passed `at`. False: that is not remembered, or it has not. */
bool pptp_marks_time(const struct pptp_marks *m, uint64_t at, uint64_t *time);
/* Where the cursor stood at `time` at least: what lies before was asked by
 * then. 0 where that is not remembered. */
uint64_t pptp_marks_least(const struct pptp_marks *m, uint64_t time);
/* Where the cursor stood at `time` at most: what lies behind was asked later.
 * `now` where no mark is later. */
uint64_t pptp_marks_most(const struct pptp_marks *m, uint64_t time,
			 uint64_t now);

#endif
