/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the objects of a decoded capture go. */
#ifndef PPTP_READ_OUTPUT_H
#define PPTP_READ_OUTPUT_H

#include "format/sink.h"
#include "read/counts.h"

/* Called between the objects: begin gives the sink for the next, end takes it
 * away. A false `end` stops. `idle` may be NULL: before a read from a pipe
 * that has nothing. `counts` may be NULL. */
struct pptp_decode_output {
	struct pptp_sink *(*begin)(void *context);
	bool (*end)(void *context);
	void *context;
	void (*idle)(void *context);
	struct pptp_read_counts *counts;
};

#endif
