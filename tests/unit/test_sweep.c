/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/sweeps.h"

static struct pptp_sweep_counts counts_of(const struct world *w)
{
	struct pptp_sweep_counts counts;

	pptp_sweep_count(&w->s, &counts);
	return counts;
}

START_TEST(everybody_is_asked_once_and_the_first_hundredth_twice)
{
	static const uint64_t sizes[] = {1,   2,    99,    100,
					 101, 4096, 65537, 100000};
	struct world w;
	uint64_t target;
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		world_default(&w, sizes[i]);
		world_open(&w);
		world_run(&w);
		for (target = 0; target < sizes[i]; target++)
			HOLDS(w.asked[target] ==
			      (world_is_looked(&w, target) ? 2 : 1));
		ck_assert_uint_eq(w.s.look.end,
				  (pptp_order_positions(&w.s.order) + 99) /
				      100);
		ck_assert_uint_eq(counts_of(&w).syns, sizes[i]);
		ck_assert_uint_eq(counts_of(&w).retries, w.asks - sizes[i]);
		ck_assert(!pptp_sweep_is_lossy(&w.s));
		world_close(&w);
	}
}
END_TEST

START_TEST(counts_are_the_networks)
{
	struct world w;
	struct pptp_sweep_counts c;
	uint64_t target, open = 0, closed = 0;

	world_default(&w, 50000);
	world_open(&w);
	world_run(&w);
	for (target = 0; target < 50000; target++) {
		open += world_is_open(&w, target);
		closed += world_is_closed(&w, target);
	}
	c = counts_of(&w);
	ck_assert_uint_eq(c.open, open);
	ck_assert_uint_eq(c.closed, closed);
	ck_assert_uint_eq(c.syn_acks + c.rsts, c.open + c.closed + c.repeats);
	ck_assert_uint_eq(c.both, c.repeats - (c.rsts - c.closed));
	ck_assert_uint_eq(c.first_only + c.second_only, 0);
	ck_assert_uint_eq(c.unproven + c.early + c.full, 0);
	world_close(&w);
}
END_TEST

/* Sends at its rate, ends after its cooldown, and knows when a SYN left. */
START_TEST(time_is_what_rate_and_cooldown_say)
{
	struct world w;
	double took;

	world_default(&w, 200000);
	world_open(&w);
	world_run(&w);
	took = (double)(w.now - START) / (double)SECOND;
	ck_assert_double_ge(took, 202000 / 10000.0 + 8);
	ck_assert_double_le(took, 202000 / 10000.0 * 1.005 + 8.1);
	ck_assert_uint_le(w.worst_rtt_error,
			  w.s.cursors[0].marks.apart + SECOND / 1000);
	world_close(&w);
}
END_TEST

START_TEST(who_is_left_out_costs_no_packet_and_is_not_counted)
{
	struct pptp_ask asks[8];
	struct world w;
	uint64_t wake;
	unsigned n;

	world_default(&w, 1000);
	world_open(&w);
	n = pptp_sweep_ask(&w.s, START + SECOND, asks, 8, &wake);
	ck_assert_uint_eq(n, 8);
	pptp_sweep_leave_out(&w.s, &asks[3]);
	ck_assert_uint_eq(counts_of(&w).syns, 7);
	world_close(&w);
}
END_TEST

START_TEST(shards_share_the_targets)
{
	static const uint32_t numbers[] = {1, 2, 3, 7, 64};
	uint8_t asked[5000];
	struct world w;
	uint32_t i, n;
	uint64_t target;

	for (n = 0; n < 5; n++) {
		memset(asked, 0, sizeof(asked));
		for (i = 1; i <= numbers[n]; i++) {
			world_default(&w, 5000);
			w.percent_open = w.percent_closed = 0;
			world_open(&w);
			pptp_order_shard(&w.s.order, i, numbers[n],
					 &w.config.span);
			w.config.low = w.config.span.first;
			world_close(&w);
			world_open(&w);
			world_run(&w);
			for (target = 0; target < 5000; target++)
				asked[target] =
				    (uint8_t)(asked[target] +
					      (w.asked[target] > 0));
			world_close(&w);
		}
		for (target = 0; target < 5000; target++)
			HOLDS(asked[target] == 1);
	}
}
END_TEST

