/* SPDX-License-Identifier: BSD-2-Clause */
/* Metadata of a sweep, and its status. */
#ifndef PPTP_CLI_SCAN_META_H
#define PPTP_CLI_SCAN_META_H

#include "cli/scan.h"

/* The whole file anew, as one JSON object on one line; `hashed`: with the
 * SHA-256 of the rows. */
void pptp_scan_write_meta(struct pptp_scan *s, int fd, bool hashed);

#endif
