/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/check.h"

#include "unit/scan.h"

#define COUNT 1000000

static struct pptp_meta meta_of(uint32_t shard, uint32_t shards)
{
	struct pptp_meta m;
	struct pptp_order o;
	struct pptp_interval span;

	memset(&m, 0, sizeof(m));
	m.seed = 5;
	m.count = COUNT;
	m.shard = shard;
	m.shards = shards;
	ck_assert(pptp_order_init(&o, COUNT, 5));
	ck_assert(pptp_order_shard(&o, shard, shards, &span));
	m.first = span.first;
	m.end = m.low = span.end;
	m.rows = shard;
	m.counts.open = 10;
	m.counts.both = shard;
	m.file = shard + 100;
	return m;
}

/* All shards, the last first. */
static size_t fill(struct pptp_meta *metas, uint32_t shards)
{
	uint32_t i;

	for (i = 0; i < shards; i++)
		metas[i] = meta_of(shards - i, shards);
	return shards;
}

START_TEST(all_shards_are_one_sweep_and_are_summed)
{
	struct pptp_meta metas[64];
	struct pptp_check c;
	uint32_t n;

	for (n = 1; n <= 64; n++) {
		c = pptp_check_shards(metas, fill(metas, n));
		ck_assert_int_eq(c.fault, PPTP_CHECK_OK);
		ck_assert_uint_eq(c.rows, (uint64_t)n * (n + 1) / 2);
		ck_assert_uint_eq(c.counts.open, (uint64_t)10 * n);
		ck_assert_uint_eq(c.counts.both, (uint64_t)n * (n + 1) / 2);
	}
}
END_TEST

START_TEST(shard_split_in_two_fits)
{
	struct pptp_meta metas[] = {meta_of(1, 2), meta_of(6, 8), meta_of(5, 8),
				    meta_of(4, 4)};
	struct pptp_check c = pptp_check_shards(metas, 4);

	ck_assert_int_eq(c.fault, PPTP_CHECK_OK);
	metas[0] = meta_of(3, 8); /* the middle of what is there */
	metas[1] = meta_of(1, 2);
	metas[2] = meta_of(2, 2);
	c = pptp_check_shards(metas, 3);
	ck_assert_int_eq(c.fault, PPTP_CHECK_OVERLAP);
	ck_assert_uint_eq(c.span.first, 1 << 18);
	ck_assert_uint_eq(c.span.end, 3 << 17);
}
END_TEST

/* Of three, each left out in turn: who stands beside the gap, and where. */
START_TEST(gap_is_told_with_its_positions)
{
	struct pptp_meta metas[2];
	struct pptp_check c;
	uint32_t lost, i, n;

	for (lost = 1; lost <= 3; lost++) {
		for (i = 1, n = 0; i <= 3; i++)
			if (i != lost)
				metas[n++] = meta_of(i, 3);
		c = pptp_check_shards(metas, 2);
		ck_assert_int_eq(c.fault, PPTP_CHECK_GAP);
		ck_assert_uint_eq(c.span.first, meta_of(lost, 3).first);
		ck_assert_uint_eq(c.span.end, meta_of(lost, 3).end);
		ck_assert_uint_eq(c.one, lost == 1   ? 102
					 : lost == 2 ? 101
						     : 102);
		ck_assert_uint_eq(c.other, lost == 1   ? 102
					   : lost == 2 ? 103
						       : 102);
	}
}
END_TEST

START_TEST(doubled_shard_is_an_overlap)
{
	struct pptp_meta metas[] = {meta_of(1, 2), meta_of(2, 2),
				    meta_of(1, 2)};
	struct pptp_check c;

	metas[2].file = 7;
	c = pptp_check_shards(metas, 3);
	ck_assert_int_eq(c.fault, PPTP_CHECK_OVERLAP);
	ck_assert_uint_eq(c.one, 101);
	ck_assert_uint_eq(c.other, 7);
	ck_assert_uint_eq(c.span.first, 0);
	ck_assert_uint_eq(c.span.end, 1 << 19);
}
END_TEST

