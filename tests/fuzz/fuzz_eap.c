/* SPDX-License-Identifier: BSD-2-Clause */
/* An EAP packet from its code on; a Request/Identity encodes to itself. */
#include "fuzz/fuzz_ppp.h"

#include "format/eap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[65536];
	struct pptp_ppp_packet p;
	struct pptp_writer w;
	struct pptp_eap e;

	fuzz_walk_as(PPTP_PPP_EAP, data, size);
	if (!fuzz_packet(&p, data, size) || !pptp_eap_decode(&e, &p))
		return 0;
	CHECK(4u + e.has_type + e.data_length == p.length);
	if (p.code != PPTP_EAP_REQUEST || e.type != 1)
		return 0;
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_eap_identity_encode(&w, p.identifier, e.data, e.data_length);
	CHECK(pptp_writer_ok(&w) && w.length == p.length);
	CHECK(memcmp(bytes, data, w.length) == 0);
	return 0;
}
