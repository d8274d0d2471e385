/* SPDX-License-Identifier: BSD-2-Clause */
/* Raw packets that the kernel had no room for: kept in order and sent again,
 * for 0.25 s at most. Nothing sleeps: `at` says when the next try is due. */
#ifndef PPTP_RESEND_H
#define PPTP_RESEND_H

#include <stdint.h>

#include "net/wire.h"

#define PPTP_RESEND_MOST 16 /* packets that wait */

struct pptp_unsent;

struct pptp_resend { /* zeroed before use; ends with clear() */
	struct pptp_unsent *first, *last;
	unsigned count, tries;
	int64_t since; /* when the first of them could not go */
	int64_t at;    /* of the next try; only where `first` is set */
};

/* 0 where it was sent or waits, else the errno of what was lost. */
int pptp_resend_send(struct pptp_resend *q, struct pptp_wire *w,
		     struct pptp_wire_out *out, const void *packet,
		     size_t length, int64_t now);
/* It seemed to have left, and had not: errno. It may have been overtaken by what
 * was posted after it, as on any network. */
int pptp_resend_unsent(struct pptp_resend *q, const void *packet, size_t length,
		       int error, int64_t now);
/* What waits, once more. The errno where the time is over: all are lost. */
int pptp_resend_again(struct pptp_resend *q, struct pptp_wire *w,
		      struct pptp_wire_out *out, int64_t now);
void pptp_resend_clear(struct pptp_resend *q);

#endif
