/* SPDX-License-Identifier: BSD-2-Clause */
/* The wire of this host: who hears what, and what becomes of a capture file. */
#include "net/send.h"
#include "net/wire.h"

#include "unit/servers.h"

#define CALL_ID 0x1234

static struct pptp_loop *loop;
static struct pptp_wire *wire;

struct listener {
	struct pptp_wire_consumer consumer;
	struct pptp_address target;
	unsigned heard, lost;
	bool keeps, wide;
	unsigned drained; /* in the middle of a packet: how often it could */
};

static void on_packet(void *context, struct pptp_wire_in *in,
		      const struct pptp_captured *captured)
{
	struct listener *l = context;

	ck_assert(captured->decoded);
	l->heard++;
	l->drained += pptp_wire_drain(wire, in);
	if (l->keeps)
		pptp_wire_keep(wire, captured);
}

static void on_lost(void *context, const struct pptp_wire_in *in)
{
	struct listener *l = context;

	ck_assert(!pptp_wire_hears(wire, in));
	l->lost++;
}

static bool wants(void *context, struct pptp_capture_filter *f)
{
	struct listener *l = context;

	if (!l->wide)
		pptp_capture_filter_add(f, &l->target, CALL_ID);
	return !l->wide;
}

static void listen_to(struct listener *l, uint32_t target)
{
	memset(l, 0, sizeof(*l));
	l->target = pptp_address_v4(target);
	l->consumer = (struct pptp_wire_consumer){
	    .context = l, .packet = on_packet, .lost = on_lost, .wants = wants};
	pptp_wire_listen(wire, &l->consumer);
}

static void open_wire(const char *write)
{
	struct pptp_wire_config config = {.ring = 2 << 20, .write = write};

	ck_assert_int_eq(pptp_loop_open(&loop), PPTP_OK);
	config.loop = loop;
	ck_assert_msg(pptp_wire_open(&wire, &config, text, sizeof(text)) ==
			  PPTP_OK,
		      "%s", text);
}

static struct pptp_wire_in *hear(const char *interface)
{
	struct pptp_wire_in *in;

	ck_assert_int_eq(pptp_wire_in(wire, interface, &in, text, sizeof(text)),
			 PPTP_OK);
	return in;
}

static void close_wire(void)
{
	pptp_wire_close(wire);
	pptp_loop_close(loop);
}

static int echo_packet(uint32_t from, uint8_t *packet, size_t room)
{
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = pptp_address_v4(from);
	ip.destination = pptp_address_v4(LOCALHOST);
	ip.ttl = 64;
	return pptp_icmp_echo_encode(&ip, 1, 1, packet, room);
}

/* As its server's: what is about a target is saved. */
static void send_echoes(uint32_t from, unsigned packets)
{
	struct pptp_sender *s;
	uint8_t packet[64];
	int n = echo_packet(from, packet, sizeof(packet));

	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(pptp_sender_open(&s, NULL, NULL, 0), PPTP_OK);
	while (packets-- > 0)
		ck_assert_int_eq(pptp_sender_send(s, packet, (size_t)n),
				 PPTP_OK);
	pptp_sender_close(s);
}

static void send_gre(uint32_t from, uint16_t call_id)
{
	struct pptp_ip ip = {.ttl = 64, .protocol = PPTP_IP_GRE};
	struct pptp_gre gre = {.has_acknowledgment = true};
	struct pptp_sender *s;
	uint8_t packet[64];
	int n;

	ip.source = pptp_address_v4(from);
	ip.destination = pptp_address_v4(LOCALHOST);
	gre.call_id = call_id;
	n = pptp_gre_packet_encode(&ip, &gre, NULL, 0, packet, sizeof(packet));
	ck_assert_int_gt(n, 0);
	ck_assert_int_eq(pptp_sender_open(&s, NULL, NULL, 0), PPTP_OK);
	ck_assert_int_eq(pptp_sender_send(s, packet, (size_t)n), PPTP_OK);
	pptp_sender_close(s);
}

/* Until `count` were heard, or half a second is over. */
static void turn_until(const struct listener *l, unsigned count)
{
	int64_t end = pptp_timers_now() + SECOND / 2;

	while (l->heard < count && pptp_timers_now() < end)
		ck_assert_int_eq(pptp_loop_turn(loop, end), 0);
}

