/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/random.h"

#include <string.h>
#include <sys/random.h>

/* Used bytes are overwritten: nothing that was random is told twice. No signal
 * cuts a piece of 256 bytes short. */
_Static_assert(PPTP_RANDOM_POOL <= 256,
	       "a signal may cut short what is longer: getrandom(2)");

bool pptp_random_take(struct pptp_random *r, void *bytes, size_t length)
{
	if (r->left < length) {
		if (getrandom(r->pool, sizeof(r->pool), 0) !=
		    (ssize_t)sizeof(r->pool))
			return false;
		r->left = sizeof(r->pool);
	}
	r->left -= length;
	memcpy(bytes, r->pool + r->left, length);
	memset(r->pool + r->left, 0, length);
	return true;
}
