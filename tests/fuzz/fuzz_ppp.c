/* SPDX-License-Identifier: BSD-2-Clause */
/* Any frame: the walk over all PPP layers, and what frames and packets
 * promise. */
#include "fuzz/fuzz_ppp.h"

static void check_frame(struct pptp_reader r, size_t size)
{
	struct pptp_ppp_frame f;
	struct pptp_ppp_packet p;
	size_t head;

	if (!pptp_ppp_frame_decode(&f, &r))
		return;
	head = f.has_address_control ? 2 : 0;
	CHECK(head + f.protocol_length + pptp_reader_left(&f.payload) == size);
	CHECK(f.protocol_length == 2 || (f.protocol & 1));
	if (!pptp_ppp_packet_decode(&p, &f.payload))
		return;
	CHECK(pptp_reader_left(&p.data) + 4 == p.length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pptp_reader r;

	pptp_reader_init(&r, data, size);
	check_frame(r, size);
	fuzz_walk(r);
	return 0;
}
