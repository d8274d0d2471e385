/* SPDX-License-Identifier: BSD-2-Clause */
/* net.capture and net.sender: IP packets in and out. */
#include "binding/net.h"

#include <errno.h>
#include <limits.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>

#include "binding/arguments.h"
#include "net/capture.h"
#include "net/send.h"

#define CAPTURE       "pptpgrade.capture"
#define SENDER        "pptpgrade.sender"
#define RING          (2 * 1024 * 1024)
#define FILTER_MAX    4096
#define INTERFACE_MAX 64

struct capture {
	struct pptp_capture *c; /* NULL: closed */
};

struct sender {
	struct pptp_sender *s; /* NULL: closed */
};

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
	c->c = NULL;
	luaL_setmetatable(L, CAPTURE);
	error = pptp_capture_open(&c->c, interface != NULL ? interface : "any",
				  filter != NULL ? filter : "", RING, text,
				  sizeof(text));
	if (error == PPTP_OK)
		return 1;
	c->c = NULL;
	return pptp_arguments_fail(L, error, text);
}

static int capture_close(lua_State *L)
{
	struct capture *c = luaL_checkudata(L, 1, CAPTURE);

	pptp_capture_close(c->c);
	c->c = NULL;
	return 0;
}

static struct pptp_capture *check_capture(lua_State *L)
{
	struct capture *c = luaL_checkudata(L, 1, CAPTURE);

	luaL_argcheck(L, c->c != NULL, 1, "the capture is closed");
	return c->c;
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

/* A signal ends the wait like its time-out does. */
static int capture_next(lua_State *L)
{
	struct pptp_capture *c = check_capture(L);
	int wait = wait_of(L, 2);
	struct pptp_captured captured;
	struct pollfd fd = {.fd = pptp_capture_fd(c), .events = POLLIN};
	int got = pptp_capture_next(c, &captured);

	if (got == 0 && wait != 0) {
		if (poll(&fd, 1, wait) < 0 && errno != EINTR)
			return pptp_arguments_fail(L, PPTP_ERROR_SYSTEM,
						   strerror(errno));
		got = pptp_capture_next(c, &captured);
	}
	if (got < 0)
		return pptp_arguments_fail(L, (enum pptp_error)got,
					   "the interface went away");
	if (got == 0)
		return timed_out(L);
	push_packet(L, &captured);
	return 2;
}

static int capture_drops(lua_State *L)
{
	lua_pushinteger(L, pptp_capture_drops(check_capture(L)));
	return 1;
}

int pptp_net_sender(lua_State *L)
{
	static const char *const keys[] = {"interface", "source", NULL};
	const char *interface;
	struct pptp_address source;
	struct sender *s;
	enum pptp_error error;

	if (lua_isnone(L, 1))
		lua_newtable(L);
	pptp_arguments_check(L, 1, keys);
	interface = pptp_arguments_text(L, 1, "interface", INTERFACE_MAX, NULL);
	source = pptp_arguments_address(L, 1, "source");
	s = lua_newuserdatauv(L, sizeof(*s), 0);
	s->s = NULL;
	luaL_setmetatable(L, SENDER);
	error = pptp_sender_open(
	    &s->s, interface, source.family != 0 ? &source : NULL,
	    interface != NULL ? if_nametoindex(interface) : 0);
	if (error == PPTP_OK)
		return 1;
	s->s = NULL;
	if (error == PPTP_ERROR_INTERFACE)
		lua_pushfstring(L, "no interface '%s', or it is down",
				interface);
	else
		lua_pushfstring(L, "cannot open a raw socket: %s",
				error == PPTP_ERROR_SYSTEM
				    ? strerror(errno)
				    : pptp_error_text(error));
	return pptp_arguments_fail(L, error, lua_tostring(L, -1));
}

static int sender_close(lua_State *L)
{
	struct sender *s = luaL_checkudata(L, 1, SENDER);

	pptp_sender_close(s->s);
	s->s = NULL;
	return 0;
}

static int sender_send(lua_State *L)
{
	struct sender *s = luaL_checkudata(L, 1, SENDER);
	size_t length;
	const char *packet = luaL_checklstring(L, 2, &length);
	enum pptp_error error;

	luaL_argcheck(L, s->s != NULL, 1, "the sender is closed");
	error = pptp_sender_send(s->s, packet, length);
	if (error == PPTP_ERROR_SYSTEM)
		return pptp_arguments_fail(L, error, strerror(errno));
	if (error != PPTP_OK)
		return pptp_arguments_fail(L, error, "not a whole IP packet");
	lua_pushboolean(L, 1);
	return 1;
}

void pptp_net_capture_class(lua_State *L)
{
	static const luaL_Reg captures[] = {
	    {"drops", capture_drops},
	    {"next", capture_next},
	    {NULL, NULL},
	};
	static const luaL_Reg senders[] = {
	    {"send", sender_send},
	    {NULL, NULL},
	};

	pptp_arguments_class(L, CAPTURE, captures, capture_close);
	pptp_arguments_class(L, SENDER, senders, sender_close);
}
