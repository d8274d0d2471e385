/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What to say next (RFC 2637 3, RFC 1661 4), and when to stop.
 *
 * Everything read comes from the observer's events and its record; everything
 * said goes past the observer too.
 */
#include "core/conversation.h"

#include "core/knock.h"
#include "core/leave.h"
#include "core/negotiate.h"
#include "core/observer.h"
#include "core/utter.h"

enum {
	/* poptop's accept loop stands still for 10 s */
	FIRST_REPLY = 12 * TALK_SECOND,
	CONVERSATION_LIMIT = 25 * TALK_SECOND,
};

/* ---- packets ------------------------------------------------------------- */

static void packet_event(struct pptp_conversation *c,
			 const struct pptp_event *event, int64_t now)
{
	bool probing = c->state == TALK_PROBING;

	switch (event->kind) {
	case PPTP_EVENT_GRE:
	case PPTP_EVENT_PPP:
		if (probing)
			pptp_leave_finish(c, PPTP_ENDED_COMPLETE, now);
		else
			pptp_negotiate_event(c, event, now);
		break;
	case PPTP_EVENT_UNREACHABLE_GRE:
		if (probing)
			pptp_leave_finish(c, PPTP_ENDED_REFUSED, now);
		else
			pptp_negotiate_unreachable(c, now);
		break;
	default:
		if (c->state == TALK_KNOCKING)
			pptp_knock_event(c, event, now);
		break;
	}
}

/* Packets of ours come back from a capture too. They were observed when they
 * were sent, but for what our kernel sends by itself: the SYN of connect(),
 * and ICMP. */
static bool is_the_kernels(const struct pptp_conversation *c,
			   const struct pptp_packet *p)
{
	if (p->kind == PPTP_PACKET_ICMP)
		return !p->icmp.v6 && p->icmp.type == PPTP_ICMP_UNREACHABLE;
	return p->kind == PPTP_PACKET_TCP && c->socket &&
	       p->tcp.source_port != c->source_port;
}

bool pptp_conversation_packet(struct pptp_conversation *c,
			      const struct pptp_packet *packet, int64_t now)
{
	enum pptp_side side = pptp_observer_side(&c->observer, packet);
	struct pptp_event event;

	if (c->state == TALK_FINISHED ||
	    (side == PPTP_US && !is_the_kernels(c, packet)))
		return false;
	if (!pptp_observer_packet(&c->observer, side, packet, now, &event))
		return false;
	packet_event(c, &event, now);
	return true;
}

static bool packet_input(struct pptp_conversation *c, const void *bytes,
			 size_t length, int64_t now)
{
	struct pptp_packet packet;

	return pptp_packet_decode(&packet, bytes, length) &&
	       pptp_conversation_packet(c, &packet, now);
}

/* ---- the control connection ---------------------------------------------- */

static void started(struct pptp_conversation *c, int64_t now)
{
	if (c->state != TALK_STARTING)
		return;
	if (c->record.control.state == PPTP_REFUSED) {
		pptp_leave_finish(c, PPTP_ENDED_REFUSED, now);
	} else if (c->record.depth == PPTP_DEPTH_CONTROL) {
		pptp_leave_connection(c, PPTP_ENDED_COMPLETE, now);
	} else {
		c->state = TALK_CALLING;
		c->pending |= TALK_SAY_OCRQ |
			      (talk_gre_possible(c) ? TALK_SAY_GUARD : 0U);
		c->deadline = now + c->timeout_us;
	}
}

static void called(struct pptp_conversation *c, int64_t now)
{
	if (c->state != TALK_CALLING)
		return;
	if (c->record.call.state == PPTP_ACCEPTED)
		pptp_negotiate_begin(c, now);
	else
		pptp_leave(c, PPTP_ENDED_REFUSED, now);
}

/* The observer passes replies on only where something was asked. */
static void control_event(struct pptp_conversation *c,
			  const struct pptp_control *m, int64_t now)
{
	switch (m->control_message_type) {
	case PPTP_SCCRP:
		started(c, now);
		break;
	case PPTP_OCRP:
		called(c, now);
		break;
	case PPTP_ECHO_REQUEST:
		c->echo_identifier = m->identifier;
		c->pending |= TALK_SAY_ECHO_REPLY;
		break;
	case PPTP_CDN:
	case PPTP_CCRQ:
		pptp_leave_connection(c, PPTP_ENDED_DISCONNECT, now);
		break;
	case PPTP_STOP_CCRP:
		if (c->state == TALK_STOPPING)
			pptp_leave_finish(c, PPTP_ENDED_COMPLETE, now);
		break;
	case PPTP_STOP_CCRQ:
		pptp_leave_stopped(c, now);
		break;
	default:
		break;
	}
}

