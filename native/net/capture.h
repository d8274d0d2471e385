/* SPDX-License-Identifier: BSD-2-Clause */
/* Live capture of whole IP packets with libpcap, in both directions. */
#ifndef PPTP_CAPTURE_H
#define PPTP_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include "format/error.h"
#include "format/packet.h"

struct pptp_capture;

struct pptp_captured {
	const uint8_t *packet; /* IP; borrowed until the next call */
	bool decoded; /* its headers, into `parts`, or they are malformed */
	struct pptp_packet parts; /* likewise borrowed */
	size_t length;            /* captured */
	size_t wire_length;   /* as it was on the wire, without link layer */
	int64_t time_us;      /* since 1970, by the kernel */
	const uint8_t *frame; /* with its link layer */
	size_t frame_length;
};

/* `interface` as the system names it, or "any". `ring` in bytes: what the
 * kernel may hold for us. Non-blocking, immediate, not promiscuous, 1600 bytes
 * of each frame. `filter` has to let all through that a later filter is to.
 * `text` gets one clause on failure: what is wrong, with which value.
 * PPTP_ERROR_PRIVILEGE, _INTERFACE, _ARGUMENT (the filter), _SYSTEM. */
enum pptp_error pptp_capture_open(struct pptp_capture **c,
				  const char *interface, const char *filter,
				  size_t ring, char *text,
				  size_t room) PPTP_MUST_USE;
void pptp_capture_close(struct pptp_capture *c); /* NULL is allowed */
/* Another filter from now on, inside the first; no packet that both let through
 * is lost meanwhile, but on an interface whose link layer the kernel takes off
 * ("any"). The old one stays where this one fails. */
enum pptp_error pptp_capture_filter(struct pptp_capture *c, const char *filter,
				    char *text, size_t room) PPTP_MUST_USE;
int pptp_capture_fd(const struct pptp_capture *c); /* for poll */
/* 1: `captured` is set; 0: nothing now; a negative pptp_error: the interface is
 * gone. Frames that hold no IP packet are passed over. */
int pptp_capture_next(struct pptp_capture *c, struct pptp_captured *captured);
/* Packets that the kernel or the interface dropped since the last call. */
unsigned pptp_capture_drops(struct pptp_capture *c);

/* A capture file of whole IP packets (linktype RAW), classic pcap. `path` "-"
 * is standard output. */
struct pptp_dump;
enum pptp_error pptp_dump_open(struct pptp_dump **d, const char *path,
			       char *text, size_t room) PPTP_MUST_USE;
/* PPTP_ERROR_SYSTEM with errno: the disk is full, the pipe closed. */
enum pptp_error pptp_dump_write(struct pptp_dump *d, const void *packet,
				size_t length, size_t wire_length,
				int64_t time_us) PPTP_MUST_USE;
/* So that what was written is there for others, and a full disk is known. */
enum pptp_error pptp_dump_flush(struct pptp_dump *d) PPTP_MUST_USE;
enum pptp_error pptp_dump_close(struct pptp_dump *d); /* NULL is allowed */

#endif
