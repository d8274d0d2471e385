/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire_messages.h"

#include <string.h>

enum field {
	NUMBER = 1 << 0,
	VALUE = 1 << 1,
	ERROR = 1 << 2,
	STATUS = 1 << 3,
	FLAG = 1 << 4,
	PORT = 1 << 5,
	CALL = 1 << 6,
	SOURCE = 1 << 7,
	TARGET = 1 << 8,
	TIME = 1 << 9,
	WIRE_LENGTH = 1 << 10,
	TEXT = 1 << 11,
	BYTES = 1 << 12,
};

/* In the order of enum field. */
static const unsigned fields_of[PPTP_WIRE_KINDS] = {
    [PPTP_WIRE_HELLO] = VALUE | ERROR | TEXT,
    [PPTP_WIRE_SETTINGS] = VALUE | FLAG | TEXT,
    [PPTP_WIRE_OUT] = VALUE | SOURCE,
    [PPTP_WIRE_IN] = TEXT,
    [PPTP_WIRE_EXCLUDE] = SOURCE | TARGET,
    [PPTP_WIRE_TALK] = NUMBER | FLAG | CALL | PORT | SOURCE | TARGET,
    [PPTP_WIRE_HUSH] = NUMBER,
    [PPTP_WIRE_SEND] = NUMBER | BYTES,
    [PPTP_WIRE_DRAIN] = NUMBER,
    [PPTP_WIRE_DROPS] = NUMBER,
    [PPTP_WIRE_GUARD] = 0,
    [PPTP_WIRE_ANSWER] = VALUE | ERROR | STATUS | TEXT,
    [PPTP_WIRE_CAPTURED] = NUMBER | TIME | WIRE_LENGTH | BYTES,
    [PPTP_WIRE_LOST] = NUMBER | TEXT,
    [PPTP_WIRE_SWEEP] = 0,
};

/* ---- out ----------------------------------------------------------------- */

static size_t width_of(const struct pptp_address *a)
{
	return a->family == 4 ? 4 : sizeof(a->bytes);
}

static void put_address(struct pptp_writer *w, const struct pptp_address *a)
{
	pptp_write_u8(w, a->family);
	pptp_write_bytes(w, a->bytes, width_of(a));
}

static void put_text(struct pptp_writer *w, const char *text)
{
	size_t length = strnlen(text, PPTP_WIRE_TEXT - 1);

	pptp_write_u8(w, (uint8_t)length);
	pptp_write_bytes(w, text, length);
}

static void put_numbers(struct pptp_writer *w, unsigned fields,
			const struct pptp_wire_message *m)
{
	if (fields & NUMBER)
		pptp_write_u32(w, m->number);
	if (fields & VALUE)
		pptp_write_u32(w, m->value);
	if (fields & ERROR)
		pptp_write_u32(w, m->error);
	if (fields & STATUS)
		pptp_write_u32(w, (uint32_t)m->status);
	if (fields & FLAG)
		pptp_write_u8(w, m->flag);
	if (fields & CALL)
		pptp_write_u8(w, m->call);
	if (fields & PORT)
		pptp_write_u16(w, m->port);
}

static void put_rest(struct pptp_writer *w, unsigned fields,
		     const struct pptp_wire_message *m)
{
	if (fields & SOURCE)
		put_address(w, &m->source);
	if (fields & TARGET)
		put_address(w, &m->target);
	if (fields & TIME) {
		pptp_write_u32(w, (uint32_t)((uint64_t)m->time_us >> 32));
		pptp_write_u32(w, (uint32_t)m->time_us);
	}
	if (fields & WIRE_LENGTH)
		pptp_write_u32(w, m->wire_length);
	if (fields & TEXT)
		put_text(w, m->text);
	if (fields & BYTES)
		pptp_write_bytes(w, m->bytes, m->length);
}

int pptp_wire_message_encode(const struct pptp_wire_message *m, void *bytes,
			     size_t room)
{
	unsigned fields = fields_of[m->kind];
	struct pptp_writer w;

	if ((fields & BYTES) && m->length > PPTP_WIRE_PACKET)
		return PPTP_ERROR_SPACE;
	pptp_writer_init(&w, bytes, room);
	pptp_write_u8(&w, (uint8_t)m->kind);
	pptp_write_u32(&w, m->request);
	put_numbers(&w, fields, m);
	put_rest(&w, fields, m);
	return pptp_writer_ok(&w) ? (int)w.length : PPTP_ERROR_SPACE;
}

/* ---- in ------------------------------------------------------------------ */

static void get_address(struct pptp_reader *r, struct pptp_address *a)
{
	const uint8_t *bytes;

	a->family = pptp_read_u8(r);
	if (a->family != 4 && a->family != 6) {
		pptp_reader_fail(r, "no address family");
		return;
	}
	bytes = pptp_read_bytes(r, width_of(a));
	if (bytes != NULL)
		memcpy(a->bytes, bytes, width_of(a));
}

static void get_text(struct pptp_reader *r, char *text)
{
	size_t length = pptp_read_u8(r);
	const uint8_t *bytes = pptp_read_bytes(r, length);

	if (bytes != NULL && memchr(bytes, '\0', length) == NULL)
		memcpy(text, bytes, length);
	else
		pptp_reader_fail(r, "a text with a NUL");
}

static bool get_flag(struct pptp_reader *r)
{
	uint8_t flag = pptp_read_u8(r);

	if (flag > 1)
		pptp_reader_fail(r, "a flag that is neither 0 nor 1");
	return flag == 1;
}

static void get_numbers(struct pptp_reader *r, unsigned fields,
			struct pptp_wire_message *m)
{
	if (fields & NUMBER)
		m->number = pptp_read_u32(r);
	if (fields & VALUE)
		m->value = pptp_read_u32(r);
	if (fields & ERROR)
		m->error = pptp_read_u32(r);
	if (fields & STATUS)
		m->status = (int32_t)pptp_read_u32(r);
	if (fields & FLAG)
		m->flag = get_flag(r);
	if (fields & CALL)
		m->call = get_flag(r);
	if (fields & PORT)
		m->port = pptp_read_u16(r);
}

static void get_rest(struct pptp_reader *r, unsigned fields,
		     struct pptp_wire_message *m)
{
	if (fields & SOURCE)
		get_address(r, &m->source);
	if (fields & TARGET)
		get_address(r, &m->target);
	if (fields & TIME) {
		m->time_us = (int64_t)((uint64_t)pptp_read_u32(r) << 32);
		m->time_us |= (int64_t)pptp_read_u32(r);
	}
	if (fields & WIRE_LENGTH)
		m->wire_length = pptp_read_u32(r);
	if (fields & TEXT)
		get_text(r, m->text);
	if (fields & BYTES) {
		m->length = pptp_reader_left(r);
		m->bytes = pptp_read_bytes(r, m->length);
	}
}

bool pptp_wire_message_decode(struct pptp_wire_message *m, const void *bytes,
			      size_t length)
{
	struct pptp_reader r;
	uint8_t kind;

	memset(m, 0, sizeof(*m));
	pptp_reader_init(&r, bytes, length);
	kind = pptp_read_u8(&r);
	m->request = pptp_read_u32(&r);
	if (kind == 0 || kind >= PPTP_WIRE_KINDS)
		return false;
	get_numbers(&r, fields_of[kind], m);
	get_rest(&r, fields_of[kind], m);
	if (!pptp_reader_ok(&r) || pptp_reader_left(&r) > 0 ||
	    m->length > PPTP_WIRE_PACKET)
		return false;
	m->kind = (enum pptp_wire_kind)kind;
	return true;
}
