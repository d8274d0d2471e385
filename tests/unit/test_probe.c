/* SPDX-License-Identifier: BSD-2-Clause */
/* One probe, told by hand what its socket has for it. */
#include "net/prober.h"

#include <fcntl.h>
#include <sys/epoll.h>

#include "unit/fake_wire.h"
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
	e = &p->all->probe;
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
	(void)pptp_probe_socket_event(e, EPOLLIN);
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
	(void)pptp_probe_socket_event(e, EPOLLIN);
	ck_assert_int_eq(recv(other, &byte, 1, 0), -1);
	ck_assert_uint_eq(e->connection.out_length, 1);
	(void)pptp_probe_socket_event(e, EPOLLOUT);
	ck_assert_int_eq(recv(other, &byte, 1, 0), 1);
	ck_assert_int_eq(byte, 'x');
	ck_assert_uint_eq(e->connection.out_length, 0);
	/* Not even a packet of no byte. */
	(void)pptp_probe_socket_event(e, EPOLLOUT);
	ck_assert_int_eq(recv(other, &byte, 1, 0), -1);
	e->connection.out_length = 1;
	e->connection.connected = false;
	(void)pptp_probe_socket_event(e, EPOLLOUT);
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
	(void)pptp_probe_socket_event(e, EPOLLOUT);
	ck_assert_uint_eq(c->out_length, 1);
	ck_assert(!c->broken);
	shutdown(other, SHUT_RD);
	(void)pptp_probe_socket_event(e, EPOLLOUT);
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
	e->late = true;
	(void)pptp_probe_socket_event(e, EPOLLIN);
	e->late = false;
	e->phase = PPTP_PHASE_OVER;
	(void)pptp_probe_socket_event(e, EPOLLIN);
	e->phase = PPTP_PHASE_LIVE;
	ck_assert(!e->heard);
	for (unsigned i = 0; i < 3; i++) {
		static const uint32_t ends[] = {EPOLLRDHUP, EPOLLHUP, EPOLLERR};

		e->heard = false;
		(void)!send(other, &byte, 1, 0);
		(void)pptp_probe_socket_event(e, ends[i]);
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
	(void)pptp_probe_socket_event(e, EPOLLERR);
	ck_assert(e->closed);
	ck_assert_uint_eq(e->phase, PPTP_PHASE_LIVE);
	ck_assert(pptp_record_has_note(r, PPTP_NOTE_SEND_FAILED));
	ck_assert_uint_ne(r->control.state, PPTP_CLOSED);
}
END_TEST

START_TEST(a_fin_is_a_word_of_the_servers)
{
	shutdown(other, SHUT_WR);
	(void)pptp_probe_socket_event(e, EPOLLRDHUP);
	ck_assert(e->closed);
	ck_assert_uint_eq(e->conversation->record.control.state, PPTP_CLOSED);
	ck_assert(!pptp_record_has_note(&e->conversation->record,
					PPTP_NOTE_SEND_FAILED));
}
END_TEST

START_TEST(a_packet_of_anothers_is_not_taken)
{
	static const uint8_t packet[] = {0x45};
	struct pptp_captured c = fake_decode(packet, sizeof(packet));
	bool taken = true;

	ck_assert_uint_eq(pptp_probe_packet(e, &c.parts, &taken), 0);
	ck_assert(!taken);
	e->phase = PPTP_PHASE_DRAINING;
	ck_assert_uint_eq(pptp_probe_packet(e, &c.parts, &taken), 0);
	ck_assert(!taken);
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
	pptp_prober_close(q);
	end_server(s);
}
END_TEST

/* ---- with a wire that is none --------------------------------------------- */

static struct pptp_loop *loop;
static struct pptp_probe_common common;
static struct pptp_probe one;
static unsigned changes; /* of what the loop has called */
static bool deliver;     /* to `one` what is captured */
static const struct pptp_exchange *exchange;

static void on_socket(void *context, uint32_t events)
{
	changes |= pptp_probe_socket_event(context, events);
}

static void on_timer(void *context, int64_t now)
{
	changes |= pptp_probe_timer_event(context, now);
}

static void on_packet(void *context, struct pptp_wire_in *in,
		      const struct pptp_captured *c)
{
	bool taken;

	(void)in;
	if (deliver)
		changes |= pptp_probe_packet(context, &c->parts, &taken);
}

static void fake_up(void)
{
	static struct pptp_wire_consumer consumer;

	fake_begin();
	ck_assert_int_eq(pptp_loop_open(&loop), PPTP_OK);
	common = (struct pptp_probe_common){
	    .loop = loop, .wire = &fake.wire, .router = -1};
	memset(&one, 0, sizeof(one));
	consumer =
	    (struct pptp_wire_consumer){.context = &one, .packet = on_packet};
	pptp_wire_listen(&fake.wire, &consumer);
	changes = 0;
	deliver = true;
	exchange = NULL;
}

