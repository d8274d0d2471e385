/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/call_ids.h"

#include <stdlib.h>
#include <string.h>

#include "format/control.h"

#define LEAST 1024

static uint64_t key_of(uint32_t server, uint16_t id)
{
	return (uint64_t)server << 16 | id; /* no Call-ID is 0, so no key is */
}

/* Where it stands, or could. */
static size_t place_of(const struct pptp_call_set *set, uint64_t key)
{
	size_t at = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 20);

	for (at &= set->room - 1; set->keys[at] != 0; at++, at &= set->room - 1)
		if (set->keys[at] == key)
			break;
	return at;
}

static bool has(const struct pptp_call_set *set, uint64_t key)
{
	return set->room > 0 && set->keys[place_of(set, key)] != 0;
}

static bool grow(struct pptp_call_set *set)
{
	struct pptp_call_set more = {.room = set->room * 2};
	size_t i;

	if (more.room == 0)
		more.room = LEAST;
	more.keys = calloc(more.room, sizeof(*more.keys));
	if (more.keys == NULL)
		return false;
	more.count = set->count;
	for (i = 0; i < set->room; i++)
		if (set->keys[i] != 0)
			more.keys[place_of(&more, set->keys[i])] = set->keys[i];
	free(set->keys);
	*set = more;
	return true;
}

static bool add(struct pptp_call_set *set, uint64_t key)
{
	size_t at;

	if (2 * (set->count + 1) > set->room && !grow(set))
		return false;
	at = place_of(set, key);
	if (set->keys[at] == 0)
		set->count++;
	set->keys[at] = key;
	return true;
}

static void empty(struct pptp_call_set *set)
{
	free(set->keys);
	memset(set, 0, sizeof(*set));
}

/* Once the recent ones began a quarantine ago, the older ones are through. */
static void age(struct pptp_call_ids *ids, int64_t now)
{
	if (now - ids->since < PPTP_CALL_QUARANTINE)
		return;
	empty(&ids->older);
	ids->older = ids->recent;
	memset(&ids->recent, 0, sizeof(ids->recent));
	if (now - ids->since >= 2 * PPTP_CALL_QUARANTINE)
		empty(&ids->older);
	ids->since = now;
}

void pptp_call_ids_free(struct pptp_call_ids *ids)
{
	empty(&ids->recent);
	empty(&ids->older);
}

bool pptp_call_ids_may(struct pptp_call_ids *ids, uint32_t server, uint16_t id,
		       int64_t now)
{
	uint64_t key = key_of(server, id);

	age(ids, now);
	return pptp_call_id_ok(id) && !has(&ids->recent, key) &&
	       !has(&ids->older, key);
}

bool pptp_call_ids_met(struct pptp_call_ids *ids, uint32_t server, uint16_t id,
		       int64_t now)
{
	age(ids, now);
	return add(&ids->recent, key_of(server, id));
}
