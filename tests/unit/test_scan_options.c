/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/scan_options.h"

#include "unit/said.h"

static struct pptp_scan_options options;
static const struct pptp_sweep_request *const r = &options.request;

static bool set(int code, const char *value)
{
	return pptp_scan_options_set(&options, code, value);
}

static void setup(void)
{
	pptp_scan_options_init(&options);
	unsetenv("PPTP_SHARD");
	unsetenv("SLURM_ARRAY_TASK_ID");
	unsetenv("JOB_COMPLETION_INDEX");
}

START_TEST(unless_said_they_are_as_the_manual_has_them)
{
	setup();
	ck_assert_int_eq(r->depth, PPTP_DEPTH_CALL);
	ck_assert_int_eq(r->only, PPTP_ONLY_OPEN);
	ck_assert_uint_eq(r->rate, 1000);
	ck_assert_uint_eq(r->shard, 1);
	ck_assert_uint_eq(r->shards, 1);
	ck_assert_uint_eq(r->retries, 0);
	ck_assert_uint_eq(r->retry_after_ns, UINT64_C(10000000000));
	ck_assert_uint_eq(r->cooldown_ns, UINT64_C(8000000000));
	ck_assert_uint_eq(r->memory, (size_t)256 << 20);
	ck_assert_uint_eq(options.target_ports[0], 1723);
	ck_assert_uint_eq(r->port_count, 1);
	ck_assert(!r->seeded && !r->capped && !options.dry_run);
}
END_TEST

static const struct {
	int code;
	const char *least, *most, *below, *above;
} numbers[] = {
    {PPTP_SCAN_RATE, "1", "100000000", "0", "100000001"},
    {PPTP_SCAN_SEED, "0", "9223372036854775807", "-1", "9223372036854775808"},
    {PPTP_SCAN_PER_24, "0", "65535", "-1", "65536"},
    {PPTP_SCAN_RETRIES, "0", "8", "-1", "9"},
    {PPTP_SCAN_MEMORY, "1", "65536", "0", "65537"},
};

START_TEST(numbers_have_their_ranges)
{
	static const char *const none[] = {
	    "", "x", "1x", "0x10", " 1", "99999999999999999999"};
	size_t i, k;

	setup();
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		ck_assert(set(numbers[i].code, numbers[i].least));
		ck_assert(set(numbers[i].code, numbers[i].most));
		ck_assert_uint_eq(sentences, 0);
		ck_assert(!set(numbers[i].code, numbers[i].below));
		ck_assert_said("is no value for --");
		ck_assert(!set(numbers[i].code, numbers[i].above));
		ck_assert_said(numbers[i].above);
		for (k = 0; k < sizeof(none) / sizeof(none[0]); k++) {
			ck_assert(!set(numbers[i].code, none[k]));
			ck_assert_said("give a number from");
		}
		ck_assert(set(numbers[i].code, numbers[i].most));
	}
	ck_assert_uint_eq(r->rate, 100000000);
	ck_assert_uint_eq(r->seed, INT64_MAX);
	ck_assert_uint_eq(r->cap, 65535);
	ck_assert_uint_eq(r->retries, 8);
	ck_assert_uint_eq(r->memory, (size_t)65536 << 20);
	ck_assert(r->seeded && r->capped);
}
END_TEST

START_TEST(seconds_may_have_a_fraction_and_are_above_0)
{
	static const char *const none[] = {"",  "0",   "-1", "1e3",
					   ".", "nan", "1s", "31536001"};
	size_t i;

	setup();
	ck_assert(set(PPTP_SCAN_COOLDOWN, "0.5"));
	ck_assert_uint_eq(r->cooldown_ns, 500000000);
	ck_assert(set(PPTP_SCAN_RETRY_AFTER, "31536000"));
	ck_assert_uint_eq(r->retry_after_ns, UINT64_C(31536000000000000));
	ck_assert(set(PPTP_SCAN_MAX_RUNTIME, "90"));
	ck_assert_uint_eq(options.max_runtime_ns, UINT64_C(90000000000));
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		ck_assert(!set(PPTP_SCAN_COOLDOWN, none[i]));
		ck_assert_said("is no value for --cooldown");
	}
	ck_assert_uint_eq(r->cooldown_ns, 500000000);
}
END_TEST

static void assert_shard(const char *value, uint32_t shard, uint32_t shards)
{
	ck_assert_msg(set(PPTP_SCAN_SHARD, value), "%s", value);
	ck_assert_uint_eq(r->shard, shard);
	ck_assert_uint_eq(r->shards, shards);
}

START_TEST(a_shard_is_one_of_so_many)
{
	static const char *const none[] = {
	    "",    "1",     "/3",   "0/3",  "4/3",  "1/0",
	    "a/3", "1/3/5", "1/3x", " 1/3", "-1/3", "4294967297/4294967298",
	    "1/",  "auto/3"};
	size_t i;

	setup();
	assert_shard("2/7", 2, 7);
	assert_shard("1/1", 1, 1);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		ck_assert_msg(!set(PPTP_SCAN_SHARD, none[i]), "%s", none[i]);
		ck_assert_said("is no shard");
	}
	ck_assert_uint_eq(r->shards, 1);
}
END_TEST

