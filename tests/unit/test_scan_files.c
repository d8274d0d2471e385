/* SPDX-License-Identifier: BSD-2-Clause */
/* What a sweep finds of its files before it begins, and makes. */
#include <fcntl.h>
#include <sys/stat.h>

#include "cli/scan.h"

#include "unit/said.h"

static const char *const targets[] = {"10.0.0.0/28", NULL};
static struct pptp_options options;
static struct pptp_scan scan;

/* As it stands before its files are looked for. */
static void load(const char *output, const char *resume)
{
	char why[PPTP_SCAN_TEXT];

	pptp_scan_options_init(&options.scan);
	options.scan.output = output;
	options.scan.resume = resume;
	memset(&scan, 0, sizeof(scan));
	scan.o = &options;
	scan.meta = scan.status_file = -1;
	scan.request = options.scan.request;
	scan.request.targets = targets;
	pptp_sweep_journal_init(&scan.journal);
	ck_assert_int_eq(
	    pptp_sweep_list_open(&scan.list, &scan.request, why, sizeof(why)),
	    PPTP_OK);
}

static void unload(void)
{
	pptp_sweep_journal_close(&scan.journal);
	pptp_sweep_list_close(&scan.list);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	ck_assert_int_eq(stat(path, &st), 0);
	return st.st_mode & 0777;
}

START_TEST(nothing_that_is_there_is_written_over)
{
	enter_folder();
	write_file("rows", "what took long to get\n");
	load("rows", NULL);
	ck_assert(!pptp_scan_find_files(&scan));
	ck_assert_said("'rows' is there already");
	ck_assert_ptr_nonnull(strstr(said, "--resume rows"));
	ck_assert_str_eq(read_file("rows"), "what took long to get\n");
	ck_assert_int_ne(access("rows.journal", F_OK), 0);
	unload();

	write_file("other.journal", "");
	load("other", NULL);
	ck_assert(!pptp_scan_find_files(&scan));
	ck_assert_said("'other.journal' is there already");
	ck_assert_int_ne(access("other", F_OK), 0);
	unload();
	leave_folder();
}
END_TEST

START_TEST(a_new_sweep_makes_rows_journal_and_metadata)
{
	enter_folder();
	umask(022);
	load("rows", NULL);
	options.scan.status = "status";
	ck_assert(pptp_scan_find_files(&scan));
	ck_assert_int_ne(access("rows", F_OK), 0); /* not before it can send */
	ck_assert(pptp_scan_make_files(&scan));
	ck_assert_str_eq(pptp_scan_rows_path(&scan), "rows");
	ck_assert_int_eq(mode_of("rows.journal"), 0600); /* it has the key */
	ck_assert_int_eq(mode_of("rows"), 0644);
	ck_assert_int_ge(scan.meta, 0);
	ck_assert_int_ge(scan.status_file, 0);
	ck_assert_int_eq(access("rows.meta", F_OK), 0);
	ck_assert_int_eq(access("status", F_OK), 0);
	ck_assert_ptr_nonnull(strstr(read_file("rows.journal"),
				     "{\"line\":\"head\",\"journal\":1,"));
	unload();
	leave_folder();
}
END_TEST

START_TEST(metadata_of_another_sweep_do_not_stay)
{
	enter_folder();
	write_file("rows.meta", "{\"done\":true}\n");
	write_file("status", "{\"done\":true}\n");
	load("rows", NULL);
	options.scan.status = "status";
	ck_assert(pptp_scan_find_files(&scan) && pptp_scan_make_files(&scan));
	ck_assert_str_eq(read_file("rows.meta"), "");
	ck_assert_str_eq(read_file("status"), "");
	unload();
	leave_folder();
}
END_TEST

