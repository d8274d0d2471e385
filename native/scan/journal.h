/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal of a sweep: what has to be known to go on after the process was
 * killed. A JSON object a line. The first, `head`, is what was asked for; then
 * each second one that tells how far rows and positions are settled, one for
 * each stretch of positions whose replies were lost, and, where rows stand in
 * no file, one for each row. The last may be torn.
 *
 * It has the cookie's key, and must be readable by its owner alone.
 */
#ifndef PPTP_JOURNAL_H
#define PPTP_JOURNAL_H

#include "format/error.h"
#include "scan/sweep.h"

#define PPTP_JOURNAL_VERSION 1
#define PPTP_HASH_SIZE       32 /* SHA-256 */
#define PPTP_RUN_SIZE        8
/* The longest line of each kind, with its newline. */
#define PPTP_JOURNAL_LINE    2048

struct pptp_journal_head {
	uint64_t journal; /* PPTP_JOURNAL_VERSION */
	uint8_t run[PPTP_RUN_SIZE];
	uint64_t seed, count;
	uint64_t shard, shards, first, end;
	uint64_t source_port, source_ports;
	/* of the targets by number, and of all options that change rows */
	uint8_t targets_hash[PPTP_HASH_SIZE], options_hash[PPTP_HASH_SIZE];
	uint8_t key[PPTP_COOKIE_KEY_SIZE];
};

struct pptp_journal_second {
	uint64_t low;    /* pptp_sweep_low */
	uint64_t high;   /* no position from here on was asked */
	uint64_t offset; /* bytes of rows that are on disk */
	uint64_t rows;
	uint64_t time; /* since 1970, in us */
	struct pptp_sweep_counts counts;
};

struct pptp_journal {
	struct pptp_journal_head head;
	struct pptp_journal_second second; /* the last; all 0: none yet */
	struct pptp_intervals lost;        /* not healed since */
	bool has_head, ended;
	uint64_t whole;         /* bytes up to the last line that is whole */
	bool torn;              /* a line after that is not */
	const char *why, *fact; /* static texts: what is wrong with it */
};

/* Each writes a line with its newline, and returns its length, or
 * PPTP_ERROR_SPACE. */
int pptp_journal_head_write(const struct pptp_journal_head *head, char *text,
			    size_t room);
int pptp_journal_second_write(const struct pptp_journal_second *second,
			      char *text, size_t room);
int pptp_journal_lost_write(const struct pptp_interval *lost, char *text,
			    size_t room);
/* A row was given that no file of rows has. */
int pptp_journal_row_write(uint64_t position, char *text, size_t room);
/* False: the line, without its newline, tells of no row. */
bool pptp_journal_row_read(const char *line, size_t length, uint64_t *position);
/* What was lost up to here has been asked again. */
int pptp_journal_healed_write(char *text, size_t room);
/* All was asked and waited for. */
int pptp_journal_end_write(char *text, size_t room);

/* `lost` has room for `lost_room` spans. */
void pptp_journal_init(struct pptp_journal *j, struct pptp_interval *lost,
		       size_t lost_room);
/* The next line, with its newline where it has one. A line that cannot be read
 * is taken for torn, and forgiven at the end; PPTP_ERROR_MALFORMED where another
 * follows it, or where the first is no head that this version wrote. */
enum pptp_error pptp_journal_feed(struct pptp_journal *j, const char *line,
				  size_t length);

#endif
