/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "cli/output.h"
#include "cli/privilege.h"
#include "net/loop.h"
#include "net/targets.h"
#include "net/wire_helper.h"

#define TEXT         6144   /* a path of the longest kind, and words */
#define CONTACT_FREE 256    /* addresses that nobody needs a contact for */
#define WAIT_US      250000 /* a signal just before a wait is late by this */

struct run {
	const struct pptp_options *o;
	const struct pptp_plan *plan;
	struct pptp_targets *targets;
	struct pptp_prober *prober;
	uint64_t count, started, done;
	bool more;     /* targets are left */
	bool stream;   /* they come by standard input */
	bool wrong;    /* … and are not what they should be: that was said */
	bool watching; /* until targets can be had */
	struct pptp_watch watch;
	bool stopping; /* nothing new; farewells are under way */
	bool progress; /* on a terminal */
	bool drawn;    /* a line of progress stands there */
	bool failed;   /* the prober did, and a sentence was said */
	int status;    /* the worst so far */
	int refused;   /* of the targets that could not even begin */
	struct pptp_output output;
};

/* ---- what people see ----------------------------------------------------- */

static void clear_progress(struct run *r)
{
	if (r->drawn)
		fputs("\r\033[K", stderr);
	r->drawn = false;
}

static void draw_progress(struct run *r)
{
	if (!r->progress)
		return;
	fprintf(stderr, "\r\033[K%" PRIu64 " of %" PRIu64 " done, %zu live",
		r->done, r->count, pptp_prober_live(r->prober));
	r->drawn = true;
}

static void trace(void *context, const struct pptp_address *target,
		  enum pptp_side side, int64_t at_us, const char *text)
{
	char address[PPTP_ADDRESS_TEXT];

	clear_progress(context);
	pptp_address_format(target, address);
	fprintf(stderr, "%s %.6f %s %s\n", address, (double)at_us / 1e6,
		side == PPTP_US ? ">" : "<", text);
}

/* ---- targets ------------------------------------------------------------- */

typedef enum pptp_error (*adder)(struct pptp_targets *t, const char *text,
				 char *why, size_t room);

static bool add_all(struct run *r, const char *const *words, adder add)
{
	char why[TEXT] = "";
	enum pptp_error error;

	for (; *words != NULL; words++) {
		error = add(r->targets, *words, why, sizeof(why));
		if (error == PPTP_OK)
			continue;
		pptp_say("%s", why[0] != '\0' ? why : pptp_error_text(error));
		r->status = PPTP_EXIT_USAGE;
		return false;
	}
	return true;
}

/* A name that does not resolve is told of, and the others go on. */
static void tell_unresolved(struct run *r)
{
	const char *why;

	while ((why = pptp_targets_unresolved(r->targets)) != NULL) {
		clear_progress(r);
		pptp_say("%s", why);
		if (r->status == PPTP_EXIT_DONE)
			r->status = PPTP_EXIT_EARLY;
	}
}

static bool too_many(const struct run *r)
{
	return r->o->contact == NULL &&
	       pptp_targets_public(r->targets) > CONTACT_FREE;
}

static bool lacks_contact(struct run *r)
{
	if (!too_many(r))
		return false;
	clear_progress(r);
	pptp_say("%" PRIu64 " addresses are outside private space; for "
		 "more than %d say with --contact who you are",
		 pptp_targets_public(r->targets), CONTACT_FREE);
	return true;
}

static bool check_count(struct run *r)
{
	pptp_targets_begin(r->targets,
			   r->o->contact != NULL ? UINT64_MAX : CONTACT_FREE);
	tell_unresolved(r);
	r->count = pptp_targets_count(r->targets);
	if (!lacks_contact(r))
		return r->count > 0 || r->stream;
	r->status = PPTP_EXIT_USAGE;
	return false;
}

static bool load_targets(struct run *r)
{
	const struct pptp_options *o = r->o;
	size_t i;

	if (*o->arguments == NULL && o->targets[0] == NULL) {
		pptp_say("no target; name one, or a file of them with -T");
		r->status = PPTP_EXIT_USAGE;
		return false;
	}
	if (pptp_targets_open(&r->targets, o->port, o->family) != PPTP_OK) {
		pptp_say("not enough memory for the targets");
		r->targets = NULL;
		r->status = PPTP_EXIT_CANNOT;
		return false;
	}
	if (o->numeric)
		pptp_targets_numeric(r->targets);
	for (i = 0; o->targets[i] != NULL; i++)
		r->stream = r->stream || strcmp(o->targets[i], "-") == 0;
	return add_all(r, o->arguments, pptp_targets_add) &&
	       add_all(r, o->targets, pptp_targets_add_stream) &&
	       add_all(r, o->exclude, pptp_targets_exclude_file) &&
	       check_count(r);
}

