/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire_socket.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOWN 16 /* bytes of what cannot be understood */

struct pptp_wire_kept {
	struct pptp_wire_kept *next;
	size_t length;
	uint8_t bytes[];
};

/* ---- messages that are kept ---------------------------------------------- */

static bool keep(struct pptp_wire_kept_list *list, const uint8_t *bytes,
		 size_t length)
{
	struct pptp_wire_kept *k = malloc(sizeof(*k) + length);

	if (k == NULL)
		return false;
	k->next = NULL;
	k->length = length;
	memcpy(k->bytes, bytes, length);
	if (list->last != NULL)
		list->last->next = k;
	else
		list->first = k;
	list->last = k;
	return true;
}

static struct pptp_wire_kept *take(struct pptp_wire_kept_list *list)
{
	struct pptp_wire_kept *k = list->first;

	if (k == NULL)
		return NULL;
	list->first = k->next;
	if (list->first == NULL)
		list->last = NULL;
	return k;
}

static void drop_all(struct pptp_wire_kept_list *list)
{
	struct pptp_wire_kept *k;

	while ((k = take(list)) != NULL)
		free(k);
}

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

/* To the first that was posted; false: it is another's. */
static bool give_answer(struct pptp_wire_socket *s,
			const struct pptp_wire_message *answer)
{
	struct pptp_wire_kept *k = s->posted.first;
	struct pptp_wire_message posted;

	if (k == NULL ||
	    !pptp_wire_message_decode(&posted, k->bytes, k->length) ||
	    posted.request != answer->request)
		return false;
	(void)take(&s->posted);
	s->answered(s->context, &posted, answer);
	free(k);
	return true;
}

static void fail_posted(struct pptp_wire_socket *s)
{
	struct pptp_wire_message posted, answer = {
					     .kind = PPTP_WIRE_ANSWER,
					     .status = PPTP_ERROR_SYSTEM,
					     .error = EPIPE,
					 };
	struct pptp_wire_kept *k;

	while ((k = take(&s->posted)) != NULL) {
		if (pptp_wire_message_decode(&posted, k->bytes, k->length))
			s->answered(s->context, &posted, &answer);
		free(k);
	}
}

/* Who waits in a loop for the socket has to leave it before it is closed. */
void pptp_wire_socket_lose(struct pptp_wire_socket *s)
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
	fail_posted(s);
}

/* A helper that cannot be understood is none. */
void pptp_wire_socket_distrust(struct pptp_wire_socket *s, const uint8_t *bytes,
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
	pptp_wire_socket_lose(s);
}

/* ---- in ------------------------------------------------------------------ */

bool pptp_wire_socket_next(struct pptp_wire_socket *s,
			   struct pptp_wire_message *m,
			   uint8_t bytes[PPTP_WIRE_ROOM])
{
	struct pptp_wire_kept *k = take(&s->waiting);
	size_t length;

	if (k == NULL)
		return false;
	length = k->length;
	memcpy(bytes, k->bytes, length);
	free(k);
	return pptp_wire_message_decode(m, bytes, length);
}

static bool is_news(const struct pptp_wire_message *m)
{
	return m->kind == PPTP_WIRE_CAPTURED || m->kind == PPTP_WIRE_LOST;
}

/* False: it cannot be understood. */
static bool hear(struct pptp_wire_socket *s, const uint8_t *bytes,
		 size_t length)
{
	struct pptp_wire_message m;

	if (!pptp_wire_message_decode(&m, bytes, length))
		return false;
	if (is_news(&m)) {
		if (keep(&s->waiting, bytes, length))
			s->waits(s->context);
		return true;
	}
	if (m.kind != PPTP_WIRE_ANSWER)
		return false;
	if (s->asked == 0 || m.request != s->asked)
		return give_answer(s, &m);
	s->asked = 0;
	*s->answer = m;
	return true;
}

