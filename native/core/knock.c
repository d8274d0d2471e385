/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/knock.h"

#include "core/leave.h"
#include "core/observer.h"

enum {
	CONTACT_WAIT = 20 * TALK_SECOND,
	CONNECT_WAIT = 5 * TALK_SECOND,
	ANSWERED_WAIT =
	    10 * TALK_SECOND, /* where hand-made SYNs met anything */
	CONNECT_PAUSE = TALK_SECOND,
	CONNECT_QUICK = TALK_SECOND, /* a further try of a host that lives */
	PING_WAIT = TALK_SECOND,
	PAIR_WAIT = 2 * TALK_SECOND / 5,
	MAX_SYNS = 3,
	MAX_PINGS = 2,
	PAIRS = 10,
};

enum handmade {
	HANDMADE_OVER, /* or not in the plan */
	HANDMADE_SYNS,
	HANDMADE_ECHOES,
	HANDMADE_PAIRS,
};

enum kernel {
	KERNEL_OVER, /* or not in the plan */
	KERNEL_LATER,
	KERNEL_DUE, /* nobody has taken the action yet */
	KERNEL_WAITS,
	KERNEL_PAUSES,
};

static void connect_now(struct pptp_conversation *c)
{
	c->kernel = KERNEL_DUE;
	c->pending |= TALK_SAY_CONNECT;
	/* Where sockets are scarce, the time begins with the socket. */
	c->connect_at = c->limit = PPTP_NEVER;
}

void pptp_knock_begin(struct pptp_conversation *c, int64_t now)
{
	c->state = TALK_KNOCKING;
	c->deadline = PPTP_NEVER;
	if (c->opening != PPTP_OPENING_SYN_ONLY)
		c->kernel = KERNEL_LATER;
	if (c->opening != PPTP_OPENING_CONNECT) {
		c->handmade = HANDMADE_SYNS;
		c->pending = TALK_SAY_SYN;
		c->tries = 1;
		c->deadline = now + TALK_SECOND;
	} else {
		connect_now(c);
	}
}

void pptp_knock_answered(struct pptp_conversation *c)
{
	c->state = TALK_KNOCKING;
	c->deadline = PPTP_NEVER;
	c->contact_answered = true;
	connect_now(c);
}

/* The last of several tries waits as long as the first: the answer may be one
 * that takes its time. */
static int64_t connect_wait(const struct pptp_conversation *c, bool silent)
{
	if (c->contact_answered)
		return ANSWERED_WAIT;
	if (silent && c->record.tcp.connect.tries < PPTP_CONTACT_SILENT_TRIES)
		return CONNECT_QUICK;
	return CONNECT_WAIT;
}

/* The try before was met by silence. */
static bool was_silent(const struct pptp_conversation *c)
{
	return c->record.tcp.connect.tries > 0 &&
	       c->record.tcp.connect.state == PPTP_CONNECT_TIMEOUT;
}

/* Deaf where ICMP ended the try before; it has its price (net/connection.h). */
enum pptp_action pptp_knock_action(const struct pptp_conversation *c)
{
	return c->record.tcp.connect.tries > 0 && !was_silent(c)
		   ? PPTP_ACTION_CONNECT_DEAF
		   : PPTP_ACTION_CONNECT;
}

void pptp_knock_connecting(struct pptp_conversation *c, int64_t now)
{
	bool silent = was_silent(c);
	int64_t end = c->record.start + CONTACT_WAIT;

	pptp_observer_connecting(&c->observer, now);
	c->kernel = KERNEL_WAITS;
	c->socket = true;
	c->connect_at = now + connect_wait(c, silent);
	c->limit = end > now ? end : c->connect_at;
}

static void settle(struct pptp_conversation *c, int64_t now)
{
	struct pptp_contact met = pptp_observer_contact(&c->observer);

	if (c->handmade == HANDMADE_OVER && c->kernel == KERNEL_OVER)
		pptp_leave_finish(c, pptp_contact_decide(&met).ended_by, now);
}

static void handmade_over(struct pptp_conversation *c, int64_t now)
{
	c->handmade = HANDMADE_OVER;
	c->deadline = PPTP_NEVER;
	c->pending &= ~(uint32_t)(TALK_SAY_SYN | TALK_SAY_PING);
	if (c->kernel == KERNEL_LATER)
		connect_now(c);
	settle(c, now);
}

/* Who answers at all may be slow with a connection, too. */
static void answered(struct pptp_conversation *c)
{
	if (!c->contact_answered && c->kernel == KERNEL_WAITS)
		c->connect_at += ANSWERED_WAIT - CONNECT_WAIT;
	c->contact_answered = true;
}

