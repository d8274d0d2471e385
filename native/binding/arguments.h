/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Named arguments: the fields of one Lua table, each with its range. Whatever
 * is wrong raises an error that names the key, before anything is acquired.
 *
 * Fields are read raw, and out of a copy that no Lua code can reach: neither a
 * metamethod nor a finalizer that the collector runs meanwhile can change what
 * was checked. A string that is returned lives as long as the copy.
 */
#ifndef PPTP_BINDING_ARGUMENTS_H
#define PPTP_BINDING_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "binding/compat.h"
#include "core/record.h"
#include "format/address.h"
#include "format/error.h"
#include "format/lcp.h"

/* Puts a raw, shallow copy in the place of the table at `index`. */
void pptp_arguments_own(lua_State *L, int index);
/* The field's value on top; its type. */
int pptp_arguments_fetch(lua_State *L, int table, const char *key);
/* The table at `table` becomes a copy of its own. Raises where it has a key
 * that is not in `keys` (NULL ends them). */
void pptp_arguments_check(lua_State *L, int table, const char *const *keys);

bool pptp_arguments_has(lua_State *L, int table, const char *key);
lua_Integer pptp_arguments_integer(lua_State *L, int table, const char *key,
				   lua_Integer least, lua_Integer most,
				   lua_Integer otherwise);
bool pptp_arguments_boolean(lua_State *L, int table, const char *key);
/* Seconds, as microseconds; 0 or more. */
int64_t pptp_arguments_time(lua_State *L, int table, const char *key,
			    int64_t otherwise);
/* NULL where absent. `length` NULL: no byte of it may be 0. */
const char *pptp_arguments_text(lua_State *L, int table, const char *key,
				size_t most, size_t *length);
/* Family 0 where absent. */
struct pptp_address pptp_arguments_address(lua_State *L, int table,
					   const char *key);
enum pptp_depth pptp_arguments_depth(lua_State *L, int table,
				     enum pptp_depth otherwise);
/* A name or a list of them with commas; all zero where absent. */
void pptp_arguments_methods(lua_State *L, int table, const char *key,
			    struct pptp_method methods[PPTP_ASKS]);
/* Pushes the field as a list of our own, empty where it is absent; `key` NULL:
 * the elements of the table itself, which are called 'specs'. Raises where it is
 * no list of strings without zero bytes. */
void pptp_arguments_list(lua_State *L, int table, const char *key);
/* A list of labels as one text with commas, which is pushed; with no labels,
 * nil is pushed and NULL returned. */
const char *pptp_arguments_labels(lua_State *L, int table);

/* Seconds on the caller's clock at `index`, as microseconds. */
int64_t pptp_arguments_clock(lua_State *L, int index);

/* nil, message, code: returns 3. `text` NULL: the error's own words. */
int pptp_arguments_fail(lua_State *L, enum pptp_error error, const char *text);

/* A class of handles: its metatable, with `close` for __gc and __close too. */
void pptp_arguments_class(lua_State *L, const char *name,
			  const luaL_Reg *methods, lua_CFunction close);

#endif