START_TEST(retries_come_later_and_pass_those_that_answered)
{
	struct world w;
	uint64_t target, silent = 0, n;

	world_default(&w, 30000);
	w.config.retries = 2;
	world_open(&w);
	world_run(&w);
	for (target = 0; target < 30000; target++) {
		n = 3;
		if (world_is_open(&w, target) || world_is_closed(&w, target))
			n = world_is_looked(&w, target) ? 2 : 1;
		else
			silent++;
		HOLDS(w.asked[target] == n);
		HOLDS(w.last_at[target] - w.first_at[target] >=
		      (n - 1) * w.config.retry_after);
		HOLDS(w.last_at[target] - w.first_at[target] <=
		      (n - 1) * (w.config.retry_after + SECOND / 10));
	}
	ck_assert_uint_gt(silent, 15000);
	world_close(&w);
}
END_TEST

START_TEST(retries_find_what_was_lost)
{
	struct world w;
	uint64_t target, open = 0, once;
	int retries;

	for (retries = 0; retries <= 8; retries += 4) {
		world_default(&w, 20000);
		w.config.retries = (unsigned)retries;
		w.config.retry_after = SECOND;
		w.per_mille_lost = 200;
		world_open(&w);
		world_run(&w);
		for (target = 0, open = 0; target < 20000; target++)
			open += world_is_open(&w, target);
		once = open * 8 / 10;
		if (retries == 0)
			ck_assert_uint_lt(counts_of(&w).open, once + once / 20);
		else
			ck_assert_uint_ge(counts_of(&w).open,
					  open - open / 500);
		world_close(&w);
	}
}
END_TEST

/* 3,000 open ones asked twice, of whose SYNs one in ten is lost. */
START_TEST(what_one_syn_misses_is_told)
{
	struct pptp_sweep_counts c;
	struct world w;
	uint64_t second;

	world_default(&w, 1 << 20);
	w.config.rate = 200000;
	w.config.retry_after = SECOND;
	w.percent_open = 30;
	w.per_mille_lost = 100;
	world_open(&w);
	world_run(&w);
	c = counts_of(&w);
	second = c.second_only + c.both;
	ck_assert_uint_gt(second, 2000);
	ck_assert_uint_gt(c.second_only * 100, second * 8);
	ck_assert_uint_lt(c.second_only * 100, second * 12);
	world_close(&w);
}
END_TEST

/* A reply that is wrong in one way counts as that, and changes nothing. */
static void check_unheard(struct world *w, struct pptp_syn_reply reply,
			  const uint64_t *target, uint64_t *count)
{
	uint64_t before = *count;
	struct pptp_heard h = pptp_sweep_hear(&w->s, &reply, target);

	ck_assert_int_eq(h.kind, PPTP_HEARD_NOTHING);
	ck_assert(!h.reset);
	ck_assert_uint_eq(*count, before + 1);
}

