/* SPDX-License-Identifier: BSD-2-Clause */
/* Objects out of a capture: where and when something was seen, and what
 * follows by its layer. */
#ifndef PPTP_READ_TELL_H
#define PPTP_READ_TELL_H

#include "format/sink.h"
#include "read/output.h"
#include "read/place.h"

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
