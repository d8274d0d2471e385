/* SPDX-License-Identifier: BSD-2-Clause */
/* A PAP packet from its code on. */
#include "fuzz/fuzz_ppp.h"

#include "format/pap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pptp_ppp_packet p;
	struct pptp_pap pap;
	size_t used;

	fuzz_walk_as(PPTP_PPP_PAP, data, size);
	if (!fuzz_packet(&p, data, size) || !pptp_pap_decode(&pap, &p))
		return 0;
	used = (size_t)pap.peer_id_length + pap.password_length +
	       pap.message_length;
	CHECK(used + 4 <= p.length);
	CHECK(p.code != 1 || (pap.peer_id != NULL && pap.password != NULL));
	return 0;
}
