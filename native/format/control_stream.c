/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/control_stream.h"

#include <string.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How much of the message is read whose start is there; 0 where no further byte
 * can make it one. `m` is decoded where that much is there. */
static size_t wanted(const struct pptp_control_stream *s,
		     struct pptp_control *m)
{
	struct pptp_reader r;

	if (!pptp_control_may_begin(s->bytes, s->length))
		return 0;
	if (s->length < PPTP_CONTROL_HEADER)
		return PPTP_CONTROL_HEADER;
	pptp_reader_init(&r, s->bytes, s->length);
	if (!pptp_control_decode_start(m, &r) &&
	    r.error == PPTP_ERROR_MALFORMED)
		return 0;
	return pptp_control_start_length(m);
}

static void drop_first(struct pptp_control_stream *s)
{
	s->length--;
	memmove(s->bytes, s->bytes + 1, s->length);
}

static void take(struct pptp_control_stream *s, struct pptp_reader *in,
		 size_t most)
{
	size_t n = least(most, pptp_reader_left(in));

	if (n > 0)
		memcpy(s->bytes + s->length, pptp_read_bytes(in, n), n);
	s->length = (uint8_t)(s->length + n);
}

static void skip(struct pptp_control_stream *s, struct pptp_reader *in)
{
	size_t n = least(s->skip, pptp_reader_left(in));

	pptp_read_skip(in, n);
	s->skip = (uint16_t)(s->skip - n);
}

void pptp_control_stream_init(struct pptp_control_stream *s)
{
	memset(s, 0, sizeof(*s));
}

enum pptp_control_found pptp_control_stream_next(struct pptp_control_stream *s,
						 struct pptp_reader *in,
						 struct pptp_control *m)
{
	size_t want;

	skip(s, in);
	while (!s->lost) {
		want = wanted(s, m);
		if (want == 0 && s->searching) {
			drop_first(s);
		} else if (want == 0) {
			s->lost = true;
		} else if (s->length == want) {
			s->skip = (uint16_t)(m->length - want);
			s->length = 0;
			s->searching = false;
			return PPTP_CONTROL_MESSAGE;
		} else if (pptp_reader_left(in) == 0) {
			return PPTP_CONTROL_MORE;
		} else {
			take(s, in, want - s->length);
		}
	}
	return PPTP_CONTROL_LOST;
}

void pptp_control_stream_lose(struct pptp_control_stream *s, size_t length,
			      struct pptp_reader *in)
{
	s->lost = true;
	s->skip = 0;
	s->length = (uint8_t)length;
	take(s, in, sizeof(s->bytes) - length);
}

/* How much of the message is still to come whose start is there; 0 where that
 * is not known. */
static size_t rest(const struct pptp_control_stream *s)
{
	struct pptp_control m;
	struct pptp_reader in;
	size_t length;

	pptp_reader_init(&in, s->bytes, s->length);
	length = pptp_read_u16(&in);
	return pptp_reader_ok(&in) && wanted(s, &m) != 0 &&
		       length >= PPTP_CONTROL_HEADER
		   ? length - s->length
		   : 0;
}

void pptp_control_stream_gap(struct pptp_control_stream *s, uint64_t missing)
{
	size_t left = s->length > 0 ? rest(s) : s->skip;

	if (missing == 0)
		return;
	s->length = 0;
	s->skip = missing <= left ? (uint16_t)(left - missing) : 0;
	s->searching = missing > left;
}
