/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire_remote.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/wire_file.h"
#include "net/wire_messages.h"

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
	uint32_t drops;
};

/* A packet that came while an answer was awaited. */
struct waiting {
	struct waiting *next;
	size_t length;
	uint8_t bytes[];
};

struct remote {
	struct pptp_wire wire; /* first */
	struct pptp_loop *loop;
	struct pptp_watch watch;
	struct pptp_timer timer; /* for what waits, though no socket is ready */
	bool watching, timing;
	int fd; /* -1: the helper is gone */
	pid_t child;
	uint32_t request; /* the last */
	struct waiting *first, *last;
	struct pptp_wire_out *outs;
	struct pptp_wire_in *ins;
	struct pptp_wire_file file;
	char error[PPTP_WIRE_TEXT];
};

static struct remote *remote_of(struct pptp_wire *w)
{
	return (struct remote *)w;
}

/* ---- the end of the helper ----------------------------------------------- */

static void fail(struct remote *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void fail(struct remote *r, const char *format, ...)
{
	va_list arguments;

	if (r->error[0] != '\0')
		return;
	va_start(arguments, format);
	vsnprintf(r->error, sizeof(r->error), format, arguments);
	va_end(arguments);
}

/* It ends when its socket is closed; a status is told once. */
static int reap(struct remote *r)
{
	int status = 0;

	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	while (r->child > 0 && waitpid(r->child, &status, 0) < 0 &&
	       errno == EINTR)
		continue;
	r->child = 0;
	return status;
}

static void lose(struct remote *r, struct pptp_wire_in *in)
{
	struct pptp_wire_consumer *c;

	if (in->lost)
		return;
	in->lost = true;
	for (c = r->wire.consumers; c != NULL; c = c->next)
		c->lost(c->context, in);
}

static void lose_all(struct remote *r)
{
	struct pptp_wire_in *in;
	int status;

	if (r->fd < 0)
		return;
	if (r->watching)
		pptp_loop_remove(r->loop, r->fd, &r->watch);
	r->watching = false;
	status = reap(r);
	if (WIFSIGNALED(status))
		fail(r,
		     "pptp-wire was ended by signal %d; what it had under way "
		     "is lost, run again",
		     WTERMSIG(status));
	else
		fail(r,
		     "pptp-wire ended with status %d; what it had under way is "
		     "lost, run again",
		     WEXITSTATUS(status));
	for (in = r->ins; in != NULL; in = in->next)
		lose(r, in);
}

/* A helper that cannot be understood is none. */
static void distrust(struct remote *r, const uint8_t *bytes, size_t length)
{
	char shown[3 * 16 + 1] = "";
	size_t i;

	for (i = 0; i < length && i < 16; i++)
		snprintf(shown + 3 * i, sizeof(shown) - 3 * i, " %02x",
			 bytes[i]);
	fail(r,
	     "pptp-wire said what cannot be understood:%s; what it had under "
	     "way is lost, install both of one release",
	     shown);
	if (r->child > 0)
		kill(r->child, SIGKILL);
	lose_all(r);
}

/* ---- what it says -------------------------------------------------------- */

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
		fail(r, "%s", m->text);
		lose(r, in);
		return;
	}
	c.decoded = pptp_packet_decode(&c.parts, c.packet, c.length);
	pptp_wire_deliver(&r->wire, in, &c);
}

static bool keep_waiting(struct remote *r, const uint8_t *bytes, size_t length)
{
	struct waiting *w = malloc(sizeof(*w) + length);

	if (w == NULL)
		return false;
	w->next = NULL;
	w->length = length;
	memcpy(w->bytes, bytes, length);
	if (r->last != NULL)
		r->last->next = w;
	else
		r->first = w;
	r->last = w;
	pptp_loop_set_timer(r->loop, &r->timer, pptp_timers_now());
	return true;
}

/* What waits goes to the consumers, who may make more wait. */
static bool deliver_waiting(struct remote *r, unsigned most)
{
	struct pptp_wire_message m;
	struct waiting *w;

	while ((w = r->first) != NULL && most-- > 0) {
		r->first = w->next;
		if (r->first == NULL)
			r->last = NULL;
		if (pptp_wire_message_decode(&m, w->bytes, w->length))
			deliver(r, &m);
		free(w);
	}
	if (r->first != NULL)
		pptp_loop_set_timer(r->loop, &r->timer, pptp_timers_now());
	return r->first == NULL;
}

/* One message into `bytes`: its length, 0 where there is none now, -1 where the
 * helper is gone. */
