/* SPDX-License-Identifier: BSD-2-Clause */
/* What a sweep leaves behind: rows, a journal to go on by, metadata. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sha2.h>
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

#define OWNER_ALONE 0600 /* a journal has the cookie's key */

static int64_t wall_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static const char *rows_path(const struct pptp_scan *s)
{
	return s->o->scan.resume != NULL ? s->o->scan.resume
					 : s->o->scan.output;
}

/* ---- hashes -------------------------------------------------------------- */

static void hash_number(SHA2_CTX *h, uint64_t number, unsigned bytes)
{
	uint8_t text[8];
	unsigned i;

	for (i = 0; i < bytes; i++)
		text[i] = (uint8_t)(number >> 8 * (bytes - 1 - i));
	SHA256Update(h, text, bytes);
}

static void hash_ports(SHA2_CTX *h, const struct pptp_ranges *r,
		       const struct pptp_entry_rest *rest)
{
	struct pptp_port_choice choice = {rest->ports, rest->is_list};
	uint32_t n = pptp_ports_count(r->ports, choice), i;

	hash_number(h, n, 4);
	for (i = 0; i < n; i++)
		hash_number(h, pptp_ports_nth(r->ports, choice, i), 2);
}

/* Of who is asked, however that was said. */
static void hash_targets(const struct pptp_ranges *r, uint8_t *hash)
{
	SHA2_CTX h;
	uint32_t i;

	SHA256Init(&h);
	for (i = 0; i < r->v4_count; i++) {
		hash_number(&h, r->v4[i].first, 4);
		hash_number(&h, r->v4[i].before_low, 4);
		hash_ports(&h, r, &r->v4[i].rest);
	}
	for (i = 0; i < r->v6_count; i++) {
		SHA256Update(&h, r->v6[i].first, 16);
		hash_number(&h, r->v6[i].before_low, 4);
		hash_ports(&h, r, &r->v6[i].rest);
	}
	hash_number(&h, r->targets, 8);
	SHA256Final(hash, &h);
}

/* Of what changes rows. */
static void hash_options(const struct pptp_options *o, uint8_t *hash)
{
	char text[512];
	int length = snprintf(
	    text, sizeof(text),
	    "depth=%s only=%s retries=%u timeout=%" PRId64 " contact=%s",
	    pptp_depth_name(o->scan.depth), pptp_only_name(o->scan.only),
	    o->scan.retries, o->timeout_us,
	    o->contact != NULL ? o->contact : "");
	SHA2_CTX h;

	SHA256Init(&h);
	SHA256Update(&h, (const uint8_t *)text, (size_t)length);
	SHA256Final(hash, &h);
}

/* ---- the journal --------------------------------------------------------- */

static bool journal_path(const struct pptp_scan *s, char *path, size_t room)
{
	int length;

	if (s->o->scan.journal != NULL)
		length = snprintf(path, room, "%s", s->o->scan.journal);
	else
		length = snprintf(path, room, "%s.journal", rows_path(s));
	return length > 0 && (size_t)length < room;
}

static bool cannot(const char *what, const char *path)
{
	pptp_say("cannot %s '%s': %s", what, path, strerror(errno));
	return false;
}

static bool read_journal(struct pptp_scan *s, const char *path)
{
	enum pptp_error error = PPTP_OK;
	struct pptp_lines lines;
	const char *line;
	size_t length;
	off_t size = lseek(s->journal, 0, SEEK_END);

	lseek(s->journal, 0, SEEK_SET);
	pptp_journal_init(&s->before, s->before_lost, PPTP_SWEEP_LOST);
	pptp_lines_init(&lines, s->journal);
	while (error == PPTP_OK && pptp_lines_next(&lines, true, &line,
						   &length) == PPTP_LINES_ONE) {
		/* its newline stands behind it, but for a torn last one */
		bool whole = s->before.whole + length < (uint64_t)size;

		error = pptp_journal_feed(&s->before, line, length + whole);
	}
	if (error != PPTP_OK || !s->before.has_head)
		pptp_say("'%s' is no journal to go on by: line %lu: %s%s%s",
			 path, lines.number,
			 s->before.fact != NULL ? s->before.fact : "",
			 s->before.fact != NULL ? ": " : "",
			 s->before.why != NULL ? s->before.why : "it is empty");
	pptp_lines_free(&lines);
	return error == PPTP_OK && s->before.has_head;
}

