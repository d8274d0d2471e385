/* SPDX-License-Identifier: BSD-2-Clause */
/* What pptp-wire and who sweeps by it say: the bytes, and back. */
#include "net/sweeper_messages.h"

#include "unit/claims.h"

static uint8_t bytes[PPTP_SWEEPER_ROOM];
static struct pptp_writer w;
static struct pptp_reader r;

static void begin(void)
{
	pptp_writer_init(&w, bytes, sizeof(bytes));
}

static void back(void)
{
	ck_assert(pptp_writer_ok(&w));
	pptp_reader_init(&r, bytes, w.length);
}

#define ck_assert_read_to_its_end()                                            \
	ck_assert(pptp_reader_ok(&r) && pptp_reader_left(&r) == 0)

/* Cut anywhere, it is no such value. */
#define ck_assert_cut_fails(get)                                               \
	do {                                                                   \
		size_t cut_;                                                   \
		for (cut_ = 0; cut_ < w.length; cut_++) {                      \
			pptp_reader_init(&r, bytes, cut_);                     \
			get;                                                   \
			ck_assert(!pptp_reader_ok(&r));                        \
		}                                                              \
	} while (0)

static struct pptp_address v4(uint8_t last)
{
	return (struct pptp_address){.family = 4, .bytes = {198, 18, 0, last}};
}

static struct pptp_address v6(uint8_t last)
{
	return (struct pptp_address){
	    .family = 6, .bytes = {0x20, 1, 0xd, 0xb8, [15] = last}};
}

START_TEST(an_answer_is_these_bytes)
{
	static const uint8_t expected[] = {
	    15, 0xff, 0xff, 0xff, 0xec, 0, 0, 0, 13, 0, 0, 0,   0,   0,   0,
	    1,  2,    0,    0,    0,    0, 0, 0, 0,  5, 3, 'w', 'h', 'y',
	};
	struct pptp_sweeper_answer a = {.status = PPTP_ERROR_SYSTEM,
					.error = 13,
					.waiting = 258,
					.value = 5,
					.text = "why"},
				   got;

	begin();
	pptp_sweeper_put_answer(&w, &a);
	back();
	ck_assert_uint_eq(w.length, sizeof(expected));
	ck_assert_mem_eq(bytes, expected, sizeof(expected));
	memset(&got, 0xff, sizeof(got));
	pptp_sweeper_get_answer(&r, &got);
	ck_assert_read_to_its_end();
	ck_assert_int_eq(got.status, PPTP_ERROR_SYSTEM);
	ck_assert_uint_eq(got.error, 13);
	ck_assert_uint_eq(got.waiting, 258);
	ck_assert_uint_eq(got.value, 5);
	ck_assert_str_eq(got.text, "why");
	ck_assert_cut_fails(pptp_sweeper_get_answer(&r, &got));
	bytes[27] = '\0';
	pptp_reader_init(&r, bytes, w.length);
	pptp_sweeper_get_answer(&r, &got);
	ck_assert(!pptp_reader_ok(&r));
}
END_TEST

static struct pptp_sweeper_config config(void)
{
	return (struct pptp_sweeper_config){
	    .sweep = {.count = UINT64_C(1) << 40,
		      .seed = 2,
		      .span = {3, 4},
		      .low = 5,
		      .retries = 6,
		      .retry_after = 7,
		      .cooldown = 8,
		      .rate = 9,
		      .key = {{10, UINT64_MAX}},
		      .ports = {11, 12},
		      .counts = {.syns = 13, .both = 14}},
	    .interface = "eth0",
	    .source = v6(1),
	    .memory = 15,
	    .ring = 16,
	    .second_port = true,
	    .open_only = true,
	    .contact = true};
}

