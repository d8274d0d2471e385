/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/demux.h"

#include "unit/claims.h"

#include "format/gre.h"
#include "format/icmp.h"
#include "format/tcp.h"

#define SECOND INT64_C(1000000)

static struct pptp_demux d; /* too much for a stack */

static struct pptp_address address(const char *text)
{
	struct pptp_address a;

	ck_assert(pptp_address_parse(&a, text, strlen(text)));
	return a;
}

static struct pptp_demux_entry entry(const char *server, const char *source)
{
	static struct pptp_address kept[64];
	static size_t count;
	struct pptp_demux_entry e;

	memset(&e, 0, sizeof(e));
	ck_assert_uint_lt(count + 2, 64);
	e.server = &kept[count];
	kept[count++] = address(server);
	e.source = &kept[count];
	kept[count++] = address(source);
	return e;
}

static struct pptp_ip header(const char *source, const char *destination)
{
	struct pptp_ip ip;

	memset(&ip, 0, sizeof(ip));
	ip.source = address(source);
	ip.destination = address(destination);
	ip.ttl = 64;
	return ip;
}

static size_t gre_packet(uint8_t *packet, size_t room, const char *source,
			 const char *destination, uint16_t call_id)
{
	struct pptp_ip ip = header(source, destination);
	struct pptp_gre gre;
	int n;

	memset(&gre, 0, sizeof(gre));
	ip.protocol = PPTP_IP_GRE;
	gre.call_id = call_id;
	gre.has_acknowledgment = true;
	n = pptp_gre_packet_encode(&ip, &gre, NULL, 0, packet, room);
	ck_assert_int_gt(n, 0);
	return (size_t)n;
}

/* An ICMP 3/2 from `source` that quotes `quoted`. */
static size_t unreachable(uint8_t *packet, size_t room, const char *source,
			  const char *destination, const uint8_t *quoted,
			  size_t length)
{
	struct pptp_ip ip = header(source, destination);
	struct pptp_writer w;

	ip.protocol = PPTP_IP_ICMP;
	pptp_writer_init(&w, packet, room);
	pptp_ip_encode(&w, &ip, 8 + length);
	pptp_write_u8(&w, PPTP_ICMP_UNREACHABLE);
	pptp_write_u8(&w, 2);
	pptp_write_zeros(&w, 6);
	pptp_write_bytes(&w, quoted, length);
	ck_assert(pptp_writer_ok(&w));
	return w.length;
}

static void fresh(void)
{
	pptp_demux_init(&d, 12345);
}

START_TEST(an_address_is_found_until_it_is_removed)
{
	struct pptp_demux_entry a = entry("192.0.2.1", "192.0.2.9");
	struct pptp_demux_entry b = entry("2001:db8::1", "2001:db8::9");
	struct pptp_address zero = {0, {0}};

	fresh();
	pptp_demux_add(&d, &a);
	pptp_demux_add(&d, &b);
	ck_assert_ptr_eq(pptp_demux_find(&d, a.server), &a);
	ck_assert_ptr_eq(pptp_demux_find(&d, b.server), &b);
	ck_assert_ptr_null(pptp_demux_find(&d, &zero));
	pptp_demux_remove(&d, &a);
	ck_assert_ptr_null(pptp_demux_find(&d, a.server));
	ck_assert_ptr_eq(pptp_demux_find(&d, b.server), &b);
	pptp_demux_remove(&d, &a);
}
END_TEST

START_TEST(thousands_of_addresses_are_each_found)
{
	static struct pptp_demux_entry many[20000];
	static struct pptp_address servers[20000];
	uint32_t i;

	fresh();
	for (i = 0; i < 20000; i++) {
		servers[i] = pptp_address_v4(0x0a000000 + i);
		many[i].server = &servers[i];
		pptp_demux_add(&d, &many[i]);
	}
	for (i = 0; i < 20000; i++)
		ck_assert_ptr_eq(pptp_demux_find(&d, &servers[i]), &many[i]);
}
END_TEST

/* While there are enough, all live calls differ: whose GRE comes from elsewhere
 * is known then. */
START_TEST(call_ids_are_not_zero_differ_in_their_bytes_and_from_each_other)
{
	static struct pptp_demux_entry many[16384];
	static struct pptp_address servers[16384];
	static bool used[65536];
	uint32_t i;

	fresh();
	for (i = 0; i < 16384; i++) {
		uint16_t id;

		servers[i] = pptp_address_v4(0x0a000000 + i);
		many[i].server = &servers[i];
		ck_assert(pptp_demux_call_begin(&d, &many[i], 0));
		id = many[i].call_id;
		ck_assert_uint_ne(id, 0);
		ck_assert_uint_ne(id >> 8, id & 0xff);
		ck_assert(!used[id]);
		used[id] = true;
	}
	pptp_demux_free(&d);
}
END_TEST

