/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/packets.h"

#include <stdlib.h>

#include "format/link.h"
#include "format/tunnel.h"
#include "read/fragment.h"

struct pptp_packets {
	struct pptp_packets_to to;
	struct pptp_fragments *fragments;
	struct pptp_read_counts counts;
};

static void ip_packet(struct pptp_packets *all, struct pptp_reader r,
		      const struct pptp_place *p);

static void tunnel(struct pptp_packets *all, struct pptp_reader r,
		   const struct pptp_place *p)
{
	struct pptp_place inner = *p;

	inner.depth++;
	if (inner.depth <= PPTP_TUNNELS_MAX)
		ip_packet(all, r, &inner);
	else
		all->counts.unread[PPTP_UNREAD_DEPTH]++;
}

static void ppp_frame(struct pptp_packets *all, struct pptp_reader r,
		      const struct pptp_place *p)
{
	struct pptp_reader inner;

	if (all->to.ppp != NULL)
		all->to.ppp(all->to.context, p, r);
	if (pptp_tunnel_in_ppp(r, &inner) == PPTP_TUNNEL_IP)
		tunnel(all, inner, p);
}

/* Of enhanced GRE as far as the capture goes. */
static void inside(struct pptp_packets *all, const struct pptp_packet *packet,
		   const struct pptp_place *p)
{
	struct pptp_place place = *p;
	struct pptp_reader inner;

	switch (pptp_tunnel_of(packet, &inner)) {
	case PPTP_TUNNEL_IP:
		tunnel(all, inner, p);
		break;
	case PPTP_TUNNEL_PPP:
		place.truncated = p->truncated && !packet->whole;
		ppp_frame(all, inner, &place);
		break;
	case PPTP_TUNNEL_NONE:
		break;
	}
}

static void give(struct pptp_packets *all, const struct pptp_packet *packet,
		 const struct pptp_place *p)
{
	if (packet->kind == PPTP_PACKET_TCP && !packet->whole) {
		all->counts.unread[PPTP_UNREAD_TCP]++;
		return;
	}
	all->to.packet(all->to.context, p, packet);
	inside(all, packet, p);
}

/* `bytes`: all of it, where it came in one. */
static void whole_packet(struct pptp_packets *all, const struct pptp_ip *ip,
			 struct pptp_reader bytes,
			 const struct pptp_place *outer)
{
	struct pptp_place p = *outer;
	struct pptp_packet packet;

	p.source = &ip->source;
	p.destination = &ip->destination;
	/* A header that tells its length knows best: padding may be cut. */
	p.truncated =
	    ip->truncated || (outer->truncated && !ip->payload.nested);
	pptp_packet_of(&packet, ip);
	packet.length = pptp_reader_left(&bytes);
	packet.bytes = pptp_read_bytes(&bytes, packet.length);
	give(all, &packet, &p);
}

static void on_joined(void *context, const struct pptp_ip *ip, unsigned depth,
		      uint64_t frame, int64_t time_us)
{
	const struct pptp_place p = {
	    .frame = frame, .time_us = time_us, .depth = depth};
	struct pptp_reader none;

	pptp_reader_init(&none, NULL, 0);
	whole_packet(context, ip, none, &p);
}

static void ip_packet(struct pptp_packets *all, struct pptp_reader r,
		      const struct pptp_place *p)
{
	struct pptp_reader bytes = r;
	struct pptp_ip ip;

	if (!pptp_ip_decode(&ip, &r)) {
		all->counts.unread[PPTP_UNREAD_IP]++;
		return;
	}
	if (p->truncated && !ip.payload.nested)
		ip.truncated = true;
	if (ip.more_fragments || ip.fragment_offset > 0)
		pptp_fragments_input(all->fragments, &ip, p->depth, p->frame,
				     p->time_us);
	else
		whole_packet(all, &ip, bytes, p);
}

void pptp_packets_frame(struct pptp_packets *all, const struct pptp_frame *f)
{
	const struct pptp_place p = {.frame = f->number,
				     .time_us = f->time_us,
				     .truncated = f->truncated};
	struct pptp_reader r;

	all->counts.frames++;
	switch (pptp_link_decode(f->linktype, f->bytes, f->length, &r)) {
	case PPTP_LINK_IP:
		ip_packet(all, r, &p);
		break;
	case PPTP_LINK_PPP:
		ppp_frame(all, r, &p);
		break;
	case PPTP_LINK_NONE:
		break;
	case PPTP_LINK_OTHER:
		all->counts.unread[PPTP_UNREAD_LINK]++;
		break;
	}
}

/* ---- bytes of no frame --------------------------------------------------- */

static const struct pptp_place nowhere = {.time_us = PPTP_NO_TIME};

void pptp_packets_ip(struct pptp_packets *all, struct pptp_reader r)
{
	ip_packet(all, r, &nowhere);
}

void pptp_packets_gre(struct pptp_packets *all, struct pptp_reader r)
{
	const struct pptp_ip ip = {.protocol = PPTP_IP_GRE, .payload = r};
	struct pptp_packet packet;

	pptp_packet_of(&packet, &ip);
	give(all, &packet, &nowhere);
}

void pptp_packets_ppp(struct pptp_packets *all, struct pptp_reader r)
{
	ppp_frame(all, r, &nowhere);
}

/* ---- the whole ----------------------------------------------------------- */

struct pptp_packets *pptp_packets_new(const struct pptp_packets_to *to)
{
	struct pptp_packets *all = calloc(1, sizeof(*all));

	if (all == NULL)
		return NULL;
	all->to = *to;
	all->fragments = pptp_fragments_new(on_joined, all);
	if (all->fragments != NULL)
		return all;
	free(all);
	return NULL;
}

void pptp_packets_free(struct pptp_packets *all)
{
	if (all == NULL)
		return;
	pptp_fragments_free(all->fragments);
	free(all);
}

void pptp_packets_end(struct pptp_packets *all)
{
	pptp_fragments_end(all->fragments);
	all->counts.unread[PPTP_UNREAD_FRAGMENT] =
	    pptp_fragments_unread(all->fragments);
}

const struct pptp_read_counts *
pptp_packets_counts(const struct pptp_packets *all)
{
	return &all->counts;
}
