/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sink that builds Lua tables, in the shape of the JSON sink's text: numbers
 * are integers, texts are strings of the bytes as they came, a null is an
 * absent key. An empty array's metatable says `__jsontype = "array"`, so that
 * it stays an array when Lua writes it as JSON.
 */
#ifndef PPTP_BINDING_SINK_H
#define PPTP_BINDING_SINK_H

#include "binding/compat.h"
#include "format/sink.h"

#define PPTP_TABLE_DEPTH 32

struct pptp_table {
	struct pptp_sink sink; /* first: a sink pointer is a table pointer */
	lua_State *L;
	unsigned depth;
	lua_Integer count[PPTP_TABLE_DEPTH]; /* elements, or -1: an object */
};

/* The outermost value is left on top of the stack. */
void pptp_table_init(struct pptp_table *t, lua_State *L);

/* What Lua cannot tell of a table without elements, by `__jsontype` in the
 * metatable of the one at `at`. */
void pptp_table_mark_array(lua_State *L, int at);
void pptp_table_mark_object(lua_State *L, int at);

#endif