START_TEST(forged_and_foreign_replies_are_counted_and_not_believed)
{
	struct world w;
	struct pptp_syn_reply good, reply;
	uint64_t target, early;

	world_default(&w, 1000);
	w.percent_open = 0;
	w.config.span.end /= 2;
	world_open(&w);
	world_until(&w, START + SECOND / 25);
	pptp_order_target(&w.s.order, 0, &target);
	good = world_reply(&w, target, 0, PPTP_SYN_REPLY_SYN_ACK);
	reply = good;
	reply.number++;
	check_unheard(&w, reply, &target, &w.s.counts.unproven);
	check_unheard(&w, good, NULL, &w.s.counts.unproven);
	/* its second SYN has not left yet */
	reply = world_reply(&w, target, 1, PPTP_SYN_REPLY_SYN_ACK);
	check_unheard(&w, reply, &target, &w.s.counts.early);
	/* nor has the next target's first */
	early = w.s.cursors[0].at;
	while (!pptp_order_target(&w.s.order, early, &target))
		early++;
	reply = world_reply(&w, target, 0, PPTP_SYN_REPLY_SYN_ACK);
	check_unheard(&w, reply, &target, &w.s.counts.early);
	early = w.config.span.end; /* another shard's */
	while (!pptp_order_target(&w.s.order, early, &target))
		early++;
	reply = world_reply(&w, target, 0, PPTP_SYN_REPLY_SYN_ACK);
	check_unheard(&w, reply, &target, &w.s.counts.unproven);
	reply = good;
	reply.kind = PPTP_SYN_REPLY_NONE;
	ck_assert_int_eq(pptp_sweep_hear(&w.s, &reply, NULL).kind,
			 PPTP_HEARD_NOTHING);
	ck_assert_uint_eq(w.s.counts.open, 0);
	world_close(&w);
}
END_TEST

START_TEST(last_position_that_was_asked_is_believed)
{
	struct world w;
	struct pptp_syn_reply reply;
	uint64_t position, target;

	world_default(&w, 1 << 16);
	w.percent_open = w.percent_closed = 0;
	world_open(&w);
	world_until(&w, START + SECOND);
	position = w.s.cursors[0].at - 1;
	pptp_order_target(&w.s.order, position, &target);
	reply = world_reply(&w, target, 0, PPTP_SYN_REPLY_SYN_ACK);
	ck_assert_int_eq(pptp_sweep_hear(&w.s, &reply, &target).kind,
			 PPTP_HEARD_NEWS);
	world_close(&w);
}
END_TEST

static struct pptp_heard hear(struct world *w, uint64_t target,
			      enum pptp_syn_reply_kind kind, bool hard)
{
	struct pptp_syn_reply reply = world_reply(w, target, 0, kind);

	reply.icmp_hard = hard;
	return pptp_sweep_hear(&w->s, &reply, &target);
}

START_TEST(more_is_news_and_less_is_none)
{
	struct world w;
	struct pptp_heard h;
	uint64_t target;

	world_default(&w, 1000);
	w.percent_open = w.percent_closed = 0;
	world_open(&w);
	world_until(&w, START + SECOND);
	pptp_order_target(&w.s.order, 0, &target);
	h = hear(&w, target, PPTP_SYN_REPLY_ICMP, false);
	ck_assert_int_eq(h.kind, PPTP_HEARD_SOFT);
	h = hear(&w, target, PPTP_SYN_REPLY_ICMP, true);
	ck_assert_int_eq(h.kind, PPTP_HEARD_NEWS);
	ck_assert_int_eq(h.answer, PPTP_PORT_FILTERED);
	h = hear(&w, target, PPTP_SYN_REPLY_RST, false);
	ck_assert_int_eq(h.kind, PPTP_HEARD_NEWS);
	ck_assert(!h.reset);
	h = hear(&w, target, PPTP_SYN_REPLY_SYN_ACK, false);
	ck_assert_int_eq(h.kind, PPTP_HEARD_NEWS);
	ck_assert_int_eq(h.answer, PPTP_PORT_OPEN);
	ck_assert_uint_eq(h.position, 0);
	ck_assert(h.reset);
	h = hear(&w, target, PPTP_SYN_REPLY_SYN_ACK, false);
	ck_assert_int_eq(h.kind, PPTP_HEARD_REPEAT);
	ck_assert(h.reset);
	h = hear(&w, target, PPTP_SYN_REPLY_RST, false);
	ck_assert_int_eq(h.kind, PPTP_HEARD_REPEAT);
	ck_assert_uint_eq(w.s.counts.icmps, 2);
	ck_assert_uint_eq(w.s.counts.repeats, 2);
	world_close(&w);
}
END_TEST

