/* SPDX-License-Identifier: BSD-2-Clause */
/* One PPTP call of a capture, as its observer tells it. */
#ifndef PPTP_READ_CALL_H
#define PPTP_READ_CALL_H

#include "core/record.h"

struct pptp_call {
	/* Of kind observed: `source` is the client, `target` the server. Its
	 * storage is the reader's. What was not waited for to its end, or may be
	 * among missing bytes, is not called silent; `ended_by` is ABORTED
	 * then. */
	struct pptp_record record;
	uint64_t gaps;             /* bytes of its streams that are missing */
	int64_t first_us, last_us; /* since 1970 */
	bool control;              /* its control connection was captured */
	bool begun;                /* … from its beginning */
	bool crowded; /* given early: more calls at once than are kept */
};

/* What is in no record, and calls that are not whole; only added to. */
struct pptp_call_counts {
	uint64_t calls;    /* given */
	uint64_t crowded;  /* of these, early: too many at once */
	uint64_t roleless; /* calls without control connection in which nothing
			    * told client from server; not given */
	uint64_t late;     /* GRE packets after the client had left */
	uint64_t cut;      /* GRE packets that are broken or cut */
	uint64_t passed;   /* packets and calls for which there was no room */
};

#endif
