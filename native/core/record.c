/* SPDX-License-Identifier: BSD-2-Clause */
/* What a record keeps. The walk over it is in record_walk.c. */
#include "core/record.h"

#include <string.h>

struct pptp_slice pptp_record_keep(struct pptp_record *r, const void *bytes,
				   size_t length)
{
	struct pptp_slice slice = {r->stored, (uint16_t)length};

	if (length > (size_t)(PPTP_STORE - r->stored)) {
		pptp_record_note(r, PPTP_NOTE_STORE_FULL, (uint32_t)length, 0);
		return (struct pptp_slice){0, 0};
	}
	if (length > 0)
		memcpy(r->store + r->stored, bytes, length);
	r->stored = (uint16_t)(r->stored + length);
	return slice;
}

void pptp_record_note(struct pptp_record *r, enum pptp_note_code code,
		      uint32_t a, uint32_t b)
{
	struct pptp_note *note;

	for (unsigned i = 0; i < r->notes; i++) {
		note = &r->note[i];
		if (note->code == code) {
			if (note->count < UINT8_MAX)
				note->count++;
			return;
		}
	}
	note = &r->note[r->notes++];
	note->code = (uint8_t)code;
	note->count = 1;
	note->a = a;
	note->b = (uint16_t)b;
	if (code == PPTP_NOTE_SET_LINK_INFO)
		r->receive_accm = b;
}

bool pptp_record_has_note(const struct pptp_record *r, enum pptp_note_code code)
{
	for (unsigned i = 0; i < r->notes; i++)
		if (r->note[i].code == code)
			return true;
	return false;
}

unsigned pptp_record_refusals(const struct pptp_record *r)
{
	unsigned n = 0;

	for (uint32_t bits = r->gre.refused; bits != 0; bits &= bits - 1)
		n++;
	return n;
}
