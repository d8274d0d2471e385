/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/syn_reply.h"

#include <string.h>

#include "format/icmp.h"
#include "format/tcp.h"

static bool is_whole(const struct pptp_ip *ip)
{
	return !ip->more_fragments && ip->fragment_offset == 0;
}

static void read_tcp(struct pptp_syn_reply *reply, struct pptp_ip *ip)
{
	const uint8_t told = PPTP_TCP_SYN | PPTP_TCP_ACK | PPTP_TCP_RST;
	struct pptp_tcp tcp;

	if (!pptp_tcp_decode(&tcp, &ip->payload))
		return;
	if ((tcp.flags & (told | PPTP_TCP_FIN)) ==
	    (PPTP_TCP_SYN | PPTP_TCP_ACK))
		reply->kind = PPTP_SYN_REPLY_SYN_ACK;
	else if ((tcp.flags & told) == (PPTP_TCP_RST | PPTP_TCP_ACK))
		reply->kind = PPTP_SYN_REPLY_RST;
	reply->target = ip->source;
	reply->source = ip->destination;
	reply->port = tcp.source_port;
	reply->source_port = tcp.destination_port;
	reply->number = tcp.acknowledgment_number;
	reply->window = tcp.window;
	reply->mss = tcp.mss;
}

/* RFC 792 promises eight bytes of what is quoted: ports and number. */
static void read_quote(struct pptp_syn_reply *reply, struct pptp_ip *quote)
{
	if (quote->protocol != PPTP_IP_TCP || !is_whole(quote))
		return;
	reply->target = quote->destination;
	reply->source = quote->source;
	reply->source_port = pptp_read_u16(&quote->payload);
	reply->port = pptp_read_u16(&quote->payload);
	reply->number = pptp_read_u32(&quote->payload);
	if (pptp_reader_ok(&quote->payload))
		reply->kind = PPTP_SYN_REPLY_ICMP;
}

static void read_icmp(struct pptp_syn_reply *reply, struct pptp_ip *ip)
{
	struct pptp_icmp icmp;

	if (!pptp_icmp_decode(&icmp, ip, &ip->payload) || !icmp.has_quote ||
	    !pptp_icmp_is_failure(&icmp))
		return;
	reply->icmp_type = icmp.type;
	reply->icmp_code = icmp.code;
	reply->icmp_hard = pptp_icmp_is_hard(&icmp);
	/* what it is about left us, to whom it came back */
	if (pptp_address_equal(&icmp.quote.source, &ip->destination))
		read_quote(reply, &icmp.quote);
}

void pptp_syn_reply_decode(struct pptp_syn_reply *reply, const void *packet,
			   size_t length)
{
	struct pptp_reader r;
	struct pptp_ip ip;

	memset(reply, 0, sizeof(*reply));
	pptp_reader_init(&r, packet, length);
	if (!pptp_ip_decode(&ip, &r) || !is_whole(&ip))
		return;
	reply->from = ip.source;
	reply->ttl = ip.ttl;
	if (ip.protocol == PPTP_IP_TCP)
		read_tcp(reply, &ip);
	else if (ip.protocol == PPTP_IP_ICMP || ip.protocol == PPTP_IP_ICMPV6)
		read_icmp(reply, &ip);
}

bool pptp_syn_reply_is_proven(const struct pptp_syn_reply *reply,
			      const struct pptp_cookie *cookie)
{
	uint32_t ahead = reply->number - cookie->sequence_number;

	if (reply->source_port != cookie->source_port)
		return false;
	switch (reply->kind) {
	case PPTP_SYN_REPLY_SYN_ACK:
		return ahead == 1;
	case PPTP_SYN_REPLY_RST:
		return ahead <= 1;
	case PPTP_SYN_REPLY_ICMP:
		return ahead == 0;
	case PPTP_SYN_REPLY_NONE:
	default:
		return false;
	}
}
