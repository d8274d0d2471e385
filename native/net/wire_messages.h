/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pptp-wire and who uses it say to each other over a SOCK_SEQPACKET pair;
 * net/wire_batch.h has how messages are joined. Pure: bytes to a message and
 * back.
 *
 *    kind (1)  request (4)  the kind's own fields, in network order
 *
 * The helper says HELLO first. Each request gets one ANSWER with its number, in
 * their order, whatever was wrong with it; CAPTURED and LOST come unasked, with
 * request 0, and before the ANSWER to a DRAIN all that was captured until then.
 * A text is a length (1) and bytes; an address a family (1) and 4 or 16 bytes;
 * the bytes of a packet are the rest of the message.
 */
#ifndef PPTP_WIRE_MESSAGES_H
#define PPTP_WIRE_MESSAGES_H

#include "format/address.h"
#include "format/bytes.h"

#define PPTP_WIRE_VERSION 3
#define PPTP_WIRE_TEXT    256                      /* with its NUL */
#define PPTP_WIRE_PACKET  2048                     /* bytes of one, at most */
#define PPTP_WIRE_ROOM    (PPTP_WIRE_PACKET + 512) /* for any message */

enum pptp_wire_kind {
	PPTP_WIRE_HELLO = 1, /* value: version; error: errno of a raw socket,
			      * or 0; text: release */
	PPTP_WIRE_SETTINGS,  /* value: bytes of a ring; flag: all segments, for
			      * a capture file; text: interface or "" */
	PPTP_WIRE_OUT,       /* source; value: index of its interface */
	PPTP_WIRE_IN,        /* text: interface */
	PPTP_WIRE_EXCLUDE,   /* source to target: nobody there is spoken with */
	PPTP_WIRE_TALK,      /* number, source, target, port; flag: its contact
			      * information is sent along; call: it wants a
			      * Call-ID, which its answer's value is */
	PPTP_WIRE_HUSH,      /* number: that conversation is over */
	PPTP_WIRE_SEND,      /* number: what OUT was answered with; bytes */
	PPTP_WIRE_DRAIN,     /* number: what IN was answered with; 0: all */
	PPTP_WIRE_DROPS,     /* likewise, but not 0 */
	PPTP_WIRE_GUARD,
	PPTP_WIRE_ANSWER,   /* status: an enum pptp_error; error: its errno;
			      * value: what was asked for; text: a sentence */
	PPTP_WIRE_CAPTURED, /* number: of IN; time_us, wire_length, bytes */
	PPTP_WIRE_LOST,     /* number: of IN; text: a sentence */
	PPTP_WIRE_SWEEP, /* instead of SETTINGS: from its answer on both speak
			  * as net/sweeper_messages.h says */
	PPTP_WIRE_KINDS
};

/* Fields that its kind has not are 0. */
struct pptp_wire_message {
	enum pptp_wire_kind kind;
	uint32_t request; /* its number, and its answer's */
	uint32_t number, value, error;
	int32_t status;
	bool flag, call;
	uint16_t port;
	struct pptp_address source, target;
	int64_t time_us; /* since 1970 */
	uint32_t wire_length;
	char text[PPTP_WIRE_TEXT];
	const uint8_t *bytes; /* borrowed */
	size_t length;
};

/* The length, or PPTP_ERROR_SPACE. */
int pptp_wire_message_encode(const struct pptp_wire_message *m, void *bytes,
			     size_t room);
/* False where it is none: too short, too long, of no known kind; `kind` is 0
 * then, and `request` what stood there, or 0. */
bool pptp_wire_message_decode(struct pptp_wire_message *m, const void *bytes,
			      size_t length) PPTP_MUST_USE;

#endif
