/* SPDX-License-Identifier: BSD-2-Clause */
/* A capture file (pcap or pcapng), frame by frame, and what to do about one
 * that cannot be read. */
#ifndef PPTP_SOURCE_H
#define PPTP_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "format/error.h"
#include "read/pcapng.h"

struct pptp_frame {
	const uint8_t *bytes; /* valid until the next frame */
	size_t length;
	bool truncated;  /* the capture kept less than was sent */
	int linktype;    /* as libpcap's DLT_ values */
	uint64_t number; /* from 1, in its file */
	int64_t time_us; /* since 1970; PPTP_NO_TIME: none that makes sense */
};

#define PPTP_NO_TIME INT64_C(-1)

struct pptp_source {
	FILE *file;
	const char *name; /* for sentences; borrowed */
	/* Before a read that would have to wait; may be NULL. */
	void (*idle)(void *context);
	void *context;
	FILE *bytes; /* `file`, by way of `idle` */
	void *pcap;  /* libpcap's; NULL for pcapng */
	struct pptp_pcapng ng;
	uint64_t frames, known; /* known: of a link type that is read */
	int linktype;           /* of the first; -1: not known yet */
	uint8_t head[4];        /* the file's first bytes */
	size_t head_length, head_given;
};

/* pcap is libpcap's to read. `file` is closed with the source, unless it is standard input; where this
 * fails, at once. `text` gets one sentence on failure:
 * PPTP_ERROR_MALFORMED: no capture. PPTP_ERROR_ARGUMENT: of a link layer that
 * is not read here. */
enum pptp_error pptp_source_open(struct pptp_source *s, FILE *file,
				 const char *name, void (*idle)(void *context),
				 void *context, char *text,
				 size_t room) PPTP_MUST_USE;
/* 1: a frame; 0: the end. With a sentence: PPTP_ERROR_SHORT: it breaks here;
 * PPTP_ERROR_ARGUMENT: it ends, and none of its link layers is read here. */
int pptp_source_next(struct pptp_source *s, struct pptp_frame *f, char *text,
		     size_t room) PPTP_MUST_USE;
void pptp_source_close(struct pptp_source *s);

#endif
