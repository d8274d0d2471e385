/* SPDX-License-Identifier: BSD-2-Clause */
/* How a plan becomes a probe. */
#include "net/probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool copy(char **to, const char *from)
{
	*to = from != NULL ? strdup(from) : NULL;
	return (*to != NULL) == (from != NULL);
}

static struct pptp_probe *new_probe(struct pptp_prober *p,
				    const struct pptp_plan *plan, int64_t tag)
{
	struct pptp_probe *e = calloc(1, sizeof(*e));
	bool copied;

	if (e == NULL)
		return NULL;
	e->source = PPTP_SOURCE_PROBE;
	e->prober = p;
	e->plan = *plan;
	e->tag = tag;
	e->connection.fd = -1;
	e->entry.address = plan->target;
	copied = copy(&e->contact, plan->contact);
	copied = copy(&e->name, plan->name) && copied;
	copied = copy(&e->labels, plan->labels) && copied;
	e->plan.contact = e->contact;
	e->plan.name = e->name;
	e->plan.labels = e->labels;
	if (copied && pptp_timers_reserve(&p->timers, p->count + 1))
		return e;
	pptp_probe_free(e);
	return NULL;
}

static void explain_route(const struct pptp_probe *e, enum pptp_error error,
			  char *text, size_t room)
{
	const char *interface = e->prober->interface;
	char address[PPTP_ADDRESS_TEXT];

	pptp_address_format(&e->entry.address, address);
	if (error == PPTP_ERROR_INTERFACE)
		snprintf(text, room, "interface '%s' cannot be used: %s",
			 interface, strerror(errno));
	else if (error == PPTP_ERROR_ROUTE && interface[0] != '\0')
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

static enum pptp_error find_route(struct pptp_probe *e, char *text, size_t room)
{
	struct pptp_prober *p = e->prober;
	const struct pptp_address *source = &p->config.source;
	enum pptp_error error;

	/* One of the other family: the plan's own check has the words. */
	if (source->family != e->entry.address.family)
		source = NULL;
	error = pptp_route_find(&p->router, &e->entry.address,
				p->interface[0] != '\0' ? p->interface : NULL,
				source, &e->route);
	if (error != PPTP_OK)
		explain_route(e, error, text, room);
	e->entry.source =
	    p->config.source.family != 0 ? p->config.source : e->route.source;
	return error;
}

static enum pptp_error check_plan(const struct pptp_probe *e, char *text,
				  size_t room)
{
	char address[PPTP_ADDRESS_TEXT], source[PPTP_ADDRESS_TEXT];
	enum pptp_error error;
	struct pptp_vantage v;

	if (!pptp_probe_vantage(e, &v))
		error = PPTP_ERROR_SYSTEM;
	else
		error = pptp_plan_check(&e->plan, &v);
	if (error == PPTP_OK)
		return error;
	if (error == PPTP_ERROR_PRIVILEGE) {
		snprintf(text, room,
			 "this plan is about raw packets, which "
			 "need CAP_NET_RAW; run as root");
		return error;
	}
	pptp_address_format(&e->entry.address, address);
	pptp_address_format(&e->entry.source, source);
	snprintf(text, room,
		 "no conversation%s can be held from %s with %s port %u",
		 e->plan.opening == PPTP_OPENING_GRE ? " over GRE" : "", source,
		 address, e->plan.port);
	return PPTP_ERROR_ARGUMENT;
}

static enum pptp_error open_exit(struct pptp_probe *e, char *text, size_t room)
{
	struct pptp_prober *p = e->prober;
	const char *interface = p->interface[0] != '\0' ? p->interface : NULL;
	char address[PPTP_ADDRESS_TEXT];
	struct pptp_exit *exit;

	exit = calloc(1, sizeof(*exit));
	if (exit != NULL &&
	    pptp_sender_open(&exit->sender, interface, &e->entry.source,
			     e->route.index) == PPTP_OK) {
		exit->source = e->entry.source;
		exit->index = e->route.index;
		exit->next = p->exits;
		p->exits = exit;
		e->sender = exit->sender;
		return PPTP_OK;
	}
	pptp_address_format(&e->entry.source, address);
	snprintf(text, room, "cannot send raw packets from %s: %s", address,
		 exit != NULL ? strerror(errno) : "out of memory");
	free(exit);
	return PPTP_ERROR_SYSTEM;
}

/* Two interfaces may have one link-local address. */
static bool leads(const struct pptp_exit *exit, const struct pptp_probe *e)
{
	const struct pptp_address *source = &e->entry.source;

	return pptp_address_equal(&exit->source, source) &&
	       (source->family == 4 || source->bytes[0] != 0xfe ||
		exit->index == e->route.index);
}

static enum pptp_error find_exit(struct pptp_probe *e, char *text, size_t room)
{
	const struct pptp_exit *exit = e->prober->exits;

	if (!e->prober->raw)
		return PPTP_OK;
	while (exit != NULL && !leads(exit, e))
		exit = exit->next;
	if (exit == NULL)
		return open_exit(e, text, room);
	e->sender = exit->sender;
	return PPTP_OK;
}

static enum pptp_error open_tap(struct pptp_probe *e, char *text, size_t room)
{
	struct pptp_prober *p = e->prober;
	enum pptp_error error;

	if (!p->raw)
		return PPTP_OK;
	error = pptp_taps_port(p, e->plan.port, text, room);
	if (error == PPTP_OK)
		error =
		    pptp_tap_get(p, e->route.interface, &e->tap, text, room);
	return error;
}

static void queue(struct pptp_probe *e)
{
	struct pptp_prober *p = e->prober;

	if (p->aborting) {
		pptp_queue_push(&p->aborted, e);
	} else if (e->plan.wait_us > 0) {
		e->phase = PPTP_PHASE_WAITING;
		pptp_timer_set(&p->timers, &e->timer,
			       pptp_timers_now() + e->plan.wait_us);
	} else {
		pptp_prober_enqueue(e);
	}
}

enum pptp_error pptp_prober_start(struct pptp_prober *p,
				  const struct pptp_plan *plan, int64_t tag,
				  char *text, size_t room)
{
	struct pptp_probe *e = new_probe(p, plan, tag);
	enum pptp_error error;

	if (e == NULL) {
		snprintf(text, room, "out of memory for a conversation");
		return PPTP_ERROR_SYSTEM;
	}
	error = find_route(e, text, room);
	if (error == PPTP_OK)
		error = check_plan(e, text, room);
	if (error == PPTP_OK)
		error = find_exit(e, text, room);
	if (error == PPTP_OK)
		error = open_tap(e, text, room);
	if (error != PPTP_OK) {
		pptp_probe_free(e);
		return error;
	}
	pptp_prober_join(e);
	error = pptp_taps_narrow(p, text, room);
	if (error == PPTP_OK) {
		queue(e);
		return PPTP_OK;
	}
	p->unreported--;
	pptp_prober_drop(e);
	return error;
}
