/* SPDX-License-Identifier: BSD-2-Clause */
/* One source for Lua 5.3 and 5.4. Include this and never lua.h itself. */
#ifndef PPTP_COMPAT_H
#define PPTP_COMPAT_H

#include <lua.h>

#include <lauxlib.h>

#if LUA_VERSION_NUM < 504
#define lua_newuserdatauv(L, size, values)                                     \
	((void)(values), lua_newuserdata((L), (size)))
#define lua_setiuservalue(L, at, n) ((void)(n), lua_setuservalue((L), (at)))
#define lua_getiuservalue(L, at, n) ((void)(n), lua_getuservalue((L), (at)))
#endif

/* The rest of a module is hidden: Nmap exports two thousand names of its own,
 * and an equal one of ours would silently be replaced by it. */
#define PPTP_LUAOPEN __attribute__((visibility("default"))) int

#endif