/* More than there are Call-IDs, within a second: the key has the server. */
START_TEST(a_hundred_thousand_servers_are_called_in_a_second)
{
	static struct pptp_demux_entry many[100000];
	static struct pptp_address servers[100000];
	uint32_t i;

	fresh();
	for (i = 0; i < 100000; i++) {
		servers[i] = pptp_address_v4(0x0a000000 + i);
		many[i].server = &servers[i];
		ck_assert(pptp_demux_call_begin(&d, &many[i], 10 * i));
		if (i >= 16384)
			pptp_demux_call_end(&d, &many[i - 16384], 10 * i);
	}
	pptp_demux_free(&d);
}
END_TEST

START_TEST(one_server_meets_no_call_id_twice_within_60_seconds)
{
	static int64_t ended[65536];
	struct pptp_demux_entry e = entry("192.0.2.1", "192.0.2.9");
	int64_t now;
	uint32_t i;

	fresh();
	for (i = 0; i < 65536; i++)
		ended[i] = -100 * SECOND;
	/* 100 a second: of 65,280, up to 12,000 have been met lately */
	for (i = 0, now = 0; i < 60000; i++, now += 10000) {
		ck_assert(pptp_demux_call_begin(&d, &e, now));
		ck_assert_int_ge(now - ended[e.call_id], 60 * SECOND);
		ended[e.call_id] = now + 500;
		pptp_demux_call_end(&d, &e, now + 500);
	}
	pptp_demux_free(&d);
}
END_TEST

START_TEST(a_server_that_met_all_has_none_until_a_quarantine_is_over)
{
	struct pptp_demux_entry e = entry("192.0.2.1", "192.0.2.9");
	size_t i;

	fresh();
	for (i = 0; i < 65280; i++) {
		ck_assert(pptp_demux_call_begin(&d, &e, 0));
		pptp_demux_call_end(&d, &e, 5 * SECOND);
	}
	ck_assert(!pptp_demux_call_begin(&d, &e, 65 * SECOND - 1));
	ck_assert_uint_eq(e.call_id, 0);
	ck_assert(pptp_demux_call_begin(&d, &e, 125 * SECOND));
	pptp_demux_call_end(&d, &e, 125 * SECOND);
	pptp_demux_call_end(&d, &e, 125 * SECOND);
	pptp_demux_free(&d);
}
END_TEST

/* As the wire decodes it, once. */
static size_t candidates(const void *packet, size_t length,
			 struct pptp_demux_entry **found)
{
	struct pptp_packet parts;

	return pptp_packet_decode(&parts, packet, length)
		   ? pptp_demux_candidates(&d, &parts, found)
		   : 0;
}

START_TEST(gre_from_elsewhere_is_nobodys_where_two_calls_share_its_call_id)
{
	struct pptp_demux_entry a = entry("192.0.2.1", "192.0.2.9");
	struct pptp_demux_entry b = entry("192.0.2.2", "192.0.2.9");
	struct pptp_demux_entry *found[PPTP_DEMUX_CANDIDATES];
	uint8_t packet[64];
	size_t n;

	fresh();
	pptp_demux_add(&d, &a);
	pptp_demux_add(&d, &b);
	/* As if all Call-IDs were taken. */
	a.call_id = b.call_id = 0x1234;
	d.call[0x1234] = &a;
	a.next_call = &b;
	n = gre_packet(packet, sizeof(packet), "192.0.2.2", "192.0.2.9",
		       0x1234);
	ck_assert_uint_eq(candidates(packet, n, found), 1);
	ck_assert_ptr_eq(found[0], &b);
	n = gre_packet(packet, sizeof(packet), "203.0.113.5", "192.0.2.9",
		       0x1234);
	ck_assert_uint_eq(candidates(packet, n, found), 0);
	pptp_demux_call_end(&d, &b, 0);
	ck_assert_uint_eq(candidates(packet, n, found), 1);
	ck_assert_ptr_eq(found[0], &a);
	pptp_demux_call_end(&d, &a, 0);
	ck_assert_uint_eq(candidates(packet, n, found), 0);
	pptp_demux_free(&d);
}
END_TEST

