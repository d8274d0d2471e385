/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * core.conversation: the state machine as a Lua object. Time is the caller's
 * clock in seconds: `now=` or, without it, the first `now` that any method is
 * given is when the conversation began.
 */
#include "binding/core.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "binding/arguments.h"
#include "binding/plan.h"
#include "binding/sink.h"
#include "core/conversation.h"

#define CONVERSATION "pptpgrade.conversation"
#define SECOND       1000000
#define HEX          "0123456789abcdef"
#define RUN_DIGITS   16

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

/* 0 where absent, which is no run's number. */
static uint64_t read_run(lua_State *L)
{
	size_t length;
	const char *text = pptp_arguments_text(L, 1, "run", 255, &length);
	uint64_t run = 0;

	if (text == NULL)
		return 0;
	if (length == RUN_DIGITS && strspn(text, HEX) == RUN_DIGITS)
		run = strtoull(text, NULL, 16);
	if (run == 0)
		luaL_error(L,
			   "field 'run' is '%s', not 16 hexadecimal digits "
			   "(lower case, not all 0)",
			   text);
	return run;
}

static void read_vantage(lua_State *L, struct pptp_vantage *v)
{
	/* Whoever drives packets says so; raw = false is without them. */
	bool raw = !pptp_arguments_has(L, 1, "raw") ||
		   pptp_arguments_boolean(L, 1, "raw");

	memset(v, 0, sizeof(*v));
	v->source = pptp_arguments_address(L, 1, "source");
	if (v->source.family == 0)
		luaL_error(L, "field 'source' is missing");
	v->reach = raw ? PPTP_REACH_RAW : PPTP_REACH_TCP;
	if (pptp_arguments_boolean(L, 1, "proxied"))
		v->reach = PPTP_REACH_PROXY;
	v->ttl = (uint8_t)pptp_arguments_integer(L, 1, "ttl", 1, UINT8_MAX, 0);
	v->own_host = pptp_arguments_boolean(L, 1, "own_host");
	v->call_id =
	    (uint16_t)pptp_arguments_integer(L, 1, "call_id", 1, UINT16_MAX, 0);
	if (v->call_id != 0 && !pptp_call_id_ok(v->call_id))
		luaL_error(L,
			   "field 'call_id' is %d, two equal bytes, which some "
			   "servers swap; take one of two different bytes",
			   (int)v->call_id);
	v->time_us = pptp_arguments_time(L, 1, "time", wall_clock());
	v->run = read_run(L);
	read_random(L, v->random);
}

/* What pptp_plan_check() would refuse, field by field. Here, other than for a
 * prober, `syn` is no wish: who has no raw packets must not ask for it. */
static void check_plan(lua_State *L, const struct pptp_plan *plan,
		       const struct pptp_vantage *v)
{
	bool gre = plan->opening == PPTP_OPENING_GRE;
	bool needs_raw = gre || plan->opening == PPTP_OPENING_SYN_ONLY ||
			 pptp_arguments_boolean(L, 1, "syn");

	if (v->source.family != plan->target.family)
		luaL_error(L, "fields 'source' and 'target' are of two IP "
			      "versions");
	if (needs_raw && pptp_arguments_has(L, 1, "raw") &&
	    !pptp_arguments_boolean(L, 1, "raw"))
		luaL_error(L,
			   "field 'raw' is false, but '%s' needs raw packets",
			   gre ? "gre" : "syn");
	if (gre && plan->target.family != 4)
		luaL_error(L, "fields 'source' and 'target': GRE for PPTP is "
			      "sent over IPv4 only");
}

/* The record borrows name, labels and contact: a table of ours, in the handle
 * on top, keeps them, because the caller may change his. */
static void keep_texts(lua_State *L)
{
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
}

int pptp_core_conversation(lua_State *L)
{
	static const char *const keys[] = {
	    PPTP_PLAN_KEYS, "source", "raw", "proxied", "ttl", "own_host",
	    "call_id",      "time",   "now", "random",  "run", NULL,
	};
	struct pptp_plan plan;
	struct pptp_vantage vantage;
	struct conversation *c;

	pptp_arguments_check(L, 1, keys);
	lua_settop(L, 1);
	pptp_plan_read(L, 1, &plan); /* index 2: its labels */
	read_vantage(L, &vantage);
	check_plan(L, &plan, &vantage);
	lua_pushliteral(L, "now");
	lua_rawget(L, 1); /* index 3 */
	c = lua_newuserdatauv(L, sizeof(*c), 1);
	memset(c, 0, sizeof(*c));
	clock_of(L, c, 3);
	if (pptp_conversation_init(&c->c, &plan, &vantage, 0) != PPTP_OK)
		return luaL_error(L, "these fields make no conversation");
	luaL_setmetatable(L, CONVERSATION);
	keep_texts(L);
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
	    pptp_conversation_filter(&c->c.record.target, c->c.record.port,
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
