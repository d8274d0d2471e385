/* SPDX-License-Identifier: BSD-2-Clause */
/* What was asked for, in the order in which it was. Blocks are never
 * expanded. */
#ifndef PPTP_TARGET_LIST_H
#define PPTP_TARGET_LIST_H

#include "core/blocks.h"

struct pptp_target_entry {
	struct pptp_block block; /* of family 0: not known */
	uint16_t port;           /* 0: the run's */
	bool pending;            /* its name is being looked up */
	/* A host name, and where it was written ("FILE line 2: "); owned, or
	 * NULL. */
	char *name, *labels, *where;
};

/* A number of addresses; both saturate at UINT64_MAX. A name that is not known
 * yet is one, and not public. */
struct pptp_target_list {
	struct pptp_target_entry *entries;
	size_t count, room;
	uint64_t addresses, public;
};

void pptp_target_list_free(struct pptp_target_list *l);
/* Forgets the entries, and keeps both sums. */
void pptp_target_list_forget(struct pptp_target_list *l);
/* Room for one more. False: no memory. */
bool pptp_target_list_reserve(struct pptp_target_list *l);
/* Takes the entry's strings over. There has to be room. */
void pptp_target_list_append(struct pptp_target_list *l,
			     const struct pptp_target_entry *e);
/* Adds a block that is kept elsewhere to both sums. */
void pptp_target_list_count(struct pptp_target_list *l,
			    const struct pptp_block *b);
/* The address of a name that was pending; family 0: it has none. */
void pptp_target_list_settle(struct pptp_target_list *l, size_t at,
			     const struct pptp_address *a);

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
