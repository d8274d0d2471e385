/* SPDX-License-Identifier: BSD-2-Clause */
/* How plans come into a prober: those that are started, and those that it pulls
 * when a job is free. For its own files alone. */
#ifndef PPTP_PROBER_INTAKE_H
#define PPTP_PROBER_INTAKE_H

#include "net/prober_tasks.h"

/* A plan that is to wait for its time or for a job: see pptp_prober_start(). */
enum pptp_error pptp_intake_add(struct pptp_prober *p,
				const struct pptp_plan *plan, int64_t tag,
				char *text, size_t room) PPTP_MUST_USE;
/* Begins whatever can be: first who was answered meanwhile, then who is ready,
 * then what the source gives, while jobs are free. */
void pptp_intake_begin(struct pptp_prober *p);
/* No plan is left, nor will one come. */
bool pptp_intake_is_over(const struct pptp_prober *p);

#endif
