/* SPDX-License-Identifier: BSD-2-Clause */
/* ICMP (RFC 792, 1122, 1812) and ICMPv6 (RFC 4443), with the quoted packet. */
#ifndef PPTP_ICMP_H
#define PPTP_ICMP_H

#include "format/ip.h"

enum {
	PPTP_ICMP_ECHO_REPLY = 0,
	PPTP_ICMP_UNREACHABLE = 3,
	PPTP_ICMP_ECHO_REQUEST = 8,
	PPTP_ICMP_TIME_EXCEEDED = 11,
	PPTP_ICMPV6_UNREACHABLE = 1,
	PPTP_ICMPV6_TIME_EXCEEDED = 3,
	PPTP_ICMPV6_ECHO_REQUEST = 128,
	PPTP_ICMPV6_ECHO_REPLY = 129,
};

struct pptp_icmp {
	uint8_t type, code;
	bool v6;
	uint16_t identifier, sequence; /* echo only */
	bool has_quote;
	struct pptp_ip quote; /* the packet that it is about */
};

/* `ip` tells which version; `r` is its payload. */
bool pptp_icmp_decode(struct pptp_icmp *icmp, const struct pptp_ip *ip,
		      struct pptp_reader *r);
/* An unreachable message of either version. */
bool pptp_icmp_is_unreachable(const struct pptp_icmp *icmp);
/* The packet that it quotes did not arrive: unreachable, or time exceeded. */
bool pptp_icmp_is_failure(const struct pptp_icmp *icmp);
/* A code that can mean that somebody refuses: 3/2, 3/3, 3/9, 3/10, 3/13;
 * ICMPv6 1/1, 1/4, 1/5, 1/6. All others may pass (RFC 1122 4.2.3.9, RFC 5461),
 * or say nothing of whether a packet would arrive. */
bool pptp_icmp_is_hard(const struct pptp_icmp *icmp);
/* The whole IP packet of an echo request with 16 zero bytes of data. Returns
 * its length or PPTP_ERROR_SPACE. */
int pptp_icmp_echo_encode(const struct pptp_ip *ip, uint16_t identifier,
			  uint16_t sequence, void *packet, size_t room);
void pptp_icmp_walk(const struct pptp_icmp *icmp, struct pptp_sink *s);

#endif
