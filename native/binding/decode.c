/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core.decode: one message from the front of a string, in the walks' own
 * words. Offsets count from the first byte that was to be decoded.
 */
#include "binding/core.h"

#include <string.h>

#include "binding/arguments.h"
#include "binding/kinds.h"
#include "binding/sink.h"
#include "format/control.h"
#include "format/gre.h"
#include "format/ppp_walk.h"

/* A slice as string.sub() takes it: `first` and `last` count from 1, negative
 * ones from the end. */
static const char *slice(lua_State *L, size_t *length, lua_Integer *first)
{
	size_t all;
	const char *bytes = luaL_checklstring(L, 2, &all);
	lua_Integer size = (lua_Integer)all;
	lua_Integer i = luaL_optinteger(L, 3, 1);
	lua_Integer j = luaL_optinteger(L, 4, -1);

	if (i < 0)
		i = i >= -size ? size + i + 1 : 1;
	if (i == 0)
		i = 1;
	if (i > size)
		i = size + 1;
	if (j < 0)
		j = j >= -size ? size + j + 1 : 0;
	if (j > size)
		j = size;
	*first = i;
	*length = j >= i ? (size_t)(j - i + 1) : 0;
	return bytes + (i - 1);
}

static int fail(lua_State *L, const char *why, lua_Integer where)
{
	lua_pushnil(L);
	lua_pushfstring(L, "malformed: %s", why);
	lua_pushinteger(L, where);
	return 3;
}

static int fail_reader(lua_State *L, const struct pptp_reader *r)
{
	if (r->error != PPTP_ERROR_SHORT)
		return fail(L, r->why, (lua_Integer)r->where);
	lua_pushnil(L);
	lua_pushliteral(L, "short");
	lua_pushinteger(L, (lua_Integer)r->missing);
	return 3;
}

/* The fields on top and where the next message begins, or what a walk found
 * malformed. */
static int finish(lua_State *L, lua_Integer next)
{
	lua_Integer where;
	int found = pptp_arguments_fetch(L, -1, "malformed");

	if (found == LUA_TTABLE) {
		pptp_arguments_fetch(L, -1, "offset");
		where = lua_tointeger(L, -1);
		pptp_arguments_fetch(L, -2, "why");
		return fail(L, lua_tostring(L, -1), where);
	}
	lua_pop(L, 1);
	lua_pushinteger(L, next);
	return 2;
}

static int decode_control(lua_State *L, const struct pptp_message_kind *kind,
			  struct pptp_reader *r, lua_Integer first)
{
	struct pptp_control m;
	struct pptp_table t;

	if (!pptp_control_decode(&m, r))
		return fail_reader(L, r);
	if (kind->number != 0 && m.control_message_type != kind->number)
		return fail(L, "another control message type", 8);
	pptp_table_init(&t, L);
	t.sink.object(&t.sink, NULL);
	pptp_control_walk(&m, &t.sink);
	t.sink.end(&t.sink);
	return finish(L, first + m.length);
}

static int decode_gre(lua_State *L, struct pptp_reader *r, lua_Integer first)
{
	struct pptp_gre gre;
	struct pptp_table t;

	if (!pptp_gre_decode(&gre, r))
		return fail_reader(L, r);
	pptp_table_init(&t, L);
	t.sink.object(&t.sink, NULL);
	pptp_gre_walk(&gre, &t.sink);
	if (gre.payload_length > 0)
		t.sink.text(&t.sink, "payload", gre.payload.at,
			    pptp_reader_left(&gre.payload));
	t.sink.end(&t.sink);
	return finish(L, first + (lua_Integer)pptp_reader_offset(r));
}

static int decode_packet(lua_State *L, uint16_t protocol, struct pptp_reader *r,
			 lua_Integer first)
{
	struct pptp_ppp_packet p;
	struct pptp_table t;
	const char *name;

	if (!pptp_ppp_packet_decode(&p, r))
		return fail_reader(L, r);
	pptp_table_init(&t, L);
	t.sink.object(&t.sink, NULL);
	t.sink.number(&t.sink, "code", p.code);
	name = pptp_ppp_code_name(protocol, p.code);
	if (name != NULL)
		pptp_sink_string(&t.sink, "name", name);
	t.sink.number(&t.sink, "identifier", p.identifier);
	t.sink.number(&t.sink, "length", p.length);
	pptp_ppp_packet_walk(protocol, &p, &t.sink);
	t.sink.end(&t.sink);
	return finish(L, first + p.length);
}

/* What the walk leaves out, and an encoder needs. */
static void add_frame(struct pptp_sink *s, const struct pptp_ppp_frame *f)
{
	s->boolean(s, "address_control", f->has_address_control);
	s->number(s, "protocol_length", f->protocol_length);
	if (!pptp_kind_has_packets(f->protocol))
		s->text(s, "payload", f->payload.at,
			pptp_reader_left(&f->payload));
}

static int decode_frame(lua_State *L, struct pptp_reader *r, lua_Integer first)
{
	struct pptp_reader whole = *r, payload;
	lua_Integer next = first + (lua_Integer)pptp_reader_left(r);
	struct pptp_ppp_packet p;
	struct pptp_ppp_frame f;
	struct pptp_table t;

	if (!pptp_ppp_frame_decode(&f, r))
		return fail_reader(L, r);
	payload = f.payload;
	if (pptp_kind_has_packets(f.protocol) &&
	    !pptp_ppp_packet_decode(&p, &payload))
		return fail_reader(L, &payload);
	pptp_table_init(&t, L);
	t.sink.object(&t.sink, NULL);
	pptp_ppp_walk(whole, &t.sink);
	add_frame(&t.sink, &f);
	t.sink.end(&t.sink);
	return finish(L, next);
}

int pptp_core_decode(lua_State *L)
{
	const struct pptp_message_kind *kind = pptp_kind_check(L, 1);
	struct pptp_reader r;
	lua_Integer first;
	size_t length;
	const char *bytes = slice(L, &length, &first);

	pptp_reader_init(&r, bytes, length);
	switch (kind->layer) {
	case PPTP_LAYER_CONTROL:
		return decode_control(L, kind, &r, first);
	case PPTP_LAYER_GRE:
		return decode_gre(L, &r, first);
	case PPTP_LAYER_FRAME:
		return decode_frame(L, &r, first);
	case PPTP_LAYER_PACKET:
		break;
	}
	return decode_packet(L, kind->number, &r, first);
}
