/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * net.prober: conversations with live servers. Tags are Lua values, kept in
 * the handle's user value under the number that C carries.
 */
#include "binding/net.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binding/arguments.h"
#include "binding/plan.h"
#include "binding/sink.h"
#include "net/prober.h"
#include "net/wire_helper.h"

#define PROBER          "pptpgrade.prober"
#define JOBS_MAX        16384
#define PATH_BYTES      4096
#define INTERFACE_BYTES 64
#define TRACE_LINES     4096 /* kept until they are fetched; older ones go */
#define TRACE_WIDTH     240
#define FOREVER         (-1) /* until a record, idleness or a signal */

struct prober {
	struct pptp_prober *p;      /* NULL: closed */
	char (*lines)[TRACE_WIDTH]; /* a ring, or NULL */
	size_t first, count;
	bool more; /* the caller has more plans than it has started */
};

static void keep_line(void *context, const struct pptp_address *target,
		      enum pptp_side side, int64_t at_us, const char *text)
{
	struct prober *p = context;
	char address[PPTP_ADDRESS_TEXT];
	size_t at = (p->first + p->count) % TRACE_LINES;

	if (p->count < TRACE_LINES)
		p->count++;
	else
		p->first = (p->first + 1) % TRACE_LINES;
	pptp_address_format(target, address);
	snprintf(p->lines[at], TRACE_WIDTH, "%s %.6f %s %s", address,
		 (double)at_us / 1e6, side == PPTP_US ? ">" : "<", text);
}

/* C never calls back into Lua: next() returns to whoever has plans. */
static enum pptp_pull ask_for_plan(void *context, struct pptp_pulled *pulled)
{
	const struct prober *p = context;

	(void)pulled;
	return p->more ? PPTP_PULL_ASK : PPTP_PULL_END;
}

/* NULL where absent. Lives as long as the field's value. */
static struct pptp_exclusions *read_exclusions(lua_State *L)
{
	struct pptp_exclusions *x = NULL;

	if (pptp_arguments_fetch(L, 1, "exclude") != LUA_TNIL) {
		x = pptp_net_targets_exclusions(L, -1);
		if (x == NULL)
			luaL_error(L, "field 'exclude' is not what net.targets "
				      "gave, or it is closed");
	}
	lua_pop(L, 1);
	return x;
}

static void read_config(lua_State *L, struct pptp_prober_config *config)
{
	static const char *const keys[] = {
	    "interface", "source", "jobs",     "write", "stay",
	    "exclude",   "trace",  "tcp_only", "apart", NULL,
	};

	memset(config, 0, sizeof(*config));
	pptp_arguments_check(L, 1, keys);
	config->interface =
	    pptp_arguments_text(L, 1, "interface", INTERFACE_BYTES, NULL);
	config->source = pptp_arguments_address(L, 1, "source");
	config->jobs =
	    (unsigned)pptp_arguments_integer(L, 1, "jobs", 1, JOBS_MAX, 0);
	config->write = pptp_arguments_text(L, 1, "write", PATH_BYTES, NULL);
	config->stay = pptp_arguments_boolean(L, 1, "stay");
	config->tcp_only = pptp_arguments_boolean(L, 1, "tcp_only");
	config->apart = pptp_arguments_boolean(L, 1, "apart");
	config->exclude = read_exclusions(L);
	if (pptp_arguments_boolean(L, 1, "trace"))
		config->trace = keep_line;
}

static int close_prober(lua_State *L)
{
	struct prober *p = luaL_checkudata(L, 1, PROBER);

	pptp_prober_close(p->p);
	p->p = NULL;
	free(p->lines);
	p->lines = NULL;
	p->count = 0;
	return 0;
}

int pptp_net_prober(lua_State *L)
{
	struct pptp_plan_source source = {.next = ask_for_plan};
	struct pptp_prober_config config;
	char text[PPTP_NET_TEXT] = "";
	struct prober *p;
	enum pptp_error error;

	if (lua_isnone(L, 1))
		lua_newtable(L);
	lua_settop(L, 1);
	read_config(L, &config);
	p = lua_newuserdatauv(L, sizeof(*p), 1); /* index 2 */
	memset(p, 0, sizeof(*p));
	luaL_setmetatable(L, PROBER);
	lua_newtable(L); /* tags by number; and what `config` borrows */
	lua_pushvalue(L, 1);
	lua_setfield(L, -2, "config");
	lua_setiuservalue(L, 2, 1);
	config.context = source.context = p;
	if (config.trace != NULL) {
		p->lines = calloc(TRACE_LINES, sizeof(*p->lines));
		if (p->lines == NULL)
			return luaL_error(L, "not enough memory");
	}
	error = pptp_prober_open(&p->p, &config, text, sizeof(text));
	if (error == PPTP_OK) {
		pptp_prober_pull(p->p, &source);
		return 1;
	}
	p->p = NULL;
	return pptp_arguments_fail(L, error, text);
}

