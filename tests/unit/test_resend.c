/* SPDX-License-Identifier: BSD-2-Clause */
/* An interface that sends slowly, so that the kernel has no room for more. */
#include "net/resend.h"

#include <errno.h>

#include "unit/claims.h"
#include "unit/netns.h"

#include "format/icmp.h"
#include "net/send.h"

#define NOW   INT64_C(1000000)
#define TRIES 2000 /* more than any send buffer holds */

static struct pptp_sender *sender;
static struct pptp_capture *capture;
static struct pptp_resend queue;
static char text[512];

static enum pptp_error send_it(struct pptp_wire *w, struct pptp_wire_out *out,
			       const void *packet, size_t length)
{
	(void)w;
	(void)out;
	return pptp_sender_send(sender, packet, length);
}

static const struct pptp_wire_calls calls = {.send = send_it};
static struct pptp_wire wire = {.calls = &calls};

static void run(const char *command)
{
	ck_assert_msg(system(command) == 0, "%s", command);
}

static void set_up(const char *rate)
{
	char command[128];

	run("ip link add v0 type veth peer name v1 && "
	    "ip address add 192.0.2.1/24 dev v0 && "
	    "ip link set v0 arp off && ip link set v0 up && "
	    "ip link set v1 up");
	snprintf(command, sizeof(command),
		 "tc qdisc add dev v0 root tbf rate %s burst 2kb limit 10mb",
		 rate);
	run(command);
	ck_assert_int_eq(pptp_sender_open(&sender, NULL, NULL, 0), PPTP_OK);
	memset(&queue, 0, sizeof(queue));
}

static int send_one(uint16_t number, int64_t now)
{
	uint8_t packet[64];
	struct pptp_ip ip;
	int n;

	memset(&ip, 0, sizeof(ip));
	ip.source = pptp_address_v4(0xc0000201);
	ip.destination = pptp_address_v4(0xc0000202);
	ip.ttl = 64;
	n = pptp_icmp_echo_encode(&ip, 7, number, packet, sizeof(packet));
	ck_assert_int_gt(n, 0);
	return pptp_resend_send(&queue, &wire, NULL, packet, (size_t)n, now);
}

/* Up to the first packet that waits; how many were sent before it. */
static uint16_t fill(int64_t now)
{
	uint16_t i;

	for (i = 0; i < TRIES && queue.first == NULL; i++)
		ck_assert_int_eq(send_one(i, now), 0);
	ck_assert_ptr_nonnull(queue.first);
	return i;
}

START_TEST(what_finds_no_room_waits_and_not_for_ever)
{
	int i;

	set_up("8kbit");
	fill(NOW);
	ck_assert_uint_eq(queue.count, 1);
	ck_assert_int_eq(queue.at, NOW + 1000);
	/* Each time twice as long, up to 32 ms. */
	for (i = 1; i <= 7; i++) {
		ck_assert_int_eq(
		    pptp_resend_again(&queue, &wire, NULL, NOW + 100 * i), 0);
		ck_assert_int_eq(queue.at,
				 NOW + 100 * i + (1000 << (i < 5 ? i : 5)));
	}
	ck_assert_int_eq(pptp_resend_again(&queue, &wire, NULL, NOW + 250000),
			 0);
	ck_assert_int_eq(pptp_resend_again(&queue, &wire, NULL, NOW + 250001),
			 EAGAIN);
	ck_assert_ptr_null(queue.first);
	ck_assert_uint_eq(queue.count, 0);
	pptp_sender_close(sender);
}
END_TEST

START_TEST(sixteen_wait_and_no_more)
{
	int i;

	set_up("8kbit");
	fill(NOW);
	for (i = 1; i < PPTP_RESEND_MOST; i++)
		ck_assert_int_eq(send_one(0, NOW + 5), 0);
	ck_assert_uint_eq(queue.count, 16);
	ck_assert_int_eq(queue.since, NOW);
	ck_assert_int_eq(send_one(0, NOW + 5), EAGAIN);
	pptp_resend_clear(&queue);
	ck_assert_ptr_null(queue.first);
	ck_assert_ptr_null(queue.last);
	ck_assert_uint_eq(queue.count, 0);
	pptp_sender_close(sender);
}
END_TEST

/* The next number that comes by on the other side, or -1. */
static int next_number(void)
{
	struct pptp_captured captured;
	int status = pptp_capture_next(capture, &captured);

	while (status == 0 && readable(pptp_capture_fd(capture), 2000))
		status = pptp_capture_next(capture, &captured);
	return status == 1 && captured.length >= 28
		   ? captured.packet[26] << 8 | captured.packet[27]
		   : -1;
}

static void empty(void)
{
	int tries;

	for (tries = 0; queue.first != NULL && tries < 1000; tries++) {
		usleep(2000);
		ck_assert_int_eq(pptp_resend_again(&queue, &wire, NULL, NOW),
				 0);
	}
}

START_TEST(all_arrive_once_in_order)
{
	uint16_t sent, i;

	set_up("1mbit");
	ck_assert_int_eq(pptp_capture_open(&capture, "v1", "icmp", 4 << 20,
					   text, sizeof(text)),
			 PPTP_OK);
	sent = fill(NOW);
	for (i = 0; i < 8; i++)
		ck_assert_int_eq(send_one(sent++, NOW), 0);
	empty();
	ck_assert_uint_eq(queue.count, 0);
	ck_assert_ptr_null(queue.last);
	ck_assert_int_eq(send_one(sent++, NOW), 0);
	empty();
	for (i = 0; i < sent; i++)
		ck_assert_int_eq(next_number(), i);
	pptp_capture_close(capture);
	pptp_sender_close(sender);
}
END_TEST

START_TEST(what_does_not_pass_is_told_at_once)
{
	set_up("1mbit");
	run("ip address del 192.0.2.1/24 dev v0");
	ck_assert_int_eq(send_one(1, NOW), ENETUNREACH);
	ck_assert_ptr_null(queue.first);
	pptp_sender_close(sender);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("resend");

	if (netns_possible() &&
	    system("ip -V >/dev/null 2>&1 && tc -V >/dev/null 2>&1") == 0) {
		CLAIM_ALONE(s, what_finds_no_room_waits_and_not_for_ever);
		CLAIM_ALONE(s, sixteen_wait_and_no_more);
		CLAIM_ALONE(s, all_arrive_once_in_order);
		CLAIM_ALONE(s, what_does_not_pass_is_told_at_once);
	}
	return run_suite(s);
}
