/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz/fuzz.h"

#include "format/icmp.h"

/* Whole IP packets, so that both versions and their cuts are tried. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_json out;
	struct pptp_icmp icmp;
	struct pptp_reader r;
	struct pptp_ip ip;

	pptp_reader_init(&r, data, size);
	if (!pptp_ip_decode(&ip, &r))
		return 0;
	if (!pptp_icmp_decode(&icmp, &ip, &ip.payload)) {
		CHECK(!pptp_reader_ok(&ip.payload));
		return 0;
	}
	pptp_icmp_walk(&icmp, fuzz_open(&out));
	fuzz_close(&out);
	return 0;
}
