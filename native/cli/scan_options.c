/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/scan_options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/say.h"
#include "format/control.h"
#include "scan/pace.h"
#include "scan/shard.h"
#include "scan/sweep.h"

#define NANO         1000000000
#define SECONDS_MOST 31536000
#define MEBIBYTE     ((size_t)1 << 20)

void pptp_scan_options_init(struct pptp_scan_options *s)
{
	memset(s, 0, sizeof(*s));
	pptp_sweep_request_init(&s->request);
	s->target_ports[0] = PPTP_PORT;
}

static bool parse(const char *text, size_t length, uint64_t *value)
{
	char digits[20];

	if (length == 0 || length >= sizeof(digits) ||
	    strspn(text, "0123456789") < length)
		return false;
	memcpy(digits, text, length);
	digits[length] = '\0';
	*value = strtoull(digits, NULL, 10);
	return true;
}

static bool set_number(const char *option, const char *value, uint64_t least,
		       uint64_t most, uint64_t *number)
{
	if (parse(value, strlen(value), number) && *number >= least &&
	    *number <= most)
		return true;
	pptp_say("'%s' is no value for %s; give a number from %" PRIu64
		 " to %" PRIu64,
		 value, option, least, most);
	return false;
}

static bool set_seconds(const char *option, const char *value, uint64_t *ns)
{
	char *end = NULL;
	double seconds = strtod(value, &end);

	if (value[0] != '\0' && strspn(value, "0123456789.") == strlen(value) &&
	    *end == '\0' && seconds > 0 && seconds <= SECONDS_MOST) {
		*ns = (uint64_t)(seconds * NANO);
		return true;
	}
	pptp_say("'%s' is no value for %s; give seconds, at most %d", value,
		 option, SECONDS_MOST);
	return false;
}

/* The job's index; `base` makes it count from 1. NULL: there is no job. */
static const char *job_index(uint32_t *base)
{
	const char *index = getenv("PPTP_SHARD");

	*base = 0;
	if (index == NULL)
		index = getenv("SLURM_ARRAY_TASK_ID");
	if (index != NULL)
		return index;
	*base = 1; /* Kubernetes counts from 0 */
	return getenv("JOB_COMPLETION_INDEX");
}

/* "2/7", or "auto/7": which one, the job's environment says. */
static bool set_shard(struct pptp_scan_options *s, const char *value)
{
	static const char automatic[] = "auto/";
	const size_t length = sizeof(automatic) - 1;
	struct pptp_sweep_request *r = &s->request;
	const char *text = value, *index = NULL;
	uint32_t base = 0;
	char own[64];

	if (strncmp(value, automatic, length) == 0) {
		index = job_index(&base);
		snprintf(own, sizeof(own), "%s/%s", index != NULL ? index : "",
			 value + length);
		text = own;
	}
	if (pptp_shard_parse(text, base, &r->shard, &r->shards))
		return true;
	pptp_say("'%s' is no shard; give --shard i/n with i from 1 to n, or "
		 "auto/n in a job that has an index from 1 to n",
		 value);
	return false;
}

/* "1723,1724" */
static bool set_target_ports(struct pptp_scan_options *s, const char *value)
{
	const char *at = value;
	uint64_t port;
	size_t length;

	s->request.port_count = 0;
	for (;; at += length + 1) {
		length = strcspn(at, ",");
		if (!parse(at, length, &port) || port < 1 ||
		    port > UINT16_MAX ||
		    s->request.port_count == PPTP_SWEEP_TARGET_PORTS)
			break;
		s->target_ports[s->request.port_count++] = (uint16_t)port;
		if (at[length] == '\0')
			return true;
	}
	pptp_say("'%s' is no list of ports; give -p numbers from 1 to 65535, "
		 "at most %d, with commas between them",
		 value, PPTP_SWEEP_TARGET_PORTS);
	return false;
}

