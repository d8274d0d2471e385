/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/fact.h"

#include <string.h>

#include "format/json.h"

#define FACTS_MOST 64 /* a bit each, of which there are */

static uint64_t *number_at(const struct pptp_fact *f, void *values)
{
	return (uint64_t *)((char *)values + f->offset);
}

static uint8_t *bytes_at(const struct pptp_fact *f, void *values)
{
	return (uint8_t *)values + f->offset;
}

void pptp_facts_walk(const struct pptp_fact *facts, size_t n,
		     const void *values, struct pptp_sink *s)
{
	const struct pptp_fact *f;
	uint64_t number;

	for (f = facts; f < facts + n; f++) {
		if (f->type == PPTP_FACT_BYTES) {
			pptp_sink_hex(s, f->name,
				      (const uint8_t *)values + f->offset,
				      f->size);
			continue;
		}
		memcpy(&number, (const char *)values + f->offset,
		       sizeof(number));
		s->number(s, f->name, (int64_t)number);
	}
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_bytes(const struct pptp_fact *f, uint8_t *bytes,
		       const struct pptp_json_token *t)
{
	size_t i;
	int high, low;

	if (t->type != PPTP_JSON_TEXT || t->length != 2 * f->size)
		return false;
	for (i = 0; i < f->size; i++) {
		high = digit_of(t->text[2 * i]);
		low = digit_of(t->text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static bool read_fact(const struct pptp_fact *f, void *values,
		      const struct pptp_json_token *t)
{
	if (f->type == PPTP_FACT_BYTES)
		return read_bytes(f, bytes_at(f, values), t);
	if (t->type != PPTP_JSON_NUMBER || !t->whole || t->integer < 0)
		return false;
	*number_at(f, values) = (uint64_t)t->integer;
	return true;
}

static size_t find(const struct pptp_fact *facts, size_t n,
		   const struct pptp_json_token *key)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strlen(facts[i].name) == key->length &&
		    memcmp(facts[i].name, key->text, key->length) == 0)
			break;
	return i;
}

/* Past the value that began with `t`. */
static void pass_value(struct pptp_json_reader *r,
		       const struct pptp_json_token *t)
{
	struct pptp_json_token inner;
	unsigned depth = r->depth;

	if (t->type != PPTP_JSON_OBJECT && t->type != PPTP_JSON_ARRAY)
		return;
	while (r->depth >= depth && pptp_json_next(r, &inner))
		;
}

/* How an object goes on: 1: a key is in `t`, 0: it has ended, -1: broken. */
static int next_key(struct pptp_json_reader *r, struct pptp_json_token *t)
{
	if (!pptp_json_next(r, t))
		return -1;
	if (t->type == PPTP_JSON_KEY)
		return 1;
	return pptp_json_next(r, t) || r->why != NULL ? -1 : 0;
}

/* What an object that is open says; a bit for each fact in `seen`. */
static bool read_members(const struct pptp_fact *facts, size_t n, void *values,
			 struct pptp_json_reader *r, uint64_t *seen,
			 const char **fact)
{
	struct pptp_json_token t;
	size_t i;
	int more;

	while ((more = next_key(r, &t)) > 0) {
		i = find(facts, n, &t);
		if (!pptp_json_next(r, &t))
			return false;
		if (i == n) {
			pass_value(r, &t);
			continue;
		}
		if (!read_fact(&facts[i], values, &t)) {
			*fact = facts[i].name;
			return false;
		}
		*seen |= UINT64_C(1) << i;
	}
	return more == 0;
}

bool pptp_facts_read(const struct pptp_fact *facts, size_t n, void *values,
		     const char *text, size_t length, const char **why,
		     const char **fact)
{
	struct pptp_json_reader r;
	struct pptp_json_token t;
	uint64_t seen = 0;
	size_t i;

	*fact = NULL;
	*why = "it is no JSON object";
	pptp_json_reader_init(&r, text, length);
	if (n > FACTS_MOST || !pptp_json_next(&r, &t) ||
	    t.type != PPTP_JSON_OBJECT)
		return false;
	if (!read_members(facts, n, values, &r, &seen, fact)) {
		if (*fact != NULL)
			*why = "it is out of range";
		else if (r.why != NULL)
			*why = r.why;
		return false;
	}
	*why = "it is missing";
	for (i = 0; i < n; i++)
		if ((seen >> i & 1) == 0) {
			*fact = facts[i].name;
			return false;
		}
	return true;
}
