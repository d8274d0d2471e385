/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/probe.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/gre.h"
#include "net/guard.h"
#include "net/trace.h"

#define DRAIN INT64_C(1000000)
#define LATE  INT64_C(1000)   /* a deadline that has passed is met so soon */
#define KNOCK INT64_C(250000) /* how long a SYN without answer has a job */
#define READS 16              /* of one socket, before others get their turn */

static void pump(struct pptp_probe *e, int64_t now);

static int64_t clock_us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t pptp_probe_now(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

/* ---- the trace ----------------------------------------------------------- */

static void tell(const struct pptp_probe *e, enum pptp_side side,
		 const char *text)
{
	const struct pptp_prober_config *f = &e->prober->config;

	if (f->trace != NULL)
		f->trace(f->context, &e->entry.address, side,
			 pptp_probe_now() - e->conversation->record.start,
			 text);
}

static void tell_packet(const struct pptp_probe *e, enum pptp_side side,
			const void *packet, size_t length)
{
	char text[PPTP_TRACE_TEXT];

	if (e->prober->config.trace == NULL)
		return;
	pptp_trace_packet(text, packet, length);
	tell(e, side, text);
}

static void tell_control(const struct pptp_probe *e, const void *bytes,
			 size_t length)
{
	char text[PPTP_TRACE_TEXT];

	if (e->prober->config.trace == NULL)
		return;
	(void)pptp_trace_control(text, bytes, length);
	tell(e, PPTP_US, text);
}

/* Puts the server's messages together, as they come in any pieces. */
static void tell_stream(struct pptp_probe *e, const uint8_t *bytes,
			size_t length)
{
	struct pptp_probe_trace *t = e->trace;
	char text[PPTP_TRACE_TEXT];
	size_t n, used;

	while (t != NULL && length > 0) {
		n = sizeof(t->bytes) - t->length;
		if (n > length)
			n = length;
		memcpy(t->bytes + t->length, bytes, n);
		t->length += n;
		bytes += n;
		length -= n;
		while ((used = pptp_trace_control(text, t->bytes, t->length))) {
			tell(e, PPTP_SERVER, text);
			t->length -= used;
			memmove(t->bytes, t->bytes + used, t->length);
		}
	}
}

/* ---- the socket ---------------------------------------------------------- */

socklen_t pptp_probe_sockaddr(struct sockaddr_storage *to,
			      const struct pptp_address *a, uint16_t port,
			      unsigned index)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6};

	memset(to, 0, sizeof(*to));
	if (a->family == 4) {
		sin.sin_port = htons(port);
		memcpy(&sin.sin_addr, a->bytes, 4);
		memcpy(to, &sin, sizeof(sin));
		return sizeof(sin);
	}
	sin6.sin6_port = htons(port);
	memcpy(&sin6.sin6_addr, a->bytes, 16);
	if (IN6_IS_ADDR_LINKLOCAL(&sin6.sin6_addr))
		sin6.sin6_scope_id = index;
	memcpy(to, &sin6, sizeof(sin6));
	return sizeof(sin6);
}

static int configure(const struct pptp_probe *e, int fd)
{
	const char *interface = e->prober->interface;
	struct sockaddr_storage from;
	socklen_t length =
	    pptp_probe_sockaddr(&from, &e->entry.source, 0, e->route.index);
	int one = 1;

	/* Else each bind takes a port of its own, whomever it talks to. */
	(void)setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one,
			 sizeof(one));
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)) != 0)
		return -1;
	if (interface[0] != '\0' &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
		       (socklen_t)strlen(interface)) != 0)
		return -1;
	return bind(fd, (const struct sockaddr *)&from, length);
}

static bool is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	       error == ENOMEM;
}

/* Before the first packet, so that what the system lacks costs a plan time
 * and not its record. Other failures wait until the conversation connects. */
static bool open_socket(struct pptp_probe *e)
{
	int family = e->entry.address.family == 4 ? AF_INET : AF_INET6;

	if (e->plan.depth == PPTP_DEPTH_SYN || e->plan.gre)
		return true;
	e->socket_error = 0;
	e->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (e->fd < 0 && is_shortage(errno))
		return false;
	if (e->fd < 0 || configure(e, e->fd) != 0)
		e->socket_error = errno;
	return true;
}

