/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz/fuzz.h"

#include "format/dissect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_json out;

	pptp_dissect_ip(data, size, fuzz_open(&out), "layers");
	fuzz_close(&out);
	return 0;
}
