/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows of a sweep that no conversation writes: the first, which tells what
 * follows, and those of targets that one SYN told all about. */
#ifndef PPTP_ROW_H
#define PPTP_ROW_H

#include "format/sink.h"
#include "scan/journal.h"

/* All texts are the caller's. */
struct pptp_sweep_row {
	const struct pptp_journal_head *head;
	int64_t time_us;       /* since 1970 */
	const char *release;   /* of this program */
	const char *interface; /* or NULL */
	const char *depth;     /* "syn", "control" or "call" */
	const char *only;      /* which rows follow */
	const char *const *arguments;
	size_t argument_count;
	struct pptp_address source;
	uint64_t rate, cap; /* packets a second; cap by /24: 0: none */
	uint64_t retries;
};

/* The row of kind `scan`, whole. It promises one record a target at most. Never
 * the cookie's key. */
void pptp_sweep_row_walk(const struct pptp_sweep_row *row, struct pptp_sink *s);

struct pptp_syn_row {
	const uint8_t *run; /* PPTP_RUN_SIZE */
	uint64_t position;
	struct pptp_address target;
	uint16_t port;
	const char *labels; /* "a,b", or NULL */
	int64_t time_us;    /* since 1970, when the SYN left */
	enum pptp_port_state answer;
	/* What told it; NULL: what answered is known, and no more of it. */
	const struct pptp_syn_reply *reply;
	int64_t rtt_us;         /* below 0: not known */
	bool answers_any_port;  /* a second one answered, too */
	const char *not_tested; /* why its control connection was not tried, or
				  * NULL: nobody wanted to */
};

/* A record of kind `syn`, whole; stages that are absent were not tested. */
void pptp_syn_row_walk(const struct pptp_syn_row *row, struct pptp_sink *s);

#endif
