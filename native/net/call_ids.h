/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which Call-IDs of ours a server has met: a new call gets one that none of its
 * live calls has, nor one that ended less than 60 s ago, since packets of that
 * may still come. The key is (server address, Call-ID): two servers may have one
 * Call-ID at a time. So calls are as many as memory has room for, 8 to 16 bytes
 * each.
 *
 * Servers are told apart by 32 bits of a hash: where two are alike, one of them
 * misses some of 65,280 Call-IDs, and no more.
 */
#ifndef PPTP_CALL_IDS_H
#define PPTP_CALL_IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PPTP_CALL_QUARANTINE INT64_C(60000000) /* at least; twice at most */

struct pptp_call_set { /* open addressing; a free place is 0 */
	uint64_t *keys;
	size_t count, room;
};

struct pptp_call_ids { /* zeroed before use */
	/* Those given since `since`, and those from before. */
	struct pptp_call_set recent, older;
	int64_t since;
};

void pptp_call_ids_free(struct pptp_call_ids *ids);
/* Whether `server` may meet this one at `now`. Those that pptp_call_id_ok
 * refuses, never. */
bool pptp_call_ids_may(struct pptp_call_ids *ids, uint32_t server, uint16_t id,
		       int64_t now);
/* It is met from now on until the quarantine after the last met(): when the
 * call begins and when it ends. False: no memory. */
bool pptp_call_ids_met(struct pptp_call_ids *ids, uint32_t server, uint16_t id,
		       int64_t now);

#endif
