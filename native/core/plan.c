/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/plan.h"

#include <string.h>

#include "format/control.h"

static bool is_addressed(const struct pptp_plan *plan,
			 const struct pptp_vantage *vantage)
{
	return plan->target.family != 0 && plan->port != 0 &&
	       vantage->source.family == plan->target.family;
}

enum pptp_error pptp_plan_check(const struct pptp_plan *plan,
				const struct pptp_vantage *vantage)
{
	if (!pptp_plan_connects(plan) && vantage->reach == PPTP_REACH_TCP)
		return PPTP_ERROR_PRIVILEGE;
	if (!is_addressed(plan, vantage))
		return PPTP_ERROR_ARGUMENT;
	if (vantage->call_id != 0 && !pptp_call_id_ok(vantage->call_id))
		return PPTP_ERROR_ARGUMENT;
	if (plan->opening == PPTP_OPENING_GRE && plan->target.family != 4)
		return PPTP_ERROR_ARGUMENT;
	return PPTP_OK;
}

enum pptp_opening pptp_plan_opening(const struct pptp_plan *plan,
				    const struct pptp_vantage *vantage)
{
	if (plan->opening == PPTP_OPENING_SYN &&
	    vantage->reach == PPTP_REACH_TCP)
		return PPTP_OPENING_CONNECT;
	return plan->opening;
}

enum pptp_depth pptp_plan_depth(const struct pptp_plan *plan)
{
	return plan->opening == PPTP_OPENING_SYN_ONLY ? PPTP_DEPTH_SYN
						      : plan->depth;
}

bool pptp_plan_connects(const struct pptp_plan *plan)
{
	return plan->opening == PPTP_OPENING_CONNECT ||
	       plan->opening == PPTP_OPENING_SYN;
}

bool pptp_plan_has_call(const struct pptp_plan *plan)
{
	return plan->opening == PPTP_OPENING_GRE ||
	       pptp_plan_depth(plan) == PPTP_DEPTH_CALL;
}

static const char *const depth_names[] = {"syn", "control", "call"};

const char *pptp_depth_name(enum pptp_depth depth)
{
	return depth_names[depth];
}

bool pptp_depth_parse(enum pptp_depth *depth, const char *text)
{
	for (unsigned i = 0; i < sizeof(depth_names) / sizeof(*depth_names);
	     i++) {
		if (strcmp(text, depth_names[i]) == 0) {
			*depth = (enum pptp_depth)i;
			return true;
		}
	}
	return false;
}
