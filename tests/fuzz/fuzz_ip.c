/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz/fuzz.h"

#include "format/ip.h"

/* A decoded header encodes, and decodes to the same again. */
static void round_trip(const struct pptp_ip *ip)
{
	uint8_t bytes[64];
	struct pptp_ip again;
	struct pptp_reader r;
	struct pptp_writer w;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_ip_encode(&w, ip, 0);
	CHECK(pptp_writer_ok(&w));
	pptp_reader_init(&r, bytes, w.length);
	/* A protocol number of an extension header wants one to follow. */
	if (!pptp_ip_decode(&again, &r))
		return;
	CHECK(pptp_address_equal(&again.source, &ip->source));
	CHECK(pptp_address_equal(&again.destination, &ip->destination));
	CHECK(again.ttl == ip->ttl && again.protocol == ip->protocol);
	CHECK(!again.truncated && again.fragment_offset == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_json out;
	struct pptp_reader r;
	struct pptp_ip ip;

	pptp_reader_init(&r, data, size);
	if (!pptp_ip_decode(&ip, &r)) {
		CHECK(!pptp_reader_ok(&r) && r.why != NULL && r.where <= size);
		return 0;
	}
	CHECK(pptp_reader_left(&ip.payload) <= size);
	round_trip(&ip);
	pptp_ip_walk(&ip, fuzz_open(&out));
	fuzz_close(&out);
	return 0;
}
