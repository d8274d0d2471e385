/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/gateway.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "format/bytes.h"

#define DUMP_ROOM   32768
/* What every host has: rules for local, main and default tables. */
#define RULES_USUAL 3

/* Returns false where the dump is to end as one that says nothing. */
typedef bool each(void *context, const struct nlmsghdr *header);

static uint32_t address_of(const void *bytes)
{
	struct pptp_reader r;

	pptp_reader_init(&r, bytes, 4);
	return pptp_read_u32(&r);
}

/* The attribute's value, if it has at least `size` bytes; NULL: not there. */
static const void *attribute(const struct nlmsghdr *header, size_t head,
			     unsigned short type, size_t size)
{
	size_t at = NLMSG_LENGTH(head), length = header->nlmsg_len;
	const char *base = (const char *)header;
	struct rtattr a;

	while (at + sizeof(a) <= length) {
		memcpy(&a, base + at, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > length - at)
			return NULL;
		if (a.rta_type == type && RTA_PAYLOAD(&a) >= size)
			return base + at + RTA_LENGTH(0);
		at += RTA_ALIGN(a.rta_len);
	}
	return NULL;
}

/* 1: more follows, 0: the dump has ended, -1: it is broken. */
static int take_answers(const void *answers, size_t left, each *call,
			void *context)
{
	const struct nlmsghdr *h = answers;

	for (; left >= sizeof(*h) && h->nlmsg_len >= sizeof(*h) &&
	       h->nlmsg_len <= left;) {
		size_t step = NLMSG_ALIGN(h->nlmsg_len);

		if (h->nlmsg_type == NLMSG_DONE)
			return 0;
		if (h->nlmsg_type == NLMSG_ERROR || !call(context, h))
			return -1;
		left -= step < left ? step : left;
		h = (const struct nlmsghdr *)((const char *)h + step);
	}
	return 1;
}

static bool dump(int fd, unsigned short type, size_t head, each *call,
		 void *context)
{
	_Alignas(struct nlmsghdr) char answers[DUMP_ROOM];
	struct {
		struct nlmsghdr header;
		char body[32]; /* zeros but for the family */
	} q;
	ssize_t n;
	int more = 1;

	memset(&q, 0, sizeof(q));
	q.header.nlmsg_len = (unsigned)NLMSG_LENGTH(head);
	q.header.nlmsg_type = type;
	q.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	q.body[0] = AF_INET; /* first in each kind's head */
	if (send(fd, &q, q.header.nlmsg_len, 0) < 0)
		return false;
	while (more > 0) {
		n = recv(fd, answers, sizeof(answers), MSG_TRUNC);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || (size_t)n > sizeof(answers))
			return false;
		more = take_answers(answers, (size_t)n, call, context);
	}
	return more == 0;
}

static bool count_rule(void *context, const struct nlmsghdr *header)
{
	(void)header;
	++*(unsigned *)context;
	return true;
}

struct reading {
	struct pptp_gateways *g;
	unsigned index;
};

/* Whether the route is one that a frame may follow: one next hop, by our
 * interface, through a gateway. All others are the kernel's to follow. */
static void read_route(const struct reading *in, const struct nlmsghdr *header,
		       const struct rtmsg *m, struct pptp_gateway_route *r)
{
	const void *out = attribute(header, sizeof(*m), RTA_OIF, 4);
	const void *gateway = attribute(header, sizeof(*m), RTA_GATEWAY, 4);
	const void *metric = attribute(header, sizeof(*m), RTA_PRIORITY, 4);
	const void *prefix = attribute(header, sizeof(*m), RTA_DST, 4);
	unsigned index = 0;

	memset(r, 0, sizeof(*r));
	r->length = m->rtm_dst_len;
	if (prefix != NULL)
		r->prefix = address_of(prefix);
	if (metric != NULL)
		memcpy(&r->metric, metric, sizeof(r->metric));
	if (out != NULL)
		memcpy(&index, out, sizeof(index));
	if (m->rtm_type == RTN_UNICAST && index == in->index &&
	    gateway != NULL && m->rtm_tos == 0) {
		r->gatewayed = true;
		r->gateway = address_of(gateway);
	}
}