static ssize_t receive(struct remote *r, uint8_t *bytes, int flags)
{
	ssize_t n;

	if (r->fd < 0)
		return -1;
	do
		n = recv(r->fd, bytes, PPTP_WIRE_ROOM, flags);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return n;
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	lose_all(r);
	return -1;
}

/* All that waits in the socket is kept to be delivered. */
static void take_in(struct remote *r)
{
	uint8_t bytes[PPTP_WIRE_ROOM];
	struct pptp_wire_message m;
	ssize_t n;
	int i;

	for (i = 0; i < BATCH; i++) {
		n = receive(r, bytes, MSG_DONTWAIT);
		if (n <= 0)
			return;
		if (!pptp_wire_message_decode(&m, bytes, (size_t)n) ||
		    (m.kind != PPTP_WIRE_CAPTURED &&
		     m.kind != PPTP_WIRE_LOST)) {
			distrust(r, bytes, (size_t)n);
			return;
		}
		if (!keep_waiting(r, bytes, (size_t)n))
			return;
	}
}

static bool await(struct remote *r, struct pptp_wire_message *answer)
{
	uint8_t bytes[PPTP_WIRE_ROOM];
	ssize_t n;

	while ((n = receive(r, bytes, 0)) > 0) {
		if (!pptp_wire_message_decode(answer, bytes, (size_t)n))
			break;
		if (answer->kind == PPTP_WIRE_ANSWER &&
		    answer->request == r->request)
			return true;
		if (answer->kind != PPTP_WIRE_CAPTURED &&
		    answer->kind != PPTP_WIRE_LOST)
			break;
		if (!keep_waiting(r, bytes, (size_t)n))
			break;
	}
	if (n > 0)
		distrust(r, bytes, (size_t)n);
	return false;
}

/* Its answer's status, and errno; `answer` may be NULL. */
static enum pptp_error ask(struct remote *r, struct pptp_wire_message *m,
			   struct pptp_wire_message *answer)
{
	struct pptp_wire_message own;
	uint8_t bytes[PPTP_WIRE_ROOM];
	int n;

	answer = answer != NULL ? answer : &own;
	memset(answer, 0, sizeof(*answer));
	m->request = ++r->request;
	n = pptp_wire_message_encode(m, bytes, sizeof(bytes));
	if (n < 0) {
		errno = EMSGSIZE;
		return PPTP_ERROR_SYSTEM;
	}
	if (r->fd < 0 || send(r->fd, bytes, (size_t)n, MSG_NOSIGNAL) != n ||
	    !await(r, answer)) {
		lose_all(r);
		errno = EPIPE;
		return PPTP_ERROR_SYSTEM;
	}
	errno = (int)answer->error;
	return (enum pptp_error)answer->status;
}

static enum pptp_error tell(const struct pptp_wire_message *answer,
			    enum pptp_error error, const char *what, char *text,
			    size_t room)
{
	int saved = errno;

	if (error == PPTP_OK)
		return error;
	if (answer->text[0] != '\0')
		snprintf(text, room, "%s", answer->text);
	else
		snprintf(text, room, "pptp-wire cannot %s: %s", what,
			 error == PPTP_ERROR_SYSTEM ? strerror(saved)
						    : pptp_error_text(error));
	errno = saved;
	return error;
}

/* ---- the wire's calls ---------------------------------------------------- */

