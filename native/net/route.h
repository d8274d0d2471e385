/* SPDX-License-Identifier: BSD-2-Clause */
/* Which interface and source address the kernel would use (rtnetlink(7)). */
#ifndef PPTP_ROUTE_H
#define PPTP_ROUTE_H

#include "format/address.h"
#include "format/error.h"

#define PPTP_INTERFACE_NAME 16 /* IFNAMSIZ */

struct pptp_route {
	struct pptp_address source; /* as given, or as the kernel takes it */
	char interface[PPTP_INTERFACE_NAME];
	unsigned index;
	bool local; /* the target is an address of this host */
};

/* The way of what is sent from a socket bound to `source` and to `interface`
 * (either NULL: as the kernel takes it; a rule by source counts then as well).
 * `*router`: what the kernel is asked through, opened where it is -1, and the
 * caller's to close. PPTP_ERROR_ROUTE where there is no route, by `interface`
 * if it is given; PPTP_ERROR_INTERFACE where that does not exist or is down;
 * PPTP_ERROR_SYSTEM with errno. */
enum pptp_error pptp_route_find(int *router, const struct pptp_address *target,
				const char *interface,
				const struct pptp_address *source,
				struct pptp_route *route) PPTP_MUST_USE;

#endif
