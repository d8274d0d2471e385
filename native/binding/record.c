/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core.record: JSON text of a record or a verdict as a plain Lua table, in the
 * shape that binding/sink.c gives a live one. Offsets count from 0.
 */
#include "binding/core.h"

#include "binding/sink.h"
#include "format/json.h"

/* First sizes of tables, which Lua would else find in steps. */
enum { KEYS = 4, KEYS_OUTERMOST = 24 };

struct builder {
	lua_State *L;
	unsigned depth; /* tables that are open, all on the stack */
	/* elements of each that is an array; objects have a key on the stack
	 * while its value is read */
	lua_Integer count[PPTP_JSON_NESTING];
	bool array[PPTP_JSON_NESTING];
	bool filled[PPTP_JSON_NESTING]; /* it has the value that came last */
};

static void push_text(lua_State *L, const struct pptp_json_token *t)
{
	luaL_Buffer b;
	char *room;

	if (t->plain) {
		lua_pushlstring(L, t->text, t->length);
		return;
	}
	room = luaL_buffinitsize(L, &b, t->length);
	luaL_pushresultsize(&b, pptp_json_unescape(t, room));
}

/* Integers wherever the value is one, as 3.0 and 1e2 are. False: a number that
 * Lua has not. */
static bool push_number(lua_State *L, const struct pptp_json_token *t)
{
	lua_Integer whole;
	lua_Number n;

	if (t->whole) {
		lua_pushinteger(L, t->integer);
		return true;
	}
	lua_pushlstring(L, t->text, t->length);
	n = lua_tonumber(L, -1);
	lua_pop(L, 1);
	if (n - n != 0)
		return false;
	if (lua_numbertointeger(n, &whole) && (lua_Number)whole == n)
		lua_pushinteger(L, whole);
	else
		lua_pushnumber(L, n);
	return true;
}

/* The value on top goes into the table around it. */
static void store(struct builder *b)
{
	unsigned level = b->depth - 1;

	if (b->depth == 0)
		return;
	b->filled[level] = !lua_isnil(b->L, -1);
	if (b->array[level])
		lua_rawseti(b->L, -2, ++b->count[level]);
	else
		lua_rawset(b->L, -3);
}

static void open_table(struct builder *b, bool array)
{
	int keys = b->depth == 0 ? KEYS_OUTERMOST : KEYS;

	lua_createtable(b->L, 0, array ? 0 : keys);
	b->array[b->depth] = array;
	b->filled[b->depth] = false;
	b->count[b->depth++] = 0;
}

/* Lua tells a list from an object by its first element: where there is none,
 * a metatable says it. */
static void close_table(struct builder *b)
{
	lua_State *L = b->L;

	b->depth--;
	if (b->array[b->depth]) {
		if (lua_rawgeti(L, -1, 1) == LUA_TNIL)
			pptp_table_mark_array(L, -2);
		lua_pop(L, 1);
	} else if (!b->filled[b->depth]) {
		lua_pushnil(L);
		if (lua_next(L, -2) == 0)
			pptp_table_mark_object(L, -1);
		else
			lua_pop(L, 2);
	}
	store(b);
}

/* False: a number that Lua has not. */
static bool add(struct builder *b, const struct pptp_json_token *t)
{
	switch (t->type) {
	case PPTP_JSON_OBJECT:
	case PPTP_JSON_ARRAY:
		open_table(b, t->type == PPTP_JSON_ARRAY);
		return true;
	case PPTP_JSON_CLOSE:
		close_table(b);
		return true;
	case PPTP_JSON_KEY:
		push_text(b->L, t);
		return true;
	case PPTP_JSON_TEXT:
		push_text(b->L, t);
		break;
	case PPTP_JSON_NUMBER:
		if (!push_number(b->L, t))
			return false;
		break;
	case PPTP_JSON_TRUE:
	case PPTP_JSON_FALSE:
		lua_pushboolean(b->L, t->type == PPTP_JSON_TRUE);
		break;
	case PPTP_JSON_NULL:
		lua_pushnil(b->L);
		break;
	}
	store(b);
	return true;
}

static int refuse(lua_State *L, const char *why, size_t where)
{
	lua_pushnil(L);
	lua_pushstring(L, why);
	lua_pushinteger(L, (lua_Integer)where);
	return 3;
}

int pptp_core_record(lua_State *L)
{
	struct builder b = {.L = L};
	struct pptp_json_reader r;
	struct pptp_json_token t;
	const char *text;
	size_t length;

	luaL_checktype(L, 1, LUA_TSTRING);
	text = lua_tolstring(L, 1, &length);
	/* A table and a key each level, and what is under way. */
	luaL_checkstack(L, 2 * PPTP_JSON_NESTING + 10, "nested tables");
	pptp_json_reader_init(&r, text, length);
	while (pptp_json_next(&r, &t)) {
		if (b.depth == 0 && t.type != PPTP_JSON_OBJECT)
			return refuse(L, "it is not an object", 0);
		if (!add(&b, &t))
			return refuse(L, "a number beyond all that can be kept",
				      (size_t)(t.text - text));
	}
	if (r.why != NULL)
		return refuse(L, r.why, r.where);
	return 1;
}
