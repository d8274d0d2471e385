/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "net/grow.h"
#include "net/targets.h"
#include "net/targets_state.h"

#define TEXT 8192 /* of a sentence, with the longest path */

/* ---- names --------------------------------------------------------------- */

/* Without memory a sentence is lost, and the count of targets tells. */
static void keep_sentence(struct pptp_targets *t, const char *where,
			  const char *why)
{
	struct pptp_targets_sentence *s;
	size_t length = strlen(where), more = strlen(why) + 1;

	s = malloc(sizeof(*s) + length + more);
	if (s == NULL)
		return;
	s->next = NULL;
	memcpy(s->text, where, length);
	memcpy(s->text + length, why, more);
	*t->last_unresolved = s;
	t->last_unresolved = &s->next;
}

const char *pptp_targets_unresolved(struct pptp_targets *t)
{
	free(t->told);
	t->told = t->unresolved;
	if (t->told == NULL)
		return NULL;
	t->unresolved = t->told->next;
	if (t->unresolved == NULL)
		t->last_unresolved = &t->unresolved;
	t->told->next = NULL;
	return t->told->text;
}

static bool put_late(struct pptp_targets_row *row, size_t number)
{
	void *numbers = row->numbers;

	if (!pptp_grow(&numbers, row->count, &row->room, sizeof(*row->numbers)))
		return false;
	row->numbers = numbers;
	row->numbers[row->count++] = number;
	return true;
}

/* What has been answered since; nobody is waited for. */
static void hear(struct pptp_targets *t)
{
	struct pptp_lookup_answer answer;
	struct pptp_target_entry *e;

	if (t->names == NULL)
		return;
	pptp_lookup_queue_start(t->names);
	while (pptp_lookup_take(t->names, &answer)) {
		e = &t->wanted.entries[answer.tag];
		if (answer.text[0] == '\0' && answer.tag < t->at &&
		    !put_late(&t->late, answer.tag)) {
			answer.address.family = 0;
			strcpy(answer.text, "out of memory for targets");
		}
		if (answer.text[0] != '\0')
			keep_sentence(t, e->where != NULL ? e->where : "",
				      answer.text);
		pptp_target_list_settle(&t->wanted, answer.tag,
					&answer.address);
	}
}

static size_t pending(const struct pptp_targets *t)
{
	return t->names != NULL ? pptp_lookup_queue_pending(t->names) : 0;
}

/* False: a signal came. */
static bool wait_for(int fd)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, -1) >= 0 || errno != EINTR;
}

static bool knows_too_little(const struct pptp_targets *t, uint64_t most)
{
	size_t n = pending(t);

	return n > 0 &&
	       ((!t->streaming && t->wanted.addresses == n) ||
		(t->wanted.public <= most && n > most - t->wanted.public));
}

void pptp_targets_begin(struct pptp_targets *t, uint64_t most)
{
	while (knows_too_little(t, most)) {
		hear(t);
		if (!knows_too_little(t, most) ||
		    !wait_for(pptp_lookup_queue_fd(t->names)))
			break;
	}
}

void pptp_targets_settle(struct pptp_targets *t)
{
	hear(t);
	while (pending(t) > 0) {
		(void)wait_for(pptp_lookup_queue_fd(t->names));
		hear(t);
	}
}

/* ---- one after another --------------------------------------------------- */

static void tell(const struct pptp_targets *t,
		 const struct pptp_target_entry *e,
		 const struct pptp_address *a, struct pptp_target *target)
{
	target->address = *a;
	target->port = e->port != 0 ? e->port : t->port;
	target->name = e->name;
	target->labels = e->labels;
}

/* The block that `a` is excluded by, or NULL; as much of the entry is counted. */
static const struct pptp_block *is_excluded(struct pptp_targets *t,
					    const struct pptp_target_entry *e,
					    const struct pptp_address *a)
{
	const struct pptp_block *x = pptp_exclusions_find(&t->excluded, a);
	struct pptp_block out;
	uint64_t size;

	if (x == NULL)
		return NULL;
	out.first = *a;
	out.last = pptp_address_compare(&x->last, &e->block.last) < 0
		       ? x->last
		       : e->block.last;
	size = pptp_block_size(&out);
	t->left_out =
	    size > UINT64_MAX - t->left_out ? UINT64_MAX : t->left_out + size;
	return x;
}

