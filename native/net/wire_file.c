/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum pptp_error pptp_wire_file_open(struct pptp_wire_file *f,
				    struct pptp_wire *w, const char *path,
				    char *text, size_t room)
{
	enum pptp_error error;

	if (path == NULL)
		return PPTP_OK;
	f->path = strdup(path);
	if (f->path == NULL)
		return PPTP_ERROR_SYSTEM;
	error = pptp_dump_open(&f->dump, path, text, room);
	w->keeps = error == PPTP_OK;
	return error;
}

static bool end(struct pptp_wire_file *f, struct pptp_wire *w, const char *what,
		char *text, size_t room)
{
	snprintf(text, room, "cannot write capture file '%s': %s%s", f->path,
		 strerror(errno), what);
	(void)pptp_dump_close(f->dump);
	f->dump = NULL;
	w->keeps = false;
	return false;
}

bool pptp_wire_file_keep(struct pptp_wire_file *f, struct pptp_wire *w,
			 const struct pptp_captured *c, char *text, size_t room)
{
	if (pptp_dump_write(f->dump, c->packet, c->length, c->wire_length,
			    c->time_us) == PPTP_OK)
		return true;
	return end(f, w, "; the packets since are not in it", text, room);
}

bool pptp_wire_file_flush(struct pptp_wire_file *f, struct pptp_wire *w,
			  char *text, size_t room)
{
	return pptp_dump_flush(f->dump) == PPTP_OK || end(f, w, "", text, room);
}

void pptp_wire_file_close(struct pptp_wire_file *f)
{
	(void)pptp_dump_close(f->dump);
	f->dump = NULL;
	free(f->path);
	f->path = NULL;
}
