/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which IPv4 targets are reached by a gateway whose hardware address is known:
 * one look at the kernel's routes and neighbours, so that no packet asks it.
 * Where routing is more than the main table (policy rules, several next hops,
 * more routes than fit), nobody is, and the kernel routes each packet.
 */
#ifndef PPTP_GATEWAY_H
#define PPTP_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/address.h"

#define PPTP_GATEWAY_ROUTES 256
#define PPTP_HARDWARE       6

struct pptp_gateway_route {
	uint32_t prefix; /* host order */
	uint8_t length;
	bool gatewayed;   /* by `gateway`; else by the kernel */
	uint32_t gateway; /* host order */
	uint32_t metric;
	bool known; /* its hardware address is */
	uint8_t hardware[PPTP_HARDWARE];
};

struct pptp_gateways { /* the longest prefix first */
	struct pptp_gateway_route routes[PPTP_GATEWAY_ROUTES];
	size_t count;
	/* Of targets by their first byte: where to begin, since no route before
	 * it holds one of them. */
	uint16_t begin[256];
};

/* Of the interface with this index. False: see above; `g` is empty then. */
bool pptp_gateways_read(struct pptp_gateways *g, unsigned index);
/* The route by which a target's packets leave; NULL where the kernel is to say,
 * or the gateway is not known. */
const struct pptp_gateway_route *
pptp_gateways_find(const struct pptp_gateways *g, uint32_t target);

#endif
