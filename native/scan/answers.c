/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/answers.h"

#include <string.h>

#define OTHERS_MOST (UINT64_C(1) << 20)
#define SLOT        sizeof(uint64_t)

static uint64_t power_below(uint64_t value)
{
	return UINT64_C(1) << (63 - __builtin_clzll(value));
}

static uint64_t bits_size(uint64_t count)
{
	return count / 4 + (count % 4 != 0);
}

size_t pptp_answers_size(uint64_t count, size_t memory)
{
	uint64_t size = bits_size(count);

	return size <= memory ? (size_t)size : memory;
}

void pptp_answers_init(struct pptp_answers *a, uint64_t count, void *storage,
		       size_t size)
{
	memset(a, 0, sizeof(*a));
	memset(storage, 0, size);
	a->exact = bits_size(count) <= size;
	if (a->exact) {
		a->bits = storage;
		return;
	}
	a->others_room = power_below(size / SLOT / 8);
	if (a->others_room > OTHERS_MOST)
		a->others_room = OTHERS_MOST;
	a->open_room = power_below(size / SLOT - a->others_room);
	a->open = storage;
	a->others = a->open + a->open_room;
}

static uint64_t load(const uint64_t *slot)
{
	return __atomic_load_n(slot, __ATOMIC_RELAXED);
}

/* Fibonacci hashing: the product's highest bits depend on all of the target. */
static uint64_t place(uint64_t target, uint64_t room)
{
	return target * UINT64_C(0x9e3779b97f4a7c15) >>
	       (64 - __builtin_ctzll(room));
}

/* Where an open target stands, or the empty slot where it would. */
static uint64_t *open_slot(const struct pptp_answers *a, uint64_t target)
{
	uint64_t at = place(target, a->open_room), value;

	for (;; at = (at + 1) & (a->open_room - 1)) {
		value = load(&a->open[at]);
		if (value == 0 || value == target + 1)
			return &a->open[at];
	}
}

static enum pptp_port_state get_hashed(const struct pptp_answers *a,
				       uint64_t target)
{
	uint64_t other;

	if (load(open_slot(a, target)) != 0)
		return PPTP_PORT_OPEN;
	other = load(&a->others[place(target, a->others_room)]);
	return other >> 2 == target + 1 ? (enum pptp_port_state)(other & 3)
					: PPTP_PORT_SILENT;
}

enum pptp_port_state pptp_answers_get(const struct pptp_answers *a,
				      uint64_t target)
{
	uint8_t byte;

	if (!a->exact)
		return get_hashed(a, target);
	byte = __atomic_load_n(&a->bits[target / 4], __ATOMIC_RELAXED);
	return (enum pptp_port_state)(byte >> target % 4 * 2 & 3);
}

static bool put_hashed(struct pptp_answers *a, uint64_t target,
		       enum pptp_port_state answer)
{
	uint64_t *slot;

	if (answer != PPTP_PORT_OPEN) {
		slot = &a->others[place(target, a->others_room)];
		__atomic_store_n(slot, (target + 1) << 2 | answer,
				 __ATOMIC_RELAXED);
		return true;
	}
	/* an eighth stays empty, or looking would never end */
	if (a->open_count >= a->open_room - a->open_room / 8)
		return false;
	__atomic_store_n(open_slot(a, target), target + 1, __ATOMIC_RELAXED);
	a->open_count++;
	return true;
}

enum pptp_answers_put pptp_answers_put(struct pptp_answers *a, uint64_t target,
				       enum pptp_port_state answer)
{
	enum pptp_port_state before = pptp_answers_get(a, target);
	uint8_t byte;

	if (answer <= before)
		return PPTP_ANSWERS_KNOWN;
	if (!a->exact)
		return put_hashed(a, target, answer) ? PPTP_ANSWERS_NEWS
						     : PPTP_ANSWERS_FULL;
	byte = a->bits[target / 4];
	byte = (uint8_t)(byte ^ (unsigned)(before ^ answer) << target % 4 * 2);
	__atomic_store_n(&a->bits[target / 4], byte, __ATOMIC_RELAXED);
	return PPTP_ANSWERS_NEWS;
}
