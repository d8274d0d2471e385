/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/tcp_others.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LASTS                                                                  \
	INT64_C(1000000) /* us: the kernel looks through all its sockets */
/* In which a tunnel may be up. */
#define STATES (1U << TCP_ESTABLISHED | 1U << TCP_CLOSE_WAIT)

struct question {
	struct nlmsghdr header;
	struct inet_diag_req_v2 request;
	struct rtattr attribute;
	struct inet_diag_bc_op op;
	struct inet_diag_hostcond condition; /* of any address */
};

static bool ask(int fd, uint8_t family, uint16_t port)
{
	const size_t program =
	    sizeof(struct inet_diag_bc_op) + sizeof(struct inet_diag_hostcond);
	struct question q;

	memset(&q, 0, sizeof(q));
	q.header.nlmsg_len = sizeof(q);
	q.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	q.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	q.request.sdiag_family = family;
	q.request.sdiag_protocol = IPPROTO_TCP;
	q.request.idiag_states = STATES;
	q.attribute.rta_type = INET_DIAG_REQ_BYTECODE;
	q.attribute.rta_len = (uint16_t)RTA_LENGTH(program);
	/* Both lead to its end: a match at it, and none past it. */
	q.op.code = INET_DIAG_BC_D_COND;
	q.op.yes = (uint8_t)program;
	q.op.no = (uint16_t)(program + 4);
	q.condition.port = port;
	return send(fd, &q, sizeof(q), 0) == (ssize_t)sizeof(q);
}

static int error_of(const struct nlmsghdr *h)
{
	int error = 0;

	if (h->nlmsg_len >= NLMSG_LENGTH(sizeof(error)))
		memcpy(&error, NLMSG_DATA(h), sizeof(error));
	return error < 0 ? -error : EPROTO;
}

/* An IPv6 socket may be connected to an IPv4 address. Who has closed his has no
 * inode there. */
static int note(struct pptp_tcp_others *o, const struct inet_diag_msg *m)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	const uint8_t *bytes = (const uint8_t *)m->id.idiag_dst;
	struct pptp_address *a = &o->servers[o->count];
	bool v4 = m->idiag_family == AF_INET;

	if (m->idiag_inode == 0 || m->idiag_uid == o->user)
		return 0;
	if (o->count == PPTP_TCP_OTHERS)
		return ENOBUFS;
	if (!v4 && memcmp(bytes, mapped, sizeof(mapped)) == 0) {
		v4 = true;
		bytes += sizeof(mapped);
	}
	memset(a, 0, sizeof(*a));
	a->family = v4 ? 4 : 6;
	memcpy(a->bytes, bytes, v4 ? 4 : 16);
	o->count++;
	return 0;
}

/* 0 where there may be more, or `*over`; or an errno. */
static int look(struct pptp_tcp_others *o, const char *bytes, unsigned length,
		bool *over)
{
	const struct nlmsghdr *h = (const void *)bytes;
	struct inet_diag_msg found;
	int error = 0;

	for (; NLMSG_OK(h, length) && error == 0; h = NLMSG_NEXT(h, length)) {
		if (h->nlmsg_type == NLMSG_DONE) {
			*over = true;
			return 0;
		}
		if (h->nlmsg_type == NLMSG_ERROR)
			return error_of(h);
		if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
		    h->nlmsg_len < NLMSG_LENGTH(sizeof(found)))
			return EPROTO;
		memcpy(&found, NLMSG_DATA(h), sizeof(found));
		error = note(o, &found);
	}
	return error;
}

static int search(struct pptp_tcp_others *o, uint8_t family)
{
	int fd =
	    socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	_Alignas(struct nlmsghdr) char bytes[16384];
	int error = fd < 0 || !ask(fd, family, o->port) ? errno : 0;
	bool over = false;
	ssize_t n;

	while (error == 0 && !over) {
		n = recv(fd, bytes, sizeof(bytes), 0);
		if (n > 0)
			error = look(o, bytes, (unsigned)n, &over);
		else if (n == 0 || errno != EINTR)
			error = n == 0 ? EPROTO : errno;
	}
	if (fd >= 0)
		close(fd);
	return error;
}

static void refresh(struct pptp_tcp_others *o, uint16_t port, int64_t now_us)
{
	o->port = port;
	o->count = 0;
	o->error = search(o, AF_INET6);
	if (o->error == 0 || o->error == ENOENT) /* a host without IPv6 */
		o->error = search(o, AF_INET);
	o->until = now_us + LASTS;
}

int pptp_tcp_others_find(struct pptp_tcp_others *o,
			 const struct pptp_address *target, uint16_t port,
			 int64_t now_us)
{
	size_t i;

	if (o->until <= now_us || o->port != port)
		refresh(o, port, now_us);
	if (o->error != 0)
		return o->error;
	for (i = 0; i < o->count; i++)
		if (pptp_address_equal(&o->servers[i], target))
			return EBUSY;
	return 0;
}
