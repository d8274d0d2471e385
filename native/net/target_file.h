/* SPDX-License-Identifier: BSD-2-Clause */
/* A file of targets or exclusions: one a line, `#` comments, `,label,label`
 * after a target. What a line means is its caller's. */
#ifndef PPTP_TARGET_FILE_H
#define PPTP_TARGET_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "format/error.h"

/* One line's text without comment and blanks; `labels` "a,b" or NULL. A
 * sentence in `text` where it fails; PPTP_ERROR_NAME does not end the file. */
typedef enum pptp_error pptp_target_line(void *context, const char *spec,
					 size_t length, const char *labels,
					 char *text, size_t room);

/* `path` "-": standard input. `with_labels`: a comma begins labels. The
 * sentence names the file and the line. Of names that do not resolve, it is
 * about the first, and the whole file was read. */
enum pptp_error pptp_target_file_read(const char *path, bool with_labels,
				      pptp_target_line *line, void *context,
				      char *text, size_t room) PPTP_MUST_USE;

#endif
