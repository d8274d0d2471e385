/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/sweep_details.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_LEAST 1024

void pptp_sweep_details_free(struct pptp_sweep_details *d)
{
	free(d->slots);
	memset(d, 0, sizeof(*d));
}

static size_t place(const struct pptp_sweep_details *d, uint64_t key)
{
	return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 20) &
	       (d->room - 1);
}

/* Where the key stands, or would. */
static struct pptp_sweep_detail *find(const struct pptp_sweep_details *d,
				      uint64_t key)
{
	size_t at = place(d, key);

	while (d->slots[at].key != 0 && d->slots[at].key != key)
		at = (at + 1) & (d->room - 1);
	return &d->slots[at];
}

static bool grow(struct pptp_sweep_details *d)
{
	struct pptp_sweep_details wide = {.room = d->room * 2};
	size_t i;

	if (wide.room == 0)
		wide.room = ROOM_LEAST;
	wide.slots = calloc(wide.room, sizeof(wide.slots[0]));
	if (wide.slots == NULL)
		return false;
	for (i = 0; i < d->room; i++)
		if (d->slots[i].key != 0)
			*find(&wide, d->slots[i].key) = d->slots[i];
	wide.count = d->count;
	free(d->slots);
	*d = wide;
	return true;
}

bool pptp_sweep_details_put(struct pptp_sweep_details *d,
			    const struct pptp_found *found)
{
	struct pptp_sweep_detail *slot;

	if (2 * d->count >= d->room && !grow(d))
		return false;
	slot = find(d, found->heard.position + 1);
	d->count += slot->key == 0;
	slot->key = found->heard.position + 1;
	slot->reply = found->reply;
	slot->rtt_ns = found->rtt_ns;
	slot->time_ns = found->time_ns;
	return true;
}

/* What follows is put anew: a hole would hide it. */
static void close_hole(struct pptp_sweep_details *d,
		       struct pptp_sweep_detail *hole)
{
	size_t at = (size_t)(hole - d->slots);
	struct pptp_sweep_detail moved;

	hole->key = 0;
	for (;;) {
		at = (at + 1) & (d->room - 1);
		if (d->slots[at].key == 0)
			return;
		moved = d->slots[at];
		d->slots[at].key = 0;
		*find(d, moved.key) = moved;
	}
}

bool pptp_sweep_details_take(struct pptp_sweep_details *d, uint64_t position,
			     struct pptp_sweep_detail *detail)
{
	struct pptp_sweep_detail *slot;

	if (d->count == 0)
		return false;
	slot = find(d, position + 1);
	if (slot->key == 0)
		return false;
	*detail = *slot;
	d->count--;
	close_hole(d, slot);
	return true;
}
