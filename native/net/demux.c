/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/demux.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "format/control.h"
#include "format/gre.h"
#include "format/icmp.h"

void pptp_demux_init(struct pptp_demux *d, uint32_t seed)
{
	memset(d, 0, sizeof(*d));
	d->seed = seed;
}

/* FNV-1a with a seed. Users choose the addresses, servers do not. */
static size_t bucket_of(const struct pptp_demux *d,
			const struct pptp_address *a)
{
	size_t width = a->family == 4 ? 4 : sizeof(a->bytes), i;
	uint32_t hash = 2166136261U ^ d->seed;

	for (i = 0; i < width; i++)
		hash = (hash ^ a->bytes[i]) * 16777619U;
	return (hash ^ hash >> 16) % PPTP_DEMUX_BUCKETS;
}

void pptp_demux_add(struct pptp_demux *d, struct pptp_demux_entry *e)
{
	size_t i = bucket_of(d, &e->address);

	e->next = d->bucket[i];
	d->bucket[i] = e;
}

void pptp_demux_remove(struct pptp_demux *d, struct pptp_demux_entry *e)
{
	struct pptp_demux_entry **at = &d->bucket[bucket_of(d, &e->address)];

	while (*at != NULL && *at != e)
		at = &(*at)->next;
	if (*at != NULL)
		*at = e->next;
	e->next = NULL;
}

struct pptp_demux_entry *pptp_demux_find(const struct pptp_demux *d,
					 const struct pptp_address *address)
{
	struct pptp_demux_entry *e;

	if (address->family == 0)
		return NULL;
	e = d->bucket[bucket_of(d, address)];
	while (e != NULL && !pptp_address_equal(&e->address, address))
		e = e->next;
	return e;
}

static bool is_free(const struct pptp_demux *d, uint16_t id, int64_t now)
{
	return pptp_call_id_ok(id) && d->call[id] == NULL &&
	       d->free_at[id] <= now;
}

bool pptp_demux_call_begin(struct pptp_demux *d, struct pptp_demux_entry *e,
			   int64_t now)
{
	uint16_t id;
	unsigned tries;

	if (getrandom(&id, sizeof(id), 0) != sizeof(id))
		return false;
	/* From a random one upwards, by a step that meets every one. */
	for (tries = 0; tries < PPTP_DEMUX_CALLS; tries++) {
		if (is_free(d, id, now)) {
			d->call[id] = e;
			e->call_id = id;
			return true;
		}
		id = (uint16_t)(id + 40503U);
	}
	errno = EADDRINUSE;
	return false;
}

void pptp_demux_call_end(struct pptp_demux *d, struct pptp_demux_entry *e,
			 int64_t now)
{
	if (e->call_id == 0)
		return;
	d->call[e->call_id] = NULL;
	d->free_at[e->call_id] = now + PPTP_DEMUX_QUARANTINE;
	e->call_id = 0;
}

struct candidates {
	struct pptp_demux_entry **found;
	size_t count;
};

static void offer(struct candidates *c, struct pptp_demux_entry *e)
{
	size_t i;

	if (e == NULL || c->count == PPTP_DEMUX_CANDIDATES)
		return;
	for (i = 0; i < c->count; i++)
		if (c->found[i] == e)
			return;
	c->found[c->count++] = e;
}

/* Only in packets to us is the Call-ID ours. */
static void offer_call(const struct pptp_demux *d, const struct pptp_ip *ip,
		       struct candidates *c)
{
	struct pptp_reader r = ip->payload;
	struct pptp_demux_entry *e;
	uint16_t id;

	if (ip->fragment_offset > 0 ||
	    !pptp_gre_is_enhanced(r.at, pptp_reader_left(&r)))
		return;
	pptp_read_skip(&r, 6);
	id = pptp_read_u16(&r);
	e = pptp_reader_ok(&r) ? d->call[id] : NULL;
	if (e != NULL && pptp_address_equal(&e->source, &ip->destination))
		offer(c, e);
}

static void offer_quoted(const struct pptp_demux *d, const struct pptp_ip *ip,
			 struct candidates *c)
{
	struct pptp_reader r = ip->payload;
	struct pptp_icmp icmp;

	if (!pptp_icmp_decode(&icmp, ip, &r) || !icmp.has_quote)
		return;
	offer(c, pptp_demux_find(d, &icmp.quote.destination));
	/* Our own kernel quotes what a server sent. */
	offer(c, pptp_demux_find(d, &icmp.quote.source));
}

size_t
pptp_demux_candidates(const struct pptp_demux *d, const void *packet,
		      size_t length,
		      struct pptp_demux_entry *found[PPTP_DEMUX_CANDIDATES])
{
	struct candidates c = {.found = found};
	struct pptp_reader r;
	struct pptp_ip ip;

	pptp_reader_init(&r, packet, length);
	if (!pptp_ip_decode(&ip, &r))
		return 0;
	if (ip.protocol == PPTP_IP_GRE)
		offer_call(d, &ip, &c);
	if (ip.protocol == PPTP_IP_ICMP || ip.protocol == PPTP_IP_ICMPV6)
		offer_quoted(d, &ip, &c);
	offer(&c, pptp_demux_find(d, &ip.source));
	offer(&c, pptp_demux_find(d, &ip.destination));
	return c.count;
}
