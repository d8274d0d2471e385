/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/probe.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "net/outcome.h"

#define DRAIN INT64_C(1000000)
#define LATE  INT64_C(1000) /* a deadline that has passed is met so soon */
#define READS 16            /* of one socket, before others get their turn */

unsigned pptp_probe_changes(struct pptp_probe *e)
{
	unsigned changed = e->changed;

	e->changed = 0;
	return changed;
}

static void set_timer(struct pptp_probe *e, int64_t at)
{
	pptp_loop_set_timer(e->common->loop, &e->timer, at);
}

struct pptp_connection_way pptp_probe_way(struct pptp_probe *e)
{
	return (struct pptp_connection_way){
	    .source = &e->source,
	    .target = &e->plan.target,
	    .port = e->plan.port,
	    .interface = e->common->interface,
	    .index = e->index,
	    .loop = e->common->loop,
	    .watch = &e->watch,
	};
}

static void close_socket(struct pptp_probe *e)
{
	struct pptp_connection_way way = pptp_probe_way(e);

	pptp_connection_close(&e->connection, &way);
}

struct pptp_tell pptp_probe_telling(const struct pptp_probe *e)
{
	return (struct pptp_tell){
	    .to = &e->common->tell,
	    .target = &e->plan.target,
	    .stream = e->told,
	    .at_us = pptp_timers_now() - e->conversation->record.start,
	};
}

static void tell(const struct pptp_probe *e, enum pptp_side side,
		 const char *text)
{
	struct pptp_tell t = pptp_probe_telling(e);

	pptp_tell_text(&t, side, text);
}

void pptp_probe_note(struct pptp_probe *e, enum pptp_note_code code, uint32_t a)
{
	if (e->phase == PPTP_PHASE_LIVE)
		pptp_conversation_note(e->conversation, code, a);
}

void pptp_probe_note_error(struct pptp_probe *e, enum pptp_note_code code,
			   int error)
{
	if (error != 0)
		pptp_probe_note(e, code, (uint32_t)error);
}

/* ---- what came first ----------------------------------------------------- */

/* What was captured until now goes to the conversations. True where nothing is
 * left. */
static bool hear_wire(struct pptp_probe *e)
{
	return e->in != NULL && pptp_wire_drain(e->common->wire, e->in);
}

/* What was captured before the loop had events to tell. */
static bool catch_up(struct pptp_probe *e)
{
	return e->in != NULL && pptp_wire_catch_up(e->common->wire, e->in);
}

bool pptp_probe_call_is_up(const struct pptp_probe *e)
{
	return e->conversation != NULL &&
	       e->conversation->record.call.state == PPTP_ACCEPTED;
}

/* Whether the conversation is there still to hear what its socket has just
 * said. The capture came first, wherever it has part in what is said: the
 * SYN-ACK, RST or ICMP that answers the kernel's own SYN; and what the server
 * sent into the call before these bytes, "peer refused to authenticate" before
 * the Call-Disconnect-Notify. */
static bool believe_socket(struct pptp_probe *e)
{
	if (pptp_probe_call_is_up(e))
		(void)hear_wire(e); /* these bytes may be newer than the turn */
	else if (e->connection.connecting)
		(void)catch_up(e);
	return e->phase == PPTP_PHASE_LIVE;
}

/* ---- connecting ---------------------------------------------------------- */

/* Before the CONNECT is taken, so that what the system lacks costs time and no
 * record. */
static bool open_socket(struct pptp_probe *e)
{
	struct pptp_connection_way way = pptp_probe_way(e);

	if (e->opened)
		return true;
	close_socket(e);
	if (!pptp_connection_open(&e->connection, &way))
		return false;
	e->opened = true;
	e->closed = false;
	e->changed |= PPTP_PROBE_OPENED;
	return true;
}

