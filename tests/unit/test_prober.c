/* SPDX-License-Identifier: BSD-2-Clause */
/* The prober against servers made of threads, on loopback, over TCP alone. */
#include "net/prober.h"

#include "unit/servers.h"

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

START_TEST(depth_syn_without_privilege_is_a_connection)
{
	syn_and_connect(tcp_prober(1), false);
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
	ck_assert_ptr_null(p->ready.first);
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
	ck_assert_ptr_ne(p->all->probe.plan.name, it.name);
	ck_assert_ptr_ne(p->all->probe.plan.labels, it.labels);
	ck_assert_ptr_ne(p->all->probe.plan.contact, it.contact);
	ck_assert_str_eq(p->all->probe.plan.contact, it.contact);
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
	return run_suite(s);
}
