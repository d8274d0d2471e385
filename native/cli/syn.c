/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/run.h"

static int run(const struct pptp_options *o)
{
	static const struct pptp_plan plan = {
	    .depth = PPTP_DEPTH_SYN,
	    .opening = PPTP_OPENING_SYN_ONLY,
	};

	return pptp_run(o, &plan, false);
}

const struct pptp_command pptp_command_syn = {
    "syn",
    PPTP_COMMAND_SYN,
    "[options] TARGET...",
    "one raw SYN each: what comes back, with its fingerprint",
    "A SYN that nobody answers is sent again after 1 s and after 3 s, and the\n"
    "host is then asked for an ICMP echo. Needs CAP_NET_RAW.",
    run,
};
