/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/sink.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

void pptp_sink_string(struct pptp_sink *s, const char *key, const char *text)
{
	s->text(s, key, text, strlen(text));
}

void pptp_sink_hex(struct pptp_sink *s, const char *key, const void *bytes,
		   size_t length)
{
	s->hex(s, key, bytes, length);
}

bool pptp_json_flush(struct pptp_json *j)
{
	if (j->length > 0 && !j->failed)
		j->failed = !j->write(j->context, j->text, j->length);
	j->length = 0;
	return !j->failed;
}

static void put_piece(struct pptp_json *j, const char *text, size_t length)
{
	if (length > 0)
		memcpy(j->text + j->length, text, length);
	j->length += length;
}

static void put(struct pptp_json *j, const char *text, size_t length)
{
	size_t n;

	if (!j->failed && length < j->room - j->length) {
		put_piece(j, text, length);
		if (j->write == NULL)
			j->text[j->length] = '\0';
		return;
	}
	while (!j->failed && j->write != NULL && length > j->room - j->length) {
		n = j->room - j->length;
		put_piece(j, text, n);
		text += n;
		length -= n;
		(void)pptp_json_flush(j);
	}
	/* In a room of its own, the last byte is the NUL's. */
	if (j->write == NULL)
		j->failed = true;
	if (!j->failed)
		put_piece(j, text, length);
}

/* As it stands in a string: no escape. */
static bool is_plain(uint8_t c)
{
	return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\';
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))
#define HIGH       EACH(0x80)

/* Whether eight bytes all are. A byte that lends from the next one, or carries
 * into it, is none itself. */
static bool are_plain(uint64_t word)
{
	uint64_t quotes = word ^ EACH('"'), slashes = word ^ EACH('\\');

	return ((word | (word - EACH(0x20)) | (word + EACH(1)) |
		 ((quotes - EACH(1)) & ~quotes) |
		 ((slashes - EACH(1)) & ~slashes)) &
		HIGH) == 0;
}

size_t pptp_json_plain(const void *bytes, size_t length)
{
	const uint8_t *p = bytes;
	uint64_t word;
	size_t n = 0;

	for (; length - n >= sizeof(word); n += sizeof(word)) {
		memcpy(&word, p + n, sizeof(word));
		if (!are_plain(word))
			break;
	}
	while (n < length && is_plain(p[n]))
		n++;
	return n;
}

static void put_escape(struct pptp_json *j, uint8_t byte)
{
	char escape[6] = {'\\', 'u', '0', '0'};

	if (byte == '"' || byte == '\\') {
		escape[1] = (char)byte;
		put(j, escape, 2);
	} else {
		escape[4] = digits[byte >> 4];
		escape[5] = digits[byte & 15];
		put(j, escape, sizeof(escape));
	}
}

static void put_byte(struct pptp_json *j, char byte)
{
	if (j->failed || j->write == NULL || j->length == j->room)
		put(j, &byte, 1);
	else
		j->text[j->length++] = byte;
}

/* The most of all texts are plain and have room: those go in one piece. */
static bool put_plain(struct pptp_json *j, const void *bytes, size_t length)
{
	char *to = j->text + j->length;

	if (j->failed || j->room - j->length < 3 ||
	    length > j->room - j->length - 3 ||
	    pptp_json_plain(bytes, length) != length)
		return false;
	to[0] = '"';
	if (length > 0)
		memcpy(to + 1, bytes, length);
	to[length + 1] = '"';
	if (j->write == NULL)
		to[length + 2] = '\0';
	j->length += length + 2;
	return true;
}

static void put_quoted(struct pptp_json *j, const void *bytes, size_t length)
{
	const uint8_t *p = bytes;
	size_t i = 0, plain;

	if (put_plain(j, bytes, length))
		return;
	put_byte(j, '"');
	while (i < length && !j->failed) {
		plain = pptp_json_plain(p + i, length - i);
		put(j, (const char *)p + i, plain);
		i += plain;
		if (i < length)
			put_escape(j, p[i++]);
	}
	put_byte(j, '"');
}

