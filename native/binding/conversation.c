/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core.conversation: the state machine as a Lua object. Time is the caller's
 * clock in seconds: `now=` or, without it, the first `now` that any method is
 * given is when the conversation began.
 */
#include "binding/core.h"

#include <string.h>
#include <time.h>

#include "binding/arguments.h"
#include "binding/sink.h"
#include "core/conversation.h"

#define CONVERSATION   "pptpgrade.conversation"
#define PPTP_PORT      1723
#define CONTACT_MAX    64 /* the SCCRQ's host name field */
#define NAME_MAX_BYTES 255
#define SECOND         1000000

struct conversation {
	struct pptp_conversation c;
	bool timed;    /* `began` is known */
	int64_t began; /* on the caller's clock */
	int64_t now;   /* since `began`; never goes back */
};

static struct conversation *check(lua_State *L)
{
	return luaL_checkudata(L, 1, CONVERSATION);
}

/* The time argument at `index`; where it is absent, the last one. */
static int64_t clock_of(lua_State *L, struct conversation *c, int index)
{
	int64_t at;

	if (lua_isnoneornil(L, index))
		return c->now;
	at = pptp_arguments_clock(L, index);
	if (!c->timed) {
		c->timed = true;
		c->began = at;
	}
	if (at - c->began > c->now)
		c->now = at - c->began;
	return c->now;
}

static int64_t wall_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000;
}

static void read_random(lua_State *L, uint8_t *bytes)
{
	size_t length;
	const char *given = pptp_arguments_text(L, 1, "random", 65536, &length);

	if (given != NULL && length < PPTP_RANDOM)
		luaL_error(L, "field 'random' has %d bytes; %d are needed",
			   (int)length, PPTP_RANDOM);
	if (given != NULL)
		memcpy(bytes, given, PPTP_RANDOM);
	else
		pptp_core_randomize(L, bytes, PPTP_RANDOM);
}

static void read_addresses(lua_State *L, struct pptp_conversation_config *f)
{
	f->source = pptp_arguments_address(L, 1, "source");
	f->target = pptp_arguments_address(L, 1, "target");
	if (f->source.family == 0 || f->target.family == 0)
		luaL_error(L, "field '%s' is missing",
			   f->source.family == 0 ? "source" : "target");
	if (f->source.family != f->target.family)
		luaL_error(L, "fields 'source' and 'target' are of two IP "
			      "versions");
}

static void read_config(lua_State *L, struct pptp_conversation_config *f)
{
	memset(f, 0, sizeof(*f));
	read_addresses(L, f);
	f->port = (uint16_t)pptp_arguments_integer(L, 1, "port", 1, UINT16_MAX,
						   PPTP_PORT);
	f->depth = pptp_arguments_depth(L, 1, PPTP_DEPTH_CALL);
	/* Whoever drives packets says so; raw = false is without them. */
	f->raw = !pptp_arguments_has(L, 1, "raw") ||
		 pptp_arguments_boolean(L, 1, "raw");
	f->proxied = pptp_arguments_boolean(L, 1, "proxied");
	f->ttl = (uint8_t)pptp_arguments_integer(L, 1, "ttl", 1, UINT8_MAX, 0);
	f->gre = pptp_arguments_boolean(L, 1, "gre");
	f->connect = pptp_arguments_boolean(L, 1, "connect");
	f->own_host = pptp_arguments_boolean(L, 1, "own_host");
	f->syn =
	    pptp_arguments_boolean(L, 1, "syn") ||
	    (f->depth == PPTP_DEPTH_SYN && !f->gre && (f->raw || !f->connect));
	if (!f->raw && (f->syn || f->gre))
		luaL_error(L,
			   "field 'raw' is false, but '%s' needs raw packets",
			   f->gre ? "gre" : "syn");
	if (f->gre && f->target.family != 4)
		luaL_error(L, "fields 'source' and 'target': GRE for PPTP is "
			      "sent over IPv4 only");
	pptp_arguments_methods(L, 1, "ask", f->ask);
	f->decline = pptp_arguments_boolean(L, 1, "decline");
	f->call_id =
	    (uint16_t)pptp_arguments_integer(L, 1, "call_id", 1, UINT16_MAX, 0);
	if (f->call_id != 0 && !pptp_call_id_ok(f->call_id))
		luaL_error(L,
			   "field 'call_id' is %d, two equal bytes, which some "
			   "servers swap; take one of two different bytes",
			   (int)f->call_id);
	f->timeout_us = pptp_arguments_time(L, 1, "timeout", 0);
	f->time_us = pptp_arguments_time(L, 1, "time", wall_clock());
	f->contact = pptp_arguments_text(L, 1, "contact", CONTACT_MAX, NULL);
	f->name = pptp_arguments_text(L, 1, "name", NAME_MAX_BYTES, NULL);
	read_random(L, f->random);
}

