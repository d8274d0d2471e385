/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of a capture: both directions of each control connection and the
 * GRE that belongs to it by addresses and Call-ID, seen by the same observer
 * that sees our own. A call without a control connection in the capture is put
 * together from GRE alone.
 *
 * Two traps. A control connection of which only the middle was captured takes
 * the Call-IDs of the GRE between its two hosts, where it is the only one there.
 * Where several calls without a control connection begin at once between two
 * hosts, their directions are not joined: nothing tells which belong together.
 */
#ifndef PPTP_CALLS_H
#define PPTP_CALLS_H

#include "read/call.h"
#include "read/counts.h"
#include "read/source.h"

#define PPTP_CALLS_MOST   1024 /* at once, for who has no other wish: 24 MiB */
/* A connection that was quiet for so long (RFC 2637 3.1.4 has an echo a minute),
 * and what may follow an end. Microseconds of the capture. */
#define PPTP_CALLS_QUIET  INT64_C(600000000)
#define PPTP_CALLS_LINGER INT64_C(60000000)

/* A call that is over, or as far as it was captured. Valid during the call
 * only. */
typedef void pptp_calls_handler(void *context, const struct pptp_call *call);

struct pptp_calls;

/* `most`: calls at once, at least 1; beyond them that which was quiet for
 * longest is given early, and says so. NULL: no memory. */
struct pptp_calls *pptp_calls_new(unsigned most, pptp_calls_handler *handler,
				  void *context);
void pptp_calls_free(struct pptp_calls *all);
void pptp_calls_frame(struct pptp_calls *all, const struct pptp_frame *f);
/* Nothing more comes: what is there is given. */
void pptp_calls_end(struct pptp_calls *all);
/* What frames held; and what became of the calls. */
const struct pptp_read_counts *pptp_calls_read(const struct pptp_calls *all);
const struct pptp_call_counts *pptp_calls_counts(const struct pptp_calls *all);

#endif
