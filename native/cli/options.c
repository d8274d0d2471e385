/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOBS_MAX     16384
#define TIMEOUT_MAX  3600
#define CONTACT_MAX  64 /* the SCCRQ's host name field */
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum { ASK = 256, CONTACT, DECLINE, HEX, TRACE };

enum {
	PROBES = PPTP_COMMAND_SYN | PPTP_COMMAND_GRE | PPTP_COMMAND_CONTROL |
		 PPTP_COMMAND_CALL,
	LIVE = PROBES | PPTP_COMMAND_SCAN, /* what sends */
	ALL = LIVE | PPTP_COMMAND_DECODE,
};

static const struct row {
	int code; /* the short option, or above 255 */
	unsigned commands;
	const char *name;
	const char *argument; /* NULL: takes none */
	const char *help;
} rows[] = {
    {'p', LIVE, "port", "N",
     "TCP port of targets without one (1723); scan: several,\n"
     "with commas"},
    {'t', LIVE, "timeout", "S",
     "seconds to wait for each later control reply (5)"},
    {'i', LIVE, "interface", "NAME", "send and capture there"},
    {'S', LIVE, "source", "ADDRESS", "our own address"},
    {'T', LIVE, "targets", "FILE",
     "targets, one a line, with ,labels; - is standard input"},
    {'x', LIVE, "exclude", "FILE", "addresses to leave alone"},
    {'j', LIVE, "jobs", "N", "conversations at once (256)"},
    {'w', PROBES, "write", "FILE", "pcap of all that was sent and received"},
    {ASK, PPTP_COMMAND_CALL, "ask", "METHOD",
     "Nak towards pap chap_md5 mschap_v1 mschap_v2 eap spap"},
    {DECLINE, PPTP_COMMAND_CALL, "decline", NULL,
     "reject authentication once, and watch"},
    {CONTACT, LIVE, "contact", "TEXT",
     "who you are, told to the servers; required for more\n"
     "than 256 addresses outside private space"},
    {TRACE, PROBES, "trace", NULL, "a line a message on standard error"},
    {'4', LIVE, "ipv4", NULL, "only IPv4 addresses of host names"},
    {'6', LIVE, "ipv6", NULL, "only IPv6 addresses of host names"},
    {'n', LIVE, "numeric", NULL, "look no host name up"},
    {HEX, PPTP_COMMAND_DECODE, "hex", "STRING",
     "hexadecimal bytes instead of files"},
    {PPTP_SCAN_DEPTH, PPTP_COMMAND_SCAN, "depth", "DEPTH",
     "syn, control or call (call)"},
    {PPTP_SCAN_RATE, PPTP_COMMAND_SCAN, "rate", "N", "packets a second (1000)"},
    {PPTP_SCAN_PER_24, PPTP_COMMAND_SCAN, "per-24", "N",
     "packets a second and /24 at most; 0: no cap (16 where\n"
     "targets are outside private space)"},
    {PPTP_SCAN_SEED, PPTP_COMMAND_SCAN, "seed", "N",
     "of the order (drawn, and told)"},
    {PPTP_SCAN_SHARD, PPTP_COMMAND_SCAN, "shard", "i/n",
     "the i-th of n parts; auto/n: by the job's index"},
    {PPTP_SCAN_RETRIES, PPTP_COMMAND_SCAN, "retries", "N",
     "further SYNs for who does not answer (0)"},
    {PPTP_SCAN_RETRY_AFTER, PPTP_COMMAND_SCAN, "retry-after", "S",
     "seconds before each (10)"},
    {PPTP_SCAN_COOLDOWN, PPTP_COMMAND_SCAN, "cooldown", "S",
     "seconds to wait for late answers (8)"},
    {PPTP_SCAN_MAX_RUNTIME, PPTP_COMMAND_SCAN, "max-runtime", "S",
     "end after so long"},
    {PPTP_SCAN_SOURCE_PORT, PPTP_COMMAND_SCAN, "source-port", "A-B",
     "ports that SYNs leave from (24576-32767)"},
    {PPTP_SCAN_ONLY, PPTP_COMMAND_SCAN, "only", "ROWS",
     "any, open, answered or accepted (open)"},
    {PPTP_SCAN_MEMORY, PPTP_COMMAND_SCAN, "memory", "MIB",
     "for who has answered (256)"},
    {PPTP_SCAN_OUTPUT, PPTP_COMMAND_SCAN, "output", "FILE",
     "rows there, with FILE.journal and FILE.meta"},
    {PPTP_SCAN_JOURNAL, PPTP_COMMAND_SCAN, "journal", "FILE",
     "another name for the journal"},
    {PPTP_SCAN_RESUME, PPTP_COMMAND_SCAN, "resume", "FILE",
     "go on where the sweep with these rows ended"},
    {PPTP_SCAN_STATUS, PPTP_COMMAND_SCAN, "status-file", "FILE",
     "how far it is, each second, as a JSON object"},
    {PPTP_SCAN_DRY_RUN, PPTP_COMMAND_SCAN, "dry-run", NULL,
     "print the targets in their order, and send nothing"},
    {PPTP_SCAN_CHECK, PPTP_COMMAND_SCAN, "check", NULL,
     "whether metadata files are the shards of one sweep"},
    {'v', ALL, "verbose", NULL, "say more on standard error"},
    {'q', ALL, "quiet", NULL, "no progress, nothing but errors"},
    {'h', ALL, "help", NULL, "this text"},
    {'V', ALL, "version", NULL, "the release"},
};

