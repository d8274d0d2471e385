/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/apart.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/control.h"
#include "net/packet_filter.h"
#include "net/wire_helper.h"

#define RING ((size_t)2 << 20) /* bytes that wait, there and here */

struct talk {
	struct pptp_address source, target;
	uint16_t port;
	uint32_t number; /* 0: none */
};

struct pptp_apart {
	struct pptp_loop *loop;
	struct pptp_wire *wire;
	struct talk talks[PPTP_APART_TALKS];
	uint32_t last; /* number of a talk */
};

struct waiting {
	struct waiting *next;
	int64_t time_us;
	size_t length, wire_length;
	uint8_t bytes[];
};

struct pptp_apart_capture {
	struct pptp_apart *apart;
	struct pptp_wire_consumer consumer;
	struct pptp_wire_in *in;
	struct pptp_packet_filter *filter;
	struct waiting *first, *last, *given;
	size_t held;             /* bytes that wait */
	unsigned lost, reported; /* for want of room; of the wire, told */
};

/* ---- the helper ---------------------------------------------------------- */

static enum pptp_error open_wire(struct pptp_apart *a, char *text, size_t room)
{
	const struct pptp_wire_config config = {
	    .loop = a->loop,
	    .ring = RING,
	    .stream = true,
	};
	struct pptp_wire_lack lack;
	char why[2 * PPTP_WIRE_LACK] = "";
	enum pptp_error error =
	    pptp_wire_helper_open(&a->wire, &config, &lack, why, sizeof(why));

	if (error == PPTP_ERROR_PRIVILEGE)
		snprintf(text, room, "raw packets need CAP_NET_RAW: %s", why);
	else
		snprintf(text, room, "%s", why);
	return error;
}

enum pptp_error pptp_apart_open(struct pptp_apart **a, char *text, size_t room)
{
	struct pptp_apart *apart = calloc(1, sizeof(*apart));
	enum pptp_error error = PPTP_ERROR_SYSTEM;

	*a = NULL;
	snprintf(text, room, "not enough memory for packets");
	if (apart != NULL)
		error = pptp_loop_open(&apart->loop);
	if (error == PPTP_OK)
		error = open_wire(apart, text, room);
	if (error == PPTP_OK)
		*a = apart;
	else
		pptp_apart_close(apart);
	return error;
}

void pptp_apart_close(struct pptp_apart *a)
{
	if (a == NULL)
		return;
	pptp_wire_close(a->wire);
	pptp_loop_close(a->loop);
	free(a);
}

/* ---- out ----------------------------------------------------------------- */

/* Of the talk with this target, or of the oldest. */
static struct talk *place_of(struct pptp_apart *a,
			     const struct pptp_address *target)
{
	struct talk *t = a->talks, *oldest = a->talks;

	for (; t < a->talks + PPTP_APART_TALKS; t++) {
		if (t->number != 0 && pptp_address_equal(&t->target, target))
			return t;
		if (t->number < oldest->number)
			oldest = t;
	}
	return oldest;
}

static bool fits(const struct talk *t, const struct pptp_packet *p)
{
	return t->number != 0 &&
	       pptp_address_equal(&t->target, &p->ip.destination) &&
	       pptp_address_equal(&t->source, &p->ip.source) &&
	       (p->kind != PPTP_PACKET_TCP || !p->whole ||
		p->tcp.destination_port == t->port);
}

static enum pptp_error begin_talk(struct pptp_apart *a,
				  const struct pptp_packet *p, char *text,
				  size_t room)
{
	struct talk *t = place_of(a, &p->ip.destination);
	struct pptp_wire_talk talk = {
	    .number = ++a->last,
	    .source = p->ip.source,
	    .target = p->ip.destination,
	    .port = p->kind == PPTP_PACKET_TCP && p->whole
			? p->tcp.destination_port
			: PPTP_PORT,
	};
	enum pptp_error error;

	if (fits(t, p))
		return PPTP_OK;
	if (t->number != 0)
		pptp_wire_hush(a->wire, t->number);
	t->number = 0;
	error = pptp_wire_talk(a->wire, &talk, text, room);
	if (error == PPTP_OK)
		*t = (struct talk){talk.source, talk.target, talk.port,
				   talk.number};
	return error;
}

static enum pptp_error refuse(const struct pptp_packet *p,
			      enum pptp_error error, char *text, size_t room)
{
	char address[PPTP_ADDRESS_TEXT];
	int saved = errno;

	if (error != PPTP_ERROR_SYSTEM || text[0] != '\0')
		return error;
	pptp_address_format(&p->ip.destination, address);
	if (saved == EPERM)
		snprintf(text, room,
			 "pptp-wire refuses this packet to %s: of a script it "
			 "sends a SYN from port %u or above, an echo request, "
			 "or a GRE acknowledgment (%d)",
			 address, PPTP_SYN_PORT, saved);
	else
		snprintf(text, room,
			 "pptp-wire does not send this packet to %s: %s (%d)",
			 address, strerror(saved), saved);
	errno = saved;
	return error;
}

/* What the helper's end was is the cause. */
static enum pptp_error blame(const struct pptp_apart *a, enum pptp_error error,
			     char *text, size_t room)
{
	const char *why = pptp_wire_error(a->wire);

	if (error == PPTP_OK || errno != EPIPE || why == NULL)
		return error;
	snprintf(text, room, "%s", why);
	return PPTP_ERROR_MALFORMED;
}

