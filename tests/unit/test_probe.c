/* SPDX-License-Identifier: BSD-2-Clause */
/* One probe, told by hand what its socket has for it. */
#include "net/prober.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include "unit/servers.h"

#define READS 16 /* of one socket, before others get their turn */

static struct server *silent;
static struct pptp_prober *p;
static struct pptp_probe *e;
static int other; /* the far end of what it takes for its connection */

/* A conversation that waits for its first answer, with a socket of ours: what
 * is sent there comes a packet a read. */
static void talk(void)
{
	const struct pptp_record *r;
	int64_t tag;
	int pair[2];

	silent = server(serve_silence);
	p = tcp_prober(1);
	start(p, LOCALHOST, silent->port, 1);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 10, &r, &tag), 0);
	e = p->all;
	ck_assert(e->connection.connected);
	ck_assert_uint_eq(e->phase, PPTP_PHASE_LIVE);
	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	ck_assert_int_ge(dup2(pair[0], e->connection.fd), 0);
	close(pair[0]);
	other = pair[1];
}

static void end(void)
{
	close(other);
	pptp_prober_close(p);
	end_server(silent);
}

START_TEST(a_socket_is_read_sixteen_times_and_others_get_their_turn)
{
	uint8_t answer[256];
	char left;
	int i;

	encode(answer, sizeof(answer), PPTP_SCCRP, 0, 0);
	for (i = 0; i < READS + 4; i++)
		ck_assert_int_eq(send(other, answer + i, 1, 0), 1);
	pptp_probe_socket_event(e, EPOLLIN);
	for (i = 0; recv(e->connection.fd, &left, 1, 0) == 1; i++)
		ck_assert_int_eq(left, answer[READS + i]);
	ck_assert_int_eq(i, 4);
	ck_assert(e->heard);
	ck_assert(!e->closed);
}
END_TEST

START_TEST(what_waits_leaves_where_the_socket_takes_it)
{
	char byte;

	e->connection.out[0] = 'x';
	e->connection.out_length = 1;
	pptp_probe_socket_event(e, EPOLLIN);
	ck_assert_int_eq(recv(other, &byte, 1, 0), -1);
	ck_assert_uint_eq(e->connection.out_length, 1);
	pptp_probe_socket_event(e, EPOLLOUT);
	ck_assert_int_eq(recv(other, &byte, 1, 0), 1);
	ck_assert_int_eq(byte, 'x');
	ck_assert_uint_eq(e->connection.out_length, 0);
	/* Not even a packet of no byte. */
	pptp_probe_socket_event(e, EPOLLOUT);
	ck_assert_int_eq(recv(other, &byte, 1, 0), -1);
	e->connection.out_length = 1;
	e->connection.connected = false;
	pptp_probe_socket_event(e, EPOLLOUT);
	ck_assert_int_eq(recv(other, &byte, 1, 0), -1);
	e->connection.connected = true;
}
END_TEST

START_TEST(what_finds_no_room_waits_and_what_nobody_takes_is_gone)
{
	struct pptp_connection *c = &e->connection;

	while (send(c->fd, "x", 1, MSG_NOSIGNAL) == 1)
		;
	ck_assert_int_eq(errno, EAGAIN);
	c->out_length = 1;
	pptp_probe_socket_event(e, EPOLLOUT);
	ck_assert_uint_eq(c->out_length, 1);
	ck_assert(!c->broken);
	shutdown(other, SHUT_RD);
	pptp_probe_socket_event(e, EPOLLOUT);
	ck_assert_uint_eq(c->out_length, 0);
	ck_assert(c->broken);
	/* Of that RST tells, in its turn. */
	ck_assert(!pptp_record_has_note(&e->conversation->record,
					PPTP_NOTE_SEND_FAILED));
}
END_TEST

