/* SPDX-License-Identifier: BSD-2-Clause */
/* A filter in libpcap's words (pcap-filter(7)), held against whole IP packets
 * instead of frames: what speaks of a link layer is refused. */
#ifndef PPTP_PACKET_FILTER_H
#define PPTP_PACKET_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/error.h"

struct pptp_packet_filter;

/* `words` "" lets all through. PPTP_ERROR_ARGUMENT with one clause in `text`,
 * PPTP_ERROR_SYSTEM: no memory. */
enum pptp_error pptp_packet_filter_open(struct pptp_packet_filter **f,
					const char *words, char *text,
					size_t room) PPTP_MUST_USE;
void pptp_packet_filter_close(struct pptp_packet_filter *f); /* or NULL */
bool pptp_packet_filter_passes(const struct pptp_packet_filter *f,
			       const uint8_t *packet, size_t length,
			       size_t wire_length);

#endif