static bool set_ports(struct pptp_scan_options *s, const char *value)
{
	const char *dash = strchr(value, '-');
	uint64_t first, last;

	if (dash != NULL && parse(value, (size_t)(dash - value), &first) &&
	    parse(dash + 1, strlen(dash + 1), &last) && first >= 1 &&
	    first <= last && last <= UINT16_MAX &&
	    last - first < PPTP_SWEEP_PORTS_MOST) {
		s->request.source_ports.first = (uint16_t)first;
		s->request.source_ports.count = (uint16_t)(last - first + 1);
		return true;
	}
	pptp_say("'%s' is no range of ports; give --source-port A-B, at most "
		 "%d of them",
		 value, PPTP_SWEEP_PORTS_MOST);
	return false;
}

static bool set_only(struct pptp_scan_options *s, const char *value)
{
	if (pptp_only_parse(&s->request.only, value))
		return true;
	pptp_say("'%s' is no choice of rows; give --only any, open, answered "
		 "or accepted",
		 value);
	return false;
}

static bool set_depth(struct pptp_scan_options *s, const char *value)
{
	if (pptp_depth_parse(&s->request.depth, value))
		return true;
	pptp_say("'%s' is no depth; give -d syn, control or call", value);
	return false;
}

static bool set_count(struct pptp_scan_options *s, int code, const char *value)
{
	uint64_t number;

	switch (code) {
	case PPTP_SCAN_RATE:
		return set_number("--rate", value, 1, PPTP_PACE_RATE_MAX,
				  &s->request.rate);
	case PPTP_SCAN_SEED:
		return s->request.seeded =
			   set_number("--seed", value, 0, PPTP_SWEEP_SEED_MOST,
				      &s->request.seed);
	case PPTP_SCAN_PER_24:
		return s->request.capped =
			   set_number("--per-24", value, 0, PPTP_SWEEP_CAP_MOST,
				      &s->request.cap);
	case PPTP_SCAN_RETRIES:
		if (!set_number("--retries", value, 0, PPTP_SWEEP_RETRIES_MAX,
				&number))
			return false;
		s->request.retries = (unsigned)number;
		return true;
	default:
		if (!set_number("--memory", value, 1, PPTP_SWEEP_MEMORY_MOST,
				&number))
			return false;
		s->request.memory = (size_t)number * MEBIBYTE;
		return true;
	}
}

static bool set_name(struct pptp_scan_options *s, int code, const char *value)
{
	switch (code) {
	case PPTP_SCAN_OUTPUT:
		s->output = value;
		return true;
	case PPTP_SCAN_JOURNAL:
		s->journal = value;
		return true;
	case PPTP_SCAN_RESUME:
		s->resume = value;
		return true;
	case PPTP_SCAN_STATUS:
		s->status = value;
		return true;
	case PPTP_SCAN_CHECK:
		return s->check = true;
	default:
		return s->dry_run = true;
	}
}

bool pptp_scan_options_set(struct pptp_scan_options *s, int code,
			   const char *value)
{
	switch (code) {
	case PPTP_SCAN_RATE:
	case PPTP_SCAN_SEED:
	case PPTP_SCAN_PER_24:
	case PPTP_SCAN_RETRIES:
	case PPTP_SCAN_MEMORY:
		return set_count(s, code, value);
	case PPTP_SCAN_RETRY_AFTER:
		return set_seconds("--retry-after", value,
				   &s->request.retry_after_ns);
	case PPTP_SCAN_COOLDOWN:
		return set_seconds("--cooldown", value,
				   &s->request.cooldown_ns);
	case PPTP_SCAN_MAX_RUNTIME:
		return set_seconds("--max-runtime", value, &s->max_runtime_ns);
	case PPTP_SCAN_SHARD:
		return set_shard(s, value);
	case PPTP_SCAN_PORT:
		return set_target_ports(s, value);
	case PPTP_SCAN_SOURCE_PORT:
		return set_ports(s, value);
	case PPTP_SCAN_ONLY:
		return set_only(s, value);
	case PPTP_SCAN_DEPTH:
		return set_depth(s, value);
	default:
		return set_name(s, code, value);
	}
}
