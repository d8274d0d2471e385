/* SPDX-License-Identifier: BSD-2-Clause */
/* Which interface and source address the kernel would use (rtnetlink(7)). */
#ifndef PPTP_ROUTE_H
#define PPTP_ROUTE_H

#include "core/address.h"
#include "core/error.h"

#define PPTP_INTERFACE_NAME 16 /* IFNAMSIZ */

struct pptp_route {
	struct pptp_address source;
	char interface[PPTP_INTERFACE_NAME];
	unsigned index;
};

/* `*router`: what the kernel is asked through, opened where it is -1, and the
 * caller's to close. PPTP_ERROR_ROUTE where there is no route;
 * PPTP_ERROR_INTERFACE where `interface` (NULL: any) does not exist or is down;
 * PPTP_ERROR_SYSTEM with errno. */
enum pptp_error pptp_route_find(int *router, const struct pptp_address *target,
				const char *interface,
				struct pptp_route *route) PPTP_MUST_USE;

#endif
