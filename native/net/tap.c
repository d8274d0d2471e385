/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/probe.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define RING_EACH  16384 /* a conversation's burst, in frames of 2 KiB */
#define RING_LEAST (2 << 20)
#define RING_MOST  (64 << 20)
#define PORTS_MOST 16   /* in one filter */
#define BATCH      1024 /* packets, before others get their turn */
#define EVERYTHING "icmp or icmp6 or ip proto 47 or tcp"

#define PROBE_OF(e)                                                            \
	((struct pptp_probe *)((char *)(e)-offsetof(struct pptp_probe, entry)))

static size_t ring(const struct pptp_prober *p)
{
	size_t size = (size_t)p->jobs * RING_EACH;

	if (size < RING_LEAST)
		return RING_LEAST;
	return size < RING_MOST ? size : RING_MOST;
}

/* With room for 16 ports, and for 16 targets and their Call-IDs. */
struct filter {
	size_t length;
	bool full;
	char text[PORTS_MOST * (PPTP_FILTER_ROOM + 8) +
		  PPTP_TARGETS_FEW * (PPTP_ADDRESS_TEXT + 64) + 128];
};

static void put(struct filter *f, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put(struct filter *f, const char *format, ...)
{
	size_t room = sizeof(f->text) - f->length;
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(f->text + f->length, room, format, arguments);
	va_end(arguments);
	f->full = f->full || n < 0 || (size_t)n >= room;
	if (!f->full)
		f->length += (size_t)n;
}

/* "(…) or (…)", one part a port. */
static void put_ports(struct filter *f, const struct pptp_prober *p)
{
	char part[PPTP_FILTER_ROOM];
	size_t i;

	if (p->port_count > PORTS_MOST) {
		put(f, EVERYTHING);
		return;
	}
	for (i = 0; i < p->port_count; i++) {
		f->full = f->full || pptp_conversation_filter(
					 NULL, p->ports[i], p->dump != NULL,
					 part, sizeof(part)) < 0;
		put(f, "%s(%s)", i > 0 ? " or " : "", part);
	}
}

/* What is a target's or about one; and GRE with a Call-ID of ours, whoever
 * sent it. ICMP comes from anywhere. */
static void put_targets(struct filter *f, const struct pptp_prober *p)
{
	char address[PPTP_ADDRESS_TEXT];
	const struct pptp_probe *e;

	put(f, " and (icmp or icmp6");
	for (e = p->all; e != NULL; e = e->after) {
		pptp_address_format(&e->entry.address, address);
		put(f, " or host %s", address);
		if (e->entry.call_id != 0)
			put(f,
			    " or (ip proto 47 and "
			    "ip[((ip[0] & 15) << 2) + 6 : 2] = %u)",
			    e->entry.call_id);
	}
	put(f, ")");
}

static enum pptp_error build(struct filter *f, const struct pptp_prober *p)
{
	f->length = 0;
	f->full = false;
	put(f, "(");
	put_ports(f, p);
	put(f, ")");
	if (p->narrow)
		put_targets(f, p);
	return f->full ? PPTP_ERROR_SPACE : PPTP_OK;
}

static bool has_port(const struct pptp_prober *p, uint16_t port)
{
	size_t i;

	for (i = 0; i < p->port_count; i++)
		if (p->ports[i] == port)
			return true;
	return false;
}

static enum pptp_error set_filters(struct pptp_prober *p, char *text,
				   size_t room)
{
	struct filter f;
	struct pptp_tap *tap;
	enum pptp_error error = build(&f, p);

	for (tap = p->taps; tap != NULL && error == PPTP_OK; tap = tap->next)
		if (tap->capture != NULL)
			error = pptp_capture_filter(tap->capture, f.text, text,
						    room);
	return error;
}

enum pptp_error pptp_taps_port(struct pptp_prober *p, uint16_t port, char *text,
			       size_t room)
{
	enum pptp_error error;
	uint16_t *ports;

	/* Past so many every port passes, and none more need be kept. */
	if (has_port(p, port) || p->port_count > PORTS_MOST)
		return PPTP_OK;
	ports = realloc(p->ports, (p->port_count + 1) * sizeof(*ports));
	if (ports == NULL) {
		snprintf(text, room, "out of memory for the capture filter");
		return PPTP_ERROR_SYSTEM;
	}
	p->ports = ports;
	p->ports[p->port_count++] = port;
	error = set_filters(p, text, room);
	if (error != PPTP_OK)
		p->port_count--;
	return error;
}

enum pptp_error pptp_taps_narrow(struct pptp_prober *p, char *text, size_t room)
{
	bool before = p->narrow;

	p->narrow = p->raw && p->count <= PPTP_TARGETS_FEW;
	return p->narrow || before ? set_filters(p, text, room) : PPTP_OK;
}

static enum pptp_error watch(struct pptp_prober *p, struct pptp_tap *tap,
			     char *text, size_t room)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = tap};

	if (epoll_ctl(p->epoll, EPOLL_CTL_ADD, pptp_capture_fd(tap->capture),
		      &event) == 0)
		return PPTP_OK;
	snprintf(text, room, "cannot wait for packets on interface '%s': %s",
		 tap->interface, strerror(errno));
	pptp_capture_close(tap->capture);
	tap->capture = NULL;
	return PPTP_ERROR_SYSTEM;
}

