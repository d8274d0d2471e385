/* SPDX-License-Identifier: BSD-2-Clause */
/* An IPv4 or IPv6 address as bytes in network order. */
#ifndef PPTP_ADDRESS_H
#define PPTP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pptp_address {
	uint8_t family; /* 4, 6, or 0: none */
	uint8_t bytes[16];
};

#define PPTP_ADDRESS_TEXT 46 /* longest text with its NUL */

/* Dotted quads of four decimal numbers without leading zeros, or RFC 4291
 * text without a zone; the whole of `text` must be used. */
bool pptp_address_parse(struct pptp_address *a, const char *text,
			size_t length);
/* RFC 5952 text; returns its length without the NUL. `text` has
 * PPTP_ADDRESS_TEXT bytes. */
size_t pptp_address_format(const struct pptp_address *a, char *text);
bool pptp_address_equal(const struct pptp_address *a,
			const struct pptp_address *b);
/* <0, 0, >0; every IPv4 address sorts before every IPv6 address. */
int pptp_address_compare(const struct pptp_address *a,
			 const struct pptp_address *b);
/* The one behind it and the one before it; both wrap within the family. */
void pptp_address_increment(struct pptp_address *a);
void pptp_address_decrement(struct pptp_address *a);
/* Of IPv6, bytes 0 to 7 (`at` 0) or 8 to 15 (`at` 8) as a number. */
uint64_t pptp_address_half(const struct pptp_address *a, size_t at);
/* Both are inline for sweeps: they have one or two for each packet. */
static inline struct pptp_address pptp_address_v4(uint32_t host_order)
{
	struct pptp_address a = {4, {0}};

	a.bytes[0] = (uint8_t)(host_order >> 24);
	a.bytes[1] = (uint8_t)(host_order >> 16);
	a.bytes[2] = (uint8_t)(host_order >> 8);
	a.bytes[3] = (uint8_t)host_order;
	return a;
}

static inline uint32_t pptp_address_v4_value(const struct pptp_address *a)
{
	return (uint32_t)a->bytes[0] << 24 | (uint32_t)a->bytes[1] << 16 |
	       (uint32_t)a->bytes[2] << 8 | a->bytes[3];
}

/* Private, loopback, link-local, shared (RFC 1918, 3927, 4193, 5735, 6598)
 * or documentation space: addresses that nobody is surveyed by. */
bool pptp_address_is_private(const struct pptp_address *a);
/* How many IPv4 addresses of a range are outside such space. */
uint64_t pptp_address_v4_public(uint32_t first, uint32_t last);

#endif