uint64_t pptp_targets_excluded(const struct pptp_targets *t)
{
	return t->left_out;
}

static bool take_late(struct pptp_targets *t, struct pptp_target *target)
{
	const struct pptp_target_entry *e;

	while (t->late.at < t->late.count) {
		e = &t->wanted.entries[t->late.numbers[t->late.at++]];
		if (t->late.at == t->late.count)
			t->late.at = t->late.count = 0;
		if (is_excluded(t, e, &e->block.first) != NULL)
			continue;
		tell(t, e, &e->block.first, target);
		return true;
	}
	return false;
}

/* To what follows `a`, or to the next entry. */
static void advance(struct pptp_targets *t, const struct pptp_address *a)
{
	const struct pptp_target_entry *e = &t->wanted.entries[t->at];

	if (pptp_address_compare(a, &e->block.last) >= 0) {
		t->at++;
		t->started = false;
		return;
	}
	t->next = *a;
	pptp_address_increment(&t->next);
}

static bool take_entry(struct pptp_targets *t, struct pptp_target *target)
{
	const struct pptp_target_entry *e;
	const struct pptp_block *excluded;
	struct pptp_address a;

	while (t->at < t->wanted.count) {
		e = &t->wanted.entries[t->at];
		if (e->block.first.family == 0) { /* not known, or no address */
			t->at++;
			continue;
		}
		a = t->started ? t->next : e->block.first;
		t->started = true;
		excluded = is_excluded(t, e, &a);
		advance(t, excluded != NULL ? &excluded->last : &a);
		if (excluded != NULL)
			continue;
		tell(t, e, &a, target);
		return true;
	}
	return false;
}

/* What was told is not kept while lines come. */
static void forget_told(struct pptp_targets *t)
{
	if (pending(t) > 0 || t->late.count > 0)
		return;
	pptp_target_list_forget(&t->wanted);
	t->at = 0;
}

static void end_stream(struct pptp_targets *t)
{
	if (t->fd >= 0)
		(void)epoll_ctl(t->fd, EPOLL_CTL_DEL, t->stream.lines.fd, NULL);
	pptp_target_file_close(&t->stream);
	t->streaming = false;
}

static enum pptp_target_status read_line(struct pptp_targets *t, char *text,
					 size_t room)
{
	enum pptp_target_file_status status;
	enum pptp_error error;

	forget_told(t);
	t->file = &t->stream;
	status = pptp_target_file_step(&t->stream, false, &error, text, room);
	t->file = NULL;
	if (status == PPTP_TARGET_FILE_NONE_YET)
		return PPTP_TARGET_NONE_YET;
	if (status == PPTP_TARGET_FILE_LINE)
		return PPTP_TARGET_ONE;
	end_stream(t);
	return status == PPTP_TARGET_FILE_FAILED ? PPTP_TARGET_FAILED
						 : PPTP_TARGET_END;
}

enum pptp_target_status pptp_targets_take(struct pptp_targets *t,
					  struct pptp_target *target,
					  char *text, size_t room)
{
	enum pptp_target_status status;

	hear(t);
	for (;;) {
		if (take_late(t, target) || take_entry(t, target))
			return PPTP_TARGET_ONE;
		if (!t->streaming)
			return pending(t) > 0 ? PPTP_TARGET_NONE_YET
					      : PPTP_TARGET_END;
		status = read_line(t, text, room);
		if (status == PPTP_TARGET_FAILED ||
		    status == PPTP_TARGET_NONE_YET)
			return status;
		hear(t); /* a name may have come: it is asked at once */
	}
}

int pptp_targets_fd(const struct pptp_targets *t)
{
	return t->fd;
}

bool pptp_targets_next(struct pptp_targets *t, struct pptp_target *target)
{
	enum pptp_target_status status;
	char text[TEXT];

	while ((status = pptp_targets_take(t, target, text, sizeof(text))) ==
	       PPTP_TARGET_NONE_YET)
		(void)wait_for(t->fd);
	return status == PPTP_TARGET_ONE;
}
