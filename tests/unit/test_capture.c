/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "unit/claims.h"
#include "unit/netns.h"

#include "format/icmp.h"
#include "net/send.h"

#define RING  (1 << 20)
#define PINGS 30000

static struct pptp_capture *capture;
static struct pptp_sender *sender;
static char text[512];

static void open_ring(const char *filter, size_t ring)
{
	enum pptp_error error =
	    pptp_capture_open(&capture, "lo", filter, ring, text, sizeof(text));

	ck_assert_msg(error == PPTP_OK, "%s", text);
	ck_assert_int_eq(pptp_sender_open(&sender, NULL, NULL, 0), PPTP_OK);
}

static void open_lo(const char *filter)
{
	open_ring(filter, RING);
}

/* An echo request to ourselves, which our kernel answers. */
static void ping(uint16_t sequence)
{
	uint8_t packet[64];
	struct pptp_ip ip;
	int n;

	memset(&ip, 0, sizeof(ip));
	ip.source = ip.destination = pptp_address_v4(0x7f000001);
	ip.ttl = 64;
	n = pptp_icmp_echo_encode(&ip, 4242, sequence, packet, sizeof(packet));
	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(pptp_sender_send(sender, packet, (size_t)n), PPTP_OK);
}

static int next(struct pptp_captured *c)
{
	int status = pptp_capture_next(capture, c);

	while (status == 0 && readable(pptp_capture_fd(capture), 2000))
		status = pptp_capture_next(capture, c);
	return status;
}

static struct pptp_icmp decode(const struct pptp_captured *c)
{
	struct pptp_reader r;
	struct pptp_ip ip;
	struct pptp_icmp icmp;

	pptp_reader_init(&r, c->packet, c->length);
	ck_assert(pptp_ip_decode(&ip, &r));
	ck_assert(pptp_icmp_decode(&icmp, &ip, &ip.payload));
	return icmp;
}

START_TEST(both_directions_come_once_each_as_whole_ip_packets)
{
	struct pptp_captured c;
	struct pptp_icmp icmp;
	int64_t now = (int64_t)time(NULL) * 1000000;

	open_lo("icmp");
	ck_assert_int_eq(pptp_capture_next(capture, &c), 0);
	ping(7);
	ck_assert_int_eq(next(&c), 1);
	ck_assert_uint_eq(c.packet[0], 0x45);
	ck_assert_uint_eq(c.wire_length, c.length);
	ck_assert_uint_ge(c.frame_length, c.length);
	ck_assert(c.time_us > now - 2000000 && c.time_us < now + 9000000);
	icmp = decode(&c);
	ck_assert_uint_eq(icmp.type, PPTP_ICMP_ECHO_REQUEST);
	ck_assert_uint_eq(icmp.sequence, 7);
	ck_assert_int_eq(next(&c), 1);
	ck_assert_uint_eq(decode(&c).type, PPTP_ICMP_ECHO_REPLY);
	ck_assert_int_eq(pptp_capture_next(capture, &c), 0);
	ck_assert_uint_eq(pptp_capture_drops(capture), 0);
	pptp_capture_close(capture);
}
END_TEST

/* 1600 bytes of a frame are kept, 14 of them are not the packet's. */
START_TEST(a_packet_that_is_cut_has_the_length_that_it_had)
{
	static const size_t sizes[] = {28, 1500, 1585, 1586, 1587, 4000};
	static uint8_t packet[4096];
	struct pptp_captured c;

	open_lo("udp");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct pptp_writer w;
		struct pptp_ip ip;

		memset(&ip, 0, sizeof(ip));
		ip.source = ip.destination = pptp_address_v4(0x7f000001);
		ip.ttl = 64;
		ip.protocol = PPTP_IP_UDP;
		pptp_writer_init(&w, packet, sizeof(packet));
		pptp_ip_encode(&w, &ip, sizes[i] - 20);
		ck_assert_int_eq(pptp_sender_send(sender, packet, sizes[i]),
				 PPTP_OK);
		ck_assert_int_eq(next(&c), 1);
		ck_assert_uint_eq(c.length, sizes[i] < 1586 ? sizes[i] : 1586);
		ck_assert_uint_eq(c.wire_length, sizes[i]);
	}
	pptp_sender_close(sender);
	pptp_capture_close(capture);
}
END_TEST

