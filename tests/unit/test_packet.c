/* SPDX-License-Identifier: BSD-2-Clause */
/* What is told of each kind of packet. */
#include "format/packet.h"

#include "unit/claims.h"

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

START_TEST(a_header_alone_has_no_bytes_of_its_packet)
{
	struct pptp_packet whole;

	ck_assert(decode(IP("2f") "3001880b 00021a2c 00000007 ff03"));
	whole = p;
	memset(&p, 0xa5, sizeof(p));
	pptp_packet_of(&p, &whole.ip);
	ck_assert_ptr_null(p.bytes);
	ck_assert_uint_eq(p.length, 0);
	ck_assert_int_eq(p.kind, PPTP_PACKET_GRE);
	ck_assert(p.whole);
	ck_assert_uint_eq(p.gre.call_id, 0x1a2c);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("packet");

	CLAIM(s, each_kind_has_its_header);
	CLAIM(s, what_is_cut_is_told_as_far_as_it_goes);
	CLAIM(s, all_else_is_other);
	CLAIM(s, no_byte_behind_the_packet_is_read);
	CLAIM(s, a_header_alone_has_no_bytes_of_its_packet);
	return run_suite(s);
}
