/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of pptpgrade.core, one file each. */
#ifndef PPTP_BINDING_CORE_H
#define PPTP_BINDING_CORE_H

#include "binding/compat.h"

int pptp_core_encode(lua_State *L);
int pptp_core_decode(lua_State *L);
int pptp_core_syn(lua_State *L);
int pptp_core_gre(lua_State *L);
int pptp_core_dissect(lua_State *L);
int pptp_core_conversation(lua_State *L);
int pptp_core_guard(lua_State *L);
int pptp_core_random(lua_State *L);
int pptp_core_record(lua_State *L);
int pptp_core_json(lua_State *L);
void pptp_core_conversation_class(lua_State *L);
void pptp_core_guard_class(lua_State *L);

/* Bytes of the system's randomness; raises where it has none. */
void pptp_core_randomize(lua_State *L, void *bytes, size_t length);

#endif
