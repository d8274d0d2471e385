/* SPDX-License-Identifier: BSD-2-Clause */
/* IPCP (RFC 1332, 1877), CCP (RFC 1962, 3078), IPv6CP (RFC 5072) and CBCP:
 * observed only; never acknowledged. */
#ifndef PPTP_NCP_H
#define PPTP_NCP_H

#include "format/ppp.h"

/* NULL where the protocol is none of ours or the type unassigned. */
const char *pptp_ncp_option_name(uint16_t protocol, uint8_t type);
/* {type, name, value}: addresses as text, MPPE bits as a number, interface
 * identifiers and the rest as hexadecimal. */
void pptp_ncp_option_walk(uint16_t protocol, const struct pptp_option *o,
			  struct pptp_sink *s);
void pptp_ncp_walk(uint16_t protocol, const struct pptp_ppp_packet *p,
		   struct pptp_sink *s);

#endif
