/* SPDX-License-Identifier: BSD-2-Clause */
/* What syn, gre, control and call share: targets in, records out. */
#ifndef PPTP_CLI_RUN_H
#define PPTP_CLI_RUN_H

#include "cli/cli.h"
#include "net/prober.h"

/* `plan` is what each target gets: depth, and what a command adds to it.
 * `stay`: without CAP_NET_RAW, run with what TCP alone can tell. Returns the
 * exit status. */
int pptp_run(const struct pptp_options *o, const struct pptp_plan *plan,
	     bool stay);

#endif
