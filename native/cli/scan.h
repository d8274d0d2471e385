/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of `scan` share. For them alone. */
#ifndef PPTP_CLI_SCAN_H
#define PPTP_CLI_SCAN_H

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/scan_details.h"
#include "net/numbered.h"
#include "net/prober.h"
#include "net/sweeper.h"
#include "scan/journal.h"

#define PPTP_SCAN_TEXT 6144 /* a path of the longest kind, and words */

/* A port that was found open, until somebody has dealt with it. */
struct pptp_hit {
	struct pptp_found found;
	struct pptp_address address;
	uint16_t port;
};

/* Hits that wait, oldest first; a ring. */
#define PPTP_HITS 65536

struct pptp_scan {
	const struct pptp_options *o;
	int status; /* the worst so far */
	struct pptp_targets *targets;
	struct pptp_numbered *numbered;
	const struct pptp_ranges *ranges;
	uint64_t public; /* targets outside private space */
	uint64_t rate, cap;
	struct pptp_order order;
	struct pptp_journal_head head;
	/* What a journal said, if one is gone on with. */
	struct pptp_journal before;
	struct pptp_interval before_lost[PPTP_SWEEP_LOST];
	struct pptp_sweeper *sweeper;
	struct pptp_sweep *sweep;   /* the sweeper's */
	struct pptp_prober *prober; /* NULL: depth syn */
	struct pptp_output output;
	int journal, meta, status_file; /* descriptors; -1: none */
	uint64_t rows, low;             /* written; all before it is settled */
	uint64_t begun, told; /* on the sweep's clock: the begin, the second */
	size_t lost_told;     /* intervals that the journal has */
	bool again_told;
	struct pptp_hit *hits;
	uint64_t hits_put, hits_taken;
	/* Addresses that answered at a second port, by hash: the latest. */
	struct pptp_address *any_port;
	struct pptp_details details; /* with --only any */
	uint8_t *blocks;             /* scan/block.h */
	/* Positions that the prober deals with, by tag; UINT64_MAX: free. */
	uint64_t *live;
	size_t live_room, live_next;
	/* What the plan that was pulled last began with. */
	struct pptp_exchange exchange;
	struct pptp_found exchanged;
	uint8_t syn[PPTP_FOUND_PACKET];
	/* Exclusions that SIGHUP has brought, the latest first. */
	struct pptp_scan_excluded *excluded;
	bool stopping;
};

/* ---- scan_targets.c: who is asked, in which order ---- */

bool pptp_scan_load(struct pptp_scan *s);
/* Prints the shard's targets as they would be asked. */
void pptp_scan_print(struct pptp_scan *s);

/* ---- scan_files.c: rows, journal, metadata ---- */

/* Before anything is sent: opens what will be written, reads what was. */
bool pptp_scan_open_files(struct pptp_scan *s);
/* Tells the sweep what rows and journal of before say. */
void pptp_scan_recall(struct pptp_scan *s);
/* The first row, and the journal's head. */
void pptp_scan_begin_files(struct pptp_scan *s);
/* Once a second, and at the end. */
void pptp_scan_tell(struct pptp_scan *s, uint64_t now);
/* Metadata, and whether the journal has an end. */
void pptp_scan_end_files(struct pptp_scan *s, bool done);

/* ---- scan_rows.c: what was found ---- */

bool pptp_scan_rows_open(struct pptp_scan *s);
void pptp_scan_rows_close(struct pptp_scan *s);
/* Takes from the sweeper what it has. */
void pptp_scan_take(struct pptp_scan *s);
/* Writes rows of hits that nobody asks further (depth syn). */
void pptp_scan_write_hits(struct pptp_scan *s);
/* The same of all hits that wait: nobody will ask them any more. */
void pptp_scan_leave_hits(struct pptp_scan *s);
/* Rows of those that did not answer, once their wait is over. */
void pptp_scan_settle(struct pptp_scan *s, uint64_t now);
/* Where the prober has its plans from. */
struct pptp_plan_source pptp_scan_source(struct pptp_scan *s);
void pptp_scan_write_record(struct pptp_scan *s,
			    const struct pptp_record *record, int64_t tag);
uint64_t pptp_scan_waiting(const struct pptp_scan *s);

/* ---- scan_exclude.c: who is left alone while the sweep goes on ---- */

/* From now on SIGHUP has the exclusion files read again. */
void pptp_scan_watch_exclusions(void);
/* Reads them, if it came. */
void pptp_scan_reread(struct pptp_scan *s);
bool pptp_scan_is_excluded(const struct pptp_scan *s,
			   const struct pptp_address *a);
void pptp_scan_exclusions_close(struct pptp_scan *s);

/* ---- scan_check.c ---- */

int pptp_scan_check(const struct pptp_options *o);

#endif
