/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/json.h"

#include <string.h>

#include "format/sink.h"

/* What may come, beside white space. */
enum {
	NEXT_VALUE,
	NEXT_KEY,
	NEXT_FIRST, /* behind { or [: a key or a value, or the level's end */
	NEXT_COMMA, /* or the level's end */
	NEXT_NOTHING,
};

#define TOO_SHORT "the text ends too early"

void pptp_json_reader_init(struct pptp_json_reader *r, const void *text,
			   size_t length)
{
	memset(r, 0, sizeof(*r));
	/* An empty text may have no address at all. */
	r->base = length > 0 ? text : (const uint8_t *)"";
	r->at = r->base;
	r->end = r->base + length;
	r->next = NEXT_VALUE;
}

static bool fail(struct pptp_json_reader *r, const char *why)
{
	r->why = why;
	r->where = (size_t)(r->at - r->base);
	return false;
}

/* At what should not be there, be it the end. */
static bool unexpected(struct pptp_json_reader *r, const char *why)
{
	return fail(r, r->at == r->end ? TOO_SHORT : why);
}

static void skip_space(struct pptp_json_reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' ||
				  *r->at == '\r' || *r->at == '\t'))
		r->at++;
}

/* The byte here, or -1 at the end. */
static int here(const struct pptp_json_reader *r)
{
	return r->at < r->end ? *r->at : -1;
}

static bool in_array(const struct pptp_json_reader *r)
{
	return r->arrays >> (r->depth - 1) & 1;
}

/* ---- strings ---- */

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Four hexadecimal digits, or -1. */
static int32_t hex_number(const uint8_t *p, size_t left)
{
	uint32_t value = 0;
	unsigned i;
	int digit;

	if (left < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		digit = hex_digit(p[i]);
		if (digit < 0)
			return -1;
		value = value << 4 | (uint32_t)digit;
	}
	return (int32_t)value;
}

/* The character that stands in UTF-8 at `p`, which is 0x80 and more; `size`
 * becomes 0 where that is none (RFC 3629). */
static uint32_t utf8(const uint8_t *p, size_t left, size_t *size)
{
	uint32_t value, least;
	size_t i, n = *p >= 0xf0 ? 4 : *p >= 0xe0 ? 3 : 2;

	*size = 0;
	if (*p < 0xc2 || *p > 0xf4 || left < n)
		return 0;
	value = *p & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (p[i] & 0x3fu);
	}
	least = n == 4 ? 0x10000 : n == 3 ? 0x800 : 0x80;
	if (value < least || value > 0x10ffff ||
	    (value >= 0xd800 && value <= 0xdfff))
		return 0;
	*size = n;
	return value;
}

/* The character of the escape \uXXXX at `p`, a pair's where it is one; `size`
 * becomes 0 where that is none. */
static uint32_t escaped(const uint8_t *p, size_t left, size_t *size)
{
	int32_t high = left < 6 ? -1 : hex_number(p + 2, 4), low;

	*size = 0;
	if (high < 0 || (high >= 0xdc00 && high <= 0xdfff))
		return 0;
	*size = 6;
	if (high < 0xd800 || high > 0xdbff)
		return (uint32_t)high;
	*size = 0;
	if (left < 12 || p[6] != '\\' || p[7] != 'u')
		return 0;
	low = hex_number(p + 8, 4);
	if (low < 0xdc00 || low > 0xdfff)
		return 0;
	*size = 12;
	return 0x10000 + ((uint32_t)(high - 0xd800) << 10) +
	       (uint32_t)(low - 0xdc00);
}

static bool pass_escape(struct pptp_json_reader *r)
{
	size_t left = (size_t)(r->end - r->at), size = 2;

	if (left < 2)
		return fail(r, TOO_SHORT);
	if (r->at[1] == 'u') {
		(void)escaped(r->at, left, &size);
		if (size == 0)
			return fail(r, "an escape that is no character");
	} else if (r->at[1] == '\0' || strchr("\"\\/bfnrt", r->at[1]) == NULL) {
		return fail(r, "an escape that JSON does not know");
	}
	r->at += size;
	return true;
}

