/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/call_stream.h"

#include <string.h>

#include "format/control.h"
#include "read/call_role.h"

static bool is_from(const struct pptp_call_connection *c, enum pptp_side side,
		    const struct pptp_segment *s)
{
	return c->port[side] == s->source_port &&
	       c->port[1 - side] == s->destination_port &&
	       pptp_address_equal(&c->address[side], &s->source) &&
	       pptp_address_equal(&c->address[1 - side], &s->destination);
}

static struct pptp_call_connection *find(const struct pptp_call_state *s,
					 const struct pptp_segment *from,
					 enum pptp_side *side)
{
	struct pptp_call_connection *c = NULL;

	while ((c = pptp_call_table_between(s->table, &from->source,
					    &from->destination, c)) != NULL) {
		*side = PPTP_US;
		if (c->control && is_from(c, PPTP_US, from))
			return c;
		*side = PPTP_SERVER;
		if (c->control && is_from(c, PPTP_SERVER, from))
			return c;
	}
	return NULL;
}

/* ---- the beginning ------------------------------------------------------- */

/* By its port; elsewhere by what is said, or else by who speaks first. */
static enum pptp_side sender_of(const struct pptp_segment *s)
{
	enum pptp_side side;

	if (s->source_port != s->destination_port &&
	    (s->source_port == PPTP_PORT || s->destination_port == PPTP_PORT))
		return s->source_port == PPTP_PORT ? PPTP_SERVER : PPTP_US;
	return pptp_call_control_role(s->bytes, s->length, &side) ? side
								  : PPTP_US;
}

static void connected(struct pptp_call_connection *c, int64_t now)
{
	struct pptp_call_entry *e;

	if (c->connected)
		return;
	c->connected = true;
	for (e = c->calls; e != NULL; e = e->next) {
		if (e->call.record.tcp.connect.tries == 0)
			pptp_observer_connecting(&e->observer, now);
		pptp_observer_connected(&e->observer, now);
	}
}

/* SYNs of other connections count like hand-made ones: they came to nothing. */
static void show_contact(void *context, const struct pptp_packet *packet,
			 bool own, int64_t now)
{
	struct pptp_call_connection *c = context;
	struct pptp_observer *o = &c->calls->observer;
	enum pptp_side side = pptp_observer_side(o, packet);
	bool syn = own && packet->kind == PPTP_PACKET_TCP &&
		   packet->tcp.flags & PPTP_TCP_SYN;
	struct pptp_event event;

	if (syn && side == PPTP_US && !c->has_first[PPTP_US])
		pptp_observer_connecting(o, now);
	(void)pptp_observer_packet(o, side, packet, now, &event);
	if (!syn)
		return;
	c->has_first[side] = true;
	c->first[side] = packet->tcp.sequence_number + 1;
	if (side == PPTP_SERVER)
		connected(c, now);
}

/* Without its beginning, anything may have been said before. */
static void begin_in_the_middle(struct pptp_call_connection *c)
{
	c->middle = true;
	pptp_observer_gap(&c->calls->observer, PPTP_US, 1);
	pptp_observer_gap(&c->calls->observer, PPTP_SERVER, 1);
}

static struct pptp_call_connection *begin(struct pptp_call_state *s,
					  const struct pptp_segment *from,
					  enum pptp_side *side, int64_t now)
{
	enum pptp_side sender = sender_of(from);
	bool by_client = sender == PPTP_US;
	const struct pptp_contact_of of = {
	    by_client ? from->source : from->destination,
	    by_client ? from->destination : from->source,
	    by_client ? from->source_port : from->destination_port,
	    by_client ? from->destination_port : from->source_port};
	struct pptp_call_connection *c =
	    pptp_call_add(s, &of.client, &of.server, now);

	if (c == NULL)
		return NULL;
	*side = sender;
	c->control = c->roles = true;
	c->port[PPTP_US] = of.client_port;
	c->port[PPTP_SERVER] = of.port;
	c->first_us = pptp_contacts_first(s->contacts, &of, now);
	pptp_call_begin(c, c->calls);
	pptp_contacts_give(s->contacts, &of, now, show_contact, c);
	if (!c->has_first[PPTP_US] && !c->has_first[PPTP_SERVER] &&
	    !pptp_call_starts(from->bytes, from->length))
		begin_in_the_middle(c);
	return c;
}