static void not_connected(struct pptp_probe *e, int error, bool at_once,
			  int64_t now)
{
	enum pptp_input input = pptp_outcome_of(error, at_once);

	close_socket(e);
	tell(e, input == PPTP_INPUT_FAILED ? PPTP_US : PPTP_SERVER,
	     strerror(error));
	if (input == PPTP_INPUT_FAILED)
		pptp_probe_note_error(e, PPTP_NOTE_CONNECT_FAILED, error);
	pptp_conversation_input(e->conversation, input, NULL, 0, now);
}

static void start_connect(struct pptp_probe *e, bool deaf, int64_t now)
{
	struct pptp_connection_way way = pptp_probe_way(e);
	int error;

	tell(e, PPTP_US, deaf ? "connect again" : "connect");
	if (!open_socket(e))
		e->connection.error = errno;
	e->opened = false;
	error = pptp_connection_begin(&e->connection, &way, deaf);
	if (error != 0)
		not_connected(e, error, true, now);
}

/* Replies that come in by another interface than the way out: all are listened
 * to from here on, and what GRE brings is heard there. */
static void listen_anywhere(struct pptp_probe *e)
{
	struct pptp_wire *w = e->common->wire;
	struct pptp_wire_in *in;
	char why[256];

	if (pptp_wire_in(w, "any", &in, why, sizeof(why)) != PPTP_OK)
		return;
	e->in = in;
	e->drops = pptp_wire_drops(w, in);
}

static void check_capture(struct pptp_probe *e)
{
	const struct pptp_observer *seen = &e->conversation->observer;

	if (!catch_up(e) || e->phase != PPTP_PHASE_LIVE ||
	    pptp_wire_known_drops(e->common->wire, e->in) != e->drops ||
	    pptp_observer_contact(seen).own == PPTP_MET_SYN_ACK)
		return;
	pptp_probe_note(e, PPTP_NOTE_CAPTURE_DEAF, 0);
	listen_anywhere(e);
}

/* A reset that has come already, and what was said before it, are heard before
 * anything is said. */
void pptp_probe_connected(struct pptp_probe *e, int64_t now)
{
	e->accepted = true;
	if (e->job.held)
		e->job.until = now + PPTP_JOB_CONTROL;
	pptp_conversation_input(e->conversation, PPTP_INPUT_CONNECTED, NULL, 0,
				e->connected_at);
	check_capture(e);
	if (e->connection.broken)
		pptp_probe_read(e, false);
}

/* Who has nobody to talk for him would keep the loop busy. */
static void wait_for_job(struct pptp_probe *e)
{
	struct pptp_connection_way way = pptp_probe_way(e);

	pptp_connection_unwatch(&e->connection, &way);
	e->late = true;
	e->waits = true;
	e->changed |= PPTP_PROBE_WAITS;
}

static void connect_event(struct pptp_probe *e, int64_t now)
{
	struct pptp_connection_way way = pptp_probe_way(e);
	int error;

	if (!believe_socket(e) || !e->connection.connecting)
		return;
	error = pptp_connection_end(&e->connection, &way);
	e->connected_at = now;
	if (!e->connection.connected) {
		not_connected(e, error, false, now);
	} else if (!e->job.held && !e->connection.broken) {
		wait_for_job(e);
		return;
	} else {
		pptp_probe_connected(e, now);
	}
	pptp_probe_pump(e, now);
}

/* ---- sending ------------------------------------------------------------- */

/* What a dead connection still has to be read comes first, and RESET after
 * it: the socket stays ready until then. */
static void send_failed(struct pptp_probe *e, int error)
{
	if (error != EPIPE && error != ECONNRESET)
		pptp_probe_note_error(e, PPTP_NOTE_SEND_FAILED, error);
}

static void send_stream(struct pptp_probe *e, const void *bytes, size_t length)
{
	struct pptp_connection_way way = pptp_probe_way(e);
	struct pptp_tell t = pptp_probe_telling(e);

	pptp_tell_sent(&t, bytes, length);
	if (e->connection.connected && !e->connection.broken)
		send_failed(e, pptp_connection_send(&e->connection, &way, bytes,
						    length));
}

