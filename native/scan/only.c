/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/only.h"

#include <stddef.h>
#include <string.h>

static const char *const names[] = {"any", "open", "answered", "accepted"};

const char *pptp_only_name(enum pptp_only only)
{
	return names[only];
}

bool pptp_only_parse(enum pptp_only *only, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0) {
			*only = (enum pptp_only)i;
			return true;
		}
	return false;
}