/* The comma before a value, and its key. */
static void begin(struct pptp_json *j, const char *key)
{
	uint32_t bit = UINT32_C(1) << j->depth;

	if (j->filled & bit)
		put_byte(j, ',');
	j->filled |= bit;
	if (key != NULL) {
		put_quoted(j, key, strlen(key));
		put_byte(j, ':');
	}
}

static void open_level(struct pptp_json *j, const char *key, bool array)
{
	uint32_t bit;

	begin(j, key);
	if (j->depth >= PPTP_JSON_DEPTH) {
		j->failed = true;
		return;
	}
	put_byte(j, array ? '[' : '{');
	j->depth++;
	bit = UINT32_C(1) << j->depth;
	j->filled &= ~bit;
	j->arrays = array ? j->arrays | bit : j->arrays & ~bit;
}

static void json_object(struct pptp_sink *s, const char *key)
{
	open_level((struct pptp_json *)s, key, false);
}

static void json_array(struct pptp_sink *s, const char *key)
{
	open_level((struct pptp_json *)s, key, true);
}

static void json_end(struct pptp_sink *s)
{
	struct pptp_json *j = (struct pptp_json *)s;

	if (j->depth == 0) {
		j->failed = true;
		return;
	}
	put_byte(j, j->arrays >> j->depth & 1 ? ']' : '}');
	j->depth--;
}

static void json_number(struct pptp_sink *s, const char *key, int64_t value)
{
	struct pptp_json *j = (struct pptp_json *)s;
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char text[20];
	size_t at = sizeof(text);

	do {
		text[--at] = digits[rest % 10];
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		text[--at] = '-';
	begin(j, key);
	put(j, text + at, sizeof(text) - at);
}

static void json_boolean(struct pptp_sink *s, const char *key, bool value)
{
	struct pptp_json *j = (struct pptp_json *)s;

	begin(j, key);
	put(j, value ? "true" : "false", value ? 4 : 5);
}

static void json_null(struct pptp_sink *s, const char *key)
{
	struct pptp_json *j = (struct pptp_json *)s;

	begin(j, key);
	put(j, "null", 4);
}

static void json_text(struct pptp_sink *s, const char *key, const void *bytes,
		      size_t length)
{
	struct pptp_json *j = (struct pptp_json *)s;

	begin(j, key);
	put_quoted(j, bytes, length);
}

static void json_hex(struct pptp_sink *s, const char *key, const void *bytes,
		     size_t length)
{
	struct pptp_json *j = (struct pptp_json *)s;
	const uint8_t *p = bytes;
	char pair[2];
	size_t i;

	begin(j, key);
	put(j, "\"", 1);
	for (i = 0; i < length && !j->failed; i++) {
		pair[0] = digits[p[i] >> 4];
		pair[1] = digits[p[i] & 15];
		put(j, pair, sizeof(pair));
	}
	put(j, "\"", 1);
}

void pptp_json_init(struct pptp_json *j, char *text, size_t room)
{
	static const struct pptp_sink sink = {
	    json_object,  json_array, json_end,  json_number,
	    json_boolean, json_null,  json_text, json_hex,
	};

	memset(j, 0, sizeof(*j));
	j->sink = sink;
	j->text = text;
	j->room = room;
	j->failed = room == 0;
	if (room > 0)
		text[0] = '\0';
}

void pptp_json_stream(struct pptp_json *j, char *text, size_t room,
		      pptp_json_writer *write, void *context)
{
	pptp_json_init(j, text, room);
	j->write = write;
	j->context = context;
}

void pptp_json_literal(struct pptp_json *j, const char *key, const char *text,
		       size_t length)
{
	begin(j, key);
	put(j, text, length);
}

void pptp_json_line(struct pptp_json *j)
{
	put_byte(j, '\n');
	j->depth = 0;
	j->filled = 0;
}
