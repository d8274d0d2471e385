/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/icmp.h"

#include <string.h>

#include "format/checksum.h"
#include "format/gre.h"

#define ECHO_SIZE (8 + 16)

static bool is_echo(const struct pptp_icmp *icmp)
{
	if (icmp->v6)
		return icmp->type == PPTP_ICMPV6_ECHO_REQUEST ||
		       icmp->type == PPTP_ICMPV6_ECHO_REPLY;
	return icmp->type == PPTP_ICMP_ECHO_REQUEST ||
	       icmp->type == PPTP_ICMP_ECHO_REPLY;
}

/* The messages that quote what they are about. */
static bool is_error(const struct pptp_icmp *icmp)
{
	if (icmp->v6)
		return icmp->type >= 1 && icmp->type <= 4;
	switch (icmp->type) {
	case PPTP_ICMP_UNREACHABLE:
	case 4: /* source quench */
	case 5: /* redirect */
	case PPTP_ICMP_TIME_EXCEEDED:
	case 12: /* parameter problem */
		return true;
	default:
		return false;
	}
}

bool pptp_icmp_decode(struct pptp_icmp *icmp, const struct pptp_ip *ip,
		      struct pptp_reader *r)
{
	struct pptp_reader quote;

	memset(icmp, 0, sizeof(*icmp));
	icmp->v6 = ip->source.family == 6;
	icmp->type = pptp_read_u8(r);
	icmp->code = pptp_read_u8(r);
	pptp_read_skip(r, 2);
	if (!pptp_reader_ok(r))
		return false;
	if (is_echo(icmp)) {
		icmp->identifier = pptp_read_u16(r);
		icmp->sequence = pptp_read_u16(r);
	} else if (is_error(icmp)) {
		pptp_read_skip(r, 4);
		/* Without a readable quote the message is a fact all the
		 * same: the reader of the packet does not fail with it. */
		quote = pptp_read_sub(r, pptp_reader_left(r));
		icmp->has_quote = pptp_ip_decode(&icmp->quote, &quote);
	}
	return pptp_reader_ok(r);
}

bool pptp_icmp_is_unreachable(const struct pptp_icmp *icmp)
{
	return icmp->type ==
	       (icmp->v6 ? PPTP_ICMPV6_UNREACHABLE : PPTP_ICMP_UNREACHABLE);
}

bool pptp_icmp_is_failure(const struct pptp_icmp *icmp)
{
	return pptp_icmp_is_unreachable(icmp) ||
	       icmp->type == (icmp->v6 ? PPTP_ICMPV6_TIME_EXCEEDED
				       : PPTP_ICMP_TIME_EXCEEDED);
}

bool pptp_icmp_is_hard(const struct pptp_icmp *icmp)
{
	const uint32_t v4 = 1U << 2 | 1U << 3 | 1U << 9 | 1U << 10 | 1U << 13;
	const uint32_t v6 = 1U << 1 | 1U << 4 | 1U << 5 | 1U << 6;

	return pptp_icmp_is_unreachable(icmp) && icmp->code < 32 &&
	       ((icmp->v6 ? v6 : v4) >> icmp->code & 1) != 0;
}

int pptp_icmp_echo_encode(const struct pptp_ip *ip, uint16_t identifier,
			  uint16_t sequence, void *packet, size_t room)
{
	bool v6 = ip->source.family == 6;
	struct pptp_ip header = *ip;
	struct pptp_writer w;
	uint32_t sum = 0;
	size_t start;

	header.protocol = v6 ? PPTP_IP_ICMPV6 : PPTP_IP_ICMP;
	pptp_writer_init(&w, packet, room);
	pptp_ip_encode(&w, &header, ECHO_SIZE);
	start = w.length;
	pptp_write_u8(&w,
		      v6 ? PPTP_ICMPV6_ECHO_REQUEST : PPTP_ICMP_ECHO_REQUEST);
	pptp_write_zeros(&w, 3);
	pptp_write_u16(&w, identifier);
	pptp_write_u16(&w, sequence);
	pptp_write_zeros(&w, 16);
	if (!pptp_writer_ok(&w))
		return PPTP_ERROR_SPACE;
	if (v6)
		sum = pptp_checksum_pseudo(&ip->source, &ip->destination,
					   PPTP_IP_ICMPV6, ECHO_SIZE);
	sum = pptp_checksum_add(sum, w.bytes + start, ECHO_SIZE);
	pptp_patch_u16(&w, start + 2, pptp_checksum_end(sum));
	return (int)w.length;
}

static void walk_quote(const struct pptp_ip *quote, struct pptp_sink *s)
{
	struct pptp_reader r = quote->payload;
	uint16_t source, destination;
	struct pptp_gre gre;

	pptp_ip_walk(quote, s);
	if (quote->fragment_offset > 0)
		return;
	if (quote->protocol == PPTP_IP_GRE) {
		if (!pptp_gre_decode_quote(&gre, &r))
			return;
		s->object(s, "gre");
		pptp_gre_walk(&gre, s);
		s->end(s);
	} else if (quote->protocol == PPTP_IP_TCP ||
		   quote->protocol == PPTP_IP_UDP) {
		source = pptp_read_u16(&r);
		destination = pptp_read_u16(&r);
		if (!pptp_reader_ok(&r))
			return;
		s->number(s, "source_port", source);
		s->number(s, "destination_port", destination);
	}
}

void pptp_icmp_walk(const struct pptp_icmp *icmp, struct pptp_sink *s)
{
	s->number(s, "type", icmp->type);
	s->number(s, "code", icmp->code);
	if (is_echo(icmp)) {
		s->number(s, "identifier", icmp->identifier);
		s->number(s, "sequence", icmp->sequence);
	}
	if (icmp->has_quote) {
		s->object(s, "quote");
		walk_quote(&icmp->quote, s);
		s->end(s);
	}
}
