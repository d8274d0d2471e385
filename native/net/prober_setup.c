/* SPDX-License-Identifier: BSD-2-Clause */
/* How a prober begins and ends. */
#include "net/probe.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/guard.h"

#define JOBS_MOST    16384
#define SILENT_LEAST 32  /* of those beside */
#define FILES_BESIDE 128 /* captures, standard streams, the host's own */

static void count_silent(struct pptp_prober *p, rlim_t limit)
{
	rlim_t left =
	    limit == RLIM_INFINITY ? JOBS_MOST : limit - FILES_BESIDE - p->jobs;

	p->silent_most = left < JOBS_MOST ? (size_t)left : JOBS_MOST;
	if (p->silent_most < SILENT_LEAST)
		p->silent_most = SILENT_LEAST;
}

static enum pptp_error raise_limit(struct pptp_prober *p, char *text,
				   size_t room)
{
	rlim_t need = (rlim_t)p->jobs + FILES_BESIDE;
	struct rlimit limit;

	count_silent(p, need);
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return PPTP_OK;
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= need) {
		count_silent(p, limit.rlim_cur);
		return PPTP_OK;
	}
	limit.rlim_cur = need;
	if (limit.rlim_max >= need && setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return PPTP_OK;
	snprintf(text, room,
		 "%u conversation%s at once need%s %llu open files, and %llu "
		 "are allowed; %sraise the limit with ulimit -n",
		 p->jobs, p->jobs == 1 ? "" : "s", p->jobs == 1 ? "s" : "",
		 (unsigned long long)need, (unsigned long long)limit.rlim_max,
		 limit.rlim_max > FILES_BESIDE ? "take fewer with --jobs, or "
					       : "");
	errno = EMFILE;
	return PPTP_ERROR_SYSTEM;
}

