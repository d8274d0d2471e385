/* SPDX-License-Identifier: BSD-2-Clause */
#include "binding/apart.h"

#define KEY "pptpgrade.apart"

struct shared {
	struct pptp_apart *apart;
	size_t users;
};

/* Stays on the stack. */
static struct shared *find(lua_State *L)
{
	struct shared *s;

	if (lua_getfield(L, LUA_REGISTRYINDEX, KEY) == LUA_TUSERDATA)
		return lua_touserdata(L, -1);
	lua_pop(L, 1);
	s = lua_newuserdatauv(L, sizeof(*s), 0);
	*s = (struct shared){NULL, 0};
	lua_pushvalue(L, -1);
	lua_setfield(L, LUA_REGISTRYINDEX, KEY);
	return s;
}

enum pptp_error pptp_binding_apart_hold(lua_State *L, struct pptp_apart **a,
					char *text, size_t room)
{
	struct shared *s = find(L);
	enum pptp_error error = PPTP_OK;

	if (s->users == 0)
		error = pptp_apart_open(&s->apart, text, room);
	s->users += error == PPTP_OK;
	*a = error == PPTP_OK ? s->apart : NULL;
	lua_pop(L, 1);
	return error;
}

void pptp_binding_apart_release(lua_State *L)
{
	struct shared *s = find(L);

	if (--s->users == 0)
		pptp_apart_close(s->apart);
	lua_pop(L, 1);
}
