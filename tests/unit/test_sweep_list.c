/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is swept, how fast, and by which hashes a sweep is told from another. */
#include "net/sweep_list.h"

#include "scan/shard.h"

#include "unit/scan.h"

static char why[6144];

static enum pptp_error open_list(struct pptp_sweep_list *l,
				 const struct pptp_sweep_request *r)
{
	return pptp_sweep_list_open(l, r, why, sizeof(why));
}

static struct pptp_sweep_list list_of(const char *const *targets)
{
	struct pptp_sweep_request r;
	struct pptp_sweep_list l;

	pptp_sweep_request_init(&r);
	r.targets = targets;
	ck_assert_msg(open_list(&l, &r) == PPTP_OK, "%s", why);
	return l;
}

static bool same_targets(const char *const *one, const char *const *other)
{
	struct pptp_sweep_list a = list_of(one), b = list_of(other);
	bool same = memcmp(a.head.targets_hash, b.head.targets_hash,
			   PPTP_HASH_SIZE) == 0;

	pptp_sweep_list_close(&a);
	pptp_sweep_list_close(&b);
	return same;
}

START_TEST(the_hash_is_of_targets_however_they_were_said)
{
	static const char *const block[] = {"10.0.0.0/30", NULL};
	static const char *const range[] = {"10.0.0.2-10.0.0.3", "10.0.0.0-1",
					    "10.0.0.1:1723", NULL};
	static const char *const fewer[] = {"10.0.0.0-10.0.0.2", NULL};
	static const char *const port[] = {"10.0.0.0-10.0.0.2", "10.0.0.3:1724",
					   NULL};
	static const char *const moved[] = {"10.0.0.1-10.0.0.4", NULL};

	ck_assert(same_targets(block, range));
	ck_assert(!same_targets(block, fewer));
	ck_assert(!same_targets(block, port));
	ck_assert(!same_targets(block, moved));
}
END_TEST

static void hash_of(struct pptp_sweep_request *r, uint8_t *hash)
{
	static const char *const targets[] = {"10.0.0.0/30", NULL};
	struct pptp_sweep_list l;

	r->targets = targets;
	ck_assert_int_eq(open_list(&l, r), PPTP_OK);
	memcpy(hash, l.head.options_hash, PPTP_HASH_SIZE);
	pptp_sweep_list_close(&l);
}

START_TEST(what_changes_rows_changes_the_other_hash)
{
	struct pptp_sweep_request r, changed[7];
	uint8_t hashes[7][PPTP_HASH_SIZE];
	size_t i, k;

	pptp_sweep_request_init(&r);
	for (i = 0; i < 7; i++)
		changed[i] = r;
	changed[1].depth = PPTP_DEPTH_SYN;
	changed[2].only = PPTP_ONLY_ANY;
	changed[3].retries = 1;
	changed[4].timeout_us = 1;
	changed[5].contact = "a";
	changed[6].contact = "ab";
	for (i = 0; i < 7; i++) {
		hash_of(&changed[i], hashes[i]);
		for (k = 0; k < i; k++)
			ck_assert_mem_ne(hashes[k], hashes[i], PPTP_HASH_SIZE);
	}
	/* these only change when */
	r.rate = 7;
	r.shards = 2;
	r.jobs = 9;
	hash_of(&r, hashes[1]);
	ck_assert_mem_eq(hashes[0], hashes[1], PPTP_HASH_SIZE);
}
END_TEST

START_TEST(a_cap_lowers_the_rate_in_public_space_alone)
{
	static const char *const private[] = {"10.0.0.0/16", NULL};
	static const char *const public[] = {"8.0.0.0/16", NULL};
	struct pptp_sweep_request r;
	struct pptp_sweep_list l = list_of(private);

	ck_assert_uint_eq(l.rate, 1000);
	ck_assert_uint_eq(l.cap, 0);
	ck_assert_uint_eq(l.public, 0);
	pptp_sweep_list_close(&l);
	l = list_of(public);
	/* 256 networks of which each gets 16 */
	ck_assert_uint_eq(l.cap, 16);
	ck_assert_uint_eq(l.rate, 1000);
	pptp_sweep_list_close(&l);
	pptp_sweep_request_init(&r);
	r.targets = public;
	r.capped = true;
	r.cap = 1;
	ck_assert_int_eq(open_list(&l, &r), PPTP_OK);
	ck_assert_uint_eq(l.rate, 256);
	ck_assert(pptp_sweep_list_lacks_contact(&l, &r));
	r.contact = "somebody";
	ck_assert(!pptp_sweep_list_lacks_contact(&l, &r));
	pptp_sweep_list_close(&l);
}
END_TEST

