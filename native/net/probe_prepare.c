/* SPDX-License-Identifier: BSD-2-Clause */
/* How a plan becomes a probe: its texts, its route, the ways of its packets. */
#include "net/probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool copy(const char **text)
{
	const char *from = *text;

	*text = from != NULL ? strdup(from) : NULL;
	return (*text != NULL) == (from != NULL);
}

/* With its packets in one block. */
static bool copy_exchange(struct pptp_probe *e, const struct pptp_exchange *x)
{
	struct pptp_exchange *own;
	uint8_t *packets;

	if (x == NULL)
		return true;
	own = malloc(sizeof(*own) + x->syn_length + x->syn_ack_length);
	if (own == NULL)
		return false;
	packets = (uint8_t *)(own + 1);
	*own = *x;
	own->syn = memcpy(packets, x->syn, x->syn_length);
	own->syn_ack =
	    memcpy(packets + x->syn_length, x->syn_ack, x->syn_ack_length);
	e->exchange = own;
	return true;
}

bool pptp_probe_init(struct pptp_probe *e, struct pptp_probe_common *common,
		     const struct pptp_plan *plan,
		     const struct pptp_exchange *exchange)
{
	bool copied;

	e->common = common;
	e->plan = *plan;
	e->connection.fd = -1;
	copied = copy(&e->plan.contact);
	copied = copy(&e->plan.name) && copied;
	copied = copy(&e->plan.labels) && copied;
	return copy_exchange(e, exchange) && copied;
}

static void explain_route(const struct pptp_probe *e, enum pptp_error error,
			  char *text, size_t room)
{
	const char *interface = e->common->interface;
	char address[PPTP_ADDRESS_TEXT];

	pptp_address_format(&e->plan.target, address);
	if (error == PPTP_ERROR_INTERFACE)
		snprintf(text, room, "interface '%s' cannot be used: %s",
			 interface != NULL ? interface : "", strerror(errno));
	else if (error == PPTP_ERROR_ROUTE && interface != NULL)
		snprintf(text, room,
			 "there is no route to %s by interface '%s': %s; add "
			 "one with ip route, or leave the interface out",
			 address, interface, strerror(errno));
	else if (error == PPTP_ERROR_ROUTE)
		snprintf(text, room,
			 "there is no route to %s: %s; see ip route", address,
			 strerror(errno));
	else
		snprintf(text, room, "cannot find the route to %s: %s", address,
			 strerror(errno));
}

static enum pptp_error find_route(struct pptp_probe *e,
				  struct pptp_route *route, char *text,
				  size_t room)
{
	struct pptp_probe_common *common = e->common;
	const struct pptp_address *source = &common->source;
	enum pptp_error error;

	/* One of the other family: the plan's own check has the words. */
	if (source->family != e->plan.target.family)
		source = NULL;
	error = pptp_route_find(&common->router, &e->plan.target,
				common->interface, source, route);
	if (error != PPTP_OK)
		explain_route(e, error, text, room);
	if (common->source.family != 0)
		route->source = common->source;
	e->source = route->source;
	e->own_host = route->local;
	e->index = route->index;
	return error;
}

static enum pptp_error check_plan(const struct pptp_probe *e, char *text,
				  size_t room)
{
	char address[PPTP_ADDRESS_TEXT], source[PPTP_ADDRESS_TEXT];
	struct pptp_vantage v = {
	    .source = e->source,
	    .reach = e->common->wire != NULL ? PPTP_REACH_RAW : PPTP_REACH_TCP,
	};
	enum pptp_error error = pptp_plan_check(&e->plan, &v);

	if (error == PPTP_OK)
		return error;
	if (error == PPTP_ERROR_PRIVILEGE) {
		snprintf(text, room,
			 "this plan is about raw packets, which "
			 "need CAP_NET_RAW; run as root");
		return error;
	}
	pptp_address_format(&e->plan.target, address);
	pptp_address_format(&e->source, source);
	snprintf(text, room,
		 "no conversation%s can be held from %s with %s port %u",
		 e->plan.opening == PPTP_OPENING_GRE ? " over GRE" : "", source,
		 address, e->plan.port);
	return PPTP_ERROR_ARGUMENT;
}

enum pptp_error pptp_probe_prepare(struct pptp_probe *e, char *text,
				   size_t room)
{
	struct pptp_wire *w = e->common->wire;
	struct pptp_route route = {.index = 0};
	enum pptp_error error = find_route(e, &route, text, room);

	if (error == PPTP_OK)
		error = check_plan(e, text, room);
	if (error != PPTP_OK || w == NULL)
		return error;
	error = pptp_wire_out(w, &route, &e->out, text, room);
	if (error == PPTP_OK)
		error = pptp_wire_port(w, e->plan.port, text, room);
	if (error == PPTP_OK)
		error = pptp_wire_in(w, route.interface, &e->in, text, room);
	return error;
}
