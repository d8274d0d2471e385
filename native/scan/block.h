/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Networks in which everything accepts and nothing speaks: of a /24 that let 16
 * conversations in a row end without a byte, one hit in 16 is asked.
 */
#ifndef PPTP_BLOCK_H
#define PPTP_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/address.h"

#define PPTP_BLOCKS (UINT32_C(1) << 24) /* of IPv4, a byte each */

/* A conversation ended; `heard`: its server said something. IPv6 has no such
 * blocks, and is always asked. */
void pptp_block_ended(uint8_t *blocks, const struct pptp_address *target,
		      bool heard);
/* Whether the next hit is to be asked; each call counts as one. */
bool pptp_block_asks(uint8_t *blocks, const struct pptp_address *target);

#endif
