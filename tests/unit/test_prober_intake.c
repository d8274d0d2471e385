/* SPDX-License-Identifier: BSD-2-Clause */
/* How plans come in: those that are started, and those that are pulled. */
#include "net/prober.h"

#include <limits.h>

#include "unit/fake_wire.h"
#include "unit/servers.h"

static unsigned left = UINT_MAX; /* copies that memory is left for */

/* In the place of the library's. */
char *strdup(const char *from)
{
	size_t size = strlen(from) + 1;
	char *copy = left == 0 ? NULL : malloc(size);

	if (copy == NULL)
		return NULL;
	left--;
	return memcpy(copy, from, size);
}

START_TEST(a_plan_without_memory_is_refused_and_leaves_none_behind)
{
	struct pptp_prober *p = tcp_prober(1);
	struct pptp_plan it = plan(LOCALHOST, 1723, PPTP_DEPTH_CONTROL);
	size_t before = 0;

	it.contact = "who@example.org";
	it.name = "vpn.example.org";
	it.labels = "site=1";
	/* What was freed once is kept at hand, and counts: so after a few. */
	for (unsigned i = 0; i < 60; i++) {
		enum pptp_error error;

		left = i % 3;
		error = pptp_prober_start(p, &it, 1, text, sizeof(text));
		left = UINT_MAX; /* Check copies too */
		ck_assert_int_eq(error, PPTP_ERROR_SYSTEM);
		ck_assert_str_eq(text, "out of memory for a conversation");
		ck_assert_uint_eq(pptp_prober_live(p), 0);
		if (i == 29)
			before = heap_in_use();
	}
	ck_assert_uint_eq(heap_in_use(), before);
	ck_assert_int_eq(pptp_prober_start(p, &it, 1, text, sizeof(text)),
			 PPTP_OK);
	ck_assert_uint_eq(pptp_prober_live(p), 1);
	pptp_prober_close(p);
}
END_TEST

/* ---- plans that are pulled ----------------------------------------------- */

/* A source of `left` plans for one port, of addresses from 127.0.1.0 up. */
struct giver {
	uint16_t port;
	uint32_t given, left, refused;
	enum pptp_pull then; /* once none is left */
	int64_t wait_us;
	struct pptp_prober *p;
	size_t most; /* that were live when it was asked */
	bool wrong;  /* each second one cannot begin */
};

static enum pptp_pull give(void *context, struct pptp_pulled *pulled)
{
	struct pptp_plan *it = &pulled->plan;
	struct giver *g = context;
	size_t live = pptp_prober_live(g->p);

	ck_assert_uint_eq(it->port, 0);
	if (g->left == 0)
		return g->then;
	if (live > g->most)
		g->most = live;
	*it = plan(0x7f000100 + g->given, g->port, PPTP_DEPTH_CONTROL);
	it->wait_us = g->wait_us;
	if (g->wrong && g->given % 2 == 1)
		it->port = 0;
	pulled->tag = g->given++;
	g->left--;
	return PPTP_PULL_PLAN;
}

static void refuse(void *context, int64_t tag, enum pptp_error error,
		   const char *why)
{
	struct giver *g = context;

	ck_assert_int_eq(tag % 2, 1);
	ck_assert_int_eq(error, PPTP_ERROR_ARGUMENT);
	ck_assert_has(why, "port 0");
	g->refused++;
}

static void pull_from(struct giver *g, struct pptp_prober *p)
{
	const struct pptp_plan_source source = {g, give, refuse};

	g->p = p;
	pptp_prober_pull(p, &source);
}

static unsigned records(struct pptp_prober *p, enum pptp_state state)
{
	const struct pptp_record *r;
	unsigned n = 0;
	int64_t tag;
	int got;

	while ((got = pptp_prober_next(p, LONG, &r, &tag)) == 1) {
		ck_assert_uint_eq(r->control.state, state);
		n++;
	}
	ck_assert_int_eq(got, PPTP_PROBER_IDLE);
	return n;
}

/* The absence of a call is what holds a source back. */
START_TEST(a_source_is_asked_when_a_job_is_free_and_not_before)
{
	struct server *s = server_process(serve_pptp);
	struct pptp_prober *p = tcp_prober(4);
	struct giver g = {s->port, .left = 200, .then = PPTP_PULL_END};

	pull_from(&g, p);
	ck_assert_uint_eq(records(p, PPTP_ANSWERED), 200);
	/* With four jobs, those whose record waits to be read besides. */
	ck_assert_uint_le(g.most, 64);
	ck_assert_uint_gt(g.most, 0);
	pptp_prober_close(p);
	end_process(s);
}
END_TEST

