/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/knock.h"

#include "core/leave.h"

enum {
	CONTACT_WAIT = 20 * SECOND,
	CONNECT_WAIT = 5 * SECOND,
	ANSWERED_WAIT = 10 * SECOND, /* where hand-made SYNs met anything */
	CONNECT_PAUSE = SECOND,
	CONNECT_QUICK = SECOND, /* a further try of a host that lives */
	PING_WAIT = SECOND,
	WITNESS_WAIT = 2 * SECOND / 5,
	MAX_SYNS = 3,
	MAX_PINGS = 2,
	WITNESSES = 10,
};

enum raw {
	RAW_OVER, /* or not in the plan */
	RAW_SYNS,
	RAW_PINGS,
	RAW_WITNESSES,
};

enum dial {
	DIAL_OVER, /* or not in the plan */
	DIAL_LATER,
	DIAL_DUE, /* nobody has taken the action yet */
	DIAL_WAITS,
	DIAL_PAUSES,
};

static void dial(struct pptp_conversation *c)
{
	c->dial = DIAL_DUE;
	c->pending |= SAY_CONNECT;
	/* Where sockets are scarce, the time begins with the socket. */
	c->connect_at = c->limit = PPTP_NEVER;
}

void pptp_knock_begin(struct pptp_conversation *c, int64_t now)
{
	c->state = TALK_KNOCKING;
	c->deadline = PPTP_NEVER;
	if (c->opening != PPTP_OPENING_SYN_ONLY)
		c->dial = DIAL_LATER;
	if (c->opening != PPTP_OPENING_CONNECT) {
		c->raw = RAW_SYNS;
		c->pending = SAY_SYN;
		c->tries = 1;
		c->deadline = now + SECOND;
	} else {
		dial(c);
	}
}

void pptp_knock_answered(struct pptp_conversation *c)
{
	c->state = TALK_KNOCKING;
	c->deadline = PPTP_NEVER;
	c->answered = true;
	dial(c);
}

/* The last of several tries waits as long as the first: the answer may be one
 * that takes its time. */
static int64_t connect_wait(const struct pptp_conversation *c, bool silent)
{
	if (c->answered)
		return ANSWERED_WAIT;
	if (silent && c->record.tcp.connect.tries < PPTP_CONTACT_SILENT_TRIES)
		return CONNECT_QUICK;
	return CONNECT_WAIT;
}

/* Deaf where ICMP ended the try before; it has its price (net/connection.h). */
enum pptp_action pptp_knock_dial(struct pptp_conversation *c, int64_t now)
{
	bool again = c->record.tcp.connect.tries > 0;
	bool silent =
	    again && c->record.tcp.connect.state == PPTP_CONNECT_TIMEOUT;
	int64_t end = c->record.start + CONTACT_WAIT;

	pptp_observer_connecting(&c->observer, now);
	c->dial = DIAL_WAITS;
	c->socket = true;
	c->connect_at = now + connect_wait(c, silent);
	c->limit = end > now ? end : c->connect_at;
	return again && !silent ? PPTP_ACTION_CONNECT_DEAF
				: PPTP_ACTION_CONNECT;
}

static void settle(struct pptp_conversation *c, int64_t now)
{
	struct pptp_contact met = pptp_observer_contact(&c->observer);

	if (c->raw == RAW_OVER && c->dial == DIAL_OVER)
		pptp_leave_finish(c, pptp_contact_decide(&met).ended_by, now);
}

static void raw_over(struct pptp_conversation *c, int64_t now)
{
	c->raw = RAW_OVER;
	c->deadline = PPTP_NEVER;
	c->pending &= ~(uint32_t)(SAY_SYN | SAY_PING);
	if (c->dial == DIAL_LATER)
		dial(c);
	settle(c, now);
}

/* Who answers at all may be slow with a connection, too. */
static void answered(struct pptp_conversation *c)
{
	if (!c->answered && c->dial == DIAL_WAITS)
		c->connect_at += ANSWERED_WAIT - CONNECT_WAIT;
	c->answered = true;
}

static void dial_over(struct pptp_conversation *c, int64_t now)
{
	c->dial = DIAL_OVER;
	c->connect_at = PPTP_NEVER;
	settle(c, now);
}

static bool dials_again(const struct pptp_conversation *c)
{
	struct pptp_contact met = pptp_observer_contact(&c->observer);

	return pptp_contact_again(&met, c->record.tcp.connect.tries);
}

/* ---- the hand-made SYNs -------------------------------------------------- */

