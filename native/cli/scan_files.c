/* SPDX-License-Identifier: BSD-2-Clause */
/* What a sweep leaves behind: rows, a journal to go on by, metadata. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/scan.h"
#include "cli/scan_meta.h"
#include "net/lines.h"
#include "scan/fact.h"
#include "scan/row.h"

static int64_t wall_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* A pipe or a device keeps nothing to go on with. */
static bool keeps_rows(const char *path)
{
	struct stat st;

	return stat(path, &st) != 0 || S_ISREG(st.st_mode);
}

const char *pptp_scan_rows_path(const struct pptp_scan *s)
{
	const struct pptp_scan_options *o = &s->o->scan;

	if (o->resume != NULL)
		return o->resume;
	return o->output != NULL && keeps_rows(o->output) ? o->output : NULL;
}

static bool cannot(const char *what, const char *path)
{
	pptp_say("cannot %s '%s': %s", what, path, strerror(errno));
	return false;
}

static bool beside(const char *rows, const char *suffix, char *path,
		   size_t room)
{
	int length = snprintf(path, room, "%s%s", rows, suffix);

	if (length > 0 && (size_t)length < room)
		return true;
	errno = ENAMETOOLONG;
	return cannot("open", rows);
}

static bool journal_path(const struct pptp_scan *s, char *path, size_t room)
{
	if (s->o->scan.journal != NULL)
		return beside(s->o->scan.journal, "", path, room);
	return beside(pptp_scan_rows_path(s), ".journal", path, room);
}

/* ---- before it begins ---------------------------------------------------- */

/* All that the journal counts on is there; what came after it is cut off. */
static bool go_on_with_rows(struct pptp_scan *s)
{
	const struct pptp_journal_second *second = &s->journal.before.second;
	const char *rows = s->o->scan.resume;
	off_t end = (off_t)second->offset;

	if (!pptp_output_redirect(rows, true))
		return false;
	if (lseek(STDOUT_FILENO, 0, SEEK_END) < end) {
		pptp_say("'%s' has less than its journal says; begin another "
			 "sweep",
			 rows);
		return false;
	}
	if (ftruncate(STDOUT_FILENO, end) != 0 ||
	    lseek(STDOUT_FILENO, end, SEEK_SET) != end)
		return cannot("cut", rows);
	s->rows = second->rows;
	return true;
}

static bool resume(struct pptp_scan *s)
{
	char path[PPTP_SCAN_TEXT], why[2 * PPTP_SCAN_TEXT];

	if (!journal_path(s, path, sizeof(path)))
		return false;
	if (pptp_sweep_journal_resume(&s->journal, path, &s->list, why,
				      sizeof(why)) == PPTP_OK)
		return go_on_with_rows(s);
	pptp_say("%s", why);
	return false;
}

/* Rows of a sweep took long to get. */
static bool is_there(const char *path, const char *rows)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return false;
	pptp_say("'%s' is there already, and nothing is written over; go on "
		 "with that sweep by --resume %s, or give -o another file",
		 path, rows);
	return true;
}

bool pptp_scan_find_files(struct pptp_scan *s)
{
	const char *rows = pptp_scan_rows_path(s);
	char path[PPTP_SCAN_TEXT];

	if (s->o->scan.resume != NULL)
		return resume(s);
	return rows == NULL || (journal_path(s, path, sizeof(path)) &&
				!is_there(rows, rows) && !is_there(path, rows));
}

static bool make_journal(struct pptp_scan *s)
{
	char path[PPTP_SCAN_TEXT], why[2 * PPTP_SCAN_TEXT];

	if (s->journal.resumed)
		return true;
	if (!journal_path(s, path, sizeof(path)))
		return false;
	if (pptp_sweep_journal_begin(&s->journal, path, &s->list, why,
				     sizeof(why)) == PPTP_OK)
		return true;
	pptp_say("%s", why);
	return false;
}

/* What another sweep left there must not pass for this one's. */
static bool open_whole(const char *path, bool anew, int *fd)
{
	int flags = O_RDWR | O_CREAT | O_CLOEXEC | (anew ? O_TRUNC : 0);

	*fd = open(path, flags, 0666);
	return *fd >= 0 || cannot("write", path);
}

static bool make_beside(struct pptp_scan *s, const char *rows)
{
	char path[PPTP_SCAN_TEXT];

	return make_journal(s) && beside(rows, ".meta", path, sizeof(path)) &&
	       open_whole(path, !s->journal.resumed, &s->meta);
}

bool pptp_scan_make_files(struct pptp_scan *s)
{
	const struct pptp_scan_options *o = &s->o->scan;
	const char *rows = pptp_scan_rows_path(s);

	if (o->status != NULL && !open_whole(o->status, true, &s->status_file))
		return false;
	if (o->resume == NULL && o->output != NULL &&
	    !pptp_output_redirect(o->output, false))
		return false;
	if (rows != NULL && !make_beside(s, rows))
		return false;
	pptp_output_init(&s->output);
	return true;
}

