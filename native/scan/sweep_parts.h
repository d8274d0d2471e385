/* SPDX-License-Identifier: BSD-2-Clause */
/* What the three sides of a sweep share: native/scan only. */
#ifndef PPTP_SWEEP_PARTS_H
#define PPTP_SWEEP_PARTS_H

#include "scan/sweep.h"

#define PPTP_SWEEP_AGAIN (PPTP_SWEEP_CURSORS - 1)

/* Only ever added to by one thread. */
static inline void pptp_sweep_add(uint64_t *count, uint64_t n)
{
	__atomic_store_n(count, *count + n, __ATOMIC_RELAXED);
}

static inline void pptp_sweep_bump(uint64_t *count)
{
	pptp_sweep_add(count, 1);
}

static inline bool pptp_sweep_flag(const bool *flag)
{
	return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static inline uint64_t pptp_cursor_at(const struct pptp_cursor *c)
{
	return __atomic_load_n(&c->at, __ATOMIC_ACQUIRE);
}

#endif
