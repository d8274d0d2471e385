/* SPDX-License-Identifier: BSD-2-Clause */
/* Intervals of positions, in order and apart: what is to be swept, or swept
 * again. The n-th position of all of them, and back. */
#ifndef PPTP_SPANS_H
#define PPTP_SPANS_H

#include <stddef.h>

#include "scan/order.h"

struct pptp_spans {
	struct pptp_span *list; /* the caller's */
	size_t count, room;
};

/* `room` is at least 1. */
void pptp_spans_init(struct pptp_spans *s, struct pptp_span *list, size_t room);
/* Positions that are in there already stay; an empty span adds nothing. Where
 * there is no room, the two that are nearest become one, with what was between
 * them: more is swept then than need be, never less. */
void pptp_spans_add(struct pptp_spans *s, struct pptp_span span);
/* How many positions. */
uint64_t pptp_spans_total(const struct pptp_spans *s);
/* The n-th position, from 0; the end of the last where there are not so many,
 * and 0 where there is none. */
uint64_t pptp_spans_nth(const struct pptp_spans *s, uint64_t n);
/* False: the position is in none. */
bool pptp_spans_index(const struct pptp_spans *s, uint64_t position,
		      uint64_t *n);

#endif