/* A packet in hand is not given back under who has it. */
START_TEST(all_who_listen_hear_each_packet_once)
{
	struct listener a, b;
	struct pptp_wire_in *in;

	open_wire(NULL);
	listen_to(&a, 0x7f000002);
	listen_to(&b, 0x7f000003);
	in = hear("lo");
	ck_assert_ptr_eq(hear("lo"), in);
	ck_assert(pptp_wire_hears(wire, in));
	ck_assert_int_eq(pptp_wire_port(wire, 1723, text, sizeof(text)),
			 PPTP_OK);
	send_echoes(0x7f000002, 3);
	turn_until(&a, 6); /* over loopback each is seen going and coming */
	ck_assert_uint_eq(a.heard, b.heard);
	ck_assert_uint_ge(a.heard, 3);
	ck_assert_uint_eq(a.drained + b.drained, 0);
	ck_assert(pptp_wire_drain(wire, in));
	ck_assert(pptp_wire_drain(wire, NULL));
	close_wire();
}
END_TEST

/* What one cannot name, all get. */
START_TEST(it_is_narrow_while_all_can_name_what_they_want)
{
	struct listener a, b;

	open_wire(NULL);
	listen_to(&a, 0x7f000002);
	listen_to(&b, 0x7f000003);
	hear("lo");
	ck_assert_int_eq(pptp_wire_port(wire, 1723, text, sizeof(text)),
			 PPTP_OK);
	ck_assert_int_eq(pptp_wire_narrow(wire, text, sizeof(text)), PPTP_OK);
	/* Or our own kernel would have a word to say about GRE. */
	ck_assert_int_eq(pptp_wire_guard(wire), 0);
	send_gre(0x7f000009, 7);
	send_gre(0x7f000009, CALL_ID);
	turn_until(&a, 2);
	ck_assert_uint_le(a.heard, 2);
	ck_assert_uint_ge(a.heard, 1);
	a.heard = 0;
	b.wide = true;
	ck_assert_int_eq(pptp_wire_narrow(wire, text, sizeof(text)), PPTP_OK);
	send_gre(0x7f000009, 7);
	turn_until(&a, 1);
	ck_assert_uint_ge(a.heard, 1);
	close_wire();
}
END_TEST

/* Every port passes then, and no more are kept. */
START_TEST(any_number_of_ports_is_let_through)
{
	struct listener a;
	uint16_t port;

	open_wire(NULL);
	listen_to(&a, 0x7f000002);
	a.wide = true;
	hear("lo");
	for (port = 1; port < 40; port++)
		ck_assert_int_eq(pptp_wire_port(wire, port, text, sizeof(text)),
				 PPTP_OK);
	close_wire();
}
END_TEST

START_TEST(one_way_out_a_source)
{
	struct pptp_route route = {.index = 1};
	struct pptp_wire_out *one, *two, *same;
	uint8_t packet[64];
	int n = echo_packet(0x7f000001, packet, sizeof(packet));

	open_wire(NULL);
	route.source = pptp_address_v4(0x7f000001);
	ck_assert_int_eq(pptp_wire_out(wire, &route, &one, text, sizeof(text)),
			 PPTP_OK);
	ck_assert_int_eq(pptp_wire_out(wire, &route, &same, text, sizeof(text)),
			 PPTP_OK);
	ck_assert_ptr_eq(one, same);
	route.source = pptp_address_v4(0x7f000002);
	ck_assert_int_eq(pptp_wire_out(wire, &route, &two, text, sizeof(text)),
			 PPTP_OK);
	ck_assert_ptr_ne(one, two);
	ck_assert_int_eq(pptp_wire_send(wire, one, packet, (size_t)n), PPTP_OK);
	route.source = pptp_address_v4(0xc0000201);
	ck_assert_int_eq(pptp_wire_out(wire, &route, &two, text, sizeof(text)),
			 PPTP_ERROR_SYSTEM);
	ck_assert_has(text, "cannot send raw packets from 192.0.2.1");
	ck_assert_int_eq(pptp_wire_guard(wire), 0);
	ck_assert_int_eq(pptp_wire_guard(wire), 0);
	close_wire();
}
END_TEST

