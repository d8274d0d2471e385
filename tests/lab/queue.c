/* SPDX-License-Identifier: BSD-2-Clause */
#include "lab/queue.h"

#include <stdlib.h>
#include <string.h>

#include "core/talk.h"

bool lab_queue_init(struct lab_queue *q, unsigned size)
{
	q->ring = calloc(size, sizeof(*q->ring));
	q->size = size;
	q->first = q->used = 0;
	return q->ring != NULL;
}

void lab_queue_free(struct lab_queue *q)
{
	free(q->ring);
	q->ring = NULL;
}

void lab_queue_put(struct lab_queue *q, const uint8_t *packet, size_t length,
		   int64_t at)
{
	struct lab_late *late = &q->ring[(q->first + q->used) % q->size];

	if (q->used == q->size || length > sizeof(late->packet))
		return;
	late->at = at;
	late->length = length;
	memcpy(late->packet, packet, length);
	q->used++;
}

int64_t lab_queue_due(const struct lab_queue *q)
{
	return q->used > 0 ? q->ring[q->first].at : PPTP_NEVER;
}

const struct lab_late *lab_queue_take(struct lab_queue *q, int64_t now)
{
	const struct lab_late *late = &q->ring[q->first];

	if (q->used == 0 || late->at > now)
		return NULL;
	q->first = (q->first + 1) % q->size;
	q->used--;
	return late;
}
