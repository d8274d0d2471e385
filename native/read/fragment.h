/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * IP fragments of a capture, put together (RFC 791 3.2, RFC 8200 4.5). Bytes
 * that came first stay, whatever a later fragment says of them. Bounded: the
 * packet that has waited for longest makes room.
 */
#ifndef PPTP_FRAGMENT_H
#define PPTP_FRAGMENT_H

#include "format/ip.h"

#define PPTP_FRAGMENTS         32         /* packets in parts at once */
#define PPTP_FRAGMENT_LIFETIME 60000000LL /* microseconds of the capture */

struct pptp_fragments;

/* A packet put together. One whose parts did not all come, but its first did,
 * is given as far as it goes from there, with `truncated` set, when its place
 * or its time is up. `frame` and `time_us` are its latest fragment's, `depth`
 * is its fragments'. The payload is valid during the call only. */
typedef void pptp_fragment_handler(void *context, const struct pptp_ip *ip,
				   unsigned depth, uint64_t frame,
				   int64_t time_us);

/* NULL: no memory. */
struct pptp_fragments *pptp_fragments_new(pptp_fragment_handler *handler,
					  void *context);
void pptp_fragments_free(struct pptp_fragments *all);
/* A packet with more_fragments or a fragment_offset. `depth` is the caller's:
 * how many tunnels it came through. The handler may call this again. */
void pptp_fragments_input(struct pptp_fragments *all, const struct pptp_ip *ip,
			  unsigned depth, uint64_t frame, int64_t time_us);
/* Nothing more comes. */
void pptp_fragments_end(struct pptp_fragments *all);
/* How many packets were never given, because their first part did not come or
 * is broken. */
uint64_t pptp_fragments_unread(const struct pptp_fragments *all);

#endif
