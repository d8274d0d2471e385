/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/sweep_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/lines.h"

#define OWNER_ALONE 0600 /* it has the cookie's key */

void pptp_sweep_journal_init(struct pptp_sweep_journal *j)
{
	memset(j, 0, sizeof(*j));
	j->fd = -1;
}

void pptp_sweep_journal_close(struct pptp_sweep_journal *j)
{
	if (j->fd < 0)
		return;
	fdatasync(j->fd);
	close(j->fd);
	j->fd = -1;
}

static enum pptp_error cannot(const char *what, const char *path, char *text,
			      size_t room)
{
	snprintf(text, room, "cannot %s '%s': %s", what, path, strerror(errno));
	return PPTP_ERROR_SYSTEM;
}

/* ---- writing ------------------------------------------------------------- */

/* What is half written is not read again: nothing may follow it. */
static bool write_line(struct pptp_sweep_journal *j, const char *line,
		       int length)
{
	if (j->fd < 0 || length <= 0)
		return true;
	errno = 0;
	if (write(j->fd, line, (size_t)length) == length)
		return true;
	j->error = errno != 0 ? errno : ENOSPC;
	close(j->fd);
	j->fd = -1;
	return false;
}

enum pptp_error pptp_sweep_journal_begin(struct pptp_sweep_journal *j,
					 const char *path,
					 const struct pptp_sweep_list *l,
					 char *text, size_t room)
{
	char line[PPTP_JOURNAL_LINE];

	j->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, OWNER_ALONE);
	if (j->fd < 0 && errno == EEXIST) {
		snprintf(text, room, "the journal '%s' is there already", path);
		return PPTP_ERROR_ARGUMENT;
	}
	if (j->fd < 0)
		return cannot("open", path, text, room);
	if (write_line(j, line,
		       pptp_journal_head_write(&l->head, line, sizeof(line))))
		return PPTP_OK;
	errno = j->error;
	return cannot("write", path, text, room);
}

bool pptp_sweep_journal_row(struct pptp_sweep_journal *j, uint64_t position)
{
	char line[PPTP_JOURNAL_LINE];

	return write_line(j, line,
			  pptp_journal_row_write(position, line, sizeof(line)));
}

/* The sweep's list only grows until it is asked again; intervals that grew
 * together are told once more. */
static bool tell_losses(struct pptp_sweep_journal *j,
			const struct pptp_sweep_standing *standing)
{
	char line[PPTP_JOURNAL_LINE];
	bool told = true;
	size_t i;

	if (standing->again != j->again_told)
		j->lost_told = 0;
	j->again_told = standing->again;
	if (standing->lost_count == j->lost_told)
		return true;
	for (i = 0; i < standing->lost_count && told; i++)
		told = write_line(j, line,
				  pptp_journal_lost_write(&standing->lost[i],
							  line, sizeof(line)));
	j->lost_told = standing->lost_count;
	return told;
}

bool pptp_sweep_journal_tell(struct pptp_sweep_journal *j,
			     const struct pptp_sweep_standing *standing,
			     struct pptp_journal_second second)
{
	char line[PPTP_JOURNAL_LINE];

	if (j->fd < 0)
		return true;
	second.high = standing->high;
	second.counts = standing->counts;
	return tell_losses(j, standing) &&
	       write_line(
		   j, line,
		   pptp_journal_second_write(&second, line, sizeof(line)));
}

bool pptp_sweep_journal_end(struct pptp_sweep_journal *j,
			    const struct pptp_sweep_standing *standing)
{
	char line[PPTP_JOURNAL_LINE];
	bool told = true;

	if (standing->again && !standing->lossy)
		told = write_line(
		    j, line, pptp_journal_healed_write(line, sizeof(line)));
	return told &&
	       write_line(j, line, pptp_journal_end_write(line, sizeof(line)));
}

/* ---- reading ------------------------------------------------------------- */

static enum pptp_error refuse(const struct pptp_sweep_journal *j,
			      const char *path, unsigned long line, char *text,
			      size_t room)
{
	const char *fact = j->before.fact, *why = j->before.why;

	snprintf(text, room, "'%s' is no journal to go on by: line %lu: %s%s%s",
		 path, line, fact != NULL ? fact : "", fact != NULL ? ": " : "",
		 why != NULL ? why : "it is empty");
	return PPTP_ERROR_ARGUMENT;
}

