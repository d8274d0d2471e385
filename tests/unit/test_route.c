/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/route.h"

#include <errno.h>

#include "unit/claims.h"
#include "unit/netns.h"

static struct pptp_route route;
static int router = -1;

static enum pptp_error find(const char *target, const char *interface)
{
	struct pptp_address a;

	ck_assert(pptp_address_parse(&a, target, strlen(target)));
	memset(&route, 0x5a, sizeof(route));
	return pptp_route_find(&router, &a, interface, NULL, &route);
}

START_TEST(loopback_is_reached_from_itself)
{
	char text[PPTP_ADDRESS_TEXT];

	ck_assert_int_eq(find("127.0.0.1", NULL), PPTP_OK);
	ck_assert_str_eq(route.interface, "lo");
	ck_assert_uint_eq(route.index, if_nametoindex("lo"));
	pptp_address_format(&route.source, text);
	ck_assert_str_eq(text, "127.0.0.1");
	ck_assert_int_eq(find("127.3.2.1", "lo"), PPTP_OK);
	pptp_address_format(&route.source, text);
	ck_assert_str_eq(text, "127.0.0.1");
}
END_TEST

START_TEST(an_interface_that_is_not_there_is_told)
{
	ck_assert_int_eq(find("127.0.0.1", "nosuch0"), PPTP_ERROR_INTERFACE);
	ck_assert_int_eq(errno, ENODEV);
	ck_assert_int_eq(find("127.0.0.1", ""), PPTP_ERROR_INTERFACE);
	ck_assert_int_eq(find("127.0.0.1", "a-name-that-is-too-long"),
			 PPTP_ERROR_INTERFACE);
}
END_TEST

START_TEST(the_way_to_the_kernel_is_kept_and_opened_anew_where_it_broke)
{
	int kept;

	ck_assert_int_eq(find("127.0.0.1", NULL), PPTP_OK);
	kept = router;
	ck_assert_int_eq(find("127.0.0.2", NULL), PPTP_OK);
	ck_assert_int_eq(router, kept);
	close(router);
	ck_assert_int_eq(find("127.0.0.1", NULL), PPTP_ERROR_SYSTEM);
	ck_assert_int_eq(router, -1);
	ck_assert_int_eq(find("127.0.0.1", NULL), PPTP_OK);
}
END_TEST

START_TEST(no_family_has_no_route)
{
	struct pptp_address none = {0, {0}};

	ck_assert_int_eq(pptp_route_find(&router, &none, NULL, NULL, &route),
			 PPTP_ERROR_ROUTE);
}
END_TEST

START_TEST(loopback_has_ipv6_too)
{
	char text[PPTP_ADDRESS_TEXT];

	ck_assert_int_eq(find("::1", NULL), PPTP_OK);
	ck_assert_str_eq(route.interface, "lo");
	pptp_address_format(&route.source, text);
	ck_assert_str_eq(text, "::1");
}
END_TEST

START_TEST(where_there_is_no_route_none_is_found)
{
	ck_assert_int_eq(find("192.0.2.1", NULL), PPTP_ERROR_ROUTE);
	ck_assert_int_eq(errno, ENETUNREACH);
	ck_assert_int_eq(find("2001:db8::1", NULL), PPTP_ERROR_ROUTE);
}
END_TEST

START_TEST(an_interface_that_is_down_is_told)
{
	ck_assert(netns_flags("lo", 0));
	ck_assert_int_eq(find("127.0.0.1", "lo"), PPTP_ERROR_INTERFACE);
	ck_assert_int_eq(errno, ENETDOWN);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("route");

	CLAIM(s, loopback_is_reached_from_itself);
	CLAIM(s, an_interface_that_is_not_there_is_told);
	CLAIM(s, the_way_to_the_kernel_is_kept_and_opened_anew_where_it_broke);
	CLAIM(s, no_family_has_no_route);
	if (netns_possible()) {
		CLAIM_ALONE(s, loopback_has_ipv6_too);
		CLAIM_ALONE(s, where_there_is_no_route_none_is_found);
		CLAIM_ALONE(s, an_interface_that_is_down_is_told);
	}
	return run_suite(s);
}
