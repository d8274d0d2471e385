/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single packets by pptp-wire, for who may not send any himself: what net/send
 * and net/capture are to who may. Nobody names conversations here, so each is
 * taken from the packets: the first to an address begins one with it, and
 * captures hear what belongs to one (net/wire_policy.h).
 *
 * One conversation an address: a SYN to another port ends the one before. Calls
 * have a Call-ID that the helper chooses, so there is none here: of GRE only
 * acknowledgments leave.
 */
#ifndef PPTP_APART_H
#define PPTP_APART_H

#include "net/capture.h"
#include "net/loop.h"

struct pptp_apart;
struct pptp_apart_capture;

/* Conversations at once; the oldest goes for a new one. */
#define PPTP_APART_TALKS 1024

/* On failure one sentence or clause in `text`, here and below, and errors as
 * pptp_wire_helper_open() has them. */
enum pptp_error pptp_apart_open(struct pptp_apart **a, char *text,
				size_t room) PPTP_MUST_USE;
/* All its captures are closed. NULL is allowed. */
void pptp_apart_close(struct pptp_apart *a);
/* PPTP_ERROR_ARGUMENT where it is no IP packet; PPTP_ERROR_SYSTEM where the
 * helper refuses it, with its number in `text`, and errno. */
enum pptp_error pptp_apart_send(struct pptp_apart *a, const void *packet,
				size_t length, char *text,
				size_t room) PPTP_MUST_USE;

/* As pptp_capture_open(), but that the filter knows no link layer. */
enum pptp_error pptp_apart_capture_open(struct pptp_apart_capture **c,
					struct pptp_apart *a,
					const char *interface,
					const char *filter, char *text,
					size_t room) PPTP_MUST_USE;
void pptp_apart_capture_close(struct pptp_apart_capture *c);
/* 1: `captured` is set, but for its frame and parts, until the next call; 0: none until
 * `until` (CLOCK_MONOTONIC in us, or PPTP_LOOP_NEVER), or a signal came; a
 * negative pptp_error with a sentence in `text`. */
int pptp_apart_capture_next(struct pptp_apart_capture *c, int64_t until,
			    struct pptp_captured *captured, char *text,
			    size_t room);
/* Packets that were lost since the last call, there or here. */
unsigned pptp_apart_capture_drops(struct pptp_apart_capture *c);

#endif
