/* SPDX-License-Identifier: BSD-2-Clause */
/* One pptp-wire for all senders and captures of a Lua state, where the process
 * has no CAP_NET_RAW: what one sends another hears. */
#ifndef PPTP_BINDING_APART_H
#define PPTP_BINDING_APART_H

#include "binding/compat.h"
#include "net/apart.h"

/* Starts it for the first who holds it. As pptp_apart_open(). */
enum pptp_error pptp_binding_apart_hold(lua_State *L, struct pptp_apart **a,
					char *text, size_t room) PPTP_MUST_USE;
/* Once for each who held it; the last one ends it. */
void pptp_binding_apart_release(lua_State *L);

#endif