START_TEST(who_answers_at_a_second_port_is_told_apart)
{
	struct world w;
	struct pptp_syn_reply reply = {.kind = PPTP_SYN_REPLY_SYN_ACK};
	struct pptp_cookie c;

	world_default(&w, 1000);
	world_open(&w);
	reply.source = pptp_address_v4(0xc0000201);
	reply.target = world_address(5);
	reply.port = pptp_cookie_second_port(&w.config.key, &reply.target);
	c = pptp_cookie_make(&w.config.key, &reply.source, &reply.target,
			     reply.port, PPTP_SWEEP_SECOND_PORT,
			     &w.config.ports);
	reply.source_port = c.source_port;
	reply.number = c.sequence_number + 1;
	ck_assert_int_eq(pptp_sweep_hear(&w.s, &reply, NULL).kind,
			 PPTP_HEARD_SECOND_PORT);
	ck_assert(pptp_sweep_hear(&w.s, &reply, NULL).reset);
	ck_assert_uint_eq(w.s.counts.second_ports_open, 2);
	reply.number++;
	check_unheard(&w, reply, NULL, &w.s.counts.unproven);
	reply.number--;
	reply.port++;
	check_unheard(&w, reply, NULL, &w.s.counts.unproven);
	reply.port--;
	reply.kind = PPTP_SYN_REPLY_RST;
	check_unheard(&w, reply, NULL, &w.s.counts.unproven);
	world_close(&w);
}
END_TEST

START_TEST(full_ring_stops_new_ones_and_no_retries)
{
	struct world w;
	uint64_t at, retried;

	world_default(&w, 1 << 17);
	w.config.retries = 1;
	w.config.retry_after = SECOND;
	world_open(&w);
	world_until(&w, START + 3 * SECOND);
	pptp_sweep_pressure(&w.s, 31, 64);
	ck_assert(!w.s.paused);
	pptp_sweep_pressure(&w.s, 32, 64);
	at = w.s.cursors[0].at;
	retried = w.s.cursors[1].at;
	world_until(&w, START + 30 * SECOND);
	ck_assert_uint_eq(w.s.cursors[0].at, at);
	ck_assert_uint_gt(w.s.cursors[1].at, retried);
	ck_assert_uint_eq(w.s.cursors[1].at, at);
	ck_assert_uint_eq(w.s.pace.credit, w.s.pace.full);
	pptp_sweep_pressure(&w.s, 17, 64);
	world_until(&w, START + 31 * SECOND);
	ck_assert_uint_eq(w.s.cursors[0].at, at);
	pptp_sweep_pressure(&w.s, 16, 64);
	world_until(&w, START + 32 * SECOND);
	ck_assert_uint_gt(w.s.cursors[0].at, at);
	world_close(&w);
}
END_TEST

/* Deaf for a second in the middle; what it is told is when, not who. */
START_TEST(what_the_kernel_dropped_is_asked_again_half_as_fast)
{
	struct pptp_sweep_counts c;
	struct world w;
	uint64_t target, open = 0, at, begin;

	world_default(&w, 100000);
	w.deaf_from = START + 5 * SECOND;
	w.deaf_to = START + 6 * SECOND;
	world_open(&w);
	world_until(&w, w.deaf_to);
	pptp_sweep_lose(&w.s, w.deaf_from, w.deaf_to);
	ck_assert(pptp_sweep_is_lossy(&w.s));
	while (!w.s.again) {
		ck_assert(!pptp_sweep_is_done(&w.s, w.now));
		world_turn(&w);
	}
	ck_assert(pptp_sweep_is_lossy(&w.s));
	begin = w.now;
	at = w.asks;
	world_until(&w, begin + SECOND);
	ck_assert_uint_le(w.asks - at, 5100);
	ck_assert_uint_ge(w.asks - at, 4900);
	world_run(&w);
	for (target = 0; target < 100000; target++)
		open += world_is_open(&w, target);
	c = counts_of(&w);
	ck_assert_uint_gt(w.deaf, 1000);
	ck_assert_uint_eq(c.open, open);
	/* a second, and the 3 s before it, less those that had answered */
	ck_assert_uint_ge(c.again, 40000 * 6 / 10 - 500);
	ck_assert_uint_le(c.again, 40000 * 6 / 10 + 6000);
	ck_assert(!pptp_sweep_is_lossy(&w.s));
	world_close(&w);
}
END_TEST

