/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/target_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/spec.h"
#include "net/target_record.h"

#define LINE_ROOM 4096 /* of a line that is no record */

struct text {
	const char *at;
	size_t length;
};

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct text trim(struct text t)
{
	while (t.length > 0 && is_space(*t.at)) {
		t.at++;
		t.length--;
	}
	while (t.length > 0 && is_space(t.at[t.length - 1]))
		t.length--;
	return t;
}

static enum pptp_error refuse(char *text, size_t room, const char *why)
{
	snprintf(text, room, "%s", why);
	return PPTP_ERROR_ARGUMENT;
}

/* ---- targets ------------------------------------------------------------- */

/* What stands before a `#` at the front or after white space. */
static struct text before_comment(struct text t)
{
	size_t i;

	for (i = 0; i < t.length; i++)
		if (t.at[i] == '#' && (i == 0 || is_space(t.at[i - 1])))
			t.length = i;
	return t;
}

/* "a, b,,c" to "a,b,c"; false where a byte has no business in a label. */
static bool copy_labels(char *labels, const char *at, size_t length)
{
	const char *end = at + length;
	char *out = labels;
	struct text label;
	size_t i;

	for (; at < end; at++) {
		label.at = at;
		while (at < end && *at != ',')
			at++;
		label.length = (size_t)(at - label.at);
		label = trim(label);
		for (i = 0; i < label.length; i++)
			if ((unsigned char)label.at[i] < 0x20 ||
			    label.at[i] == 0x7f)
				return false;
		memcpy(out, label.at, label.length);
		out += label.length;
		if (label.length > 0)
			*out++ = ',';
	}
	if (out > labels)
		out--; /* the last comma */
	*out = '\0';
	return true;
}

/* `labels` may be nothing. */
static enum pptp_error take(struct pptp_target_file *f, struct text spec,
			    struct text labels, char *text, size_t room)
{
	char copied[LINE_ROOM + 1];

	if (!copy_labels(copied, labels.at, labels.length))
		return refuse(text, room, "a label holds a control character");
	f->items++;
	return f->take(f->context, spec.at, spec.length,
		       copied[0] != '\0' ? copied : NULL, text, room);
}

static enum pptp_error take_record(struct pptp_target_file *f, struct text t,
				   char *text, size_t room)
{
	struct pptp_target_record r;
	const char *why;

	if (!pptp_target_record_read(&r, t.at, t.length, &why)) {
		snprintf(text, room, "the record is no target: %s", why);
		return PPTP_ERROR_ARGUMENT;
	}
	if (r.none) {
		f->items++;
		return PPTP_OK;
	}
	return take(f, (struct text){r.spec, strlen(r.spec)},
		    (struct text){r.labels, strlen(r.labels)}, text, room);
}

static enum pptp_error take_target(struct pptp_target_file *f, struct text t,
				   char *text, size_t room)
{
	struct text labels = {"", 0};
	const char *comma;

	t = trim(before_comment(t));
	if (t.length == 0)
		return PPTP_OK;
	comma = memchr(t.at, ',', t.length);
	if (comma != NULL) {
		labels.at = comma;
		labels.length = t.length - (size_t)(comma - t.at);
		t.length = (size_t)(comma - t.at);
	}
	return take(f, trim(t), labels, text, room);
}

/* ---- exclusions ---------------------------------------------------------- */

static bool is_remark(struct text t)
{
	return (t.length > 0 && t.at[0] == ';') ||
	       (t.length > 1 && t.at[0] == '/' && t.at[1] == '/');
}

static enum pptp_error take_exclusions(struct pptp_target_file *f,
				       struct text t, char *text, size_t room)
{
	const char *hash = memchr(t.at, '#', t.length), *at, *end;
	enum pptp_error error = PPTP_OK;

	if (hash != NULL)
		t.length = (size_t)(hash - t.at);
	t = trim(t);
	if (is_remark(t))
		return PPTP_OK;
	end = t.at + t.length;
	for (at = t.at; at < end && error == PPTP_OK; at++) {
		struct text item = {at, 0};

		while (at < end && *at != ',' && !is_space(*at))
			at++;
		item.length = (size_t)(at - item.at);
		if (item.length == 0)
			continue;
		f->items++;
		error =
		    f->take(f->context, item.at, item.length, NULL, text, room);
	}
	return error;
}

