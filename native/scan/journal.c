/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/journal.h"

#include <string.h>

#include "scan/count.h"
#include "scan/fact.h"

#define HEAD(type, field) PPTP_FACT_##type##_OF(struct pptp_journal_head, field)
#define SECOND(type, field)                                                    \
	PPTP_FACT_##type##_OF(struct pptp_journal_second, field)
#define SPAN(field)   PPTP_FACT_NUMBER_OF(struct pptp_interval, field)
#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static const struct pptp_fact head_facts[] = {
    HEAD(NUMBER, journal),     HEAD(BYTES, run),
    HEAD(NUMBER, seed),        HEAD(NUMBER, count),
    HEAD(NUMBER, shard),       HEAD(NUMBER, shards),
    HEAD(NUMBER, first),       HEAD(NUMBER, end),
    HEAD(NUMBER, source_port), HEAD(NUMBER, source_ports),
    HEAD(BYTES, targets_hash), HEAD(BYTES, options_hash),
    HEAD(BYTES, key),
};

static const struct pptp_fact second_facts[] = {
    SECOND(NUMBER, low),  SECOND(NUMBER, high), SECOND(NUMBER, offset),
    SECOND(NUMBER, rows), SECOND(NUMBER, time),
};

static const struct pptp_fact span_facts[] = {SPAN(first), SPAN(end)};

static const struct pptp_fact row_facts[] = {
    {"position", PPTP_FACT_NUMBER, 0, 0},
};

/* Which kind a line is, its first key tells: so far is enough. */
enum kind {
	KIND_HEAD,
	KIND_SECOND,
	KIND_LOST,
	KIND_ROW,
	KIND_HEALED,
	KIND_END,
	KIND_NONE,
};

static const char *const kinds[] = {"head", "second", "lost",
				    "row",  "healed", "end"};

#define KIND_BEGIN "{\"line\":\""

static struct pptp_sink *open_line(struct pptp_json *j, enum kind kind,
				   char *text, size_t room)
{
	pptp_json_init(j, text, room);
	j->sink.object(&j->sink, NULL);
	pptp_sink_string(&j->sink, "line", kinds[kind]);
	return &j->sink;
}

static int close_line(struct pptp_json *j)
{
	j->sink.end(&j->sink);
	if (j->failed)
		return PPTP_ERROR_SPACE;
	j->text[j->length] = '\n'; /* where its NUL was */
	return (int)j->length + 1;
}

int pptp_journal_head_write(const struct pptp_journal_head *head, char *text,
			    size_t room)
{
	struct pptp_json j;
	struct pptp_sink *s = open_line(&j, KIND_HEAD, text, room);

	pptp_facts_walk(head_facts, LENGTH(head_facts), head, s);
	return close_line(&j);
}

int pptp_journal_second_write(const struct pptp_journal_second *second,
			      char *text, size_t room)
{
	struct pptp_json j;
	struct pptp_sink *s = open_line(&j, KIND_SECOND, text, room);

	pptp_facts_walk(second_facts, LENGTH(second_facts), second, s);
	pptp_sweep_counts_walk(&second->counts, s);
	return close_line(&j);
}

int pptp_journal_lost_write(const struct pptp_interval *lost, char *text,
			    size_t room)
{
	struct pptp_json j;
	struct pptp_sink *s = open_line(&j, KIND_LOST, text, room);

	pptp_facts_walk(span_facts, LENGTH(span_facts), lost, s);
	return close_line(&j);
}

int pptp_journal_row_write(uint64_t position, char *text, size_t room)
{
	struct pptp_json j;
	struct pptp_sink *s = open_line(&j, KIND_ROW, text, room);

	pptp_facts_walk(row_facts, LENGTH(row_facts), &position, s);
	return close_line(&j);
}

static int bare_line(enum kind kind, char *text, size_t room)
{
	struct pptp_json j;

	open_line(&j, kind, text, room);
	return close_line(&j);
}

int pptp_journal_healed_write(char *text, size_t room)
{
	return bare_line(KIND_HEALED, text, room);
}

