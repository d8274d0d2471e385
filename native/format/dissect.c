/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/dissect.h"

#include "format/control.h"
#include "format/gre.h"
#include "format/icmp.h"
#include "format/ip.h"
#include "format/ppp_walk.h"
#include "format/tcp.h"

#define TUNNELS_MAX 4

static void ip_layer(struct pptp_reader r, struct pptp_sink *s,
		     unsigned tunnels);

static void open_layer(struct pptp_sink *s, const char *name)
{
	s->object(s, NULL);
	pptp_sink_string(s, "layer", name);
}

static void malformed_layer(const struct pptp_reader *r, struct pptp_sink *s)
{
	open_layer(s, "malformed");
	pptp_sink_string(s, "why", r->why);
	s->number(s, "offset", (int64_t)r->where);
	s->end(s);
}

static void other_layer(const struct pptp_reader *r, unsigned protocol,
			struct pptp_sink *s)
{
	open_layer(s, "other");
	s->number(s, "protocol", protocol);
	s->number(s, "length", (int64_t)pptp_reader_left(r));
	s->end(s);
}

static bool has_cookie(struct pptp_reader r)
{
	pptp_read_skip(&r, 4);
	return pptp_read_u32(&r) == PPTP_COOKIE;
}

static void control_layers(struct pptp_reader r, struct pptp_sink *s)
{
	struct pptp_control m;

	while (pptp_reader_left(&r) > 0 && pptp_control_decode(&m, &r)) {
		open_layer(s, "control");
		pptp_control_walk(&m, s);
		s->end(s);
	}
	/* The rest of a message that is not whole comes in another segment. */
	if (r.error == PPTP_ERROR_MALFORMED)
		malformed_layer(&r, s);
}

static void tcp_layer(struct pptp_reader r, struct pptp_sink *s)
{
	struct pptp_tcp tcp;

	if (!pptp_tcp_decode(&tcp, &r)) {
		malformed_layer(&r, s);
		return;
	}
	open_layer(s, "tcp");
	pptp_tcp_walk(&tcp, s);
	s->end(s);
	if (has_cookie(tcp.payload))
		control_layers(tcp.payload, s);
}

static void udp_layer(struct pptp_reader r, struct pptp_sink *s)
{
	uint16_t source = pptp_read_u16(&r);
	uint16_t destination = pptp_read_u16(&r);
	uint16_t length = pptp_read_u16(&r);

	pptp_read_skip(&r, 2);
	if (!pptp_reader_ok(&r)) {
		malformed_layer(&r, s);
		return;
	}
	open_layer(s, "udp");
	s->number(s, "source_port", source);
	s->number(s, "destination_port", destination);
	s->number(s, "length", length);
	s->end(s);
}

static void icmp_layer(struct pptp_reader r, const struct pptp_ip *ip,
		       struct pptp_sink *s)
{
	struct pptp_icmp icmp;

	if (!pptp_icmp_decode(&icmp, ip, &r)) {
		malformed_layer(&r, s);
		return;
	}
	open_layer(s, icmp.v6 ? "icmpv6" : "icmp");
	pptp_icmp_walk(&icmp, s);
	s->end(s);
}

static void ppp_layer(struct pptp_reader r, struct pptp_sink *s,
		      unsigned tunnels)
{
	struct pptp_reader rest = r;
	struct pptp_ppp_frame frame;

	s->object(s, NULL);
	pptp_ppp_walk(r, s);
	s->end(s);
	if (tunnels < TUNNELS_MAX && pptp_ppp_frame_decode(&frame, &rest) &&
	    (frame.protocol == PPTP_PPP_IPV4 ||
	     frame.protocol == PPTP_PPP_IPV6))
		ip_layer(frame.payload, s, tunnels + 1);
}

static void gre_layer(struct pptp_reader r, struct pptp_sink *s,
		      unsigned tunnels)
{
	struct pptp_reader again = r;
	struct pptp_gre gre;
	bool whole = pptp_gre_decode(&gre, &r);

	/* Of a payload that was cut the header is still worth seeing. */
	if (!whole && !pptp_gre_decode_quote(&gre, &again)) {
		malformed_layer(&r, s);
		return;
	}
	open_layer(s, "gre");
	pptp_gre_walk(&gre, s);
	s->end(s);
	if (!whole)
		malformed_layer(&r, s);
	else if (gre.payload_length > 0)
		ppp_layer(gre.payload, s, tunnels);
}

static void other_gre_layer(struct pptp_reader r, struct pptp_sink *s)
{
	uint16_t flags = pptp_read_u16(&r);
	uint16_t protocol = pptp_read_u16(&r);

	if (!pptp_reader_ok(&r)) {
		malformed_layer(&r, s);
		return;
	}
	open_layer(s, "other");
	s->number(s, "protocol", PPTP_IP_GRE);
	s->number(s, "gre_version", flags & 7);
	s->number(s, "gre_protocol", protocol);
	s->number(s, "length", (int64_t)pptp_reader_left(&r));
	s->end(s);
}

static void payload_layer(const struct pptp_ip *ip, struct pptp_sink *s,
			  unsigned tunnels)
{
	struct pptp_reader r = ip->payload;

	/* The rest of the packet is in other fragments: not wrong, cut. */
	if (ip->more_fragments)
		r.nested = false;
	if (ip->protocol == PPTP_IP_TCP)
		tcp_layer(r, s);
	else if (ip->protocol == PPTP_IP_UDP)
		udp_layer(r, s);
	else if (ip->protocol ==
		 (ip->source.family == 6 ? PPTP_IP_ICMPV6 : PPTP_IP_ICMP))
		icmp_layer(r, ip, s);
	else if (ip->protocol == PPTP_IP_GRE &&
		 pptp_gre_is_enhanced(r.at, pptp_reader_left(&r)))
		gre_layer(r, s, tunnels);
	else if (ip->protocol == PPTP_IP_GRE)
		other_gre_layer(r, s);
	else if ((ip->protocol == PPTP_IP_IPV4 ||
		  ip->protocol == PPTP_IP_IPV6) &&
		 tunnels < TUNNELS_MAX)
		ip_layer(r, s, tunnels + 1);
	else
		other_layer(&r, ip->protocol, s);
}

static void ip_layer(struct pptp_reader r, struct pptp_sink *s,
		     unsigned tunnels)
{
	struct pptp_ip ip;

	if (!pptp_ip_decode(&ip, &r)) {
		malformed_layer(&r, s);
		return;
	}
	open_layer(s, ip.source.family == 6 ? "ipv6" : "ipv4");
	pptp_ip_walk(&ip, s);
	s->end(s);
	/* Without its beginning a fragment's payload means nothing. */
	if (ip.fragment_offset == 0)
		payload_layer(&ip, s, tunnels);
}

void pptp_dissect_ip(const void *packet, size_t length, struct pptp_sink *s,
		     const char *key)
{
	struct pptp_reader r;

	pptp_reader_init(&r, packet, length);
	s->array(s, key);
	ip_layer(r, s, 0);
	s->end(s);
}
