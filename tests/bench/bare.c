/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel alone costs: connect, SCCRQ, SCCRP, Stop-Control-Connection-
 * Request, its reply or the server's close. No raw packet, no capture, no
 * record, no grade: the yardstick of the bench, and nothing of the project in
 * it.
 *
 *	bare FIRST-ADDRESS COUNT JOBS TIMEOUT-SECONDS
 *
 * Prints how many servers answered.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define START  156
#define STOP   16
#define EVENTS 256

struct job {
	struct job *next, *before; /* by age: all wait equally long */
	int fd;
	unsigned got;
	bool asked, answered;
	int64_t until;
	uint8_t reply[START + STOP];
};

struct client {
	int epoll;
	uint32_t first;
	unsigned count, next, running, answered;
	int64_t timeout;
	struct job oldest; /* of a ring: its next is the oldest */
	struct job *idle;
};

static const uint8_t header[] = {0, 0, 0, 1, 0x1a, 0x2b, 0x3c, 0x4d, 0};
static uint8_t start_request[START], stop_request[STOP];

static void write_requests(void)
{
	memcpy(start_request, header, sizeof(header));
	start_request[1] = START;
	start_request[9] = 1;
	start_request[12] = 1;
	start_request[19] = 3;
	start_request[23] = 3;
	memcpy(start_request + 28, "bare", 4);
	memcpy(start_request + 92, "bare", 4);
	memcpy(stop_request, header, sizeof(header));
	stop_request[1] = STOP;
	stop_request[9] = 3;
	stop_request[12] = 1;
}

static int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * INT64_C(1000) + t.tv_nsec / 1000000;
}

static void finish(struct client *c, struct job *j)
{
	close(j->fd);
	c->answered += j->answered;
	c->running--;
	j->before->next = j->next;
	j->next->before = j->before;
	j->next = c->idle;
	c->idle = j;
}

static bool begin(struct client *c, int64_t now)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(1723)};
	struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET};
	struct job *j = c->idle;

	to.sin_addr.s_addr = htonl(c->first + c->next);
	j->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (j->fd < 0)
		return false;
	event.data.ptr = j;
	if ((connect(j->fd, (const struct sockaddr *)&to, sizeof(to)) != 0 &&
	     errno != EINPROGRESS) ||
	    epoll_ctl(c->epoll, EPOLL_CTL_ADD, j->fd, &event) != 0) {
		close(j->fd);
		return false;
	}
	c->idle = j->next;
	c->next++;
	c->running++;
	j->got = 0;
	j->asked = j->answered = false;
	j->until = now + c->timeout;
	j->next = &c->oldest;
	j->before = c->oldest.before;
	j->before->next = c->oldest.before = j;
	return true;
}

/* The whole reply, and nothing but one. */
static bool is_start_reply(const uint8_t *reply)
{
	return reply[0] == 0 && reply[1] == START &&
	       memcmp(reply + 2, header + 2, sizeof(header) - 2) == 0 &&
	       reply[9] == 2;
}

/* False: nothing more is to be had here. */
static bool take(struct job *j)
{
	ssize_t n =
	    recv(j->fd, j->reply + j->got, sizeof(j->reply) - j->got, 0);

	if (n < 0)
		return errno == EAGAIN;
	if (n == 0)
		return false;
	j->got += (unsigned)n;
	if (!j->answered && j->got >= START) {
		if (!is_start_reply(j->reply))
			return false;
		j->answered = true;
		return send(j->fd, stop_request, STOP, MSG_NOSIGNAL) == STOP;
	}
	return j->got < sizeof(j->reply);
}

static bool on_event(struct job *j, uint32_t events)
{
	if (!j->asked) {
		if (events & (EPOLLERR | EPOLLHUP) ||
		    send(j->fd, start_request, START, MSG_NOSIGNAL) != START)
			return false;
		j->asked = true;
	}
	return !(events & EPOLLIN) || take(j);
}

static bool turn(struct client *c, int64_t now)
{
	struct epoll_event events[EVENTS];
	int64_t wait = c->oldest.next->until - now;
	int n = epoll_wait(c->epoll, events, EVENTS, wait > 0 ? (int)wait : 0);

	for (int i = 0; i < n; i++)
		if (!on_event(events[i].data.ptr, events[i].events))
			finish(c, events[i].data.ptr);
	return n >= 0;
}

static bool run(struct client *c)
{
	int64_t now = clock_ms();

	do {
		while (c->idle != NULL && c->next < c->count)
			if (!begin(c, now))
				return false;
		if (c->running > 0 && !turn(c, now))
			return false;
		now = clock_ms();
		while (c->running > 0 && c->oldest.next->until <= now)
			finish(c, c->oldest.next);
	} while (c->running > 0 || c->next < c->count);
	return true;
}

static bool make_jobs(struct client *c, unsigned jobs)
{
	struct rlimit limit = {jobs + 16, jobs + 16};
	struct job *all = calloc(jobs, sizeof(*all));

	c->oldest.next = c->oldest.before = &c->oldest;
	c->epoll = epoll_create1(0);
	setrlimit(RLIMIT_NOFILE, &limit);
	for (unsigned i = 0; all != NULL && i < jobs; i++) {
		all[i].next = c->idle;
		c->idle = &all[i];
	}
	return all != NULL && c->epoll >= 0;
}

int main(int argc, char **argv)
{
	struct client c = {0};
	struct in_addr first;

	if (argc != 5 || inet_pton(AF_INET, argv[1], &first) != 1) {
		fprintf(stderr,
			"usage: bare FIRST-ADDRESS COUNT JOBS TIMEOUT\n");
		return 2;
	}
	c.first = ntohl(first.s_addr);
	c.count = (unsigned)strtoul(argv[2], NULL, 10);
	c.timeout = strtol(argv[4], NULL, 10) * INT64_C(1000);
	write_requests();
	if (!make_jobs(&c, (unsigned)strtoul(argv[3], NULL, 10)) || !run(&c)) {
		perror("bare");
		return 3;
	}
	printf("%u\n", c.answered);
	return 0;
}
