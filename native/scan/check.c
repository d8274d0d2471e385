/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/check.h"

#include <string.h>

#include "scan/count.h"
#include "scan/fact.h"

#define META(type, field) PPTP_FACT_##type##_OF(struct pptp_meta, field)

static const struct pptp_fact facts[] = {
    META(NUMBER, seed),        META(NUMBER, count),       META(NUMBER, shard),
    META(NUMBER, shards),      META(NUMBER, first),       META(NUMBER, end),
    META(NUMBER, low),         META(NUMBER, rows),        META(NUMBER, lossy),
    META(BYTES, targets_hash), META(BYTES, options_hash),
};

#define FACTS (sizeof(facts) / sizeof(facts[0]))

void pptp_meta_walk(const struct pptp_meta *meta, struct pptp_sink *s)
{
	pptp_facts_walk(facts, FACTS, meta, s);
	pptp_sweep_counts_walk(&meta->counts, s);
}

bool pptp_meta_read(struct pptp_meta *meta, const char *text, size_t length,
		    const char **why, const char **fact)
{
	return pptp_facts_read(facts, FACTS, meta, text, length, why, fact) &&
	       pptp_sweep_counts_read(&meta->counts, text, length, why, fact);
}

/* Shards are few, and mostly in order. */
static void sort(struct pptp_meta *metas, size_t n)
{
	struct pptp_meta meta;
	size_t i, j;

	for (i = 1; i < n; i++) {
		meta = metas[i];
		for (j = i; j > 0 && metas[j - 1].first > meta.first; j--)
			metas[j] = metas[j - 1];
		metas[j] = meta;
	}
}

/* Whether two are of one sweep. */
static enum pptp_check_fault compare(const struct pptp_meta *a,
				     const struct pptp_meta *b)
{
	if (a->seed != b->seed)
		return PPTP_CHECK_SEED;
	if (a->count != b->count ||
	    memcmp(a->targets_hash, b->targets_hash, PPTP_HASH_SIZE) != 0)
		return PPTP_CHECK_TARGETS;
	if (memcmp(a->options_hash, b->options_hash, PPTP_HASH_SIZE) != 0)
		return PPTP_CHECK_OPTIONS;
	return PPTP_CHECK_OK;
}

/* Whether one is what it says of itself. */
static enum pptp_check_fault check_span(const struct pptp_meta *m,
					struct pptp_order *o)
{
	struct pptp_interval span;

	if (!pptp_order_init(o, m->count, m->seed) ||
	    m->shards > PPTP_SHARDS_MAX || m->shard > m->shards ||
	    !pptp_order_shard(o, (uint32_t)m->shard, (uint32_t)m->shards,
			      &span) ||
	    m->first != span.first || m->end != span.end || m->low < m->first ||
	    m->low > m->end)
		return PPTP_CHECK_SPAN;
	return PPTP_CHECK_OK;
}

static void blame(struct pptp_check *c, enum pptp_check_fault fault,
		  const struct pptp_meta *one, const struct pptp_meta *other,
		  struct pptp_interval span)
{
	if (c->fault != PPTP_CHECK_OK)
		return;
	c->fault = fault;
	c->one = one->file;
	c->other = other->file;
	c->span = span;
}

/* Where one ends, the next has to begin. */
static void check_joint(struct pptp_check *c, const struct pptp_meta *one,
			const struct pptp_meta *next)
{
	uint64_t end = one->end < next->end ? one->end : next->end;

	if (next->first < one->end)
		blame(c, PPTP_CHECK_OVERLAP, one, next,
		      (struct pptp_interval){next->first, end});
	if (next->first > one->end)
		blame(c, PPTP_CHECK_GAP, one, next,
		      (struct pptp_interval){one->end, next->first});
}

static void check_done(struct pptp_check *c, const struct pptp_meta *m)
{
	struct pptp_interval left = {m->low, m->end};

	if (m->low < m->end)
		blame(c, PPTP_CHECK_UNFINISHED, m, m, left);
	if (m->lossy != 0)
		blame(c, PPTP_CHECK_LOSSY, m, m, left);
	c->rows += m->rows;
	pptp_sweep_counts_add(&c->counts, &m->counts);
}

/* Empty shards, of which there may be where targets are few, have no place. */
static void check_joints(struct pptp_check *c, const struct pptp_meta *metas,
			 size_t n, uint64_t positions)
{
	const struct pptp_meta *last = NULL;
	size_t i;

	for (i = 0; i < n; i++) {
		if (metas[i].first == metas[i].end)
			continue;
		if (last != NULL)
			check_joint(c, last, &metas[i]);
		else if (metas[i].first > 0)
			blame(c, PPTP_CHECK_GAP, &metas[i], &metas[i],
			      (struct pptp_interval){0, metas[i].first});
		last = &metas[i];
	}
	if (last == NULL)
		blame(c, PPTP_CHECK_GAP, metas, metas,
		      (struct pptp_interval){0, positions});
	else if (last->end < positions)
		blame(c, PPTP_CHECK_GAP, last, last,
		      (struct pptp_interval){last->end, positions});
}

struct pptp_check pptp_check_shards(struct pptp_meta *metas, size_t n)
{
	struct pptp_check c;
	struct pptp_order o;
	struct pptp_interval none = {0, 0};
	enum pptp_check_fault fault;
	size_t i;

	memset(&c, 0, sizeof(c));
	memset(&o, 0, sizeof(o));
	sort(metas, n);
	for (i = 0; i < n; i++) {
		fault = compare(&metas[0], &metas[i]);
		if (fault != PPTP_CHECK_OK)
			blame(&c, fault, &metas[0], &metas[i], none);
		else if (check_span(&metas[i], &o) != PPTP_CHECK_OK)
			blame(&c, PPTP_CHECK_SPAN, &metas[i], &metas[i], none);
	}
	if (c.fault == PPTP_CHECK_OK)
		check_joints(&c, metas, n, pptp_order_positions(&o));
	for (i = 0; i < n; i++)
		check_done(&c, &metas[i]);
	return c;
}
