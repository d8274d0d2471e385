/* SPDX-License-Identifier: BSD-2-Clause */
/* pptp-wire: raw packets and captures for pptp-probe and pptpgrade, which start
 * it. It has CAP_NET_RAW and nothing else. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/privilege.h"
#include "net/confine.h"
#include "net/loop.h"
#include "net/route.h"
#include "net/sweeper_serve.h"
#include "net/tcp_others.h"
#include "net/wire_batch.h"
#include "net/wire_serve.h"

#define USER_FD 3
#define PAUSE   1 /* ms that further packets are waited for, while nobody asks */

enum {
	EXIT_DONE = 0,
	EXIT_USAGE = 2,
	EXIT_CANNOT = 3,
};

struct helper {
	struct pptp_wire_server server;
	struct pptp_watch watch;
	int router; /* of pptp_route_find() */
	struct pptp_tcp_others others;
	struct pptp_wire_batch out;
	bool trusted; /* root's: nobody on this host has secrets from it */
	bool said;    /* something, since the last pause */
	bool over;
};

/* Who uses it is gone, or does not read any more: so is what it was for. */
static void say(struct helper *h, const void *bytes, size_t length)
{
	ssize_t n;

	do
		n = send(USER_FD, bytes, length, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	h->over = h->over || n < 0;
}

static void flush(struct helper *h)
{
	if (h->out.length == 0)
		return;
	say(h, h->out.bytes, h->out.length);
	h->out.length = 0;
	h->said = true;
}

static void put(void *context, const void *bytes, size_t length)
{
	struct helper *h = context;

	if (pptp_wire_batch_add(&h->out, bytes, length))
		return;
	flush(h);
	h->over = h->over || !pptp_wire_batch_add(&h->out, bytes, length);
}

/* HELLO is not in a batch, and nothing of a sweep is. */
static void put_alone(void *context, const void *bytes, size_t length)
{
	say(context, bytes, length);
}

/* A raw socket takes broadcast addresses for a source too. */
static bool is_ours(void *context, const struct pptp_address *address)
{
	struct helper *h = context;
	struct pptp_route route;

	/* To a link-local address there is no way without an interface; the
	 * socket that is bound to it knows. */
	if (address->family == 6 && address->bytes[0] == 0xfe)
		return true;
	return pptp_route_find(&h->router, address, NULL, NULL, &route) ==
		   PPTP_OK &&
	       route.local;
}

static int others(void *context, const struct pptp_address *target,
		  uint16_t port)
{
	struct helper *h = context;

	return h->trusted ? 0
			  : pptp_tcp_others_find(&h->others, target, port,
						 pptp_timers_now());
}

static void serve(struct helper *h, const uint8_t *bytes, size_t length)
{
	struct pptp_reader r;
	const uint8_t *message;
	size_t size;

	pptp_reader_init(&r, bytes, length);
	while (pptp_wire_batch_next(&r, &message, &size))
		pptp_wire_serve_message(&h->server, message, size);
}

static void on_message(void *context, uint32_t events)
{
	struct helper *h = context;
	uint8_t bytes[PPTP_WIRE_BATCH];
	/* What is too long is cut, and a message of it with it. */
	ssize_t n = recv(USER_FD, bytes, sizeof(bytes), MSG_DONTWAIT);

	(void)events;
	if (n > 0)
		serve(h, bytes, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		h->over = true;
}

/* 0, or why no raw packet can be sent. */
static int try_raw(void)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	int error = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

static bool is_started_right(void)
{
	int type = 0;
	socklen_t length = sizeof(type);

	return getsockopt(USER_FD, SOL_SOCKET, SO_TYPE, &type, &length) == 0 &&
	       type == SOCK_SEQPACKET;
}

/* A terminal's, and timeout's, are for whoever uses it, who may still have a
 * farewell to send. */
static void leave_signals(void)
{
	static const int theirs[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE};
	size_t i;

	for (i = 0; i < sizeof(theirs) / sizeof(theirs[0]); i++)
		(void)signal(theirs[i], SIG_IGN);
}

static bool begin(struct helper *h)
{
	uint32_t seed;

	h->router = -1;
	h->watch = (struct pptp_watch){.ready = on_message, .context = h};
	h->server.put = put_alone;
	h->server.open = pptp_wire_open;
	h->server.is_ours = is_ours;
	h->server.others = others;
	h->server.context = h;
	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed) ||
	    pptp_loop_open(&h->server.loop) != PPTP_OK ||
	    pptp_loop_add(h->server.loop, USER_FD, EPOLLIN, &h->watch) != 0)
		return false;
	pptp_wire_serve_begin(&h->server, seed);
	return true;
}

/* Packets come one by one, and each that is told wakes two processes: those of
 * a millisecond are told together, or before any answer. */
static bool turn(struct helper *h)
{
	struct pollfd user = {.fd = USER_FD, .events = POLLIN};

	if (h->said)
		(void)poll(&user, 1, PAUSE);
	h->said = false;
	if (pptp_loop_turn(h->server.loop, PPTP_LOOP_NEVER) != 0)
		return errno == EINTR;
	flush(h);
	return true;
}

/* All that the third thread of a sweep does is to be asked. */
static void serve_sweep(struct helper *h)
{
	static struct pptp_sweeper_server server;
	static uint8_t bytes[PPTP_SWEEPER_ROOM];
	ssize_t n;

	server.put = put_alone;
	server.open = pptp_sweeper_open;
	server.is_ours = is_ours;
	server.context = h;
	server.trusted = h->trusted;
	while (!h->over) {
		n = recv(USER_FD, bytes, sizeof(bytes), 0);
		if (n > 0)
			pptp_sweeper_serve_message(&server, bytes, (size_t)n);
		else
			h->over = n == 0 || errno != EINTR;
	}
	pptp_sweeper_serve_end(&server);
}

int main(void)
{
	static struct helper h;

	if (!is_started_right()) {
		fputs("pptp-wire: it is for pptp-probe and pptpgrade to start; "
		      "run one of them\n",
		      stderr);
		return EXIT_USAGE;
	}
	leave_signals();
	h.others.user = getuid();
	h.trusted = h.others.user == 0;
	if (!pptp_privilege_drop(PPTP_KEEP_RAW) || !begin(&h) ||
	    !pptp_confine_to_sockets())
		return EXIT_CANNOT;
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	(void)close(STDERR_FILENO); /* a sanitizer has something to say */
#endif
	pptp_wire_serve_hello(&h.server, try_raw());
	h.server.put = put;
	while (!h.over && !h.server.sweeps && turn(&h))
		continue;
	if (h.server.sweeps)
		serve_sweep(&h);
	_exit(EXIT_DONE);
}
