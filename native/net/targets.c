/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/targets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "net/spec.h"
#include "net/targets_state.h"

enum pptp_error pptp_targets_open(struct pptp_targets **t, uint16_t port,
				  uint8_t family)
{
	*t = NULL;
	if (port == 0 || (family != 0 && family != 4 && family != 6))
		return PPTP_ERROR_ARGUMENT;
	*t = calloc(1, sizeof(**t));
	if (*t == NULL)
		return PPTP_ERROR_SYSTEM;
	(*t)->port = port;
	(*t)->family = family;
	(*t)->fd = -1;
	(*t)->last_unresolved = &(*t)->unresolved;
	return PPTP_OK;
}

static void free_sentences(struct pptp_targets_sentence *s)
{
	struct pptp_targets_sentence *next;

	for (; s != NULL; s = next) {
		next = s->next;
		free(s);
	}
}

void pptp_targets_close(struct pptp_targets *t)
{
	if (t == NULL)
		return;
	pptp_lookup_queue_close(t->names);
	if (t->streaming)
		pptp_target_file_close(&t->stream);
	if (t->fd >= 0)
		close(t->fd);
	free_sentences(t->told);
	free_sentences(t->unresolved);
	free(t->late.numbers);
	pptp_target_list_free(&t->wanted);
	pptp_exclusions_free(&t->excluded);
	free(t);
}

void pptp_targets_numeric(struct pptp_targets *t)
{
	t->numeric = true;
}

void pptp_targets_divert(struct pptp_targets *t, pptp_targets_keep *keep,
			 void *context)
{
	t->keep = keep;
	t->keep_context = context;
}

/* ---- entries ------------------------------------------------------------- */

static enum pptp_error out_of_memory(char *text, size_t room)
{
	errno = ENOMEM;
	snprintf(text, room, "out of memory for targets");
	return PPTP_ERROR_SYSTEM;
}

static enum pptp_error not_looked_up(const char *name, char *text, size_t room)
{
	snprintf(text, room,
		 "host name '%s' is not looked up here; give its address",
		 name);
	return PPTP_ERROR_ARGUMENT;
}

/* A regular file is always readable, and no epoll takes it. */
static bool watch(struct pptp_targets *t, int fd)
{
	struct epoll_event event = {.events = EPOLLIN};

	if (t->fd < 0)
		t->fd = epoll_create1(EPOLL_CLOEXEC);
	return t->fd >= 0 &&
	       (epoll_ctl(t->fd, EPOLL_CTL_ADD, fd, &event) == 0 ||
		errno == EPERM);
}

/* Its answer has the number of the entry that comes next. */
static bool ask(struct pptp_targets *t, const char *name)
{
	if (t->names == NULL) {
		t->names = pptp_lookup_queue_open();
		if (t->names == NULL ||
		    !watch(t, pptp_lookup_queue_fd(t->names)))
			return false;
	}
	return pptp_lookup_queue_ask(t->names, name, t->family,
				     t->wanted.count);
}

/* "FILE line 2: " where a file is being read. */
static bool tell_where(const struct pptp_targets *t, char **where)
{
	if (t->file == NULL)
		return true;
	if (asprintf(where, "%s line %lu: ", t->file->name,
		     t->file->lines.number) >= 0)
		return true;
	*where = NULL;
	return false;
}

static bool copy_strings(const struct pptp_targets *t,
			 struct pptp_target_entry *e, const char *name,
			 const char *labels)
{
	if (labels != NULL)
		e->labels = strdup(labels);
	if (name[0] != '\0')
		e->name = strdup(name);
	if ((labels != NULL) == (e->labels != NULL) &&
	    (name[0] != '\0') == (e->name != NULL) &&
	    (e->name == NULL || tell_where(t, &e->where)))
		return true;
	free(e->labels);
	free(e->name);
	return false;
}

static enum pptp_error divert(struct pptp_targets *t,
			      const struct pptp_target_entry *e, char *text,
			      size_t room)
{
	enum pptp_error error =
	    t->keep(t->keep_context, &e->block, e->port, text, room);

	if (error == PPTP_OK)
		pptp_target_list_count(&t->wanted, &e->block);
	return error;
}

