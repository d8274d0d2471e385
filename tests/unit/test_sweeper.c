/* SPDX-License-Identifier: BSD-2-Clause */
/* A sweep's two threads on a loopback interface of their own: who is asked, how
 * fast, by what, and what comes back of it. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <time.h>

#include "net/sweeper_parts.h"

#include "unit/scan.h"

#include "unit/netns.h"

#include "format/packet.h"
#include "net/numbered.h"
#include "net/targets.h"

#define SECOND UINT64_C(1000000000)
#define LONG   (30 * SECOND)
#define COUNT  40
#define PORT   1723

static struct pptp_numbered *numbered;
static struct pptp_targets *targets;
static struct pptp_sweeper_config config;
static struct pptp_sweeper *sweeper;
static struct pptp_sweeper_host *host; /* the same */
static char why[512];
static struct pptp_found found[PPTP_SWEEPER_FOUND];
static size_t found_count;

static void number(const char *const *who)
{
	static const uint8_t key[PPTP_COOKIE_KEY_SIZE] = {1, 2, 3};
	const uint16_t port = PORT;
	struct pptp_order order;

	ck_assert_int_eq(
	    pptp_numbered_open(&numbered, &port, 1, why, sizeof(why)), 0);
	ck_assert_int_eq(pptp_targets_open(&targets, port, 0), 0);
	for (; *who != NULL; who++)
		ck_assert_int_eq(
		    pptp_targets_add(targets, *who, why, sizeof(why)), 0);
	ck_assert_int_eq(
	    pptp_numbered_build(numbered, targets, why, sizeof(why)), 0);
	memset(&config, 0, sizeof(config));
	config.ranges = pptp_numbered_ranges(numbered);
	config.sweep.count = pptp_ranges_count(config.ranges);
	config.sweep.seed = 5;
	ck_assert(pptp_order_init(&order, config.sweep.count, 5));
	config.sweep.span.end = pptp_order_positions(&order);
	config.sweep.cooldown = config.sweep.retry_after = SECOND / 5;
	config.sweep.rate = 2000;
	config.sweep.ports = (struct pptp_source_ports){24576, 8192};
	pptp_cookie_key_init(&config.sweep.key, key);
	config.memory = config.ring = 1 << 20;
}

static void begin(void)
{
	enum pptp_error error =
	    pptp_sweeper_open(&sweeper, &config, why, sizeof(why));

	ck_assert_msg(error == PPTP_OK, "%s", why);
	host = (struct pptp_sweeper_host *)sweeper;
	found_count = 0;
}

static void end(void)
{
	pptp_sweeper_close(sweeper);
	pptp_numbered_close(numbered);
	pptp_targets_close(targets);
}

static const char *const forty[] = {"127.0.0.1-127.0.0.40", NULL};
static const char *const thousand[] = {"127.0.4.0-127.0.7.231", NULL};

static void turn(void)
{
	pptp_sweeper_judge(sweeper, 0);
	while (pptp_sweeper_take(sweeper, &found[found_count]))
		found_count++;
	usleep(5000);
}

static void run(void)
{
	uint64_t until = pptp_sweeper_now() + LONG;

	do {
		turn();
		ck_assert_uint_lt(pptp_sweeper_now(), until);
	} while (!pptp_sweeper_is_done(sweeper));
	turn();
}

static uint64_t syns(void)
{
	struct pptp_sweep_standing standing;

	pptp_sweeper_stand(sweeper, &standing);
	return standing.counts.syns;
}

static struct pptp_sweeper_facts facts(void)
{
	struct pptp_sweeper_facts f;

	pptp_sweeper_facts(sweeper, &f);
	return f;
}

/* ---- who listens, and what is on the wire -------------------------------- */

static int listener(uint32_t v4)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(v4);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(listen(fd, 5), 0);
	return fd;
}

static int tap(void)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK, htons(ETH_P_IP));
	int room = 8 << 20;

	ck_assert_int_ge(fd, 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return fd;
}

struct seen {
	uint8_t bytes[128];
	size_t length;
	struct pptp_packet parts;
};

