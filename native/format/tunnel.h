/* SPDX-License-Identifier: BSD-2-Clause */
/* What carries packets inside of it: IP in IP (RFC 2003, 2473), GRE of version 0
 * (RFC 1701, 2784, 2890), and PPP, which enhanced GRE carries (RFC 2637 4). */
#ifndef PPTP_TUNNEL_H
#define PPTP_TUNNEL_H

#include "format/packet.h"

#define PPTP_TUNNELS_MAX 4 /* tunnels in tunnels are followed so deep */

enum pptp_tunnel {
	PPTP_TUNNEL_NONE,
	PPTP_TUNNEL_IP,  /* `inner` begins where an IP header should */
	PPTP_TUNNEL_PPP, /* … a PPP frame; as much of it as there is */
};

/* Of a fragment its first part alone tells. */
enum pptp_tunnel pptp_tunnel_of(const struct pptp_packet *p,
				struct pptp_reader *inner);
/* PPTP_TUNNEL_NONE or _IP */
enum pptp_tunnel pptp_tunnel_in_ppp(struct pptp_reader frame,
				    struct pptp_reader *inner);

#endif
