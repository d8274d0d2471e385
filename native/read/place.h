/* SPDX-License-Identifier: BSD-2-Clause */
/* Where and when something of a capture was seen. */
#ifndef PPTP_READ_PLACE_H
#define PPTP_READ_PLACE_H

#include "format/address.h"

struct pptp_place {
	uint64_t frame; /* 0: in no file */
	int64_t time_us;
	const struct pptp_address *source, *destination; /* NULL: unknown */
	uint16_t source_port, destination_port;          /* 0: no ports */
	unsigned depth;                                  /* tunnels around it */
	bool truncated; /* the capture kept less than was sent */
};

#endif
