/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/messages.h"

#include <string.h>

#include "format/field.h"

enum { /* where the fields of a header begin */
       MESSAGE_TYPE = 2,
       COOKIE = 4,
       CONTROL_TYPE = 8,
       RESERVED0 = 10,
};

static struct pptp_sink *begin(struct pptp_teller *t,
			       const struct pptp_segment *from)
{
	struct pptp_place p = {.frame = from->frame,
			       .time_us = from->time_us,
			       .source = &from->source,
			       .destination = &from->destination};
	struct pptp_sink *s;

	if (from->source.family != 0) {
		p.source_port = from->source_port;
		p.destination_port = from->destination_port;
	}
	s = pptp_tell_begin(t, &p);
	if (s != NULL)
		pptp_sink_string(s, "layer", "control");
	return s;
}

static void put_whole(struct pptp_teller *t, const struct pptp_control *m,
		      const struct pptp_segment *from)
{
	struct pptp_sink *s = begin(t, from);

	if (s == NULL)
		return;
	pptp_control_walk(m, s);
	pptp_tell_end(t, s, false);
}

/* ---- what is not whole --------------------------------------------------- */

static void put_header(const struct pptp_control *m, size_t length,
		       struct pptp_sink *s)
{
	const char *name = pptp_control_name(m->control_message_type);

	if (length >= CONTROL_TYPE + 2) {
		s->number(s, "control_message_type", m->control_message_type);
		if (name != NULL)
			pptp_sink_string(s, "name", name);
	}
	if (length >= MESSAGE_TYPE)
		s->number(s, "length", m->length);
	if (length >= MESSAGE_TYPE + 2)
		s->number(s, "pptp_message_type", m->pptp_message_type);
	if (length >= COOKIE + 4)
		s->number(s, "magic_cookie", m->magic_cookie);
	if (length >= RESERVED0 + 2)
		s->number(s, "reserved0", m->reserved0);
}

/* How many fields lie within the first `length` bytes of a message. */
static size_t fields_within(const struct pptp_field *fields, size_t count,
			    size_t length)
{
	size_t at = PPTP_CONTROL_HEADER, n;

	for (n = 0; n < count; n++) {
		at += fields[n].size;
		if (at > length)
			break;
	}
	return n;
}

/* Each field that is there, whatever else is wrong. Bytes behind the message's
 * own length are another's. */
static void put_readable(const struct pptp_partial *p, struct pptp_sink *s)
{
	uint8_t padded[PPTP_CONTROL_MAX] = {0};
	const struct pptp_field *fields;
	size_t length = p->length, count;
	struct pptp_control m = {0};
	struct pptp_reader r;

	memcpy(padded, p->bytes, p->length);
	pptp_reader_init(&r, padded, sizeof(padded));
	m.length = pptp_read_u16(&r);
	m.pptp_message_type = pptp_read_u16(&r);
	m.magic_cookie = pptp_read_u32(&r);
	m.control_message_type = pptp_read_u16(&r);
	m.reserved0 = pptp_read_u16(&r);
	put_header(&m, length, s);
	if (m.length >= PPTP_CONTROL_HEADER && m.length < length)
		length = m.length;
	fields = pptp_control_fields(m.control_message_type, &count);
	if (fields == NULL || length < PPTP_CONTROL_HEADER)
		return;
	pptp_fields_read(fields, count, &m, &r);
	pptp_fields_walk(fields, fields_within(fields, count, length), &m, s);
}

/* Something else on the port has no fields of ours: a message has the cookie,
 * or is right as far as to where the cookie stands. */
static bool is_message(const struct pptp_partial *p)
{
	struct pptp_control m;
	struct pptp_reader r, cookie;

	pptp_reader_init(&r, p->bytes, p->length);
	cookie = r;
	pptp_read_skip(&cookie, COOKIE);
	return pptp_read_u32(&cookie) == PPTP_COOKIE ||
	       pptp_control_decode(&m, &r) || r.error == PPTP_ERROR_SHORT ||
	       r.where >= CONTROL_TYPE;
}

static void put_broken(struct pptp_teller *t, const struct pptp_partial *p,
		       const struct pptp_segment *from, const char *why,
		       size_t offset, bool truncated)
{
	struct pptp_sink *s = begin(t, from);

	if (s == NULL)
		return;
	if (is_message(p))
		put_readable(p, s);
	pptp_tell_malformed(s, why, offset);
	pptp_tell_end(t, s, truncated);
}

static void lose(struct pptp_teller *t, struct pptp_partial *p,
		 const struct pptp_segment *from, const char *why,
		 size_t offset)
{
	put_broken(t, p, from, why, offset, false);
	p->length = 0;
	p->lost = true;
}

/* ---- bytes --------------------------------------------------------------- */

/* Takes whole messages from the front. */
static void split(struct pptp_teller *t, struct pptp_partial *p,
		  const struct pptp_segment *from)
{
	struct pptp_control m;
	struct pptp_reader r;

	while (p->length > 0) {
		pptp_reader_init(&r, p->bytes, p->length);
		if (!pptp_control_decode(&m, &r))
			break;
		put_whole(t, &m, from);
		p->length -= m.length;
		memmove(p->bytes, p->bytes + m.length, p->length);
	}
	if (p->length > 0 && r.error == PPTP_ERROR_MALFORMED)
		lose(t, p, from, r.why, r.where);
}

static bool has_header(const void *bytes, size_t length)
{
	struct pptp_control m;
	struct pptp_reader r;

	pptp_reader_init(&r, bytes, length);
	return length >= PPTP_CONTROL_HEADER &&
	       (pptp_control_decode(&m, &r) || r.error == PPTP_ERROR_SHORT);
}

static void add_bytes(struct pptp_teller *t, struct pptp_partial *p,
		      const struct pptp_segment *from)
{
	const uint8_t *at = from->bytes;
	size_t left = from->length, n;

	if (p->lost && !has_header(at, left))
		return;
	p->lost = false;
	while (left > 0 && !p->lost) {
		n = sizeof(p->bytes) - p->length;
		n = left < n ? left : n;
		memcpy(p->bytes + p->length, at, n);
		p->length += n;
		at += n;
		left -= n;
		split(t, p, from);
	}
	if (!from->truncated || p->lost)
		return;
	if (p->length > 0)
		put_broken(t, p, from, "ends too early", p->length, true);
	p->length = 0;
	p->lost = true;
}

void pptp_messages_event(struct pptp_teller *t, struct pptp_partial *p,
			 enum pptp_stream_event event,
			 const struct pptp_segment *from)
{
	switch (event) {
	case PPTP_STREAM_DATA:
		add_bytes(t, p, from);
		break;
	case PPTP_STREAM_GAP:
		if (!p->lost)
			lose(t, p, from, "bytes are missing here", p->length);
		break;
	case PPTP_STREAM_FULL:
		if (!p->lost)
			lose(t, p, from,
			     "bytes are missing here, and more came after them "
			     "than is kept",
			     p->length);
		break;
	case PPTP_STREAM_END:
		if (p->length > 0)
			put_broken(t, p, from, "ends too early", p->length,
				   false);
		memset(p, 0, sizeof(*p));
		break;
	}
}
