/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/run.h"

#include <string.h>

static int run(const struct pptp_options *o)
{
	struct pptp_plan plan = {
	    .depth = PPTP_DEPTH_CALL,
	    .opening = PPTP_OPENING_SYN,
	    .decline = o->decline,
	};

	memcpy(plan.ask, o->ask, sizeof(plan.ask));
	return pptp_run(o, &plan, false);
}

const struct pptp_command pptp_command_call = {
    "call",
    PPTP_COMMAND_CALL,
    "[options] TARGET...",
    "one conversation each, to the LCP offer over GRE",
    "Opens a call, reads the server's first LCP offer and its challenge, and "
    "says\n"
    "farewell on every layer. It never authenticates. Needs CAP_NET_RAW.",
    run,
};
