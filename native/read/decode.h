/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every PPTP, GRE and PPP message of a capture file, one flat object each
 * (contract of `pptp-probe decode`). Control messages are taken from TCP
 * streams by sequence number, so that retransmitted, split and merged segments
 * give each message once; IP fragments are put together.
 */
#ifndef PPTP_DECODE_H
#define PPTP_DECODE_H

#include <stdio.h>

#include "format/error.h"
#include "read/output.h"

/*
 * `path` "-": standard input. `text` gets one sentence on failure.
 *
 * PPTP_ERROR_SYSTEM: no such file, or no memory. PPTP_ERROR_SHORT: what stands before the place where the file ends or breaks
 * was given out. PPTP_ERROR_MALFORMED: no capture. PPTP_ERROR_ARGUMENT: a
 * capture of a link layer that is not read here.
 *
 * An object has `frame`, `time`, `source`, `destination` (and, for control
 * messages, `source_port` and `destination_port`) as far as they are known,
 * `layer`, and the layer's fields. `truncated`: the capture kept less of it
 * than was sent. `malformed`: why, and at which offset; of a control message
 * that is broken, cut or lacks bytes, the fields that are there stand before it.
 * GRE that is not PPTP's has the layer `other`, with
 * `gre_version` and `gre_protocol`.
 */
enum pptp_error pptp_decode_file(const char *path,
				 const struct pptp_decode_output *output,
				 char *text, size_t room) PPTP_MUST_USE;
/* The same of an open file, which is closed, unless it is standard input;
 * `path` is only its name. */
enum pptp_error pptp_decode_open_file(FILE *file, const char *path,
				      const struct pptp_decode_output *output,
				      char *text, size_t room) PPTP_MUST_USE;
/* Bytes without a file: an IP packet, control messages, an enhanced GRE packet
 * or a PPP frame, whichever they look like. PPTP_ERROR_MALFORMED: like none of
 * them. The objects have no `frame` and no `time`. */
enum pptp_error
pptp_decode_bytes(const void *bytes, size_t length,
		  const struct pptp_decode_output *output) PPTP_MUST_USE;

#endif
