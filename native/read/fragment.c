/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/fragment.h"

#include <stdlib.h>
#include <string.h>

#define ROOM  65536
#define UNIT  8 /* bytes that a fragment's offset counts in */
#define UNITS (ROOM / UNIT)

struct parts {
	uint8_t bytes[ROOM];
	uint8_t there[UNITS]; /* unit n has come */
};

struct entry {
	struct pptp_ip ip;   /* of the packet's first fragment, else of any */
	struct parts *parts; /* NULL: this place is free */
	unsigned depth;
	uint64_t frame, used;
	int64_t first_us, time_us;
	size_t total; /* bytes in all; 0: the last is not there yet */
};

struct pptp_fragments {
	pptp_fragment_handler *handler;
	void *context;
	uint64_t clock, unread;
	struct entry entry[PPTP_FRAGMENTS];
};

struct pptp_fragments *pptp_fragments_new(pptp_fragment_handler *handler,
					  void *context)
{
	struct pptp_fragments *all = calloc(1, sizeof(*all));

	if (all == NULL)
		return NULL;
	all->handler = handler;
	all->context = context;
	return all;
}

void pptp_fragments_free(struct pptp_fragments *all)
{
	unsigned i;

	if (all == NULL)
		return;
	for (i = 0; i < PPTP_FRAGMENTS; i++)
		free(all->entry[i].parts);
	free(all);
}

/* How many bytes are there from the start on without a hole. */
static size_t reach(const struct entry *e)
{
	size_t units = 0;

	while (units < UNITS && e->parts->there[units])
		units++;
	if (e->total != 0 && units * UNIT > e->total)
		return e->total;
	return units * UNIT;
}

/* The place is free before the handler runs, which may want it. */
static void give(struct pptp_fragments *all, struct entry *e, bool truncated)
{
	struct entry done = *e;
	struct pptp_ip ip = done.ip;
	size_t length = reach(e);

	memset(e, 0, sizeof(*e));
	ip.more_fragments = false;
	ip.fragment_offset = 0;
	ip.truncated = truncated;
	pptp_reader_init(&ip.payload, done.parts->bytes, length);
	ip.payload.nested = !truncated;
	ip.fragment = ip.payload;
	if (length > 0 && pptp_ip_joined(&ip))
		all->handler(all->context, &ip, done.depth, done.frame,
			     done.time_us);
	else
		all->unread++;
	free(done.parts);
}

static bool same(const struct entry *e, const struct pptp_ip *ip,
		 unsigned depth)
{
	return e->parts != NULL && e->depth == depth &&
	       e->ip.identification == ip->identification &&
	       (ip->source.family == 6 ||
		e->ip.fragment_protocol == ip->fragment_protocol) &&
	       pptp_address_equal(&e->ip.source, &ip->source) &&
	       pptp_address_equal(&e->ip.destination, &ip->destination);
}

static struct entry *find(struct pptp_fragments *all, const struct pptp_ip *ip,
			  unsigned depth)
{
	unsigned i;

	for (i = 0; i < PPTP_FRAGMENTS; i++)
		if (same(&all->entry[i], ip, depth))
			return &all->entry[i];
	return NULL;
}

/* A free place, or the one that was used last the longest ago. */
static struct entry *oldest(struct pptp_fragments *all)
{
	struct entry *e = all->entry;
	unsigned i;

	for (i = 1; i < PPTP_FRAGMENTS; i++)
		if (all->entry[i].used < e->used)
			e = &all->entry[i];
	return e;
}

static struct entry *create(struct pptp_fragments *all,
			    const struct pptp_ip *ip, unsigned depth,
			    int64_t time_us)
{
	struct entry *e;

	/* More than once where the handler itself takes a place. */
	while ((e = oldest(all))->parts != NULL)
		give(all, e, true);
	e->parts = calloc(1, sizeof(*e->parts));
	if (e->parts == NULL)
		return NULL;
	e->ip = *ip;
	e->depth = depth;
	e->first_us = time_us;
	return e;
}

/* False: no part of any packet. */
static bool add(struct entry *e, const struct pptp_ip *ip)
{
	struct pptp_reader r = ip->fragment;
	size_t at = ip->fragment_offset, left = pptp_reader_left(&r);
	const uint8_t *bytes = pptp_read_bytes(&r, left);
	bool last = !ip->truncated && !ip->more_fragments;
	size_t i, n;

	/* Only the last may be of any length, and the capture may cut. */
	if (left == 0 || at + left > ROOM ||
	    (ip->more_fragments && !ip->truncated && left % UNIT != 0))
		return false;
	/* Another end in the middle would leave bytes that nobody sent. */
	if (last && e->total != 0 && e->total != at + left)
		return false;
	if (last)
		e->total = at + left;
	for (i = 0; i < left; i += UNIT) {
		n = left - i < UNIT ? left - i : UNIT;
		if (e->parts->there[(at + i) / UNIT] ||
		    (n < UNIT && ip->truncated))
			continue;
		memcpy(e->parts->bytes + at + i, bytes + i, n);
		e->parts->there[(at + i) / UNIT] = 1;
	}
	return true;
}

void pptp_fragments_input(struct pptp_fragments *all, const struct pptp_ip *ip,
			  unsigned depth, uint64_t frame, int64_t time_us)
{
	struct entry *e = find(all, ip, depth);

	if (e != NULL && time_us - e->first_us > PPTP_FRAGMENT_LIFETIME) {
		give(all, e, true);
		e = NULL;
	}
	if (e == NULL)
		e = create(all, ip, depth, time_us);
	if (e == NULL || !add(e, ip))
		return;
	if (ip->fragment_offset == 0)
		e->ip = *ip;
	e->used = ++all->clock;
	e->frame = frame;
	e->time_us = time_us;
	if (e->total != 0 && reach(e) == e->total)
		give(all, e, false);
}

void pptp_fragments_end(struct pptp_fragments *all)
{
	struct entry *e, *next;

	/* In the order in which their fragments came. */
	for (;;) {
		next = NULL;
		for (e = all->entry; e < all->entry + PPTP_FRAGMENTS; e++)
			if (e->parts != NULL &&
			    (next == NULL || e->used < next->used))
				next = e;
		if (next == NULL)
			return;
		give(all, next, true);
	}
}

uint64_t pptp_fragments_unread(const struct pptp_fragments *all)
{
	return all->unread;
}
