/* SPDX-License-Identifier: BSD-2-Clause */
#include "binding/arguments.h"

#include <string.h>

#define SECONDS_MAX 1e11 /* beyond, microseconds lose their meaning */

void pptp_arguments_own(lua_State *L, int index)
{
	int table = lua_absindex(L, index), copy;

	luaL_checkstack(L, 5, "arguments");
	lua_newtable(L);
	copy = lua_gettop(L);
	lua_pushnil(L);
	while (lua_next(L, table) != 0) {
		lua_pushvalue(L, -2);
		lua_insert(L, -2);
		lua_rawset(L, copy);
	}
	lua_replace(L, table);
}

int pptp_arguments_fetch(lua_State *L, int table, const char *key)
{
	table = lua_absindex(L, table);
	lua_pushstring(L, key);
	return lua_rawget(L, table);
}

static bool listed(const char *const *keys, const char *key)
{
	for (; *keys != NULL; keys++)
		if (strcmp(*keys, key) == 0)
			return true;
	return false;
}

void pptp_arguments_check(lua_State *L, int table, const char *const *keys)
{
	luaL_checktype(L, table, LUA_TTABLE);
	pptp_arguments_own(L, table);
	lua_pushnil(L);
	while (lua_next(L, table) != 0) {
		lua_pop(L, 1);
		if (lua_type(L, -1) != LUA_TSTRING)
			luaL_error(L, "unknown field (a %s as its key)",
				   luaL_typename(L, -1));
		if (!listed(keys, lua_tostring(L, -1)))
			luaL_error(L, "unknown field '%s'",
				   lua_tostring(L, -1));
	}
}

bool pptp_arguments_has(lua_State *L, int table, const char *key)
{
	bool has = pptp_arguments_fetch(L, table, key) != LUA_TNIL;

	lua_pop(L, 1);
	return has;
}

lua_Integer pptp_arguments_integer(lua_State *L, int table, const char *key,
				   lua_Integer least, lua_Integer most,
				   lua_Integer otherwise)
{
	lua_Integer value = otherwise;
	int whole = 1;
	int type = pptp_arguments_fetch(L, table, key);

	if (type == LUA_TNUMBER)
		value = lua_tointegerx(L, -1, &whole);
	else if (type != LUA_TNIL)
		luaL_error(L, "field '%s' is a %s, not a whole number", key,
			   lua_typename(L, type));
	if (!whole)
		luaL_error(L, "field '%s' is not a whole number", key);
	if (type != LUA_TNIL && (value < least || value > most))
		luaL_error(L, "field '%s' is %I, not between %I and %I", key,
			   (LUAI_UACINT)value, (LUAI_UACINT)least,
			   (LUAI_UACINT)most);
	lua_pop(L, 1);
	return value;
}

bool pptp_arguments_boolean(lua_State *L, int table, const char *key)
{
	int type = pptp_arguments_fetch(L, table, key);
	bool value = lua_toboolean(L, -1);

	if (type != LUA_TNIL && type != LUA_TBOOLEAN)
		luaL_error(L, "field '%s' is a %s, not true or false", key,
			   lua_typename(L, type));
	lua_pop(L, 1);
	return value;
}

/* Written so that "not a number" is refused too. */
static bool is_time(lua_Number seconds, lua_Number least)
{
	return seconds >= least && seconds <= SECONDS_MAX;
}

static int64_t microseconds(lua_Number seconds)
{
	return (int64_t)(seconds * 1e6 + (seconds < 0 ? -0.5 : 0.5));
}

int64_t pptp_arguments_time(lua_State *L, int table, const char *key,
			    int64_t otherwise)
{
	int type = pptp_arguments_fetch(L, table, key);
	lua_Number seconds = lua_tonumber(L, -1);

	lua_pop(L, 1);
	if (type == LUA_TNIL)
		return otherwise;
	if (type != LUA_TNUMBER || !is_time(seconds, 0))
		luaL_error(
		    L, "field '%s' is not a number of seconds, 0 or more", key);
	return microseconds(seconds);
}

int64_t pptp_arguments_clock(lua_State *L, int index)
{
	lua_Number seconds = luaL_checknumber(L, index);

	luaL_argcheck(L, is_time(seconds, -SECONDS_MAX), index,
		      "not a time in seconds");
	return microseconds(seconds);
}

const char *pptp_arguments_text(lua_State *L, int table, const char *key,
				size_t most, size_t *length)
{
	int type = pptp_arguments_fetch(L, table, key);
	const char *text = NULL;
	size_t size = 0;

	if (type == LUA_TSTRING)
		text = lua_tolstring(L, -1, &size);
	else if (type != LUA_TNIL)
		luaL_error(L, "field '%s' is a %s, not a string", key,
			   lua_typename(L, type));
	if (size > most)
		luaL_error(L, "field '%s' has %I bytes; at most %I fit", key,
			   (LUAI_UACINT)size, (LUAI_UACINT)most);
	if (length != NULL)
		*length = size;
	else if (text != NULL && strlen(text) != size)
		luaL_error(L, "field '%s' has a zero byte in it", key);
	lua_pop(L, 1);
	return text;
}

