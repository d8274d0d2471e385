/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/field.h"

#include <string.h>

static uint32_t load(const struct pptp_field *f, const void *object)
{
	const uint8_t *at = (const uint8_t *)object + f->at;
	uint16_t half;
	uint32_t word;

	if (f->kind == PPTP_FIELD_U8)
		return *at;
	if (f->kind == PPTP_FIELD_U16) {
		memcpy(&half, at, sizeof(half));
		return half;
	}
	memcpy(&word, at, sizeof(word));
	return word;
}

static void read_one(const struct pptp_field *f, uint8_t *at,
		     struct pptp_reader *r)
{
	const uint8_t *bytes;
	uint16_t half;
	uint32_t word;

	switch ((enum pptp_field_kind)f->kind) {
	case PPTP_FIELD_U8:
		*at = pptp_read_u8(r);
		break;
	case PPTP_FIELD_U16:
		half = pptp_read_u16(r);
		memcpy(at, &half, sizeof(half));
		break;
	case PPTP_FIELD_U32:
		word = pptp_read_u32(r);
		memcpy(at, &word, sizeof(word));
		break;
	case PPTP_FIELD_TEXT:
		bytes = pptp_read_bytes(r, f->size);
		if (bytes != NULL)
			memcpy(at, bytes, f->size);
		else
			memset(at, 0, f->size);
		break;
	}
}

void pptp_fields_read(const struct pptp_field *fields, size_t count,
		      void *object, struct pptp_reader *r)
{
	size_t i;

	for (i = 0; i < count; i++)
		read_one(&fields[i], (uint8_t *)object + fields[i].at, r);
}

void pptp_fields_write(const struct pptp_field *fields, size_t count,
		       const void *object, struct pptp_writer *w)
{
	const struct pptp_field *f;

	for (f = fields; f < fields + count; f++) {
		switch ((enum pptp_field_kind)f->kind) {
		case PPTP_FIELD_U8:
			pptp_write_u8(w, (uint8_t)load(f, object));
			break;
		case PPTP_FIELD_U16:
			pptp_write_u16(w, (uint16_t)load(f, object));
			break;
		case PPTP_FIELD_U32:
			pptp_write_u32(w, load(f, object));
			break;
		case PPTP_FIELD_TEXT:
			pptp_write_bytes(w, (const uint8_t *)object + f->at,
					 f->size);
			break;
		}
	}
}

void pptp_fields_walk(const struct pptp_field *fields, size_t count,
		      const void *object, struct pptp_sink *s)
{
	const uint8_t *text;

	for (size_t i = 0; i < count; i++) {
		const struct pptp_field *f = &fields[i];

		if (f->kind != PPTP_FIELD_TEXT) {
			s->number(s, f->name, load(f, object));
			continue;
		}
		text = (const uint8_t *)object + f->at;
		s->text(s, f->name, text, pptp_text_length(text, f->size));
	}
}

size_t pptp_text_length(const void *text, size_t size)
{
	const uint8_t *nul = size > 0 ? memchr(text, 0, size) : NULL;

	return nul != NULL ? (size_t)(nul - (const uint8_t *)text) : size;
}

const char *pptp_name_of(const struct pptp_name *names, size_t count,
			 uint32_t code)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (names[i].code == code)
			return names[i].name;
	return NULL;
}
