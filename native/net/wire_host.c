/* SPDX-License-Identifier: BSD-2-Clause */
/* The wire of this host: raw sockets, and libpcap by interface. */
#include "net/wire.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "net/guard.h"
#include "net/send.h"
#include "net/wire_file.h"

#define BATCH 1024 /* packets, before others get their turn */

struct pptp_wire_out {
	struct pptp_wire_out *next;
	struct pptp_address source;
	unsigned index; /* of its interface, where it is link-local */
	struct pptp_sender *sender;
};

struct pptp_wire_in {
	struct pptp_wire_in *next;
	struct host *host;
	struct pptp_watch watch;
	char interface[PPTP_INTERFACE_NAME];
	struct pptp_capture *capture; /* NULL: the interface went away */
	uint32_t drops;               /* so far */
};

struct host {
	struct pptp_wire wire; /* first: a wire of ours is its host */
	struct pptp_loop *loop;
	char interface[PPTP_INTERFACE_NAME]; /* "": as routed */
	size_t ring;
	struct pptp_wire_file file;
	struct pptp_wire_out *outs;
	struct pptp_wire_in *ins;
	uint16_t ports[PPTP_CAPTURE_PORTS + 1]; /* that the filter lets pass */
	size_t port_count;
	bool stream; /* it lets segments between SYN and FIN through */
	bool narrow; /* the filter holds targets and Call-IDs */
	int guard;   /* -1: not opened yet */
	char error[256];
};

static struct host *host_of(struct pptp_wire *w)
{
	return (struct host *)w;
}

