/* SPDX-License-Identifier: BSD-2-Clause */
/* Exclusions that come while a sweep goes on. They only take away: numbers, and
 * with them the order, stay as they are. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "cli/scan.h"
#include "net/target_list.h"
#include "net/targets.h"

/* The sending thread may still look at those before. */
struct pptp_scan_excluded {
	struct pptp_scan_excluded *before;
	struct pptp_targets *targets;
	struct pptp_sweeper_blocks blocks;
};

static volatile sig_atomic_t hangups;

static void on_hangup(int number)
{
	(void)number;
	hangups = 1;
}

void pptp_scan_watch_exclusions(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_hangup;
	sigemptyset(&action.sa_mask);
	sigaction(SIGHUP, &action, NULL);
}

/* What is not understood stops nobody now: what was known stays. */
static bool read_files(struct pptp_scan *s, struct pptp_targets *t)
{
	const char *const *file;
	char why[PPTP_SCAN_TEXT] = "";

	for (file = s->o->exclude; *file != NULL; file++)
		if (pptp_targets_exclude_file(t, *file, why, sizeof(why)) !=
		    PPTP_OK) {
			pptp_say("%s; exclusions stay as they were", why);
			return false;
		}
	return true;
}

static void adopt(struct pptp_scan *s, struct pptp_targets *t)
{
	struct pptp_exclusions *x = pptp_targets_exclusions(t);
	struct pptp_scan_excluded *e = calloc(1, sizeof(*e));

	if (e == NULL) {
		pptp_say("not enough memory for more exclusions");
		pptp_targets_close(t);
		return;
	}
	pptp_exclusions_close(x);
	e->blocks.blocks = x->blocks;
	e->blocks.count = x->count;
	e->targets = t;
	e->before = s->excluded;
	s->excluded = e;
	pptp_sweep_run_exclude(s->run, &e->blocks);
	if (!s->o->quiet)
		pptp_say("exclusions were read again: %zu blocks",
			 e->blocks.count);
}

void pptp_scan_reread(struct pptp_scan *s)
{
	struct pptp_targets *t;

	if (hangups == 0)
		return;
	hangups = 0;
	if (pptp_targets_open(&t, s->o->port, s->o->family) != PPTP_OK) {
		pptp_say("not enough memory for more exclusions");
		return;
	}
	if (read_files(s, t))
		adopt(s, t);
	else
		pptp_targets_close(t);
}

void pptp_scan_exclusions_close(struct pptp_scan *s)
{
	struct pptp_scan_excluded *e, *before;

	for (e = s->excluded; e != NULL; e = before) {
		before = e->before;
		pptp_targets_close(e->targets);
		free(e);
	}
}
