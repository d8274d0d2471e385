/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is asked, and in which order. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/scan.h"
#include "scan/special.h"

static void set_request(struct pptp_scan *s)
{
	const struct pptp_options *o = s->o;
	struct pptp_sweep_request *r = &s->request;

	*r = o->scan.request;
	r->targets = o->arguments;
	r->files = o->targets;
	r->exclude = o->exclude;
	r->ports = o->scan.target_ports;
	r->family = o->family;
	r->numeric = o->numeric;
	r->interface = o->interface;
	r->source = o->source;
	r->jobs = o->jobs;
	r->timeout_us = o->timeout_us;
	r->contact = o->contact;
}

/* Every name, so that all can be mended at once. */
static bool say_why(struct pptp_scan *s, enum pptp_error error, const char *why)
{
	pptp_say("%s", why);
	if (error == PPTP_ERROR_SPACE)
		s->status = PPTP_EXIT_CANNOT;
	while (error == PPTP_ERROR_NAME && why != NULL) {
		why = pptp_sweep_list_unresolved(&s->list);
		if (why != NULL)
			pptp_say("%s", why);
	}
	return false;
}

static void say_notes(const struct pptp_scan *s)
{
	const struct pptp_sweep_list *l = &s->list;

	if (s->o->quiet)
		return;
	if (l->special > 0)
		pptp_say("%" PRIu64 " addresses of special-purpose space were "
			 "taken out of larger blocks (registries of %s); name "
			 "them by themselves where they are meant",
			 l->special, PPTP_SPECIAL_DATE);
	if (l->rate < s->request.rate)
		pptp_say("%" PRIu64 " packets a second instead of %" PRIu64
			 ", so that no /24 gets more than %" PRIu64
			 "; --per-24 changes that",
			 l->rate, s->request.rate, l->cap);
}

static bool has_contact(const struct pptp_scan *s)
{
	if (s->o->scan.dry_run ||
	    !pptp_sweep_list_lacks_contact(&s->list, &s->request))
		return true;
	pptp_say("%" PRIu64 " addresses are outside private space; for more "
		 "than %d say with --contact who you are",
		 s->list.public, PPTP_SWEEP_CONTACT_FREE);
	return false;
}

bool pptp_scan_load(struct pptp_scan *s)
{
	char why[PPTP_SCAN_TEXT];
	enum pptp_error error;

	s->status = PPTP_EXIT_USAGE;
	set_request(s);
	if (*s->request.targets == NULL && *s->request.files == NULL) {
		pptp_say("no target; name one, or a file of them with -T");
		return false;
	}
	error = pptp_sweep_list_open(&s->list, &s->request, why, sizeof(why));
	if (error != PPTP_OK)
		return say_why(s, error, why);
	if (!has_contact(s))
		return false;
	say_notes(s);
	s->status = PPTP_EXIT_DONE;
	return true;
}

void pptp_scan_print(struct pptp_scan *s)
{
	const struct pptp_journal_head *h = &s->list.head;
	char text[PPTP_ADDRESS_TEXT];
	struct pptp_address address;
	uint64_t position, target;
	uint16_t port;

	for (position = h->first; position < h->end && pptp_signals() == 0;
	     position++) {
		if (!pptp_order_target(&s->list.order, position, &target))
			continue;
		pptp_ranges_nth(s->list.ranges, target, &address, &port);
		pptp_address_format(&address, text);
		if (printf(address.family == 6 ? "[%s]:%u\n" : "%s:%u\n", text,
			   port) < 0)
			break;
	}
	if (pptp_signals() > 0)
		s->status = PPTP_EXIT_EARLY;
}
