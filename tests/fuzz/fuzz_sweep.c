/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said to pptp-wire by who sweeps: messages, each behind its length in two
 * bytes. */
#include "fuzz/fuzz.h"

#include "unit/served_sweep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned most = 64;
	size_t length;

	swept_begin();
	swept.found.reply.target = swept.found.reply.source =
	    swept.found.reply.from = swept_v4(198, 18, 0, 1);
	swept.left = 3;
	while (size >= 2 && most-- > 0) {
		length = (size_t)(data[0] << 8 | data[1]);
		data += 2;
		size -= 2;
		length = length < size ? length : size;
		(void)swept_ask(data, length);
		data += length;
		size -= length;
	}
	CHECK(swept.wrong == 0);
	swept_end();
	return 0;
}
