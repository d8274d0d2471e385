/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire_batch.h"

bool pptp_wire_batch_add(struct pptp_wire_batch *b, const void *message,
			 size_t length)
{
	struct pptp_writer w;

	if (length > UINT16_MAX)
		return false;
	pptp_writer_init(&w, b->bytes + b->length,
			 sizeof(b->bytes) - b->length);
	pptp_write_u16(&w, (uint16_t)length);
	pptp_write_bytes(&w, message, length);
	if (!pptp_writer_ok(&w))
		return false;
	b->length += w.length;
	return true;
}

bool pptp_wire_batch_next(struct pptp_reader *r, const uint8_t **message,
			  size_t *length)
{
	if (pptp_reader_left(r) == 0)
		return false;
	*length = pptp_read_u16(r);
	*message = pptp_read_bytes(r, *length);
	if (!pptp_reader_ok(r))
		*length = 0;
	return true;
}
