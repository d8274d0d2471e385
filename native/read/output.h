/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the objects of a decoded capture go, and what is counted of it. */
#ifndef PPTP_READ_OUTPUT_H
#define PPTP_READ_OUTPUT_H

#include "format/sink.h"

enum pptp_unread {                   /* frames that were not understood */
		   PPTP_UNREAD_LINK, /* neither IP nor PPP in their link layer */
		   PPTP_UNREAD_IP,   /* a broken or cut IP header */
		   PPTP_UNREAD_TCP,  /* a broken TCP header */
		   PPTP_UNREAD_DEPTH,    /* more tunnels in tunnels than 4 */
		   PPTP_UNREAD_FRAGMENT, /* packets whose first part is lacking */
		   PPTP_UNREAD_COUNT
};

/* Only added to, never reset. */
struct pptp_decode_counts {
	uint64_t frames, unread[PPTP_UNREAD_COUNT];
};

/* Called between the objects: begin gives the sink for the next, end takes it
 * away. A false `end` stops. `idle` may be NULL: before a read from a pipe
 * that has nothing. `counts` may be NULL. */
struct pptp_decode_output {
	struct pptp_sink *(*begin)(void *context);
	bool (*end)(void *context);
	void *context;
	void (*idle)(void *context);
	struct pptp_decode_counts *counts;
};

#endif
