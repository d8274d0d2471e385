/* SPDX-License-Identifier: BSD-2-Clause */
/* The Internet checksum (RFC 1071), folded until no carry is left. */
#ifndef PPTP_CHECKSUM_H
#define PPTP_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "format/address.h"

/* Adds bytes to a running sum; only the last part may be of odd length. */
uint32_t pptp_checksum_add(uint32_t sum, const void *bytes, size_t length);
/* Folded and inverted. */
static inline uint16_t pptp_checksum_end(uint32_t sum)
{
	/* One fold is not enough: 0x1ffff gives 0x10000. */
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* The TCP, UDP and ICMPv6 pseudo-header (RFC 9293 3.1, RFC 8200 8.1). */
uint32_t pptp_checksum_pseudo(const struct pptp_address *source,
			      const struct pptp_address *destination,
			      uint8_t protocol, uint32_t length);

#endif
