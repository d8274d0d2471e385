/* SPDX-License-Identifier: BSD-2-Clause */
/* A sweep's third thread over a sweeper that sends nothing: what was found as
 * plans and rows, each target once. */
#include "net/sweep_run_parts.h"

#include <stdio.h>
#include <sys/mman.h>

#include "scan/block.h"

#include "unit/scan.h"

#include "unit/fake_sweeper.h"

/* ---- the run ------------------------------------------------------------- */

static struct pptp_sweep_request request;
static struct pptp_sweep_list list;
static struct pptp_sweep_run *run;
static struct pptp_sweep_item item;

static void begin(enum pptp_only only)
{
	static const char *files[] = {NULL, NULL};
	int fd = memfd_create("targets", MFD_CLOEXEC);
	char why[512], path[64];
	size_t i;

	memset(&fake, 0, sizeof(fake));
	fake.sweeper.calls = &calls;
	pptp_sweep_request_init(&request);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ck_assert_int_eq(write(fd, "10.0.0.0/24,north\n", 18), 18);
	files[0] = path;
	request.files = files;
	request.only = only;
	request.depth = PPTP_DEPTH_SYN;
	request.timeout_us = 77;
	request.contact = "me";
	request.seeded = true;
	ck_assert_int_eq(
	    pptp_sweep_list_open(&list, &request, why, sizeof(why)), PPTP_OK);
	close(fd);
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
	run->low = run->settled = fake.low = list.head.first;
	ck_assert_int_eq(pptp_sweep_run_start(run), PPTP_OK);
	ck_assert_uint_eq(fake.started, 1);
}

static void end(void)
{
	pptp_sweep_run_close(run);
	ck_assert_uint_eq(fake.closed, 1);
	pptp_sweep_list_close(&list);
}

/* The target of a position of which the sweep has one, from 0. */
static uint64_t target_of(uint64_t position)
{
	uint64_t target;

	ck_assert(pptp_order_target(&list.order, position, &target));
	return target;
}

static struct pptp_found *find(uint64_t position, enum pptp_port_state answer)
{
	struct pptp_found *f = &fake.found[fake.put++];

	ck_assert_uint_le(fake.put, FAKE_FOUND);
	memset(f, 0, sizeof(*f));
	f->heard.kind = PPTP_HEARD_NEWS;
	f->heard.answer = answer;
	f->heard.position = position;
	f->target = target_of(position);
	f->time_ns = 5000000; /* its second port had its time */
	f->rtt_ns = 3500;
	f->reply.target = pptp_address_v4(0x0a000000 + (uint32_t)f->target);
	f->reply.source = pptp_address_v4(0xc0000201);
	f->reply.port = 1723;
	f->reply.ttl = (uint8_t)(50 + position);
	fake.answers[f->target] = answer;
	return f;
}

/* Until nothing comes any more; how many rows. */
static unsigned rows(void)
{
	unsigned n = 0;

	while (pptp_sweep_run_next(run, &item) == PPTP_SWEEP_ROW)
		n++;
	return n;
}

static void settle(uint64_t low)
{
	fake.low = low;
	pptp_run_settle(run);
}

START_TEST(who_is_open_has_a_row_and_others_have_none)
{
	begin(PPTP_ONLY_OPEN);
	find(7, PPTP_PORT_CLOSED);
	find(9, PPTP_PORT_OPEN)->heard.attempt = 1;
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_ROW);
	ck_assert_uint_eq(item.position, 9);
	ck_assert_ptr_null(item.record);
	ck_assert_int_eq(item.syn->answer, PPTP_PORT_OPEN);
	ck_assert_uint_eq(pptp_address_v4_value(&item.syn->target),
			  0x0a000000 + target_of(9));
	ck_assert_uint_eq(item.syn->port, 1723);
	ck_assert_int_eq(item.syn->time_us, 5000);
	ck_assert_int_eq(item.syn->rtt_us, 3);
	ck_assert_uint_eq(item.syn->reply->ttl, 50 + item.position);
	ck_assert(!item.syn->answers_any_port);
	ck_assert_ptr_null(item.syn->not_tested);
	ck_assert_str_eq(item.syn->labels, "north");
	ck_assert_mem_eq(item.syn->run, list.head.run, PPTP_RUN_SIZE);
	ck_assert_uint_eq(rows(), 0);
	find(10, PPTP_PORT_OPEN)->rtt_ns = -1;
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_ROW);
	ck_assert_int_eq(item.syn->rtt_us, -1);
	find(11, PPTP_PORT_OPEN)->rtt_ns = 0;
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_ROW);
	ck_assert_int_eq(item.syn->rtt_us, 0);
	end();
}
END_TEST