static void fake_down(void)
{
	pptp_probe_free(&one);
	pptp_loop_close(loop);
	if (common.router >= 0)
		close(common.router);
}

static void prepare(const struct pptp_plan *it)
{
	ck_assert(pptp_probe_init(&one, &common, it, exchange));
	one.watch = (struct pptp_watch){.ready = on_socket, .context = &one};
	one.timer = (struct pptp_timer){.due = on_timer, .context = &one};
	ck_assert(pptp_loop_add_timer(loop, &one.timer));
	ck_assert_msg(pptp_probe_prepare(&one, text, sizeof(text)) == PPTP_OK,
		      "%s", text);
}

static void begin(const struct pptp_plan *it)
{
	prepare(it);
	ck_assert(pptp_probe_begin(&one, 0, pptp_timers_now(), &changes));
}

/* Turns until one of these has changed. */
static void until(unsigned change)
{
	int64_t end = pptp_timers_now() + 3 * SECOND;

	while (!(changes & change) && pptp_timers_now() < end)
		ck_assert_int_eq(pptp_loop_turn(loop, end), 0);
	ck_assert(changes & change);
}

START_TEST(it_returns_what_has_changed)
{
	struct server *s = server(serve_pptp);
	struct pptp_plan it = plan(LOCALHOST, s->port, PPTP_DEPTH_CONTROL);

	one.job.held = true;
	one.job.until = PPTP_NEVER;
	begin(&it);
	ck_assert_uint_eq(changes, PPTP_PROBE_OPENED);
	changes = 0;
	until(PPTP_PROBE_RECORD);
	ck_assert_uint_eq(one.conversation->record.control.state,
			  PPTP_ANSWERED);
	until(PPTP_PROBE_OVER);
	ck_assert_uint_eq(changes, PPTP_PROBE_RECORD | PPTP_PROBE_OVER);
	ck_assert_uint_eq(one.phase, PPTP_PHASE_OVER);
	ck_assert_int_eq(one.connection.fd, -1);
	end_server(s);
}
END_TEST

START_TEST(it_connects_with_a_job_or_a_slot_alone)
{
	struct server *s = server(serve_pptp);
	struct pptp_plan it = plan(LOCALHOST, s->port, PPTP_DEPTH_CONTROL);
	int64_t now = pptp_timers_now();

	begin(&it);
	ck_assert_uint_eq(changes, PPTP_PROBE_WAITS);
	ck_assert(pptp_probe_wants_slot(&one));
	ck_assert_int_eq(pptp_probe_waits_until(&one, now), PPTP_NEVER);
	ck_assert_int_eq(one.connection.fd, -1);
	one.job.slot = true;
	one.job.until = now + SECOND;
	changes = pptp_probe_resume(&one, pptp_timers_now());
	ck_assert_uint_eq(changes, PPTP_PROBE_OPENED);
	changes = 0;
	/* Connected, and it may not talk: its peer hears nothing. */
	until(PPTP_PROBE_WAITS);
	ck_assert(!pptp_probe_wants_slot(&one));
	ck_assert_int_gt(pptp_probe_waits_until(&one, now), now);
	ck_assert_int_lt(pptp_probe_waits_until(&one, now), now + 5 * SECOND);
	ck_assert_int_eq(s->asked, 0);
	one.job = (struct pptp_job){.held = true, .until = PPTP_NEVER};
	changes = pptp_probe_resume(&one, pptp_timers_now());
	until(PPTP_PROBE_RECORD);
	ck_assert_uint_eq(one.conversation->record.control.state,
			  PPTP_ANSWERED);
	end_server(s);
}
END_TEST

START_TEST(a_capture_that_hears_nothing_gives_way_to_one_of_all)
{
	struct server *s = server(serve_pptp);
	struct pptp_plan it = plan(LOCALHOST, s->port, PPTP_DEPTH_CALL);
	struct pptp_wire_in *all = (struct pptp_wire_in *)&fake.any;

	one.job = (struct pptp_job){.held = true, .until = PPTP_NEVER};
	begin(&it);
	while (one.in != all)
		ck_assert_int_eq(pptp_loop_turn(loop, INT64_MAX), 0);
	end_server(s);
}
END_TEST

