/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets, decoded once: what is told of each kind, and that nobody who is
 * handed one decodes its header again. */
#include "format/packet.h"

#include "unit/peer.h"

/* Linked in the place of the library's (see the Makefile). */
bool __real_pptp_ip_decode(struct pptp_ip *ip, struct pptp_reader *r);
bool __wrap_pptp_ip_decode(struct pptp_ip *ip, struct pptp_reader *r);

static unsigned decoded; /* IP headers */

bool __wrap_pptp_ip_decode(struct pptp_ip *ip, struct pptp_reader *r)
{
	decoded++;
	return __real_pptp_ip_decode(ip, r);
}

static struct pptp_packet p;

static bool decode(const char *hex)
{
	static struct vector v;

	v = vector(hex);
	return pptp_packet_decode(&p, v.bytes, v.length);
}

#define IP(protocol) "45000000 00004000 40" protocol "0000 c0000201 c0000202"

START_TEST(each_kind_has_its_header)
{
	ck_assert(decode(IP("06") "06bbee48 00000009 01020305 50121020 "
				  "00000000"));
	ck_assert_int_eq(p.kind, PPTP_PACKET_TCP);
	ck_assert(p.whole);
	ck_assert_uint_eq(p.tcp.source_port, 1723);
	ck_assert_uint_eq(p.tcp.acknowledgment_number, 0x01020305);
	ck_assert(decode(IP("2f") "3001880b 00021a2c 00000007 ff03"));
	ck_assert_int_eq(p.kind, PPTP_PACKET_GRE);
	ck_assert(p.whole);
	ck_assert_uint_eq(p.gre.call_id, 0x1a2c);
	ck_assert_uint_eq(p.gre.sequence_number, 7);
	ck_assert_uint_eq(pptp_reader_left(&p.gre.payload), 2);
	ck_assert(decode(IP("01") "00000000 f0010002"));
	ck_assert_int_eq(p.kind, PPTP_PACKET_ICMP);
	ck_assert(p.whole && !p.icmp.has_quote);
	ck_assert_uint_eq(p.icmp.identifier, 0xf001);
	ck_assert_uint_eq(p.length, 28);
	ck_assert(pptp_address_equal(&p.ip.source, &(struct pptp_address){
						       .family = 4,
						       .bytes = {192, 0, 2, 1},
						   }));
}
END_TEST

START_TEST(what_is_cut_is_told_as_far_as_it_goes)
{
	ck_assert(decode(IP("06") "06bbee48 00000009"));
	ck_assert_int_eq(p.kind, PPTP_PACKET_TCP);
	ck_assert(!p.whole);
	ck_assert_uint_eq(p.tcp.source_port, 0);
	ck_assert(decode(IP("2f") "3001880b 00041a2c 00000007 ff03"));
	ck_assert_int_eq(p.kind, PPTP_PACKET_GRE);
	ck_assert(!p.whole);
	ck_assert_uint_eq(p.gre.call_id, 0x1a2c);
	ck_assert(decode(IP("2f") "3001880b 0004"));
	ck_assert_int_eq(p.kind, PPTP_PACKET_GRE);
	ck_assert(!p.whole);
	ck_assert_uint_eq(p.gre.call_id, 0);
	ck_assert(decode(IP("01") "03"));
	ck_assert_int_eq(p.kind, PPTP_PACKET_ICMP);
	ck_assert(!p.whole);
	ck_assert_uint_eq(p.icmp.type, 0);
	ck_assert(!decode("4500"));
	ck_assert(!decode(""));
}
END_TEST

START_TEST(all_else_is_other)
{
	ck_assert(decode(IP("2f") "00000800 45000000")); /* plain GRE */
	ck_assert_int_eq(p.kind, PPTP_PACKET_OTHER);
	ck_assert(decode(IP("11") "00350035 00080000"));
	ck_assert_int_eq(p.kind, PPTP_PACKET_OTHER);
	ck_assert(!p.whole);
	/* a later fragment of TCP */
	ck_assert(decode("4500003c 00000004 40060000 c0000201 c0000202"
			 "06bbee48 00000009 01020305 50121020 00000000"));
	ck_assert_int_eq(p.kind, PPTP_PACKET_OTHER);
}
END_TEST

