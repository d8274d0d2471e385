/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets that come later than they would, in the order in which they came. */
#ifndef LAB_QUEUE_H
#define LAB_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAB_QUEUE_ROOM 512

struct lab_late {
	int64_t at; /* microseconds */
	size_t length;
	uint8_t packet[LAB_QUEUE_ROOM];
};

struct lab_queue {
	struct lab_late *ring;
	unsigned size, first, used;
};

bool lab_queue_init(struct lab_queue *q, unsigned size);
void lab_queue_free(struct lab_queue *q);
/* A queue in which so many wait loses what comes on top. Nothing overtakes. */
void lab_queue_put(struct lab_queue *q, const uint8_t *packet, size_t length,
		   int64_t at);
/* When the first is due; PPTP_NEVER: none waits. */
int64_t lab_queue_due(const struct lab_queue *q);
/* The first, if it is due: it stays as it is until the next put. */
const struct lab_late *lab_queue_take(struct lab_queue *q, int64_t now);

#endif