START_TEST(gre_goes_by_our_call_id_whoever_sent_it)
{
	struct pptp_demux_entry a = entry("192.0.2.1", "192.0.2.9");
	struct pptp_demux_entry b = entry("192.0.2.2", "192.0.2.9");
	struct pptp_demux_entry *found[PPTP_DEMUX_CANDIDATES];
	uint8_t packet[64];
	size_t n;

	fresh();
	pptp_demux_add(&d, &a);
	pptp_demux_add(&d, &b);
	ck_assert(pptp_demux_call_begin(&d, &a, 0));
	n = gre_packet(packet, sizeof(packet), "203.0.113.5", "192.0.2.9",
		       a.call_id);
	ck_assert_uint_eq(candidates(packet, n, found), 1);
	ck_assert_ptr_eq(found[0], &a);
	n = gre_packet(packet, sizeof(packet), "192.0.2.2", "192.0.2.9",
		       a.call_id);
	ck_assert_uint_eq(candidates(packet, n, found), 2);
	ck_assert_ptr_eq(found[0], &a);
	ck_assert_ptr_eq(found[1], &b);
}
END_TEST

START_TEST(the_call_id_of_a_packet_that_leaves_is_not_ours)
{
	struct pptp_demux_entry a = entry("192.0.2.1", "192.0.2.9");
	struct pptp_demux_entry b = entry("192.0.2.2", "192.0.2.9");
	struct pptp_demux_entry *found[PPTP_DEMUX_CANDIDATES];
	uint8_t packet[64];
	size_t n;

	fresh();
	pptp_demux_add(&d, &a);
	pptp_demux_add(&d, &b);
	ck_assert(pptp_demux_call_begin(&d, &a, 0));
	n = gre_packet(packet, sizeof(packet), "192.0.2.9", "192.0.2.2",
		       a.call_id);
	ck_assert_uint_eq(candidates(packet, n, found), 1);
	ck_assert_ptr_eq(found[0], &b);
}
END_TEST

START_TEST(icmp_goes_by_what_it_quotes_in_either_direction)
{
	struct pptp_demux_entry a = entry("192.0.2.1", "192.0.2.9");
	struct pptp_demux_entry *found[PPTP_DEMUX_CANDIDATES];
	uint8_t inner[64], packet[128];
	size_t n;

	fresh();
	pptp_demux_add(&d, &a);
	n = gre_packet(inner, sizeof(inner), "192.0.2.9", "192.0.2.1", 7);
	n = unreachable(packet, sizeof(packet), "203.0.113.5", "192.0.2.9",
			inner, n);
	ck_assert_uint_eq(candidates(packet, n, found), 1);
	ck_assert_ptr_eq(found[0], &a);
	/* What our own host sends when it refuses the server's GRE. */
	n = gre_packet(inner, sizeof(inner), "192.0.2.1", "192.0.2.9", 7);
	n = unreachable(packet, sizeof(packet), "192.0.2.9", "192.0.2.1", inner,
			n);
	ck_assert_uint_eq(candidates(packet, n, found), 1);
	ck_assert_ptr_eq(found[0], &a);
}
END_TEST

START_TEST(a_cut_packet_at_every_length_is_nobodys_or_its_servers)
{
	struct pptp_demux_entry a = entry("192.0.2.1", "192.0.2.9");
	struct pptp_demux_entry *found[PPTP_DEMUX_CANDIDATES];
	struct guarded g = guarded_new();
	uint8_t inner[64], packet[128];
	size_t n, i;

	fresh();
	pptp_demux_add(&d, &a);
	n = gre_packet(inner, sizeof(inner), "192.0.2.9", "192.0.2.1", 7);
	n = unreachable(packet, sizeof(packet), "203.0.113.5", "192.0.2.9",
			inner, n);
	for (i = 0; i <= n; i++)
		ck_assert_uint_le(
		    candidates(guarded_copy(&g, packet, i), i, found), 1);
	guarded_free(&g);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("demux");

	CLAIM(s, an_address_is_found_until_it_is_removed);
	CLAIM(s, thousands_of_addresses_are_each_found);
	CLAIM(s,
	      call_ids_are_not_zero_differ_in_their_bytes_and_from_each_other);
	CLAIM(s, a_hundred_thousand_servers_are_called_in_a_second);
	CLAIM(s, one_server_meets_no_call_id_twice_within_60_seconds);
	CLAIM(s, a_server_that_met_all_has_none_until_a_quarantine_is_over);
	CLAIM(s,
	      gre_from_elsewhere_is_nobodys_where_two_calls_share_its_call_id);
	CLAIM(s, gre_goes_by_our_call_id_whoever_sent_it);
	CLAIM(s, the_call_id_of_a_packet_that_leaves_is_not_ours);
	CLAIM(s, icmp_goes_by_what_it_quotes_in_either_direction);
	CLAIM(s, a_cut_packet_at_every_length_is_nobodys_or_its_servers);
	return run_suite(s);
}
