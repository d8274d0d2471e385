/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/send.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "format/ip.h"

struct pptp_sender {
	int v4, v6; /* -1: no such family */
};

static enum pptp_error system_error(void)
{
	switch (errno) {
	case EPERM:
	case EACCES:
		return PPTP_ERROR_PRIVILEGE;
	case ENODEV:
		return PPTP_ERROR_INTERFACE;
	default:
		return PPTP_ERROR_SYSTEM;
	}
}

static int bind_to(int fd, const struct pptp_address *source, unsigned index)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6};

	if (source->family == 4) {
		memcpy(&sin.sin_addr, source->bytes, sizeof(sin.sin_addr));
		return bind(fd, (const struct sockaddr *)&sin, sizeof(sin));
	}
	memcpy(&sin6.sin6_addr, source->bytes, sizeof(sin6.sin6_addr));
	if (IN6_IS_ADDR_LINKLOCAL(&sin6.sin6_addr))
		sin6.sin6_scope_id = index;
	return bind(fd, (const struct sockaddr *)&sin6, sizeof(sin6));
}

/* IPPROTO_RAW: the header is ours, and nothing is ever received. */
static int open_raw(int family, const char *interface,
		    const struct pptp_address *source, unsigned index)
{
	int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			IPPROTO_RAW);
	int error;

	if (fd < 0)
		return -1;
	if ((interface == NULL ||
	     setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface,
			(socklen_t)strlen(interface)) == 0) &&
	    (source == NULL || bind_to(fd, source, index) == 0))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

static bool open_families(struct pptp_sender *s, const char *interface,
			  const struct pptp_address *source, unsigned index)
{
	if (source == NULL || source->family == 4)
		s->v4 = open_raw(AF_INET, interface, source, index);
	if (source != NULL && source->family == 4)
		return s->v4 >= 0;
	if (source == NULL && s->v4 < 0)
		return false;
	s->v6 = open_raw(AF_INET6, interface, source, index);
	return s->v6 >= 0 || (source == NULL && errno == EAFNOSUPPORT);
}

enum pptp_error pptp_sender_open(struct pptp_sender **s, const char *interface,
				 const struct pptp_address *source,
				 unsigned index)
{
	struct pptp_sender *sender = malloc(sizeof(*sender));
	enum pptp_error error;

	*s = NULL;
	if (sender == NULL)
		return PPTP_ERROR_SYSTEM;
	sender->v4 = sender->v6 = -1;
	if (!open_families(sender, interface, source, index)) {
		error = system_error();
		pptp_sender_close(sender);
		return error;
	}
	*s = sender;
	return PPTP_OK;
}

void pptp_sender_close(struct pptp_sender *s)
{
	int error = errno; /* of what made the caller give up */

	if (s == NULL)
		return;
	if (s->v4 >= 0)
		close(s->v4);
	if (s->v6 >= 0)
		close(s->v6);
	free(s);
	errno = error;
}

static ssize_t send_v4(int fd, const struct pptp_address *to,
		       const void *packet, size_t length)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};

	memcpy(&sin.sin_addr, to->bytes, sizeof(sin.sin_addr));
	return sendto(fd, packet, length, MSG_DONTWAIT | MSG_NOSIGNAL,
		      (const struct sockaddr *)&sin, sizeof(sin));
}

static ssize_t send_v6(int fd, const struct pptp_address *to,
		       const void *packet, size_t length)
{
	/* A port here would be taken for a protocol number, and refused. */
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6};

	memcpy(&sin6.sin6_addr, to->bytes, sizeof(sin6.sin6_addr));
	return sendto(fd, packet, length, MSG_DONTWAIT | MSG_NOSIGNAL,
		      (const struct sockaddr *)&sin6, sizeof(sin6));
}

enum pptp_error pptp_sender_send(struct pptp_sender *s, const void *packet,
				 size_t length)
{
	struct pptp_reader r;
	struct pptp_ip ip;
	ssize_t sent;

	pptp_reader_init(&r, packet, length);
	if (!pptp_ip_decode(&ip, &r) || ip.truncated)
		return PPTP_ERROR_ARGUMENT;
	if ((ip.destination.family == 6 ? s->v6 : s->v4) < 0) {
		errno = EAFNOSUPPORT;
		return PPTP_ERROR_SYSTEM;
	}
	if (ip.destination.family == 6)
		sent = send_v6(s->v6, &ip.destination, packet, length);
	else
		sent = send_v4(s->v4, &ip.destination, packet, length);
	return sent < 0 ? PPTP_ERROR_SYSTEM : PPTP_OK;
}
