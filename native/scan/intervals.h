/* SPDX-License-Identifier: BSD-2-Clause */
/* Intervals of positions, in order and apart: what is to be swept, or swept
 * again. The n-th position of all of them, and back. */
#ifndef PPTP_INTERVALS_H
#define PPTP_INTERVALS_H

#include <stddef.h>

#include "scan/order.h"

struct pptp_intervals {
	struct pptp_interval *list; /* the caller's */
	size_t count, room;
};

/* `room` is at least 1. */
void pptp_intervals_init(struct pptp_intervals *s, struct pptp_interval *list,
			 size_t room);
/* Positions that are in there already stay; an empty span adds nothing. Where
 * there is no room, the two that are nearest become one, with what was between
 * them: more is swept then than need be, never less. */
void pptp_intervals_add(struct pptp_intervals *s, struct pptp_interval span);
/* How many positions. */
uint64_t pptp_intervals_total(const struct pptp_intervals *s);
/* The n-th position, from 0; the end of the last where there are not so many,
 * and 0 where there is none. */
uint64_t pptp_intervals_nth(const struct pptp_intervals *s, uint64_t n);
/* False: the position is in none. */
bool pptp_intervals_index(const struct pptp_intervals *s, uint64_t position,
			  uint64_t *n);

#endif
