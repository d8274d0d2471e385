/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "format/gre.h"
#include "net/guard.h"
#include "net/outcome.h"

#define DRAIN INT64_C(1000000)
#define LATE  INT64_C(1000)    /* a deadline that has passed is met so soon */
#define KEEP  INT64_C(1000000) /* a job, where no socket may lack one */
#define READS 16               /* of one socket, before others get their turn */

struct pptp_tell pptp_probe_telling(const struct pptp_probe *e)
{
	return (struct pptp_tell){
	    .config = &e->prober->config,
	    .source = &e->entry.source,
	    .target = &e->entry.address,
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

/* Once it is over, its record belongs to who reads it. */
void pptp_probe_note(struct pptp_probe *e, enum pptp_note_code code, uint32_t a)
{
	if (e->phase == PPTP_PHASE_LIVE)
		pptp_conversation_note(e->conversation, code, a);
}

/* ---- the socket ---------------------------------------------------------- */

/* Before the CONNECT is taken, so that what the system lacks costs time and no
 * record. */
static bool open_socket(struct pptp_probe *e)
{
	struct pptp_connection_way way = pptp_probe_way(e);

	if (e->opened)
		return true;
	pptp_probe_close_socket(e);
	if (!pptp_connection_open(&e->connection, &way))
		return false;
	if (e->connection.fd >= 0 && !e->employed)
		e->prober->silent++;
	e->opened = true;
	e->closed = false;
	pptp_prober_served(e->prober);
	return true;
}

static void not_connected(struct pptp_probe *e, int error, bool at_once,
			  int64_t now)
{
	enum pptp_input input = pptp_outcome_of(error, at_once);

	pptp_probe_close_socket(e);
	tell(e, input == PPTP_INPUT_FAILED ? PPTP_US : PPTP_SERVER,
	     strerror(error));
	if (input == PPTP_INPUT_FAILED)
		pptp_probe_note(e, PPTP_NOTE_CONNECT_FAILED, (uint32_t)error);
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

/* What the capture holds came before it: the SYN-ACK, RST or ICMP that answers
 * the kernel's own SYN. */
static void hear_capture(struct pptp_probe *e)
{
	if (e->tap != NULL)
		(void)pptp_tap_drain(e->prober, e->tap);
}

/* Replies that come in by another interface than the way out: all are listened
 * to from here on, and what GRE brings is heard there. */
static void listen_anywhere(struct pptp_probe *e)
{
	char why[256];
	struct pptp_tap *tap;

	if (pptp_tap_get(e->prober, "any", &tap, why, sizeof(why)) != PPTP_OK)
		return;
	e->tap = tap;
	e->drops = pptp_tap_drops(tap);
}

static void check_capture(struct pptp_probe *e)
{
	const struct pptp_observer *seen = &e->conversation->observer;

	if (e->tap == NULL || !pptp_tap_drain(e->prober, e->tap) ||
	    e->phase != PPTP_PHASE_LIVE || pptp_tap_drops(e->tap) != e->drops ||
	    pptp_observer_contact(seen).own == PPTP_MET_SYN_ACK)
		return;
	pptp_probe_note(e, PPTP_NOTE_CAPTURE_DEAF, 0);
	listen_anywhere(e);
}

static void read_socket(struct pptp_probe *e, bool up_to_call);

/* A reset that has come already, and what was said before it, are heard before
 * anything is said. */
void pptp_probe_connected(struct pptp_probe *e, int64_t now)
{
	pptp_conversation_input(e->conversation, PPTP_INPUT_CONNECTED, NULL, 0,
				now);
	check_capture(e);
	if (e->connection.broken)
		read_socket(e, false);
}

static void connect_event(struct pptp_probe *e, int64_t now)
{
	struct pptp_connection_way way = pptp_probe_way(e);
	int error;

	hear_capture(e);
	if (e->phase != PPTP_PHASE_LIVE || !e->connection.connecting)
		return;
	error = pptp_connection_end(&e->connection, &way);
	if (!e->connection.connected) {
		not_connected(e, error, false, now);
	} else if (!e->employed && !e->connection.broken) {
		/* Who has nobody to talk for him would keep it waiting. */
		pptp_connection_unwatch(&e->connection, &way);
		e->answered = true;
		pptp_prober_wait(e);
		return;
	} else {
		pptp_probe_connected(e, now);
	}
	pptp_probe_pump(e, now);
}

/* What a dead connection still has to be read comes first, and RESET after
 * it: the socket stays ready until then. */
static void send_failed(struct pptp_probe *e, int error)
{
	if (error != 0 && error != EPIPE && error != ECONNRESET)
		pptp_probe_note(e, PPTP_NOTE_SEND_FAILED, (uint32_t)error);
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

/* ---- reading ------------------------------------------------------------- */

static bool call_is_up(const struct pptp_probe *e)
{
	return e->conversation != NULL &&
	       e->conversation->record.call.state == PPTP_ACCEPTED;
}

static void over(struct pptp_probe *e)
{
	struct pptp_prober *p = e->prober;

	/* For the capture file: its packets are whose address is known. Where
	 * one of them led here, the others are still to come. */
	if (p->dump != NULL && e->tap != NULL && p->draining) {
		pptp_timer_set(&p->timers, &e->timer, pptp_timers_now());
		return;
	}
	if (p->dump != NULL)
		hear_capture(e);
	pptp_probe_close_socket(e);
	e->phase = PPTP_PHASE_OVER;
	pptp_timer_clear(&p->timers, &e->timer);
	pptp_prober_over(e);
}

static void got_bytes(struct pptp_probe *e, const uint8_t *bytes, size_t length)
{
	struct pptp_tell t;

	/* What the server sent into the call before these bytes is in the ring
	 * by now, and the conversation must see it first: "peer refused to
	 * authenticate" before the Call-Disconnect-Notify. */
	if (call_is_up(e))
		hear_capture(e);
	if (e->phase != PPTP_PHASE_LIVE)
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
	if (call_is_up(e))
		hear_capture(e);
	if (e->phase != PPTP_PHASE_LIVE)
		return;
	if (error != 0 && !reset) {
		/* No word of the server's: its silence will tell. */
		pptp_probe_note(e, PPTP_NOTE_SEND_FAILED, (uint32_t)error);
		return;
	}
	tell(e, PPTP_SERVER, reset ? "RST" : "FIN");
	pptp_conversation_input(e->conversation,
				reset ? PPTP_INPUT_RESET : PPTP_INPUT_CLOSED,
				NULL, 0, now);
	pptp_probe_pump(e, now);
}

/* `up_to_call`: no further than the OCRP. */
static void read_socket(struct pptp_probe *e, bool up_to_call)
{
	uint8_t bytes[2048];
	ssize_t n;
	int i;

	for (i = 0; i < READS && e->connection.connected && !e->closed; i++) {
		if (up_to_call && call_is_up(e))
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

void pptp_probe_socket_event(struct pptp_probe *e, uint32_t events)
{
	struct pptp_connection_way way = pptp_probe_way(e);

	/* Of the same batch, an event before this one may have ended it. */
	if (e->connection.fd < 0 || e->phase == PPTP_PHASE_OVER || e->answered)
		return;
	if (e->connection.connecting) {
		connect_event(e, pptp_timers_now());
		if (!e->connection.connected || e->answered)
			return;
	}
	if (e->connection.connected && e->connection.out_length > 0 &&
	    events & EPOLLOUT)
		send_failed(e, pptp_connection_flush(&e->connection, &way));
	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		read_socket(e, false);
}

/* ---- what the conversation wants ----------------------------------------- */

static void hold_guard(struct pptp_probe *e)
{
	struct pptp_prober *p = e->prober;

	if (p->guard < 0)
		p->guard = pptp_guard_open();
	if (p->guard < 0)
		pptp_probe_note(e, PPTP_NOTE_NO_GUARD, (uint32_t)errno);
}

static void send_packet(struct pptp_probe *e, const void *packet, size_t length,
			int64_t now)
{
	struct pptp_tell t = pptp_probe_telling(e);
	int error = EPERM;

	pptp_tell_packet(&t, packet, length);
	if (e->sender != NULL)
		error = pptp_resend_send(&e->resend, e->sender, packet, length,
					 now);
	if (error != 0)
		pptp_probe_note(e, PPTP_NOTE_SEND_FAILED, (uint32_t)error);
}

static void send_again(struct pptp_probe *e, int64_t now)
{
	int error;

	if (e->resend.first == NULL || e->resend.at > now)
		return;
	error = pptp_resend_again(&e->resend, e->sender, now);
	if (error != 0)
		pptp_probe_note(e, PPTP_NOTE_SEND_FAILED, (uint32_t)error);
}

static void shut(struct pptp_probe *e)
{
	e->untaken = pptp_connection_untaken(&e->connection);
	if (e->connection.connected)
		shutdown(e->connection.fd, SHUT_WR);
}

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

static void note_losses(struct pptp_probe *e)
{
	uint32_t drops;

	if (e->resend.first != NULL)
		pptp_probe_note(e, PPTP_NOTE_SEND_FAILED, EAGAIN);
	pptp_resend_clear(&e->resend);
	if (e->tap != NULL) {
		drops = pptp_tap_drops(e->tap) - e->drops;
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
	struct pptp_prober *p = e->prober;

	note_losses(e);
	pptp_demux_call_end(&p->demux, &e->entry, now);
	e->phase = PPTP_PHASE_DRAINING;
	pptp_prober_done(e);
	if (e->connection.connected && !e->closed && !e->connection.broken)
		pptp_timer_set(&p->timers, &e->timer, now + DRAIN);
	else
		over(e);
}

/* To connect takes a job, or a slot while nobody has answered, and a socket. */
static bool must_wait(struct pptp_probe *e, int64_t now)
{
	if (e->waits || !pptp_conversation_connects(e->conversation))
		return e->waits;
	if (!e->employed && (!pptp_conversation_knocks(e->conversation) ||
			     (!e->slot && !pptp_prober_take_slot(e, now))))
		pptp_prober_wait(e);
	else if (!open_socket(e))
		pptp_prober_short(e, errno, now);
	return e->waits;
}

static bool is_patient(const struct pptp_probe *e)
{
	return (e->employed || e->slot) &&
	       pptp_conversation_knocks(e->conversation);
}

static void set_timer(struct pptp_probe *e, int64_t now)
{
	int64_t at = pptp_conversation_deadline(e->conversation);

	if (is_patient(e) && e->until < at)
		at = e->until;
	if (e->resend.first != NULL && e->resend.at < at)
		at = e->resend.at;
	if (at <= now)
		at = now + LATE;
	pptp_timer_set(&e->prober->timers, &e->timer, at);
}

/* Does all that the conversation wants, and waits for what it waits for. */
void pptp_probe_pump(struct pptp_probe *e, int64_t now)
{
	uint8_t data[PPTP_PACKET_ROOM];
	enum pptp_action action;
	size_t length;

	if (e->phase != PPTP_PHASE_LIVE)
		return;
	while (!must_wait(e, now)) {
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
		set_timer(e, now);
}

/* A socket without a job is one of a bounded number. */
static void lose_patience(struct pptp_probe *e, int64_t now)
{
	if (!is_patient(e) || e->until > now)
		return;
	if (e->employed && e->connection.fd >= 0 &&
	    !pptp_prober_has_room(e->prober))
		e->until = now + KEEP;
	else
		pptp_prober_give_back(e);
}

void pptp_probe_timer_event(struct pptp_probe *e, int64_t now)
{
	if (e->phase == PPTP_PHASE_DRAINING) {
		over(e);
	} else if (e->phase == PPTP_PHASE_LIVE) {
		lose_patience(e, now);
		send_again(e, now);
		pptp_conversation_input(e->conversation, PPTP_INPUT_TICK, NULL,
					0, now);
		pptp_probe_pump(e, now);
	}
}

static bool is_gre(const void *packet, size_t length)
{
	struct pptp_reader r;
	struct pptp_ip ip;

	pptp_reader_init(&r, packet, length);
	return pptp_ip_decode(&ip, &r) && ip.protocol == PPTP_IP_GRE;
}

bool pptp_probe_packet(struct pptp_probe *e, const void *packet, size_t length)
{
	struct pptp_tell t;

	/* The OCRP was sent before the call's packets, and waits in the
	 * socket. */
	if (e->phase == PPTP_PHASE_LIVE && e->connection.connected &&
	    !e->answered && !call_is_up(e) && is_gre(packet, length))
		read_socket(e, true);
	if (e->phase != PPTP_PHASE_LIVE ||
	    !pptp_conversation_input(e->conversation, PPTP_INPUT_PACKET, packet,
				     length, pptp_timers_now()))
		return false;
	t = pptp_probe_telling(e);
	pptp_tell_packet(&t, packet, length);
	pptp_probe_pump(e, pptp_timers_now());
	return true;
}