static bool can_bind(const struct pptp_address *source, unsigned index)
{
	struct sockaddr_storage from;
	socklen_t length = pptp_connection_sockaddr(&from, source, 0, index);
	int fd = socket(from.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool bound;

	if (fd < 0)
		return false;
	bound = bind(fd, (const struct sockaddr *)&from, length) == 0;
	close(fd);
	return bound;
}

/* A raw socket would send from any address: ours must be ours. */
static enum pptp_error check_source(const struct pptp_prober *p, char *text,
				    size_t room)
{
	const struct pptp_address *source = &p->config.source;
	char address[PPTP_ADDRESS_TEXT];

	if (source->family == 0 ||
	    can_bind(source, if_nametoindex(p->interface)))
		return PPTP_OK;
	pptp_address_format(source, address);
	snprintf(text, room,
		 "source address %s is none of this host's; see ip address",
		 address);
	return PPTP_ERROR_ARGUMENT;
}

static enum pptp_error check_interface(struct pptp_prober *p,
				       const char *interface, char *text,
				       size_t room)
{
	if (interface == NULL)
		return PPTP_OK;
	if (if_nametoindex(interface) != 0) {
		snprintf(p->interface, sizeof(p->interface), "%s", interface);
		return PPTP_OK;
	}
	snprintf(text, room, "there is no interface '%s'; see ip link",
		 interface);
	return PPTP_ERROR_INTERFACE;
}

static const char *interface_of(const struct pptp_prober *p)
{
	return p->interface[0] != '\0' ? p->interface : NULL;
}

/* Whether raw packets can be sent at all; each source has an exit of its own
 * once it is needed. */
static enum pptp_error try_raw(struct pptp_prober *p, char *text, size_t room)
{
	const struct pptp_prober_config *f = &p->config;
	enum pptp_error error = PPTP_ERROR_PRIVILEGE;
	struct pptp_sender *sender = NULL;

	if (!f->tcp_only)
		error = pptp_sender_open(&sender, interface_of(p), NULL, 0);
	pptp_sender_close(sender);
	p->raw = error == PPTP_OK;
	if (error == PPTP_OK)
		return PPTP_OK;
	if (error == PPTP_ERROR_PRIVILEGE && p->write == NULL &&
	    (f->stay || f->tcp_only))
		return PPTP_OK;
	if (error == PPTP_ERROR_PRIVILEGE)
		snprintf(text, room,
			 "raw packets%s need CAP_NET_RAW; run as root, or give "
			 "the program this capability with setcap",
			 p->write != NULL ? " and capture files" : "");
	else
		snprintf(text, room, "cannot send raw packets: %s",
			 strerror(errno));
	return error;
}

static enum pptp_error open_loop(struct pptp_prober *p, char *text, size_t room)
{
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (p->epoll >= 0)
		return PPTP_OK;
	snprintf(text, room, "cannot wait for events: %s", strerror(errno));
	return PPTP_ERROR_SYSTEM;
}

static enum pptp_error configure(struct pptp_prober *p,
				 const struct pptp_prober_config *f, char *text,
				 size_t room)
{
	enum pptp_error error;

	if (f->jobs > JOBS_MOST) {
		snprintf(text, room, "%u jobs are too many; take at most %u",
			 f->jobs, JOBS_MOST);
		return PPTP_ERROR_ARGUMENT;
	}
	p->config = *f;
	p->jobs = f->jobs > 0 ? f->jobs : PPTP_PROBER_JOBS;
	if (f->write != NULL && (p->write = strdup(f->write)) == NULL) {
		snprintf(text, room, "out of memory for the prober");
		return PPTP_ERROR_SYSTEM;
	}
	error = check_interface(p, f->interface, text, room);
	if (error == PPTP_OK)
		error = check_source(p, text, room);
	if (error == PPTP_OK)
		error = raise_limit(p, text, room);
	if (error == PPTP_OK)
		error = try_raw(p, text, room);
	if (error == PPTP_OK)
		error = open_loop(p, text, room);
	if (error == PPTP_OK && p->write != NULL)
		error = pptp_dump_open(&p->dump, p->write, text, room);
	return error;
}

enum pptp_error pptp_prober_open(struct pptp_prober **p,
				 const struct pptp_prober_config *config,
				 char *text, size_t room)
{
	struct pptp_prober *prober = calloc(1, sizeof(*prober));
	enum pptp_error error;
	uint32_t seed;

	*p = NULL;
	if (prober == NULL ||
	    getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed) ||
	    getrandom(&prober->run, sizeof(prober->run), 0) !=
		(ssize_t)sizeof(prober->run)) {
		free(prober);
		snprintf(text, room, "out of memory for the prober");
		return PPTP_ERROR_SYSTEM;
	}
	prober->epoll = prober->guard = prober->router = -1;
	prober->retry_at = prober->starved_since = PPTP_NEVER;
	pptp_demux_init(&prober->demux, seed);
	error = configure(prober, config, text, room);
	if (error != PPTP_OK) {
		pptp_prober_close(prober);
		return error;
	}
	*p = prober;
	return PPTP_OK;
}

static void close_exits(struct pptp_prober *p)
{
	struct pptp_exit *exit;

	while ((exit = p->exits) != NULL) {
		p->exits = exit->next;
		pptp_sender_close(exit->sender);
		free(exit);
	}
}

void pptp_prober_close(struct pptp_prober *p)
{
	struct pptp_tap *tap;
	int error = errno;

	if (p == NULL)
		return;
	/* The last packets of the last farewell, for the capture file. */
	for (tap = p->taps; tap != NULL && p->dump != NULL; tap = tap->next)
		(void)pptp_tap_drain(p, tap);
	while (p->all != NULL)
		pptp_prober_drop(p->all);
	pptp_taps_close(p);
	(void)pptp_dump_close(p->dump);
	close_exits(p);
	pptp_guard_close(p->guard);
	if (p->epoll >= 0)
		close(p->epoll);
	if (p->router >= 0)
		close(p->router);
	pptp_timers_free(&p->timers);
	free(p->write);
	free(p);
	errno = error;
}
