/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of pptpgrade.net, one file each. */
#ifndef PPTP_BINDING_NET_H
#define PPTP_BINDING_NET_H

#include "binding/compat.h"

int pptp_net_capture(lua_State *L);
int pptp_net_host(lua_State *L);
int pptp_net_prober(lua_State *L);
int pptp_net_sender(lua_State *L);
int pptp_net_sweep(lua_State *L);
int pptp_net_targets(lua_State *L);
void pptp_net_capture_class(lua_State *L);
void pptp_net_prober_class(lua_State *L);
void pptp_net_sender_class(lua_State *L);
void pptp_net_sweep_class(lua_State *L);
void pptp_net_targets_class(lua_State *L);

struct pptp_exclusions;
/* Of what net.targets gave, borrowed; NULL where that at `index` is something
 * else, or closed. */
struct pptp_exclusions *pptp_net_targets_exclusions(lua_State *L, int index);

#define PPTP_NET_TEXT 6144 /* a path of the longest kind, and words around it */

#endif
