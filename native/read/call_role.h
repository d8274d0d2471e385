/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of two hosts is the server of a call, by what one of them says. */
#ifndef PPTP_CALL_ROLE_H
#define PPTP_CALL_ROLE_H

#include "core/record.h"
#include "format/gre.h"

/* `*side` is who sent the packet. False: it does not tell. Whoever asks the
 * other for a login is the server: an LCP Configure-Request with option 3 (RFC
 * 1661 6.2), CHAP's Challenge, Success and Failure (RFC 1994 4), EAP's Request,
 * Success and Failure (RFC 3748 4), PAP's Ack and Nak (RFC 1334 2.2). Where
 * both ask, each packet says its own. */
bool pptp_call_role(const struct pptp_gre *gre, enum pptp_side *side);
/* The same of stream bytes that begin with a control message: requests for a
 * connection and for a call are the client's, their replies the server's (RFC
 * 2637 2.1, 2.7). */
bool pptp_call_control_role(const void *bytes, size_t length,
			    enum pptp_side *side);
/* They begin with what a control connection begins with. */
bool pptp_call_starts(const void *bytes, size_t length);

#endif
