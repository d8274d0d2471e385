/* SPDX-License-Identifier: BSD-2-Clause */
/* TCP headers (RFC 9293 3.1): a SYN out, SYN-ACK and RST in, streams read. */
#ifndef PPTP_TCP_H
#define PPTP_TCP_H

#include "format/ip.h"

enum {
	PPTP_TCP_FIN = 0x01,
	PPTP_TCP_SYN = 0x02,
	PPTP_TCP_RST = 0x04,
	PPTP_TCP_PSH = 0x08,
	PPTP_TCP_ACK = 0x10,
};

struct pptp_tcp {
	uint16_t source_port, destination_port;
	uint32_t sequence_number, acknowledgment_number;
	uint8_t flags;
	uint16_t window;
	uint16_t mss;           /* 0: no such option */
	const uint8_t *options; /* borrowed */
	uint8_t options_length;
	struct pptp_reader payload;
};

bool pptp_tcp_decode(struct pptp_tcp *tcp, struct pptp_reader *r);

/* A whole IP packet with a SYN: options MSS 1460 (1440 over IPv6), SACK
 * permitted, window scale 7, as a Linux host without time stamps sends it;
 * `ip` gives addresses, ttl and identification, `tcp` the ports, sequence
 * number and window. Returns the length or PPTP_ERROR_SPACE. */
int pptp_tcp_syn_encode(const struct pptp_ip *ip, const struct pptp_tcp *tcp,
			void *packet, size_t room);

/* [{kind, name, value}] in order; value a number for MSS and window scale,
 * hexadecimal for the rest, absent where there is none. */
void pptp_tcp_options_walk(const uint8_t *options, size_t length,
			   struct pptp_sink *s, const char *key);
void pptp_tcp_walk(const struct pptp_tcp *tcp, struct pptp_sink *s);

#endif
