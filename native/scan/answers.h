/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which targets have answered: two bits each where memory allows; beyond that
 * the open ones exactly, and of the others the latest.
 *
 * One thread puts, others may read. What was put is never taken back, and only
 * ever replaced by more: a SYN-ACK after a RST is news, a RST after a SYN-ACK
 * is none.
 */
#ifndef PPTP_ANSWERS_H
#define PPTP_ANSWERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pptp_port_state {
	PPTP_PORT_SILENT,
	PPTP_PORT_FILTERED, /* ICMP with a hard code */
	PPTP_PORT_CLOSED,   /* RST */
	PPTP_PORT_OPEN,     /* SYN-ACK */
};

struct pptp_answers {
	bool exact; /* every target has its own two bits */
	uint8_t *bits;
	/* Otherwise, both by hash, target + 1 in each slot, 0 where it is empty:
	 * who is open, and in the low two bits what the others are. */
	uint64_t *open, *others;
	uint64_t open_room, open_count, others_room;
};

/* How many bytes to give for so many targets, below 2^61; at most `memory`,
 * which is 1 KiB or more. */
size_t pptp_answers_size(uint64_t count, size_t memory);
/* `storage` has that many bytes and the alignment of a uint64_t. */
void pptp_answers_init(struct pptp_answers *a, uint64_t count, void *storage,
		       size_t size);
enum pptp_port_state pptp_answers_get(const struct pptp_answers *a,
				      uint64_t target);

enum pptp_answers_put {
	PPTP_ANSWERS_NEWS,
	PPTP_ANSWERS_KNOWN, /* that, or more, was put before */
	PPTP_ANSWERS_FULL,  /* news, and no memory to know it a second time */
};

enum pptp_answers_put pptp_answers_put(struct pptp_answers *a, uint64_t target,
				       enum pptp_port_state answer);

#endif