START_TEST(a_configuration_comes_back)
{
	struct pptp_sweeper_config c = config(), got;
	char interface[PPTP_INTERFACE_NAME];

	begin();
	pptp_sweeper_put_config(&w, &c);
	back();
	pptp_sweeper_get_config(&r, &got, interface);
	ck_assert_read_to_its_end();
	ck_assert_mem_eq(&got.sweep.counts, &c.sweep.counts,
			 sizeof(c.sweep.counts));
	ck_assert_uint_eq(got.sweep.count, c.sweep.count);
	ck_assert_uint_eq(got.sweep.seed, 2);
	ck_assert_uint_eq(got.sweep.span.first, 3);
	ck_assert_uint_eq(got.sweep.span.end, 4);
	ck_assert_uint_eq(got.sweep.low, 5);
	ck_assert_uint_eq(got.sweep.retries, 6);
	ck_assert_uint_eq(got.sweep.retry_after, 7);
	ck_assert_uint_eq(got.sweep.cooldown, 8);
	ck_assert_uint_eq(got.sweep.rate, 9);
	ck_assert_uint_eq(got.sweep.key.words[0], 10);
	ck_assert_uint_eq(got.sweep.key.words[1], UINT64_MAX);
	ck_assert_uint_eq(got.sweep.ports.first, 11);
	ck_assert_uint_eq(got.sweep.ports.count, 12);
	ck_assert_str_eq(got.interface, "eth0");
	ck_assert(pptp_address_equal(&got.source, &c.source));
	ck_assert_uint_eq(got.memory, 15);
	ck_assert_uint_eq(got.ring, 16);
	ck_assert(got.second_port && got.open_only && got.contact);
	ck_assert_cut_fails(pptp_sweeper_get_config(&r, &got, interface));
	bytes[w.length - 1] = 2;
	pptp_reader_init(&r, bytes, w.length);
	pptp_sweeper_get_config(&r, &got, interface);
	ck_assert(!pptp_reader_ok(&r));
}
END_TEST

START_TEST(an_interface_may_be_none_and_is_no_longer_than_any)
{
	struct pptp_sweeper_config c = config(), got;
	char interface[PPTP_INTERFACE_NAME];

	c.interface = NULL;
	c.source.family = 0;
	begin();
	pptp_sweeper_put_config(&w, &c);
	back();
	pptp_sweeper_get_config(&r, &got, interface);
	ck_assert_read_to_its_end();
	ck_assert_ptr_null(got.interface);
	ck_assert_uint_eq(got.source.family, 0);
	c.interface = "sixteen bytes ..";
	begin();
	pptp_sweeper_put_config(&w, &c);
	back();
	pptp_sweeper_get_config(&r, &got, interface);
	ck_assert(!pptp_reader_ok(&r));
}
END_TEST

START_TEST(ports_entries_blocks_and_routes_come_back)
{
	struct pptp_sweeper_entry e = {v6(7), UINT64_C(1) << 33, {500, true}};
	struct pptp_block b = {v4(1), v4(9)};
	struct pptp_route way = {v4(3), "lo", 4, true}, none;
	struct pptp_port_set set;

	memset(&set, 0, sizeof(set));
	pptp_port_set_add(&set, 1723);
	pptp_port_set_add(&set, 65535);
	begin();
	pptp_sweeper_put_ports(&w, &set);
	pptp_sweeper_put_entry(&w, &e);
	pptp_sweeper_put_block(&w, &b);
	pptp_sweeper_put_route(&w, &way);
	pptp_sweeper_put_route(&w, NULL);
	back();
	memset(&set, 0, sizeof(set));
	memset(&e, 0, sizeof(e));
	memset(&b, 0, sizeof(b));
	memset(&way, 0, sizeof(way));
	pptp_sweeper_get_ports(&r, &set);
	pptp_sweeper_get_entry(&r, &e);
	pptp_sweeper_get_block(&r, &b);
	pptp_sweeper_get_route(&r, &way);
	pptp_sweeper_get_route(&r, &none);
	ck_assert_read_to_its_end();
	ck_assert_int_eq(pptp_port_set_next(&set, 0), 1723);
	ck_assert_int_eq(pptp_port_set_next(&set, 1724), 65535);
	ck_assert_uint_eq(e.first.bytes[15], 7);
	ck_assert_uint_eq(e.targets, UINT64_C(1) << 33);
	ck_assert_uint_eq(e.ports.value, 500);
	ck_assert(e.ports.is_list);
	ck_assert_uint_eq(b.first.bytes[3], 1);
	ck_assert_uint_eq(b.last.bytes[3], 9);
	ck_assert_uint_eq(way.source.bytes[3], 3);
	ck_assert_str_eq(way.interface, "lo");
	ck_assert_uint_eq(way.index, 4);
	ck_assert(way.local);
	ck_assert_uint_eq(none.index, 0);
	ck_assert_uint_eq(none.source.family, 0);
}
END_TEST

