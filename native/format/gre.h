/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Enhanced GRE (RFC 2637 section 4.1): version 1, protocol 0x880B.
 *
 *    C R K S s Recur A Flags Ver | protocol type
 *    payload length              | call ID of the receiver
 *    sequence number        (only with S)
 *    acknowledgment number  (only with A; at offset 8 without S)
 */
#ifndef PPTP_GRE_H
#define PPTP_GRE_H

#include "format/ip.h"

#define PPTP_GRE_PROTOCOL 0x880b

struct pptp_gre {
	uint16_t flags; /* the first two bytes: 0x3001, 0x3081, 0x2081 */
	uint16_t payload_length, call_id;
	bool has_sequence, has_acknowledgment;
	uint32_t sequence_number, acknowledgment_number;
	struct pptp_reader payload; /* payload_length bytes, one PPP frame */
};

/* True for version 1 with protocol 0x880B, both from the first four bytes:
 * anything else is another GRE and none of our business. */
bool pptp_gre_is_enhanced(const void *bytes, size_t length);

/* Refuses other versions and protocols, C or R set, K clear. Accepts payload
 * with S clear (real peers send it). A payload that the capture cut short
 * fails with PPTP_ERROR_SHORT. */
bool pptp_gre_decode(struct pptp_gre *gre, struct pptp_reader *r);
/* The first eight bytes as ICMP quotes them; sequence and acknowledgment only
 * where they are there. */
bool pptp_gre_decode_quote(struct pptp_gre *gre, struct pptp_reader *r);

/* Header and payload; flags, payload length and the optional words follow
 * from the fields. */
void pptp_gre_encode(struct pptp_writer *w, const struct pptp_gre *gre,
		     const void *payload, size_t length);
/* The same inside an IPv4 packet. Length or PPTP_ERROR_SPACE. */
int pptp_gre_packet_encode(const struct pptp_ip *ip, const struct pptp_gre *gre,
			   const void *payload, size_t length, void *packet,
			   size_t room);
void pptp_gre_walk(const struct pptp_gre *gre, struct pptp_sink *s);

#endif
