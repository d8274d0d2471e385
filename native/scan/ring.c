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

bool pptp_ring_put(struct pptp_ring *r, const void *record)
{
	uint64_t taken = __atomic_load_n(&r->taken, __ATOMIC_ACQUIRE);

	if (r->put - taken >= r->room)
		return false;
	memcpy(slot(r, r->put), record, r->size);
	__atomic_store_n(&r->put, r->put + 1, __ATOMIC_RELEASE);
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