START_TEST(no_byte_behind_the_packet_is_read)
{
	static const char *const packets[] = {
	    IP("06") "06bbee48 00000009 01020305 60121020 00000000 020405b4",
	    IP("2f") "3081880b 00041a2c 00000007 00000001 ff03c021",
	    IP("01") "03020000 00000000 45000020 00004000 402f0000 c0000202 "
		     "c0000201 3001880b 00000080 00000001",
	    ("6000000000083a40 20010db8000000000000000000000001 "
	     "20010db8000000000000000000000002 8100000012340001"),
	};
	struct guarded g = guarded_new();

	for (size_t i = 0; i < sizeof(packets) / sizeof(*packets); i++) {
		struct vector v = vector(packets[i]);

		for (size_t n = 0; n <= v.length; n++) {
			uint8_t *at = guarded_copy(&g, v.bytes, n);
			bool decodes = pptp_packet_decode(&p, at, n);

			ck_assert(!decodes || p.bytes == at);
			ck_assert(n < v.length || (decodes && p.whole));
		}
	}
	guarded_free(&g);
}
END_TEST

/* ---- once ---------------------------------------------------------------- */

static void hand_over(const void *bytes, size_t length, unsigned quotes)
{
	unsigned before = decoded;

	ck_assert(pptp_packet_decode(&p, bytes, length));
	w.now += MS;
	ck_assert(pptp_conversation_packet(&w.c, &p, w.now));
	ck_assert_uint_eq(decoded - before, 1 + quotes);
}

static void hand_over_segment(struct segment s)
{
	uint8_t bytes[40];

	hand_over(bytes, segment_bytes(s, bytes), 0);
}

static void hand_over_gre(uint32_t sequence, const char *hex)
{
	uint8_t bytes[128];

	hand_over(bytes, call_packet(sequence, hex, bytes, sizeof(bytes)), 0);
}

START_TEST(a_conversation_decodes_no_header_of_what_it_is_handed)
{
	struct setting f = knocking();
	struct pptp_tcp syn;

	begin(&f);
	syn = expect_syn();
	hand_over_segment((struct segment){SERVER, US, 1723, syn.source_port,
					   PPTP_TCP_SYN | PPTP_TCP_ACK, 77,
					   syn.sequence_number + 1});
	drain();
	hand_over_segment(
	    (struct segment){US, SERVER, 40000, 1723, PPTP_TCP_SYN, 5, 0});
	connected();
	expect_control(PPTP_SCCRQ);
	say(PPTP_SCCRP);
	expect(PPTP_ACTION_GUARD);
	expect_control(PPTP_OCRQ);
	say(PPTP_OCRP);
	expect_lcp(PPTP_CONFIGURE_REQUEST);
	hand_over_gre(0, "ff03c021 0101000f 0305c22381 0506aabbccdd");
	ck_assert_uint_eq(w.c.record.lcp.offers, 1);
	hand_over_gre(1, "ff03c021 05020004");
	ck_assert(w.c.record.lcp.terminated);
}
END_TEST

/* The packet that ICMP quotes has a header of its own. */
START_TEST(a_quoted_header_is_decoded_once_too)
{
	uint8_t bytes[256];
	struct setting f = plan();
	const struct sent *s;
	struct pptp_writer out;
	struct pptp_ip ip;

	open_call(&f);
	s = last_packet();
	memset(&ip, 0, sizeof(ip));
	ip.source = address(SERVER);
	ip.destination = address(US);
	ip.ttl = 64;
	ip.protocol = PPTP_IP_ICMP;
	pptp_writer_init(&out, bytes, sizeof(bytes));
	pptp_ip_encode(&out, &ip, 8 + s->length);
	pptp_write_u8(&out, PPTP_ICMP_UNREACHABLE);
	pptp_write_u8(&out, 2);
	pptp_write_zeros(&out, 6);
	pptp_write_bytes(&out, s->bytes, s->length);
	ck_assert(pptp_writer_ok(&out));
	hand_over(bytes, out.length, 1);
	ck_assert_int_eq(w.c.record.gre.reason, PPTP_REASON_ICMP);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("packet");

	CLAIM(s, each_kind_has_its_header);
	CLAIM(s, what_is_cut_is_told_as_far_as_it_goes);
	CLAIM(s, all_else_is_other);
	CLAIM(s, no_byte_behind_the_packet_is_read);
	CLAIM(s, a_conversation_decodes_no_header_of_what_it_is_handed);
	CLAIM(s, a_quoted_header_is_decoded_once_too);
	return run_suite(s);
}
