/* SPDX-License-Identifier: BSD-2-Clause */
/* A sweeper's receiving thread. */
#include <string.h>
#include <time.h>

#include "net/sweeper_parts.h"

#define SECOND  INT64_C(1000000000)
#define WAIT_MS 100
#define LOOK_NS UINT64_C(1000000000) /* how often drops are looked at */

struct packet {
	const uint8_t *bytes;
	size_t length;
	int64_t time_ns;
};

static void order_reset(struct pptp_sweeper_host *s,
			const struct pptp_syn_reply *reply)
{
	struct pptp_sweeper_order order = {
	    .target = reply->target,
	    .port = reply->port,
	    .source_port = reply->source_port,
	    .acknowledged = reply->number,
	};

	/* without room the server repeats its SYN-ACK, and gets another */
	(void)pptp_ring_put(&s->orders, &order);
}

static void order_second_port(struct pptp_sweeper_host *s,
			      const struct pptp_syn_reply *reply)
{
	struct pptp_sweeper_order order = {
	    .target = reply->target,
	    .port =
		pptp_cookie_second_port(&s->sweep.config.key, &reply->target),
	    .second_port = true,
	};
	uint64_t target;

	/* a port that is swept has a SYN of its own */
	if (!pptp_ranges_index_of(s->config.ranges, &reply->target, order.port,
				  &target))
		(void)pptp_ring_put(&s->orders, &order);
}

static void tell(struct pptp_sweeper_host *s, const struct pptp_heard *heard,
		 const struct pptp_syn_reply *reply, uint64_t target,
		 const struct packet *p)
{
	struct pptp_found *found = pptp_ring_place(&s->found);

	if (found == NULL)
		return; /* room was seen before */
	found->heard = *heard;
	found->reply = *reply;
	found->target = target;
	found->rtt_ns = -1;
	found->time_ns = p->time_ns;
	found->length = 0;
	if (heard->answer == PPTP_PORT_OPEN &&
	    p->length <= sizeof(found->packet)) {
		memcpy(found->packet, p->bytes, p->length);
		found->length = (uint8_t)p->length;
	}
	if (heard->sent != 0)
		found->rtt_ns =
		    p->time_ns - s->wall_ahead - (int64_t)heard->sent;
	if (found->rtt_ns < 0)
		found->rtt_ns = -1;
	pptp_ring_placed(&s->found);
}

/* Where nobody has room for an answer it counts as dropped, and its target is
 * asked again. */
static bool has_room(struct pptp_sweeper_host *s)
{
	if (pptp_ring_used(&s->found) < s->found.room)
		return true;
	s->missed++;
	pptp_sweeper_count(&s->facts.overflows, s->facts.overflows + 1);
	return false;
}

static void hear(void *context, const uint8_t *packet, size_t length,
		 int64_t time_ns)
{
	const struct packet p = {packet, length, time_ns};
	struct pptp_sweeper_host *s = context;
	struct pptp_syn_reply reply;
	struct pptp_heard heard;
	uint64_t target;
	bool known;

	pptp_syn_reply_decode(&reply, packet, length);
	if (reply.kind == PPTP_SYN_REPLY_NONE || !has_room(s))
		return;
	known = pptp_ranges_index_of(s->config.ranges, &reply.target,
				     reply.port, &target);
	heard = pptp_sweep_hear(&s->sweep, &reply, known ? &target : NULL);
	if (heard.reset)
		order_reset(s, &reply);
	if (heard.kind != PPTP_HEARD_NEWS &&
	    heard.kind != PPTP_HEARD_SECOND_PORT)
		return;
	if (heard.answer != PPTP_PORT_OPEN && s->config.open_only)
		return;
	if (heard.kind == PPTP_HEARD_NEWS && s->config.second_port &&
	    heard.answer == PPTP_PORT_OPEN)
		order_second_port(s, &reply);
	tell(s, &heard, &reply, known ? target : UINT64_MAX, &p);
}

/* How far the time of day is ahead of the sweep's clock. */
static int64_t wall_ahead(void)
{
	struct timespec wall;
	int64_t now = (int64_t)pptp_sweeper_now();

	clock_gettime(CLOCK_REALTIME, &wall);
	return (int64_t)wall.tv_sec * SECOND + wall.tv_nsec - now;
}

/* Once a second: what was lost since the last look was lost in between. */
static void look_at_drops(struct pptp_sweeper_host *s, uint64_t now)
{
	uint64_t drops = pptp_sweep_capture_drops(s->capture);
	struct pptp_sweeper_loss loss = {s->looked_at, now};

	if (drops <= s->dropped && s->missed == 0) {
		s->looked_at = now;
		return;
	}
	/* nobody took the last ones: this one is theirs as well */
	if (!pptp_ring_put(&s->losses, &loss))
		return;
	pptp_sweeper_count(&s->facts.drops, drops);
	s->dropped = drops;
	s->missed = 0;
	s->looked_at = now;
}

void *pptp_sweeper_receive(void *host)
{
	const struct timespec pause = {0, WAIT_MS * INT64_C(1000000)};
	struct pptp_sweeper_host *s = host;
	uint64_t now;

	s->looked_at = pptp_sweeper_now();
	while (!pptp_sweeper_flag(&s->ended)) {
		s->wall_ahead = wall_ahead();
		/* an interface that is down may come up again; until then it
		 * says nothing, and loses what comes */
		if (!pptp_sweep_capture_read(s->capture, WAIT_MS, hear, s)) {
			s->missed++;
			nanosleep(&pause, NULL);
		}
		now = pptp_sweeper_now();
		if (now - s->looked_at >= LOOK_NS)
			look_at_drops(s, now);
	}
	return NULL;
}
