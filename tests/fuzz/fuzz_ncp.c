/* SPDX-License-Identifier: BSD-2-Clause */
/* A packet from its code on, behind a first byte that chooses whose it is. */
#include "fuzz/fuzz_ppp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t protocols[] = {
	    PPTP_PPP_IPCP, PPTP_PPP_CCP, PPTP_PPP_IPV6CP, PPTP_PPP_CBCP, 0x8053,
	};

	if (size == 0)
		return 0;
	fuzz_walk_as(protocols[data[0] % 5], data + 1, size - 1);
	return 0;
}
