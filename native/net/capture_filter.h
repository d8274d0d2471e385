/* SPDX-License-Identifier: BSD-2-Clause */
/* The text of a capture's filter: ports, and while they are few, targets and
 * Call-IDs, so that a gateway's own tunnels are not copied. */
#ifndef PPTP_CAPTURE_FILTER_H
#define PPTP_CAPTURE_FILTER_H

#include <stdbool.h>

#include "core/conversation.h"

#define PPTP_CAPTURE_PORTS   16 /* in one filter; past them all ports pass */
#define PPTP_CAPTURE_TARGETS 16 /* that a filter has room for in any case */
/* A filter that lets all through that any other does. */
#define PPTP_CAPTURE_ALL     "icmp or icmp6 or ip proto 47 or tcp"

struct pptp_capture_filter {
	size_t length;
	bool full; /* it had no room for all */
	char text[PPTP_CAPTURE_PORTS * (PPTP_FILTER_ROOM + 8) +
		  PPTP_CAPTURE_TARGETS * (PPTP_ADDRESS_TEXT + 64) + 128];
};

/* What is for one of the ports, and what is about it. `stream`: the segments
 * between SYN and FIN too, for a capture file. */
void pptp_capture_filter_begin(struct pptp_capture_filter *f,
			       const uint16_t *ports, size_t count,
			       bool stream);
/* From here on what was said is narrowed to the targets that follow, and ICMP,
 * which comes from anywhere. */
void pptp_capture_filter_narrow(struct pptp_capture_filter *f);
/* What is a target's; and GRE with a Call-ID of ours (0: none), whoever sent
 * it. */
void pptp_capture_filter_add(struct pptp_capture_filter *f,
			     const struct pptp_address *target,
			     uint16_t call_id);
/* PPTP_ERROR_SPACE where it is too long. */
enum pptp_error pptp_capture_filter_end(struct pptp_capture_filter *f,
					bool narrow) PPTP_MUST_USE;

#endif
