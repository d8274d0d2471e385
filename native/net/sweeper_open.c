/* SPDX-License-Identifier: BSD-2-Clause */
/* A sweeper of this process: its begin and end, and the caller's side. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net/sweeper_parts.h"

/* Targets whose routes are looked at, to know where answers come in. */
#define SAMPLES 16

/* ---- ways ---------------------------------------------------------------- */

static enum pptp_error no_route(const struct pptp_sweeper_host *s,
				const struct pptp_address *target,
				enum pptp_error error, char *text, size_t room)
{
	char address[PPTP_ADDRESS_TEXT];

	pptp_address_format(target, address);
	if (error == PPTP_ERROR_INTERFACE && s->config.interface != NULL)
		snprintf(text, room,
			 "interface '%s' is not there or is down; choose "
			 "another",
			 s->config.interface);
	else
		snprintf(text, room,
			 "no route leads to %s: %s; add one, or choose another "
			 "-i or -S",
			 address, strerror(errno));
	return error;
}

/* The first of a family decides whose address we have; `*various`: they leave
 * by several interfaces. */
static enum pptp_error try_route(struct pptp_sweeper_host *s, int *router,
				 const struct pptp_address *target,
				 bool *various, char *text, size_t room)
{
	struct pptp_route *first = target->family == 6 ? &s->v6 : &s->v4;
	const struct pptp_address *source = NULL;
	struct pptp_route route;
	enum pptp_error error;

	if (s->config.source.family == target->family)
		source = &s->config.source;
	error = pptp_route_find(router, target, s->config.interface, source,
				&route);
	/* one that leads nowhere is refused when it is sent to */
	if (error != PPTP_OK)
		return first->index != 0
			   ? PPTP_OK
			   : no_route(s, target, error, text, room);
	if (first->index == 0)
		*first = route;
	*various = *various || route.index != first->index;
	return PPTP_OK;
}

static enum pptp_error find_routes(struct pptp_sweeper_host *s, bool *various,
				   char *text, size_t room)
{
	const struct pptp_ranges *r = s->config.ranges;
	uint64_t n = pptp_ranges_count(r), v4 = r->v4_targets, at;
	struct pptp_address target;
	enum pptp_error error = PPTP_OK;
	int router = -1, i;
	uint16_t port;

	for (i = 0; i <= SAMPLES && error == PPTP_OK; i++) {
		at = i < SAMPLES ? n / SAMPLES * (uint64_t)i : n - 1;
		pptp_ranges_nth(r, at, &target, &port);
		error = try_route(s, &router, &target, various, text, room);
	}
	if (error == PPTP_OK && v4 > 0 && v4 < n) {
		pptp_ranges_nth(r, v4, &target, &port); /* the first of IPv6 */
		error = try_route(s, &router, &target, various, text, room);
	}
	if (router >= 0)
		close(router);
	if (s->v4.index != 0 && s->v6.index != 0)
		*various = *various || s->v4.index != s->v6.index;
	return error;
}

static enum pptp_error open_ways(struct pptp_sweeper_host *s, bool various,
				 char *text, size_t room)
{
	const struct pptp_route *any = s->v4.index != 0 ? &s->v4 : &s->v6;
	struct pptp_address sources[2];
	struct pptp_sweep_out_config out = {
	    .interface = various ? NULL : any->interface,
	    .v4 = s->v4.source,
	    .v6 = s->v6.source,
	    .frames = !various && !any->local,
	};
	struct pptp_sweep_capture_config in = {
	    .interface = various ? "any" : any->interface,
	    .sources = sources,
	    .ports = &s->config.sweep.ports,
	    .ring = s->config.ring,
	};
	enum pptp_error error;

	/* our own addresses are reached through lo, whatever is asked for */
	if (any->local)
		out.interface = s->config.interface;
	if (s->v4.index != 0)
		sources[in.source_count++] = s->v4.source;
	if (s->v6.index != 0)
		sources[in.source_count++] = s->v6.source;
	error = pptp_sweep_capture_open(&s->capture, &in, text, room);
	if (error == PPTP_OK)
		error = pptp_sweep_out_open(&s->out, &out, text, room);
	return error;
}

/* ---- memory -------------------------------------------------------------- */

