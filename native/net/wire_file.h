/* SPDX-License-Identifier: BSD-2-Clause */
/* A wire's capture file: what was kept, and the sentence where the disk is
 * full. */
#ifndef PPTP_WIRE_FILE_H
#define PPTP_WIRE_FILE_H

#include "net/wire.h"

struct pptp_wire_file { /* zeroed before use */
	char *path;
	struct pptp_dump *dump; /* NULL: none, or none any more */
};

/* `path` NULL: none. Sets the wire's `keeps`. PPTP_ERROR_SYSTEM. */
enum pptp_error pptp_wire_file_open(struct pptp_wire_file *f,
				    struct pptp_wire *w, const char *path,
				    char *text, size_t room) PPTP_MUST_USE;
/* False, with one sentence, where it ends here. */
bool pptp_wire_file_keep(struct pptp_wire_file *f, struct pptp_wire *w,
			 const struct pptp_captured *c, char *text,
			 size_t room);
bool pptp_wire_file_flush(struct pptp_wire_file *f, struct pptp_wire *w,
			  char *text, size_t room);
void pptp_wire_file_close(struct pptp_wire_file *f);

#endif
