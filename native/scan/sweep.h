/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sweep: which targets are asked when, what a reply means, and what is done.
 * No packet, no clock and no thread is in here; all runs in virtual time.
 *
 * Cursors walk over the same order. The first asks everybody once. Each retry
 * follows the cursor before it, `retry_after` behind, past those that have
 * answered. The first hundredth is asked a second time whether it answered or
 * not: how many of those that answered one SYN had missed the other tells how
 * much a sweep with one SYN each misses. At last, what was asked while the
 * kernel dropped replies is asked again, once and half as fast.
 *
 * Three threads share a sweep. What each may call stands below; what they share
 * are words that one of them writes. A sweep does not move in memory.
 *
 * A *position* is a place in the order (scan/order.h), a *target* a number that
 * ranges turn into an address and a port. Times are nanoseconds of one
 * monotonic clock.
 */
#ifndef PPTP_SWEEP_H
#define PPTP_SWEEP_H

#include "scan/answers.h"
#include "scan/cookie.h"
#include "scan/intervals.h"
#include "scan/marks.h"
#include "scan/order.h"
#include "scan/pace.h"
#include "scan/syn_reply.h"

#define PPTP_SWEEP_RETRIES_MAX 8
/* The first, the retries, and what is asked again. */
#define PPTP_SWEEP_CURSORS     (1 + PPTP_SWEEP_RETRIES_MAX + 1)
/* Marks for each cursor: with 10 s to remember, one each 0.7 ms. */
#define PPTP_SWEEP_MARKS       16384
/* Intervals that have to be asked again. */
#define PPTP_SWEEP_LOST        1024
/* At most so many positions are looked at twice. */
#define PPTP_SWEEP_LOOK_MAX    (UINT64_C(1) << 24)

/* Each a sum since the sweep began, or since it was first begun where it was
 * resumed. */
struct pptp_sweep_counts {
	uint64_t syns, retries, again;  /* of the first cursor, and of others */
	uint64_t syn_acks, rsts, icmps; /* proven; repeated ones too */
	/* targets that told so; one that tells more later counts twice */
	uint64_t open, closed, filtered;
	uint64_t repeats; /* SYN-ACKs, RSTs and hard ICMP that were no news */
	uint64_t second_ports_open; /* they answered, too */
	uint64_t unproven; /* wrong cookie, no target, another shard's */
	uint64_t early;    /* the cookie fits, and it was not asked yet */
	uint64_t full;     /* open, and no memory to know it a second time */
	/* of those looked at twice: which SYN had a SYN-ACK */
	uint64_t first_only, second_only, both;
};

struct pptp_sweep_config {
	uint64_t count; /* targets, below 2^61 */
	uint64_t seed;
	struct pptp_interval span; /* of this shard, by pptp_order_shard */
	uint64_t low;     /* all before it is done; span.first: nothing */
	unsigned retries; /* up to PPTP_SWEEP_RETRIES_MAX */
	uint64_t retry_after;
	uint64_t cooldown; /* how long a reply is waited for */
	uint64_t rate;     /* packets a second, of all kinds */
	struct pptp_cookie_key key;
	struct pptp_source_ports ports;
	struct pptp_sweep_counts counts; /* of what is done; all 0: nothing */
};

/* What a sweep needs, all of it the caller's. */
struct pptp_sweep_memory {
	struct pptp_mark *marks;    /* PPTP_SWEEP_CURSORS * PPTP_SWEEP_MARKS */
	struct pptp_interval *lost; /* 2 * PPTP_SWEEP_LOST */
	uint8_t *looked;            /* pptp_sweep_look_size */
	void *answers;              /* pptp_answers_size */
	size_t answers_size;
};

struct pptp_cursor {
	struct pptp_interval whole;  /* for cursors of one interval */
	struct pptp_intervals spans; /* what it walks over */
	uint64_t total, at; /* of their positions; asked: those below at */
	struct pptp_marks marks;
};

struct pptp_sweep {
	struct pptp_sweep_config config;
	struct pptp_order order;
	struct pptp_interval look;
	unsigned attempts; /* cursors but the last */
	struct pptp_cursor cursors[PPTP_SWEEP_CURSORS];
	struct pptp_pace pace;
	struct pptp_answers answers;
	struct pptp_intervals lost; /* to be asked again; then, lost even so */
	struct pptp_interval *again_list;
	uint8_t *looked;
	bool paused, again, halved;
	struct pptp_sweep_counts counts;
};

