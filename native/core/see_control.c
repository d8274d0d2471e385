/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/see.h"

#include <string.h>

#include "core/observer.h"

static void keep_reply(const uint8_t *bytes, size_t length, uint8_t *raw,
		       size_t room, uint8_t *raw_length)
{
	*raw_length = (uint8_t)(length < room ? length : room);
	memcpy(raw, bytes, *raw_length);
}

/* Result 1; and 0 as some modems leave it, or write it in two bytes: their
 * clients go on. */
static bool is_success(struct pptp_record *r, const struct pptp_control *m)
{
	if (m->result_code == 1)
		return true;
	if (m->result_code != 0 || m->error_code > 1)
		return false;
	pptp_record_note(r, PPTP_NOTE_ODD_RESULT, m->control_message_type,
			 m->error_code);
	return true;
}

static void see_sccrp(struct pptp_observer *o, const struct pptp_control *m,
		      size_t length, int64_t now)
{
	struct pptp_record *r = o->record;

	r->control.has_rtt = r->control.state == PPTP_SILENT;
	if (r->control.has_rtt)
		r->control.rtt_us = pptp_see_since(o, r->control.asked_at, now);
	r->control.pptp = true;
	r->control.state = is_success(r, m) ? PPTP_ANSWERED : PPTP_REFUSED;
	keep_reply(o->side[PPTP_SERVER].stream.bytes, length, r->control.raw,
		   sizeof(r->control.raw), &r->control.raw_length);
}

static void see_ocrp(struct pptp_observer *o, const struct pptp_control *m,
		     size_t length, int64_t now)
{
	struct pptp_record *r = o->record;

	r->call.has_rtt = r->call.state == PPTP_SILENT;
	if (r->call.has_rtt)
		r->call.rtt_us = pptp_see_since(o, r->call.asked_at, now);
	else
		r->call.peer_call_id = m->peer_call_id;
	r->call.state = is_success(r, m) ? PPTP_ACCEPTED : PPTP_REFUSED;
	r->call.call_id = m->call_id;
	keep_reply(o->side[PPTP_SERVER].stream.bytes, length, r->call.raw,
		   sizeof(r->call.raw), &r->call.raw_length);
	if (m->peer_call_id != r->call.peer_call_id)
		pptp_record_note(r, PPTP_NOTE_PEER_CALL_ID, m->peer_call_id,
				 r->call.peer_call_id);
}

static void see_disconnect(struct pptp_observer *o,
			   const struct pptp_control *m, int64_t now)
{
	struct pptp_record *r = o->record;

	pptp_see_farewell(o, PPTP_SERVER, PPTP_FAREWELL_CALL_DISCONNECT, now);
	if (r->call.disconnected)
		return;
	r->call.disconnected = true;
	r->call.disconnected_at = pptp_see_time(o, now);
	r->call.disconnect_call_id = m->call_id;
	r->call.disconnect_result = m->result_code;
	r->call.disconnect_error = m->error_code;
	r->call.disconnect_cause = m->cause_code;
}

static bool is_call_over(const struct pptp_record *r)
{
	return r->call.state == PPTP_REFUSED || pptp_see_is_over(r);
}

static void see_ocrq(struct pptp_observer *o, const struct pptp_control *m,
		     int64_t now)
{
	struct pptp_record *r = o->record;
	bool same = m->call_id == r->call.peer_call_id;

	if (r->call.state != PPTP_NOT_TESTED && (!same || is_call_over(r))) {
		o->shared = true;
		o->replaced |= same;
		return;
	}
	r->call.asked_at = pptp_see_time(o, now);
	r->call.peer_call_id = m->call_id;
	if (r->call.state == PPTP_NOT_TESTED)
		r->call.state = PPTP_SILENT;
}

/* Where there are several: by the Call-ID that the message has of either side
 * (RFC 2637 2.7 to 2.15). */
