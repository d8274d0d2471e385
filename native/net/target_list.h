/* SPDX-License-Identifier: BSD-2-Clause */
/* What was asked for, in the order in which it was. Blocks are never
 * expanded. */
#ifndef PPTP_TARGET_LIST_H
#define PPTP_TARGET_LIST_H

#include "core/blocks.h"

struct pptp_target_entry {
	struct pptp_block block;
	uint16_t port;
	char *name, *labels; /* owned, or NULL */
};

struct pptp_target_list {
	struct pptp_target_entry *entries;
	size_t count, room;
};

void pptp_target_list_free(struct pptp_target_list *l);
/* Takes the entry's strings over, also where it fails. False: no memory. */
bool pptp_target_list_append(struct pptp_target_list *l,
			     const struct pptp_target_entry *e);
/* How many addresses, and how many of them are outside private space; both
 * saturate at UINT64_MAX. */
uint64_t pptp_target_list_count(const struct pptp_target_list *l);
uint64_t pptp_target_list_public(const struct pptp_target_list *l);

/* Blocks that are left out; once closed, in order and without overlaps. */
struct pptp_exclusions {
	struct pptp_block *blocks;
	size_t count, room;
	bool closed;
};

void pptp_exclusions_free(struct pptp_exclusions *x);
/* False: no memory. */
bool pptp_exclusions_append(struct pptp_exclusions *x,
			    const struct pptp_block *b);
/* The one that `a` is in, or NULL; closes them. */
const struct pptp_block *pptp_exclusions_find(struct pptp_exclusions *x,
					      const struct pptp_address *a);
void pptp_exclusions_close(struct pptp_exclusions *x);

#endif
