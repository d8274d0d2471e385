/* SPDX-License-Identifier: BSD-2-Clause */
/* One TCP connection of the kernel's, and what a loop is told about it. Nothing
 * here blocks. Functions that give an errno give 0 where all is well. */
#ifndef PPTP_CONNECTION_H
#define PPTP_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "format/address.h"
#include "net/loop.h"

#define PPTP_CONNECTION_OUT 512 /* what a socket did not take at once */

struct pptp_connection {
	int fd;    /* -1: none */
	int error; /* errno of what opening it met; it cannot connect then */
	bool connecting, connected;
	bool broken;   /* what is left is read, and RESET is its end */
	uint32_t sent; /* bytes that were to go out */
	size_t out_length;
	uint8_t out[PPTP_CONNECTION_OUT];
};

/* Where it leads, and from where: `interface` NULL as routed. `index` is the
 * interface that a link-local address needs. */
struct pptp_connection_way {
	const struct pptp_address *source, *target;
	uint16_t port;
	const char *interface;
	unsigned index;
	struct pptp_loop *loop;
	struct pptp_watch *watch; /* what is called for it */
};

socklen_t pptp_connection_sockaddr(struct sockaddr_storage *to,
				   const struct pptp_address *a, uint16_t port,
				   unsigned index);
/* False where the system is short of something, with errno: later again. What
 * else went wrong is in `error`, for connect() to tell. */
bool pptp_connection_open(struct pptp_connection *c,
			  const struct pptp_connection_way *way);
/* `deaf`: so that ICMP does not end it, over IPv4. */
int pptp_connection_begin(struct pptp_connection *c,
			  const struct pptp_connection_way *way, bool deaf);
/* What connect() came to; connected where 0. ECONNRESET and EPIPE: connected,
 * and broken. */
int pptp_connection_end(struct pptp_connection *c,
			const struct pptp_connection_way *way);
/* All of it or what fits; the rest goes out by flush() when it is writable. */
int pptp_connection_send(struct pptp_connection *c,
			 const struct pptp_connection_way *way,
			 const void *bytes, size_t length);
int pptp_connection_flush(struct pptp_connection *c,
			  const struct pptp_connection_way *way);
/* Of what was to go out, how many bytes the other end has not acknowledged. */
uint32_t pptp_connection_untaken(const struct pptp_connection *c);
/* A connection again, after unwatch(). */
void pptp_connection_watch(struct pptp_connection *c,
			   const struct pptp_connection_way *way);
void pptp_connection_unwatch(struct pptp_connection *c,
			     const struct pptp_connection_way *way);
void pptp_connection_close(struct pptp_connection *c,
			   const struct pptp_connection_way *way);

#endif
