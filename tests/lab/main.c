/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pptp-lab: the server model on one end of a veth pair. For tests, in a
 * namespace of their own.
 *
 *	pptp-lab -i veth0 -a 198.18.0.1 -n 1000 [-s SEED] [-d SILENT-PERCENT]
 *	pptp-lab --truth ...          what each server is, as JSON Lines
 *	pptp-lab --heard ...          the same without those that are silent
 *
 * Shares of the addresses, as parts of 10,000: --deaf (accept and say nothing),
 * --any-port (the same on every port), --closed (RST), --unreachable (ICMP
 * 3/13). Shares of the packets, each way: --loss; to the servers: --duplicate.
 * --delay MS: of each packet to a server.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/wire.h"

enum {
	DEAF = 256,
	ANY_PORT,
	CLOSED,
	UNREACHABLE,
	LOSS,
	DUPLICATE,
	DELAY,
	TRUTH,
	HEARD
};

struct choices {
	struct lab_wire_config wire;
	const char *first;
	bool truth, heard;
};

static void print_truth(const struct lab_wire_config *c, bool heard)
{
	struct lab_config config;
	char line[1024];

	for (unsigned i = 0; i < c->count; i++) {
		lab_population_at(&c->people, c->first, i, &config);
		if (heard && config.quirk == LAB_DEAF)
			continue;
		lab_population_truth(&config, line, sizeof(line));
		puts(line);
	}
}

static int usage(const char *why)
{
	fprintf(
	    stderr,
	    "pptp-lab: %s\n"
	    "usage: pptp-lab [--truth|--heard] -i INTERFACE -a FIRST-ADDRESS "
	    "-n COUNT [-s SEED] [-d SILENT-PERCENT] [-k KIND]\n"
	    "  [--deaf N] [--any-port N] [--closed N] [--unreachable N] "
	    "[--loss N] [--duplicate N] [--delay MS]\n"
	    "KIND: mixed, friendly, boxed, or a stack's name; N of %d\n",
	    why, LAB_SHARE);
	return 2;
}

/* Where an option's number goes; NULL: it has none. */
static unsigned *number_of(struct choices *c, int option)
{
	struct lab_population *p = &c->wire.people;

	switch (option) {
	case 'n':
		return &c->wire.count;
	case 's':
		return &p->seed;
	case 'd':
		return &p->silent;
	case DEAF:
		return &p->deaf;
	case ANY_PORT:
		return &p->any_port;
	case CLOSED:
		return &p->closed;
	case UNREACHABLE:
		return &p->unreachable;
	case LOSS:
		return &c->wire.loss.lost;
	case DUPLICATE:
		return &c->wire.loss.doubled;
	default:
		return NULL;
	}
}

static bool set(struct choices *c, int option)
{
	unsigned *number = number_of(c, option);

	if (number != NULL)
		*number = (unsigned)strtoul(optarg, NULL, 10);
	else if (option == 'i')
		c->wire.interface = optarg;
	else if (option == 'a')
		c->first = optarg;
	else if (option == 'k')
		c->wire.people.kind = optarg;
	else if (option == DELAY)
		c->wire.delay_us = strtol(optarg, NULL, 10) * 1000;
	else if (option == TRUTH)
		c->truth = true;
	else if (option == HEARD)
		c->truth = c->heard = true;
	else
		return false;
	return true;
}

static bool choose(struct choices *c, int argc, char **argv)
{
	static const struct option options[] = {
	    {"truth", no_argument, NULL, TRUTH},
	    {"heard", no_argument, NULL, HEARD},
	    {"deaf", required_argument, NULL, DEAF},
	    {"any-port", required_argument, NULL, ANY_PORT},
	    {"closed", required_argument, NULL, CLOSED},
	    {"unreachable", required_argument, NULL, UNREACHABLE},
	    {"loss", required_argument, NULL, LOSS},
	    {"duplicate", required_argument, NULL, DUPLICATE},
	    {"delay", required_argument, NULL, DELAY},
	    {NULL, 0, NULL, 0}};
	int option;

	while ((option = getopt_long(argc, argv, "i:a:n:s:d:k:", options,
				     NULL)) != -1)
		if (!set(c, option))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	struct choices c = {.wire = {.people = {.kind = "mixed"}, .count = 1}};
	struct pptp_address a;

	if (!choose(&c, argc, argv))
		return usage("unknown option");
	if (c.first == NULL ||
	    !pptp_address_parse(&a, c.first, strlen(c.first)) || a.family != 4)
		return usage("-a takes an IPv4 address");
	if (!lab_population_valid(&c.wire.people))
		return usage("no such kind, or shares of more than all");
	c.wire.first = pptp_address_v4_value(&a);
	c.wire.loss.random = c.wire.people.seed * 2 + 1;
	if (c.truth) {
		print_truth(&c.wire, c.heard);
		return 0;
	}
	if (c.wire.interface == NULL)
		return usage("-i takes an interface");
	return lab_wire_serve(&c.wire);
}
