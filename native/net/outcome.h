/* SPDX-License-Identifier: BSD-2-Clause */
/* What the errno of a connect() says: a fact about the target or the way to it,
 * or that our own system failed, which says nothing about either. */
#ifndef PPTP_OUTCOME_H
#define PPTP_OUTCOME_H

#include <stdbool.h>

#include "core/conversation.h"

/* CONNECTED, REFUSED, UNREACHABLE, TIMEOUT or FAILED; CONNECTED for ECONNRESET
 * and EPIPE too: what was refused gives ECONNREFUSED, so that there was a
 * connection, to be read to its end. `at_once`: connect() itself gave it,
 * before anything can have come back. */
enum pptp_input pptp_outcome_of(int error, bool at_once);

#endif
