/* SPDX-License-Identifier: BSD-2-Clause */
/* The blocks of a pcapng file (draft-ietf-opsawg-pcapng), whose interfaces may
 * each have a link type and a snapshot length of their own, which libpcap does
 * not read. */
#ifndef PPTP_PCAPNG_H
#define PPTP_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define PPTP_PCAPNG_INTERFACES 4096 /* of one section */

struct pptp_pcapng_interface {
	int linktype; /* as libpcap's DLT_ values */
	uint32_t snapshot;
	uint8_t resolution; /* option if_tsresol */
	int64_t offset;     /* option if_tsoffset, seconds */
};

struct pptp_pcapng {
	FILE *file;
	bool swapped; /* the section is little-endian */
	struct pptp_pcapng_interface *interfaces;
	size_t count;
	uint8_t *block; /* type and lengths left out */
	size_t room;
	const char *why; /* a few words, once it is broken */
};

struct pptp_pcapng_packet {
	const uint8_t *bytes; /* valid until the next packet */
	size_t length, sent;
	int linktype;
	bool timed;
	int64_t time_us; /* since 1970 */
};

/* Reads from the first byte on; `file` is the caller's. */
void pptp_pcapng_init(struct pptp_pcapng *p, FILE *file);
/* 1: a packet; 0: the end; -1: broken here. */
int pptp_pcapng_next(struct pptp_pcapng *p, struct pptp_pcapng_packet *packet);
/* The first interface of this section; -1: there is none yet. */
int pptp_pcapng_linktype(const struct pptp_pcapng *p);
void pptp_pcapng_free(struct pptp_pcapng *p);

#endif
