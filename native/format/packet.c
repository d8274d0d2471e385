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
	if (pptp_tcp_decode(&p->tcp, &p->after))
		return true;
	memset(&p->tcp, 0, sizeof(p->tcp));
	return false;
}

static bool decode_gre(struct pptp_packet *p)
{
	struct pptp_reader again = p->after;

	if (pptp_gre_decode(&p->gre, &p->after))
		return true;
	if (!pptp_gre_decode_quote(&p->gre, &again))
		memset(&p->gre, 0, sizeof(p->gre));
	return false;
}

static bool decode_icmp(struct pptp_packet *p)
{
	if (pptp_icmp_decode(&p->icmp, &p->ip, &p->after))
		return true;
	memset(&p->icmp, 0, sizeof(p->icmp));
	return false;
}

static bool decode_header(struct pptp_packet *p)
{
	switch (p->kind) {
	case PPTP_PACKET_TCP:
		return decode_tcp(p);
	case PPTP_PACKET_GRE:
		return decode_gre(p);
	case PPTP_PACKET_ICMP:
		return decode_icmp(p);
	case PPTP_PACKET_OTHER:
		break;
	}
	return false;
}

static void behind_ip(struct pptp_packet *p)
{
	p->after = p->ip.payload;
	p->after.base = p->after.at;
	/* The rest of it is in other fragments: not wrong, cut. */
	if (p->ip.more_fragments)
		p->after.nested = false;
	p->kind = kind_of(&p->ip);
	p->whole = decode_header(p);
}

bool pptp_packet_decode(struct pptp_packet *p, const void *bytes, size_t length)
{
	struct pptp_reader r;

	pptp_reader_init(&r, bytes, length);
	if (!pptp_ip_decode(&p->ip, &r))
		return false;
	p->bytes = bytes;
	p->length = length;
	behind_ip(p);
	return true;
}

void pptp_packet_of(struct pptp_packet *p, const struct pptp_ip *ip)
{
	p->ip = *ip;
	p->bytes = NULL;
	p->length = 0;
	behind_ip(p);
}