/* One batch: 1, 0 where there is none now, -1 where the helper is gone. */
static int receive(struct pptp_wire_socket *s, int flags)
{
	uint8_t bytes[PPTP_WIRE_BATCH];
	struct pptp_reader r;
	const uint8_t *message;
	size_t length;
	ssize_t n;

	if (s->fd < 0)
		return -1;
	do
		n = recv(s->fd, bytes, sizeof(bytes), flags);
	while (n < 0 && errno == EINTR);
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (n <= 0) {
		pptp_wire_socket_lose(s);
		return -1;
	}
	pptp_reader_init(&r, bytes, (size_t)n);
	while (pptp_wire_batch_next(&r, &message, &length))
		if (!hear(s, message, length)) {
			pptp_wire_socket_distrust(s, bytes, (size_t)n);
			return -1;
		}
	return 1;
}

void pptp_wire_socket_read(struct pptp_wire_socket *s, unsigned most)
{
	while (most-- > 0 && receive(s, MSG_DONTWAIT) > 0)
		continue;
}

/* ---- out ----------------------------------------------------------------- */

/* The helper may have no room because nobody reads what it says. */
static bool make_room(struct pptp_wire_socket *s)
{
	struct pollfd p = {.fd = s->fd, .events = POLLIN | POLLOUT};

	if (poll(&p, 1, -1) < 0)
		return errno == EINTR;
	return !(p.revents & POLLIN) || receive(s, MSG_DONTWAIT) >= 0;
}

void pptp_wire_socket_flush(struct pptp_wire_socket *s)
{
	ssize_t n;

	while (s->fd >= 0 && s->out.length > 0) {
		n = send(s->fd, s->out.bytes, s->out.length,
			 MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n >= 0)
			s->out.length = 0;
		else if (errno != EINTR &&
			 !((errno == EAGAIN || errno == EWOULDBLOCK) &&
			   make_room(s)))
			pptp_wire_socket_lose(s);
	}
}

/* Into the next batch: the length, or 0 and errno. */
static size_t say(struct pptp_wire_socket *s, struct pptp_wire_message *m,
		  uint8_t bytes[PPTP_WIRE_ROOM])
{
	int n;

	if (++s->request == 0)
		s->request = 1;
	m->request = s->request;
	n = pptp_wire_message_encode(m, bytes, PPTP_WIRE_ROOM);
	if (n < 0) {
		errno = EMSGSIZE;
		return 0;
	}
	if (!pptp_wire_batch_add(&s->out, bytes, (size_t)n)) {
		pptp_wire_socket_flush(s);
		if (s->fd >= 0 &&
		    !pptp_wire_batch_add(&s->out, bytes, (size_t)n))
			pptp_wire_socket_lose(s);
	}
	if (s->fd >= 0)
		return (size_t)n;
	errno = EPIPE;
	return 0;
}

enum pptp_error pptp_wire_socket_post(struct pptp_wire_socket *s,
				      struct pptp_wire_message *m)
{
	uint8_t bytes[PPTP_WIRE_ROOM];
	size_t n = say(s, m, bytes);

	if (n == 0)
		return PPTP_ERROR_SYSTEM;
	if (keep(&s->posted, bytes, n))
		return PPTP_OK;
	/* Its answer could not be told from any other. */
	fail(s, "out of memory for what pptp-wire is asked");
	pptp_wire_socket_lose(s);
	errno = ENOMEM;
	return PPTP_ERROR_SYSTEM;
}

enum pptp_error pptp_wire_socket_ask(struct pptp_wire_socket *s,
				     struct pptp_wire_message *m,
				     struct pptp_wire_message *answer)
{
	struct pptp_wire_message own;
	uint8_t bytes[PPTP_WIRE_ROOM];

	answer = answer != NULL ? answer : &own;
	memset(answer, 0, sizeof(*answer));
	if (say(s, m, bytes) == 0)
		return PPTP_ERROR_SYSTEM;
	s->asked = m->request;
	s->answer = answer;
	pptp_wire_socket_flush(s);
	while (s->asked != 0 && receive(s, 0) > 0)
		continue;
	if (s->asked != 0) {
		s->asked = 0;
		memset(answer, 0, sizeof(*answer));
		errno = EPIPE;
		return PPTP_ERROR_SYSTEM;
	}
	errno = (int)answer->error;
	return (enum pptp_error)answer->status;
}

void pptp_wire_socket_close(struct pptp_wire_socket *s)
{
	pptp_wire_socket_flush(s);
	(void)reap(s);
	drop_all(&s->posted);
	drop_all(&s->waiting);
}
