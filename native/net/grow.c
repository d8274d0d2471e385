/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/grow.h"

#include <stdint.h>
#include <stdlib.h>

#define FIRST 16

bool pptp_grow(void **all, size_t count, size_t *room, size_t size)
{
	size_t more = *room > 0 ? 2 * *room : FIRST;
	void *grown;

	if (count < *room)
		return true;
	grown = more <= SIZE_MAX / size ? realloc(*all, more * size) : NULL;
	if (grown == NULL)
		return false;
	*all = grown;
	*room = more;
	return true;
}
