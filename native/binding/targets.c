/* SPDX-License-Identifier: BSD-2-Clause */
/* net.targets: the one parser of targets, as a Lua object. */
#include "binding/net.h"

#include <poll.h>
#include <string.h>

#include "binding/arguments.h"
#include "net/targets.h"

#define TARGETS "pptpgrade.targets"

typedef enum pptp_error (*adder)(struct pptp_targets *t, const char *text,
				 char *why, size_t room);

struct targets {
	struct pptp_targets *t; /* NULL: closed */
};

static const struct {
	const char *key; /* NULL: the elements of the table itself */
	adder add;
} lists[] = {
    {NULL, pptp_targets_add},
    {"specs", pptp_targets_add},
    {"files", pptp_targets_add_file},
    {"exclude", pptp_targets_exclude_file},
};

#define LISTS (sizeof(lists) / sizeof(lists[0]))

static void check_keys(lua_State *L)
{
	static const char *const keys[] = {
	    "specs",  "files",   "exclude", "port",
	    "family", "numeric", "lazy",    NULL,
	};

	lua_newtable(L);
	lua_pushnil(L);
	while (lua_next(L, 1) != 0) { /* all but the list's own elements */
		if (lua_type(L, -2) != LUA_TNUMBER) {
			lua_pushvalue(L, -2);
			lua_pushvalue(L, -2);
			lua_rawset(L, -5);
		}
		lua_pop(L, 1);
	}
	pptp_arguments_check(L, lua_gettop(L), keys);
	lua_pop(L, 1);
}

/* Adds every element of the list at `list`, which pptp_arguments_list() made. */
static enum pptp_error add_list(lua_State *L, struct pptp_targets *t, adder add,
				int list, char *why, size_t room)
{
	lua_Integer i, n = (lua_Integer)lua_rawlen(L, list);
	enum pptp_error error = PPTP_OK;

	for (i = 1; i <= n && error == PPTP_OK; i++) {
		lua_rawgeti(L, list, i);
		why[0] = '\0';
		error = add(t, lua_tostring(L, -1), why, room);
		lua_pop(L, 1);
	}
	return error;
}

/* From the lists that stand from `first` on. */
static int fill(lua_State *L, struct pptp_targets *t, int first, bool lazy)
{
	char why[PPTP_NET_TEXT];
	enum pptp_error error;

	for (size_t i = 0; i < LISTS; i++) {
		adder add = lists[i].add;

		if (lazy && add == pptp_targets_add_file)
			add = pptp_targets_add_stream;
		error = add_list(L, t, add, first + (int)i, why, sizeof(why));
		if (error != PPTP_OK)
			return pptp_arguments_fail(L, error, why);
	}
	if (!lazy)
		pptp_targets_settle(t);
	return 0;
}

/* The one argument, at index 1, as a table of ours. */
static void own_argument(lua_State *L)
{
	lua_settop(L, 1);
	if (lua_type(L, 1) == LUA_TSTRING) { /* a single one, as a list */
		lua_createtable(L, 1, 0);
		lua_insert(L, 1);
		lua_rawseti(L, 1, 1);
	}
	luaL_checktype(L, 1, LUA_TTABLE);
	pptp_arguments_own(L, 1);
	check_keys(L);
}

int pptp_net_targets(lua_State *L)
{
	struct targets *t;
	lua_Integer port, family;
	enum pptp_error error;
	bool numeric, lazy;
	int failed, at;
	size_t i;

	own_argument(L);
	/* What raises comes before what is opened. Index 2 and on: */
	for (i = 0; i < LISTS; i++)
		pptp_arguments_list(L, 1, lists[i].key);
	port = pptp_arguments_integer(L, 1, "port", 1, UINT16_MAX, PPTP_PORT);
	family = pptp_arguments_integer(L, 1, "family", 0, 6, 0);
	numeric = pptp_arguments_boolean(L, 1, "numeric");
	lazy = pptp_arguments_boolean(L, 1, "lazy");
	if (family != 0 && family != 4 && family != 6)
		return luaL_error(L, "field 'family' is %d, not 4 or 6",
				  (int)family);
	t = lua_newuserdatauv(L, sizeof(*t), 1);
	at = lua_gettop(L);
	t->t = NULL;
	luaL_setmetatable(L, TARGETS);
	lua_newtable(L); /* the sentences about names that did not resolve */
	lua_setiuservalue(L, at, 1);
	error = pptp_targets_open(&t->t, (uint16_t)port, (uint8_t)family);
	if (error != PPTP_OK) {
		t->t = NULL;
		return pptp_arguments_fail(L, error, NULL);
	}
	if (numeric)
		pptp_targets_numeric(t->t);
	failed = fill(L, t->t, 2, lazy);
	if (failed > 0) {
		pptp_targets_close(t->t);
		t->t = NULL;
		return failed;
	}
	lua_settop(L, at);
	return 1;
}

