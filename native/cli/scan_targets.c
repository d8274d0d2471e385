/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is asked, and in which order. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "cli/scan.h"
#include "core/blocks.h"
#include "net/targets.h"
#include "scan/special.h"

#define CONTACT_FREE 256 /* addresses that nobody needs a contact for */
#define CAP_USUAL    16

static bool say_why(enum pptp_error error, const char *why)
{
	pptp_say("%s", why[0] != '\0' ? why : pptp_error_text(error));
	return false;
}

typedef enum pptp_error (*adder)(struct pptp_targets *t, const char *text,
				 char *why, size_t room);

static bool add_all(struct pptp_scan *s, const char *const *words, adder add)
{
	char why[PPTP_SCAN_TEXT] = "";
	enum pptp_error error;

	for (; *words != NULL; words++) {
		error = add(s->targets, *words, why, sizeof(why));
		if (error != PPTP_OK)
			return say_why(error, why);
	}
	return true;
}

/* A sweep without one of its targets would be another: none begins. */
static bool settle(struct pptp_scan *s)
{
	const char *why;
	bool known = true;

	pptp_targets_settle(s->targets);
	while ((why = pptp_targets_unresolved(s->targets)) != NULL) {
		pptp_say("%s", why);
		known = false;
	}
	return known;
}

static bool open_numbered(struct pptp_scan *s)
{
	char why[PPTP_SCAN_TEXT] = "";
	enum pptp_error error =
	    pptp_numbered_open(&s->numbered, s->o->scan.target_ports,
			       s->o->scan.target_port_count, why, sizeof(why));

	return error == PPTP_OK || say_why(error, why);
}

static bool read_targets(struct pptp_scan *s)
{
	const struct pptp_options *o = s->o;

	if (*o->arguments == NULL && o->targets[0] == NULL) {
		pptp_say("no target; name one, or a file of them with -T");
		return false;
	}
	if (pptp_targets_open(&s->targets, o->scan.target_ports[0],
			      o->family) != PPTP_OK) {
		pptp_say("not enough memory for the targets");
		s->status = PPTP_EXIT_CANNOT;
		return false;
	}
	if (o->numeric)
		pptp_targets_numeric(s->targets);
	pptp_targets_divert(s->targets, pptp_numbered_add, s->numbered);
	return add_all(s, o->arguments, pptp_targets_add) &&
	       add_all(s, o->targets, pptp_targets_add_file) &&
	       add_all(s, o->exclude, pptp_targets_exclude_file) && settle(s);
}

static bool number_targets(struct pptp_scan *s)
{
	char why[PPTP_SCAN_TEXT] = "";
	enum pptp_error error =
	    pptp_numbered_build(s->numbered, s->targets, why, sizeof(why));
	uint64_t special;

	if (error != PPTP_OK)
		return say_why(error, why);
	s->ranges = pptp_numbered_ranges(s->numbered);
	special = pptp_numbered_special(s->numbered);
	if (special > 0 && !s->o->quiet)
		pptp_say("%" PRIu64 " addresses of special-purpose space were "
			 "taken out of larger blocks (registries of %s); name "
			 "them by themselves where they are meant",
			 special, PPTP_SPECIAL_DATE);
	if (pptp_ranges_count(s->ranges) > 0)
		return true;
	pptp_say("no target is left after the exclusions; name others or leave "
		 "out -x");
	return false;
}

/* The seed and the key are no relatives: one is told, one never. */
static bool draw(struct pptp_scan *s)
{
	uint64_t seed;
	bool drawn =
	    getrandom(&seed, sizeof(seed), 0) == (ssize_t)sizeof(seed) &&
	    getrandom(s->head.key, sizeof(s->head.key), 0) ==
		(ssize_t)sizeof(s->head.key) &&
	    getrandom(s->head.run, sizeof(s->head.run), 0) ==
		(ssize_t)sizeof(s->head.run);

	if (!drawn) {
		pptp_say("the system gives no random bytes; try again");
		s->status = PPTP_EXIT_CANNOT;
	}
	s->head.seed = s->o->scan.seeded ? s->o->scan.seed : seed >> 1;
	return drawn;
}

static bool check_contact(struct pptp_scan *s)
{
	s->public = pptp_targets_public(s->targets);
	if (s->o->scan.dry_run || s->o->contact != NULL ||
	    s->public <= CONTACT_FREE)
		return true;
	pptp_say("%" PRIu64 " addresses are outside private space; for more "
		 "than %d say with --contact who you are",
		 s->public, CONTACT_FREE);
	return false;
}

/* By the shape of the order, a lower rate is all that a cap takes. */
static void set_rate(struct pptp_scan *s)
{
	const struct pptp_scan_options *o = &s->o->scan;
	uint64_t most;

	s->rate = o->rate;
	s->cap = o->capped ? o->cap : s->public > 0 ? CAP_USUAL : 0;
	most = pptp_order_rate(s->head.count, (uint32_t)o->target_port_count,
			       o->shards, (uint32_t)s->cap);
	if (most >= s->rate)
		return;
	s->rate = most;
	if (!s->o->quiet)
		pptp_say("%" PRIu64 " packets a second instead of %" PRIu64
			 ", so that no /24 gets more than %" PRIu64
			 "; --per-24 changes that",
			 s->rate, o->rate, s->cap);
}

static void set_head(struct pptp_scan *s)
{
	const struct pptp_scan_options *o = &s->o->scan;
	struct pptp_interval shard;

	s->head.journal = PPTP_JOURNAL_VERSION;
	s->head.count = pptp_ranges_count(s->ranges);
	s->head.shard = o->shard;
	s->head.shards = o->shards;
	s->head.source_port = o->first_port;
	s->head.source_ports = o->ports;
	pptp_order_init(&s->order, s->head.count, s->head.seed);
	pptp_order_shard(&s->order, o->shard, o->shards, &shard);
	s->head.first = shard.first;
	s->head.end = shard.end;
}

bool pptp_scan_load(struct pptp_scan *s)
{
	s->status = PPTP_EXIT_USAGE;
	if (!open_numbered(s) || !read_targets(s) || !number_targets(s) ||
	    !check_contact(s) || !draw(s))
		return false;
	set_head(s);
	set_rate(s);
	s->status = PPTP_EXIT_DONE;
	return true;
}

void pptp_scan_print(struct pptp_scan *s)
{
	char text[PPTP_ADDRESS_TEXT];
	struct pptp_address address;
	uint64_t position, target;
	uint16_t port;

	for (position = s->head.first;
	     position < s->head.end && pptp_signals() == 0; position++) {
		if (!pptp_order_target(&s->order, position, &target))
			continue;
		pptp_ranges_nth(s->ranges, target, &address, &port);
		pptp_address_format(&address, text);
		if (printf(address.family == 6 ? "[%s]:%u\n" : "%s:%u\n", text,
			   port) < 0)
			break;
	}
	if (pptp_signals() > 0)
		s->status = PPTP_EXIT_EARLY;
}
