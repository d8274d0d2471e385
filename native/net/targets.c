/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/targets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/lookup.h"
#include "net/spec.h"
#include "net/target_file.h"
#include "net/target_list.h"

struct pptp_targets {
	struct pptp_target_list wanted;
	struct pptp_exclusions excluded;
	bool numeric; /* no name is looked up */
	uint16_t port;
	uint8_t family;
	size_t at; /* which entry is being told */
	struct pptp_address next;
	bool started; /* `next` is of the entry `at` */
};

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
	return PPTP_OK;
}

void pptp_targets_close(struct pptp_targets *t)
{
	if (t == NULL)
		return;
	pptp_target_list_free(&t->wanted);
	pptp_exclusions_free(&t->excluded);
	free(t);
}

void pptp_targets_numeric(struct pptp_targets *t)
{
	t->numeric = true;
}

/* ---- entries ------------------------------------------------------------- */

static enum pptp_error out_of_memory(char *text, size_t room)
{
	errno = ENOMEM;
	snprintf(text, room, "out of memory for targets");
	return PPTP_ERROR_SYSTEM;
}

static enum pptp_error lookup(const struct pptp_targets *t, const char *name,
			      uint8_t family, struct addrinfo **all, char *text,
			      size_t room)
{
	if (!t->numeric)
		return pptp_lookup(name, family, all, text, room);
	snprintf(text, room,
		 "host name '%s' is not looked up here; give its address",
		 name);
	return PPTP_ERROR_ARGUMENT;
}

static enum pptp_error resolve(struct pptp_targets *t, struct pptp_spec *s,
			       char *text, size_t room)
{
	struct addrinfo *all;
	enum pptp_error error = lookup(t, s->name, t->family, &all, text, room);
	bool chosen;

	if (error != PPTP_OK)
		return error;
	chosen = pptp_lookup_choose(all, &s->first);
	s->last = s->first;
	freeaddrinfo(all);
	if (chosen)
		return PPTP_OK;
	snprintf(text, room, "host name '%s' has no address", s->name);
	return PPTP_ERROR_NAME;
}

/* `labels` NULL: none. */
static enum pptp_error add(struct pptp_targets *t, const char *spec,
			   size_t length, const char *labels, char *text,
			   size_t room)
{
	char why[PPTP_SPEC_SENTENCE];
	struct pptp_target_entry e = {.port = t->port};
	struct pptp_spec s;
	enum pptp_error error;

	if (!pptp_spec_parse(&s, spec, length, why)) {
		snprintf(text, room, "%s", why);
		return PPTP_ERROR_ARGUMENT;
	}
	if (s.first.family == 0) {
		error = resolve(t, &s, text, room);
		if (error != PPTP_OK)
			return error;
		e.name = strdup(s.name);
	}
	if (labels != NULL)
		e.labels = strdup(labels);
	e.block = (struct pptp_block){s.first, s.last};
	if (s.port != 0)
		e.port = s.port;
	if ((s.name[0] != '\0') != (e.name != NULL) ||
	    (labels != NULL) != (e.labels != NULL)) {
		free(e.name);
		free(e.labels);
		return out_of_memory(text, room);
	}
	if (!pptp_target_list_append(&t->wanted, &e))
		return out_of_memory(text, room);
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
	enum pptp_error error = lookup(t, name, 0, &all, text, room);
	struct pptp_block e;

	if (error != PPTP_OK)
		return error;
	for (a = all; a != NULL && error == PPTP_OK; a = a->ai_next) {
		if (!pptp_lookup_address(&e.first, a->ai_addr))
			continue;
		e.last = e.first;
		if (!pptp_exclusions_append(&t->excluded, &e))
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
	struct pptp_block e;
	struct pptp_spec s;

	if (!pptp_spec_parse(&s, spec, length, why)) {
		snprintf(text, room, "%s", why);
		return PPTP_ERROR_ARGUMENT;
	}
	if (s.first.family == 0)
		return exclude_name(t, s.name, text, room);
	e.first = s.first;
	e.last = s.last;
	return pptp_exclusions_append(&t->excluded, &e)
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
	return pptp_target_file_read(path, true, add_line, t, text, room);
}

enum pptp_error pptp_targets_exclude_file(struct pptp_targets *t,
					  const char *path, char *text,
					  size_t room)
{
	return pptp_target_file_read(path, false, exclude_line, t, text, room);
}

uint64_t pptp_targets_count(const struct pptp_targets *t)
{
	return pptp_target_list_count(&t->wanted);
}

uint64_t pptp_targets_public(const struct pptp_targets *t)
{
	return pptp_target_list_public(&t->wanted);
}

/* ---- one after another --------------------------------------------------- */

static void increment(struct pptp_address *a)
{
	size_t i = a->family == 4 ? 4 : 16;

	while (i-- > 0 && ++a->bytes[i] == 0)
		;
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
	increment(&t->next);
}

bool pptp_targets_next(struct pptp_targets *t, struct pptp_target *target)
{
	const struct pptp_target_entry *e;
	const struct pptp_block *excluded;
	struct pptp_address a;

	while (t->at < t->wanted.count) {
		e = &t->wanted.entries[t->at];
		a = t->started ? t->next : e->block.first;
		t->started = true;
		excluded = pptp_exclusions_find(&t->excluded, &a);
		advance(t, excluded != NULL ? &excluded->last : &a);
		if (excluded != NULL)
			continue;
		target->address = a;
		target->port = e->port;
		target->name = e->name;
		target->labels = e->labels;
		return true;
	}
	return false;
}
