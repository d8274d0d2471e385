/* SPDX-License-Identifier: BSD-2-Clause */
/* Every plan from every vantage: what is refused, and what is sent first. */
#include "unit/peer.h"

static const enum pptp_reach reaches[] = {PPTP_REACH_TCP, PPTP_REACH_PROXY,
					  PPTP_REACH_RAW};
static const enum pptp_opening openings[] = {
    PPTP_OPENING_CONNECT, PPTP_OPENING_SYN, PPTP_OPENING_SYN_ONLY,
    PPTP_OPENING_GRE};
static const enum pptp_depth depths[] = {PPTP_DEPTH_SYN, PPTP_DEPTH_CONTROL,
					 PPTP_DEPTH_CALL};

#define COUNT(of) (sizeof(of) / sizeof(*(of)))

/* Said once more, by what the words mean. */
static enum pptp_error expected(const struct setting *f)
{
	bool connects = f->plan.opening == PPTP_OPENING_CONNECT ||
			f->plan.opening == PPTP_OPENING_SYN;

	if (!connects && f->vantage.reach == PPTP_REACH_TCP)
		return PPTP_ERROR_PRIVILEGE;
	if (f->plan.opening == PPTP_OPENING_GRE && f->plan.target.family == 6)
		return PPTP_ERROR_ARGUMENT;
	return PPTP_OK;
}

static enum pptp_action first_action(const struct setting *f)
{
	if (f->plan.opening == PPTP_OPENING_GRE)
		return PPTP_ACTION_GUARD;
	if (f->plan.opening == PPTP_OPENING_CONNECT ||
	    f->vantage.reach == PPTP_REACH_TCP)
		return PPTP_ACTION_CONNECT;
	return PPTP_ACTION_PACKET;
}

static enum pptp_kind kind(const struct setting *f)
{
	if (f->plan.opening == PPTP_OPENING_GRE)
		return PPTP_KIND_GRE;
	return f->plan.depth == PPTP_DEPTH_SYN ||
		       f->plan.opening == PPTP_OPENING_SYN_ONLY
		   ? PPTP_KIND_SYN
		   : PPTP_KIND_CONVERSATION;
}

/* It ends by itself, whatever does not come. */
static void hold(const struct setting *f)
{
	begin(f);
	ck_assert_int_eq(w.log[0].action, first_action(f));
	ck_assert_int_eq(w.c.record.kind, kind(f));
	ck_assert(pptp_plan_has_call(&f->plan) ==
		  (f->plan.opening == PPTP_OPENING_GRE ||
		   w.c.record.depth == PPTP_DEPTH_CALL));
	wait_for(60 * S);
	ck_assert(pptp_conversation_finished(&w.c));
	ck_assert_int_ne(w.c.record.ended_by, PPTP_ENDED_NOT);
	for (unsigned i = 0; i < w.sent; i++)
		if (f->vantage.reach == PPTP_REACH_TCP)
			ck_assert_int_ne(w.log[i].action, PPTP_ACTION_PACKET);
}

static void walk(struct setting f)
{
	enum pptp_error error;

	for (size_t i = 0; i < COUNT(openings) * COUNT(depths); i++)
		for (size_t j = 0; j < COUNT(reaches); j++) {
			f.plan.opening = openings[i / COUNT(depths)];
			f.plan.depth = depths[i % COUNT(depths)];
			f.vantage.reach = reaches[j];
			error = pptp_plan_check(&f.plan, &f.vantage);
			ck_assert_int_eq(error, expected(&f));
			ck_assert_int_eq(pptp_conversation_init(&w.c, &f.plan,
								&f.vantage, 0),
					 error);
			if (error == PPTP_OK)
				hold(&f);
		}
}

START_TEST(every_combination_is_held_or_refused_for_the_vantage)
{
	struct setting f = plan();

	walk(f);
	f.plan.target = address("2001:db8::1");
	f.vantage.source = address("2001:db8::2");
	walk(f);
}
END_TEST

START_TEST(no_plan_is_held_without_addresses_port_and_a_fit_call_id)
{
	static const struct {
		const char *target, *source;
		uint16_t port, call_id;
		enum pptp_error error;
	} rows[] = {
	    {SERVER, US, 1723, 0, PPTP_OK},
	    {SERVER, US, 1, OURS, PPTP_OK},
	    {NULL, US, 1723, 0, PPTP_ERROR_ARGUMENT},
	    {SERVER, NULL, 1723, 0, PPTP_ERROR_ARGUMENT},
	    {NULL, NULL, 1723, 0, PPTP_ERROR_ARGUMENT},
	    {SERVER, "2001:db8::2", 1723, 0, PPTP_ERROR_ARGUMENT},
	    {"2001:db8::1", US, 1723, 0, PPTP_ERROR_ARGUMENT},
	    {SERVER, US, 0, 0, PPTP_ERROR_ARGUMENT},
	    {SERVER, US, 1723, 0x1111, PPTP_ERROR_ARGUMENT},
	};

	for (size_t i = 0; i < COUNT(rows) * COUNT(openings); i++) {
		struct setting f = plan();
		size_t row = i / COUNT(openings);

		memset(&f.plan.target, 0, sizeof(f.plan.target));
		memset(&f.vantage.source, 0, sizeof(f.vantage.source));
		if (rows[row].target != NULL)
			f.plan.target = address(rows[row].target);
		if (rows[row].source != NULL)
			f.vantage.source = address(rows[row].source);
		f.plan.port = rows[row].port;
		f.vantage.call_id = rows[row].call_id;
		f.plan.opening = openings[i % COUNT(openings)];
		ck_assert_int_eq(pptp_plan_check(&f.plan, &f.vantage),
				 rows[row].error);
	}
}
END_TEST

START_TEST(depths_have_names_and_nothing_else_is_one)
{
	enum pptp_depth depth = PPTP_DEPTH_CALL;

	for (size_t i = 0; i < COUNT(depths); i++) {
		ck_assert(pptp_depth_parse(&depth, pptp_depth_name(depths[i])));
		ck_assert_int_eq(depth, depths[i]);
	}
	ck_assert(!pptp_depth_parse(&depth, "auth"));
	ck_assert(!pptp_depth_parse(&depth, ""));
	ck_assert_int_eq(depth, PPTP_DEPTH_CALL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("plan");

	CLAIM(s, every_combination_is_held_or_refused_for_the_vantage);
	CLAIM(s, no_plan_is_held_without_addresses_port_and_a_fit_call_id);
	CLAIM(s, depths_have_names_and_nothing_else_is_one);
	return run_suite(s);
}
