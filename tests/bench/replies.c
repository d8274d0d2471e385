/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers a sweep's SYNs with RSTs, all at once and at a rate, when no more have
 * come for a while; so that what a reply costs is seen alone. Nothing of the
 * project is in it.
 *
 *	replies INTERFACE RATE COUNT [made-up]
 *
 * Says "ready", takes COUNT SYNs at most until none has come for QUIET_NS, says
 * "sending", sends, and says how many RSTs left in how many seconds. With
 * "made-up" it waits for nobody, and sends RSTs to a port that nobody has.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME    66 /* Ethernet, IPv4, TCP with 12 bytes of options */
#define IP       14
#define TCP      34
#define BATCH    64
#define ROOM     (1 << 26)
#define QUIET_NS INT64_C(700000000)
#define FIRST_NS INT64_C(10000000000) /* for the first SYN */
#define SECOND   INT64_C(1000000000)
#define SYN      2
#define RST_ACK  20

struct replies {
	int fd;
	uint64_t rate, count, heard;
	uint8_t (*frames)[FRAME];
};

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

static bool open_socket(struct replies *r, const char *interface)
{
	/* all protocols: such a socket sees what the far end drops */
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = 0x0300};
	int on = 1, room = ROOM;

	at.sll_ifindex = (int)if_nametoindex(interface);
	r->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	return r->fd >= 0 && at.sll_ifindex != 0 &&
	       bind(r->fd, (const struct sockaddr *)&at, sizeof(at)) == 0 &&
	       setsockopt(r->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room,
			  sizeof(room)) == 0 &&
	       setsockopt(r->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on,
			  sizeof(on)) == 0;
}

static void swap(uint8_t *a, uint8_t *b, size_t size)
{
	uint8_t kept[6];

	memcpy(kept, a, size);
	memcpy(a, b, size);
	memcpy(b, kept, size);
}

/* The IP header's checksum stays right; TCP's does not, and nobody looks. */
static void turn_round(uint8_t *f)
{
	unsigned i;

	swap(f, f + 6, 6);
	swap(f + IP + 12, f + IP + 16, 4);
	swap(f + TCP, f + TCP + 2, 2);
	memcpy(f + TCP + 8, f + TCP + 4, 4);
	memset(f + TCP + 4, 0, 4);
	for (i = TCP + 11; i >= TCP + 8 && ++f[i] == 0; i--)
		;
	f[TCP + 13] = RST_ACK;
}

static void hear(struct replies *r)
{
	struct pollfd in = {.fd = r->fd, .events = POLLIN};
	int64_t last = now_ns() + FIRST_NS;
	ssize_t n;

	while (now_ns() < last + QUIET_NS) {
		uint8_t *f = r->frames[r->heard];

		n = recv(r->fd, f, FRAME, MSG_DONTWAIT | MSG_TRUNC);
		if (n < 0)
			poll(&in, 1, 50);
		if (n != FRAME || f[IP + 9] != 6 || f[TCP + 13] != SYN)
			continue;
		last = now_ns();
		if (r->heard < r->count) {
			turn_round(f);
			r->heard++;
		}
	}
}

/* To the broadcast address, from 10.0.0.0 on. */
static void make_up(struct replies *r)
{
	static const uint8_t like[FRAME] = {
	    255, 255,  255, 255, 255, 255, 2, 0,  0, 0,    0,  1, 8,
	    0,   0x45, 0,   0,   52,  0,   0, 64, 0, 64,   6,  0, 0,
	    10,  0,    0,   0,   192, 0,   2, 1,  6, 0xbb, 96, 0};
	uint64_t i;

	for (i = 0; i < r->count; i++) {
		memcpy(r->frames[i], like, FRAME);
		r->frames[i][IP + 13] = (uint8_t)(i >> 16);
		r->frames[i][IP + 14] = (uint8_t)(i >> 8);
		r->frames[i][IP + 15] = (uint8_t)i;
		r->frames[i][TCP + 12] = 8 << 4;
		r->frames[i][TCP + 13] = RST_ACK;
	}
	r->heard = r->count;
}

static unsigned send_some(struct replies *r, uint64_t from, uint64_t most)
{
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	unsigned i, n = most < BATCH ? (unsigned)most : BATCH;
	int sent;

	memset(messages, 0, sizeof(messages));
	for (i = 0; i < n; i++) {
		parts[i].iov_base = r->frames[from + i];
		parts[i].iov_len = FRAME;
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	sent = sendmmsg(r->fd, messages, n, 0);
	return sent > 0 ? (unsigned)sent : 0;
}

static void answer(struct replies *r)
{
	const struct timespec pause = {0, 50000};
	int64_t begun = now_ns(), now = begun;
	uint64_t sent = 0, due;

	while (sent < r->heard) {
		now = now_ns();
		due = (uint64_t)(now - begun) * r->rate / (uint64_t)SECOND;
		if (due > r->heard)
			due = r->heard;
		if (due < sent + BATCH && due < r->heard)
			nanosleep(&pause, NULL);
		else
			sent += send_some(r, sent, due - sent);
	}
	printf("%llu %.6f\n", (unsigned long long)sent,
	       (double)(now_ns() - begun) / (double)SECOND);
}

int main(int argc, char **argv)
{
	struct replies r = {.fd = -1};

	if (argc < 4) {
		fputs("replies: see the head of its source\n", stderr);
		return 2;
	}
	r.rate = strtoull(argv[2], NULL, 10);
	r.count = strtoull(argv[3], NULL, 10);
	r.frames = calloc(r.count + 1, FRAME);
	if (r.frames == NULL || !open_socket(&r, argv[1])) {
		perror("replies");
		return 3;
	}
	puts("ready");
	fflush(stdout);
	if (argc > 4)
		make_up(&r);
	else
		hear(&r);
	puts("sending");
	fflush(stdout);
	answer(&r);
	free(r.frames);
	close(r.fd);
	return 0;
}
