/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/route.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct request {
	struct nlmsghdr header;
	struct rtmsg route;
	char attributes[64];
};

static void add_attribute(struct request *q, unsigned short type,
			  const void *value, size_t size)
{
	size_t at = NLMSG_ALIGN(q->header.nlmsg_len);
	struct rtattr a = {
	    .rta_len = (unsigned short)RTA_LENGTH(size),
	    .rta_type = type,
	};

	memcpy((char *)q + at, &a, sizeof(a));
	memcpy((char *)q + at + RTA_LENGTH(0), value, size);
	q->header.nlmsg_len = (unsigned)(at + RTA_LENGTH(size));
}

static void build(struct request *q, const struct pptp_address *target,
		  unsigned index)
{
	size_t size = target->family == 6 ? 16 : 4;

	memset(q, 0, sizeof(*q));
	q->header.nlmsg_len = NLMSG_LENGTH(sizeof(q->route));
	q->header.nlmsg_type = RTM_GETROUTE;
	q->header.nlmsg_flags = NLM_F_REQUEST;
	q->route.rtm_family = target->family == 6 ? AF_INET6 : AF_INET;
	q->route.rtm_dst_len = (unsigned char)(size * 8);
	add_attribute(q, RTA_DST, target->bytes, size);
	if (index != 0)
		add_attribute(q, RTA_OIF, &index, sizeof(index));
}

static void read_attributes(const struct nlmsghdr *header, size_t length,
			    struct pptp_route *route)
{
	size_t at = NLMSG_LENGTH(sizeof(struct rtmsg));
	const char *base = (const char *)header;
	struct rtattr a;

	while (at + sizeof(a) <= length) {
		memcpy(&a, base + at, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > length - at)
			return;
		if (a.rta_type == RTA_OIF && RTA_PAYLOAD(&a) == 4)
			memcpy(&route->index, base + at + RTA_LENGTH(0), 4);
		if (a.rta_type == RTA_PREFSRC &&
		    (RTA_PAYLOAD(&a) == 4 || RTA_PAYLOAD(&a) == 16)) {
			route->source.family = RTA_PAYLOAD(&a) == 4 ? 4 : 6;
			memcpy(route->source.bytes, base + at + RTA_LENGTH(0),
			       RTA_PAYLOAD(&a));
		}
		at += RTA_ALIGN(a.rta_len);
	}
}

static enum pptp_error read_answer(const void *answer, size_t length,
				   struct pptp_route *route)
{
	const struct nlmsghdr *header = answer;
	struct nlmsgerr failure;

	if (length < sizeof(*header) || header->nlmsg_len > length ||
	    header->nlmsg_len < sizeof(*header)) {
		errno = EBADMSG;
		return PPTP_ERROR_SYSTEM;
	}
	if (header->nlmsg_type == NLMSG_ERROR) {
		if (length < NLMSG_LENGTH(sizeof(failure)))
			return PPTP_ERROR_ROUTE;
		memcpy(&failure, NLMSG_DATA(header), sizeof(failure));
		errno = -failure.error;
		return PPTP_ERROR_ROUTE;
	}
	read_attributes(header, header->nlmsg_len, route);
	if (route->source.family == 0 || route->index == 0) {
		errno = EADDRNOTAVAIL;
		return PPTP_ERROR_ROUTE;
	}
	return PPTP_OK;
}

static enum pptp_error ask(int fd, const struct request *q,
			   struct pptp_route *route)
{
	_Alignas(struct nlmsghdr) char answer[4096];
	ssize_t n;

	if (send(fd, q, q->header.nlmsg_len, 0) < 0)
		return PPTP_ERROR_SYSTEM;
	do
		n = recv(fd, answer, sizeof(answer), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return PPTP_ERROR_SYSTEM;
	return read_answer(answer, (size_t)n, route);
}

/* 0, or the index of an interface that is up. */
static enum pptp_error find_interface(int fd, const char *name, unsigned *index)
{
	struct ifreq request;

	*index = 0;
	if (name == NULL)
		return PPTP_OK;
	memset(&request, 0, sizeof(request));
	if (name[0] == '\0' || strlen(name) >= sizeof(request.ifr_name)) {
		errno = ENODEV;
		return PPTP_ERROR_INTERFACE;
	}
	memcpy(request.ifr_name, name, strlen(name));
	if (ioctl(fd, SIOCGIFFLAGS, &request) < 0)
		return PPTP_ERROR_INTERFACE;
	if ((request.ifr_flags & IFF_UP) == 0) {
		errno = ENETDOWN;
		return PPTP_ERROR_INTERFACE;
	}
	if (ioctl(fd, SIOCGIFINDEX, &request) < 0)
		return PPTP_ERROR_INTERFACE;
	*index = (unsigned)request.ifr_ifindex;
	return PPTP_OK;
}

static enum pptp_error find(int fd, const struct pptp_address *target,
			    const char *interface, struct pptp_route *route)
{
	struct request q;
	struct ifreq name;
	unsigned index;
	enum pptp_error error = find_interface(fd, interface, &index);

	if (error != PPTP_OK)
		return error;
	build(&q, target, index);
	error = ask(fd, &q, route);
	if (error != PPTP_OK)
		return error;
	/* A local target's route leads to lo, whatever was asked for. Libc would
	 * ask through a socket of its own, and where none is to be had it gives
	 * an errno that says something else. */
	memset(&name, 0, sizeof(name));
	name.ifr_ifindex = (int)route->index;
	if (ioctl(fd, SIOCGIFNAME, &name) < 0)
		return PPTP_ERROR_SYSTEM;
	memcpy(route->interface, name.ifr_name, sizeof(route->interface));
	return PPTP_OK;
}

enum pptp_error pptp_route_find(int *router, const struct pptp_address *target,
				const char *interface, struct pptp_route *route)
{
	enum pptp_error error;
	int saved;

	memset(route, 0, sizeof(*route));
	if (target->family != 4 && target->family != 6) {
		errno = EAFNOSUPPORT;
		return PPTP_ERROR_ROUTE;
	}
	if (*router < 0)
		*router =
		    socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (*router < 0)
		return PPTP_ERROR_SYSTEM;
	error = find(*router, target, interface, route);
	if (error == PPTP_ERROR_SYSTEM) {
		/* A late answer must not be the next question's. */
		saved = errno;
		close(*router);
		*router = -1;
		errno = saved;
	}
	return error;
}
