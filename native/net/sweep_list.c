/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/sweep_list.h"

#include <inttypes.h>
#include <sha2.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "format/control.h"
#include "net/numbered.h"
#include "net/targets.h"

#define CAP_USUAL  16
#define MEBIBYTE   ((size_t)1 << 20)
#define NANO       UINT64_C(1000000000)
/* Below the ports that Linux gives out (net.ipv4.ip_local_port_range). */
#define FIRST_PORT 24576

void pptp_sweep_request_init(struct pptp_sweep_request *r)
{
	static const char *const nothing[] = {NULL};
	static const uint16_t port = PPTP_PORT;

	memset(r, 0, sizeof(*r));
	r->targets = r->files = r->exclude = nothing;
	r->ports = &port;
	r->port_count = 1;
	r->depth = PPTP_DEPTH_CALL;
	r->only = PPTP_ONLY_OPEN;
	r->rate = 1000;
	r->shard = r->shards = 1;
	r->retry_after_ns = 10 * NANO;
	r->cooldown_ns = 8 * NANO;
	r->source_ports.first = FIRST_PORT;
	r->source_ports.count = PPTP_SWEEP_PORTS_MOST;
	r->memory = 256 * MEBIBYTE;
}

/* ---- hashes -------------------------------------------------------------- */

static void hash_number(SHA2_CTX *h, uint64_t number, unsigned bytes)
{
	uint8_t text[8];
	unsigned i;

	for (i = 0; i < bytes; i++)
		text[i] = (uint8_t)(number >> 8 * (bytes - 1 - i));
	SHA256Update(h, text, bytes);
}

static void hash_ports(SHA2_CTX *h, const struct pptp_ranges *r,
		       const struct pptp_entry_rest *rest)
{
	struct pptp_port_choice choice = {rest->ports, rest->is_list};
	uint32_t n = pptp_ports_count(r->ports, choice), i;

	hash_number(h, n, 4);
	for (i = 0; i < n; i++)
		hash_number(h, pptp_ports_nth(r->ports, choice, i), 2);
}

/* Of who is asked, however that was said. */
static void hash_targets(const struct pptp_ranges *r, uint8_t *hash)
{
	SHA2_CTX h;
	uint32_t i;

	SHA256Init(&h);
	for (i = 0; i < r->v4_count; i++) {
		hash_number(&h, r->v4[i].first, 4);
		hash_number(&h, r->v4[i].before_low, 4);
		hash_ports(&h, r, &r->v4[i].rest);
	}
	for (i = 0; i < r->v6_count; i++) {
		SHA256Update(&h, r->v6[i].first, 16);
		hash_number(&h, r->v6[i].before_low, 4);
		hash_ports(&h, r, &r->v6[i].rest);
	}
	hash_number(&h, r->targets, 8);
	SHA256Final(hash, &h);
}

/* Of what changes rows. */
static void hash_request(const struct pptp_sweep_request *r, uint8_t *hash)
{
	char text[256];
	int length =
	    snprintf(text, sizeof(text),
		     "depth=%s only=%s retries=%u timeout=%" PRId64 " contact=",
		     pptp_depth_name(r->depth), pptp_only_name(r->only),
		     r->retries, r->timeout_us);
	SHA2_CTX h;

	SHA256Init(&h);
	SHA256Update(&h, (const uint8_t *)text, (size_t)length);
	if (r->contact != NULL)
		SHA256Update(&h, (const uint8_t *)r->contact,
			     strlen(r->contact));
	SHA256Final(hash, &h);
}

/* ---- who ----------------------------------------------------------------- */

typedef enum pptp_error adder(struct pptp_targets *t, const char *text,
			      char *why, size_t room);

static enum pptp_error add_all(struct pptp_sweep_list *l,
			       const char *const *words, adder *add, char *text,
			       size_t room)
{
	enum pptp_error error = PPTP_OK;

	for (; *words != NULL && error == PPTP_OK; words++)
		error = add(l->targets, *words, text, room);
	return error;
}

static enum pptp_error read_targets(struct pptp_sweep_list *l,
				    const struct pptp_sweep_request *r,
				    char *text, size_t room)
{
	enum pptp_error error;

	if (pptp_targets_open(&l->targets, r->ports[0], r->family) != PPTP_OK) {
		snprintf(text, room, "not enough memory for the targets");
		return PPTP_ERROR_SPACE;
	}
	if (r->numeric)
		pptp_targets_numeric(l->targets);
	pptp_targets_divert(l->targets, pptp_numbered_add, l->numbered);
	error = add_all(l, r->targets, pptp_targets_add, text, room);
	if (error == PPTP_OK)
		error = add_all(l, r->files, pptp_targets_add_file, text, room);
	if (error == PPTP_OK)
		error = add_all(l, r->exclude, pptp_targets_exclude_file, text,
				room);
	return error;
}

