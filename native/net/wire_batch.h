/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes over the socket of net/wire_messages.h at once: messages, each
 * behind its length (2), in one packet. Pure. HELLO alone is not in one, so
 * that two releases understand each other as far as the version.
 */
#ifndef PPTP_WIRE_BATCH_H
#define PPTP_WIRE_BATCH_H

#include "format/bytes.h"

#define PPTP_WIRE_BATCH 16384 /* bytes of one, at most */

struct pptp_wire_batch { /* zeroed before use */
	size_t length;
	uint8_t bytes[PPTP_WIRE_BATCH];
};

/* False: no room. */
bool pptp_wire_batch_add(struct pptp_wire_batch *b, const void *message,
			 size_t length) PPTP_MUST_USE;
/* The next message of `r`, borrowed; false at the end. What is cut is one
 * message more, of no bytes, which is none. */
bool pptp_wire_batch_next(struct pptp_reader *r, const uint8_t **message,
			  size_t *length) PPTP_MUST_USE;

#endif
