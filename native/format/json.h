/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * JSON text (RFC 8259), read one token at a time: what format/sink.h writes,
 * and whatever else is JSON. Strict: UTF-8 without surrogates, no comment, no
 * trailing comma, one value and white space. Nothing is allocated, and nesting
 * is bounded.
 */
#ifndef PPTP_JSON_H
#define PPTP_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PPTP_JSON_NESTING 64 /* objects and arrays, one in another */

enum pptp_json_type {
	PPTP_JSON_OBJECT,
	PPTP_JSON_ARRAY,
	PPTP_JSON_CLOSE, /* the innermost object or array */
	PPTP_JSON_KEY,   /* its value is next */
	PPTP_JSON_TEXT,
	PPTP_JSON_NUMBER,
	PPTP_JSON_TRUE,
	PPTP_JSON_FALSE,
	PPTP_JSON_NULL,
};

struct pptp_json_token {
	enum pptp_json_type type;
	/* KEY, TEXT: what stands between the quotes. NUMBER: its digits, as
	 * they are written. Borrowed from the text that is read. */
	const char *text;
	size_t length;
	bool plain;      /* KEY, TEXT: it means just these bytes */
	bool whole;      /* NUMBER: only digits, and in range of `integer` */
	int64_t integer; /* where `whole` */
};

struct pptp_json_reader {
	const uint8_t *base, *at, *end;
	const char *why;      /* static text: what is wrong; NULL: nothing */
	size_t where;         /* offset in bytes, from 0, of what is wrong */
	uint64_t arrays;      /* bit d: the level d is an array */
	unsigned depth, next; /* levels that are open; what may come */
};

void pptp_json_reader_init(struct pptp_json_reader *r, const void *text,
			   size_t length);

/* The next token. False where the value has ended and only white space
 * followed, or, with `why`, where the text is wrong. */
bool pptp_json_next(struct pptp_json_reader *r, struct pptp_json_token *t);

/*
 * What a KEY or TEXT means, into `out`, which has room for t->length bytes:
 * U+0000 to U+00FF are one byte each, as the writer has them; what lies beyond
 * stays UTF-8. Returns how many bytes these are, never more than t->length.
 */
size_t pptp_json_unescape(const struct pptp_json_token *t, char *out);

#endif
