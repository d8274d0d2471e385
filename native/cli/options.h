/* SPDX-License-Identifier: BSD-2-Clause */
/* The options of all commands, told as one table. */
#ifndef PPTP_CLI_OPTIONS_H
#define PPTP_CLI_OPTIONS_H

#include "cli/cli.h"

enum pptp_parsed {
	PPTP_PARSED,
	PPTP_PARSED_HELP,    /* -h */
	PPTP_PARSED_RELEASE, /* -V */
	PPTP_PARSED_WRONG,   /* and a sentence was said */
};

/* `argv[0]` is the command's name; argv's order may change. */
enum pptp_parsed pptp_options_parse(struct pptp_options *o,
				    const struct pptp_command *command,
				    int argc, char **argv);
void pptp_options_print(const struct pptp_command *command);

#endif
