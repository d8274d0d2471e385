/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every PPTP, GRE and PPP message of a capture file, one flat object each
 * (contract of `pptp-probe decode`). Control messages are taken from TCP
 * streams by sequence number, so that retransmitted, split and merged segments
 * give each message once; IPv4 fragments are put together.
 */
#ifndef PPTP_DECODE_H
#define PPTP_DECODE_H

#include "core/error.h"
#include "core/sink.h"

/* Called between the objects: begin gives the sink for the next, end takes it
 * away. A false `end` stops. */
struct pptp_decode_output {
	struct pptp_sink *(*begin)(void *context);
	bool (*end)(void *context);
	void *context;
};

/* `path` "-": standard input. `text` gets one sentence on failure. */
enum pptp_error pptp_decode_file(const char *path,
				 const struct pptp_decode_output *output,
				 char *text, size_t room) PPTP_MUST_USE;
/* Bytes without a file: an IP packet, a control message, an enhanced GRE
 * packet or a PPP frame, whichever they look like. */
enum pptp_error
pptp_decode_bytes(const void *bytes, size_t length,
		  const struct pptp_decode_output *output) PPTP_MUST_USE;

#endif
