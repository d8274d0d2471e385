/* SPDX-License-Identifier: BSD-2-Clause */
/* The record's own files alone: what the walk and its notes share. */
#ifndef PPTP_RECORD_PARTS_H
#define PPTP_RECORD_PARTS_H

#include "core/record.h"
#include "format/text.h"

void pptp_record_walk_note(const struct pptp_record *r,
			   const struct pptp_note *note, struct pptp_sink *s);
/* A service's name from its first bytes; "unknown". */
const char *pptp_record_service(const uint8_t *bytes, size_t length);

#endif