struct pptp_address pptp_arguments_address(lua_State *L, int table,
					   const char *key)
{
	size_t length;
	const char *text = pptp_arguments_text(L, table, key, 255, &length);
	struct pptp_address address = {0};

	if (text != NULL && !pptp_address_parse(&address, text, length))
		luaL_error(L, "field '%s' is '%s', not an IPv4 or IPv6 address",
			   key, text);
	return address;
}

enum pptp_depth pptp_arguments_depth(lua_State *L, int table,
				     enum pptp_depth otherwise)
{
	const char *text = pptp_arguments_text(L, table, "depth", 32, NULL);
	enum pptp_depth depth = otherwise;

	if (text != NULL && !pptp_depth_parse(&depth, text))
		luaL_error(L, "field 'depth' is '%s', not syn, control or call",
			   text);
	return depth;
}

void pptp_arguments_methods(lua_State *L, int table, const char *key,
			    struct pptp_method methods[PPTP_ASKS])
{
	const char *text = pptp_arguments_text(L, table, key, 128, NULL);

	memset(methods, 0, PPTP_ASKS * sizeof(*methods));
	if (text != NULL && !pptp_methods_parse(methods, text))
		luaL_error(L,
			   "field '%s' is '%s', not a method's name or a list "
			   "with commas "
			   "(pap, chap_md5, mschap_v1, mschap_v2, eap, spap)",
			   key, text);
}

void pptp_arguments_list(lua_State *L, int table, const char *key)
{
	int type = LUA_TTABLE, from, to;
	lua_Integer i, n;

	if (key == NULL)
		lua_pushvalue(L, table);
	else
		type = pptp_arguments_fetch(L, table, key);
	if (type != LUA_TNIL && type != LUA_TTABLE)
		luaL_error(L, "field '%s' is a %s, not a list of strings", key,
			   lua_typename(L, type));
	from = lua_gettop(L);
	lua_newtable(L);
	to = from + 1;
	n = type == LUA_TTABLE ? (lua_Integer)lua_rawlen(L, from) : 0;
	for (i = 1; i <= n; i++) {
		if (lua_rawgeti(L, from, i) != LUA_TSTRING ||
		    strlen(lua_tostring(L, -1)) != lua_rawlen(L, -1))
			luaL_error(L,
				   "field '%s': element %I is not a string "
				   "without zero bytes",
				   key != NULL ? key : "specs", (LUAI_UACINT)i);
		lua_rawseti(L, to, i);
	}
	lua_remove(L, from);
}

static void add_label(lua_State *L, int list, luaL_Buffer *b, lua_Integer i)
{
	const char *text;

	if (i > 1)
		luaL_addchar(b, ','); /* while nothing lies on the buffer */
	/* Not lua_tostring alone: it makes a string of a number. */
	text =
	    lua_rawgeti(L, list, i) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
	if (text == NULL || strchr(text, ',') != NULL ||
	    strlen(text) != lua_rawlen(L, -1))
		luaL_error(L,
			   "field 'labels': element %I is not a string "
			   "without commas and zero bytes",
			   (LUAI_UACINT)i);
	luaL_addvalue(b);
}

const char *pptp_arguments_labels(lua_State *L, int table)
{
	int type = pptp_arguments_fetch(L, table, "labels");
	int list = lua_gettop(L);
	lua_Integer i, n;
	luaL_Buffer b;

	if (type != LUA_TNIL && type != LUA_TTABLE)
		luaL_error(L, "field 'labels' is a %s, not a list of strings",
			   lua_typename(L, type));
	n = type == LUA_TTABLE ? (lua_Integer)lua_rawlen(L, list) : 0;
	if (n == 0) {
		lua_pop(L, 1);
		lua_pushnil(L);
		return NULL;
	}
	luaL_buffinit(L, &b);
	for (i = 1; i <= n; i++)
		add_label(L, list, &b, i);
	luaL_pushresult(&b);
	lua_remove(L, list);
	return lua_tostring(L, -1);
}

static const char *code_of(enum pptp_error error)
{
	switch (error) {
	case PPTP_ERROR_PRIVILEGE:
		return "privilege";
	case PPTP_ERROR_INTERFACE:
		return "interface";
	case PPTP_ERROR_ROUTE:
		return "route";
	case PPTP_ERROR_NAME:
		return "name";
	case PPTP_ERROR_SYSTEM:
		return "system";
	case PPTP_ERROR_MALFORMED:
		return "malformed";
	case PPTP_OK:
	case PPTP_ERROR_ARGUMENT:
	case PPTP_ERROR_SPACE:
	case PPTP_ERROR_SHORT:
		break;
	}
	return "argument";
}

int pptp_arguments_fail(lua_State *L, enum pptp_error error, const char *text)
{
	lua_pushnil(L);
	lua_pushstring(L, text != NULL ? text : pptp_error_text(error));
	lua_pushstring(L, code_of(error));
	return 3;
}

void pptp_arguments_class(lua_State *L, const char *name,
			  const luaL_Reg *methods, lua_CFunction close)
{
	luaL_newmetatable(L, name);
	lua_newtable(L);
	luaL_setfuncs(L, methods, 0);
	lua_pushcfunction(L, close);
	lua_setfield(L, -2, "close");
	lua_setfield(L, -2, "__index");
	lua_pushcfunction(L, close);
	lua_setfield(L, -2, "__gc");
	lua_pushcfunction(L, close);
	lua_setfield(L, -2, "__close");
	lua_pop(L, 1);
}
