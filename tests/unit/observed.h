/* SPDX-License-Identifier: BSD-2-Clause */
/* An observer of GRE without a control connection, shown one PPP packet at a
 * time. */
#ifndef TESTS_OBSERVED_H
#define TESTS_OBSERVED_H

#include "core/observer.h"
#include "unit/claims.h"
#include "unit/store.h"

#define OFFER_V2 "020600000000 0305c22381 0506aa6a6ace 0702 0802"

static struct pptp_observer outside;
static struct pptp_record seen;
static int64_t now;
static uint32_t numbers[2];
static const uint32_t *acknowledged; /* by the server's packets; NULL: none */

static inline struct pptp_ip gre_header(void)
{
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = pptp_address_v4(0xc0000202);
	ip.destination = pptp_address_v4(0xc0000201);
	ip.ttl = 64;
	return ip;
}

static inline void observe_gre(void)
{
	record_empty(&seen);
	seen.kind = PPTP_KIND_GRE;
	seen.target = pptp_address_v4(0xc0000201);
	seen.source = pptp_address_v4(0xc0000202);
	pptp_observer_init(&outside, &seen);
}

static inline void begin_gre(void)
{
	observe_gre();
	seen.gre.asked = true;
	seen.call.peer_call_id = 0x0480;
	numbers[PPTP_US] = numbers[PPTP_SERVER] = 0;
	acknowledged = NULL;
	now = 0;
}

static inline struct pptp_event wire(enum pptp_side side, uint16_t protocol,
				     uint8_t code, uint8_t identifier,
				     const char *options)
{
	struct pptp_ip ip = gre_header();
	struct pptp_event event;
	struct pptp_gre gre;
	struct pptp_writer w;
	uint8_t data[900], frame[1024], bytes[1200];
	size_t length = unhex(options, data, sizeof(data));
	int n;

	memset(&gre, 0, sizeof(gre));
	if (side == PPTP_SERVER) {
		ip.source = seen.target;
		ip.destination = seen.source;
	}
	gre.call_id = 0x0480;
	gre.has_sequence = true;
	gre.sequence_number = numbers[side]++;
	if (side == PPTP_SERVER && acknowledged != NULL) {
		gre.has_acknowledgment = true;
		gre.acknowledgment_number = *acknowledged;
	}
	pptp_writer_init(&w, frame, sizeof(frame));
	pptp_ppp_frame_encode(&w, protocol);
	pptp_ppp_packet_encode(&w, code, identifier, data, length);
	n = pptp_gre_packet_encode(&ip, &gre, frame, w.length, bytes,
				   sizeof(bytes));
	ck_assert_int_gt(n, 0);
	ck_assert(
	    pptp_observer_bytes(&outside, side, bytes, (size_t)n, now, &event));
	return event;
}

#define LCP(side, code, id, options)                                           \
	wire(side, PPTP_PPP_LCP, PPTP_##code, id, options)

#endif
