/* SPDX-License-Identifier: BSD-2-Clause */
/* The observer fed by a script of both sides: streams, packets, closes. What
 * it keeps is bounded, and its record always walks into JSON. */
#include "core/observer.h"

#include <stdlib.h>
#include <string.h>

#define RECORD_ROOM (1 << 20) /* of JSON */
#define OFFERS      64

static char text[RECORD_ROOM];
static struct pptp_offer offers[OFFERS];
static uint8_t store[1 << 14]; /* as a reader of captures has it */

static void see_stream(struct pptp_observer *o, enum pptp_side side,
		       const uint8_t *bytes, size_t length, int64_t now)
{
	struct pptp_event event;
	size_t used;

	while (length > 0) {
		used =
		    pptp_observer_stream(o, side, bytes, length, now, &event);
		if (used == 0 || used > length)
			abort();
		bytes += used;
		length -= used;
	}
}

static void walk(const struct pptp_record *r)
{
	struct pptp_json j;

	pptp_json_init(&j, text, sizeof(text));
	pptp_record_walk(r, &j.sink);
	if (j.failed || j.depth != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct pptp_record r;
	struct pptp_observer o;
	struct pptp_event event;
	int64_t now = 0;

	pptp_record_init(
	    &r, &(struct pptp_storage){offers, store, OFFERS, sizeof(store)});
	r.source = pptp_address_v4(0xc0000202);
	r.target = pptp_address_v4(0xc0000201);
	r.port = 1723;
	r.kind =
	    size > 0 && bytes[0] & 1 ? PPTP_KIND_GRE : PPTP_KIND_CONVERSATION;
	pptp_observer_init(&o, &r);
	for (size_t i = 1; i + 2 <= size;) {
		uint8_t what = bytes[i];
		size_t length = bytes[i + 1];
		enum pptp_side side = what & 1 ? PPTP_SERVER : PPTP_US;

		i += 2;
		if (length > size - i)
			length = size - i;
		now += what;
		if ((what & 0x46) == 0x40)
			pptp_observer_gap(&o, side, length);
		else if ((what & 0x46) == 0x44)
			pptp_observer_call(&o, side, (uint16_t)length);
		else if ((what & 6) == 0)
			see_stream(&o, side, bytes + i, length, now);
		else if ((what & 6) == 6)
			pptp_observer_closed(&o, side, what & 8, now);
		else
			pptp_observer_bytes(&o, side, bytes + i, length, now,
					    &event);
		i += length;
	}
	pptp_observer_end(&o, PPTP_ENDED_SILENT, now);
	walk(&r);
	return 0;
}
