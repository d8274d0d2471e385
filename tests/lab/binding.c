/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pptplab, for Lua 5.4: servers of the model as objects, and conversations of
 * the prober's own code with them in virtual time. For tests only.
 */
#include "binding/sink.h"

#include <stdlib.h>
#include <string.h>

#include "lab/world.h"

#define HOST  "pptplab.host"
#define WORLD "pptplab.world"

PPTP_LUAOPEN luaopen_pptplab(lua_State *L);

struct host {
	struct lab_host host;
	struct lab_box box;
	unsigned held; /* conversations, connected or not */
	int64_t now;
};

static const char US[] = "192.0.2.2", SERVER[] = "192.0.2.1",
		  ROUTER[] = "192.0.2.254";

static struct pptp_address address(lua_State *L, const char *text)
{
	struct pptp_address a;

	if (!pptp_address_parse(&a, text, strlen(text)))
		luaL_error(L, "'%s' is no address", text);
	return a;
}

/* Fields of the table at `table`; what is absent is `otherwise`. */
static lua_Integer number(lua_State *L, int table, const char *key,
			  lua_Integer otherwise)
{
	lua_Integer value = otherwise;

	if (lua_getfield(L, table, key) != LUA_TNIL)
		value = luaL_checkinteger(L, -1);
	lua_pop(L, 1);
	return value;
}

static double seconds(lua_State *L, int table, const char *key)
{
	double value = 0;

	if (lua_getfield(L, table, key) != LUA_TNIL)
		value = luaL_checknumber(L, -1);
	lua_pop(L, 1);
	return value;
}

static bool flag(lua_State *L, int table, const char *key)
{
	bool value;

	lua_getfield(L, table, key);
	value = lua_toboolean(L, -1);
	lua_pop(L, 1);
	return value;
}

/* Lives as long as the table keeps it. */
static const char *text(lua_State *L, int table, const char *key,
			const char *otherwise)
{
	const char *value = otherwise;

	if (lua_getfield(L, table, key) != LUA_TNIL)
		value = luaL_checkstring(L, -1);
	lua_pop(L, 1);
	return value;
}

/* ---- lab.host ------------------------------------------------------------ */

static unsigned method_named(lua_State *L, const char *name)
{
	for (unsigned n = 0; n < LAB_METHODS; n++)
		if (strcmp(lab_method_name(n), name) == 0)
			return 1U << n;
	return (unsigned)luaL_error(L, "no method '%s'", name);
}

static unsigned read_methods(lua_State *L, int table)
{
	unsigned methods = 0;

	if (lua_getfield(L, table, "methods") == LUA_TNUMBER) {
		methods = (unsigned)lua_tointeger(L, -1);
	} else {
		luaL_checktype(L, -1, LUA_TTABLE);
		for (lua_Integer i = 1; lua_geti(L, -1, i) != LUA_TNIL; i++) {
			methods |= method_named(L, luaL_checkstring(L, -1));
			lua_pop(L, 1);
		}
		lua_pop(L, 1);
	}
	lua_pop(L, 1);
	return methods;
}

static enum lab_quirk read_quirk(lua_State *L, int table)
{
	const char *name = text(L, table, "quirk", "friendly");

	for (unsigned q = 0; q < LAB_QUIRKS; q++)
		if (strcmp(lab_quirk_name(q), name) == 0)
			return (enum lab_quirk)q;
	return (enum lab_quirk)luaL_error(L, "no quirk '%s'", name);
}

static enum lab_box_kind read_box(lua_State *L, int table)
{
	const char *name = text(L, table, "box", "none");

	for (unsigned b = 0; b < LAB_BOXES; b++)
		if (strcmp(lab_box_name(b), name) == 0)
			return (enum lab_box_kind)b;
	return (enum lab_box_kind)luaL_error(L, "no box '%s'", name);
}

static int new_host(lua_State *L)
{
	struct lab_config config;
	const char *name;
	struct host *h;

	luaL_checktype(L, 1, LUA_TTABLE);
	memset(&config, 0, sizeof(config));
	name = text(L, 1, "stack", "");
	config.stack = lab_stack_named(name);
	if (config.stack == NULL)
		return luaL_error(L, "no stack '%s'", name);
	config.methods = read_methods(L, 1);
	if ((config.methods & lab_stack_methods(config.stack)) == 0)
		return luaL_error(L, "%s has none of these methods", name);
	config.order = (unsigned)number(L, 1, "order", 0);
	config.quirk = read_quirk(L, 1);
	config.detail = (int)number(L, 1, "detail", 0);
	config.box = read_box(L, 1);
	config.box_detail = (int)number(L, 1, "box_detail", 0);
	config.address = address(L, text(L, 1, "address", SERVER));
	config.router = address(L, ROUTER);
	config.seed = (uint32_t)number(L, 1, "seed", 1);
	h = lua_newuserdatauv(L, sizeof(*h), 0);
	lab_host_init(&h->host, &config);
	h->held = 0;
	lab_box_init(&h->box, config.box, config.box_detail, &config.router);
	/* Not a multiple of anything that a link would stall by. */
	h->now = 1000 * INT64_C(1000000) + config.seed % 9999991;
	luaL_setmetatable(L, HOST);
	return 1;
}

