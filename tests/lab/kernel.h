/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * connect() as Linux has it, without I/O: its SYN has time stamps and ports of
 * its own, it is sent again after 1, 3 and 7 s, and the first ICMP
 * "unreachable" that quotes it ends the call, unless the socket was told to
 * look at the TTL of what ICMP quotes (IP_MINTTL).
 */
#ifndef LAB_KERNEL_H
#define LAB_KERNEL_H

#include "core/conversation.h"

struct lab_kernel {
	struct pptp_address source, target;
	uint16_t source_port, port;
	uint32_t sequence;
	bool trying, deaf; /* deaf: ICMP does not end it */
	unsigned sends;
	int64_t resend; /* PPTP_NEVER where it does not try */
};

#define LAB_KERNEL_SYN 60 /* bytes */

/* `random` makes the port and the sequence number. */
void lab_kernel_connect(struct lab_kernel *k, const struct pptp_address *source,
			const struct pptp_address *target, uint16_t port,
			bool deaf, uint32_t random, int64_t now);
/* Its SYN, first or again; when the next one is due. */
size_t lab_kernel_syn(struct lab_kernel *k, uint8_t packet[LAB_KERNEL_SYN],
		      int64_t now);
/* True where the packet ends the call, and how. */
bool lab_kernel_packet(struct lab_kernel *k, const void *packet, size_t length,
		       enum pptp_input *how);
void lab_kernel_close(struct lab_kernel *k);

#endif
