/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pptpgrade.core for Lua 5.3 and 5.4: formats and conversations without I/O.
 * Only guard() and random() ask anything of the system.
 */
#include "binding/core.h"

PPTP_LUAOPEN luaopen_pptpgrade_core(lua_State *L);

static const luaL_Reg functions[] = {
    {"conversation", pptp_core_conversation},
    {"decode", pptp_core_decode},
    {"dissect", pptp_core_dissect},
    {"encode", pptp_core_encode},
    {"gre", pptp_core_gre},
    {"guard", pptp_core_guard},
    {"json", pptp_core_json},
    {"random", pptp_core_random},
    {"record", pptp_core_record},
    {"syn", pptp_core_syn},
    {NULL, NULL},
};

PPTP_LUAOPEN luaopen_pptpgrade_core(lua_State *L)
{
	luaL_newlib(L, functions);
	pptp_core_guard_class(L);
	pptp_core_conversation_class(L);
	return 1;
}
