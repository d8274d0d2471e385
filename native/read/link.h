/* SPDX-License-Identifier: BSD-2-Clause */
/* From a captured frame to what is inside: Ethernet with 802.1Q and 802.1ad
 * tags, Linux cooked (v1, v2), null and loop, raw IP, PPP, PPPoE sessions. */
#ifndef PPTP_LINK_H
#define PPTP_LINK_H

#include "core/bytes.h"

enum pptp_link_payload { PPTP_LINK_OTHER, PPTP_LINK_IP, PPTP_LINK_PPP };

/* `linktype` as libpcap's DLT_ values. The payload is cut at PPPoE's own
 * length. PPTP_LINK_OTHER: nothing that this library reads. */
enum pptp_link_payload pptp_link_decode(int linktype, const void *frame,
					size_t length,
					struct pptp_reader *payload);
/* False: no frame of this type is ever anything but PPTP_LINK_OTHER. */
bool pptp_link_is_known(int linktype);

#endif