static int targets_close(lua_State *L)
{
	struct targets *t = luaL_checkudata(L, 1, TARGETS);

	pptp_targets_close(t->t);
	t->t = NULL;
	return 0;
}

static struct pptp_targets *check(lua_State *L)
{
	struct targets *t = luaL_checkudata(L, 1, TARGETS);

	luaL_argcheck(L, t->t != NULL, 1, "the targets are closed");
	return t->t;
}

struct pptp_exclusions *pptp_net_targets_exclusions(lua_State *L, int index)
{
	const struct targets *t = luaL_testudata(L, index, TARGETS);

	return t != NULL && t->t != NULL ? pptp_targets_exclusions(t->t) : NULL;
}

/* "a,b" as a list on top. */
static void push_labels(lua_State *L, const char *labels)
{
	lua_Integer n = 0;
	const char *comma;

	lua_newtable(L);
	while (labels != NULL) {
		comma = strchr(labels, ',');
		if (comma != NULL)
			lua_pushlstring(L, labels, (size_t)(comma - labels));
		else
			lua_pushstring(L, labels);
		lua_rawseti(L, -2, ++n);
		labels = comma != NULL ? comma + 1 : NULL;
	}
}

static int push_target(lua_State *L, const struct pptp_target *target)
{
	char printed[PPTP_ADDRESS_TEXT];

	lua_createtable(L, 0, 4);
	pptp_address_format(&target->address, printed);
	lua_pushstring(L, printed);
	lua_setfield(L, -2, "target");
	lua_pushinteger(L, target->port);
	lua_setfield(L, -2, "port");
	if (target->name != NULL) {
		lua_pushstring(L, target->name);
		lua_setfield(L, -2, "name");
	}
	if (target->labels != NULL) {
		push_labels(L, target->labels);
		lua_setfield(L, -2, "labels");
	}
	return 1;
}

/* A target; false: none yet; nil: the end; nil, message, code: a line that is
 * not understood. */
static int take(lua_State *L)
{
	char why[PPTP_NET_TEXT] = "";
	struct pptp_target target;

	switch (pptp_targets_take(check(L), &target, why, sizeof(why))) {
	case PPTP_TARGET_ONE:
		return push_target(L, &target);
	case PPTP_TARGET_NONE_YET:
		lua_pushboolean(L, false);
		return 1;
	case PPTP_TARGET_FAILED:
		return pptp_arguments_fail(L, PPTP_ERROR_ARGUMENT, why);
	default:
		lua_pushnil(L);
		return 1;
	}
}

/* False: a signal came, or time is over. */
static bool wait_for(const struct pptp_targets *t, int milliseconds)
{
	struct pollfd p = {.fd = pptp_targets_fd(t), .events = POLLIN};

	return poll(&p, 1, milliseconds) > 0;
}

static int next_target(lua_State *L)
{
	int pushed = take(L);

	while (pushed == 1 && lua_isboolean(L, -1)) {
		lua_pop(L, 1);
		(void)wait_for(check(L), -1);
		pushed = take(L);
	}
	return pushed;
}

static int wait_seconds(lua_State *L)
{
	lua_Number seconds = luaL_checknumber(L, 2);

	luaL_argcheck(L, seconds >= 0 && seconds <= 3600, 2,
		      "not from 0 to 3600 seconds");
	lua_pushboolean(L, wait_for(check(L), (int)(seconds * 1000)));
	return 1;
}

/* What a run has to know before it begins: see net/targets.h. */
static int begin(lua_State *L)
{
	lua_Integer most = luaL_optinteger(L, 2, LUA_MAXINTEGER);

	luaL_argcheck(L, most >= 0, 2, "less than 0");
	pptp_targets_begin(check(L), (uint64_t)most);
	return 0;
}

static int push_count(lua_State *L, uint64_t n)
{
	lua_pushinteger(L,
			n > LUA_MAXINTEGER ? LUA_MAXINTEGER : (lua_Integer)n);
	return 1;
}

static int count(lua_State *L)
{
	return push_count(L, pptp_targets_count(check(L)));
}

static int public_count(lua_State *L)
{
	return push_count(L, pptp_targets_public(check(L)));
}

static int excluded(lua_State *L)
{
	return push_count(L, pptp_targets_excluded(check(L)));
}

/* One sentence for every name that did not resolve, so far. */
static int unresolved(lua_State *L)
{
	struct pptp_targets *t = check(L);
	const char *why;

	lua_getiuservalue(L, 1, 1);
	while ((why = pptp_targets_unresolved(t)) != NULL) {
		lua_pushstring(L, why);
		lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
	}
	return 1;
}

void pptp_net_targets_class(lua_State *L)
{
	static const luaL_Reg methods[] = {
	    {"begin", begin},
	    {"count", count},
	    {"excluded", excluded},
	    {"next", next_target},
	    {"public", public_count},
	    {"take", take},
	    {"unresolved", unresolved},
	    {"wait", wait_seconds},
	    {NULL, NULL},
	};

	pptp_arguments_class(L, TARGETS, methods, targets_close);
}
