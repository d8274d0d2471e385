/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/prober.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/guard.h"
#include "net/probe.h"

#define JOBS_MOST    16384
#define SILENT_A_JOB 24 /* 6 s of silence, of which 0.25 s with a job */
#define SILENT_MOST  16384
#define FILES_BESIDE 128 /* captures, standard streams, the host's own */
#define EVENTS       256
#define RETRY        INT64_C(100000)
#define PATIENCE     INT64_C(3000000) /* with a system that lacks something */

#define PROBE_OF(t)                                                            \
	((struct pptp_probe *)((char *)(t)-offsetof(struct pptp_probe, timer)))

/* Used bytes are overwritten: nothing that was random is told twice. */
bool pptp_prober_random(struct pptp_prober *p, void *bytes, size_t length)
{
	if (p->random_left < length) {
		if (getrandom(p->random, sizeof(p->random), 0) !=
		    (ssize_t)sizeof(p->random))
			return false;
		p->random_left = sizeof(p->random);
	}
	p->random_left -= length;
	memcpy(bytes, p->random + p->random_left, length);
	memset(p->random + p->random_left, 0, length);
	return true;
}

/* ---- queues -------------------------------------------------------------- */

static void push(struct pptp_queue *q, struct pptp_probe *e)
{
	e->next = NULL;
	if (q->last != NULL)
		q->last->next = e;
	else
		q->first = e;
	q->last = e;
}

static void push_front(struct pptp_queue *q, struct pptp_probe *e)
{
	e->next = q->first;
	q->first = e;
	if (q->last == NULL)
		q->last = e;
}

static struct pptp_probe *pop(struct pptp_queue *q)
{
	struct pptp_probe *e = q->first;

	if (e == NULL)
		return NULL;
	q->first = e->next;
	if (q->first == NULL)
		q->last = NULL;
	e->next = NULL;
	return e;
}

static void enqueue(struct pptp_prober *p, struct pptp_probe *e)
{
	e->phase = PPTP_PHASE_READY;
	push(&p->ready, e);
	p->queued++;
}

static struct pptp_probe *dequeue(struct pptp_prober *p)
{
	struct pptp_probe *e = pop(&p->ready);

	if (e != NULL)
		p->queued--;
	return e;
}

static void join(struct pptp_prober *p, struct pptp_probe *e)
{
	e->after = p->all;
	if (p->all != NULL)
		p->all->before = e;
	p->all = e;
	p->count++;
	p->unreported++;
}

static void drop(struct pptp_prober *p, struct pptp_probe *e)
{
	if (e->before != NULL)
		e->before->after = e->after;
	else
		p->all = e->after;
	if (e->after != NULL)
		e->after->before = e->before;
	p->count--;
	pptp_probe_free(e);
}

void pptp_prober_fail(struct pptp_prober *p, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(p->error, sizeof(p->error), format, arguments);
	va_end(arguments);
}

/* ---- opening and closing ------------------------------------------------- */

static enum pptp_error raise_limit(unsigned jobs, char *text, size_t room)
{
	rlim_t need = (rlim_t)jobs + FILES_BESIDE;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return PPTP_OK;
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= need)
		return PPTP_OK;
	limit.rlim_cur = need;
	if (limit.rlim_max >= need && setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return PPTP_OK;
	snprintf(text, room,
		 "%u conversation%s at once need%s %llu open files, and %llu "
		 "are allowed; %sraise the limit with ulimit -n",
		 jobs, jobs == 1 ? "" : "s", jobs == 1 ? "s" : "",
		 (unsigned long long)need, (unsigned long long)limit.rlim_max,
		 limit.rlim_max > FILES_BESIDE ? "take fewer with --jobs, or "
					       : "");
	errno = EMFILE;
	return PPTP_ERROR_SYSTEM;
}

