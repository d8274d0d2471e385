/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a captured packet says about a SYN of a sweep, and whether it proves
 * that its sender saw one.
 *
 * A SYN-ACK or a RST proves itself by the acknowledgment number, an ICMP
 * message by addresses, ports and sequence number of the SYN that it quotes.
 */
#ifndef PPTP_SYN_REPLY_H
#define PPTP_SYN_REPLY_H

#include "scan/cookie.h"

enum pptp_syn_reply_kind {
	PPTP_SYN_REPLY_NONE, /* nothing that could answer a SYN */
	PPTP_SYN_REPLY_SYN_ACK,
	PPTP_SYN_REPLY_RST,
	PPTP_SYN_REPLY_ICMP, /* unreachable, or time exceeded */
};

struct pptp_syn_reply {
	enum pptp_syn_reply_kind kind;
	struct pptp_address target, source; /* of the SYN; source is ours */
	uint16_t port, source_port;
	/* SYN-ACK and RST: what is acknowledged; ICMP: the quoted number */
	uint32_t number;
	struct pptp_address from; /* who sent it; ICMP: may be a router */
	uint8_t ttl;
	uint8_t icmp_type, icmp_code; /* of `target`'s family */
	bool icmp_hard;               /* pptp_icmp_is_hard */
	uint16_t window, mss;         /* SYN-ACK; mss 0: no such option */
};

/* Of a whole IP packet. Never fails: what is broken, a fragment, or of another
 * kind is PPTP_SYN_REPLY_NONE. A RST that acknowledges nothing is none, either: it
 * proves nothing. */
void pptp_syn_reply_decode(struct pptp_syn_reply *reply, const void *packet,
			   size_t length);
/* It answers the SYN that this cookie was made for. A RST may acknowledge the
 * SYN's number without its one byte, as some boxes do. */
bool pptp_syn_reply_is_proven(const struct pptp_syn_reply *reply,
			      const struct pptp_cookie *cookie);

#endif
