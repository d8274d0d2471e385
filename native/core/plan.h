/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one conversation asks of whom, and from where. Every plan is a sound
 * one; whether a vantage can hold it is for pptp_plan_check() to say.
 */
#ifndef PPTP_PLAN_H
#define PPTP_PLAN_H

#include "format/address.h"
#include "format/error.h"
#include "format/lcp.h"

#define PPTP_RANDOM 16 /* bytes of randomness that a conversation takes */

/* The deepest stage that is asked for: the port alone, up to
 * Start-Control-Connection-Reply, or a call and what LCP says in it. */
enum pptp_depth { PPTP_DEPTH_SYN, PPTP_DEPTH_CONTROL, PPTP_DEPTH_CALL };

/* What is sent first. */
enum pptp_opening {
	PPTP_OPENING_CONNECT, /* the kernel's connect(), at once */
	/* Hand-made SYNs, and connect() with what answers them or with the
	 * second one; without raw packets as CONNECT. At depth syn connect()
	 * closes at once. */
	PPTP_OPENING_SYN,
	/* Nothing is connected, so nothing deeper can be asked: */
	PPTP_OPENING_SYN_ONLY, /* hand-made SYNs; the depth is syn */
	PPTP_OPENING_GRE, /* one GRE acknowledgement outside any call, and what
			   * comes for it; the depth is for the record only */
};

/* What is asked of whom. */
struct pptp_plan {
	struct pptp_address target;
	uint16_t port;
	enum pptp_depth depth;
	enum pptp_opening opening;
	/* Nak towards the first; where the server has settled against it,
	 * towards the next, until protocol 0. None: acknowledge. */
	struct pptp_method ask[PPTP_ASKS];
	bool decline; /* Reject option 3 once: at the first offer, or where
			      * the server has settled against `ask` */
	int64_t timeout_us;  /* each control wait after the first; 0: 5 s */
	int64_t wait_us;     /* begin no earlier than so long from now; for who
			      * starts plans, a conversation begins at once */
	const char *contact; /* in the SCCRQ's host name; NULL: none */
	const char *name, *labels; /* into the record; may be NULL */
	bool any_port;     /* it answers at ports that nobody listens to */
	uint64_t position; /* in a sweep, plus 1, into the record; 0: in none */
};

/* What can be sent from here and heard of it. */
enum pptp_reach {
	PPTP_REACH_TCP, /* the kernel's connections: GRE is not tested, and a
			 * call is cleared at once */
	/* Connections go through a proxy, which GRE does not follow. */
	PPTP_REACH_PROXY,
	PPTP_REACH_RAW, /* raw packets can be sent and captured too */
};

/* What only the owner of sockets knows. */
struct pptp_vantage {
	struct pptp_address source;
	enum pptp_reach reach;
	bool own_host;    /* the target is an address of this host */
	uint8_t ttl;      /* of our packets; 0: 64 */
	uint16_t call_id; /* ours, see pptp_call_id_ok; 0: from `random` */
	int64_t time_us;  /* wall clock now, since 1970; for the record */
	uint64_t run;     /* into the record; 0: none */
	uint8_t random[PPTP_RANDOM];
};

/* PPTP_ERROR_ARGUMENT: family 0, port 0, families that differ, a call_id that
 * pptp_call_id_ok refuses, GRE over IPv6. PPTP_ERROR_PRIVILEGE: the plan is about
 * raw packets alone, which this vantage can't send. */
enum pptp_error
pptp_plan_check(const struct pptp_plan *plan,
		const struct pptp_vantage *vantage) PPTP_MUST_USE;
/* What is sent first from there: SYN is CONNECT where raw packets can't be. */
enum pptp_opening pptp_plan_opening(const struct pptp_plan *plan,
				    const struct pptp_vantage *vantage);
enum pptp_depth pptp_plan_depth(const struct pptp_plan *plan);
bool pptp_plan_connects(const struct pptp_plan *plan);
/* It takes a Call-ID of ours, which what comes is told by. */
bool pptp_plan_has_call(const struct pptp_plan *plan);

const char *pptp_depth_name(enum pptp_depth depth);
bool pptp_depth_parse(enum pptp_depth *depth, const char *text);

#endif