static bool can_bind(const struct pptp_address *source, unsigned index)
{
	struct sockaddr_storage from;
	socklen_t length = pptp_probe_sockaddr(&from, source, 0, index);
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

static enum pptp_error open_sender(struct pptp_prober *p, char *text,
				   size_t room)
{
	const struct pptp_prober_config *f = &p->config;
	enum pptp_error error = PPTP_ERROR_PRIVILEGE;

	if (!f->tcp_only)
		error = pptp_sender_open(&p->sender, interface_of(p));
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
		error = raise_limit(p->jobs, text, room);
	if (error == PPTP_OK)
		error = open_sender(p, text, room);
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
	    getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed)) {
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

void pptp_prober_close(struct pptp_prober *p)
{
	struct pptp_tap *tap;
	int error = errno;

	if (p == NULL)
		return;
	/* The last packets of the last farewell, for the capture file. */
	for (tap = p->taps; tap != NULL && p->dump != NULL; tap = tap->next)
		pptp_tap_drain(p, tap);
	while (p->all != NULL)
		drop(p, p->all);
	pptp_taps_close(p);
	(void)pptp_dump_close(p->dump);
	pptp_sender_close(p->sender);
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

/* ---- plans --------------------------------------------------------------- */

static bool copy(char **to, const char *from)
{
	*to = from != NULL ? strdup(from) : NULL;
	return (*to != NULL) == (from != NULL);
}

static struct pptp_probe *new_probe(struct pptp_prober *p,
				    const struct pptp_plan *plan, int64_t tag)
{
	struct pptp_probe *e = calloc(1, sizeof(*e));
	bool copied;

	if (e == NULL)
		return NULL;
	e->source = PPTP_SOURCE_PROBE;
	e->prober = p;
	e->plan = *plan;
	e->tag = tag;
	e->fd = -1;
	e->entry.address = plan->target;
	copied = copy(&e->contact, plan->contact);
	copied = copy(&e->name, plan->name) && copied;
	copied = copy(&e->labels, plan->labels) && copied;
	if (copied && pptp_timers_reserve(&p->timers, p->count + 1))
		return e;
	pptp_probe_free(e);
	return NULL;
}

static enum pptp_error find_route(struct pptp_probe *e, char *text, size_t room)
{
	struct pptp_prober *p = e->prober;
	enum pptp_error error = pptp_route_find(&p->router, &e->entry.address,
						interface_of(p), &e->route);
	char address[PPTP_ADDRESS_TEXT];

	pptp_address_format(&e->entry.address, address);
	if (error == PPTP_ERROR_INTERFACE)
		snprintf(text, room, "interface '%s' cannot be used: %s",
			 p->interface, strerror(errno));
	else if (error == PPTP_ERROR_ROUTE)
		snprintf(text, room,
			 "there is no route to %s: %s; see ip route", address,
			 strerror(errno));
	else if (error != PPTP_OK)
		snprintf(text, room, "cannot find the route to %s: %s", address,
			 strerror(errno));
	e->entry.source =
	    p->config.source.family != 0 ? p->config.source : e->route.source;
	return error;
}

static enum pptp_error check_plan(const struct pptp_probe *e, char *text,
				  size_t room)
{
	char address[PPTP_ADDRESS_TEXT], source[PPTP_ADDRESS_TEXT];
	struct pptp_conversation scratch;
	struct pptp_conversation_config f;

	if (e->prober->sender == NULL &&
	    (e->plan.gre || e->plan.depth == PPTP_DEPTH_SYN)) {
		snprintf(text, room,
			 "this plan is about raw packets, which "
			 "need CAP_NET_RAW; run as root");
		return PPTP_ERROR_PRIVILEGE;
	}
	if (pptp_probe_config(e, &f) &&
	    pptp_conversation_init(&scratch, &f, 0) == PPTP_OK)
		return PPTP_OK;
	pptp_address_format(&e->entry.address, address);
	pptp_address_format(&e->entry.source, source);
	snprintf(text, room,
		 "no conversation%s can be held from %s with %s port %u",
		 e->plan.gre ? " over GRE" : "", source, address, e->plan.port);
	return PPTP_ERROR_ARGUMENT;
}

static enum pptp_error open_tap(struct pptp_probe *e, char *text, size_t room)
{
	struct pptp_prober *p = e->prober;
	enum pptp_error error;

	if (p->sender == NULL)
		return PPTP_OK;
	error = pptp_taps_port(p, e->plan.port, text, room);
	if (error == PPTP_OK)
		error =
		    pptp_tap_get(p, e->route.interface, &e->tap, text, room);
	return error;
}

enum pptp_error pptp_prober_start(struct pptp_prober *p,
				  const struct pptp_plan *plan, int64_t tag,
				  char *text, size_t room)
{
	struct pptp_probe *e = new_probe(p, plan, tag);
	enum pptp_error error;

	if (e == NULL) {
		snprintf(text, room, "out of memory for a conversation");
		return PPTP_ERROR_SYSTEM;
	}
	error = find_route(e, text, room);
	if (error == PPTP_OK)
		error = check_plan(e, text, room);
	if (error == PPTP_OK)
		error = open_tap(e, text, room);
	if (error != PPTP_OK) {
		pptp_probe_free(e);
		return error;
	}
	join(p, e);
	if (p->aborting) {
		push(&p->aborted, e);
	} else if (plan->wait_us > 0) {
		e->phase = PPTP_PHASE_WAITING;
		pptp_timer_set(&p->timers, &e->timer,
			       pptp_probe_now() + plan->wait_us);
	} else {
		enqueue(p, e);
	}
	return PPTP_OK;
}

/* ---- the loop ------------------------------------------------------------ */

void pptp_prober_done(struct pptp_probe *e)
{
	struct pptp_prober *p = e->prober;

	push(&p->done, e);
	if (p->dump == NULL || pptp_dump_flush(p->dump) == PPTP_OK)
		return;
	pptp_prober_fail(p, "cannot write capture file '%s': %s", p->write,
			 strerror(errno));
	(void)pptp_dump_close(p->dump);
	p->dump = NULL;
}

void pptp_prober_give_back(struct pptp_probe *e)
{
	if (!e->employed)
		return;
	e->employed = false;
	e->prober->running--;
	e->prober->retry_at = e->prober->starved_since = PPTP_NEVER;
}

void pptp_prober_answered(struct pptp_probe *e)
{
	push(&e->prober->answered, e);
}

/* Its address is free: the plans that waited for it go first. */
void pptp_prober_over(struct pptp_probe *e)
{
	struct pptp_prober *p = e->prober;

	pptp_demux_remove(&p->demux, &e->entry);
	pptp_prober_give_back(e);
	if (e->followers.first != NULL) {
		for (struct pptp_probe *f = e->followers.first; f != NULL;
		     f = f->next)
			p->queued++;
		e->followers.last->next = p->ready.first;
		p->ready.first = e->followers.first;
		if (p->ready.last == NULL)
			p->ready.last = e->followers.last;
	}
	/* Who called has it in hand still. */
	if (e->reported)
		push(&p->over, e);
}

static void drop_all(struct pptp_prober *p)
{
	struct pptp_probe *e;

	while ((e = pop(&p->over)) != NULL)
		drop(p, e);
}

static struct pptp_probe *at_address(struct pptp_prober *p,
				     const struct pptp_address *address)
{
	struct pptp_demux_entry *found = pptp_demux_find(&p->demux, address);

	if (found == NULL)
		return NULL;
	return (struct pptp_probe *)((char *)found -
				     offsetof(struct pptp_probe, entry));
}

/* False where it could not begin: the system is short of something. */
static bool employ(struct pptp_prober *p, struct pptp_probe *e, int64_t now)
{
	bool fresh = e->phase == PPTP_PHASE_READY;

	e->employed = true;
	p->running++;
	if (fresh ? pptp_probe_begin(e, now) : pptp_probe_resume(e, now)) {
		p->starved_since = PPTP_NEVER;
		return true;
	}
	p->shortage = errno;
	e->employed = false;
	p->running--;
	p->retry_at = now + RETRY;
	if (p->running > 0)
		p->starved_since = PPTP_NEVER;
	else if (p->starved_since == PPTP_NEVER)
		p->starved_since = now;
	return false;
}

/* Who was answered late has waited longest. */
static void begin_ready(struct pptp_prober *p)
{
	int64_t now = pptp_probe_now();
	struct pptp_probe *e, *there;

	if (p->retry_at > now && p->retry_at != PPTP_NEVER)
		return;
	p->retry_at = PPTP_NEVER;
	while (p->running < p->jobs && (e = pop(&p->answered)) != NULL) {
		if (!employ(p, e, now)) {
			push_front(&p->answered, e);
			return;
		}
	}
	while (p->running < p->jobs && (e = dequeue(p)) != NULL) {
		there = at_address(p, &e->entry.address);
		if (there != NULL) {
			push(&there->followers, e);
		} else if (!employ(p, e, now)) {
			push_front(&p->ready, e);
			p->queued++;
			return;
		}
	}
}

static void run_timers(struct pptp_prober *p)
{
	int64_t now = pptp_probe_now();
	struct pptp_timer *first;
	struct pptp_probe *e;

	while ((first = pptp_timers_first(&p->timers)) != NULL &&
	       first->at <= now) {
		pptp_timer_clear(&p->timers, first);
		e = PROBE_OF(first);
		if (e->phase == PPTP_PHASE_WAITING)
			enqueue(p, e);
		else
			pptp_probe_timer_event(e, now);
	}
}

static int milliseconds(const struct pptp_prober *p, int64_t until)
{
	const struct pptp_timer *first = pptp_timers_first(&p->timers);
	int64_t wait;

	if (first != NULL && first->at < until)
		until = first->at;
	if (p->retry_at < until)
		until = p->retry_at;
	if (until == PPTP_NEVER)
		return -1;
	wait = until - pptp_probe_now();
	if (wait <= 0)
		return 0;
	/* Rounded up: rounded down it would turn until the time has come. */
	return wait < INT64_C(1000000000) ? (int)((wait + 999) / 1000)
					  : 1000000;
}

/* Captures before sockets: what stands in the ring came first. */
static void handle(struct pptp_prober *p, const struct epoll_event *events,
		   int count)
{
	const enum pptp_source *source;
	int i;

	for (i = 0; i < count; i++) {
		source = events[i].data.ptr;
		if (*source == PPTP_SOURCE_TAP)
			pptp_tap_drain(p, events[i].data.ptr);
	}
	for (i = 0; i < count; i++) {
		source = events[i].data.ptr;
		if (*source == PPTP_SOURCE_PROBE)
			pptp_probe_socket_event(events[i].data.ptr,
						events[i].events);
	}
}

/* One turn: what has happened until now, or until something happens. */
static int turn(struct pptp_prober *p, int64_t until)
{
	struct epoll_event events[EVENTS];
	int count;

	begin_ready(p);
	if (p->done.first != NULL)
		until = 0;
	count = epoll_wait(p->epoll, events, EVENTS, milliseconds(p, until));
	if (count < 0)
		return -1;
	handle(p, events, count);
	run_timers(p);
	drop_all(p);
	return 0;
}

/* The record that was lent last is over. */
static void take_back(struct pptp_prober *p)
{
	struct pptp_probe *e = p->current;

	p->current = NULL;
	if (e == NULL)
		return;
	free(e->conversation);
	e->conversation = NULL;
	e->reported = true;
	if (e->phase == PPTP_PHASE_OVER)
		drop(p, e);
}

static int lend(struct pptp_prober *p, const struct pptp_record **record,
		int64_t *tag)
{
	struct pptp_probe *e = pop(&p->done);

	p->current = e;
	p->unreported--;
	*record = &e->conversation->record;
	*tag = e->tag;
	return 1;
}

/* Of something that none of ours will give back. */
static bool is_starved(const struct pptp_prober *p)
{
	return p->starved_since != PPTP_NEVER &&
	       pptp_probe_now() - p->starved_since > PATIENCE;
}

static int system_failure(struct pptp_prober *p)
{
	int error = errno;

	pptp_prober_fail(p, "the conversations cannot go on: %s",
			 strerror(error));
	errno = error;
	return PPTP_ERROR_SYSTEM;
}

int pptp_prober_next(struct pptp_prober *p, int64_t timeout_us,
		     const struct pptp_record **record, int64_t *tag)
{
	int64_t until = timeout_us < 0 || timeout_us > INT64_MAX / 2
			    ? PPTP_NEVER
			    : pptp_probe_now() + timeout_us;
	struct pptp_probe *e;

	take_back(p);
	for (;;) {
		if (p->done.first == NULL && (e = pop(&p->aborted)) != NULL) {
			pptp_probe_abort(e, pptp_probe_now());
			if (p->done.first == NULL) {
				push_front(&p->aborted, e);
				return system_failure(p);
			}
		}
		if (p->count == 0)
			return PPTP_PROBER_IDLE;
		if (turn(p, until) != 0)
			return errno == EINTR ? 0 : system_failure(p);
		if (p->done.first != NULL)
			return lend(p, record, tag);
		if (is_starved(p)) {
			errno = p->shortage;
			p->starved_since = PPTP_NEVER;
			return system_failure(p);
		}
		if (pptp_probe_now() >= until)
			return 0;
	}
}

void pptp_prober_abort(struct pptp_prober *p)
{
	int64_t now = pptp_probe_now();
	struct pptp_probe *e;

	if (p->aborting)
		return;
	p->aborting = true;
	memset(&p->ready, 0, sizeof(p->ready));
	memset(&p->answered, 0, sizeof(p->answered));
	p->queued = 0;
	for (e = p->all; e != NULL; e = e->after) {
		memset(&e->followers, 0, sizeof(e->followers));
		if (e->phase >= PPTP_PHASE_LIVE)
			continue;
		pptp_timer_clear(&p->timers, &e->timer);
		push_front(&p->aborted, e);
	}
	for (e = p->all; e != NULL; e = e->after)
		if (e->phase == PPTP_PHASE_LIVE)
			pptp_probe_abort(e, now);
}

size_t pptp_prober_live(const struct pptp_prober *p)
{
	return p->unreported;
}

bool pptp_prober_hungry(const struct pptp_prober *p)
{
	size_t most = (size_t)p->jobs * SILENT_A_JOB;

	if (most > SILENT_MOST)
		most = SILENT_MOST;
	if (most < 2 * (size_t)p->jobs)
		most = 2 * (size_t)p->jobs;
	return p->queued < p->jobs && p->unreported < most;
}

bool pptp_prober_raw(const struct pptp_prober *p)
{
	return p->sender != NULL;
}

const char *pptp_prober_error(const struct pptp_prober *p)
{
	return p->error[0] != '\0' ? p->error : NULL;
}
