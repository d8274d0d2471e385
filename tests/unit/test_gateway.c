/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/gateway.h"

#include "unit/claims.h"
#include "unit/netns.h"

static struct pptp_gateways g;

/* One end of a pair, with a gateway whose address is known and one whose is
 * not. Without iproute2 there is nothing to look at. */
static bool make_routes(void)
{
	return system(
		   "exec 2>/dev/null; set -e;"
		   "ip link add v0 type veth peer name v1;"
		   "ip link set v0 up; ip link set v1 up;"
		   "ip address add 10.0.0.9/24 dev v0;"
		   "ip address add 10.1.0.9/24 dev v1;"
		   "ip neighbour add 10.0.0.1 lladdr 02:00:00:00:00:aa dev v0;"
		   "ip neighbour add 10.0.0.3 lladdr 02:00:00:00:00:cc dev v0;"
		   "ip neighbour add 10.1.0.1 lladdr 02:00:00:00:00:bb dev v1;"
		   "ip route add default via 10.0.0.1;"
		   "ip route add 10.4.0.0/16 via 10.0.0.3;"
		   "ip route add 10.4.7.0/24 via 10.0.0.3 metric 9;"
		   "ip route add 10.4.7.0/24 via 10.0.0.1 metric 5;"
		   "ip route add 10.5.0.0/16 via 10.0.0.2;"
		   "ip route add 10.6.0.0/16 dev v0;"
		   "ip route add blackhole 10.7.0.0/16;"
		   "ip route add 10.8.0.0/16 nexthop via 10.0.0.1 "
		   "nexthop via 10.0.0.3;"
		   "ip route add 10.9.0.0/16 via 10.1.0.1;"
		   "ip route add 64.0.0.0/2 via 10.0.0.3;"
		   "ip route add 65.0.0.0/8 via 10.0.0.1;"
		   "ip route add 65.7.0.0/16 via 10.0.0.3") == 0;
}

/* The last byte of the gateway's hardware address; 0: the kernel's to say. */
static unsigned last_byte(const char *target)
{
	const struct pptp_gateway_route *route;
	struct pptp_address a;

	ck_assert(pptp_address_parse(&a, target, strlen(target)));
	route = pptp_gateways_find(&g, pptp_address_v4_value(&a));
	return route != NULL ? route->hardware[5] : 0;
}

START_TEST(each_target_has_the_gateway_that_the_kernel_would_take)
{
	if (!make_routes()) {
		puts("# SKIPPED: gateways; they need ip(8)");
		return;
	}
	ck_assert(pptp_gateways_read(&g, if_nametoindex("v0")));
	ck_assert_uint_eq(last_byte("8.8.8.8"), 0xaa);
	ck_assert_uint_eq(last_byte("10.4.6.1"), 0xcc);
	ck_assert_uint_eq(last_byte("10.4.7.1"), 0xaa);
	ck_assert_uint_eq(last_byte("10.4.8.0"), 0xcc);
	ck_assert_uint_eq(last_byte("10.3.255.255"), 0xaa);
	ck_assert_uint_eq(last_byte("10.5.0.1"), 0);
	ck_assert_uint_eq(last_byte("10.6.0.1"), 0);
	ck_assert_uint_eq(last_byte("10.7.0.1"), 0);
	ck_assert_uint_eq(last_byte("10.8.0.1"), 0);
	ck_assert_uint_eq(last_byte("10.9.0.1"), 0);
	/* of many first bytes, and of one */
	ck_assert_uint_eq(last_byte("63.255.255.255"), 0xaa);
	ck_assert_uint_eq(last_byte("64.0.0.0"), 0xcc);
	ck_assert_uint_eq(last_byte("126.255.255.255"), 0xcc);
	ck_assert_uint_eq(last_byte("128.0.0.0"), 0xaa);
	ck_assert_uint_eq(last_byte("65.0.0.0"), 0xaa);
	ck_assert_uint_eq(last_byte("65.7.255.255"), 0xcc);
	ck_assert_uint_eq(last_byte("65.8.0.0"), 0xaa);
	ck_assert_uint_eq(last_byte("66.0.0.0"), 0xcc);
	/* on the link, of this host, and the link's broadcast */
	ck_assert_uint_eq(last_byte("10.0.0.77"), 0);
	ck_assert_uint_eq(last_byte("10.0.0.9"), 0);
	ck_assert_uint_eq(last_byte("10.0.0.255"), 0);
	ck_assert_uint_eq(last_byte("127.0.0.1"), 0);
	ck_assert(pptp_gateways_read(&g, if_nametoindex("v1")));
	ck_assert_uint_eq(last_byte("8.8.8.8"), 0);
	ck_assert_uint_eq(last_byte("10.9.0.1"), 0xbb);
}
END_TEST

