/* SPDX-License-Identifier: BSD-2-Clause */
/* net.sender: IP packets out, by this process or by pptp-wire. */
#include "binding/net.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "binding/apart.h"
#include "binding/arguments.h"
#include "net/send.h"

#define SENDER        "pptpgrade.sender"
#define INTERFACE_MAX 64

struct sender { /* closed: both NULL */
	struct pptp_sender *s;
	struct pptp_apart *apart; /* pptp-wire */
};

/* ---- opening ------------------------------------------------------------- */

static enum pptp_error open_own(struct sender *s, const char *interface,
				const struct pptp_address *source, char *text,
				size_t room)
{
	enum pptp_error error = pptp_sender_open(
	    &s->s, interface, source->family != 0 ? source : NULL,
	    interface != NULL ? if_nametoindex(interface) : 0);

	if (error == PPTP_OK)
		return error;
	s->s = NULL;
	if (error == PPTP_ERROR_INTERFACE)
		snprintf(text, room, "no interface '%s', or it is down",
			 interface);
	else
		snprintf(text, room, "cannot open a raw socket: %s",
			 error == PPTP_ERROR_SYSTEM ? strerror(errno)
						    : pptp_error_text(error));
	return error;
}

/* The helper sends as the kernel routes. */
static enum pptp_error open_apart(lua_State *L, struct sender *s,
				  const char *interface, char *text,
				  size_t room)
{
	if (interface == NULL)
		return pptp_binding_apart_hold(L, &s->apart, text, room);
	snprintf(text, room,
		 "a sender of its own interface needs CAP_NET_RAW; leave out "
		 "'interface', or run it as root");
	return PPTP_ERROR_PRIVILEGE;
}

int pptp_net_sender(lua_State *L)
{
	static const char *const keys[] = {"interface", "source", NULL};
	char text[PPTP_NET_TEXT] = "";
	struct pptp_address source;
	const char *interface;
	struct sender *s;
	enum pptp_error error;

	if (lua_isnone(L, 1))
		lua_newtable(L);
	pptp_arguments_check(L, 1, keys);
	interface = pptp_arguments_text(L, 1, "interface", INTERFACE_MAX, NULL);
	source = pptp_arguments_address(L, 1, "source");
	s = lua_newuserdatauv(L, sizeof(*s), 0);
	*s = (struct sender){NULL, NULL};
	luaL_setmetatable(L, SENDER);
	error = open_own(s, interface, &source, text, sizeof(text));
	if (error == PPTP_ERROR_PRIVILEGE)
		error = open_apart(L, s, interface, text, sizeof(text));
	return error == PPTP_OK ? 1 : pptp_arguments_fail(L, error, text);
}

static int sender_close(lua_State *L)
{
	struct sender *s = luaL_checkudata(L, 1, SENDER);

	pptp_sender_close(s->s);
	s->s = NULL;
	if (s->apart != NULL)
		pptp_binding_apart_release(L);
	s->apart = NULL;
	return 0;
}

/* ---- sending ------------------------------------------------------------- */

static const struct sender *check(lua_State *L)
{
	struct sender *s = luaL_checkudata(L, 1, SENDER);

	luaL_argcheck(L, s->s != NULL || s->apart != NULL, 1,
		      "the sender is closed");
	return s;
}

static enum pptp_error send_own(const struct sender *s, const char *packet,
				size_t length, char *text, size_t room)
{
	enum pptp_error error = pptp_sender_send(s->s, packet, length);

	if (error == PPTP_ERROR_SYSTEM)
		snprintf(text, room, "%s", strerror(errno));
	return error;
}

static int sender_send(lua_State *L)
{
	const struct sender *s = check(L);
	char text[PPTP_NET_TEXT] = "";
	size_t length;
	const char *packet = luaL_checklstring(L, 2, &length);
	enum pptp_error error;

	if (s->s != NULL)
		error = send_own(s, packet, length, text, sizeof(text));
	else
		error = pptp_apart_send(s->apart, packet, length, text,
					sizeof(text));
	if (error != PPTP_OK)
		return pptp_arguments_fail(
		    L, error, text[0] != '\0' ? text : "not a whole IP packet");
	lua_pushboolean(L, 1);
	return 1;
}

/* True where pptp-wire sends. */
static int sender_apart(lua_State *L)
{
	lua_pushboolean(L, check(L)->apart != NULL);
	return 1;
}

void pptp_net_sender_class(lua_State *L)
{
	static const luaL_Reg methods[] = {
	    {"apart", sender_apart},
	    {"send", sender_send},
	    {NULL, NULL},
	};

	pptp_arguments_class(L, SENDER, methods, sender_close);
}
