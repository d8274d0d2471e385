/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/block.h"

#define SILENT_MOST 16 /* conversations without a byte */
#define ASKED_ONE   16 /* hits, of which one is asked */

/* Below SILENT_MOST a byte counts silent conversations; from there on, hits
 * since the last that was asked. */
static uint8_t *byte_of(uint8_t *blocks, const struct pptp_address *target)
{
	if (target->family != 4)
		return NULL;
	return &blocks[pptp_address_v4_value(target) >> 8];
}

void pptp_block_ended(uint8_t *blocks, const struct pptp_address *target,
		      bool heard)
{
	uint8_t *byte = byte_of(blocks, target);

	if (byte == NULL)
		return;
	if (heard)
		*byte = 0;
	else if (*byte < SILENT_MOST)
		*byte = (uint8_t)(*byte + 1);
}

bool pptp_block_asks(uint8_t *blocks, const struct pptp_address *target)
{
	uint8_t *byte = byte_of(blocks, target);

	if (byte == NULL || *byte < SILENT_MOST)
		return true;
	*byte = (uint8_t)(*byte + 1);
	if (*byte < SILENT_MOST + ASKED_ONE)
		return false;
	*byte = SILENT_MOST;
	return true;
}
