/* SPDX-License-Identifier: BSD-2-Clause */
/* The prober's queues, and who has one of its jobs. */
#include "net/probe.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>

#define RETRY       INT64_C(100000)
#define KNOCK       INT64_C(250000) /* how long who has no answer has a job */
#define SILENT_MOST 8192 /* sockets without a job, where the limit allows */

/* Used bytes are overwritten: nothing that was random is told twice. No signal
 * cuts a piece of 256 bytes short. */
_Static_assert(PPTP_RANDOM_POOL <= 256,
	       "a signal may cut short what is longer: getrandom(2)");

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

void pptp_queue_push(struct pptp_queue *q, struct pptp_probe *e)
{
	e->next = NULL;
	if (q->last != NULL)
		q->last->next = e;
	else
		q->first = e;
	q->last = e;
}

void pptp_queue_push_front(struct pptp_queue *q, struct pptp_probe *e)
{
	e->next = q->first;
	q->first = e;
	if (q->last == NULL)
		q->last = e;
}

struct pptp_probe *pptp_queue_pop(struct pptp_queue *q)
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

/* ---- probes -------------------------------------------------------------- */

struct pptp_connection_way pptp_probe_way(struct pptp_probe *e)
{
	struct pptp_prober *p = e->prober;

	return (struct pptp_connection_way){
	    .source = &e->entry.source,
	    .target = &e->entry.address,
	    .port = e->plan.port,
	    .interface = p->interface[0] != '\0' ? p->interface : NULL,
	    .index = e->route.index,
	    .epoll = p->epoll,
	    .owner = e,
	};
}

void pptp_probe_close_socket(struct pptp_probe *e)
{
	struct pptp_connection_way way = pptp_probe_way(e);

	if (e->connection.fd >= 0 && !e->employed)
		e->prober->silent--;
	pptp_connection_close(&e->connection, &way);
}

void pptp_probe_free(struct pptp_probe *e)
{
	pptp_probe_close_socket(e);
	pptp_resend_clear(&e->resend);
	free(e->conversation);
	free(e->told);
	free(e->contact);
	free(e->name);
	free(e->labels);
	free(e);
}

void pptp_prober_enqueue(struct pptp_probe *e)
{
	e->phase = PPTP_PHASE_READY;
	pptp_queue_push(&e->prober->ready, e);
	e->prober->queued++;
}

void pptp_prober_join(struct pptp_probe *e)
{
	struct pptp_prober *p = e->prober;

	e->after = p->all;
	if (p->all != NULL)
		p->all->before = e;
	p->all = e;
	p->count++;
	p->unreported++;
}

void pptp_prober_drop(struct pptp_probe *e)
{
	struct pptp_prober *p = e->prober;

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

/* ---- jobs and slots ------------------------------------------------------ */

void pptp_prober_employ(struct pptp_probe *e, int64_t now)
{
	struct pptp_prober *p = e->prober;

	if (e->connection.fd >= 0 && !e->employed)
		p->silent--;
	e->employed = true;
	e->waits = false;
	e->until = now + KNOCK;
	p->running++;
}

bool pptp_prober_take_slot(struct pptp_probe *e, int64_t now)
{
	struct pptp_prober *p = e->prober;

	if (p->slots >= p->jobs || !pptp_prober_has_room(p))
		return false;
	p->slots++;
	e->slot = true;
	e->waits = false;
	e->until = now + KNOCK;
	return true;
}

void pptp_prober_give_back(struct pptp_probe *e)
{
	struct pptp_prober *p = e->prober;

	if (e->slot) {
		e->slot = false;
		p->slots--;
	}
	if (!e->employed)
		return;
	e->employed = false;
	p->running--;
	if (e->connection.fd >= 0)
		p->silent++;
	pptp_prober_served(p);
}

void pptp_prober_served(struct pptp_prober *p)
{
	p->retry_at = p->starved_since = PPTP_NEVER;
}

static struct pptp_queue *queue_of(struct pptp_probe *e)
{
	return !e->answered && pptp_conversation_knocks(e->conversation)
		   ? &e->prober->callers
		   : &e->prober->answered;
}

void pptp_prober_wait(struct pptp_probe *e)
{
	pptp_prober_give_back(e);
	e->waits = true;
	pptp_timer_clear(&e->prober->timers, &e->timer);
	pptp_queue_push(queue_of(e), e);
}

/* Its job goes too: others may need nothing of what is short. */
void pptp_prober_short(struct pptp_probe *e, int error, int64_t now)
{
	struct pptp_prober *p = e->prober;
	int64_t since = p->starved_since;

	pptp_prober_give_back(e);
	p->shortage = error;
	p->retry_at = now + RETRY;
	p->starved_since = since != PPTP_NEVER ? since : now;
	if (e->phase == PPTP_PHASE_READY) {
		pptp_queue_push_front(&p->ready, e);
		p->queued++;
		return;
	}
	e->waits = true;
	pptp_timer_clear(&p->timers, &e->timer);
	pptp_queue_push_front(queue_of(e), e);
}

/* The limit of open files is raised for them only where so many are silent. */
bool pptp_prober_has_room(struct pptp_prober *p)
{
	struct rlimit limit;
	rlim_t more;

	if (p->silent < p->silent_most)
		return true;
	if (p->silent_most >= SILENT_MOST ||
	    getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur == limit.rlim_max)
		return false;
	more = limit.rlim_max - limit.rlim_cur;
	if (more > SILENT_MOST - p->silent_most)
		more = SILENT_MOST - p->silent_most;
	limit.rlim_cur += more;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return false;
	p->silent_most += (size_t)more;
	return true;
}

/* ---- the end of a probe -------------------------------------------------- */

void pptp_prober_done(struct pptp_probe *e)
{
	struct pptp_prober *p = e->prober;

	pptp_queue_push(&p->done, e);
	if (p->dump == NULL || pptp_dump_flush(p->dump) == PPTP_OK)
		return;
	pptp_prober_fail(p, "cannot write capture file '%s': %s", p->write,
			 strerror(errno));
	(void)pptp_dump_close(p->dump);
	p->dump = NULL;
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
		pptp_queue_push(&p->over, e);
}