/* The next TCP segment from a port of ours, once; false: none there. */
static bool next_sent(int fd, struct seen *seen)
{
	struct sockaddr_ll from;
	socklen_t size = sizeof(from);
	ssize_t n;

	while ((n = recvfrom(fd, seen->bytes, sizeof(seen->bytes), 0,
			     (struct sockaddr *)&from, &size)) > 0) {
		seen->length = (size_t)n;
		if (from.sll_pkttype != PACKET_OUTGOING &&
		    pptp_packet_decode(&seen->parts, seen->bytes,
				       seen->length) &&
		    seen->parts.ip.protocol == PPTP_IP_TCP &&
		    seen->parts.tcp.source_port >= 24576 &&
		    seen->parts.tcp.source_port < 32768)
			return true;
	}
	return false;
}

START_TEST(each_is_asked_once_and_its_answer_found_once)
{
	unsigned heard[COUNT] = {0}, i;
	int fd = listener(0x7f000003), wire = tap();
	struct seen seen;

	number(forty);
	begin();
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	run();
	ck_assert_uint_eq(found_count, COUNT);
	for (i = 0; i < COUNT; i++) {
		ck_assert_uint_lt(found[i].target, COUNT);
		heard[found[i].target]++;
		ck_assert_int_eq(found[i].heard.kind, PPTP_HEARD_NEWS);
		ck_assert_int_eq(found[i].heard.answer, found[i].target == 2
							    ? PPTP_PORT_OPEN
							    : PPTP_PORT_CLOSED);
	}
	for (i = 0; i < COUNT; i++)
		ck_assert_uint_eq(heard[i], 1);
	ck_assert_uint_eq(syns(), COUNT);
	for (i = 0; next_sent(wire, &seen); i++)
		ck_assert_uint_eq(seen.parts.tcp.destination_port, PORT);
	ck_assert_uint_ge(i, COUNT);
	ck_assert_uint_eq(facts().refused + facts().drops + facts().overflows,
			  0);
	ck_assert(!facts().framed);
	end();
	close(wire);
	close(fd);
}
END_TEST

START_TEST(an_answer_has_its_time_and_its_packet)
{
	int fd = listener(0x7f000003);
	struct timespec wall;
	size_t i;

	number(forty);
	begin();
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	run();
	clock_gettime(CLOCK_REALTIME, &wall);
	for (i = 0; i < found_count; i++) {
		const struct pptp_found *f = &found[i];

		ck_assert_int_ge(f->rtt_ns, 0);
		ck_assert_int_lt(f->rtt_ns, (int64_t)LONG);
		ck_assert_int_le(f->time_ns / (int64_t)SECOND, wall.tv_sec);
		ck_assert_int_gt(f->time_ns / (int64_t)SECOND,
				 wall.tv_sec - 60);
		if (f->heard.answer != PPTP_PORT_OPEN) {
			ck_assert_uint_eq(f->length, 0);
			continue;
		}
		ck_assert_uint_ge(f->length, 44);
		ck_assert_uint_eq(f->packet[0], 0x45);
		ck_assert_uint_eq(f->packet[3], f->length);
		ck_assert_uint_eq(f->packet[20 + 13], 0x12);
	}
	end();
	close(fd);
}
END_TEST

START_TEST(who_is_not_open_is_counted_where_nobody_wants_to_know)
{
	struct pptp_sweep_standing standing;
	int fd = listener(0x7f000003);

	number(forty);
	config.open_only = true;
	begin();
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	run();
	ck_assert_uint_eq(found_count, 1);
	ck_assert_uint_eq(found[0].target, 2);
	ck_assert_int_eq(found[0].heard.answer, PPTP_PORT_OPEN);
	pptp_sweeper_stand(sweeper, &standing);
	ck_assert_uint_eq(standing.counts.open, 1);
	ck_assert_uint_eq(standing.counts.closed, COUNT - 1);
	end();
	close(fd);
}
END_TEST

