/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fixed layout told as data: one row a field, in wire order. The same rows
 * decode, encode, walk into a sink, and are filled from Lua by name.
 */
#ifndef PPTP_FIELD_H
#define PPTP_FIELD_H

#include <stddef.h>
#include <stdint.h>

#include "format/bytes.h"
#include "format/sink.h"

enum pptp_field_kind {
	PPTP_FIELD_U8,
	PPTP_FIELD_U16,
	PPTP_FIELD_U32,
	PPTP_FIELD_TEXT, /* `size` bytes, kept as they came; walked up to NUL */
};

struct pptp_field {
	const char *name; /* the RFC's, in snake_case */
	uint8_t kind;     /* enum pptp_field_kind */
	uint8_t size;     /* bytes on the wire */
	uint16_t at;      /* offsetof in the object */
};

void pptp_fields_read(const struct pptp_field *fields, size_t count,
		      void *object, struct pptp_reader *r);
void pptp_fields_write(const struct pptp_field *fields, size_t count,
		       const void *object, struct pptp_writer *w);
void pptp_fields_walk(const struct pptp_field *fields, size_t count,
		      const void *object, struct pptp_sink *s);
/* Up to the first NUL: names on the wire need not end in one. */
size_t pptp_text_length(const void *text, size_t size);

/* {code, name} tables: one lookup; NULL where the code is not in it. */
struct pptp_name {
	uint32_t code;
	const char *name;
};
const char *pptp_name_of(const struct pptp_name *names, size_t count,
			 uint32_t code);

#endif
