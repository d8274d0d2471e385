/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a prober has its plans from. It asks for one when a job is free: whoever
 * gives plans needs no measure of how many are wanted. */
#ifndef PPTP_PLAN_SOURCE_H
#define PPTP_PLAN_SOURCE_H

#include "core/plan.h"

enum pptp_pull {
	PPTP_PULL_PLAN,  /* one was given */
	PPTP_PULL_LATER, /* none now; asked again whenever the loop turns */
	/* None now, and pptp_prober_next() is to return: for who cannot be
	 * called, but calls. */
	PPTP_PULL_ASK,
	PPTP_PULL_END, /* none any more, for all that is known */
};

struct pptp_plan_source {
	void *context;
	/* `plan` is zeroed before; its texts are copied at once. Its record
	 * comes back with `tag`. */
	enum pptp_pull (*next)(void *context, struct pptp_plan *plan,
			       int64_t *tag);
	/* It cannot even begin, and why, in one sentence: no record comes. */
	void (*refused)(void *context, int64_t tag, enum pptp_error error,
			const char *text);
};

#endif