START_TEST(loss_that_comes_again_is_told)
{
	static struct pptp_sweep_standing told;
	struct world w;

	world_default(&w, 30000);
	world_open(&w);
	world_until(&w, START + SECOND);
	pptp_sweep_lose(&w.s, START, START + SECOND / 2);
	while (!w.s.again) {
		pptp_sweep_is_done(&w.s, w.now);
		world_turn(&w);
	}
	world_until(&w, w.now + SECOND / 2);
	pptp_sweep_lose(&w.s, w.now - SECOND / 4, w.now);
	world_run(&w);
	ck_assert(pptp_sweep_is_lossy(&w.s));
	ck_assert_uint_gt(pptp_intervals_total(&w.s.lost), 1000);
	pptp_sweep_stand(&w.s, &told);
	ck_assert(told.again && told.lossy);
	ck_assert_uint_eq(told.lost_count, w.s.lost.count);
	ck_assert_mem_eq(told.lost, w.s.lost.list,
			 told.lost_count * sizeof(told.lost[0]));
	ck_assert_uint_eq(told.high, pptp_sweep_high(&w.s));
	ck_assert_uint_eq(told.counts.syns, 30000);
	world_close(&w);
}
END_TEST

START_TEST(loss_when_nobody_was_asked_costs_nothing)
{
	struct world w;

	world_default(&w, 10000);
	world_open(&w);
	world_until(&w, START + 8 * SECOND);
	pptp_sweep_lose(&w.s, START + 7 * SECOND, START + 8 * SECOND);
	ck_assert(!pptp_sweep_is_lossy(&w.s));
	world_close(&w);
}
END_TEST

/* Below `low` everybody was asked as often as he will be, and waited for. */
static void check_low(const struct world *w, uint64_t low)
{
	uint64_t target, position;

	for (target = 0; target < w->config.count; target++) {
		position = pptp_order_position(&w->s.order, target);
		if (position >= low)
			continue;
		HOLDS(w->asked[target] > 0);
		HOLDS(w->last_at[target] + w->config.cooldown <= w->now);
		if (!world_is_open(w, target) && !world_is_closed(w, target))
			HOLDS(w->asked[target] == 2);
	}
}

START_TEST(low_is_below_all_that_is_not_settled)
{
	struct world w;
	uint64_t low, last = 0;

	world_default(&w, 40000);
	w.config.retries = 1;
	w.config.retry_after = 2 * SECOND;
	w.config.cooldown = SECOND;
	world_open(&w);
	ck_assert_uint_eq(pptp_sweep_low(&w.s, w.now, UINT64_MAX), 0);
	while (!pptp_sweep_is_done(&w.s, w.now)) {
		world_until(&w, w.now + SECOND / 4);
		low = pptp_sweep_low(&w.s, w.now, UINT64_MAX);
		ck_assert_uint_ge(low, last);
		check_low(&w, low);
		ck_assert_uint_eq(pptp_sweep_low(&w.s, w.now, low / 2),
				  low / 2);
		last = low;
	}
	ck_assert_uint_eq(last, w.config.span.end);
	world_close(&w);
}
END_TEST

