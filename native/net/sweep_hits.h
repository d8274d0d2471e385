/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports that a sweep found open, until somebody has dealt with each, and who of
 * them answered at a second port. */
#ifndef PPTP_SWEEP_HITS_H
#define PPTP_SWEEP_HITS_H

#include "net/sweeper.h"

struct pptp_sweep_hit {
	struct pptp_found found;
	struct pptp_address address;
	uint16_t port;
};

#define PPTP_SWEEP_HITS 65536

struct pptp_sweep_hits { /* oldest first; a ring */
	struct pptp_sweep_hit *slots;
	uint64_t put, taken;
	/* Addresses that answered at a second port, by hash: the latest. */
	struct pptp_address *second_ports;
};

/* False: no memory. To be closed even so. */
bool pptp_sweep_hits_open(struct pptp_sweep_hits *h);
void pptp_sweep_hits_close(struct pptp_sweep_hits *h);
uint64_t pptp_sweep_hits_count(const struct pptp_sweep_hits *h);
/* There has to be room: count() is below PPTP_SWEEP_HITS. */
void pptp_sweep_hits_add(struct pptp_sweep_hits *h,
			 const struct pptp_found *found,
			 const struct pptp_ranges *ranges);
/* The oldest hit, if its second port has had its time to answer at `wall_ns`
 * (since 1970), or else with `now`; NULL: none. It stays until drop(). */
const struct pptp_sweep_hit *
pptp_sweep_hits_ripe(const struct pptp_sweep_hits *h, int64_t wall_ns,
		     bool now);
void pptp_sweep_hits_drop(struct pptp_sweep_hits *h);
/* The least position of those that wait; UINT64_MAX: none waits. */
uint64_t pptp_sweep_hits_least(const struct pptp_sweep_hits *h);

void pptp_sweep_hits_second_port(struct pptp_sweep_hits *h,
				 const struct pptp_address *a);
bool pptp_sweep_hits_any_port(const struct pptp_sweep_hits *h,
			      const struct pptp_address *a);

#endif