/* Whoever answers at a port that nobody listens to is told apart by it. */
START_TEST(who_is_open_gets_a_reset_and_a_second_port)
{
	int fd = listener(0x7f000003), wire = tap();
	unsigned resets = 0, others = 0;
	struct seen seen;

	number(forty);
	config.second_port = true;
	begin();
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	run();
	ck_assert_uint_eq(facts().second_ports_asked, 1);
	ck_assert_uint_ge(facts().resets, 1);
	while (next_sent(wire, &seen)) {
		const struct pptp_tcp *tcp = &seen.parts.tcp;

		if (seen.bytes[20 + 13] & 4) {
			ck_assert_uint_eq(seen.bytes[19], 3);
			resets++;
		} else if (tcp->destination_port != PORT) {
			ck_assert_uint_eq(seen.bytes[19], 3);
			ck_assert_uint_eq(
			    tcp->destination_port,
			    pptp_cookie_second_port(
				&config.sweep.key, &seen.parts.ip.destination));
			others++;
		}
	}
	ck_assert_uint_ge(resets, facts().resets);
	ck_assert_uint_eq(others, 1);
	end();
	close(wire);
	close(fd);
}
END_TEST

START_TEST(a_second_port_that_is_swept_anyway_gets_no_syn_more)
{
	struct pptp_address a = pptp_address_v4(0x7f000003);
	static const uint8_t key[PPTP_COOKIE_KEY_SIZE] = {1, 2, 3};
	struct pptp_cookie_key k;
	char both[2][32];
	const char *const who[] = {both[0], both[1], NULL};
	int fd = listener(0x7f000003);

	pptp_cookie_key_init(&k, key);
	snprintf(both[0], sizeof(both[0]), "127.0.0.3");
	snprintf(both[1], sizeof(both[1]), "127.0.0.3:%u",
		 pptp_cookie_second_port(&k, &a));
	number(who);
	config.second_port = true;
	begin();
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	run();
	ck_assert_uint_eq(found_count, 2);
	ck_assert_uint_eq(facts().second_ports_asked, 0);
	end();
	close(fd);
}
END_TEST

START_TEST(the_syn_that_was_answered_can_be_told)
{
	uint8_t packet[PPTP_FOUND_PACKET];
	int fd = listener(0x7f000003), wire = tap();
	unsigned same = 0;
	struct seen seen;
	size_t length, i;

	number(forty);
	begin();
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	run();
	for (i = 0; i < found_count; i++)
		if (found[i].heard.answer == PPTP_PORT_OPEN)
			break;
	ck_assert_uint_lt(i, found_count);
	length = pptp_sweeper_syn(&config.sweep, &found[i], packet);
	ck_assert_uint_ge(length, 40);
	while (next_sent(wire, &seen))
		same += seen.length == length &&
			memcmp(seen.bytes + 12, packet + 12, length - 12) == 0;
	ck_assert_uint_ge(same, 1);
	end();
	close(wire);
	close(fd);
}
END_TEST

/* How many more are asked within 300 ms. */
static uint64_t asked_meanwhile(bool judged)
{
	uint64_t before = syns();
	uint64_t until = pptp_sweeper_now() + SECOND * 3 / 10;

	while (pptp_sweeper_now() < until) {
		if (judged)
			turn();
		usleep(5000);
	}
	return syns() - before;
}

START_TEST(who_is_stopped_or_not_listened_to_asks_nobody_new)
{
	uint64_t until;

	number(thousand);
	config.sweep.rate = 100;
	begin();
	ck_assert_uint_eq(asked_meanwhile(true), 0); /* not started */
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	until = pptp_sweeper_now() + LONG;
	while (syns() < 5 && pptp_sweeper_now() < until)
		turn();
	ck_assert_uint_ge(syns(), 5);
	/* nobody judges */
	usleep(700000);
	ck_assert_uint_eq(asked_meanwhile(false), 0);
	turn();
	ck_assert_uint_gt(asked_meanwhile(true), 0);
	pptp_sweeper_stop(sweeper);
	usleep(100000);
	ck_assert_uint_eq(asked_meanwhile(true), 0);
	end();
}
END_TEST

START_TEST(who_is_excluded_meanwhile_is_left_alone)
{
	struct pptp_block block = {pptp_address_v4(0x7f000002),
				   pptp_address_v4(0x7f000027)};
	const struct pptp_sweeper_blocks blocks = {&block, 1};
	unsigned count[256] = {0}, i;
	int wire = tap();
	struct seen seen;

	number(forty);
	begin();
	pptp_sweeper_exclude(sweeper, &blocks);
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	run();
	ck_assert_uint_eq(found_count, 2);
	while (next_sent(wire, &seen))
		count[seen.bytes[19]]++;
	for (i = 0; i < 256; i++)
		ck_assert((count[i] > 0) == (i == 1 || i == 40));
	end();
	close(wire);
}
END_TEST

