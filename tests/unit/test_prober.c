/* SPDX-License-Identifier: BSD-2-Clause */
/* The prober against servers made of threads, on loopback. */
#include "net/prober.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pcap/pcap.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

#include "unit/claims.h"
#include "unit/netns.h"

#include "net/guard.h"
#include "net/probe.h"

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

static void *serve_one(void *argument)
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

static void *serve_all(void *argument)
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
static uint16_t bind_any(int *fd)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	socklen_t length = sizeof(sin);

	*fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_ge(*fd, 0);
	ck_assert_int_eq(bind(*fd, (struct sockaddr *)&sin, length), 0);
	ck_assert_int_eq(getsockname(*fd, (struct sockaddr *)&sin, &length), 0);
	return ntohs(sin.sin_port);
}

static struct server *server(void (*serve)(struct server *, int))
{
	struct server *s = calloc(1, sizeof(*s));

	s->serve = serve;
	s->port = bind_any(&s->fd);
	ck_assert_int_eq(listen(s->fd, 4096), 0);
	ck_assert_int_eq(pthread_create(&s->thread, NULL, serve_all, s), 0);
	return s;
}

static void end_server(struct server *s)
{
	shutdown(s->fd, SHUT_RDWR);
	pthread_join(s->thread, NULL);
	while (s->live > 0)
		usleep(1000);
	close(s->fd);
	free(s);
}

/* One whose open files are not this process's. */
static struct server *server_process(void (*serve)(struct server *, int))
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

static void end_process(struct server *s)
{
	kill(s->process, SIGKILL);
	ck_assert_int_eq(waitpid(s->process, NULL, 0), s->process);
	munmap(s, sizeof(*s));
}

/* One control message, however it comes; false at the end. */
static bool read_message(int fd, struct pptp_control *m)
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

static size_t encode(uint8_t *bytes, size_t room, unsigned type,
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

static void send_message(int fd, unsigned type, uint16_t call_id,
			 uint16_t peer_call_id)
{
	uint8_t bytes[256];
	size_t n = encode(bytes, sizeof(bytes), type, call_id, peer_call_id);

	(void)!send(fd, bytes, n, MSG_NOSIGNAL);
}

/* Reads to the end: 0 is FIN, anything else what the kernel says. */
static int read_to_end(int fd)
{
	uint8_t bytes[256];
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		;
	return n == 0 ? 0 : errno;
}

/* A server that does all that RFC 2637 asks, but for any GRE. */
static void serve_pptp(struct server *s, int fd)
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
static void serve_measured(struct server *s, int fd)
{
	struct timespec before, after;
	uint8_t bytes[1024];

	clock_gettime(CLOCK_MONOTONIC, &before);
	s->first_length = (int)recv(fd, bytes, sizeof(bytes), 0);
	clock_gettime(CLOCK_MONOTONIC, &after);
	s->first_delay_ms = (int)((after.tv_sec - before.tv_sec) * 1000 +
				  (after.tv_nsec - before.tv_nsec) / 1000000);
}

static void serve_http(struct server *s, int fd)
{
	const char answer[] = "HTTP/1.1 400 Bad Request\r\n\r\n";
	struct pptp_control m;

	(void)s;
	if (read_message(fd, &m))
		(void)!send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL);
	read_to_end(fd);
}

static void serve_nothing(struct server *s, int fd)
{
	(void)s;
	(void)fd;
}