static enum pptp_error get_out(struct pptp_wire *w,
			       const struct pptp_route *route,
			       struct pptp_wire_out **out, char *text,
			       size_t room)
{
	struct remote *r = remote_of(w);
	struct pptp_wire_message answer, m = {.kind = PPTP_WIRE_OUT,
					      .source = route->source};
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
	error = ask(r, &m, &answer);
	if (error != PPTP_OK) {
		free(it);
		return tell(&answer, error, "send raw packets", text, room);
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
	error = ask(r, &m, &answer);
	if (error == PPTP_OK) {
		it->number = answer.value;
		it->lost = false;
	}
	return tell(&answer, error, "capture", text, room);
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

static void talk(struct pptp_wire *w, const struct pptp_wire_talk *t)
{
	struct pptp_wire_message m = {
	    .kind = PPTP_WIRE_TALK,
	    .number = t->number,
	    .source = t->source,
	    .target = t->target,
	    .port = t->port,
	    .call_id = t->call_id,
	    .flag = t->contact,
	};

	(void)ask(remote_of(w), &m, NULL);
}

static void hush(struct pptp_wire *w, uint32_t number)
{
	struct pptp_wire_message m = {.kind = PPTP_WIRE_HUSH, .number = number};

	(void)ask(remote_of(w), &m, NULL);
}

static enum pptp_error send_packet(struct pptp_wire *w,
				   struct pptp_wire_out *out,
				   const void *packet, size_t length)
{
	struct pptp_wire_message m = {
	    .kind = PPTP_WIRE_SEND,
	    .number = out->number,
	    .bytes = packet,
	    .length = length,
	};

	return ask(remote_of(w), &m, NULL);
}

/* What was captured before is here before the answer is. */
static bool drain(struct pptp_wire *w, struct pptp_wire_in *in)
{
	struct remote *r = remote_of(w);
	struct pptp_wire_message answer, m = {.kind = PPTP_WIRE_DRAIN};
	bool emptied;

	if (in != NULL && in->lost)
		return false;
	m.number = in != NULL ? in->number : 0;
	emptied = ask(r, &m, &answer) == PPTP_OK && answer.value != 0;
	return deliver_waiting(r, UINT32_MAX) && emptied;
}

static uint32_t drops(struct pptp_wire *w, struct pptp_wire_in *in)
{
	struct pptp_wire_message answer, m = {.kind = PPTP_WIRE_DROPS,
					      .number = in->number};

	if (!in->lost && ask(remote_of(w), &m, &answer) == PPTP_OK)
		in->drops = answer.value;
	return in->drops;
}

static bool hears(const struct pptp_wire_in *in)
{
	return !in->lost;
}

static int hold_guard(struct pptp_wire *w)
{
	struct pptp_wire_message m = {.kind = PPTP_WIRE_GUARD};

	return ask(remote_of(w), &m, NULL) == PPTP_OK ? 0 : errno;
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

	return r->error[0] != '\0' ? r->error : NULL;
}

/* ---- beginning and end --------------------------------------------------- */

static void free_lists(struct remote *r)
{
	struct pptp_wire_out *out;
	struct pptp_wire_in *in;
	struct waiting *waiting;

	while ((out = r->outs) != NULL) {
		r->outs = out->next;
		free(out);
	}
	while ((in = r->ins) != NULL) {
		r->ins = in->next;
		free(in);
	}
	while ((waiting = r->first) != NULL) {
		r->first = waiting->next;
		free(waiting);
	}
}

static void close_remote(struct pptp_wire *w)
{
	struct remote *r = remote_of(w);
	int error = errno;

	if (r->watching)
		pptp_loop_remove(r->loop, r->fd, &r->watch);
	if (r->timing)
		pptp_loop_remove_timer(r->loop, &r->timer);
	(void)reap(r);
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
	take_in(r);
	give(r);
}

static void on_timer(void *context, int64_t now)
{
	(void)now;
	give(context);
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
    .talk = talk,
    .hush = hush,
    .keep = keep,
    .flush = flush,
    .error = error_of,
    .close = close_remote,
};

static enum pptp_error begin(struct remote *r,
			     const struct pptp_wire_config *config, char *text,
			     size_t room)
{
	struct pptp_wire_message answer, m = {
	    .kind = PPTP_WIRE_SETTINGS,
	    .value = (uint32_t)config->ring,
	    .flag = config->write != NULL || config->stream,
	};
	enum pptp_error error;

	if (config->interface != NULL)
		snprintf(m.text, sizeof(m.text), "%s", config->interface);
	r->timing = pptp_loop_add_timer(r->loop, &r->timer);
	if (!r->timing)
		return PPTP_ERROR_SYSTEM;
	error = tell(&answer, ask(r, &m, &answer), "begin", text, room);
	if (error != PPTP_OK)
		return error;
	errno = pptp_loop_add(r->loop, r->fd, EPOLLIN, &r->watch);
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
	struct remote none = {.fd = fd, .child = child};
	struct remote *r = calloc(1, sizeof(*r));
	enum pptp_error error;

	*w = NULL;
	text[0] = '\0';
	if (r == NULL) {
		(void)reap(&none);
		return PPTP_ERROR_SYSTEM;
	}
	r->wire.calls = &calls;
	r->loop = config->loop;
	r->fd = fd;
	r->child = child;
	r->watch = (struct pptp_watch){
	    .ready = on_socket, .context = r, .early = true};
	r->timer.due = on_timer;
	r->timer.context = r;
	error = begin(r, config, text, room);
	if (error != PPTP_OK) {
		close_remote(&r->wire);
		return error;
	}
	*w = &r->wire;
	return PPTP_OK;
}