/* Orders are paid like SYNs, also where they are many. */
START_TEST(orders_leave_no_faster_than_the_rate)
{
	struct pptp_sweeper_order order = {.target =
					       pptp_address_v4(0x7f000003),
					   .port = PORT,
					   .source_port = 24576};
	uint64_t begun, took;
	int i;

	number(forty);
	config.sweep.rate = 500;
	begin();
	pptp_sweeper_stop(sweeper);
	for (i = 0; i < 5000; i++)
		ck_assert(pptp_ring_put(&host->orders, &order));
	begun = pptp_sweeper_now();
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	while (facts().resets < 100 && pptp_sweeper_now() < begun + LONG)
		turn();
	took = pptp_sweeper_now() - begun;
	ck_assert_uint_ge(facts().resets, 100);
	ck_assert_uint_le(facts().resets,
			  PPTP_PACE_BATCH + took * 500 / SECOND + 1);
	end();
}
END_TEST

START_TEST(while_an_interface_is_down_nothing_is_lost)
{
	number(forty);
	config.sweep.cooldown = SECOND;
	begin();
	ck_assert(netns_flags("lo", 0));
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	(void)asked_meanwhile(true);
	ck_assert_uint_eq(found_count, 0);
	ck_assert(netns_flags("lo", IFF_UP));
	run();
	ck_assert_uint_eq(found_count, COUNT);
	end();
}
END_TEST

START_TEST(an_order_to_who_is_excluded_is_dropped)
{
	struct pptp_sweeper_order order = {.target =
					       pptp_address_v4(0x7f000003),
					   .port = PORT,
					   .source_port = 24576};
	struct pptp_block block = {order.target, order.target};
	const struct pptp_sweeper_blocks blocks = {&block, 1};

	number(forty);
	begin();
	pptp_sweeper_exclude(sweeper, &blocks);
	ck_assert(pptp_ring_put(&host->orders, &order));
	order.second_port = true;
	ck_assert(pptp_ring_put(&host->orders, &order));
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	run();
	ck_assert_uint_eq(facts().resets + facts().second_ports_asked, 0);
	ck_assert_uint_eq(pptp_ring_used(&host->orders), 0);
	end();
}
END_TEST

/* What nobody takes is counted, and its targets are asked again. */
START_TEST(without_room_an_answer_is_counted_as_lost)
{
	uint64_t until;
	size_t i;

	number(forty);
	begin();
	for (i = 0; i < PPTP_SWEEPER_FOUND; i++)
		ck_assert(pptp_ring_put(&host->found, &found[0]));
	ck_assert_uint_eq(pptp_sweeper_waiting(sweeper), PPTP_SWEEPER_FOUND);
	/* room is seen by who asks, not by who sends */
	host->judged_at = pptp_sweeper_now();
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	until = pptp_sweeper_now() + LONG;
	while (facts().overflows == 0 && pptp_sweeper_now() < until)
		usleep(5000);
	ck_assert_uint_gt(facts().overflows, 0);
	ck_assert_uint_eq(pptp_sweeper_waiting(sweeper), PPTP_SWEEPER_FOUND);
	while (pptp_ring_used(&host->losses) == 0 && pptp_sweeper_now() < until)
		usleep(5000);
	ck_assert_uint_eq(pptp_ring_used(&host->losses), 1);
	found_count = 0;
	while (pptp_sweeper_take(sweeper, &found[0]))
		;
	run();
	ck_assert_uint_eq(found_count, COUNT);
	end();
}
END_TEST

