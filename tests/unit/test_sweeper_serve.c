/* SPDX-License-Identifier: BSD-2-Clause */
/* pptp-wire's sweeps as its user meets them: what is refused, whatever is said. */
#include "unit/served_sweep.h"

#include "unit/claims.h"

#define MUTANTS 1000000

/* 198.18.0.0 and on: benchmarking space, private. */
static uint32_t add_thousand(void)
{
	return swept_add(swept_v4(198, 18, 0, 0), 1000, 1723);
}

static void begin_opened(void)
{
	struct pptp_sweeper_config c = swept_config();

	swept_begin();
	ck_assert_uint_eq(swept_configure(&c), 0);
	ck_assert_uint_eq(add_thousand(), 0);
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_OPEN), 0);
}

START_TEST(a_sweep_goes_from_its_begin_to_its_end)
{
	struct pptp_route v4, v6;
	struct pptp_reader r;

	begin_opened();
	ck_assert_uint_eq(swept.opened, 1);
	ck_assert_uint_eq(swept.wrong, 0);
	pptp_reader_init(&r, swept.body, swept.body_length);
	pptp_sweeper_get_route(&r, &v4);
	pptp_sweeper_get_route(&r, &v6);
	ck_assert(pptp_reader_ok(&r) && pptp_reader_left(&r) == 0);
	ck_assert_uint_eq(v4.index, 1);
	ck_assert_uint_eq(v6.index, 0);
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_START), 0);
	ck_assert(swept.started);
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_LOW), 0);
	ck_assert_uint_eq(swept.answer.value, UINT64_C(0x123456789));
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_DONE), 0);
	ck_assert_uint_eq(swept.answer.value, 1);
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_STOP), 0);
	ck_assert(swept.stopped);
	swept_end();
}
END_TEST

START_TEST(what_is_found_comes_in_batches)
{
	struct pptp_found f;
	struct pptp_reader r;
	uint64_t n = 0, batches = 0;

	begin_opened();
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_START), 0);
	swept.left = 1000;
	swept.found.reply.target = swept.found.reply.source =
	    swept.found.reply.from = swept_v4(198, 18, 0, 1);
	swept.found.length = 60;
	do {
		ck_assert_uint_eq(swept_do(PPTP_SWEEPER_TAKE), 0);
		pptp_reader_init(&r, swept.body, swept.body_length);
		for (; pptp_reader_left(&r) > 0; n++)
			pptp_sweeper_get_found(&r, &f);
		ck_assert(pptp_reader_ok(&r));
		ck_assert_uint_eq(swept.answer.waiting, 1000 - n);
		batches++;
	} while (swept.answer.waiting > 0);
	ck_assert_uint_eq(n, 1000);
	ck_assert_uint_lt(batches, 5);
	swept_end();
}
END_TEST

START_TEST(whoever_cannot_answer_for_himself_is_not_asked)
{
	struct pptp_sweeper_config c = swept_config();

	swept_begin();
	ck_assert_uint_eq(swept_configure(&c), 0);
	ck_assert_uint_eq(swept_add(swept_v4(0, 0, 0, 1), 1000, 1723),
			  EADDRNOTAVAIL);
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_OPEN), EEXIST);
	swept_end();
	swept_begin();
	ck_assert_uint_eq(swept_add(swept_v4(223, 255, 255, 0), 1000, 1723),
			  EADDRNOTAVAIL);
	ck_assert_uint_eq(swept_add(swept_v4(255, 255, 255, 255), 2, 1723),
			  EINVAL);
	ck_assert_uint_eq(swept_add(swept_v4(198, 18, 0, 0), 1000, 0), EINVAL);
	ck_assert_uint_eq(swept_add(swept_v4(198, 18, 0, 0), 0, 1723), EINVAL);
	ck_assert_uint_eq(swept.opened, 0);
	swept_end();
}
END_TEST

START_TEST(whoever_is_excluded_is_not_asked)
{
	struct pptp_sweeper_config c = swept_config();

	swept_begin();
	ck_assert_uint_eq(swept_configure(&c), 0);
	ck_assert_uint_eq(swept_add(swept_v4(198, 18, 98, 255), 1, 1723), 0);
	ck_assert_uint_eq(swept_add(swept_v4(198, 18, 99, 255), 10, 1723),
			  EACCES);
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_OPEN), EEXIST);
	/* What stands is held against what was said before it. */
	ck_assert_uint_eq(swept_leave(swept_v4(198, 18, 98, 0),
				      swept_v4(198, 18, 98, 255), true),
			  EPROTO);
	ck_assert_uint_eq(swept.opened, 0);
	swept_end();
}
END_TEST

