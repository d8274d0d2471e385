/* SPDX-License-Identifier: BSD-2-Clause */
/* Hits of a sweep that are asked further, by a prober on a loopback interface of
 * its own: whose record is a row. */
#include "unit/servers.h"

#include <sys/mman.h>

#include "net/sweep_run_parts.h"
#include "scan/block.h"
#include "unit/fake_sweeper.h"

static struct pptp_sweep_request request;
static struct pptp_sweep_list list;
static struct pptp_sweep_run *run;
static struct pptp_sweep_item item;

/* Of one target: 127.0.0.1, at this port. */
static void number(uint16_t port)
{
	static const char *files[] = {NULL, NULL};
	int fd = memfd_create("targets", MFD_CLOEXEC);
	char path[64], why[512];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ck_assert_int_gt(dprintf(fd, "127.0.0.1:%u\n", port), 0);
	files[0] = path;
	pptp_sweep_request_init(&request);
	request.files = files;
	request.timeout_us = SECOND;
	ck_assert_int_eq(
	    pptp_sweep_list_open(&list, &request, why, sizeof(why)), PPTP_OK);
	close(fd);
}

static void begin(uint16_t port, enum pptp_depth depth, enum pptp_only only)
{
	struct pptp_prober_config config = {.jobs = 4};
	struct pptp_plan_source source;
	size_t i;

	memset(&fake, 0, sizeof(fake));
	fake.sweeper.calls = &calls;
	number(port);
	request.depth = depth;
	request.only = only;
	run = calloc(1, sizeof(*run));
	run->request = &request;
	run->list = &list;
	run->sweeper = &fake.sweeper;
	run->sweep.ports = request.source_ports;
	run->blocks = calloc(PPTP_BLOCKS, 1);
	run->live = malloc(PPTP_RUN_LIVE * sizeof(run->live[0]));
	ck_assert(pptp_sweep_hits_open(&run->hits));
	for (i = 0; i < PPTP_RUN_LIVE; i++)
		run->live[i] = UINT64_MAX;
	run->prober = open_with(config);
	source = pptp_run_source(run);
	pptp_prober_pull(run->prober, &source);
	ck_assert_int_eq(pptp_sweep_run_start(run), PPTP_OK);
}

static void end(void)
{
	pptp_sweep_run_close(run);
	pptp_sweep_list_close(&list);
}

/* What the only target of the sweep told. */
static void find(void)
{
	struct pptp_found *f = &fake.found[fake.put++];

	f->heard.kind = PPTP_HEARD_NEWS;
	f->heard.answer = PPTP_PORT_OPEN;
	f->time_ns = 5000000; /* its second port had its time */
	f->rtt_ns = 1000;
	f->reply.target = f->reply.source = pptp_address_v4(LOCALHOST);
	fake.answers[0] = PPTP_PORT_OPEN;
}

/* Until there is a row, or the run is over. */
static bool row(void)
{
	int64_t until = pptp_timers_now() + LONG;
	enum pptp_sweep_next next;

	do {
		next = pptp_sweep_run_next(run, &item);
		ck_assert_int_lt(pptp_timers_now(), until);
	} while (next == PPTP_SWEEP_LATER);
	return next == PPTP_SWEEP_ROW;
}

static bool is_live(void)
{
	size_t i;

	for (i = 0; i < PPTP_RUN_LIVE; i++)
		if (run->live[i] != UINT64_MAX)
			return true;
	return false;
}