START_TEST(two_runs_share_neither_key_nor_run_nor_seed)
{
	static const char *const targets[] = {"10.0.0.0/30", NULL};
	struct pptp_sweep_list a = list_of(targets), b = list_of(targets);

	ck_assert_mem_ne(a.head.key, b.head.key, PPTP_COOKIE_KEY_SIZE);
	ck_assert_mem_ne(a.head.run, b.head.run, PPTP_RUN_SIZE);
	ck_assert_uint_ne(a.head.seed, b.head.seed);
	ck_assert_uint_le(a.head.seed, INT64_MAX);
	pptp_sweep_list_close(&a);
	pptp_sweep_list_close(&b);
}
END_TEST

START_TEST(a_seed_gives_the_order_and_never_the_key)
{
	static const char *const targets[] = {"10.0.0.0/24", NULL};
	struct pptp_sweep_request r;
	struct pptp_sweep_list a, b;

	pptp_sweep_request_init(&r);
	r.targets = targets;
	r.seeded = true;
	r.seed = 5;
	r.shard = 2;
	r.shards = 4;
	ck_assert_int_eq(open_list(&a, &r), PPTP_OK);
	ck_assert_int_eq(open_list(&b, &r), PPTP_OK);
	ck_assert_mem_eq(&a.order, &b.order, sizeof(a.order));
	ck_assert_uint_eq(a.head.first, 64);
	ck_assert_uint_eq(a.head.end, 128);
	ck_assert_mem_ne(a.head.key, b.head.key, PPTP_COOKIE_KEY_SIZE);
	pptp_sweep_list_close(&a);
	pptp_sweep_list_close(&b);
}
END_TEST

START_TEST(who_cannot_be_asked_is_told)
{
	static const char *const wrong[] = {"10.0.0.0/33", NULL};
	static const char *const none[] = {NULL};
	static const char *const files[] = {"/nowhere/at/all", NULL};
	struct pptp_sweep_request r;
	struct pptp_sweep_list l;

	pptp_sweep_request_init(&r);
	r.targets = wrong;
	ck_assert_int_eq(open_list(&l, &r), PPTP_ERROR_ARGUMENT);
	ck_assert_has(why, "10.0.0.0/33");
	pptp_sweep_list_close(&l);
	r.targets = none;
	ck_assert_int_eq(open_list(&l, &r), PPTP_ERROR_ARGUMENT);
	ck_assert_has(why, "no target is left");
	pptp_sweep_list_close(&l);
	r.files = files;
	ck_assert_int_eq(open_list(&l, &r), PPTP_ERROR_SYSTEM);
	ck_assert_has(why, "/nowhere/at/all");
	pptp_sweep_list_close(&l);
}
END_TEST

START_TEST(shards_and_choices_have_their_words)
{
	uint32_t shard = 7, shards = 8;
	enum pptp_only only = PPTP_ONLY_OPEN;
	int i;

	ck_assert(pptp_shard_parse("3/9", 0, &shard, &shards));
	ck_assert(shard == 3 && shards == 9);
	ck_assert(pptp_shard_parse("0/9", 1, &shard, &shards));
	ck_assert(shard == 1 && shards == 9);
	ck_assert(!pptp_shard_parse("9/9", 1, &shard, &shards));
	ck_assert(!pptp_shard_parse("0/9", 0, &shard, &shards));
	ck_assert(!pptp_shard_parse("1/9999999999", 0, &shard, &shards));
	ck_assert(shard == 1 && shards == 9);
	for (i = PPTP_ONLY_ANY; i <= PPTP_ONLY_ACCEPTED; i++) {
		ck_assert(
		    pptp_only_parse(&only, pptp_only_name((enum pptp_only)i)));
		ck_assert_int_eq(only, i);
	}
	ck_assert(!pptp_only_parse(&only, "ope") &&
		  !pptp_only_parse(&only, ""));
	ck_assert_int_eq(only, PPTP_ONLY_ACCEPTED);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sweep_list");

	CLAIM(s, the_hash_is_of_targets_however_they_were_said);
	CLAIM(s, what_changes_rows_changes_the_other_hash);
	CLAIM(s, a_cap_lowers_the_rate_in_public_space_alone);
	CLAIM(s, two_runs_share_neither_key_nor_run_nor_seed);
	CLAIM(s, a_seed_gives_the_order_and_never_the_key);
	CLAIM(s, who_cannot_be_asked_is_told);
	CLAIM(s, shards_and_choices_have_their_words);
	return run_suite(s);
}
