/* SPDX-License-Identifier: BSD-2-Clause */
/* The prober's loop. */
#include "net/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define SILENT_A_JOB 24 /* 6 s of silence, of which 0.25 s with a job */
#define SILENT_MOST  16384
#define EVENTS       256
#define PATIENCE     INT64_C(3000000) /* with a system that lacks something */

#define PROBE_OF(t)                                                            \
	((struct pptp_probe *)((char *)(t)-offsetof(struct pptp_probe, timer)))

static struct pptp_probe *dequeue(struct pptp_prober *p)
{
	struct pptp_probe *e = pptp_queue_pop(&p->ready);

	if (e != NULL)
		p->queued--;
	return e;
}

static void drop_all(struct pptp_prober *p)
{
	struct pptp_probe *e;

	while ((e = pptp_queue_pop(&p->over)) != NULL)
		pptp_prober_drop(e);
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

/* Who was answered late has waited longest, and who wants to connect longer
 * than who has not begun. */
static void resume_waiting(struct pptp_prober *p, int64_t now)
{
	struct pptp_probe *e;

	while (p->retry_at == PPTP_NEVER && p->running < p->jobs &&
	       (e = pptp_queue_pop(&p->answered)) != NULL) {
		pptp_prober_employ(e, now);
		pptp_probe_resume(e, now);
	}
	while (p->retry_at == PPTP_NEVER && p->answered.first == NULL &&
	       (e = p->callers.first) != NULL &&
	       pptp_prober_take_slot(e, now)) {
		(void)pptp_queue_pop(&p->callers);
		pptp_probe_resume(e, now);
	}
}

static void begin_ready(struct pptp_prober *p)
{
	int64_t now = pptp_timers_now();
	struct pptp_probe *e, *there;

	if (p->retry_at > now && p->retry_at != PPTP_NEVER)
		return;
	p->retry_at = PPTP_NEVER;
	resume_waiting(p, now);
	while (p->retry_at == PPTP_NEVER && p->running < p->jobs &&
	       (e = dequeue(p)) != NULL) {
		there = at_address(p, &e->entry.address);
		if (there != NULL) {
			pptp_queue_push(&there->followers, e);
			continue;
		}
		pptp_prober_employ(e, now);
		if (!pptp_probe_begin(e, now))
			pptp_prober_short(e, errno, now);
	}
}

static void run_timers(struct pptp_prober *p)
{
	int64_t now = pptp_timers_now();
	struct pptp_timer *first;
	struct pptp_probe *e;

	while ((first = pptp_timers_first(&p->timers)) != NULL &&
	       first->at <= now) {
		pptp_timer_clear(&p->timers, first);
		e = PROBE_OF(first);
		if (e->phase == PPTP_PHASE_WAITING)
			pptp_prober_enqueue(e);
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
	wait = until - pptp_timers_now();
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
			(void)pptp_tap_drain(p, events[i].data.ptr);
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
		pptp_prober_drop(e);
}

static int lend(struct pptp_prober *p, const struct pptp_record **record,
		int64_t *tag)
{
	struct pptp_probe *e = pptp_queue_pop(&p->done);

	p->current = e;
	p->unreported--;
	*record = &e->conversation->record;
	*tag = e->tag;
	return 1;
}

/* Of something that none of ours will give back. */
static bool is_starved(const struct pptp_prober *p)
{
	return p->starved_since != PPTP_NEVER && p->running == 0 &&
	       p->silent == 0 &&
	       pptp_timers_now() - p->starved_since > PATIENCE;
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
			    : pptp_timers_now() + timeout_us;
	struct pptp_probe *e;

	take_back(p);
	for (;;) {
		if (p->done.first == NULL &&
		    (e = pptp_queue_pop(&p->aborted)) != NULL) {
			pptp_probe_abort(e, pptp_timers_now());
			if (p->done.first == NULL) {
				pptp_queue_push_front(&p->aborted, e);
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
		if (pptp_timers_now() >= until)
			return 0;
	}
}

void pptp_prober_abort(struct pptp_prober *p)
{
	int64_t now = pptp_timers_now();
	struct pptp_probe *e;

	if (p->aborting)
		return;
	p->aborting = true;
	memset(&p->ready, 0, sizeof(p->ready));
	memset(&p->answered, 0, sizeof(p->answered));
	memset(&p->callers, 0, sizeof(p->callers));
	p->queued = 0;
	for (e = p->all; e != NULL; e = e->after) {
		memset(&e->followers, 0, sizeof(e->followers));
		if (e->phase >= PPTP_PHASE_LIVE)
			continue;
		pptp_timer_clear(&p->timers, &e->timer);
		pptp_queue_push_front(&p->aborted, e);
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
	return p->raw;
}

const char *pptp_prober_error(const struct pptp_prober *p)
{
	return p->error[0] != '\0' ? p->error : NULL;
}
