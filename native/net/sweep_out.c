/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/sweep_out.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define TTL         64
#define WINDOW      64240 /* as a Linux host without time stamps */
#define SEND_BUFFER 4194304

enum kind {
	KIND_FRAME,
	KIND_V4,
	KIND_V6,
	KINDS,
};

union name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

struct pptp_sweep_out {
	int fds[KINDS]; /* -1: none */
	unsigned index; /* of the interface that frames leave by */
	uint8_t hardware[PPTP_HARDWARE];
	struct pptp_address v4, v6;
	struct pptp_gateways gateways;
	struct pptp_template raw_v4, raw_v6, frame;
	uint64_t refused;
	bool framed;
	/* The batch: what stands from `done` on is to be sent. */
	unsigned done, count;
	enum kind kinds[PPTP_PACE_BATCH];
	union name names[PPTP_PACE_BATCH];
	struct iovec parts[PPTP_PACE_BATCH];
	struct mmsghdr messages[PPTP_PACE_BATCH];
	uint8_t bytes[PPTP_PACE_BATCH][PPTP_TEMPLATE_MAX];
};

static enum pptp_error fail(const char *what, char *text, size_t room)
{
	snprintf(text, room, "cannot open a socket for %s: %s", what,
		 strerror(errno));
	return errno == EPERM || errno == EACCES ? PPTP_ERROR_PRIVILEGE
						 : PPTP_ERROR_SYSTEM;
}

/* More than the system's most takes CAP_NET_ADMIN; without it that most. */
static void set_buffer(int fd)
{
	const int room = SEND_BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room)) !=
	    0)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
}

/* IPPROTO_RAW: the header is ours, and nothing is ever received. */
static int open_raw(int family, const char *interface,
		    const struct pptp_address *source)
{
	union name name;
	socklen_t size = family == AF_INET ? sizeof(name.v4) : sizeof(name.v6);
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);

	if (fd < 0)
		return -1;
	memset(&name, 0, sizeof(name));
	name.any.sa_family = (sa_family_t)family;
	if (family == AF_INET)
		memcpy(&name.v4.sin_addr, source->bytes, 4);
	else
		memcpy(&name.v6.sin6_addr, source->bytes, 16);
	set_buffer(fd);
	if ((interface == NULL ||
	     setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
			(socklen_t)strlen(interface)) == 0) &&
	    bind(fd, &name.any, size) == 0)
		return fd;
	close(fd);
	return -1;
}

/* Protocol 0: the socket never receives, so nothing is copied to it. Bound, so
 * that no packet has the kernel look for its interface. */
static int open_packet(int index)
{
	const struct sockaddr_ll at = {.sll_family = AF_PACKET,
				       .sll_ifindex = index};
	const int on = 1;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0) {
		close(fd);
		return -1;
	}
	/* without it packets only leave more slowly */
	setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
	set_buffer(fd);
	return fd;
}