START_TEST(a_pipe_or_a_device_has_no_journal)
{
	enter_folder();
	load("/dev/null", NULL);
	ck_assert(pptp_scan_find_files(&scan));
	ck_assert(pptp_scan_make_files(&scan));
	ck_assert_ptr_null(pptp_scan_rows_path(&scan));
	ck_assert_int_eq(scan.journal.fd, -1);
	ck_assert_int_eq(scan.meta, -1);
	unload();
	leave_folder();
}
END_TEST

/* A sweep that was ended after `offset` bytes of rows. */
static void leave_one(uint64_t offset)
{
	struct pptp_journal_second second = {
	    .low = 5, .high = 9, .offset = offset, .rows = 2};
	char line[PPTP_JOURNAL_LINE];
	int length;

	load("rows", NULL);
	ck_assert(pptp_scan_find_files(&scan) && pptp_scan_make_files(&scan));
	length = pptp_journal_second_write(&second, line, sizeof(line));
	ck_assert_int_eq(write(scan.journal.fd, line, (size_t)length), length);
	ck_assert_int_eq(write(scan.journal.fd, "{\"line\":\"sec", 12), 12);
	unload();
	write_file("rows", "one\ntwo\ntorn");
}

START_TEST(a_resumed_one_goes_on_where_its_journal_is_sure)
{
	struct pptp_journal_head head;
	size_t length;

	enter_folder();
	leave_one(8);
	length = strlen(read_file("rows.journal"));
	head = scan.list.head;
	write_file("rows.meta", "of the same sweep\n");
	load(NULL, "rows");
	ck_assert(pptp_scan_find_files(&scan));
	ck_assert_mem_eq(&scan.list.head, &head, sizeof(head));
	ck_assert_uint_eq(scan.rows, 2);
	ck_assert_uint_eq(scan.journal.before.second.low, 5);
	ck_assert_str_eq(read_file("rows"), "one\ntwo\n");
	ck_assert_uint_eq(strlen(read_file("rows.journal")), length - 12);
	ck_assert(pptp_scan_make_files(&scan));
	ck_assert_str_eq(read_file("rows"), "one\ntwo\n");
	ck_assert_str_eq(read_file("rows.meta"), "of the same sweep\n");
	unload();
	leave_folder();
}
END_TEST

START_TEST(rows_that_somebody_shortened_are_not_gone_on_with)
{
	enter_folder();
	leave_one(100);
	load(NULL, "rows");
	ck_assert(!pptp_scan_find_files(&scan));
	ck_assert_said("'rows' has less than its journal says");
	ck_assert_str_eq(read_file("rows"), "one\ntwo\ntorn");
	unload();
	leave_folder();
}
END_TEST

START_TEST(another_sweep_is_not_gone_on_with)
{
	enter_folder();
	leave_one(8);
	load(NULL, "rows");
	scan.list.head.targets_hash[3] ^= 1;
	ck_assert(!pptp_scan_find_files(&scan));
	ck_assert_said("had other targets");
	unload();
	load(NULL, "rows");
	scan.list.head.options_hash[3] ^= 1;
	ck_assert(!pptp_scan_find_files(&scan));
	ck_assert_said("had other options");
	unload();
	load(NULL, "nowhere");
	ck_assert(!pptp_scan_find_files(&scan));
	ck_assert_said("cannot open 'nowhere.journal'");
	unload();
	ck_assert_str_eq(read_file("rows"), "one\ntwo\ntorn");
	leave_folder();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scan_files");

	CLAIM(s, nothing_that_is_there_is_written_over);
	CLAIM(s, a_new_sweep_makes_rows_journal_and_metadata);
	CLAIM(s, metadata_of_another_sweep_do_not_stay);
	CLAIM(s, a_pipe_or_a_device_has_no_journal);
	CLAIM(s, a_resumed_one_goes_on_where_its_journal_is_sure);
	CLAIM(s, rows_that_somebody_shortened_are_not_gone_on_with);
	CLAIM(s, another_sweep_is_not_gone_on_with);
	return run_suite(s);
}
