/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/shard.h"

#include <stddef.h>

#include "scan/order.h"

#define DIGITS 9 /* so many fit 32 bits */

/* What follows the number; NULL: there is none, or too long a one. */
static const char *read_number(const char *at, uint32_t *number)
{
	const char *first = at;

	for (*number = 0; *at >= '0' && *at <= '9'; at++) {
		if (at - first == DIGITS)
			return NULL;
		*number = *number * 10 + (uint32_t)(*at - '0');
	}
	return at > first ? at : NULL;
}

bool pptp_shard_parse(const char *text, uint32_t base, uint32_t *shard,
		      uint32_t *shards)
{
	uint32_t index, count;
	const char *at = read_number(text, &index);

	if (at == NULL || *at != '/')
		return false;
	at = read_number(at + 1, &count);
	if (at == NULL || *at != '\0')
		return false;
	index += base;
	if (index < 1 || index > count || count > PPTP_SHARDS_MAX)
		return false;
	*shard = index;
	*shards = count;
	return true;
}
