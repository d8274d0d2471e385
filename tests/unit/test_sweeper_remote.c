/* SPDX-License-Identifier: BSD-2-Clause */
/* A sweep by a helper, which is a child here: what it is told, in however many
 * messages, is what its user has; and what it finds comes back. */
#include "net/sweeper_remote.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/sweep_list.h"
#include "net/wire_batch.h"
#include "net/wire_helper.h"
#include "net/wire_messages.h"
#include "unit/served_sweep.h"

#include "unit/claims.h"

#define MANY  9000 /* targets with gaps: several messages */
#define FOUND 1000

static unsigned dies_after; /* messages; 0: never */
static bool raves;          /* it answers what nobody understands */
static int its_fd;

enum pptp_error __wrap_pptp_wire_helper_start(struct pptp_wire_helper *h,
					      char *text, size_t room);

/* ---- the helper ---------------------------------------------------------- */

static uint32_t hash_of(const struct pptp_ranges *r)
{
	uint32_t hash = 2166136261;
	struct pptp_address a;
	uint16_t port;
	uint64_t i;
	size_t j;

	for (i = 0; i < pptp_ranges_count(r); i++) {
		pptp_ranges_nth(r, i, &a, &port);
		for (j = 0; j < sizeof(a.bytes); j++)
			hash = (hash ^ a.bytes[j]) * 16777619;
		hash = (hash ^ a.family ^ port) * 16777619;
	}
	return hash | 1;
}

/* It tells by its route whom it was told to ask. */
static enum pptp_error open_hashed(struct pptp_sweeper **s,
				   const struct pptp_sweeper_config *config,
				   char *text, size_t room)
{
	enum pptp_error error = swept_open(s, config, text, room);

	swept.route.index = hash_of(config->ranges);
	return error;
}

static void put(void *context, const void *bytes, size_t length)
{
	(void)context;
	if (send(its_fd, raves ? "?" : bytes, raves ? 1 : length,
		 MSG_NOSIGNAL) < 0)
		_exit(1);
}

static void agree(void)
{
	static struct pptp_wire_batch out;
	uint8_t bytes[PPTP_WIRE_ROOM];
	struct pptp_wire_message m = {.kind = PPTP_WIRE_ANSWER, .request = 1};
	int n = pptp_wire_message_encode(&m, bytes, sizeof(bytes));

	if (recv(its_fd, bytes, sizeof(bytes), 0) <= 0 || n < 0)
		_exit(1);
	n = pptp_wire_message_encode(&m, bytes, sizeof(bytes));
	if (!pptp_wire_batch_add(&out, bytes, (size_t)n) ||
	    send(its_fd, out.bytes, out.length, MSG_NOSIGNAL) < 0)
		_exit(1);
}

static void serve(void)
{
	static uint8_t bytes[PPTP_SWEEPER_ROOM];
	ssize_t n;

	agree();
	swept_begin();
	swept.server.put = put;
	swept.server.open = open_hashed;
	swept.left = FOUND;
	swept.found.heard.kind = PPTP_HEARD_NEWS;
	swept.found.heard.answer = PPTP_PORT_OPEN;
	swept.found.reply.target = swept.found.reply.source =
	    swept.found.reply.from = swept_v4(10, 0, 0, 1);
	while ((n = recv(its_fd, bytes, sizeof(bytes), 0)) > 0) {
		if (dies_after > 0 && --dies_after == 0)
			_exit(9);
		pptp_sweeper_serve_message(&swept.server, bytes, (size_t)n);
		swept.low = swept.remembered;
	}
	_exit(swept.wrong > 0);
}

enum pptp_error __wrap_pptp_wire_helper_start(struct pptp_wire_helper *h,
					      char *text, size_t room)
{
	int fds[2];

	(void)text;
	(void)room;
	memset(h, 0, sizeof(*h));
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	h->child = fork();
	if (h->child == 0) {
		close(fds[0]);
		its_fd = fds[1];
		serve();
	}
	close(fds[1]);
	h->fd = fds[0];
	return PPTP_OK;
}

