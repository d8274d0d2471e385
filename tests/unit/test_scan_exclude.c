/* SPDX-License-Identifier: BSD-2-Clause */
/* Exclusions that SIGHUP brings. */
#include <signal.h>

#include "cli/scan.h"

#include "unit/said.h"

static struct pptp_options options;
static struct pptp_scan scan;
static const struct pptp_sweeper_blocks *given;
static unsigned times;

void __wrap_pptp_sweep_run_exclude(struct pptp_sweep_run *r,
				   const struct pptp_sweeper_blocks *blocks);

void __wrap_pptp_sweep_run_exclude(struct pptp_sweep_run *r,
				   const struct pptp_sweeper_blocks *blocks)
{
	(void)r;
	given = blocks;
	times++;
}

static void begin(void)
{
	enter_folder();
	options.exclude[0] = "not";
	options.port = 1723;
	options.quiet = true;
	scan.o = &options;
	pptp_scan_watch_exclusions();
}

static void end(void)
{
	pptp_scan_exclusions_close(&scan);
	leave_folder();
}

static bool excludes(const char *text)
{
	struct pptp_address a;

	ck_assert(pptp_address_parse(&a, text, strlen(text)));
	return pptp_blocks_find(given->blocks, given->count, &a) != NULL;
}

START_TEST(nothing_is_read_without_a_signal)
{
	begin();
	write_file("not", "192.0.2.0/24\n");
	pptp_scan_reread(&scan);
	ck_assert_uint_eq(times, 0);
	end();
}
END_TEST

START_TEST(each_signal_reads_the_files_as_they_are_then)
{
	begin();
	write_file("not", "192.0.2.0/24 # theirs\n2001:db8::/64\n");
	raise(SIGHUP);
	pptp_scan_reread(&scan);
	pptp_scan_reread(&scan);
	ck_assert_uint_eq(times, 1);
	ck_assert(excludes("192.0.2.0") && excludes("192.0.2.255") &&
		  excludes("2001:db8::1"));
	ck_assert(!excludes("192.0.3.0") && !excludes("2001:db8:0:1::"));
	write_file("not", "192.0.3.7\n");
	raise(SIGHUP);
	raise(SIGHUP);
	pptp_scan_reread(&scan);
	ck_assert_uint_eq(times, 2);
	ck_assert(excludes("192.0.3.7") && !excludes("192.0.2.0"));
	ck_assert_uint_eq(sentences, 0); /* it is quiet */
	end();
}
END_TEST

START_TEST(what_is_not_understood_leaves_them_as_they_were)
{
	begin();
	write_file("not", "192.0.2.0/24\n");
	raise(SIGHUP);
	pptp_scan_reread(&scan);
	write_file("not", "192.0.2.0/24\nnot an address\n");
	raise(SIGHUP);
	pptp_scan_reread(&scan);
	ck_assert_said("exclusions stay as they were");
	ck_assert_int_eq(unlink("not"), 0);
	raise(SIGHUP);
	pptp_scan_reread(&scan);
	ck_assert_said("exclusions stay as they were");
	ck_assert_uint_eq(times, 1);
	ck_assert(excludes("192.0.2.1"));
	end();
}
END_TEST

START_TEST(it_is_said_how_many_there_are)
{
	begin();
	options.quiet = false;
	write_file("not", "192.0.2.0/24\n192.0.3.0/24\n10.0.0.1\n");
	raise(SIGHUP);
	pptp_scan_reread(&scan);
	ck_assert_said("read again: 2 blocks"); /* merged */
	end();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("scan_exclude");

	CLAIM(s, nothing_is_read_without_a_signal);
	CLAIM(s, each_signal_reads_the_files_as_they_are_then);
	CLAIM(s, what_is_not_understood_leaves_them_as_they_were);
	CLAIM(s, it_is_said_how_many_there_are);
	return run_suite(s);
}
