/* SPDX-License-Identifier: BSD-2-Clause */
#include "lab/loss.h"

/* xorshift32 (Marsaglia 2003), as the servers have it. */
static bool happens(struct lab_loss *l, unsigned share)
{
	uint32_t x = l->random;

	if (share == 0)
		return false;
	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	l->random = x;
	return (x * UINT32_C(2654435769) >> 8) % LAB_SHARE < share;
}

bool lab_loss_takes(struct lab_loss *l)
{
	return happens(l, l->lost);
}

unsigned lab_loss_copies(struct lab_loss *l)
{
	if (lab_loss_takes(l))
		return 0;
	return happens(l, l->doubled) ? 2 : 1;
}
