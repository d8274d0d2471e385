/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IPv4 (RFC 791) and IPv6 (RFC 8200) headers.
 *
 * Captured packets may carry unfinished checksums and, from offloading, a
 * total length of 0: neither is a reason to refuse one.
 */
#ifndef PPTP_IP_H
#define PPTP_IP_H

#include "format/address.h"
#include "format/bytes.h"
#include "format/sink.h"

enum {
	PPTP_IP_ICMP = 1,
	PPTP_IP_IPV4 = 4,
	PPTP_IP_TCP = 6,
	PPTP_IP_UDP = 17,
	PPTP_IP_IPV6 = 41,
	PPTP_IP_GRE = 47,
	PPTP_IP_ICMPV6 = 58,
};

struct pptp_ip {
	struct pptp_address source, destination;
	uint8_t ttl;             /* or hop limit */
	uint8_t protocol;        /* after IPv6 extension headers */
	uint16_t identification; /* IPv6: the low half of a fragment's */
	bool dont_fragment;
	bool more_fragments;
	uint16_t fragment_offset;   /* bytes */
	struct pptp_reader payload; /* cut at the header's own length */
	bool truncated; /* the capture holds less than the header's length */
	/* What a fragment carries, and which protocol its bytes begin with:
	 * IPv6 has extension headers that are fragmented too (RFC 8200 4.5). */
	struct pptp_reader fragment;
	uint8_t fragment_protocol;
};

/* Whole IP packet, either version. False and a failed `r` where the header is
 * short or malformed. A payload that the capture cut is given as far as it
 * goes, with `truncated` set (a quoted packet in ICMP is always such). */
bool pptp_ip_decode(struct pptp_ip *ip, struct pptp_reader *r);

/* Of an IPv6 packet that was put together out of fragments: from its
 * fragment_protocol and payload past the extension headers. False where they
 * are broken. */
bool pptp_ip_joined(struct pptp_ip *ip);

/* Writes a header for `payload` bytes to come; no options, DF set, checksum
 * right. `identification` only for IPv4. */
void pptp_ip_encode(struct pptp_writer *w, const struct pptp_ip *ip,
		    size_t payload);
void pptp_ip_walk(const struct pptp_ip *ip, struct pptp_sink *s);

#endif
