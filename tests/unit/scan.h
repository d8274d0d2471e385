/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of sweeps share: numbers that look random and are the same in
 * each run. */
#ifndef TESTS_SCAN_H
#define TESTS_SCAN_H

#include "unit/claims.h"

/* Marsaglia's xorshift64; the state is never 0. */
static inline uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static inline uint64_t random_below(uint64_t *state, uint64_t limit)
{
	return (random_next(state) >> 11) % limit;
}

/* For loops of millions: each ck_assert() writes to a file that it holds. */
#define HOLDS(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			ck_abort_msg("does not hold: %s", #condition);         \
	} while (0)

/* A claim that takes seconds, on a machine that others use too. */
#define LONG_CLAIM(suite, test)                                                \
	do {                                                                   \
		TCase *c_ = tcase_create(#test);                               \
		tcase_set_timeout(c_, 120);                                    \
		tcase_add_test(c_, test);                                      \
		suite_add_tcase(suite, c_);                                    \
	} while (0)

#endif
