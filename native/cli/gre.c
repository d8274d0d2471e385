/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/run.h"

static int run(const struct pptp_options *o)
{
	static const struct pptp_plan plan = {
	    .depth = PPTP_DEPTH_SYN,
	    .opening = PPTP_OPENING_GRE,
	};

	return pptp_run(o, &plan, false);
}

const struct pptp_command pptp_command_gre = {
    "gre",
    PPTP_COMMAND_GRE,
    "[options] TARGET...",
    "one raw GRE acknowledgement each, outside any call",
    "An acknowledgement without payload disturbs nobody's tunnel. Silence "
    "tells\n"
    "nothing; ICMP does. IPv4 only. Needs CAP_NET_RAW.",
    run,
};