START_TEST(a_second_port_tells_of_its_address)
{
	struct pptp_found *second;

	begin(PPTP_ONLY_OPEN);
	find(9, PPTP_PORT_OPEN);
	second = find(9, PPTP_PORT_OPEN);
	second->heard.kind = PPTP_HEARD_SECOND_PORT;
	find(11, PPTP_PORT_OPEN);
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_ROW);
	ck_assert(item.syn->answers_any_port);
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_ROW);
	ck_assert_uint_eq(item.position, 11);
	ck_assert(!item.syn->answers_any_port);
	ck_assert_uint_eq(rows(), 0);
	end();
}
END_TEST

START_TEST(who_waits_for_its_second_port_is_counted)
{
	begin(PPTP_ONLY_OPEN);
	find(9, PPTP_PORT_OPEN)->time_ns = pptp_run_wall_ns() + 3600000000000;
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_LATER);
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_LATER);
	ck_assert_uint_eq(fake.judged, 1);
	fake.done = true;
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_LATER);
	pptp_sweep_run_stop(run); /* nobody waits any more */
	ck_assert(fake.stopped && pptp_sweep_run_is_stopped(run));
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_ROW);
	ck_assert_uint_eq(rows(), 0);
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_OVER);
	ck_assert(!pptp_sweep_run_is_done(run));
	end();
}
END_TEST

/* Each has one, whatever it answered, in the order of the sweep. */
START_TEST(with_any_all_have_rows_when_their_wait_is_over)
{
	uint64_t at;

	begin(PPTP_ONLY_ANY);
	find(3, PPTP_PORT_CLOSED);
	find(1, PPTP_PORT_OPEN);
	ck_assert_uint_eq(rows(), 1); /* who is open */
	ck_assert_uint_eq(pptp_sweep_run_low(run), 0);
	settle(5);
	for (at = 0; at < 5; at++) {
		if (at == 1)
			continue;
		ck_assert_int_eq(pptp_sweep_run_next(run, &item),
				 PPTP_SWEEP_ROW);
		ck_assert_uint_eq(item.position, at);
		ck_assert_str_eq(item.syn->labels, "north");
		ck_assert_uint_eq(pptp_address_v4_value(&item.syn->target),
				  0x0a000000 + target_of(at));
		ck_assert_int_eq(item.syn->answer,
				 at == 3 ? PPTP_PORT_CLOSED : PPTP_PORT_SILENT);
		if (at == 3) {
			ck_assert_uint_eq(item.syn->reply->ttl,
					  50 + item.position);
			ck_assert_int_eq(item.syn->rtt_us, 3);
			ck_assert_int_eq(item.syn->time_us, 5000);
		} else {
			ck_assert_ptr_null(item.syn->reply);
			ck_assert_int_eq(item.syn->rtt_us, -1);
			ck_assert_int_gt(item.syn->time_us, 1000000000000000);
		}
	}
	ck_assert_uint_eq(rows(), 0);
	ck_assert_uint_eq(pptp_sweep_run_low(run), 5);
	/* too late: it was told to be silent */
	find(2, PPTP_PORT_OPEN);
	ck_assert_uint_eq(rows(), 0);
	end();
}
END_TEST

START_TEST(a_round_trip_that_is_not_known_is_none)
{
	begin(PPTP_ONLY_ANY);
	find(0, PPTP_PORT_FILTERED)->rtt_ns = -1;
	ck_assert_uint_eq(rows(), 0);
	settle(1);
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_ROW);
	ck_assert_int_eq(item.syn->answer, PPTP_PORT_FILTERED);
	ck_assert_int_eq(item.syn->rtt_us, -1);
	end();
}
END_TEST

START_TEST(nothing_is_settled_that_somebody_deals_with)
{
	struct pptp_run_aside a = {.row = {.position = 20}};

	begin(PPTP_ONLY_OPEN);
	run->live[5] = 40;
	run->live[PPTP_RUN_LIVE - 1] = 30;
	pptp_run_put_aside(run, &a);
	settle(100);
	ck_assert_uint_eq(run->settled, 20);
	ck_assert_uint_eq(pptp_sweep_run_low(run), 0);
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_ROW);
	ck_assert_uint_eq(item.position, 20);
	settle(100);
	ck_assert_uint_eq(run->settled, 30);
	run->live[PPTP_RUN_LIVE - 1] = UINT64_MAX;
	settle(100);
	ck_assert_uint_eq(run->settled, 40);
	run->live[5] = UINT64_MAX;
	find(50, PPTP_PORT_OPEN);
	settle(100);
	ck_assert_uint_eq(run->settled, 50);
	fake.waits = 1; /* not known here */
	pptp_sweep_hits_drop(&run->hits);
	settle(100);
	ck_assert_uint_eq(run->settled, 50);
	fake.waits = 0;
	settle(100);
	ck_assert_uint_eq(run->settled, 100);
	settle(90);
	ck_assert_uint_eq(run->settled, 100);
	ck_assert_uint_eq(rows(), 0);
	ck_assert_uint_eq(pptp_sweep_run_low(run), 100);
	end();
}
END_TEST