int pptp_core_conversation(lua_State *L)
{
	static const char *const keys[] = {
	    "source", "target",  "port",     "depth", "ask",     "decline",
	    "raw",    "syn",     "gre",      "now",   "contact", "random",
	    "time",   "timeout", "call_id",  "name",  "labels",  "proxied",
	    "ttl",    "connect", "own_host", NULL,
	};
	struct pptp_conversation_config f;
	struct conversation *c;

	pptp_arguments_check(L, 1, keys);
	lua_settop(L, 1);
	read_config(L, &f);
	f.labels = pptp_arguments_labels(L, 1); /* index 2 */
	lua_pushliteral(L, "now");
	lua_rawget(L, 1); /* index 3 */
	c = lua_newuserdatauv(L, sizeof(*c), 1);
	memset(c, 0, sizeof(*c));
	clock_of(L, c, 3);
	if (pptp_conversation_init(&c->c, &f, 0) != PPTP_OK)
		return luaL_error(L, "these fields make no conversation");
	luaL_setmetatable(L, CONVERSATION);
	/* The record borrows name, labels and contact: a table of ours keeps
	 * them, because the caller may change his. */
	lua_createtable(L, 3, 0);
	lua_pushstring(L, "contact");
	lua_rawget(L, 1);
	lua_rawseti(L, -2, 1);
	lua_pushstring(L, "name");
	lua_rawget(L, 1);
	lua_rawseti(L, -2, 2);
	lua_pushvalue(L, 2);
	lua_rawseti(L, -2, 3);
	lua_setiuservalue(L, -2, 1);
	return 1;
}

static const char *const input_names[] = {
    "connected",   "stream",  "packet", "closed", "reset", "refused",
    "unreachable", "timeout", "failed", "tick",   NULL,
};
static const enum pptp_input inputs[] = {
    PPTP_INPUT_CONNECTED,   PPTP_INPUT_STREAM,  PPTP_INPUT_PACKET,
    PPTP_INPUT_CLOSED,      PPTP_INPUT_RESET,   PPTP_INPUT_REFUSED,
    PPTP_INPUT_UNREACHABLE, PPTP_INPUT_TIMEOUT, PPTP_INPUT_FAILED,
    PPTP_INPUT_TICK,
};

static int input(lua_State *L)
{
	struct conversation *c = check(L);
	enum pptp_input event =
	    inputs[luaL_checkoption(L, 2, NULL, input_names)];
	const char *bytes = NULL;
	size_t length = 0;
	bool ours;

	if (event == PPTP_INPUT_STREAM || event == PPTP_INPUT_PACKET)
		bytes = luaL_checklstring(L, 3, &length);
	luaL_argcheck(L, !lua_isnoneornil(L, 4), 4, "the time is missing");
	ours = pptp_conversation_input(&c->c, event, bytes, length,
				       clock_of(L, c, 4));
	lua_pushboolean(L, ours);
	return 1;
}

static const char *action_name(enum pptp_action action)
{
	switch (action) {
	case PPTP_ACTION_CONNECT:
	case PPTP_ACTION_CONNECT_DEAF:
		return "connect";
	case PPTP_ACTION_STREAM:
		return "stream";
	case PPTP_ACTION_GUARD:
		return "guard";
	case PPTP_ACTION_PACKET:
		return "packet";
	case PPTP_ACTION_CLOSE:
		return "close";
	case PPTP_ACTION_NONE:
		break;
	}
	return NULL;
}

