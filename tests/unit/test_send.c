/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/send.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>

#include "unit/claims.h"
#include "unit/netns.h"

#include "format/icmp.h"
#include "format/tcp.h"

#define CLOSED_PORT 9

static struct pptp_address address(const char *text)
{
	struct pptp_address a;

	ck_assert(pptp_address_parse(&a, text, strlen(text)));
	return a;
}

static size_t syn(uint8_t *packet, size_t room, const char *host)
{
	struct pptp_ip ip;
	struct pptp_tcp tcp;
	int n;

	memset(&ip, 0, sizeof(ip));
	memset(&tcp, 0, sizeof(tcp));
	ip.source = ip.destination = address(host);
	ip.ttl = 64;
	ip.protocol = PPTP_IP_TCP;
	tcp.source_port = 40000;
	tcp.destination_port = CLOSED_PORT;
	tcp.sequence_number = 77;
	n = pptp_tcp_syn_encode(&ip, &tcp, packet, room);
	ck_assert_int_gt(n, 0);
	return (size_t)n;
}

static int listen_to(int family)
{
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);

	ck_assert_int_ge(fd, 0);
	return fd;
}

/* The flags of the answer to our SYN, past a header of `header` bytes. */
static uint8_t answer(int fd, size_t header)
{
	uint8_t bytes[256];
	ssize_t n;

	while (readable(fd, 2000)) {
		n = recv(fd, bytes, sizeof(bytes), 0);
		ck_assert_int_ge(n, (ssize_t)header + 20);
		/* What we sent comes by here too. */
		if (bytes[header] << 8 == 0 && bytes[header + 1] == CLOSED_PORT)
			return bytes[header + 13];
	}
	return 0;
}

START_TEST(a_syn_over_ipv4_is_answered)
{
	struct pptp_sender *s;
	uint8_t packet[128];
	int fd = listen_to(AF_INET);

	ck_assert_int_eq(pptp_sender_open(&s, NULL, NULL, 0), PPTP_OK);
	ck_assert_int_eq(
	    pptp_sender_send(s, packet,
			     syn(packet, sizeof(packet), "127.0.0.1")),
	    PPTP_OK);
	ck_assert_uint_eq(answer(fd, 20), PPTP_TCP_RST | PPTP_TCP_ACK);
	pptp_sender_close(s);
	close(fd);
}
END_TEST

START_TEST(a_syn_over_ipv6_is_answered_on_the_interface_asked_for)
{
	struct pptp_sender *s;
	uint8_t packet[128];
	int fd = listen_to(AF_INET6);

	ck_assert_int_eq(pptp_sender_open(&s, "lo", NULL, 0), PPTP_OK);
	ck_assert_int_eq(
	    pptp_sender_send(s, packet, syn(packet, sizeof(packet), "::1")),
	    PPTP_OK);
	/* Raw sockets of IPv6 give no header. */
	ck_assert_uint_eq(answer(fd, 0), PPTP_TCP_RST | PPTP_TCP_ACK);
	pptp_sender_close(s);
	close(fd);
}
END_TEST

/* Where -1 would stand for a family, there is no socket to send from. */
START_TEST(one_source_has_one_family)
{
	struct pptp_address v4 = address("127.0.0.9"), v6 = address("::1");
	struct pptp_sender *s;
	uint8_t packet[128];
	size_t n = syn(packet, sizeof(packet), "127.0.0.1");

	ck_assert_int_eq(pptp_sender_open(&s, NULL, &v6, 0), PPTP_OK);
	ck_assert_int_eq(pptp_sender_send(s, packet, n), PPTP_ERROR_SYSTEM);
	ck_assert_int_eq(errno, EAFNOSUPPORT);
	pptp_sender_close(s);
	ck_assert_int_eq(pptp_sender_open(&s, NULL, &v4, 0), PPTP_OK);
	ck_assert_int_eq(pptp_sender_send(s, packet, n), PPTP_OK);
	pptp_sender_close(s);
	v4 = address("192.0.2.77");
	ck_assert_int_eq(pptp_sender_open(&s, NULL, &v4, 0), PPTP_ERROR_SYSTEM);
	ck_assert_int_eq(errno, EADDRNOTAVAIL);
	ck_assert_ptr_null(s);
}
END_TEST

START_TEST(a_source_decides_the_way_where_a_rule_says_so)
{
	struct pptp_address source = address("10.0.2.2");
	struct pptp_sender *s;
	uint8_t packet[128];
	size_t n = syn(packet, sizeof(packet), "192.0.2.1");

	if (system("ip address add 10.0.2.2/24 dev lo && "
		   "ip rule add from 10.0.2.2 lookup 100 && "
		   "ip route add 192.0.2.0/24 dev lo table 100") != 0) {
		puts("# SKIPPED: no ip, or no rules");
		return;
	}
	ck_assert_int_eq(pptp_sender_open(&s, NULL, NULL, 0), PPTP_OK);
	ck_assert_int_eq(pptp_sender_send(s, packet, n), PPTP_ERROR_SYSTEM);
	ck_assert_int_eq(errno, ENETUNREACH);
	pptp_sender_close(s);
	ck_assert_int_eq(pptp_sender_open(&s, NULL, &source, 0), PPTP_OK);
	ck_assert_int_eq(pptp_sender_send(s, packet, n), PPTP_OK);
	pptp_sender_close(s);
}
END_TEST