START_TEST(sweep_goes_on_from_its_low)
{
	struct world before, after;
	uint64_t target, low;

	world_default(&before, 40000);
	before.config.rate = 2000;
	before.config.retry_after = SECOND;
	world_open(&before);
	world_until(&before, START + 13 * SECOND);
	low = pptp_sweep_low(&before.s, before.now, UINT64_MAX);
	ck_assert_uint_gt(low, 10000);
	world_default(&after, 40000);
	after.config.low = low;
	world_open(&after);
	world_run(&after);
	for (target = 0; target < 40000; target++)
		HOLDS((after.asked[target] == 1) ==
		      (pptp_order_position(&after.s.order, target) >= low));
	ck_assert_uint_eq(pptp_sweep_low(&after.s, after.now, UINT64_MAX),
			  after.config.span.end);
	world_close(&before);
	world_close(&after);
}
END_TEST

/* Nothing left but what was lost before. */
START_TEST(finished_sweep_heals_its_losses)
{
	struct world w;

	world_default(&w, 40000);
	w.config.low = w.config.span.end;
	world_open(&w);
	pptp_sweep_lose_interval(&w.s, (struct pptp_interval){1000, 3000});
	pptp_sweep_lose_interval(&w.s, (struct pptp_interval){5000, 5100});
	ck_assert(pptp_sweep_is_lossy(&w.s));
	world_run(&w);
	ck_assert(!pptp_sweep_is_lossy(&w.s));
	ck_assert_uint_le(w.asks, 2100);
	ck_assert_uint_ge(w.asks, 1000);
	world_close(&w);
}
END_TEST

START_TEST(what_is_out_of_range_is_refused)
{
	struct pptp_sweep_config good;
	struct world w;

	world_default(&w, 1000);
	good = w.config;
	world_open(&w);
	w.config.low = w.config.span.end + 1;
	ck_assert(!pptp_sweep_init(&w.s, &w.config, &w.memory, 0));
	w.config = good;
	w.config.span.end++;
	ck_assert(!pptp_sweep_init(&w.s, &w.config, &w.memory, 0));
	w.config = good;
	w.config.retries = PPTP_SWEEP_RETRIES_MAX + 1;
	ck_assert(!pptp_sweep_init(&w.s, &w.config, &w.memory, 0));
	w.config = good;
	w.config.count = 0;
	ck_assert(!pptp_sweep_init(&w.s, &w.config, &w.memory, 0));
	w.config = good;
	w.config.ports.count = 0;
	ck_assert(!pptp_sweep_init(&w.s, &w.config, &w.memory, 0));
	ck_assert(pptp_sweep_init(&w.s, &good, &w.memory, 0));
	world_close(&w);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sweep");

	LONG_CLAIM(s, everybody_is_asked_once_and_the_first_hundredth_twice);
	LONG_CLAIM(s, counts_are_the_networks);
	LONG_CLAIM(s, time_is_what_rate_and_cooldown_say);
	LONG_CLAIM(s, who_is_left_out_costs_no_packet_and_is_not_counted);
	LONG_CLAIM(s, shards_share_the_targets);
	LONG_CLAIM(s, retries_come_later_and_pass_those_that_answered);
	LONG_CLAIM(s, retries_find_what_was_lost);
	LONG_CLAIM(s, what_one_syn_misses_is_told);
	CLAIM(s, forged_and_foreign_replies_are_counted_and_not_believed);
	CLAIM(s, last_position_that_was_asked_is_believed);
	CLAIM(s, more_is_news_and_less_is_none);
	CLAIM(s, who_answers_at_a_second_port_is_told_apart);
	LONG_CLAIM(s, full_ring_stops_new_ones_and_no_retries);
	LONG_CLAIM(s, what_the_kernel_dropped_is_asked_again_half_as_fast);
	LONG_CLAIM(s, loss_that_comes_again_is_told);
	LONG_CLAIM(s, loss_when_nobody_was_asked_costs_nothing);
	LONG_CLAIM(s, low_is_below_all_that_is_not_settled);
	LONG_CLAIM(s, sweep_goes_on_from_its_low);
	LONG_CLAIM(s, finished_sweep_heals_its_losses);
	CLAIM(s, what_is_out_of_range_is_refused);
	return run_suite(s);
}
