/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/call_gre.h"

#include <stdlib.h>
#include <string.h>

#include "format/control.h"
#include "read/call_role.h"

struct owner { /* of a packet */
	struct pptp_call_connection *connection;
	struct pptp_call_entry *call;
	enum pptp_side side; /* that sent it */
};

static bool is_sender(const struct pptp_call_connection *c, enum pptp_side side,
		      const struct pptp_ip *ip)
{
	return pptp_address_equal(&c->address[side], &ip->source) &&
	       pptp_address_equal(&c->address[1 - side], &ip->destination);
}

/* ---- calls with a control connection ------------------------------------- */

/* `id` is in what `side` sends in this call. */
static bool has_id(const struct pptp_call_entry *e, enum pptp_side side,
		   uint16_t id)
{
	const struct pptp_record *r = &e->call.record;
	const struct pptp_observer_side *s = &e->observer.side[side];

	if (s->has_call_id)
		return s->call_id == id;
	if (side == PPTP_US)
		return r->call.raw_length > 0 && r->call.call_id == id;
	return r->call.state != PPTP_NOT_TESTED && r->call.peer_call_id == id;
}

/* The client may send before the Outgoing-Call-Reply was captured. */
static bool may_have_id(const struct pptp_call_entry *e, enum pptp_side side)
{
	return side == PPTP_US && e->call.record.call.state == PPTP_SILENT &&
	       !e->observer.side[side].has_call_id;
}

/* The newest: a client may give a Call-ID again. */
static bool find_in(struct pptp_call_connection *c, enum pptp_side side,
		    uint16_t id, bool exact, struct owner *o)
{
	struct pptp_call_entry *e;
	bool found = false;

	for (e = c->calls; e != NULL; e = e->next)
		if (exact ? has_id(e, side, id) : may_have_id(e, side)) {
			*o = (struct owner){c, e, side};
			found = true;
		}
	return found;
}

static bool find_control(const struct pptp_call_state *s,
			 const struct pptp_packet *p, bool exact,
			 struct owner *o)
{
	struct pptp_call_connection *c = NULL;

	while ((c = pptp_call_table_between(s->table, &p->ip.source,
					    &p->ip.destination, c)) != NULL) {
		if (!c->control)
			continue;
		for (unsigned side = 0; side < 2; side++)
			if (is_sender(c, (enum pptp_side)side, &p->ip) &&
			    find_in(c, (enum pptp_side)side, p->gre.call_id,
				    exact, o))
				return true;
	}
	return false;
}

/* The only connection between the two, whose call was made before the capture
 * began. */
static bool adopt(const struct pptp_call_state *s, const struct pptp_packet *p,
		  struct owner *o)
{
	struct pptp_call_connection *c = pptp_call_table_between(
	    s->table, &p->ip.source, &p->ip.destination, NULL);
	struct pptp_call_entry *e;
	enum pptp_side side;

	if (c == NULL || !c->control || c->left[PPTP_US] ||
	    pptp_call_table_between(s->table, &p->ip.source, &p->ip.destination,
				    c) != NULL)
		return false;
	e = c->calls;
	side = is_sender(c, PPTP_US, &p->ip) ? PPTP_US : PPTP_SERVER;
	if (e->next != NULL || e->call.record.call.state != PPTP_NOT_TESTED ||
	    !e->observer.side[PPTP_US].gap ||
	    e->observer.side[side].has_call_id)
		return false;
	pptp_observer_call(&e->observer, side, p->gre.call_id);
	*o = (struct owner){c, e, side};
	return true;
}

static void show(struct pptp_call_state *s, const struct owner *o,
		 const struct pptp_packet *p, int64_t now)
{
	struct pptp_event event;

	if (o->connection->left[PPTP_US]) {
		s->counts.late++;
		return;
	}
	pptp_call_table_use(s->table, o->connection, now);
	(void)pptp_observer_packet(&o->call->observer, o->side, p, now, &event);
}

/* ---- calls without ------------------------------------------------------- */

static bool takes(const struct pptp_call_connection *c, enum pptp_side side,
		  const struct pptp_packet *p)
{
	return !c->control && is_sender(c, side, &p->ip);
}

/* One that has this Call-ID in this direction; or else the only one that
 * has none there yet. */
static struct pptp_call_connection *find_bare(const struct pptp_call_state *s,
					      const struct pptp_packet *p,
					      enum pptp_side *side)
{
	struct pptp_call_connection *c = NULL, *open = NULL;
	enum pptp_side from, open_side = PPTP_US;
	unsigned opens = 0;

	while ((c = pptp_call_table_between(s->table, &p->ip.source,
					    &p->ip.destination, c)) != NULL) {
		from = takes(c, PPTP_US, p) ? PPTP_US : PPTP_SERVER;
		if (!takes(c, from, p))
			continue;
		*side = from;
		if (c->has_id[from] && c->id[from] == p->gre.call_id)
			return c;
		if (c->has_id[from])
			continue;
		open = c;
		open_side = from;
		opens++;
	}
	*side = open_side;
	return opens == 1 ? open : NULL;
}

