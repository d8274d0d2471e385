/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire.h"

void pptp_wire_close(struct pptp_wire *w)
{
	if (w != NULL)
		w->calls->close(w);
}

void pptp_wire_listen(struct pptp_wire *w, struct pptp_wire_consumer *c)
{
	c->next = w->consumers;
	w->consumers = c;
}

void pptp_wire_leave(struct pptp_wire *w, struct pptp_wire_consumer *c)
{
	struct pptp_wire_consumer **at = &w->consumers;

	while (*at != NULL && *at != c)
		at = &(*at)->next;
	if (*at != NULL)
		*at = c->next;
}

enum pptp_error pptp_wire_out(struct pptp_wire *w,
			      const struct pptp_route *route,
			      struct pptp_wire_out **out, char *text,
			      size_t room)
{
	return w->calls->out(w, route, out, text, room);
}

enum pptp_error pptp_wire_in(struct pptp_wire *w, const char *interface,
			     struct pptp_wire_in **in, char *text, size_t room)
{
	return w->calls->in(w, interface, in, text, room);
}

enum pptp_error pptp_wire_port(struct pptp_wire *w, uint16_t port, char *text,
			       size_t room)
{
	return w->calls->port(w, port, text, room);
}

enum pptp_error pptp_wire_narrow(struct pptp_wire *w, char *text, size_t room)
{
	return w->calls->narrow(w, text, room);
}

enum pptp_error pptp_wire_send(struct pptp_wire *w, struct pptp_wire_out *out,
			       const void *packet, size_t length)
{
	return w->calls->send(w, out, packet, length);
}

enum pptp_error pptp_wire_post(struct pptp_wire *w, struct pptp_wire_out *out,
			       const void *packet, size_t length)
{
	return (w->calls->post != NULL ? w->calls->post : w->calls->send)(
	    w, out, packet, length);
}

/* A packet leads to a socket, and a socket here: the packet in hand is the
 * capture's, and must not be given back under its consumer. */
static bool give(struct pptp_wire *w, struct pptp_wire_in *in,
		 bool (*from)(struct pptp_wire *w, struct pptp_wire_in *in))
{
	bool emptied;

	if (w->draining)
		return false;
	w->draining = true;
	emptied = from(w, in);
	w->draining = false;
	return emptied;
}

bool pptp_wire_drain(struct pptp_wire *w, struct pptp_wire_in *in)
{
	return give(w, in, w->calls->drain);
}

bool pptp_wire_catch_up(struct pptp_wire *w, struct pptp_wire_in *in)
{
	return give(w, in,
		    w->calls->catch_up != NULL ? w->calls->catch_up
					       : w->calls->drain);
}

uint32_t pptp_wire_drops(struct pptp_wire *w, struct pptp_wire_in *in)
{
	return w->calls->drops(w, in);
}

uint32_t pptp_wire_known_drops(struct pptp_wire *w, struct pptp_wire_in *in)
{
	return (w->calls->known_drops != NULL ? w->calls->known_drops
					      : w->calls->drops)(w, in);
}

bool pptp_wire_hears(const struct pptp_wire *w, const struct pptp_wire_in *in)
{
	return w->calls->hears(in);
}

int pptp_wire_guard(struct pptp_wire *w)
{
	return w->calls->guard(w);
}

enum pptp_error pptp_wire_talk(struct pptp_wire *w, struct pptp_wire_talk *talk,
			       char *text, size_t room)
{
	talk->call_id = 0;
	return w->calls->talk != NULL ? w->calls->talk(w, talk, text, room)
				      : PPTP_OK;
}

void pptp_wire_hush(struct pptp_wire *w, uint32_t number)
{
	if (w->calls->hush != NULL)
		w->calls->hush(w, number);
}

const char *pptp_wire_refusal(struct pptp_wire *w)
{
	return w->calls->refusal != NULL ? w->calls->refusal(w) : NULL;
}

void pptp_wire_keep(struct pptp_wire *w, const struct pptp_captured *captured)
{
	if (w->keeps)
		w->calls->keep(w, captured);
}

void pptp_wire_flush(struct pptp_wire *w)
{
	if (w->keeps)
		w->calls->flush(w);
}

const char *pptp_wire_error(const struct pptp_wire *w)
{
	return w->calls->error(w);
}

void pptp_wire_deliver(struct pptp_wire *w, struct pptp_wire_in *in,
		       const struct pptp_captured *captured)
{
	struct pptp_wire_consumer *c;

	for (c = w->consumers; c != NULL; c = c->next)
		c->packet(c->context, in, captured);
}