START_TEST(a_job_says_which_shard_it_is)
{
	setup();
	setenv("JOB_COMPLETION_INDEX", "0", 1);
	assert_shard("auto/3", 1, 3); /* Kubernetes counts from 0 */
	setenv("JOB_COMPLETION_INDEX", "3", 1);
	ck_assert(!set(PPTP_SCAN_SHARD, "auto/3"));
	ck_assert_said("'auto/3' is no shard");
	setenv("SLURM_ARRAY_TASK_ID", "3", 1);
	assert_shard("auto/3", 3, 3);
	setenv("PPTP_SHARD", "2", 1);
	assert_shard("auto/3", 2, 3);
	setenv("PPTP_SHARD", "2/9", 1);
	ck_assert(!set(PPTP_SCAN_SHARD, "auto/3"));
	ck_assert_said("auto/n in a job");
}
END_TEST

START_TEST(ports_are_lists_or_ranges)
{
	char many[400] = "1";
	size_t i;

	setup();
	ck_assert(set(PPTP_SCAN_PORT, "1723,80,80"));
	ck_assert_uint_eq(r->port_count, 3);
	ck_assert_uint_eq(options.target_ports[0], 1723);
	ck_assert_uint_eq(options.target_ports[2], 80);
	for (i = 1; i < PPTP_SWEEP_TARGET_PORTS; i++)
		strcat(many, ",2");
	ck_assert(set(PPTP_SCAN_PORT, many));
	ck_assert_uint_eq(r->port_count, PPTP_SWEEP_TARGET_PORTS);
	strcat(many, ",2");
	ck_assert(!set(PPTP_SCAN_PORT, many));
	ck_assert_said("is no list of ports");
	ck_assert(!set(PPTP_SCAN_PORT, "1723,"));
	ck_assert_said("is no list of ports");
	ck_assert(!set(PPTP_SCAN_PORT, "65536"));
	ck_assert_said("is no list of ports");
	ck_assert(set(PPTP_SCAN_SOURCE_PORT, "30000-30009"));
	ck_assert_uint_eq(r->source_ports.first, 30000);
	ck_assert_uint_eq(r->source_ports.count, 10);
	ck_assert(set(PPTP_SCAN_SOURCE_PORT, "1-8192"));
	ck_assert(!set(PPTP_SCAN_SOURCE_PORT, "1-8193"));
	ck_assert_said("is no range of ports");
	ck_assert(!set(PPTP_SCAN_SOURCE_PORT, "9-8"));
	ck_assert_said("is no range of ports");
	ck_assert_uint_eq(r->source_ports.count, 8192);
}
END_TEST

START_TEST(words_are_the_manual_s)
{
	setup();
	ck_assert(set(PPTP_SCAN_ONLY, "accepted"));
	ck_assert_int_eq(r->only, PPTP_ONLY_ACCEPTED);
	ck_assert(set(PPTP_SCAN_ONLY, "any"));
	ck_assert_int_eq(r->only, PPTP_ONLY_ANY);
	ck_assert(!set(PPTP_SCAN_ONLY, "Any"));
	ck_assert_said("any, open, answered or accepted");
	ck_assert(set(PPTP_SCAN_DEPTH, "syn"));
	ck_assert_int_eq(r->depth, PPTP_DEPTH_SYN);
	ck_assert(!set(PPTP_SCAN_DEPTH, "auth"));
	ck_assert_said("give -d syn, control or call");
	ck_assert(set(PPTP_SCAN_OUTPUT, "o") && set(PPTP_SCAN_JOURNAL, "j") &&
		  set(PPTP_SCAN_RESUME, "r") && set(PPTP_SCAN_STATUS, "s"));
	ck_assert_str_eq(options.output, "o");
	ck_assert_str_eq(options.journal, "j");
	ck_assert_str_eq(options.resume, "r");
	ck_assert_str_eq(options.status, "s");
	ck_assert(!options.check && !options.dry_run);
	ck_assert(set(PPTP_SCAN_CHECK, NULL) && options.check);
	ck_assert(set(PPTP_SCAN_DRY_RUN, NULL) && options.dry_run);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scan_options");

	CLAIM(s, unless_said_they_are_as_the_manual_has_them);
	CLAIM(s, numbers_have_their_ranges);
	CLAIM(s, seconds_may_have_a_fraction_and_are_above_0);
	CLAIM(s, a_shard_is_one_of_so_many);
	CLAIM(s, a_job_says_which_shard_it_is);
	CLAIM(s, ports_are_lists_or_ranges);
	CLAIM(s, words_are_the_manual_s);
	return run_suite(s);
}