void pptp_call_stream_again(struct pptp_call_state *s,
			    const struct pptp_segment *from)
{
	struct pptp_call_connection *c;
	enum pptp_side side;

	if ((from->flags & (PPTP_TCP_SYN | PPTP_TCP_ACK)) != PPTP_TCP_SYN)
		return;
	c = find(s, from, &side);
	if (c != NULL && (c->left[PPTP_US] || c->left[PPTP_SERVER]))
		s->give(s->context, c);
}

/* ---- what is said -------------------------------------------------------- */

static void miss(struct pptp_call_connection *c, enum pptp_side side,
		 uint32_t missing)
{
	struct pptp_call_entry *e;

	c->gaps += missing;
	for (e = c->calls; e != NULL; e = e->next)
		pptp_observer_gap(&e->observer, side, missing);
}

static bool is_new_call(const struct pptp_call_connection *c,
			const struct pptp_event *event)
{
	const struct pptp_call_entry *e;

	if (event->kind != PPTP_EVENT_CONTROL ||
	    event->control.control_message_type != PPTP_OCRQ)
		return false;
	for (e = c->calls; e != NULL; e = e->next)
		if (e->call.record.call.peer_call_id ==
			event->control.call_id &&
		    !e->observer.replaced)
			return false;
	return true;
}

static void add_call(struct pptp_call_state *s, struct pptp_call_connection *c,
		     const struct pptp_control *request, int64_t now)
{
	struct pptp_call_entry *e = pptp_call_add_to(s, c);

	if (e == NULL)
		return;
	pptp_call_begin(c, e);
	pptp_observer_another(&e->observer, &e->call.record,
			      &c->calls->observer, request, now);
}

/* The first call's observer cuts messages; the others are shown the same
 * bytes. */
static void say(struct pptp_call_state *s, struct pptp_call_connection *c,
		enum pptp_side side, const uint8_t *bytes, size_t length,
		int64_t now)
{
	struct pptp_event event, theirs;
	struct pptp_call_entry *e;
	size_t used, n;

	while (length > 0) {
		used = pptp_observer_stream(&c->calls->observer, side, bytes,
					    length, now, &event);
		for (e = c->calls->next; e != NULL; e = e->next)
			for (n = 0; n < used;)
				n += pptp_observer_stream(&e->observer, side,
							  bytes + n, used - n,
							  now, &theirs);
		if (side == PPTP_US && is_new_call(c, &event))
			add_call(s, c, &event.control, now);
		bytes += used;
		length -= used;
	}
}

static void first_bytes(struct pptp_call_connection *c, enum pptp_side side,
			const struct pptp_segment *from)
{
	uint32_t missing = from->sequence_number - c->first[side];

	if (!c->begun[side] && c->has_first[side] && missing != 0 &&
	    missing <= INT32_MAX)
		miss(c, side, missing);
	c->begun[side] = true;
}

/* Whoever has left is not answered: what the server's kernel does then says
 * nothing about the server. */
static void leave(struct pptp_call_state *s, struct pptp_call_connection *c,
		  enum pptp_side side, const struct pptp_segment *from,
		  int64_t now)
{
	bool reset = from->flags & PPTP_TCP_RST;
	struct pptp_call_entry *e;

	if (!reset && !(from->flags & PPTP_TCP_FIN)) {
		c->broken[side] = true;
		return;
	}
	if (!c->left[PPTP_US]) {
		pptp_call_table_use(s->table, c, now);
		for (e = c->calls; e != NULL; e = e->next)
			pptp_observer_closed(&e->observer, side, reset, now);
	}
	c->left[side] = true;
}

void pptp_call_stream(struct pptp_call_state *s, enum pptp_stream_event event,
		      const struct pptp_segment *from, int64_t now)
{
	enum pptp_side side = PPTP_US;
	struct pptp_call_connection *c = find(s, from, &side);

	if (event == PPTP_STREAM_END) {
		if (c != NULL)
			leave(s, c, side, from, now);
		return;
	}
	if (c != NULL && c->broken[side]) {
		s->give(s->context, c);
		c = NULL;
	}
	if (c == NULL)
		c = begin(s, from, &side, now);
	if (c == NULL)
		return;
	pptp_call_table_use(s->table, c, now);
	if (event != PPTP_STREAM_DATA) {
		c->begun[side] = true;
		miss(c, side, from->missing);
		return;
	}
	if (side == PPTP_SERVER)
		connected(c, now);
	first_bytes(c, side, from);
	say(s, c, side, from->bytes, from->length, now);
}
