/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire_remote.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "net/wire_file.h"
#include "net/wire_refusal.h"
#include "net/wire_settings.h"
#include "net/wire_socket.h"

#define BATCH 1024 /* packets, before others get their turn */

struct pptp_wire_out {
	struct pptp_wire_out *next;
	uint32_t number; /* the helper's */
	struct pptp_address source;
	unsigned index;
};

struct pptp_wire_in {
	struct pptp_wire_in *next;
	uint32_t number; /* the helper's */
	char interface[PPTP_INTERFACE_NAME];
	bool lost;
	bool emptied;
	uint64_t turn; /* of the loop, in which it was caught up with last */
	uint32_t drops;
};

struct remote {
	struct pptp_wire wire; /* first */
	struct pptp_wire_socket socket;
	struct pptp_loop *loop;
	struct pptp_watch watch;
	struct pptp_timer timer; /* for what waits, though no socket is ready */
	bool watching, timing;
	struct pptp_wire_out *outs;
	struct pptp_wire_in *ins;
	struct pptp_wire_file file;
	char error[PPTP_WIRE_TEXT], refusal[PPTP_WIRE_TEXT];
};

static struct remote *remote_of(struct pptp_wire *w)
{
	return (struct remote *)w;
}

static enum pptp_error ask(struct pptp_wire *w, struct pptp_wire_message *m,
			   struct pptp_wire_message *answer)
{
	return pptp_wire_socket_ask(&remote_of(w)->socket, m, answer);
}

/* ---- what the helper says by itself -------------------------------------- */

static void lose(struct remote *r, struct pptp_wire_in *in)
{
	struct pptp_wire_consumer *c;

	if (in->lost)
		return;
	in->lost = true;
	for (c = r->wire.consumers; c != NULL; c = c->next)
		c->lost(c->context, in);
}

static void on_gone(void *context)
{
	struct remote *r = context;
	struct pptp_wire_in *in;

	if (r->watching)
		pptp_loop_remove(r->loop, r->socket.fd, &r->watch);
	r->watching = false;
	for (in = r->ins; in != NULL; in = in->next)
		lose(r, in);
}

static void on_waits(void *context)
{
	struct remote *r = context;

	pptp_loop_set_timer(r->loop, &r->timer, pptp_timers_now());
}

/* At the end of this turn of the loop what was posted leaves: its timers come
 * last. */
static enum pptp_error post(struct pptp_wire *w, struct pptp_wire_message *m)
{
	struct remote *r = remote_of(w);
	enum pptp_error error = pptp_wire_socket_post(&r->socket, m);

	if (error == PPTP_OK)
		pptp_loop_set_timer(r->loop, &r->timer, 0);
	return error;
}

static struct pptp_wire_in *in_of(const struct remote *r, uint32_t number)
{
	struct pptp_wire_in *in = r->ins;

	while (in != NULL && in->number != number)
		in = in->next;
	return in;
}

static void deliver(struct remote *r, const struct pptp_wire_message *m)
{
	struct pptp_wire_in *in = in_of(r, m->number);
	struct pptp_captured c = {
	    .packet = m->bytes,
	    .length = m->length,
	    .wire_length = m->wire_length,
	    .time_us = m->time_us,
	};

	if (in == NULL)
		return;
	if (m->kind == PPTP_WIRE_LOST) {
		snprintf(r->error, sizeof(r->error), "%s", m->text);
		lose(r, in);
		return;
	}
	c.decoded = pptp_packet_decode(&c.parts, c.packet, c.length);
	pptp_wire_deliver(&r->wire, in, &c);
}

/* What waits goes to the consumers, who may make more wait. */
static bool deliver_waiting(struct remote *r, unsigned most)
{
	uint8_t bytes[PPTP_WIRE_ROOM];
	struct pptp_wire_message m;

	while (r->socket.waiting.first != NULL && most-- > 0)
		if (pptp_wire_socket_next(&r->socket, &m, bytes))
			deliver(r, &m);
	if (r->socket.waiting.first != NULL)
		on_waits(r);
	return r->socket.waiting.first == NULL;
}

/* ---- what was posted ------------------------------------------------------ */

