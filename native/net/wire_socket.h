/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The asking side of net/wire_messages.h: requests out over a socket, one
 * answer each; packets that come meanwhile wait until they are taken. Where the
 * helper ends, or cannot be understood, every request fails with EPIPE.
 */
#ifndef PPTP_WIRE_SOCKET_H
#define PPTP_WIRE_SOCKET_H

#include <sys/types.h>

#include "format/error.h"
#include "net/wire_messages.h"

struct pptp_wire_waiting; /* a packet that came while an answer was awaited */

struct pptp_wire_socket {
	/* Set by its user. `waits`: a packet waits. `gone`: the helper is, once;
	 * `error` says why. */
	int fd; /* -1: the helper is gone */
	pid_t child;
	void (*waits)(void *context);
	void (*gone)(void *context);
	void *context;
	/* Its own. */
	uint32_t request; /* the last */
	struct pptp_wire_waiting *first, *last;
	char error[PPTP_WIRE_TEXT];
};

/* The answer's status, and errno; `answer` may be NULL. */
enum pptp_error pptp_wire_socket_ask(struct pptp_wire_socket *s,
				     struct pptp_wire_message *m,
				     struct pptp_wire_message *answer);
/* What stands in the socket, up to `most` packets, waits from now on. */
void pptp_wire_socket_read(struct pptp_wire_socket *s, unsigned most);
/* A packet, or that an interface is gone. False: none waits. `m` borrows
 * `bytes`. */
bool pptp_wire_socket_next(struct pptp_wire_socket *s,
			   struct pptp_wire_message *m,
			   uint8_t bytes[PPTP_WIRE_ROOM]);
/* Ends the helper, which ends when its socket is closed, and waits for it. */
void pptp_wire_socket_close(struct pptp_wire_socket *s);

#endif
