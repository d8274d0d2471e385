/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/connection.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define LISTENS (EPOLLIN | EPOLLRDHUP)

/* ICMP quotes our own header, whose time to live is that which we sent, or
 * less; the kernel drops an error whose quote is below the minimum. A SYN-ACK
 * is above it, but from 31 hops away or more. */
#define DEAF_TTL     32
#define DEAF_MINIMUM 33

socklen_t pptp_connection_sockaddr(struct sockaddr_storage *to,
				   const struct pptp_address *a, uint16_t port,
				   unsigned index)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6};

	memset(to, 0, sizeof(*to));
	if (a->family == 4) {
		sin.sin_port = htons(port);
		memcpy(&sin.sin_addr, a->bytes, 4);
		memcpy(to, &sin, sizeof(sin));
		return sizeof(sin);
	}
	sin6.sin6_port = htons(port);
	memcpy(&sin6.sin6_addr, a->bytes, 16);
	if (IN6_IS_ADDR_LINKLOCAL(&sin6.sin6_addr))
		sin6.sin6_scope_id = index;
	memcpy(to, &sin6, sizeof(sin6));
	return sizeof(sin6);
}

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

static int configure(int fd, const struct pptp_connection_way *way)
{
	struct sockaddr_storage from;
	socklen_t length =
	    pptp_connection_sockaddr(&from, way->source, 0, way->index);

	/* Else each bind takes a port of its own, whomever it talks to. */
	(void)set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	if (set(fd, IPPROTO_TCP, TCP_NODELAY, 1) != 0)
		return -1;
	if (way->interface != NULL &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, way->interface,
		       (socklen_t)strlen(way->interface)) != 0)
		return -1;
	return bind(fd, (const struct sockaddr *)&from, length);
}

static bool is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	       error == ENOMEM;
}

bool pptp_connection_open(struct pptp_connection *c,
			  const struct pptp_connection_way *way)
{
	int family = way->target->family == 4 ? AF_INET : AF_INET6;

	memset(c, 0, sizeof(*c));
	c->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd < 0 && is_shortage(errno))
		return false;
	if (c->fd < 0 || configure(c->fd, way) != 0)
		c->error = errno;
	return true;
}

static void watch(struct pptp_connection *c,
		  const struct pptp_connection_way *way, uint32_t events)
{
	int error = pptp_loop_add(way->loop, c->fd, events, way->watch);

	if (error != 0)
		c->error = error;
}

static void rewatch(struct pptp_connection *c,
		    const struct pptp_connection_way *way, uint32_t events)
{
	int error = pptp_loop_change(way->loop, c->fd, events, way->watch);

	if (error != 0)
		c->error = error;
}

static void be_deaf(int fd, bool deaf)
{
	(void)set(fd, IPPROTO_IP, IP_MINTTL, deaf ? DEAF_MINIMUM : 0);
	(void)set(fd, IPPROTO_IP, IP_TTL, deaf ? DEAF_TTL : -1);
}

int pptp_connection_begin(struct pptp_connection *c,
			  const struct pptp_connection_way *way, bool deaf)
{
	struct sockaddr_storage to;
	socklen_t length =
	    pptp_connection_sockaddr(&to, way->target, way->port, way->index);

	if (c->error == 0 && deaf)
		be_deaf(c->fd, true);
	if (c->error == 0 &&
	    connect(c->fd, (const struct sockaddr *)&to, length) != 0 &&
	    errno != EINPROGRESS)
		c->error = errno;
	if (c->error == 0)
		watch(c, way, EPOLLOUT | LISTENS);
	c->connecting = c->error == 0;
	return c->error;
}

int pptp_connection_end(struct pptp_connection *c,
			const struct pptp_connection_way *way)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	c->connecting = false;
	/* SO_ERROR is forgotten once it was read, and the end looks like a FIN
	 * from then on. */
	c->broken = error == ECONNRESET || error == EPIPE;
	c->connected = error == 0 || c->broken;
	if (!c->connected)
		return error;
	be_deaf(c->fd, false);
	rewatch(c, way, LISTENS);
	return error;
}

static int fail(struct pptp_connection *c, int error)
{
	c->out_length = 0;
	c->broken = true;
	return error;
}

int pptp_connection_flush(struct pptp_connection *c,
			  const struct pptp_connection_way *way)
{
	ssize_t n = send(c->fd, c->out, c->out_length, MSG_NOSIGNAL);
	int error = 0;

	if (n < 0 && errno != EAGAIN && errno != EINTR) {
		error = fail(c, errno);
	} else if (n > 0) {
		c->out_length -= (size_t)n;
		memmove(c->out, c->out + n, c->out_length);
	}
	rewatch(c, way, LISTENS | (c->out_length > 0 ? EPOLLOUT : 0));
	return error;
}

int pptp_connection_send(struct pptp_connection *c,
			 const struct pptp_connection_way *way,
			 const void *bytes, size_t length)
{
	ssize_t n = 0;

	c->sent += (uint32_t)length;
	if (c->out_length == 0) {
		n = send(c->fd, bytes, length, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return fail(c, errno);
	}
	if (n < 0)
		n = 0;
	length -= (size_t)n;
	if (length == 0)
		return 0;
	/* A peer that reads nothing, or not for long: nobody owes it more. */
	if (length > sizeof(c->out) - c->out_length)
		return fail(c, ENOBUFS);
	memcpy(c->out + c->out_length, (const uint8_t *)bytes + n, length);
	c->out_length += length;
	rewatch(c, way, LISTENS | EPOLLOUT);
	return 0;
}

uint32_t pptp_connection_untaken(const struct pptp_connection *c)
{
	int waiting = 0;

	if (c->fd < 0 || !c->connected || ioctl(c->fd, SIOCOUTQ, &waiting) != 0)
		return 0;
	return (uint32_t)waiting + (uint32_t)c->out_length;
}

void pptp_connection_watch(struct pptp_connection *c,
			   const struct pptp_connection_way *way)
{
	watch(c, way, LISTENS);
}

void pptp_connection_unwatch(struct pptp_connection *c,
			     const struct pptp_connection_way *way)
{
	if (c->fd >= 0 && (c->connecting || c->connected))
		pptp_loop_remove(way->loop, c->fd, way->watch);
}

void pptp_connection_close(struct pptp_connection *c,
			   const struct pptp_connection_way *way)
{
	pptp_connection_unwatch(c, way);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	c->connected = c->connecting = false;
}