START_TEST(a_plan_that_cannot_begin_is_refused_and_the_next_is_asked_for)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = tcp_prober(2);
	struct giver g = {s->port, .left = 10, .then = PPTP_PULL_END,
			  .wrong = true};

	pull_from(&g, p);
	ck_assert_uint_eq(records(p, PPTP_ANSWERED), 5);
	ck_assert_uint_eq(g.refused, 5);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(who_has_a_plan_later_is_asked_again)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = tcp_prober(2);
	struct giver g = {s->port, .then = PPTP_PULL_LATER};
	const struct pptp_record *r;
	int64_t tag;

	pull_from(&g, p);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 50, &r, &tag), 0);
	g.left = 1;
	ck_assert_uint_eq(next(p, &tag)->control.state, PPTP_ANSWERED);
	g.then = PPTP_PULL_ASK;
	ck_assert_int_eq(pptp_prober_next(p, LONG, &r, &tag), PPTP_PROBER_ASKS);
	start(p, LOCALHOST, s->port, 7);
	start(p, 0x7f000002, s->port, 8);
	/* Both jobs are taken: nobody is asked. */
	ck_assert_uint_eq(next(p, &tag)->control.state, PPTP_ANSWERED);
	g.then = PPTP_PULL_END;
	ck_assert_uint_eq(next(p, &tag)->control.state, PPTP_ANSWERED);
	ck_assert_int_eq(pptp_prober_next(p, LONG, &r, &tag), PPTP_PROBER_IDLE);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(after_an_abort_no_source_is_asked)
{
	struct server *s = server(serve_pptp);
	struct pptp_prober *p = tcp_prober(2);
	struct giver g = {s->port, .left = 5, .then = PPTP_PULL_LATER};
	const struct pptp_record *r;
	int64_t tag;

	pull_from(&g, p);
	pptp_prober_abort(p);
	ck_assert_int_eq(pptp_prober_next(p, LONG, &r, &tag), PPTP_PROBER_IDLE);
	ck_assert_uint_eq(g.given, 0);
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

/* 64 plans a job, but no more than 16,384 or two a job: what waits for its time
 * needs no job, and memory is held all the same. */
START_TEST(no_more_are_pulled_than_silence_could_take)
{
	static const struct {
		unsigned jobs;
		uint32_t most;
	} rows[] = {{1, 64}, {10, 640}, {255, 16320}, {300, 16384}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct pptp_prober *p = tcp_prober(rows[i].jobs);
		struct giver g = {1, .left = 20000, .then = PPTP_PULL_END,
				  .wait_us = 1000 * SECOND};
		const struct pptp_record *r;
		int64_t tag;

		pull_from(&g, p);
		ck_assert_int_eq(pptp_prober_next(p, 0, &r, &tag), 0);
		ck_assert_uint_eq(g.given, rows[i].most);
		pptp_prober_close(p);
	}
}
END_TEST

/* 40 take the connection and say nothing: with four jobs they would stand in
 * the way for two minutes. What they answer, late, is heard. */
START_TEST(who_takes_the_connection_and_is_silent_needs_no_job)
{
	struct server *s = server_process(serve_pptp);
	struct pptp_prober *p = tcp_prober(4);
	struct giver g = {s->port, .left = 40, .then = PPTP_PULL_END};
	int64_t before = pptp_timers_now();
	const struct pptp_record *r;
	int64_t tag;

	s->gate = 1000; /* not before it opens */
	pull_from(&g, p);
	while (g.left > 32)
		ck_assert_int_eq(pptp_prober_next(p, SECOND / 10, &r, &tag), 0);
	ck_assert_int_lt(pptp_timers_now() - before, LONG);
	ck_assert_uint_ge(p->jobs.silent, 4);
	s->gate = 0;
	ck_assert_uint_eq(records(p, PPTP_ANSWERED), 40);
	ck_assert_uint_eq(p->jobs.silent, 0);
	ck_assert_uint_eq(p->jobs.running, 0);
	pptp_prober_close(p);
	end_process(s);
}
END_TEST

/* ---- with a loop and a wire of somebody else ------------------------------ */

static unsigned decoded; /* IP headers */

bool __real_pptp_ip_decode(struct pptp_ip *ip, struct pptp_reader *r);
bool __wrap_pptp_ip_decode(struct pptp_ip *ip, struct pptp_reader *r);

bool __wrap_pptp_ip_decode(struct pptp_ip *ip, struct pptp_reader *r)
{
	decoded++;
	return __real_pptp_ip_decode(ip, r);
}

/* What answers a SYN: a RST from its destination. */
static void answer_syn(const struct fake_packet *syn)
{
	struct pptp_captured c = fake_decode(syn->bytes, syn->length);
	const struct pptp_tcp *tcp = &c.parts.tcp;
	struct pptp_ip ip = {.ttl = 50, .protocol = PPTP_IP_TCP};
	uint8_t packet[64];
	struct pptp_writer w;

	ip.source = c.parts.ip.destination;
	ip.destination = c.parts.ip.source;
	pptp_writer_init(&w, packet, sizeof(packet));
	pptp_ip_encode(&w, &ip, 20);
	pptp_write_u16(&w, tcp->destination_port);
	pptp_write_u16(&w, tcp->source_port);
	pptp_write_u32(&w, 0);
	pptp_write_u32(&w, tcp->sequence_number + 1);
	pptp_write_u8(&w, 0x50);
	pptp_write_u8(&w, PPTP_TCP_RST | PPTP_TCP_ACK);
	pptp_write_zeros(&w, 6);
	ck_assert(pptp_writer_ok(&w));
	fake_capture(packet, w.length);
}

/* Each by its address, whatever the order; and each is decoded once. */
START_TEST(packets_of_a_wire_reach_the_plans_that_they_are_for)
{
	struct pptp_prober_config f = {.jobs = 8, .wire = &fake.wire};
	const struct pptp_record *r;
	struct pptp_prober *p;
	int64_t tag, sum = 0;
	int i;

	fake_begin();
	fake.wire.keeps = true;
	ck_assert_int_eq(pptp_loop_open(&f.loop), PPTP_OK);
	p = open_with(f);
	ck_assert(pptp_prober_raw(p));
	ck_assert_ptr_eq(pptp_prober_wire(p), &fake.wire);
	ck_assert_ptr_eq(pptp_prober_loop(p), f.loop);
	for (i = 0; i < 4; i++) {
		struct pptp_plan it =
		    plan(0x7f000100U + (uint32_t)i, 1723, PPTP_DEPTH_SYN);

		start_plan(p, &it, i);
	}
	ck_assert_int_eq(pptp_prober_next(p, 0, &r, &tag), 0);
	ck_assert_uint_eq(fake.sent_count, 4);
	for (i = 3; i >= 0; i--)
		answer_syn(&fake.sent[i]);
	decoded = 0;
	ck_assert(pptp_wire_drain(&fake.wire, NULL));
	ck_assert_uint_eq(decoded, 4);
	for (i = 0; i < 4; i++) {
		r = next(p, &tag);
		ck_assert_uint_eq(r->tcp.state, PPTP_CLOSED);
		ck_assert_int_eq(pptp_address_v4_value(&r->target),
				 0x7f000100 + tag);
		sum += tag;
	}
	ck_assert_int_eq(sum, 6);
	ck_assert_uint_eq(fake.kept, 4);
	ck_assert_uint_eq(fake.flushed, 4);
	pptp_prober_close(p);
	ck_assert_ptr_null(fake.wire.consumers);
	pptp_loop_close(f.loop);
}
END_TEST

/* The wire took it, and says later that it did not leave. */
START_TEST(what_did_not_leave_after_all_leaves_later_or_is_noted)
{
	struct pptp_prober_config f = {.jobs = 8, .wire = &fake.wire};
	struct pptp_plan it = plan(0x7f000101, 1723, PPTP_DEPTH_SYN);
	const struct pptp_wire_consumer *c;
	const struct fake_packet *syn = &fake.sent[0];
	const struct pptp_record *r;
	struct pptp_prober *p;
	int64_t tag;

	fake_begin();
	ck_assert_int_eq(pptp_loop_open(&f.loop), PPTP_OK);
	p = open_with(f);
	start_plan(p, &it, 7);
	ck_assert_int_eq(pptp_prober_next(p, 0, &r, &tag), 0);
	ck_assert_uint_eq(fake.sent_count, 1);
	c = fake.wire.consumers;
	c->unsent(c->context, syn->bytes, syn->length, EAGAIN);
	ck_assert_uint_eq(fake.sent_count, 1);
	while (fake.sent_count == 1)
		ck_assert_int_eq(pptp_prober_next(p, 100000, &r, &tag), 0);
	ck_assert_uint_eq(fake.sent[1].length, syn->length);
	ck_assert_mem_eq(fake.sent[1].bytes, syn->bytes, syn->length);
	c->unsent(c->context, syn->bytes, syn->length, EPERM);
	c->unsent(c->context, "no packet", 9, EPERM);
	answer_syn(syn);
	ck_assert(pptp_wire_drain(&fake.wire, NULL));
	r = next(p, &tag);
	ck_assert_int_eq(tag, 7);
	ck_assert_uint_eq(r->tcp.state, PPTP_CLOSED);
	ck_assert(pptp_record_has_note(r, PPTP_NOTE_SEND_FAILED));
	pptp_prober_close(p);
	pptp_loop_close(f.loop);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("intake");

	CLAIM(s, a_plan_without_memory_is_refused_and_leaves_none_behind);
	CLAIM(s, a_source_is_asked_when_a_job_is_free_and_not_before);
	CLAIM(s, a_plan_that_cannot_begin_is_refused_and_the_next_is_asked_for);
	CLAIM(s, who_has_a_plan_later_is_asked_again);
	CLAIM(s, after_an_abort_no_source_is_asked);
	CLAIM(s, no_more_are_pulled_than_silence_could_take);
	CLAIM(s, who_takes_the_connection_and_is_silent_needs_no_job);
	CLAIM(s, packets_of_a_wire_reach_the_plans_that_they_are_for);
	CLAIM(s, what_did_not_leave_after_all_leaves_later_or_is_noted);
	return run_suite(s);
}
