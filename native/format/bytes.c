/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/bytes.h"

#include <string.h>

size_t pptp_reader_offset(const struct pptp_reader *r)
{
	return (size_t)(r->at - r->base);
}

static void fail(struct pptp_reader *r, enum pptp_error error, const char *why,
		 size_t missing)
{
	if (!pptp_reader_ok(r))
		return;
	r->error = error;
	r->why = why;
	r->where = pptp_reader_offset(r);
	r->missing = missing;
}

void pptp_reader_fail(struct pptp_reader *r, const char *why)
{
	fail(r, PPTP_ERROR_MALFORMED, why, 0);
}

void pptp_reader_lack(struct pptp_reader *r, size_t length)
{
	if (r->nested)
		pptp_reader_fail(r, "runs past the length around it");
	else
		fail(r, PPTP_ERROR_SHORT, "ends too early",
		     length - pptp_reader_left(r));
}

void pptp_reader_join(struct pptp_reader *r, const struct pptp_reader *sub)
{
	if (!pptp_reader_ok(r) || pptp_reader_ok(sub))
		return;
	r->error = sub->error;
	r->why = sub->why;
	r->where = sub->where;
	r->missing = sub->missing;
}

void pptp_writer_init(struct pptp_writer *w, void *bytes, size_t room)
{
	w->bytes = bytes;
	w->length = 0;
	w->room = room;
	w->failed = false;
}

bool pptp_writer_ok(const struct pptp_writer *w)
{
	return !w->failed;
}

/* Where `length` bytes go; NULL where they don't fit or nothing is to do. */
static uint8_t *make_room(struct pptp_writer *w, size_t length)
{
	uint8_t *at;

	if (w->failed || length == 0)
		return NULL;
	if (length > w->room - w->length) {
		w->failed = true;
		return NULL;
	}
	at = w->bytes + w->length;
	w->length += length;
	return at;
}

void pptp_write_u8(struct pptp_writer *w, uint8_t v)
{
	uint8_t *p = make_room(w, 1);

	if (p != NULL)
		p[0] = v;
}

void pptp_write_u16(struct pptp_writer *w, uint16_t v)
{
	uint8_t *p = make_room(w, 2);

	if (p == NULL)
		return;
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void pptp_write_u32(struct pptp_writer *w, uint32_t v)
{
	uint8_t *p = make_room(w, 4);

	if (p == NULL)
		return;
	p[0] = (uint8_t)(v >> 24);
	p[1] = (uint8_t)(v >> 16);
	p[2] = (uint8_t)(v >> 8);
	p[3] = (uint8_t)v;
}

void pptp_write_bytes(struct pptp_writer *w, const void *bytes, size_t length)
{
	uint8_t *p = make_room(w, length);

	if (p != NULL)
		memcpy(p, bytes, length);
}

void pptp_write_zeros(struct pptp_writer *w, size_t length)
{
	uint8_t *p = make_room(w, length);

	if (p != NULL)
		memset(p, 0, length);
}

void pptp_write_padded(struct pptp_writer *w, const char *text, size_t width)
{
	size_t length = strnlen(text, width);

	/* All or nothing, so that a failed writer holds whole fields only. */
	if (!w->failed && width > w->room - w->length) {
		w->failed = true;
		return;
	}
	pptp_write_bytes(w, text, length);
	pptp_write_zeros(w, width - length);
}
