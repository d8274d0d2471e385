/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The prober from inside, for its own files alone: its tasks, who of them has a
 * job, and what follows from a probe's changes.
 *
 * A task is a probe and its place in the prober. It is in one queue at a time,
 * or in none. It is freed once its record was read and its socket is closed.
 */
#ifndef PPTP_PROBER_TASKS_H
#define PPTP_PROBER_TASKS_H

#include "net/demux.h"
#include "net/plan_source.h"
#include "net/probe.h"
#include "net/wire_helper.h"

struct pptp_prober;
struct pptp_task;

struct pptp_task_queue {
	struct pptp_task *first, *last;
};

struct pptp_task {
	struct pptp_probe probe;
	struct pptp_prober *prober;
	struct pptp_demux_entry entry;
	struct pptp_task *next;           /* in its queue */
	struct pptp_task *before, *after; /* among all */
	struct pptp_task_queue followers; /* later ones, for the same address */
	int64_t tag;
	uint32_t talk; /* its number to the wire */
	bool reported; /* its record was read, and is gone */
};

struct pptp_prober {
	struct pptp_loop *loop;
	struct pptp_wire *wire;    /* NULL: TCP only */
	bool owns_loop, owns_wire; /* and closes it */
	struct pptp_wire_consumer consumer;
	struct pptp_probe_common common;
	char interface[PPTP_INTERFACE_NAME]; /* "": as routed */
	struct pptp_jobs jobs;
	struct pptp_plan_source source;  /* `next` NULL: none */
	enum pptp_pull pulled;           /* what it said last */
	struct pptp_task *all, *current; /* current: whose record is borrowed */
	size_t count, unreported;
	/* `answered` have been, late, and need a job again; `callers` want to
	 * connect, and need a slot. */
	struct pptp_task_queue ready, answered, callers, done, aborted, over;
	int64_t retry_at; /* when to try again after running out of something */
	int64_t short_since; /* … while nothing of ours was running */
	int shortage;        /* errno of it */
	bool aborting;
	bool apart; /* the wire is a helper's */
	char error[256];
	struct pptp_wire_lack lack; /* who may not send raw packets: why */
	char refusal[256];          /* the wire's first, of a conversation */
	uint32_t talks; /* the number of the last conversation, to the wire */
	struct pptp_demux demux;
};

void pptp_task_push(struct pptp_task_queue *q, struct pptp_task *t);
void pptp_task_push_front(struct pptp_task_queue *q, struct pptp_task *t);
struct pptp_task *pptp_task_pop(struct pptp_task_queue *q); /* NULL: empty */
void pptp_task_take_out(struct pptp_task_queue *q, struct pptp_task *t);

/* NULL: no memory. It is in no queue, and among none, yet. */
struct pptp_task *pptp_task_new(struct pptp_prober *p,
				const struct pptp_pulled *pulled);
void pptp_task_free(struct pptp_task *t); /* no queue knows it */
void pptp_task_join(struct pptp_task *t); /* it is one of all */
void pptp_task_drop(struct pptp_task *t); /* it is none any more, and freed */

/* Begins its conversation, with a job; or it waits, where the system is short
 * of something. */
void pptp_task_begin(struct pptp_task *t, int64_t now);
/* Does what follows from what a call of its probe has changed. */
void pptp_task_settle(struct pptp_task *t, unsigned changed);
/* Jobs and slots that are free go to those who wait for one. */
void pptp_tasks_resume(struct pptp_prober *p, int64_t now);

#endif