static struct prober *check(lua_State *L)
{
	struct prober *p = luaL_checkudata(L, 1, PROBER);

	luaL_argcheck(L, p->p != NULL, 1, "the prober is closed");
	return p;
}

static int start(lua_State *L)
{
	static const char *const keys[] = {PPTP_PLAN_KEYS, "wait", NULL};
	struct prober *p = check(L);
	char text[PPTP_NET_TEXT] = "";
	struct pptp_plan plan;
	enum pptp_error error;
	int tag;

	lua_settop(L, 3);
	pptp_arguments_check(L, 2, keys);
	pptp_plan_read(L, 2, &plan); /* index 4: its labels */
	plan.wait_us = pptp_arguments_time(L, 2, "wait", 0);
	lua_getiuservalue(L, 1, 1); /* index 5 */
	lua_pushvalue(L, 3);
	tag = luaL_ref(L, 5); /* nil has a number of its own */
	error = pptp_prober_start(p->p, &plan, tag, text, sizeof(text));
	if (error != PPTP_OK) {
		luaL_unref(L, 5, tag);
		return pptp_arguments_fail(L, error, text);
	}
	lua_pushboolean(L, 1);
	return 1;
}

static int push_failure(lua_State *L, struct pptp_prober *p, int error)
{
	const char *text = pptp_prober_error(p);

	if (text == NULL && error == PPTP_ERROR_SYSTEM)
		text = strerror(errno);
	return pptp_arguments_fail(L, (enum pptp_error)error, text);
}

static int push_why(lua_State *L, const char *why)
{
	lua_pushnil(L);
	lua_pushstring(L, why);
	return 2;
}

static int push_record(lua_State *L, const struct pptp_record *record,
		       int64_t tag)
{
	struct pptp_table table;

	pptp_table_init(&table, L);
	pptp_record_walk(record, &table.sink);
	lua_getiuservalue(L, 1, 1);
	lua_rawgeti(L, -1, tag);
	luaL_unref(L, -2, (int)tag);
	lua_remove(L, -2);
	return 2;
}

/* The record of what has ended, and the tag that it was started with. */
static int next_record(lua_State *L)
{
	struct prober *p = check(L);
	int64_t wait = FOREVER, tag = LUA_REFNIL;
	const struct pptp_record *record = NULL;
	int got;

	if (!lua_isnoneornil(L, 2)) {
		wait = pptp_arguments_clock(L, 2);
		wait = wait < 0 ? 0 : wait;
	}
	p->more = lua_toboolean(L, 3);
	got = pptp_prober_next(p->p, wait, &record, &tag);
	if (got < 0)
		return push_failure(L, p->p, got);
	if (got == PPTP_PROBER_ASKS)
		return push_why(L, "free");
	if (got == 0)
		return push_why(L, "timeout");
	if (got == 1)
		return push_record(L, record, tag);
	lua_pushnil(L); /* idle */
	return 1;
}

static int abort_all(lua_State *L)
{
	pptp_prober_abort(check(L)->p);
	return 0;
}

static int live(lua_State *L)
{
	lua_pushinteger(L, (lua_Integer)pptp_prober_live(check(L)->p));
	return 1;
}

static int raw(lua_State *L)
{
	const struct pptp_prober *p = check(L)->p;
	const struct pptp_wire_lack *lack = pptp_prober_lack(p);

	lua_pushboolean(L, pptp_prober_raw(p));
	if (lack == NULL)
		return 1;
	lua_pushstring(L, lack->cause);
	lua_pushstring(L, lack->cure);
	return 3;
}

/* True where a helper has the packets. */
static int apart(lua_State *L)
{
	lua_pushboolean(L, pptp_prober_apart(check(L)->p));
	return 1;
}

/* The first conversation whose packets a helper refused. */
static int refusal(lua_State *L)
{
	lua_pushstring(L, pptp_prober_refusal(check(L)->p)); /* or nil */
	return 1;
}

static int last_error(lua_State *L)
{
	lua_pushstring(L, pptp_prober_error(check(L)->p)); /* or nil */
	return 1;
}

/* The lines since the last call, as a list. */
static int trace(lua_State *L)
{
	struct prober *p = check(L);
	lua_Integer n = 0;

	lua_newtable(L);
	while (p->count > 0) {
		lua_pushstring(L, p->lines[p->first]);
		lua_rawseti(L, -2, ++n);
		p->first = (p->first + 1) % TRACE_LINES;
		p->count--;
	}
	return 1;
}

void pptp_net_prober_class(lua_State *L)
{
	static const luaL_Reg methods[] = {
	    {"abort", abort_all}, {"apart", apart},      {"error", last_error},
	    {"live", live},       {"next", next_record}, {"raw", raw},
	    {"refusal", refusal}, {"start", start},      {"trace", trace},
	    {NULL, NULL},
	};

	pptp_arguments_class(L, PROBER, methods, close_prober);
}
