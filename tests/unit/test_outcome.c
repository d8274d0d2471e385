/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/outcome.h"

#include <errno.h>

#include "unit/claims.h"

struct expected {
	int error;
	enum pptp_input input;
};

static const struct expected facts[] = {
    {0, PPTP_INPUT_CONNECTED},
    {ECONNRESET, PPTP_INPUT_CONNECTED},
    {EPIPE, PPTP_INPUT_CONNECTED},
    {ECONNREFUSED, PPTP_INPUT_REFUSED},
    {ENETUNREACH, PPTP_INPUT_UNREACHABLE},
    {EHOSTUNREACH, PPTP_INPUT_UNREACHABLE},
    {EHOSTDOWN, PPTP_INPUT_UNREACHABLE},
    {ENONET, PPTP_INPUT_UNREACHABLE},
    {ENOPROTOOPT, PPTP_INPUT_UNREACHABLE},
    {EMSGSIZE, PPTP_INPUT_UNREACHABLE},
    {EOPNOTSUPP, PPTP_INPUT_UNREACHABLE},
    {EPROTO, PPTP_INPUT_UNREACHABLE},
    {EACCES, PPTP_INPUT_UNREACHABLE},
    {ETIMEDOUT, PPTP_INPUT_TIMEOUT},
};

static enum pptp_input expected(int error)
{
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		if (facts[i].error == error)
			return facts[i].input;
	return PPTP_INPUT_FAILED;
}

START_TEST(every_errno_that_comes_later_is_one_fact_or_our_failure)
{
	for (int error = 0; error < 200; error++)
		ck_assert_int_eq(pptp_outcome_of(error, false),
				 expected(error));
}
END_TEST

START_TEST(what_connect_itself_gives_says_nothing_about_the_target)
{
	ck_assert_int_eq(pptp_outcome_of(0, true), PPTP_INPUT_CONNECTED);
	for (int error = 1; error < 200; error++)
		ck_assert_int_eq(pptp_outcome_of(error, true),
				 PPTP_INPUT_FAILED);
}
END_TEST

/* What means trouble of our own, by name: no descriptor, no port, no
 * interface, no right. */
START_TEST(what_our_system_lacks_is_no_fact)
{
	static const int ours[] = {EMFILE, ENFILE,        ENOBUFS,
				   ENOMEM, EADDRNOTAVAIL, ENETDOWN,
				   ENODEV, EPERM,         EINVAL};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		ck_assert_int_eq(pptp_outcome_of(ours[i], false),
				 PPTP_INPUT_FAILED);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("outcome");

	CLAIM(s, every_errno_that_comes_later_is_one_fact_or_our_failure);
	CLAIM(s, what_connect_itself_gives_says_nothing_about_the_target);
	CLAIM(s, what_our_system_lacks_is_no_fact);
	return run_suite(s);
}
