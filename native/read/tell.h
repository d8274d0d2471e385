/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects out of a capture: where and when something was seen, and what
 * follows by its layer. */
#ifndef PPTP_READ_TELL_H
#define PPTP_READ_TELL_H

#include "format/address.h"
#include "format/sink.h"
#include "read/output.h"
#include "read/source.h"

/* Where and when something was seen. */
struct pptp_place {
	uint64_t frame; /* 0: in no file */
	int64_t time_us;
	const struct pptp_address *source, *destination; /* NULL: unknown */
	uint16_t source_port, destination_port;          /* 0: no ports */
	unsigned depth;                                  /* tunnels around it */
	bool truncated;
};

struct pptp_teller {
	const struct pptp_decode_output *output;
	bool stopped; /* nobody wants more */
};

/* The sink for an object that is open already; NULL where nobody wants it. */
struct pptp_sink *pptp_tell_begin(const struct pptp_teller *t,
				  const struct pptp_place *p);
void pptp_tell_end(struct pptp_teller *t, struct pptp_sink *s, bool truncated);
void pptp_tell_malformed(struct pptp_sink *s, const char *why, size_t offset);

#endif