/* ---- going on ------------------------------------------------------------ */

static const struct pptp_fact position_fact[] = {
    {"position", PPTP_FACT_NUMBER, 0, 0},
};

/* Rows of positions that are asked again: these are not written again. */
static void recall_rows(struct pptp_scan *s, struct pptp_sweeper *sweeper)
{
	struct pptp_lines lines;
	const char *line, *why, *fact;
	uint64_t position, target;
	size_t length;
	int fd = open(s->o->scan.resume, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	pptp_lines_init(&lines, fd);
	while (pptp_lines_next(&lines, true, &line, &length) == PPTP_LINES_ONE)
		if (pptp_facts_read(position_fact, 1, &position, line, length,
				    &why, &fact) &&
		    pptp_order_target(&s->list.order, position, &target))
			pptp_sweeper_remember(sweeper, target, PPTP_PORT_OPEN);
	pptp_lines_free(&lines);
	close(fd);
}

void pptp_scan_recall(struct pptp_scan *s)
{
	struct pptp_sweeper *sweeper = pptp_sweep_run_sweeper(s->run);

	pptp_sweep_journal_recall(&s->journal, &s->list.order, sweeper);
	if (s->o->scan.resume != NULL)
		recall_rows(s, sweeper);
}

/* ---- writing ------------------------------------------------------------- */

static const struct pptp_address *source_of(const struct pptp_scan *s)
{
	const struct pptp_sweeper *sweeper = pptp_sweep_run_sweeper(s->run);
	const struct pptp_route *route = pptp_sweeper_route(sweeper, 4);

	if (route == NULL)
		route = pptp_sweeper_route(sweeper, 6);
	return &route->source;
}

static void write_first_row(struct pptp_scan *s)
{
	const struct pptp_options *o = s->o;
	struct pptp_sweep_row row = {
	    .head = &s->list.head,
	    .time_us = wall_us(),
	    .release = PPTP_RELEASE,
	    .interface = o->interface,
	    .depth = pptp_depth_name(s->request.depth),
	    .only = pptp_only_name(s->request.only),
	    .arguments = o->arguments,
	    .source = *source_of(s),
	    .rate = s->list.rate,
	    .cap = s->list.cap,
	    .retries = s->request.retries,
	};

	while (o->arguments[row.argument_count] != NULL)
		row.argument_count++;
	pptp_sweep_row_walk(&row, pptp_output_begin(&s->output));
	(void)pptp_output_end(&s->output);
}

void pptp_scan_begin_files(struct pptp_scan *s)
{
	if (s->journal.before.second.offset == 0)
		write_first_row(s);
}

static void check_journal(struct pptp_scan *s, bool told)
{
	if (told)
		return;
	pptp_say("cannot write the journal: %s; this sweep cannot be resumed "
		 "from here on",
		 strerror(s->journal.error));
	s->status = PPTP_EXIT_EARLY;
}

static void tell_journal(struct pptp_scan *s)
{
	struct pptp_journal_second second = {
	    .low = pptp_sweep_run_low(s->run),
	    .rows = s->rows,
	    .time = (uint64_t)wall_us(),
	};
	off_t offset = lseek(STDOUT_FILENO, 0, SEEK_CUR);
	struct pptp_sweep_standing standing;

	/* rows are on disk before the line that counts on them */
	if (s->journal.fd < 0 || offset < 0 || fdatasync(STDOUT_FILENO) != 0)
		return;
	second.offset = (uint64_t)offset;
	pptp_sweeper_stand(pptp_sweep_run_sweeper(s->run), &standing);
	check_journal(s,
		      pptp_sweep_journal_tell(&s->journal, &standing, second));
}

void pptp_scan_tell(struct pptp_scan *s, uint64_t now)
{
	s->told = now;
	if (!pptp_output_flush(&s->output))
		return;
	tell_journal(s);
	if (s->status_file >= 0)
		pptp_scan_write_meta(s, s->status_file, false);
}

void pptp_scan_end_files(struct pptp_scan *s, bool done)
{
	struct pptp_sweep_standing standing;

	pptp_scan_tell(s, pptp_sweeper_now());
	pptp_sweeper_stand(pptp_sweep_run_sweeper(s->run), &standing);
	if (done)
		check_journal(s,
			      pptp_sweep_journal_end(&s->journal, &standing));
	if (s->meta >= 0)
		pptp_scan_write_meta(s, s->meta, true);
	if (s->status_file >= 0)
		pptp_scan_write_meta(s, s->status_file, false);
}