static void keep(struct pptp_call_connection *c, const struct pptp_packet *p,
		 int64_t now)
{
	struct pptp_call_waiting *w;

	if (c->waiting == NULL)
		c->waiting = calloc(PPTP_CALL_WAITING, sizeof(*w));
	if (c->waiting == NULL || c->waits == PPTP_CALL_WAITING ||
	    p->bytes == NULL || p->length > sizeof(w->bytes)) {
		c->passed++;
		return;
	}
	w = &c->waiting[c->waits++];
	w->time_us = now;
	w->length = p->length;
	memcpy(w->bytes, p->bytes, p->length);
}

static void turn(struct pptp_call_connection *c)
{
	struct pptp_address address = c->address[0];
	uint16_t id = c->id[0];
	bool has = c->has_id[0];

	c->address[0] = c->address[1];
	c->address[1] = address;
	c->id[0] = c->id[1];
	c->id[1] = id;
	c->has_id[0] = c->has_id[1];
	c->has_id[1] = has;
}

static void tell_ids(const struct pptp_call_connection *c)
{
	for (unsigned side = 0; side < 2; side++)
		if (c->has_id[side])
			pptp_observer_call(&c->calls->observer,
					   (enum pptp_side)side, c->id[side]);
}

/* `client` is the index of the one that is. */
static void begin(struct pptp_call_connection *c, unsigned client)
{
	struct pptp_observer *o = &c->calls->observer;
	struct pptp_packet packet;
	struct pptp_event event;

	if (client != PPTP_US)
		turn(c);
	c->roles = true;
	c->port[PPTP_SERVER] = PPTP_PORT;
	pptp_call_begin(c, c->calls);
	tell_ids(c);
	for (unsigned i = 0; i < c->waits; i++)
		if (pptp_packet_decode(&packet, c->waiting[i].bytes,
				       c->waiting[i].length))
			(void)pptp_observer_packet(
			    o, pptp_observer_side(o, &packet), &packet,
			    c->waiting[i].time_us, &event);
	if (c->passed > 0)
		pptp_record_note(&c->calls->call.record, PPTP_NOTE_STORE_FULL,
				 (uint32_t)c->passed, 0);
	free(c->waiting);
	c->waiting = NULL;
	c->waits = 0;
}

static void show_bare(struct pptp_call_connection *c, enum pptp_side side,
		      const struct pptp_packet *p, int64_t now)
{
	struct pptp_event event;
	enum pptp_side role;

	c->has_id[side] = true;
	c->id[side] = p->gre.call_id;
	if (!c->roles && pptp_call_role(&p->gre, &role)) {
		begin(c, role == PPTP_US ? side : 1 - side);
		side = role;
	}
	if (!c->roles) {
		keep(c, p, now);
		return;
	}
	tell_ids(c);
	(void)pptp_observer_packet(&c->calls->observer, side, p, now, &event);
}

static void bare(struct pptp_call_state *s, const struct pptp_packet *p,
		 int64_t now)
{
	enum pptp_side side = PPTP_US;
	struct pptp_call_connection *c;

	/* One host that speaks to itself: nothing tells the directions. */
	if (pptp_address_equal(&p->ip.source, &p->ip.destination)) {
		s->counts.passed++;
		return;
	}
	c = find_bare(s, p, &side);
	if (c == NULL) {
		side = PPTP_US;
		c = pptp_call_add(s, &p->ip.source, &p->ip.destination, now);
	}
	if (c == NULL)
		return;
	pptp_call_table_use(s->table, c, now);
	show_bare(c, side, p, now);
}

/* ---- any ----------------------------------------------------------------- */

void pptp_call_gre(struct pptp_call_state *s, const struct pptp_packet *packet,
		   int64_t now)
{
	struct owner o;

	if (!packet->whole)
		s->counts.cut++;
	else if (find_control(s, packet, true, &o) ||
		 find_control(s, packet, false, &o) || adopt(s, packet, &o))
		show(s, &o, packet, now);
	else
		bare(s, packet, now);
}

void pptp_call_icmp(struct pptp_call_state *s, const struct pptp_packet *packet,
		    int64_t now)
{
	const struct pptp_ip *quote = &packet->icmp.quote;
	struct pptp_call_connection *c = NULL;
	struct pptp_call_entry *e;
	struct pptp_event event;

	if (!packet->whole || !packet->icmp.has_quote ||
	    quote->protocol != PPTP_IP_GRE)
		return;
	while ((c = pptp_call_table_between(s->table, &quote->source,
					    &quote->destination, c)) != NULL)
		for (e = c->calls; e != NULL; e = e->next)
			if (c->roles && !c->left[PPTP_US])
				(void)pptp_observer_packet(
				    &e->observer,
				    pptp_observer_side(&e->observer, packet),
				    packet, now, &event);
}
