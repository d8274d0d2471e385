/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The capture of a sweep, beside the prober's: blocks of replies (TPACKET_V3),
 * not one at a time, and nothing but what could answer a SYN of ours.
 */
#ifndef PPTP_SWEEP_CAPTURE_H
#define PPTP_SWEEP_CAPTURE_H

#include <stdint.h>

#include "format/address.h"
#include "format/error.h"
#include "scan/cookie.h"

struct pptp_sweep_capture;

struct pptp_sweep_capture_config {
	const char *interface;                 /* or "any" */
	const struct pptp_address *sources;    /* ours; */
	size_t source_count;                   /* at least one */
	const struct pptp_source_ports *ports; /* that SYNs leave from */
	size_t ring;                           /* bytes */
};

/* A whole IP packet, as far as it was captured, and when the kernel saw it, in
 * nanoseconds since 1970. */
typedef void pptp_sweep_packet(void *context, const uint8_t *packet,
			       size_t length, int64_t time_ns);

/* On failure one clause in `text`: what is wrong, with which value. */
enum pptp_error
pptp_sweep_capture_open(struct pptp_sweep_capture **c,
			const struct pptp_sweep_capture_config *config,
			char *text, size_t room) PPTP_MUST_USE;
void pptp_sweep_capture_close(struct pptp_sweep_capture *c); /* or NULL */
/* Waits for packets, at most `timeout_ms`, and gives each that is there. False:
 * the interface is gone or down; it may come back. */
bool pptp_sweep_capture_read(struct pptp_sweep_capture *c, int timeout_ms,
			     pptp_sweep_packet *packet, void *context);
/* Dropped by kernel or interface since it was opened. */
uint64_t pptp_sweep_capture_drops(struct pptp_sweep_capture *c);

#endif
