/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Special-purpose addresses (RFC 6890; IANA's registries of IPv4 and IPv6, as
 * they were with RFC 9665 and RFC 9780): nobody who asks for a larger block
 * means them. They are scanned only where all of a target lies inside such
 * space; multicast, reserved and unspecified addresses never.
 */
#ifndef PPTP_SPECIAL_H
#define PPTP_SPECIAL_H

#include "core/blocks.h"

/* Year and month of the registries' youngest row that is here. */
#define PPTP_SPECIAL_DATE "2025-06"

struct pptp_special_cut {
	struct pptp_block target; /* as it was given */
	struct pptp_address at;   /* where its next piece may begin */
	bool ended;
};

void pptp_special_begin(struct pptp_special_cut *c,
			const struct pptp_block *target);
/* What is left of the target, piece by piece in rising order; false: no more. */
bool pptp_special_next(struct pptp_special_cut *c, struct pptp_block *piece);

#endif
