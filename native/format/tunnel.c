/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/tunnel.h"

#include "format/ppp.h"

enum { ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_IPV6 = 0x86dd };

/* Moves past the optional words of version 0; false where they do not tell where
 * the payload begins. */
static bool skip_options(struct pptp_reader *r, uint16_t flags)
{
	if (flags & 0x4007) /* routing, or another version */
		return false;
	pptp_read_skip(r, flags & 0x8000 ? 4 : 0);
	pptp_read_skip(r, flags & 0x2000 ? 4 : 0);
	pptp_read_skip(r, flags & 0x1000 ? 4 : 0);
	return pptp_reader_ok(r);
}

static enum pptp_tunnel in_other_gre(struct pptp_reader r,
				     struct pptp_reader *inner)
{
	uint16_t flags = pptp_read_u16(&r);
	uint16_t protocol = pptp_read_u16(&r);

	if ((protocol != ETHERTYPE_IPV4 && protocol != ETHERTYPE_IPV6) ||
	    !skip_options(&r, flags))
		return PPTP_TUNNEL_NONE;
	*inner = r;
	return PPTP_TUNNEL_IP;
}

static enum pptp_tunnel in_gre(const struct pptp_gre *gre,
			       struct pptp_reader *inner)
{
	if (pptp_reader_left(&gre->payload) == 0)
		return PPTP_TUNNEL_NONE;
	*inner = gre->payload;
	return PPTP_TUNNEL_PPP;
}

enum pptp_tunnel pptp_tunnel_of(const struct pptp_packet *p,
				struct pptp_reader *inner)
{
	if (p->ip.fragment_offset != 0)
		return PPTP_TUNNEL_NONE;
	switch (p->ip.protocol) {
	case PPTP_IP_GRE:
		return p->kind == PPTP_PACKET_GRE
			   ? in_gre(&p->gre, inner)
			   : in_other_gre(p->ip.payload, inner);
	case PPTP_IP_IPV4:
	case PPTP_IP_IPV6:
		*inner = p->ip.payload;
		return PPTP_TUNNEL_IP;
	default:
		return PPTP_TUNNEL_NONE;
	}
}

enum pptp_tunnel pptp_tunnel_in_ppp(struct pptp_reader frame,
				    struct pptp_reader *inner)
{
	struct pptp_ppp_frame f;

	if (!pptp_ppp_frame_decode(&f, &frame) ||
	    (f.protocol != PPTP_PPP_IPV4 && f.protocol != PPTP_PPP_IPV6))
		return PPTP_TUNNEL_NONE;
	*inner = f.payload;
	return PPTP_TUNNEL_IP;
}