START_TEST(who_asks_later_to_be_left_alone_is)
{
	const struct pptp_sweeper_blocks *first;
	struct pptp_address a = swept_v4(198, 18, 99, 7);

	begin_opened();
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_START), 0);
	ck_assert_ptr_null(swept.excluded); /* nobody of them is a target */
	ck_assert_uint_eq(swept_leave(swept_v4(198, 18, 0, 7),
				      swept_v4(198, 18, 0, 7), false),
			  0);
	ck_assert_ptr_null(swept.excluded);
	ck_assert_uint_eq(
	    swept_leave(swept_v4(198, 18, 0, 9), swept_v4(198, 18, 0, 9), true),
	    0);
	first = swept.excluded;
	ck_assert_uint_eq(first->count, 3);
	/* Nothing takes an exclusion back. */
	ck_assert_uint_eq(
	    swept_leave(swept_v4(198, 18, 0, 8), swept_v4(198, 18, 0, 8), true),
	    0);
	ck_assert_uint_eq(swept.excluded->count, 2);
	ck_assert_ptr_nonnull(pptp_blocks_find(swept.excluded->blocks, 2, &a));
	ck_assert_uint_eq(first->count, 3); /* a thread may look at it still */
	ck_assert_uint_eq(
	    swept_leave(swept_v4(198, 18, 0, 8), swept_v4(198, 18, 0, 7), true),
	    EINVAL);
	swept_end();
}
END_TEST

START_TEST(many_public_ones_want_contact_information)
{
	struct pptp_sweeper_config c = swept_config();

	c.sweep.count = 256;
	swept_begin();
	ck_assert_uint_eq(swept_configure(&c), 0);
	ck_assert_uint_eq(swept_add(swept_v4(8, 8, 8, 0), 256, 1723), 0);
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_OPEN), 0);
	swept_end();
	c.sweep.count = 257;
	swept_begin();
	ck_assert_uint_eq(swept_configure(&c), 0);
	ck_assert_uint_eq(swept_add(swept_v4(8, 8, 8, 0), 257, 1723), 0);
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_OPEN), EDQUOT);
	ck_assert_ptr_nonnull(strstr(swept.answer.text, "--contact"));
	swept_end();
	c.contact = true;
	swept_begin();
	ck_assert_uint_eq(swept_configure(&c), 0);
	ck_assert_uint_eq(swept_add(swept_v4(8, 8, 8, 0), 257, 1723), 0);
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_OPEN), 0);
	ck_assert_uint_eq(swept.wrong, 0);
	swept_end();
}
END_TEST

START_TEST(from_foreign_addresses_nobody_is_asked)
{
	struct pptp_sweeper_config c = swept_config();

	swept_begin();
	swept.route.source = swept_v4(192, 0, 2, 9);
	ck_assert_uint_eq(swept_configure(&c), 0);
	ck_assert_uint_eq(add_thousand(), 0);
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_OPEN), EADDRNOTAVAIL);
	ck_assert(!swept.open);
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_START), EPROTO);
	swept_end();
}
END_TEST

START_TEST(users_have_a_rate_and_ports_and_root_has_his)
{
	struct pptp_sweeper_config fast = swept_config(), c = swept_config();

	fast.sweep.rate = PPTP_SWEEPER_RATE + 1;
	c.sweep.ports = (struct pptp_source_ports){32767, 2};
	swept_begin();
	ck_assert_uint_eq(swept_configure(&fast), EPERM);
	ck_assert_ptr_nonnull(strstr(swept.answer.text, "--rate"));
	ck_assert_uint_eq(swept_configure(&c), EPERM);
	ck_assert_ptr_nonnull(strstr(swept.answer.text, "--source-port"));
	c.sweep.ports = (struct pptp_source_ports){1023, 2};
	ck_assert_uint_eq(swept_configure(&c), EPERM);
	c.sweep.ports = (struct pptp_source_ports){65535, 2};
	ck_assert_uint_eq(swept_configure(&c), EINVAL);
	c.sweep.ports = (struct pptp_source_ports){61440, 4096};
	ck_assert_uint_eq(swept_configure(&c), 0);
	ck_assert_uint_eq(swept_configure(&c), EEXIST);
	swept_end();
	swept_begin();
	swept.server.trusted = true;
	fast.sweep.ports = (struct pptp_source_ports){40000, 2};
	ck_assert_uint_eq(swept_configure(&fast), 0);
	swept_end();
}
END_TEST

/* Else numbers would lead behind the last. */
START_TEST(count_is_what_the_targets_are)
{
	struct pptp_sweeper_config c = swept_config();
	struct pptp_writer w;

	c.sweep.count = 1001;
	swept_begin();
	ck_assert_uint_eq(swept_configure(&c), 0);
	ck_assert_uint_eq(add_thousand(), 0);
	ck_assert_uint_eq(swept_do(PPTP_SWEEPER_OPEN), EINVAL);
	swept_end();
	begin_opened();
	w = swept_request(PPTP_SWEEPER_REMEMBER);
	pptp_sweeper_put_u64(&w, 999);
	pptp_write_u8(&w, PPTP_PORT_OPEN);
	ck_assert_uint_eq(swept_say(&w), 0);
	ck_assert_int_eq(swept.answer.status, PPTP_OK);
	w = swept_request(PPTP_SWEEPER_REMEMBER);
	pptp_sweeper_put_u64(&w, 1000);
	pptp_write_u8(&w, PPTP_PORT_OPEN);
	(void)swept_say(&w);
	ck_assert_int_eq(swept.answer.status, PPTP_ERROR_MALFORMED);
	ck_assert_uint_eq(swept.remembered, 1);
	w = swept_request(PPTP_SWEEPER_LOSE);
	pptp_sweeper_put_u64(&w, 1);
	pptp_sweeper_put_u64(&w, 1025);
	(void)swept_say(&w);
	ck_assert_int_eq(swept.answer.status, PPTP_ERROR_MALFORMED);
	ck_assert_uint_eq(swept.lost, 0);
	swept_end();
}
END_TEST