/* Two shards, the second changed by what `change` says. */
static enum pptp_check_fault changed(int change)
{
	struct pptp_meta metas[] = {meta_of(1, 2), meta_of(2, 2)};
	struct pptp_meta *m = &metas[1];

	switch (change) {
	case 0:
		m->seed++;
		break;
	case 1:
		m->count--;
		break;
	case 2:
		m->targets_hash[31] = 1;
		break;
	case 3:
		m->options_hash[31] = 1;
		break;
	case 4:
		m->first++;
		break;
	case 5:
		m->shards = 3;
		break;
	case 6:
		m->shard = 3;
		break;
	case 7:
		m->low = m->end + 1;
		break;
	case 8:
		m->low--;
		break;
	case 9:
		m->lossy = 1;
		break;
	default:
		break;
	}
	return pptp_check_shards(metas, 2).fault;
}

START_TEST(foreign_and_unfinished_shards_are_told)
{
	static const enum pptp_check_fault faults[] = {
	    PPTP_CHECK_SEED,    PPTP_CHECK_TARGETS, PPTP_CHECK_TARGETS,
	    PPTP_CHECK_OPTIONS, PPTP_CHECK_SPAN,    PPTP_CHECK_SPAN,
	    PPTP_CHECK_SPAN,    PPTP_CHECK_SPAN,    PPTP_CHECK_UNFINISHED,
	    PPTP_CHECK_LOSSY,   PPTP_CHECK_OK,
	};
	int i;

	for (i = 0; i < 11; i++)
		ck_assert_int_eq(changed(i), faults[i]);
}
END_TEST

START_TEST(shards_beyond_the_positions_are_empty_and_fit)
{
	struct pptp_meta metas[7];
	struct pptp_order o;
	struct pptp_interval span;
	uint32_t i;

	memset(metas, 0, sizeof(metas));
	ck_assert(pptp_order_init(&o, 2, 5));
	for (i = 0; i < 7; i++) {
		ck_assert(pptp_order_shard(&o, i + 1, 7, &span));
		metas[i].seed = 5;
		metas[i].count = 2;
		metas[i].shard = i + 1;
		metas[i].shards = 7;
		metas[i].first = span.first;
		metas[i].low = metas[i].end = span.end;
	}
	ck_assert_int_eq(pptp_check_shards(metas, 7).fault, PPTP_CHECK_OK);
	ck_assert_int_eq(pptp_check_shards(metas, 1).fault, PPTP_CHECK_GAP);
}
END_TEST

START_TEST(metadata_are_read_as_they_are_written)
{
	struct pptp_meta in = meta_of(2, 3), out;
	const char *why, *fact;
	struct json text;

	memset(in.targets_hash, 0x5a, sizeof(in.targets_hash));
	in.counts.early = 77;
	memset(&out, 0, sizeof(out));
	out.file = in.file;
	pptp_meta_walk(&in, json_open(&text));
	json_close(&text);
	ck_assert(
	    pptp_meta_read(&out, text.text, strlen(text.text), &why, &fact));
	ck_assert_mem_eq(&in, &out, sizeof(in));
	*strstr(text.text, "early") = 'E';
	ck_assert(
	    !pptp_meta_read(&out, text.text, strlen(text.text), &why, &fact));
	ck_assert_str_eq(fact, "early");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("check");

	CLAIM(s, all_shards_are_one_sweep_and_are_summed);
	CLAIM(s, shard_split_in_two_fits);
	CLAIM(s, gap_is_told_with_its_positions);
	CLAIM(s, doubled_shard_is_an_overlap);
	CLAIM(s, foreign_and_unfinished_shards_are_told);
	CLAIM(s, shards_beyond_the_positions_are_empty_and_fit);
	CLAIM(s, metadata_are_read_as_they_are_written);
	return run_suite(s);
}