/* What is not plain, inside of a string. */
static bool pass_special(struct pptp_json_reader *r)
{
	size_t size;

	if (*r->at == '\\')
		return pass_escape(r);
	if (*r->at < 0x20)
		return fail(r, "a control character in a string");
	(void)utf8(r->at, (size_t)(r->end - r->at), &size);
	if (size == 0)
		return fail(r, "bytes that are not UTF-8");
	r->at += size;
	return true;
}

/* DEL too, which our own writer escapes. */
static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* From its first quote on. */
static bool read_string(struct pptp_json_reader *r, struct pptp_json_token *t,
			enum pptp_json_type type)
{
	const uint8_t *begin = ++r->at;

	t->type = type;
	t->plain = true;
	for (;;) {
		r->at += pptp_json_plain(r->at, (size_t)(r->end - r->at));
		while (r->at < r->end && is_plain(*r->at))
			r->at++;
		if (r->at == r->end)
			return fail(r, TOO_SHORT);
		if (*r->at == '"')
			break;
		t->plain = false;
		if (!pass_special(r))
			return false;
	}
	t->text = (const char *)begin;
	t->length = (size_t)(r->at - begin);
	r->at++;
	return true;
}

/* U+0000 to U+00FF are bytes; what lies beyond is UTF-8 of 2 to 4 bytes. */
static size_t put_character(uint8_t *out, uint32_t c)
{
	if (c < 0x100) {
		out[0] = (uint8_t)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (uint8_t)(0xc0 | c >> 6);
		out[1] = (uint8_t)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (uint8_t)(0xe0 | c >> 12);
		out[1] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | c >> 18);
	out[1] = (uint8_t)(0x80 | (c >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (c >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (c & 0x3f));
	return 4;
}

static uint32_t short_escape(uint8_t c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	default:
		return c;
	}
}

size_t pptp_json_unescape(const struct pptp_json_token *t, char *out)
{
	const uint8_t *p = (const uint8_t *)t->text, *end = p + t->length;
	uint8_t *to = (uint8_t *)out;
	size_t size, left;
	uint32_t c;

	for (; p < end; p += size) {
		left = (size_t)(end - p);
		size = 1;
		c = *p;
		if (c >= 0x80) {
			c = utf8(p, left, &size);
		} else if (c == '\\' && p[1] == 'u') {
			c = escaped(p, left, &size);
		} else if (c == '\\') {
			c = short_escape(p[1]);
			size = 2;
		}
		to += put_character(to, c);
	}
	return (size_t)(to - (uint8_t *)out);
}

/* ---- numbers and words ---- */

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool pass_digits(struct pptp_json_reader *r)
{
	if (!is_digit(here(r)))
		return unexpected(r, "a number without a digit");
	while (is_digit(here(r)))
		r->at++;
	return true;
}

/* `digits` decimal digits: the number where it fits into 64 bits. */
static void set_integer(struct pptp_json_token *t, const uint8_t *digits,
			const uint8_t *end, bool negative)
{
	uint64_t most = (uint64_t)INT64_MAX + negative, value = 0;

	for (; digits < end; digits++) {
		if (value > (most - (uint64_t)(*digits - '0')) / 10)
			return;
		value = value * 10 + (uint64_t)(*digits - '0');
	}
	t->whole = true;
	t->integer = (int64_t)(negative ? 0 - value : value);
}

static bool pass_fraction(struct pptp_json_reader *r)
{
	if (here(r) == '.') {
		r->at++;
		if (!pass_digits(r))
			return false;
	}
	if (here(r) == 'e' || here(r) == 'E') {
		r->at++;
		if (here(r) == '+' || here(r) == '-')
			r->at++;
		return pass_digits(r);
	}
	return true;
}

static bool read_number(struct pptp_json_reader *r, struct pptp_json_token *t)
{
	const uint8_t *begin = r->at, *digits, *end;
	bool negative = here(r) == '-';

	t->type = PPTP_JSON_NUMBER;
	r->at += negative;
	digits = r->at;
	if (here(r) == '0')
		r->at++;
	else if (!pass_digits(r))
		return false;
	end = r->at;
	if (!pass_fraction(r))
		return false;
	if (end == r->at)
		set_integer(t, digits, end, negative);
	t->text = (const char *)begin;
	t->length = (size_t)(r->at - begin);
	return true;
}

static bool read_word(struct pptp_json_reader *r, struct pptp_json_token *t)
{
	static const struct {
		const char *text;
		size_t length;
		enum pptp_json_type type;
	} words[] = {
	    {"true", 4, PPTP_JSON_TRUE},
	    {"false", 5, PPTP_JSON_FALSE},
	    {"null", 4, PPTP_JSON_NULL},
	};
	size_t left = (size_t)(r->end - r->at), i, n;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		n = left < words[i].length ? left : words[i].length;
		if (n == 0 || memcmp(r->at, words[i].text, n) != 0)
			continue;
		if (n < words[i].length)
			return fail(r, TOO_SHORT);
		r->at += n;
		t->type = words[i].type;
		return true;
	}
	return unexpected(r, "something that is no value");
}