static void serve_reset(struct server *s, int fd)
{
	struct linger now = {.l_onoff = 1};
	struct pptp_control m;

	(void)s;
	read_message(fd, &m);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static void serve_answer_then_reset(struct server *s, int fd)
{
	struct linger now = {.l_onoff = 1};
	struct pptp_control m;

	(void)s;
	read_message(fd, &m);
	send_message(fd, PPTP_SCCRP, 0, 0);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static void serve_split(struct server *s, int fd)
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

static void reset(int fd)
{
	struct linger now = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

/* Resets whoever comes, before he can say a word. */
static void serve_reset_at_once(struct server *s, int fd)
{
	(void)s;
	reset(fd);
}

static void serve_banner_then_reset(struct server *s, int fd)
{
	(void)s;
	(void)!send(fd, "220 go away\r\n", 13, MSG_NOSIGNAL);
	reset(fd);
}

/* Answers SCCRQ and nothing else, and never closes before we do. */
static void serve_deaf(struct server *s, int fd)
{
	struct pptp_control m;

	if (read_message(fd, &m))
		send_message(fd, PPTP_SCCRP, 0, 0);
	s->end = read_to_end(fd);
}

/* Says its farewell, but holds its end of the connection open. */
static void serve_hanging(struct server *s, int fd)
{
	struct pptp_control m;

	while (read_message(fd, &m))
		send_message(fd, m.control_message_type + 1, 0, 0);
	while (s->gate == 0)
		usleep(1000);
}

static void serve_silence(struct server *s, int fd)
{
	s->end = read_to_end(fd);
}

/* ---- the prober ---------------------------------------------------------- */

static struct pptp_prober *open_with(struct pptp_prober_config f)
{
	struct pptp_prober *p;
	enum pptp_error error = pptp_prober_open(&p, &f, text, sizeof(text));

	ck_assert_msg(error == PPTP_OK, "%s", text);
	return p;
}

static struct pptp_prober *tcp_prober(unsigned jobs)
{
	struct pptp_prober_config f;

	memset(&f, 0, sizeof(f));
	f.jobs = jobs;
	f.tcp_only = true;
	return open_with(f);
}

static struct pptp_plan plan(uint32_t address, uint16_t port,
			     enum pptp_depth depth)
{
	struct pptp_plan plan;

	memset(&plan, 0, sizeof(plan));
	plan.target = pptp_address_v4(address);
	plan.port = port;
	plan.depth = depth;
	return plan;
}

static void start_plan(struct pptp_prober *p, const struct pptp_plan *plan,
		       int64_t tag)
{
	enum pptp_error error =
	    pptp_prober_start(p, plan, tag, text, sizeof(text));

	ck_assert_msg(error == PPTP_OK, "%s", text);
}

static void start(struct pptp_prober *p, uint32_t address, uint16_t port,
		  int64_t tag)
{
	struct pptp_plan it = plan(address, port, PPTP_DEPTH_CONTROL);

	start_plan(p, &it, tag);
}

static const struct pptp_record *next(struct pptp_prober *p, int64_t *tag)
{
	const struct pptp_record *r = NULL;

	ck_assert_int_eq(pptp_prober_next(p, LONG, &r, tag), 1);
	return r;
}

/* The record of one conversation, and the prober idle and closed. */
static struct pptp_record one_record(struct pptp_prober *p)
{
	const struct pptp_record *r;
	struct pptp_record copy;
	int64_t tag;

	copy = *next(p, &tag);
	ck_assert_int_eq(pptp_prober_next(p, LONG, &r, &tag), PPTP_PROBER_IDLE);
	ck_assert_uint_eq(pptp_prober_live(p), 0);
	pptp_prober_close(p);
	return copy;
}

static struct pptp_record converse(struct server *s, enum pptp_depth depth,
				   int64_t timeout_us)
{
	struct pptp_prober *p = tcp_prober(1);
	struct pptp_plan it = plan(0x7f000002, s->port, depth);

	it.timeout_us = timeout_us;
	start_plan(p, &it, 1);
	return one_record(p);
}

#define LOCALHOST 0x7f000001

/* ---- one conversation ---------------------------------------------------- */

START_TEST(a_refused_port_is_closed)
{
	struct pptp_prober *p = tcp_prober(1);
	struct pptp_record r;
	int fd;

	start(p, LOCALHOST, bind_any(&fd), 5);
	r = one_record(p);
	ck_assert_uint_eq(r.tcp.state, PPTP_CLOSED);
	ck_assert_uint_eq(r.ended_by, PPTP_ENDED_REFUSED);
	ck_assert(!pptp_record_has_note(&r, PPTP_NOTE_CONNECT_FAILED));
	close(fd);
}
END_TEST

START_TEST(a_whole_control_conversation_ends_cleanly_without_rst)
{
	struct server *s = server(serve_pptp);
	struct pptp_record r = converse(s, PPTP_DEPTH_CONTROL, 0);

	ck_assert_uint_eq(r.tcp.state, PPTP_OPEN);
	ck_assert_uint_eq(r.control.state, PPTP_ANSWERED);
	ck_assert_uint_eq(r.control.raw_length, 156);
	ck_assert_uint_eq(r.teardown.state, PPTP_CLEAN);
	ck_assert_uint_eq(r.ended_by, PPTP_ENDED_COMPLETE);
	ck_assert_uint_eq(r.gre.state, PPTP_NOT_TESTED);
	ck_assert_int_eq(s->end, 0);
	end_server(s);
}
END_TEST

START_TEST(a_call_without_raw_packets_is_cleared_at_once)
{
	struct server *s = server(serve_pptp);
	struct pptp_record r = converse(s, PPTP_DEPTH_CALL, 0);

	ck_assert_uint_eq(r.call.state, PPTP_ACCEPTED);
	ck_assert_uint_eq(r.call.call_id, 128);
	ck_assert_uint_ne(r.call.peer_call_id >> 8, r.call.peer_call_id & 0xff);
	ck_assert_uint_eq(r.gre.state, PPTP_NOT_TESTED);
	ck_assert_uint_eq(r.gre.reason, PPTP_REASON_NO_PRIVILEGE);
	ck_assert_uint_eq(r.teardown.state, PPTP_CLEAN);
	ck_assert_int_lt(r.end - r.start, 3 * SECOND);
	end_server(s);
}
END_TEST

START_TEST(the_sccrq_leaves_at_once_whole_in_one_segment)
{
	struct server *s = server(serve_measured);

	(void)converse(s, PPTP_DEPTH_CONTROL, 0);
	ck_assert_int_eq(s->first_length, 156);
	ck_assert_int_lt(s->first_delay_ms, 200);
	end_server(s);
}
END_TEST

START_TEST(another_protocol_is_not_pptp)
{
	struct server *s = server(serve_http);
	struct pptp_record r = converse(s, PPTP_DEPTH_CONTROL, 0);

	ck_assert_uint_eq(r.control.state, PPTP_NOT_PPTP);
	ck_assert_mem_eq(r.control.raw, "HTTP/1.1 400", 12);
	end_server(s);
}
END_TEST

START_TEST(a_server_that_closes_at_once_is_closed)
{
	struct server *s = server(serve_nothing);
	struct pptp_record r = converse(s, PPTP_DEPTH_CONTROL, 0);

	ck_assert_uint_eq(r.tcp.state, PPTP_OPEN);
	ck_assert_uint_eq(r.control.state, PPTP_CLOSED);
	end_server(s);
}
END_TEST

START_TEST(a_reset_is_told_from_a_close)
{
	struct server *s = server(serve_reset);
	struct pptp_record r = converse(s, PPTP_DEPTH_CONTROL, 0);

	ck_assert_uint_eq(r.control.state, PPTP_CLOSED);
	ck_assert_uint_eq(r.ended_by, PPTP_ENDED_RESET);
	end_server(s);
}
END_TEST

START_TEST(what_came_before_a_reset_is_read)
{
	struct server *s = server(serve_answer_then_reset);
	struct pptp_record r = converse(s, PPTP_DEPTH_CONTROL, 0);

	ck_assert_uint_eq(r.control.state, PPTP_ANSWERED);
	end_server(s);
}
END_TEST

/* Whether the reset is there before or after we look is chance. */
START_TEST(who_accepts_and_resets_was_open)
{
	struct server *s = server(serve_reset_at_once);
	int i;

	for (i = 0; i < 200; i++) {
		struct pptp_record r = converse(s, PPTP_DEPTH_CONTROL, 0);

		ck_assert_uint_eq(r.tcp.state, PPTP_OPEN);
		ck_assert_uint_ne(r.control.state, PPTP_SILENT);
		ck_assert_uint_eq(r.ended_by, PPTP_ENDED_RESET);
		ck_assert(!pptp_record_has_note(&r, PPTP_NOTE_CONNECT_FAILED));
	}
	end_server(s);
}
END_TEST

START_TEST(what_was_said_before_a_reset_is_heard)
{
	struct server *s = server(serve_banner_then_reset);
	int i;

	for (i = 0; i < 200; i++) {
		struct pptp_record r = converse(s, PPTP_DEPTH_CONTROL, 0);

		ck_assert_uint_eq(r.tcp.state, PPTP_OPEN);
		ck_assert_uint_eq(r.control.state, PPTP_NOT_PPTP);
		ck_assert_mem_eq(r.control.raw, "220 go away", 11);
	}
	end_server(s);
}
END_TEST

START_TEST(an_answer_in_156_pieces_is_one_answer)
{
	struct server *s = server(serve_split);
	struct pptp_record r = converse(s, PPTP_DEPTH_CONTROL, 0);

	ck_assert_uint_eq(r.control.state, PPTP_ANSWERED);
	ck_assert_uint_eq(r.teardown.state, PPTP_CLEAN);
	end_server(s);
}
END_TEST

START_TEST(the_timeout_of_a_plan_is_its_controls_wait)
{
	struct server *s = server(serve_deaf);
	struct pptp_record r = converse(s, PPTP_DEPTH_CALL, SECOND / 5);

	ck_assert_uint_eq(r.control.state, PPTP_ANSWERED);
	ck_assert_uint_eq(r.call.state, PPTP_SILENT);
	ck_assert_int_lt(r.end - r.start, 5 * SECOND);
	ck_assert_int_eq(s->end, 0);
	end_server(s);
}
END_TEST

START_TEST(the_record_does_not_wait_for_the_socket_but_the_end_does)
{
	struct server *s = server(serve_hanging);
	struct pptp_prober *p = tcp_prober(1);
	const struct pptp_record *r;
	int64_t tag, before, between, after;

	before = pptp_timers_now();
	start(p, LOCALHOST, s->port, 1);
	r = next(p, &tag);
	between = pptp_timers_now();
	ck_assert_uint_eq(r->control.state, PPTP_ANSWERED);
	ck_assert_uint_eq(r->teardown.state, PPTP_CLEAN);
	ck_assert_int_lt(between - before, SECOND / 2);
	ck_assert_int_eq(pptp_prober_next(p, LONG, &r, &tag), PPTP_PROBER_IDLE);
	after = pptp_timers_now();
	ck_assert_int_ge(after - between, SECOND * 9 / 10);
	ck_assert_int_lt(after - between, SECOND * 2);
	s->gate = 1;
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

/* ---- many ---------------------------------------------------------------- */

static void many_at_once(struct pptp_prober *p, unsigned jobs, bool syn)
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

		it.syn = syn;
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

START_TEST(sixty_four_conversations_go_on_at_once)
{
	many_at_once(tcp_prober(64), 64, false);
}
END_TEST

START_TEST(a_thousand_and_twenty_four_go_on_at_once)
{
	many_at_once(tcp_prober(1024), 1024, false);
}
END_TEST

START_TEST(more_plans_than_jobs_wait_for_a_job)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = tcp_prober(4);
	int64_t tag;
	unsigned i;

	for (i = 0; i < 40; i++)
		start(p, 0x7f000100 + i, s->port, i);
	for (i = 0; i < 40; i++)
		ck_assert_uint_eq(next(p, &tag)->control.state, PPTP_ANSWERED);
	ck_assert_int_le(s->peak, 4);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(one_address_has_one_conversation_at_a_time_in_order)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = tcp_prober(8);
	int64_t tag, i;

	for (i = 0; i < 8; i++)
		start(p, LOCALHOST, s->port, i);
	for (i = 0; i < 8; i++) {
		ck_assert_uint_eq(next(p, &tag)->control.state, PPTP_ANSWERED);
		ck_assert_int_eq(tag, i);
	}
	/* The thread of one may end just after that of the next began. */
	ck_assert_int_le(s->peak, 2);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(a_wait_is_kept_and_an_early_call_times_out)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = tcp_prober(8);
	struct pptp_plan it = plan(LOCALHOST, s->port, PPTP_DEPTH_CONTROL);
	int64_t tag, before = pptp_timers_now();
	const struct pptp_record *r;

	it.wait_us = SECOND / 2;
	start_plan(p, &it, 9);
	ck_assert_int_eq(pptp_prober_next(p, 0, &r, &tag), 0);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 10, &r, &tag), 0);
	ck_assert_int_ge(pptp_timers_now() - before, SECOND / 10);
	ck_assert_int_eq(s->connections, 0);
	r = next(p, &tag);
	ck_assert_int_ge(r->start - before, SECOND / 2);
	ck_assert_int_lt(r->start - before, SECOND);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(what_a_plan_names_is_copied_into_the_record)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = tcp_prober(1);
	struct pptp_plan it = plan(LOCALHOST, s->port, PPTP_DEPTH_CONTROL);
	char name[] = "vpn.example.net", labels[] = "a,b";
	const struct pptp_record *r;
	int64_t tag;

	it.name = name;
	it.labels = labels;
	it.contact = "me@example.net";
	start_plan(p, &it, 1);
	memset(name, 'x', 3);
	memset(labels, 'x', 3);
	r = next(p, &tag);
	ck_assert_str_eq(r->name, "vpn.example.net");
	ck_assert_str_eq(r->labels, "a,b");
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(nothing_of_the_callers_is_kept)
{
	struct pptp_prober *p = tcp_prober(1);
	struct pptp_plan it = plan(LOCALHOST, 9, PPTP_DEPTH_CONTROL);

	it.name = "vpn.example.net";
	it.labels = "a,b";
	it.contact = "me@example.net";
	start_plan(p, &it, 1);
	ck_assert_ptr_ne(p->all->plan.name, it.name);
	ck_assert_ptr_ne(p->all->plan.labels, it.labels);
	ck_assert_ptr_ne(p->all->plan.contact, it.contact);
	ck_assert_str_eq(p->all->plan.contact, it.contact);
	pptp_prober_close(p);
}
END_TEST

START_TEST(without_a_plan_the_prober_is_idle)
{
	struct pptp_prober *p = tcp_prober(1);
	const struct pptp_record *r;
	int64_t tag;

	ck_assert_int_eq(pptp_prober_next(p, LONG, &r, &tag), PPTP_PROBER_IDLE);
	ck_assert_ptr_null(pptp_prober_error(p));
	ck_assert(!pptp_prober_raw(p));
	pptp_prober_close(p);
	pptp_prober_close(NULL);
}
END_TEST

static void on_alarm(int signal)
{
	(void)signal;
}

START_TEST(a_signal_ends_the_wait)
{
	struct server *s = server(serve_silence);
	struct pptp_prober *p = tcp_prober(1);
	struct itimerval timer = {.it_value = {0, 100000}};
	const struct pptp_record *r;
	int64_t tag, before = pptp_timers_now();

	start(p, LOCALHOST, s->port, 1);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 20, &r, &tag), 0);
	/* Only this thread may be the one that is interrupted. */
	signal(SIGUSR1, on_alarm);
	signal(SIGALRM, on_alarm);
	setitimer(ITIMER_REAL, &timer, NULL);
	ck_assert_int_eq(pptp_prober_next(p, LONG, &r, &tag), 0);
	ck_assert_int_lt(pptp_timers_now() - before, 5 * SECOND);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

/* ---- ending early -------------------------------------------------------- */

START_TEST(an_abort_gives_a_record_of_every_plan)
{
	struct server *s = server(serve_silence);
	struct pptp_prober *p = tcp_prober(4);
	struct pptp_plan later = plan(0x7f000200, s->port, PPTP_DEPTH_CONTROL);
	const struct pptp_record *r;
	int64_t tag, before;
	int i;

	for (i = 0; i < 10; i++)
		start(p, 0x7f000100 + (uint32_t)i % 7, s->port, i);
	later.wait_us = LONG;
	start_plan(p, &later, 10);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 5, &r, &tag), 0);
	ck_assert_int_eq(s->connections, 4);
	before = pptp_timers_now();
	pptp_prober_abort(p);
	pptp_prober_abort(p);
	start(p, 0x7f000300, s->port, 11);
	for (i = 0; i < 12; i++) {
		r = next(p, &tag);
		ck_assert_uint_eq(r->ended_by, PPTP_ENDED_ABORTED);
	}
	ck_assert_int_eq(pptp_prober_next(p, LONG, &r, &tag), PPTP_PROBER_IDLE);
	ck_assert_int_lt(pptp_timers_now() - before, 4 * SECOND);
	ck_assert_int_eq(s->connections, 4);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(an_abort_in_a_conversation_still_says_farewell)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = tcp_prober(1);
	const struct pptp_record *r;
	int64_t tag;

	s->gate = 1000; /* not yet */
	start(p, LOCALHOST, s->port, 1);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 10, &r, &tag), 0);
	pptp_prober_abort(p);
	s->gate = 0;
	r = next(p, &tag);
	ck_assert_uint_eq(r->ended_by, PPTP_ENDED_ABORTED);
	ck_assert_uint_eq(r->tcp.state, PPTP_OPEN);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(an_answer_that_waits_is_heard_before_an_abort)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = tcp_prober(1);
	const struct pptp_record *r;
	int64_t tag;

	s->gate = 1000; /* not yet */
	start(p, LOCALHOST, s->port, 1);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 10, &r, &tag), 0);
	s->gate = 0;
	usleep(200000); /* its answer is in the socket now, and nobody looks */
	pptp_prober_abort(p);
	r = next(p, &tag);
	ck_assert_uint_eq(r->control.state, PPTP_ANSWERED);
	ck_assert_uint_eq(r->teardown.state, PPTP_CLEAN);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