START_TEST(nothing_stays_open)
{
	struct pptp_address source = address("127.0.0.9");
	struct pptp_sender *s;
	int before = open_files();

	ck_assert_int_eq(pptp_sender_open(&s, NULL, NULL, 0), PPTP_OK);
	ck_assert_int_eq(open_files(), before + 2);
	pptp_sender_close(s);
	ck_assert_int_eq(open_files(), before);
	ck_assert_int_eq(pptp_sender_open(&s, "lo", &source, 0), PPTP_OK);
	ck_assert_int_eq(open_files(), before + 1);
	pptp_sender_close(s);
	ck_assert_int_eq(pptp_sender_open(&s, "nosuch0", NULL, 0),
			 PPTP_ERROR_INTERFACE);
	source = address("192.0.2.77");
	ck_assert_int_ne(pptp_sender_open(&s, "lo", &source, 0), PPTP_OK);
	ck_assert_int_eq(open_files(), before);
}
END_TEST

/* What is allocated once, at the first time, is no leak. */
START_TEST(no_memory_stays)
{
	struct pptp_sender *s;
	size_t before = 0;

	for (unsigned i = 0; i < 3; i++) {
		if (i == 1)
			before = heap_in_use();
		ck_assert_int_eq(pptp_sender_open(&s, NULL, NULL, 0), PPTP_OK);
		pptp_sender_close(s);
		ck_assert_int_eq(pptp_sender_open(&s, "nosuch0", NULL, 0),
				 PPTP_ERROR_INTERFACE);
	}
	ck_assert_uint_eq(heap_in_use(), before);
}
END_TEST

START_TEST(what_is_no_ip_packet_is_refused)
{
	struct pptp_sender *s;
	uint8_t packet[128];
	size_t n = syn(packet, sizeof(packet), "127.0.0.1"), i;

	ck_assert_int_eq(pptp_sender_open(&s, NULL, NULL, 0), PPTP_OK);
	for (i = 0; i < n; i++)
		ck_assert_int_eq(pptp_sender_send(s, packet, i),
				 PPTP_ERROR_ARGUMENT);
	packet[0] = 0x75;
	ck_assert_int_eq(pptp_sender_send(s, packet, n), PPTP_ERROR_ARGUMENT);
	pptp_sender_close(s);
}
END_TEST

START_TEST(without_a_route_errno_tells)
{
	static const char *const hosts[] = {"192.0.2.1", "2001:db8::1"};
	struct pptp_sender *s;
	uint8_t packet[128];

	ck_assert_int_eq(pptp_sender_open(&s, NULL, NULL, 0), PPTP_OK);
	for (size_t i = 0; i < 2; i++) {
		size_t n = syn(packet, sizeof(packet), hosts[i]);

		errno = 0;
		ck_assert_int_eq(pptp_sender_send(s, packet, n),
				 PPTP_ERROR_SYSTEM);
		ck_assert_int_eq(errno, ENETUNREACH);
	}
	pptp_sender_close(s);
}
END_TEST

START_TEST(an_interface_that_is_not_there_is_told)
{
	struct pptp_sender *s;

	ck_assert_int_eq(pptp_sender_open(&s, "nosuch0", NULL, 0),
			 PPTP_ERROR_INTERFACE);
	ck_assert_ptr_null(s);
	pptp_sender_close(s);
}
END_TEST

START_TEST(without_privilege_that_is_told)
{
	struct pptp_sender *s;

	be_nobody();
	ck_assert_int_eq(pptp_sender_open(&s, NULL, NULL, 0),
			 PPTP_ERROR_PRIVILEGE);
	ck_assert_ptr_null(s);
	be_us();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("send");

	CLAIM(s, without_privilege_that_is_told);
	if (netns_possible()) {
		CLAIM_ALONE(s, a_syn_over_ipv4_is_answered);
		CLAIM_ALONE(
		    s, a_syn_over_ipv6_is_answered_on_the_interface_asked_for);
		CLAIM_ALONE(s, one_source_has_one_family);
		CLAIM_ALONE(s, a_source_decides_the_way_where_a_rule_says_so);
		CLAIM_ALONE(s, nothing_stays_open);
		CLAIM_ALONE(s, no_memory_stays);
		CLAIM_ALONE(s, what_is_no_ip_packet_is_refused);
		CLAIM_ALONE(s, without_a_route_errno_tells);
		CLAIM_ALONE(s, an_interface_that_is_not_there_is_told);
	}
	return run_suite(s);
}
