/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * In which order the targets of a sweep are asked: position to target and back,
 * each in O(1), from a seed.
 *
 * With b the bits of count - 1, a position below 2^b is mixed by three rounds of
 * (x + A) * odd and x ^= x << s modulo 2^b, and its bits are reversed; a result
 * of count or more is no target, and skipped. In every step the low k bits of
 * the result depend on the low k bits alone. So any 2^k positions in a row meet
 * every aligned block of 2^(b-k) targets exactly once, and any block, aligned or
 * not, at most twice: no network is asked twice in a hurry, by construction.
 *
 * Of a kind with Leonard and Loguinov's even order (IRLscanner, IMC 2010),
 * Owen's scrambling, and Laine and Karras's hash of it.
 */
#ifndef PPTP_ORDER_H
#define PPTP_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#define PPTP_ORDER_ROUNDS   3
#define PPTP_ORDER_BITS_MAX 63
#define PPTP_SHARDS_MAX     (UINT32_C(1) << 20)

struct pptp_order_round {
	uint64_t add, multiplier, inverse; /* multiplier * inverse is 1 */
	unsigned shift;                    /* 1 to 63 */
};

struct pptp_order {
	uint64_t count; /* targets */
	unsigned bits;  /* positions are below 2^bits */
	uint64_t mask;
	struct pptp_order_round rounds[PPTP_ORDER_ROUNDS];
};

/* Positions from `first` on and below `end`. */
struct pptp_interval {
	uint64_t first, end;
};

/* False where count is 0 or above 2^63. */
bool pptp_order_init(struct pptp_order *o, uint64_t count, uint64_t seed);
/* How many positions there are: the least power of two that is not below the
 * count. */
uint64_t pptp_order_positions(const struct pptp_order *o);
/* False: there is no target at this position. */
bool pptp_order_target(const struct pptp_order *o, uint64_t position,
		       uint64_t *target);
/* The position of a target below the count. */
uint64_t pptp_order_position(const struct pptp_order *o, uint64_t target);

/* The `index`-th (from 1) of `shards` intervals of the positions: floor(2^b *
 * (index - 1) / shards) to floor(2^b * index / shards). False where index or
 * shards is out of range. */
bool pptp_order_shard(const struct pptp_order *o, uint32_t index,
		      uint32_t shards, struct pptp_interval *span);

/* The highest rate, in packets a second and of one shard, at which no block of
 * 256 neighbouring addresses, each with `ports` targets, gets more than `cap`
 * packets a second (and two) from all shards together; at least 1, and
 * UINT64_MAX where nothing is capped: `cap` is 0, or a run of targets is met so
 * rarely that no link is fast enough. `cap` and `ports` are below 2^17. */
uint64_t pptp_order_rate(uint64_t count, uint32_t ports, uint32_t shards,
			 uint32_t cap);

#endif
