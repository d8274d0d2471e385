/* SPDX-License-Identifier: BSD-2-Clause */
/* What a record keeps. The walk over it is in record_walk.c. */
#include "core/record.h"

#include <string.h>

void pptp_record_init(struct pptp_record *r, const struct pptp_storage *s)
{
	memset(r, 0, sizeof(*r));
	r->lcp.offer = s->offer;
	r->lcp.offer_room = s->offers;
	r->store = s->store;
	r->store_room = s->bytes;
}

struct pptp_slice pptp_record_keep(struct pptp_record *r, const void *bytes,
				   size_t length)
{
	struct pptp_slice slice = {r->stored, (uint16_t)length};

	if (length > PPTP_KEPT_MAX ||
	    length > (size_t)(r->store_room - r->stored)) {
		pptp_record_note(r, PPTP_NOTE_STORE_FULL, (uint32_t)length, 0);
		return (struct pptp_slice){0, 0};
	}
	if (length > 0)
		memcpy(r->store + r->stored, bytes, length);
	r->stored = (uint16_t)(r->stored + length);
	return slice;
}

struct pptp_slice pptp_record_keep_packet(struct pptp_record *r,
					  const struct pptp_ppp_packet *p)
{
	uint8_t packet[PPTP_KEPT_MAX];
	struct pptp_writer w;

	pptp_writer_init(&w, packet, sizeof(packet));
	pptp_ppp_packet_encode(&w, p->code, p->identifier, p->data.at,
			       pptp_reader_left(&p->data));
	return pptp_record_keep(
	    r, packet, pptp_writer_ok(&w) ? w.length : PPTP_KEPT_MAX + 1);
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
