/* SPDX-License-Identifier: BSD-2-Clause */
/* A wire that a helper holds: net/wire_messages.h over a socket. What needs a
 * privilege is there; the capture file, and what packets mean, are here. */
#ifndef PPTP_WIRE_REMOTE_H
#define PPTP_WIRE_REMOTE_H

#include <sys/types.h>

#include "net/wire.h"

/* `fd`: a SOCK_SEQPACKET socket whose helper has said HELLO already; `child` its
 * process. Both are the wire's from here on, where this fails too. `text` as for
 * pptp_wire_open(). PPTP_ERROR_MALFORMED where the helper ends, or cannot be
 * understood; `text` is a sentence then. */
enum pptp_error pptp_wire_remote_open(struct pptp_wire **w, int fd, pid_t child,
				      const struct pptp_wire_config *config,
				      char *text, size_t room) PPTP_MUST_USE;

#endif
