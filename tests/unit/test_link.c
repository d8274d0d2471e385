/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/link.h"

#include <stdio.h>

#include "unit/claims.h"
#include "unit/vectors.h"

#define MACS "ffffffffffff 020000000001"
#define IPV4 "45aabbcc"
#define IPV6 "60ddeeff"
#define LCP  "ff03c021"

/* What is inside `hex`: "ip 45aabbcc", "ppp ff03c021" or "other". */
static const char *inside(int linktype, const char *hex)
{
	static const char *const names[] = {"other", "none", "ip", "ppp"};
	static char text[2048];
	struct vector v = vector(hex);
	struct guarded g = guarded_new();
	struct pptp_reader r;
	enum pptp_link_payload kind;
	int at;

	kind = pptp_link_decode(linktype, guarded_copy(&g, v.bytes, v.length),
				v.length, &r);
	at = snprintf(text, sizeof(text), "%s", names[kind]);
	if (kind == PPTP_LINK_IP || kind == PPTP_LINK_PPP)
		text[at++] = ' ';
	while (kind >= PPTP_LINK_IP && pptp_reader_left(&r) > 0)
		at += snprintf(text + at, sizeof(text) - (size_t)at, "%02x",
			       pptp_read_u8(&r));
	text[at] = '\0';
	guarded_free(&g);
	return text;
}

START_TEST(ethernet_has_ip_of_both_versions)
{
	ck_assert_str_eq(inside(1, MACS "0800" IPV4), "ip " IPV4);
	ck_assert_str_eq(inside(1, MACS "86dd" IPV6), "ip " IPV6);
	ck_assert_str_eq(inside(1, MACS "8847" IPV4), "other"); /* MPLS */
	ck_assert_str_eq(inside(1, MACS "05dd" IPV4), "other");
}
END_TEST

START_TEST(what_never_carries_ip_is_told_apart)
{
	static const char *const types[] = {"0806", "8035", "8863", "888e",
					    "88cc", "9000", "0026", "05dc"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		char frame[64];

		snprintf(frame, sizeof(frame), MACS "%s" IPV4, types[i]);
		ck_assert_str_eq(inside(1, frame), "none");
	}
}
END_TEST

START_TEST(snap_is_ethernets_type_further_in)
{
	ck_assert_str_eq(inside(1, MACS "000c aaaa03 000000 0800" IPV4),
			 "ip " IPV4);
	ck_assert_str_eq(inside(1, MACS "000c aaaa03 00000c 2000" IPV4),
			 "none"); /* Cisco's own */
	ck_assert_str_eq(inside(1, MACS "000c 424203 000000 0800" IPV4),
			 "none"); /* spanning tree */
}
END_TEST

/* RFC 1547 4.3.1: such a frame is no PPP, though it shares the link type. */
START_TEST(cisco_hdlc_is_not_ppp)
{
	ck_assert_str_eq(inside(50, "0f00 0800" IPV4), "ip " IPV4);
	ck_assert_str_eq(inside(50, "8f00 86dd" IPV6), "ip " IPV6);
	ck_assert_str_eq(inside(50, "8f00 8035 00000002"), "none"); /* SLARP */
	ck_assert_str_eq(inside(50, "0f00 2000 00000002"), "other");
	ck_assert_str_eq(inside(50, "0f"), "other");
	/* Where PPP may begin with a compressed protocol, it is one. */
	ck_assert_str_eq(inside(9, "0f00 0800" IPV4), "ppp 0f000800" IPV4);
}
END_TEST

START_TEST(vlan_tags_are_passed_up_to_four)
{
	ck_assert_str_eq(inside(1, MACS "8100 0064 0800" IPV4), "ip " IPV4);
	ck_assert_str_eq(inside(1, MACS "88a8 0064 8100 0065 86dd" IPV6),
			 "ip " IPV6);
	ck_assert_str_eq(inside(1, MACS "9100 0001 8100 0002 8100 0003"
					" 8100 0004 0800" IPV4),
			 "ip " IPV4);
	ck_assert_str_eq(inside(1, MACS "8100 0001 8100 0002 8100 0003"
					" 8100 0004 8100 0005 0800" IPV4),
			 "other");
}
END_TEST

START_TEST(pppoe_session_is_cut_at_its_own_length)
{
	ck_assert_str_eq(inside(1, MACS "8864 1100 0007 0004 " LCP " 0000"),
			 "ppp " LCP);
	ck_assert_str_eq(inside(1, MACS "8100 0007 8864 1100 0007 0004 " LCP),
			 "ppp " LCP);
	ck_assert_str_eq(inside(51, "1100 0007 0002 c021 0000"), "ppp c021");
	/* A length past the frame: what there is. */
	ck_assert_str_eq(inside(51, "1100 0007 0100 c021"), "ppp c021");
}
END_TEST

START_TEST(pppoe_discovery_is_no_session)
{
	ck_assert_str_eq(inside(1, MACS "8863 1109 0000 0004 " LCP), "none");
	ck_assert_str_eq(inside(1, MACS "8864 1109 0000 0004 " LCP), "other");
	ck_assert_str_eq(inside(1, MACS "8864 2100 0000 0004 " LCP), "other");
}
END_TEST

