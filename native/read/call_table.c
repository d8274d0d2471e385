/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/call_table.h"

#include <stdlib.h>

#define BUCKETS 1024

struct pptp_call_table {
	unsigned most, count; /* calls */
	struct pptp_call_connection *oldest, *newest;
	struct pptp_call_connection *bucket[BUCKETS];
};

struct pptp_call_table *pptp_call_table_new(unsigned most)
{
	struct pptp_call_table *t = calloc(1, sizeof(*t));

	if (t != NULL)
		t->most = most > 0 ? most : 1;
	return t;
}

static void free_connection(struct pptp_call_connection *c)
{
	struct pptp_call_entry *e;

	while ((e = c->calls) != NULL) {
		c->calls = e->next;
		free(e);
	}
	free(c->waiting);
	free(c);
}

void pptp_call_table_free(struct pptp_call_table *t)
{
	struct pptp_call_connection *c, *next;

	if (t == NULL)
		return;
	for (c = t->oldest; c != NULL; c = next) {
		next = c->newer;
		free_connection(c);
	}
	free(t);
}

bool pptp_call_table_is_full(const struct pptp_call_table *t)
{
	return t->count >= t->most;
}

struct pptp_call_connection *
pptp_call_table_oldest(const struct pptp_call_table *t,
		       const struct pptp_call_connection *but)
{
	return t->oldest != NULL && t->oldest == but ? but->newer : t->oldest;
}

static uint32_t hash_of(const struct pptp_address *a)
{
	uint32_t hash = UINT32_C(2166136261);

	for (size_t i = 0; i < sizeof(a->bytes); i++)
		hash = (hash ^ a->bytes[i]) * UINT32_C(16777619);
	return hash;
}

/* The same either way around. */
static size_t bucket_of(const struct pptp_address *a,
			const struct pptp_address *b)
{
	uint32_t hash = hash_of(a) + hash_of(b);

	return (hash ^ hash >> 16) % BUCKETS;
}

static void take_out(struct pptp_call_table *t, struct pptp_call_connection *c)
{
	*(c->older != NULL ? &c->older->newer : &t->oldest) = c->newer;
	*(c->newer != NULL ? &c->newer->older : &t->newest) = c->older;
	c->older = c->newer = NULL;
}

static void put_last(struct pptp_call_table *t, struct pptp_call_connection *c)
{
	c->older = t->newest;
	*(t->newest != NULL ? &t->newest->newer : &t->oldest) = c;
	t->newest = c;
}

void pptp_call_table_use(struct pptp_call_table *t,
			 struct pptp_call_connection *c, int64_t now)
{
	c->last_us = now;
	take_out(t, c);
	put_last(t, c);
}

struct pptp_call_entry *pptp_call_table_add_call(struct pptp_call_table *t,
						 struct pptp_call_connection *c)
{
	struct pptp_call_entry **at = &c->calls, *e;

	if (pptp_call_table_is_full(t))
		return NULL;
	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	while (*at != NULL)
		at = &(*at)->next;
	*at = e;
	t->count++;
	pptp_record_init(&e->call.record,
			 &(struct pptp_storage){e->offer, e->store,
						PPTP_CALL_OFFERS,
						PPTP_CALL_STORE});
	return e;
}

struct pptp_call_connection *pptp_call_table_add(struct pptp_call_table *t,
						 const struct pptp_address *a,
						 const struct pptp_address *b)
{
	struct pptp_call_connection *c = calloc(1, sizeof(*c)), **bucket;

	if (c == NULL || pptp_call_table_add_call(t, c) == NULL) {
		free(c);
		return NULL;
	}
	c->address[0] = *a;
	c->address[1] = *b;
	bucket = &t->bucket[bucket_of(a, b)];
	c->chain = *bucket;
	*bucket = c;
	put_last(t, c);
	return c;
}

void pptp_call_table_remove(struct pptp_call_table *t,
			    struct pptp_call_connection *c)
{
	struct pptp_call_connection **at =
	    &t->bucket[bucket_of(&c->address[0], &c->address[1])];
	const struct pptp_call_entry *e;

	while (*at != c)
		at = &(*at)->chain;
	*at = c->chain;
	take_out(t, c);
	for (e = c->calls; e != NULL; e = e->next)
		t->count--;
	free_connection(c);
}

static bool is_between(const struct pptp_call_connection *c,
		       const struct pptp_address *a,
		       const struct pptp_address *b)
{
	return (pptp_address_equal(&c->address[0], a) &&
		pptp_address_equal(&c->address[1], b)) ||
	       (pptp_address_equal(&c->address[0], b) &&
		pptp_address_equal(&c->address[1], a));
}

struct pptp_call_connection *pptp_call_table_between(
    const struct pptp_call_table *t, const struct pptp_address *a,
    const struct pptp_address *b, const struct pptp_call_connection *after)
{
	struct pptp_call_connection *c =
	    after != NULL ? after->chain : t->bucket[bucket_of(a, b)];

	while (c != NULL && !is_between(c, a, b))
		c = c->chain;
	return c;
}
