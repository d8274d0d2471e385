/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How many conversations are held at once, and how many sockets wait beside
 * them. Counts alone: who gets a job is the prober's to say.
 *
 * A conversation has a job. Who has no answer for a while leaves its job to
 * others: silence needs a socket at most. A connect() that begins without a job
 * has a slot for its first 0.25 s instead, so that no more than there are jobs
 * can be answered at once, and it takes no job of those that talk.
 */
#ifndef PPTP_JOBS_H
#define PPTP_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/error.h"

#define PPTP_JOBS_MOST   16384
#define PPTP_JOBS_SILENT 16384 /* sockets without a job, at most */
/* How long who has no answer to its SYN keeps a job or a slot, and who has none
 * to its SCCRQ. */
#define PPTP_JOB_SYN     INT64_C(250000)
#define PPTP_JOB_CONTROL INT64_C(1000000)

struct pptp_job { /* of one conversation; zeroed before use */
	bool held, slot;
	bool counted;  /* its socket is one of those without a job */
	int64_t until; /* so long it keeps job or slot without an answer */
};

struct pptp_jobs {
	unsigned most;         /* jobs; and slots */
	size_t running, slots; /* that are taken */
	size_t silent, silent_most;
};

/* Raises RLIMIT_NOFILE to fit. PPTP_ERROR_ARGUMENT or PPTP_ERROR_SYSTEM, with
 * one sentence. */
enum pptp_error pptp_jobs_init(struct pptp_jobs *jobs, unsigned most,
			       char *text, size_t room) PPTP_MUST_USE;
/* Whether a job is free. */
bool pptp_jobs_free(const struct pptp_jobs *jobs);
void pptp_jobs_take(struct pptp_jobs *jobs, struct pptp_job *job, int64_t now);
/* False: no slot is free, or no socket may wait any more. */
bool pptp_jobs_take_slot(struct pptp_jobs *jobs, struct pptp_job *job,
			 int64_t now);
/* Job and slot; true where it had a job. */
bool pptp_jobs_give_back(struct pptp_jobs *jobs, struct pptp_job *job);
/* To be called whenever its socket or its job may have come or gone. */
void pptp_jobs_count_socket(struct pptp_jobs *jobs, struct pptp_job *job,
			    bool open);
/* Whether one more socket may be without a job; the limit of open files is
 * raised for it where that can be. */
bool pptp_jobs_room(struct pptp_jobs *jobs);

#endif
