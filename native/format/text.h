/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers, words and dates as text, for code without stdio. */
#ifndef PPTP_TEXT_H
#define PPTP_TEXT_H

#include "format/sink.h"

/* Decimal digits, at least `width` of them (at most 20), and a text, without
 * their NULs; each returns where the next goes. */
char *pptp_text_digits(char *at, uint64_t value, unsigned width);
char *pptp_text_words(char *at, const char *text);
/* Microseconds since 1970 as RFC 3339 has it, in UTC: a field of the open
 * object. */
void pptp_text_walk_time(struct pptp_sink *s, const char *key, int64_t time_us);

#endif
