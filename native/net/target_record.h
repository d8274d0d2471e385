/* SPDX-License-Identifier: BSD-2-Clause */
/* A record as a target: its address, its port and its labels. */
#ifndef PPTP_TARGET_RECORD_H
#define PPTP_TARGET_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "format/address.h"

#define PPTP_TARGET_RECORD_LABELS 1024

struct pptp_target_record {
	bool none; /* the head row of a sweep: it stands for no target */
	char spec[PPTP_ADDRESS_TEXT + sizeof("[]:65535")];
	char labels[PPTP_TARGET_RECORD_LABELS]; /* "a,b", or "" */
};

/* One JSON object (docs/schema/record.json). False with what is wrong in `why`,
 * static text that ends a sentence about the line. */
bool pptp_target_record_read(struct pptp_target_record *r, const char *line,
			     size_t length, const char **why);

#endif