/* ---- the prober ---------------------------------------------------------- */

static int status_of(enum pptp_error error)
{
	if (error == PPTP_ERROR_ARGUMENT)
		return PPTP_EXIT_USAGE;
	/* A helper that began, and broke. */
	return error == PPTP_ERROR_MALFORMED ? PPTP_EXIT_EARLY
					     : PPTP_EXIT_CANNOT;
}

static bool open_prober(struct run *r, bool stay)
{
	const struct pptp_options *o = r->o;
	struct pptp_prober_config config = {
	    .interface = o->interface,
	    .source = o->source,
	    .jobs = o->jobs,
	    .write = o->write,
	    .stay = stay,
	    .apart = true,
	    .exclude = pptp_targets_exclusions(r->targets),
	    .trace = o->trace ? trace : NULL,
	    .context = r,
	};
	char why[TEXT] = "";
	enum pptp_error error =
	    pptp_prober_open(&r->prober, &config, why, sizeof(why));

	if (error == PPTP_OK)
		return true;
	r->prober = NULL;
	pptp_say("%s", why[0] != '\0' ? why : pptp_error_text(error));
	r->status = status_of(error);
	return false;
}

/* Waiting for targets ends: whoever pulls asks for them again. */
static void targets_ready(void *context, uint32_t events)
{
	struct run *r = context;

	(void)events;
	pptp_loop_remove(pptp_prober_loop(r->prober),
			 pptp_targets_fd(r->targets), &r->watch);
	r->watching = false;
}

static enum pptp_pull wait_for_targets(struct run *r)
{
	if (!r->watching) {
		r->watch.ready = targets_ready;
		r->watch.context = r;
		r->watching = pptp_loop_add(pptp_prober_loop(r->prober),
					    pptp_targets_fd(r->targets),
					    EPOLLIN, &r->watch) == 0;
	}
	return PPTP_PULL_LATER;
}

static enum pptp_pull end_targets(struct run *r, const char *why)
{
	if (why != NULL) {
		clear_progress(r);
		pptp_say("%s", why);
	}
	r->more = false;
	r->wrong = why != NULL || lacks_contact(r);
	return PPTP_PULL_END;
}

static void set_plan(const struct run *r, struct pptp_plan *plan,
		     const struct pptp_target *target)
{
	*plan = *r->plan;
	plan->target = target->address;
	plan->port = target->port;
	plan->name = target->name;
	plan->labels = target->labels;
	plan->timeout_us = r->o->timeout_us;
	plan->contact = r->o->contact;
}

/* The prober asks for the next plan when it can begin it: blocks stay
 * unexpanded, and lines of a stream unread. */
static enum pptp_pull next_plan(void *context, struct pptp_pulled *pulled)
{
	enum pptp_target_status status;
	struct run *r = context;
	struct pptp_target target;
	char why[TEXT];

	if (pptp_signals() > 0)
		return PPTP_PULL_LATER;
	if (!r->more)
		return PPTP_PULL_END;
	status = pptp_targets_take(r->targets, &target, why, sizeof(why));
	r->count = pptp_targets_count(r->targets);
	tell_unresolved(r);
	if (status == PPTP_TARGET_NONE_YET)
		return wait_for_targets(r);
	if (status != PPTP_TARGET_ONE || too_many(r))
		return end_targets(r,
				   status == PPTP_TARGET_FAILED ? why : NULL);
	set_plan(r, &pulled->plan, &target);
	r->started++;
	return PPTP_PULL_PLAN;
}

static void refused(void *context, int64_t tag, enum pptp_error error,
		    const char *text)
{
	struct run *r = context;

	(void)tag;
	r->started--;
	clear_progress(r);
	pptp_say("%s", text[0] != '\0' ? text : pptp_error_text(error));
	r->refused =
	    error == PPTP_ERROR_ARGUMENT ? PPTP_EXIT_USAGE : PPTP_EXIT_CANNOT;
}

