/* SPDX-License-Identifier: BSD-2-Clause */
/* A sweeper's sending thread. */
#include <errno.h>
#include <time.h>

#include "net/sweeper_parts.h"

#define SECOND     UINT64_C(1000000000)
#define REFRESH_NS SECOND
/* While an interface is down there is nothing to hurry for. */
#define DOWN_NS    (SECOND / 10)
/* Whoever judges less often than that has something else to do. */
#define AWAY_NS    (SECOND / 2)

/* A time that is over costs a timer and two switches all the same, unless
 * nobody asks. */
static void sleep_until(uint64_t time)
{
	struct timespec t;

	if (time <= pptp_sweeper_now())
		return;
	t.tv_sec = (time_t)(time / SECOND);
	t.tv_nsec = (long)(time % SECOND);
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* The batch leaves as it was paid; what the kernel has no room for is given
 * back to the pace, and paid once more. */
static void flush(struct pptp_sweeper_host *s)
{
	unsigned most = pptp_sweep_out_waiting(s->out), sent;
	struct pptp_pace *pace = &s->sweep.pace;
	uint64_t now;

	while (pptp_sweep_out_waiting(s->out) > 0 &&
	       !pptp_sweeper_flag(&s->ended)) {
		sent = pptp_sweep_out_send(s->out, most);
		if (sent == most && pptp_sweep_out_waiting(s->out) == 0)
			return;
		now = pptp_sweeper_now();
		if (errno != 0)
			pptp_pace_refuse(pace, now, most - sent);
		if (errno == ENETDOWN || errno == ENXIO)
			sleep_until(now + DOWN_NS);
		sleep_until(pptp_pace_time(pace, 1));
		most = pptp_pace_take(pace, pptp_sweeper_now(),
				      pptp_sweep_out_waiting(s->out));
	}
}

/* Who asked to be left alone while the sweep went on. */
static bool is_excluded(const struct pptp_sweeper_host *s,
			const struct pptp_address *target)
{
	const struct pptp_sweeper_blocks *x =
	    __atomic_load_n(&s->excluded, __ATOMIC_ACQUIRE);

	return x != NULL &&
	       pptp_blocks_find(x->blocks, x->count, target) != NULL;
}

/* The only SYN that is not the sweep's: to a second port. */
static void put_second_port(struct pptp_sweeper_host *s,
			    const struct pptp_sweeper_order *order)
{
	const struct pptp_sweep_config *config = &s->sweep.config;
	const struct pptp_address *source =
	    order->target.family == 6 ? &s->v6.source : &s->v4.source;
	struct pptp_cookie cookie =
	    pptp_cookie_make(&config->key, source, &order->target, order->port,
			     PPTP_SWEEP_SECOND_PORT, &config->ports);

	pptp_sweep_out_syn(s->out, &order->target, order->port, &cookie);
	pptp_sweeper_count(&s->facts.second_ports_asked,
			   s->facts.second_ports_asked + 1);
}

/* Resets first: a server waits for each. */
static unsigned put_orders(struct pptp_sweeper_host *s, uint64_t now)
{
	unsigned paid = pptp_pace_take(&s->sweep.pace, now, PPTP_PACE_BATCH);
	struct pptp_sweeper_order order;
	unsigned n = 0;

	while (n < paid && pptp_ring_take(&s->orders, &order)) {
		n++;
		if (is_excluded(s, &order.target))
			continue;
		if (order.second_port) {
			put_second_port(s, &order);
			continue;
		}
		pptp_sweep_out_reset(s->out, &order.target, order.port,
				     order.source_port, order.acknowledged);
		pptp_sweeper_count(&s->facts.resets, s->facts.resets + 1);
	}
	pptp_pace_return(&s->sweep.pace, paid - n);
	return n;
}

static void put_syns(struct pptp_sweeper_host *s, const struct pptp_ask *asks,
		     unsigned n)
{
	const struct pptp_sweep_config *config = &s->sweep.config;
	const struct pptp_ask *a;
	struct pptp_cookie cookie;
	struct pptp_address target;
	uint16_t port;

	for (a = asks; a < asks + n; a++) {
		pptp_ranges_nth(s->config.ranges, a->target, &target, &port);
		if (is_excluded(s, &target)) {
			pptp_sweep_leave_out(&s->sweep, a);
			continue;
		}
		cookie = pptp_cookie_make(
		    &config->key,
		    target.family == 6 ? &s->v6.source : &s->v4.source, &target,
		    port, a->attempt, &config->ports);
		pptp_sweep_out_syn(s->out, &target, port, &cookie);
	}
}

/* Answers that nobody takes would be asked for in vain. */
static bool is_awaited(const struct pptp_sweeper_host *s, uint64_t now)
{
	uint64_t judged = __atomic_load_n(&s->judged_at, __ATOMIC_RELAXED);

	return now < judged + AWAY_NS;
}

/* One turn; when the next is due. */
static uint64_t turn(struct pptp_sweeper_host *s)
{
	struct pptp_ask asks[PPTP_PACE_BATCH];
	uint64_t now = pptp_sweeper_now(), wake = now + SECOND / 100;
	unsigned n = put_orders(s, now);

	if (!pptp_sweeper_flag(&s->stopped) && is_awaited(s, now))
		put_syns(s, asks,
			 pptp_sweep_ask(&s->sweep, now, asks,
					PPTP_PACE_BATCH - n, &wake));
	flush(s);
	pptp_sweeper_count(&s->facts.refused, pptp_sweep_out_refused(s->out));
	if (pptp_ring_used(&s->orders) > 0)
		wake = pptp_pace_time(&s->sweep.pace, 1);
	return wake;
}

void *pptp_sweeper_send(void *host)
{
	struct pptp_sweeper_host *s = host;
	uint64_t refreshed = pptp_sweeper_now(), wake;

	while (!pptp_sweeper_flag(&s->ended)) {
		wake = turn(s);
		sleep_until(wake);
		if (wake < refreshed + REFRESH_NS)
			continue;
		pptp_sweep_out_refresh(s->out);
		refreshed = wake;
	}
	return NULL;
}
