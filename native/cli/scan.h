/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of `scan` share. For them alone. */
#ifndef PPTP_CLI_SCAN_H
#define PPTP_CLI_SCAN_H

#include "cli/cli.h"
#include "cli/output.h"
#include "net/sweep_journal.h"
#include "net/sweep_run.h"

#define PPTP_SCAN_TEXT 6144 /* a path of the longest kind, and words */

struct pptp_scan {
	const struct pptp_options *o;
	struct pptp_sweep_request request; /* what `o` asks for */
	int status;                        /* the worst so far */
	struct pptp_sweep_list list;
	struct pptp_sweep_journal journal;
	struct pptp_sweep_run *run;
	struct pptp_output output;
	int meta, status_file; /* descriptors; -1: none */
	uint64_t rows;         /* written */
	uint64_t begun, told;  /* on the sweep's clock: the begin, the second */
	/* Exclusions that SIGHUP has brought, the latest first. */
	struct pptp_scan_excluded *excluded;
};

/* ---- scan_targets.c: who is asked, in which order ---- */

/* Fills request and list. False, after a sentence. */
bool pptp_scan_load(struct pptp_scan *s);
/* Prints the shard's targets as they would be asked. */
void pptp_scan_print(struct pptp_scan *s);

/* ---- scan_files.c: rows, journal, metadata ---- */

/* Before anything is opened: reads what is gone on with, or sees that nothing
 * is written over. Each is false after a sentence. */
bool pptp_scan_find_files(struct pptp_scan *s);
/* Makes what will be written. */
bool pptp_scan_make_files(struct pptp_scan *s);
/* Where rows are gone on with in a file, or NULL. */
const char *pptp_scan_rows_path(const struct pptp_scan *s);
/* Tells the sweep what rows and journal of before say. */
void pptp_scan_recall(struct pptp_scan *s);
/* The first row. */
void pptp_scan_begin_files(struct pptp_scan *s);
/* Once a second, and at the end. */
void pptp_scan_tell(struct pptp_scan *s, uint64_t now);
/* Metadata, and whether the journal has an end. */
void pptp_scan_end_files(struct pptp_scan *s, bool done);

/* ---- scan_exclude.c: who is left alone while the sweep goes on ---- */

/* From now on SIGHUP has the exclusion files read again. */
void pptp_scan_watch_exclusions(void);
/* Reads them, if it came. */
void pptp_scan_reread(struct pptp_scan *s);
void pptp_scan_exclusions_close(struct pptp_scan *s);

/* ---- scan_check.c ---- */

int pptp_scan_check(const struct pptp_options *o);

#endif