/* A child that the host forks has our sockets too: what becomes of them must
 * not come back to who closed them. */
START_TEST(a_forked_child_wakes_nobody)
{
	struct server *s = server_process(serve_pptp);
	struct pptp_prober *p = tcp_prober(1);
	struct pptp_plan later = plan(0x7f000009, 9, PPTP_DEPTH_CONTROL);
	const struct pptp_record *r;
	clock_t before;
	int64_t tag;
	pid_t child;

	s->gate = 1000;
	start(p, LOCALHOST, s->port, 1);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 10, &r, &tag), 0);
	child = fork();
	if (child == 0) {
		sleep(20);
		_exit(0);
	}
	s->gate = 0;
	ck_assert_uint_eq(next(p, &tag)->control.state, PPTP_ANSWERED);
	ck_assert_int_eq(pptp_prober_next(p, LONG, &r, &tag), PPTP_PROBER_IDLE);
	later.wait_us = SECOND;
	start_plan(p, &later, 2);
	before = clock();
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 2, &r, &tag), 0);
	ck_assert_int_lt(clock() - before, CLOCKS_PER_SEC / 20);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	pptp_prober_close(p);
	end_process(s);
}
END_TEST

START_TEST(nothing_stays_open)
{
	struct server *s = server(serve_pptp);
	int before = open_files(), i;

	for (i = 0; i < 3; i++)
		ck_assert_uint_eq(converse(s, PPTP_DEPTH_CALL, 0).call.state,
				  PPTP_ACCEPTED);
	/* The server's thread may still close its end. */
	for (i = 0; i < 100 && open_files() > before; i++)
		usleep(10000);
	ck_assert_int_eq(open_files(), before);
	end_server(s);
}
END_TEST