START_TEST(nothing_is_heard_of_one_that_is_over_or_waits_for_a_job)
{
	char byte = 0x5a;

	ck_assert_int_eq(send(other, &byte, 1, 0), 1);
	e->answered = true;
	pptp_probe_socket_event(e, EPOLLIN);
	e->answered = false;
	e->phase = PPTP_PHASE_OVER;
	pptp_probe_socket_event(e, EPOLLIN);
	e->phase = PPTP_PHASE_LIVE;
	ck_assert(!e->heard);
	for (unsigned i = 0; i < 3; i++) {
		static const uint32_t ends[] = {EPOLLRDHUP, EPOLLHUP, EPOLLERR};

		e->heard = false;
		(void)!send(other, &byte, 1, 0);
		pptp_probe_socket_event(e, ends[i]);
		ck_assert(e->heard || e->phase != PPTP_PHASE_LIVE);
	}
}
END_TEST

/* Neither FIN nor RST: the socket cannot be read, and the server is silent. */
START_TEST(a_socket_that_cannot_be_read_is_no_word_of_the_servers)
{
	const struct pptp_record *r = &e->conversation->record;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	ck_assert_int_ge(dup2(fd, e->connection.fd), 0);
	close(fd);
	pptp_probe_socket_event(e, EPOLLERR);
	ck_assert(e->closed);
	ck_assert_uint_eq(e->phase, PPTP_PHASE_LIVE);
	ck_assert(pptp_record_has_note(r, PPTP_NOTE_SEND_FAILED));
	ck_assert_uint_ne(r->control.state, PPTP_CLOSED);
}
END_TEST

START_TEST(a_fin_is_a_word_of_the_servers)
{
	shutdown(other, SHUT_WR);
	pptp_probe_socket_event(e, EPOLLRDHUP);
	ck_assert(e->closed);
	ck_assert_uint_eq(e->conversation->record.control.state, PPTP_CLOSED);
	ck_assert(!pptp_record_has_note(&e->conversation->record,
					PPTP_NOTE_SEND_FAILED));
}
END_TEST

START_TEST(a_packet_of_anothers_is_not_taken)
{
	static const uint8_t packet[] = {0x45};

	ck_assert(!pptp_probe_packet(e, packet, sizeof(packet)));
	e->phase = PPTP_PHASE_DRAINING;
	ck_assert(!pptp_probe_packet(e, packet, sizeof(packet)));
	e->phase = PPTP_PHASE_LIVE;
}
END_TEST

/* A packet of a later call's would be thought this one's. */
START_TEST(a_call_id_is_given_back_with_the_record)
{
	struct server *s = server(serve_deaf);
	struct pptp_prober *q = tcp_prober(1);
	struct pptp_plan it = plan(LOCALHOST, s->port, PPTP_DEPTH_CALL);
	const struct pptp_record *r;
	int64_t tag;
	uint16_t id;

	it.timeout_us = SECOND / 2;
	start_plan(q, &it, 1);
	ck_assert_int_eq(pptp_prober_next(q, SECOND / 10, &r, &tag), 0);
	id = q->all->entry.call_id;
	ck_assert_uint_ne(id, 0);
	ck_assert_ptr_eq(q->demux.call[id], &q->all->entry);
	ck_assert_uint_eq(next(q, &tag)->call.state, PPTP_SILENT);
	ck_assert_ptr_null(q->demux.call[id]);
	ck_assert_int_gt(q->demux.free_at[id], pptp_timers_now());
	pptp_prober_close(q);
	end_server(s);
}
END_TEST

static void with_probe(Suite *s, const char *name, const TTest *test)
{
	TCase *c = tcase_create(name);

	tcase_add_checked_fixture(c, talk, end);
	tcase_add_test(c, test);
	suite_add_tcase(s, c);
}

#define WITH(suite, test) with_probe(suite, #test, test)

int main(void)
{
	Suite *s = suite_create("probe");

	WITH(s, a_socket_is_read_sixteen_times_and_others_get_their_turn);
	WITH(s, what_waits_leaves_where_the_socket_takes_it);
	WITH(s, what_finds_no_room_waits_and_what_nobody_takes_is_gone);
	WITH(s, nothing_is_heard_of_one_that_is_over_or_waits_for_a_job);
	WITH(s, a_socket_that_cannot_be_read_is_no_word_of_the_servers);
	WITH(s, a_fin_is_a_word_of_the_servers);
	WITH(s, a_packet_of_anothers_is_not_taken);
	CLAIM(s, a_call_id_is_given_back_with_the_record);
	return run_suite(s);
}
