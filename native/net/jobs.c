/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/jobs.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>

#define SILENT_LEAST 32  /* sockets without a job */
#define FILES_BESIDE 128 /* captures, standard streams, the host's own */

static void count_silent(struct pptp_jobs *jobs, rlim_t limit)
{
	rlim_t left = limit == RLIM_INFINITY
			  ? PPTP_JOBS_SILENT
			  : limit - FILES_BESIDE - jobs->most;

	jobs->silent_most =
	    left < PPTP_JOBS_SILENT ? (size_t)left : PPTP_JOBS_SILENT;
	if (jobs->silent_most < SILENT_LEAST)
		jobs->silent_most = SILENT_LEAST;
}

static enum pptp_error raise_limit(struct pptp_jobs *jobs, char *text,
				   size_t room)
{
	rlim_t need = (rlim_t)jobs->most + FILES_BESIDE;
	struct rlimit limit;

	count_silent(jobs, need);
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return PPTP_OK;
	if (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= need) {
		count_silent(jobs, limit.rlim_cur);
		return PPTP_OK;
	}
	limit.rlim_cur = need;
	if (limit.rlim_max >= need && setrlimit(RLIMIT_NOFILE, &limit) == 0)
		return PPTP_OK;
	snprintf(
	    text, room,
	    "%u conversation%s at once need%s %llu open files, and %llu "
	    "are allowed; %sraise the limit with ulimit -n",
	    jobs->most, jobs->most == 1 ? "" : "s", jobs->most == 1 ? "s" : "",
	    (unsigned long long)need, (unsigned long long)limit.rlim_max,
	    limit.rlim_max > FILES_BESIDE ? "take fewer with --jobs, or " : "");
	errno = EMFILE;
	return PPTP_ERROR_SYSTEM;
}

enum pptp_error pptp_jobs_init(struct pptp_jobs *jobs, unsigned most,
			       char *text, size_t room)
{
	*jobs = (struct pptp_jobs){.most = most};
	if (most <= PPTP_JOBS_MOST)
		return raise_limit(jobs, text, room);
	snprintf(text, room, "%u jobs are too many; take at most %u", most,
		 PPTP_JOBS_MOST);
	return PPTP_ERROR_ARGUMENT;
}

bool pptp_jobs_free(const struct pptp_jobs *jobs)
{
	return jobs->running < jobs->most;
}

void pptp_jobs_take(struct pptp_jobs *jobs, struct pptp_job *job, int64_t now)
{
	job->held = true;
	job->until = now + PPTP_JOB_SYN;
	jobs->running++;
}

bool pptp_jobs_take_slot(struct pptp_jobs *jobs, struct pptp_job *job,
			 int64_t now)
{
	if (jobs->slots >= jobs->most || !pptp_jobs_room(jobs))
		return false;
	jobs->slots++;
	job->slot = true;
	job->until = now + PPTP_JOB_SYN;
	return true;
}

bool pptp_jobs_give_back(struct pptp_jobs *jobs, struct pptp_job *job)
{
	bool held = job->held;

	if (job->slot)
		jobs->slots--;
	if (held)
		jobs->running--;
	job->slot = job->held = false;
	return held;
}

void pptp_jobs_count_socket(struct pptp_jobs *jobs, struct pptp_job *job,
			    bool open)
{
	bool counts = open && !job->held;

	if (counts && !job->counted)
		jobs->silent++;
	else if (!counts && job->counted)
		jobs->silent--;
	job->counted = counts;
}

/* Only where so many are silent. */
bool pptp_jobs_room(struct pptp_jobs *jobs)
{
	struct rlimit limit;
	rlim_t more;

	if (jobs->silent < jobs->silent_most)
		return true;
	if (jobs->silent_most >= PPTP_JOBS_SILENT ||
	    getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur == limit.rlim_max)
		return false;
	more = limit.rlim_max - limit.rlim_cur;
	if (more > PPTP_JOBS_SILENT - jobs->silent_most)
		more = PPTP_JOBS_SILENT - jobs->silent_most;
	limit.rlim_cur += more;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return false;
	jobs->silent_most += (size_t)more;
	return true;
}
