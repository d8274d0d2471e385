/* SPDX-License-Identifier: BSD-2-Clause */
/* A CHAP packet from its code on; a Challenge encodes to itself. */
#include "fuzz/fuzz_ppp.h"

#include "format/chap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[65536];
	struct pptp_ppp_packet p;
	struct pptp_writer w;
	struct pptp_chap c;

	fuzz_walk_as(PPTP_PPP_CHAP, data, size);
	if (!fuzz_packet(&p, data, size) || !pptp_chap_decode(&c, &p))
		return 0;
	CHECK(5u + c.value_size + c.name_length == p.length);
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_chap_challenge_encode(&w, p.identifier, c.value, c.value_size,
				   c.name, c.name_length);
	CHECK(pptp_writer_ok(&w) && w.length == p.length);
	CHECK(memcmp(bytes + 1, data + 1, w.length - 1) == 0);
	return 0;
}
