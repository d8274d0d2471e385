/* SPDX-License-Identifier: BSD-2-Clause */
/* A file or a pipe, line by line, without waiting where there is none yet. */
#ifndef PPTP_LINES_H
#define PPTP_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct pptp_lines {
	int fd; /* -1: what `buffer` holds is all */
	char *buffer;
	size_t start, end, room;
	bool ended;
	unsigned long number; /* of the line that was given last, from 1 */
};

enum pptp_lines_status {
	PPTP_LINES_ONE,
	PPTP_LINES_NONE_YET, /* only with `wait` false */
	PPTP_LINES_END,
	PPTP_LINES_LONG,   /* longer than PPTP_LINES_MOST */
	PPTP_LINES_FAILED, /* errno says why */
};

/* Bytes of a line; records of a long conversation have tens of thousands. */
#define PPTP_LINES_MOST ((size_t)1 << 20)

void pptp_lines_init(struct pptp_lines *l, int fd);
void pptp_lines_free(struct pptp_lines *l); /* the descriptor stays open */
/* The next line without its '\n', borrowed until the next call; a last one may
 * lack it. `wait`: as long as it takes. */
enum pptp_lines_status pptp_lines_next(struct pptp_lines *l, bool wait,
				       const char **line, size_t *length);

#endif