static void unsent(struct remote *r, const struct pptp_wire_message *posted,
		   int error)
{
	struct pptp_wire_consumer *c;

	for (c = r->wire.consumers; c != NULL; c = c->next)
		if (c->unsent != NULL)
			c->unsent(c->context, posted->bytes, posted->length,
				  error);
}

/* Packets are the consumers' to hear of; of conversations the first refusal is
 * kept; no hush is refused whose talk was not. */
static void on_answered(void *context, const struct pptp_wire_message *posted,
			const struct pptp_wire_message *answer)
{
	struct remote *r = context;
	struct pptp_wire_in *in;

	if (answer->status == PPTP_OK) {
		in = in_of(r, posted->number);
		if (posted->kind == PPTP_WIRE_DROPS && in != NULL)
			in->drops = answer->value;
		return;
	}
	if (posted->kind == PPTP_WIRE_SEND)
		unsent(r, posted,
		       answer->error != 0 ? (int)answer->error : EPROTO);
	if (posted->kind == PPTP_WIRE_TALK && r->refusal[0] == '\0')
		pptp_wire_tell_refusal(&posted->target, posted->port,
				       (int)answer->error, r->refusal,
				       sizeof(r->refusal));
}

/* ---- the wire's calls ---------------------------------------------------- */

static enum pptp_error get_out(struct pptp_wire *w,
			       const struct pptp_route *route,
			       struct pptp_wire_out **out, char *text,
			       size_t room)
{
	struct remote *r = remote_of(w);
	struct pptp_wire_message answer,
	    m = {.kind = PPTP_WIRE_OUT, .source = route->source};
	struct pptp_wire_out *it = r->outs;
	enum pptp_error error;

	/* Only of link-local addresses there are several. */
	if (route->source.family == 6 && route->source.bytes[0] == 0xfe)
		m.value = route->index;
	while (it != NULL && !(pptp_address_equal(&it->source, &m.source) &&
			       it->index == m.value))
		it = it->next;
	*out = it;
	if (it != NULL)
		return PPTP_OK;
	it = calloc(1, sizeof(*it));
	if (it == NULL)
		return PPTP_ERROR_SYSTEM;
	error = ask(w, &m, &answer);
	if (error != PPTP_OK) {
		free(it);
		return pptp_wire_tell_failure(&answer, error,
					      "send raw packets", text, room);
	}
	*it = (struct pptp_wire_out){r->outs, answer.value, m.source, m.value};
	r->outs = *out = it;
	return PPTP_OK;
}

static struct pptp_wire_in *find_in(struct remote *r, const char *interface)
{
	struct pptp_wire_in *in = r->ins;

	while (in != NULL && strcmp(in->interface, interface) != 0)
		in = in->next;
	if (in != NULL)
		return in;
	in = calloc(1, sizeof(*in));
	if (in == NULL)
		return NULL;
	snprintf(in->interface, sizeof(in->interface), "%s", interface);
	in->lost = true;
	in->next = r->ins;
	r->ins = in;
	return in;
}

static enum pptp_error get_in(struct pptp_wire *w, const char *interface,
			      struct pptp_wire_in **in, char *text, size_t room)
{
	struct remote *r = remote_of(w);
	struct pptp_wire_message answer, m = {.kind = PPTP_WIRE_IN};
	struct pptp_wire_in *it = find_in(r, interface);
	enum pptp_error error;

	*in = it;
	if (it == NULL)
		return PPTP_ERROR_SYSTEM;
	if (!it->lost)
		return PPTP_OK;
	snprintf(m.text, sizeof(m.text), "%s", interface);
	error = ask(w, &m, &answer);
	if (error == PPTP_OK) {
		it->number = answer.value;
		it->lost = false;
	}
	return pptp_wire_tell_failure(&answer, error, "capture", text, room);
}

/* The helper knows both from the conversations that it is told of. */
static enum pptp_error add_port(struct pptp_wire *w, uint16_t port, char *text,
				size_t room)
{
	(void)w;
	(void)port;
	(void)text;
	(void)room;
	return PPTP_OK;
}

static enum pptp_error narrow(struct pptp_wire *w, char *text, size_t room)
{
	return add_port(w, 0, text, room);
}

