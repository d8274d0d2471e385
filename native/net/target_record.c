/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/target_record.h"

#include <stdio.h>
#include <string.h>

#include "format/json.h"

struct walk {
	struct pptp_json_reader json;
	struct pptp_target_record *record;
	struct pptp_address target;
	int64_t port;
	const char *why;
};

static bool is(const struct pptp_json_token *t, const char *text)
{
	return t->plain && t->length == strlen(text) &&
	       memcmp(t->text, text, t->length) == 0;
}

static bool fail(struct walk *w, const char *why)
{
	w->why = why;
	return false;
}

/* What is left of a value that began with `t`. */
static bool skip(struct walk *w, struct pptp_json_token *t)
{
	unsigned open = 0;

	for (;;) {
		if (t->type == PPTP_JSON_OBJECT || t->type == PPTP_JSON_ARRAY)
			open++;
		else if (t->type == PPTP_JSON_CLOSE)
			open--;
		if (open == 0)
			return true;
		if (!pptp_json_next(&w->json, t))
			return false;
	}
}

static bool read_target(struct walk *w, const struct pptp_json_token *t)
{
	if (t->type == PPTP_JSON_TEXT && t->plain &&
	    pptp_address_parse(&w->target, t->text, t->length))
		return true;
	return fail(w, "its 'target' is no address");
}

static bool read_port(struct walk *w, const struct pptp_json_token *t)
{
	if (t->type != PPTP_JSON_NUMBER || !t->whole || t->integer < 1 ||
	    t->integer > UINT16_MAX)
		return fail(w, "its 'port' is no number from 1 to 65535");
	w->port = t->integer;
	return true;
}

/* Commas are put between labels; a label that has one becomes two. */
static bool read_labels(struct walk *w, struct pptp_json_token *t)
{
	char *labels = w->record->labels;
	size_t n = 0;

	if (t->type != PPTP_JSON_ARRAY)
		return fail(w, "its 'labels' are no list");
	while (pptp_json_next(&w->json, t)) {
		if (t->type == PPTP_JSON_CLOSE) {
			labels[n > 0 ? n - 1 : 0] = '\0';
			return true;
		}
		if (t->type != PPTP_JSON_TEXT)
			return fail(w, "one of its 'labels' is no text");
		if (t->length + 1 > PPTP_TARGET_RECORD_LABELS - n)
			return fail(w, "its 'labels' are too long");
		n += pptp_json_unescape(t, labels + n);
		labels[n++] = ',';
	}
	return false;
}

static bool read_value(struct walk *w, const struct pptp_json_token *key,
		       struct pptp_json_token *value)
{
	if (is(key, "target"))
		return read_target(w, value);
	if (is(key, "port"))
		return read_port(w, value);
	if (is(key, "labels"))
		return read_labels(w, value);
	if (is(key, "kind") && value->type == PPTP_JSON_TEXT)
		w->record->none = is(value, "scan");
	return skip(w, value);
}

static bool read_all(struct walk *w)
{
	struct pptp_json_token key, value;

	if (!pptp_json_next(&w->json, &key) || key.type != PPTP_JSON_OBJECT)
		return false;
	while (pptp_json_next(&w->json, &key) && key.type == PPTP_JSON_KEY) {
		if (!pptp_json_next(&w->json, &value) ||
		    !read_value(w, &key, &value))
			return false;
	}
	if (w->json.why != NULL || pptp_json_next(&w->json, &key) ||
	    w->json.why != NULL)
		return false;
	if (w->record->none || (w->target.family != 0 && w->port != 0))
		return true;
	return fail(w, "it lacks 'target' or 'port'");
}

bool pptp_target_record_read(struct pptp_target_record *r, const char *line,
			     size_t length, const char **why)
{
	char text[PPTP_ADDRESS_TEXT];
	struct walk w = {.record = r, .why = "it is no JSON object"};

	memset(r, 0, sizeof(*r));
	pptp_json_reader_init(&w.json, line, length);
	if (!read_all(&w)) {
		*why = w.why;
		return false;
	}
	if (r->none)
		return true;
	pptp_address_format(&w.target, text);
	snprintf(r->spec, sizeof(r->spec),
		 w.target.family == 6 ? "[%s]:%u" : "%s:%u", text,
		 (unsigned)w.port);
	return true;
}