START_TEST(a_prober_can_be_closed_in_the_middle)
{
	struct server *s = server(serve_silence);
	struct pptp_prober *p = tcp_prober(2);
	const struct pptp_record *r;
	int64_t tag;
	uint32_t i;

	for (i = 0; i < 6; i++)
		start(p, 0x7f000100 + i % 3, s->port, i);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 10, &r, &tag), 0);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

/* ---- what the system lacks ----------------------------------------------- */

static rlim_t set_files(rlim_t most)
{
	struct rlimit limit;
	rlim_t before;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	before = limit.rlim_cur;
	limit.rlim_cur = most;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return before;
}

START_TEST(without_open_files_plans_wait_and_none_is_lost)
{
	struct server *s = server_process(serve_pptp);
	struct pptp_prober *p = tcp_prober(32);
	rlim_t before;
	int64_t tag;
	unsigned i;
	int fd = dup(0); /* the lowest that is free */

	close(fd);
	for (i = 0; i < 32; i++)
		start(p, 0x7f000100 + i, s->port, i);
	before = set_files((rlim_t)fd + 3);
	for (i = 0; i < 32; i++)
		ck_assert_uint_eq(next(p, &tag)->control.state, PPTP_ANSWERED);
	set_files(before);
	pptp_prober_close(p);
	end_process(s);
}
END_TEST

START_TEST(with_no_open_file_at_all_the_prober_says_so)
{
	struct pptp_prober *p = tcp_prober(2);
	const struct pptp_record *r;
	int64_t tag;
	rlim_t before;
	int fd = dup(0);

	close(fd);
	start(p, LOCALHOST, 9, 1);
	before = set_files((rlim_t)fd);
	ck_assert_int_eq(pptp_prober_next(p, LONG, &r, &tag),
			 PPTP_ERROR_SYSTEM);
	ck_assert_int_eq(errno, EMFILE);
	ck_assert_has(pptp_prober_error(p), "Too many open files");
	set_files(before);
	ck_assert_uint_eq(next(p, &tag)->tcp.state, PPTP_CLOSED);
	pptp_prober_close(p);
}
END_TEST

START_TEST(more_jobs_than_open_files_are_refused_with_a_sentence)
{
	struct pptp_prober_config f;
	struct pptp_prober *p;
	struct rlimit limit = {256, 256};

	memset(&f, 0, sizeof(f));
	f.tcp_only = true;
	f.jobs = 1000;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_int_eq(pptp_prober_open(&p, &f, text, sizeof(text)),
			 PPTP_ERROR_SYSTEM);
	ck_assert_ptr_null(p);
	ck_assert_has(text, "1000 conversations at once need 1128 open files, "
			    "and 256 are allowed");
}
END_TEST

START_TEST(the_soft_limit_of_open_files_is_raised)
{
	struct rlimit limit;
	struct pptp_prober *p;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 200;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	p = tcp_prober(500);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
	ck_assert_uint_eq(limit.rlim_cur, 628);
	pptp_prober_close(p);
}
END_TEST

START_TEST(what_cannot_begin_says_why)
{
	struct pptp_prober *p = tcp_prober(1);
	struct pptp_plan it = plan(LOCALHOST, 0, PPTP_DEPTH_CONTROL);

	ck_assert_int_eq(pptp_prober_start(p, &it, 1, text, sizeof(text)),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, "127.0.0.1 port 0");
	it = plan(LOCALHOST, 1723, PPTP_DEPTH_SYN);
	ck_assert_int_eq(pptp_prober_start(p, &it, 1, text, sizeof(text)),
			 PPTP_ERROR_PRIVILEGE);
	ck_assert_has(text, "CAP_NET_RAW");
	ck_assert_uint_eq(pptp_prober_live(p), 0);
	pptp_prober_close(p);
}
END_TEST

static void cannot_open(const struct pptp_prober_config *f,
			enum pptp_error error, const char *part)
{
	struct pptp_prober *p;

	ck_assert_int_eq(pptp_prober_open(&p, f, text, sizeof(text)), error);
	ck_assert_ptr_null(p);
	ck_assert_has(text, part);
}

START_TEST(what_cannot_be_opened_says_why)
{
	struct pptp_prober_config f;

	memset(&f, 0, sizeof(f));
	f.tcp_only = true;
	f.interface = "nosuch0";
	cannot_open(&f, PPTP_ERROR_INTERFACE, "'nosuch0'");
	f.interface = NULL;
	f.source = pptp_address_v4(0xc6336401);
	cannot_open(&f, PPTP_ERROR_ARGUMENT,
		    "source address 198.51.100.1 is none of this host's");
	f.source.family = 0;
	f.jobs = 100000;
	cannot_open(&f, PPTP_ERROR_ARGUMENT, "100000 jobs");
	f.jobs = 1;
	f.write = "/tmp/never";
	cannot_open(&f, PPTP_ERROR_PRIVILEGE, "CAP_NET_RAW");
}
END_TEST

START_TEST(without_privilege_only_who_stays_gets_a_prober)
{
	struct pptp_prober_config f;
	struct pptp_prober *p;

	memset(&f, 0, sizeof(f));
	be_nobody();
	cannot_open(&f, PPTP_ERROR_PRIVILEGE, "CAP_NET_RAW");
	f.stay = true;
	p = open_with(f);
	ck_assert(!pptp_prober_raw(p));
	pptp_prober_close(p);
	be_us();
}
END_TEST

START_TEST(a_source_of_ours_is_where_it_comes_from)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober_config f;
	struct pptp_prober *p;
	struct pptp_record r;

	memset(&f, 0, sizeof(f));
	f.tcp_only = true;
	f.source = pptp_address_v4(0x7f000009);
	f.interface = "lo";
	p = open_with(f);
	start(p, LOCALHOST, s->port, 1);
	r = one_record(p);
	ck_assert_uint_eq(r.control.state, PPTP_ANSWERED);
	ck_assert_uint_eq(pptp_address_v4_value(&r.source), 0x7f000009);
	end_server(s);
}
END_TEST

