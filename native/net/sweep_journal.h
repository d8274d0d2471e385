/* SPDX-License-Identifier: BSD-2-Clause */
/* The journal of a sweep (scan/journal.h) in its file, which its owner alone may
 * read. */
#ifndef PPTP_SWEEP_JOURNAL_H
#define PPTP_SWEEP_JOURNAL_H

#include "net/sweep_list.h"
#include "net/sweeper.h"
#include "scan/journal.h"

struct pptp_sweep_journal {
	int fd; /* -1: there is none, and nothing is told */
	bool resumed;
	/* What it said, where it is gone on with; else all 0. */
	struct pptp_journal before;
	struct pptp_interval lost[PPTP_SWEEP_LOST];
	size_t lost_told; /* intervals that it has */
	bool again_told;
	int error; /* errno of what could not be written; 0: all was */
};

void pptp_sweep_journal_init(struct pptp_sweep_journal *j);
void pptp_sweep_journal_close(struct pptp_sweep_journal *j);
/* A new one, with its head. PPTP_ERROR_ARGUMENT: a file of that name is there
 * already; _SYSTEM with errno. On failure one sentence in `text`, here and
 * below. */
enum pptp_error pptp_sweep_journal_begin(struct pptp_sweep_journal *j,
					 const char *path,
					 const struct pptp_sweep_list *l,
					 char *text, size_t room) PPTP_MUST_USE;
/* Goes on by one: seed, key, run and shard of the list become the journal's;
 * targets and options have to be its own (PPTP_ERROR_ARGUMENT). */
enum pptp_error pptp_sweep_journal_resume(struct pptp_sweep_journal *j,
					  const char *path,
					  struct pptp_sweep_list *l, char *text,
					  size_t room) PPTP_MUST_USE;
/* Tells the sweep, before it begins, what was lost and which rows were given
 * (pptp_sweep_journal_row). */
void pptp_sweep_journal_recall(struct pptp_sweep_journal *j,
			       const struct pptp_order *order,
			       struct pptp_sweeper *sweeper);

/* Each of these does nothing where there is none, and false means that there is
 * none any more: `error` says why. */
/* A row was given that stands in no file. */
bool pptp_sweep_journal_row(struct pptp_sweep_journal *j, uint64_t position);
/* Once a second: losses since then, then `second`, but for what is the
 * standing's. */
bool pptp_sweep_journal_tell(struct pptp_sweep_journal *j,
			     const struct pptp_sweep_standing *standing,
			     struct pptp_journal_second second);
/* Everybody was asked. */
bool pptp_sweep_journal_end(struct pptp_sweep_journal *j,
			    const struct pptp_sweep_standing *standing);

#endif