/* ---- levels ---- */

static bool open_level(struct pptp_json_reader *r, struct pptp_json_token *t,
		       bool array)
{
	uint64_t bit;

	if (r->depth == PPTP_JSON_NESTING)
		return fail(r, "it nests too deep");
	bit = UINT64_C(1) << r->depth++;
	r->arrays = array ? r->arrays | bit : r->arrays & ~bit;
	r->at++;
	r->next = NEXT_FIRST;
	t->type = array ? PPTP_JSON_ARRAY : PPTP_JSON_OBJECT;
	return true;
}

static void value_ended(struct pptp_json_reader *r)
{
	r->next = r->depth > 0 ? NEXT_COMMA : NEXT_NOTHING;
}

static bool close_level(struct pptp_json_reader *r, struct pptp_json_token *t)
{
	r->at++;
	r->depth--;
	value_ended(r);
	t->type = PPTP_JSON_CLOSE;
	return true;
}

static bool read_value(struct pptp_json_reader *r, struct pptp_json_token *t)
{
	int c = here(r);
	bool ok;

	if (c == '{' || c == '[')
		return open_level(r, t, c == '[');
	if (c == '"')
		ok = read_string(r, t, PPTP_JSON_TEXT);
	else if (c == '-' || is_digit(c))
		ok = read_number(r, t);
	else
		ok = read_word(r, t);
	value_ended(r);
	return ok;
}

static bool read_key(struct pptp_json_reader *r, struct pptp_json_token *t)
{
	if (here(r) != '"')
		return unexpected(r, "no key where one has to be");
	if (!read_string(r, t, PPTP_JSON_KEY))
		return false;
	skip_space(r);
	if (here(r) != ':')
		return unexpected(r, "no colon behind a key");
	r->at++;
	r->next = NEXT_VALUE;
	return true;
}

bool pptp_json_next(struct pptp_json_reader *r, struct pptp_json_token *t)
{
	memset(t, 0, sizeof(*t));
	if (r->why != NULL)
		return false;
	skip_space(r);
	if (r->next == NEXT_NOTHING)
		return r->at < r->end &&
		       fail(r, "more follows after the value");
	if (r->next == NEXT_FIRST || r->next == NEXT_COMMA) {
		if (here(r) == (in_array(r) ? ']' : '}'))
			return close_level(r, t);
		if (r->next == NEXT_COMMA) {
			if (here(r) != ',')
				return unexpected(r, "no comma between values");
			r->at++;
			skip_space(r);
		}
		r->next = in_array(r) ? NEXT_VALUE : NEXT_KEY;
	}
	return r->next == NEXT_KEY ? read_key(r, t) : read_value(r, t);
}