START_TEST(another_filter_can_be_set_while_it_runs)
{
	struct pptp_captured c;

	open_lo("tcp");
	ping(1);
	ck_assert(!readable(pptp_capture_fd(capture), 100));
	ck_assert_int_eq(
	    pptp_capture_filter(capture, "icmp[0] == 0", text, sizeof(text)),
	    PPTP_OK);
	ck_assert_int_eq(
	    pptp_capture_filter(capture, "nonsense(", text, sizeof(text)),
	    PPTP_ERROR_ARGUMENT);
	ping(2);
	ck_assert_int_eq(next(&c), 1);
	ck_assert_uint_eq(decode(&c).type, PPTP_ICMP_ECHO_REPLY);
	ck_assert_uint_eq(decode(&c).sequence, 2);
	pptp_capture_close(capture);
}
END_TEST

/* No more at once than the ring holds. */
static atomic_int pinged, heard;

static void *ping_on(void *argument)
{
	uint16_t i;

	(void)argument;
	for (i = 0; i < PINGS; i++) {
		while (2 * pinged - heard > 8000)
			sched_yield();
		ping(i);
		pinged++;
	}
	return NULL;
}

START_TEST(no_packet_is_lost_while_filters_change)
{
	struct pptp_captured c;
	pthread_t thread;
	bool odd = false;

	open_ring("icmp or tcp", 64 << 20);
	ck_assert_int_eq(pthread_create(&thread, NULL, ping_on, NULL), 0);
	while (pinged < PINGS) {
		odd = !odd;
		ck_assert_int_eq(
		    pptp_capture_filter(capture, odd ? "icmp" : "icmp or tcp",
					text, sizeof(text)),
		    PPTP_OK);
		while (pptp_capture_next(capture, &c) == 1)
			heard++;
	}
	pthread_join(thread, NULL);
	while (pptp_capture_next(capture, &c) == 1)
		heard++;
	ck_assert_uint_eq(pptp_capture_drops(capture), 0);
	ck_assert_int_eq(heard, 2 * PINGS);
	pptp_capture_close(capture);
}
END_TEST

START_TEST(nothing_stays_open)
{
	int before = open_files();

	ck_assert_int_eq(
	    pptp_capture_open(&capture, "lo", "icmp", RING, text, sizeof(text)),
	    PPTP_OK);
	ck_assert_int_gt(open_files(), before);
	pptp_capture_close(capture);
	ck_assert_int_ne(pptp_capture_open(&capture, "lo", "x y z", RING, text,
					   sizeof(text)),
			 PPTP_OK);
	ck_assert_int_eq(open_files(), before);
}
END_TEST

START_TEST(what_the_ring_did_not_hold_is_counted_once)
{
	struct pptp_captured c;
	unsigned drops;
	uint16_t i;

	open_lo("icmp");
	for (i = 0; i < 4000; i++)
		ping(i);
	drops = pptp_capture_drops(capture);
	ck_assert_uint_gt(drops, 0);
	/* Each of 8000 packets comes by twice there; libpcap hides one. */
	ck_assert_uint_lt(drops, 16000);
	ck_assert_uint_eq(pptp_capture_drops(capture), 0);
	ck_assert_int_eq(next(&c), 1);
	pptp_capture_close(capture);
}
END_TEST

START_TEST(failures_tell_the_interface_or_the_filter)
{
	ck_assert_int_eq(pptp_capture_open(&capture, "nosuch0", "icmp", RING,
					   text, sizeof(text)),
			 PPTP_ERROR_INTERFACE);
	ck_assert_has(text, "'nosuch0'");
	ck_assert_ptr_null(capture);
	ck_assert_int_eq(pptp_capture_open(&capture, "lo", "tcp port x y", RING,
					   text, sizeof(text)),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, "'tcp port x y'");
	ck_assert_ptr_null(capture);
	ck_assert(netns_flags("lo", 0));
	ck_assert_int_eq(
	    pptp_capture_open(&capture, "lo", "icmp", RING, text, sizeof(text)),
	    PPTP_ERROR_INTERFACE);
	pptp_capture_close(NULL);
}
END_TEST

START_TEST(without_privilege_that_is_told)
{
	be_nobody();
	ck_assert_int_eq(
	    pptp_capture_open(&capture, "lo", "icmp", RING, text, sizeof(text)),
	    PPTP_ERROR_PRIVILEGE);
	be_us();
	ck_assert_has(text, "'lo'");
}
END_TEST

