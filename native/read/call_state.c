/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/call_state.h"

struct pptp_call_connection *pptp_call_add(struct pptp_call_state *s,
					   const struct pptp_address *a,
					   const struct pptp_address *b,
					   int64_t now)
{
	struct pptp_call_connection *c =
	    s->make_room(s->context, NULL) ? pptp_call_table_add(s->table, a, b)
					   : NULL;

	if (c == NULL)
		s->counts.passed++;
	else
		c->first_us = c->last_us = now;
	return c;
}

struct pptp_call_entry *pptp_call_add_to(struct pptp_call_state *s,
					 struct pptp_call_connection *c)
{
	struct pptp_call_entry *e = s->make_room(s->context, c)
					? pptp_call_table_add_call(s->table, c)
					: NULL;

	if (e == NULL)
		s->counts.passed++;
	return e;
}

void pptp_call_begin(const struct pptp_call_connection *c,
		     struct pptp_call_entry *e)
{
	struct pptp_record *r = &e->call.record;

	r->kind = PPTP_KIND_OBSERVED;
	r->depth = PPTP_DEPTH_CALL;
	r->source = c->address[PPTP_US];
	r->target = c->address[PPTP_SERVER];
	r->port = c->port[PPTP_SERVER];
	r->start = r->end = r->time_us = e->call.first_us = c->first_us;
	pptp_observer_init(&e->observer, r);
}