static void kernel_over(struct pptp_conversation *c, int64_t now)
{
	c->kernel = KERNEL_OVER;
	c->connect_at = PPTP_NEVER;
	settle(c, now);
}

static bool connects_again(const struct pptp_conversation *c)
{
	struct pptp_contact met = pptp_observer_contact(&c->observer);

	return pptp_contact_again(&met, c->record.tcp.connect.tries);
}

/* ---- the hand-made SYNs -------------------------------------------------- */

/* While an echo is waited for, the last SYN may still be answered. */
static void ping(struct pptp_conversation *c, int64_t now)
{
	c->tries = c->handmade == HANDMADE_ECHOES ? c->tries + 1 : 1;
	c->handmade = HANDMADE_ECHOES;
	c->pending |= TALK_SAY_PING;
	c->deadline = now + PING_WAIT;
}

static void next_syn(struct pptp_conversation *c, int64_t now)
{
	if (c->tries >= MAX_SYNS) {
		ping(c, now);
		return;
	}
	c->tries++;
	c->pending |= TALK_SAY_SYN;
	c->deadline = now + (c->tries == 2 ? 2 : 1) * TALK_SECOND;
	if (c->kernel == KERNEL_LATER)
		connect_now(c);
}

/* The host lives, and our SYNs had no answer: a filter, or a way that loses
 * packets. From now on each echo request goes out beside a SYN; where all of
 * the ones are answered and none of the others, it was not the way. */
static void pair(struct pptp_conversation *c, int64_t now)
{
	if (c->pairs == PAIRS) {
		handmade_over(c, now);
		return;
	}
	if (c->kernel == KERNEL_OVER && connects_again(c))
		connect_now(c);
	c->handmade = HANDMADE_PAIRS;
	c->pairs++;
	c->tries++;
	c->pending |= TALK_SAY_SYN | TALK_SAY_PING;
	c->deadline = now + (c->pairs < PAIRS ? PAIR_WAIT : TALK_SECOND);
}

static void handmade_timeout(struct pptp_conversation *c, int64_t now)
{
	if (c->handmade == HANDMADE_SYNS)
		next_syn(c, now);
	else if (c->handmade == HANDMADE_PAIRS)
		pair(c, now);
	else if (c->tries < MAX_PINGS)
		ping(c, now);
	else
		handmade_over(c, now);
}

void pptp_knock_event(struct pptp_conversation *c,
		      const struct pptp_event *event, int64_t now)
{
	switch (event->kind) {
	case PPTP_EVENT_SYN_ACK:
	case PPTP_EVENT_RST:
		answered(c);
		handmade_over(c, now);
		break;
	case PPTP_EVENT_UNREACHABLE_TCP:
		answered(c);
		break;
	case PPTP_EVENT_ECHO_REPLY:
		if (c->handmade == HANDMADE_ECHOES)
			pair(c, now);
		break;
	case PPTP_EVENT_CONNECT:
		/* The RST may come to us after connect() was told of it. */
		if (c->kernel == KERNEL_PAUSES && !connects_again(c))
			kernel_over(c, now);
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
	if (c->kernel != KERNEL_WAITS)
		return;
	pptp_observer_not_connected(&c->observer, connect_of(how), now);
	if (!connects_again(c)) {
		kernel_over(c, now);
	} else if (how == PPTP_INPUT_TIMEOUT) {
		connect_now(c);
	} else {
		c->kernel = KERNEL_PAUSES;
		c->connect_at = now + CONNECT_PAUSE;
	}
}

/* ---- time ---------------------------------------------------------------- */

void pptp_knock_tick(struct pptp_conversation *c, int64_t now)
{
	if (now >= c->limit) {
		c->handmade = HANDMADE_OVER;
		c->kernel = KERNEL_OVER;
		settle(c, now);
		return;
	}
	if (now >= c->connect_at) {
		if (c->kernel == KERNEL_PAUSES)
			connect_now(c);
		else
			pptp_knock_failed(c, PPTP_INPUT_TIMEOUT, now);
	}
	if (now >= c->deadline && c->state == TALK_KNOCKING)
		handmade_timeout(c, now);
}

bool pptp_knock_unanswered(const struct pptp_conversation *c)
{
	uint8_t connect = c->record.tcp.connect.state;

	return c->state == TALK_KNOCKING && c->record.tcp.state != PPTP_OPEN &&
	       c->record.tcp.state != PPTP_CLOSED &&
	       (connect == PPTP_CONNECT_NOT_TRIED ||
		connect == PPTP_CONNECT_TIMEOUT);
}
