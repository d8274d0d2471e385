/* SPDX-License-Identifier: BSD-2-Clause */
/* A sweep from its options to its end. */
#include "cli/scan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/privilege.h"

#define SECOND UINT64_C(1000000000)

static struct pptp_sweeper *sweeper_of(const struct pptp_scan *s)
{
	return pptp_sweep_run_sweeper(s->run);
}

static void draw(const struct pptp_scan *s)
{
	const struct pptp_journal_head *h = &s->list.head;
	struct pptp_sweep_standing standing;
	const struct pptp_sweep_counts *c = &standing.counts;

	if (s->o->quiet || !isatty(STDERR_FILENO))
		return;
	pptp_sweeper_stand(sweeper_of(s), &standing);
	fprintf(stderr,
		"\r\033[K%.1f %%: %" PRIu64 " SYNs, %" PRIu64 " open, %" PRIu64
		" rows",
		100.0 * (double)(pptp_sweep_run_low(s->run) - h->first) /
		    (double)(h->end - h->first),
		c->syns + c->retries + c->again, c->open, s->rows);
}

static void each_second(struct pptp_scan *s)
{
	uint64_t now = pptp_sweeper_now();

	if (now - s->told < SECOND)
		return;
	pptp_scan_tell(s, now);
	draw(s);
}

static void write_row(struct pptp_scan *s, const struct pptp_sweep_item *item)
{
	if (s->output.failed)
		return;
	pptp_sweep_item_walk(item, pptp_output_begin(&s->output));
	s->rows++;
	(void)pptp_output_end(&s->output); /* it remembers that it failed */
}

static void say_problem(struct pptp_scan *s)
{
	const char *problem = pptp_sweep_run_problem(s->run);

	if (problem == NULL)
		return;
	pptp_say("%s", problem);
	s->status = PPTP_EXIT_EARLY;
}

static bool has_to_stop(const struct pptp_scan *s)
{
	const uint64_t most = s->o->scan.max_runtime_ns;

	return pptp_signals() > 0 || s->output.failed ||
	       (most > 0 && pptp_sweeper_now() - s->begun >= most);
}

static void sweep(struct pptp_scan *s)
{
	enum pptp_sweep_next got;
	struct pptp_sweep_item item;

	do {
		pptp_scan_reread(s);
		got = pptp_sweep_run_next(s->run, &item);
		if (got == PPTP_SWEEP_ROW)
			write_row(s, &item);
		say_problem(s);
		each_second(s);
		if (has_to_stop(s))
			pptp_sweep_run_stop(s->run);
	} while (got != PPTP_SWEEP_OVER);
}

static void say_lossy(const struct pptp_scan *s, const char *rows)
{
	struct pptp_sweeper_facts f;

	pptp_sweeper_facts(sweeper_of(s), &f);
	if (f.refused > 0)
		pptp_say("this host refused %" PRIu64 " packets of its own, "
			 "also the second time; look at its routes and rules",
			 f.refused);
	else
		pptp_say("replies were lost, and asking again did not heal it; "
			 "go on with a lower --rate%s%s",
			 rows != NULL ? " and --resume " : "",
			 rows != NULL ? rows : "");
}

static void say_end(const struct pptp_scan *s, bool done,
		    const struct pptp_sweep_standing *standing)
{
	const struct pptp_sweep_counts *c = &standing->counts;
	const char *rows = pptp_scan_rows_path(s);

	if (isatty(STDERR_FILENO) && !s->o->quiet)
		fputs("\r\033[K", stderr);
	if (!done && rows != NULL)
		pptp_say("ended early, at position %" PRIu64 " of %" PRIu64
			 "; go on with the same targets and --resume %s",
			 pptp_sweep_run_low(s->run), s->list.head.end, rows);
	else if (!done)
		pptp_say("ended early; with -o FILE a sweep can be resumed");
	else if (standing->lossy)
		say_lossy(s, rows);
	if (s->o->verbose)
		pptp_say("seed %" PRIu64 ": %" PRIu64 " SYNs, %" PRIu64
			 " open, %" PRIu64 " rows",
			 s->list.head.seed, c->syns + c->retries + c->again,
			 c->open, s->rows);
}

static void finish(struct pptp_scan *s)
{
	bool done = pptp_sweep_run_is_done(s->run);
	struct pptp_sweep_standing standing;

	pptp_sweeper_stand(sweeper_of(s), &standing);
	if (!done || standing.lossy || s->output.failed)
		s->status = PPTP_EXIT_EARLY;
	pptp_scan_end_files(s, done);
	say_end(s, done, &standing);
}

/* False, after a sentence, with its status. */
static bool open_run(struct pptp_scan *s)
{
	struct pptp_sweep_run_config config = {
	    .request = &s->request,
	    .list = &s->list,
	    .low = s->journal.before.second.low,
	    .counts = s->journal.before.second.counts,
	    .resumable = pptp_scan_rows_path(s) != NULL,
	    .apart = true,
	};
	char why[PPTP_SCAN_TEXT];
	enum pptp_error error =
	    pptp_sweep_run_open(&s->run, &config, why, sizeof(why));

	if (error == PPTP_OK)
		return true;
	pptp_say("%s", why);
	/* A helper that began, and broke. */
	s->status =
	    error == PPTP_ERROR_MALFORMED ? PPTP_EXIT_EARLY : PPTP_EXIT_CANNOT;
	return false;
}

/* Nothing is made where nothing can be sent. */
static bool open_all(struct pptp_scan *s)
{
	s->status = PPTP_EXIT_USAGE;
	if (!pptp_scan_find_files(s))
		return false;
	if (!open_run(s))
		return false;
	s->status = PPTP_EXIT_USAGE;
	if (!pptp_scan_make_files(s))
		return false;
	pptp_scan_watch_exclusions();
	pptp_scan_recall(s);
	s->status = PPTP_EXIT_CANNOT;
	return pptp_privilege_drop(pptp_sweep_run_is_apart(s->run)
				       ? PPTP_KEEP_NOTHING
				       : PPTP_KEEP_RAW);
}

static void go(struct pptp_scan *s)
{
	if (!open_all(s))
		return;
	s->status = PPTP_EXIT_DONE;
	s->begun = s->told = pptp_sweeper_now();
	pptp_scan_begin_files(s);
	if (pptp_sweep_run_start(s->run) != PPTP_OK) {
		pptp_say("cannot begin a thread: %s", strerror(errno));
		s->status = PPTP_EXIT_CANNOT;
		return;
	}
	sweep(s);
	finish(s);
}

static int run(const struct pptp_options *o)
{
	static struct pptp_scan s;

	s.o = o;
	s.meta = s.status_file = -1;
	pptp_sweep_journal_init(&s.journal);
	if (o->scan.check)
		return pptp_scan_check(o);
	if (pptp_scan_load(&s)) {
		if (o->scan.dry_run)
			pptp_scan_print(&s);
		else
			go(&s);
	}
	pptp_sweep_run_close(s.run);
	pptp_scan_exclusions_close(&s);
	pptp_sweep_journal_close(&s.journal);
	pptp_sweep_list_close(&s.list);
	return s.status;
}

const struct pptp_command pptp_command_scan = {
    "scan",
    PPTP_COMMAND_SCAN,
    "[options] TARGET... | --check META...",
    "sweeps very many addresses, and asks those that are open further",
    "Asks each target once, in an order that spreads over all networks, at a\n"
    "rate; whoever answers is asked further. With -o it can be resumed. Needs\n"
    "CAP_NET_RAW.",
    run,
};