START_TEST(both_families_leave_from_their_own_sources)
{
	static const char *const who[] = {"127.0.0.3", "::1", NULL};
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	size_t i;

	if (fd < 0)
		return;
	number(who);
	config.source = pptp_address_v4(0x7f000009);
	begin();
	ck_assert_ptr_nonnull(pptp_sweeper_route(sweeper, 4));
	ck_assert_ptr_nonnull(pptp_sweeper_route(sweeper, 6));
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	run();
	ck_assert_uint_eq(found_count, 2);
	for (i = 0; i < 2; i++) {
		const struct pptp_address *a = &found[i].reply.source;

		ck_assert_int_eq(found[i].heard.answer, PPTP_PORT_CLOSED);
		if (a->family == 4)
			ck_assert_uint_eq(pptp_address_v4_value(a), 0x7f000009);
		else
			ck_assert_uint_eq(a->bytes[15], 1);
	}
	end();
	close(fd);
}
END_TEST

static void cannot_open(enum pptp_error error, const char *text)
{
	int files = open_files();

	why[0] = '\0';
	ck_assert_int_eq(pptp_sweeper_open(&sweeper, &config, why, sizeof(why)),
			 error);
	ck_assert_ptr_null(sweeper);
	ck_assert_msg(strstr(why, text) != NULL, "%s", why);
	ck_assert_int_eq(open_files(), files);
	end();
}

START_TEST(what_cannot_be_opened_says_why)
{
	static const char *const nowhere[] = {"8.0.0.0/30", NULL};

	number(forty);
	config.interface = "none0";
	cannot_open(PPTP_ERROR_INTERFACE,
		    "interface 'none0' is not there or is down");
	number(nowhere);
	cannot_open(PPTP_ERROR_ROUTE, "no route leads to 8.0.0.");
	number(forty);
	config.sweep.retries = PPTP_SWEEP_RETRIES_MAX + 1;
	cannot_open(PPTP_ERROR_ARGUMENT, "the sweep is out of range");
}
END_TEST

START_TEST(without_privilege_that_is_told)
{
	number(forty);
	be_nobody();
	if (getuid() == 0)
		cannot_open(PPTP_ERROR_PRIVILEGE,
			    "CAP_NET_RAW; run it as root");
	be_us();
}
END_TEST

START_TEST(nothing_stays_open)
{
	int files;

	number(forty);
	files = open_files();
	begin();
	ck_assert_ptr_nonnull(pptp_sweeper_route(sweeper, 4));
	ck_assert_ptr_null(pptp_sweeper_route(sweeper, 6));
	ck_assert_str_eq(pptp_sweeper_route(sweeper, 4)->interface, "lo");
	pptp_sweeper_close(sweeper); /* never started */
	ck_assert_int_eq(open_files(), files);
	begin();
	ck_assert_int_eq(pptp_sweeper_start(sweeper), PPTP_OK);
	pptp_sweeper_close(sweeper);
	ck_assert_int_eq(open_files(), files);
	sweeper = NULL;
	end();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sweeper");

	if (!netns_possible())
		return run_suite(s);
	CLAIM_ALONE(s, each_is_asked_once_and_its_answer_found_once);
	CLAIM_ALONE(s, an_answer_has_its_time_and_its_packet);
	CLAIM_ALONE(s, who_is_not_open_is_counted_where_nobody_wants_to_know);
	CLAIM_ALONE(s, who_is_open_gets_a_reset_and_a_second_port);
	CLAIM_ALONE(s, a_second_port_that_is_swept_anyway_gets_no_syn_more);
	CLAIM_ALONE(s, the_syn_that_was_answered_can_be_told);
	CLAIM_ALONE(s, who_is_stopped_or_not_listened_to_asks_nobody_new);
	CLAIM_ALONE(s, who_is_excluded_meanwhile_is_left_alone);
	CLAIM_ALONE(s, orders_leave_no_faster_than_the_rate);
	CLAIM_ALONE(s, while_an_interface_is_down_nothing_is_lost);
	CLAIM_ALONE(s, an_order_to_who_is_excluded_is_dropped);
	CLAIM_ALONE(s, without_room_an_answer_is_counted_as_lost);
	CLAIM_ALONE(s, both_families_leave_from_their_own_sources);
	CLAIM_ALONE(s, what_cannot_be_opened_says_why);
	CLAIM_ALONE(s, without_privilege_that_is_told);
	CLAIM_ALONE(s, nothing_stays_open);
	return run_suite(s);
}
