/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/messages.h"

#include <string.h>

#include "format/field.h"

/* Where the fields of a header begin */
enum {
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

static void put_message(struct pptp_teller *t, const struct pptp_control *m,
			const struct pptp_segment *from)
{
	struct pptp_sink *s = begin(t, from);

	if (s == NULL)
		return;
	pptp_control_walk(m, s);
	pptp_tell_end(t, s, false);
}

/* ---- what is broken, cut, or lacks bytes ---------------------------------- */

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

static struct pptp_reader read_padded(const struct pptp_control_stream *c,
				      uint8_t padded[PPTP_CONTROL_MAX])
{
	struct pptp_reader r;

	memset(padded, 0, PPTP_CONTROL_MAX);
	memcpy(padded, c->bytes, c->length);
	pptp_reader_init(&r, padded, PPTP_CONTROL_MAX);
	return r;
}

/* Each field that is there, whatever else is wrong. Bytes behind the message's
 * own length are another's. */
static void put_readable(const struct pptp_control_stream *c,
			 struct pptp_sink *s)
{
	uint8_t padded[PPTP_CONTROL_MAX];
	const struct pptp_field *fields;
	size_t length = c->length, count;
	struct pptp_control m = {0};
	struct pptp_reader r;

	r = read_padded(c, padded);
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
static bool is_message(const struct pptp_control_stream *c)
{
	struct pptp_control m;
	struct pptp_reader r, cookie;

	pptp_reader_init(&r, c->bytes, c->length);
	cookie = r;
	pptp_read_skip(&cookie, COOKIE);
	return pptp_read_u32(&cookie) == PPTP_COOKIE ||
	       pptp_control_decode(&m, &r) || r.error == PPTP_ERROR_SHORT ||
	       r.where >= CONTROL_TYPE;
}

static void put_broken(struct pptp_teller *t,
		       const struct pptp_control_stream *c,
		       const struct pptp_segment *from, const char *why,
		       size_t offset, bool truncated)
{
	struct pptp_sink *s = begin(t, from);

	if (s == NULL)
		return;
	if (is_message(c))
		put_readable(c, s);
	pptp_tell_malformed(s, why, offset);
	pptp_tell_end(t, s, truncated);
}

/* A message of which no more comes. It may be wrong besides, in what the stream
 * did not need yet. */
static void put_unfinished(struct pptp_teller *t,
			   const struct pptp_control_stream *c,
			   const struct pptp_segment *from, const char *why,
			   bool truncated)
{
	struct pptp_control m;
	struct pptp_reader r;

	pptp_reader_init(&r, c->bytes, c->length);
	if (!pptp_control_decode(&m, &r) && r.error == PPTP_ERROR_MALFORMED)
		put_broken(t, c, from, r.why, r.where, false);
	else
		put_broken(t, c, from, why, c->length, truncated);
}

/* From a message on of which `length` bytes are there. Where it is wrong, that
 * shows in the first of a field's bytes, before the others came. */
static void lose(struct pptp_teller *t, struct pptp_control_stream *c,
		 const struct pptp_segment *from, size_t length,
		 struct pptp_reader *in)
{
	uint8_t padded[PPTP_CONTROL_MAX];
	struct pptp_control m;
	struct pptp_reader r;

	pptp_control_stream_lose(c, length, in);
	r = read_padded(c, padded);
	if (!pptp_control_decode(&m, &r))
		put_broken(t, c, from, r.why, r.where, false);
}

/* ---- bytes --------------------------------------------------------------- */

static bool begins_well(struct pptp_reader r)
{
	struct pptp_control m;

	return pptp_reader_left(&r) >= PPTP_CONTROL_HEADER &&
	       (pptp_control_decode(&m, &r) || r.error == PPTP_ERROR_SHORT);
}

static void add_bytes(struct pptp_teller *t, struct pptp_control_stream *c,
		      const struct pptp_segment *from)
{
	enum pptp_control_found found = PPTP_CONTROL_MESSAGE;
	struct pptp_control m;
	struct pptp_reader in;

	pptp_reader_init(&in, from->bytes, from->length);
	if (c->lost && !begins_well(in))
		return;
	if (c->lost)
		pptp_control_stream_init(c);
	while (!c->lost && found != PPTP_CONTROL_MORE) {
		found = pptp_control_stream_next(c, &in, &m);
		if (found == PPTP_CONTROL_LOST)
			lose(t, c, from, c->length, &in);
		else if (found == PPTP_CONTROL_MESSAGE &&
			 m.length > PPTP_CONTROL_MAX)
			lose(t, c, from, pptp_control_start_length(&m), &in);
		else if (found == PPTP_CONTROL_MESSAGE)
			put_message(t, &m, from);
	}
	if (!from->truncated || c->lost)
		return;
	if (c->length > 0)
		put_unfinished(t, c, from, "ends too early", true);
	c->length = 0;
	c->lost = true;
}

/* What follows is read from a segment on that begins with a good header. */
static void miss(struct pptp_teller *t, struct pptp_control_stream *c,
		 const struct pptp_segment *from, const char *why)
{
	if (c->lost)
		return;
	put_unfinished(t, c, from, why, false);
	c->length = 0;
	c->lost = true;
}

void pptp_messages_event(struct pptp_teller *t, struct pptp_control_stream *c,
			 enum pptp_stream_event event,
			 const struct pptp_segment *from)
{
	switch (event) {
	case PPTP_STREAM_DATA:
		add_bytes(t, c, from);
		break;
	case PPTP_STREAM_GAP:
		miss(t, c, from, "bytes are missing here");
		break;
	case PPTP_STREAM_FULL:
		miss(t, c, from,
		     "bytes are missing here, and more came after them than is "
		     "kept");
		break;
	case PPTP_STREAM_END:
		if (c->length > 0 && !c->lost)
			put_unfinished(t, c, from, "ends too early", false);
		pptp_control_stream_init(c);
		break;
	}
}