static bool parse_number(const char *text, unsigned long most,
			 unsigned long *value)
{
	if (*text == '\0' || strlen(text) > 9 ||
	    text[strspn(text, "0123456789")] != '\0')
		return false;
	*value = strtoul(text, NULL, 10);
	return *value >= 1 && *value <= most;
}

static bool parse_seconds(const char *text, int64_t *us)
{
	double seconds;
	char *end;

	if (text[strspn(text, "0123456789.")] != '\0')
		return false;
	seconds = strtod(text, &end);
	if (end == text || *end != '\0' || seconds <= 0 ||
	    seconds > TIMEOUT_MAX)
		return false;
	*us = (int64_t)(seconds * 1e6 + 0.5);
	return *us > 0;
}

static bool add_file(const char **files, const char *name, const char *option)
{
	size_t n = 0;

	while (files[n] != NULL)
		n++;
	if (n == PPTP_FILES) {
		pptp_say("%s is given more than %d times; put the files "
			 "together",
			 option, PPTP_FILES);
		return false;
	}
	files[n] = name;
	return true;
}

static bool set_family(struct pptp_options *o, uint8_t family)
{
	if (o->family != 0 && o->family != family) {
		pptp_say("-4 and -6 exclude each other; leave one out");
		return false;
	}
	o->family = family;
	return true;
}

static bool set_number(struct pptp_options *o, int code, const char *value)
{
	unsigned long n;

	if (code == 'p') {
		if (parse_number(value, UINT16_MAX, &n)) {
			o->port = (uint16_t)n;
			return true;
		}
		pptp_say("'%s' is no port; give -p a number from 1 to 65535",
			 value);
	} else if (code == 'j') {
		if (parse_number(value, JOBS_MAX, &n)) {
			o->jobs = (unsigned)n;
			return true;
		}
		pptp_say("'%s' is no number of jobs; give -j one from 1 to %d",
			 value, JOBS_MAX);
	} else {
		if (parse_seconds(value, &o->timeout_us))
			return true;
		pptp_say("'%s' is no time-out; give -t seconds, at most %d",
			 value, TIMEOUT_MAX);
	}
	return false;
}

static bool set_text(struct pptp_options *o, int code, const char *value)
{
	switch (code) {
	case 'S':
		if (pptp_address_parse(&o->source, value, strlen(value)))
			return true;
		pptp_say("'%s' is no address; give -S an IPv4 or IPv6 address "
			 "of this host",
			 value);
		return false;
	case ASK:
		if (pptp_methods_parse(o->ask, value))
			return true;
		pptp_say("'%s' is no method; give --ask one of pap chap_md5 "
			 "mschap_v1 mschap_v2 eap spap",
			 value);
		return false;
	case CONTACT:
		o->contact = value;
		if (*value != '\0' && strlen(value) <= CONTACT_MAX)
			return true;
		pptp_say("'%s' has %zu bytes; give --contact 1 to %d", value,
			 strlen(value), CONTACT_MAX);
		return false;
	case 'i':
		o->interface = value;
		return true;
	case 'w':
		o->write = value;
		return true;
	default:
		o->hex = value;
		return true;
	}
}

