/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What sending alone costs: one frame, sent again and again by sendmmsg() in
 * batches past the queueing discipline. No order, no cookie, no pace: the
 * yardstick of a sweep's sender, and nothing of the project in it.
 *
 *	bare-send INTERFACE FRAME-FILE COUNT
 *
 * Prints how many were sent, and how often the system had no room.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH 256
#define ROOM  1514

static uint8_t frame[ROOM];
static struct mmsghdr messages[BATCH];
static struct iovec vectors[BATCH];
static uint8_t frames[BATCH][ROOM]; /* as a scanner has them: one each */

static size_t read_frame(const char *name)
{
	FILE *file = fopen(name, "rb");
	size_t length = 0;

	if (file != NULL) {
		length = fread(frame, 1, sizeof(frame), file);
		fclose(file);
	}
	return length;
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

static void prepare(size_t length)
{
	for (unsigned i = 0; i < BATCH; i++) {
		memcpy(frames[i], frame, length);
		vectors[i].iov_base = frames[i];
		vectors[i].iov_len = length;
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
}

int main(int argc, char **argv)
{
	const struct timespec pause = {0, 1000000};
	uint64_t left, wanted, refused = 0;
	size_t length;
	int fd, n;

	if (argc != 4 || (length = read_frame(argv[2])) < 14 ||
	    (fd = open_socket(argv[1])) < 0) {
		fputs("bare-send: INTERFACE FRAME-FILE COUNT\n", stderr);
		return 2;
	}
	prepare(length);
	left = wanted = strtoull(argv[3], NULL, 10);
	while (left > 0) {
		n = sendmmsg(fd, messages,
			     left < BATCH ? (unsigned)left : BATCH, 0);
		if (n > 0) {
			left -= (unsigned)n;
		} else if (errno == ENOBUFS || errno == EAGAIN) {
			refused++;
			nanosleep(&pause, NULL);
		} else {
			perror("bare-send");
			return 3;
		}
	}
	printf("%llu sent, %llu times no room\n", (unsigned long long)wanted,
	       (unsigned long long)refused);
	close(fd);
	return 0;
}
