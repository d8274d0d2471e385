/* SPDX-License-Identifier: BSD-2-Clause */
/* Random bytes from getrandom(2), fetched in pieces: one call of the system's
 * serves many. */
#ifndef PPTP_RANDOM_H
#define PPTP_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/error.h"

#define PPTP_RANDOM_POOL 256 /* getrandom(2) gives so many in one piece */

struct pptp_random { /* zeroed before use */
	uint8_t pool[PPTP_RANDOM_POOL];
	size_t left;
};

/* At most PPTP_RANDOM_POOL bytes; none is given twice. False with errno where
 * the system gives none. */
bool pptp_random_take(struct pptp_random *r, void *bytes,
		      size_t length) PPTP_MUST_USE;

#endif
