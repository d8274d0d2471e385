/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pptp-wire and who sweeps by it say to each other, once the one has said
 * SWEEP and the other has agreed (net/wire_messages.h). Pure: bytes to values and
 * back, each by a writer or a reader of format/bytes.h, whose state says whether
 * it went well.
 *
 *    request: kind (1)  the kind's own fields
 *    answer:  kind (1)  status (4)  errno (4)  waiting (8)  value (8)
 *             a text's length (1) and bytes   what was asked for
 *
 * Each request has one answer, and none is sent before the last one's is there.
 * No message of either side is about one packet: what is found comes in batches.
 * Numbers are in network order.
 */
#ifndef PPTP_SWEEPER_MESSAGES_H
#define PPTP_SWEEPER_MESSAGES_H

#include "core/ports.h"
#include "format/bytes.h"
#include "net/sweeper.h"

#define PPTP_SWEEPER_ROOM 65536 /* for any message */
#define PPTP_SWEEPER_TEXT 256   /* with its NUL */

enum pptp_sweeper_kind {
	/* Before OPEN, in this order; the middle ones as often as they are
	 * needed. */
	PPTP_SWEEPER_CONFIG = 1,
	PPTP_SWEEPER_EXCLUDE, /* flag (1): the last of them; blocks. Later too */
	PPTP_SWEEPER_PORTS,   /* one list, which entries name by its number */
	PPTP_SWEEPER_ENTRIES, /* targets, to the end of the message */
	PPTP_SWEEPER_OPEN,    /* answer: a route of each family */
	/* Between OPEN and START, to the end of the message. */
	PPTP_SWEEPER_REMEMBER, /* target (8), answer (1) */
	PPTP_SWEEPER_LOSE,     /* first (8), end (8) */
	PPTP_SWEEPER_START,
	PPTP_SWEEPER_TAKE,  /* answer: what was found, to its end */
	PPTP_SWEEPER_JUDGE, /* waiting (8) */
	PPTP_SWEEPER_LOW,   /* answer: value */
	PPTP_SWEEPER_DONE,  /* answer: value, 0 or 1 */
	PPTP_SWEEPER_STAND, /* answer: a standing, and facts */
	PPTP_SWEEPER_STOP,
	PPTP_SWEEPER_ANSWER,
	PPTP_SWEEPER_KINDS
};

struct pptp_sweeper_answer {
	enum pptp_error status;
	uint32_t error;   /* errno */
	uint64_t waiting; /* found there and not taken, after what was asked */
	uint64_t value;
	char text[PPTP_SWEEPER_TEXT];
};

/* A block of addresses with one choice of ports, as ranges have them. */
struct pptp_sweeper_entry {
	struct pptp_address first;
	uint64_t targets;
	struct pptp_port_choice ports;
};

void pptp_sweeper_put_answer(struct pptp_writer *w,
			     const struct pptp_sweeper_answer *a);
void pptp_sweeper_get_answer(struct pptp_reader *r,
			     struct pptp_sweeper_answer *a);
void pptp_sweeper_put_u64(struct pptp_writer *w, uint64_t v);
uint64_t pptp_sweeper_get_u64(struct pptp_reader *r);
/* Nothing else may stand where a flag does but 0 and 1. */
bool pptp_sweeper_get_flag(struct pptp_reader *r);

/* All but its ranges and who is excluded; `interface` has room for PPTP_INTERFACE_NAME, and is the
 * configuration's where it is not empty. */
void pptp_sweeper_put_config(struct pptp_writer *w,
			     const struct pptp_sweeper_config *c);
void pptp_sweeper_get_config(struct pptp_reader *r,
			     struct pptp_sweeper_config *c, char *interface);
void pptp_sweeper_put_ports(struct pptp_writer *w,
			    const struct pptp_port_set *set);
void pptp_sweeper_get_ports(struct pptp_reader *r, struct pptp_port_set *set);
void pptp_sweeper_put_entry(struct pptp_writer *w,
			    const struct pptp_sweeper_entry *e);
void pptp_sweeper_get_entry(struct pptp_reader *r,
			    struct pptp_sweeper_entry *e);
void pptp_sweeper_put_block(struct pptp_writer *w, const struct pptp_block *b);
void pptp_sweeper_get_block(struct pptp_reader *r, struct pptp_block *b);
/* NULL: there is none. */
void pptp_sweeper_put_route(struct pptp_writer *w,
			    const struct pptp_route *route);
/* Index 0: there is none. */
void pptp_sweeper_get_route(struct pptp_reader *r, struct pptp_route *route);
void pptp_sweeper_put_found(struct pptp_writer *w, const struct pptp_found *f);
void pptp_sweeper_get_found(struct pptp_reader *r, struct pptp_found *f);
void pptp_sweeper_put_standing(struct pptp_writer *w,
			       const struct pptp_sweep_standing *s);
void pptp_sweeper_get_standing(struct pptp_reader *r,
			       struct pptp_sweep_standing *s);
void pptp_sweeper_put_facts(struct pptp_writer *w,
			    const struct pptp_sweeper_facts *f);
void pptp_sweeper_get_facts(struct pptp_reader *r,
			    struct pptp_sweeper_facts *f);

#endif
