/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/route.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
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

struct question {
	const struct pptp_address *target;
	struct pptp_address source; /* family 0: any */
	unsigned index, flags;      /* of the interface; 0: any */
};

/* `match`: the entry of the table instead of what the kernel makes of it. */
static void build(struct request *q, const struct question *about, bool match)
{
	size_t size = about->target->family == 6 ? 16 : 4;

	memset(q, 0, sizeof(*q));
	q->header.nlmsg_len = NLMSG_LENGTH(sizeof(q->route));
	q->header.nlmsg_type = RTM_GETROUTE;
	q->header.nlmsg_flags = NLM_F_REQUEST;
	q->route.rtm_family = about->target->family == 6 ? AF_INET6 : AF_INET;
	q->route.rtm_dst_len = (unsigned char)(size * 8);
	q->route.rtm_flags = match ? RTM_F_FIB_MATCH : 0;
	add_attribute(q, RTA_DST, about->target->bytes, size);
	if (about->source.family != 0) {
		q->route.rtm_src_len = (unsigned char)(size * 8);
		add_attribute(q, RTA_SRC, about->source.bytes, size);
	}
	if (about->index != 0)
		add_attribute(q, RTA_OIF, &about->index, sizeof(about->index));
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

/* A source that was asked with is not told again. */
static enum pptp_error read_route(const struct nlmsghdr *header,
				  const struct question *about,
				  struct pptp_route *route)
{
	struct rtmsg head;

	if (header->nlmsg_len < NLMSG_LENGTH(sizeof(head))) {
		errno = EBADMSG;
		return PPTP_ERROR_SYSTEM;
	}
	memcpy(&head, NLMSG_DATA(header), sizeof(head));
	memset(route, 0, sizeof(*route));
	read_attributes(header, header->nlmsg_len, route);
	route->local = head.rtm_type == RTN_LOCAL;
	if (about->source.family != 0)
		route->source = about->source;
	if (route->source.family != 0 && route->index != 0)
		return PPTP_OK;
	errno = EADDRNOTAVAIL;
	return PPTP_ERROR_ROUTE;
}

static enum pptp_error read_answer(const void *answer, size_t length,
				   const struct question *about,
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
	return route != NULL ? read_route(header, about, route) : PPTP_OK;
}

/* `route` NULL: whether an entry of the tables leads there is all. */
static enum pptp_error ask(int fd, const struct question *about,
			   struct pptp_route *route)
{
	_Alignas(struct nlmsghdr) char answer[4096];
	struct request q;
	ssize_t n;

	build(&q, about, route == NULL);
	if (send(fd, &q, q.header.nlmsg_len, 0) < 0)
		return PPTP_ERROR_SYSTEM;
	do
		n = recv(fd, answer, sizeof(answer), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return PPTP_ERROR_SYSTEM;
	return read_answer(answer, (size_t)n, about, route);
}

/* Of an interface that is up; 0 where none is named. */
static enum pptp_error find_interface(int fd, const char *name,
				      struct question *about)
{
	struct ifreq request;

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
	about->flags = (unsigned)request.ifr_flags;
	if ((about->flags & IFF_UP) == 0) {
		errno = ENETDOWN;
		return PPTP_ERROR_INTERFACE;
	}
	if (ioctl(fd, SIOCGIFINDEX, &request) < 0)
		return PPTP_ERROR_INTERFACE;
	about->index = (unsigned)request.ifr_ifindex;
	return PPTP_OK;
}

/* Without an entry that leads out by the interface the kernel takes the target
 * for a neighbour there, and asks for it by ARP, wherever it is. IPv6 does not,
 * and where there are no neighbours it is right. */
static enum pptp_error check_entry(int fd, const struct question *about,
				   const struct pptp_route *route)
{
	unsigned alone = IFF_POINTOPOINT | IFF_NOARP | IFF_LOOPBACK;

	if (about->index == 0 || about->flags & alone || route->local ||
	    about->target->family == 6)
		return PPTP_OK;
	return ask(fd, about, NULL);
}

/* Libc would ask through a socket of its own, and where none is to be had it
 * gives an errno that says something else. */
static enum pptp_error find_name(int fd, struct pptp_route *route)
{
	struct ifreq name;

	memset(&name, 0, sizeof(name));
	name.ifr_ifindex = (int)route->index;
	if (ioctl(fd, SIOCGIFNAME, &name) < 0)
		return PPTP_ERROR_SYSTEM;
	memcpy(route->interface, name.ifr_name, sizeof(route->interface));
	return PPTP_OK;
}

/* A local target's route leads to lo, whatever was asked for. */
static enum pptp_error find(int fd, struct question *about,
			    const char *interface, struct pptp_route *route)
{
	enum pptp_error error = find_interface(fd, interface, about);

	if (error != PPTP_OK)
		return error;
	error = ask(fd, about, route);
	/* Our sockets are bound to the source that it names, and a rule by
	 * source holds for them then. */
	if (error == PPTP_OK && about->source.family == 0) {
		about->source = route->source;
		error = ask(fd, about, route);
	}
	if (error == PPTP_OK)
		error = check_entry(fd, about, route);
	return error == PPTP_OK ? find_name(fd, route) : error;
}

enum pptp_error pptp_route_find(int *router, const struct pptp_address *target,
				const char *interface,
				const struct pptp_address *source,
				struct pptp_route *route)
{
	struct question about = {.target = target};
	enum pptp_error error;
	int saved;

	memset(route, 0, sizeof(*route));
	if ((target->family != 4 && target->family != 6) ||
	    (source != NULL && source->family != target->family)) {
		errno = EAFNOSUPPORT;
		return PPTP_ERROR_ROUTE;
	}
	if (source != NULL)
		about.source = *source;
	if (*router < 0)
		*router =
		    socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (*router < 0)
		return PPTP_ERROR_SYSTEM;
	error = find(*router, &about, interface, route);
	if (error == PPTP_ERROR_SYSTEM) {
		/* A late answer must not be the next question's. */
		saved = errno;
		close(*router);
		*router = -1;
		errno = saved;
	}
	return error;
}