static enum pptp_error talk(struct pptp_wire *w, struct pptp_wire_talk *t,
			    char *text, size_t room)
{
	enum pptp_error error;
	struct pptp_wire_message answer, m = {
					     .kind = PPTP_WIRE_TALK,
					     .number = t->number,
					     .source = t->source,
					     .target = t->target,
					     .port = t->port,
					     .flag = t->contact,
					     .call = t->call,
					 };

	error = t->later ? post(w, &m) : ask(w, &m, &answer);
	if (error != PPTP_OK)
		pptp_wire_tell_refusal(&t->target, t->port, errno, text, room);
	else if (!t->later)
		t->call_id = (uint16_t)answer.value;
	return error;
}

static void hush(struct pptp_wire *w, uint32_t number)
{
	struct pptp_wire_message m = {.kind = PPTP_WIRE_HUSH, .number = number};

	(void)post(w, &m);
}

/* What was posted is answered first. */
static const char *refusal(struct pptp_wire *w)
{
	struct remote *r = remote_of(w);
	struct pptp_wire_message m = {.kind = PPTP_WIRE_DRAIN};

	if (r->socket.posted.first != NULL)
		(void)ask(w, &m, NULL);
	return r->refusal[0] != '\0' ? r->refusal : NULL;
}

static struct pptp_wire_message packet_of(const struct pptp_wire_out *out,
					  const void *packet, size_t length)
{
	return (struct pptp_wire_message){
	    .kind = PPTP_WIRE_SEND,
	    .number = out->number,
	    .bytes = packet,
	    .length = length,
	};
}

static enum pptp_error send_packet(struct pptp_wire *w,
				   struct pptp_wire_out *out,
				   const void *packet, size_t length)
{
	struct pptp_wire_message m = packet_of(out, packet, length);

	return ask(w, &m, NULL);
}

/* What TCP says next must not overtake a call's packet: the server would have
 * ended the call by then. */
static enum pptp_error post_packet(struct pptp_wire *w,
				   struct pptp_wire_out *out,
				   const void *packet, size_t length)
{
	struct pptp_wire_message m = packet_of(out, packet, length);
	struct pptp_packet parts;

	return pptp_packet_decode(&parts, packet, length) &&
		       parts.ip.protocol == PPTP_IP_GRE
		   ? ask(w, &m, NULL)
		   : post(w, &m);
}

/* What was captured before is here before the answer is. */
static bool drain(struct pptp_wire *w, struct pptp_wire_in *in)
{
	struct remote *r = remote_of(w);
	struct pptp_wire_message answer, m = {.kind = PPTP_WIRE_DROPS};
	bool emptied;

	if (in != NULL && in->lost)
		return false;
	if (in != NULL) {
		m.number = in->number;
		(void)post(w, &m);
	}
	m.kind = PPTP_WIRE_DRAIN;
	emptied = ask(w, &m, &answer) == PPTP_OK && answer.value != 0;
	if (in != NULL) {
		in->turn = pptp_loop_turns(r->loop);
		in->emptied = emptied;
	}
	return deliver_waiting(r, UINT32_MAX) && emptied;
}

static bool catch_up(struct pptp_wire *w, struct pptp_wire_in *in)
{
	const struct remote *r = remote_of(w);

	if (in == NULL || in->lost || in->turn != pptp_loop_turns(r->loop))
		return drain(w, in);
	return in->emptied;
}

static uint32_t drops(struct pptp_wire *w, struct pptp_wire_in *in)
{
	struct pptp_wire_message answer,
	    m = {.kind = PPTP_WIRE_DROPS, .number = in->number};

	if (!in->lost && ask(w, &m, &answer) == PPTP_OK)
		in->drops = answer.value;
	return in->drops;
}

static uint32_t known_drops(struct pptp_wire *w, struct pptp_wire_in *in)
{
	(void)w;
	return in->drops;
}

static bool hears(const struct pptp_wire_in *in)
{
	return !in->lost;
}

static int hold_guard(struct pptp_wire *w)
{
	struct pptp_wire_message m = {.kind = PPTP_WIRE_GUARD};

	return ask(w, &m, NULL) == PPTP_OK ? 0 : errno;
}

static void keep(struct pptp_wire *w, const struct pptp_captured *c)
{
	struct remote *r = remote_of(w);

	(void)pptp_wire_file_keep(&r->file, w, c, r->error, sizeof(r->error));
}

static void flush(struct pptp_wire *w)
{
	struct remote *r = remote_of(w);

	(void)pptp_wire_file_flush(&r->file, w, r->error, sizeof(r->error));
}

