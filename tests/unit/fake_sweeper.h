/* SPDX-License-Identifier: BSD-2-Clause */
/* A sweeper that sends nothing: what is found, and how far it is, a test says. */
#ifndef TESTS_FAKE_SWEEPER_H
#define TESTS_FAKE_SWEEPER_H

#include "net/sweeper.h"

#define FAKE_FOUND   64
#define FAKE_TARGETS 256

static struct fake {
	struct pptp_sweeper sweeper; /* first */
	struct pptp_found found[FAKE_FOUND];
	size_t put, taken;
	uint64_t low, judged; /* judged: what waits, said last */
	uint64_t waits;       /* beside what is in `found` */
	bool done, stopped;
	enum pptp_port_state answers[FAKE_TARGETS];
	const struct pptp_sweeper_blocks *excluded;
	const char *error; /* why it sweeps no more */
	unsigned started, closed;
} fake;

static inline enum pptp_error fake_start(struct pptp_sweeper *s)
{
	(void)s;
	fake.started++;
	return PPTP_OK;
}

static inline bool fake_take(struct pptp_sweeper *s, struct pptp_found *found)
{
	(void)s;
	if (fake.taken == fake.put)
		return false;
	*found = fake.found[fake.taken++];
	return true;
}

static inline uint64_t fake_waiting(struct pptp_sweeper *s)
{
	(void)s;
	return fake.put - fake.taken + fake.waits;
}

static inline void fake_judge(struct pptp_sweeper *s, uint64_t waiting)
{
	(void)s;
	fake.judged = waiting;
}

static inline uint64_t fake_low(struct pptp_sweeper *s)
{
	(void)s;
	return fake.low;
}

static inline bool fake_is_done(struct pptp_sweeper *s)
{
	(void)s;
	return fake.done;
}

static inline enum pptp_port_state fake_answer(const struct pptp_sweeper *s,
					       uint64_t target)
{
	(void)s;
	return fake.answers[target];
}

static inline void fake_exclude(struct pptp_sweeper *s,
				const struct pptp_sweeper_blocks *blocks)
{
	(void)s;
	fake.excluded = blocks;
}

static inline void fake_stop(struct pptp_sweeper *s)
{
	(void)s;
	fake.stopped = true;
}

static inline const char *fake_error(const struct pptp_sweeper *s)
{
	(void)s;
	return fake.error;
}

static inline void fake_close(struct pptp_sweeper *s)
{
	(void)s;
	fake.closed++;
}

static const struct pptp_sweeper_calls calls = {
    .start = fake_start,
    .take = fake_take,
    .waiting = fake_waiting,
    .judge = fake_judge,
    .low = fake_low,
    .is_done = fake_is_done,
    .answer = fake_answer,
    .exclude = fake_exclude,
    .stop = fake_stop,
    .error = fake_error,
    .close = fake_close,
};

#endif