/* ---- its user ------------------------------------------------------------ */

static struct pptp_sweep_list list;
static struct pptp_sweeper *sweeper;
static char said[512];

/* MANY addresses, each other one, at two ports; and two of IPv6 at one. */
static void fill(void)
{
	static char words[MANY][24];
	static const char *targets[MANY + 3];
	static const uint16_t ports[] = {1723, 1724};
	struct pptp_sweep_request q;
	unsigned i;

	for (i = 0; i < MANY; i++) {
		snprintf(words[i], sizeof(words[i]), "10.%u.%u.%u", 2 * i >> 16,
			 (2 * i >> 8) & 255, (2 * i) & 255);
		targets[i] = words[i];
	}
	targets[MANY] = "[fd00::1]:9";
	targets[MANY + 1] = "[fd00::5]:9";
	pptp_sweep_request_init(&q);
	q.targets = targets;
	q.ports = ports;
	q.port_count = 2;
	ck_assert_msg(pptp_sweep_list_open(&list, &q, said, sizeof(said)) ==
			  PPTP_OK,
		      "%s", said);
	ck_assert_uint_eq(pptp_ranges_count(list.ranges), 2 * MANY + 2);
}

static enum pptp_error open_with(const struct pptp_sweeper_blocks *exclude)
{
	struct pptp_sweeper_config c = swept_config();

	fill();
	c.ranges = list.ranges;
	c.exclude = exclude;
	c.sweep.count = list.head.count;
	c.sweep.span.end = list.head.end;
	said[0] = '\0';
	return pptp_sweeper_remote_open(&sweeper, &c, said, sizeof(said));
}

static void end(void)
{
	pptp_sweeper_close(sweeper);
	pptp_sweep_list_close(&list);
}

START_TEST(all_targets_arrive_in_however_many_messages)
{
	ck_assert_msg(open_with(NULL) == PPTP_OK, "%s", said);
	ck_assert_ptr_nonnull(pptp_sweeper_route(sweeper, 4));
	ck_assert_ptr_null(pptp_sweeper_route(sweeper, 6));
	ck_assert_uint_eq(pptp_sweeper_route(sweeper, 4)->index,
			  hash_of(list.ranges));
	end();
}
END_TEST

START_TEST(what_is_known_arrives_before_the_start)
{
	uint64_t target;

	ck_assert_msg(open_with(NULL) == PPTP_OK, "%s", said);
	for (target = 0; target < 2 * MANY; target++)
		pptp_sweeper_remember(sweeper, target, PPTP_PORT_CLOSED);
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	ck_assert_uint_eq(pptp_sweeper_low(sweeper), 2 * MANY);
	ck_assert_int_eq(pptp_sweeper_answer(sweeper, 2 * MANY - 1),
			 PPTP_PORT_CLOSED);
	ck_assert_int_eq(pptp_sweeper_answer(sweeper, 2 * MANY),
			 PPTP_PORT_SILENT);
	ck_assert_ptr_null(pptp_sweeper_error(sweeper));
	end();
}
END_TEST

START_TEST(what_is_found_comes_once_each_and_in_order)
{
	struct pptp_found found;
	uint64_t n;

	ck_assert_msg(open_with(NULL) == PPTP_OK, "%s", said);
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	(void)pptp_sweeper_low(sweeper);
	ck_assert_uint_eq(pptp_sweeper_waiting(sweeper), FOUND);
	for (n = FOUND; pptp_sweeper_take(sweeper, &found); n--)
		ck_assert_uint_eq(found.heard.position, n - 1);
	ck_assert_uint_eq(n, 0);
	ck_assert_uint_eq(pptp_sweeper_waiting(sweeper), 0);
	ck_assert_int_eq(pptp_sweeper_answer(sweeper, 0), PPTP_PORT_OPEN);
	end();
}
END_TEST

