/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SYNs of a sweep, stamped out of one that is complete but for what differs:
 * target, ports, sequence number, identification, and by these the checksums
 * (RFC 1624). And the RST that ends what a SYN-ACK opened.
 */
#ifndef PPTP_TEMPLATE_H
#define PPTP_TEMPLATE_H

#include "scan/cookie.h"

#define PPTP_ETHERNET_HEADER 14
/* Ethernet, IPv6, TCP with its options. */
#define PPTP_TEMPLATE_MAX    (PPTP_ETHERNET_HEADER + 40 + 32)

struct pptp_template {
	struct pptp_address source;
	size_t start;    /* of the IP packet: 0, or PPTP_ETHERNET_HEADER */
	size_t length;   /* of a SYN */
	uint32_t ip_sum; /* of what never changes, before it is inverted */
	uint32_t tcp_sum;
	uint8_t ttl;
	uint8_t frame[PPTP_TEMPLATE_MAX];
};

/* `ethernet`: destination, source and type in 14 bytes, or NULL where frames
 * are bare IP packets. The SYN is pptp_tcp_syn_encode's, with this source. */
void pptp_template_init(struct pptp_template *t, const uint8_t *ethernet,
			const struct pptp_address *source, uint8_t ttl,
			uint16_t window);
/* `target` is of the source's family; `frame` has room for `length`. */
void pptp_template_syn(const struct pptp_template *t,
		       const struct pptp_address *target, uint16_t port,
		       const struct pptp_cookie *cookie, uint8_t *frame);
/* Answers a SYN-ACK as a host that never sent the SYN does: a RST at the
 * number that it acknowledges (RFC 9293 3.10.7.1). Returns the frame's length,
 * which is below `length`. */
size_t pptp_template_reset(const struct pptp_template *t,
			   const struct pptp_address *target, uint16_t port,
			   uint16_t source_port, uint32_t acknowledged,
			   uint8_t *frame);

#endif