static bool set(struct pptp_options *o, int code, const char *value)
{
	/* a sweep may have several */
	if (code == 'p' && o->command->bit == PPTP_COMMAND_SCAN)
		return pptp_scan_options_set(&o->scan, code, value);
	switch (code) {
	case 'p':
	case 'j':
	case 't':
		return set_number(o, code, value);
	case 'T':
		return add_file(o->targets, value, "-T");
	case 'x':
		return add_file(o->exclude, value, "-x");
	case '4':
		return set_family(o, 4);
	case '6':
		return set_family(o, 6);
	case DECLINE:
		return o->decline = true;
	case TRACE:
		return o->trace = true;
	case 'n':
		return o->numeric = true;
	case 'v':
		return o->verbose = true;
	case 'q':
		return o->quiet = true;
	case 'S':
	case 'i':
	case 'w':
	case ASK:
	case CONTACT:
	case HEX:
		return set_text(o, code, value);
	default:
		return pptp_scan_options_set(&o->scan, code, value);
	}
}

static const struct row *find(int code)
{
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		if (rows[i].code == code)
			return &rows[i];
	return NULL;
}

/* getopt_long's tables from ours. ':' first: a missing value is told apart, and
 * getopt says nothing by itself. */
static void tables(char *letters, struct option *names)
{
	size_t i;

	*letters++ = ':';
	for (i = 0; i < COUNT(rows); i++) {
		names[i].name = rows[i].name;
		names[i].has_arg = rows[i].argument != NULL;
		names[i].flag = NULL;
		names[i].val = rows[i].code;
		if (rows[i].code > 255)
			continue;
		*letters++ = (char)rows[i].code;
		if (rows[i].argument != NULL)
			*letters++ = ':';
	}
	*letters = '\0';
	memset(&names[i], 0, sizeof(names[i]));
}

static void complain(int got, const char *word,
		     const struct pptp_command *command)
{
	const struct row *row = find(optopt);

	/* getopt_long() gives 0 for a name that is none of ours, or of several;
	 * a letter of ours is complained of only for its value. */
	if (got == ':' && row != NULL)
		pptp_say("option --%s lacks its %s; see 'pptp-probe %s -h'",
			 row->name, row->argument, command->name);
	else if (optopt == 0)
		pptp_say("no option '%s'; see 'pptp-probe %s -h'", word,
			 command->name);
	else if (row != NULL)
		pptp_say("option --%s takes no value; leave it out", row->name);
	else
		pptp_say("no option '-%c'; see 'pptp-probe %s -h'", optopt,
			 command->name);
}

static enum pptp_parsed parse_one(struct pptp_options *o, int code)
{
	const struct row *row = find(code);

	if (!(row->commands & o->command->bit)) {
		pptp_say("'%s' has no option --%s; see 'pptp-probe %s -h'",
			 o->command->name, row->name, o->command->name);
		return PPTP_PARSED_WRONG;
	}
	if (code == 'h')
		return PPTP_PARSED_HELP;
	if (code == 'V')
		return PPTP_PARSED_RELEASE;
	return set(o, code, optarg) ? PPTP_PARSED : PPTP_PARSED_WRONG;
}

enum pptp_parsed pptp_options_parse(struct pptp_options *o,
				    const struct pptp_command *command,
				    int argc, char **argv)
{
	struct option names[COUNT(rows) + 1];
	char letters[2 * COUNT(rows) + 2];
	enum pptp_parsed parsed;
	int got;

	memset(o, 0, sizeof(*o));
	o->command = command;
	o->port = PPTP_PORT;
	pptp_scan_options_init(&o->scan);
	tables(letters, names);
	while ((got = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		if (got == '?' || got == ':') {
			complain(got, argv[optind - 1], command);
			return PPTP_PARSED_WRONG;
		}
		parsed = parse_one(o, got);
		if (parsed != PPTP_PARSED)
			return parsed;
	}
	o->arguments = (const char *const *)argv + optind;
	return PPTP_PARSED;
}

static void print_row(const struct row *row)
{
	char left[40];
	const char *line = row->help, *end;
	const char *space = row->argument != NULL ? " " : "";
	const char *argument = row->argument != NULL ? row->argument : "";

	if (row->code > 255)
		snprintf(left, sizeof(left), "    --%s%s%s", row->name, space,
			 argument);
	else
		snprintf(left, sizeof(left), "-%c, --%s%s%s", row->code,
			 row->name, space, argument);
	while ((end = strchr(line, '\n')) != NULL) {
		printf("  %-23s %.*s\n", left, (int)(end - line), line);
		left[0] = '\0';
		line = end + 1;
	}
	printf("  %-23s %s\n", left, line);
}

void pptp_options_print(const struct pptp_command *command)
{
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		if (rows[i].commands & command->bit)
			print_row(&rows[i]);
}