START_TEST(a_capture_file_holds_raw_ip_with_times_and_lengths)
{
	char path[] = "/tmp/pptp-dump-XXXXXX", detail[PCAP_ERRBUF_SIZE];
	const uint8_t one[] = {0x45, 1, 2, 3}, two[] = {0x60, 4};
	struct pcap_pkthdr *header;
	struct pptp_dump *d;
	const uint8_t *bytes;
	pcap_t *p;
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(pptp_dump_open(&d, path, text, sizeof(text)), PPTP_OK);
	ck_assert_int_eq(pptp_dump_write(d, one, 4, 4, 1700000000000001),
			 PPTP_OK);
	ck_assert_int_eq(pptp_dump_write(d, two, 2, 1500, 1700000001999999),
			 PPTP_OK);
	ck_assert_int_eq(pptp_dump_close(d), PPTP_OK);
	p = pcap_open_offline(path, detail);
	ck_assert_msg(p != NULL, "%s", detail);
	ck_assert_int_eq(pcap_datalink(p), DLT_RAW);
	ck_assert_int_eq(pcap_next_ex(p, &header, &bytes), 1);
	ck_assert_uint_eq(header->caplen, 4);
	ck_assert_mem_eq(bytes, one, 4);
	ck_assert_int_eq(header->ts.tv_sec, 1700000000);
	ck_assert_int_eq(header->ts.tv_usec, 1);
	ck_assert_int_eq(pcap_next_ex(p, &header, &bytes), 1);
	ck_assert_uint_eq(header->len, 1500);
	ck_assert_int_eq(header->ts.tv_usec, 999999);
	ck_assert_int_eq(pcap_next_ex(p, &header, &bytes), PCAP_ERROR_BREAK);
	pcap_close(p);
	unlink(path);
}
END_TEST

START_TEST(a_full_disk_is_told)
{
	const uint8_t packet[] = {0x45};
	struct pptp_dump *d;

	ck_assert_int_eq(pptp_dump_open(&d, "/dev/full", text, sizeof(text)),
			 PPTP_OK);
	ck_assert_int_eq(pptp_dump_write(d, packet, 1, 1, 0), PPTP_OK);
	ck_assert_int_eq(pptp_dump_flush(d), PPTP_ERROR_SYSTEM);
	ck_assert_int_eq(errno, ENOSPC);
	(void)!pptp_dump_close(d);
}
END_TEST

START_TEST(a_disk_that_is_full_at_the_end_is_told_too)
{
	const uint8_t packet[] = {0x45};
	struct pptp_dump *d;

	ck_assert_int_eq(pptp_dump_open(&d, "/dev/full", text, sizeof(text)),
			 PPTP_OK);
	ck_assert_int_eq(pptp_dump_write(d, packet, 1, 1, 0), PPTP_OK);
	ck_assert_int_eq(pptp_dump_close(d), PPTP_ERROR_SYSTEM);
	ck_assert_int_eq(errno, ENOSPC);
}
END_TEST

START_TEST(a_capture_file_that_was_closed_leaves_nothing)
{
	int before = open_files();
	struct pptp_dump *d;
	size_t heap = 0;

	/* What was freed once is kept at hand, and counts: so after a few. */
	for (int i = 0; i < 60; i++) {
		if (i == 30)
			heap = heap_in_use();
		ck_assert_int_eq(
		    pptp_dump_open(&d, "/dev/null", text, sizeof(text)),
		    PPTP_OK);
		errno = EXDEV;
		ck_assert_int_eq(pptp_dump_close(d), PPTP_OK);
		ck_assert_int_eq(errno, EXDEV);
		ck_assert_int_eq(open_files(), before);
	}
	ck_assert_uint_eq(heap_in_use(), heap);
}
END_TEST

START_TEST(a_file_that_cannot_be_made_is_told)
{
	struct pptp_dump *d;

	ck_assert_int_eq(
	    pptp_dump_open(&d, "/nonexistent/x", text, sizeof(text)),
	    PPTP_ERROR_SYSTEM);
	ck_assert_has(text, "'/nonexistent/x': No such file");
	ck_assert_ptr_null(d);
	ck_assert_int_eq(pptp_dump_close(NULL), PPTP_OK);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("capture");

	CLAIM(s, a_capture_file_holds_raw_ip_with_times_and_lengths);
	CLAIM(s, a_full_disk_is_told);
	CLAIM(s, a_disk_that_is_full_at_the_end_is_told_too);
	CLAIM(s, a_capture_file_that_was_closed_leaves_nothing);
	CLAIM(s, a_file_that_cannot_be_made_is_told);
	CLAIM(s, without_privilege_that_is_told);
	if (netns_possible()) {
		CLAIM_ALONE(s,
			    both_directions_come_once_each_as_whole_ip_packets);
		CLAIM_ALONE(s, a_packet_that_is_cut_has_the_length_that_it_had);
		CLAIM_ALONE(s, another_filter_can_be_set_while_it_runs);
		CLAIM_ALONE(s, no_packet_is_lost_while_filters_change);
		CLAIM_ALONE(s, nothing_stays_open);
		CLAIM_ALONE(s, what_the_ring_did_not_hold_is_counted_once);
		CLAIM_ALONE(s, failures_tell_the_interface_or_the_filter);
	}
	return run_suite(s);
}