static void watch(struct pptp_probe *e, int how, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = e};

	if (epoll_ctl(e->prober->epoll, how, e->fd, &event) != 0)
		e->socket_error = errno;
}

static void close_socket(struct pptp_probe *e)
{
	if (e->fd >= 0)
		close(e->fd);
	e->fd = -1;
	e->connected = e->connecting = false;
}

static void not_connected(struct pptp_probe *e, int error, int64_t now)
{
	close_socket(e);
	tell(e, PPTP_US, strerror(error));
	pptp_conversation_note(e->conversation, PPTP_NOTE_CONNECT_FAILED,
			       (uint32_t)error);
	pptp_conversation_input(e->conversation,
				error == ECONNREFUSED ? PPTP_INPUT_REFUSED
						      : PPTP_INPUT_FAILED,
				NULL, 0, now);
}

static void start_connect(struct pptp_probe *e, int64_t now)
{
	struct sockaddr_storage to;
	socklen_t length = pptp_probe_sockaddr(&to, &e->entry.address,
					       e->plan.port, e->route.index);

	tell(e, PPTP_US, "connect");
	if (e->socket_error == 0 && e->fd >= 0 &&
	    connect(e->fd, (const struct sockaddr *)&to, length) != 0 &&
	    errno != EINPROGRESS)
		e->socket_error = errno;
	if (e->socket_error == 0 && e->fd >= 0) {
		e->connecting = true;
		watch(e, EPOLL_CTL_ADD, EPOLLOUT | EPOLLIN | EPOLLRDHUP);
	}
	if (e->socket_error != 0)
		not_connected(e, e->socket_error, now);
}

