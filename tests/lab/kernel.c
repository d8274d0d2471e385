/* SPDX-License-Identifier: BSD-2-Clause */
/* What was tried on Linux 6.1: net/ipv4/tcp_input.c, tcp_rcv_synsent_state_
 * process(), and tcp_ipv4.c, tcp_v4_err() with icmp_err_convert[]. */
#include "lab/kernel.h"

#include <string.h>

#include "format/icmp.h"
#include "format/tcp.h"

#define SECOND INT64_C(1000000)

void lab_kernel_close(struct lab_kernel *k)
{
	k->trying = false;
	k->resend = PPTP_NEVER;
}

void lab_kernel_connect(struct lab_kernel *k, const struct pptp_address *source,
			const struct pptp_address *target, uint16_t port,
			bool deaf, uint32_t random, int64_t now)
{
	k->source = *source;
	k->target = *target;
	k->port = port;
	/* Above the raw SYN's, which ends at 49151. */
	k->source_port = (uint16_t)(49152 + random % 11848);
	k->sequence = random * UINT32_C(2654435769) + 1;
	k->deaf = deaf;
	k->trying = true;
	k->sends = 0;
	k->resend = now;
}

size_t lab_kernel_syn(struct lab_kernel *k, uint8_t packet[LAB_KERNEL_SYN],
		      int64_t now)
{
	static const uint8_t before[] = {2, 4, 0x05, 0xb4, 4, 2, 8, 10};
	static const uint8_t behind[] = {1, 3, 3, 7};
	struct pptp_ip ip;
	struct pptp_writer w;

	memset(&ip, 0, sizeof(ip));
	ip.source = k->source;
	ip.destination = k->target;
	ip.ttl = k->deaf ? 32 : 64;
	ip.protocol = PPTP_IP_TCP;
	pptp_writer_init(&w, packet, LAB_KERNEL_SYN);
	pptp_ip_encode(&w, &ip, 40);
	pptp_write_u16(&w, k->source_port);
	pptp_write_u16(&w, k->port);
	pptp_write_u32(&w, k->sequence);
	pptp_write_u32(&w, 0);
	pptp_write_u8(&w, 10 << 4);
	pptp_write_u8(&w, PPTP_TCP_SYN);
	pptp_write_u16(&w, 64240);
	pptp_write_zeros(&w, 4); /* readers accept an unfinished checksum */
	pptp_write_bytes(&w, before, sizeof(before));
	pptp_write_u32(&w, (uint32_t)(now / 1000));
	pptp_write_u32(&w, 0);
	pptp_write_bytes(&w, behind, sizeof(behind));
	k->resend = now + (SECOND << k->sends++);
	return w.length;
}

/* A bare ACK is dropped, as is a RST that does not acknowledge the SYN. */
static bool segment_ends(struct lab_kernel *k, struct pptp_ip *ip,
			 enum pptp_input *how)
{
	struct pptp_tcp tcp;

	if (!pptp_address_equal(&ip->source, &k->target) ||
	    !pptp_tcp_decode(&tcp, &ip->payload) ||
	    tcp.source_port != k->port ||
	    tcp.destination_port != k->source_port ||
	    !(tcp.flags & PPTP_TCP_ACK) ||
	    tcp.acknowledgment_number != k->sequence + 1 ||
	    !(tcp.flags & (PPTP_TCP_SYN | PPTP_TCP_RST)))
		return false;
	*how = tcp.flags & PPTP_TCP_RST ? PPTP_INPUT_REFUSED
					: PPTP_INPUT_CONNECTED;
	return true;
}

/* A quoted sequence number of another time is nobody's: RFC 5927 4.1. Code 4
 * asks for smaller packets and ends nothing. */
static bool icmp_ends(const struct lab_kernel *k, struct pptp_ip *ip,
		      enum pptp_input *how)
{
	struct pptp_icmp icmp;
	struct pptp_reader quote;

	if (k->deaf || !pptp_icmp_decode(&icmp, ip, &ip->payload) ||
	    !pptp_icmp_is_unreachable(&icmp) || icmp.code == 4 ||
	    !icmp.has_quote || icmp.quote.protocol != PPTP_IP_TCP)
		return false;
	quote = icmp.quote.payload;
	if (pptp_read_u16(&quote) != k->source_port ||
	    pptp_read_u16(&quote) != k->port ||
	    pptp_read_u32(&quote) != k->sequence)
		return false;
	*how = icmp.code == 3 ? PPTP_INPUT_REFUSED : PPTP_INPUT_UNREACHABLE;
	return true;
}

bool lab_kernel_packet(struct lab_kernel *k, const void *packet, size_t length,
		       enum pptp_input *how)
{
	struct pptp_reader in;
	struct pptp_ip ip;
	bool ends = false;

	pptp_reader_init(&in, packet, length);
	if (!k->trying || !pptp_ip_decode(&ip, &in))
		return false;
	if (ip.protocol == PPTP_IP_TCP)
		ends = segment_ends(k, &ip, how);
	else if (ip.protocol == PPTP_IP_ICMP)
		ends = icmp_ends(k, &ip, how);
	if (ends)
		lab_kernel_close(k);
	return ends;
}
