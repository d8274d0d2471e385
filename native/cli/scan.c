/* SPDX-License-Identifier: BSD-2-Clause */
/* A sweep from its options to its end. */
#include "cli/scan.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/privilege.h"
#include "net/targets.h"

#define SECOND  UINT64_C(1000000000)
#define TURN_US 20000 /* how often what was found is looked for */
#define RING    ((size_t)16 << 20)

static bool open_sweeper(struct pptp_scan *s)
{
	const struct pptp_scan_options *o = &s->o->scan;
	struct pptp_sweeper_config config = {
	    .ranges = s->ranges,
	    .sweep =
		{
		    .count = s->head.count,
		    .seed = s->head.seed,
		    .span = {s->head.first, s->head.end},
		    .low = s->head.first,
		    .retries = o->retries,
		    .retry_after = o->retry_after_ns,
		    .cooldown = o->cooldown_ns,
		    .rate = s->rate,
		    .ports = {(uint16_t)s->head.source_port,
			      (uint16_t)s->head.source_ports},
		    .counts = s->before.second.counts,
		},
	    .interface = s->o->interface,
	    .source = s->o->source,
	    .memory = o->memory,
	    .ring = RING,
	    .witness = true,
	};
	char why[PPTP_SCAN_TEXT] = "";
	enum pptp_error error;

	if (s->before.second.low > s->head.first)
		config.sweep.low = s->before.second.low;
	pptp_cookie_key_init(&config.sweep.key, s->head.key);
	error = pptp_sweeper_open(&s->sweeper, &config, why, sizeof(why));
	if (error != PPTP_OK) {
		pptp_say("%s", why[0] != '\0' ? why : pptp_error_text(error));
		return false;
	}
	s->sweep = pptp_sweeper_sweep(s->sweeper);
	return true;
}

static bool open_prober(struct pptp_scan *s)
{
	struct pptp_prober_config config = {
	    .interface = s->o->interface,
	    .source = s->o->source,
	    .jobs = s->o->jobs,
	};
	struct pptp_plan_source source = pptp_scan_source(s);
	char why[PPTP_SCAN_TEXT] = "";
	enum pptp_error error;
	size_t i;

	if (s->o->scan.depth == PPTP_DEPTH_SYN)
		return true;
	for (i = 0; i < PPTP_RUN_SIZE; i++)
		config.run = config.run << 8 | s->head.run[i];
	error = pptp_prober_open(&s->prober, &config, why, sizeof(why));
	if (error != PPTP_OK) {
		s->prober = NULL;
		pptp_say("%s", why[0] != '\0' ? why : pptp_error_text(error));
		return false;
	}
	pptp_prober_pull(s->prober, &source);
	return true;
}

/* Takes records for as long as one turn lasts. */
static void turn_prober(struct pptp_scan *s)
{
	const struct pptp_record *record;
	int64_t tag;
	int got;

	do {
		got = pptp_prober_next(s->prober, TURN_US, &record, &tag);
		if (got == 1)
			pptp_scan_write_record(s, record, tag);
	} while (got == 1);
	if (got >= 0 && pptp_prober_error(s->prober) == NULL)
		return;
	if (!s->stopping)
		pptp_say("%s", got < 0 ? strerror(errno)
				       : pptp_prober_error(s->prober));
	s->stopping = true;
}

static void turn(struct pptp_scan *s)
{
	const struct timespec pause = {0, TURN_US * 1000L};

	pptp_scan_reread(s);
	pptp_sweeper_judge(s->sweeper, pptp_scan_waiting(s));
	pptp_scan_take(s);
	if (s->prober != NULL) {
		turn_prober(s);
		return;
	}
	pptp_scan_write_hits(s);
	nanosleep(&pause, NULL);
}

static void draw(const struct pptp_scan *s)
{
	struct pptp_sweep_counts c;

	if (s->o->quiet || !isatty(STDERR_FILENO))
		return;
	pptp_sweep_count(s->sweep, &c);
	fprintf(stderr,
		"\r\033[K%.1f %%: %" PRIu64 " SYNs, %" PRIu64 " open, %" PRIu64
		" rows",
		100.0 * (double)(s->low - s->head.first) /
		    (double)(s->head.end - s->head.first),
		c.syns + c.retries + c.again, c.open, s->rows);
}

static void each_second(struct pptp_scan *s)
{
	uint64_t now = pptp_sweeper_now();

	if (now - s->told < SECOND)
		return;
	pptp_scan_settle(s, now);
	pptp_scan_tell(s, now);
	draw(s);
}

