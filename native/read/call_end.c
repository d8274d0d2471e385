/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/call_end.h"

/* The client left: because it was refused, because nobody answered, or because
 * it had what it wanted. */
static enum pptp_ended_by by_client(const struct pptp_record *r)
{
	if (r->control.state == PPTP_REFUSED || r->call.state == PPTP_REFUSED)
		return PPTP_ENDED_REFUSED;
	if (r->control.state == PPTP_SILENT || r->call.state == PPTP_SILENT)
		return PPTP_ENDED_SILENT;
	if (r->gre.asked && !r->gre.from_server)
		return r->gre.reason == PPTP_REASON_ICMP ? PPTP_ENDED_REFUSED
							 : PPTP_ENDED_SILENT;
	return PPTP_ENDED_COMPLETE;
}

static enum pptp_ended_by by_server(enum pptp_farewell what)
{
	switch (what) {
	case PPTP_FAREWELL_TERMINATE_REQUEST:
		return PPTP_ENDED_TERMINATE;
	case PPTP_FAREWELL_CALL_DISCONNECT:
	case PPTP_FAREWELL_STOP_REQUEST:
		return PPTP_ENDED_DISCONNECT;
	case PPTP_FAREWELL_RST:
		return PPTP_ENDED_RESET;
	default:
		return PPTP_ENDED_CLOSED;
	}
}

enum pptp_ended_by pptp_call_ended_by(const struct pptp_record *r)
{
	const struct pptp_farewell_message *first = r->teardown.message;

	if (r->control.state == PPTP_NOT_PPTP)
		return PPTP_ENDED_NOT_PPTP;
	if (r->teardown.count == 0 || first->by == PPTP_US)
		return by_client(r);
	return by_server((enum pptp_farewell)first->what);
}

/* Silence is one only of a server that was heard to the end, and whole. */
static bool is_heard_out(const struct pptp_call_connection *c,
			 const struct pptp_observer *o)
{
	return c->control && c->connected &&
	       (c->left[PPTP_US] || c->left[PPTP_SERVER]) &&
	       !o->side[PPTP_US].gap && !o->side[PPTP_SERVER].gap;
}

void pptp_call_end(struct pptp_call_connection *c)
{
	struct pptp_call_entry *e;
	struct pptp_record *r;

	for (e = c->calls; e != NULL; e = e->next) {
		r = &e->call.record;
		pptp_observer_end(&e->observer,
				  is_heard_out(c, &e->observer)
				      ? pptp_call_ended_by(r)
				      : PPTP_ENDED_ABORTED,
				  c->last_us);
		e->call.gaps = c->gaps;
		e->call.last_us = c->last_us;
		e->call.control = c->control;
		e->call.begun = c->control && !c->middle;
	}
}
