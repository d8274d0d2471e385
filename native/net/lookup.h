/* SPDX-License-Identifier: BSD-2-Clause */
/* Host names, and the addresses that the system knows for them. */
#ifndef PPTP_LOOKUP_H
#define PPTP_LOOKUP_H

#include <netdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/address.h"
#include "format/error.h"

/* `family` 4, 6 or 0: both. `all` is freeaddrinfo()'s. PPTP_ERROR_NAME, with a
 * sentence in `text`: it does not resolve. */
enum pptp_error pptp_lookup(const char *name, uint8_t family,
			    struct addrinfo **all, char *text,
			    size_t room) PPTP_MUST_USE;
/* False: neither IPv4 nor IPv6. */
bool pptp_lookup_address(struct pptp_address *a, const struct sockaddr *from);
/* The first IPv4 address, else the first IPv6 one; false: none. */
bool pptp_lookup_choose(const struct addrinfo *all,
			struct pptp_address *chosen);

#endif