static void fail(struct host *h, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void fail(struct host *h, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(h->error, sizeof(h->error), format, arguments);
	va_end(arguments);
}

/* ---- the filter of all captures ------------------------------------------ */

/* Whether all that is wanted can be named. */
static bool name_wants(struct host *h, struct pptp_capture_filter *f)
{
	struct pptp_wire_consumer *c;

	pptp_capture_filter_narrow(f);
	for (c = h->wire.consumers; c != NULL; c = c->next)
		if (!c->wants(c->context, f))
			return false;
	return h->wire.consumers != NULL;
}

static enum pptp_error build(struct host *h, struct pptp_capture_filter *f)
{
	pptp_capture_filter_begin(f, h->ports, h->port_count, h->stream);
	if (h->narrow)
		h->narrow = name_wants(h, f);
	if (!h->narrow)
		pptp_capture_filter_begin(f, h->ports, h->port_count,
					  h->stream);
	return pptp_capture_filter_end(f, h->narrow);
}

static enum pptp_error set_filters(struct host *h, char *text, size_t room)
{
	struct pptp_capture_filter f;
	struct pptp_wire_in *in;
	enum pptp_error error = build(h, &f);

	for (in = h->ins; in != NULL && error == PPTP_OK; in = in->next)
		if (in->capture != NULL)
			error = pptp_capture_filter(in->capture, f.text, text,
						    room);
	return error;
}

static bool has_port(const struct host *h, uint16_t port)
{
	size_t i;

	for (i = 0; i < h->port_count; i++)
		if (h->ports[i] == port)
			return true;
	return false;
}

static enum pptp_error add_port(struct pptp_wire *w, uint16_t port, char *text,
				size_t room)
{
	struct host *h = host_of(w);
	enum pptp_error error;

	/* Past so many every port passes, and none more need be kept. */
	if (has_port(h, port) || h->port_count > PPTP_CAPTURE_PORTS)
		return PPTP_OK;
	h->ports[h->port_count++] = port;
	error = set_filters(h, text, room);
	if (error != PPTP_OK)
		h->port_count--;
	return error;
}

static enum pptp_error narrow(struct pptp_wire *w, char *text, size_t room)
{
	struct host *h = host_of(w);
	struct pptp_capture_filter f;
	bool before = h->narrow;

	pptp_capture_filter_begin(&f, NULL, 0, false);
	h->narrow = name_wants(h, &f);
	return h->narrow || before ? set_filters(h, text, room) : PPTP_OK;
}

/* ---- in ------------------------------------------------------------------ */

static void on_packets(void *context, uint32_t events)
{
	struct pptp_wire_in *in = context;

	(void)events;
	(void)pptp_wire_drain(&in->host->wire, in);
}

static enum pptp_error watch(struct pptp_wire_in *in, char *text, size_t room)
{
	int error = pptp_loop_add(in->host->loop, pptp_capture_fd(in->capture),
				  EPOLLIN, &in->watch);

	if (error == 0)
		return PPTP_OK;
	snprintf(text, room, "cannot wait for packets on interface '%s': %s",
		 in->interface, strerror(error));
	errno = error;
	return PPTP_ERROR_SYSTEM;
}

static enum pptp_error open_capture(struct pptp_wire_in *in, char *text,
				    size_t room)
{
	struct host *h = in->host;
	struct pptp_capture_filter f;
	enum pptp_error error = pptp_capture_open(
	    &in->capture, in->interface, PPTP_CAPTURE_ALL, h->ring, text, room);

	if (error != PPTP_OK)
		return error;
	error = build(h, &f);
	if (error == PPTP_OK)
		error = pptp_capture_filter(in->capture, f.text, text, room);
	if (error == PPTP_OK)
		error = watch(in, text, room);
	if (error == PPTP_OK)
		return PPTP_OK;
	pptp_capture_close(in->capture);
	in->capture = NULL;
	return error;
}

static struct pptp_wire_in *new_in(struct host *h, const char *interface)
{
	struct pptp_wire_in *in = calloc(1, sizeof(*in));

	if (in == NULL)
		return NULL;
	in->host = h;
	in->watch = (struct pptp_watch){
	    .ready = on_packets, .context = in, .early = true};
	snprintf(in->interface, sizeof(in->interface), "%s", interface);
	in->next = h->ins;
	h->ins = in;
	return in;
}

static enum pptp_error get_in(struct pptp_wire *w, const char *interface,
			      struct pptp_wire_in **in, char *text, size_t room)
{
	struct host *h = host_of(w);
	struct pptp_wire_in *it = h->ins;

	while (it != NULL && strcmp(it->interface, interface) != 0)
		it = it->next;
	if (it == NULL)
		it = new_in(h, interface);
	*in = it;
	if (it == NULL) {
		snprintf(text, room, "out of memory for a capture");
		return PPTP_ERROR_SYSTEM;
	}
	return it->capture != NULL ? PPTP_OK : open_capture(it, text, room);
}

static uint32_t drops(struct pptp_wire *w, struct pptp_wire_in *in)
{
	(void)w;
	if (in->capture != NULL)
		in->drops += pptp_capture_drops(in->capture);
	return in->drops;
}

static bool hears(const struct pptp_wire_in *in)
{
	return in->capture != NULL;
}

/* The interface went away: its consumers go on without what they would have
 * heard there. */
static void lose(struct host *h, struct pptp_wire_in *in)
{
	struct pptp_wire_consumer *c;

	pptp_loop_remove(h->loop, pptp_capture_fd(in->capture), &in->watch);
	pptp_capture_close(in->capture);
	in->capture = NULL;
	fail(h,
	     "the capture on interface '%s' ended: it is gone, or down; bring "
	     "it up and run again",
	     in->interface);
	for (c = h->wire.consumers; c != NULL; c = c->next)
		c->lost(c->context, in);
}

static bool drain_one(struct host *h, struct pptp_wire_in *in)
{
	struct pptp_captured captured;
	int status = 1, n;

	if (in->capture == NULL)
		return false;
	for (n = 0; n < BATCH && status == 1; n++) {
		status = pptp_capture_next(in->capture, &captured);
		if (status == 1)
			pptp_wire_deliver(&h->wire, in, &captured);
	}
	if (status < 0)
		lose(h, in);
	return status == 0;
}

static bool drain(struct pptp_wire *w, struct pptp_wire_in *in)
{
	struct host *h = host_of(w);
	bool emptied = true;

	if (in != NULL)
		return drain_one(h, in);
	for (in = h->ins; in != NULL; in = in->next)
		emptied = drain_one(h, in) && emptied;
	return emptied;
}

/* ---- out ----------------------------------------------------------------- */

/* Two interfaces may have one link-local address. */
static bool leads(const struct pptp_wire_out *out,
		  const struct pptp_route *route)
{
	const struct pptp_address *source = &route->source;

	return pptp_address_equal(&out->source, source) &&
	       (source->family == 4 || source->bytes[0] != 0xfe ||
		out->index == route->index);
}

static enum pptp_error open_out(struct host *h, const struct pptp_route *route,
				struct pptp_wire_out **out, char *text,
				size_t room)
{
	char address[PPTP_ADDRESS_TEXT];
	struct pptp_wire_out *it = calloc(1, sizeof(*it));

	if (it != NULL &&
	    pptp_sender_open(&it->sender,
			     h->interface[0] != '\0' ? h->interface : NULL,
			     &route->source, route->index) == PPTP_OK) {
		it->source = route->source;
		it->index = route->index;
		it->next = h->outs;
		h->outs = *out = it;
		return PPTP_OK;
	}
	pptp_address_format(&route->source, address);
	snprintf(text, room, "cannot send raw packets from %s: %s", address,
		 it != NULL ? strerror(errno) : "out of memory");
	free(it);
	return PPTP_ERROR_SYSTEM;
}

static enum pptp_error get_out(struct pptp_wire *w,
			       const struct pptp_route *route,
			       struct pptp_wire_out **out, char *text,
			       size_t room)
{
	struct host *h = host_of(w);
	struct pptp_wire_out *it = h->outs;

	while (it != NULL && !leads(it, route))
		it = it->next;
	*out = it;
	return it != NULL ? PPTP_OK : open_out(h, route, out, text, room);
}

static enum pptp_error send_packet(struct pptp_wire *w,
				   struct pptp_wire_out *out,
				   const void *packet, size_t length)
{
	(void)w;
	return pptp_sender_send(out->sender, packet, length);
}

static int hold_guard(struct pptp_wire *w)
{
	struct host *h = host_of(w);

	if (h->guard < 0)
		h->guard = pptp_guard_open();
	return h->guard < 0 ? errno : 0;
}

/* ---- the capture file ---------------------------------------------------- */

static void keep(struct pptp_wire *w, const struct pptp_captured *c)
{
	struct host *h = host_of(w);

	(void)pptp_wire_file_keep(&h->file, w, c, h->error, sizeof(h->error));
}

static void flush(struct pptp_wire *w)
{
	struct host *h = host_of(w);

	(void)pptp_wire_file_flush(&h->file, w, h->error, sizeof(h->error));
}

/* ---- beginning and end --------------------------------------------------- */

static const char *error_of(const struct pptp_wire *w)
{
	const struct host *h = (const struct host *)w;

	return h->error[0] != '\0' ? h->error : NULL;
}

static void close_ins(struct host *h)
{
	struct pptp_wire_in *in;

	while ((in = h->ins) != NULL) {
		h->ins = in->next;
		if (in->capture != NULL)
			pptp_loop_remove(h->loop, pptp_capture_fd(in->capture),
					 &in->watch);
		pptp_capture_close(in->capture);
		free(in);
	}
}

static void close_host(struct pptp_wire *w)
{
	struct host *h = host_of(w);
	struct pptp_wire_out *out;
	int error = errno;

	close_ins(h);
	while ((out = h->outs) != NULL) {
		h->outs = out->next;
		pptp_sender_close(out->sender);
		free(out);
	}
	pptp_wire_file_close(&h->file);
	pptp_guard_close(h->guard);
	free(h);
	errno = error;
}

static const struct pptp_wire_calls calls = {
    .out = get_out,
    .in = get_in,
    .port = add_port,
    .narrow = narrow,
    .send = send_packet,
    .drain = drain,
    .drops = drops,
    .hears = hears,
    .guard = hold_guard,
    .keep = keep,
    .flush = flush,
    .error = error_of,
    .close = close_host,
};

/* Whether raw packets can be sent at all; each source has a way out of its own
 * once it is needed. */
static enum pptp_error try_sender(const char *interface)
{
	struct pptp_sender *sender = NULL;
	enum pptp_error error = pptp_sender_open(&sender, interface, NULL, 0);

	pptp_sender_close(sender);
	return error;
}

enum pptp_error pptp_wire_open(struct pptp_wire **w,
			       const struct pptp_wire_config *config,
			       char *text, size_t room)
{
	enum pptp_error error = try_sender(config->interface);
	struct host *h;

	*w = NULL;
	text[0] = '\0';
	if (error != PPTP_OK)
		return error;
	h = calloc(1, sizeof(*h));
	if (h == NULL)
		return PPTP_ERROR_SYSTEM;
	h->wire.calls = &calls;
	h->loop = config->loop;
	h->ring = config->ring;
	h->stream = config->stream || config->write != NULL;
	h->guard = -1;
	if (config->interface != NULL)
		snprintf(h->interface, sizeof(h->interface), "%s",
			 config->interface);
	error =
	    pptp_wire_file_open(&h->file, &h->wire, config->write, text, room);
	if (error != PPTP_OK) {
		close_host(&h->wire);
		return error;
	}
	*w = &h->wire;
	return PPTP_OK;
}
