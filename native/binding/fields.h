/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The fields of a Lua table on their way into a message. Each function marks
 * its key as known; pptp_fields_close() raises where another one is left.
 */
#ifndef PPTP_BINDING_FIELDS_H
#define PPTP_BINDING_FIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "binding/compat.h"
#include "format/bytes.h"

struct pptp_fields {
	lua_State *L;
	int table, known; /* stack indices */
	struct pptp_writer *w;
};

/* The table at `table` becomes a copy that no Lua code can reach. Pushes one
 * value, which stays until the caller takes it off. */
void pptp_fields_open(struct pptp_fields *f, lua_State *L, int table,
		      struct pptp_writer *w);
void pptp_fields_close(struct pptp_fields *f);

bool pptp_field_has(struct pptp_fields *f, const char *key);
/* A number of 1, 2 or 4 bytes; 0 where absent. */
uint32_t pptp_field_number(struct pptp_fields *f, const char *key,
			   unsigned size);
uint32_t pptp_field_required(struct pptp_fields *f, const char *key,
			     unsigned size);
bool pptp_field_boolean(struct pptp_fields *f, const char *key);
/* NULL and 0 where absent. */
const char *pptp_field_bytes(struct pptp_fields *f, const char *key,
			     size_t most, size_t *length);
/* Hexadecimal digits, written as bytes. */
void pptp_field_hex(struct pptp_fields *f, const char *key, size_t most);
/* Bytes, and zeros up to `size`. */
void pptp_field_padded(struct pptp_fields *f, const char *key, uint8_t *at,
		       size_t size);
/* Raise where the field is there and is not what it has to be. */
void pptp_field_same(struct pptp_fields *f, const char *key, uint32_t value);
void pptp_field_named(struct pptp_fields *f, const char *key, const char *name);
/* `layer`, which is the protocol's name or "other". */
void pptp_field_layer(struct pptp_fields *f, const char *name);
/* The list `options` of a Configure packet, as options on the wire. */
void pptp_field_options(struct pptp_fields *f, uint16_t protocol);

#endif