/* `labels` NULL: none. */
static enum pptp_error add(struct pptp_targets *t, const char *spec,
			   size_t length, const char *labels, char *text,
			   size_t room)
{
	char why[PPTP_SPEC_SENTENCE];
	struct pptp_target_entry e = {.port = 0};
	struct pptp_spec s;

	if (!pptp_spec_parse(&s, spec, length, why)) {
		snprintf(text, room, "%s", why);
		return PPTP_ERROR_ARGUMENT;
	}
	e.block = (struct pptp_block){s.first, s.last};
	e.port = s.port;
	e.pending = s.first.family == 0;
	if (e.pending && t->numeric)
		return not_looked_up(s.name, text, room);
	if (t->keep != NULL && !e.pending && labels == NULL)
		return divert(t, &e, text, room);
	if (!pptp_target_list_reserve(&t->wanted) ||
	    (e.pending && !ask(t, s.name)) ||
	    !copy_strings(t, &e, s.name, labels))
		return out_of_memory(text, room);
	pptp_target_list_append(&t->wanted, &e);
	return PPTP_OK;
}

enum pptp_error pptp_targets_add(struct pptp_targets *t, const char *spec,
				 char *text, size_t room)
{
	return add(t, spec, strlen(spec), NULL, text, room);
}

/* A name is excluded with every address that it has. */
static enum pptp_error exclude_name(struct pptp_targets *t, const char *name,
				    char *text, size_t room)
{
	struct addrinfo *all, *a;
	struct pptp_block b;
	enum pptp_error error;

	if (t->numeric)
		return not_looked_up(name, text, room);
	error = pptp_lookup(name, 0, &all, text, room);
	if (error != PPTP_OK)
		return error;
	for (a = all; a != NULL && error == PPTP_OK; a = a->ai_next) {
		if (!pptp_lookup_address(&b.first, a->ai_addr))
			continue;
		b.last = b.first;
		if (!pptp_exclusions_append(&t->excluded, &b))
			error = out_of_memory(text, room);
	}
	freeaddrinfo(all);
	return error;
}

/* Whatever its port: who asks to be left out means the host. */
static enum pptp_error exclude(struct pptp_targets *t, const char *spec,
			       size_t length, char *text, size_t room)
{
	char why[PPTP_SPEC_SENTENCE];
	struct pptp_block b;
	struct pptp_spec s;

	if (!pptp_spec_parse(&s, spec, length, why)) {
		snprintf(text, room, "%s", why);
		return PPTP_ERROR_ARGUMENT;
	}
	if (s.first.family == 0)
		return exclude_name(t, s.name, text, room);
	b = (struct pptp_block){s.first, s.last};
	return pptp_exclusions_append(&t->excluded, &b)
		   ? PPTP_OK
		   : out_of_memory(text, room);
}

static enum pptp_error add_line(void *context, const char *spec, size_t length,
				const char *labels, char *text, size_t room)
{
	return add(context, spec, length, labels, text, room);
}

static enum pptp_error exclude_line(void *context, const char *spec,
				    size_t length, const char *labels,
				    char *text, size_t room)
{
	(void)labels;
	return exclude(context, spec, length, text, room);
}

enum pptp_error pptp_targets_add_file(struct pptp_targets *t, const char *path,
				      char *text, size_t room)
{
	struct pptp_target_file f = {.take = add_line, .context = t};
	enum pptp_error error;

	t->file = &f;
	error = pptp_target_file_read(&f, path, text, room);
	t->file = NULL;
	return error;
}

enum pptp_error pptp_targets_add_stream(struct pptp_targets *t,
					const char *path, char *text,
					size_t room)
{
	enum pptp_error error;

	if (strcmp(path, "-") != 0)
		return pptp_targets_add_file(t, path, text, room);
	if (t->streaming) {
		snprintf(text, room,
			 "standard input is named twice; name it "
			 "once");
		return PPTP_ERROR_ARGUMENT;
	}
	t->stream.take = add_line;
	t->stream.context = t;
	error = pptp_target_file_open(&t->stream, path, text, room);
	if (error == PPTP_OK && !watch(t, t->stream.lines.fd))
		return out_of_memory(text, room);
	t->streaming = error == PPTP_OK;
	return error;
}

enum pptp_error pptp_targets_exclude_file(struct pptp_targets *t,
					  const char *path, char *text,
					  size_t room)
{
	struct pptp_target_file f = {
	    .take = exclude_line, .context = t, .exclusions = true};

	return pptp_target_file_read(&f, path, text, room);
}

uint64_t pptp_targets_count(const struct pptp_targets *t)
{
	return t->wanted.addresses;
}

uint64_t pptp_targets_public(const struct pptp_targets *t)
{
	return t->wanted.public;
}

const struct pptp_target_list *pptp_targets_list(const struct pptp_targets *t)
{
	return &t->wanted;
}

struct pptp_exclusions *pptp_targets_exclusions(struct pptp_targets *t)
{
	return &t->excluded;
}
