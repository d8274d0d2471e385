/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is swept, how fast, and by which hashes a sweep is told from another. */
#include "net/sweep_list.h"

#include "scan/shard.h"

#include "unit/scan.h"

#include "unit/netns.h"

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

static void is_hash(const uint8_t *hash, const char *hex)
{
	struct vector v = vector(hex);

	ck_assert_uint_eq(v.length, PPTP_HASH_SIZE);
	ck_assert_mem_eq(hash, v.bytes, PPTP_HASH_SIZE);
}

/* SHA-256 by another program, of: first address, how many come before it, its
 * ports (count, then each), and last of all how many targets there are. So that
 * a journal is gone on with by the next release. */
START_TEST(the_hash_of_targets_is_the_same_for_ever)
{
	static const struct {
		const char *targets[3], *hash;
		size_t ports;
	} rows[] = {
	    {{"10.0.0.0/30", NULL},
	     "271797c07afba9b13e02f9056a136e834d58cec460a5916f2755d2d6020fd7a2",
	     1},
	    {{"10.0.0.0/30", "10.0.1.0/31", NULL},
	     "fda72809710374dcc5cf0b048537052938cfeb4bb04d61672614e6ddd1eb594a",
	     1},
	    {{"10.0.0.0/30", NULL},
	     "95c3441323d84f727db3f7fc254e66b6d63e5522d20827a26536213833a6410a",
	     2},
	    {{"fc00::/126", NULL},
	     "fd54cf5e25876982fd171a9faf0589fc89813e358bf13ba891104783889e14ac",
	     1},
	};
	static const uint16_t ports[] = {1723, 1724};
	struct pptp_sweep_request r;
	struct pptp_sweep_list l;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pptp_sweep_request_init(&r);
		r.targets = rows[i].targets;
		r.ports = ports;
		r.port_count = rows[i].ports;
		ck_assert_msg(open_list(&l, &r) == PPTP_OK, "%s", why);
		is_hash(l.head.targets_hash, rows[i].hash);
		pptp_sweep_list_close(&l);
	}
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

/* Likewise, of the words "depth=call only=open …". */
START_TEST(the_hash_of_options_is_the_same_for_ever)
{
	struct pptp_sweep_request r;
	uint8_t hash[PPTP_HASH_SIZE];

	pptp_sweep_request_init(&r);
	hash_of(&r, hash);
	is_hash(
	    hash,
	    "8e47f96a9e03f9d094229b147f8445e8f0c440c1d3df7bd6d22549bdfb5a3ac8");
	r.depth = PPTP_DEPTH_CONTROL;
	r.only = PPTP_ONLY_ANY;
	r.retries = 2;
	r.timeout_us = 5000000;
	r.contact = "me";
	hash_of(&r, hash);
	is_hash(
	    hash,
	    "6543daccc223434998f48e5d38262833e6fcb6d79b57248c6b22dcb9eb13533b");
}
END_TEST

START_TEST(a_request_begins_with_what_the_manual_says)
{
	struct pptp_sweep_request r;

	pptp_sweep_request_init(&r);
	ck_assert_uint_eq(r.rate, 1000);
	ck_assert_uint_eq(r.retry_after_ns, 10000000000);
	ck_assert_uint_eq(r.cooldown_ns, 8000000000);
	ck_assert_uint_eq(r.memory, 256 << 20);
	ck_assert_uint_eq(r.retries, 0);
	ck_assert_uint_eq(r.shard, 1);
	ck_assert_uint_eq(r.shards, 1);
	ck_assert_uint_eq(r.port_count, 1);
	ck_assert_uint_eq(r.ports[0], 1723);
	ck_assert_ptr_null(r.targets[0]);
	ck_assert_ptr_null(r.exclude[0]);
	ck_assert_uint_eq(r.source_ports.first, 24576);
	ck_assert_uint_eq(r.source_ports.count, 8192);
}
END_TEST

