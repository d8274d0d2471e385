/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a walk over a record or a message puts what it finds. One walk,
 * several sinks: JSON (here) and Lua tables (native/binding).
 *
 * `key` is NULL inside an array and for the outermost value. Keys are our own
 * ASCII words. No function may keep a pointer that it was given.
 */
#ifndef PPTP_SINK_H
#define PPTP_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pptp_sink {
	void (*object)(struct pptp_sink *s, const char *key);
	void (*array)(struct pptp_sink *s, const char *key);
	void (*end)(struct pptp_sink *s); /* the innermost object or array */
	void (*number)(struct pptp_sink *s, const char *key, int64_t value);
	void (*boolean)(struct pptp_sink *s, const char *key, bool value);
	void (*null)(struct pptp_sink *s, const char *key);
	/* Bytes that a peer chose: any value, no NUL needed. */
	void (*text)(struct pptp_sink *s, const char *key, const void *bytes,
		     size_t length);
	/* Bytes as lower-case hexadecimal digits, all of them. */
	void (*hex)(struct pptp_sink *s, const char *key, const void *bytes,
		    size_t length);
};

/* A NUL-terminated text of our own. */
void pptp_sink_string(struct pptp_sink *s, const char *key, const char *text);
void pptp_sink_hex(struct pptp_sink *s, const char *key, const void *bytes,
		   size_t length);

/* Takes a piece of text away; false: it could not. */
typedef bool pptp_json_writer(void *context, const char *text, size_t length);

/*
 * JSON on one line, no white space, no newline at the end. Bytes of a text
 * from 0x20 to 0x7e stand as they are, but for `"` and `\`; every other byte,
 * 0x80 to 0xff too, is \u00XX: each escape is one byte, and nothing is lost.
 */
struct pptp_json {
	struct pptp_sink sink; /* first: a sink pointer is a json pointer */
	char *text;
	size_t length, room;
	pptp_json_writer *write; /* NULL: what does not fit fails */
	void *context;
	bool failed; /* not all of it is there */
	unsigned depth;
	uint32_t filled; /* bit d: something stands at depth d already */
	uint32_t arrays; /* bit d: depth d is an array */
};

#define PPTP_JSON_DEPTH 30

/* All of it in one room. It ends in a NUL, which takes one byte of the room
 * and is not in `length`; where it does not fit, `failed` is set and the text
 * is unusable. */
void pptp_json_init(struct pptp_json *j, char *text, size_t room);
/* Of any length: `write` gets the room's bytes whenever it is full. What is
 * left in the room at the end is the caller's to take. No NUL. */
void pptp_json_stream(struct pptp_json *j, char *text, size_t room,
		      pptp_json_writer *write, void *context);
/* Gives what is in the room to the writer. False: it failed, now or before. */
bool pptp_json_flush(struct pptp_json *j);
/* A value in JSON's own words: a number that 64 bits do not hold, or what was
 * written before. */
void pptp_json_literal(struct pptp_json *j, const char *key, const char *text,
		       size_t length);
/* How many bytes, from the first on, stand in a string as they are. */
size_t pptp_json_plain(const void *bytes, size_t length);
/* After one whole value on a stream: the newline, and ready for the next. */
void pptp_json_line(struct pptp_json *j);

#endif
