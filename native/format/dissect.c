/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/dissect.h"

#include "format/control.h"
#include "format/ppp_walk.h"
#include "format/tunnel.h"

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

/* Offsets count from the packet's front in all layers; a decoded header's own
 * count from where it begins. */
static struct pptp_reader from_front(const struct pptp_packet *p,
				     struct pptp_reader r)
{
	const uint8_t *front = p->ip.payload.base;

	r.where += (size_t)(r.base - front);
	r.base = front;
	return r;
}

/* The header behind IP's is not whole, or its payload is not. */
static void broken_header(const struct pptp_packet *p, struct pptp_sink *s)
{
	struct pptp_reader r = from_front(p, p->after);

	malformed_layer(&r, s);
}

static void tcp_layer(const struct pptp_packet *p, struct pptp_sink *s)
{
	if (!p->whole) {
		broken_header(p, s);
		return;
	}
	open_layer(s, "tcp");
	pptp_tcp_walk(&p->tcp, s);
	s->end(s);
	if (has_cookie(p->tcp.payload))
		control_layers(from_front(p, p->tcp.payload), s);
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

static void icmp_layer(const struct pptp_packet *p, struct pptp_sink *s)
{
	if (!p->whole) {
		broken_header(p, s);
		return;
	}
	open_layer(s, p->icmp.v6 ? "icmpv6" : "icmp");
	pptp_icmp_walk(&p->icmp, s);
	s->end(s);
}

/* Of a payload that was cut the header is still worth seeing. */
static void gre_layer(const struct pptp_packet *p, struct pptp_sink *s)
{
	if (p->gre.payload.at != NULL) {
		open_layer(s, "gre");
		pptp_gre_walk(&p->gre, s);
		s->end(s);
	}
	if (!p->whole)
		broken_header(p, s);
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

/* What is behind the IP header, unless it is a packet of its own. */
static void header_layer(const struct pptp_packet *p, struct pptp_sink *s)
{
	const struct pptp_ip *ip = &p->ip;
	struct pptp_reader r = ip->payload;

	/* The rest of the packet is in other fragments: not wrong, cut. */
	if (ip->more_fragments)
		r.nested = false;
	if (p->kind == PPTP_PACKET_TCP)
		tcp_layer(p, s);
	else if (p->kind == PPTP_PACKET_GRE)
		gre_layer(p, s);
	else if (ip->protocol ==
		 (ip->source.family == 6 ? PPTP_IP_ICMPV6 : PPTP_IP_ICMP))
		icmp_layer(p, s);
	else if (ip->protocol == PPTP_IP_UDP)
		udp_layer(r, s);
	else if (ip->protocol == PPTP_IP_GRE)
		other_gre_layer(r, s);
	else
		other_layer(&r, ip->protocol, s);
}

static void ppp_layer(struct pptp_reader frame, struct pptp_sink *s,
		      unsigned tunnels)
{
	struct pptp_reader inner;

	s->object(s, NULL);
	pptp_ppp_walk(frame, s);
	s->end(s);
	if (tunnels < PPTP_TUNNELS_MAX &&
	    pptp_tunnel_in_ppp(frame, &inner) == PPTP_TUNNEL_IP)
		ip_layer(inner, s, tunnels + 1);
}

/* Behind its IP header, and what it carries. */
static void packet_layers(const struct pptp_packet *p, struct pptp_sink *s,
			  unsigned tunnels)
{
	struct pptp_reader inner;
	enum pptp_tunnel in = pptp_tunnel_of(p, &inner);

	if (in == PPTP_TUNNEL_IP && tunnels == PPTP_TUNNELS_MAX)
		in = PPTP_TUNNEL_NONE;
	if (in != PPTP_TUNNEL_IP || p->ip.protocol == PPTP_IP_GRE)
		header_layer(p, s);
	if (in == PPTP_TUNNEL_IP)
		ip_layer(inner, s, tunnels + 1);
	else if (in == PPTP_TUNNEL_PPP && p->whole)
		ppp_layer(from_front(p, inner), s, tunnels);
}

static void ip_layer(struct pptp_reader r, struct pptp_sink *s,
		     unsigned tunnels)
{
	struct pptp_packet p;
	struct pptp_ip ip;

	if (!pptp_ip_decode(&ip, &r)) {
		malformed_layer(&r, s);
		return;
	}
	open_layer(s, ip.source.family == 6 ? "ipv6" : "ipv4");
	pptp_ip_walk(&ip, s);
	s->end(s);
	/* Without its beginning a fragment's payload means nothing. */
	if (ip.fragment_offset != 0)
		return;
	pptp_packet_of(&p, &ip);
	packet_layers(&p, s, tunnels);
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

void pptp_dissect_ppp(struct pptp_reader frame, struct pptp_sink *s,
		      const char *key)
{
	s->array(s, key);
	ppp_layer(frame, s, 0);
	s->end(s);
}