static int output(lua_State *L)
{
	struct conversation *c = check(L);
	uint8_t data[PPTP_PACKET_ROOM];
	size_t length = 0;
	enum pptp_action action;

	/* `for action, data in c.output, c do` passes the last action. */
	if (lua_type(L, 2) == LUA_TSTRING)
		lua_settop(L, 1);
	action =
	    pptp_conversation_output(&c->c, data, &length, clock_of(L, c, 2));
	lua_pushstring(L, action_name(action)); /* nil for none */
	if (action != PPTP_ACTION_STREAM && action != PPTP_ACTION_PACKET)
		return 1;
	lua_pushlstring(L, (const char *)data, length);
	return 2;
}

static int deadline(lua_State *L)
{
	struct conversation *c = check(L);
	int64_t at = pptp_conversation_deadline(&c->c);

	if (at == PPTP_NEVER)
		lua_pushnil(L);
	else
		lua_pushnumber(L, (lua_Number)(at + c->began) / SECOND);
	return 1;
}

static int filter(lua_State *L)
{
	struct conversation *c = check(L);
	char text[PPTP_FILTER_ROOM];
	int length =
	    pptp_conversation_filter(&c->c.config.target, c->c.config.port,
				     lua_toboolean(L, 2), text, sizeof(text));

	if (length < 0)
		return luaL_error(L, "the filter does not fit %d bytes",
				  PPTP_FILTER_ROOM);
	lua_pushlstring(L, text, (size_t)length);
	return 1;
}

static int finished(lua_State *L)
{
	lua_pushboolean(L, pptp_conversation_finished(&check(L)->c));
	return 1;
}

/* Ours, for a filter that is narrowed to it. */
static int call_id(lua_State *L)
{
	lua_pushinteger(L, check(L)->c.call_id);
	return 1;
}

static int record(lua_State *L)
{
	struct conversation *c = check(L);
	struct pptp_table table;

	pptp_table_init(&table, L);
	pptp_record_walk(&c->c.record, &table.sink);
	return 1;
}

static int abort_now(lua_State *L)
{
	struct conversation *c = check(L);

	pptp_conversation_abort(&c->c, clock_of(L, c, 2));
	return 0;
}

/* Facts that only the owner of the socket knows. */
static int note(lua_State *L)
{
	static const char *const names[] = {
	    "capture_drops", "no_guard",     "send_failed", "connect_failed",
	    "not_delivered", "capture_deaf", NULL,
	};
	static const enum pptp_note_code codes[] = {
	    PPTP_NOTE_CAPTURE_DROPS, PPTP_NOTE_NO_GUARD,
	    PPTP_NOTE_SEND_FAILED,   PPTP_NOTE_CONNECT_FAILED,
	    PPTP_NOTE_NOT_DELIVERED, PPTP_NOTE_CAPTURE_DEAF,
	};
	struct conversation *c = check(L);
	int which = luaL_checkoption(L, 2, NULL, names);
	lua_Integer value = luaL_optinteger(L, 3, 0);

	luaL_argcheck(L, value >= 0 && value <= UINT32_MAX, 3,
		      "not a number of 32 bits");
	pptp_conversation_note(&c->c, codes[which], (uint32_t)value);
	return 0;
}

/* Nothing is held but memory: an early close leaves nothing to undo. */
static int close_nothing(lua_State *L)
{
	check(L);
	return 0;
}

void pptp_core_conversation_class(lua_State *L)
{
	static const luaL_Reg methods[] = {
	    {"abort", abort_now},   {"call_id", call_id},
	    {"deadline", deadline}, {"filter", filter},
	    {"finished", finished}, {"input", input},
	    {"note", note},         {"output", output},
	    {"record", record},     {NULL, NULL},
	};

	pptp_arguments_class(L, CONVERSATION, methods, close_nothing);
}