/* While an echo is waited for, the last SYN may still be answered. */
static void ping(struct pptp_conversation *c, int64_t now)
{
	c->tries = c->raw == RAW_PINGS ? c->tries + 1 : 1;
	c->raw = RAW_PINGS;
	c->pending |= SAY_PING;
	c->deadline = now + PING_WAIT;
}

static void next_syn(struct pptp_conversation *c, int64_t now)
{
	if (c->tries >= MAX_SYNS) {
		ping(c, now);
		return;
	}
	c->tries++;
	c->pending |= SAY_SYN;
	c->deadline = now + (c->tries == 2 ? 2 : 1) * SECOND;
	if (c->dial == DIAL_LATER)
		dial(c);
}

/* The host lives, and our SYNs had no answer: a filter, or a way that loses
 * packets. From now on each echo request goes out beside a SYN; where all of
 * the ones are answered and none of the others, it was not the way. */
static void witness(struct pptp_conversation *c, int64_t now)
{
	if (c->witnesses == WITNESSES) {
		raw_over(c, now);
		return;
	}
	if (c->dial == DIAL_OVER && dials_again(c))
		dial(c);
	c->raw = RAW_WITNESSES;
	c->witnesses++;
	c->tries++;
	c->pending |= SAY_SYN | SAY_PING;
	c->deadline = now + (c->witnesses < WITNESSES ? WITNESS_WAIT : SECOND);
}

static void raw_timeout(struct pptp_conversation *c, int64_t now)
{
	if (c->raw == RAW_SYNS)
		next_syn(c, now);
	else if (c->raw == RAW_WITNESSES)
		witness(c, now);
	else if (c->tries < MAX_PINGS)
		ping(c, now);
	else
		raw_over(c, now);
}

void pptp_knock_event(struct pptp_conversation *c,
		      const struct pptp_event *event, int64_t now)
{
	switch (event->kind) {
	case PPTP_EVENT_SYN_ACK:
	case PPTP_EVENT_RST:
		answered(c);
		raw_over(c, now);
		break;
	case PPTP_EVENT_UNREACHABLE_TCP:
		answered(c);
		break;
	case PPTP_EVENT_ECHO_REPLY:
		if (c->raw == RAW_PINGS)
			witness(c, now);
		break;
	case PPTP_EVENT_CONNECT:
		/* The RST may come to us after connect() was told of it. */
		if (c->dial == DIAL_PAUSES && !dials_again(c))
			dial_over(c, now);
		break;
	default:
		break;
	}
}

/* ---- the kernel's connect() ---------------------------------------------- */

static enum pptp_connect connect_of(enum pptp_input how)
{
	switch (how) {
	case PPTP_INPUT_REFUSED:
		return PPTP_CONNECT_REFUSED;
	case PPTP_INPUT_UNREACHABLE:
		return PPTP_CONNECT_UNREACHABLE;
	case PPTP_INPUT_TIMEOUT:
		return PPTP_CONNECT_TIMEOUT;
	default:
		return PPTP_CONNECT_ERROR;
	}
}

void pptp_knock_failed(struct pptp_conversation *c, enum pptp_input how,
		       int64_t now)
{
	if (c->dial != DIAL_WAITS)
		return;
	pptp_observer_not_connected(&c->observer, connect_of(how), now);
	if (!dials_again(c)) {
		dial_over(c, now);
	} else if (how == PPTP_INPUT_TIMEOUT) {
		dial(c);
	} else {
		c->dial = DIAL_PAUSES;
		c->connect_at = now + CONNECT_PAUSE;
	}
}

/* ---- time ---------------------------------------------------------------- */

void pptp_knock_tick(struct pptp_conversation *c, int64_t now)
{
	if (now >= c->limit) {
		c->raw = RAW_OVER;
		c->dial = DIAL_OVER;
		settle(c, now);
		return;
	}
	if (now >= c->connect_at) {
		if (c->dial == DIAL_PAUSES)
			dial(c);
		else
			pptp_knock_failed(c, PPTP_INPUT_TIMEOUT, now);
	}
	if (now >= c->deadline && c->state == TALK_KNOCKING)
		raw_timeout(c, now);
}

bool pptp_knock_unanswered(const struct pptp_conversation *c)
{
	uint8_t connect = c->record.tcp.connect.state;

	return c->state == TALK_KNOCKING && c->record.tcp.state != PPTP_OPEN &&
	       c->record.tcp.state != PPTP_CLOSED &&
	       (connect == PPTP_CONNECT_NOT_TRIED ||
		connect == PPTP_CONNECT_TIMEOUT);
}