static void stop(struct run *r)
{
	if (r->stopping)
		return;
	r->stopping = true;
	r->more = false;
	r->status = PPTP_EXIT_EARLY;
	pptp_prober_abort(r->prober);
}

static void take(struct run *r, const struct pptp_record *record)
{
	r->done++;
	clear_progress(r);
	if (!r->output.failed) {
		pptp_record_walk(record, pptp_output_begin(&r->output));
		/* Records come seldom, and somebody may follow the file. */
		if (!pptp_output_end(&r->output) ||
		    !pptp_output_flush(&r->output))
			stop(r);
	}
	draw_progress(r);
}

/* What loses something: the capture file's disk is full, or the system has
 * no more of something. Said once; it ends the run. */
static bool failed(struct run *r, int got)
{
	const char *why = pptp_prober_error(r->prober);

	if (got >= 0 && why == NULL)
		return false;
	if (!r->failed) {
		clear_progress(r);
		pptp_say("%s", why != NULL ? why : strerror(errno));
	}
	r->failed = true;
	return true;
}

/* Records are written as they come, until all is done or something ends it;
 * then farewells are waited for. */
static void drain(struct run *r)
{
	const struct pptp_record *record;
	int64_t tag;
	const struct pptp_plan_source source = {r, next_plan, refused};
	int got;

	pptp_prober_pull(r->prober, &source);
	do {
		got = pptp_prober_next(r->prober, WAIT_US, &record, &tag);
		if (got == 1)
			take(r, record);
		if (failed(r, got) || pptp_signals() > 0 || r->wrong)
			stop(r);
		/* After a signal nobody waits for servers to close too. */
		if (r->stopping && pptp_prober_live(r->prober) == 0)
			break;
	} while (got >= 0 && got != PPTP_PROBER_IDLE);
	if (r->wrong)
		r->status = PPTP_EXIT_USAGE;
	clear_progress(r);
}

static void tell_lack(const struct run *r)
{
	const struct pptp_wire_lack *lack = pptp_prober_lack(r->prober);

	pptp_say("what TCP tells, without raw packets: %s; %s", lack->cause,
		 lack->cure);
}

/* What was left out for the wire's sake, and no more. */
static void tell_refusal(struct run *r)
{
	const char *why = pptp_prober_refusal(r->prober);

	if (why == NULL)
		return;
	pptp_say("%s", why);
	if (r->status == PPTP_EXIT_DONE)
		r->status = PPTP_EXIT_EARLY;
}

static void finish(struct run *r)
{
	if (r->count > 0 && r->started == 0 && r->refused == 0 &&
	    !r->stopping) {
		pptp_say("no target is left after the exclusions; name others "
			 "or leave out -x");
		r->status = PPTP_EXIT_USAGE;
		return;
	}
	if (pptp_signals() > 0)
		pptp_say("interrupted: %" PRIu64 " of %" PRIu64 " targets done;"
			 " the rest was left alone",
			 r->done, r->count);
	/* All in vain is "could not run"; in part is part. */
	if (r->refused != 0 && r->status == PPTP_EXIT_DONE)
		r->status = r->done > 0 ? PPTP_EXIT_EARLY : r->refused;
	tell_refusal(r);
	if (r->o->verbose)
		pptp_say("%" PRIu64 " of %" PRIu64 " targets done", r->done,
			 r->count);
}

int pptp_run(const struct pptp_options *o, const struct pptp_plan *plan,
	     bool stay)
{
	static struct run r;

	r.o = o;
	r.plan = plan;
	r.more = true;
	r.progress = !o->quiet && isatty(STDERR_FILENO);
	pptp_output_init(&r.output);
	if (load_targets(&r) && open_prober(&r, stay)) {
		if (o->verbose && !pptp_prober_raw(r.prober))
			tell_lack(&r);
		if (pptp_privilege_drop(pptp_prober_apart(r.prober)
					    ? PPTP_KEEP_NOTHING
					    : PPTP_KEEP_RAW)) {
			drain(&r);
			finish(&r);
		} else {
			r.status = PPTP_EXIT_CANNOT;
		}
	}
	pptp_prober_close(r.prober);
	pptp_targets_close(r.targets);
	return r.status;
}
