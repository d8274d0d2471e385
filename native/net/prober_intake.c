/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/prober_intake.h"

#include <stdio.h>
#include <string.h>

#define SILENT_A_JOB 64 /* 13 s of silence, of which 0.25 s with a job */

static enum pptp_error prepare(struct pptp_task *t, char *text, size_t room)
{
	struct pptp_prober *p = t->prober;
	enum pptp_error error = pptp_probe_prepare(&t->probe, text, room);

	if (error != PPTP_OK) {
		pptp_task_free(t);
		return error;
	}
	pptp_task_join(t);
	if (p->wire != NULL)
		error = pptp_wire_narrow(p->wire, text, room);
	if (error == PPTP_OK)
		return PPTP_OK;
	p->unreported--;
	pptp_task_drop(t);
	return error;
}

/* NULL, and why, where it cannot begin. */
static struct pptp_task *take_in(struct pptp_prober *p,
				 const struct pptp_pulled *pulled,
				 enum pptp_error *error, char *text,
				 size_t room)
{
	struct pptp_task *t = pptp_task_new(p, pulled);

	text[0] = '\0';
	if (t == NULL) {
		snprintf(text, room, "out of memory for a conversation");
		*error = PPTP_ERROR_SYSTEM;
		return NULL;
	}
	*error = prepare(t, text, room);
	return *error == PPTP_OK ? t : NULL;
}

static void wait_for_time(struct pptp_task *t)
{
	pptp_loop_set_timer(t->prober->loop, &t->probe.timer,
			    pptp_timers_now() + t->probe.plan.wait_us);
}

enum pptp_error pptp_intake_add(struct pptp_prober *p,
				const struct pptp_plan *plan, int64_t tag,
				char *text, size_t room)
{
	const struct pptp_pulled given = {.plan = *plan, .tag = tag};
	enum pptp_error error;
	struct pptp_task *t = take_in(p, &given, &error, text, room);

	if (t == NULL)
		return error;
	if (p->aborting)
		pptp_task_push(&p->aborted, t);
	else if (plan->wait_us > 0)
		wait_for_time(t);
	else
		pptp_task_push(&p->ready, t);
	return PPTP_OK;
}

/* Enough for targets that are silent and need no job, and not more than memory
 * should hold. */
static bool has_room(const struct pptp_prober *p)
{
	size_t most = (size_t)p->jobs.most * SILENT_A_JOB;

	if (most > PPTP_JOBS_SILENT)
		most = PPTP_JOBS_SILENT;
	if (most < 2 * (size_t)p->jobs.most)
		most = 2 * (size_t)p->jobs.most;
	return p->unreported < most;
}

/* The next from the source that can begin now. */
static struct pptp_task *pull(struct pptp_prober *p)
{
	const struct pptp_plan_source *source = &p->source;
	struct pptp_pulled pulled;
	char text[512];
	struct pptp_task *t;
	enum pptp_error error;

	while (source->next != NULL && has_room(p)) {
		memset(&pulled, 0, sizeof(pulled));
		p->pulled = source->next(source->context, &pulled);
		if (p->pulled != PPTP_PULL_PLAN)
			return NULL;
		t = take_in(p, &pulled, &error, text, sizeof(text));
		if (t == NULL)
			source->refused(source->context, pulled.tag, error,
					text);
		else if (pulled.plan.wait_us > 0)
			wait_for_time(t);
		else
			return t;
	}
	return NULL;
}

static struct pptp_task *next_task(struct pptp_prober *p)
{
	struct pptp_task *t = pptp_task_pop(&p->ready);

	return t != NULL || p->aborting ? t : pull(p);
}

void pptp_intake_begin(struct pptp_prober *p)
{
	int64_t now = pptp_timers_now();
	struct pptp_demux_entry *there;
	struct pptp_task *t;

	p->pulled = PPTP_PULL_LATER;
	if (p->retry_at > now && p->retry_at != PPTP_NEVER)
		return;
	p->retry_at = PPTP_NEVER;
	pptp_tasks_resume(p, now);
	while (p->retry_at == PPTP_NEVER && pptp_jobs_free(&p->jobs) &&
	       (t = next_task(p)) != NULL) {
		there = pptp_demux_find(&p->demux, &t->probe.plan.target);
		if (there == NULL)
			pptp_task_begin(t, now);
		else
			pptp_task_push(
			    &((struct pptp_task *)there->owner)->followers, t);
	}
}

bool pptp_intake_is_over(const struct pptp_prober *p)
{
	return p->count == 0 && (p->source.next == NULL || p->aborting ||
				 p->pulled == PPTP_PULL_END);
}
