/* SPDX-License-Identifier: BSD-2-Clause */
/* Preloaded into pptpd, which knows the port 1723 alone: PPTP_PORT instead. */
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PPTP 1723

int bind(int fd, const struct sockaddr *address, socklen_t size)
{
	static int (*real)(int, const struct sockaddr *, socklen_t);
	const char *wanted = getenv("PPTP_PORT");
	struct sockaddr_in own;
	void *found = dlsym(RTLD_NEXT, "bind");

	memcpy(&real, &found, sizeof(real));
	if (address->sa_family != AF_INET || size < sizeof(own) || !wanted)
		return real(fd, address, size);
	memcpy(&own, address, sizeof(own));
	if (own.sin_port == htons(PPTP))
		own.sin_port = htons((unsigned short)atoi(wanted));
	return real(fd, (const struct sockaddr *)&own, sizeof(own));
}
