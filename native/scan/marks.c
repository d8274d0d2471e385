/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/marks.h"

#include <string.h>

void pptp_marks_init(struct pptp_marks *m, struct pptp_mark *ring, size_t room,
		     uint64_t reach)
{
	memset(ring, 0, room * sizeof(ring[0]));
	m->ring = ring;
	m->room = room;
	/* one eighth is what a reader may still look at while it is rewritten */
	m->apart = reach / (room - room / 8) + 1;
	m->made = 0;
}

static struct pptp_mark *slot(const struct pptp_marks *m, uint64_t n)
{
	return &m->ring[n & (m->room - 1)];
}

static struct pptp_mark read_mark(const struct pptp_marks *m, uint64_t n)
{
	struct pptp_mark mark;

	mark.time = __atomic_load_n(&slot(m, n)->time, __ATOMIC_RELAXED);
	mark.at = __atomic_load_n(&slot(m, n)->at, __ATOMIC_RELAXED);
	return mark;
}

void pptp_marks_add(struct pptp_marks *m, uint64_t time, uint64_t at)
{
	struct pptp_mark *mark = slot(m, m->made);

	if (m->made > 0 && time < slot(m, m->made - 1)->time + m->apart)
		return;
	__atomic_store_n(&mark->time, time, __ATOMIC_RELAXED);
	__atomic_store_n(&mark->at, at, __ATOMIC_RELAXED);
	__atomic_store_n(&m->made, m->made + 1, __ATOMIC_RELEASE);
}

/* The oldest mark that is safe to read. */
static uint64_t oldest(const struct pptp_marks *m, uint64_t made)
{
	uint64_t kept = m->room - m->room / 8;

	return made > kept ? made - kept : 0;
}

/* The first of the marks [low, high) that is later, or lies further on, than
 * is asked for; high where none is. */
static uint64_t first_past(const struct pptp_marks *m, uint64_t low,
			   uint64_t high, uint64_t time, uint64_t at)
{
	struct pptp_mark mark;
	uint64_t middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		mark = read_mark(m, middle);
		if (mark.time > time || mark.at > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

bool pptp_marks_time(const struct pptp_marks *m, uint64_t at, uint64_t *time)
{
	uint64_t made = __atomic_load_n(&m->made, __ATOMIC_ACQUIRE);
	uint64_t low = oldest(m, made);
	uint64_t past = first_past(m, low, made, UINT64_MAX, at);

	if (past == low)
		return false;
	*time = read_mark(m, past - 1).time;
	return true;
}

uint64_t pptp_marks_least(const struct pptp_marks *m, uint64_t time)
{
	uint64_t made = __atomic_load_n(&m->made, __ATOMIC_ACQUIRE);
	uint64_t low = oldest(m, made);
	uint64_t past = first_past(m, low, made, time, UINT64_MAX);

	return past > low ? read_mark(m, past - 1).at : 0;
}

uint64_t pptp_marks_most(const struct pptp_marks *m, uint64_t time,
			 uint64_t now)
{
	uint64_t made = __atomic_load_n(&m->made, __ATOMIC_ACQUIRE);
	uint64_t past = first_past(m, oldest(m, made), made, time, UINT64_MAX);

	return past < made ? read_mark(m, past).at : now;
}
