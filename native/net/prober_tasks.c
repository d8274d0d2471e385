/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/prober_tasks.h"

#include <errno.h>
#include <stdlib.h>

#define RETRY INT64_C(100000)
#define KEEP  INT64_C(1000000) /* a job, where no socket may lack one */

/* ---- queues -------------------------------------------------------------- */

void pptp_task_push(struct pptp_task_queue *q, struct pptp_task *t)
{
	t->next = NULL;
	if (q->last != NULL)
		q->last->next = t;
	else
		q->first = t;
	q->last = t;
}

void pptp_task_push_front(struct pptp_task_queue *q, struct pptp_task *t)
{
	t->next = q->first;
	q->first = t;
	if (q->last == NULL)
		q->last = t;
}

struct pptp_task *pptp_task_pop(struct pptp_task_queue *q)
{
	struct pptp_task *t = q->first;

	if (t == NULL)
		return NULL;
	q->first = t->next;
	if (q->first == NULL)
		q->last = NULL;
	t->next = NULL;
	return t;
}

void pptp_task_take_out(struct pptp_task_queue *q, struct pptp_task *t)
{
	struct pptp_task **at = &q->first, *last = NULL;

	while (*at != NULL && *at != t) {
		last = *at;
		at = &last->next;
	}
	if (*at == NULL)
		return;
	*at = t->next;
	if (q->last == t)
		q->last = last;
	t->next = NULL;
}

/* ---- jobs and slots ------------------------------------------------------ */

static void count_socket(struct pptp_task *t)
{
	pptp_jobs_count_socket(&t->prober->jobs, &t->probe.job,
			       t->probe.connection.fd >= 0);
}

/* What was short is there again, or may be. */
static void end_shortage(struct pptp_prober *p)
{
	p->retry_at = p->short_since = PPTP_NEVER;
}

static void take_job(struct pptp_task *t, int64_t now)
{
	pptp_jobs_take(&t->prober->jobs, &t->probe.job, now);
	count_socket(t);
}

static void give_back(struct pptp_task *t)
{
	if (pptp_jobs_give_back(&t->prober->jobs, &t->probe.job))
		end_shortage(t->prober);
	count_socket(t);
}

static void resume(struct pptp_task *t, int64_t now)
{
	pptp_task_settle(t, pptp_probe_resume(&t->probe, now));
}

static struct pptp_task_queue *queue_of(struct pptp_task *t)
{
	return pptp_probe_wants_slot(&t->probe) ? &t->prober->callers
						: &t->prober->answered;
}

static void wait_for_job(struct pptp_task *t, int64_t now)
{
	struct pptp_prober *p = t->prober;

	if (pptp_probe_wants_slot(&t->probe) &&
	    pptp_jobs_take_slot(&p->jobs, &t->probe.job, now)) {
		resume(t, now);
		return;
	}
	give_back(t);
	pptp_loop_set_timer(p->loop, &t->probe.timer,
			    pptp_probe_waits_until(&t->probe, now));
	pptp_task_push(queue_of(t), t);
}

/* The same, first of all, and later. Its job goes too: others may need nothing
 * of what is short. */
static void wait_for_system(struct pptp_task *t, int error, int64_t now)
{
	struct pptp_prober *p = t->prober;
	int64_t since = p->short_since;

	give_back(t);
	p->shortage = error;
	p->retry_at = now + RETRY;
	p->short_since = since != PPTP_NEVER ? since : now;
	pptp_loop_clear_timer(p->loop, &t->probe.timer);
	if (t->probe.phase == PPTP_PHASE_NEW)
		pptp_task_push_front(&p->ready, t);
	else
		pptp_task_push_front(queue_of(t), t);
}

/* A socket without a job is one of a bounded number. */
static void leave_job(struct pptp_task *t, int64_t now)
{
	struct pptp_probe *e = &t->probe;

	if (!(e->job.held || e->job.slot) || e->job.until > now ||
	    !pptp_probe_is_unanswered(e))
		return;
	if (e->job.held && e->connection.fd >= 0 &&
	    !pptp_jobs_room(&t->prober->jobs))
		e->job.until = now + KEEP;
	else
		give_back(t);
}

/* Who was answered late has waited longest, and who wants to connect longer
 * than who has not begun. */
void pptp_tasks_resume(struct pptp_prober *p, int64_t now)
{
	struct pptp_task *t;

	while (p->retry_at == PPTP_NEVER && pptp_jobs_free(&p->jobs) &&
	       (t = pptp_task_pop(&p->answered)) != NULL) {
		take_job(t, now);
		resume(t, now);
	}
	while (p->retry_at == PPTP_NEVER && p->answered.first == NULL &&
	       (t = p->callers.first) != NULL &&
	       pptp_jobs_take_slot(&p->jobs, &t->probe.job, now)) {
		(void)pptp_task_pop(&p->callers);
		resume(t, now);
	}
}

/* ---- what a probe has changed -------------------------------------------- */

static void done(struct pptp_task *t, int64_t now)
{
	struct pptp_prober *p = t->prober;

	pptp_demux_call_end(&p->demux, &t->entry, now);
	pptp_task_push(&p->done, t);
	if (p->wire != NULL)
		pptp_wire_flush(p->wire);
}

static void hush(struct pptp_task *t)
{
	if (t->prober->wire != NULL)
		pptp_wire_hush(t->prober->wire, t->talk);
}