static bool is_of_other_call(const struct pptp_observer *o, enum pptp_side side,
			     const struct pptp_control *m)
{
	const struct pptp_record *r = o->record;
	bool known = r->call.raw_length > 0;

	if (!o->shared)
		return false;
	switch (m->control_message_type) {
	case PPTP_OCRP:
	case PPTP_WEN:
		return o->replaced || m->peer_call_id != r->call.peer_call_id;
	case PPTP_SLI:
		if (side == PPTP_US)
			return known && m->peer_call_id != r->call.call_id;
		return o->replaced || m->peer_call_id != r->call.peer_call_id;
	case PPTP_CCRQ:
		return side == PPTP_US &&
		       (o->replaced || m->call_id != r->call.peer_call_id);
	case PPTP_CDN:
		return known && (o->replaced || m->call_id != r->call.call_id);
	default:
		return false;
	}
}

static void control_by_us(struct pptp_observer *o, const struct pptp_control *m,
			  int64_t now)
{
	struct pptp_record *r = o->record;

	switch (m->control_message_type) {
	case PPTP_SCCRQ:
		r->control.asked_at = pptp_see_time(o, now);
		if (r->control.state == PPTP_NOT_TESTED)
			r->control.state = PPTP_SILENT;
		break;
	case PPTP_OCRQ:
		see_ocrq(o, m, now);
		break;
	case PPTP_CCRQ:
		pptp_see_farewell(o, PPTP_US, PPTP_FAREWELL_CALL_CLEAR, now);
		break;
	case PPTP_STOP_CCRQ:
		pptp_see_farewell(o, PPTP_US, PPTP_FAREWELL_STOP_REQUEST, now);
		break;
	case PPTP_STOP_CCRP:
		pptp_see_farewell(o, PPTP_US, PPTP_FAREWELL_STOP_REPLY, now);
		break;
	default:
		break;
	}
}

static void control_oddities(struct pptp_observer *o,
			     const struct pptp_control *m)
{
	uint16_t type = m->control_message_type;
	uint32_t reserved = m->reserved0;

	if (type != PPTP_SCCRP && type != PPTP_OCRP)
		reserved |= m->reserved1;
	if (reserved != 0)
		pptp_record_note(o->record, PPTP_NOTE_RESERVED, type, reserved);
	if (m->length > pptp_control_length(type))
		pptp_record_note(o->record, PPTP_NOTE_LONG_MESSAGE, type,
				 m->length);
}

/* A stage that was asked for and not answered; where bytes of ours are missing,
 * the question may have been among them. */
static bool is_open(const struct pptp_observer *o, uint8_t state)
{
	return state == PPTP_SILENT ||
	       (o->side[PPTP_US].gap && state == PPTP_NOT_TESTED);
}

/* A reply is believed only to a question that was asked, and once; what is
 * about a call only where one was asked for. */
static bool is_asked(const struct pptp_observer *o, unsigned type)
{
	const struct pptp_record *r = o->record;

	switch (type) {
	case PPTP_SCCRP:
		return is_open(o, r->control.state);
	case PPTP_OCRP:
		return is_open(o, r->call.state);
	case PPTP_CDN:
	case PPTP_CCRQ:
	case PPTP_WEN:
	case PPTP_SLI:
		return r->call.state != PPTP_NOT_TESTED || o->side[PPTP_US].gap;
	case PPTP_STOP_CCRP:
		return pptp_see_said(r, PPTP_US, PPTP_FAREWELL_STOP_REQUEST) ||
		       o->side[PPTP_US].gap;
	case PPTP_ECHO_REQUEST:
	case PPTP_STOP_CCRQ:
		return true;
	default:
		return false;
	}
}