static void hold_guard(struct pptp_probe *e)
{
	struct pptp_wire *w = e->common->wire;

	pptp_probe_note_error(e, PPTP_NOTE_NO_GUARD,
			      w != NULL ? pptp_wire_guard(w) : EPERM);
}

static void send_packet(struct pptp_probe *e, const void *packet, size_t length,
			int64_t now)
{
	struct pptp_tell t = pptp_probe_telling(e);
	int error = EPERM;

	pptp_tell_packet(&t, PPTP_US, packet, length);
	if (e->out != NULL)
		error = pptp_resend_send(&e->resend, e->common->wire, e->out,
					 packet, length, now);
	pptp_probe_note_error(e, PPTP_NOTE_SEND_FAILED, error);
}

static void send_again(struct pptp_probe *e, int64_t now)
{
	if (e->resend.first != NULL && e->resend.at <= now)
		pptp_probe_note_error(e, PPTP_NOTE_SEND_FAILED,
				      pptp_resend_again(&e->resend,
							e->common->wire, e->out,
							now));
}

static void shut(struct pptp_probe *e)
{
	e->untaken = pptp_connection_untaken(&e->connection);
	if (e->connection.connected)
		shutdown(e->connection.fd, SHUT_WR);
}

/* ---- reading ------------------------------------------------------------- */

static void over(struct pptp_probe *e)
{
	struct pptp_wire *w = e->common->wire;

	/* For the capture file: its packets are whose address is known. Where
	 * one of them led here, the others are still to come. */
	if (w != NULL && w->keeps) {
		if (w->draining) {
			set_timer(e, pptp_timers_now());
			return;
		}
		(void)hear_wire(e);
	}
	close_socket(e);
	e->phase = PPTP_PHASE_OVER;
	pptp_loop_clear_timer(e->common->loop, &e->timer);
	e->changed |= PPTP_PROBE_OVER;
}

static void got_bytes(struct pptp_probe *e, const uint8_t *bytes, size_t length)
{
	struct pptp_tell t;

	if (!believe_socket(e))
		return;
	t = pptp_probe_telling(e);
	pptp_tell_received(&t, bytes, length);
	e->heard = true;
	pptp_conversation_input(e->conversation, PPTP_INPUT_STREAM, bytes,
				length, pptp_timers_now());
	/* Nothing more can be said on a broken one. */
	if (!e->connection.broken)
		pptp_probe_pump(e, pptp_timers_now());
}

/* FIN, RST, or no more to be had: error 0 is FIN. */
static void got_end(struct pptp_probe *e, int error)
{
	struct pptp_connection_way way = pptp_probe_way(e);
	bool reset =
	    e->connection.broken || error == ECONNRESET || error == EPIPE;
	int64_t now = pptp_timers_now();

	e->closed = true;
	if (e->phase == PPTP_PHASE_DRAINING) {
		over(e);
		return;
	}
	pptp_connection_unwatch(&e->connection, &way);
	if (!believe_socket(e))
		return;
	if (error != 0 && !reset) {
		/* No word of the server's: its silence will tell. */
		pptp_probe_note_error(e, PPTP_NOTE_SEND_FAILED, error);
		return;
	}
	tell(e, PPTP_SERVER, reset ? "RST" : "FIN");
	pptp_conversation_input(e->conversation,
				reset ? PPTP_INPUT_RESET : PPTP_INPUT_CLOSED,
				NULL, 0, now);
	pptp_probe_pump(e, now);
}

void pptp_probe_read(struct pptp_probe *e, bool up_to_call)
{
	uint8_t bytes[2048];
	ssize_t n;
	int i;

	for (i = 0; i < READS && e->connection.connected && !e->closed; i++) {
		if (up_to_call && pptp_probe_call_is_up(e))
			return;
		n = recv(e->connection.fd, bytes, sizeof(bytes), 0);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n <= 0)
			got_end(e, n < 0 ? errno : 0);
		else if (e->phase == PPTP_PHASE_LIVE)
			got_bytes(e, bytes, (size_t)n);
	}
}