static bool get_memory(struct pptp_sweeper_host *s)
{
	struct pptp_sweep_memory *m = &s->memory;
	const struct pptp_sweep_config *config = &s->config.sweep;

	m->answers_size = pptp_answers_size(config->count, s->config.memory);
	m->answers = malloc(m->answers_size);
	m->marks =
	    malloc(sizeof(m->marks[0]) * PPTP_SWEEP_CURSORS * PPTP_SWEEP_MARKS);
	m->lost = malloc(sizeof(m->lost[0]) * 2 * PPTP_SWEEP_LOST);
	m->looked = malloc(pptp_sweep_look_size(&config->span));
	s->found_slots = malloc(sizeof(struct pptp_found) * PPTP_SWEEPER_FOUND);
	s->order_slots =
	    malloc(sizeof(s->order_slots[0]) * PPTP_SWEEPER_ORDERS);
	if (m->answers == NULL || m->marks == NULL || m->lost == NULL ||
	    m->looked == NULL || s->found_slots == NULL ||
	    s->order_slots == NULL)
		return false;
	pptp_ring_init(&s->found, s->found_slots, sizeof(struct pptp_found),
		       PPTP_SWEEPER_FOUND);
	pptp_ring_init(&s->orders, s->order_slots, sizeof(s->order_slots[0]),
		       PPTP_SWEEPER_ORDERS);
	pptp_ring_init(&s->losses, s->loss_slots, sizeof(s->loss_slots[0]),
		       PPTP_SWEEPER_LOSSES);
	return true;
}

static enum pptp_error open_all(struct pptp_sweeper_host *s, char *text,
				size_t room)
{
	bool various = false;
	enum pptp_error error;

	if (!get_memory(s)) {
		snprintf(text, room,
			 "not enough memory for a sweep; give it less with "
			 "--memory, or fewer targets");
		return PPTP_ERROR_SYSTEM;
	}
	if (!pptp_sweep_init(&s->sweep, &s->config.sweep, &s->memory,
			     pptp_sweeper_now())) {
		snprintf(text, room, "the sweep is out of range");
		return PPTP_ERROR_ARGUMENT;
	}
	error = find_routes(s, &various, text, room);
	if (error == PPTP_OK)
		error = open_ways(s, various, text, room);
	if (error == PPTP_ERROR_PRIVILEGE)
		snprintf(text, room,
			 "a sweep sends and captures raw packets, which needs "
			 "CAP_NET_RAW; run it as root");
	return error;
}

static struct pptp_sweeper_host *host_of(struct pptp_sweeper *s)
{
	return (struct pptp_sweeper_host *)s;
}

static const struct pptp_sweeper_host *
const_host_of(const struct pptp_sweeper *s)
{
	return (const struct pptp_sweeper_host *)s;
}

static void close_host(struct pptp_sweeper *sweeper)
{
	struct pptp_sweeper_host *s = host_of(sweeper);

	__atomic_store_n(&s->ended, true, __ATOMIC_RELEASE);
	if (s->sending)
		pthread_join(s->sender, NULL);
	if (s->receiving)
		pthread_join(s->receiver, NULL);
	pptp_sweep_capture_close(s->capture);
	pptp_sweep_out_close(s->out);
	free(s->memory.answers);
	free(s->memory.marks);
	free(s->memory.lost);
	free(s->memory.looked);
	free(s->found_slots);
	free(s->order_slots);
	free(s);
}

/* ---- the caller's side --------------------------------------------------- */

/* Signals are for the thread that judges. */
static enum pptp_error start(struct pptp_sweeper *sweeper)
{
	struct pptp_sweeper_host *s = host_of(sweeper);
	sigset_t all, before;

	s->judged_at = pptp_sweeper_now();
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	errno = pthread_create(&s->receiver, NULL, pptp_sweeper_receive, s);
	s->receiving = errno == 0;
	if (s->receiving)
		errno = pthread_create(&s->sender, NULL, pptp_sweeper_send, s);
	s->sending = s->receiving && errno == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return s->sending ? PPTP_OK : PPTP_ERROR_SYSTEM;
}

static void remember(struct pptp_sweeper *s, uint64_t target,
		     enum pptp_port_state answer)
{
	pptp_sweep_remember(&host_of(s)->sweep, target, answer);
}

static void lose(struct pptp_sweeper *s, struct pptp_interval span)
{
	pptp_sweep_lose_interval(&host_of(s)->sweep, span);
}

static bool take(struct pptp_sweeper *s, struct pptp_found *found)
{
	return pptp_ring_take(&host_of(s)->found, found);
}

static uint64_t waiting(struct pptp_sweeper *s)
{
	return pptp_ring_used(&host_of(s)->found);
}