static void control_by_server(struct pptp_observer *o,
			      const struct pptp_control *m, size_t length,
			      int64_t now)
{
	struct pptp_record *r = o->record;

	switch (m->control_message_type) {
	case PPTP_SCCRP:
		see_sccrp(o, m, length, now);
		break;
	case PPTP_OCRP:
		see_ocrp(o, m, length, now);
		break;
	case PPTP_CDN:
		see_disconnect(o, m, now);
		break;
	case PPTP_CCRQ:
		pptp_see_farewell(o, PPTP_SERVER, PPTP_FAREWELL_CALL_CLEAR,
				  now);
		pptp_record_note(r, PPTP_NOTE_CALL_CLEAR, 0, 0);
		break;
	case PPTP_STOP_CCRQ:
		pptp_see_farewell(o, PPTP_SERVER, PPTP_FAREWELL_STOP_REQUEST,
				  now);
		break;
	case PPTP_STOP_CCRP:
		pptp_see_farewell(o, PPTP_SERVER, PPTP_FAREWELL_STOP_REPLY,
				  now);
		break;
	case PPTP_ECHO_REQUEST:
		pptp_record_note(r, PPTP_NOTE_ECHO_REQUEST, m->identifier, 0);
		break;
	case PPTP_SLI:
		pptp_record_note(r, PPTP_NOTE_SET_LINK_INFO, m->send_accm,
				 m->receive_accm);
		break;
	default: /* is_asked() leaves one */
		pptp_record_note(r, PPTP_NOTE_WAN_ERROR, 0, 0);
		break;
	}
}

/* ---- the stream ---------------------------------------------------------- */

/* With the cookie it is PPTP, whatever else is wrong with it. */
static bool is_control(const uint8_t *bytes, size_t length)
{
	return length >= PPTP_CONTROL_FIXED &&
	       pptp_control_may_begin(bytes, length);
}

/* Our own request comes back, or `length` bytes of it: an echo service. What we
 * sent last still stands in our side's room. */
static bool is_echo(const struct pptp_observer *o, size_t length)
{
	const uint8_t *bytes = o->side[PPTP_SERVER].stream.bytes;

	return o->record->control.state == PPTP_SILENT && length >= 10 &&
	       bytes[8] == 0 && bytes[9] == PPTP_SCCRQ &&
	       memcmp(bytes, o->side[PPTP_US].stream.bytes, length) == 0;
}

/* The first bytes, where they are no reply. */
static void keep_first(struct pptp_observer *o)
{
	const struct pptp_control_stream *s = &o->side[PPTP_SERVER].stream;
	struct pptp_record *r = o->record;

	keep_reply(s->bytes, s->length, r->control.raw, sizeof(r->control.raw),
		   &r->control.raw_length);
}

/* A banner goes on behind the bytes that told it from PPTP. */
static void keep_more(struct pptp_record *r, const uint8_t *more, size_t length)
{
	size_t room = sizeof(r->control.raw) - r->control.raw_length;

	if (r->control.state != PPTP_NOT_PPTP || length == 0)
		return;
	if (length > room)
		length = room;
	memcpy(r->control.raw + r->control.raw_length, more, length);
	r->control.raw_length = (uint8_t)(r->control.raw_length + length);
}

/* The stream cannot be followed any more, from a message on of which `length`
 * bytes are there. */
static void lose(struct pptp_observer *o, enum pptp_side side, size_t length,
		 struct pptp_reader *in)
{
	struct pptp_record *r = o->record;
	bool echo = is_echo(o, length);

	pptp_control_stream_lose(&o->side[side].stream, length, in);
	if (side != PPTP_SERVER)
		return;
	if (r->control.raw_length > 0) {
		pptp_record_note(r, PPTP_NOTE_LOST_SYNC, 0, 0);
		return;
	}
	keep_first(o);
	r->control.state = PPTP_NOT_PPTP;
	if (is_control(r->control.raw, r->control.raw_length) && !echo) {
		r->control.pptp = true;
		r->control.state = PPTP_CLOSED;
		pptp_record_note(r, PPTP_NOTE_LOST_SYNC, 0, 0);
	}
}

/* The server's message ended before its length. */
static void cut(struct pptp_observer *o)
{
	struct pptp_control_stream *s = &o->side[PPTP_SERVER].stream;
	struct pptp_record *r = o->record;

	if (s->length == 0 || s->lost)
		return;
	s->lost = true;
	if (is_echo(o, s->length)) {
		keep_first(o);
		r->control.state = PPTP_NOT_PPTP;
		return;
	}
	pptp_record_note(r, PPTP_NOTE_CONTROL_CUT, s->length, 0);
	if (r->control.raw_length > 0)
		return;
	keep_first(o);
	r->control.pptp = is_control(r->control.raw, r->control.raw_length);
}