static void stream_input(struct pptp_conversation *c, const uint8_t *bytes,
			 size_t length, int64_t now)
{
	struct pptp_event event;
	size_t used;

	while (length > 0 && c->connected) {
		used = pptp_observer_stream(&c->observer, PPTP_SERVER, bytes,
					    length, now, &event);
		bytes += used;
		length -= used;
		if (event.kind == PPTP_EVENT_LOST) {
			/* RFC 2637 3.1.1: close at once; nothing that we could
			 * say would be understood. */
			pptp_leave_finish(c, PPTP_ENDED_NOT_PPTP, now);
			return;
		}
		if (event.kind == PPTP_EVENT_CONTROL)
			control_event(c, &event.control, now);
	}
}

static void closed(struct pptp_conversation *c, bool reset, int64_t now)
{
	if (!c->connected)
		return;
	pptp_observer_closed(&c->observer, PPTP_SERVER, reset, now);
	pptp_leave_finish(c,
			  c->record.control.state == PPTP_NOT_PPTP
			      ? PPTP_ENDED_NOT_PPTP
			  : reset ? PPTP_ENDED_RESET
				  : PPTP_ENDED_CLOSED,
			  now);
}

/* A connection that comes after its time is one all the same. */
static void connected(struct pptp_conversation *c, int64_t now)
{
	if (c->state != TALK_KNOCKING || !c->socket)
		return;
	c->connected = true;
	pptp_observer_connected(&c->observer, now);
	c->connect_at = PPTP_NEVER;
	if (c->record.depth == PPTP_DEPTH_SYN) {
		pptp_leave_finish(c, PPTP_ENDED_COMPLETE, now);
		return;
	}
	c->state = TALK_STARTING;
	c->pending |= TALK_SAY_SCCRQ;
	c->deadline = now + FIRST_REPLY;
	c->limit = now + CONVERSATION_LIMIT;
}

/* ---- time ---------------------------------------------------------------- */

static void timeout(struct pptp_conversation *c, int64_t now)
{
	switch (c->state) {
	case TALK_KNOCKING: /* connected and back again cannot be */
	case TALK_FINISHED:
		break;
	case TALK_LCP:
		pptp_negotiate_timeout(c, now);
		break;
	case TALK_TERMINATING:
	case TALK_CLEARING:
	case TALK_STOPPING:
		pptp_leave_timeout(c, now);
		break;
	default:
		pptp_leave(c, PPTP_ENDED_SILENT, now);
		break;
	}
}

static void tick(struct pptp_conversation *c, int64_t now)
{
	if (c->state == TALK_KNOCKING) {
		pptp_knock_tick(c, now);
		return;
	}
	if (now >= c->limit) {
		c->limit = PPTP_NEVER;
		if (c->state >= TALK_TERMINATING)
			pptp_leave_finish(c, (enum pptp_ended_by)c->ending,
					  now);
		else
			pptp_leave(c, PPTP_ENDED_BUDGET, now);
		return;
	}
	if (now >= c->acknowledge)
		c->pending |= TALK_SAY_ACKNOWLEDGMENT;
	if (now >= c->resend)
		pptp_negotiate_resend(c, now);
	if (now >= c->deadline)
		timeout(c, now);
}

bool pptp_conversation_input(struct pptp_conversation *c, enum pptp_input input,
			     const void *bytes, size_t length, int64_t now)
{
	switch (input) {
	case PPTP_INPUT_PACKET:
		return packet_input(c, bytes, length, now);
	case PPTP_INPUT_CONNECTED:
		connected(c, now);
		break;
	case PPTP_INPUT_STREAM:
		stream_input(c, bytes, length, now);
		break;
	case PPTP_INPUT_CLOSED:
	case PPTP_INPUT_RESET:
		closed(c, input == PPTP_INPUT_RESET, now);
		break;
	case PPTP_INPUT_REFUSED:
	case PPTP_INPUT_UNREACHABLE:
	case PPTP_INPUT_TIMEOUT:
	case PPTP_INPUT_FAILED:
		if (c->state == TALK_KNOCKING)
			pptp_knock_failed(c, input, now);
		break;
	case PPTP_INPUT_TICK:
		tick(c, now);
		break;
	}
	return true;
}

/* ---- what leaves --------------------------------------------------------- */

/* What may be said in each state, whatever a state before it still owed. GRE
 * only while a call is up; in CLEARING only what was owed before Call-Clear
 * and leaves with it. */
