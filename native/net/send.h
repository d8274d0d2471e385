/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole IP packets out through raw sockets; the kernel routes (raw(7)). */
#ifndef PPTP_SEND_H
#define PPTP_SEND_H

#include <stddef.h>

#include "core/error.h"

struct pptp_sender;

/* `interface` NULL: as routed. PPTP_ERROR_PRIVILEGE, _INTERFACE, _SYSTEM. */
enum pptp_error pptp_sender_open(struct pptp_sender **s,
				 const char *interface) PPTP_MUST_USE;
void pptp_sender_close(struct pptp_sender *s); /* NULL is allowed */
/* One IPv4 or IPv6 packet with its header. PPTP_ERROR_SYSTEM with errno;
 * PPTP_ERROR_ARGUMENT where it is no IP packet. Never blocks. */
enum pptp_error pptp_sender_send(struct pptp_sender *s, const void *packet,
				 size_t length) PPTP_MUST_USE;

#endif