static bool differs(const void *a, const void *b, size_t size, const char *what)
{
	if (memcmp(a, b, size) == 0)
		return false;
	pptp_say("the sweep to go on with had other %s; give the same, or "
		 "begin another",
		 what);
	return true;
}

/* Seed, key, run and shard are the journal's; lists and options have to be. */
static bool adopt(struct pptp_scan *s)
{
	const struct pptp_journal_head *before = &s->before.head;
	struct pptp_interval shard;

	if (s->head.count != before->count ||
	    differs(s->head.targets_hash, before->targets_hash, PPTP_HASH_SIZE,
		    "targets") ||
	    differs(s->head.options_hash, before->options_hash, PPTP_HASH_SIZE,
		    "options")) {
		if (s->head.count != before->count)
			pptp_say("the sweep to go on with had %" PRIu64
				 " targets, not %" PRIu64
				 "; give the same, or begin another",
				 before->count, s->head.count);
		return false;
	}
	s->head = *before;
	pptp_order_init(&s->order, s->head.count, s->head.seed);
	if (!pptp_order_shard(&s->order, (uint32_t)before->shard,
			      (uint32_t)before->shards, &shard) ||
	    shard.first != before->first || shard.end != before->end ||
	    s->before.second.low > shard.end) {
		pptp_say("the journal contradicts itself; begin another sweep");
		return false;
	}
	return true;
}

static bool go_on(struct pptp_scan *s, const char *path)
{
	const char *rows = s->o->scan.resume;
	off_t end;

	if (!read_journal(s, path) || !adopt(s))
		return false;
	end = (off_t)s->before.second.offset;
	if (ftruncate(s->journal, (off_t)s->before.whole) != 0 ||
	    lseek(s->journal, 0, SEEK_END) < 0)
		return cannot("cut", path);
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
	s->rows = s->before.second.rows;
	return true;
}

static bool begin_anew(struct pptp_scan *s, const char *path)
{
	(void)path;
	return pptp_output_redirect(s->o->scan.output, false);
}

static int open_beside(const struct pptp_scan *s, const char *suffix,
		       char *path, size_t room)
{
	if ((size_t)snprintf(path, room, "%s%s", rows_path(s), suffix) >= room)
		return -1;
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
}

static bool open_status(struct pptp_scan *s)
{
	const char *path = s->o->scan.status;

	if (path == NULL)
		return true;
	s->status_file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	return s->status_file >= 0 || cannot("write", path);
}

bool pptp_scan_open_files(struct pptp_scan *s)
{
	const struct pptp_scan_options *o = &s->o->scan;
	char path[PPTP_SCAN_TEXT];
	int flags = O_RDWR | O_CLOEXEC;

	s->journal = s->meta = s->status_file = -1;
	s->status = PPTP_EXIT_USAGE;
	hash_targets(s->ranges, s->head.targets_hash);
	hash_options(s->o, s->head.options_hash);
	if (!open_status(s))
		return false;
	if (rows_path(s) != NULL) {
		if (o->resume == NULL)
			flags |= O_CREAT | O_TRUNC;
		if (!journal_path(s, path, sizeof(path)) ||
		    (s->journal = open(path, flags, OWNER_ALONE)) < 0)
			return cannot("open", path);
		if (!(o->resume != NULL ? go_on(s, path) : begin_anew(s, path)))
			return false;
		s->meta = open_beside(s, ".meta", path, sizeof(path));
		if (s->meta < 0)
			return cannot("write", path);
	}
	pptp_output_init(&s->output);
	s->status = PPTP_EXIT_DONE;
	return true;
}

/* ---- going on ------------------------------------------------------------ */

static const struct pptp_fact position_fact[] = {
    {"position", PPTP_FACT_NUMBER, 0, 0},
};

/* Rows of positions that are asked again: these are not written again. */
static void recall_rows(struct pptp_scan *s)
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
		    pptp_order_target(&s->order, position, &target))
			pptp_sweep_remember(s->sweep, target, PPTP_PORT_OPEN);
	pptp_lines_free(&lines);
	close(fd);
}

void pptp_scan_recall(struct pptp_scan *s)
{
	size_t i;

	s->low = s->head.first;
	if (s->o->scan.resume == NULL)
		return;
	if (s->before.second.low > s->low)
		s->low = s->before.second.low;
	for (i = 0; i < s->before.lost.count; i++)
		pptp_sweep_lose_interval(s->sweep, s->before.lost.list[i]);
	s->lost_told = s->before.lost.count;
	recall_rows(s);
}

