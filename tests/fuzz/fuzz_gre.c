/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz/fuzz.h"

#include "format/gre.h"

/* Strict source route, recursion and the flags of the second byte are
 * accepted, and not kept but in `flags`. */
#define IGNORED_BITS 0x0f78

static void round_trip(const struct pptp_gre *gre, const uint8_t *data,
		       size_t used)
{
	static uint8_t bytes[16 + 0xffff];
	struct pptp_writer w;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_gre_encode(&w, gre, gre->payload.at, gre->payload_length);
	CHECK(pptp_writer_ok(&w));
	CHECK(w.length == used);
	CHECK(bytes[0] == (data[0] & ~(IGNORED_BITS >> 8)));
	CHECK(bytes[1] == (data[1] & ~(IGNORED_BITS & 0xff)));
	CHECK(memcmp(bytes + 2, data + 2, used - 2) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_json out;
	struct pptp_reader r, q;
	struct pptp_gre gre, quote;
	bool whole, quoted;

	pptp_reader_init(&r, data, size);
	q = r;
	whole = pptp_gre_decode(&gre, &r);
	quoted = pptp_gre_decode_quote(&quote, &q);
	if (!quoted) {
		CHECK(!whole && !pptp_reader_ok(&q));
		return 0;
	}
	CHECK(pptp_gre_is_enhanced(data, size));
	if (whole) {
		CHECK(quote.call_id == gre.call_id);
		CHECK(quote.has_sequence == gre.has_sequence);
		CHECK(quote.has_acknowledgment == gre.has_acknowledgment);
		round_trip(&gre, data, pptp_reader_offset(&r));
	}
	pptp_gre_walk(&quote, fuzz_open(&out));
	fuzz_close(&out);
	return 0;
}
