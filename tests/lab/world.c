/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything under way is in one small pool; the earliest is always next. */
#include "lab/world.h"

#include <stdlib.h>
#include <string.h>

#include "format/tcp.h"
#include "lab/kernel.h"

#define FLIGHTS    512
#define MS         INT64_C(1000)
#define RETRANSMIT (200 * MS) /* of a TCP segment that the link lost */
#define MAX_STEPS  20000      /* far above any; a loop without end is a fault */

enum { TO_SERVER, TO_CLIENT };

/* Beside enum lab_output_kind: a packet that goes on from where it waited, in
 * the box or in the capture. */
enum { HELD = LAB_OUT_RST + 1 };

struct flight {
	int64_t at;
	uint32_t order;   /* ties: as sent */
	uint8_t to, kind; /* enum lab_output_kind */
	uint16_t length;
	uint8_t bytes[PPTP_PACKET_ROOM];
};

struct lab_world {
	struct pptp_conversation c;
	struct lab_server *server;
	struct lab_host *host;
	const struct lab_link *link;
	lab_tap *tap;
	void *context;
	int64_t now;
	int64_t stream[2]; /* the last byte's arrival: TCP keeps the order */
	int64_t raw[2];    /* the last packet's: queues keep it, mostly */
	uint32_t random, order;
	bool open; /* the TCP connection */
	struct lab_kernel kernel;
	unsigned undelivered; /* bytes that the server's window kept out */
	unsigned flights;
	struct flight flight[FLIGHTS];
};

struct lab_world *lab_world_new(void)
{
	return calloc(1, sizeof(struct lab_world));
}

void lab_world_free(struct lab_world *w)
{
	if (w == NULL)
		return;
	lab_server_free(w->server);
	free(w);
}

void lab_world_tap(struct lab_world *w, lab_tap *tap, void *context)
{
	w->tap = tap;
	w->context = context;
}

static uint32_t draw(struct lab_world *w)
{
	uint32_t x = w->random;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	w->random = x;
	return x * UINT32_C(2654435769);
}

static bool happens(struct lab_world *w, unsigned percent)
{
	return percent > 0 && (draw(w) >> 8) % 100 < percent;
}

/* ---- the link ------------------------------------------------------------ */

static int64_t travel(struct lab_world *w)
{
	int64_t delay = w->link->delay_us > 0 ? w->link->delay_us : MS;
	int64_t jitter =
	    w->link->jitter_us > 0 ? w->link->jitter_us : delay / 5;

	return jitter > 0 ? delay + (int64_t)draw(w) % jitter : delay;
}

/* A way that stands still and then delivers everything at once. */
static int64_t stalled(const struct lab_world *w, int64_t at)
{
	int64_t stall = w->link->stall_us;

	return stall > 0 ? (at + stall - 1) / stall * stall : at;
}

static void launch_at(struct lab_world *w, int to, int kind, const void *bytes,
		      size_t length, int64_t at)
{
	struct flight *f;

	if (w->flights == FLIGHTS || length > PPTP_PACKET_ROOM)
		abort(); /* a test that drops what was sent proves nothing */
	f = &w->flight[w->flights++];
	f->at = at;
	f->order = w->order++;
	f->to = (uint8_t)to;
	f->kind = (uint8_t)kind;
	f->length = (uint16_t)length;
	if (length > 0)
		memcpy(f->bytes, bytes, length);
}

static void launch(struct lab_world *w, int to, enum lab_output_kind kind,
		   const void *bytes, size_t length, int64_t at)
{
	launch_at(w, to, (int)kind, bytes, length, stalled(w, at));
}

static void observe(struct lab_world *w, int to, enum lab_output_kind kind,
		    const void *bytes, size_t length)
{
	if (w->tap != NULL)
		w->tap(w->context, to == TO_SERVER ? PPTP_US : PPTP_SERVER,
		       kind, bytes, length, w->now);
}

static void send_raw(struct lab_world *w, int to, const void *bytes,
		     size_t length)
{
	const struct lab_link *link = w->link;
	int64_t at = w->now + travel(w);

	observe(w, to, LAB_OUT_PACKET, bytes, length);
	if (happens(w, link->duplicate))
		launch(w, to, LAB_OUT_PACKET, bytes, length,
		       w->now + 2 * travel(w));
	if (happens(w, link->loss))
		return;
	if (at < w->raw[to])
		at = w->raw[to];
	if (happens(w, link->reorder))
		at += 3 * travel(w);
	else
		w->raw[to] = at;
	launch(w, to, LAB_OUT_PACKET, bytes, length, at);
}

