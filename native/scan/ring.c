/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/ring.h"

#include <string.h>

void pptp_ring_init(struct pptp_ring *r, void *slots, size_t size,
		    uint64_t room)
{
	r->slots = slots;
	r->size = size;
	r->room = room;
	r->put = r->taken = 0;
}

static uint8_t *slot(const struct pptp_ring *r, uint64_t n)
{
	return r->slots + (n & (r->room - 1)) * r->size;
}

void *pptp_ring_place(struct pptp_ring *r)
{
	uint64_t taken = __atomic_load_n(&r->taken, __ATOMIC_ACQUIRE);

	return r->put - taken < r->room ? slot(r, r->put) : NULL;
}

void pptp_ring_placed(struct pptp_ring *r)
{
	__atomic_store_n(&r->put, r->put + 1, __ATOMIC_RELEASE);
}

bool pptp_ring_put(struct pptp_ring *r, const void *record)
{
	void *place = pptp_ring_place(r);

	if (place == NULL)
		return false;
	memcpy(place, record, r->size);
	pptp_ring_placed(r);
	return true;
}

bool pptp_ring_take(struct pptp_ring *r, void *record)
{
	uint64_t put = __atomic_load_n(&r->put, __ATOMIC_ACQUIRE);

	if (r->taken == put)
		return false;
	memcpy(record, slot(r, r->taken), r->size);
	__atomic_store_n(&r->taken, r->taken + 1, __ATOMIC_RELEASE);
	return true;
}

uint64_t pptp_ring_used(const struct pptp_ring *r)
{
	uint64_t taken = __atomic_load_n(&r->taken, __ATOMIC_ACQUIRE);
	uint64_t put = __atomic_load_n(&r->put, __ATOMIC_ACQUIRE);

	return put - taken;
}
