/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said to pptp-wire: a batch of messages. */
#include "fuzz/fuzz.h"

#include "net/wire_batch.h"
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
	struct pptp_reader r;
	const uint8_t *message;
	size_t length;
	unsigned most = 64;

	served_begin();
	pptp_reader_init(&r, data, size);
	while (most-- > 0 && pptp_wire_batch_next(&r, &message, &length)) {
		check_message(message, length);
		(void)served_ask(message, length);
	}
	CHECK(served.wrong == 0);
	served_end();
	return 0;
}
