/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What to answer to a Configure-Request (RFC 1661 5.2 to 5.4): pure, from facts
 * to a decision. One method is named at a time, Nak upon Nak, until the server
 * has taken it or has made up its mind.
 */
#ifndef PPTP_DECIDE_H
#define PPTP_DECIDE_H

#include "core/record.h"

enum pptp_reply {
	PPTP_REPLY_LEAVE, /* no answer: say farewell */
	PPTP_REPLY_ACK,
	PPTP_REPLY_NAK,            /* towards ask[asking] */
	PPTP_REPLY_REJECT_OPTIONS, /* that an observer would have to honour */
	PPTP_REPLY_REJECT_METHOD,  /* option 3 */
};

/* How far a conversation has come with its plan. */
struct pptp_progress {
	uint8_t asking; /* index of the method that Naks name */
	uint8_t naks;   /* towards it */
	bool declined;  /* option 3 was rejected */
};

struct pptp_decision {
	enum pptp_reply reply;
	enum pptp_ended_by why; /* of LEAVE */
	struct pptp_progress progress;
};

/* Of a plan. */
struct pptp_wishes {
	const struct pptp_method *ask; /* PPTP_ASKS of them */
	bool decline;
};

#define PPTP_MOST_NAKS 10 /* towards one method */

/* An option of this type changes nothing that an observer would have to
 * honour. */
bool pptp_decide_is_acceptable(uint8_t type);
/* About the last of the `count` offers, at least 1, with all before it and what
 * was answered to them. */
struct pptp_decision pptp_decide(const struct pptp_offer *offers,
				 unsigned count,
				 const struct pptp_wishes *wishes,
				 const struct pptp_progress *progress);

#endif
