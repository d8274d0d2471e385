/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The only way to packet bytes: a sticky reader and a sticky writer.
 *
 * The first failure sticks: every later read gives 0 or NULL and moves
 * nothing, so a decoder checks once, at its end. Never let a value that was
 * read after a failure decide how far to read.
 */
#ifndef PPTP_BYTES_H
#define PPTP_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/error.h"

struct pptp_reader {
	const uint8_t *base, *at, *end; /* offsets count from base */
	bool nested; /* its end is a length field's word, not the data's */
	enum pptp_error error; /* PPTP_OK, _SHORT or _MALFORMED */
	const char *why;       /* static text: what is wrong */
	size_t where;          /* offset from base of what is wrong */
	size_t missing;        /* _SHORT: how many bytes are lacking at least */
};

size_t pptp_reader_offset(const struct pptp_reader *r);

/* Marks the reader malformed at its present offset; `why` must be static.
 * Does nothing where it has failed already. */
void pptp_reader_fail(struct pptp_reader *r, const char *why);
/* For pptp_read_bytes(): `length` is more than there is. */
void pptp_reader_lack(struct pptp_reader *r, size_t length);

/* What reads is inline for sweeps, which decode half a million packets a
 * second. */
static inline void pptp_reader_init(struct pptp_reader *r, const void *bytes,
				    size_t length)
{
	static const uint8_t nothing[1];
	/* Arithmetic on NULL is undefined, even with 0. */
	const uint8_t *first = bytes != NULL ? bytes : nothing;

	*r = (struct pptp_reader){
	    .base = first,
	    .at = first,
	    .end = first + (bytes != NULL ? length : 0),
	};
}

static inline bool pptp_reader_ok(const struct pptp_reader *r)
{
	return r->error == PPTP_OK;
}

/* 0 once failed. */
static inline size_t pptp_reader_left(const struct pptp_reader *r)
{
	return pptp_reader_ok(r) ? (size_t)(r->end - r->at) : 0;
}

/* Borrowed: valid as long as the bytes given to pptp_reader_init. */
static inline const uint8_t *pptp_read_bytes(struct pptp_reader *r,
					     size_t length)
{
	const uint8_t *bytes = r->at;

	if (!pptp_reader_ok(r))
		return NULL;
	if (length > (size_t)(r->end - r->at)) {
		pptp_reader_lack(r, length);
		return NULL;
	}
	r->at += length;
	return bytes;
}

static inline uint8_t pptp_read_u8(struct pptp_reader *r)
{
	const uint8_t *p = pptp_read_bytes(r, 1);

	return p != NULL ? p[0] : 0;
}

/* The next one, which stays; 0: none, or failed. */
static inline uint8_t pptp_peek_u8(const struct pptp_reader *r)
{
	return pptp_reader_left(r) > 0 ? r->at[0] : 0;
}

/* Both in network order on the wire. */
static inline uint16_t pptp_read_u16(struct pptp_reader *r)
{
	const uint8_t *p = pptp_read_bytes(r, 2);

	return p != NULL ? (uint16_t)((uint32_t)p[0] << 8 | p[1]) : 0;
}

static inline uint32_t pptp_read_u32(struct pptp_reader *r)
{
	const uint8_t *p = pptp_read_bytes(r, 4);

	if (p == NULL)
		return 0;
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static inline void pptp_read_skip(struct pptp_reader *r, size_t length)
{
	(void)pptp_read_bytes(r, length);
}

/* A reader over exactly the next `length` bytes, which the parent passes. It
 * keeps the parent's base. Running past its end is _MALFORMED, not _SHORT:
 * a length field said so. A failed parent gives a failed child. */
static inline struct pptp_reader pptp_read_sub(struct pptp_reader *r,
					       size_t length)
{
	struct pptp_reader sub = *r;

	if (pptp_read_bytes(r, length) == NULL && !pptp_reader_ok(r)) {
		sub = *r;
		sub.end = sub.at;
	} else {
		sub.end = r->at;
	}
	sub.nested = true;
	return sub;
}

/* Takes a child's failure over into its parent. */
void pptp_reader_join(struct pptp_reader *r, const struct pptp_reader *sub);

struct pptp_writer {
	uint8_t *bytes;
	size_t length, room; /* written, and how much there is in all */
	bool failed;         /* something did not fit */
};

void pptp_writer_init(struct pptp_writer *w, void *bytes, size_t room);
bool pptp_writer_ok(const struct pptp_writer *w);
void pptp_write_u8(struct pptp_writer *w, uint8_t v);
void pptp_write_u16(struct pptp_writer *w, uint16_t v);
void pptp_write_u32(struct pptp_writer *w, uint32_t v);
void pptp_write_bytes(struct pptp_writer *w, const void *bytes, size_t length);
void pptp_write_zeros(struct pptp_writer *w, size_t length);
/* `text` up to its NUL or `width` bytes, then zeros up to `width`. */
void pptp_write_padded(struct pptp_writer *w, const char *text, size_t width);
/* Lengths and checksums come last: overwrites two bytes already written. Inline
 * for sweeps, whose packets are made by it alone. */
static inline void pptp_patch_u16(struct pptp_writer *w, size_t offset,
				  uint16_t v)
{
	if (w->failed)
		return;
	if (w->length < 2 || offset > w->length - 2) {
		w->failed = true;
		return;
	}
	w->bytes[offset] = (uint8_t)(v >> 8);
	w->bytes[offset + 1] = (uint8_t)v;
}

#endif
