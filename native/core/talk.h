/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The conversation from inside, for its own files alone:
 *
 *	conversation  events in, actions out
 *	knock         first contact, until something is connected
 *	negotiate     LCP in the call
 *	leave         every way to the end
 *	utter         the bytes that leave
 *
 * They stand on each other in one direction: conversation on all, knock and
 * negotiate on leave.
 */
#ifndef PPTP_TALK_H
#define PPTP_TALK_H

#include "core/conversation.h"

#define SECOND INT64_C(1000000)

enum talk_state {
	TALK_KNOCKING,
	TALK_PROBING,  /* GRE outside any call */
	TALK_STARTING, /* connected; SCCRQ sent */
	TALK_CALLING,  /* OCRQ sent */
	TALK_LCP,
	TALK_TERMINATING, /* from here on it is a farewell */
	TALK_CLEARING,
	TALK_STOPPING,
	TALK_FINISHED,
};

/* What output() owes. The order is that in which things leave. */
enum talk_pending {
	SAY_SYN = 1 << 0,
	SAY_PING = 1 << 1,
	SAY_CONNECT = 1 << 2,
	SAY_SCCRQ = 1 << 3,
	SAY_GUARD = 1 << 4,
	SAY_OCRQ = 1 << 5,
	SAY_ECHO_REPLY = 1 << 6,
	SAY_STOP_REPLY = 1 << 7,
	SAY_CONFIGURE_REQUEST = 1 << 8,
	SAY_CONFIGURE_ANSWER = 1 << 9,
	SAY_LCP_ECHO_REPLY = 1 << 10,
	SAY_TERMINATE_ACK = 1 << 11,
	SAY_TERMINATE_REQUEST = 1 << 12,
	SAY_ACKNOWLEDGMENT = 1 << 13,
	SAY_CALL_CLEAR = 1 << 14,
	SAY_STOP = 1 << 15,
	SAY_CLOSE = 1 << 16,
	SAY_ON_CONNECTION = SAY_SCCRQ | SAY_OCRQ | SAY_ECHO_REPLY |
			    SAY_STOP_REPLY | SAY_CALL_CLEAR | SAY_STOP,
};

enum talk_decision { LEAVE, ACK, NAK, REJECT_OPTIONS, REJECT_METHOD };

/* Options that change nothing which an observer would have to honour. */
#define TALK_ACCEPTABLE                                                        \
	(UINT32_C(1) << PPTP_LCP_MRU | UINT32_C(1) << PPTP_LCP_ACCM |          \
	 UINT32_C(1) << PPTP_LCP_AUTHENTICATION |                              \
	 UINT32_C(1) << PPTP_LCP_MAGIC | UINT32_C(1) << PPTP_LCP_PFC |         \
	 UINT32_C(1) << PPTP_LCP_ACFC |                                        \
	 UINT32_C(1) << PPTP_LCP_ENDPOINT_DISCRIMINATOR)

static inline bool talk_gre_possible(const struct pptp_conversation *c)
{
	return c->reach == PPTP_REACH_RAW && c->record.target.family == 4;
}

#endif
