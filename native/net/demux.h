/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whose is a captured packet? By the server's address, at either end or in
 * what an ICMP message quotes. GRE that comes from elsewhere with a Call-ID of
 * ours is that call's to know of, where one call alone has that Call-ID.
 *
 * Gives Call-IDs out too: random, as pptp_call_id_ok has them, and free as
 * net/call_ids.h says. While there are enough, no two live calls share one.
 */
#ifndef PPTP_DEMUX_H
#define PPTP_DEMUX_H

#include "format/packet.h"
#include "net/call_ids.h"

#define PPTP_DEMUX_BUCKETS    8192
#define PPTP_DEMUX_CALLS      65536
#define PPTP_DEMUX_CANDIDATES 5

struct pptp_demux_entry { /* inside the object that is looked for: `owner` */
	void *owner;
	const struct pptp_address *server, *source; /* its own, and ours */
	uint16_t call_id;                           /* ours; 0: none */
	struct pptp_demux_entry *next, *next_call;
};

struct pptp_demux {
	uint32_t seed;
	struct pptp_demux_entry *bucket[PPTP_DEMUX_BUCKETS];
	struct pptp_demux_entry *call[PPTP_DEMUX_CALLS];
	struct pptp_call_ids ids;
};

void pptp_demux_init(struct pptp_demux *d, uint32_t seed);
void pptp_demux_free(struct pptp_demux *d);
/* `server` is set and not there yet. Stays where it is until removed. */
void pptp_demux_add(struct pptp_demux *d, struct pptp_demux_entry *e);
void pptp_demux_remove(struct pptp_demux *d, struct pptp_demux_entry *e);
struct pptp_demux_entry *pptp_demux_find(const struct pptp_demux *d,
					 const struct pptp_address *server);
/* False with errno: none is free, or no memory. */
bool pptp_demux_call_begin(struct pptp_demux *d, struct pptp_demux_entry *e,
			   int64_t now);
/* With a Call-ID that somebody else gave out; 0: none. */
void pptp_demux_call_add(struct pptp_demux *d, struct pptp_demux_entry *e,
			 uint16_t call_id);
/* Its call alone; whose Call-ID begin() gave wants end(). */
void pptp_demux_call_remove(struct pptp_demux *d, struct pptp_demux_entry *e);
/* No effect where it has no call. */
void pptp_demux_call_end(struct pptp_demux *d, struct pptp_demux_entry *e,
			 int64_t now);
/* Those that a packet may belong to, likeliest first, none twice. */
size_t
pptp_demux_candidates(const struct pptp_demux *d,
		      const struct pptp_packet *packet,
		      struct pptp_demux_entry *found[PPTP_DEMUX_CANDIDATES]);

#endif
