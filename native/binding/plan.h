/* SPDX-License-Identifier: BSD-2-Clause */
/* A plan as Lua tells it, for core.conversation and prober:start alike. */
#ifndef PPTP_BINDING_PLAN_H
#define PPTP_BINDING_PLAN_H

#include "binding/compat.h"
#include "core/plan.h"

/* The keys of a plan, for pptp_arguments_check(). */
#define PPTP_PLAN_KEYS                                                         \
	"target", "port", "depth", "gre", "syn", "connect", "ask", "decline",  \
	    "timeout", "contact", "name", "labels"

/* The table at `table` has to be a copy of ours (pptp_arguments_check), which
 * the plan borrows contact and name from. Pushes one value, which it borrows the
 * labels from. */
void pptp_plan_read(lua_State *L, int table, struct pptp_plan *plan);

#endif