static enum pptp_error open_tap(struct pptp_prober *p, struct pptp_tap *tap,
				char *text, size_t room)
{
	struct filter f;
	enum pptp_error error = pptp_capture_open(
	    &tap->capture, tap->interface, EVERYTHING, ring(p), text, room);

	if (error != PPTP_OK)
		return error;
	error = build(&f, p);
	if (error == PPTP_OK)
		error = pptp_capture_filter(tap->capture, f.text, text, room);
	if (error == PPTP_OK)
		return watch(p, tap, text, room);
	pptp_capture_close(tap->capture);
	tap->capture = NULL;
	return error;
}

static struct pptp_tap *new_tap(struct pptp_prober *p, const char *interface)
{
	struct pptp_tap *tap = calloc(1, sizeof(*tap));

	if (tap == NULL)
		return NULL;
	tap->source = PPTP_SOURCE_TAP;
	snprintf(tap->interface, sizeof(tap->interface), "%s", interface);
	tap->next = p->taps;
	p->taps = tap;
	return tap;
}

enum pptp_error pptp_tap_get(struct pptp_prober *p, const char *interface,
			     struct pptp_tap **tap, char *text, size_t room)
{
	struct pptp_tap *t = p->taps;

	while (t != NULL && strcmp(t->interface, interface) != 0)
		t = t->next;
	if (t == NULL)
		t = new_tap(p, interface);
	*tap = t;
	if (t == NULL) {
		snprintf(text, room, "out of memory for a capture");
		return PPTP_ERROR_SYSTEM;
	}
	return t->capture != NULL ? PPTP_OK : open_tap(p, t, text, room);
}

uint32_t pptp_tap_drops(struct pptp_tap *tap)
{
	if (tap->capture != NULL)
		tap->drops += pptp_capture_drops(tap->capture);
	return tap->drops;
}

/* The interface went away: conversations go on without what they would have
 * seen there, and say so. */
static void lose(struct pptp_prober *p, struct pptp_tap *tap)
{
	struct pptp_probe *e;

	/* A forked child may have it open still. */
	(void)epoll_ctl(p->epoll, EPOLL_CTL_DEL, pptp_capture_fd(tap->capture),
			NULL);
	pptp_capture_close(tap->capture);
	tap->capture = NULL;
	pptp_prober_fail(p,
			 "the capture on interface '%s' ended: it is gone, "
			 "or down; bring it up and run again",
			 tap->interface);
	for (e = p->all; e != NULL; e = e->after)
		if (e->tap == tap)
			pptp_probe_note(e, PPTP_NOTE_SEND_FAILED, ENETDOWN);
}

static void save(struct pptp_prober *p, const struct pptp_captured *c)
{
	if (p->dump == NULL ||
	    pptp_dump_write(p->dump, c->packet, c->length, c->wire_length,
			    c->time_us) == PPTP_OK)
		return;
	pptp_prober_fail(p,
			 "cannot write capture file '%s': %s; the packets "
			 "since are not in it",
			 p->write, strerror(errno));
	(void)pptp_dump_close(p->dump);
	p->dump = NULL;
}

static void deliver(struct pptp_prober *p, struct pptp_tap *tap,
		    const struct pptp_captured *c)
{
	struct pptp_demux_entry *found[PPTP_DEMUX_CANDIDATES];
	size_t n =
	    pptp_demux_candidates(&p->demux, c->packet, c->length, found);
	bool related = false, taken = false;
	size_t i;

	for (i = 0; i < n; i++)
		related = related || PROBE_OF(found[i])->tap == tap;
	if (!related)
		return;
	save(p, c);
	for (i = 0; i < n && !taken; i++)
		if (PROBE_OF(found[i])->tap == tap)
			taken = pptp_probe_packet(PROBE_OF(found[i]), c->packet,
						  c->length);
}

bool pptp_tap_drain(struct pptp_prober *p, struct pptp_tap *tap)
{
	struct pptp_captured captured;
	int status = 1, n;

	/* A packet leads to a socket, and a socket here: the packet in hand is
	 * the capture's, and must not be given back under us. */
	if (tap->capture == NULL || p->draining)
		return false;
	p->draining = true;
	for (n = 0; n < BATCH && status == 1; n++) {
		status = pptp_capture_next(tap->capture, &captured);
		if (status == 1)
			deliver(p, tap, &captured);
	}
	p->draining = false;
	if (status < 0)
		lose(p, tap);
	return status == 0;
}

void pptp_taps_close(struct pptp_prober *p)
{
	struct pptp_tap *tap;

	while ((tap = p->taps) != NULL) {
		p->taps = tap->next;
		pptp_capture_close(tap->capture);
		free(tap);
	}
	free(p->ports);
	p->ports = NULL;
}
