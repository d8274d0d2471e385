/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs conversations against live servers: one thread, one epoll loop, kernel
 * sockets for TCP, one raw sender, one capture an interface, one guard. Never
 * two conversations with one address at a time: later plans wait.
 *
 * A conversation holds a job from its first packet to its last, but for this: a
 * server that does not answer a raw SYN within 0.25 s is waited for without one,
 * so that silence is not what a run takes its time for.
 *
 * Nothing sleeps: whatever is awaited is a packet, a socket or a timer.
 */
#ifndef PPTP_PROBER_H
#define PPTP_PROBER_H

#include "core/conversation.h"

struct pptp_prober;

#define PPTP_PROBER_JOBS 256

struct pptp_prober_config {
	const char *interface;      /* NULL: as routed */
	struct pptp_address source; /* family 0: as routed */
	unsigned jobs;     /* conversations at once, 0: PPTP_PROBER_JOBS;
			* RLIMIT_NOFILE is raised to fit, or
			* PPTP_ERROR_SYSTEM and one sentence */
	const char *write; /* pcap of all that was sent and received, or NULL */
	bool stay;     /* without CAP_NET_RAW: TCP only, instead of failing */
	bool tcp_only; /* as without CAP_NET_RAW, though it may be there */
	/* One line a message, for people; NULL: none. `side` says who sent
	 * it, `at_us` how long after the conversation's start, and `text`,
	 * safe for terminals, what it was. */
	void (*trace)(void *context, const struct pptp_address *target,
		      enum pptp_side side, int64_t at_us, const char *text);
	void *context;
};

/* On failure `text` has one sentence: what, with which value, what to do. */
enum pptp_error pptp_prober_open(struct pptp_prober **p,
				 const struct pptp_prober_config *config,
				 char *text, size_t room) PPTP_MUST_USE;
void pptp_prober_close(struct pptp_prober *p); /* NULL is allowed; no farewell:
						* abort and drain first */
/* Queues a plan; the record comes back with `tag`. PPTP_ERROR_ROUTE,
 * _INTERFACE, _ARGUMENT, _PRIVILEGE (raw packets are all that it is about, and
 * `stay` was chosen) or _SYSTEM where it can't even begin. */
enum pptp_error pptp_prober_start(struct pptp_prober *p,
				  const struct pptp_plan *plan, int64_t tag,
				  char *text, size_t room) PPTP_MUST_USE;
/* 1: a finished record, borrowed until the next call; 0: `timeout_us` passed
 * or a signal came; PPTP_PROBER_IDLE: nothing is queued or running; negative:
 * a pptp_error with errno, and `text` of pptp_prober_error. */
#define PPTP_PROBER_IDLE 2
int pptp_prober_next(struct pptp_prober *p, int64_t timeout_us,
		     const struct pptp_record **record, int64_t *tag);
/* Nothing new; queued plans come back at once with ended_by "aborted", live
 * conversations say farewell within 3 s. */
void pptp_prober_abort(struct pptp_prober *p);
/* Queued, running, or with a record that next() has not given yet. */
size_t pptp_prober_live(const struct pptp_prober *p);
/* Another plan would soon begin: enough for targets that are silent and need no
 * job, and not more than memory should hold. */
bool pptp_prober_hungry(const struct pptp_prober *p);
bool pptp_prober_raw(const struct pptp_prober *p); /* raw packets work */
/* The last failure that loses something (the capture file's disk is full), as
 * one sentence, or NULL. */
const char *pptp_prober_error(const struct pptp_prober *p);

#endif