const char *pptp_sweep_list_unresolved(struct pptp_sweep_list *l)
{
	return pptp_targets_unresolved(l->targets);
}

/* A sweep without one of its targets would be another: none begins. */
static enum pptp_error settle(struct pptp_sweep_list *l, char *text,
			      size_t room)
{
	const char *why;

	pptp_targets_settle(l->targets);
	why = pptp_targets_unresolved(l->targets);
	if (why == NULL)
		return PPTP_OK;
	snprintf(text, room, "%s", why);
	return PPTP_ERROR_NAME;
}

static enum pptp_error number(struct pptp_sweep_list *l, char *text,
			      size_t room)
{
	enum pptp_error error =
	    pptp_numbered_build(l->numbered, l->targets, text, room);

	if (error != PPTP_OK)
		return error;
	l->ranges = pptp_numbered_ranges(l->numbered);
	l->special = pptp_numbered_special(l->numbered);
	l->public = pptp_targets_public(l->targets);
	if (pptp_ranges_count(l->ranges) > 0)
		return PPTP_OK;
	snprintf(text, room,
		 "no target is left after the exclusions; name others or "
		 "exclude less");
	return PPTP_ERROR_ARGUMENT;
}

bool pptp_sweep_list_lacks_contact(const struct pptp_sweep_list *l,
				   const struct pptp_sweep_request *r)
{
	return r->contact == NULL && l->public > PPTP_SWEEP_CONTACT_FREE;
}

/* ---- in which order, and how fast ---------------------------------------- */

/* The seed and the key are no relatives: one is told, one never. */
static enum pptp_error draw(struct pptp_journal_head *h,
			    const struct pptp_sweep_request *r, char *text,
			    size_t room)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed) ||
	    getrandom(h->key, sizeof(h->key), 0) != (ssize_t)sizeof(h->key) ||
	    getrandom(h->run, sizeof(h->run), 0) != (ssize_t)sizeof(h->run)) {
		snprintf(text, room,
			 "the system gives no random bytes; try again");
		return PPTP_ERROR_SPACE;
	}
	h->seed = r->seeded ? r->seed : seed >> 1;
	return PPTP_OK;
}

/* By the shape of the order, a lower rate is all that a cap takes. */
static void set_rate(struct pptp_sweep_list *l,
		     const struct pptp_sweep_request *r)
{
	uint64_t most;

	l->cap = r->capped ? r->cap : l->public > 0 ? CAP_USUAL : 0;
	most = pptp_order_rate(l->head.count, (uint32_t)r->port_count,
			       r->shards, (uint32_t)l->cap);
	l->rate = most < r->rate ? most : r->rate;
}

static void set_head(struct pptp_sweep_list *l,
		     const struct pptp_sweep_request *r)
{
	struct pptp_journal_head *h = &l->head;
	struct pptp_interval shard;

	h->journal = PPTP_JOURNAL_VERSION;
	h->count = pptp_ranges_count(l->ranges);
	h->shard = r->shard;
	h->shards = r->shards;
	h->source_port = r->source_ports.first;
	h->source_ports = r->source_ports.count;
	pptp_order_init(&l->order, h->count, h->seed);
	pptp_order_shard(&l->order, r->shard, r->shards, &shard);
	h->first = shard.first;
	h->end = shard.end;
	hash_targets(l->ranges, h->targets_hash);
	hash_request(r, h->options_hash);
}

enum pptp_error pptp_sweep_list_open(struct pptp_sweep_list *l,
				     const struct pptp_sweep_request *r,
				     char *text, size_t room)
{
	enum pptp_error error;

	memset(l, 0, sizeof(*l));
	text[0] = '\0';
	error = pptp_numbered_open(&l->numbered, r->ports, r->port_count, text,
				   room);
	if (error == PPTP_OK)
		error = read_targets(l, r, text, room);
	if (error == PPTP_OK)
		error = settle(l, text, room);
	if (error == PPTP_OK)
		error = number(l, text, room);
	if (error == PPTP_OK)
		error = draw(&l->head, r, text, room);
	if (error != PPTP_OK) {
		if (text[0] == '\0')
			snprintf(text, room, "%s", pptp_error_text(error));
		return error;
	}
	set_head(l, r);
	set_rate(l, r);
	return PPTP_OK;
}

void pptp_sweep_list_close(struct pptp_sweep_list *l)
{
	pptp_numbered_close(l->numbered);
	pptp_targets_close(l->targets);
	l->numbered = NULL;
	l->targets = NULL;
}
