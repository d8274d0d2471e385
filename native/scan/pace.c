/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/pace.h"

#define PACKET     UINT64_C(1000000000) /* of credit: rate counts by seconds */
#define FULL_NS    UINT64_C(5000000)
#define REFUSED_NS UINT64_C(1000000)

static uint64_t within(uint64_t value, uint64_t least, uint64_t most)
{
	if (value < least)
		return least;
	return value < most ? value : most;
}

static void set_rate(struct pptp_pace *p, uint64_t rate)
{
	uint64_t batch;

	p->rate = within(rate, 1, PPTP_PACE_RATE_MAX);
	p->batch = (unsigned)within(p->rate / 1000, 1, PPTP_PACE_BATCH);
	p->full = p->rate * FULL_NS;
	batch = p->batch * PACKET;
	if (p->full < batch)
		p->full = batch;
}

void pptp_pace_init(struct pptp_pace *p, uint64_t rate, uint64_t now)
{
	set_rate(p, rate);
	p->credit = 0;
	p->counted = p->refused = now;
}

/* A clock that went back starts anew from there. */
static void count(struct pptp_pace *p, uint64_t now)
{
	uint64_t passed = now > p->counted ? now - p->counted : 0;

	p->counted = now;
	if (passed > (p->full - p->credit) / p->rate)
		p->credit = p->full;
	else
		p->credit += passed * p->rate;
}

void pptp_pace_set(struct pptp_pace *p, uint64_t rate, uint64_t now)
{
	count(p, now);
	set_rate(p, rate);
	if (p->credit > p->full)
		p->credit = p->full;
}

unsigned pptp_pace_take(struct pptp_pace *p, uint64_t now, unsigned wanted)
{
	unsigned n;

	/* a refusal that lies further ahead than one was before a jump back */
	if (now < p->refused && p->refused - now <= REFUSED_NS)
		return 0;
	count(p, now);
	n = (unsigned)within(p->credit / PACKET, 0, p->batch);
	if (n > wanted)
		n = wanted;
	p->credit -= n * PACKET;
	return n;
}

void pptp_pace_return(struct pptp_pace *p, unsigned n)
{
	p->credit = within(p->credit + n * PACKET, 0, p->full);
}

void pptp_pace_refuse(struct pptp_pace *p, uint64_t now, unsigned n)
{
	pptp_pace_return(p, n);
	p->refused = now + REFUSED_NS;
}

uint64_t pptp_pace_time(const struct pptp_pace *p, unsigned n)
{
	uint64_t needed = within(n, 1, p->batch) * PACKET;
	uint64_t time = p->counted;

	if (p->credit < needed)
		time += (needed - p->credit + p->rate - 1) / p->rate;
	return time > p->refused ? time : p->refused;
}