START_TEST(a_wire_that_cannot_be_had_is_told)
{
	struct pptp_sweeper_config c = swept_config();

	swept_begin();
	swept.deaf_mute = true;
	ck_assert_uint_eq(swept_configure(&c), 0);
	ck_assert_uint_eq(add_thousand(), 0);
	(void)swept_do(PPTP_SWEEPER_OPEN);
	ck_assert_int_eq(swept.answer.status, PPTP_ERROR_PRIVILEGE);
	ck_assert_uint_eq(swept.body_length, 0);
	swept_end();
}
END_TEST

/* ---- mutants ------------------------------------------------------------- */

static uint32_t state = 1;

static uint32_t random_below(uint32_t n)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % n;
}

static struct pptp_writer original(unsigned step)
{
	struct pptp_sweeper_config c = swept_config();
	const struct pptp_sweeper_entry e = {
	    swept_v4(198, 18, random_below(110), 0), 1000, {1723, false}};
	const struct pptp_block b = {swept_v4(198, 18, 9, 0),
				     swept_v4(198, 18, 9, random_below(256))};
	struct pptp_writer w;

	switch (step) {
	case 0:
		w = swept_request(PPTP_SWEEPER_CONFIG);
		pptp_sweeper_put_config(&w, &c);
		return w;
	case 1:
		w = swept_request(PPTP_SWEEPER_ENTRIES);
		pptp_sweeper_put_entry(&w, &e);
		return w;
	case 2:
		return swept_request(PPTP_SWEEPER_OPEN);
	case 3:
		w = swept_request(PPTP_SWEEPER_EXCLUDE);
		pptp_write_u8(&w, 1);
		pptp_sweeper_put_block(&w, &b);
		return w;
	default:
		w = swept_request((enum pptp_sweeper_kind)(
		    1 + random_below(PPTP_SWEEPER_KINDS)));
		pptp_sweeper_put_u64(&w, random_below(2000));
		w.length -= random_below(2) * 8;
		return w;
	}
}

static void bend(struct pptp_writer *w)
{
	uint32_t times = random_below(8) < 6 ? 0 : 1 + random_below(3);

	while (times-- > 0)
		w->bytes[random_below((uint32_t)w->length)] ^=
		    (uint8_t)(1U << random_below(8));
	if (random_below(32) == 0)
		w->length = random_below((uint32_t)w->length + 1);
}

/* swept_ask() sees to it that each has one answer. */
START_TEST(of_a_million_mutants_none_asks_whom_it_may_not)
{
	unsigned i, opened = 0, started = 0;
	struct pptp_writer w;

	swept_begin();
	for (i = 0; i < MUTANTS; i++) {
		if (i % 32 == 0) { /* in order, mostly: else none is opened */
			opened += swept.opened;
			started += swept.started;
			swept_end();
			swept_begin();
		}
		w = original(i % 32 < 3 ? i % 32 : random_below(8));
		bend(&w);
		(void)swept_ask(w.bytes, w.length);
		ck_assert_uint_eq(swept.wrong, 0);
	}
	ck_assert_uint_gt(opened, MUTANTS / 100);
	ck_assert_uint_gt(started, 1000);
	swept_end();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sweeper_serve");
	TCase *mutants = tcase_create("mutants");

	CLAIM(s, a_sweep_goes_from_its_begin_to_its_end);
	CLAIM(s, what_is_found_comes_in_batches);
	CLAIM(s, whoever_cannot_answer_for_himself_is_not_asked);
	CLAIM(s, whoever_is_excluded_is_not_asked);
	CLAIM(s, who_asks_later_to_be_left_alone_is);
	CLAIM(s, many_public_ones_want_contact_information);
	CLAIM(s, from_foreign_addresses_nobody_is_asked);
	CLAIM(s, users_have_a_rate_and_ports_and_root_has_his);
	CLAIM(s, count_is_what_the_targets_are);
	CLAIM(s, a_wire_that_cannot_be_had_is_told);
	tcase_set_timeout(mutants, 120);
	tcase_add_test(mutants, of_a_million_mutants_none_asks_whom_it_may_not);
	suite_add_tcase(s, mutants);
	return run_suite(s);
}
