/* SPDX-License-Identifier: BSD-2-Clause */
/* The record's own files alone: what the walk and its notes share. */
#ifndef PPTP_RECORD_PARTS_H
#define PPTP_RECORD_PARTS_H

#include "core/record.h"
#include "format/text.h"

/* Opens a stage's object with its `state`, an enum pptp_state. */
void pptp_record_walk_stage(struct pptp_sink *s, const char *key,
			    uint8_t state);
void pptp_record_walk_time(struct pptp_sink *s, const char *key,
			   struct pptp_time t);
/* The stages `lcp`, `challenge` and `network`. */
void pptp_record_walk_ppp(const struct pptp_record *r, struct pptp_sink *s);
void pptp_record_walk_note(const struct pptp_record *r,
			   const struct pptp_note *note, struct pptp_sink *s);
/* A service's name from its first bytes; "unknown". */
const char *pptp_record_service(const uint8_t *bytes, size_t length);

#endif
