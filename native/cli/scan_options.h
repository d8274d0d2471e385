/* SPDX-License-Identifier: BSD-2-Clause */
/* What `scan` alone is told by options. */
#ifndef PPTP_SCAN_OPTIONS_H
#define PPTP_SCAN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "net/sweep_request.h"

struct pptp_scan_options {
	/* All but what it has in common with other commands; its ports are
	 * `target_ports`, in any order, some perhaps twice. */
	struct pptp_sweep_request request;
	uint16_t target_ports[PPTP_SWEEP_TARGET_PORTS];
	uint64_t max_runtime_ns; /* 0: no end */
	const char *output, *journal, *resume, *status;
	bool dry_run, check; /* was said */
};

/* Codes of options, above those of other commands */
enum {
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

#endif