enum pptp_error pptp_apart_send(struct pptp_apart *a, const void *packet,
				size_t length, char *text, size_t room)
{
	struct pptp_route route = {.index = 0};
	struct pptp_wire_out *out;
	struct pptp_packet p;
	enum pptp_error error;

	text[0] = '\0';
	if (!pptp_packet_decode(&p, packet, length))
		return PPTP_ERROR_ARGUMENT;
	route.source = p.ip.source;
	error = pptp_wire_out(a->wire, &route, &out, text, room);
	if (error == PPTP_ERROR_SYSTEM)
		text[0] = '\0'; /* it has no number */
	if (error == PPTP_OK)
		error = begin_talk(a, &p, text, room);
	if (error == PPTP_OK)
		error = pptp_wire_send(a->wire, out, packet, length);
	return blame(a, refuse(&p, error, text, room), text, room);
}

/* ---- in ------------------------------------------------------------------ */

static void on_packet(void *context, struct pptp_wire_in *in,
		      const struct pptp_captured *captured)
{
	struct pptp_apart_capture *c = context;
	size_t size = sizeof(struct waiting) + captured->length;
	struct waiting *w;

	if (in != c->in ||
	    !pptp_packet_filter_passes(c->filter, captured->packet,
				       captured->length, captured->wire_length))
		return;
	w = c->held + size <= RING ? malloc(size) : NULL;
	if (w == NULL) {
		c->lost++;
		return;
	}
	*w = (struct waiting){NULL, captured->time_us, captured->length,
			      captured->wire_length};
	memcpy(w->bytes, captured->packet, captured->length);
	if (c->last != NULL)
		c->last->next = w;
	else
		c->first = w;
	c->last = w;
	c->held += size;
}

static void on_lost(void *context, const struct pptp_wire_in *in)
{
	(void)context;
	(void)in; /* next() sees it */
}

/* The helper knows from the packets that were sent. */
static bool add_wants(void *context, struct pptp_capture_filter *f)
{
	(void)context;
	(void)f;
	return true;
}

enum pptp_error pptp_apart_capture_open(struct pptp_apart_capture **c,
					struct pptp_apart *a,
					const char *interface,
					const char *filter, char *text,
					size_t room)
{
	struct pptp_apart_capture *new = calloc(1, sizeof(*new));
	enum pptp_error error = PPTP_ERROR_SYSTEM;

	*c = NULL;
	text[0] = '\0';
	if (new == NULL)
		return error;
	new->apart = a;
	new->consumer = (struct pptp_wire_consumer){
	    .context = new,
	    .packet = on_packet,
	    .lost = on_lost,
	    .wants = add_wants,
	};
	pptp_wire_listen(a->wire, &new->consumer);
	error = pptp_packet_filter_open(&new->filter, filter, text, room);
	if (error == PPTP_OK)
		error = blame(
		    a, pptp_wire_in(a->wire, interface, &new->in, text, room),
		    text, room);
	if (error == PPTP_OK)
		*c = new;
	else
		pptp_apart_capture_close(new);
	return error;
}

static void drop_given(struct pptp_apart_capture *c)
{
	free(c->given);
	c->given = NULL;
}

static bool take(struct pptp_apart_capture *c)
{
	drop_given(c);
	c->given = c->first;
	if (c->given == NULL)
		return false;
	c->first = c->given->next;
	if (c->first == NULL)
		c->last = NULL;
	c->held -= sizeof(*c->given) + c->given->length;
	return true;
}

void pptp_apart_capture_close(struct pptp_apart_capture *c)
{
	if (c == NULL)
		return;
	pptp_wire_leave(c->apart->wire, &c->consumer);
	while (take(c))
		continue;
	pptp_packet_filter_close(c->filter);
	free(c);
}

/* Until a packet waits: 0, or errno. */
static int wait_for_one(struct pptp_apart_capture *c, int64_t until)
{
	while (c->first == NULL && pptp_wire_hears(c->apart->wire, c->in)) {
		if (pptp_loop_turn(c->apart->loop, until) != 0)
			return errno;
		if (c->first == NULL && pptp_timers_now() >= until)
			return 0;
	}
	return 0;
}

int pptp_apart_capture_next(struct pptp_apart_capture *c, int64_t until,
			    struct pptp_captured *captured, char *text,
			    size_t room)
{
	int error = wait_for_one(c, until);
	const char *why = pptp_wire_error(c->apart->wire);

	if (take(c)) {
		*captured = (struct pptp_captured){
		    .packet = c->given->bytes,
		    .length = c->given->length,
		    .wire_length = c->given->wire_length,
		    .time_us = c->given->time_us,
		};
		return 1;
	}
	if (error != 0 && error != EINTR) {
		snprintf(text, room, "cannot wait for packets: %s",
			 strerror(error));
		return PPTP_ERROR_SYSTEM;
	}
	if (pptp_wire_hears(c->apart->wire, c->in))
		return 0;
	snprintf(text, room, "%s", why != NULL ? why : "the interface is gone");
	return PPTP_ERROR_INTERFACE;
}

unsigned pptp_apart_capture_drops(struct pptp_apart_capture *c)
{
	unsigned there = pptp_wire_drops(c->apart->wire, c->in);
	unsigned drops = c->lost + there - c->reported;

	c->lost = 0;
	c->reported = there;
	return drops;
}