/* It left its job while it had no answer, and one has come. */
static bool answers_late(const struct pptp_probe *e)
{
	return e->phase == PPTP_PHASE_LIVE && e->accepted && !e->heard &&
	       !e->job.held && !e->connection.broken;
}

unsigned pptp_probe_socket_event(struct pptp_probe *e, uint32_t events)
{
	struct pptp_connection_way way = pptp_probe_way(e);

	/* Of the same turn, an event before this one may have ended it. */
	if (e->connection.fd < 0 || e->phase == PPTP_PHASE_OVER || e->late)
		return pptp_probe_changes(e);
	if (e->connection.connecting) {
		connect_event(e, pptp_timers_now());
		if (!e->connection.connected || e->late)
			return pptp_probe_changes(e);
	}
	if (e->connection.connected && e->connection.out_length > 0 &&
	    events & EPOLLOUT)
		send_failed(e, pptp_connection_flush(&e->connection, &way));
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
		if (answers_late(e))
			wait_for_job(e);
		else
			pptp_probe_read(e, false);
	}
	return pptp_probe_changes(e);
}

static enum pptp_side side_of(const struct pptp_probe *e,
			      const struct pptp_ip *ip)
{
	return pptp_address_equal(&ip->source, &e->source) &&
		       !pptp_address_equal(&ip->source, &e->plan.target)
		   ? PPTP_US
		   : PPTP_SERVER;
}

unsigned pptp_probe_packet(struct pptp_probe *e,
			   const struct pptp_packet *packet, bool *taken)
{
	struct pptp_tell t;

	/* The OCRP was sent before the call's packets, and waits in the
	 * socket. */
	if (e->phase == PPTP_PHASE_LIVE && e->connection.connected &&
	    !e->late && !pptp_probe_call_is_up(e) &&
	    packet->ip.protocol == PPTP_IP_GRE)
		pptp_probe_read(e, true);
	*taken = e->phase == PPTP_PHASE_LIVE &&
		 pptp_conversation_packet(e->conversation, packet,
					  pptp_timers_now());
	if (!*taken)
		return pptp_probe_changes(e);
	t = pptp_probe_telling(e);
	pptp_tell_packet(&t, side_of(e, &packet->ip), packet->bytes,
			 packet->length);
	pptp_probe_pump(e, pptp_timers_now());
	return pptp_probe_changes(e);
}

/* ---- what the conversation wants ----------------------------------------- */

static void perform(struct pptp_probe *e, enum pptp_action action,
		    const void *data, size_t length, int64_t now)
{
	switch (action) {
	case PPTP_ACTION_CONNECT:
	case PPTP_ACTION_CONNECT_DEAF:
		start_connect(e, action == PPTP_ACTION_CONNECT_DEAF, now);
		break;
	case PPTP_ACTION_STREAM:
		send_stream(e, data, length);
		break;
	case PPTP_ACTION_GUARD:
		hold_guard(e);
		break;
	case PPTP_ACTION_PACKET:
		send_packet(e, data, length, now);
		break;
	case PPTP_ACTION_CLOSE:
		shut(e);
		break;
	case PPTP_ACTION_NONE:
		break;
	}
}

/* Where the server answered, and no call came of it, the capture's part was
 * over when the connection stood. */
static uint32_t count_drops(const struct pptp_probe *e)
{
	struct pptp_wire *w = e->common->wire;

	return e->heard && !pptp_probe_call_is_up(e)
		   ? pptp_wire_known_drops(w, e->in)
		   : pptp_wire_drops(w, e->in);
}

