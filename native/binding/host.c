/* SPDX-License-Identifier: BSD-2-Clause */
/* net.host: what this host lets us do, as a table of facts. */
#include "binding/net.h"

#include <string.h>
#include <unistd.h>

#include "net/host.h"
#include "net/wire_helper.h"

static void push_capability(lua_State *L)
{
	struct pptp_host_capability c;

	if (!pptp_host_capability(&c))
		return;
	lua_createtable(L, 0, 4);
	lua_pushboolean(L, c.effective);
	lua_setfield(L, -2, "effective");
	lua_pushboolean(L, c.permitted);
	lua_setfield(L, -2, "permitted");
	lua_pushboolean(L, c.bounding);
	lua_setfield(L, -2, "bounding");
	lua_pushboolean(L, c.no_new_privs);
	lua_setfield(L, -2, "no_new_privs");
	lua_setfield(L, -2, "capability");
}

static void push_gre(lua_State *L)
{
	static const char *const ways[] = {
	    [PPTP_HOST_NOT_TRIED] = "not_tried",
	    [PPTP_HOST_CAME_BACK] = "came_back",
	    [PPTP_HOST_REFUSED] = "refused",
	    [PPTP_HOST_FAILED] = "failed",
	    [PPTP_HOST_LOST] = "lost",
	};
	struct pptp_host_gre gre;

	pptp_host_gre(&gre);
	lua_createtable(L, 0, 2);
	lua_pushstring(L, ways[gre.way]);
	lua_setfield(L, -2, "state");
	if (gre.error != 0) {
		lua_pushstring(L, strerror(gre.error));
		lua_setfield(L, -2, "reason");
	}
	lua_setfield(L, -2, "gre");
}

static void push_clock(lua_State *L, int64_t moved_us)
{
	struct pptp_host_clock clock;

	pptp_host_clock(&clock);
	lua_createtable(L, 0, 3);
	lua_pushinteger(L, moved_us);
	lua_setfield(L, -2, "moved_us");
	if (clock.known) {
		lua_pushboolean(L, clock.synchronised);
		lua_setfield(L, -2, "synchronised");
		lua_pushinteger(L, clock.maximum_error_us);
		lua_setfield(L, -2, "maximum_error_us");
	}
	lua_setfield(L, -2, "clock");
}

/* What starting pptp-wire shows: no packet leaves. */
static void push_helper(lua_State *L)
{
	static const char *const states[] = {
	    [PPTP_WIRE_HELPER_MISSING] = "missing",
	    [PPTP_WIRE_HELPER_DENIED] = "denied",
	    [PPTP_WIRE_HELPER_POWERLESS] = "powerless",
	    [PPTP_WIRE_HELPER_FOREIGN] = "foreign",
	    [PPTP_WIRE_HELPER_BROKEN] = "broken",
	    [PPTP_WIRE_HELPER_WORKS] = "works",
	};
	struct pptp_wire_helper h;

	pptp_wire_helper_try(&h);
	lua_createtable(L, 0, 4);
	lua_pushstring(L, states[h.lack.state]);
	lua_setfield(L, -2, "state");
	lua_pushstring(L, h.path);
	lua_setfield(L, -2, "path");
	lua_pushstring(L, h.lack.cause);
	lua_setfield(L, -2, "cause");
	lua_pushstring(L, h.lack.cure);
	lua_setfield(L, -2, "cure");
	lua_setfield(L, -2, "helper");
}

int pptp_net_host(lua_State *L)
{
	int64_t lead = pptp_host_lead();

	lua_createtable(L, 0, 5);
	lua_pushinteger(L, (lua_Integer)geteuid());
	lua_setfield(L, -2, "user");
	push_capability(L);
	push_helper(L);
	push_gre(L);
	push_clock(L, pptp_host_lead() - lead);
	return 1;
}