/* Only where the interface is Ethernet: frames are made by hand. */
static void open_frames(struct pptp_sweep_out *o, const char *interface)
{
	struct ifreq request;

	memset(&request, 0, sizeof(request));
	if (strlen(interface) >= sizeof(request.ifr_name))
		return;
	memcpy(request.ifr_name, interface, strlen(interface));
	if (ioctl(o->fds[KIND_V4], SIOCGIFHWADDR, &request) != 0 ||
	    request.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return;
	memcpy(o->hardware, request.ifr_hwaddr.sa_data, PPTP_HARDWARE);
	if (ioctl(o->fds[KIND_V4], SIOCGIFINDEX, &request) != 0)
		return;
	o->index = (unsigned)request.ifr_ifindex;
	o->fds[KIND_FRAME] = open_packet(request.ifr_ifindex);
	pptp_sweep_out_refresh(o);
}

static enum pptp_error open_all(struct pptp_sweep_out *o,
				const struct pptp_sweep_out_config *config,
				char *text, size_t room)
{
	static const uint8_t blank[PPTP_ETHERNET_HEADER] = {
	    [12] = 0x08, [13] = 0x00}; /* IPv4 */

	o->v4 = config->v4;
	o->v6 = config->v6;
	if (o->v4.family == 4) {
		o->fds[KIND_V4] = open_raw(AF_INET, config->interface, &o->v4);
		if (o->fds[KIND_V4] < 0)
			return fail("IPv4 packets", text, room);
		pptp_template_init(&o->raw_v4, NULL, &o->v4, TTL, WINDOW);
		pptp_template_init(&o->frame, blank, &o->v4, TTL, WINDOW);
	}
	if (o->v6.family == 6) {
		o->fds[KIND_V6] = open_raw(AF_INET6, config->interface, &o->v6);
		if (o->fds[KIND_V6] < 0)
			return fail("IPv6 packets", text, room);
		pptp_template_init(&o->raw_v6, NULL, &o->v6, TTL, WINDOW);
	}
	if (o->v4.family == 4 && config->frames && config->interface != NULL)
		open_frames(o, config->interface);
	return PPTP_OK;
}

enum pptp_error pptp_sweep_out_open(struct pptp_sweep_out **o,
				    const struct pptp_sweep_out_config *config,
				    char *text, size_t room)
{
	struct pptp_sweep_out *out = calloc(1, sizeof(*out));
	enum pptp_error error;
	int i;

	*o = NULL;
	if (out == NULL) {
		snprintf(text, room, "not enough memory for a batch");
		return PPTP_ERROR_SYSTEM;
	}
	for (i = 0; i < KINDS; i++)
		out->fds[i] = -1;
	for (i = 0; i < PPTP_PACE_BATCH; i++) {
		out->parts[i].iov_base = out->bytes[i];
		out->messages[i].msg_hdr.msg_iov = &out->parts[i];
		out->messages[i].msg_hdr.msg_iovlen = 1;
	}
	error = open_all(out, config, text, room);
	if (error == PPTP_OK)
		*o = out;
	else
		pptp_sweep_out_close(out);
	return error;
}

void pptp_sweep_out_close(struct pptp_sweep_out *o)
{
	int i;

	if (o == NULL)
		return;
	for (i = 0; i < KINDS; i++)
		if (o->fds[i] >= 0)
			close(o->fds[i]);
	free(o);
}

void pptp_sweep_out_refresh(struct pptp_sweep_out *o)
{
	if (o->fds[KIND_FRAME] >= 0)
		pptp_gateways_read(&o->gateways, o->index);
}

/* The next place of the batch. */
static unsigned take_place(struct pptp_sweep_out *o)
{
	if (o->done == o->count)
		o->done = o->count = 0;
	return o->count++;
}

static void set_name(struct pptp_sweep_out *o, unsigned i,
		     const struct pptp_address *target)
{
	struct msghdr *message = &o->messages[i].msg_hdr;
	union name *name = &o->names[i];

	message->msg_name = name;
	switch (o->kinds[i]) {
	case KIND_FRAME:
		message->msg_name = NULL;
		message->msg_namelen = 0;
		break;
	case KIND_V6:
		/* a port would be taken for a protocol */
		memset(name, 0, sizeof(*name));
		name->v6.sin6_family = AF_INET6;
		memcpy(&name->v6.sin6_addr, target->bytes, 16);
		message->msg_namelen = sizeof(name->v6);
		break;
	case KIND_V4:
	case KINDS:
	default:
		memset(name, 0, sizeof(*name));
		name->v4.sin_family = AF_INET;
		memcpy(&name->v4.sin_addr, target->bytes, 4);
		message->msg_namelen = sizeof(name->v4);
		break;
	}
}

/* Which way a target's packets go, and their template. */
static const struct pptp_template *choose(struct pptp_sweep_out *o, unsigned i,
					  const struct pptp_address *target)
{
	const struct pptp_gateway_route *route = NULL;

	if (target->family == 6) {
		o->kinds[i] = KIND_V6;
		return &o->raw_v6;
	}
	if (o->gateways.count > 0)
		route = pptp_gateways_find(&o->gateways,
					   pptp_address_v4_value(target));
	if (route == NULL) {
		o->kinds[i] = KIND_V4;
		return &o->raw_v4;
	}
	o->kinds[i] = KIND_FRAME;
	__atomic_store_n(&o->framed, true, __ATOMIC_RELAXED);
	memcpy(o->frame.frame, route->hardware, PPTP_HARDWARE);
	memcpy(o->frame.frame + PPTP_HARDWARE, o->hardware, PPTP_HARDWARE);
	return &o->frame;
}

static void finish(struct pptp_sweep_out *o, unsigned i,
		   const struct pptp_address *target, size_t length)
{
	o->parts[i].iov_len = length;
	set_name(o, i, target);
}

void pptp_sweep_out_syn(struct pptp_sweep_out *o,
			const struct pptp_address *target, uint16_t port,
			const struct pptp_cookie *cookie)
{
	unsigned i = take_place(o);
	const struct pptp_template *t = choose(o, i, target);

	pptp_template_syn(t, target, port, cookie, o->bytes[i]);
	finish(o, i, target, t->length);
}

void pptp_sweep_out_reset(struct pptp_sweep_out *o,
			  const struct pptp_address *target, uint16_t port,
			  uint16_t source_port, uint32_t acknowledged)
{
	unsigned i = take_place(o);
	const struct pptp_template *t = choose(o, i, target);
	size_t length = pptp_template_reset(t, target, port, source_port,
					    acknowledged, o->bytes[i]);

	finish(o, i, target, length);
}

size_t pptp_sweep_out_copy(const struct pptp_address *source,
			   const struct pptp_address *target, uint16_t port,
			   const struct pptp_cookie *cookie, uint8_t *packet)
{
	struct pptp_template t;

	pptp_template_init(&t, NULL, source, TTL, WINDOW);
	pptp_template_syn(&t, target, port, cookie, packet);
	return t.length;
}

unsigned pptp_sweep_out_waiting(const struct pptp_sweep_out *o)
{
	return o->count - o->done;
}

/* What may pass: no room, or an interface that is down for a while. */
static bool may_pass(int error)
{
	return error == ENOBUFS || error == EAGAIN || error == ENOMEM ||
	       error == EINTR || error == ENETDOWN || error == ENXIO;
}

/* How many from `done` on leave by one socket. */
static unsigned run_of(const struct pptp_sweep_out *o, unsigned most)
{
	unsigned n = 1;

	while (n < most && o->kinds[o->done + n] == o->kinds[o->done])
		n++;
	return n;
}

unsigned pptp_sweep_out_send(struct pptp_sweep_out *o, unsigned most)
{
	unsigned n, total = 0;
	int sent;

	errno = 0;
	if (most > o->count - o->done)
		most = o->count - o->done;
	while (total < most) {
		n = run_of(o, most - total);
		sent = sendmmsg(o->fds[o->kinds[o->done]],
				&o->messages[o->done], n, MSG_DONTWAIT);
		if (sent < 0 && may_pass(errno))
			return total;
		if (sent < 0) {
			o->refused++;
			sent = 1;
		}
		o->done += (unsigned)sent;
		total += (unsigned)sent;
	}
	errno = 0;
	return total;
}

uint64_t pptp_sweep_out_refused(const struct pptp_sweep_out *o)
{
	return __atomic_load_n(&o->refused, __ATOMIC_RELAXED);
}

bool pptp_sweep_out_framed(const struct pptp_sweep_out *o)
{
	return __atomic_load_n(&o->framed, __ATOMIC_RELAXED);
}
