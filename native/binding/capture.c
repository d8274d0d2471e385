/* SPDX-License-Identifier: BSD-2-Clause */
/* net.capture: IP packets in, by this process or by pptp-wire. */
#include "binding/net.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "binding/apart.h"
#include "binding/arguments.h"
#include "net/capture.h"

#define CAPTURE       "pptpgrade.capture"
#define RING          (2 * 1024 * 1024)
#define FILTER_MAX    4096
#define INTERFACE_MAX 64

struct capture { /* closed: both NULL */
	struct pptp_capture *c;
	struct pptp_apart_capture *apart; /* pptp-wire's */
};

static enum pptp_error open_apart(lua_State *L, struct capture *c,
				  const char *interface, const char *filter,
				  char *text, size_t room)
{
	struct pptp_apart *apart;
	enum pptp_error error = pptp_binding_apart_hold(L, &apart, text, room);

	if (error != PPTP_OK)
		return error;
	error = pptp_apart_capture_open(&c->apart, apart, interface, filter,
					text, room);
	if (error == PPTP_OK)
		return error;
	c->apart = NULL;
	pptp_binding_apart_release(L);
	return error;
}

/* This process's own where it has the capability. */
static enum pptp_error open_capture(lua_State *L, struct capture *c,
				    const char *interface, const char *filter,
				    char *text, size_t room)
{
	enum pptp_error error =
	    pptp_capture_open(&c->c, interface, filter, RING, text, room);

	if (error == PPTP_OK)
		return error;
	c->c = NULL;
	if (error != PPTP_ERROR_PRIVILEGE)
		return error;
	text[0] = '\0';
	return open_apart(L, c, interface, filter, text, room);
}

int pptp_net_capture(lua_State *L)
{
	static const char *const keys[] = {"interface", "filter", NULL};
	const char *interface, *filter;
	char text[PPTP_NET_TEXT] = "";
	struct capture *c;
	enum pptp_error error;

	pptp_arguments_check(L, 1, keys);
	interface = pptp_arguments_text(L, 1, "interface", INTERFACE_MAX, NULL);
	filter = pptp_arguments_text(L, 1, "filter", FILTER_MAX, NULL);
	c = lua_newuserdatauv(L, sizeof(*c), 0);
	*c = (struct capture){NULL, NULL};
	luaL_setmetatable(L, CAPTURE);
	error = open_capture(L, c, interface != NULL ? interface : "any",
			     filter != NULL ? filter : "", text, sizeof(text));
	if (error == PPTP_OK)
		return 1;
	return pptp_arguments_fail(L, error, text[0] != '\0' ? text : NULL);
}

static int capture_close(lua_State *L)
{
	struct capture *c = luaL_checkudata(L, 1, CAPTURE);

	pptp_capture_close(c->c);
	c->c = NULL;
	if (c->apart == NULL)
		return 0;
	pptp_apart_capture_close(c->apart);
	c->apart = NULL;
	pptp_binding_apart_release(L);
	return 0;
}

static const struct capture *check_capture(lua_State *L)
{
	struct capture *c = luaL_checkudata(L, 1, CAPTURE);

	luaL_argcheck(L, c->c != NULL || c->apart != NULL, 1,
		      "the capture is closed");
	return c;
}

/* Milliseconds for poll(): -1 waits for ever. */
static int wait_of(lua_State *L, int index)
{
	int64_t us;

	if (lua_isnoneornil(L, index))
		return -1;
	us = pptp_arguments_clock(L, index);
	if (us <= 0)
		return 0;
	return us / 1000 >= INT_MAX ? INT_MAX : (int)((us + 999) / 1000);
}

static void push_packet(lua_State *L, const struct pptp_captured *captured)
{
	lua_pushlstring(L, (const char *)captured->packet, captured->length);
	lua_createtable(L, 0, 3);
	lua_pushnumber(L, (lua_Number)captured->time_us / 1e6);
	lua_setfield(L, -2, "time");
	lua_pushinteger(L, (lua_Integer)captured->length);
	lua_setfield(L, -2, "length");
	lua_pushinteger(L, (lua_Integer)captured->wire_length);
	lua_setfield(L, -2, "wire_length");
}

static int timed_out(lua_State *L)
{
	lua_pushnil(L);
	lua_pushliteral(L, "timeout");
	return 2;
}

/* 1, 0, or a negative pptp_error with a sentence. */
static int next_own(struct pptp_capture *c, int wait,
		    struct pptp_captured *captured, char *text, size_t room)
{
	struct pollfd fd = {.fd = pptp_capture_fd(c), .events = POLLIN};
	int got = pptp_capture_next(c, captured);

	if (got == 0 && wait != 0) {
		if (poll(&fd, 1, wait) < 0 && errno != EINTR) {
			snprintf(text, room, "%s", strerror(errno));
			return PPTP_ERROR_SYSTEM;
		}
		got = pptp_capture_next(c, captured);
	}
	if (got < 0)
		snprintf(text, room, "the interface went away");
	return got;
}

static int next_apart(struct pptp_apart_capture *c, int wait,
		      struct pptp_captured *captured, char *text, size_t room)
{
	int64_t until = wait < 0 ? PPTP_LOOP_NEVER
				 : pptp_timers_now() + (int64_t)wait * 1000;

	return pptp_apart_capture_next(c, until, captured, text, room);
}

/* A signal ends the wait like its time-out does. */
static int capture_next(lua_State *L)
{
	const struct capture *c = check_capture(L);
	int wait = wait_of(L, 2), got;
	char text[PPTP_NET_TEXT] = "";
	struct pptp_captured captured;

	if (c->c != NULL)
		got = next_own(c->c, wait, &captured, text, sizeof(text));
	else
		got = next_apart(c->apart, wait, &captured, text, sizeof(text));
	if (got < 0)
		return pptp_arguments_fail(L, (enum pptp_error)got, text);
	if (got == 0)
		return timed_out(L);
	push_packet(L, &captured);
	return 2;
}

static int capture_drops(lua_State *L)
{
	const struct capture *c = check_capture(L);

	lua_pushinteger(L, c->c != NULL ? pptp_capture_drops(c->c)
					: pptp_apart_capture_drops(c->apart));
	return 1;
}

/* True where pptp-wire has the packets. */
static int capture_apart(lua_State *L)
{
	lua_pushboolean(L, check_capture(L)->apart != NULL);
	return 1;
}

void pptp_net_capture_class(lua_State *L)
{
	static const luaL_Reg methods[] = {
	    {"apart", capture_apart},
	    {"drops", capture_drops},
	    {"next", capture_next},
	    {NULL, NULL},
	};

	pptp_arguments_class(L, CAPTURE, methods, capture_close);
}
