/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz/fuzz.h"

#include "format/packet.h"

/* What is told of a packet lies inside of it. */
static bool lies_in(const struct pptp_packet *p, const struct pptp_reader *r)
{
	return pptp_reader_left(r) == 0 ||
	       (r->at >= p->bytes &&
		r->at + pptp_reader_left(r) <= p->bytes + p->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pptp_packet p;

	if (!pptp_packet_decode(&p, data, size))
		return 0;
	CHECK(p.bytes == data && p.length == size);
	CHECK(lies_in(&p, &p.ip.payload));
	CHECK(p.kind != PPTP_PACKET_OTHER || !p.whole);
	if (p.kind == PPTP_PACKET_TCP)
		CHECK(lies_in(&p, &p.tcp.payload));
	if (p.kind == PPTP_PACKET_GRE)
		CHECK(lies_in(&p, &p.gre.payload));
	if (p.kind == PPTP_PACKET_ICMP && p.icmp.has_quote)
		CHECK(lies_in(&p, &p.icmp.quote.payload));
	return 0;
}
