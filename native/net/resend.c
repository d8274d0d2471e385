/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/resend.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE  INT64_C(250000)
#define FIRST_TRY INT64_C(1000)
#define DOUBLINGS 5 /* to 32 ms */

struct pptp_unsent {
	struct pptp_unsent *next;
	size_t length;
	uint8_t bytes[];
};

static bool is_passing(int error)
{
	return error == EAGAIN || error == ENOBUFS;
}

static int keep(struct pptp_resend *q, const void *packet, size_t length,
		int error)
{
	struct pptp_unsent *u = NULL;

	if (q->count < PPTP_RESEND_MOST)
		u = malloc(sizeof(*u) + length);
	if (u == NULL)
		return error;
	u->next = NULL;
	u->length = length;
	memcpy(u->bytes, packet, length);
	if (q->last != NULL)
		q->last->next = u;
	else
		q->first = u;
	q->last = u;
	q->count++;
	return 0;
}

int pptp_resend_send(struct pptp_resend *q, struct pptp_wire *w,
		     struct pptp_wire_out *out, const void *packet,
		     size_t length, int64_t now)
{
	if (q->first != NULL)
		return keep(q, packet, length, EAGAIN);
	if (pptp_wire_post(w, out, packet, length) == PPTP_OK)
		return 0;
	return pptp_resend_unsent(q, packet, length, errno, now);
}

int pptp_resend_unsent(struct pptp_resend *q, const void *packet, size_t length,
		       int error, int64_t now)
{
	if (!is_passing(error))
		return error;
	if (q->first == NULL) {
		q->since = now;
		q->at = now + FIRST_TRY;
		q->tries = 0;
	}
	return keep(q, packet, length, error);
}

int pptp_resend_again(struct pptp_resend *q, struct pptp_wire *w,
		      struct pptp_wire_out *out, int64_t now)
{
	struct pptp_unsent *u;
	int error;

	while ((u = q->first) != NULL) {
		if (pptp_wire_send(w, out, u->bytes, u->length) != PPTP_OK) {
			error = errno;
			if (!is_passing(error) || now - q->since > PATIENCE) {
				pptp_resend_clear(q);
				return error;
			}
			if (q->tries < DOUBLINGS)
				q->tries++;
			q->at = now + (FIRST_TRY << q->tries);
			return 0;
		}
		q->first = u->next;
		if (q->first == NULL)
			q->last = NULL;
		q->count--;
		free(u);
	}
	return 0;
}

void pptp_resend_clear(struct pptp_resend *q)
{
	struct pptp_unsent *u;

	while ((u = q->first) != NULL) {
		q->first = u->next;
		free(u);
	}
	q->last = NULL;
	q->count = 0;
}
