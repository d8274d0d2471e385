/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One direction of a control connection, cut into its messages (RFC 2637 2): of
 * bytes that come in any pieces, with some of them missing, and with messages
 * that are longer than any. No byte is looked at that is behind the message.
 */
#ifndef PPTP_CONTROL_STREAM_H
#define PPTP_CONTROL_STREAM_H

#include "format/control.h"

struct pptp_control_stream {
	uint16_t skip;      /* of the last message's end, which is not read */
	uint8_t length;     /* how many of `bytes` are a message's start */
	bool lost : 1;      /* it is not PPTP (any more) */
	bool searching : 1; /* for the next message, behind a gap */
	/* After PPTP_CONTROL_MESSAGE the message, until more bytes come. */
	uint8_t bytes[PPTP_CONTROL_MAX];
};

enum pptp_control_found {
	PPTP_CONTROL_MORE,    /* all bytes are used, and no message is whole */
	PPTP_CONTROL_MESSAGE, /* `m`, as pptp_control_decode_start() has it */
	PPTP_CONTROL_LOST,    /* no further byte can make it a message */
};

/*
 * The next message of bytes that follow those given before: takes from `in`
 * what belongs to it. A banner of another protocol is known by its first bytes,
 * before a header of them came. PPTP_CONTROL_LOST: the first `length` of `bytes`
 * cannot be a message's start, and `in` is behind them; so it stays until
 * pptp_control_stream_init() makes another start.
 */
enum pptp_control_found pptp_control_stream_next(struct pptp_control_stream *s,
						 struct pptp_reader *in,
						 struct pptp_control *m);
void pptp_control_stream_init(struct pptp_control_stream *s);
/* Nothing is read any more from a message on of which `length` bytes are there,
 * even if it was found whole: `bytes` get those that follow too, as far as there
 * is room. */
void pptp_control_stream_lose(struct pptp_control_stream *s, size_t length,
			      struct pptp_reader *in);
/* `missing` bytes will never come. Where they end inside of a message whose
 * length is known, the next one is read from its start; else what follows is
 * looked through for the start of one. */
void pptp_control_stream_gap(struct pptp_control_stream *s, uint64_t missing);

#endif