/* Segments are sent again until they arrive, and arrive in order. */
static void send_stream(struct lab_world *w, int to, enum lab_output_kind kind,
			const void *bytes, size_t length)
{
	int64_t at = w->now + travel(w);

	observe(w, to, kind, bytes, length);
	for (unsigned i = 0; i < 4 && happens(w, w->link->loss); i++)
		at += RETRANSMIT << i;
	if (at < w->stream[to])
		at = w->stream[to];
	w->stream[to] = at;
	launch(w, to, kind, bytes, length, at);
}

/* ---- the server's end ---------------------------------------------------- */

static struct lab_passage pass(struct lab_world *w, bool to_server,
			       const void *bytes, size_t length)
{
	static const struct lab_passage all = {.passes = true};

	if (w->link->box == NULL)
		return all;
	return lab_box_pass(w->link->box, to_server, bytes, length, w->now);
}

static void drain_server(struct lab_world *w)
{
	struct lab_output o;

	while (w->open) {
		o = lab_server_output(w->server, w->now);
		if (o.kind == LAB_OUT_NONE)
			return;
		if (o.kind != LAB_OUT_PACKET)
			send_stream(w, TO_CLIENT, o.kind, o.bytes, o.length);
		else if (pass(w, false, o.bytes, o.length).passes)
			send_raw(w, TO_CLIENT, o.bytes, o.length);
	}
}

static void packet_to_server(struct lab_world *w, const uint8_t *bytes,
			     size_t length)
{
	uint8_t answer[PPTP_PACKET_ROOM];
	size_t n;

	if (w->open && bytes[9] == PPTP_IP_GRE) {
		lab_server_packet(w->server, bytes, length, w->now);
		return;
	}
	n = lab_host_packet(w->host, bytes, length, answer);
	if (n > 0)
		send_raw(w, TO_CLIENT, answer, n);
}

/* The box is the server's neighbour: what it keeps back waits here. */
static void packet_to_box(struct lab_world *w, const struct flight *f)
{
	struct lab_passage p = pass(w, true, f->bytes, f->length);

	if (p.length > 0)
		send_raw(w, TO_CLIENT, p.answer, p.length);
	if (p.passes && p.delay_us > 0)
		launch_at(w, TO_SERVER, HELD, f->bytes, f->length,
			  w->now + p.delay_us);
	else if (p.passes)
		packet_to_server(w, f->bytes, f->length);
}

static void reach_server(struct lab_world *w, const struct flight *f)
{
	if (f->kind == HELD)
		packet_to_server(w, f->bytes, f->length);
	else if (f->kind == LAB_OUT_PACKET)
		packet_to_box(w, f);
	else if (w->host->config.quirk == LAB_DECOY)
		w->undelivered += f->length;
	else if (f->kind == LAB_OUT_STREAM)
		lab_server_stream(w->server, f->bytes, f->length, w->now);
	else
		lab_server_closed(w->server, w->now);
	drain_server(w);
}

/* ---- our end ------------------------------------------------------------- */

static void capture(struct lab_world *w, const void *bytes, size_t length,
		    int64_t lag)
{
	if (w->c.reach != PPTP_REACH_RAW || happens(w, w->link->capture_loss))
		return;
	if (lag > 0)
		launch_at(w, TO_CLIENT, HELD, bytes, length, w->now + lag);
	else
		(void)pptp_conversation_input(&w->c, PPTP_INPUT_PACKET, bytes,
					      length, w->now);
}

/* The capture gives it when the loop comes round again, so never at once. */
static void send_kernel_syn(struct lab_world *w)
{
	uint8_t packet[LAB_KERNEL_SYN];
	size_t length = lab_kernel_syn(&w->kernel, packet, w->now);

	send_raw(w, TO_SERVER, packet, length);
	capture(w, packet, length, w->link->capture_lag_us + 1);
}

static void kernel_answered(struct lab_world *w, enum pptp_input how)
{
	const struct pptp_record *r = &w->c.record;

	if (how == PPTP_INPUT_CONNECTED) {
		w->open = true;
		if (w->server == NULL)
			w->server = lab_server_new(w->host, &r->source, w->now);
		else
			lab_server_begin(w->server, w->host, &r->source,
					 w->now);
		drain_server(w);
	}
	(void)pptp_conversation_input(&w->c, how, NULL, 0, w->now);
}

static void close_client(struct lab_world *w)
{
	lab_kernel_close(&w->kernel);
	if (w->open)
		send_stream(w, TO_SERVER, LAB_OUT_FIN, NULL, 0);
	if (w->undelivered > 0)
		pptp_conversation_note(&w->c, PPTP_NOTE_NOT_DELIVERED,
				       w->undelivered);
	w->undelivered = 0;
}

