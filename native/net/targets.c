/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/targets.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "net/spec.h"

#define LINE_ROOM 4096

struct entry {
	struct pptp_address first, last;
	uint16_t port;
	char *name, *labels;
};

struct list {
	struct entry *entries;
	size_t count, room;
};

struct pptp_targets {
	struct list wanted, excluded;
	bool sorted;  /* `excluded` is in order, without overlaps */
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

static void free_list(struct list *l)
{
	size_t i;

	for (i = 0; i < l->count; i++) {
		free(l->entries[i].name);
		free(l->entries[i].labels);
	}
	free(l->entries);
}

void pptp_targets_close(struct pptp_targets *t)
{
	if (t == NULL)
		return;
	free_list(&t->wanted);
	free_list(&t->excluded);
	free(t);
}

void pptp_targets_numeric(struct pptp_targets *t)
{
	t->numeric = true;
}

/* ---- entries ------------------------------------------------------------- */

/* Takes the entry's strings over, also where it fails. */
static bool append(struct list *l, const struct entry *e)
{
	size_t room = l->room > 0 ? 2 * l->room : 16;
	struct entry *entries = l->entries;

	if (l->count == l->room) {
		entries = realloc(l->entries, room * sizeof(*entries));
		if (entries == NULL) {
			free(e->name);
			free(e->labels);
			return false;
		}
		l->entries = entries;
		l->room = room;
	}
	entries[l->count++] = *e;
	return true;
}

static enum pptp_error out_of_memory(char *text, size_t room)
{
	errno = ENOMEM;
	snprintf(text, room, "out of memory for targets");
	return PPTP_ERROR_SYSTEM;
}

static bool from_sockaddr(struct pptp_address *a, const struct sockaddr *from)
{
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;

	memset(a, 0, sizeof(*a));
	if (from->sa_family == AF_INET) {
		memcpy(&sin, from, sizeof(sin));
		a->family = 4;
		memcpy(a->bytes, &sin.sin_addr, 4);
	} else if (from->sa_family == AF_INET6) {
		memcpy(&sin6, from, sizeof(sin6));
		a->family = 6;
		memcpy(a->bytes, &sin6.sin6_addr, 16);
	}
	return a->family != 0;
}

/* The first IPv4 address, else the first IPv6 one. */
static bool choose(const struct addrinfo *all, struct pptp_address *chosen)
{
	struct pptp_address a;

	chosen->family = 0;
	for (; all != NULL && chosen->family != 4; all = all->ai_next)
		if (from_sockaddr(&a, all->ai_addr) &&
		    (chosen->family == 0 || a.family == 4))
			*chosen = a;
	return chosen->family != 0;
}

static enum pptp_error lookup(const struct pptp_targets *t, const char *name,
			      uint8_t family, struct addrinfo **all, char *text,
			      size_t room)
{
	struct addrinfo hints = {
	    .ai_family = family == 4   ? AF_INET
			 : family == 6 ? AF_INET6
				       : AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	};
	int status;

	if (t->numeric) {
		snprintf(text, room,
			 "host name '%s' is not looked up here; give its "
			 "address",
			 name);
		return PPTP_ERROR_ARGUMENT;
	}
	status = getaddrinfo(name, NULL, &hints, all);
	if (status == 0)
		return PPTP_OK;
	snprintf(text, room,
		 "host name '%s' does not resolve: %s; check it, or give its "
		 "address",
		 name, gai_strerror(status));
	return PPTP_ERROR_NAME;
}

static enum pptp_error resolve(struct pptp_targets *t, struct pptp_spec *s,
			       char *text, size_t room)
{
	struct addrinfo *all;
	enum pptp_error error = lookup(t, s->name, t->family, &all, text, room);
	bool chosen;

	if (error != PPTP_OK)
		return error;
	chosen = choose(all, &s->first);
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
	struct entry e = {.port = t->port};
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
	e.first = s.first;
	e.last = s.last;
	if (s.port != 0)
		e.port = s.port;
	if ((s.name[0] != '\0') != (e.name != NULL) ||
	    (labels != NULL) != (e.labels != NULL)) {
		free(e.name);
		free(e.labels);
		return out_of_memory(text, room);
	}
	if (!append(&t->wanted, &e))
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
	struct entry e = {.port = 0};

	if (error != PPTP_OK)
		return error;
	for (a = all; a != NULL && error == PPTP_OK; a = a->ai_next) {
		if (!from_sockaddr(&e.first, a->ai_addr))
			continue;
		e.last = e.first;
		if (!append(&t->excluded, &e))
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
	struct entry e = {.port = 0};
	struct pptp_spec s;

	if (!pptp_spec_parse(&s, spec, length, why)) {
		snprintf(text, room, "%s", why);
		return PPTP_ERROR_ARGUMENT;
	}
	t->sorted = false;
	if (s.first.family == 0)
		return exclude_name(t, s.name, text, room);
	e.first = s.first;
	e.last = s.last;
	return append(&t->excluded, &e) ? PPTP_OK : out_of_memory(text, room);
}

/* ---- files --------------------------------------------------------------- */

struct source {
	FILE *file;
	const char *path; /* for sentences */
	unsigned long line;
	char text[LINE_ROOM];
	size_t length;
	bool exclude;
	unsigned long targets, unresolved;
};

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void trim(const char **at, size_t *length)
{
	while (*length > 0 && is_space(**at)) {
		(*at)++;
		(*length)--;
	}
	while (*length > 0 && is_space((*at)[*length - 1]))
		(*length)--;
}

enum line_status { LINE, LINE_END, LINE_LONG };

static enum line_status read_line(struct source *s)
{
	int c;

	s->length = 0;
	s->line++;
	while ((c = getc(s->file)) != EOF && c != '\n') {
		if (s->length == sizeof(s->text))
			return LINE_LONG;
		s->text[s->length++] = (char)c;
	}
	return c == EOF && s->length == 0 ? LINE_END : LINE;
}

/* What stands before a `#` at the front or after white space. */
static size_t before_comment(const char *at, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		if (at[i] == '#' && (i == 0 || is_space(at[i - 1])))
			return i;
	return length;
}

/* "a, b,,c" to "a,b,c"; false where a byte has no business in a label. */
static bool copy_labels(char *labels, const char *at, size_t length)
{
	const char *end = at + length, *label;
	size_t n, i;

	for (; at < end; at++) {
		label = at;
		while (at < end && *at != ',')
			at++;
		n = (size_t)(at - label);
		trim(&label, &n);
		for (i = 0; i < n; i++)
			if ((unsigned char)label[i] < 0x20 || label[i] == 0x7f)
				return false;
		memcpy(labels, label, n);
		labels += n;
		if (n > 0)
			*labels++ = ',';
	}
	labels[0] = '\0';
	return true;
}

static enum pptp_error add_line(struct pptp_targets *t, const char *at,
				size_t length, char *text, size_t room)
{
	const char *comma = memchr(at, ',', length);
	size_t spec = comma != NULL ? (size_t)(comma - at) : length, n;
	char labels[LINE_ROOM + 1];

	if (!copy_labels(labels, at + spec, length - spec)) {
		snprintf(text, room, "a label holds a control character");
		return PPTP_ERROR_ARGUMENT;
	}
	n = strlen(labels);
	if (n > 0)
		labels[n - 1] = '\0'; /* the last comma */
	trim(&at, &spec);
	return add(t, at, spec, n > 0 ? labels : NULL, text, room);
}

/* Tells where the line is that `why` is about. */
static void locate(const struct source *s, const char *why, char *text,
		   size_t room)
{
	snprintf(text, room, "%s line %lu: %s", s->path, s->line, why);
}

static enum pptp_error take_line(struct pptp_targets *t, struct source *s,
				 char *text, size_t room)
{
	char why[2 * PPTP_SPEC_SENTENCE];
	const char *at = s->text;
	size_t length = s->length;
	enum pptp_error error;

	if (s->line == 1 && length >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0) {
		at += 3;
		length -= 3;
	}
	length = before_comment(at, length);
	trim(&at, &length);
	if (length == 0)
		return PPTP_OK;
	s->targets++;
	if (s->exclude)
		error = exclude(t, at, length, why, sizeof(why));
	else
		error = add_line(t, at, length, why, sizeof(why));
	if (error == PPTP_ERROR_NAME && s->unresolved++ > 0)
		return error;
	if (error != PPTP_OK)
		locate(s, why, text, room);
	return error;
}

/* Names that do not resolve end nothing: the sentence is about the first. */
static enum pptp_error read_lines(struct pptp_targets *t, struct source *s,
				  char *text, size_t room)
{
	enum line_status status;
	enum pptp_error error;

	while ((status = read_line(s)) == LINE) {
		error = take_line(t, s, text, room);
		if (error != PPTP_OK && error != PPTP_ERROR_NAME)
			return error;
	}
	if (status == LINE_LONG) {
		locate(s, "the line is too long for a target", text, room);
		return PPTP_ERROR_ARGUMENT;
	}
	if (ferror(s->file)) {
		snprintf(text, room, "cannot read %s: %s", s->path,
			 strerror(errno));
		return PPTP_ERROR_SYSTEM;
	}
	if (s->targets == 0) {
		snprintf(text, room, "%s holds no target; write one a line",
			 s->path);
		return PPTP_ERROR_ARGUMENT;
	}
	return s->unresolved > 0 ? PPTP_ERROR_NAME : PPTP_OK;
}

/* fopen() opens directories too. */
static FILE *open_file(const char *path)
{
	FILE *file = fopen(path, "re");
	struct stat st;

	if (file == NULL || fstat(fileno(file), &st) != 0 ||
	    !S_ISDIR(st.st_mode))
		return file;
	fclose(file);
	errno = EISDIR;
	return NULL;
}

static enum pptp_error read_file(struct pptp_targets *t, const char *path,
				 bool exclude, char *text, size_t room)
{
	bool standard = strcmp(path, "-") == 0;
	struct source s = {
	    .file = standard ? stdin : open_file(path),
	    .path = standard ? "standard input" : path,
	    .exclude = exclude,
	};
	enum pptp_error error;
	int saved;

	if (s.file == NULL) {
		saved = errno;
		snprintf(text, room, "cannot read target file '%s': %s", path,
			 strerror(saved));
		errno = saved;
		return PPTP_ERROR_SYSTEM;
	}
	error = read_lines(t, &s, text, room);
	saved = errno;
	if (!standard)
		fclose(s.file);
	errno = saved;
	return error;
}

enum pptp_error pptp_targets_add_file(struct pptp_targets *t, const char *path,
				      char *text, size_t room)
{
	return read_file(t, path, false, text, room);
}

enum pptp_error pptp_targets_exclude_file(struct pptp_targets *t,
					  const char *path, char *text,
					  size_t room)
{
	return read_file(t, path, true, text, room);
}

/* ---- counting ------------------------------------------------------------ */

static uint64_t half(const struct pptp_address *a, size_t at)
{
	uint64_t value = 0;
	size_t i;

	for (i = at; i < at + 8; i++)
		value = value << 8 | a->bytes[i];
	return value;
}

static uint64_t plus(uint64_t a, uint64_t b)
{
	return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t size_of(const struct entry *e)
{
	if (e->first.family == 4)
		return (uint64_t)pptp_address_v4_value(&e->last) -
		       pptp_address_v4_value(&e->first) + 1;
	if (half(&e->first, 0) != half(&e->last, 0))
		return UINT64_MAX;
	return plus(half(&e->last, 8) - half(&e->first, 8), 1);
}

uint64_t pptp_targets_count(const struct pptp_targets *t)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < t->wanted.count; i++)
		sum = plus(sum, size_of(&t->wanted.entries[i]));
	return sum;
}

/* No private block of IPv4 is smaller than a /24. Of a range of IPv6 all
 * counts where either end is public: rather too much than too little. */
static uint64_t public_of(const struct entry *e)
{
	uint64_t sum = 0, at, end, last;
	struct pptp_address a;

	if (e->first.family == 6)
		return pptp_address_is_private(&e->first) &&
			       pptp_address_is_private(&e->last)
			   ? 0
			   : size_of(e);
	last = pptp_address_v4_value(&e->last);
	for (at = pptp_address_v4_value(&e->first); at <= last; at = end + 1) {
		end = at | 0xff;
		if (end > last)
			end = last;
		a = pptp_address_v4((uint32_t)at);
		if (!pptp_address_is_private(&a))
			sum += end - at + 1;
	}
	return sum;
}

uint64_t pptp_targets_public(const struct pptp_targets *t)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < t->wanted.count; i++)
		sum = plus(sum, public_of(&t->wanted.entries[i]));
	return sum;
}

