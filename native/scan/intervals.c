/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/intervals.h"

#include <string.h>

void pptp_intervals_init(struct pptp_intervals *s, struct pptp_interval *list,
			 size_t room)
{
	s->list = list;
	s->count = 0;
	s->room = room;
}

static void take_out(struct pptp_intervals *s, size_t at, size_t n)
{
	memmove(s->list + at, s->list + at + n,
		(s->count - at - n) * sizeof(s->list[0]));
	s->count -= n;
}

/* Between two that are apart. */
static uint64_t gap_of(const struct pptp_interval *a,
		       const struct pptp_interval *b)
{
	return a->end < b->first ? b->first - a->end : a->first - b->end;
}

/* Which of the list comes nearest to the span. */
static size_t neighbour(const struct pptp_intervals *s,
			const struct pptp_interval *span)
{
	size_t i, nearest = 0;

	for (i = 1; i < s->count; i++)
		if (gap_of(&s->list[i], span) < gap_of(&s->list[nearest], span))
			nearest = i;
	return nearest;
}

/* Which of the list comes nearest to the one after it. */
static size_t closest(const struct pptp_intervals *s)
{
	size_t i, nearest = 0;

	for (i = 1; i + 1 < s->count; i++)
		if (gap_of(&s->list[i], &s->list[i + 1]) <
		    gap_of(&s->list[nearest], &s->list[nearest + 1]))
			nearest = i;
	return nearest;
}

/* Two become one: the span and its neighbour, or two that are closer. */
static void make_room(struct pptp_intervals *s,
		      const struct pptp_interval *span)
{
	struct pptp_interval *near = &s->list[neighbour(s, span)];
	size_t at = closest(s);

	if (s->count < 2 ||
	    gap_of(near, span) <= gap_of(&s->list[at], &s->list[at + 1])) {
		if (span->first < near->first)
			near->first = span->first;
		else
			near->end = span->end;
		return;
	}
	s->list[at].end = s->list[at + 1].end;
	take_out(s, at + 1, 1);
	pptp_intervals_add(s, *span);
}

void pptp_intervals_add(struct pptp_intervals *s, struct pptp_interval span)
{
	size_t at = 0, n = 0;

	if (span.first >= span.end)
		return;
	while (at < s->count && s->list[at].end < span.first)
		at++;
	while (at + n < s->count && s->list[at + n].first <= span.end) {
		if (s->list[at + n].first < span.first)
			span.first = s->list[at + n].first;
		if (s->list[at + n].end > span.end)
			span.end = s->list[at + n].end;
		n++;
	}
	take_out(s, at, n);
	if (s->count == s->room) {
		make_room(s, &span);
		return;
	}
	memmove(s->list + at + 1, s->list + at,
		(s->count - at) * sizeof(s->list[0]));
	s->list[at] = span;
	s->count++;
}

uint64_t pptp_intervals_total(const struct pptp_intervals *s)
{
	uint64_t total = 0;
	size_t i;

	for (i = 0; i < s->count; i++)
		total += s->list[i].end - s->list[i].first;
	return total;
}

uint64_t pptp_intervals_nth(const struct pptp_intervals *s, uint64_t n)
{
	uint64_t size;
	size_t i;

	for (i = 0; i < s->count; i++) {
		size = s->list[i].end - s->list[i].first;
		if (n < size)
			return s->list[i].first + n;
		n -= size;
	}
	return s->count > 0 ? s->list[s->count - 1].end : 0;
}

bool pptp_intervals_index(const struct pptp_intervals *s, uint64_t position,
			  uint64_t *n)
{
	size_t i;

	*n = 0;
	for (i = 0; i < s->count && s->list[i].first <= position; i++) {
		if (position < s->list[i].end) {
			*n += position - s->list[i].first;
			return true;
		}
		*n += s->list[i].end - s->list[i].first;
	}
	return false;
}
