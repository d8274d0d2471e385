/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/demux.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#define ALONE 256 /* Call-IDs that are tried for one that no live call has */

void pptp_demux_init(struct pptp_demux *d, uint32_t seed)
{
	memset(d, 0, sizeof(*d));
	d->seed = seed;
}

void pptp_demux_free(struct pptp_demux *d)
{
	pptp_call_ids_free(&d->ids);
}

/* FNV-1a with a seed. Users choose the addresses, servers do not. */
static uint32_t hash_of(const struct pptp_demux *d,
			const struct pptp_address *a)
{
	size_t width = a->family == 4 ? 4 : sizeof(a->bytes), i;
	uint32_t hash = 2166136261U ^ d->seed;

	for (i = 0; i < width; i++)
		hash = (hash ^ a->bytes[i]) * 16777619U;
	return hash ^ hash >> 16;
}

static size_t bucket_of(const struct pptp_demux *d,
			const struct pptp_address *a)
{
	return hash_of(d, a) % PPTP_DEMUX_BUCKETS;
}

void pptp_demux_add(struct pptp_demux *d, struct pptp_demux_entry *e)
{
	size_t i = bucket_of(d, e->server);

	e->next = d->bucket[i];
	d->bucket[i] = e;
}

void pptp_demux_remove(struct pptp_demux *d, struct pptp_demux_entry *e)
{
	struct pptp_demux_entry **at = &d->bucket[bucket_of(d, e->server)];

	while (*at != NULL && *at != e)
		at = &(*at)->next;
	if (*at != NULL)
		*at = e->next;
	e->next = NULL;
}

struct pptp_demux_entry *pptp_demux_find(const struct pptp_demux *d,
					 const struct pptp_address *server)
{
	struct pptp_demux_entry *e;

	if (server->family == 0)
		return NULL;
	e = d->bucket[bucket_of(d, server)];
	while (e != NULL && !pptp_address_equal(e->server, server))
		e = e->next;
	return e;
}

/* ---- Call-IDs ------------------------------------------------------------ */

/* From a random one upwards, by a step that meets every one. 0: none. */
static uint16_t choose(struct pptp_demux *d, uint32_t server, uint16_t id,
		       int64_t now)
{
	unsigned tries;
	uint16_t shared = 0;

	for (tries = 0; tries < PPTP_DEMUX_CALLS; tries++) {
		if (pptp_call_ids_may(&d->ids, server, id, now)) {
			if (d->call[id] == NULL)
				return id;
			if (shared == 0)
				shared = id;
		}
		if (shared != 0 && tries >= ALONE)
			break;
		id = (uint16_t)(id + 40503U);
	}
	return shared;
}

bool pptp_demux_call_begin(struct pptp_demux *d, struct pptp_demux_entry *e,
			   int64_t now)
{
	uint32_t server = hash_of(d, e->server);
	uint16_t id;

	if (getrandom(&id, sizeof(id), 0) != sizeof(id))
		return false;
	id = choose(d, server, id, now);
	if (id == 0) {
		errno = EADDRINUSE;
		return false;
	}
	if (!pptp_call_ids_met(&d->ids, server, id, now)) {
		errno = ENOMEM;
		return false;
	}
	pptp_demux_call_add(d, e, id);
	return true;
}

void pptp_demux_call_add(struct pptp_demux *d, struct pptp_demux_entry *e,
			 uint16_t call_id)
{
	e->call_id = call_id;
	if (call_id == 0)
		return;
	e->next_call = d->call[call_id];
	d->call[call_id] = e;
}

void pptp_demux_call_remove(struct pptp_demux *d, struct pptp_demux_entry *e)
{
	struct pptp_demux_entry **at = &d->call[e->call_id];

	while (*at != NULL && *at != e)
		at = &(*at)->next_call;
	if (*at != NULL)
		*at = e->next_call;
	e->next_call = NULL;
}

void pptp_demux_call_end(struct pptp_demux *d, struct pptp_demux_entry *e,
			 int64_t now)
{
	if (e->call_id == 0)
		return;
	pptp_demux_call_remove(d, e);
	/* A call of 34 s at most was met less than a quarantine ago: where no
	 * memory is left it stays met for the rest of that. */
	(void)pptp_call_ids_met(&d->ids, hash_of(d, e->server), e->call_id,
				now);
	e->call_id = 0;
}

/* ---- packets ------------------------------------------------------------- */

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
static struct pptp_demux_entry *call_of(const struct pptp_demux *d,
					const struct pptp_ip *ip, uint16_t id)
{
	struct pptp_demux_entry *e, *other = NULL;
	unsigned others = 0;

	for (e = d->call[id]; e != NULL; e = e->next_call) {
		if (!pptp_address_equal(e->source, &ip->destination))
			continue;
		if (pptp_address_equal(e->server, &ip->source))
			return e;
		other = e;
		others++;
	}
	return others == 1 ? other : NULL;
}

size_t
pptp_demux_candidates(const struct pptp_demux *d,
		      const struct pptp_packet *packet,
		      struct pptp_demux_entry *found[PPTP_DEMUX_CANDIDATES])
{
	const struct pptp_ip *ip = &packet->ip;
	struct candidates c = {.found = found};

	if (packet->kind == PPTP_PACKET_GRE)
		offer(&c, call_of(d, ip, packet->gre.call_id));
	if (packet->kind == PPTP_PACKET_ICMP && packet->icmp.has_quote) {
		offer(&c, pptp_demux_find(d, &packet->icmp.quote.destination));
		/* Our own kernel quotes what a server sent. */
		offer(&c, pptp_demux_find(d, &packet->icmp.quote.source));
	}
	offer(&c, pptp_demux_find(d, &ip->source));
	offer(&c, pptp_demux_find(d, &ip->destination));
	return c.count;
}
