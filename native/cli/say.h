/* SPDX-License-Identifier: BSD-2-Clause */
/* What people are told. */
#ifndef PPTP_SAY_H
#define PPTP_SAY_H

/* One sentence on standard error, after the program's name. Control characters
 * in it, and bytes that are no UTF-8, are shown as \xNN. */
void pptp_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
