/* SPDX-License-Identifier: BSD-2-Clause */
#include "binding/fields.h"

#include <string.h>

#include "binding/arguments.h"

void pptp_fields_open(struct pptp_fields *f, lua_State *L, int table,
		      struct pptp_writer *w)
{
	luaL_checkstack(L, 8, "fields");
	f->L = L;
	f->table = lua_absindex(L, table);
	pptp_arguments_own(L, f->table);
	lua_newtable(L);
	f->known = lua_gettop(L);
	f->w = w;
}

/* The key below the top. It is told only where that runs no metamethod. */
static void unknown(lua_State *L)
{
	int type = lua_type(L, -2);

	if (type == LUA_TSTRING || type == LUA_TNUMBER)
		luaL_error(L, "unknown field '%s'", lua_tostring(L, -2));
	luaL_error(L, "unknown field (a %s as its key)", lua_typename(L, type));
}

void pptp_fields_close(struct pptp_fields *f)
{
	lua_State *L = f->L;

	lua_pushnil(L);
	while (lua_next(L, f->table) != 0) {
		lua_pop(L, 1);
		lua_pushvalue(L, -1);
		if (lua_rawget(L, f->known) == LUA_TNIL)
			unknown(L);
		lua_pop(L, 1);
	}
}

static void mark(struct pptp_fields *f, const char *key)
{
	lua_pushboolean(f->L, 1);
	lua_setfield(f->L, f->known, key);
}

bool pptp_field_has(struct pptp_fields *f, const char *key)
{
	mark(f, key);
	return pptp_arguments_has(f->L, f->table, key);
}

uint32_t pptp_field_number(struct pptp_fields *f, const char *key,
			   unsigned size)
{
	mark(f, key);
	return (uint32_t)pptp_arguments_integer(
	    f->L, f->table, key, 0,
	    (lua_Integer)(UINT32_MAX >> (32 - 8 * size)), 0);
}

uint32_t pptp_field_required(struct pptp_fields *f, const char *key,
			     unsigned size)
{
	if (!pptp_field_has(f, key))
		luaL_error(f->L, "field '%s' is missing", key);
	return pptp_field_number(f, key, size);
}

bool pptp_field_boolean(struct pptp_fields *f, const char *key)
{
	mark(f, key);
	return pptp_arguments_boolean(f->L, f->table, key);
}

const char *pptp_field_bytes(struct pptp_fields *f, const char *key,
			     size_t most, size_t *length)
{
	mark(f, key);
	return pptp_arguments_text(f->L, f->table, key, most, length);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void pptp_field_hex(struct pptp_fields *f, const char *key, size_t most)
{
	size_t length, i;
	const char *text = pptp_field_bytes(f, key, 2 * most, &length);
	int high, low;

	if (length % 2 != 0)
		luaL_error(f->L, "field '%s' has an odd number of digits", key);
	for (i = 0; i < length; i += 2) {
		high = digit(text[i]);
		low = digit(text[i + 1]);
		if (high < 0 || low < 0)
			luaL_error(f->L, "field '%s' is not hexadecimal", key);
		pptp_write_u8(f->w,
			      (uint8_t)((unsigned)high << 4 | (unsigned)low));
	}
}

void pptp_field_padded(struct pptp_fields *f, const char *key, uint8_t *at,
		       size_t size)
{
	size_t length;
	const char *bytes = pptp_field_bytes(f, key, size, &length);

	if (length > 0)
		memcpy(at, bytes, length);
}

void pptp_field_same(struct pptp_fields *f, const char *key, uint32_t value)
{
	uint32_t given;

	if (!pptp_field_has(f, key))
		return;
	given = pptp_field_number(f, key, 4);
	if (given != value)
		luaL_error(f->L, "field '%s' is %I; in this message it is %I",
			   key, (LUAI_UACINT)given, (LUAI_UACINT)value);
}

void pptp_field_named(struct pptp_fields *f, const char *key, const char *name)
{
	size_t length;
	const char *given = pptp_field_bytes(f, key, UINT16_MAX, &length);

	if (given != NULL && (name == NULL || strcmp(given, name) != 0))
		luaL_error(f->L, "field '%s' is '%s'; in this message it is %s",
			   key, given, name != NULL ? name : "absent");
}

void pptp_field_layer(struct pptp_fields *f, const char *name)
{
	size_t length;
	const char *given = pptp_field_bytes(f, "layer", 32, &length);

	if (given != NULL && strcmp(given, "other") != 0)
		pptp_field_named(f, "layer", name);
}
