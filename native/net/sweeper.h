/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sweep on the wire: one thread sends, one receives, and the caller's takes
 * what was found. What is decided is scan/sweep.h's; here are sockets, threads
 * and the rings between them, each with one end in one thread.
 *
 *	receiving --found--> the caller
 *	receiving --orders--> sending   (resets, and SYNs to second ports)
 *
 * A sweeper is a table of calls, so that its threads may be a helper's.
 */
#ifndef PPTP_SWEEPER_H
#define PPTP_SWEEPER_H

#include "core/blocks.h"
#include "core/ranges.h"
#include "net/route.h"
#include "scan/sweep.h"

struct pptp_sweeper_calls;

struct pptp_sweeper {
	const struct pptp_sweeper_calls *calls;
};

/* What one ring of them holds; a sweep pauses at half. */
#define PPTP_SWEEPER_FOUND 65536

struct pptp_sweeper_blocks {
	const struct pptp_block *blocks;
	size_t count;
};

struct pptp_sweeper_config {
	const struct pptp_ranges *ranges; /* outlive it */
	struct pptp_sweep_config sweep;
	const char *interface;      /* NULL: as routed */
	struct pptp_address source; /* family 0: as routed */
	size_t memory;              /* bytes, for answers */
	size_t ring;                /* bytes, of the capture */
	bool second_port;           /* ask a second port of who is open */
	bool open_only;             /* tell nobody else: they are counted */
	bool contact;               /* contact information is sent along */
	/* For a helper to hold the ranges against, or NULL: they are left out
	 * there already. */
	const struct pptp_sweeper_blocks *exclude;
};

/* IPv6 and TCP with all options. */
#define PPTP_FOUND_PACKET 100

/* An answer that is news, as the receiving thread heard it. */
struct pptp_found {
	struct pptp_heard heard;
	struct pptp_syn_reply reply;
	uint64_t target; /* by number; of a second port it is none */
	int64_t rtt_ns;  /* below 0: not known */
	int64_t time_ns; /* when the answer came, since 1970 */
	/* A SYN-ACK's, whole but for what is over */
	uint8_t packet[PPTP_FOUND_PACKET];
	uint8_t length;
};

struct pptp_sweeper_facts {
	uint64_t resets;             /* sent */
	uint64_t second_ports_asked; /* SYNs to them that were sent */
	uint64_t refused;            /* packets, by our own system */
	uint64_t drops;              /* replies, by kernel or interface */
	uint64_t overflows;          /* replies, because nobody took them */
	bool framed;                 /* some left past the kernel's routing */
};

/* See the functions below, which call them. */
struct pptp_sweeper_calls {
	enum pptp_error (*start)(struct pptp_sweeper *s);
	void (*remember)(struct pptp_sweeper *s, uint64_t target,
			 enum pptp_port_state answer);
	void (*lose)(struct pptp_sweeper *s, struct pptp_interval span);
	bool (*take)(struct pptp_sweeper *s, struct pptp_found *found);
	uint64_t (*waiting)(struct pptp_sweeper *s);
	void (*judge)(struct pptp_sweeper *s, uint64_t waiting);
	uint64_t (*low)(struct pptp_sweeper *s);
	bool (*is_done)(struct pptp_sweeper *s);
	enum pptp_port_state (*answer)(const struct pptp_sweeper *s,
				       uint64_t target);
	void (*stand)(struct pptp_sweeper *s,
		      struct pptp_sweep_standing *standing);
	void (*exclude)(struct pptp_sweeper *s,
			const struct pptp_sweeper_blocks *blocks);
	void (*stop)(struct pptp_sweeper *s);
	void (*facts)(struct pptp_sweeper *s, struct pptp_sweeper_facts *facts);
	const struct pptp_route *(*route)(const struct pptp_sweeper *s,
					  uint8_t family);
	const char *(*error)(const struct pptp_sweeper *s);
	void (*close)(struct pptp_sweeper *s);
};

/* One of this process. On failure one sentence in `text`. Nothing is sent
 * before start(). */
enum pptp_error pptp_sweeper_open(struct pptp_sweeper **s,
				  const struct pptp_sweeper_config *config,
				  char *text, size_t room) PPTP_MUST_USE;
/* Ends both threads; what they have not sent or told is lost. Or NULL. */
void pptp_sweeper_close(struct pptp_sweeper *s);
/* Begins both threads, with all signals blocked in them; PPTP_ERROR_SYSTEM with
 * errno. */
enum pptp_error pptp_sweeper_start(struct pptp_sweeper *s) PPTP_MUST_USE;
/* Before the start: somebody is known to have answered; positions are to be
 * asked again. */
void pptp_sweeper_remember(struct pptp_sweeper *s, uint64_t target,
			   enum pptp_port_state answer);
void pptp_sweeper_lose(struct pptp_sweeper *s, struct pptp_interval span);
/* The next that was found; false: none now. */
bool pptp_sweeper_take(struct pptp_sweeper *s, struct pptp_found *found);
/* How many were found and are not taken, when low() or is_done() was called
 * last or later. */
uint64_t pptp_sweeper_waiting(struct pptp_sweeper *s);
/* The SYN that was answered, as it left; `packet` has room for
 * PPTP_FOUND_PACKET bytes. Its length. */
size_t pptp_sweeper_syn(const struct pptp_sweep_config *config,
			const struct pptp_found *found, uint8_t *packet);
/* To be called often: tells the sweep of replies that were lost, and how many
 * hits wait, the caller's `waiting` among them. Half a second without it, and
 * nobody is asked until it is called again. */
void pptp_sweeper_judge(struct pptp_sweeper *s, uint64_t waiting);
/* As pptp_sweep_low(), now, and pptp_sweep_is_done(). */
uint64_t pptp_sweeper_low(struct pptp_sweeper *s);
bool pptp_sweeper_is_done(struct pptp_sweeper *s);
/* What a target answered, of all that was taken or remembered. */
enum pptp_port_state pptp_sweeper_answer(const struct pptp_sweeper *s,
					 uint64_t target);
void pptp_sweeper_stand(struct pptp_sweeper *s,
			struct pptp_sweep_standing *standing);
/* Merged blocks that are left alone from now on, beside what was never numbered;
 * the order stays as it is. They outlive the sweeper, as do those before. */
void pptp_sweeper_exclude(struct pptp_sweeper *s,
			  const struct pptp_sweeper_blocks *blocks);
/* Nobody new is asked from now on; replies are still heard. */
void pptp_sweeper_stop(struct pptp_sweeper *s);
void pptp_sweeper_facts(struct pptp_sweeper *s,
			struct pptp_sweeper_facts *facts);
/* The route that was taken for each family; NULL: none of its targets. */
const struct pptp_route *pptp_sweeper_route(const struct pptp_sweeper *s,
					    uint8_t family);
/* Why it sweeps no more, as one sentence, or NULL. */
const char *pptp_sweeper_error(const struct pptp_sweeper *s);
/* Nanoseconds of CLOCK_MONOTONIC: the sweep's clock. */
uint64_t pptp_sweeper_now(void);

#endif
