/* SPDX-License-Identifier: BSD-2-Clause */
/* Servers made of threads, and a prober that asks them. */
#ifndef TESTS_SERVERS_H
#define TESTS_SERVERS_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

#include "unit/claims.h"
#include "unit/netns.h"

#include "net/prober.h"
#include "net/prober_tasks.h"

#define SECOND INT64_C(1000000)
#define LONG   (20 * SECOND)

static char text[512];

/* ---- servers ------------------------------------------------------------- */

struct server {
	void (*serve)(struct server *s, int connection);
	int fd;
	uint16_t port;
	pthread_t thread;
	pid_t process;
	atomic_int connections, live, peak, gate, asked;
	atomic_int first_length, first_delay_ms, end;
};

struct connection {
	struct server *server;
	int fd;
};

static inline void *serve_one(void *argument)
{
	struct connection *c = argument;
	struct server *s = c->server;
	int live = ++s->live, peak = s->peak;

	while (peak < live &&
	       !atomic_compare_exchange_weak(&s->peak, &peak, live))
		;
	s->serve(s, c->fd);
	s->live--;
	close(c->fd);
	free(c);
	return NULL;
}

static inline void *serve_all(void *argument)
{
	struct server *s = argument;
	pthread_t thread;
	int fd;

	while ((fd = accept(s->fd, NULL, NULL)) >= 0) {
		struct connection *c = malloc(sizeof(*c));

		s->connections++;
		c->server = s;
		c->fd = fd;
		if (pthread_create(&thread, NULL, serve_one, c) != 0)
			abort();
		pthread_detach(thread);
	}
	return NULL;
}

/* Bound to every address, but listening only where somebody serves. */
static inline uint16_t bind_any(int *fd)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	socklen_t length = sizeof(sin);

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(*fd, 0);
	ck_assert_int_eq(bind(*fd, (struct sockaddr *)&sin, length), 0);
	ck_assert_int_eq(getsockname(*fd, (struct sockaddr *)&sin, &length), 0);
	return ntohs(sin.sin_port);
}

static inline struct server *server(void (*serve)(struct server *, int))
{
	struct server *s = calloc(1, sizeof(*s));

	s->serve = serve;
	s->port = bind_any(&s->fd);
	ck_assert_int_eq(listen(s->fd, 4096), 0);
	ck_assert_int_eq(pthread_create(&s->thread, NULL, serve_all, s), 0);
	return s;
}

static inline void end_server(struct server *s)
{
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	while (s->live > 0)
		usleep(1000);
	close(s->fd);
	free(s);
}

/* One whose open files are not this process's. */
static inline struct server *server_process(void (*serve)(struct server *, int))
{
	struct server *s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct rlimit limit;
	pid_t child;

	ck_assert_ptr_ne(s, MAP_FAILED);
	s->serve = serve;
	s->port = bind_any(&s->fd);
	ck_assert_int_eq(listen(s->fd, 4096), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		getrlimit(RLIMIT_NOFILE, &limit);
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
		serve_all(s);
		_exit(0);
	}
	s->process = child;
	close(s->fd);
	return s;
}

static inline void end_process(struct server *s)
{
	kill(s->process, SIGKILL);
	ck_assert_int_eq(waitpid(s->process, NULL, 0), s->process);
	munmap(s, sizeof(*s));
}

/* One control message, however it comes; false at the end. */
static inline bool read_message(int fd, struct pptp_control *m)
{
	uint8_t bytes[PPTP_CONTROL_MAX];
	struct pptp_reader r;
	size_t length = 0, want = 12;

	while (length < want) {
		ssize_t n = recv(fd, bytes + length, want - length, 0);

		if (n <= 0)
			return false;
		length += (size_t)n;
		if (length >= 2)
			want = (size_t)bytes[0] << 8 | bytes[1];
		if (want > sizeof(bytes) || want < 12)
			return false;
	}
	pptp_reader_init(&r, bytes, length);
	return pptp_control_decode(m, &r);
}

static inline size_t encode(uint8_t *bytes, size_t room, unsigned type,
			    uint16_t call_id, uint16_t peer_call_id)
{
	struct pptp_control m;
	struct pptp_writer w;

	memset(&m, 0, sizeof(m));
	m.control_message_type = (uint16_t)type;
	m.protocol_version = PPTP_VERSION;
	m.result_code = 1;
	m.call_id = call_id;
	m.peer_call_id = peer_call_id;
	memcpy(m.host_name, "local", 5);
	memcpy(m.vendor_string, "linux", 5);
	pptp_writer_init(&w, bytes, room);
	pptp_control_encode(&w, &m);
	return w.length;
}

static inline void send_message(int fd, unsigned type, uint16_t call_id,
				uint16_t peer_call_id)
{
	uint8_t bytes[256];
	size_t n = encode(bytes, sizeof(bytes), type, call_id, peer_call_id);

	(void)!send(fd, bytes, n, MSG_NOSIGNAL);
}

