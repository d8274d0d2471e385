/* SPDX-License-Identifier: BSD-2-Clause */
/* Which part of a sweep is asked for: "2/7" is the second of seven. */
#ifndef PPTP_SHARD_H
#define PPTP_SHARD_H

#include <stdbool.h>
#include <stdint.h>

/* `base` is added to what stands before the slash, for jobs that count from 0.
 * False, and nothing is set, unless 1 <= shard <= shards <= PPTP_SHARDS_MAX. */
bool pptp_shard_parse(const char *text, uint32_t base, uint32_t *shard,
		      uint32_t *shards);

#endif
