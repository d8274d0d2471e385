/* SPDX-License-Identifier: BSD-2-Clause */
/* Blocks of addresses, each from its first to its last: in order and without
 * overlaps they are what a run leaves out. */
#ifndef PPTP_BLOCKS_H
#define PPTP_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/address.h"

struct pptp_block {
	struct pptp_address first, last; /* of one family, both within */
};

/* For qsort(): by the first address. */
int pptp_block_order(const void *a, const void *b);
/* Of blocks in that order: those that overlap or touch become one. Returns how
 * many are left. */
size_t pptp_blocks_merge(struct pptp_block *blocks, size_t count);
/* Of merged ones: the one that `a` is in, or NULL. */
const struct pptp_block *pptp_blocks_find(const struct pptp_block *blocks,
					  size_t count,
					  const struct pptp_address *a);
/* How many addresses; saturates at UINT64_MAX. */
uint64_t pptp_block_size(const struct pptp_block *b);
/* … of them outside private space. Of IPv6 all count where either end is
 * public: rather too much than too little. */
uint64_t pptp_block_public(const struct pptp_block *b);

#endif
