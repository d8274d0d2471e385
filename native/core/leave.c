/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/leave.h"

#include "core/observer.h"

enum {
	TERMINATE_WAIT = 2 * TALK_SECOND,
	FAREWELL_WAIT = 3 * TALK_SECOND,
	STOPPED_WAIT = TALK_SECOND, /* the server closes; or else we do */
	FAREWELL_LIMIT = 9 * TALK_SECOND,
	ABORT_WAIT = 3 * TALK_SECOND,
};

void pptp_leave_finish(struct pptp_conversation *c, enum pptp_ended_by why,
		       int64_t now)
{
	if (c->state == TALK_FINISHED)
		return;
	c->pending = c->socket ? TALK_SAY_CLOSE : 0;
	if (c->connected)
		pptp_observer_closed(&c->observer, PPTP_US, false, now);
	if (c->state >= TALK_TERMINATING)
		why = (enum pptp_ended_by)c->ending;
	c->connected = false;
	c->state = TALK_FINISHED;
	c->deadline = c->connect_at = c->resend = PPTP_NEVER;
	c->acknowledge = c->limit = PPTP_NEVER;
	pptp_observer_end(&c->observer, why, now);
}

/* What had begun a farewell stays its reason, and its end where it was. */
static void begin(struct pptp_conversation *c, enum pptp_ended_by why,
		  int64_t now)
{
	if (c->state >= TALK_TERMINATING)
		return;
	c->ending = (uint8_t)why;
	c->limit =
	    now + (why == PPTP_ENDED_ABORTED ? ABORT_WAIT : FAREWELL_LIMIT);
	c->resend = PPTP_NEVER;
}

static void stop(struct pptp_conversation *c, int64_t now)
{
	c->state = TALK_STOPPING;
	c->pending |= TALK_SAY_STOP;
	c->resend = c->acknowledge = PPTP_NEVER;
	c->deadline = now + FAREWELL_WAIT;
}

static void clear(struct pptp_conversation *c, int64_t now)
{
	c->state = TALK_CLEARING;
	c->pending |= TALK_SAY_CALL_CLEAR;
	c->resend = c->acknowledge = PPTP_NEVER;
	c->deadline = now + FAREWELL_WAIT;
}

static void terminate(struct pptp_conversation *c, int64_t now)
{
	if (c->record.lcp.terminated) {
		clear(c, now);
		return;
	}
	c->identifier++;
	c->pending |= TALK_SAY_TERMINATE_REQUEST;
	/* Where nothing was ever heard there is no answer to wait for. */
	if (!c->record.gre.from_server) {
		clear(c, now);
		return;
	}
	c->state = TALK_TERMINATING;
	c->deadline = now + TERMINATE_WAIT;
	c->resend = now + TERMINATE_WAIT / 2;
}

void pptp_leave_connection(struct pptp_conversation *c, enum pptp_ended_by why,
			   int64_t now)
{
	if (c->state >= TALK_STOPPING)
		return;
	begin(c, why, now);
	stop(c, now);
}

void pptp_leave_call(struct pptp_conversation *c, enum pptp_ended_by why,
		     int64_t now)
{
	begin(c, why, now);
	clear(c, now);
}

void pptp_leave(struct pptp_conversation *c, enum pptp_ended_by why,
		int64_t now)
{
	unsigned state = c->state;

	if (state >= TALK_TERMINATING)
		return;
	if (state == TALK_LCP) {
		begin(c, why, now);
		terminate(c, now);
	} else if (state == TALK_CALLING ||
		   (state == TALK_STARTING &&
		    c->record.control.state == PPTP_ANSWERED)) {
		pptp_leave_connection(c, why, now);
	} else {
		pptp_leave_finish(c, why, now);
	}
}

void pptp_leave_stopped(struct pptp_conversation *c, int64_t now)
{
	begin(c, PPTP_ENDED_DISCONNECT, now);
	c->state = TALK_STOPPING;
	c->pending &= ~(uint32_t)TALK_SAY_STOP;
	c->pending |= TALK_SAY_STOP_REPLY;
	c->resend = c->acknowledge = PPTP_NEVER;
	if (!c->stopped)
		c->deadline = now + STOPPED_WAIT;
	c->stopped = true;
}

void pptp_leave_terminated(struct pptp_conversation *c, int64_t now)
{
	if (c->state == TALK_TERMINATING)
		clear(c, now);
}

void pptp_leave_timeout(struct pptp_conversation *c, int64_t now)
{
	if (c->state == TALK_TERMINATING)
		clear(c, now);
	else if (c->state == TALK_CLEARING)
		stop(c, now);
	else
		pptp_leave_finish(c, (enum pptp_ended_by)c->ending, now);
}

void pptp_leave_abort(struct pptp_conversation *c, int64_t now)
{
	int64_t end = now + ABORT_WAIT;

	if (c->state == TALK_FINISHED)
		return;
	if (c->state < TALK_TERMINATING)
		pptp_leave(c, PPTP_ENDED_ABORTED, now);
	else if (c->limit > end)
		c->limit = end;
}