/* What answers a SYN, with these flags. */
static size_t answer(const void *syn, size_t length, uint8_t flags,
		     uint8_t packet[64])
{
	struct pptp_captured c = fake_decode(syn, length);
	const struct pptp_tcp *tcp = &c.parts.tcp;
	struct pptp_ip ip = {.ttl = 60, .protocol = PPTP_IP_TCP};
	struct pptp_writer w;

	ck_assert(c.decoded && c.parts.kind == PPTP_PACKET_TCP);
	ip.source = c.parts.ip.destination;
	ip.destination = c.parts.ip.source;
	pptp_writer_init(&w, packet, 64);
	pptp_ip_encode(&w, &ip, 20);
	pptp_write_u16(&w, tcp->destination_port);
	pptp_write_u16(&w, tcp->source_port);
	pptp_write_u32(&w, 77);
	pptp_write_u32(&w, tcp->sequence_number + 1);
	pptp_write_u8(&w, 0x50);
	pptp_write_u8(&w, flags);
	pptp_write_zeros(&w, 6);
	ck_assert(pptp_writer_ok(&w));
	return w.length;
}

/* A RST for the SYN that was sent last. */
static void capture_reset(void)
{
	const struct fake_packet *syn = &fake.sent[fake.sent_count - 1];
	uint8_t packet[64];

	fake_capture(packet, answer(syn->bytes, syn->length,
				    PPTP_TCP_RST | PPTP_TCP_ACK, packet));
}

static struct pptp_plan syn_plan(void)
{
	struct pptp_plan it = plan(LOCALHOST, 9, PPTP_DEPTH_SYN);

	it.opening = PPTP_OPENING_SYN_ONLY;
	return it;
}

START_TEST(a_syn_leaves_by_the_wire_and_what_answers_it_is_heard)
{
	struct pptp_plan it = syn_plan();

	one.job.held = true;
	one.job.until = PPTP_NEVER;
	begin(&it);
	ck_assert_uint_eq(changes, 0);
	ck_assert_uint_eq(fake.sent_count, 1);
	ck_assert(pptp_probe_is_unanswered(&one));
	capture_reset();
	ck_assert(pptp_wire_drain(&fake.wire, one.in));
	ck_assert_uint_eq(one.conversation->record.tcp.state, PPTP_CLOSED);
	ck_assert_uint_eq(one.conversation->record.tcp.ttl, 60);
	ck_assert_uint_eq(changes, PPTP_PROBE_RECORD | PPTP_PROBE_OVER);
}
END_TEST

START_TEST(what_has_no_room_leaves_later_and_what_is_lost_is_noted)
{
	struct pptp_plan it = syn_plan();
	const struct pptp_record *r;

	one.job.held = true;
	one.job.until = PPTP_NEVER;
	fake.refuse = ENOBUFS;
	begin(&it);
	r = &one.conversation->record;
	ck_assert_uint_eq(fake.sent_count, 0);
	ck_assert(!pptp_record_has_note(r, PPTP_NOTE_SEND_FAILED));
	fake.refuse = 0;
	while (fake.sent_count == 0)
		ck_assert_int_eq(
		    pptp_loop_turn(loop, pptp_timers_now() + SECOND), 0);
	ck_assert(!pptp_record_has_note(r, PPTP_NOTE_SEND_FAILED));
	fake.refuse = EPERM;
	while (!pptp_record_has_note(r, PPTP_NOTE_SEND_FAILED))
		ck_assert_int_eq(
		    pptp_loop_turn(loop, pptp_timers_now() + 2 * SECOND), 0);
	ck_assert_uint_eq(fake.sent_count, 1);
}
END_TEST

/* Nobody but the socket's own events drains this wire: what stands in the ring
 * was heard when they are. */
START_TEST(what_was_captured_is_heard_before_the_socket)
{
	struct pptp_plan it = plan(LOCALHOST, 0, PPTP_DEPTH_SYN);
	int64_t end = pptp_timers_now() + 3 * SECOND;
	int fd;

	it.port = bind_any(&fd);
	it.opening = PPTP_OPENING_SYN;
	one.job.held = true;
	one.job.until = PPTP_NEVER;
	begin(&it);
	ck_assert_uint_eq(fake.sent_count, 1);
	capture_reset();
	while (fake.drained == 0 && pptp_timers_now() < end)
		ck_assert_int_eq(pptp_loop_turn(loop, end), 0);
	ck_assert_uint_eq(fake.drained, 1);
	ck_assert_uint_eq(fake.ring_read, 1);
	ck_assert(!one.connection.connecting);
	ck_assert_uint_eq(one.conversation->record.tcp.ttl, 60);
	close(fd);
}
END_TEST

START_TEST(what_was_dropped_meanwhile_is_noted)
{
	struct pptp_plan it = syn_plan();

	fake.deaf = true;
	fake.drops = 5;
	one.job.held = true;
	one.job.until = PPTP_NEVER;
	begin(&it);
	ck_assert(pptp_record_has_note(&one.conversation->record,
				       PPTP_NOTE_SEND_FAILED));
	fake.drops = 12;
	capture_reset();
	ck_assert(pptp_wire_drain(&fake.wire, one.in));
	ck_assert(pptp_record_has_note(&one.conversation->record,
				       PPTP_NOTE_CAPTURE_DROPS));
}
END_TEST

