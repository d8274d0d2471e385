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
};

/* A NUL-terminated text of our own. */
void pptp_sink_string(struct pptp_sink *s, const char *key, const char *text);
/* Bytes as lower-case hexadecimal digits; at most 1024 bytes are shown. */
void pptp_sink_hex(struct pptp_sink *s, const char *key, const void *bytes,
		   size_t length);

/*
 * JSON on one line, no white space, no newline at the end. Bytes of a text
 * from 0x20 to 0x7e stand as they are, but for `"` and `\`; every other byte,
 * 0x80 to 0xff too, is \u00XX: each escape is one byte, and nothing is lost. The
 * text ends in a NUL, which takes one byte of the room and is not in `length`.
 */
struct pptp_json {
	struct pptp_sink sink; /* first: a sink pointer is a json pointer */
	char *text;
	size_t length, room;
	bool failed; /* it did not fit; text is then unusable */
	unsigned depth;
	uint32_t filled; /* bit d: something stands at depth d already */
	uint32_t arrays; /* bit d: depth d is an array */
};

#define PPTP_JSON_DEPTH 30

void pptp_json_init(struct pptp_json *j, char *text, size_t room);

#endif