static enum pptp_error read_all(struct pptp_sweep_journal *j, const char *path,
				char *text, size_t room)
{
	enum pptp_error error = PPTP_OK;
	off_t size = lseek(j->fd, 0, SEEK_END);
	struct pptp_lines lines;
	const char *line;
	size_t length;

	lseek(j->fd, 0, SEEK_SET);
	pptp_journal_init(&j->before, j->lost, PPTP_SWEEP_LOST);
	pptp_lines_init(&lines, j->fd);
	while (error == PPTP_OK && pptp_lines_next(&lines, true, &line,
						   &length) == PPTP_LINES_ONE) {
		/* its newline stands behind it, but for a torn last one */
		bool whole = j->before.whole + length < (uint64_t)size;

		error = pptp_journal_feed(&j->before, line, length + whole);
	}
	/* a broken line is wrong only once another follows */
	if (error != PPTP_OK || !j->before.has_head)
		error =
		    refuse(j, path, lines.number - j->before.torn, text, room);
	pptp_lines_free(&lines);
	return error;
}

static bool is_same(const struct pptp_journal_head *now,
		    const struct pptp_journal_head *before, char *text,
		    size_t room)
{
	const char *other = NULL;

	if (now->count != before->count) {
		snprintf(text, room,
			 "the sweep to go on with had %" PRIu64
			 " targets, not %" PRIu64
			 "; give the same, or begin another",
			 before->count, now->count);
		return false;
	}
	if (memcmp(now->targets_hash, before->targets_hash, PPTP_HASH_SIZE) !=
	    0)
		other = "targets";
	else if (memcmp(now->options_hash, before->options_hash,
			PPTP_HASH_SIZE) != 0)
		other = "options";
	if (other == NULL)
		return true;
	snprintf(text, room,
		 "the sweep to go on with had other %s; give the same, or "
		 "begin another",
		 other);
	return false;
}

/* Seed, key, run and shard are the journal's; lists and options have to be. */
static enum pptp_error adopt(struct pptp_sweep_journal *j,
			     struct pptp_sweep_list *l, char *text, size_t room)
{
	const struct pptp_journal_head *before = &j->before.head;
	struct pptp_interval shard;

	if (!is_same(&l->head, before, text, room))
		return PPTP_ERROR_ARGUMENT;
	l->head = *before;
	pptp_order_init(&l->order, l->head.count, l->head.seed);
	if (pptp_order_shard(&l->order, (uint32_t)before->shard,
			     (uint32_t)before->shards, &shard) &&
	    shard.first == before->first && shard.end == before->end &&
	    j->before.second.low <= shard.end)
		return PPTP_OK;
	snprintf(text, room,
		 "the journal contradicts itself; begin another sweep");
	return PPTP_ERROR_ARGUMENT;
}

enum pptp_error pptp_sweep_journal_resume(struct pptp_sweep_journal *j,
					  const char *path,
					  struct pptp_sweep_list *l, char *text,
					  size_t room)
{
	enum pptp_error error;

	j->fd = open(path, O_RDWR | O_CLOEXEC);
	if (j->fd < 0)
		return cannot("open", path, text, room);
	error = read_all(j, path, text, room);
	if (error == PPTP_OK)
		error = adopt(j, l, text, room);
	if (error != PPTP_OK)
		return error;
	if (ftruncate(j->fd, (off_t)j->before.whole) != 0 ||
	    lseek(j->fd, 0, SEEK_END) < 0)
		return cannot("cut", path, text, room);
	j->resumed = true;
	return PPTP_OK;
}

/* Another descriptor would be another journal, if it has been moved since. */
static void recall_rows(struct pptp_sweep_journal *j,
			const struct pptp_order *order,
			struct pptp_sweeper *sweeper)
{
	struct pptp_lines lines;
	uint64_t position, target;
	const char *line;
	size_t length;

	lseek(j->fd, 0, SEEK_SET);
	pptp_lines_init(&lines, j->fd);
	while (pptp_lines_next(&lines, true, &line, &length) == PPTP_LINES_ONE)
		if (pptp_journal_row_read(line, length, &position) &&
		    pptp_order_target(order, position, &target))
			pptp_sweeper_remember(sweeper, target, PPTP_PORT_OPEN);
	pptp_lines_free(&lines);
	lseek(j->fd, 0, SEEK_END);
}

void pptp_sweep_journal_recall(struct pptp_sweep_journal *j,
			       const struct pptp_order *order,
			       struct pptp_sweeper *sweeper)
{
	size_t i;

	if (!j->resumed)
		return;
	for (i = 0; i < j->before.lost.count; i++)
		pptp_sweeper_lose(sweeper, j->before.lost.list[i]);
	j->lost_told = j->before.lost.count;
	recall_rows(j, order, sweeper);
}