/* Reads to the end: 0 is FIN, anything else what the kernel says. */
static inline int read_to_end(int fd)
{
	uint8_t bytes[256];
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		;
	return n == 0 ? 0 : errno;
}

/* A server that does all that RFC 2637 asks, but for any GRE. */
static inline void serve_pptp(struct server *s, int fd)
{
	struct pptp_control m;

	while (read_message(fd, &m)) {
		switch (m.control_message_type) {
		case PPTP_SCCRQ:
			s->asked++;
			while (s->gate > s->peak)
				usleep(20000); /* a thousand wait so */
			send_message(fd, PPTP_SCCRP, 0, 0);
			break;
		case PPTP_OCRQ:
			send_message(fd, PPTP_OCRP, 128, m.call_id);
			break;
		case PPTP_CCRQ:
			send_message(fd, PPTP_CDN, 128, 0);
			break;
		case PPTP_STOP_CCRQ:
			send_message(fd, PPTP_STOP_CCRP, 0, 0);
			s->end = read_to_end(fd);
			return;
		default:
			return;
		}
	}
}

/* What does the first segment hold, and how long did it take? */
static inline void serve_measured(struct server *s, int fd)
{
	struct timespec before, after;
	uint8_t bytes[1024];

	clock_gettime(CLOCK_MONOTONIC, &before);
	s->first_length = (int)recv(fd, bytes, sizeof(bytes), 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	s->first_delay_ms = (int)((after.tv_sec - before.tv_sec) * 1000 +
				  (after.tv_nsec - before.tv_nsec) / 1000000);
}

static inline void serve_http(struct server *s, int fd)
{
	const char answer[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	struct pptp_control m;

	(void)s;
	if (read_message(fd, &m))
		(void)!send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL);
	read_to_end(fd);
}

static inline void serve_nothing(struct server *s, int fd)
{
	(void)s;
	(void)fd;
}

static inline void serve_reset(struct server *s, int fd)
{
	struct linger now = {.l_onoff = 1};
	struct pptp_control m;

	(void)s;
	read_message(fd, &m);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static inline void serve_answer_then_reset(struct server *s, int fd)
{
	struct linger now = {.l_onoff = 1};
	struct pptp_control m;

	(void)s;
	read_message(fd, &m);
	send_message(fd, PPTP_SCCRP, 0, 0);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static inline void serve_split(struct server *s, int fd)
{
	struct pptp_control m;
	uint8_t bytes[256];
	size_t n = encode(bytes, sizeof(bytes), PPTP_SCCRP, 0, 0), i;
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (!read_message(fd, &m))
		return;
	for (i = 0; i < n; i++) {
		(void)!send(fd, bytes + i, 1, MSG_NOSIGNAL);
		usleep(100);
	}
	if (read_message(fd, &m))
		send_message(fd, PPTP_STOP_CCRP, 0, 0);
	s->end = read_to_end(fd);
}

static inline void reset(int fd)
{
	struct linger now = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/* Resets whoever comes, before he can say a word. */
static inline void serve_reset_at_once(struct server *s, int fd)
{
	(void)s;
	reset(fd);
}

static inline void serve_banner_then_reset(struct server *s, int fd)
{
	(void)s;
	(void)!send(fd, "220 go away\r\n", 13, MSG_NOSIGNAL);
	reset(fd);
}

/* Answers SCCRQ and nothing else, and never closes before we do. */
static inline void serve_deaf(struct server *s, int fd)
{
	struct pptp_control m;

	if (read_message(fd, &m))
		send_message(fd, PPTP_SCCRP, 0, 0);
	s->end = read_to_end(fd);
}

/* Says its farewell, but holds its end of the connection open. */
static inline void serve_hanging(struct server *s, int fd)
{
	struct pptp_control m;

	while (read_message(fd, &m))
		send_message(fd, m.control_message_type + 1, 0, 0);
	while (s->gate == 0)
		usleep(1000);
}

static inline void serve_silence(struct server *s, int fd)
{
	s->end = read_to_end(fd);
}

/* ---- the prober ---------------------------------------------------------- */

static inline struct pptp_prober *open_with(struct pptp_prober_config f)
{
	struct pptp_prober *p;
	enum pptp_error error = pptp_prober_open(&p, &f, text, sizeof(text));

	ck_assert_msg(error == PPTP_OK, "%s", text);
	return p;
}

static inline struct pptp_prober *tcp_prober(unsigned jobs)
{
	struct pptp_prober_config f;

	memset(&f, 0, sizeof(f));
	f.jobs = jobs;
	f.tcp_only = true;
	return open_with(f);
}

static inline struct pptp_plan plan(uint32_t address, uint16_t port,
				    enum pptp_depth depth)
{
	struct pptp_plan plan;

	memset(&plan, 0, sizeof(plan));
	plan.target = pptp_address_v4(address);
	plan.port = port;
	plan.depth = depth;
	if (depth == PPTP_DEPTH_SYN)
		plan.opening = PPTP_OPENING_SYN_ONLY;
	return plan;
}

static inline void start_plan(struct pptp_prober *p,
			      const struct pptp_plan *plan, int64_t tag)
{
	enum pptp_error error =
	    pptp_prober_start(p, plan, tag, text, sizeof(text));

	ck_assert_msg(error == PPTP_OK, "%s", text);
}

static inline void start(struct pptp_prober *p, uint32_t address, uint16_t port,
			 int64_t tag)
{
	struct pptp_plan it = plan(address, port, PPTP_DEPTH_CONTROL);

	start_plan(p, &it, tag);
}

static inline const struct pptp_record *next(struct pptp_prober *p,
					     int64_t *tag)
{
	const struct pptp_record *r = NULL;

	ck_assert_int_eq(pptp_prober_next(p, LONG, &r, tag), 1);
	return r;
}

/* The record of one conversation, and the prober idle and closed. */
static inline struct pptp_record one_record(struct pptp_prober *p)
{
	const struct pptp_record *r;
	static struct pptp_offer offers[PPTP_OFFERS];
	struct pptp_record copy;
	int64_t tag;

	copy = *next(p, &tag);
	/* What it was kept in goes with the prober. */
	memcpy(offers, copy.lcp.offer, sizeof(offers));
	copy.lcp.offer = offers;
	copy.store = NULL;
	ck_assert_int_eq(pptp_prober_next(p, LONG, &r, &tag), PPTP_PROBER_IDLE);
	ck_assert_uint_eq(pptp_prober_live(p), 0);
	pptp_prober_close(p);
	return copy;
}

static inline struct pptp_record
converse(struct server *s, enum pptp_depth depth, int64_t timeout_us)
{
	struct pptp_prober *p = tcp_prober(1);
	struct pptp_plan it = plan(0x7f000002, s->port, depth);

	it.timeout_us = timeout_us;
	start_plan(p, &it, 1);
	return one_record(p);
}

#define LOCALHOST 0x7f000001

static inline rlim_t set_files(rlim_t most)
{
	struct rlimit limit;
	rlim_t before;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	before = limit.rlim_cur;
	limit.rlim_cur = most;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return before;
}

/* Nothing is asked: a server that waits for a request sees the end at once. */
static inline void syn_and_connect(struct pptp_prober *p, bool raw)
{
	struct server *s = server(serve_silence);
	struct pptp_plan it = plan(0x7f000002, s->port, PPTP_DEPTH_SYN);
	struct pptp_record r;

	it.opening = PPTP_OPENING_SYN;
	start_plan(p, &it, 1);
	r = one_record(p);
	ck_assert_uint_eq(r.tcp.state, PPTP_OPEN);
	ck_assert_uint_eq(r.tcp.connect.state, PPTP_CONNECT_CONNECTED);
	ck_assert_uint_eq(r.tcp.connect.reason,
			  raw ? PPTP_REASON_SYN_ACK : PPTP_REASON_NONE);
	ck_assert_uint_eq(r.tcp.ttl, raw ? 64 : 0);
	ck_assert_uint_eq(r.control.state, PPTP_NOT_TESTED);
	ck_assert_uint_eq(r.ended_by, PPTP_ENDED_COMPLETE);
	ck_assert_int_lt(r.end - r.start, SECOND);
	end_server(s);
	ck_assert_int_eq(pptp_record_has_note(&r, PPTP_NOTE_CAPTURE_DEAF), 0);
}

static inline void many_at_once(struct pptp_prober *p, unsigned jobs, bool syn)
{
	struct server *s = server_process(serve_pptp);
	const struct pptp_record *r;
	bool *seen = calloc(jobs, sizeof(*seen));
	int64_t tag;
	unsigned i;

	s->gate = (int)jobs; /* none is answered before all are here */
	for (i = 0; i < jobs; i++) {
		struct pptp_plan it =
		    plan(0x7f000100 + i, s->port, PPTP_DEPTH_CONTROL);

		if (syn)
			it.opening = PPTP_OPENING_SYN;
		start_plan(p, &it, i);
	}
	ck_assert_uint_eq(pptp_prober_live(p), jobs);
	for (i = 0; i < jobs; i++) {
		r = next(p, &tag);
		ck_assert_uint_eq(r->control.state, PPTP_ANSWERED);
		ck_assert_uint_eq(r->teardown.state, PPTP_CLEAN);
		ck_assert(!pptp_record_has_note(r, PPTP_NOTE_CAPTURE_DROPS));
		ck_assert_int_eq(pptp_address_v4_value(&r->target),
				 0x7f000100 + tag);
		ck_assert(!seen[tag]);
		seen[tag] = true;
	}
	ck_assert_int_eq(pptp_prober_next(p, LONG, &r, &tag), PPTP_PROBER_IDLE);
	ck_assert_int_eq(s->peak, (int)jobs);
	pptp_prober_close(p);
	end_process(s);
	free(seen);
}

#endif
