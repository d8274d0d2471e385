/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole IP packets out through raw sockets; the kernel routes (raw(7)), and by
 * the source as well where the socket is bound to it. */
#ifndef PPTP_SEND_H
#define PPTP_SEND_H

#include <stddef.h>

#include "format/address.h"
#include "format/error.h"

struct pptp_sender;

/* `interface` NULL: as routed. `source` NULL: of both families, and routed as
 * if it had none; else of that family alone, bound to it, and of the interface
 * `index` where it is link-local. PPTP_ERROR_PRIVILEGE, _INTERFACE, _SYSTEM. */
enum pptp_error pptp_sender_open(struct pptp_sender **s, const char *interface,
				 const struct pptp_address *source,
				 unsigned index) PPTP_MUST_USE;
void pptp_sender_close(struct pptp_sender *s); /* NULL is allowed */
/* One IPv4 or IPv6 packet with its header. PPTP_ERROR_SYSTEM with errno;
 * PPTP_ERROR_ARGUMENT where it is no IP packet. Never blocks: EAGAIN and
 * ENOBUFS pass. */
enum pptp_error pptp_sender_send(struct pptp_sender *s, const void *packet,
				 size_t length) PPTP_MUST_USE;

#endif