/* Only a route may have no address. */
START_TEST(a_target_without_an_address_is_none)
{
	struct pptp_sweeper_entry e = {{.family = 0}, 1, {1723, false}};
	struct pptp_block b = {v4(1), {.family = 0}};

	begin();
	pptp_sweeper_put_entry(&w, &e);
	back();
	pptp_sweeper_get_entry(&r, &e);
	ck_assert(!pptp_reader_ok(&r));
	begin();
	pptp_sweeper_put_block(&w, &b);
	back();
	pptp_sweeper_get_block(&r, &b);
	ck_assert(!pptp_reader_ok(&r));
	begin();
	pptp_write_u8(&w, 5);
	pptp_write_zeros(&w, 40);
	back();
	pptp_sweeper_get_block(&r, &b);
	ck_assert(!pptp_reader_ok(&r));
}
END_TEST

static struct pptp_found found(void)
{
	struct pptp_found f = {
	    .heard = {PPTP_HEARD_NEWS, PPTP_PORT_OPEN, 99, 3, true, 1000},
	    .reply = {.kind = PPTP_SYN_REPLY_SYN_ACK,
		      .target = v4(1),
		      .source = v4(2),
		      .from = v4(3),
		      .port = 1723,
		      .source_port = 24576,
		      .number = 0xdeadbeef,
		      .ttl = 64,
		      .icmp_type = 3,
		      .icmp_code = 13,
		      .icmp_hard = true,
		      .window = 512,
		      .mss = 1460},
	    .target = 98,
	    .rtt_ns = -1,
	    .time_ns = INT64_MAX,
	    .length = PPTP_FOUND_PACKET};
	size_t i;

	for (i = 0; i < sizeof(f.packet); i++)
		f.packet[i] = (uint8_t)i;
	return f;
}

START_TEST(what_was_found_comes_back)
{
	struct pptp_found f = found(), got;

	begin();
	pptp_sweeper_put_found(&w, &f);
	back();
	memset(&got, 0xff, sizeof(got));
	pptp_sweeper_get_found(&r, &got);
	ck_assert_read_to_its_end();
	ck_assert_int_eq(got.heard.kind, PPTP_HEARD_NEWS);
	ck_assert_int_eq(got.heard.answer, PPTP_PORT_OPEN);
	ck_assert_uint_eq(got.heard.position, 99);
	ck_assert_uint_eq(got.heard.attempt, 3);
	ck_assert(got.heard.reset);
	ck_assert_uint_eq(got.heard.sent, 1000);
	ck_assert_int_eq(got.reply.kind, PPTP_SYN_REPLY_SYN_ACK);
	ck_assert_uint_eq(got.reply.target.bytes[3], 1);
	ck_assert_uint_eq(got.reply.source.bytes[3], 2);
	ck_assert_uint_eq(got.reply.from.bytes[3], 3);
	ck_assert_uint_eq(got.reply.port, 1723);
	ck_assert_uint_eq(got.reply.source_port, 24576);
	ck_assert_uint_eq(got.reply.number, 0xdeadbeef);
	ck_assert_uint_eq(got.reply.ttl, 64);
	ck_assert_uint_eq(got.reply.icmp_type, 3);
	ck_assert_uint_eq(got.reply.icmp_code, 13);
	ck_assert(got.reply.icmp_hard);
	ck_assert_uint_eq(got.reply.window, 512);
	ck_assert_uint_eq(got.reply.mss, 1460);
	ck_assert_uint_eq(got.target, 98);
	ck_assert_int_eq(got.rtt_ns, -1);
	ck_assert_int_eq(got.time_ns, INT64_MAX);
	ck_assert_uint_eq(got.length, PPTP_FOUND_PACKET);
	ck_assert_mem_eq(got.packet, f.packet, PPTP_FOUND_PACKET);
	ck_assert_cut_fails(pptp_sweeper_get_found(&r, &got));
}
END_TEST