/* ---- lines --------------------------------------------------------------- */

/* Tells where the line is that `why` is about. */
static void locate(const struct pptp_target_file *f, const char *why,
		   char *text, size_t room)
{
	snprintf(text, room, "%s line %lu: %s", f->name, f->lines.number, why);
}

static enum pptp_error take_line(struct pptp_target_file *f, struct text t,
				 char *text, size_t room)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (f->lines.number == 1 && t.length >= 3 &&
	    memcmp(t.at, mark, 3) == 0) {
		t.at += 3;
		t.length -= 3;
	}
	t = trim(t);
	if (t.length > 0 && t.at[0] == '{' && !f->exclusions)
		return take_record(f, t, text, room);
	if (t.length > LINE_ROOM)
		return refuse(text, room, "the line is too long for a target");
	return f->exclusions ? take_exclusions(f, t, text, room)
			     : take_target(f, t, text, room);
}

static enum pptp_target_file_status
end(struct pptp_target_file *f, enum pptp_error *error, char *text, size_t room)
{
	if (f->items > 0)
		return PPTP_TARGET_FILE_END;
	*error = PPTP_ERROR_ARGUMENT;
	snprintf(text, room, "%s holds no target; write one a line", f->name);
	return PPTP_TARGET_FILE_FAILED;
}

enum pptp_target_file_status pptp_target_file_step(struct pptp_target_file *f,
						   bool wait,
						   enum pptp_error *error,
						   char *text, size_t room)
{
	char why[2 * PPTP_SPEC_SENTENCE];
	struct text t;

	switch (pptp_lines_next(&f->lines, wait, &t.at, &t.length)) {
	case PPTP_LINES_NONE_YET:
		return PPTP_TARGET_FILE_NONE_YET;
	case PPTP_LINES_END:
		return end(f, error, text, room);
	case PPTP_LINES_LONG:
		*error = refuse(why, sizeof(why),
				"the line is too long for a target");
		break;
	case PPTP_LINES_FAILED:
		*error = PPTP_ERROR_SYSTEM;
		snprintf(text, room, "cannot read %s: %s", f->name,
			 strerror(errno));
		return PPTP_TARGET_FILE_FAILED;
	default:
		*error = take_line(f, t, why, sizeof(why));
	}
	if (*error == PPTP_OK)
		return PPTP_TARGET_FILE_LINE;
	locate(f, why, text, room);
	return PPTP_TARGET_FILE_FAILED;
}

/* open() opens directories too. */
static int open_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISDIR(st.st_mode))
		return fd;
	close(fd);
	errno = EISDIR;
	return -1;
}

enum pptp_error pptp_target_file_open(struct pptp_target_file *f,
				      const char *path, char *text, size_t room)
{
	bool standard = strcmp(path, "-") == 0;
	int fd = standard ? STDIN_FILENO : open_file(path), saved = errno;

	pptp_lines_init(&f->lines, fd);
	f->name = standard ? "standard input" : path;
	f->items = 0;
	if (fd >= 0)
		return PPTP_OK;
	snprintf(text, room, "cannot read target file '%s': %s", path,
		 strerror(saved));
	errno = saved;
	return PPTP_ERROR_SYSTEM;
}

void pptp_target_file_close(struct pptp_target_file *f)
{
	pptp_lines_free(&f->lines);
	if (f->lines.fd > STDIN_FILENO)
		close(f->lines.fd);
}

enum pptp_error pptp_target_file_read(struct pptp_target_file *f,
				      const char *path, char *text, size_t room)
{
	enum pptp_target_file_status status = PPTP_TARGET_FILE_LINE;
	enum pptp_error error = pptp_target_file_open(f, path, text, room);
	int saved;

	if (error != PPTP_OK)
		return error;
	while (status == PPTP_TARGET_FILE_LINE)
		status = pptp_target_file_step(f, true, &error, text, room);
	saved = errno;
	pptp_target_file_close(f);
	errno = saved;
	return status == PPTP_TARGET_FILE_END ? PPTP_OK : error;
}