/* Its address is free: the plans that waited for it go first. */
static void over(struct pptp_task *t)
{
	struct pptp_prober *p = t->prober;

	pptp_demux_remove(&p->demux, &t->entry);
	hush(t);
	give_back(t);
	if (t->followers.first != NULL) {
		t->followers.last->next = p->ready.first;
		p->ready.first = t->followers.first;
		if (p->ready.last == NULL)
			p->ready.last = t->followers.last;
	}
	/* Who called has it in hand still. */
	if (t->reported)
		pptp_task_push(&p->over, t);
}

void pptp_task_settle(struct pptp_task *t, unsigned changed)
{
	int64_t now = pptp_timers_now();

	count_socket(t);
	if (changed & PPTP_PROBE_OPENED)
		end_shortage(t->prober);
	if (changed & PPTP_PROBE_SHORT)
		wait_for_system(t, t->probe.shortage, now);
	else if (changed & PPTP_PROBE_WAITS)
		wait_for_job(t, now);
	if (changed & PPTP_PROBE_RECORD)
		done(t, now);
	if (changed & PPTP_PROBE_OVER)
		over(t);
}

static void on_socket(void *context, uint32_t events)
{
	struct pptp_task *t = context;

	pptp_task_settle(t, pptp_probe_socket_event(&t->probe, events));
}

static void on_timer(void *context, int64_t now)
{
	struct pptp_task *t = context;
	struct pptp_prober *p = t->prober;

	if (t->probe.phase == PPTP_PHASE_NEW) {
		pptp_task_push(&p->ready, t);
	} else if (t->probe.late) {
		/* It has waited long enough, and is one job more. */
		pptp_task_take_out(&p->answered, t);
		take_job(t, now);
		resume(t, now);
	} else {
		leave_job(t, now);
		pptp_task_settle(t, pptp_probe_timer_event(&t->probe, now));
	}
}

/* ---- tasks --------------------------------------------------------------- */

struct pptp_task *pptp_task_new(struct pptp_prober *p,
				const struct pptp_pulled *pulled)
{
	struct pptp_task *t = calloc(1, sizeof(*t));

	if (t == NULL || !pptp_loop_add_timer(p->loop, &t->probe.timer)) {
		free(t);
		return NULL;
	}
	t->prober = p;
	t->tag = pulled->tag;
	t->probe.watch = (struct pptp_watch){.ready = on_socket, .context = t};
	t->probe.timer.due = on_timer;
	t->probe.timer.context = t;
	t->entry.owner = t;
	t->entry.server = &t->probe.plan.target;
	t->entry.source = &t->probe.source;
	if (pptp_probe_init(&t->probe, &p->common, &pulled->plan,
			    pulled->exchange))
		return t;
	pptp_task_free(t);
	return NULL;
}

void pptp_task_free(struct pptp_task *t)
{
	pptp_probe_free(&t->probe);
	pptp_loop_remove_timer(t->prober->loop, &t->probe.timer);
	free(t);
}

void pptp_task_join(struct pptp_task *t)
{
	struct pptp_prober *p = t->prober;

	t->after = p->all;
	if (p->all != NULL)
		p->all->before = t;
	p->all = t;
	p->count++;
	p->unreported++;
}

void pptp_task_drop(struct pptp_task *t)
{
	struct pptp_prober *p = t->prober;

	if (t->before != NULL)
		t->before->after = t->after;
	else
		p->all = t->after;
	if (t->after != NULL)
		t->after->before = t->before;
	p->count--;
	pptp_task_free(t);
}

/* Its number is its own for as long as the wire lasts, but for 2^32 of them. The
 * wire's Call-ID for it, or 0: any. */
static uint16_t talk(struct pptp_task *t)
{
	struct pptp_prober *p = t->prober;
	char *text = p->refusal;
	struct pptp_wire_talk one = {
	    .source = t->probe.source,
	    .target = t->probe.plan.target,
	    .port = t->probe.plan.port,
	    .call = pptp_plan_has_call(&t->probe.plan),
	    .contact = t->probe.plan.contact != NULL,
	    .later = !pptp_plan_has_call(&t->probe.plan),
	};
	char again[sizeof(p->refusal)];

	if (p->wire == NULL)
		return 0;
	if (++p->talks == 0)
		p->talks = 1;
	one.number = t->talk = p->talks;
	if (text[0] != '\0') /* the first is told */
		text = again;
	if (pptp_wire_talk(p->wire, &one, text, sizeof(again)) != PPTP_OK)
		return 0;
	return one.call_id;
}

/* A Call-ID, and captures that let it through. */
static bool begin_call(struct pptp_task *t, int64_t now)
{
	struct pptp_prober *p = t->prober;
	uint16_t call_id = talk(t);
	char why[256];

	if (!pptp_plan_has_call(&t->probe.plan))
		return true;
	if (call_id != 0)
		pptp_demux_call_add(&p->demux, &t->entry, call_id);
	else if (!pptp_demux_call_begin(&p->demux, &t->entry, now))
		return false;
	return p->wire == NULL ||
	       pptp_wire_narrow(p->wire, why, sizeof(why)) == PPTP_OK;
}

void pptp_task_begin(struct pptp_task *t, int64_t now)
{
	struct pptp_prober *p = t->prober;
	unsigned changes;
	int error;

	take_job(t, now);
	pptp_demux_add(&p->demux, &t->entry);
	if (begin_call(t, now) &&
	    pptp_probe_begin(&t->probe, t->entry.call_id, now, &changes)) {
		pptp_task_settle(t, changes);
		return;
	}
	error = errno;
	pptp_demux_remove(&p->demux, &t->entry);
	hush(t);
	pptp_demux_call_end(&p->demux, &t->entry, now);
	wait_for_system(t, error, now);
}