/* ---- writing ------------------------------------------------------------- */

static void write_line(struct pptp_scan *s, const char *line, int length)
{
	if (s->journal < 0 || length <= 0)
		return;
	if (write(s->journal, line, (size_t)length) == length)
		return;
	pptp_say("cannot write the journal: %s; this sweep cannot be resumed "
		 "from here on",
		 strerror(errno));
	close(s->journal);
	s->journal = -1;
	s->status = PPTP_EXIT_EARLY;
}

static const struct pptp_address *source_of(const struct pptp_scan *s)
{
	const struct pptp_route *route = pptp_sweeper_route(s->sweeper, 4);

	if (route == NULL)
		route = pptp_sweeper_route(s->sweeper, 6);
	return &route->source;
}

static void write_first_row(struct pptp_scan *s)
{
	const struct pptp_options *o = s->o;
	struct pptp_sweep_row row = {
	    .head = &s->head,
	    .time_us = wall_us(),
	    .release = PPTP_RELEASE,
	    .interface = o->interface,
	    .depth = pptp_depth_name(o->scan.depth),
	    .only = pptp_only_name(o->scan.only),
	    .arguments = o->arguments,
	    .source = *source_of(s),
	    .rate = s->rate,
	    .cap = s->cap,
	    .retries = o->scan.retries,
	};

	while (o->arguments[row.argument_count] != NULL)
		row.argument_count++;
	pptp_sweep_row_walk(&row, pptp_output_begin(&s->output));
	if (!pptp_output_end(&s->output))
		s->stopping = true;
}

void pptp_scan_begin_files(struct pptp_scan *s)
{
	char line[PPTP_JOURNAL_LINE];

	if (s->o->scan.resume == NULL)
		write_line(
		    s, line,
		    pptp_journal_head_write(&s->head, line, sizeof(line)));
	if (s->before.second.offset == 0)
		write_first_row(s);
}

/* The sweep's list only grows until it is asked again; intervals that grew
 * together are told once more. */
static void tell_losses(struct pptp_scan *s)
{
	const struct pptp_intervals *lost = &s->sweep->lost;
	char line[PPTP_JOURNAL_LINE];
	size_t i;

	if (s->sweep->again != s->again_told)
		s->lost_told = 0;
	s->again_told = s->sweep->again;
	if (lost->count == s->lost_told)
		return;
	for (i = 0; i < lost->count; i++)
		write_line(s, line,
			   pptp_journal_lost_write(&lost->list[i], line,
						   sizeof(line)));
	s->lost_told = lost->count;
}

static void tell_second(struct pptp_scan *s)
{
	struct pptp_journal_second second = {
	    .low = s->low,
	    .high = pptp_sweep_high(s->sweep),
	    .rows = s->rows,
	    .time = (uint64_t)wall_us(),
	};
	char line[PPTP_JOURNAL_LINE];
	off_t offset = lseek(STDOUT_FILENO, 0, SEEK_CUR);

	/* rows are on disk before the line that counts on them */
	if (offset < 0 || fdatasync(STDOUT_FILENO) != 0)
		return;
	second.offset = (uint64_t)offset;
	pptp_sweep_count(s->sweep, &second.counts);
	write_line(s, line,
		   pptp_journal_second_write(&second, line, sizeof(line)));
}

void pptp_scan_tell(struct pptp_scan *s, uint64_t now)
{
	s->told = now;
	if (!pptp_output_flush(&s->output)) {
		s->stopping = true;
		return;
	}
	if (s->journal >= 0) {
		tell_losses(s);
		tell_second(s);
	}
	if (s->status_file >= 0)
		pptp_scan_write_meta(s, s->status_file, false);
}

void pptp_scan_end_files(struct pptp_scan *s, bool done)
{
	char line[PPTP_JOURNAL_LINE];

	pptp_scan_tell(s, pptp_sweeper_now());
	if (done && s->sweep->again && !pptp_sweep_is_lossy(s->sweep))
		write_line(s, line,
			   pptp_journal_healed_write(line, sizeof(line)));
	if (done)
		write_line(s, line, pptp_journal_end_write(line, sizeof(line)));
	if (s->meta >= 0)
		pptp_scan_write_meta(s, s->meta, true);
	if (s->status_file >= 0)
		pptp_scan_write_meta(s, s->status_file, false);
	if (s->journal >= 0)
		fdatasync(s->journal);
}
