/* SPDX-License-Identifier: BSD-2-Clause */
/* With which servers other users of this host have TCP connections
 * (sock_diag(7)). */
#ifndef PPTP_TCP_OTHERS_H
#define PPTP_TCP_OTHERS_H

#include <stddef.h>
#include <sys/types.h>

#include "format/address.h"

#define PPTP_TCP_OTHERS 1024 /* servers, at most */

/* What the kernel said of one port, for a second. Zeroed before use. */
struct pptp_tcp_others {
	uid_t user; /* who is no other; set by its user */
	uint16_t port;
	int64_t until;
	int error;
	size_t count;
	struct pptp_address servers[PPTP_TCP_OTHERS];
};

/* EBUSY: another user of this network namespace has an established connection
 * from here to that port; 0: none had, a second ago at most. Another errno where
 * the kernel does not say, or they are too many (ENOBUFS). `now_us` of a
 * monotonic clock. */
int pptp_tcp_others_find(struct pptp_tcp_others *o,
			 const struct pptp_address *target, uint16_t port,
			 int64_t now_us);

#endif