/* For `memory->looked`. */
size_t pptp_sweep_look_size(const struct pptp_interval *span);
/* False: the configuration is out of range. */
bool pptp_sweep_init(struct pptp_sweep *s,
		     const struct pptp_sweep_config *config,
		     const struct pptp_sweep_memory *memory, uint64_t now);

/* ---- the thread that sends ---- */

struct pptp_ask {
	uint64_t position, target;
	uint8_t attempt; /* for pptp_cookie_make */
};

/* Whom to send a SYN to now, at most `room`: they are paid, and count as asked.
 * `wake`: when to call again. To be called until pptp_sweep_is_done, also where
 * nothing is left to ask. */
unsigned pptp_sweep_ask(struct pptp_sweep *s, uint64_t now,
			struct pptp_ask *asks, unsigned room, uint64_t *wake);

/* It was not asked, since somebody excluded it lately: what was paid is given
 * back, and its SYN is not counted. */
void pptp_sweep_leave_out(struct pptp_sweep *s, const struct pptp_ask *ask);

/* ---- the thread that receives ---- */

enum pptp_heard_kind {
	PPTP_HEARD_NOTHING, /* no reply to a SYN of ours; counted */
	PPTP_HEARD_SOFT,    /* ICMP that may pass; nothing is known by it */
	PPTP_HEARD_REPEAT,
	PPTP_HEARD_NEWS,
	PPTP_HEARD_SECOND_PORT, /* it answers at a second port, too */
};

struct pptp_heard {
	enum pptp_heard_kind kind;
	enum pptp_port_state answer;
	uint64_t position;
	uint8_t attempt;
	bool reset;    /* a SYN-ACK, which has to be answered by a RST */
	uint64_t sent; /* when the SYN left; 0: not remembered */
};

/* The attempt of a second port's cookie: no cursor has so many. */
#define PPTP_SWEEP_SECOND_PORT UINT8_MAX

/* `target`: which one the reply's address and port are, or NULL where they are
 * none. */
struct pptp_heard pptp_sweep_hear(struct pptp_sweep *s,
				  const struct pptp_syn_reply *reply,
				  const uint64_t *target);

/* ---- the thread that judges ---- */

/* `used` of `room` hits wait: at half nobody new is asked, until a quarter. */
void pptp_sweep_pressure(struct pptp_sweep *s, uint64_t used, uint64_t room);
/* Replies were dropped from `from` to `to`: whoever was asked then, or up to
 * 3 s before, is to be asked again. */
void pptp_sweep_lose(struct pptp_sweep *s, uint64_t from, uint64_t to);
/* The same of positions that are known, before the sweep begins. */
void pptp_sweep_lose_interval(struct pptp_sweep *s, struct pptp_interval span);
/* Somebody is known to have answered, before the sweep begins. */
void pptp_sweep_remember(struct pptp_sweep *s, uint64_t target,
			 enum pptp_port_state answer);
/* The least position that is not settled: not asked by all that will, or
 * waited for, or not below `live`, the least that somebody still deals with
 * (UINT64_MAX: nobody). The end of the span where there is none. */
uint64_t pptp_sweep_low(const struct pptp_sweep *s, uint64_t now,
			uint64_t live);
/* No position from there on was asked. */
uint64_t pptp_sweep_high(const struct pptp_sweep *s);
/* Everything was asked and waited for. Begins to ask again what was lost, where
 * something was and that was not done yet: then it is not done. */
bool pptp_sweep_is_done(struct pptp_sweep *s, uint64_t now);
/* Replies were lost, and asking again did not heal it, or was not done. */
bool pptp_sweep_is_lossy(const struct pptp_sweep *s);
void pptp_sweep_count(const struct pptp_sweep *s,
		      struct pptp_sweep_counts *counts);

/* How a sweep stands, for who writes that down. */
struct pptp_sweep_standing {
	uint64_t high; /* pptp_sweep_high */
	bool again;    /* what was lost is asked again, or was */
	bool lossy;    /* pptp_sweep_is_lossy */
	struct pptp_sweep_counts counts;
	/* To be asked again; where that was begun, lost even so. */
	struct pptp_interval lost[PPTP_SWEEP_LOST];
	size_t lost_count;
};

void pptp_sweep_stand(const struct pptp_sweep *s,
		      struct pptp_sweep_standing *standing);

#endif
