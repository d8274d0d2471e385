/* SPDX-License-Identifier: BSD-2-Clause */
/* A one-way ring between two threads: one puts records of a fixed size, the
 * other takes them, and nobody waits. */
#ifndef PPTP_RING_H
#define PPTP_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pptp_ring {
	uint8_t *slots;      /* the caller's: room * size bytes */
	size_t size;         /* of a record */
	uint64_t room;       /* a power of two */
	uint64_t put, taken; /* records in all */
};

void pptp_ring_init(struct pptp_ring *r, void *slots, size_t size,
		    uint64_t room);
/* False: it is full, and nothing was put. */
bool pptp_ring_put(struct pptp_ring *r, const void *record);
/* Likewise, written where it will stand: room for one record, or NULL where it
 * is full. It is there for whoever takes when it was placed. */
void *pptp_ring_place(struct pptp_ring *r);
void pptp_ring_placed(struct pptp_ring *r);
/* False: it is empty. */
bool pptp_ring_take(struct pptp_ring *r, void *record);
/* From either side, or a third: as it was a moment ago. */
uint64_t pptp_ring_used(const struct pptp_ring *r);

#endif
