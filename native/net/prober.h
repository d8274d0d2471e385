/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs conversations against live servers: one thread, one loop, kernel sockets
 * for TCP, one wire for packets. Never two conversations with one address at a
 * time: later plans wait.
 *
 * A conversation holds a job from its first packet to its last, but for this:
 * who does not answer a SYN within 0.25 s or the SCCRQ within 1 s is waited for
 * without one, so that silence is not what a run takes its time for. A job that
 * is free is for who was answered meanwhile, then for plans that were started,
 * then for one from the source.
 *
 * Nothing sleeps: whatever is awaited is a packet, a socket or a timer.
 */
#ifndef PPTP_PROBER_H
#define PPTP_PROBER_H

#include "core/conversation.h"
#include "net/plan_source.h"

struct pptp_exclusions;
struct pptp_loop;
struct pptp_prober;
struct pptp_wire;
struct pptp_wire_lack;

#define PPTP_PROBER_JOBS 256

struct pptp_prober_config {
	const char *interface;      /* NULL: as routed */
	struct pptp_address source; /* family 0: as routed */
	unsigned jobs;     /* conversations at once, 0: PPTP_PROBER_JOBS;
			* RLIMIT_NOFILE is raised to fit, or
			* PPTP_ERROR_SYSTEM and one sentence */
	const char *write; /* pcap of all that was sent and received, or NULL */
	uint64_t run;      /* of all its records; 0: one is drawn */
	bool stay;     /* without CAP_NET_RAW: TCP only, instead of failing */
	bool tcp_only; /* as without CAP_NET_RAW, though it may be there */
	bool apart;    /* a helper's packets, if there is one, though this
			* process may send them too: see pptp_prober_apart() */
	struct pptp_exclusions *exclude; /* for the helper to know, or NULL */
	/* One line a message, for people; NULL: none. `side` says who sent
	 * it, `at_us` how long after the conversation's start, and `text`,
	 * safe for terminals, what it was. */
	void (*trace)(void *context, const struct pptp_address *target,
		      enum pptp_side side, int64_t at_us, const char *text);
	void *context;
	/* Those of somebody else, who closes them after the prober; NULL: its
	 * own. Without `loop` no `wire`, and with it `write`, `stay` and
	 * `tcp_only` say nothing. */
	struct pptp_loop *loop;
	struct pptp_wire *wire;
};

/* On failure `text` has one sentence: what, with which value, what to do. */
enum pptp_error pptp_prober_open(struct pptp_prober **p,
				 const struct pptp_prober_config *config,
				 char *text, size_t room) PPTP_MUST_USE;
void pptp_prober_close(struct pptp_prober *p); /* NULL is allowed; no farewell:
						* abort and drain first */
/* Where plans come from when a job is free; copied. */
void pptp_prober_pull(struct pptp_prober *p,
		      const struct pptp_plan_source *source);
/* One plan besides, which waits for a job; the record comes back with `tag`.
 * PPTP_ERROR_ROUTE, _INTERFACE, _ARGUMENT, _PRIVILEGE (raw packets are all that
 * it is about, and `stay` was chosen) or _SYSTEM where it can't even begin. */
enum pptp_error pptp_prober_start(struct pptp_prober *p,
				  const struct pptp_plan *plan, int64_t tag,
				  char *text, size_t room) PPTP_MUST_USE;
/* 1: a finished record, borrowed until the next call; 0: `timeout_us` passed
 * or a signal came; PPTP_PROBER_IDLE: no plan is left; PPTP_PROBER_ASKS: the
 * source has said PPTP_PULL_ASK; negative: a pptp_error with errno, and `text`
 * of pptp_prober_error. */
#define PPTP_PROBER_IDLE 2
#define PPTP_PROBER_ASKS 3
int pptp_prober_next(struct pptp_prober *p, int64_t timeout_us,
		     const struct pptp_record **record, int64_t *tag);
/* Nothing new, and the source is asked no more; queued plans come back at once
 * with ended_by "aborted", live conversations say farewell within 3 s. */
void pptp_prober_abort(struct pptp_prober *p);
/* Queued, running, or with a record that next() has not given yet. */
size_t pptp_prober_live(const struct pptp_prober *p);
bool pptp_prober_raw(const struct pptp_prober *p); /* raw packets work */
/* A helper has them: this process needs no capability for them any more. */
bool pptp_prober_apart(const struct pptp_prober *p);
/* The first conversation whose packets the helper refuses, as one sentence, or
 * NULL: what was asked of others goes on. */
const char *pptp_prober_refusal(const struct pptp_prober *p);
/* Where they do not: why, and what gives the right to them; else NULL. */
const struct pptp_wire_lack *pptp_prober_lack(const struct pptp_prober *p);
/* For others who wait in the same loop, or listen to the same wire (NULL: TCP
 * only) while the prober is open. */
struct pptp_loop *pptp_prober_loop(struct pptp_prober *p);
struct pptp_wire *pptp_prober_wire(struct pptp_prober *p);
/* The last failure that loses something (the capture file's disk is full), as
 * one sentence, or NULL. */
const char *pptp_prober_error(const struct pptp_prober *p);

#endif
