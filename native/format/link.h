/* SPDX-License-Identifier: BSD-2-Clause */
/* From a captured frame to what is inside: Ethernet with 802.1Q and 802.1ad
 * tags, Linux cooked (v1, v2), null and loop, raw IP, PPP, PPPoE sessions, and
 * Cisco's HDLC where PPP shares its link type. */
#ifndef PPTP_LINK_H
#define PPTP_LINK_H

#include "format/bytes.h"

enum pptp_link_payload {
	PPTP_LINK_OTHER, /* nothing that this library reads */
	PPTP_LINK_NONE,  /* what never carries IP: ARP, spanning tree, … */
	PPTP_LINK_IP,
	PPTP_LINK_PPP,
};

/* `linktype` as libpcap's DLT_ values. The payload is cut at PPPoE's own
 * length. */
enum pptp_link_payload pptp_link_decode(int linktype, const void *frame,
					size_t length,
					struct pptp_reader *payload);
/* False: every frame of this type is PPTP_LINK_OTHER. */
bool pptp_link_is_known(int linktype);

#endif
