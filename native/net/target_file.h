/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file of targets or of exclusions, line by line. Of targets: one a line, a
 * `#` at its front or after white space begins a comment, `,label,label` may
 * follow; or a record, a line that begins with `{`. Of exclusions, as zmap and
 * masscan have them too: any number a line, with commas or white space between
 * them; a `#` anywhere begins a comment, and so does a `;` or a `//` at the
 * line's front. What an item means is its caller's.
 */
#ifndef PPTP_TARGET_FILE_H
#define PPTP_TARGET_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "format/error.h"
#include "net/lines.h"

/* One item without comment and blanks; `labels` "a,b" or NULL. A sentence in
 * `text` where it fails. */
typedef enum pptp_error pptp_target_line(void *context, const char *spec,
					 size_t length, const char *labels,
					 char *text, size_t room);

struct pptp_target_file {
	struct pptp_lines lines;
	const char *name; /* for sentences; borrowed */
	bool exclusions;
	pptp_target_line *take;
	void *context;
	unsigned long items;
};

/* `path` "-": standard input. PPTP_ERROR_SYSTEM with a sentence and errno. */
enum pptp_error pptp_target_file_open(struct pptp_target_file *f,
				      const char *path, char *text,
				      size_t room) PPTP_MUST_USE;
void pptp_target_file_close(struct pptp_target_file *f);

enum pptp_target_file_status {
	PPTP_TARGET_FILE_LINE, /* one was taken, or held nothing */
	PPTP_TARGET_FILE_NONE_YET,
	PPTP_TARGET_FILE_END, /* and it had items */
	PPTP_TARGET_FILE_FAILED,
};

/* Takes one line. Where it fails, `error` says how, and a sentence names file
 * and line. */
enum pptp_target_file_status pptp_target_file_step(struct pptp_target_file *f,
						   bool wait,
						   enum pptp_error *error,
						   char *text, size_t room);

/* All of it, from `path`. */
enum pptp_error pptp_target_file_read(struct pptp_target_file *f,
				      const char *path, char *text,
				      size_t room) PPTP_MUST_USE;

#endif
