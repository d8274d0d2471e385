/* SPDX-License-Identifier: BSD-2-Clause */
/* A run's begin and end, and what its caller asks and tells. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/sweep_run_parts.h"
#include "net/sweeper_remote.h"
#include "net/target_list.h"
#include "net/targets.h"
#include "scan/block.h"

#define CAPTURE ((size_t)16 << 20)

/* ---- begin and end ------------------------------------------------------- */

static enum pptp_error open_apart(struct pptp_sweep_run *r,
				  const struct pptp_sweeper_config *config,
				  char *text, size_t room)
{
	enum pptp_error error =
	    pptp_sweeper_remote_open(&r->sweeper, config, text, room);

	r->apart = error == PPTP_OK;
	return error;
}

/* This process's own where it has the capability, else a helper's; or the other
 * way round. Why there is no helper says most. */
static enum pptp_error open_one(struct pptp_sweep_run *r,
				const struct pptp_sweeper_config *config,
				char *text, size_t room)
{
	char why[PPTP_RUN_SENTENCE] = "";
	enum pptp_error error = PPTP_ERROR_PRIVILEGE, own;

	if (r->config.apart)
		error = open_apart(r, config, why, sizeof(why));
	if (error == PPTP_ERROR_PRIVILEGE) {
		own = pptp_sweeper_open(&r->sweeper, config, text, room);
		if (own != PPTP_ERROR_PRIVILEGE)
			return own;
		if (!r->config.apart)
			error = open_apart(r, config, why, sizeof(why));
	}
	if (error == PPTP_ERROR_PRIVILEGE)
		snprintf(text, room, "a sweep needs CAP_NET_RAW: %s", why);
	else
		snprintf(text, room, "%s", why);
	return error;
}

static enum pptp_error open_sweeper(struct pptp_sweep_run *r, char *text,
				    size_t room)
{
	const struct pptp_sweep_request *q = r->request;
	const struct pptp_journal_head *h = &r->list->head;
	struct pptp_sweeper_config config = {
	    .ranges = r->list->ranges,
	    .sweep =
		{
		    .count = h->count,
		    .seed = h->seed,
		    .span = {h->first, h->end},
		    .low = r->low,
		    .retries = q->retries,
		    .retry_after = q->retry_after_ns,
		    .cooldown = q->cooldown_ns,
		    .rate = r->list->rate,
		    .ports = {(uint16_t)h->source_port,
			      (uint16_t)h->source_ports},
		    .counts = r->config.counts,
		},
	    .interface = q->interface,
	    .source = q->source,
	    .memory = q->memory,
	    .ring = CAPTURE,
	    .second_port = true,
	    .open_only = q->only != PPTP_ONLY_ANY,
	    .contact = q->contact != NULL,
	    .exclude = &r->left_out,
	};
	struct pptp_exclusions *x = pptp_targets_exclusions(r->list->targets);

	if (x != NULL) {
		pptp_exclusions_close(x);
		r->left_out = (struct pptp_sweeper_blocks){x->blocks, x->count};
	}
	pptp_cookie_key_init(&config.sweep.key, h->key);
	r->sweep = config.sweep;
	return open_one(r, &config, text, room);
}

static enum pptp_error open_prober(struct pptp_sweep_run *r, char *text,
				   size_t room)
{
	struct pptp_prober_config config = {
	    .interface = r->request->interface,
	    .source = r->request->source,
	    .jobs = r->request->jobs,
	    .apart = r->config.apart,
	    .exclude = pptp_targets_exclusions(r->list->targets),
	};
	struct pptp_plan_source source = pptp_run_source(r);
	enum pptp_error error;
	size_t i;

	if (r->request->depth == PPTP_DEPTH_SYN)
		return PPTP_OK;
	for (i = 0; i < PPTP_RUN_SIZE; i++)
		config.run = config.run << 8 | r->list->head.run[i];
	error = pptp_prober_open(&r->prober, &config, text, room);
	if (error == PPTP_OK)
		pptp_prober_pull(r->prober, &source);
	else
		r->prober = NULL;
	return error;
}

static bool get_memory(struct pptp_sweep_run *r)
{
	size_t i;

	r->blocks = calloc(PPTP_BLOCKS, 1);
	r->live = malloc(PPTP_RUN_LIVE * sizeof(r->live[0]));
	if (!pptp_sweep_hits_open(&r->hits) || r->blocks == NULL ||
	    r->live == NULL)
		return false;
	for (i = 0; i < PPTP_RUN_LIVE; i++)
		r->live[i] = UINT64_MAX;
	return true;
}

static enum pptp_error open_all(struct pptp_sweep_run *r, char *text,
				size_t room)
{
	enum pptp_error error;

	if (!get_memory(r)) {
		snprintf(text, room, "not enough memory for what is found");
		return PPTP_ERROR_SYSTEM;
	}
	error = open_sweeper(r, text, room);
	if (error == PPTP_OK)
		error = open_prober(r, text, room);
	if (error != PPTP_OK && text[0] == '\0')
		snprintf(text, room, "%s", pptp_error_text(error));
	return error;
}

enum pptp_error pptp_sweep_run_open(struct pptp_sweep_run **run,
				    const struct pptp_sweep_run_config *config,
				    char *text, size_t room)
{
	struct pptp_sweep_run *r = calloc(1, sizeof(*r));
	enum pptp_error error;

	*run = NULL;
	text[0] = '\0';
	if (r == NULL) {
		snprintf(text, room, "not enough memory for a sweep");
		return PPTP_ERROR_SYSTEM;
	}
	r->config = *config;
	r->request = config->request;
	r->list = config->list;
	r->low = r->list->head.first;
	if (config->low > r->low)
		r->low = config->low;
	r->settled = r->low;
	error = open_all(r, text, room);
	if (error == PPTP_OK)
		*run = r;
	else
		pptp_sweep_run_close(r);
	return error;
}

void pptp_sweep_run_close(struct pptp_sweep_run *r)
{
	if (r == NULL)
		return;
	pptp_prober_close(r->prober);
	pptp_sweeper_close(r->sweeper);
	pptp_sweep_hits_close(&r->hits);
	pptp_sweep_details_free(&r->details);
	free(r->blocks);
	free(r->live);
	free(r);
}

enum pptp_error pptp_sweep_run_start(struct pptp_sweep_run *r)
{
	r->settled_at = pptp_sweeper_now();
	return pptp_sweeper_start(r->sweeper);
}

bool pptp_sweep_run_is_apart(const struct pptp_sweep_run *r)
{
	return r->apart && (r->prober == NULL || pptp_prober_apart(r->prober));
}

struct pptp_sweeper *pptp_sweep_run_sweeper(struct pptp_sweep_run *r)
{
	return r->sweeper;
}

/* ---- what is asked and told --------------------------------------------- */

const char *pptp_sweep_run_problem(struct pptp_sweep_run *r)
{
	if (r->problem[0] == '\0')
		return NULL;
	memcpy(r->told, r->problem, sizeof(r->told));
	r->problem[0] = '\0';
	return r->told;
}

void pptp_sweep_run_exclude(struct pptp_sweep_run *r,
			    const struct pptp_sweeper_blocks *blocks)
{
	r->excluded = blocks;
	pptp_sweeper_exclude(r->sweeper, blocks);
}

uint64_t pptp_sweep_run_low(const struct pptp_sweep_run *r)
{
	return r->low;
}