/* Nobody new; conversations say farewell, what was found is written. */
static void stop(struct pptp_scan *s)
{
	pptp_sweeper_stop(s->sweeper);
	s->status = PPTP_EXIT_EARLY;
	if (s->prober != NULL)
		pptp_prober_abort(s->prober);
	while (s->prober != NULL && pptp_prober_live(s->prober) > 0)
		turn(s);
	/* who goes on by the journal asks them again */
	if (s->prober == NULL)
		pptp_scan_write_hits(s);
	else if (s->journal < 0)
		pptp_scan_leave_hits(s);
}

static bool is_over(struct pptp_scan *s)
{
	return pptp_sweep_is_done(s->sweep, pptp_sweeper_now()) &&
	       pptp_sweeper_waiting(s->sweeper) == 0 &&
	       pptp_scan_waiting(s) == 0 &&
	       (s->prober == NULL || pptp_prober_live(s->prober) == 0);
}

/* True: to its end. */
static bool sweep(struct pptp_scan *s)
{
	const uint64_t most = s->o->scan.max_runtime_ns;
	bool over = false;

	while (!over) {
		turn(s);
		each_second(s);
		over = is_over(s);
		s->stopping =
		    s->stopping || pptp_signals() > 0 ||
		    (most > 0 && pptp_sweeper_now() - s->begun >= most);
		if (s->stopping) {
			stop(s);
			return false;
		}
	}
	return true;
}

static void say_lossy(const struct pptp_scan *s, const char *rows)
{
	struct pptp_sweeper_facts f;

	pptp_sweeper_facts(s->sweeper, &f);
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

static void say_end(const struct pptp_scan *s, bool done)
{
	const char *rows =
	    s->o->scan.resume != NULL ? s->o->scan.resume : s->o->scan.output;
	struct pptp_sweep_counts c;

	pptp_sweep_count(s->sweep, &c);
	if (isatty(STDERR_FILENO) && !s->o->quiet)
		fputs("\r\033[K", stderr);
	if (!done && rows != NULL)
		pptp_say("ended early, at position %" PRIu64 " of %" PRIu64
			 "; go on with the same targets and --resume %s",
			 s->low, s->head.end, rows);
	else if (!done)
		pptp_say("ended early; with -o FILE a sweep can be resumed");
	else if (pptp_sweep_is_lossy(s->sweep))
		say_lossy(s, rows);
	if (s->o->verbose)
		pptp_say("seed %" PRIu64 ": %" PRIu64 " SYNs, %" PRIu64
			 " open, %" PRIu64 " rows",
			 s->head.seed, c.syns + c.retries + c.again, c.open,
			 s->rows);
}

static void finish(struct pptp_scan *s, bool done)
{
	uint64_t now = pptp_sweeper_now();

	pptp_scan_settle(s, now);
	if (done)
		s->low = s->head.end;
	if (done && pptp_sweep_is_lossy(s->sweep))
		s->status = PPTP_EXIT_EARLY;
	if (s->output.failed)
		s->status = PPTP_EXIT_EARLY;
	pptp_scan_end_files(s, done);
	say_end(s, done);
}

static void go(struct pptp_scan *s)
{
	bool done;

	s->status = PPTP_EXIT_CANNOT;
	if (!pptp_scan_rows_open(s) || !open_sweeper(s) || !open_prober(s))
		return;
	pptp_scan_watch_exclusions();
	pptp_scan_recall(s);
	if (!pptp_privilege_drop(PPTP_KEEP_RAW))
		return;
	s->status = PPTP_EXIT_DONE;
	s->begun = s->told = pptp_sweeper_now();
	pptp_scan_begin_files(s);
	if (pptp_sweeper_start(s->sweeper) != PPTP_OK) {
		pptp_say("cannot begin a thread: %s", strerror(errno));
		s->status = PPTP_EXIT_CANNOT;
		return;
	}
	done = sweep(s);
	finish(s, done);
}

static int run(const struct pptp_options *o)
{
	static struct pptp_scan s;

	s.o = o;
	if (o->scan.check)
		return pptp_scan_check(o);
	if (pptp_scan_load(&s)) {
		if (o->scan.dry_run)
			pptp_scan_print(&s);
		else if (pptp_scan_open_files(&s))
			go(&s);
	}
	pptp_prober_close(s.prober);
	pptp_sweeper_close(s.sweeper);
	pptp_scan_exclusions_close(&s);
	pptp_scan_rows_close(&s);
	pptp_numbered_close(s.numbered);
	pptp_targets_close(s.targets);
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
