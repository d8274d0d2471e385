/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/run.h"

static int run(const struct pptp_options *o)
{
	static const struct pptp_plan plan = {
	    .depth = PPTP_DEPTH_CONTROL,
	    .opening = PPTP_OPENING_SYN,
	};

	return pptp_run(o, &plan, true);
}

const struct pptp_command pptp_command_control = {
    "control",
    PPTP_COMMAND_CONTROL,
    "[options] TARGET...",
    "one conversation each, to the server's SCCRP",
    "Start-Control-Connection-Request, its reply, Stop. Without CAP_NET_RAW "
    "there\n"
    "is no SYN's fingerprint, and ICMP is not seen.",
    run,
};