static const char *error_of(const struct pptp_wire *w)
{
	const struct remote *r = (const struct remote *)w;

	if (r->socket.error[0] != '\0')
		return r->socket.error;
	return r->error[0] != '\0' ? r->error : NULL;
}

/* ---- beginning and end --------------------------------------------------- */

static void free_lists(struct remote *r)
{
	struct pptp_wire_out *out;
	struct pptp_wire_in *in;

	while ((out = r->outs) != NULL) {
		r->outs = out->next;
		free(out);
	}
	while ((in = r->ins) != NULL) {
		r->ins = in->next;
		free(in);
	}
}

static void close_remote(struct pptp_wire *w)
{
	struct remote *r = remote_of(w);
	int error = errno;

	if (r->watching)
		pptp_loop_remove(r->loop, r->socket.fd, &r->watch);
	if (r->timing)
		pptp_loop_remove_timer(r->loop, &r->timer);
	pptp_wire_socket_close(&r->socket);
	free_lists(r);
	pptp_wire_file_close(&r->file);
	free(r);
	errno = error;
}

/* Not while a consumer has a packet in hand: the timer comes again. */
static void give(struct remote *r)
{
	if (r->wire.draining)
		return;
	r->wire.draining = true;
	(void)deliver_waiting(r, BATCH);
	r->wire.draining = false;
}

static void on_socket(void *context, uint32_t events)
{
	struct remote *r = context;

	(void)events;
	pptp_wire_socket_read(&r->socket, BATCH);
	give(r);
}

static void on_timer(void *context, int64_t now)
{
	struct remote *r = context;

	(void)now;
	pptp_wire_socket_flush(&r->socket);
	give(r);
}

static const struct pptp_wire_calls calls = {
    .out = get_out,
    .in = get_in,
    .port = add_port,
    .narrow = narrow,
    .send = send_packet,
    .post = post_packet,
    .drain = drain,
    .catch_up = catch_up,
    .drops = drops,
    .known_drops = known_drops,
    .hears = hears,
    .guard = hold_guard,
    .talk = talk,
    .hush = hush,
    .refusal = refusal,
    .keep = keep,
    .flush = flush,
    .error = error_of,
    .close = close_remote,
};

static enum pptp_error begin(struct remote *r,
			     const struct pptp_wire_config *config, char *text,
			     size_t room)
{
	enum pptp_error error;

	r->timing = pptp_loop_add_timer(r->loop, &r->timer);
	if (!r->timing)
		return PPTP_ERROR_SYSTEM;
	error = pptp_wire_tell_settings(&r->socket, config, text, room);
	if (error != PPTP_OK)
		return error;
	errno = pptp_loop_add(r->loop, r->socket.fd, EPOLLIN, &r->watch);
	r->watching = errno == 0;
	if (!r->watching)
		return PPTP_ERROR_SYSTEM;
	return pptp_wire_file_open(&r->file, &r->wire, config->write, text,
				   room);
}

enum pptp_error pptp_wire_remote_open(struct pptp_wire **w, int fd, pid_t child,
				      const struct pptp_wire_config *config,
				      char *text, size_t room)
{
	struct pptp_wire_socket none = {.fd = fd, .child = child};
	struct remote *r = calloc(1, sizeof(*r));
	enum pptp_error error;

	*w = NULL;
	text[0] = '\0';
	if (r == NULL) {
		pptp_wire_socket_close(&none);
		return PPTP_ERROR_SYSTEM;
	}
	r->wire.calls = &calls;
	r->loop = config->loop;
	r->socket = (struct pptp_wire_socket){
	    .fd = fd,
	    .child = child,
	    .waits = on_waits,
	    .gone = on_gone,
	    .answered = on_answered,
	    .context = r,
	};
	r->watch = (struct pptp_watch){
	    .ready = on_socket, .context = r, .early = true};
	r->timer.due = on_timer;
	r->timer.context = r;
	error = begin(r, config, text, room);
	if (r->socket.error[0] != '\0') {
		snprintf(text, room, "%s", r->socket.error);
		error = PPTP_ERROR_MALFORMED;
	}
	if (error != PPTP_OK) {
		close_remote(&r->wire);
		return error;
	}
	*w = &r->wire;
	return PPTP_OK;
}