START_TEST(whoever_is_excluded_meanwhile_has_no_row)
{
	struct pptp_block block;
	const struct pptp_sweeper_blocks blocks = {&block, 1};

	begin(PPTP_ONLY_ANY);
	block.first = block.last =
	    pptp_address_v4(0x0a000000 + (uint32_t)target_of(1));
	pptp_sweep_run_exclude(run, &blocks);
	ck_assert_ptr_eq(fake.excluded, &blocks);
	find(1, PPTP_PORT_OPEN);
	find(2, PPTP_PORT_OPEN);
	ck_assert_uint_eq(rows(), 1);
	fake.answers[target_of(1)] = PPTP_PORT_CLOSED;
	settle(4);
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_ROW);
	ck_assert_uint_eq(item.position, 0);
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_ROW);
	ck_assert_uint_eq(item.position, 3);
	ck_assert_uint_eq(rows(), 0);
	end();
}
END_TEST

START_TEST(when_all_is_asked_and_given_it_is_over)
{
	begin(PPTP_ONLY_OPEN);
	find(1, PPTP_PORT_OPEN);
	fake.done = true;
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_ROW);
	ck_assert(!pptp_sweep_run_is_done(run));
	fake.waits = 1;
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_LATER);
	ck_assert(!pptp_sweep_run_is_done(run));
	fake.waits = 0;
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_LATER);
	ck_assert(pptp_sweep_run_is_done(run));
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_OVER);
	ck_assert_uint_eq(pptp_sweep_run_low(run), list.head.end);
	end();
}
END_TEST

/* What it had found has its row; what it had not told is asked again by who goes
 * on. */
START_TEST(a_sweeper_that_ends_ends_the_run_early)
{
	unsigned turns = 0;

	begin(PPTP_ONLY_OPEN);
	find(1, PPTP_PORT_OPEN);
	fake.low = list.head.first;
	fake.error = "the helper is gone";
	ck_assert_int_eq(pptp_sweep_run_next(run, &item), PPTP_SWEEP_ROW);
	while (pptp_sweep_run_next(run, &item) != PPTP_SWEEP_OVER)
		ck_assert_uint_lt(turns++, 5);
	ck_assert_str_eq(pptp_sweep_run_problem(run), "the helper is gone");
	ck_assert_ptr_null(pptp_sweep_run_problem(run));
	ck_assert(pptp_sweep_run_is_stopped(run));
	ck_assert(!pptp_sweep_run_is_done(run));
	ck_assert_uint_eq(pptp_sweep_run_low(run), list.head.first);
	end();
}
END_TEST

/* ---- plans --------------------------------------------------------------- */

static enum pptp_pull pull(struct pptp_pulled *pulled)
{
	struct pptp_plan_source source = pptp_run_source(run);

	memset(pulled, 0, sizeof(*pulled));
	return source.next(source.context, pulled);
}