START_TEST(the_head_of_a_journal_is_the_requests)
{
	static const char *const targets[] = {"10.0.0.0/24", NULL};
	struct pptp_sweep_request r;
	struct pptp_sweep_list l;

	pptp_sweep_request_init(&r);
	r.targets = targets;
	r.shard = 3;
	r.shards = 4;
	r.source_ports = (struct pptp_source_ports){30000, 100};
	ck_assert_int_eq(open_list(&l, &r), PPTP_OK);
	ck_assert_uint_eq(l.head.journal, PPTP_JOURNAL_VERSION);
	ck_assert_uint_eq(l.head.count, 256);
	ck_assert_uint_eq(l.head.shard, 3);
	ck_assert_uint_eq(l.head.shards, 4);
	ck_assert_uint_eq(l.head.source_port, 30000);
	ck_assert_uint_eq(l.head.source_ports, 100);
	pptp_sweep_list_close(&l);
	ck_assert_ptr_null(l.targets);
	ck_assert_ptr_null(l.numbered);
}
END_TEST

/* Where nobody can be asked for a name. */
START_TEST(a_name_that_does_not_resolve_begins_no_sweep)
{
	static const char *const targets[] = {"10.0.0.1", "nowhere.invalid",
					      "nor.here.invalid", NULL};
	struct pptp_sweep_request r;
	struct pptp_sweep_list l;

	pptp_sweep_request_init(&r);
	r.targets = targets;
	ck_assert_int_eq(open_list(&l, &r), PPTP_ERROR_NAME);
	ck_assert_has(why, "here.invalid' does not resolve");
	ck_assert_ptr_nonnull(pptp_sweep_list_unresolved(&l));
	ck_assert_ptr_null(pptp_sweep_list_unresolved(&l));
	pptp_sweep_list_close(&l);
	r.numeric = true;
	ck_assert_int_eq(open_list(&l, &r), PPTP_ERROR_ARGUMENT);
	ck_assert_has(why, "nowhere.invalid");
	pptp_sweep_list_close(&l);
}
END_TEST

START_TEST(who_needs_a_contact_is_public_and_more_than_256)
{
	static const char *const one[] = {"8.0.0.1", NULL};
	static const char *const most[] = {"8.0.0.0/24", NULL};
	static const char *const more[] = {"8.0.0.0/24", "8.0.1.0", NULL};
	struct pptp_sweep_request r;
	struct pptp_sweep_list l = list_of(one);

	pptp_sweep_request_init(&r);
	ck_assert_uint_eq(l.public, 1);
	ck_assert_uint_eq(l.cap, 16);
	ck_assert(!pptp_sweep_list_lacks_contact(&l, &r));
	pptp_sweep_list_close(&l);
	l = list_of(most);
	ck_assert(!pptp_sweep_list_lacks_contact(&l, &r));
	pptp_sweep_list_close(&l);
	l = list_of(more);
	ck_assert(pptp_sweep_list_lacks_contact(&l, &r));
	pptp_sweep_list_close(&l);
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
	ck_assert(pptp_shard_parse("123/4567", 0, &shard, &shards));
	ck_assert(shard == 123 && shards == 4567);
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
	CLAIM(s, the_hash_of_targets_is_the_same_for_ever);
	CLAIM(s, the_hash_of_options_is_the_same_for_ever);
	CLAIM(s, a_request_begins_with_what_the_manual_says);
	CLAIM(s, the_head_of_a_journal_is_the_requests);
	if (netns_possible())
		CLAIM_ALONE(s, a_name_that_does_not_resolve_begins_no_sweep);
	CLAIM(s, who_needs_a_contact_is_public_and_more_than_256);
	CLAIM(s, a_cap_lowers_the_rate_in_public_space_alone);
	CLAIM(s, two_runs_share_neither_key_nor_run_nor_seed);
	CLAIM(s, a_seed_gives_the_order_and_never_the_key);
	CLAIM(s, who_cannot_be_asked_is_told);
	CLAIM(s, shards_and_choices_have_their_words);
	return run_suite(s);
}