/* ---- the trace ----------------------------------------------------------- */

struct lines {
	char text[4096];
};

static void keep_line(void *context, const struct pptp_address *target,
		      enum pptp_side side, int64_t at_us, const char *line)
{
	struct lines *lines = context;
	size_t length = strlen(lines->text);

	ck_assert_uint_eq(target->family, 4);
	ck_assert_int_ge(at_us, 0);
	snprintf(lines->text + length, sizeof(lines->text) - length, "%c %s\n",
		 side == PPTP_US ? '>' : '<', line);
}

START_TEST(the_trace_has_a_line_a_message)
{
	struct server *s = server(serve_split);
	struct pptp_prober_config f;
	struct lines lines = {""};
	struct pptp_prober *p;

	memset(&f, 0, sizeof(f));
	f.tcp_only = true;
	f.trace = keep_line;
	f.context = &lines;
	p = open_with(f);
	start(p, LOCALHOST, s->port, 1);
	(void)one_record(p);
	ck_assert_str_eq(lines.text,
			 "> connect\n"
			 "> SCCRQ 156 bytes\n"
			 "< SCCRP result 1, host \"local\", vendor \"linux\"\n"
			 "> Stop-CCRQ 16 bytes\n"
			 "< Stop-CCRP result 1\n");
	end_server(s);
}
END_TEST

/* ---- raw packets, in a namespace of its own ------------------------------ */

static struct pptp_prober *raw_prober(unsigned jobs, const char *write)
{
	struct pptp_prober_config f;
	struct pptp_prober *p;

	memset(&f, 0, sizeof(f));
	f.jobs = jobs;
	f.write = write;
	p = open_with(f);
	ck_assert(pptp_prober_raw(p));
	return p;
}

START_TEST(a_syn_to_a_closed_port_meets_rst)
{
	struct pptp_prober *p = raw_prober(8, NULL);
	struct pptp_plan it = plan(0x7f000002, 1723, PPTP_DEPTH_SYN);
	struct pptp_record r;

	start_plan(p, &it, 1);
	r = one_record(p);
	ck_assert_uint_eq(r.kind, PPTP_KIND_SYN);
	ck_assert_uint_eq(r.tcp.state, PPTP_CLOSED);
	ck_assert_uint_eq(r.tcp.reason, PPTP_REASON_RST);
	ck_assert_uint_eq(r.tcp.ttl, 64);
}
END_TEST

