/* SPDX-License-Identifier: BSD-2-Clause */
#include "bench/halfopen.h"

#include <stdlib.h>

#define BITS  22
#define SLOTS (UINT64_C(1) << BITS)

static uint64_t key_of(uint32_t target, uint16_t port)
{
	return ((uint64_t)target << 16 | port) + 1;
}

static uint64_t home_of(uint64_t key)
{
	return key * UINT64_C(0x9e3779b97f4a7c15) >> (64 - BITS);
}

/* Where the key is, or the free slot in which it would be. */
static uint64_t find(const struct half_open *h, uint64_t key)
{
	uint64_t at = home_of(key);

	while (h->slots[at] != 0 && h->slots[at] != key)
		at = (at + 1) % SLOTS;
	return at;
}

bool half_open_init(struct half_open *h)
{
	h->slots = calloc(SLOTS, sizeof(*h->slots));
	h->used = h->lost = 0;
	return h->slots != NULL;
}

void half_open_free(struct half_open *h)
{
	free(h->slots);
	h->slots = NULL;
}

void half_open_begin(struct half_open *h, uint32_t target, uint16_t port)
{
	uint64_t key = key_of(target, port), at = find(h, key);

	if (h->slots[at] == key)
		return;
	if (h->used >= SLOTS / 4 * 3) {
		h->lost++;
		return;
	}
	h->slots[at] = key;
	h->used++;
}

/* Those behind the gap move up to it, unless they are at home between. */
void half_open_end(struct half_open *h, uint32_t target, uint16_t port)
{
	uint64_t key = key_of(target, port), gap = find(h, key), at = gap;

	if (h->slots[gap] == 0)
		return;
	h->used--;
	for (;;) {
		at = (at + 1) % SLOTS;
		if (h->slots[at] == 0)
			break;
		if ((at - home_of(h->slots[at])) % SLOTS >=
		    (at - gap) % SLOTS) {
			h->slots[gap] = h->slots[at];
			gap = at;
		}
	}
	h->slots[gap] = 0;
}