static void note_losses(struct pptp_probe *e)
{
	uint32_t drops;

	if (e->resend.first != NULL)
		pptp_probe_note_error(e, PPTP_NOTE_SEND_FAILED, EAGAIN);
	pptp_resend_clear(&e->resend);
	if (e->in != NULL) {
		drops = count_drops(e) - e->drops;
		if (drops > 0)
			pptp_probe_note(e, PPTP_NOTE_CAPTURE_DROPS, drops);
	}
	/* It is open, and took no byte: a window of 0, or nobody behind it. */
	if (!e->heard && e->untaken > 0 && e->untaken == e->connection.sent &&
	    e->conversation->record.ended_by == PPTP_ENDED_SILENT)
		pptp_probe_note(e, PPTP_NOTE_NOT_DELIVERED, e->untaken);
}

/* The record is ready now. Closing before the server's FIN was read could
 * make the kernel send RST in the middle of its farewell. */
static void finish(struct pptp_probe *e, int64_t now)
{
	note_losses(e);
	e->phase = PPTP_PHASE_DRAINING;
	e->changed |= PPTP_PROBE_RECORD;
	if (e->connection.connected && !e->closed && !e->connection.broken)
		set_timer(e, now + DRAIN);
	else
		over(e);
}

bool pptp_probe_wants_slot(const struct pptp_probe *e)
{
	return !e->late && pptp_conversation_knocks(e->conversation);
}

/* To connect takes a job, or a slot while nobody has answered, and a socket. */
static bool must_wait(struct pptp_probe *e)
{
	if (e->waits || !pptp_conversation_connects(e->conversation))
		return e->waits;
	if (!e->job.held && !(e->job.slot && pptp_probe_wants_slot(e))) {
		e->changed |= PPTP_PROBE_WAITS;
		e->waits = true;
	} else if (!open_socket(e)) {
		e->shortage = errno;
		e->changed |= PPTP_PROBE_SHORT;
		e->waits = true;
	}
	return e->waits;
}

bool pptp_probe_is_unanswered(const struct pptp_probe *e)
{
	return e->phase == PPTP_PHASE_LIVE &&
	       (e->accepted ? !e->heard && !e->closed && !e->late
			    : pptp_conversation_knocks(e->conversation));
}

static void wait_for_event(struct pptp_probe *e, int64_t now)
{
	int64_t at = pptp_conversation_deadline(e->conversation);

	if ((e->job.held || e->job.slot) && pptp_probe_is_unanswered(e) &&
	    e->job.until < at)
		at = e->job.until;
	if (e->resend.first != NULL && e->resend.at < at)
		at = e->resend.at;
	set_timer(e, at > now ? at : now + LATE);
}

void pptp_probe_pump(struct pptp_probe *e, int64_t now)
{
	uint8_t data[PPTP_PACKET_ROOM];
	enum pptp_action action;
	size_t length;

	if (e->phase != PPTP_PHASE_LIVE)
		return;
	while (!must_wait(e)) {
		action = pptp_conversation_output(e->conversation, data,
						  &length, now);
		if (action == PPTP_ACTION_NONE)
			break;
		perform(e, action, data, length, now);
	}
	if (e->waits)
		return;
	if (pptp_conversation_finished(e->conversation))
		finish(e, now);
	else
		wait_for_event(e, now);
}

void pptp_probe_unsent(struct pptp_probe *e, const void *packet, size_t length,
		       int error, int64_t now)
{
	if (e->phase != PPTP_PHASE_LIVE)
		return;
	pptp_probe_note_error(
	    e, PPTP_NOTE_SEND_FAILED,
	    pptp_resend_unsent(&e->resend, packet, length, error, now));
	if (!e->waits)
		wait_for_event(e, now);
}

unsigned pptp_probe_timer_event(struct pptp_probe *e, int64_t now)
{
	if (e->phase == PPTP_PHASE_DRAINING) {
		over(e);
	} else if (e->phase == PPTP_PHASE_LIVE) {
		send_again(e, now);
		pptp_conversation_input(e->conversation, PPTP_INPUT_TICK, NULL,
					0, now);
		pptp_probe_pump(e, now);
	}
	return pptp_probe_changes(e);
}