/* The server of a plan, met by a SYN of somebody else's on this host. */
static struct pptp_exchange meet(uint16_t port, uint8_t flags)
{
	static uint8_t syn[PPTP_PACKET_ROOM], reply[64];
	struct pptp_ip ip = {.ttl = 64};
	struct pptp_tcp tcp = {.source_port = 61111,
			       .destination_port = port,
			       .sequence_number = 5,
			       .window = 1024};
	int64_t now = pptp_timers_now();
	int n;

	ip.source = ip.destination = pptp_address_v4(LOCALHOST);
	n = pptp_tcp_syn_encode(&ip, &tcp, syn, sizeof(syn));
	ck_assert_int_gt(n, 0);
	return (struct pptp_exchange){
	    .syn = syn,
	    .syn_ack = reply,
	    .syn_length = (size_t)n,
	    .syn_ack_length = answer(syn, (size_t)n, flags, reply),
	    .syns = 1,
	    .syn_at = now - 9000,
	    .syn_ack_at = now - 2000,
	};
}

START_TEST(a_plan_begins_from_a_syn_ack_of_somebody_elses)
{
	struct server *s = server(serve_pptp);
	struct pptp_plan it = plan(LOCALHOST, s->port, PPTP_DEPTH_CONTROL);
	struct pptp_exchange met = meet(s->port, PPTP_TCP_SYN | PPTP_TCP_ACK);

	it.opening = PPTP_OPENING_SYN;
	one.job.held = true;
	one.job.until = PPTP_NEVER;
	exchange = &met;
	begin(&it);
	/* What was given is not needed any more. */
	memset((void *)met.syn, 0, met.syn_length);
	ck_assert_uint_eq(changes, PPTP_PROBE_OPENED);
	ck_assert_uint_eq(fake.sent_count, 0);
	until(PPTP_PROBE_RECORD);
	ck_assert_uint_eq(fake.sent_count, 0);
	ck_assert_uint_eq(one.conversation->record.tcp.ttl, 60);
	ck_assert_uint_eq(one.conversation->record.control.state,
			  PPTP_ANSWERED);
	end_server(s);
}
END_TEST

START_TEST(what_is_no_syn_ack_leaves_first_contact_to_the_plan)
{
	struct pptp_plan it = plan(LOCALHOST, 9, PPTP_DEPTH_CONTROL);
	struct pptp_exchange met = meet(9, PPTP_TCP_RST | PPTP_TCP_ACK);

	it.opening = PPTP_OPENING_SYN;
	one.job.held = true;
	one.job.until = PPTP_NEVER;
	exchange = &met;
	begin(&it);
	ck_assert_uint_eq(fake.sent_count, 1);
	ck_assert_uint_eq(one.conversation->record.tcp.ttl, 0);
}
END_TEST

START_TEST(an_aborted_plan_has_a_record)
{
	struct pptp_plan it = syn_plan();

	prepare(&it);
	ck_assert(pptp_probe_abort_plan(&one, pptp_timers_now(), &changes));
	ck_assert_uint_eq(changes, PPTP_PROBE_RECORD);
	ck_assert_uint_eq(one.conversation->record.ended_by,
			  PPTP_ENDED_ABORTED);
	ck_assert_uint_eq(one.phase, PPTP_PHASE_OVER);
	ck_assert_uint_eq(fake.sent_count, 0);
}
END_TEST

static void with_fake(Suite *s, const char *name, const TTest *test)
{
	TCase *c = tcase_create(name);

	tcase_add_checked_fixture(c, fake_up, fake_down);
	tcase_set_timeout(c, 30);
	tcase_add_test(c, test);
	suite_add_tcase(s, c);
}

#define FAKED(suite, test) with_fake(suite, #test, test)

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
	FAKED(s, it_returns_what_has_changed);
	FAKED(s, it_connects_with_a_job_or_a_slot_alone);
	FAKED(s, a_capture_that_hears_nothing_gives_way_to_one_of_all);
	FAKED(s, a_syn_leaves_by_the_wire_and_what_answers_it_is_heard);
	FAKED(s, what_has_no_room_leaves_later_and_what_is_lost_is_noted);
	FAKED(s, what_was_captured_is_heard_before_the_socket);
	FAKED(s, what_was_dropped_meanwhile_is_noted);
	FAKED(s, a_plan_begins_from_a_syn_ack_of_somebody_elses);
	FAKED(s, what_is_no_syn_ack_leaves_first_contact_to_the_plan);
	FAKED(s, an_aborted_plan_has_a_record);
	return run_suite(s);
}
