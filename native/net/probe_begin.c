/* SPDX-License-Identifier: BSD-2-Clause */
/* How a probe begins, goes on after it waited, and is told to end. */
#include "net/probe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static int64_t wall_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

bool pptp_probe_vantage(const struct pptp_probe *e, struct pptp_vantage *v)
{
	memset(v, 0, sizeof(*v));
	v->source = e->entry.source;
	v->reach = e->prober->raw ? PPTP_REACH_RAW : PPTP_REACH_TCP;
	v->own_host = e->route.local;
	v->call_id = e->entry.call_id;
	v->time_us = wall_clock();
	v->run = e->prober->run;
	return pptp_prober_random(e->prober, v->random, sizeof(v->random));
}

/* A Call-ID, and captures that let it through. */
static bool begin_call(struct pptp_probe *e, int64_t now)
{
	struct pptp_prober *p = e->prober;
	char why[256];

	if (!pptp_plan_has_call(&e->plan))
		return true;
	return pptp_demux_call_begin(&p->demux, &e->entry, now) &&
	       pptp_taps_narrow(p, why, sizeof(why)) == PPTP_OK;
}

static bool prepare(struct pptp_probe *e, int64_t now)
{
	struct pptp_vantage v;

	e->conversation = malloc(sizeof(*e->conversation));
	if (e->prober->config.trace != NULL && e->told == NULL)
		e->told = calloc(1, sizeof(*e->told));
	return e->conversation != NULL && begin_call(e, now) &&
	       pptp_probe_vantage(e, &v) &&
	       pptp_conversation_init(e->conversation, &e->plan, &v, now) ==
		   PPTP_OK;
}

bool pptp_probe_begin(struct pptp_probe *e, int64_t now)
{
	struct pptp_prober *p = e->prober;

	if (!prepare(e, now)) {
		pptp_demux_call_end(&p->demux, &e->entry, now);
		free(e->conversation);
		e->conversation = NULL;
		return false;
	}
	pptp_demux_add(&p->demux, &e->entry);
	e->phase = PPTP_PHASE_LIVE;
	if (e->tap != NULL) {
		e->drops = pptp_tap_drops(e->tap);
		if (e->tap->capture == NULL)
			pptp_probe_note(e, PPTP_NOTE_SEND_FAILED, ENETDOWN);
	}
	pptp_probe_pump(e, now);
	return true;
}

static void hear_connection(struct pptp_probe *e, int64_t now)
{
	struct pptp_connection_way way = pptp_probe_way(e);

	e->answered = false;
	pptp_connection_watch(&e->connection, &way);
	pptp_probe_connected(e, now);
}

void pptp_probe_resume(struct pptp_probe *e, int64_t now)
{
	if (e->answered)
		hear_connection(e, now);
	pptp_probe_pump(e, now);
}

/* A plan that never began has a record too: nothing but that it ended. */
static void abort_plan(struct pptp_probe *e, int64_t now)
{
	struct pptp_vantage v;

	e->conversation = malloc(sizeof(*e->conversation));
	if (e->conversation == NULL || !pptp_probe_vantage(e, &v) ||
	    pptp_conversation_init(e->conversation, &e->plan, &v, now) !=
		PPTP_OK) {
		free(e->conversation);
		e->conversation = NULL;
		return;
	}
	pptp_conversation_abort(e->conversation, now);
	e->phase = PPTP_PHASE_OVER;
	pptp_prober_done(e);
}

/* A reply that waits in the socket decides which farewell is owed. What it
 * would lead to is not begun: nothing is pumped before the abort. */
static void hear_out(struct pptp_probe *e, int64_t now)
{
	struct pptp_tell t = pptp_probe_telling(e);
	uint8_t bytes[2048];
	ssize_t n;

	if (!e->connection.connected || e->closed ||
	    e->conversation->record.call.state == PPTP_ACCEPTED)
		return;
	n = recv(e->connection.fd, bytes, sizeof(bytes), 0);
	if (n <= 0)
		return;
	e->heard = true;
	pptp_tell_received(&t, bytes, (size_t)n);
	pptp_conversation_input(e->conversation, PPTP_INPUT_STREAM, bytes,
				(size_t)n, now);
}

void pptp_probe_abort(struct pptp_probe *e, int64_t now)
{
	if (e->phase == PPTP_PHASE_LIVE) {
		if (e->answered)
			hear_connection(e, now);
		e->waits = false;
		hear_out(e, now);
		pptp_conversation_abort(e->conversation, now);
		pptp_probe_pump(e, now);
	} else if (e->phase < PPTP_PHASE_LIVE) {
		abort_plan(e, now);
	}
}
