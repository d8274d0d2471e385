/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "unit/claims.h"
#include "unit/netns.h"

static struct pptp_connection c;
static struct pptp_address source, target;
static struct pptp_connection_way way;
static int listener;
static struct pptp_loop *loop;
static uint32_t told; /* what the loop has told */

static void on_ready(void *context, uint32_t events)
{
	ck_assert_ptr_eq(context, &c);
	told = events;
}

static struct pptp_watch watch = {.ready = on_ready, .context = &c};

static int level_of(int option)
{
	int value = -7;
	socklen_t size = sizeof(value);

	ck_assert_int_eq(getsockopt(c.fd, IPPROTO_IP, option, &value, &size),
			 0);
	return value;
}

/* Bound and, with `backlog`, listening. */
static void set_up(int backlog)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	socklen_t length = sizeof(sin);

	memset(&c, 0, sizeof(c));
	c.fd = -1;
	source = pptp_address_v4(0x7f000001);
	target = pptp_address_v4(0x7f000002);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&sin, length), 0);
	ck_assert_int_eq(
	    getsockname(listener, (struct sockaddr *)&sin, &length), 0);
	if (backlog > 0)
		ck_assert_int_eq(listen(listener, backlog), 0);
	if (loop == NULL)
		ck_assert_int_eq(pptp_loop_open(&loop), PPTP_OK);
	way = (struct pptp_connection_way){
	    .source = &source,
	    .target = &target,
	    .port = ntohs(sin.sin_port),
	    .loop = loop,
	    .watch = &watch,
	};
}

/* What the loop tells within 2 s, or 0. */
static uint32_t await(void)
{
	told = 0;
	ck_assert_int_eq(pptp_loop_turn(loop, pptp_timers_now() + 2000000), 0);
	return told;
}

static int connect_it(bool deaf)
{
	ck_assert(pptp_connection_open(&c, &way));
	ck_assert_int_eq(c.error, 0);
	ck_assert_int_eq(pptp_connection_begin(&c, &way, deaf), 0);
	ck_assert(c.connecting && !c.connected);
	ck_assert_uint_ne(await(), 0);
	return pptp_connection_end(&c, &way);
}

START_TEST(it_connects_and_is_told_what_comes)
{
	int other;

	set_up(1);
	ck_assert_int_eq(connect_it(false), 0);
	ck_assert(c.connected && !c.connecting && !c.broken);
	other = accept(listener, NULL, NULL);
	ck_assert_int_eq(send(other, "x", 1, 0), 1);
	ck_assert_uint_eq(await(), EPOLLIN);
	pptp_connection_unwatch(&c, &way);
	pptp_connection_watch(&c, &way);
	ck_assert_uint_eq(await(), EPOLLIN);
	close(other);
}
END_TEST

/* What is said leaves at once, and many connections share a port. */
START_TEST(its_socket_has_the_options_that_a_conversation_needs)
{
	int on = 0;
	socklen_t size = sizeof(on);

	set_up(1);
	ck_assert_int_eq(connect_it(false), 0);
	ck_assert_int_eq(getsockopt(c.fd, IPPROTO_TCP, TCP_NODELAY, &on, &size),
			 0);
	ck_assert_int_eq(on, 1);
	ck_assert_int_eq(level_of(IP_BIND_ADDRESS_NO_PORT), 1);
	pptp_connection_close(&c, &way);
	close(listener);
}
END_TEST

START_TEST(what_it_does_not_watch_is_not_told)
{
	int other;

	set_up(1);
	ck_assert_int_eq(connect_it(false), 0);
	other = accept(listener, NULL, NULL);
	pptp_connection_unwatch(&c, &way);
	ck_assert_int_eq(send(other, "x", 1, 0), 1);
	ck_assert(readable(c.fd, 5000));
	told = 0;
	ck_assert_int_eq(pptp_loop_turn(loop, pptp_timers_now()), 0);
	ck_assert_uint_eq(told, 0);
	pptp_connection_watch(&c, &way);
	ck_assert_uint_eq(await() & EPOLLIN, EPOLLIN);
	pptp_connection_close(&c, &way);
	close(other);
	close(listener);
}
END_TEST

/* It is to be tried again: nothing is known by it. */
START_TEST(without_a_descriptor_it_is_not_opened)
{
	struct rlimit before = {0, 0}, none;

	set_up(1);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){0, before.rlim_max};
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	ck_assert(!pptp_connection_open(&c, &way));
	ck_assert_int_eq(errno, EMFILE);
	/* A sanitizer opens files at the end. */
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
}
END_TEST

