/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/lines.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_ROOM 65536

void pptp_lines_init(struct pptp_lines *l, int fd)
{
	memset(l, 0, sizeof(*l));
	l->fd = fd;
}

void pptp_lines_free(struct pptp_lines *l)
{
	free(l->buffer);
	l->buffer = NULL;
}

/* Room behind what is there. */
static bool make_room(struct pptp_lines *l)
{
	size_t more = l->room == 0 ? FIRST_ROOM : 2 * l->room;
	char *grown;

	if (l->start > 0) {
		memmove(l->buffer, l->buffer + l->start, l->end - l->start);
		l->end -= l->start;
		l->start = 0;
	}
	if (l->end < l->room)
		return true;
	grown = realloc(l->buffer, more);
	if (grown == NULL)
		return false;
	l->buffer = grown;
	l->room = more;
	return true;
}

static bool is_ready(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, 0) > 0;
}

/* More bytes, or that there are none; PPTP_LINES_ONE: look again. */
static enum pptp_lines_status fill(struct pptp_lines *l, bool wait)
{
	struct pollfd p = {.fd = l->fd, .events = POLLIN};
	ssize_t got;

	if (!wait && !is_ready(l->fd))
		return PPTP_LINES_NONE_YET;
	if (!make_room(l))
		return PPTP_LINES_FAILED;
	got = read(l->fd, l->buffer + l->end, l->room - l->end);
	if (got < 0 && errno == EAGAIN) { /* somebody made it so */
		if (!wait)
			return PPTP_LINES_NONE_YET;
		(void)poll(&p, 1, -1);
		return PPTP_LINES_ONE;
	}
	if (got < 0)
		return errno == EINTR ? PPTP_LINES_ONE : PPTP_LINES_FAILED;
	l->end += (size_t)got;
	l->ended = got == 0;
	return PPTP_LINES_ONE;
}

/* Gives the bytes before `end`, and passes over `gap` bytes behind them. */
static void give(struct pptp_lines *l, const char *end, size_t gap,
		 const char **line, size_t *length)
{
	*line = l->buffer + l->start;
	*length = (size_t)(end - *line);
	l->start += *length + gap;
	l->number++;
}

enum pptp_lines_status pptp_lines_next(struct pptp_lines *l, bool wait,
				       const char **line, size_t *length)
{
	enum pptp_lines_status status = PPTP_LINES_ONE;
	size_t looked = 0, left;
	const char *end;

	while (status == PPTP_LINES_ONE) {
		left = l->end - l->start;
		end = left > looked ? memchr(l->buffer + l->start + looked,
					     '\n', left - looked)
				    : NULL;
		if (end != NULL) {
			give(l, end, 1, line, length);
			return PPTP_LINES_ONE;
		}
		looked = left;
		if (left > PPTP_LINES_MOST) {
			l->number++;
			return PPTP_LINES_LONG;
		}
		if (l->ended || l->fd < 0) {
			if (left == 0)
				return PPTP_LINES_END;
			give(l, l->buffer + l->end, 0, line, length);
			return PPTP_LINES_ONE;
		}
		status = fill(l, wait);
	}
	return status;
}