START_TEST(how_it_stands_is_its_word)
{
	static struct pptp_sweep_standing standing;
	struct pptp_sweeper_facts facts;

	ck_assert_msg(open_with(NULL) == PPTP_OK, "%s", said);
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	pptp_sweeper_stand(sweeper, &standing);
	ck_assert_uint_eq(standing.high, 77);
	ck_assert(standing.lossy && !standing.again);
	ck_assert_uint_eq(standing.counts.open, 5);
	ck_assert_uint_eq(standing.lost_count, 1);
	ck_assert_uint_eq(standing.lost[0].end, 9);
	pptp_sweeper_facts(sweeper, &facts);
	ck_assert_uint_eq(facts.resets, 1);
	ck_assert_uint_eq(facts.overflows, 5);
	ck_assert(pptp_sweeper_is_done(sweeper));
	ck_assert(!pptp_sweeper_is_done(sweeper)); /* not asked so often */
	end();
}
END_TEST

START_TEST(whom_it_was_told_to_leave_alone_it_does_not_ask)
{
	const struct pptp_block block = {swept_v4(10, 0, 0, 2),
					 swept_v4(10, 0, 0, 2)};
	const struct pptp_sweeper_blocks x = {&block, 1};

	ck_assert_int_eq(open_with(&x), PPTP_ERROR_SYSTEM);
	ck_assert_ptr_null(sweeper);
	ck_assert_ptr_nonnull(strstr(said, "leave some of these targets"));
	end();
}
END_TEST

START_TEST(a_helper_that_ends_while_it_is_told_is_named)
{
	dies_after = 3;
	ck_assert_int_eq(open_with(NULL), PPTP_ERROR_MALFORMED);
	ck_assert_ptr_nonnull(strstr(said, "ended with status 9"));
	end();
}
END_TEST

/* Nothing is settled by it any more, and it may have asked all. */
START_TEST(a_helper_that_ends_later_settles_nothing)
{
	static struct pptp_sweep_standing standing;
	struct pptp_found found;
	bool open = false;

	/* How many messages that takes cannot be seen from here. */
	for (dies_after = 1; !open; dies_after++) {
		open = open_with(NULL) == PPTP_OK;
		if (!open)
			end();
	}
	ck_assert_int_ne(pptp_sweeper_start(sweeper), PPTP_OK);
	ck_assert_ptr_nonnull(
	    strstr(pptp_sweeper_error(sweeper), "ended with status 9"));
	pptp_sweeper_judge(sweeper, 0);
	pptp_sweeper_stop(sweeper);
	ck_assert(!pptp_sweeper_take(sweeper, &found));
	ck_assert_uint_eq(pptp_sweeper_low(sweeper), 0);
	ck_assert(!pptp_sweeper_is_done(sweeper));
	pptp_sweeper_stand(sweeper, &standing);
	ck_assert_uint_eq(standing.high, list.head.end);
	end();
}
END_TEST

START_TEST(a_helper_that_raves_is_none)
{
	raves = true;
	ck_assert_int_eq(open_with(NULL), PPTP_ERROR_MALFORMED);
	ck_assert_ptr_nonnull(strstr(said, "cannot be understood: 3f"));
	end();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sweeper_remote");

	CLAIM(s, all_targets_arrive_in_however_many_messages);
	CLAIM(s, what_is_known_arrives_before_the_start);
	CLAIM(s, what_is_found_comes_once_each_and_in_order);
	CLAIM(s, how_it_stands_is_its_word);
	CLAIM(s, whom_it_was_told_to_leave_alone_it_does_not_ask);
	CLAIM(s, a_helper_that_ends_while_it_is_told_is_named);
	CLAIM(s, a_helper_that_ends_later_settles_nothing);
	CLAIM(s, a_helper_that_raves_is_none);
	return run_suite(s);
}
