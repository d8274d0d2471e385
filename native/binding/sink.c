/* SPDX-License-Identifier: BSD-2-Clause */
#include "binding/sink.h"

#define OBJECT (-1)

/* First sizes of tables, which Lua would else find in steps: of a record, and
 * of its stages. */
enum { KEYS_OUTERMOST = 24, KEYS = 4 };

static struct pptp_table *table_of(struct pptp_sink *s)
{
	return (struct pptp_table *)s;
}

/* The value on top goes into the innermost table. */
static void store(struct pptp_table *t, const char *key)
{
	lua_Integer *count;

	if (t->depth == 0)
		return;
	count = &t->count[t->depth - 1];
	if (*count == OBJECT)
		lua_setfield(t->L, -2, key);
	else
		lua_rawseti(t->L, -2, ++*count);
}

/* A new table is stored at once, and stays on the stack until its end. */
static void open_table(struct pptp_sink *s, const char *key, lua_Integer count)
{
	struct pptp_table *t = table_of(s);

	if (t->depth == PPTP_TABLE_DEPTH)
		luaL_error(t->L, "tables nest too deep");
	luaL_checkstack(t->L, 4, "nested tables");
	lua_createtable(t->L, 0,
			count != OBJECT ? 0
			: t->depth > 0  ? KEYS
					: KEYS_OUTERMOST);
	if (t->depth > 0) {
		lua_pushvalue(t->L, -2);
		lua_pushvalue(t->L, -2);
		store(t, key);
		lua_pop(t->L, 1);
	}
	t->count[t->depth++] = count;
}

static void table_object(struct pptp_sink *s, const char *key)
{
	open_table(s, key, OBJECT);
}

static void table_array(struct pptp_sink *s, const char *key)
{
	open_table(s, key, 0);
}

/* Marks the table at `at` by a metatable that says what it is in JSON. */
static void mark(lua_State *L, int at, const char *name, const char *type)
{
	at = lua_absindex(L, at);
	if (luaL_newmetatable(L, name)) {
		lua_pushstring(L, type);
		lua_setfield(L, -2, "__jsontype");
	}
	lua_setmetatable(L, at);
}

void pptp_table_mark_array(lua_State *L, int at)
{
	mark(L, at, "pptpgrade.array", "array");
}

void pptp_table_mark_object(lua_State *L, int at)
{
	mark(L, at, "pptpgrade.object", "object");
}

static void table_end(struct pptp_sink *s)
{
	struct pptp_table *t = table_of(s);

	t->depth--;
	if (t->count[t->depth] == 0)
		pptp_table_mark_array(t->L, -1);
	if (t->depth > 0)
		lua_pop(t->L, 1);
}

static void table_number(struct pptp_sink *s, const char *key, int64_t value)
{
	lua_pushinteger(table_of(s)->L, value);
	store(table_of(s), key);
}

static void table_boolean(struct pptp_sink *s, const char *key, bool value)
{
	lua_pushboolean(table_of(s)->L, value);
	store(table_of(s), key);
}

static void table_null(struct pptp_sink *s, const char *key)
{
	(void)s;
	(void)key;
}

static void table_text(struct pptp_sink *s, const char *key, const void *bytes,
		       size_t length)
{
	/* Lua copies nothing from NULL only where the length is 0. */
	lua_pushlstring(table_of(s)->L, bytes != NULL ? bytes : "", length);
	store(table_of(s), key);
}

static void table_hex(struct pptp_sink *s, const char *key, const void *bytes,
		      size_t length)
{
	static const char digits[] = "0123456789abcdef";
	lua_State *L = table_of(s)->L;
	const uint8_t *p = bytes;
	luaL_Buffer b;
	size_t i;

	luaL_checkstack(L, 4, "nested tables");
	luaL_buffinit(L, &b);
	for (i = 0; i < length; i++) {
		luaL_addchar(&b, digits[p[i] >> 4]);
		luaL_addchar(&b, digits[p[i] & 15]);
	}
	luaL_pushresult(&b);
	store(table_of(s), key);
}

void pptp_table_init(struct pptp_table *t, lua_State *L)
{
	static const struct pptp_sink sink = {
	    table_object,  table_array, table_end,  table_number,
	    table_boolean, table_null,  table_text, table_hex,
	};

	t->sink = sink;
	t->L = L;
	t->depth = 0;
}
