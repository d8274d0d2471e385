/* SPDX-License-Identifier: BSD-2-Clause */
/* What `scan` alone is told by options. */
#ifndef PPTP_SCAN_OPTIONS_H
#define PPTP_SCAN_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/plan.h"

enum pptp_only { /* which targets have a row */
		 PPTP_ONLY_ANY,
		 PPTP_ONLY_OPEN,
		 PPTP_ONLY_ANSWERED, /* who is PPTP */
		 PPTP_ONLY_ACCEPTED, /* a call */
};

/* Ports of targets that name none: so many by -p. */
#define PPTP_SCAN_PORTS 64

struct pptp_scan_options {
	enum pptp_depth depth;
	enum pptp_only only;
	uint64_t rate, seed;
	uint32_t shard, shards;
	uint64_t cap; /* packets a second and /24; 0: none */
	unsigned retries;
	uint64_t retry_after_ns, cooldown_ns, max_runtime_ns; /* 0: no end */
	/* of targets without one; in any order, some perhaps twice */
	uint16_t target_ports[PPTP_SCAN_PORTS];
	size_t target_port_count;
	uint16_t first_port, ports; /* that SYNs leave from */
	size_t memory;              /* bytes, for answers */
	const char *output, *journal, *resume, *status;
	bool seeded, capped, dry_run, check; /* was said */
};

enum { /* codes of options, above those of other commands */
       PPTP_SCAN_RATE = 300,
       PPTP_SCAN_SEED,
       PPTP_SCAN_SHARD,
       PPTP_SCAN_PER_24,
       PPTP_SCAN_RETRIES,
       PPTP_SCAN_RETRY_AFTER,
       PPTP_SCAN_COOLDOWN,
       PPTP_SCAN_MAX_RUNTIME,
       PPTP_SCAN_SOURCE_PORT,
       PPTP_SCAN_ONLY,
       PPTP_SCAN_DRY_RUN,
       PPTP_SCAN_MEMORY,
       PPTP_SCAN_JOURNAL,
       PPTP_SCAN_RESUME,
       PPTP_SCAN_STATUS,
       PPTP_SCAN_CHECK,
       PPTP_SCAN_PORT = 'p',
       PPTP_SCAN_OUTPUT = 'o',
       PPTP_SCAN_DEPTH = 'd',
};

void pptp_scan_options_init(struct pptp_scan_options *s);
/* False, after a sentence, where the value is none. */
bool pptp_scan_options_set(struct pptp_scan_options *s, int code,
			   const char *value);
const char *pptp_only_name(enum pptp_only only);

#endif
