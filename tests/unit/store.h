/* SPDX-License-Identifier: BSD-2-Clause */
/* An empty record with as much record_room as a live conversation has. */
#ifndef TESTS_STORE_H
#define TESTS_STORE_H

#include <string.h>

#include "core/record.h"

static struct {
	struct pptp_offer offer[PPTP_OFFERS];
	uint8_t store[PPTP_STORE];
} record_room;

static inline void record_empty(struct pptp_record *r)
{
	memset(&record_room, 0, sizeof(record_room));
	pptp_record_init(r, &(struct pptp_storage){record_room.offer,
						   record_room.store,
						   PPTP_OFFERS, PPTP_STORE});
}

#endif
