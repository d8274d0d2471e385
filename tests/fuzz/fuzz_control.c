/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz/fuzz.h"

#include "format/control.h"

/* What was read is written as it came, up to the RFC's length. */
static void round_trip(const struct pptp_control *m, const uint8_t *message)
{
	size_t length = pptp_control_length(m->control_message_type);
	uint8_t bytes[PPTP_CONTROL_MAX];
	struct pptp_writer w;

	if (length == 0)
		length = PPTP_CONTROL_HEADER;
	CHECK(length <= m->length);
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_control_encode(&w, m);
	CHECK(pptp_writer_ok(&w) && w.length == length);
	CHECK(memcmp(bytes + 2, message + 2, length - 2) == 0);
}

/* A stream: messages as long as there are whole ones. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_json out;
	struct pptp_control m;
	struct pptp_reader r;
	size_t start = 0;

	pptp_reader_init(&r, data, size);
	while (pptp_control_decode(&m, &r)) {
		CHECK(pptp_reader_offset(&r) == start + m.length);
		round_trip(&m, data + start);
		pptp_control_walk(&m, fuzz_open(&out));
		fuzz_close(&out);
		CHECK(!out.j.failed);
		start += m.length;
	}
	CHECK(r.error == PPTP_ERROR_SHORT || r.error == PPTP_ERROR_MALFORMED);
	/* What is short may not be short for ever: a message is 220 bytes. */
	CHECK(r.error != PPTP_ERROR_SHORT ||
	      size - start + r.missing <= PPTP_CONTROL_MAX);
	return 0;
}
