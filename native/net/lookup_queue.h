/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host names that are looked up beside whatever else goes on: a few threads,
 * which end when nothing is left to ask. They begin with
 * pptp_lookup_queue_start(), so that a program can give up privileges before.
 */
#ifndef PPTP_LOOKUP_QUEUE_H
#define PPTP_LOOKUP_QUEUE_H

#include "net/lookup.h"

#define PPTP_LOOKUP_THREADS 16
#define PPTP_LOOKUP_TEXT    512

struct pptp_lookup_queue;

struct pptp_lookup_answer {
	size_t tag;
	struct pptp_address address; /* where `text` is "" */
	char text[PPTP_LOOKUP_TEXT]; /* why there is none, one sentence */
};

/* NULL: no memory, or no descriptor; errno says which. */
struct pptp_lookup_queue *pptp_lookup_queue_open(void);
/* Waits for nobody: what is still asked is forgotten. NULL is allowed. */
void pptp_lookup_queue_close(struct pptp_lookup_queue *q);
/* The one address that pptp_lookup_choose() takes. False: no memory. */
bool pptp_lookup_queue_ask(struct pptp_lookup_queue *q, const char *name,
			   uint8_t family, size_t tag);
void pptp_lookup_queue_start(struct pptp_lookup_queue *q);
/* Readable while an answer can be taken. */
int pptp_lookup_queue_fd(const struct pptp_lookup_queue *q);
/* Asked, and the answer not taken yet. */
size_t pptp_lookup_queue_pending(const struct pptp_lookup_queue *q);
/* In the order in which they came; false: none now. */
bool pptp_lookup_take(struct pptp_lookup_queue *q,
		      struct pptp_lookup_answer *answer);

#endif