START_TEST(ethertype_880b_is_ppp)
{
	ck_assert_str_eq(inside(1, MACS "880b" LCP), "ppp " LCP);
}
END_TEST

START_TEST(null_and_loop_are_told_by_the_version)
{
	/* AF_INET and AF_INET6 of several systems, in both byte orders. */
	ck_assert_str_eq(inside(0, "02000000" IPV4), "ip " IPV4);
	ck_assert_str_eq(inside(0, "00000002" IPV4), "ip " IPV4);
	ck_assert_str_eq(inside(0, "1e000000" IPV6), "ip " IPV6);
	ck_assert_str_eq(inside(108, "0000001c" IPV6), "ip " IPV6);
	ck_assert_str_eq(inside(0, "02000000 0500"), "other");
}
END_TEST

START_TEST(raw_ip_has_many_numbers)
{
	static const int types[] = {12, 14, 101, 228, 229};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		ck_assert_str_eq(inside(types[i], IPV4), "ip " IPV4);
		ck_assert_str_eq(inside(types[i], IPV6), "ip " IPV6);
		ck_assert_str_eq(inside(types[i], "5000"), "other");
	}
}
END_TEST

START_TEST(cooked_captures_keep_their_type_in_two_places)
{
	ck_assert_str_eq(
	    inside(113, "0000 0001 0006 0200000000010000 0800" IPV4),
	    "ip " IPV4);
	ck_assert_str_eq(
	    inside(113, "0000 0200 0000 0000000000000000 86dd" IPV6),
	    "ip " IPV6);
	ck_assert_str_eq(inside(276, "0800 0000 00000002 0001 00 06"
				     " 0200000000010000" IPV4),
			 "ip " IPV4);
	ck_assert_str_eq(inside(276, "8100 0000 00000002 0001 00 06"
				     " 0200000000010000 0064 0800" IPV4),
			 "ip " IPV4);
}
END_TEST

START_TEST(ppp_links_give_the_frame)
{
	ck_assert_str_eq(inside(9, LCP), "ppp " LCP);
	ck_assert_str_eq(inside(50, LCP), "ppp " LCP);
	ck_assert_str_eq(inside(204, "01" LCP), "ppp " LCP);
}
END_TEST

START_TEST(unknown_link_types_are_other)
{
	int known = 0;

	for (int type = -1; type < 400; type++) {
		if (pptp_link_is_known(type))
			known++;
		else
			ck_assert_str_eq(inside(type, IPV4 IPV4 IPV4 IPV4),
					 "other");
	}
	ck_assert_int_eq(known, 14);
	ck_assert(!pptp_link_is_known(105)); /* 802.11 */
}
END_TEST

START_TEST(offsets_inside_count_from_zero)
{
	struct vector v = vector(MACS "8100 0064 0800" IPV4);
	struct pptp_reader r;

	ck_assert_int_eq(pptp_link_decode(1, v.bytes, v.length, &r),
			 PPTP_LINK_IP);
	ck_assert_uint_eq(pptp_reader_offset(&r), 0);
	ck_assert_uint_eq(pptp_reader_left(&r), 4);
}
END_TEST

/* Every type that is known, every length: no byte past the end is read. */
START_TEST(truncated_at_every_length_reads_no_further)
{
	static const char *const frames[] = {
	    MACS "88a8 0064 8100 0065 0800" IPV4,
	    MACS "8100 0007 8864 1100 0007 0004 " LCP,
	    "0800 0000 00000002 0001 00 06 0200000000010000" IPV4,
	    "1100 0007 0004 " LCP,
	};
	struct guarded g = guarded_new();
	struct pptp_reader r;

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct vector v = vector(frames[i]);

		for (size_t n = 0; n <= v.length; n++) {
			const uint8_t *at = guarded_copy(&g, v.bytes, n);

			for (int type = 0; type < 300; type++) {
				enum pptp_link_payload kind =
				    pptp_link_decode(type, at, n, &r);

				ck_assert_uint_le(pptp_reader_left(&r), n);
				if (n < 14 && type == 1)
					ck_assert_int_eq(kind, PPTP_LINK_OTHER);
				pptp_read_skip(&r, pptp_reader_left(&r));
				if (kind >= PPTP_LINK_IP)
					ck_assert(r.at <= at + n);
			}
		}
	}
	guarded_free(&g);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("link");

	CLAIM(s, ethernet_has_ip_of_both_versions);
	CLAIM(s, what_never_carries_ip_is_told_apart);
	CLAIM(s, snap_is_ethernets_type_further_in);
	CLAIM(s, cisco_hdlc_is_not_ppp);
	CLAIM(s, vlan_tags_are_passed_up_to_four);
	CLAIM(s, pppoe_session_is_cut_at_its_own_length);
	CLAIM(s, pppoe_discovery_is_no_session);
	CLAIM(s, ethertype_880b_is_ppp);
	CLAIM(s, null_and_loop_are_told_by_the_version);
	CLAIM(s, raw_ip_has_many_numbers);
	CLAIM(s, cooked_captures_keep_their_type_in_two_places);
	CLAIM(s, ppp_links_give_the_frame);
	CLAIM(s, unknown_link_types_are_other);
	CLAIM(s, offsets_inside_count_from_zero);
	CLAIM(s, truncated_at_every_length_reads_no_further);
	return run_suite(s);
}
