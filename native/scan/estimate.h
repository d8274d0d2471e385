/* SPDX-License-Identifier: BSD-2-Clause */
/* How much one SYN misses, by asking some twice: capture and recapture. */
#ifndef PPTP_ESTIMATE_H
#define PPTP_ESTIMATE_H

#include <stdint.h>

/* Shares in parts of a million. */
struct pptp_estimate {
	uint32_t share, low, high;
};

/* Of `of` trials `missed` failed: the share, and Wilson's interval that holds
 * the true one in 95 of 100 cases (JASA 22, 1927). Without trials all is
 * possible: 0, 0 and 1,000,000. */
struct pptp_estimate pptp_estimate_missed(uint64_t missed, uint64_t of);

#endif