static void drain_client(struct lab_world *w)
{
	uint8_t data[PPTP_PACKET_ROOM];
	enum pptp_action action;
	size_t length;

	for (;;) {
		action = pptp_conversation_output(&w->c, data, &length, w->now);
		switch (action) {
		case PPTP_ACTION_NONE:
			return;
		case PPTP_ACTION_CONNECT:
		case PPTP_ACTION_CONNECT_DEAF:
			lab_kernel_connect(&w->kernel, &w->c.record.source,
					   &w->c.record.target,
					   w->c.record.port,
					   action == PPTP_ACTION_CONNECT_DEAF,
					   draw(w), w->now);
			send_kernel_syn(w);
			break;
		case PPTP_ACTION_STREAM:
			if (w->open)
				send_stream(w, TO_SERVER, LAB_OUT_STREAM, data,
					    length);
			break;
		case PPTP_ACTION_PACKET:
			send_raw(w, TO_SERVER, data, length);
			break;
		case PPTP_ACTION_CLOSE:
			close_client(w);
			break;
		case PPTP_ACTION_GUARD:
			break;
		}
	}
}

static void packet_to_client(struct lab_world *w, const struct flight *f)
{
	enum pptp_input how;

	capture(w, f->bytes, f->length, w->link->capture_lag_us);
	if (lab_kernel_packet(&w->kernel, f->bytes, f->length, &how))
		kernel_answered(w, how);
}

static void reach_client(struct lab_world *w, const struct flight *f)
{
	static const enum pptp_input inputs[] = {
	    [LAB_OUT_STREAM] = PPTP_INPUT_STREAM,
	    [LAB_OUT_FIN] = PPTP_INPUT_CLOSED,
	    [LAB_OUT_RST] = PPTP_INPUT_RESET,
	    [HELD] = PPTP_INPUT_PACKET,
	};

	if (f->kind == LAB_OUT_PACKET)
		packet_to_client(w, f);
	else
		(void)pptp_conversation_input(&w->c, inputs[f->kind], f->bytes,
					      f->length, w->now);
	drain_client(w);
}

static unsigned earliest(const struct lab_world *w)
{
	unsigned first = 0;

	for (unsigned i = 1; i < w->flights; i++)
		if (w->flight[i].at < w->flight[first].at ||
		    (w->flight[i].at == w->flight[first].at &&
		     w->flight[i].order < w->flight[first].order))
			first = i;
	return first;
}

static void land(struct lab_world *w, unsigned i)
{
	struct flight f = w->flight[i];

	w->flight[i] = w->flight[--w->flights];
	if (f.to == TO_SERVER)
		reach_server(w, &f);
	else
		reach_client(w, &f);
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* The next thing that happens. */
static void step(struct lab_world *w)
{
	int64_t client = pptp_conversation_deadline(&w->c);
	int64_t server = w->open ? lab_server_deadline(w->server) : PPTP_NEVER;
	int64_t kernel = w->kernel.trying ? w->kernel.resend : PPTP_NEVER;
	unsigned i = earliest(w);
	int64_t flight = w->flights > 0 ? w->flight[i].at : PPTP_NEVER;
	int64_t at = least(least(flight, kernel), least(server, client));

	w->now = at > w->now ? at : w->now;
	if (flight == at) {
		land(w, i);
	} else if (kernel == at) {
		send_kernel_syn(w);
	} else if (server == at) {
		lab_server_tick(w->server, w->now);
		drain_server(w);
	} else {
		pptp_conversation_input(&w->c, PPTP_INPUT_TICK, NULL, 0,
					w->now);
		drain_client(w);
	}
}

const struct pptp_record *lab_world_run(struct lab_world *w, struct lab_host *h,
					const struct pptp_plan *plan,
					const struct pptp_vantage *vantage,
					const struct lab_link *link,
					int64_t *now)
{
	struct pptp_vantage v = *vantage;

	w->host = h;
	w->link = link;
	w->now = *now;
	w->random = link->seed * UINT32_C(2654435769) + 1;
	if (w->random == 0)
		w->random = 1;
	(void)draw(w);
	w->stream[0] = w->stream[1] = w->raw[0] = w->raw[1] = w->now;
	w->flights = 0;
	w->order = 0;
	w->open = false;
	w->undelivered = 0;
	lab_kernel_close(&w->kernel);
	for (unsigned i = 0; i < PPTP_RANDOM; i++)
		v.random[i] = (uint8_t)(draw(w) >> 16);
	if (pptp_conversation_init(&w->c, plan, &v, w->now) != PPTP_OK)
		return NULL;
	drain_client(w);
	for (unsigned steps = 0; !pptp_conversation_finished(&w->c); steps++) {
		if (steps == MAX_STEPS)
			abort();
		step(w);
	}
	*now = w->now;
	return &w->c.record;
}
