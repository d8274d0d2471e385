/* SPDX-License-Identifier: BSD-2-Clause */
/* What stands between the server model and its wire: which addresses the
 * kernel's filter spares it, what a network loses and doubles, what comes
 * late. */
#include <sys/socket.h>
#include <unistd.h>

#include "core/talk.h"
#include "lab/queue.h"
#include "lab/silent.h"
#include "unit/claims.h"

#define FIRST UINT32_C(0xc6120001)
#define COUNT 3000

static const struct lab_population populations[] = {
    {.kind = "friendly", .seed = 1, .silent = 70},
    {.kind = "friendly", .seed = 0, .silent = 99, .deaf = 100, .closed = 300},
    {.kind = "friendly", .seed = 4000000000, .silent = 100, .any_port = 500},
    {.kind = "friendly", .seed = 7, .unreachable = 10000},
    {.kind = "friendly", .seed = 7},
};
#define POPULATIONS (int)(sizeof(populations) / sizeof(*populations))

static void put_frame(uint8_t frame[34], uint16_t type, uint32_t destination)
{
	memset(frame, 0, 34);
	frame[12] = (uint8_t)(type >> 8);
	frame[13] = (uint8_t)type;
	for (int i = 0; i < 4; i++)
		frame[30 + i] = (uint8_t)(destination >> (24 - 8 * i));
}

/* The kernel's own filter, before a socket that needs no privilege. */
static void open_filter(int ends[2], const struct lab_population *p)
{
	struct sock_filter code[LAB_SILENT_CODE];
	struct sock_fprog program = {.filter = code};

	program.len = lab_silent_filter(code, p, FIRST, COUNT);
	ck_assert_uint_le(program.len, LAB_SILENT_CODE);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	ck_assert_int_eq(setsockopt(ends[1], SOL_SOCKET, SO_ATTACH_FILTER,
				    &program, sizeof(program)),
			 0);
}

/* Who sends what is filtered is told so by nobody: whether it comes is. */
static bool passes(const int ends[2], uint16_t type, uint32_t destination)
{
	uint8_t frame[34], got[64];

	put_frame(frame, type, destination);
	(void)send(ends[0], frame, sizeof(frame), MSG_DONTWAIT);
	return recv(ends[1], got, sizeof(got), MSG_DONTWAIT) == sizeof(frame);
}

START_TEST(the_filter_spares_the_silent_and_nobody_else)
{
	const struct lab_population *p = &populations[_i];
	struct lab_config config;
	unsigned silent = 0;
	int ends[2];

	open_filter(ends, p);
	for (unsigned i = 0; i < COUNT; i++) {
		lab_population_at(p, FIRST, i, &config);
		ck_assert_msg(passes(ends, 0x0800, FIRST + i) ==
				  (config.quirk != LAB_DEAF),
			      "address %u", i);
		silent += config.quirk == LAB_DEAF;
	}
	ck_assert_uint_ge(silent, COUNT * p->silent / 100 * 8 / 10);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(the_filter_lets_pass_what_is_no_address_of_theirs_only_if_it_asks)
{
	int ends[2];

	open_filter(ends, &populations[4]);
	ck_assert(passes(ends, 0x0806, 0));
	ck_assert(passes(ends, 0x0800, FIRST));
	ck_assert(passes(ends, 0x0800, FIRST + COUNT - 1));
	ck_assert(!passes(ends, 0x0800, FIRST - 1));
	ck_assert(!passes(ends, 0x0800, FIRST + COUNT));
	ck_assert(!passes(ends, 0x86dd, FIRST));
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(shares_of_the_addresses_are_as_large_as_they_were_asked_for)
{
	struct lab_population p = {.kind = "friendly",
				   .seed = 3,
				   .silent = 50,
				   .deaf = 1000,
				   .any_port = 500,
				   .closed = 2000,
				   .unreachable = 300};
	unsigned seen[LAB_QUIRKS] = {0}, any_port = 0, all = 100000;
	struct lab_config config;

	ck_assert(lab_population_valid(&p));
	for (unsigned i = 0; i < all; i++) {
		lab_population_member(&p, i, &config);
		seen[config.quirk]++;
		any_port += config.any_port;
	}
	ck_assert_uint_eq(seen[LAB_TARPIT] / 1000, 15);
	ck_assert_uint_eq((any_port + 250) / 500, 10);
	ck_assert_uint_eq((seen[LAB_RST_PORT] + 500) / 1000, 20);
	ck_assert_uint_eq((seen[LAB_ICMP_TCP] + 250) / 500, 6);
	p.closed = LAB_SHARE;
	ck_assert(!lab_population_valid(&p));
}
END_TEST

START_TEST(a_network_loses_and_doubles_by_share_and_seed)
{
	struct lab_loss l = {.lost = 1000, .doubled = 500, .random = 5};
	struct lab_loss same = l, none = {.random = 5};
	unsigned copies[3] = {0}, lost = 0, n = 100000;

	for (unsigned i = 0; i < n; i++) {
		unsigned of = lab_loss_copies(&l);

		copies[of]++;
		ck_assert_uint_eq(lab_loss_copies(&same), of);
		ck_assert_uint_eq(lab_loss_copies(&none), 1);
		lost += lab_loss_takes(&l);
		(void)lab_loss_takes(&same);
	}
	/* 10 % of all, and 5 % of the others, within 4 deviations */
	ck_assert_uint_le(copies[0], 10380);
	ck_assert_uint_ge(copies[0], 9620);
	ck_assert_uint_le(copies[2], 4765);
	ck_assert_uint_ge(copies[2], 4235);
	ck_assert_uint_le(lost, 10380);
	ck_assert_uint_ge(lost, 9620);
}
END_TEST

START_TEST(what_comes_late_comes_in_order_and_what_is_too_much_never)
{
	static const uint8_t bytes[LAB_QUEUE_ROOM + 1] = {1, 2, 3};
	const struct lab_late *late;
	struct lab_queue q;

	ck_assert(lab_queue_init(&q, 3));
	ck_assert(lab_queue_due(&q) == PPTP_NEVER);
	for (size_t turn = 0; turn < 5; turn++) {
		for (size_t length = 1; length <= 4; length++)
			lab_queue_put(&q, bytes, length, (int64_t)length * 10);
		ck_assert_int_eq(lab_queue_due(&q), 10);
		ck_assert_ptr_null(lab_queue_take(&q, 9));
		for (size_t length = 1; length <= 3; length++) {
			late = lab_queue_take(&q, 30);
			ck_assert_ptr_nonnull(late);
			ck_assert_uint_eq(late->length, length);
			ck_assert_mem_eq(late->packet, bytes, length);
		}
		ck_assert_ptr_null(lab_queue_take(&q, INT64_MAX));
		lab_queue_put(&q, bytes, sizeof(bytes), 0);
		ck_assert(lab_queue_due(&q) == PPTP_NEVER);
	}
	lab_queue_free(&q);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lab_wire");
	TCase *each = tcase_create("each population");

	tcase_add_loop_test(each, the_filter_spares_the_silent_and_nobody_else,
			    0, POPULATIONS);
	suite_add_tcase(s, each);
	CLAIM(
	    s,
	    the_filter_lets_pass_what_is_no_address_of_theirs_only_if_it_asks);
	CLAIM(s, shares_of_the_addresses_are_as_large_as_they_were_asked_for);
	CLAIM(s, a_network_loses_and_doubles_by_share_and_seed);
	CLAIM(s, what_comes_late_comes_in_order_and_what_is_too_much_never);
	return run_suite(s);
}
