/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/guard.h"

#include <errno.h>
#include <netinet/in.h>

#include "unit/claims.h"
#include "unit/netns.h"

#include "format/gre.h"
#include "net/send.h"

static struct pptp_sender *sender;

static void send_gre(void)
{
	uint8_t packet[64];
	struct pptp_ip ip;
	struct pptp_gre gre;
	int n;

	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = ip.destination = pptp_address_v4(0x7f000001);
	ip.ttl = 64;
	ip.protocol = PPTP_IP_GRE;
	gre.has_acknowledgment = true;
	n = pptp_gre_packet_encode(&ip, &gre, NULL, 0, packet, sizeof(packet));
	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(pptp_sender_send(sender, packet, (size_t)n), PPTP_OK);
}

/* A socket that sees what ICMP our kernel answers with. */
static int open_icmp(void)
{
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pptp_sender_open(&sender, NULL, NULL, 0), PPTP_OK);
	return fd;
}

START_TEST(without_it_our_kernel_answers_protocol_unreachable)
{
	int icmp = open_icmp();
	uint8_t bytes[128];

	send_gre();
	ck_assert(readable(icmp, 2000));
	ck_assert_int_gt(recv(icmp, bytes, sizeof(bytes), 0), 28);
	ck_assert_uint_eq(bytes[20], 3);
	ck_assert_uint_eq(bytes[21], 2);
}
END_TEST

START_TEST(with_it_our_kernel_is_still)
{
	int icmp = open_icmp(), guard = pptp_guard_open();

	ck_assert_int_ge(guard, 0);
	send_gre();
	ck_assert(!readable(icmp, 100));
	pptp_guard_close(guard);
	send_gre();
	ck_assert(readable(icmp, 2000));
}
END_TEST

START_TEST(nothing_queues_in_it)
{
	int icmp = open_icmp(), guard = pptp_guard_open();
	uint8_t byte;
	int i;

	for (i = 0; i < 100; i++)
		send_gre();
	ck_assert(!readable(icmp, 100));
	ck_assert(!readable(guard, 0));
	ck_assert_int_eq(recv(guard, &byte, 1, 0), -1);
	ck_assert_int_eq(errno, EAGAIN);
	pptp_guard_close(guard);
}
END_TEST

START_TEST(without_privilege_errno_tells)
{
	be_nobody();
	ck_assert_int_eq(pptp_guard_open(), -1);
	ck_assert_int_eq(errno, EPERM);
	pptp_guard_close(-1);
	be_us();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("guard");

	CLAIM(s, without_privilege_errno_tells);
	if (netns_possible()) {
		CLAIM_ALONE(s,
			    without_it_our_kernel_answers_protocol_unreachable);
		CLAIM_ALONE(s, with_it_our_kernel_is_still);
		CLAIM_ALONE(s, nothing_queues_in_it);
	}
	return run_suite(s);
}
