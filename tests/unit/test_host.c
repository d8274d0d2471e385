/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/host.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <time.h>

#include "unit/claims.h"
#include "unit/netns.h"

static struct pptp_host_gre way(void)
{
	struct pptp_host_gre gre;
	int before = open_files();

	memset(&gre, 0x5a, sizeof(gre));
	pptp_host_gre(&gre);
	ck_assert_int_eq(open_files(), before);
	return gre;
}

START_TEST(gre_comes_back_over_lo_and_our_kernel_answers_nothing)
{
	int icmp = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	ck_assert_int_ge(icmp, 0);
	ck_assert_int_eq(way().way, PPTP_HOST_CAME_BACK);
	ck_assert(!readable(icmp, 100));
}
END_TEST

/* Its errno is not that of a filter. */
START_TEST(where_lo_was_never_up_it_fails)
{
	struct pptp_host_gre gre;

	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	gre = way();
	ck_assert_int_eq(gre.way, PPTP_HOST_FAILED);
	ck_assert_int_ne(gre.error, 0);
	ck_assert_int_ne(gre.error, EPERM);
}
END_TEST

START_TEST(what_does_not_arrive_is_lost)
{
	ck_assert(netns_flags("lo", 0));
	ck_assert_int_eq(way().way, PPTP_HOST_LOST);
}
END_TEST

START_TEST(without_privilege_nothing_is_tried)
{
	struct pptp_host_capability c;
	struct pptp_host_gre gre;

	be_nobody();
	gre = way();
	ck_assert_int_eq(gre.way, PPTP_HOST_NOT_TRIED);
	ck_assert_int_eq(gre.error, EPERM);
	ck_assert(pptp_host_capability(&c));
	ck_assert(!c.effective);
	be_us();
}
END_TEST

START_TEST(what_the_process_holds_is_told)
{
	struct pptp_host_capability c;

	ck_assert(pptp_host_capability(&c));
	ck_assert(c.effective);
	ck_assert(c.permitted);
	ck_assert(c.bounding);
	ck_assert(!c.no_new_privs);
	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_CAPBSET_DROP, 13 /* CAP_NET_RAW */, 0, 0, 0),
			 0);
	ck_assert(pptp_host_capability(&c));
	ck_assert(c.effective);
	ck_assert(!c.bounding);
	ck_assert(c.no_new_privs);
}
END_TEST

START_TEST(the_clock_is_known_and_its_lead_is_the_wall_clock_s)
{
	struct pptp_host_clock clock;
	struct timespec wall, steady;
	int64_t lead;

	pptp_host_clock(&clock);
	ck_assert(clock.known);
	ck_assert_int_ge(clock.maximum_error_us, 0);
	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_MONOTONIC, &steady);
	lead = (int64_t)(wall.tv_sec - steady.tv_sec) * 1000000;
	ck_assert_int_le(llabs(pptp_host_lead() - lead), 60000000);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("host");

	CLAIM(s, without_privilege_nothing_is_tried);
	CLAIM(s, the_clock_is_known_and_its_lead_is_the_wall_clock_s);
	if (netns_possible()) {
		CLAIM_ALONE(
		    s, gre_comes_back_over_lo_and_our_kernel_answers_nothing);
		CLAIM_ALONE(s, where_lo_was_never_up_it_fails);
		CLAIM_ALONE(s, what_does_not_arrive_is_lost);
		CLAIM_ALONE(s, what_the_process_holds_is_told);
	}
	return run_suite(s);
}
