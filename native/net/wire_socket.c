/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire_socket.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOWN 16 /* bytes of what cannot be understood */

struct pptp_wire_waiting {
	struct pptp_wire_waiting *next;
	size_t length;
	uint8_t bytes[];
};

/* ---- the end of the helper ----------------------------------------------- */

static void fail(struct pptp_wire_socket *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The first failure is the cause of all others. */
static void fail(struct pptp_wire_socket *s, const char *format, ...)
{
	va_list arguments;

	if (s->error[0] != '\0')
		return;
	va_start(arguments, format);
	vsnprintf(s->error, sizeof(s->error), format, arguments);
	va_end(arguments);
}

static int reap(struct pptp_wire_socket *s)
{
	int status = 0;

	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	while (s->child > 0 && waitpid(s->child, &status, 0) < 0 &&
	       errno == EINTR)
		continue;
	s->child = 0;
	return status;
}

/* Who waits in a loop for the socket has to leave it before it is closed. */
static void lose(struct pptp_wire_socket *s)
{
	int status;

	if (s->fd < 0)
		return;
	s->gone(s->context);
	status = reap(s);
	if (WIFSIGNALED(status))
		fail(s,
		     "pptp-wire was ended by signal %d; what it had under way "
		     "is lost, run again",
		     WTERMSIG(status));
	else
		fail(s,
		     "pptp-wire ended with status %d; what it had under way is "
		     "lost, run again",
		     WEXITSTATUS(status));
}

/* A helper that cannot be understood is none. */
static void distrust(struct pptp_wire_socket *s, const uint8_t *bytes,
		     size_t length)
{
	char shown[3 * SHOWN + 1] = "";
	size_t i;

	for (i = 0; i < length && i < SHOWN; i++)
		snprintf(shown + 3 * i, sizeof(shown) - 3 * i, " %02x",
			 bytes[i]);
	fail(s,
	     "pptp-wire said what cannot be understood:%s%s; what it had under "
	     "way is lost, install both of one release",
	     shown, length > SHOWN ? " ..." : "");
	if (s->child > 0)
		kill(s->child, SIGKILL);
	lose(s);
}

/* ---- packets that wait --------------------------------------------------- */

static bool keep_waiting(struct pptp_wire_socket *s, const uint8_t *bytes,
			 size_t length)
{
	struct pptp_wire_waiting *w = malloc(sizeof(*w) + length);

	if (w == NULL)
		return false;
	w->next = NULL;
	w->length = length;
	memcpy(w->bytes, bytes, length);
	if (s->last != NULL)
		s->last->next = w;
	else
		s->first = w;
	s->last = w;
	s->waits(s->context);
	return true;
}

bool pptp_wire_socket_next(struct pptp_wire_socket *s,
			   struct pptp_wire_message *m,
			   uint8_t bytes[PPTP_WIRE_ROOM])
{
	struct pptp_wire_waiting *w = s->first;
	size_t length;

	if (w == NULL)
		return false;
	s->first = w->next;
	if (s->first == NULL)
		s->last = NULL;
	length = w->length;
	memcpy(bytes, w->bytes, length);
	free(w);
	return pptp_wire_message_decode(m, bytes, length);
}

/* ---- the socket ---------------------------------------------------------- */

/* One message into `bytes`: its length, 0 where there is none now, -1 where the
 * helper is gone. */
static ssize_t receive(struct pptp_wire_socket *s, uint8_t *bytes, int flags)
{
	ssize_t n;

	if (s->fd < 0)
		return -1;
	do
		n = recv(s->fd, bytes, PPTP_WIRE_ROOM, flags);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return n;
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	lose(s);
	return -1;
}

static bool is_news(const struct pptp_wire_message *m)
{
	return m->kind == PPTP_WIRE_CAPTURED || m->kind == PPTP_WIRE_LOST;
}

void pptp_wire_socket_read(struct pptp_wire_socket *s, unsigned most)
{
	uint8_t bytes[PPTP_WIRE_ROOM];
	struct pptp_wire_message m;
	ssize_t n;

	while (most-- > 0) {
		n = receive(s, bytes, MSG_DONTWAIT);
		if (n <= 0)
			return;
		if (!pptp_wire_message_decode(&m, bytes, (size_t)n) ||
		    !is_news(&m)) {
			distrust(s, bytes, (size_t)n);
			return;
		}
		if (!keep_waiting(s, bytes, (size_t)n))
			return;
	}
}

static bool await(struct pptp_wire_socket *s, struct pptp_wire_message *answer)
{
	uint8_t bytes[PPTP_WIRE_ROOM];
	ssize_t n;

	while ((n = receive(s, bytes, 0)) > 0) {
		if (!pptp_wire_message_decode(answer, bytes, (size_t)n))
			break;
		if (answer->kind == PPTP_WIRE_ANSWER &&
		    answer->request == s->request)
			return true;
		if (!is_news(answer) || !keep_waiting(s, bytes, (size_t)n))
			break;
	}
	if (n > 0)
		distrust(s, bytes, (size_t)n);
	return false;
}

enum pptp_error pptp_wire_socket_ask(struct pptp_wire_socket *s,
				     struct pptp_wire_message *m,
				     struct pptp_wire_message *answer)
{
	struct pptp_wire_message own;
	uint8_t bytes[PPTP_WIRE_ROOM];
	int n;

	answer = answer != NULL ? answer : &own;
	memset(answer, 0, sizeof(*answer));
	m->request = ++s->request;
	n = pptp_wire_message_encode(m, bytes, sizeof(bytes));
	if (n < 0) {
		errno = EMSGSIZE;
		return PPTP_ERROR_SYSTEM;
	}
	if (s->fd < 0 || send(s->fd, bytes, (size_t)n, MSG_NOSIGNAL) != n ||
	    !await(s, answer)) {
		lose(s);
		memset(answer, 0, sizeof(*answer));
		errno = EPIPE;
		return PPTP_ERROR_SYSTEM;
	}
	errno = (int)answer->error;
	return (enum pptp_error)answer->status;
}

void pptp_wire_socket_close(struct pptp_wire_socket *s)
{
	struct pptp_wire_waiting *w;

	(void)reap(s);
	while ((w = s->first) != NULL) {
		s->first = w->next;
		free(w);
	}
	s->last = NULL;
}