static void see_control(struct pptp_observer *o, enum pptp_side side,
			size_t length, int64_t now, struct pptp_event *event)
{
	const struct pptp_control *m = &event->control;

	pptp_see_count(o, side);
	if (is_of_other_call(o, side, m))
		return;
	if (side == PPTP_US) {
		event->kind = PPTP_EVENT_CONTROL;
		control_by_us(o, m, now);
		return;
	}
	control_oddities(o, m);
	if (!is_asked(o, m->control_message_type)) {
		pptp_record_note(o->record, PPTP_NOTE_UNEXPECTED_CONTROL,
				 m->control_message_type, 0);
		return;
	}
	event->kind = PPTP_EVENT_CONTROL;
	control_by_server(o, m, length, now);
}

/* One message, or as much of it as is there. */
static void read_message(struct pptp_observer *o, enum pptp_side side,
			 struct pptp_reader *in, int64_t now,
			 struct pptp_event *event)
{
	struct pptp_control_stream *s = &o->side[side].stream;
	struct pptp_control *m = &event->control;
	enum pptp_control_found found = pptp_control_stream_next(s, in, m);
	size_t length;

	if (found == PPTP_CONTROL_MORE)
		return;
	length = found == PPTP_CONTROL_MESSAGE ? pptp_control_start_length(m)
					       : s->length;
	if (found == PPTP_CONTROL_MESSAGE &&
	    (side == PPTP_US || !is_echo(o, length))) {
		see_control(o, side, length, now, event);
		return;
	}
	lose(o, side, length, in);
	event->kind = PPTP_EVENT_LOST;
	pptp_read_skip(in, pptp_reader_left(in));
}

size_t pptp_observer_stream(struct pptp_observer *o, enum pptp_side side,
			    const void *bytes, size_t length, int64_t now,
			    struct pptp_event *event)
{
	struct pptp_reader in;

	memset(event, 0, sizeof(*event));
	o->heard |= side == PPTP_SERVER && length > 0;
	if (o->side[side].stream.lost) {
		if (side == PPTP_SERVER)
			keep_more(o->record, bytes, length);
		return length;
	}
	pptp_reader_init(&in, bytes, length);
	read_message(o, side, &in, now, event);
	return pptp_reader_offset(&in);
}

void pptp_observer_gap(struct pptp_observer *o, enum pptp_side side,
		       uint64_t missing)
{
	o->side[side].gap |= missing > 0;
	pptp_control_stream_gap(&o->side[side].stream, missing);
}

void pptp_observer_another(struct pptp_observer *o, struct pptp_record *r,
			   struct pptp_observer *first,
			   const struct pptp_control *request, int64_t now)
{
	const struct pptp_record *known = first->record;
	struct pptp_observer_side *side;

	first->shared = true;
	*o = *first;
	o->record = r;
	o->logs_in = o->replaced = false;
	for (unsigned i = 0; i < 2; i++) {
		side = &o->side[i];
		side->first = side->highest = side->acknowledged = 0;
		side->sequenced = side->has_call_id = side->acknowledges =
		    false;
		side->requested = side->has_magic = false;
	}
	r->tcp = known->tcp;
	r->host = known->host;
	r->control = known->control;
	r->teardown.state = known->teardown.state;
	see_ocrq(o, request, now);
}

/* ---- the end ------------------------------------------------------------- */

void pptp_observer_closed(struct pptp_observer *o, enum pptp_side side,
			  bool reset, int64_t now)
{
	struct pptp_record *r = o->record;
	enum pptp_farewell what = reset ? PPTP_FAREWELL_RST : PPTP_FAREWELL_FIN;

	if (pptp_see_said(r, side, what))
		return;
	pptp_see_farewell(o, side, what, now);
	if (side == PPTP_US)
		return;
	if (reset && !o->heard &&
	    r->tcp.connect.state == PPTP_CONNECT_CONNECTED)
		r->tcp.connect.state = PPTP_CONNECT_RESET;
	cut(o);
	if (r->control.state == PPTP_SILENT)
		r->control.state = PPTP_CLOSED;
	if (r->call.state == PPTP_SILENT)
		r->call.state = PPTP_CLOSED;
}

void pptp_see_end_control(struct pptp_observer *o)
{
	cut(o);
}
