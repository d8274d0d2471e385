/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/sweep_hits.h"

#include <stdlib.h>

/* So long a hit waits for what its second port says. */
#define SECOND_PORT_NS INT64_C(300000000)
#define SECOND_PORTS   65536 /* a power of two */

bool pptp_sweep_hits_open(struct pptp_sweep_hits *h)
{
	h->put = h->taken = 0;
	h->slots = calloc(PPTP_SWEEP_HITS, sizeof(h->slots[0]));
	h->second_ports = calloc(SECOND_PORTS, sizeof(h->second_ports[0]));
	return h->slots != NULL && h->second_ports != NULL;
}

void pptp_sweep_hits_close(struct pptp_sweep_hits *h)
{
	free(h->slots);
	free(h->second_ports);
	h->slots = NULL;
	h->second_ports = NULL;
}

uint64_t pptp_sweep_hits_count(const struct pptp_sweep_hits *h)
{
	return h->put - h->taken;
}

void pptp_sweep_hits_add(struct pptp_sweep_hits *h,
			 const struct pptp_found *found,
			 const struct pptp_ranges *ranges)
{
	struct pptp_sweep_hit *hit = &h->slots[h->put % PPTP_SWEEP_HITS];

	hit->found = *found;
	pptp_ranges_nth(ranges, found->target, &hit->address, &hit->port);
	h->put++;
}

const struct pptp_sweep_hit *
pptp_sweep_hits_ripe(const struct pptp_sweep_hits *h, int64_t wall_ns, bool now)
{
	const struct pptp_sweep_hit *hit =
	    &h->slots[h->taken % PPTP_SWEEP_HITS];

	if (pptp_sweep_hits_count(h) == 0 ||
	    (hit->found.time_ns + SECOND_PORT_NS > wall_ns && !now))
		return NULL;
	return hit;
}

void pptp_sweep_hits_drop(struct pptp_sweep_hits *h)
{
	h->taken++;
}

/* They wait in the order in which they came, which is not that of positions. */
uint64_t pptp_sweep_hits_least(const struct pptp_sweep_hits *h)
{
	uint64_t least = UINT64_MAX, i, position;

	for (i = h->taken; i < h->put; i++) {
		position = h->slots[i % PPTP_SWEEP_HITS].found.heard.position;
		if (position < least)
			least = position;
	}
	return least;
}

static struct pptp_address *second_port_of(const struct pptp_sweep_hits *h,
					   const struct pptp_address *a)
{
	static const struct pptp_cookie_key key = {{0, 0}};

	return &h->second_ports[pptp_siphash(&key, a->bytes, sizeof(a->bytes)) &
				(SECOND_PORTS - 1)];
}

void pptp_sweep_hits_second_port(struct pptp_sweep_hits *h,
				 const struct pptp_address *a)
{
	*second_port_of(h, a) = *a;
}

bool pptp_sweep_hits_any_port(const struct pptp_sweep_hits *h,
			      const struct pptp_address *a)
{
	return pptp_address_equal(second_port_of(h, a), a);
}
