/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TCP streams of a capture, put in order by sequence number: bytes that were
 * sent again come once, bytes that came early wait. What is followed: whatever
 * goes to or from port 1723, and what begins with PPTP's cookie elsewhere.
 *
 * Bounded: where the table is full, the direction that was quiet for longest
 * makes room; a hole that nothing fills is told, and passed. A SYN-ACK that
 * acknowledges another SYN than the client's is nobody's.
 */
#ifndef PPTP_STREAM_H
#define PPTP_STREAM_H

#include "format/error.h"
#include "format/packet.h"
#include "read/place.h"

#define PPTP_STREAMS      2048 /* directions followed at once: two a stream */
#define PPTP_STREAM_EARLY 256  /* segments of one that wait behind a hole */
#define PPTP_STREAMS_ROOM (16 << 20) /* bytes of all that wait */

struct pptp_segment {
	struct pptp_address source, destination;
	uint16_t source_port, destination_port;
	uint32_t sequence_number, acknowledgment_number;
	uint8_t flags;        /* PPTP_TCP_SYN … */
	const uint8_t *bytes; /* borrowed */
	size_t length;
	bool truncated; /* the capture kept less than was sent */
	uint64_t frame;
	int64_t time_us; /* since 1970 */
	/* With a gap: how many bytes at least; 0 where some came twice. */
	uint32_t missing;
};

enum pptp_stream_event {
	PPTP_STREAM_DATA, /* the next bytes, all of one segment */
	PPTP_STREAM_GAP,  /* bytes are missing; the next are this segment's */
	PPTP_STREAM_FULL, /* a gap that was given up: too much waited behind it */
	PPTP_STREAM_END, /* FIN, RST, no room, or the capture's end */
};

/* `stream` is the same number, below PPTP_STREAMS, for a direction from its
 * first event to its end. After an end by FIN, data may still come. */
typedef void pptp_stream_handler(void *context, enum pptp_stream_event event,
				 unsigned stream, const struct pptp_segment *s);

/* Of a packet with TCP in it, as it was captured. */
struct pptp_segment pptp_segment_of(const struct pptp_packet *packet,
				    const struct pptp_place *p);

struct pptp_streams;

/* NULL: no memory. */
struct pptp_streams *pptp_streams_new(pptp_stream_handler *handler,
				      void *context);
void pptp_streams_free(struct pptp_streams *all);
/* A hole whose bytes the other side has acknowledged, with data of its own, is
 * passed at once: nobody sends them again. A bare acknowledgement is a kernel's,
 * so quick that a capture may hold it before what it is for. For who needs both
 * directions in the order of their times, and not where a capture may hold
 * them in another one. */
void pptp_streams_believe_acknowledgments(struct pptp_streams *all);
/* One segment as it was captured. False: no stream that is followed. */
bool pptp_streams_input(struct pptp_streams *all, const struct pptp_segment *s);
/* Nothing more comes: what still waits is given out, and all streams end. */
void pptp_streams_end(struct pptp_streams *all);

#endif
