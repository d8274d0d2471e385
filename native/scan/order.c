/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/order.h"

/* Steele, Lea and Flood's SplitMix64 (OOPSLA 2014): constants out of a seed. */
static uint64_t draw(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Of an odd number modulo 2^64, by Newton: each step doubles the right bits,
 * and x itself has three of them. */
static uint64_t inverse_of(uint64_t odd)
{
	uint64_t x = odd;
	int step;

	for (step = 0; step < 5; step++)
		x *= 2 - odd * x;
	return x;
}

static unsigned bits_of(uint64_t value)
{
	unsigned bits = 0;

	while (value != 0) {
		value >>= 1;
		bits++;
	}
	return bits;
}

bool pptp_order_init(struct pptp_order *o, uint64_t count, uint64_t seed)
{
	struct pptp_order_round *r;

	if (count == 0 || count > UINT64_C(1) << PPTP_ORDER_BITS_MAX)
		return false;
	o->count = count;
	o->bits = bits_of(count - 1);
	o->mask = (UINT64_C(1) << o->bits) - 1;
	for (r = o->rounds; r < o->rounds + PPTP_ORDER_ROUNDS; r++) {
		r->add = draw(&seed);
		r->multiplier = draw(&seed) | 1;
		r->inverse = inverse_of(r->multiplier);
		/* from a quarter to three quarters of the width */
		r->shift = 1 + o->bits / 4 +
			   (unsigned)(draw(&seed) % (o->bits / 2 + 1));
	}
	return true;
}

uint64_t pptp_order_positions(const struct pptp_order *o)
{
	return o->mask + 1;
}

/* `bits` low bits of `x`, which has no others, the first one last. */
static uint64_t reverse(uint64_t x, unsigned bits)
{
	if (bits == 0)
		return 0;
	x = __builtin_bswap64(x);
	x = (x >> 4 & UINT64_C(0x0f0f0f0f0f0f0f0f)) |
	    (x & UINT64_C(0x0f0f0f0f0f0f0f0f)) << 4;
	x = (x >> 2 & UINT64_C(0x3333333333333333)) |
	    (x & UINT64_C(0x3333333333333333)) << 2;
	x = (x >> 1 & UINT64_C(0x5555555555555555)) |
	    (x & UINT64_C(0x5555555555555555)) << 1;
	return x >> (64 - bits);
}

bool pptp_order_target(const struct pptp_order *o, uint64_t position,
		       uint64_t *target)
{
	const struct pptp_order_round *r;
	uint64_t x = position;

	for (r = o->rounds; r < o->rounds + PPTP_ORDER_ROUNDS; r++) {
		x = (x + r->add) * r->multiplier & o->mask;
		x ^= x << r->shift;
	}
	*target = reverse(x & o->mask, o->bits);
	return *target < o->count;
}

uint64_t pptp_order_position(const struct pptp_order *o, uint64_t target)
{
	const struct pptp_order_round *r = o->rounds + PPTP_ORDER_ROUNDS;
	uint64_t x = reverse(target, o->bits);
	unsigned shift;

	while (r-- > o->rounds) {
		/* x ^= x << s, 2s, 4s …: what is shifted out is none of b's */
		for (shift = r->shift; shift < 64; shift *= 2)
			x ^= x << shift;
		x = x * r->inverse - r->add;
	}
	return x & o->mask;
}

/* floor(2^b * part / shards) without a product that overflows. */
static uint64_t bound(uint64_t positions, uint32_t part, uint32_t shards)
{
	return positions / shards * part + positions % shards * part / shards;
}

bool pptp_order_shard(const struct pptp_order *o, uint32_t index,
		      uint32_t shards, struct pptp_interval *span)
{
	uint64_t positions = pptp_order_positions(o);

	if (shards == 0 || shards > PPTP_SHARDS_MAX || index == 0 ||
	    index > shards)
		return false;
	span->first = bound(positions, index - 1, shards);
	span->end = bound(positions, index, shards);
	return true;
}

uint64_t pptp_order_rate(uint64_t count, uint32_t ports, uint32_t shards,
			 uint32_t cap)
{
	uint64_t share = (uint64_t)256 * ports * shards;
	uint64_t rate;

	if (share == 0 || cap == 0 || count / share > UINT32_MAX)
		return UINT64_MAX;
	rate = count / share * cap + count % share * cap / share;
	return rate > 0 ? rate : 1;
}
