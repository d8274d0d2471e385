/* SPDX-License-Identifier: BSD-2-Clause */
/* What is counted of a capture while it is read. */
#ifndef PPTP_READ_COUNTS_H
#define PPTP_READ_COUNTS_H

#include <stdint.h>

/* Frames that were not understood */
enum pptp_unread {
	PPTP_UNREAD_LINK,     /* neither IP nor PPP in their link layer */
	PPTP_UNREAD_IP,       /* a broken or cut IP header */
	PPTP_UNREAD_TCP,      /* a broken TCP header */
	PPTP_UNREAD_DEPTH,    /* more tunnels in tunnels than 4 */
	PPTP_UNREAD_FRAGMENT, /* packets whose first part is lacking */
	PPTP_UNREAD_COUNT
};

/* Only added to, never reset. */
struct pptp_read_counts {
	uint64_t frames, unread[PPTP_UNREAD_COUNT];
};

#endif