/* Where all long routes begin with one byte but some; with lo there would be
 * others. */
START_TEST(no_route_is_passed_over_that_holds_a_target)
{
	ck_assert(netns_flags("lo", 0));
	if (!make_routes())
		return;
	ck_assert(pptp_gateways_read(&g, if_nametoindex("v0")));
	ck_assert_uint_eq(last_byte("10.4.7.1"), 0xaa);
	ck_assert_uint_eq(last_byte("65.7.0.1"), 0xcc);
	ck_assert_uint_eq(last_byte("0.0.0.1"), 0xaa);
	ck_assert_uint_eq(last_byte("255.255.255.254"), 0xaa);
}
END_TEST

START_TEST(a_gateway_that_does_not_answer_is_the_kernels)
{
	if (!make_routes())
		return;
	if (system("ip neighbour add 10.0.0.4 dev v0 nud none &&"
		   "ip route add 10.10.0.0/16 via 10.0.0.4") != 0)
		return;
	ck_assert(pptp_gateways_read(&g, if_nametoindex("v0")));
	ck_assert_uint_eq(last_byte("10.10.0.1"), 0);
	ck_assert_uint_eq(last_byte("8.8.8.8"), 0xaa);
}
END_TEST

START_TEST(nothing_stays_open)
{
	int files = open_files();

	ck_assert(pptp_gateways_read(&g, 1));
	ck_assert_int_eq(open_files(), files);
}
END_TEST

START_TEST(rules_beside_the_usual_leave_all_to_the_kernel)
{
	if (!make_routes())
		return;
	ck_assert_int_eq(system("ip rule add from 10.1.0.9 table 100"), 0);
	ck_assert(!pptp_gateways_read(&g, if_nametoindex("v0")));
	ck_assert_uint_eq(g.count, 0);
	ck_assert_uint_eq(last_byte("8.8.8.8"), 0);
}
END_TEST

START_TEST(more_routes_than_fit_leave_all_to_the_kernel)
{
	if (!make_routes())
		return;
	ck_assert_int_eq(system("i=0; while [ $i -lt 256 ]; do "
				"echo route add 11.$i.0.0/16 via 10.0.0.1; "
				"i=$((i + 1)); done | ip -batch -"),
			 0);
	ck_assert(!pptp_gateways_read(&g, if_nametoindex("v0")));
	ck_assert_uint_eq(last_byte("8.8.8.8"), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("gateway");

	if (netns_possible()) {
		CLAIM_ALONE(
		    s, each_target_has_the_gateway_that_the_kernel_would_take);
		CLAIM_ALONE(s, no_route_is_passed_over_that_holds_a_target);
		CLAIM_ALONE(s, a_gateway_that_does_not_answer_is_the_kernels);
		CLAIM_ALONE(s, nothing_stays_open);
		CLAIM_ALONE(s, rules_beside_the_usual_leave_all_to_the_kernel);
		CLAIM_ALONE(s, more_routes_than_fit_leave_all_to_the_kernel);
	}
	return run_suite(s);
}
