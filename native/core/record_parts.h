/* SPDX-License-Identifier: BSD-2-Clause */
/* The record's own files alone: what the walk and its notes share. */
#ifndef PPTP_RECORD_PARTS_H
#define PPTP_RECORD_PARTS_H

#include "core/record.h"

/* Decimal digits, at least `width` of them, and a text, without their NULs;
 * each returns where the next goes. */
char *pptp_record_digits(char *at, uint64_t value, unsigned width);
char *pptp_record_words(char *at, const char *text);
/* RFC 3339, UTC. */
void pptp_record_walk_time(struct pptp_sink *s, const char *key,
			   int64_t time_us);
void pptp_record_walk_note(const struct pptp_record *r,
			   const struct pptp_note *note, struct pptp_sink *s);
/* A service's name from its first bytes; "unknown". */
const char *pptp_record_service(const uint8_t *bytes, size_t length);

#endif