START_TEST(who_listened_is_told_when_an_interface_is_gone)
{
	struct listener a, b;
	struct pptp_wire_in *in;

	if (system("ip link add v0 type veth peer name v1 && "
		   "ip link set v1 up && ip link set v0 up") != 0) {
		puts("# SKIPPED: no ip, or no veth");
		return;
	}
	open_wire(NULL);
	listen_to(&a, 0x7f000002);
	listen_to(&b, 0x7f000003);
	in = hear("v0");
	ck_assert_ptr_null(pptp_wire_error(wire));
	ck_assert_int_eq(system("ip link delete v0"), 0);
	ck_assert_int_eq(pptp_loop_turn(loop, pptp_timers_now() + SECOND), 0);
	ck_assert(!pptp_wire_hears(wire, in));
	ck_assert(!pptp_wire_drain(wire, in));
	ck_assert_uint_eq(a.lost, 1);
	ck_assert_uint_eq(b.lost, 1);
	ck_assert_has(pptp_wire_error(wire),
		      "the capture on interface 'v0' ended");
	close_wire();
}
END_TEST

static struct pptp_prober *raw_prober(const char *write)
{
	struct pptp_prober_config f = {.jobs = 2, .write = write};
	struct pptp_prober *p = open_with(f);

	ck_assert(pptp_prober_raw(p));
	return p;
}

/* More than its buffer holds, before any record is ready. */
START_TEST(a_disk_that_is_full_in_the_middle_ends_the_capture_file)
{
	struct server *s = server(serve_silence);
	struct pptp_prober *p = raw_prober("/dev/full");
	const struct pptp_record *r;
	int64_t tag;
	int i;

	start(p, 0x7f000002, s->port, 1);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 10, &r, &tag), 0);
	ck_assert(p->wire->keeps);
	for (i = 0; i < 3; i++) {
		send_echoes(0x7f000002, 300);
		ck_assert_int_eq(pptp_prober_next(p, SECOND / 10, &r, &tag), 0);
		ck_assert(!p->wire->keeps);
	}
	ck_assert_str_eq(pptp_prober_error(p),
			 "cannot write capture file '/dev/full': No space left "
			 "on device; the packets since are not in it");
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

START_TEST(only_who_was_heard_there_loses_by_an_interface_that_went_away)
{
	struct server *s = server(serve_silence);
	struct pptp_prober *p = raw_prober(NULL);
	struct pptp_plan away = plan(0xc0000202, 1723, PPTP_DEPTH_SYN);
	const struct pptp_record *r;
	int64_t tag;
	int i;

	if (system("ip link add v0 type veth peer name v1 && "
		   "ip address add 192.0.2.1/24 dev v0 && "
		   "ip link set v1 up && ip link set v0 up") != 0) {
		puts("# SKIPPED: no ip, or no veth");
		return;
	}
	start_plan(p, &away, 1);
	start(p, 0x7f000002, s->port, 2);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 10, &r, &tag), 0);
	ck_assert_int_eq(system("ip link delete v0"), 0);
	ck_assert_int_eq(pptp_prober_next(p, SECOND / 2, &r, &tag), 0);
	pptp_prober_abort(p);
	for (i = 0; i < 2; i++) {
		r = next(p, &tag);
		ck_assert_int_eq(pptp_record_has_note(r, PPTP_NOTE_SEND_FAILED),
				 tag == 1);
	}
	pptp_prober_close(p);
	end_server(s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("wire");

	if (netns_possible()) {
		CLAIM_ALONE(s, all_who_listen_hear_each_packet_once);
		CLAIM_ALONE(s, it_is_narrow_while_all_can_name_what_they_want);
		CLAIM_ALONE(s, any_number_of_ports_is_let_through);
		CLAIM_ALONE(s, one_way_out_a_source);
		CLAIM_ALONE(s, who_listened_is_told_when_an_interface_is_gone);
		CLAIM_ALONE(
		    s, a_disk_that_is_full_in_the_middle_ends_the_capture_file);
		CLAIM_ALONE(
		    s,
		    only_who_was_heard_there_loses_by_an_interface_that_went_away);
	}
	return run_suite(s);
}
