/* SPDX-License-Identifier: BSD-2-Clause */
/* pptp-probe: targets and captures in, records (JSON Lines) out. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/output.h"

static const struct pptp_command *const commands[] = {
    &pptp_command_syn,
    &pptp_command_gre,
    &pptp_command_control,
    &pptp_command_call,
    &pptp_command_scan,
    &pptp_command_decode,
    NULL,
};

static volatile sig_atomic_t signals;

static void on_signal(int number)
{
	(void)number;
	if (signals > 0)
		_exit(PPTP_EXIT_EARLY);
	signals = signals + 1;
}

int pptp_signals(void)
{
	return signals;
}

static void watch_signals(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal; /* no SA_RESTART: waits must end */
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	/* A closed pipe, or a file at its limit, is an error of its write, with
	 * a sentence. */
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL);
}

static int print_overview(void)
{
	const struct pptp_command *const *c;

	puts("usage: pptp-probe COMMAND [options] ...\n\n"
	     "What a PPTP server shows to anyone, as records in JSON Lines.\n");
	for (c = commands; *c != NULL; c++)
		printf("  %-8s %s\n", (*c)->name, (*c)->summary);
	puts("\n'pptp-probe COMMAND -h' lists its options. A target is an "
	     "address, a host name,\na CIDR block or a range, each with an "
	     "optional port: 192.0.2.1:1723.\n\n"
	     "Exit status: 0 done; 2 wrong usage or input; 3 could not run; "
	     "4 ended early.");
	return PPTP_EXIT_DONE;
}

static int print_help(const struct pptp_command *c)
{
	printf("usage: pptp-probe %s %s\n\n%s\n\n", c->name, c->arguments,
	       c->details);
	pptp_options_print(c);
	return PPTP_EXIT_DONE;
}

static int print_release(void)
{
	puts("pptp-probe " PPTP_RELEASE);
	return PPTP_EXIT_DONE;
}

static const struct pptp_command *find(const char *name)
{
	const struct pptp_command *const *c;

	for (c = commands; *c != NULL; c++)
		if (strcmp((*c)->name, name) == 0)
			break;
	return *c;
}

static int run_command(const struct pptp_command *command, int argc,
		       char **argv)
{
	struct pptp_options options;

	switch (pptp_options_parse(&options, command, argc, argv)) {
	case PPTP_PARSED:
		return command->run(&options);
	case PPTP_PARSED_HELP:
		return print_help(command);
	case PPTP_PARSED_RELEASE:
		return print_release();
	case PPTP_PARSED_WRONG:
		break;
	}
	return PPTP_EXIT_USAGE;
}

static int run(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const struct pptp_command *command;

	if (word == NULL) {
		pptp_say("a command is missing; see 'pptp-probe --help'");
		return PPTP_EXIT_USAGE;
	}
	if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0)
		return print_overview();
	if (strcmp(word, "-V") == 0 || strcmp(word, "--version") == 0)
		return print_release();
	command = find(word);
	if (command == NULL) {
		pptp_say("no command '%s'; see 'pptp-probe -h'", word);
		return PPTP_EXIT_USAGE;
	}
	return run_command(command, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int status;

	watch_signals();
	status = run(argc, argv);
	/* Lines that failed were told of already. */
	if (status != PPTP_EXIT_EARLY && !pptp_output_close())
		status = PPTP_EXIT_EARLY;
	return status;
}