static bool add_route(void *context, const struct nlmsghdr *header)
{
	struct reading *in = context;
	struct rtmsg m;

	if (header->nlmsg_type != RTM_NEWROUTE ||
	    header->nlmsg_len < NLMSG_LENGTH(sizeof(m)))
		return true;
	memcpy(&m, NLMSG_DATA(header), sizeof(m));
	if (m.rtm_flags & RTM_F_CLONED)
		return true;
	if (m.rtm_table != RT_TABLE_MAIN && m.rtm_table != RT_TABLE_LOCAL &&
	    m.rtm_table != RT_TABLE_DEFAULT)
		return true;
	if (in->g->count == PPTP_GATEWAY_ROUTES)
		return false;
	read_route(in, header, &m, &in->g->routes[in->g->count++]);
	return true;
}

static bool add_neighbour(void *context, const struct nlmsghdr *header)
{
	struct reading *in = context;
	struct ndmsg m;
	const void *address, *hardware;
	size_t i;

	if (header->nlmsg_type != RTM_NEWNEIGH ||
	    header->nlmsg_len < NLMSG_LENGTH(sizeof(m)))
		return true;
	memcpy(&m, NLMSG_DATA(header), sizeof(m));
	address = attribute(header, sizeof(m), NDA_DST, 4);
	hardware = attribute(header, sizeof(m), NDA_LLADDR, PPTP_HARDWARE);
	if ((unsigned)m.ndm_ifindex != in->index || address == NULL ||
	    hardware == NULL || m.ndm_state & (NUD_FAILED | NUD_INCOMPLETE))
		return true;
	for (i = 0; i < in->g->count; i++) {
		struct pptp_gateway_route *r = &in->g->routes[i];

		if (!r->gatewayed || r->gateway != address_of(address))
			continue;
		r->known = true;
		memcpy(r->hardware, hardware, PPTP_HARDWARE);
	}
	return true;
}

/* As the kernel prefers them. */
static int by_preference(const void *a, const void *b)
{
	const struct pptp_gateway_route *x = a, *y = b;

	if (x->length != y->length)
		return x->length < y->length ? 1 : -1;
	return (x->metric > y->metric) - (x->metric < y->metric);
}

static bool holds(const struct pptp_gateway_route *r, uint32_t target)
{
	return r->length == 0 || (target ^ r->prefix) >> (32 - r->length) == 0;
}

/* Whether some target with this first byte may be the route's. */
static bool touches(const struct pptp_gateway_route *r, uint32_t byte)
{
	return r->length > 8 ? r->prefix >> 24 == byte : holds(r, byte << 24);
}

static void index_routes(struct pptp_gateways *g)
{
	uint32_t byte;
	uint16_t i;

	for (byte = 0; byte < 256; byte++) {
		for (i = 0; i < g->count && !touches(&g->routes[i], byte); i++)
			;
		g->begin[byte] = i;
	}
}

static bool read_all(struct pptp_gateways *g, unsigned index, int fd)
{
	struct reading in = {g, index};
	unsigned rules = 0;

	if (!dump(fd, RTM_GETRULE, sizeof(struct rtmsg), count_rule, &rules) ||
	    rules > RULES_USUAL ||
	    !dump(fd, RTM_GETROUTE, sizeof(struct rtmsg), add_route, &in) ||
	    !dump(fd, RTM_GETNEIGH, sizeof(struct ndmsg), add_neighbour, &in))
		return false;
	qsort(g->routes, g->count, sizeof(g->routes[0]), by_preference);
	index_routes(g);
	return true;
}

bool pptp_gateways_read(struct pptp_gateways *g, unsigned index)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	bool known;

	g->count = 0;
	if (fd < 0)
		return false;
	known = read_all(g, index, fd);
	close(fd);
	if (!known)
		g->count = 0;
	return known;
}

const struct pptp_gateway_route *
pptp_gateways_find(const struct pptp_gateways *g, uint32_t target)
{
	const struct pptp_gateway_route *r;

	for (r = g->routes + g->begin[target >> 24]; r < g->routes + g->count;
	     r++)
		if (holds(r, target))
			return r->gatewayed && r->known ? r : NULL;
	return NULL;
}