/* ---- host:converse ------------------------------------------------------- */

static void read_link(lua_State *L, int table, struct lab_link *link)
{
	memset(link, 0, sizeof(*link));
	link->seed = 1;
	if (lua_isnoneornil(L, table))
		return;
	luaL_checktype(L, table, LUA_TTABLE);
	link->loss = (unsigned)number(L, table, "loss", 0);
	link->duplicate = (unsigned)number(L, table, "duplicate", 0);
	link->reorder = (unsigned)number(L, table, "reorder", 0);
	link->delay_us = (int64_t)(1e6 * seconds(L, table, "delay"));
	link->jitter_us = (int64_t)(1e6 * seconds(L, table, "jitter"));
	link->stall_us = (int64_t)(1e6 * seconds(L, table, "stall"));
	link->capture_loss = (unsigned)number(L, table, "capture_loss", 0);
	link->capture_lag_us =
	    (int64_t)(1e6 * seconds(L, table, "capture_lag"));
	link->seed = (uint32_t)number(L, table, "seed", 1);
}

static enum pptp_opening opening(lua_State *L, int table, enum pptp_depth depth)
{
	if (flag(L, table, "gre"))
		return PPTP_OPENING_GRE;
	if (!flag(L, table, "syn"))
		return PPTP_OPENING_CONNECT;
	return depth == PPTP_DEPTH_SYN && !flag(L, table, "connect")
		   ? PPTP_OPENING_SYN_ONLY
		   : PPTP_OPENING_SYN;
}

static void read_plan(lua_State *L, int table, const struct host *h,
		      struct pptp_plan *plan)
{
	const char *ask;

	luaL_checktype(L, table, LUA_TTABLE);
	memset(plan, 0, sizeof(*plan));
	plan->target = h->host.config.address;
	plan->port = (uint16_t)number(L, table, "port", 1723);
	if (!pptp_depth_parse(&plan->depth, text(L, table, "depth", "call")))
		luaL_error(L, "no such depth");
	plan->opening = opening(L, table, plan->depth);
	plan->decline = flag(L, table, "decline");
	ask = text(L, table, "ask", NULL);
	if (ask != NULL && !pptp_methods_parse(plan->ask, ask))
		luaL_error(L, "no method '%s'", ask);
	plan->timeout_us = (int64_t)(1e6 * seconds(L, table, "timeout"));
	plan->contact = text(L, table, "contact", NULL);
	plan->name = text(L, table, "name", NULL);
}

/* Unprivileged, as the prober does it without CAP_NET_RAW. */
static struct pptp_vantage vantage_of(lua_State *L, int link,
				      const struct host *h)
{
	struct pptp_vantage v;

	memset(&v, 0, sizeof(v));
	v.source = address(L, US);
	v.reach = PPTP_REACH_RAW;
	if (lua_istable(L, link) && flag(L, link, "unprivileged"))
		v.reach = PPTP_REACH_TCP;
	v.time_us = h->now;
	return v;
}

static int converse(lua_State *L)
{
	struct host *h = luaL_checkudata(L, 1, HOST);
	struct lab_world **w = luaL_checkudata(L, lua_upvalueindex(1), WORLD);
	struct pptp_plan plan;
	struct pptp_vantage vantage;
	const struct pptp_record *record;
	struct pptp_table table;
	struct lab_link link;

	read_plan(L, 2, h, &plan);
	vantage = vantage_of(L, 3, h);
	read_link(L, 3, &link);
	link.box = &h->box;
	/* Each conversation has its own weather. */
	link.seed = link.seed * 31 + h->held++;
	h->now += (int64_t)(1e6 * seconds(L, 2, "wait"));
	record = lab_world_run(*w, &h->host, &plan, &vantage, &link, &h->now);
	if (record == NULL)
		return luaL_error(L, "the plan makes no conversation");
	pptp_table_init(&table, L);
	pptp_record_walk(record, &table.sink);
	return 1;
}

