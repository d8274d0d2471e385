/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/packet.h"

#include <string.h>

static enum pptp_packet_kind kind_of(const struct pptp_ip *ip)
{
	const struct pptp_reader *r = &ip->payload;

	if (ip->fragment_offset != 0)
		return PPTP_PACKET_OTHER;
	switch (ip->protocol) {
	case PPTP_IP_TCP:
		return PPTP_PACKET_TCP;
	case PPTP_IP_GRE:
		return pptp_gre_is_enhanced(r->at, pptp_reader_left(r))
			   ? PPTP_PACKET_GRE
			   : PPTP_PACKET_OTHER;
	case PPTP_IP_ICMP:
	case PPTP_IP_ICMPV6:
		return PPTP_PACKET_ICMP;
	default:
		return PPTP_PACKET_OTHER;
	}
}

static bool decode_tcp(struct pptp_packet *p)
{
	struct pptp_reader r = p->ip.payload;

	if (pptp_tcp_decode(&p->tcp, &r))
		return true;
	memset(&p->tcp, 0, sizeof(p->tcp));
	return false;
}

static bool decode_gre(struct pptp_packet *p)
{
	struct pptp_reader r = p->ip.payload, again = r;

	if (pptp_gre_decode(&p->gre, &r))
		return true;
	if (!pptp_gre_decode_quote(&p->gre, &again))
		memset(&p->gre, 0, sizeof(p->gre));
	return false;
}

static bool decode_icmp(struct pptp_packet *p)
{
	struct pptp_reader r = p->ip.payload;

	if (pptp_icmp_decode(&p->icmp, &p->ip, &r))
		return true;
	memset(&p->icmp, 0, sizeof(p->icmp));
	return false;
}

bool pptp_packet_decode(struct pptp_packet *p, const void *bytes, size_t length)
{
	struct pptp_reader r;

	pptp_reader_init(&r, bytes, length);
	if (!pptp_ip_decode(&p->ip, &r))
		return false;
	p->bytes = bytes;
	p->length = length;
	p->kind = kind_of(&p->ip);
	switch (p->kind) {
	case PPTP_PACKET_TCP:
		p->whole = decode_tcp(p);
		break;
	case PPTP_PACKET_GRE:
		p->whole = decode_gre(p);
		break;
	case PPTP_PACKET_ICMP:
		p->whole = decode_icmp(p);
		break;
	case PPTP_PACKET_OTHER:
		p->whole = false;
		break;
	}
	return true;
}