static const uint32_t allowed[] = {
    [TALK_KNOCKING] = TALK_SAY_SYN | TALK_SAY_PING | TALK_SAY_CONNECT,
    [TALK_PROBING] = TALK_SAY_GUARD | TALK_SAY_ACKNOWLEDGMENT,
    [TALK_STARTING] = TALK_SAY_SCCRQ | TALK_SAY_ECHO_REPLY,
    [TALK_CALLING] = TALK_SAY_GUARD | TALK_SAY_OCRQ | TALK_SAY_ECHO_REPLY,
    [TALK_LCP] = TALK_SAY_ECHO_REPLY | TALK_SAY_CONFIGURE_REQUEST |
		 TALK_SAY_CONFIGURE_ANSWER | TALK_SAY_LCP_ECHO_REPLY |
		 TALK_SAY_TERMINATE_ACK | TALK_SAY_ACKNOWLEDGMENT,
    [TALK_TERMINATING] = TALK_SAY_ECHO_REPLY | TALK_SAY_TERMINATE_ACK |
			 TALK_SAY_TERMINATE_REQUEST | TALK_SAY_ACKNOWLEDGMENT,
    [TALK_CLEARING] = TALK_SAY_ECHO_REPLY | TALK_SAY_TERMINATE_ACK |
		      TALK_SAY_TERMINATE_REQUEST | TALK_SAY_CALL_CLEAR,
    [TALK_STOPPING] = TALK_SAY_ECHO_REPLY | TALK_SAY_STOP_REPLY | TALK_SAY_STOP,
    [TALK_FINISHED] = TALK_SAY_CLOSE,
};

/* Puts together what is owed. No bytes: the answer to a Configure-Request fits
 * no packet, and `needs` is how long it would be. */
static enum pptp_action emit(struct pptp_conversation *c,
			     enum talk_pending what, uint8_t *data,
			     size_t *length, size_t *needs)
{
	switch (what) {
	case TALK_SAY_CONNECT:
		return pptp_knock_action(c);
	case TALK_SAY_GUARD:
		return PPTP_ACTION_GUARD;
	case TALK_SAY_CLOSE:
		return PPTP_ACTION_CLOSE;
	default:
		break;
	}
	if (what & TALK_SAY_ON_CONNECTION) {
		*length = pptp_utter_control(c, what, data);
		return PPTP_ACTION_STREAM;
	}
	*length = pptp_utter_packet(c, what, data, needs);
	return *length > 0 ? PPTP_ACTION_PACKET : PPTP_ACTION_NONE;
}

/* Passes what leaves to the observer, who must see both directions. */
static void observe(struct pptp_conversation *c, enum pptp_action action,
		    const uint8_t *data, size_t length, int64_t now)
{
	struct pptp_event event;
	size_t used = 0;

	if (action == PPTP_ACTION_PACKET)
		(void)pptp_observer_bytes(&c->observer, PPTP_US, data, length,
					  now, &event);
	while (action == PPTP_ACTION_STREAM && used < length)
		used += pptp_observer_stream(&c->observer, PPTP_US, data + used,
					     length - used, now, &event);
}

/* That something has left is an event too. */
static void said(struct pptp_conversation *c, enum talk_pending what,
		 enum pptp_action action, size_t needs, int64_t now)
{
	if (what == TALK_SAY_CONNECT)
		pptp_knock_connecting(c, now);
	if (what != TALK_SAY_CONFIGURE_ANSWER)
		return;
	if (action == PPTP_ACTION_PACKET)
		pptp_negotiate_answered(c, now);
	else
		pptp_negotiate_unanswered(c, needs, now);
}

enum pptp_action pptp_conversation_output(struct pptp_conversation *c,
					  void *data, size_t *length,
					  int64_t now)
{
	enum pptp_action action = PPTP_ACTION_NONE;

	*length = 0;
	while ((c->pending &= allowed[c->state]) != 0 &&
	       action == PPTP_ACTION_NONE) {
		uint32_t lowest = c->pending & (~c->pending + 1);
		enum talk_pending what = (enum talk_pending)lowest;
		size_t needs = 0;

		c->pending &= ~lowest;
		action = emit(c, what, data, length, &needs);
		observe(c, action, data, *length, now);
		said(c, what, action, needs, now);
	}
	return action;
}

int64_t pptp_conversation_deadline(const struct pptp_conversation *c)
{
	const int64_t times[] = {c->connect_at, c->resend, c->acknowledge,
				 c->limit};
	int64_t first = c->deadline;

	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++)
		if (times[i] < first)
			first = times[i];
	return first;
}

bool pptp_conversation_finished(const struct pptp_conversation *c)
{
	return c->state == TALK_FINISHED && c->pending == 0;
}

bool pptp_conversation_knocks(const struct pptp_conversation *c)
{
	return pptp_knock_unanswered(c);
}

bool pptp_conversation_connects(const struct pptp_conversation *c)
{
	return c->state == TALK_KNOCKING && c->pending & TALK_SAY_CONNECT;
}

void pptp_conversation_abort(struct pptp_conversation *c, int64_t now)
{
	pptp_leave_abort(c, now);
}

void pptp_conversation_note(struct pptp_conversation *c,
			    enum pptp_note_code code, uint32_t a)
{
	pptp_record_note(&c->record, code, a, 0);
}

_Static_assert(sizeof(struct pptp_conversation) <= PPTP_CONVERSATION_SIZE,
	       "a conversation with its record holds at most 3.4 KiB");
