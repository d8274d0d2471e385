/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments that a script sends, six bytes each: which stream, flags, where in
 * the stream, how much. Byte n of every stream is n, so that whatever comes out
 * as data must be what stands at its number.
 */
#include "fuzz/fuzz.h"

#include "read/stream.h"

#define STREAMS 32

struct heard {
	bool open[PPTP_STREAMS];
	uint32_t next[PPTP_STREAMS];
};

static void hear(void *context, enum pptp_stream_event event, unsigned stream,
		 const struct pptp_segment *s)
{
	struct heard *h = context;
	size_t i;

	CHECK(stream < PPTP_STREAMS);
	if (event == PPTP_STREAM_END) {
		h->open[stream] = false;
		return;
	}
	if (event == PPTP_STREAM_GAP) {
		CHECK(!h->open[stream] ||
		      h->next[stream] != s->sequence_number);
		h->next[stream] = s->sequence_number;
		return;
	}
	CHECK(!h->open[stream] || h->next[stream] == s->sequence_number);
	CHECK(s->length > 0);
	for (i = 0; i < s->length; i++)
		CHECK(s->bytes[i] == (uint8_t)(s->sequence_number + i));
	h->open[stream] = true;
	h->next[stream] = s->sequence_number + (uint32_t)s->length;
}

static void send_one(struct pptp_streams *all, const uint8_t *script)
{
	static uint8_t bytes[4 * 256];
	struct pptp_segment s = {0};
	size_t i;

	s.source = pptp_address_v4(0x0a000000u + script[0] % STREAMS);
	s.destination = pptp_address_v4(0x0b000000);
	s.source_port = 1723;
	s.flags = script[1] & 0x1f;
	s.truncated = script[1] & 0x80;
	s.sequence_number = script[2] & 0x80
				? (uint32_t)script[3] << 24 | script[4]
				: (uint32_t)script[3] << 8 | script[4];
	s.acknowledgment_number = script[4];
	s.length = script[5] * (script[2] & 3u);
	for (i = 0; i < s.length; i++)
		bytes[i] = (uint8_t)(s.sequence_number +
				     (s.flags & PPTP_TCP_SYN ? 1 : 0) + i);
	s.bytes = bytes;
	(void)pptp_streams_input(all, &s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct heard h;
	struct pptp_streams *all;

	memset(&h, 0, sizeof(h));
	all = pptp_streams_new(hear, &h);
	if (all == NULL)
		return 0;
	for (; size >= 6; data += 6, size -= 6)
		send_one(all, data);
	if (size > 0)
		pptp_streams_end(all);
	pptp_streams_free(all);
	return 0;
}
