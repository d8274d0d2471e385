/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/target_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "net/spec.h"

#define LINE_ROOM 4096

struct source {
	FILE *file;
	const char *path; /* for sentences */
	unsigned long line;
	char text[LINE_ROOM];
	size_t length;
	bool with_labels;
	pptp_target_line *take;
	void *context;
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

static enum pptp_error take_labelled(struct source *s, const char *at,
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
	return s->take(s->context, at, spec, n > 0 ? labels : NULL, text, room);
}

/* Tells where the line is that `why` is about. */
static void locate(const struct source *s, const char *why, char *text,
		   size_t room)
{
	snprintf(text, room, "%s line %lu: %s", s->path, s->line, why);
}

static enum pptp_error take_line(struct source *s, char *text, size_t room)
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
	if (s->with_labels)
		error = take_labelled(s, at, length, why, sizeof(why));
	else
		error = s->take(s->context, at, length, NULL, why, sizeof(why));
	if (error == PPTP_ERROR_NAME && s->unresolved++ > 0)
		return error;
	if (error != PPTP_OK)
		locate(s, why, text, room);
	return error;
}

/* Names that do not resolve end nothing: the sentence is about the first. */
static enum pptp_error read_lines(struct source *s, char *text, size_t room)
{
	enum line_status status;
	enum pptp_error error;

	while ((status = read_line(s)) == LINE) {
		error = take_line(s, text, room);
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

enum pptp_error pptp_target_file_read(const char *path, bool with_labels,
				      pptp_target_line *line, void *context,
				      char *text, size_t room)
{
	bool standard = strcmp(path, "-") == 0;
	struct source s = {
	    .file = standard ? stdin : open_file(path),
	    .path = standard ? "standard input" : path,
	    .with_labels = with_labels,
	    .take = line,
	    .context = context,
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
	error = read_lines(&s, text, room);
	saved = errno;
	if (!standard)
		fclose(s.file);
	errno = saved;
	return error;
}