/* Nothing is asked: a server that waits for a request sees the end at once. */
static void syn_and_connect(struct pptp_prober *p, bool raw)
{
	struct server *s = server(serve_silence);
	struct pptp_plan it = plan(0x7f000002, s->port, PPTP_DEPTH_SYN);
	struct pptp_record r;

	it.connect = true;
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

START_TEST(depth_syn_connects_too_where_the_plan_says_so)
{
	syn_and_connect(raw_prober(8, NULL), true);
}
END_TEST

START_TEST(depth_syn_without_privilege_is_a_connection)
{
	syn_and_connect(tcp_prober(1), false);
}
END_TEST

/* Another host's address would be asked by its firewall. */
START_TEST(an_address_of_this_host_is_noted)
{
	struct pptp_prober *p = raw_prober(8, NULL);
	struct pptp_plan it = plan(0x7f000002, 1723, PPTP_DEPTH_CONTROL);
	struct pptp_record r;

	it.syn = true;
	start_plan(p, &it, 1);
	r = one_record(p);
	ck_assert(pptp_record_has_note(&r, PPTP_NOTE_OWN_HOST));
	ck_assert_uint_eq(r.tcp.state, PPTP_CLOSED);
	ck_assert_uint_eq(r.tcp.connect.state, PPTP_CONNECT_REFUSED);
	ck_assert_uint_eq(r.tcp.connect.reason, PPTP_REASON_RST);
	ck_assert_uint_eq(r.tcp.connect.tries, 1);
}
END_TEST

START_TEST(a_syn_to_an_open_port_meets_syn_ack_on_any_port)
{
	struct server *one = server(serve_pptp), *two = server(serve_pptp);
	struct pptp_prober *p = raw_prober(8, NULL);
	struct pptp_plan it = plan(0x7f000002, one->port, PPTP_DEPTH_SYN);
	int64_t tag;
	int i;

	start_plan(p, &it, 1);
	it = plan(0x7f000003, two->port, PPTP_DEPTH_CONTROL);
	it.syn = true;
	start_plan(p, &it, 2);
	for (i = 0; i < 2; i++) {
		const struct pptp_record *r = next(p, &tag);

		ck_assert_uint_eq(r->tcp.state, PPTP_OPEN);
		ck_assert_uint_eq(r->tcp.reason, PPTP_REASON_SYN_ACK);
		ck_assert_uint_gt(r->tcp.mss, 0);
		if (tag == 2)
			ck_assert_uint_eq(r->control.state, PPTP_ANSWERED);
	}
	pptp_prober_close(p);
	end_server(one);
	end_server(two);
}
END_TEST

START_TEST(twenty_ports_at_once_are_all_heard)
{
	struct pptp_prober *p = raw_prober(8, NULL);
	int64_t tag;
	uint16_t i;

	for (i = 0; i < 20; i++) {
		struct pptp_plan it =
		    plan(0x7f000100U + i, (uint16_t)(100 + i), PPTP_DEPTH_SYN);

		start_plan(p, &it, i);
	}
	for (i = 0; i < 20; i++)
		ck_assert_uint_eq(next(p, &tag)->tcp.state, PPTP_CLOSED);
	pptp_prober_close(p);
}
END_TEST

START_TEST(a_thousand_begin_with_raw_packets_at_once)
{
	many_at_once(raw_prober(1024, NULL), 1024, true);
}
END_TEST

/* Its kernel drops every SYN, as if nobody were there; or no longer. */
static void be_silent(struct server *s, bool silent)
{
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	struct sock_fprog filter = {.len = 1, .filter = &nothing};
	int option = silent ? SO_ATTACH_FILTER : SO_DETACH_FILTER;

	ck_assert_int_eq(
	    setsockopt(s->fd, SOL_SOCKET, option, &filter, sizeof(filter)), 0);
}

static void start_syn(struct pptp_prober *p, uint32_t address,
		      const struct server *s, int64_t tag)
{
	struct pptp_plan it = plan(address, s->port, PPTP_DEPTH_CONTROL);

	it.syn = true;
	start_plan(p, &it, tag);
}

/* One job: first for a silent server, and as soon as that has given it back for
 * one that answers no SCCRQ before its gate is open. */
struct late {
	struct server *silent, *gated;
	struct pptp_prober *p;
};

static struct late late_answer(void)
{
	struct late l = {.silent = server(serve_pptp),
			 .gated = server(serve_pptp),
			 .p = raw_prober(1, NULL)};
	const struct pptp_record *r;
	int64_t tag;

	be_silent(l.silent, true);
	l.gated->gate = 2;
	start_syn(l.p, 0x7f000002, l.silent, 1);
	start_syn(l.p, 0x7f000003, l.gated, 2);
	ck_assert_int_eq(pptp_prober_next(l.p, 2 * SECOND, &r, &tag), 0);
	ck_assert_int_eq(l.gated->connections, 1);
	be_silent(l.silent, false);
	/* It answers now, and the job is not free: nothing is said. */
	ck_assert_int_eq(pptp_prober_next(l.p, 2 * SECOND, &r, &tag), 0);
	ck_assert_int_eq(l.silent->asked, 0);
	return l;
}

static void end_late(struct late l)
{
	l.gated->gate = 0;
	pptp_prober_close(l.p);
	end_server(l.silent);
	end_server(l.gated);
}

START_TEST(a_silent_server_leaves_its_job_to_another)
{
	struct server *silent = server(serve_pptp), *s = server(serve_pptp);
	struct pptp_prober *p = raw_prober(1, NULL);
	int64_t tag;

	be_silent(silent, true);
	start_syn(p, 0x7f000002, silent, 1);
	start_syn(p, 0x7f000003, s, 2);
	ck_assert_uint_eq(next(p, &tag)->control.state, PPTP_ANSWERED);
	ck_assert_int_eq(tag, 2);
	ck_assert_uint_eq(next(p, &tag)->tcp.state, PPTP_SILENT);
	ck_assert_int_eq(tag, 1);
	pptp_prober_close(p);
	end_server(silent);
	end_server(s);
}
END_TEST

/* Each waits 5 s for its connect(): by turns of four it would be minutes. */
static void many_silent(unsigned files)
{
	struct server *silent = server(serve_pptp);
	struct pptp_prober *p = tcp_prober(4);
	int64_t tag, before = pptp_timers_now();
	rlim_t limit = set_files(files);
	unsigned i;

	be_silent(silent, true);
	for (i = 0; i < 40; i++)
		start(p, 0x7f000100 + i, silent->port, i);
	for (i = 0; i < 40; i++) {
		const struct pptp_record *r = next(p, &tag);

		ck_assert_uint_eq(r->tcp.state, PPTP_SILENT);
		ck_assert_uint_eq(r->tcp.connect.state, PPTP_CONNECT_TIMEOUT);
		ck_assert(!pptp_record_has_note(r, PPTP_NOTE_CONNECT_FAILED));
	}
	ck_assert_int_lt(pptp_timers_now() - before, LONG);
	set_files(limit);
	pptp_prober_close(p);
	end_server(silent);
}

START_TEST(silent_servers_take_no_turns_by_jobs)
{
	many_silent(1024);
}
END_TEST

/* … and none is lost where not all can have a socket at once. */
START_TEST(silent_servers_wait_for_a_socket)
{
	many_silent(30);
}
END_TEST

START_TEST(a_late_answer_waits_for_a_job_and_loses_nothing)
{
	struct late l = late_answer();
	int64_t tag;

	l.gated->gate = 0;
	ck_assert_uint_eq(next(l.p, &tag)->control.state, PPTP_ANSWERED);
	ck_assert_int_eq(tag, 2);
	ck_assert_uint_eq(next(l.p, &tag)->control.state, PPTP_ANSWERED);
	ck_assert_int_eq(tag, 1);
	ck_assert_int_eq(l.silent->connections, 1);
	end_late(l);
}
END_TEST

START_TEST(an_abort_ends_who_waits_for_a_job_too)
{
	struct late l = late_answer();
	int64_t tag;
	int i;

	pptp_prober_abort(l.p);
	for (i = 0; i < 2; i++)
		ck_assert_uint_eq(next(l.p, &tag)->ended_by,
				  PPTP_ENDED_ABORTED);
	ck_assert_int_eq(l.silent->asked, 0);
	end_late(l);
}
END_TEST

START_TEST(without_a_route_there_is_no_plan)
{
	struct pptp_prober *p = raw_prober(8, NULL);
	struct pptp_plan it = plan(0xc0000201, 1723, PPTP_DEPTH_CONTROL);

	ck_assert_int_eq(pptp_prober_start(p, &it, 1, text, sizeof(text)),
			 PPTP_ERROR_ROUTE);
	ck_assert_has(text, "no route to 192.0.2.1");
	pptp_prober_close(p);
}
END_TEST

static unsigned count_packets(const char *path, const char *filter)
{
	char detail[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_open_offline(path, detail);
	struct bpf_program program;
	struct pcap_pkthdr *header;
	const uint8_t *bytes;
	unsigned n = 0;

	ck_assert_msg(p != NULL, "%s", detail);
	ck_assert_int_eq(pcap_datalink(p), DLT_RAW);
	ck_assert_int_eq(pcap_compile(p, &program, filter, 1, 0), 0);
	ck_assert_int_eq(pcap_setfilter(p, &program), 0);
	pcap_freecode(&program);
	while (pcap_next_ex(p, &header, &bytes) == 1)
		n++;
	pcap_close(p);
	return n;
}

START_TEST(the_capture_file_holds_every_packet_once)
{
	struct server *s = server(serve_pptp);
	char path[] = "/tmp/pptp-prober-XXXXXX";
	int fd = mkstemp(path);
	struct pptp_prober *p = raw_prober(8, path);
	struct pptp_plan it = plan(0x7f000002, s->port, PPTP_DEPTH_CONTROL);

	close(fd);
	it.syn = true;
	start_plan(p, &it, 1);
	ck_assert_uint_eq(one_record(p).teardown.state, PPTP_CLEAN);
	/* Ours by hand and the kernel's; then the whole conversation. */
	ck_assert_uint_eq(count_packets(path, "tcp[13] & 0x12 == 0x02"), 2);
	ck_assert_uint_eq(count_packets(path, "tcp[13] & 0x12 == 0x12"), 2);
	ck_assert_uint_eq(count_packets(path, "tcp[13] & 4 != 0"), 1);
	ck_assert_uint_eq(count_packets(path, "tcp[13] & 1 != 0"), 2);
	ck_assert_uint_eq(count_packets(path, "tcp[13] & 8 != 0"), 4);
	unlink(path);
	end_server(s);
}
END_TEST

/* All three are in the ring when the SYN-ACK is found there, and ends it. */
START_TEST(what_follows_the_packet_that_ended_it_is_in_the_capture_file)
{
	struct server *s = server(serve_pptp);
	char path[] = "/tmp/pptp-prober-XXXXXX";
	int fd = mkstemp(path);
	struct pptp_prober *p = raw_prober(8, path);
	struct pptp_plan it = plan(0x7f000002, s->port, PPTP_DEPTH_SYN);

	close(fd);
	start_plan(p, &it, 1);
	ck_assert_uint_eq(one_record(p).tcp.state, PPTP_OPEN);
	ck_assert_uint_eq(count_packets(path, "tcp[13] == 2"), 1);
	ck_assert_uint_eq(count_packets(path, "tcp[13] == 18"), 1);
	ck_assert_uint_eq(count_packets(path, "tcp[13] & 4 != 0"), 1);
	unlink(path);
	end_server(s);
}
END_TEST

START_TEST(a_full_disk_is_said_and_the_run_goes_on)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = raw_prober(8, "/dev/full");
	int64_t tag;

	start(p, 0x7f000002, s->port, 1);
	ck_assert_uint_eq(next(p, &tag)->control.state, PPTP_ANSWERED);
	ck_assert_str_eq(pptp_prober_error(p),
			 "cannot write capture file '/dev/full': No space left "
			 "on device");
	start(p, 0x7f000003, s->port, 2);
	ck_assert_uint_eq(next(p, &tag)->control.state, PPTP_ANSWERED);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(a_syn_over_ipv6_meets_rst)
{
	struct pptp_prober *p = raw_prober(1, NULL);
	struct pptp_plan it = plan(0, 1723, PPTP_DEPTH_SYN);
	struct pptp_record r;

	memset(&it.target, 0, sizeof(it.target));
	it.target.family = 6;
	it.target.bytes[15] = 1;
	start_plan(p, &it, 1);
	r = one_record(p);
	ck_assert_uint_eq(r.tcp.state, PPTP_CLOSED);
	ck_assert_uint_eq(r.tcp.reason, PPTP_REASON_RST);
}
END_TEST

static void send_many(const void *packet, int n, unsigned packets)
{
	struct pptp_sender *s;

	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(pptp_sender_open(&s, NULL, NULL, 0), PPTP_OK);
	while (packets-- > 0)
		ck_assert_int_eq(pptp_sender_send(s, packet, (size_t)n),
				 PPTP_OK);
	pptp_sender_close(s);
}

static void flood(unsigned packets)
{
	struct pptp_ip ip;
	uint8_t packet[64];

	memset(&ip, 0, sizeof(ip));
	ip.source = ip.destination = pptp_address_v4(LOCALHOST);
	ip.ttl = 64;
	send_many(packet,
		  pptp_icmp_echo_encode(&ip, 1, 1, packet, sizeof(packet)),
		  packets);
}

/* Tunnels of others: as a VPN gateway has them. */
static void flood_gre(unsigned packets)
{
	struct pptp_ip ip;
	struct pptp_gre gre;
	uint8_t packet[64];

	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = pptp_address_v4(0x7f000063);
	ip.destination = pptp_address_v4(LOCALHOST);
	ip.ttl = 64;
	ip.protocol = PPTP_IP_GRE;
	gre.has_sequence = true;
	gre.call_id = 0; /* none of ours ever */
	send_many(packet,
		  pptp_gre_packet_encode(&ip, &gre, "\xff\x03\x00\x21", 4,
					 packet, sizeof(packet)),
		  packets);
}

static bool loses_gre(struct pptp_prober *p, const struct server *s)
{
	const struct pptp_record *r;
	int64_t tag;

	start(p, 0x7f000002, s->port, 1);
	ck_assert_int_eq(pptp_prober_next(p, 0, &r, &tag), 0);
	flood_gre(10000);
	do
		r = next(p, &tag);
	while (tag != 1);
	return pptp_record_has_note(r, PPTP_NOTE_CAPTURE_DROPS);
}

START_TEST(tunnels_of_others_are_not_copied_while_targets_are_few)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = raw_prober(1, NULL);
	struct pptp_plan many = plan(0, 9, PPTP_DEPTH_SYN);
	const struct pptp_record *r;
	int guard = pptp_guard_open(); /* else our ICMP would flood us */
	int64_t tag;
	int i;

	ck_assert(!loses_gre(p, s));
	many.wait_us = SECOND;
	for (i = 0; i < 20; i++) {
		many.target = pptp_address_v4(0x7f000100U + (unsigned)i);
		start_plan(p, &many, 2);
	}
	ck_assert(loses_gre(p, s));
	while (pptp_prober_next(p, LONG, &r, &tag) == 1)
		;
	ck_assert(!loses_gre(p, s));
	pptp_guard_close(guard);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(what_the_kernel_dropped_meanwhile_is_noted)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = raw_prober(1, NULL);
	const struct pptp_record *r;
	int64_t tag;

	start(p, 0x7f000002, s->port, 1);
	ck_assert_int_eq(pptp_prober_next(p, 0, &r, &tag), 0);
	flood(10000);
	r = next(p, &tag);
	ck_assert(pptp_record_has_note(r, PPTP_NOTE_CAPTURE_DROPS));
	start(p, 0x7f000002, s->port, 2);
	r = next(p, &tag);
	ck_assert(!pptp_record_has_note(r, PPTP_NOTE_CAPTURE_DROPS));
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(an_interface_that_is_down_has_no_plan)
{
	struct pptp_prober *p = raw_prober(1, NULL);
	struct pptp_plan it = plan(0x7f000002, 1723, PPTP_DEPTH_SYN);

	ck_assert(netns_flags("lo", 0));
	ck_assert_int_eq(pptp_prober_start(p, &it, 1, text, sizeof(text)),
			 PPTP_ERROR_INTERFACE);
	ck_assert_has(text, "'lo'");
	ck_assert(netns_flags("lo", IFF_UP));
	start_plan(p, &it, 1);
	ck_assert_uint_eq(one_record(p).tcp.state, PPTP_CLOSED);
}
END_TEST

START_TEST(an_interface_that_goes_away_is_noted_and_nothing_spins)
{
	struct pptp_prober *p = raw_prober(1, NULL);
	struct pptp_plan it = plan(0xc0000202, 1723, PPTP_DEPTH_SYN);
	const struct pptp_record *r;
	clock_t before;
	int64_t tag;

	if (system("ip link add v0 type veth peer name v1 && "
		   "ip address add 192.0.2.1/24 dev v0 && "
		   "ip link set v1 up && ip link set v0 up") != 0) {
		puts("# SKIPPED: no ip, or no veth");
		return;
	}
	start_plan(p, &it, 1);
	ck_assert_int_eq(pptp_prober_next(p, 0, &r, &tag), 0);
	ck_assert_int_eq(system("ip link delete v0"), 0);
	before = clock();
	ck_assert_int_eq(pptp_prober_next(p, SECOND * 3 / 2, &r, &tag), 0);
	ck_assert_int_lt(clock() - before, CLOCKS_PER_SEC / 4);
	ck_assert_has(pptp_prober_error(p), "interface 'v0'");
	pptp_prober_abort(p);
	r = next(p, &tag);
	ck_assert(pptp_record_has_note(r, PPTP_NOTE_SEND_FAILED));
	pptp_prober_close(p);
}
END_TEST

/* ---- a call with GRE ----------------------------------------------------- */

struct caller {
	struct server server; /* first */
	struct pptp_sender *sender;
	uint16_t call_id;
	uint32_t sequence;
};

static void send_ppp(uint32_t from, struct caller *c, uint16_t protocol,
		     uint8_t code, const char *hex)
{
	struct vector data = vector(hex);
	uint8_t frame[256], packet[256];
	struct pptp_writer w;
	struct pptp_ip ip;
	struct pptp_gre gre;
	int n;

	memset(&ip, 0, sizeof(ip));
	memset(&gre, 0, sizeof(gre));
	ip.source = pptp_address_v4(from);
	ip.destination = pptp_address_v4(LOCALHOST);
	ip.ttl = 64;
	ip.protocol = PPTP_IP_GRE;
	gre.call_id = c->call_id;
	gre.has_sequence = true;
	gre.sequence_number = c->sequence++;
	pptp_writer_init(&w, frame, sizeof(frame));
	pptp_ppp_frame_encode(&w, protocol);
	pptp_ppp_packet_encode(&w, code, 1, data.bytes, data.length);
	n = pptp_gre_packet_encode(&ip, &gre, frame, w.length, packet,
				   sizeof(packet));
	ck_assert_int_gt(n, 0);
	(void)!pptp_sender_send(c->sender, packet, (size_t)n);
}

/* Asks for MS-CHAPv2, says no, and ends the call in the same breath: what it
 * said over GRE comes before what it said over TCP. */
static void serve_call(struct server *s, int fd)
{
	struct caller *c = (struct caller *)s;
	struct pptp_control m;

	if (!read_message(fd, &m))
		return;
	send_message(fd, PPTP_SCCRP, 0, 0);
	if (!read_message(fd, &m))
		return;
	c->call_id = m.call_id;
	c->sequence = 0;
	send_message(fd, PPTP_OCRP, 128, m.call_id);
	send_ppp(0x7f000002, c, PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST,
		 "0305c223810506aa6a6ace");
	send_ppp(0x7f000077, c, PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST,
		 "0305c223800506aa6a6acf");
	usleep(20000);
	send_ppp(0x7f000002, c, PPTP_PPP_LCP, PPTP_TERMINATE_REQUEST, "6e6f");
	send_message(fd, PPTP_CDN, 128, 0);
	shutdown(fd, SHUT_WR);
	read_to_end(fd);
}

START_TEST(a_call_is_heard_in_order_and_only_from_its_server)
{
	struct server *s = server(serve_call);
	struct pptp_prober *p = raw_prober(8, NULL);
	struct pptp_plan it = plan(0x7f000002, s->port, PPTP_DEPTH_CALL);
	struct caller *c = calloc(1, sizeof(*c));
	struct pptp_record r;

	/* The server's thread reads nothing but its serve() before a call. */
	end_server(s);
	s = &c->server;
	s->serve = serve_call;
	s->port = bind_any(&s->fd);
	ck_assert_int_eq(pptp_sender_open(&c->sender, NULL, NULL, 0), PPTP_OK);
	ck_assert_int_eq(listen(s->fd, 1), 0);
	ck_assert_int_eq(pthread_create(&s->thread, NULL, serve_all, s), 0);
	it.port = s->port;
	start_plan(p, &it, 1);
	r = one_record(p);
	ck_assert_uint_eq(r.call.state, PPTP_ACCEPTED);
	ck_assert(r.gre.from_server);
	ck_assert_uint_eq(r.lcp.offers, 1);
	ck_assert_uint_eq(r.lcp.offer[0].method.algorithm, 0x81);
	ck_assert(pptp_record_has_note(&r, PPTP_NOTE_OTHER_SOURCE));
	ck_assert(!pptp_record_has_note(&r, PPTP_NOTE_GRE_EARLY));
	ck_assert(!pptp_record_has_note(&r, PPTP_NOTE_LOCAL_ICMP));
	ck_assert(r.lcp.terminated);
	pptp_sender_close(c->sender);
	end_server(s);
}
END_TEST

static void slow(Suite *s, const char *name, const TTest *test)
{
	TCase *c = tcase_create(name);

	tcase_set_timeout(c, 30);
	tcase_add_test(c, test);
	suite_add_tcase(s, c);
}

#define SLOW(suite, test) slow(suite, #test, test)

int main(void)
{
	Suite *s = suite_create("prober");

	SLOW(s, a_refused_port_is_closed);
	SLOW(s, a_whole_control_conversation_ends_cleanly_without_rst);
	SLOW(s, a_call_without_raw_packets_is_cleared_at_once);
	SLOW(s, the_sccrq_leaves_at_once_whole_in_one_segment);
	SLOW(s, another_protocol_is_not_pptp);
	SLOW(s, a_server_that_closes_at_once_is_closed);
	SLOW(s, a_reset_is_told_from_a_close);
	SLOW(s, what_came_before_a_reset_is_read);
	SLOW(s, who_accepts_and_resets_was_open);
	SLOW(s, what_was_said_before_a_reset_is_heard);
	SLOW(s, depth_syn_without_privilege_is_a_connection);
	SLOW(s, an_answer_in_156_pieces_is_one_answer);
	SLOW(s, the_timeout_of_a_plan_is_its_controls_wait);
	SLOW(s, the_record_does_not_wait_for_the_socket_but_the_end_does);
	SLOW(s, sixty_four_conversations_go_on_at_once);
	SLOW(s, a_thousand_and_twenty_four_go_on_at_once);
	SLOW(s, more_plans_than_jobs_wait_for_a_job);
	SLOW(s, one_address_has_one_conversation_at_a_time_in_order);
	SLOW(s, a_wait_is_kept_and_an_early_call_times_out);
	SLOW(s, what_a_plan_names_is_copied_into_the_record);
	SLOW(s, nothing_of_the_callers_is_kept);
	SLOW(s, without_a_plan_the_prober_is_idle);
	SLOW(s, a_signal_ends_the_wait);
	SLOW(s, an_abort_gives_a_record_of_every_plan);
	SLOW(s, an_abort_in_a_conversation_still_says_farewell);
	SLOW(s, an_answer_that_waits_is_heard_before_an_abort);
	SLOW(s, a_forked_child_wakes_nobody);
	SLOW(s, nothing_stays_open);
	SLOW(s, a_prober_can_be_closed_in_the_middle);
	SLOW(s, without_open_files_plans_wait_and_none_is_lost);
	SLOW(s, with_no_open_file_at_all_the_prober_says_so);
	SLOW(s, more_jobs_than_open_files_are_refused_with_a_sentence);
	SLOW(s, the_soft_limit_of_open_files_is_raised);
	SLOW(s, what_cannot_begin_says_why);
	SLOW(s, what_cannot_be_opened_says_why);
	SLOW(s, without_privilege_only_who_stays_gets_a_prober);
	SLOW(s, a_source_of_ours_is_where_it_comes_from);
	SLOW(s, the_trace_has_a_line_a_message);
	if (netns_possible()) {
		CLAIM_ALONE(s, a_syn_to_a_closed_port_meets_rst);
		CLAIM_ALONE(s, depth_syn_connects_too_where_the_plan_says_so);
		CLAIM_ALONE(s, an_address_of_this_host_is_noted);
		CLAIM_ALONE(s, a_syn_to_an_open_port_meets_syn_ack_on_any_port);
		CLAIM_ALONE(s, twenty_ports_at_once_are_all_heard);
		CLAIM_ALONE(s, a_syn_over_ipv6_meets_rst);
		CLAIM_ALONE(s, what_the_kernel_dropped_meanwhile_is_noted);
		CLAIM_ALONE(s, an_interface_that_is_down_has_no_plan);
		CLAIM_ALONE(
		    s, an_interface_that_goes_away_is_noted_and_nothing_spins);
		CLAIM_ALONE(s, a_thousand_begin_with_raw_packets_at_once);
		CLAIM_ALONE(s, a_silent_server_leaves_its_job_to_another);
		CLAIM_ALONE(s, silent_servers_take_no_turns_by_jobs);
		CLAIM_ALONE(s, silent_servers_wait_for_a_socket);
		CLAIM_ALONE(s, a_late_answer_waits_for_a_job_and_loses_nothing);
		CLAIM_ALONE(s, an_abort_ends_who_waits_for_a_job_too);
		CLAIM_ALONE(s, without_a_route_there_is_no_plan);
		CLAIM_ALONE(s, the_capture_file_holds_every_packet_once);
		CLAIM_ALONE(
		    s,
		    what_follows_the_packet_that_ended_it_is_in_the_capture_file);
		CLAIM_ALONE(
		    s, tunnels_of_others_are_not_copied_while_targets_are_few);
		CLAIM_ALONE(s, a_full_disk_is_said_and_the_run_goes_on);
		CLAIM_ALONE(s,
			    a_call_is_heard_in_order_and_only_from_its_server);
	}
	return run_suite(s);
}
