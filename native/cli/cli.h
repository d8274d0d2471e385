/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of pptp-probe share: commands, exit statuses, messages. */
#ifndef PPTP_CLI_H
#define PPTP_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "core/record.h"
#include "format/address.h"
#include "format/error.h"
#include "format/lcp.h"

#include "cli/say.h"
#include "cli/scan_options.h"

enum pptp_status {
	PPTP_EXIT_DONE = 0,
	PPTP_EXIT_USAGE = 2,  /* wrong usage or input */
	PPTP_EXIT_CANNOT = 3, /* no privilege, no interface, no route */
	PPTP_EXIT_EARLY = 4,  /* ended early, or in part */
};

#define PPTP_FILES 32 /* of -T, and of -x */

struct pptp_options {
	const struct pptp_command *command;
	const char *const *arguments; /* targets or files; NULL ends them */
	uint16_t port;
	uint8_t family; /* 4, 6, or 0: both */
	int64_t timeout_us;
	const char *interface;
	struct pptp_address source;
	const char *targets[PPTP_FILES + 1], *exclude[PPTP_FILES + 1];
	unsigned jobs;
	const char *write, *contact, *hex;
	struct pptp_method ask[PPTP_ASKS];
	bool decline, trace, numeric, verbose, quiet;
	struct pptp_scan_options scan;
};

struct pptp_command {
	const char *name;
	unsigned bit;          /* in the options' table */
	const char *arguments; /* for the usage line */
	const char *summary;   /* one line, in the list of commands */
	const char *details;   /* some lines, in its own help */
	int (*run)(const struct pptp_options *o);
};

/* Bits of struct pptp_command */
enum {
	PPTP_COMMAND_SYN = 1,
	PPTP_COMMAND_GRE = 2,
	PPTP_COMMAND_CONTROL = 4,
	PPTP_COMMAND_CALL = 8,
	PPTP_COMMAND_DECODE = 16,
	PPTP_COMMAND_SCAN = 32,
};

extern const struct pptp_command pptp_command_syn, pptp_command_gre,
    pptp_command_control, pptp_command_call, pptp_command_scan,
    pptp_command_decode;

/* How many of SIGINT and SIGTERM have come. */
int pptp_signals(void);

#endif
