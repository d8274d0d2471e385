/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the frames of a capture to its packets: link layers taken off, IP
 * fragments put together, IP in IP, in GRE and in PPP followed four deep. Each
 * packet is decoded once, here, for whoever looks at it.
 */
#ifndef PPTP_PACKETS_H
#define PPTP_PACKETS_H

#include "format/packet.h"
#include "read/counts.h"
#include "read/place.h"
#include "read/source.h"

/* Outermost first, each during the call only. `ppp` is a frame out of enhanced
 * GRE or of a link layer; it may be NULL. */
struct pptp_packets_to {
	void (*packet)(void *context, const struct pptp_place *p,
		       const struct pptp_packet *packet);
	void (*ppp)(void *context, const struct pptp_place *p,
		    struct pptp_reader frame);
	void *context;
};

struct pptp_packets;

/* NULL: no memory. */
struct pptp_packets *pptp_packets_new(const struct pptp_packets_to *to);
void pptp_packets_free(struct pptp_packets *all);
void pptp_packets_frame(struct pptp_packets *all, const struct pptp_frame *f);
/* Bytes that begin with an IP header, an enhanced GRE header or a PPP frame, and were
 * in no frame. */
void pptp_packets_ip(struct pptp_packets *all, struct pptp_reader r);
void pptp_packets_gre(struct pptp_packets *all, struct pptp_reader r);
void pptp_packets_ppp(struct pptp_packets *all, struct pptp_reader r);
/* Nothing more comes: packets in parts are given as far as they go. */
void pptp_packets_end(struct pptp_packets *all);
/* So far; the fragments' number at the end. */
const struct pptp_read_counts *
pptp_packets_counts(const struct pptp_packets *all);

#endif