START_TEST(a_hit_becomes_a_plan_and_is_dealt_with)
{
	struct pptp_pulled pulled;
	struct pptp_found *f;
	int64_t tag;

	begin(PPTP_ONLY_OPEN);
	request.depth = PPTP_DEPTH_CALL;
	ck_assert_int_eq(pull(&pulled), PPTP_PULL_LATER);
	find(9, PPTP_PORT_OPEN);
	f = find(11, PPTP_PORT_OPEN);
	f->length = 44;
	f->packet[0] = 0x45;
	f->heard.sent = 9000000;
	ck_assert_int_eq(pull(&pulled), PPTP_PULL_PLAN);
	ck_assert_uint_eq(pptp_address_v4_value(&pulled.plan.target),
			  0x0a000000 + target_of(9));
	ck_assert_uint_eq(pulled.plan.port, 1723);
	ck_assert_int_eq(pulled.plan.depth, PPTP_DEPTH_CALL);
	ck_assert_int_eq(pulled.plan.opening, PPTP_OPENING_SYN);
	ck_assert_int_eq(pulled.plan.timeout_us, 77);
	ck_assert_str_eq(pulled.plan.contact, "me");
	ck_assert_str_eq(pulled.plan.labels, "north");
	ck_assert_uint_eq(pulled.plan.position, 10);
	ck_assert(!pulled.plan.any_port);
	ck_assert_ptr_null(pulled.exchange);
	ck_assert_uint_eq(run->live[pulled.tag], 9);
	tag = pulled.tag;
	ck_assert_int_eq(pull(&pulled), PPTP_PULL_PLAN);
	ck_assert_int_ne(pulled.tag, tag);
	ck_assert_uint_eq(run->live[pulled.tag], 11);
	ck_assert_ptr_nonnull(pulled.exchange);
	ck_assert_int_eq(pulled.exchange->syn_at, 9000);
	ck_assert_int_eq(pulled.exchange->syn_ack_at, 9003);
	ck_assert_uint_eq(pulled.exchange->syns, 1);
	ck_assert_uint_eq(pulled.exchange->syn_ack_length, 44);
	ck_assert_mem_eq(pulled.exchange->syn_ack, f->packet, 44);
	ck_assert_uint_ge(pulled.exchange->syn_length, 40);
	ck_assert_int_eq(pull(&pulled), PPTP_PULL_LATER);
	end();
}
END_TEST

START_TEST(a_syn_whose_time_is_not_known_is_one_of_several)
{
	struct pptp_pulled pulled;
	struct pptp_found *f;

	begin(PPTP_ONLY_OPEN);
	f = find(11, PPTP_PORT_OPEN);
	f->length = 44;
	f->heard.sent = 9000000;
	f->rtt_ns = -1;
	ck_assert_int_eq(pull(&pulled), PPTP_PULL_PLAN);
	ck_assert_uint_eq(pulled.exchange->syns, 2);
	ck_assert_int_eq(pulled.exchange->syn_ack_at, 9000);
	f = find(12, PPTP_PORT_OPEN);
	f->length = 44; /* and when it left, neither */
	ck_assert_int_eq(pull(&pulled), PPTP_PULL_PLAN);
	ck_assert_ptr_null(pulled.exchange);
	end();
}
END_TEST

START_TEST(no_more_are_asked_than_there_are_tags)
{
	struct pptp_pulled pulled;
	size_t i;

	begin(PPTP_ONLY_OPEN);
	for (i = 0; i < PPTP_RUN_LIVE; i++)
		run->live[i] = 1;
	find(9, PPTP_PORT_OPEN);
	ck_assert_int_eq(pull(&pulled), PPTP_PULL_LATER);
	run->live[PPTP_RUN_LIVE - 1] = UINT64_MAX;
	ck_assert_int_eq(pull(&pulled), PPTP_PULL_PLAN);
	ck_assert_int_eq(pulled.tag, PPTP_RUN_LIVE - 1);
	run->live[0] = UINT64_MAX;
	find(10, PPTP_PORT_OPEN);
	ck_assert_int_eq(pull(&pulled), PPTP_PULL_PLAN);
	ck_assert_int_eq(pulled.tag, 0);
	end();
}
END_TEST

START_TEST(a_run_that_ends_gives_no_plans)
{
	struct pptp_pulled pulled;

	begin(PPTP_ONLY_OPEN);
	find(9, PPTP_PORT_OPEN);
	run->failed = true;
	ck_assert_int_eq(pull(&pulled), PPTP_PULL_END);
	run->failed = false;
	run->stopping = true;
	ck_assert_int_eq(pull(&pulled), PPTP_PULL_END);
	end();
}
END_TEST

/* All of one /24: after enough of them nobody else is asked there. */
static void silence_network(void)
{
	struct pptp_address a = pptp_address_v4(0x0a000001);
	int i;

	for (i = 0; i < 200; i++) {
		(void)pptp_block_asks(run->blocks, &a);
		pptp_block_ended(run->blocks, &a, false);
	}
}

START_TEST(of_a_silent_network_most_are_told_by_their_syn_ack)
{
	struct pptp_pulled pulled;
	unsigned i, asked = 0, told = 0;

	begin(PPTP_ONLY_OPEN);
	silence_network();
	for (i = 0; i < 40; i++)
		find(i, PPTP_PORT_OPEN);
	for (i = 0; i < 100; i++)
		asked += pull(&pulled) == PPTP_PULL_PLAN;
	ck_assert_uint_lt(asked, 10);
	while (pptp_run_give_aside(run, &item)) {
		ck_assert_str_eq(item.syn->not_tested, "silent_network");
		ck_assert_ptr_nonnull(item.syn->reply);
		told++;
	}
	ck_assert_uint_eq(asked + told, 40);
	end();
	/* who wants PPTP alone has no row of them */
	begin(PPTP_ONLY_ANSWERED);
	silence_network();
	for (i = 0; i < 40; i++)
		find(i, PPTP_PORT_OPEN);
	for (i = 0; i < 100; i++)
		(void)pull(&pulled);
	ck_assert_uint_eq(pptp_run_asides(run), 0);
	ck_assert_uint_eq(pptp_sweep_hits_count(&run->hits), 0);
	end();
}
END_TEST

