/* SPDX-License-Identifier: BSD-2-Clause */
/* For the sweeper's own files: what its threads share. */
#ifndef PPTP_SWEEPER_PARTS_H
#define PPTP_SWEEPER_PARTS_H

#include <pthread.h>

#include "net/sweep_capture.h"
#include "net/sweep_out.h"
#include "net/sweeper.h"
#include "scan/ring.h"

/* What the receiving thread wants sent: a RST, or a SYN to a second port. */
struct pptp_sweeper_order {
	struct pptp_address target;
	uint16_t port, source_port;
	uint32_t acknowledged;
	bool second_port;
};

/* Replies were lost between two moments. */
struct pptp_sweeper_loss {
	uint64_t from, to;
};

#define PPTP_SWEEPER_ORDERS 16384
#define PPTP_SWEEPER_LOSSES 64

struct pptp_sweeper_host {
	struct pptp_sweeper sweeper; /* first: a sweeper of ours is its host */
	struct pptp_sweeper_config config;
	struct pptp_sweep sweep;
	struct pptp_sweep_memory memory;
	struct pptp_route v4, v6; /* index 0: none */
	struct pptp_sweep_out *out;
	struct pptp_sweep_capture *capture;
	struct pptp_ring found, orders, losses;
	void *found_slots;
	struct pptp_sweeper_order *order_slots;
	struct pptp_sweeper_loss loss_slots[PPTP_SWEEPER_LOSSES];
	pthread_t sender, receiver;
	bool sending, receiving;                    /* the threads were begun */
	const struct pptp_sweeper_blocks *excluded; /* atomic; NULL: none */
	bool stopped, ended; /* atomic: nothing new; both end */
	struct pptp_sweeper_facts facts;
	/* The caller's: what it judged last, and when (atomic). */
	uint64_t refused, judged_at;
	/* The receiving thread's. */
	uint64_t looked_at, dropped;
	uint64_t missed;    /* replies or reads since `looked_at` */
	int64_t wall_ahead; /* of the monotonic clock, in this read */
};

static inline bool pptp_sweeper_flag(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static inline void pptp_sweeper_count(uint64_t *count, uint64_t value)
{
	__atomic_store_n(count, value, __ATOMIC_RELAXED);
}

/* Threads; `h` is the host. */
void *pptp_sweeper_send(void *h);
void *pptp_sweeper_receive(void *h);

#endif
