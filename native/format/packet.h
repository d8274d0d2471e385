/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An IP packet, decoded once by who has it, for all who look at it: its IP
 * header, and the TCP, enhanced GRE or ICMP header behind it.
 */
#ifndef PPTP_PACKET_H
#define PPTP_PACKET_H

#include "format/gre.h"
#include "format/icmp.h"
#include "format/ip.h"
#include "format/tcp.h"

enum pptp_packet_kind {
	PPTP_PACKET_OTHER, /* another protocol, other GRE, a later fragment */
	PPTP_PACKET_TCP,
	PPTP_PACKET_GRE,
	PPTP_PACKET_ICMP, /* of either version */
};

struct pptp_packet {
	const uint8_t *bytes; /* the whole packet, borrowed; or NULL */
	size_t length;
	struct pptp_ip ip; /* `payload` from the header on that `kind` tells */
	enum pptp_packet_kind kind;
	/* The header that `kind` tells is whole, of GRE its payload too. Where
	 * it is not, GRE is decoded as far as pptp_gre_decode_quote() can, and
	 * the others are all 0. */
	bool whole;
	/* From that header on, offsets too: behind it, or why it is not whole. */
	struct pptp_reader after;
	union {
		struct pptp_tcp tcp;
		struct pptp_gre gre;
		struct pptp_icmp icmp;
	};
};

/* False where the IP header is short or malformed; then nothing is set. */
bool pptp_packet_decode(struct pptp_packet *p, const void *bytes,
			size_t length) PPTP_MUST_USE;
/* The same of an IP header that is decoded already, as of a packet that was put
 * together; `bytes` is NULL then. */
void pptp_packet_of(struct pptp_packet *p, const struct pptp_ip *ip);

#endif
