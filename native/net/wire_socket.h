/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The asking side of net/wire_messages.h: requests out over a socket, in
 * batches, one answer each, in their order; packets that come meanwhile wait
 * until they are taken. Where the helper ends, or cannot be understood, every
 * request fails with EPIPE.
 */
#ifndef PPTP_WIRE_SOCKET_H
#define PPTP_WIRE_SOCKET_H

#include <sys/types.h>

#include "format/error.h"
#include "net/wire_batch.h"
#include "net/wire_messages.h"

struct pptp_wire_kept; /* a message that is to be read again */

struct pptp_wire_kept_list {
	struct pptp_wire_kept *first, *last;
};

struct pptp_wire_socket {
	/* Set by its user. `waits`: a packet waits. `gone`: the helper is, once;
	 * `error` says why. */
	int fd; /* -1: the helper is gone */
	pid_t child;
	void (*waits)(void *context);
	void (*gone)(void *context);
	/* To what was posted; it asks nothing itself. From the socket's calls,
	 * in the order of what was posted. */
	void (*answered)(void *context, const struct pptp_wire_message *posted,
			 const struct pptp_wire_message *answer);
	void *context;
	/* Its own. */
	uint32_t request;                  /* the last */
	uint32_t asked;                    /* whose answer is awaited, or 0 */
	struct pptp_wire_message *answer;  /* to that */
	struct pptp_wire_batch out;        /* not sent yet */
	struct pptp_wire_kept_list posted; /* without an answer yet */
	struct pptp_wire_kept_list waiting;
	char error[PPTP_WIRE_TEXT];
};

/* The answer's status, and errno; `answer` may be NULL. What was posted before
 * has been answered by then. */
enum pptp_error pptp_wire_socket_ask(struct pptp_wire_socket *s,
				     struct pptp_wire_message *m,
				     struct pptp_wire_message *answer);
/* The same without waiting: it goes with the next ask() or flush(), and what
 * it is answered with, answered() is called with. PPTP_ERROR_SYSTEM and errno
 * where it cannot be said; answered() is not called then. */
enum pptp_error pptp_wire_socket_post(struct pptp_wire_socket *s,
				      struct pptp_wire_message *m);
void pptp_wire_socket_flush(struct pptp_wire_socket *s);
/* What stands in the socket, up to `most` batches, waits from now on. */
void pptp_wire_socket_read(struct pptp_wire_socket *s, unsigned most);
/* A packet, or that an interface is gone. False: none waits. `m` borrows
 * `bytes`. */
bool pptp_wire_socket_next(struct pptp_wire_socket *s,
			   struct pptp_wire_message *m,
			   uint8_t bytes[PPTP_WIRE_ROOM]);
/* For who reads from it himself: it is gone; what it said cannot be understood. */
void pptp_wire_socket_lose(struct pptp_wire_socket *s);
void pptp_wire_socket_distrust(struct pptp_wire_socket *s, const uint8_t *bytes,
			       size_t length);
/* Ends the helper, which ends when its socket is closed, and waits for it. What
 * was posted leaves before. */
void pptp_wire_socket_close(struct pptp_wire_socket *s);

#endif
