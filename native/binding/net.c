/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pptpgrade.net for Lua 5.4: what meets the kernel, through libpcap, raw
 * sockets and routes. Nothing here calls back into Lua, drops a privilege or
 * changes its host process; on_signal() and drop_capabilities() are for
 * programs alone.
 */
#include "binding/net.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "binding/arguments.h"
#include "net/capabilities.h"
#include "net/route.h"

#define EXIT_EARLY 4
#define SLEEP_MAX  86400

PPTP_LUAOPEN luaopen_pptpgrade_net(lua_State *L);

static volatile sig_atomic_t signals;

static void on_signal(int number)
{
	(void)number;
	if (signals > 0)
		_exit(EXIT_EARLY);
	signals = signals + 1;
}

static int count_signals(lua_State *L)
{
	lua_pushinteger(L, signals);
	return 1;
}

/* For programs: SIGINT and SIGTERM are counted, and a second one exits with
 * status 4 at once; a closed pipe is an error to tell, and no death. Returns
 * the function that tells the count. */
static int watch_signals(lua_State *L)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal; /* no SA_RESTART: waits must end */
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGINT, &action, NULL) != 0 ||
	    sigaction(SIGTERM, &action, NULL) != 0)
		return luaL_error(L, "sigaction: %s", strerror(errno));
	action.sa_handler = SIG_IGN;
	if (sigaction(SIGPIPE, &action, NULL) != 0)
		return luaL_error(L, "sigaction: %s", strerror(errno));
	lua_pushcfunction(L, count_signals);
	return 1;
}

static enum pptp_error find_route(const struct pptp_address *target,
				  const char *interface,
				  const struct pptp_address *source,
				  struct pptp_route *route)
{
	int router = -1, saved;
	enum pptp_error error =
	    pptp_route_find(&router, target, interface, source, route);

	saved = errno;
	if (router >= 0)
		close(router);
	errno = saved;
	return error;
}

/* False where the text at `index` is no address; true where there is none. */
static bool read_source(lua_State *L, int index, struct pptp_address *source)
{
	size_t length;
	const char *text = luaL_optlstring(L, index, NULL, &length);

	memset(source, 0, sizeof(*source));
	return text == NULL || pptp_address_parse(source, text, length);
}

static int route(lua_State *L)
{
	size_t length;
	const char *text = luaL_checklstring(L, 1, &length);
	const char *interface = luaL_optstring(L, 2, NULL);
	char printed[PPTP_ADDRESS_TEXT];
	struct pptp_address target, source;
	struct pptp_route found;
	enum pptp_error error;

	if (!pptp_address_parse(&target, text, length)) {
		lua_pushfstring(L, "'%s' is not an IPv4 or IPv6 address", text);
		return pptp_arguments_fail(L, PPTP_ERROR_ARGUMENT,
					   lua_tostring(L, -1));
	}
	if (!read_source(L, 3, &source)) {
		lua_pushfstring(L, "'%s' is not an IPv4 or IPv6 address",
				lua_tostring(L, 3));
		return pptp_arguments_fail(L, PPTP_ERROR_ARGUMENT,
					   lua_tostring(L, -1));
	}
	error = find_route(&target, interface,
			   source.family != 0 ? &source : NULL, &found);
	if (error != PPTP_OK) {
		lua_pushfstring(
		    L, "%s: %s",
		    error == PPTP_ERROR_INTERFACE ? interface : text,
		    error == PPTP_ERROR_SYSTEM ? strerror(errno)
					       : pptp_error_text(error));
		return pptp_arguments_fail(L, error, lua_tostring(L, -1));
	}
	pptp_address_format(&found.source, printed);
	lua_createtable(L, 0, 3);
	lua_pushboolean(L, found.local);
	lua_setfield(L, -2, "own_host");
	lua_pushstring(L, printed);
	lua_setfield(L, -2, "source");
	lua_pushstring(L, found.interface);
	lua_setfield(L, -2, "interface");
	return 1;
}

/* The wall clock, with the fraction of a second that os.time() has not. */
static int clock_now(lua_State *L)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	lua_pushnumber(L, (lua_Number)t.tv_sec + (lua_Number)t.tv_nsec / 1e9);
	return 1;
}

/* Shorter where a signal comes: whoever counts those has to look. */
static int sleep_for(lua_State *L)
{
	lua_Number seconds = luaL_checknumber(L, 1);
	struct timespec t;

	luaL_argcheck(L, seconds >= 0 && seconds <= SLEEP_MAX, 1,
		      "not between 0 and 86400");
	t.tv_sec = (time_t)seconds;
	t.tv_nsec = (long)((seconds - (lua_Number)t.tv_sec) * 1e9);
	(void)nanosleep(&t, NULL);
	return 0;
}

/* terminal_width(descriptor): how many columns that terminal has, 0 where it
 * does not say; nil where it is none. */
static int terminal_width(lua_State *L)
{
	lua_Integer fd = luaL_checkinteger(L, 1);
	struct winsize size;

	luaL_argcheck(L, fd >= 0 && fd <= INT_MAX, 1, "not a descriptor");
	memset(&size, 0, sizeof(size));
	if (ioctl((int)fd, TIOCGWINSZ, &size) != 0)
		lua_pushnil(L);
	else
		lua_pushinteger(L, size.ws_col);
	return 1;
}

/* For programs: gives up every capability, and the way to new ones. nil,
 * message, code where the system refuses. */
static int drop_capabilities(lua_State *L)
{
	if (!pptp_capabilities_keep(0))
		return pptp_arguments_fail(L, PPTP_ERROR_SYSTEM,
					   strerror(errno));
	lua_pushboolean(L, 1);
	return 1;
}

static const luaL_Reg functions[] = {
    {"capture", pptp_net_capture},
    {"clock", clock_now},
    {"drop_capabilities", drop_capabilities},
    {"host", pptp_net_host},
    {"on_signal", watch_signals},
    {"prober", pptp_net_prober},
    {"route", route},
    {"sender", pptp_net_sender},
    {"sleep", sleep_for},
    {"sweep", pptp_net_sweep},
    {"targets", pptp_net_targets},
    {"terminal_width", terminal_width},
    {NULL, NULL},
};

PPTP_LUAOPEN luaopen_pptpgrade_net(lua_State *L)
{
	luaL_newlib(L, functions);
	pptp_net_capture_class(L);
	pptp_net_prober_class(L);
	pptp_net_sender_class(L);
	pptp_net_sweep_class(L);
	pptp_net_targets_class(L);
	return 1;
}
