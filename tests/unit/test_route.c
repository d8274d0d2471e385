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

static void run(const char *command)
{
	ck_assert_msg(system(command) == 0, "%s", command);
}

static enum pptp_error find_from(const char *target, const char *interface,
				 const char *source)
{
	struct pptp_address to, from;

	ck_assert(pptp_address_parse(&to, target, strlen(target)));
	ck_assert(pptp_address_parse(&from, source, strlen(source)));
	memset(&route, 0x5a, sizeof(route));
	return pptp_route_find(&router, &to, interface, &from, &route);
}

static const char *source_text(void)
{
	static char text[PPTP_ADDRESS_TEXT];

	pptp_address_format(&route.source, text);
	return text;
}

/* v0, with the default route, and v2, with one for its own address alone. */
static void two_uplinks(void)
{
	run("ip link add v0 type veth peer name v1 && "
	    "ip link add v2 type veth peer name v3 && "
	    "ip address add 10.1.0.2/24 dev v0 && "
	    "ip address add 10.2.0.2/24 dev v2 && "
	    "ip link set v0 up && ip link set v1 up && "
	    "ip link set v2 up && ip link set v3 up && "
	    "ip route add default via 10.1.0.1 && "
	    "ip rule add from 10.2.0.2 lookup 100 && "
	    "ip route add default via 10.2.0.1 dev v2 table 100");
}

START_TEST(a_rule_by_source_is_asked_with_the_source)
{
	two_uplinks();
	ck_assert_int_eq(find("198.18.0.1", NULL), PPTP_OK);
	ck_assert_str_eq(route.interface, "v0");
	ck_assert_str_eq(source_text(), "10.1.0.2");
	ck_assert_int_eq(find_from("198.18.0.1", NULL, "10.2.0.2"), PPTP_OK);
	ck_assert_str_eq(route.interface, "v2");
	ck_assert_str_eq(source_text(), "10.2.0.2");
	/* The source that the interface has leads to its rule too. */
	ck_assert_int_eq(find("198.18.0.1", "v2"), PPTP_OK);
	ck_assert_str_eq(source_text(), "10.2.0.2");
}
END_TEST

START_TEST(the_source_that_is_taken_counts_in_the_rules_too)
{
	two_uplinks();
	run("ip route replace default via 10.1.0.1 src 10.2.0.2");
	ck_assert_int_eq(find("198.18.0.1", NULL), PPTP_OK);
	ck_assert_str_eq(route.interface, "v2");
}
END_TEST

START_TEST(a_stranger_is_no_neighbour_of_an_interface_without_a_route)
{
	two_uplinks();
	run("ip rule del from 10.2.0.2 lookup 100");
	ck_assert_int_eq(find("198.18.0.1", "v2"), PPTP_ERROR_ROUTE);
	ck_assert_int_eq(errno, EHOSTUNREACH);
	ck_assert_int_eq(find("10.2.0.77", "v2"), PPTP_OK);
	run("ip route add default via 10.2.0.1 dev v2 metric 900");
	ck_assert_int_eq(find("198.18.0.1", "v2"), PPTP_OK);
	ck_assert_str_eq(route.interface, "v2");
}
END_TEST

START_TEST(where_there_are_no_neighbours_no_route_is_needed)
{
	two_uplinks();
	run("ip rule del from 10.2.0.2 lookup 100 && "
	    "ip link set v2 arp off");
	ck_assert_int_eq(find("198.18.0.1", "v2"), PPTP_OK);
	ck_assert_str_eq(route.interface, "v2");
}
END_TEST

START_TEST(an_address_of_this_host_is_local_by_any_interface)
{
	two_uplinks();
	ck_assert_int_eq(find("10.2.0.2", NULL), PPTP_OK);
	ck_assert(route.local);
	ck_assert_int_eq(find("10.2.0.2", "v2"), PPTP_OK);
	ck_assert(route.local);
	ck_assert_int_eq(find("127.5.5.5", NULL), PPTP_OK);
	ck_assert(route.local);
	ck_assert_int_eq(find("::1", NULL), PPTP_OK);
	ck_assert(route.local);
	ck_assert_int_eq(find("10.2.0.3", NULL), PPTP_OK);
	ck_assert(!route.local);
}
END_TEST

START_TEST(a_route_by_an_interface_without_an_address_has_no_source)
{
	run("ip link add v0 type veth peer name v1 && "
	    "ip link set v0 up && ip link set v1 up && "
	    "ip route add 198.18.0.0/15 dev v0");
	ck_assert_int_eq(find("198.18.0.1", NULL), PPTP_ERROR_ROUTE);
	ck_assert_int_eq(errno, EADDRNOTAVAIL);
	run("ip address add 192.0.2.1/24 dev v0");
	ck_assert_int_eq(find("198.18.0.1", NULL), PPTP_OK);
	ck_assert_str_eq(source_text(), "192.0.2.1");
}
END_TEST

START_TEST(a_source_of_another_family_or_of_nobody_leads_nowhere)
{
	ck_assert_int_eq(find_from("127.0.0.1", NULL, "::1"), PPTP_ERROR_ROUTE);
	ck_assert_int_eq(errno, EAFNOSUPPORT);
	ck_assert_int_eq(find_from("127.0.0.1", NULL, "192.0.2.9"),
			 PPTP_ERROR_ROUTE);
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
		CLAIM_ALONE(
		    s, a_source_of_another_family_or_of_nobody_leads_nowhere);
	}
	if (netns_possible() && system("ip -V >/dev/null 2>&1") == 0) {
		CLAIM_ALONE(
		    s,
		    a_route_by_an_interface_without_an_address_has_no_source);
		CLAIM_ALONE(s, a_rule_by_source_is_asked_with_the_source);
		CLAIM_ALONE(s,
			    the_source_that_is_taken_counts_in_the_rules_too);
		CLAIM_ALONE(
		    s,
		    a_stranger_is_no_neighbour_of_an_interface_without_a_route);
		CLAIM_ALONE(s,
			    where_there_are_no_neighbours_no_route_is_needed);
		CLAIM_ALONE(s,
			    an_address_of_this_host_is_local_by_any_interface);
	}
	return run_suite(s);
}