/* ---- one after another --------------------------------------------------- */

static int by_first(const void *a, const void *b)
{
	const struct entry *left = a, *right = b;

	return pptp_address_compare(&left->first, &right->first);
}

/* In order, and without overlaps, so that one search finds the only one. */
static void sort_excluded(struct pptp_targets *t)
{
	struct list *l = &t->excluded;
	struct entry *top;
	size_t i, n = 0;

	t->sorted = true;
	if (l->count == 0)
		return;
	qsort(l->entries, l->count, sizeof(*l->entries), by_first);
	for (i = 1; i < l->count; i++) {
		top = &l->entries[n];
		if (pptp_address_compare(&l->entries[i].first, &top->last) > 0)
			l->entries[++n] = l->entries[i];
		else if (pptp_address_compare(&l->entries[i].last, &top->last) >
			 0)
			top->last = l->entries[i].last;
	}
	l->count = n + 1;
}

static const struct entry *find_excluded(const struct pptp_targets *t,
					 const struct pptp_address *a)
{
	const struct entry *entries = t->excluded.entries;
	size_t low = 0, high = t->excluded.count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (pptp_address_compare(&entries[middle].last, a) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == t->excluded.count ||
	    pptp_address_compare(&entries[low].first, a) > 0)
		return NULL;
	return &entries[low];
}

static void increment(struct pptp_address *a)
{
	size_t i = a->family == 4 ? 4 : 16;

	while (i-- > 0 && ++a->bytes[i] == 0)
		;
}

/* To what follows `a`, or to the next entry. */
static void advance(struct pptp_targets *t, const struct pptp_address *a)
{
	const struct entry *e = &t->wanted.entries[t->at];

	if (pptp_address_compare(a, &e->last) >= 0) {
		t->at++;
		t->started = false;
		return;
	}
	t->next = *a;
	increment(&t->next);
}

bool pptp_targets_next(struct pptp_targets *t, struct pptp_target *target)
{
	const struct entry *e, *excluded;
	struct pptp_address a;

	if (!t->sorted)
		sort_excluded(t);
	while (t->at < t->wanted.count) {
		e = &t->wanted.entries[t->at];
		a = t->started ? t->next : e->first;
		t->started = true;
		excluded = find_excluded(t, &a);
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
