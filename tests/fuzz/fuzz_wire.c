/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said to pptp-wire: messages, each behind its length in two bytes. */
#include "fuzz/fuzz.h"

#include "unit/served_wire.h"

/* What is understood is said again in the same bytes. */
static void check_message(const uint8_t *data, size_t size)
{
	struct pptp_wire_message m;
	uint8_t again[PPTP_WIRE_ROOM];

	if (!pptp_wire_message_decode(&m, data, size))
		return;
	CHECK(pptp_wire_message_encode(&m, again, sizeof(again)) == (int)size);
	CHECK(memcmp(again, data, size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length;
	unsigned most = 64;

	served_begin();
	while (size >= 2 && most-- > 0) {
		length = (size_t)(data[0] << 8 | data[1]);
		data += 2;
		size -= 2;
		length = length < size ? length : size;
		check_message(data, length);
		(void)served_ask(data, length);
		data += length;
		size -= length;
	}
	CHECK(served.wrong == 0);
	served_end();
	return 0;
}
