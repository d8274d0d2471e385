/* SPDX-License-Identifier: BSD-2-Clause */
/* What a sweep is asked for, whoever asks: whom, in which order, how deep. All
 * texts are the caller's. */
#ifndef PPTP_SWEEP_REQUEST_H
#define PPTP_SWEEP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/plan.h"
#include "scan/cookie.h"
#include "scan/only.h"

struct pptp_sweep_request {
	/* Targets, files of them, and files of exclusions; NULL ends each. */
	const char *const *targets, *const *files, *const *exclude;
	/* of targets without one; in any order, some perhaps twice */
	const uint16_t *ports;
	size_t port_count;
	uint8_t family; /* of names: 4, 6, or 0: both */
	bool numeric;   /* names are not looked up */
	enum pptp_depth depth;
	enum pptp_only only;
	uint64_t rate; /* packets a second */
	uint64_t cap;  /* the same for each /24; 0: none */
	uint64_t seed;
	bool capped, seeded;    /* cap and seed were given */
	uint32_t shard, shards; /* the shard-th of shards, from 1 */
	unsigned retries;
	uint64_t retry_after_ns, cooldown_ns;
	struct pptp_source_ports source_ports; /* that SYNs leave from */
	size_t memory;                         /* bytes, for answers */
	const char *interface;                 /* NULL: as routed */
	struct pptp_address source;            /* family 0: as routed */
	unsigned jobs;                         /* 0: the prober's own choice */
	int64_t timeout_us;
	const char *contact; /* or NULL */
};

/* Seeds are what readers of JSON can keep. */
#define PPTP_SWEEP_SEED_MOST    ((uint64_t)INT64_MAX)
#define PPTP_SWEEP_CAP_MOST     65535
#define PPTP_SWEEP_MEMORY_MOST  65536 /* MiB */
#define PPTP_SWEEP_PORTS_MOST   8192  /* that SYNs leave from */
/* Ports of targets that name none. */
#define PPTP_SWEEP_TARGET_PORTS 64

/* As it is where nothing is said: no target, call, rows of who is open, 1,000
 * packets a second, ports below those that Linux gives out. */
void pptp_sweep_request_init(struct pptp_sweep_request *r);

#endif
