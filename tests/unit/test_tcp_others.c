/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tcp_others.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/resource.h>

#include "unit/claims.h"
#include "unit/netns.h"

#define PORT 1723

static struct pptp_tcp_others o;

static struct pptp_address address(const char *text)
{
	struct pptp_address a;

	ck_assert(pptp_address_parse(&a, text, strlen(text)));
	return a;
}

/* Asked anew. */
static int find(const char *target, uint16_t port, uid_t user)
{
	struct pptp_address a = address(target);
	static int64_t now;

	o.user = user;
	now += 2000000;
	return pptp_tcp_others_find(&o, &a, port, now);
}

static struct sockaddr_in6 loopback(void)
{
	struct sockaddr_in6 a = {.sin6_family = AF_INET6,
				 .sin6_port = htons(PORT)};

	memcpy(a.sin6_addr.s6_addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1",
	       16);
	return a;
}

static int listener(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	ck_assert_int_eq(
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(listen(fd, 2048), 0);
	return fd;
}

static int connected(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

/* The server's end of it leads to another port. */
START_TEST(a_connection_of_another_user_is_seen)
{
	int server = listener(), fd = connected();

	ck_assert_int_eq(find("127.0.0.1", PORT, getuid()), 0);
	ck_assert_int_eq(find("127.0.0.1", PORT, getuid() + 1), EBUSY);
	ck_assert_int_eq(find("127.0.0.1", PORT + 1, getuid() + 1), 0);
	ck_assert_int_eq(find("127.0.0.2", PORT, getuid() + 1), 0);
	close(fd);
	ck_assert_int_eq(find("127.0.0.1", PORT, getuid() + 1), 0);
	close(server);
}
END_TEST

START_TEST(an_ipv6_socket_may_lead_to_an_ipv4_address)
{
	int server = listener(), fd = socket(AF_INET6, SOCK_STREAM, 0);
	struct sockaddr_in6 a = loopback();

	if (fd < 0) {
		puts("# SKIPPED: no IPv6");
		return;
	}
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(find("127.0.0.1", PORT, getuid()), 0);
	ck_assert_int_eq(find("127.0.0.1", PORT, getuid() + 1), EBUSY);
	close(fd);
	close(server);
}
END_TEST

static int listener6(void)
{
	struct sockaddr_in6 a = {.sin6_family = AF_INET6,
				 .sin6_port = htons(PORT),
				 .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
	    listen(fd, 5) == 0)
		return fd;
	puts("# SKIPPED: no IPv6");
	return -1;
}

START_TEST(a_connection_over_ipv6_is_seen)
{
	struct sockaddr_in6 a = {.sin6_family = AF_INET6,
				 .sin6_port = htons(PORT),
				 .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	int server = listener6(), fd = socket(AF_INET6, SOCK_STREAM, 0);

	if (server < 0)
		return;
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(find("::1", PORT, getuid()), 0);
	ck_assert_int_eq(find("::1", PORT, getuid() + 1), EBUSY);
	ck_assert_int_eq(find("::2", PORT, getuid() + 1), 0);
	ck_assert_int_eq(find("::1:0:0:0", PORT, getuid() + 1), 0);
	ck_assert_int_eq(find("0.0.0.0", PORT, getuid() + 1), 0);
	ck_assert_uint_eq(o.count, 1);
	close(fd);
	close(server);
}
END_TEST

/* Half closed it may still carry a call; who has closed both ends has none. */
START_TEST(a_connection_lasts_until_its_own_end_is_closed)
{
	int server = listener(), fd = connected();
	int theirs = accept(server, NULL, NULL);

	ck_assert_int_ge(theirs, 0);
	close(theirs);
	ck_assert(readable(fd, 5000)); /* their FIN */
	ck_assert_int_eq(find("127.0.0.1", PORT, getuid() + 1), EBUSY);
	close(fd);
	ck_assert_int_eq(find("127.0.0.1", PORT, getuid() + 1), 0);
	close(server);
}
END_TEST

static bool many_files(rlim_t count)
{
	struct rlimit limit = {count, count};

	if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return true;
	puts("# SKIPPED: too few descriptors for so many connections");
	return false;
}

/* More than one answer of the kernel's; each has several. */
START_TEST(too_many_connections_are_told_and_fewer_all_seen)
{
	int server = listener(), fds[PPTP_TCP_OTHERS + 1], i;

	if (!many_files(PPTP_TCP_OTHERS + 100))
		return;
	for (i = 0; i < PPTP_TCP_OTHERS; i++)
		fds[i] = connected();
	ck_assert_int_eq(find("127.0.0.1", PORT, getuid() + 1), EBUSY);
	ck_assert_uint_eq(o.count, PPTP_TCP_OTHERS);
	fds[i] = connected();
	ck_assert_int_eq(find("127.0.0.1", PORT, getuid() + 1), ENOBUFS);
	ck_assert_int_eq(find("127.0.0.9", PORT, getuid() + 1), ENOBUFS);
	ck_assert_int_eq(find("127.0.0.1", PORT, getuid()), 0);
	for (i = 0; i <= PPTP_TCP_OTHERS; i++)
		close(fds[i]);
	close(server);
}
END_TEST

START_TEST(nothing_stays_open)
{
	int before = open_files();

	ck_assert_int_eq(find("127.0.0.1", PORT, getuid()), 0);
	ck_assert_int_eq(open_files(), before);
}
END_TEST

START_TEST(the_kernel_is_asked_once_a_second)
{
	struct pptp_address a = address("127.0.0.1");
	int server = listener(), fd;

	memset(&o, 0, sizeof(o));
	o.user = getuid() + 1;
	ck_assert_int_eq(pptp_tcp_others_find(&o, &a, PORT, 1), 0);
	fd = connected();
	ck_assert_int_eq(pptp_tcp_others_find(&o, &a, PORT, 999999), 0);
	ck_assert_int_eq(pptp_tcp_others_find(&o, &a, PORT, 1000000), 0);
	ck_assert_int_eq(pptp_tcp_others_find(&o, &a, PORT, 1000001), EBUSY);
	ck_assert_int_eq(pptp_tcp_others_find(&o, &a, PORT + 1, 1000002), 0);
	ck_assert_int_eq(pptp_tcp_others_find(&o, &a, PORT, 1000003), EBUSY);
	close(fd);
	close(server);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("tcp_others");

	if (netns_possible()) {
		CLAIM_ALONE(s, a_connection_of_another_user_is_seen);
		CLAIM_ALONE(s, an_ipv6_socket_may_lead_to_an_ipv4_address);
		CLAIM_ALONE(s, a_connection_over_ipv6_is_seen);
		CLAIM_ALONE(s, a_connection_lasts_until_its_own_end_is_closed);
		CLAIM_ALONE(s,
			    too_many_connections_are_told_and_fewer_all_seen);
		CLAIM_ALONE(s, nothing_stays_open);
		CLAIM_ALONE(s, the_kernel_is_asked_once_a_second);
	}
	return run_suite(s);
}
