/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a prober has its plans from. It asks for one when a job is free: whoever
 * gives plans needs no measure of how many are wanted. */
#ifndef PPTP_PLAN_SOURCE_H
#define PPTP_PLAN_SOURCE_H

#include "core/conversation.h"

enum pptp_pull {
	PPTP_PULL_PLAN,  /* one was given */
	PPTP_PULL_LATER, /* none now; asked again whenever the loop turns */
	/* None now, and pptp_prober_next() is to return: for who cannot be
	 * called, but calls. */
	PPTP_PULL_ASK,
	PPTP_PULL_END, /* none any more, for all that is known */
};

struct pptp_pulled { /* what it points to is copied at once */
	struct pptp_plan plan;
	int64_t tag; /* the record comes back with it */
	/* A SYN of our host's and the SYN-ACK that it met: no other SYN of ours
	 * goes out before the connection. NULL, or where they are not what they
	 * should be: first contact is the plan's. Times are the prober's loop's
	 * (pptp_timers_now()). */
	const struct pptp_exchange *exchange;
};

struct pptp_plan_source {
	void *context;
	/* `pulled` is zeroed before. */
	enum pptp_pull (*next)(void *context, struct pptp_pulled *pulled);
	/* It cannot even begin, and why, in one sentence: no record comes. */
	void (*refused)(void *context, int64_t tag, enum pptp_error error,
			const char *text);
};

#endif
