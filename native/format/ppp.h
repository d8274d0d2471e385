/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PPP framing inside GRE (RFC 1661 2, RFC 1662 3.1; RFC 2637 4.1: no flag, no
 * stuffing, no FCS), the packet shape that LCP, CHAP, PAP, EAP and the NCPs
 * share (RFC 1661 5), and their list of options (RFC 1661 6).
 */
#ifndef PPTP_PPP_H
#define PPTP_PPP_H

#include "format/bytes.h"
#include "format/sink.h"

enum pptp_ppp_protocol {
	PPTP_PPP_IPV4 = 0x0021,
	PPTP_PPP_IPV6 = 0x0057,
	PPTP_PPP_COMPRESSED = 0x00fd, /* MPPE and other CCP data */
	PPTP_PPP_IPCP = 0x8021,
	PPTP_PPP_IPV6CP = 0x8057,
	PPTP_PPP_CCP = 0x80fd,
	PPTP_PPP_LCP = 0xc021,
	PPTP_PPP_PAP = 0xc023,
	PPTP_PPP_LQR = 0xc025,
	PPTP_PPP_SPAP = 0xc027,
	PPTP_PPP_CBCP = 0xc029,
	PPTP_PPP_CHAP = 0xc223,
	PPTP_PPP_EAP = 0xc227,
};

/* RFC 1661 5, 1570 2, 1962 3; LCP, and NCPs to 7 */
enum pptp_ppp_code {
	PPTP_CONFIGURE_REQUEST = 1,
	PPTP_CONFIGURE_ACK,
	PPTP_CONFIGURE_NAK,
	PPTP_CONFIGURE_REJECT,
	PPTP_TERMINATE_REQUEST,
	PPTP_TERMINATE_ACK,
	PPTP_CODE_REJECT,
	PPTP_PROTOCOL_REJECT,
	PPTP_LCP_ECHO_REQUEST,
	PPTP_LCP_ECHO_REPLY,
	PPTP_DISCARD_REQUEST,
	PPTP_IDENTIFICATION,
	PPTP_TIME_REMAINING,
	PPTP_RESET_REQUEST,
	PPTP_RESET_ACK,
};

struct pptp_ppp_frame {
	bool has_address_control; /* FF 03 stood there */
	uint16_t protocol;        /* one byte on the wire where it is odd */
	uint8_t protocol_length;  /* 1 or 2 */
	struct pptp_reader payload;
};

struct pptp_ppp_packet {
	uint8_t code, identifier;
	uint16_t length;         /* with this header of 4 */
	struct pptp_reader data; /* exactly length - 4 bytes */
};

#define PPTP_PPP_HEADER 4 /* of a packet: code, identifier, length */

struct pptp_option {
	uint8_t type, length; /* length as on the wire, with its header of 2 */
	const uint8_t *value; /* length - 2 bytes, borrowed */
};

bool pptp_ppp_frame_decode(struct pptp_ppp_frame *f, struct pptp_reader *r);
/* FF 03 and two bytes of protocol: we never offer compression of either. */
void pptp_ppp_frame_encode(struct pptp_writer *w, uint16_t protocol);

/* Refuses a length below 4 or past the end; bytes after it are padding. */
bool pptp_ppp_packet_decode(struct pptp_ppp_packet *p, struct pptp_reader *r);
void pptp_ppp_packet_encode(struct pptp_writer *w, uint8_t code,
			    uint8_t identifier, const void *data,
			    size_t length);

/* The next option; false at the end, and with `options` failed where a length
 * is below 2 or runs past the packet. */
bool pptp_option_next(struct pptp_reader *options, struct pptp_option *o);
void pptp_option_encode(struct pptp_writer *w, uint8_t type, const void *value,
			size_t length);

/* True where RFC 1661 3.5 calls the protocol a Network Control Protocol
 * (0x8000 to 0xbfff) */
bool pptp_ppp_is_ncp(uint16_t protocol);

/* `malformed` {why, offset} where `r` has failed; else nothing. */
void pptp_ppp_malformed_walk(const struct pptp_reader *r, struct pptp_sink *s);
/* The rest of `data` as `data` in hexadecimal, and as `text` too where every
 * byte of it is printable ASCII; nothing where it is empty. */
void pptp_ppp_data_walk(struct pptp_reader data, struct pptp_sink *s);

#endif
