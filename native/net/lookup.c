/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/lookup.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

bool pptp_lookup_address(struct pptp_address *a, const struct sockaddr *from)
{
	struct sockaddr_in sin;
	struct sockaddr_in6 sin6;

	memset(a, 0, sizeof(*a));
	if (from->sa_family == AF_INET) {
		memcpy(&sin, from, sizeof(sin));
		a->family = 4;
		memcpy(a->bytes, &sin.sin_addr, 4);
	} else if (from->sa_family == AF_INET6) {
		memcpy(&sin6, from, sizeof(sin6));
		a->family = 6;
		memcpy(a->bytes, &sin6.sin6_addr, 16);
	}
	return a->family != 0;
}

bool pptp_lookup_choose(const struct addrinfo *all, struct pptp_address *chosen)
{
	struct pptp_address a;

	chosen->family = 0;
	for (; all != NULL && chosen->family != 4; all = all->ai_next)
		if (pptp_lookup_address(&a, all->ai_addr) &&
		    (chosen->family == 0 || a.family == 4))
			*chosen = a;
	return chosen->family != 0;
}

enum pptp_error pptp_lookup(const char *name, uint8_t family,
			    struct addrinfo **all, char *text, size_t room)
{
	struct addrinfo hints = {
	    .ai_family = family == 4   ? AF_INET
			 : family == 6 ? AF_INET6
				       : AF_UNSPEC,
	    .ai_socktype = SOCK_STREAM,
	};
	int status = getaddrinfo(name, NULL, &hints, all);

	if (status == 0)
		return PPTP_OK;
	snprintf(text, room,
		 "host name '%s' does not resolve: %s; check it, or give its "
		 "address",
		 name, gai_strerror(status));
	return PPTP_ERROR_NAME;
}
