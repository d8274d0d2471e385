/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sends the frames of a capture, round and round, as fast as it is told: more
 * than an interpreter can. For tests, in a namespace of their own.
 *
 *	storm INTERFACE CAPTURE ROUNDS RATE
 *
 * RATE is frames a second. Prints how many it sent, and in how many ms.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH  64
#define FRAMES 65536
#define ROOM   128 /* a SYN-ACK, or ICMP that quotes a SYN */
#define SECOND INT64_C(1000000000)

static uint8_t bytes[FRAMES][ROOM];
static struct iovec vectors[FRAMES];
static struct mmsghdr messages[FRAMES];

static unsigned load(const char *name)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *file = pcap_open_offline(name, why);
	struct pcap_pkthdr *header;
	const u_char *frame;
	unsigned n = 0;

	while (file != NULL && n < FRAMES &&
	       pcap_next_ex(file, &header, &frame) == 1) {
		if (header->caplen > ROOM)
			continue;
		memcpy(bytes[n], frame, header->caplen);
		vectors[n].iov_base = bytes[n];
		vectors[n].iov_len = header->caplen;
		messages[n].msg_hdr.msg_iov = &vectors[n];
		messages[n].msg_hdr.msg_iovlen = 1;
		n++;
	}
	if (file != NULL)
		pcap_close(file);
	return n;
}

static int open_socket(const char *interface)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), on = 1;

	at.sll_ifindex = (int)if_nametoindex(interface);
	if (fd < 0 || at.sll_ifindex == 0 ||
	    bind(fd, (const struct sockaddr *)&at, sizeof(at)) != 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) !=
		0)
		return -1;
	return fd;
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

static void sleep_until(int64_t at)
{
	struct timespec t = {.tv_sec = at / SECOND, .tv_nsec = at % SECOND};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* Each frame once, where `before` were sent since `begun`. */
static bool send_round(int fd, unsigned count, int64_t begun, int64_t before,
		       int64_t rate)
{
	unsigned at = 0, most;
	int n;

	while (at < count) {
		sleep_until(begun + (before + at) * SECOND / rate);
		most = count - at < BATCH ? count - at : BATCH;
		n = sendmmsg(fd, messages + at, most, 0);
		if (n < 0 && errno != ENOBUFS && errno != EAGAIN)
			return false;
		at += n > 0 ? (unsigned)n : 0;
	}
	return true;
}

int main(int argc, char **argv)
{
	int64_t sent = 0, begun = now(), rate;
	unsigned count, rounds;
	int fd;

	if (argc != 5 || (count = load(argv[2])) == 0 ||
	    (fd = open_socket(argv[1])) < 0 ||
	    (rate = strtol(argv[4], NULL, 10)) <= 0) {
		fputs("storm: INTERFACE CAPTURE ROUNDS RATE\n", stderr);
		return 2;
	}
	for (rounds = (unsigned)strtoul(argv[3], NULL, 10); rounds > 0;
	     rounds--, sent += count)
		if (!send_round(fd, count, begun, sent, rate)) {
			perror("storm");
			return 3;
		}
	printf("%lld %lld\n", (long long)sent,
	       (long long)((now() - begun) / 1000000));
	return 0;
}