static void connect_event(struct pptp_probe *e, uint32_t events, int64_t now)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (events & (EPOLLERR | EPOLLHUP) &&
	    getsockopt(e->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	e->connecting = false;
	if (error != 0) {
		not_connected(e, error, now);
	} else {
		e->connected = true;
		watch(e, EPOLL_CTL_MOD, EPOLLIN | EPOLLRDHUP);
		pptp_conversation_input(e->conversation, PPTP_INPUT_CONNECTED,
					NULL, 0, now);
	}
	pump(e, now);
}

/* What a dead connection still has to be read comes first, and RESET after
 * it: the socket stays ready until then. */
static void send_failed(struct pptp_probe *e, int error)
{
	e->out_length = 0;
	e->broken = true;
	if (error == EPIPE || error == ECONNRESET)
		return;
	pptp_conversation_note(e->conversation, PPTP_NOTE_SEND_FAILED,
			       (uint32_t)error);
}

static void flush(struct pptp_probe *e)
{
	ssize_t n = send(e->fd, e->out, e->out_length, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		send_failed(e, errno);
	} else if (n > 0) {
		e->out_length -= (size_t)n;
		memmove(e->out, e->out + n, e->out_length);
	}
	watch(e, EPOLL_CTL_MOD,
	      EPOLLIN | EPOLLRDHUP | (e->out_length > 0 ? EPOLLOUT : 0));
}

static void send_stream(struct pptp_probe *e, const void *bytes, size_t length)
{
	ssize_t n = 0;

	tell_control(e, bytes, length);
	if (e->fd < 0 || !e->connected || e->broken)
		return;
	if (e->out_length == 0) {
		n = send(e->fd, bytes, length, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			send_failed(e, errno);
			return;
		}
	}
	if (n < 0)
		n = 0;
	length -= (size_t)n;
	if (length == 0)
		return;
	/* A peer that reads nothing, or not for long: nobody owes it more. */
	if (length > sizeof(e->out) - e->out_length) {
		send_failed(e, ENOBUFS);
		return;
	}
	memcpy(e->out + e->out_length, (const uint8_t *)bytes + n, length);
	e->out_length += length;
	watch(e, EPOLL_CTL_MOD, EPOLLIN | EPOLLRDHUP | EPOLLOUT);
}

/* ---- reading ------------------------------------------------------------- */

static bool call_is_up(const struct pptp_probe *e)
{
	return e->conversation != NULL &&
	       e->conversation->record.call.state == PPTP_ACCEPTED;
}

static void over(struct pptp_probe *e)
{
	struct pptp_prober *p = e->prober;

	/* For the capture file: its packets are whose address is known. */
	if (p->dump != NULL && e->tap != NULL)
		pptp_tap_drain(p, e->tap);
	close_socket(e);
	e->phase = PPTP_PHASE_OVER;
	pptp_timer_clear(&p->timers, &e->timer);
	pptp_prober_over(e);
}

static void got_bytes(struct pptp_probe *e, const uint8_t *bytes, size_t length)
{
	/* What the server sent into the call before these bytes is in the ring
	 * by now, and the conversation must see it first: "peer refused to
	 * authenticate" before the Call-Disconnect-Notify. */
	if (e->tap != NULL && call_is_up(e)) {
		pptp_tap_drain(e->prober, e->tap);
		if (e->phase != PPTP_PHASE_LIVE)
			return;
	}
	tell_stream(e, bytes, length);
	pptp_conversation_input(e->conversation, PPTP_INPUT_STREAM, bytes,
				length, pptp_probe_now());
	pump(e, pptp_probe_now());
}

/* FIN, RST, or no more to be had: error 0 is FIN. */
static void got_end(struct pptp_probe *e, int error)
{
	bool reset = e->broken || error == ECONNRESET || error == EPIPE;
	int64_t now = pptp_probe_now();

	e->closed = true;
	if (e->phase == PPTP_PHASE_DRAINING) {
		over(e);
		return;
	}
	watch(e, EPOLL_CTL_DEL, 0);
	if (e->tap != NULL && call_is_up(e))
		pptp_tap_drain(e->prober, e->tap);
	if (e->phase != PPTP_PHASE_LIVE)
		return;
	if (error != 0 && !reset) {
		/* No word of the server's: its silence will tell. */
		pptp_conversation_note(e->conversation, PPTP_NOTE_SEND_FAILED,
				       (uint32_t)error);
		return;
	}
	tell(e, PPTP_SERVER, reset ? "RST" : "FIN");
	pptp_conversation_input(e->conversation,
				reset ? PPTP_INPUT_RESET : PPTP_INPUT_CLOSED,
				NULL, 0, now);
	pump(e, now);
}

/* `up_to_call`: no further than the OCRP. */
static void read_socket(struct pptp_probe *e, bool up_to_call)
{
	uint8_t bytes[2048];
	ssize_t n;
	int i;

	for (i = 0; i < READS && e->fd >= 0 && !e->closed; i++) {
		if (up_to_call && call_is_up(e))
			return;
		n = recv(e->fd, bytes, sizeof(bytes), 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0)
			got_end(e, n < 0 ? errno : 0);
		else if (e->phase == PPTP_PHASE_LIVE)
			got_bytes(e, bytes, (size_t)n);
	}
}

void pptp_probe_socket_event(struct pptp_probe *e, uint32_t events)
{
	/* Of the same batch, an event before this one may have ended it. */
	if (e->fd < 0 || e->phase == PPTP_PHASE_OVER)
		return;
	if (e->connecting) {
		connect_event(e, events, pptp_probe_now());
		if (e->fd < 0)
			return;
	}
	if (e->connected && e->out_length > 0 && events & EPOLLOUT)
		flush(e);
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		read_socket(e, false);
}

/* ---- what the conversation wants ----------------------------------------- */

static void hold_guard(struct pptp_probe *e)
{
	struct pptp_prober *p = e->prober;

	if (p->guard < 0)
		p->guard = pptp_guard_open();
	if (p->guard < 0)
		pptp_conversation_note(e->conversation, PPTP_NOTE_NO_GUARD,
				       (uint32_t)errno);
}

static void send_packet(struct pptp_probe *e, const void *packet, size_t length)
{
	tell_packet(e, PPTP_US, packet, length);
	if (e->prober->sender == NULL)
		errno = EPERM;
	else if (pptp_sender_send(e->prober->sender, packet, length) == PPTP_OK)
		return;
	pptp_conversation_note(e->conversation, PPTP_NOTE_SEND_FAILED,
			       (uint32_t)errno);
}

static void perform(struct pptp_probe *e, enum pptp_action action,
		    const void *data, size_t length, int64_t now)
{
	switch (action) {
	case PPTP_ACTION_CONNECT:
	case PPTP_ACTION_CONNECT_DEAF:
		start_connect(e, now);
		break;
	case PPTP_ACTION_STREAM:
		send_stream(e, data, length);
		break;
	case PPTP_ACTION_GUARD:
		hold_guard(e);
		break;
	case PPTP_ACTION_PACKET:
		send_packet(e, data, length);
		break;
	case PPTP_ACTION_CLOSE:
		if (e->connected)
			shutdown(e->fd, SHUT_WR);
		e->shut = true;
		break;
	case PPTP_ACTION_NONE:
		break;
	}
}

/* The record is ready now. Closing before the server's FIN was read could
 * make the kernel send RST in the middle of its farewell. */
static void finish(struct pptp_probe *e, int64_t now)
{
	struct pptp_prober *p = e->prober;
	uint32_t drops;

	if (e->tap != NULL) {
		drops = pptp_tap_drops(e->tap) - e->drops;
		if (drops > 0)
			pptp_conversation_note(e->conversation,
					       PPTP_NOTE_CAPTURE_DROPS, drops);
	}
	pptp_demux_call_end(&p->demux, &e->entry, now);
	e->phase = PPTP_PHASE_DRAINING;
	pptp_prober_done(e);
	if (e->connected && !e->closed && !e->broken)
		pptp_timer_set(&p->timers, &e->timer, now + DRAIN);
	else
		over(e);
}

/* The answer came after its job had gone to another. */
static bool must_wait(struct pptp_probe *e)
{
	if (e->employed || !pptp_conversation_connects(e->conversation))
		return false;
	if (!e->answered) {
		e->answered = true;
		pptp_timer_clear(&e->prober->timers, &e->timer);
		pptp_prober_answered(e);
	}
	return true;
}

/* Does all that the conversation wants, and waits for what it waits for. */
static void pump(struct pptp_probe *e, int64_t now)
{
	uint8_t data[PPTP_PACKET_ROOM];
	enum pptp_action action;
	int64_t deadline;
	size_t length;

	if (e->phase != PPTP_PHASE_LIVE || must_wait(e))
		return;
	while ((action = pptp_conversation_output(
		    e->conversation, data, &length, now)) != PPTP_ACTION_NONE)
		perform(e, action, data, length, now);
	if (pptp_conversation_finished(e->conversation)) {
		finish(e, now);
		return;
	}
	deadline = pptp_conversation_deadline(e->conversation);
	if (e->employed && pptp_conversation_knocks(e->conversation))
		deadline = e->conversation->record.start + KNOCK;
	if (deadline <= now)
		deadline = now + LATE;
	pptp_timer_set(&e->prober->timers, &e->timer, deadline);
}

void pptp_probe_timer_event(struct pptp_probe *e, int64_t now)
{
	if (e->phase == PPTP_PHASE_DRAINING) {
		over(e);
	} else if (e->phase == PPTP_PHASE_LIVE) {
		if (e->employed && pptp_conversation_knocks(e->conversation)) {
			close_socket(e);
			pptp_prober_give_back(e);
		}
		pptp_conversation_input(e->conversation, PPTP_INPUT_TICK, NULL,
					0, now);
		pump(e, now);
	}
}

static bool is_gre(const void *packet, size_t length)
{
	struct pptp_reader r;
	struct pptp_ip ip;

	pptp_reader_init(&r, packet, length);
	return pptp_ip_decode(&ip, &r) && ip.protocol == PPTP_IP_GRE;
}

static enum pptp_side side_of(const struct pptp_probe *e, const void *packet,
			      size_t length)
{
	struct pptp_reader r;
	struct pptp_ip ip;

	pptp_reader_init(&r, packet, length);
	return pptp_ip_decode(&ip, &r) &&
		       pptp_address_equal(&ip.source, &e->entry.source) &&
		       !pptp_address_equal(&ip.source, &e->entry.address)
		   ? PPTP_US
		   : PPTP_SERVER;
}

bool pptp_probe_packet(struct pptp_probe *e, const void *packet, size_t length)
{
	/* The OCRP was sent before the call's packets, and waits in the
	 * socket. */
	if (e->phase == PPTP_PHASE_LIVE && e->connected && !call_is_up(e) &&
	    is_gre(packet, length))
		read_socket(e, true);
	if (e->phase != PPTP_PHASE_LIVE ||
	    !pptp_conversation_input(e->conversation, PPTP_INPUT_PACKET, packet,
				     length, pptp_probe_now()))
		return false;
	tell_packet(e, side_of(e, packet, length), packet, length);
	pump(e, pptp_probe_now());
	return true;
}

/* ---- beginning and ending ------------------------------------------------ */

bool pptp_probe_config(const struct pptp_probe *e,
		       struct pptp_conversation_config *f)
{
	const struct pptp_plan *plan = &e->plan;
	bool raw = e->prober->sender != NULL;

	memset(f, 0, sizeof(*f));
	f->source = e->entry.source;
	f->target = e->entry.address;
	f->port = plan->port;
	f->depth = plan->depth;
	f->raw = raw;
	f->syn =
	    raw && !plan->gre && (plan->syn || plan->depth == PPTP_DEPTH_SYN);
	f->gre = raw && plan->gre;
	memcpy(f->ask, plan->ask, sizeof(f->ask));
	f->decline = plan->decline;
	f->call_id = e->entry.call_id;
	f->timeout_us = plan->timeout_us;
	f->time_us = clock_us(CLOCK_REALTIME);
	f->contact = e->contact;
	f->name = e->name;
	f->labels = e->labels;
	return pptp_prober_random(e->prober, f->random, sizeof(f->random));
}

static bool prepare(struct pptp_probe *e, int64_t now)
{
	struct pptp_conversation_config f;

	e->conversation = malloc(sizeof(*e->conversation));
	if (e->prober->config.trace != NULL && e->trace == NULL)
		e->trace = calloc(1, sizeof(*e->trace));
	return e->conversation != NULL && open_socket(e) &&
	       ((e->plan.depth != PPTP_DEPTH_CALL && !e->plan.gre) ||
		pptp_demux_call_begin(&e->prober->demux, &e->entry, now)) &&
	       pptp_probe_config(e, &f) &&
	       pptp_conversation_init(e->conversation, &f, now) == PPTP_OK;
}

bool pptp_probe_begin(struct pptp_probe *e, int64_t now)
{
	struct pptp_prober *p = e->prober;

	if (!prepare(e, now)) {
		pptp_demux_call_end(&p->demux, &e->entry, now);
		close_socket(e);
		free(e->conversation);
		e->conversation = NULL;
		return false;
	}
	pptp_demux_add(&p->demux, &e->entry);
	e->phase = PPTP_PHASE_LIVE;
	if (e->tap != NULL) {
		e->drops = pptp_tap_drops(e->tap);
		if (e->tap->capture == NULL)
			pptp_conversation_note(e->conversation,
					       PPTP_NOTE_SEND_FAILED, ENETDOWN);
	}
	pump(e, now);
	return true;
}

bool pptp_probe_resume(struct pptp_probe *e, int64_t now)
{
	if (!open_socket(e))
		return false;
	e->answered = false;
	pump(e, now);
	return true;
}

/* A plan that never began has a record too: nothing but that it ended. */
static void abort_plan(struct pptp_probe *e, int64_t now)
{
	struct pptp_conversation_config f;

	e->conversation = malloc(sizeof(*e->conversation));
	if (e->conversation == NULL || !pptp_probe_config(e, &f) ||
	    pptp_conversation_init(e->conversation, &f, now) != PPTP_OK) {
		free(e->conversation);
		e->conversation = NULL;
		return;
	}
	pptp_conversation_abort(e->conversation, now);
	e->phase = PPTP_PHASE_OVER;
	pptp_prober_done(e);
}

/* A reply that waits in the socket decides which farewell is owed. What it
 * would lead to is not begun: nothing is pumped before the abort. */
static void hear_out(struct pptp_probe *e, int64_t now)
{
	uint8_t bytes[2048];
	ssize_t n;

	if (!e->connected || e->closed || call_is_up(e))
		return;
	n = recv(e->fd, bytes, sizeof(bytes), 0);
	if (n <= 0)
		return;
	tell_stream(e, bytes, (size_t)n);
	pptp_conversation_input(e->conversation, PPTP_INPUT_STREAM, bytes,
				(size_t)n, now);
}

void pptp_probe_abort(struct pptp_probe *e, int64_t now)
{
	if (e->phase == PPTP_PHASE_LIVE) {
		hear_out(e, now);
		pptp_conversation_abort(e->conversation, now);
		pump(e, now);
	} else if (e->phase < PPTP_PHASE_LIVE) {
		abort_plan(e, now);
	}
}

void pptp_probe_free(struct pptp_probe *e)
{
	close_socket(e);
	free(e->conversation);
	free(e->trace);
	free(e->contact);
	free(e->name);
	free(e->labels);
	free(e);
}
