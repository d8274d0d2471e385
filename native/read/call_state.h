/* SPDX-License-Identifier: BSD-2-Clause */
/* What the parts of read/calls share. */
#ifndef PPTP_CALL_STATE_H
#define PPTP_CALL_STATE_H

#include "read/call_table.h"
#include "read/contacts.h"

struct pptp_call_state {
	struct pptp_call_table *table;
	struct pptp_contacts *contacts;
	struct pptp_call_counts counts;
	/* A connection that is over, or is another one from now on. */
	void (*give)(void *context, struct pptp_call_connection *c);
	/* For one call more, without taking `but` (or NULL) out. */
	bool (*make_room)(void *context,
			  const struct pptp_call_connection *but);
	void *context;
};

/* A connection with one call, at `now`; NULL, and counted: no room. */
struct pptp_call_connection *pptp_call_add(struct pptp_call_state *s,
					   const struct pptp_address *a,
					   const struct pptp_address *b,
					   int64_t now);
/* One more call of `c`; NULL, and counted: no room. */
struct pptp_call_entry *pptp_call_add_to(struct pptp_call_state *s,
					 struct pptp_call_connection *c);
/* Begins a record of `c`, whose roles are known. */
void pptp_call_begin(const struct pptp_call_connection *c,
		     struct pptp_call_entry *e);

#endif