START_TEST(words_that_nobody_knows_are_none)
{
	struct pptp_found f = found();
	/* kind, answer, reset; the reply's kind; the packet's length */
	static const size_t places[] = {0, 1, 3, 20};
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		begin();
		pptp_sweeper_put_found(&w, &f);
		bytes[places[i]] = 9;
		back();
		f = found();
		pptp_sweeper_get_found(&r, &f);
		ck_assert(!pptp_reader_ok(&r));
		f = found();
	}
	begin();
	pptp_sweeper_put_found(&w, &f);
	bytes[w.length - PPTP_FOUND_PACKET - 1] = PPTP_FOUND_PACKET + 1;
	pptp_write_u8(&w, 0);
	back();
	pptp_sweeper_get_found(&r, &f);
	ck_assert(!pptp_reader_ok(&r));
	ck_assert_uint_eq(f.length, 0);
}
END_TEST

START_TEST(how_it_stands_comes_back)
{
	static struct pptp_sweep_standing s, got;
	struct pptp_sweeper_facts f = {1, 2, 3, 4, 5, true}, facts;
	size_t i;

	s.high = UINT64_C(1) << 50;
	s.again = true;
	s.counts.syns = 6;
	s.counts.both = 7;
	s.lost_count = PPTP_SWEEP_LOST;
	for (i = 0; i < PPTP_SWEEP_LOST; i++)
		s.lost[i] = (struct pptp_interval){2 * i, 2 * i + 1};
	begin();
	pptp_sweeper_put_standing(&w, &s);
	pptp_sweeper_put_facts(&w, &f);
	back();
	pptp_sweeper_get_standing(&r, &got);
	pptp_sweeper_get_facts(&r, &facts);
	ck_assert_read_to_its_end();
	ck_assert_uint_eq(got.high, s.high);
	ck_assert(got.again && !got.lossy);
	ck_assert_mem_eq(&got.counts, &s.counts, sizeof(s.counts));
	ck_assert_mem_eq(got.lost, s.lost, sizeof(s.lost));
	ck_assert_uint_eq(facts.resets, f.resets);
	ck_assert_uint_eq(facts.second_ports_asked, f.second_ports_asked);
	ck_assert_uint_eq(facts.refused, f.refused);
	ck_assert_uint_eq(facts.drops, f.drops);
	ck_assert_uint_eq(facts.overflows, f.overflows);
	ck_assert(facts.framed);
	begin();
	pptp_sweeper_put_standing(&w, &s);
	bytes[w.length - 16 * PPTP_SWEEP_LOST - 2] = 0xff; /* their number */
	pptp_write_zeros(&w, 16);
	back();
	pptp_sweeper_get_standing(&r, &got);
	ck_assert(!pptp_reader_ok(&r));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sweeper_messages");

	CLAIM(s, an_answer_is_these_bytes);
	CLAIM(s, a_configuration_comes_back);
	CLAIM(s, an_interface_may_be_none_and_is_no_longer_than_any);
	CLAIM(s, ports_entries_blocks_and_routes_come_back);
	CLAIM(s, a_target_without_an_address_is_none);
	CLAIM(s, what_was_found_comes_back);
	CLAIM(s, words_that_nobody_knows_are_none);
	CLAIM(s, how_it_stands_comes_back);
	return run_suite(s);
}
