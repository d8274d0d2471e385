/* SPDX-License-Identifier: BSD-2-Clause */
#include "binding/plan.h"

#include <string.h>

#include "binding/arguments.h"
#include "format/control.h"

#define CONTACT_BYTES 64 /* the SCCRQ's host name field */
#define NAME_BYTES    255

static enum pptp_opening opening(lua_State *L, int table, enum pptp_depth depth)
{
	bool syn = pptp_arguments_boolean(L, table, "syn");
	bool connect = pptp_arguments_boolean(L, table, "connect");

	if (pptp_arguments_boolean(L, table, "gre"))
		return PPTP_OPENING_GRE;
	if (depth == PPTP_DEPTH_SYN)
		return connect ? PPTP_OPENING_SYN : PPTP_OPENING_SYN_ONLY;
	return syn ? PPTP_OPENING_SYN : PPTP_OPENING_CONNECT;
}

void pptp_plan_read(lua_State *L, int table, struct pptp_plan *plan)
{
	memset(plan, 0, sizeof(*plan));
	plan->target = pptp_arguments_address(L, table, "target");
	if (plan->target.family == 0)
		luaL_error(L, "field 'target' is missing");
	plan->port = (uint16_t)pptp_arguments_integer(L, table, "port", 1,
						      UINT16_MAX, PPTP_PORT);
	plan->depth = pptp_arguments_depth(L, table, PPTP_DEPTH_CALL);
	plan->opening = opening(L, table, plan->depth);
	pptp_arguments_methods(L, table, "ask", plan->ask);
	plan->decline = pptp_arguments_boolean(L, table, "decline");
	plan->timeout_us = pptp_arguments_time(L, table, "timeout", 0);
	plan->contact =
	    pptp_arguments_text(L, table, "contact", CONTACT_BYTES, NULL);
	plan->name = pptp_arguments_text(L, table, "name", NAME_BYTES, NULL);
	plan->labels = pptp_arguments_labels(L, table);
}
