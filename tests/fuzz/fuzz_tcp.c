/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz/fuzz.h"

#include "format/tcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_json out;
	struct pptp_reader r;
	struct pptp_tcp tcp;

	pptp_reader_init(&r, data, size);
	if (pptp_tcp_decode(&tcp, &r)) {
		CHECK(20u + tcp.options_length +
			  pptp_reader_left(&tcp.payload) ==
		      size);
		pptp_tcp_walk(&tcp, fuzz_open(&out));
	} else {
		CHECK(!pptp_reader_ok(&r) && r.where <= size);
		pptp_tcp_options_walk(data, size < 256 ? size : 256,
				      fuzz_open(&out), "options");
	}
	fuzz_close(&out);
	return 0;
}
