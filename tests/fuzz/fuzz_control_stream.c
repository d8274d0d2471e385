/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz/fuzz.h"

#include "format/control_stream.h"

struct seen {
	unsigned messages;
	uint32_t sum;
	bool lost;
};

static void add(struct seen *seen, const struct pptp_control *m)
{
	seen->messages++;
	seen->sum = seen->sum * 31 + m->length + m->control_message_type;
}

/* Messages until the bytes are used up, in pieces of `piece` bytes. */
static struct seen cut(const uint8_t *data, size_t size, size_t piece)
{
	struct pptp_control_stream s;
	enum pptp_control_found found;
	struct seen seen = {0};
	struct pptp_control m;
	struct pptp_reader r;

	pptp_control_stream_init(&s);
	for (size_t at = 0; at < size && !s.lost; at += piece) {
		pptp_reader_init(&r, data + at,
				 piece < size - at ? piece : size - at);
		while ((found = pptp_control_stream_next(&s, &r, &m)) ==
		       PPTP_CONTROL_MESSAGE)
			add(&seen, &m);
		CHECK(s.length <= PPTP_CONTROL_MAX);
		CHECK(s.lost == (found == PPTP_CONTROL_LOST));
		CHECK(s.lost || pptp_reader_left(&r) == 0);
	}
	seen.lost = s.lost;
	return seen;
}

/* However a gap cut it: what is there is bounded, and all bytes are used. */
static void miss(const uint8_t *data, size_t size, size_t missing)
{
	struct pptp_control_stream s;
	struct pptp_control m;
	struct pptp_reader r;

	pptp_control_stream_init(&s);
	pptp_reader_init(&r, data, size / 2);
	while (pptp_control_stream_next(&s, &r, &m) == PPTP_CONTROL_MESSAGE)
		continue;
	pptp_control_stream_gap(&s, missing);
	pptp_reader_init(&r, data + size / 2, size - size / 2);
	while (pptp_control_stream_next(&s, &r, &m) == PPTP_CONTROL_MESSAGE)
		continue;
	CHECK(s.lost || pptp_reader_left(&r) == 0);
	CHECK(s.length <= PPTP_CONTROL_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen whole = cut(data, size, size), pieces;

	for (size_t piece = 1; piece < 8; piece += 3) {
		pieces = cut(data, size, piece);
		CHECK(pieces.messages == whole.messages);
		CHECK(pieces.sum == whole.sum);
		CHECK(pieces.lost == whole.lost);
	}
	miss(data, size, size > 0 ? data[0] : 0);
	return 0;
}
