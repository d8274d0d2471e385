/* SPDX-License-Identifier: BSD-2-Clause */
/* What refused targets answered, until their wait is over and they have a row:
 * a hash table that grows. */
#ifndef PPTP_SWEEP_DETAILS_H
#define PPTP_SWEEP_DETAILS_H

#include "net/sweeper.h"

struct pptp_sweep_detail {
	uint64_t key; /* the position plus 1; 0: empty */
	struct pptp_syn_reply reply;
	int64_t rtt_ns, time_ns;
};

struct pptp_sweep_details {
	struct pptp_sweep_detail *slots;
	size_t room, count; /* room: a power of two, or 0 */
};

void pptp_sweep_details_free(struct pptp_sweep_details *d);
/* In place of what was known of its position. False: no memory. */
bool pptp_sweep_details_put(struct pptp_sweep_details *d,
			    const struct pptp_found *found);
/* Takes it out; false: nothing is known. */
bool pptp_sweep_details_take(struct pptp_sweep_details *d, uint64_t position,
			     struct pptp_sweep_detail *detail);

#endif