START_TEST(who_cannot_be_asked_has_a_row_that_says_so)
{
	struct pptp_plan_source source;
	struct pptp_pulled pulled;

	begin(PPTP_ONLY_OPEN);
	source = pptp_run_source(run);
	find(9, PPTP_PORT_OPEN);
	ck_assert_int_eq(pull(&pulled), PPTP_PULL_PLAN);
	ck_assert_ptr_null(pptp_sweep_run_problem(run));
	source.refused(run, pulled.tag, PPTP_ERROR_ROUTE, "no way");
	ck_assert_uint_eq(run->live[pulled.tag], UINT64_MAX);
	ck_assert_str_eq(pptp_sweep_run_problem(run), "no way");
	ck_assert_ptr_null(pptp_sweep_run_problem(run));
	ck_assert(pptp_run_give_aside(run, &item));
	ck_assert_uint_eq(item.position, 9);
	ck_assert_str_eq(item.syn->not_tested, "error");
	ck_assert_int_eq(item.syn->answer, PPTP_PORT_OPEN);
	ck_assert_int_eq(item.syn->rtt_us, -1);
	ck_assert_uint_eq(pptp_address_v4_value(&item.syn->target),
			  0x0a000000 + target_of(9));
	ck_assert_uint_eq(item.syn->port, 1723);
	ck_assert_ptr_null(item.syn->reply);
	ck_assert_str_eq(item.syn->labels, "north");
	source.refused(run, pulled.tag, PPTP_ERROR_ROUTE, "");
	ck_assert_str_eq(pptp_sweep_run_problem(run),
			 pptp_error_text(PPTP_ERROR_ROUTE));
	ck_assert(!run->failed);
	end();
}
END_TEST

START_TEST(without_room_for_rows_it_fails_and_loses_none)
{
	struct pptp_plan_source source;
	struct pptp_run_aside a = {.row = {.position = 1}};
	struct pptp_pulled pulled;
	unsigned i;

	begin(PPTP_ONLY_OPEN);
	source = pptp_run_source(run);
	find(9, PPTP_PORT_OPEN);
	find(10, PPTP_PORT_OPEN);
	ck_assert_int_eq(pull(&pulled), PPTP_PULL_PLAN);
	for (i = 0; i < PPTP_RUN_ASIDE / 2; i++)
		pptp_run_put_aside(run, &a);
	i = (unsigned)pulled.tag;
	ck_assert_int_eq(pull(&pulled), PPTP_PULL_LATER);
	while (pptp_run_asides(run) < PPTP_RUN_ASIDE)
		pptp_run_put_aside(run, &a);
	source.refused(run, i, PPTP_ERROR_ROUTE, "no way");
	ck_assert_uint_eq(pptp_run_asides(run), PPTP_RUN_ASIDE);
	ck_assert(run->failed);
	end();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sweep_run");

	CLAIM(s, who_is_open_has_a_row_and_others_have_none);
	CLAIM(s, a_second_port_tells_of_its_address);
	CLAIM(s, who_waits_for_its_second_port_is_counted);
	CLAIM(s, with_any_all_have_rows_when_their_wait_is_over);
	CLAIM(s, a_round_trip_that_is_not_known_is_none);
	CLAIM(s, nothing_is_settled_that_somebody_deals_with);
	CLAIM(s, whoever_is_excluded_meanwhile_has_no_row);
	CLAIM(s, when_all_is_asked_and_given_it_is_over);
	CLAIM(s, a_sweeper_that_ends_ends_the_run_early);
	CLAIM(s, a_hit_becomes_a_plan_and_is_dealt_with);
	CLAIM(s, a_syn_whose_time_is_not_known_is_one_of_several);
	CLAIM(s, no_more_are_asked_than_there_are_tags);
	CLAIM(s, a_run_that_ends_gives_no_plans);
	CLAIM(s, of_a_silent_network_most_are_told_by_their_syn_ack);
	CLAIM(s, who_cannot_be_asked_has_a_row_that_says_so);
	CLAIM(s, without_room_for_rows_it_fails_and_loses_none);
	return run_suite(s);
}
