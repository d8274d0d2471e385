/* SPDX-License-Identifier: BSD-2-Clause */
/* LCP in the call (RFC 1661): our request, an answer to each of the server's,
 * and when enough was seen. */
#ifndef PPTP_NEGOTIATE_H
#define PPTP_NEGOTIATE_H

#include "core/talk.h"

/* The call is granted. */
void pptp_negotiate_begin(struct pptp_conversation *c, int64_t now);
/* PPTP_EVENT_GRE or PPTP_EVENT_PPP of the call. */
void pptp_negotiate_event(struct pptp_conversation *c,
			  const struct pptp_event *event, int64_t now);
/* ICMP about our GRE. */
void pptp_negotiate_unreachable(struct pptp_conversation *c, int64_t now);
/* Our answer has left; or it fits no packet. */
void pptp_negotiate_answered(struct pptp_conversation *c, int64_t now);
void pptp_negotiate_unanswered(struct pptp_conversation *c, size_t needs,
			       int64_t now);
/* The time for our Configure- or Terminate-Request to be sent again. */
void pptp_negotiate_resend(struct pptp_conversation *c, int64_t now);
void pptp_negotiate_timeout(struct pptp_conversation *c, int64_t now);

#endif
