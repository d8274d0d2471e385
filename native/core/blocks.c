/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/blocks.h"

int pptp_block_order(const void *a, const void *b)
{
	const struct pptp_block *left = a, *right = b;

	return pptp_address_compare(&left->first, &right->first);
}

/* `b` begins no later than just behind the end of `a`. */
static bool touches(const struct pptp_block *a, const struct pptp_block *b)
{
	struct pptp_address behind = a->last;

	if (pptp_address_compare(&b->first, &a->last) <= 0)
		return true;
	pptp_address_increment(&behind);
	return pptp_address_equal(&behind, &b->first);
}

size_t pptp_blocks_merge(struct pptp_block *blocks, size_t count)
{
	struct pptp_block *top = blocks;
	size_t i;

	for (i = 1; i < count; i++) {
		if (!touches(top, &blocks[i]))
			*++top = blocks[i];
		else if (pptp_address_compare(&blocks[i].last, &top->last) > 0)
			top->last = blocks[i].last;
	}
	return count == 0 ? 0 : (size_t)(top - blocks) + 1;
}

const struct pptp_block *pptp_blocks_find(const struct pptp_block *blocks,
					  size_t count,
					  const struct pptp_address *a)
{
	size_t low = 0, high = count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (pptp_address_compare(&blocks[middle].last, a) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count || pptp_address_compare(&blocks[low].first, a) > 0)
		return NULL;
	return &blocks[low];
}

uint64_t pptp_block_size(const struct pptp_block *b)
{
	uint64_t more;

	if (b->first.family == 4)
		return (uint64_t)pptp_address_v4_value(&b->last) -
		       pptp_address_v4_value(&b->first) + 1;
	if (pptp_address_half(&b->first, 0) != pptp_address_half(&b->last, 0))
		return UINT64_MAX;
	more = pptp_address_half(&b->last, 8) - pptp_address_half(&b->first, 8);
	return more == UINT64_MAX ? more : more + 1;
}

uint64_t pptp_block_public(const struct pptp_block *b)
{
	if (b->first.family == 4)
		return pptp_address_v4_public(pptp_address_v4_value(&b->first),
					      pptp_address_v4_value(&b->last));
	return pptp_address_is_private(&b->first) &&
		       pptp_address_is_private(&b->last)
		   ? 0
		   : pptp_block_size(b);
}
