/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole PPP frame told by name: what every format on top of ppp.h says. */
#ifndef PPTP_PPP_WALK_H
#define PPTP_PPP_WALK_H

#include "format/ppp.h"

/* NULL where unassigned or not of interest here. */
const char *pptp_ppp_protocol_name(uint16_t protocol); /* "lcp", "ipcp" … */
const char *pptp_ppp_code_name(uint16_t protocol, uint8_t code);

/* The data of one packet, as the format of `protocol` has it; the options of
 * an NCP where it is none of LCP, CHAP, PAP and EAP. */
void pptp_ppp_packet_walk(uint16_t protocol, const struct pptp_ppp_packet *p,
			  struct pptp_sink *s);

/* One PPP frame with all layers that this library reads, as fields of the
 * open object of `s`: layer, code, identifier, options … `malformed` where it
 * breaks. Used by core.decode, core.dissect and `pptp-probe decode`. */
void pptp_ppp_walk(struct pptp_reader frame, struct pptp_sink *s);

#endif
