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

#define TALK_SECOND INT64_C(1000000)

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
	TALK_SAY_SYN = 1 << 0,
	TALK_SAY_PING = 1 << 1,
	TALK_SAY_CONNECT = 1 << 2,
	TALK_SAY_SCCRQ = 1 << 3,
	TALK_SAY_GUARD = 1 << 4,
	TALK_SAY_OCRQ = 1 << 5,
	TALK_SAY_ECHO_REPLY = 1 << 6,
	TALK_SAY_STOP_REPLY = 1 << 7,
	TALK_SAY_CONFIGURE_REQUEST = 1 << 8,
	TALK_SAY_CONFIGURE_ANSWER = 1 << 9,
	TALK_SAY_LCP_ECHO_REPLY = 1 << 10,
	TALK_SAY_TERMINATE_ACK = 1 << 11,
	TALK_SAY_TERMINATE_REQUEST = 1 << 12,
	TALK_SAY_ACKNOWLEDGMENT = 1 << 13,
	TALK_SAY_CALL_CLEAR = 1 << 14,
	TALK_SAY_STOP = 1 << 15,
	TALK_SAY_CLOSE = 1 << 16,
	TALK_SAY_ON_CONNECTION = TALK_SAY_SCCRQ | TALK_SAY_OCRQ |
				 TALK_SAY_ECHO_REPLY | TALK_SAY_STOP_REPLY |
				 TALK_SAY_CALL_CLEAR | TALK_SAY_STOP,
};

static inline bool talk_gre_possible(const struct pptp_conversation *c)
{
	return c->reach == PPTP_REACH_RAW && c->record.target.family == 4;
}

#endif
