/* SPDX-License-Identifier: BSD-2-Clause */
/* Which targets of a sweep have a row. */
#ifndef PPTP_ONLY_H
#define PPTP_ONLY_H

#include <stdbool.h>

enum pptp_only {
	PPTP_ONLY_ANY,      /* each that was asked */
	PPTP_ONLY_OPEN,     /* whoever answered a SYN with a SYN-ACK */
	PPTP_ONLY_ANSWERED, /* who is PPTP */
	PPTP_ONLY_ACCEPTED, /* who accepted a call */
};

const char *pptp_only_name(enum pptp_only only);
/* False where no choice has that name. */
bool pptp_only_parse(enum pptp_only *only, const char *name);

#endif