/* A SYN that our own system refused was asked of nobody: as good as a lost
 * reply. */
static void judge_refused(struct pptp_sweeper_host *s)
{
	uint64_t now = pptp_sweeper_now();
	uint64_t refused = __atomic_load_n(&s->facts.refused, __ATOMIC_RELAXED);

	if (refused != s->refused)
		pptp_sweep_lose(&s->sweep, s->judged_at, now);
	s->refused = refused;
	__atomic_store_n(&s->judged_at, now, __ATOMIC_RELAXED);
}

static void judge(struct pptp_sweeper *sweeper, uint64_t hits)
{
	struct pptp_sweeper_host *s = host_of(sweeper);
	struct pptp_sweeper_loss loss;

	judge_refused(s);
	while (pptp_ring_take(&s->losses, &loss))
		pptp_sweep_lose(&s->sweep, loss.from, loss.to);
	pptp_sweep_pressure(&s->sweep, hits + pptp_ring_used(&s->found),
			    PPTP_SWEEPER_FOUND);
}

static uint64_t low(struct pptp_sweeper *s)
{
	return pptp_sweep_low(&host_of(s)->sweep, pptp_sweeper_now(),
			      UINT64_MAX);
}

static bool is_done(struct pptp_sweeper *s)
{
	return pptp_sweep_is_done(&host_of(s)->sweep, pptp_sweeper_now());
}

static enum pptp_port_state answer(const struct pptp_sweeper *s,
				   uint64_t target)
{
	return pptp_answers_get(&const_host_of(s)->sweep.answers, target);
}

static void stand(struct pptp_sweeper *s, struct pptp_sweep_standing *standing)
{
	pptp_sweep_stand(&host_of(s)->sweep, standing);
}

static void exclude(struct pptp_sweeper *s,
		    const struct pptp_sweeper_blocks *blocks)
{
	__atomic_store_n(&host_of(s)->excluded, blocks, __ATOMIC_RELEASE);
}

static void stop(struct pptp_sweeper *s)
{
	__atomic_store_n(&host_of(s)->stopped, true, __ATOMIC_RELEASE);
}

static void tell_facts(struct pptp_sweeper *sweeper,
		       struct pptp_sweeper_facts *facts)
{
	const struct pptp_sweeper_host *s = host_of(sweeper);
	const struct pptp_sweeper_facts *from = &s->facts;

	facts->resets = __atomic_load_n(&from->resets, __ATOMIC_RELAXED);
	facts->second_ports_asked =
	    __atomic_load_n(&from->second_ports_asked, __ATOMIC_RELAXED);
	facts->refused = __atomic_load_n(&from->refused, __ATOMIC_RELAXED);
	facts->drops = __atomic_load_n(&from->drops, __ATOMIC_RELAXED);
	facts->overflows = __atomic_load_n(&from->overflows, __ATOMIC_RELAXED);
	facts->framed = s->out != NULL && pptp_sweep_out_framed(s->out);
}

static const struct pptp_route *route(const struct pptp_sweeper *sweeper,
				      uint8_t family)
{
	const struct pptp_sweeper_host *s = const_host_of(sweeper);
	const struct pptp_route *way = family == 6 ? &s->v6 : &s->v4;

	return way->index != 0 ? way : NULL;
}

static const char *no_error(const struct pptp_sweeper *s)
{
	(void)s;
	return NULL;
}

static const struct pptp_sweeper_calls calls = {
    .start = start,
    .remember = remember,
    .lose = lose,
    .take = take,
    .waiting = waiting,
    .judge = judge,
    .low = low,
    .is_done = is_done,
    .answer = answer,
    .stand = stand,
    .exclude = exclude,
    .stop = stop,
    .facts = tell_facts,
    .route = route,
    .error = no_error,
    .close = close_host,
};

enum pptp_error pptp_sweeper_open(struct pptp_sweeper **s,
				  const struct pptp_sweeper_config *config,
				  char *text, size_t room)
{
	struct pptp_sweeper_host *host = calloc(1, sizeof(*host));
	enum pptp_error error;

	*s = NULL;
	if (host == NULL) {
		snprintf(text, room, "not enough memory for a sweep");
		return PPTP_ERROR_SYSTEM;
	}
	host->sweeper.calls = &calls;
	host->config = *config;
	error = open_all(host, text, room);
	if (error == PPTP_OK)
		*s = &host->sweeper;
	else
		close_host(&host->sweeper);
	return error;
}
