/* SPDX-License-Identifier: BSD-2-Clause */
/* Metadata: what they say of a sweep, and that they are whole. */
#include <fcntl.h>

#include "cli/scan_meta.h"
#include "scan/check.h"

#include "unit/said.h"

static struct pptp_sweep_standing standing;
static struct pptp_scan scan;
static uint64_t low;

struct pptp_sweeper *__wrap_pptp_sweep_run_sweeper(struct pptp_sweep_run *r);
uint64_t __wrap_pptp_sweep_run_low(const struct pptp_sweep_run *r);
void __wrap_pptp_sweeper_stand(struct pptp_sweeper *s,
			       struct pptp_sweep_standing *to);
void __wrap_pptp_sweeper_facts(struct pptp_sweeper *s,
			       struct pptp_sweeper_facts *facts);

struct pptp_sweeper *__wrap_pptp_sweep_run_sweeper(struct pptp_sweep_run *r)
{
	(void)r;
	return NULL;
}

uint64_t __wrap_pptp_sweep_run_low(const struct pptp_sweep_run *r)
{
	(void)r;
	return low;
}

void __wrap_pptp_sweeper_stand(struct pptp_sweeper *s,
			       struct pptp_sweep_standing *to)
{
	(void)s;
	*to = standing;
}

void __wrap_pptp_sweeper_facts(struct pptp_sweeper *s,
			       struct pptp_sweeper_facts *facts)
{
	(void)s;
	*facts = (struct pptp_sweeper_facts){.resets = 11,
					     .second_ports_asked = 12,
					     .refused = 13,
					     .drops = 14,
					     .overflows = 15,
					     .framed = true};
}

static void lose(uint64_t first, uint64_t end)
{
	standing.lost[standing.lost_count++] =
	    (struct pptp_interval){first, end};
	standing.lossy = true;
}

static void setup(void)
{
	static const struct pptp_journal_head head = {
	    .run = {1, 2, 3, 4, 5, 6, 7, 8},
	    .seed = 99,
	    .count = 1000,
	    .shard = 2,
	    .shards = 3,
	    .first = 341,
	    .end = 682,
	    .key = {0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee}};

	enter_folder();
	scan.list.head = head;
	scan.list.rate = 500;
	scan.list.cap = 16;
	scan.rows = 7;
	scan.request.depth = PPTP_DEPTH_CONTROL;
	scan.request.only = PPTP_ONLY_ANSWERED;
	low = 400;
	standing.counts.syns = 60;
	standing.counts.second_only = 10;
	standing.counts.both = 990;
}

static const char *written(bool hashed)
{
	int fd = open("meta", O_RDWR | O_CREAT, 0666);

	ck_assert_int_ge(fd, 0);
	pptp_scan_write_meta(&scan, fd, hashed);
	close(fd);
	return read_file("meta");
}

START_TEST(they_say_what_the_sweep_is)
{
	const char *text, *why, *fact;
	struct pptp_meta meta;

	setup();
	text = written(false);
	ck_assert_has(text, "\"kind\":\"sweep\"");
	ck_assert_has(text, "\"run\":\"0102030405060708\",\"seed\":99,");
	ck_assert_has(text, "\"depth\":\"control\",\"only\":\"answered\","
			    "\"rate\":500,\"per_24\":16,\"status\":0,"
			    "\"done\":false,");
	ck_assert_has(text, "\"resets_sent\":11,\"second_ports_asked\":12,"
			    "\"refused_by_system\":13,\"replies_dropped\":14,"
			    "\"replies_untaken\":15,\"frames\":true");
	ck_assert_has(text, "\"missed_ppm\":{\"share\":10000,");
	ck_assert_has_not(text, "eeee");
	ck_assert_has_not(text, "rows_hash");
	ck_assert_int_eq(text[strlen(text) - 1], '\n');
	ck_assert(pptp_meta_read(&meta, text, strlen(text), &why, &fact));
	ck_assert_uint_eq(meta.low, 400);
	ck_assert_uint_eq(meta.rows, 7);
	ck_assert_uint_eq(meta.counts.syns, 60);
	leave_folder();
}
END_TEST

START_TEST(done_is_who_asked_all_and_lost_nothing)
{
	setup();
	low = 682;
	ck_assert_has(written(false), "\"done\":true,");
	lose(350, 360);
	ck_assert_has(written(false), "\"done\":false,");
	ck_assert_has(read_file("meta"),
		      "\"lost\":[{\"first\":350,\"end\":360}]");
	leave_folder();
}
END_TEST

/* Written anew each second: what was longer before leaves nothing behind. */
START_TEST(each_time_they_are_whole)
{
	uint64_t i;
	size_t length;

	setup();
	for (i = 0; i < 70; i++)
		lose(2 * i, 2 * i + 1);
	length = strlen(written(false));
	standing.lost_count = 0;
	standing.lossy = false;
	ck_assert_uint_lt(strlen(written(false)), length);
	ck_assert_has(read_file("meta"), "\"lost\":[]");
	leave_folder();
}
END_TEST

START_TEST(the_hash_is_that_of_the_rows)
{
	setup();
	ck_assert(pptp_output_redirect("rows", false));
	ck_assert_int_eq(write(STDOUT_FILENO, "abc", 3), 3);
	ck_assert_has(written(true),
		      "\"rows_hash\":\"ba7816bf8f01cfea414140de5dae2223"
		      "b00361a396177a9cb410ff61f20015ad\"");
	leave_folder();
}
END_TEST

START_TEST(what_cannot_be_written_is_said)
{
	int fd;

	setup();
	fd = open("/dev/full", O_RDWR);
	pptp_scan_write_meta(&scan, fd, false);
	close(fd);
	ck_assert_said("cannot write how far the sweep is");
	ck_assert_int_eq(scan.status, PPTP_EXIT_EARLY);
	leave_folder();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scan_meta");

	CLAIM(s, they_say_what_the_sweep_is);
	CLAIM(s, done_is_who_asked_all_and_lost_nothing);
	CLAIM(s, each_time_they_are_whole);
	CLAIM(s, the_hash_is_that_of_the_rows);
	CLAIM(s, what_cannot_be_written_is_said);
	return run_suite(s);
}
