/* SPDX-License-Identifier: BSD-2-Clause */
/* A sweeper whose threads are pptp-wire's: net/sweeper_messages.h over a socket.
 * Sockets, cookies and what is asked when are there; what was found is here. */
#ifndef PPTP_SWEEPER_REMOTE_H
#define PPTP_SWEEPER_REMOTE_H

#include "net/sweeper.h"

/* Starts the helper; it ends with the sweeper. PPTP_ERROR_PRIVILEGE where it is
 * not there, or may not send; PPTP_ERROR_MALFORMED where it cannot be understood
 * or ends; else as pptp_sweeper_open(). Where more than `open_only` is told,
 * pptp_sweeper_answer() takes the memory for answers a second time, here. */
enum pptp_error
pptp_sweeper_remote_open(struct pptp_sweeper **s,
			 const struct pptp_sweeper_config *config, char *text,
			 size_t room) PPTP_MUST_USE;

#endif
