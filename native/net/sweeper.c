/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/sweeper.h"

#include <time.h>

#include "net/sweep_out.h"

#define SECOND UINT64_C(1000000000)

uint64_t pptp_sweeper_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * SECOND + (uint64_t)t.tv_nsec;
}

size_t pptp_sweeper_syn(const struct pptp_sweep_config *config,
			const struct pptp_found *found, uint8_t *packet)
{
	const struct pptp_syn_reply *reply = &found->reply;
	struct pptp_cookie cookie =
	    pptp_cookie_make(&config->key, &reply->source, &reply->target,
			     reply->port, found->heard.attempt, &config->ports);

	return pptp_sweep_out_copy(&reply->source, &reply->target, reply->port,
				   &cookie, packet);
}

/* ---- the calls ----------------------------------------------------------- */

void pptp_sweeper_close(struct pptp_sweeper *s)
{
	if (s != NULL)
		s->calls->close(s);
}

enum pptp_error pptp_sweeper_start(struct pptp_sweeper *s)
{
	return s->calls->start(s);
}

void pptp_sweeper_remember(struct pptp_sweeper *s, uint64_t target,
			   enum pptp_port_state answer)
{
	s->calls->remember(s, target, answer);
}

void pptp_sweeper_lose(struct pptp_sweeper *s, struct pptp_interval span)
{
	s->calls->lose(s, span);
}

bool pptp_sweeper_take(struct pptp_sweeper *s, struct pptp_found *found)
{
	return s->calls->take(s, found);
}

uint64_t pptp_sweeper_waiting(struct pptp_sweeper *s)
{
	return s->calls->waiting(s);
}

void pptp_sweeper_judge(struct pptp_sweeper *s, uint64_t waiting)
{
	s->calls->judge(s, waiting);
}

uint64_t pptp_sweeper_low(struct pptp_sweeper *s)
{
	return s->calls->low(s);
}

bool pptp_sweeper_is_done(struct pptp_sweeper *s)
{
	return s->calls->is_done(s);
}

enum pptp_port_state pptp_sweeper_answer(const struct pptp_sweeper *s,
					 uint64_t target)
{
	return s->calls->answer(s, target);
}

void pptp_sweeper_stand(struct pptp_sweeper *s,
			struct pptp_sweep_standing *standing)
{
	s->calls->stand(s, standing);
}

void pptp_sweeper_exclude(struct pptp_sweeper *s,
			  const struct pptp_sweeper_blocks *blocks)
{
	s->calls->exclude(s, blocks);
}

void pptp_sweeper_stop(struct pptp_sweeper *s)
{
	s->calls->stop(s);
}

void pptp_sweeper_facts(struct pptp_sweeper *s,
			struct pptp_sweeper_facts *facts)
{
	s->calls->facts(s, facts);
}

const struct pptp_route *pptp_sweeper_route(const struct pptp_sweeper *s,
					    uint8_t family)
{
	return s->calls->route(s, family);
}

const char *pptp_sweeper_error(const struct pptp_sweeper *s)
{
	return s->calls->error(s);
}