int pptp_journal_end_write(char *text, size_t room)
{
	return bare_line(KIND_END, text, room);
}

void pptp_journal_init(struct pptp_journal *j, struct pptp_interval *lost,
		       size_t lost_room)
{
	memset(j, 0, sizeof(*j));
	pptp_intervals_init(&j->lost, lost, lost_room);
}

static enum kind kind_of(const char *line, size_t length)
{
	const size_t begin = sizeof(KIND_BEGIN) - 1;
	size_t kind, size;

	for (kind = 0; kind < KIND_NONE; kind++) {
		size = strlen(kinds[kind]);
		if (length > begin + size &&
		    memcmp(line, KIND_BEGIN, begin) == 0 &&
		    memcmp(line + begin, kinds[kind], size) == 0 &&
		    line[begin + size] == '"')
			break;
	}
	return (enum kind)kind;
}

bool pptp_journal_row_read(const char *line, size_t length, uint64_t *position)
{
	const char *why, *fact;

	return kind_of(line, length) == KIND_ROW &&
	       pptp_facts_read(row_facts, LENGTH(row_facts), position, line,
			       length, &why, &fact);
}

static bool read_row(struct pptp_journal *j, const char *line, size_t length)
{
	uint64_t position;

	return pptp_facts_read(row_facts, LENGTH(row_facts), &position, line,
			       length, &j->why, &j->fact);
}

static bool read_lost(struct pptp_journal *j, const char *line, size_t length)
{
	struct pptp_interval span;

	if (!pptp_facts_read(span_facts, LENGTH(span_facts), &span, line,
			     length, &j->why, &j->fact))
		return false;
	pptp_intervals_add(&j->lost, span);
	return true;
}

static bool read_second(struct pptp_journal *j, const char *line, size_t length)
{
	struct pptp_journal_second second;

	if (!pptp_facts_read(second_facts, LENGTH(second_facts), &second, line,
			     length, &j->why, &j->fact) ||
	    !pptp_sweep_counts_read(&second.counts, line, length, &j->why,
				    &j->fact))
		return false;
	j->second = second;
	j->ended = false;
	return true;
}

static bool read_bare(struct pptp_journal *j, const char *line, size_t length)
{
	return pptp_facts_read(NULL, 0, NULL, line, length, &j->why, &j->fact);
}

static bool read_line(struct pptp_journal *j, const char *line, size_t length)
{
	j->why = "it is no line of a journal";
	j->fact = NULL;
	if (length == 0 || line[length - 1] != '\n')
		return false;
	switch (kind_of(line, length)) {
	case KIND_SECOND:
		return read_second(j, line, length);
	case KIND_LOST:
		return read_lost(j, line, length);
	case KIND_ROW:
		return read_row(j, line, length);
	case KIND_HEALED:
		if (!read_bare(j, line, length))
			return false;
		j->lost.count = 0;
		return true;
	case KIND_END:
		j->ended = read_bare(j, line, length);
		return j->ended;
	case KIND_HEAD:
	case KIND_NONE:
	default:
		return false;
	}
}

static bool read_head(struct pptp_journal *j, const char *line, size_t length)
{
	j->why = "it does not begin as a journal does";
	if (length == 0 || line[length - 1] != '\n' ||
	    kind_of(line, length) != KIND_HEAD ||
	    !pptp_facts_read(head_facts, LENGTH(head_facts), &j->head, line,
			     length, &j->why, &j->fact))
		return false;
	j->why = "another version wrote it";
	return j->head.journal == PPTP_JOURNAL_VERSION;
}

enum pptp_error pptp_journal_feed(struct pptp_journal *j, const char *line,
				  size_t length)
{
	if (j->torn)
		return PPTP_ERROR_MALFORMED;
	if (!j->has_head) {
		if (!read_head(j, line, length))
			return PPTP_ERROR_MALFORMED;
		j->has_head = true;
	} else if (!read_line(j, line, length)) {
		j->torn = true;
		return PPTP_OK;
	}
	j->whole += length;
	return PPTP_OK;
}