START_TEST(a_record_is_the_row_of_its_hit)
{
	struct server *s = server(serve_pptp);

	begin(s->port, PPTP_DEPTH_CONTROL, PPTP_ONLY_OPEN);
	item.syn = (const struct pptp_syn_row *)&item;
	find();
	ck_assert(row());
	ck_assert_ptr_null(item.syn);
	ck_assert_ptr_nonnull(item.record);
	ck_assert_uint_eq(item.position, 0);
	ck_assert_uint_eq(item.record->position, 1);
	ck_assert_uint_eq(item.record->control.state, PPTP_ANSWERED);
	ck_assert_uint_eq(item.record->port, s->port);
	ck_assert_int_le(
	    llabs(item.record->time_us - pptp_run_wall_ns() / 1000),
	    60 * SECOND);
	ck_assert(!is_live());
	fake.done = true;
	ck_assert(!row());
	ck_assert(pptp_sweep_run_is_done(run));
	ck_assert_ptr_null(pptp_sweep_run_problem(run));
	end();
	end_server(s);
}
END_TEST

/* How many rows one server gets. */
static unsigned rows(struct server *s, enum pptp_depth depth,
		     enum pptp_only only)
{
	unsigned n = 0;

	begin(s->port, depth, only);
	find();
	fake.done = true;
	while (row())
		n++;
	end();
	return n;
}

START_TEST(who_has_a_row_is_chosen)
{
	struct server *pptp = server(serve_pptp), *mute = server(serve_silence);

	ck_assert_uint_eq(rows(pptp, PPTP_DEPTH_CONTROL, PPTP_ONLY_ANSWERED),
			  1);
	ck_assert_uint_eq(rows(pptp, PPTP_DEPTH_CONTROL, PPTP_ONLY_ACCEPTED),
			  0);
	ck_assert_uint_eq(rows(pptp, PPTP_DEPTH_CALL, PPTP_ONLY_ACCEPTED), 1);
	end_server(pptp);
	ck_assert_uint_eq(rows(mute, PPTP_DEPTH_SYN, PPTP_ONLY_OPEN), 1);
	end_server(mute);
}
END_TEST

START_TEST(a_server_that_says_something_clears_its_network)
{
	struct server *s = server(serve_pptp);
	struct pptp_address a = pptp_address_v4(LOCALHOST);
	int i;

	begin(s->port, PPTP_DEPTH_CONTROL, PPTP_ONLY_OPEN);
	for (i = 0; i < 15; i++)
		pptp_block_ended(run->blocks, &a, false);
	find();
	ck_assert(row());
	for (i = 0; i < 15; i++)
		pptp_block_ended(run->blocks, &a, false);
	ck_assert(pptp_block_asks(run->blocks, &a)); /* one would be too many */
	end();
	end_server(s);
}
END_TEST

/* Who goes on with it asks the one that was under way; otherwise it has a row. */
static void stop(struct server *s, bool resumable)
{
	begin(s->port, PPTP_DEPTH_CONTROL, PPTP_ONLY_OPEN);
	run->config.resumable = resumable;
	request.timeout_us = LONG;
	find();
	while (!is_live() || s->live == 0)
		ck_assert_int_eq(pptp_sweep_run_next(run, &item),
				 PPTP_SWEEP_LATER);
	pptp_sweep_run_stop(run);
	ck_assert(fake.stopped);
	ck_assert_int_eq(row(), !resumable);
	if (!resumable) {
		ck_assert_uint_eq(item.record->ended_by, PPTP_ENDED_ABORTED);
		ck_assert(!row());
	}
	ck_assert_int_eq(is_live(), resumable);
	ck_assert(!pptp_sweep_run_is_done(run));
	ck_assert_uint_eq(pptp_sweep_run_low(run),
			  resumable ? list.head.first : fake.low);
	end();
}

START_TEST(who_is_under_way_when_it_stops_is_asked_again_or_told)
{
	struct server *s = server(serve_silence);

	stop(s, true);
	stop(s, false);
	end_server(s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sweep_ask");

	if (!netns_possible())
		return run_suite(s);
	CLAIM_ALONE(s, a_record_is_the_row_of_its_hit);
	CLAIM_ALONE(s, who_has_a_row_is_chosen);
	CLAIM_ALONE(s, a_server_that_says_something_clears_its_network);
	CLAIM_ALONE(s, who_is_under_way_when_it_stops_is_asked_again_or_told);
	return run_suite(s);
}
