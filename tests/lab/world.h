/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual time: one conversation of the prober's own code against the server
 * model, over a link that delays, loses, doubles and reorders, past a box that
 * drops or answers, with a kernel's connect() and a capture, all from a seed.
 * Nothing sleeps and nothing is allocated. Without `config.raw` there is no
 * capture.
 */
#ifndef LAB_WORLD_H
#define LAB_WORLD_H

#include "lab/box.h"
#include "lab/server.h"

struct lab_link {
	unsigned loss, duplicate, reorder; /* percent of raw packets */
	int64_t delay_us, jitter_us;       /* one way; 0: 1 ms, 0.2 ms */
	int64_t stall_us; /* it delivers only once in so long, all at once */
	/* Of the capture, not of the way: the kernel's own TCP hears it all. */
	unsigned capture_loss;  /* percent; 100: replies come by another card */
	int64_t capture_lag_us; /* behind what the kernel's TCP tells */
	struct lab_box *box;    /* on the way; NULL: none */
	uint32_t seed;
};

/* Called for all that crosses the wire, as it leaves; may be NULL. */
typedef void lab_tap(void *context, enum pptp_side side,
		     enum lab_output_kind kind, const void *bytes,
		     size_t length, int64_t now);

struct lab_world;

struct lab_world *lab_world_new(void);
void lab_world_free(struct lab_world *w);
void lab_world_tap(struct lab_world *w, lab_tap *tap, void *context);

/* Holds it to its end; `config` needs all but `random`. The record is borrowed
 * until the next call; NULL where `config` is none. `now` advances. */
const struct pptp_record *lab_world_run(struct lab_world *w, struct lab_host *h,
					const struct pptp_plan *plan,
					const struct pptp_vantage *vantage,
					const struct lab_link *link,
					int64_t *now);

#endif
