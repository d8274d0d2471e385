/* SPDX-License-Identifier: BSD-2-Clause */
/* How a probe begins, goes on after it waited, and is told to end. */
#include "net/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define IN_QUEUE INT64_C(3000000)  /* an answer waits for a job at most */
#define TALK     INT64_C(25000000) /* from connecting to the farewell */

void pptp_probe_free(struct pptp_probe *e)
{
	struct pptp_connection_way way = pptp_probe_way(e);

	pptp_connection_close(&e->connection, &way);
	pptp_resend_clear(&e->resend);
	free(e->exchange);
	free(e->conversation);
	free(e->told);
	free((char *)e->plan.contact);
	free((char *)e->plan.name);
	free((char *)e->plan.labels);
}

static int64_t wall_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Where nobody has met the target before, or what they met is none, first
 * contact is the conversation's own. */
static enum pptp_error init(struct pptp_probe *e, const struct pptp_vantage *v,
			    int64_t now)
{
	if (e->exchange != NULL &&
	    pptp_conversation_exchanged(e->conversation, &e->plan, v,
					e->exchange, now) == PPTP_OK)
		return PPTP_OK;
	return pptp_conversation_init(e->conversation, &e->plan, v, now);
}

static bool begin_conversation(struct pptp_probe *e, uint16_t call_id,
			       int64_t now)
{
	struct pptp_probe_common *common = e->common;
	struct pptp_vantage v = {
	    .source = e->source,
	    .reach = common->wire != NULL ? PPTP_REACH_RAW : PPTP_REACH_TCP,
	    .own_host = e->own_host,
	    .call_id = call_id,
	    .time_us = wall_clock(),
	    .run = common->run,
	};

	e->conversation = malloc(sizeof(*e->conversation));
	if (e->conversation != NULL &&
	    pptp_random_take(&common->random, v.random, sizeof(v.random)) &&
	    init(e, &v, now) == PPTP_OK) {
		free(e->exchange);
		e->exchange = NULL;
		return true;
	}
	free(e->conversation);
	e->conversation = NULL;
	return false;
}

bool pptp_probe_begin(struct pptp_probe *e, uint16_t call_id, int64_t now,
		      unsigned *changes)
{
	struct pptp_wire *w = e->common->wire;

	if (e->common->tell.trace != NULL && e->told == NULL)
		e->told = calloc(1, sizeof(*e->told));
	if (!begin_conversation(e, call_id, now))
		return false;
	e->phase = PPTP_PHASE_LIVE;
	if (e->in != NULL) {
		e->drops = pptp_wire_known_drops(w, e->in);
		if (!pptp_wire_hears(w, e->in))
			pptp_probe_note_error(e, PPTP_NOTE_SEND_FAILED,
					      ENETDOWN);
	}
	pptp_probe_pump(e, now);
	*changes = pptp_probe_changes(e);
	return true;
}

bool pptp_probe_abort_plan(struct pptp_probe *e, int64_t now, unsigned *changes)
{
	if (!begin_conversation(e, 0, now))
		return false;
	pptp_conversation_abort(e->conversation, now);
	e->phase = PPTP_PHASE_OVER;
	*changes = PPTP_PROBE_RECORD;
	return true;
}

static void hear_answer(struct pptp_probe *e, int64_t now)
{
	struct pptp_connection_way way = pptp_probe_way(e);

	e->late = false;
	pptp_connection_watch(&e->connection, &way);
	if (!e->accepted)
		pptp_probe_connected(e, now);
	else
		pptp_probe_read(e, false);
}

int64_t pptp_probe_waits_until(const struct pptp_probe *e, int64_t now)
{
	int64_t end = e->connected_at + TALK;

	if (!e->late)
		return PPTP_NEVER;
	return now + IN_QUEUE < end ? now + IN_QUEUE : end;
}

unsigned pptp_probe_resume(struct pptp_probe *e, int64_t now)
{
	e->waits = false;
	if (e->late)
		hear_answer(e, now);
	pptp_probe_pump(e, now);
	return pptp_probe_changes(e);
}

/* A reply that waits in the socket decides which farewell is owed. What it
 * would lead to is not begun: nothing is sent before the abort. */
static void read_last(struct pptp_probe *e, int64_t now)
{
	struct pptp_tell t = pptp_probe_telling(e);
	uint8_t bytes[2048];
	ssize_t n;

	if (!e->connection.connected || e->closed || pptp_probe_call_is_up(e))
		return;
	n = recv(e->connection.fd, bytes, sizeof(bytes), 0);
	if (n <= 0)
		return;
	e->heard = true;
	pptp_tell_received(&t, bytes, (size_t)n);
	pptp_conversation_input(e->conversation, PPTP_INPUT_STREAM, bytes,
				(size_t)n, now);
}

unsigned pptp_probe_abort(struct pptp_probe *e, int64_t now)
{
	struct pptp_connection_way way = pptp_probe_way(e);

	if (e->phase != PPTP_PHASE_LIVE)
		return pptp_probe_changes(e);
	e->waits = false;
	if (e->late) {
		e->late = false;
		pptp_connection_watch(&e->connection, &way);
		if (!e->accepted)
			pptp_probe_connected(e, now);
	}
	read_last(e, now);
	pptp_conversation_abort(e->conversation, now);
	pptp_probe_pump(e, now);
	return pptp_probe_changes(e);
}