static int clock_now(lua_State *L)
{
	struct host *h = luaL_checkudata(L, 1, HOST);

	lua_pushnumber(L, (lua_Number)h->now / 1e6);
	return 1;
}

/* ---- host:truth ---------------------------------------------------------- */

static void push_methods(lua_State *L, const char *key, unsigned methods)
{
	lua_newtable(L);
	for (unsigned n = 0; n < LAB_METHODS; n++)
		if (methods >> n & 1) {
			lua_pushboolean(L, 1);
			lua_setfield(L, -2, lab_method_name(n));
		}
	lua_setfield(L, -2, key);
}

static int truth(lua_State *L)
{
	struct host *h = luaL_checkudata(L, 1, HOST);
	struct lab_truth t;

	lab_truth(&h->host.config, &t);
	lua_newtable(L);
	lua_pushlstring(L, &t.best, 1);
	lua_setfield(L, -2, "best");
	lua_pushlstring(L, &t.worst, 1);
	lua_setfield(L, -2, "worst");
	push_methods(L, "offered", t.offered);
	push_methods(L, "accepted", t.accepted);
	lua_pushboolean(L, t.login_required);
	lua_setfield(L, -2, "login_required");
	lua_pushboolean(L, t.declining_tells);
	lua_setfield(L, -2, "declining_tells");
	lua_pushboolean(L, t.decoy);
	lua_setfield(L, -2, "decoy");
	return 1;
}

/* ---- lab.stacks, lab.quirks, lab.boxes ---------------------------------------------- */

static void push_stack(lua_State *L, const struct lab_stack *stack)
{
	lua_newtable(L);
	lua_pushstring(L, lab_stack_name(stack));
	lua_setfield(L, -2, "name");
	lua_pushstring(L, lab_stack_basis(stack));
	lua_setfield(L, -2, "basis");
	push_methods(L, "methods", lab_stack_methods(stack));
	lua_pushinteger(L, (lua_Integer)lab_stack_methods(stack));
	lua_setfield(L, -2, "mask");
	lua_pushinteger(L, (lua_Integer)lab_stack_orders(stack));
	lua_setfield(L, -2, "orders");
	lua_pushboolean(L, lab_stack_optional(stack));
	lua_setfield(L, -2, "optional");
	lua_pushboolean(L, lab_stack_drand48(stack));
	lua_setfield(L, -2, "drand48");
}

static int stacks(lua_State *L)
{
	lua_newtable(L);
	for (unsigned i = 0; i < lab_stack_count(); i++) {
		push_stack(L, lab_stack(i));
		lua_seti(L, -2, (lua_Integer)i + 1);
	}
	return 1;
}

static int quirks(lua_State *L)
{
	lua_newtable(L);
	for (unsigned q = 0; q < LAB_QUIRKS; q++) {
		lua_pushstring(L, lab_quirk_name(q));
		lua_seti(L, -2, (lua_Integer)q + 1);
	}
	return 1;
}

static int boxes(lua_State *L)
{
	lua_newtable(L);
	for (unsigned b = 0; b < LAB_BOXES; b++) {
		lua_pushstring(L, lab_box_name(b));
		lua_seti(L, -2, (lua_Integer)b + 1);
	}
	return 1;
}

static int free_world(lua_State *L)
{
	struct lab_world **w = luaL_checkudata(L, 1, WORLD);

	lab_world_free(*w);
	*w = NULL;
	return 0;
}

static void push_world(lua_State *L)
{
	struct lab_world **w =
	    lua_newuserdatauv(L, sizeof(struct lab_world *), 0);

	*w = lab_world_new();
	if (*w == NULL)
		luaL_error(L, "not enough memory");
	if (luaL_newmetatable(L, WORLD)) {
		lua_pushcfunction(L, free_world);
		lua_setfield(L, -2, "__gc");
	}
	lua_setmetatable(L, -2);
}

PPTP_LUAOPEN luaopen_pptplab(lua_State *L)
{
	static const luaL_Reg functions[] = {
	    {"boxes", boxes},   {"host", new_host}, {"quirks", quirks},
	    {"stacks", stacks}, {NULL, NULL},
	};

	luaL_newmetatable(L, HOST);
	lua_newtable(L);
	push_world(L);
	lua_pushcclosure(L, converse, 1);
	lua_setfield(L, -2, "converse");
	lua_pushcfunction(L, truth);
	lua_setfield(L, -2, "truth");
	lua_pushcfunction(L, clock_now);
	lua_setfield(L, -2, "clock");
	lua_setfield(L, -2, "__index");
	lua_pop(L, 1);
	luaL_newlib(L, functions);
	return 1;
}