START_TEST(a_refused_one_is_not_connected)
{
	set_up(0);
	ck_assert_int_eq(connect_it(false), ECONNREFUSED);
	ck_assert(!c.connected && !c.connecting && !c.broken);
	ck_assert_uint_eq(pptp_connection_untaken(&c), 0);
}
END_TEST

START_TEST(one_that_was_reset_was_connected)
{
	struct linger now = {.l_onoff = 1};
	int other;

	set_up(1);
	ck_assert(pptp_connection_open(&c, &way));
	ck_assert_int_eq(pptp_connection_begin(&c, &way, false), 0);
	other = accept(listener, NULL, NULL);
	setsockopt(other, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(other);
	ck_assert_uint_ne(await(), 0);
	ck_assert_int_eq(pptp_connection_end(&c, &way), ECONNRESET);
	ck_assert(c.connected && c.broken);
}
END_TEST

START_TEST(deaf_is_deaf_until_it_is_connected)
{
	set_up(1);
	ck_assert(pptp_connection_open(&c, &way));
	ck_assert_int_eq(level_of(IP_TTL), 64);
	ck_assert_int_eq(pptp_connection_begin(&c, &way, true), 0);
	ck_assert_int_eq(level_of(IP_TTL), 32);
	ck_assert_int_eq(level_of(IP_MINTTL), 33);
	ck_assert_uint_ne(await(), 0);
	ck_assert_int_eq(pptp_connection_end(&c, &way), 0);
	ck_assert_int_eq(level_of(IP_TTL), 64);
	ck_assert_int_eq(level_of(IP_MINTTL), 0);
}
END_TEST

START_TEST(one_that_is_not_deaf_is_as_the_system_has_it)
{
	set_up(1);
	ck_assert_int_eq(connect_it(false), 0);
	ck_assert_int_eq(level_of(IP_TTL), 64);
	ck_assert_int_eq(level_of(IP_MINTTL), 0);
}
END_TEST

START_TEST(what_opening_met_is_told_by_connecting)
{
	set_up(1);
	source = pptp_address_v4(0xc000024d); /* nobody's here */
	ck_assert(pptp_connection_open(&c, &way));
	ck_assert_int_eq(c.error, EADDRNOTAVAIL);
	ck_assert_int_eq(pptp_connection_begin(&c, &way, true), EADDRNOTAVAIL);
	ck_assert(!c.connecting);
	pptp_connection_close(&c, &way);
	source = pptp_address_v4(0x7f000001);
	way.interface = "nosuch0";
	ck_assert(pptp_connection_open(&c, &way));
	ck_assert_int_eq(c.error, ENODEV);
}
END_TEST

/* No byte is acknowledged before the first round trip, and all are after. */
START_TEST(what_was_not_taken_is_counted)
{
	char bytes[300];
	int other, i;

	set_up(1);
	memset(bytes, 'x', sizeof(bytes));
	ck_assert_int_eq(connect_it(false), 0);
	other = accept(listener, NULL, NULL);
	ck_assert_int_eq(pptp_connection_send(&c, &way, bytes, 300), 0);
	ck_assert_uint_eq(c.sent, 300);
	for (i = 0; i < 200 && pptp_connection_untaken(&c) > 0; i++)
		usleep(10000);
	ck_assert_uint_eq(pptp_connection_untaken(&c), 0);
	close(other);
}
END_TEST

/* The other end reads nothing: the kernel takes what fits, 512 bytes wait, and
 * more is an error. */
START_TEST(what_the_kernel_does_not_take_waits_and_goes_out_later)
{
	static char much[1 << 16];
	char bytes[400];
	ssize_t n, got = 0, before;
	int other, small = 4096;

	set_up(1);
	setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	ck_assert_int_eq(connect_it(false), 0);
	setsockopt(c.fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	other = accept(listener, NULL, NULL);
	while ((n = send(c.fd, much, sizeof(much), MSG_DONTWAIT)) > 0)
		got += n;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i % 251);
	ck_assert_int_eq(pptp_connection_send(&c, &way, bytes, 156), 0);
	ck_assert_int_eq(pptp_connection_send(&c, &way, bytes + 156, 244), 0);
	ck_assert_uint_eq(c.out_length, 400);
	ck_assert_uint_ge(pptp_connection_untaken(&c), 400);
	before = got;
	for (got = 0; got < before + 400; got += n) {
		n = recv(other, much, sizeof(much), MSG_DONTWAIT);
		n = n < 0 ? 0 : n;
		for (ssize_t i = 0; i < n; i++)
			if (got + i >= before)
				ck_assert_int_eq(much[i],
						 bytes[got + i - before]);
		if (c.out_length > 0 && await() & EPOLLOUT)
			ck_assert_int_eq(pptp_connection_flush(&c, &way), 0);
	}
	ck_assert_uint_eq(c.out_length, 0);
	ck_assert_int_eq(got, before + 400);
	close(other);
}
END_TEST

START_TEST(more_than_may_wait_breaks_it)
{
	static char much[1 << 16];
	char bytes[400] = {'x'};
	int other, small = 4096;

	set_up(1);
	setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	ck_assert_int_eq(connect_it(false), 0);
	setsockopt(c.fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	other = accept(listener, NULL, NULL);
	while (send(c.fd, much, sizeof(much), MSG_DONTWAIT) > 0)
		;
	ck_assert_int_eq(pptp_connection_send(&c, &way, bytes, 400), 0);
	ck_assert_int_eq(pptp_connection_send(&c, &way, bytes, 112), 0);
	ck_assert_uint_eq(c.out_length, 512);
	ck_assert_int_eq(pptp_connection_send(&c, &way, bytes, 1), ENOBUFS);
	ck_assert(c.broken);
	ck_assert_uint_eq(c.out_length, 0);
	close(other);
}
END_TEST

START_TEST(nothing_stays_open)
{
	int before;

	set_up(1);
	before = open_files();
	ck_assert_int_eq(connect_it(true), 0);
	ck_assert_int_eq(open_files(), before + 1);
	pptp_connection_close(&c, &way);
	ck_assert_int_eq(open_files(), before);
	ck_assert_int_eq(c.fd, -1);
	ck_assert(!c.connected && !c.connecting);
	pptp_connection_close(&c, &way);
	ck_assert_int_eq(open_files(), before);
}
END_TEST

START_TEST(addresses_are_the_kernels_with_a_zone_where_it_needs_one)
{
	struct pptp_address a;
	struct sockaddr_storage to;
	struct sockaddr_in6 sin6;

	ck_assert(pptp_address_parse(&a, "192.0.2.9", 9));
	ck_assert_uint_eq(pptp_connection_sockaddr(&to, &a, 1723, 5),
			  sizeof(struct sockaddr_in));
	ck_assert_int_eq(to.ss_family, AF_INET);
	ck_assert_mem_eq((char *)&to + 2, "\x06\xbb\xc0\x00\x02\x09", 6);
	ck_assert(pptp_address_parse(&a, "fe80::9", 7));
	ck_assert_uint_eq(pptp_connection_sockaddr(&to, &a, 1723, 5),
			  sizeof(sin6));
	memcpy(&sin6, &to, sizeof(sin6));
	ck_assert_uint_eq(sin6.sin6_scope_id, 5);
	ck_assert_uint_eq(ntohs(sin6.sin6_port), 1723);
	ck_assert(pptp_address_parse(&a, "2001:db8::9", 11));
	pptp_connection_sockaddr(&to, &a, 1723, 5);
	memcpy(&sin6, &to, sizeof(sin6));
	ck_assert_uint_eq(sin6.sin6_scope_id, 0);
	ck_assert_int_eq(sin6.sin6_family, AF_INET6);
	ck_assert_mem_eq(&sin6.sin6_addr, a.bytes, 16);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("connection");

	CLAIM(s, its_socket_has_the_options_that_a_conversation_needs);
	CLAIM(s, what_it_does_not_watch_is_not_told);
	CLAIM(s, without_a_descriptor_it_is_not_opened);
	CLAIM(s, it_connects_and_is_told_what_comes);
	CLAIM(s, a_refused_one_is_not_connected);
	CLAIM(s, one_that_was_reset_was_connected);
	CLAIM(s, deaf_is_deaf_until_it_is_connected);
	CLAIM(s, one_that_is_not_deaf_is_as_the_system_has_it);
	CLAIM(s, what_opening_met_is_told_by_connecting);
	CLAIM(s, what_was_not_taken_is_counted);
	CLAIM(s, what_the_kernel_does_not_take_waits_and_goes_out_later);
	CLAIM(s, more_than_may_wait_breaks_it);
	CLAIM(s, nothing_stays_open);
	CLAIM(s, addresses_are_the_kernels_with_a_zone_where_it_needs_one);
	return run_suite(s);
}
