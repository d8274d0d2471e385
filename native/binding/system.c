/* SPDX-License-Identifier: BSD-2-Clause */
/* What pptpgrade.core asks of the system: a guard, and randomness. */
#include "binding/core.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include "binding/arguments.h"
#include "net/guard.h"

#define GUARD      "pptpgrade.guard"
#define RANDOM_MAX 65536

struct guard {
	int fd; /* -1: closed */
};

static int guard_close(lua_State *L)
{
	struct guard *g = luaL_checkudata(L, 1, GUARD);

	pptp_guard_close(g->fd);
	g->fd = -1;
	return 0;
}

int pptp_core_guard(lua_State *L)
{
	struct guard *g = lua_newuserdatauv(L, sizeof(*g), 0);
	int why;

	g->fd = -1;
	luaL_setmetatable(L, GUARD);
	g->fd = pptp_guard_open();
	if (g->fd >= 0)
		return 1;
	why = errno;
	if (why == EPERM || why == EACCES)
		return pptp_arguments_fail(
		    L, PPTP_ERROR_PRIVILEGE,
		    "cannot hold IP protocol 47: CAP_NET_RAW is missing");
	lua_pushfstring(L, "cannot hold IP protocol 47: %s", strerror(why));
	return pptp_arguments_fail(L, PPTP_ERROR_SYSTEM, lua_tostring(L, -1));
}

void pptp_core_randomize(lua_State *L, void *bytes, size_t length)
{
	uint8_t *at = bytes;
	ssize_t n;

	while (length > 0) {
		n = getrandom(at, length, 0);
		if (n < 0 && errno != EINTR)
			luaL_error(L, "getrandom: %s", strerror(errno));
		if (n > 0) {
			at += n;
			length -= (size_t)n;
		}
	}
}

int pptp_core_random(lua_State *L)
{
	lua_Integer n = luaL_checkinteger(L, 1);
	luaL_Buffer b;

	luaL_argcheck(L, n >= 0 && n <= RANDOM_MAX, 1,
		      "not between 0 and 65536");
	pptp_core_randomize(L, luaL_buffinitsize(L, &b, (size_t)n), (size_t)n);
	luaL_pushresultsize(&b, (size_t)n);
	return 1;
}

void pptp_core_guard_class(lua_State *L)
{
	static const luaL_Reg methods[] = {{NULL, NULL}};

	pptp_arguments_class(L, GUARD, methods, guard_close);
}
