/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose is a captured packet? By the server's address, at either end or in
 * what an ICMP message quotes, and for GRE by our Call-ID, whoever sent it.
 *
 * Gives Call-IDs out too: random, as pptp_call_id_ok has them, none of a call
 * that is up or ended less than 60 s ago.
 */
#ifndef PPTP_DEMUX_H
#define PPTP_DEMUX_H

#include "format/address.h"

#define PPTP_DEMUX_BUCKETS    8192
#define PPTP_DEMUX_CALLS      65536
#define PPTP_DEMUX_QUARANTINE INT64_C(60000000)
#define PPTP_DEMUX_CANDIDATES 5

struct pptp_demux_entry { /* inside the object that is looked for */
	struct pptp_address address, source; /* the server's, ours */
	uint16_t call_id;                    /* ours; 0: none */
	struct pptp_demux_entry *next;
};

struct pptp_demux {
	uint32_t seed;
	struct pptp_demux_entry *bucket[PPTP_DEMUX_BUCKETS];
	struct pptp_demux_entry *call[PPTP_DEMUX_CALLS];
	int64_t free_at[PPTP_DEMUX_CALLS];
};

void pptp_demux_init(struct pptp_demux *d, uint32_t seed);
/* `address` is set and not there yet. Stays where it is until removed. */
void pptp_demux_add(struct pptp_demux *d, struct pptp_demux_entry *e);
void pptp_demux_remove(struct pptp_demux *d, struct pptp_demux_entry *e);
struct pptp_demux_entry *pptp_demux_find(const struct pptp_demux *d,
					 const struct pptp_address *address);
/* False: none is free. */
bool pptp_demux_call_begin(struct pptp_demux *d, struct pptp_demux_entry *e,
			   int64_t now);
void pptp_demux_call_end(struct pptp_demux *d, struct pptp_demux_entry *e,
			 int64_t now);
/* Those that an IP packet may belong to, likeliest first, none twice. */
size_t
pptp_demux_candidates(const struct pptp_demux *d, const void *packet,
		      size_t length,
		      struct pptp_demux_entry *found[PPTP_DEMUX_CANDIDATES]);

#endif
