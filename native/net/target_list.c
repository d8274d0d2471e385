/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/target_list.h"

#include <stdlib.h>

#include "net/grow.h"

static void free_strings(const struct pptp_target_entry *e)
{
	free(e->name);
	free(e->labels);
	free(e->where);
}

void pptp_target_list_forget(struct pptp_target_list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		free_strings(&l->entries[i]);
	l->count = 0;
}

void pptp_target_list_free(struct pptp_target_list *l)
{
	pptp_target_list_forget(l);
	free(l->entries);
}

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

bool pptp_target_list_reserve(struct pptp_target_list *l)
{
	void *entries = l->entries;

	if (!pptp_grow(&entries, l->count, &l->room, sizeof(*l->entries)))
		return false;
	l->entries = entries;
	return true;
}

void pptp_target_list_count(struct pptp_target_list *l,
			    const struct pptp_block *b)
{
	l->addresses = plus(l->addresses, pptp_block_size(b));
	l->public = plus(l->public, pptp_block_public(b));
}

void pptp_target_list_append(struct pptp_target_list *l,
			     const struct pptp_target_entry *e)
{
	l->entries[l->count++] = *e;
	if (e->pending)
		l->addresses = plus(l->addresses, 1);
	else
		pptp_target_list_count(l, &e->block);
}

void pptp_target_list_settle(struct pptp_target_list *l, size_t at,
			     const struct pptp_address *a)
{
	struct pptp_target_entry *e = &l->entries[at];

	e->pending = false;
	e->block = (struct pptp_block){*a, *a};
	if (a->family != 0)
		l->public = plus(l->public, pptp_block_public(&e->block));
	else if (l->addresses != UINT64_MAX)
		l->addresses--;
}

void pptp_exclusions_free(struct pptp_exclusions *x)
{
	free(x->blocks);
}

bool pptp_exclusions_append(struct pptp_exclusions *x,
			    const struct pptp_block *b)
{
	void *blocks = x->blocks;

	if (!pptp_grow(&blocks, x->count, &x->room, sizeof(*b)))
		return false;
	x->blocks = blocks;
	x->blocks[x->count++] = *b;
	x->closed = false;
	return true;
}

void pptp_exclusions_close(struct pptp_exclusions *x)
{
	if (x->closed)
		return;
	if (x->count > 0)
		qsort(x->blocks, x->count, sizeof(*x->blocks),
		      pptp_block_order);
	x->count = pptp_blocks_merge(x->blocks, x->count);
	x->closed = true;
}

const struct pptp_block *pptp_exclusions_find(struct pptp_exclusions *x,
					      const struct pptp_address *a)
{
	pptp_exclusions_close(x);
	return pptp_blocks_find(x->blocks, x->count, a);
}
