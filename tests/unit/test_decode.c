/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/decode.h"

#include "format/gre.h"
#include "unit/captures.h"
#include "unit/vectors_ppp.h"

/* ---- GRE and PPP --------------------------------------------------------- */

START_TEST(gre_with_ppp_is_two_objects)
{
	struct said *out = decode_hex(VECTOR_IP_GRE_LCP);

	ck_assert_uint_eq(out->objects, 2);
	ck_assert_str_eq(object(out, 0),
			 "{\"source\":\"10.0.0.2\",\"destination\":"
			 "\"10.0.0.6\",\"layer\":\"gre\",\"flags\":12289,"
			 "\"payload_length\":28,\"call_id\":39925,"
			 "\"sequence_number\":0}");
	ck_assert_has(object(out, 1), "\"destination\":\"10.0.0.6\","
				      "\"layer\":\"lcp\"");
	ck_assert_has(object(out, 1), "\"code\":1,");
	ck_assert_has(object(out, 1), "\"options\":[");
}
END_TEST

START_TEST(bare_acknowledgment_is_one_object)
{
	struct said *out = decode_hex(VECTOR_IP_GRE_ACK);

	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has(out->text, "\"acknowledgment_number\":");
	ck_assert_has_not(out->text, "sequence_number\":0");
}
END_TEST

START_TEST(gre_version_0_is_not_pptp)
{
	/* Not even with PPTP's protocol number. */
	struct said *out =
	    decode_hex("4500001c000100004 02f0000c0000201c0000202"
		       "0000880bff03c021");

	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has(out->text, "\"layer\":\"other\",\"gre_version\":0,"
				 "\"gre_protocol\":34827,\"length\":4}");
}
END_TEST

START_TEST(gre_of_two_bytes_is_malformed)
{
	struct said *out =
	    decode_hex("4500001600010000402f0000c0000201c00002022001");

	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has(out->text, "\"layer\":\"gre\",\"malformed\":{");
}
END_TEST

START_TEST(gre_length_past_its_packet_is_malformed)
{
	struct said *out = decode_hex("4500002400010000402f0000c0000201c0000202"
				      "3001880b0064 1a2c00000000 c0210506");

	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"call_id\":6700,\"sequence_number\":0,"
				      "\"malformed\":{\"why\":\"runs past the "
				      "length around it\",\"offset\":12}}");
	ck_assert_has(object(out, 1), "\"layer\":\"lcp\"");
	ck_assert_has(object(out, 1), "\"malformed\"");
}
END_TEST

START_TEST(cut_gre_shows_its_header_and_says_so)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct capture *c = capture(101);
	struct said *out;

	add_cut(c, v.bytes, v.length - 5, v.length);
	add_cut(c, v.bytes, 20 + 12, v.length);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 3);
	ck_assert_has(object(out, 0), "\"payload_length\":28,");
	ck_assert_has(object(out, 0), "\"truncated\":true}");
	ck_assert_has(object(out, 1), "\"layer\":\"lcp\"");
	ck_assert_has(object(out, 1), "\"truncated\":true}");
	ck_assert_has(object(out, 2), "\"layer\":\"gre\"");
	ck_assert_has(object(out, 2), "\"truncated\":true}");
}
END_TEST

/* Offloading leaves the IP length 0: only GRE's own tells where it ends. */
START_TEST(cut_behind_whole_gre_is_not_truncation)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct capture *c = capture(101);
	struct said *out;

	v.bytes[2] = v.bytes[3] = 0;
	add_cut(c, v.bytes, v.length, v.length + 14);
	add_cut(c, v.bytes, v.length - 1, v.length + 14);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 4);
	for (unsigned i = 0; i < 2; i++)
		ck_assert_has_not(object(out, i), "truncated");
	for (unsigned i = 2; i < 4; i++)
		ck_assert_has(object(out, i), "\"truncated\":true}");
}
END_TEST

START_TEST(cut_padding_is_not_truncation)
{
	struct vector v =
	    vector("ffffffffffff020000000001 0800" VECTOR_IP_GRE_ACK);
	struct capture *c = capture(1);
	struct said *out;

	add_cut(c, v.bytes, v.length, v.length + 14);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 1);
	ck_assert_has_not(out->text, "truncated");
}
END_TEST

START_TEST(tunnels_are_followed_four_deep)
{
	const char *outer = "4500 0000 0000 0000 4004 0000 c0000203 c0000204";
	struct vector inner = vector(VECTOR_IP_GRE_ACK);
	struct vector head = vector(outer);

	for (unsigned depth = 1; depth <= 5; depth++) {
		struct said *out = new_said();

		memmove(inner.bytes + head.length, inner.bytes, inner.length);
		memcpy(inner.bytes, head.bytes, head.length);
		inner.length += head.length;
		inner.bytes[3] = (uint8_t)inner.length;
		ck_assert_int_eq(decode_bytes(inner.bytes, inner.length, out),
				 PPTP_OK);
		ck_assert_uint_eq(out->objects, depth <= 4);
	}
}
END_TEST

START_TEST(tunnels_of_several_kinds_are_followed)
{
	struct said *out = decode_hex(VECTOR_IPV6_TUNNELS);

	ck_assert_uint_ge(out->objects, 2);
	ck_assert_has(out->text, "\"layer\":\"gre\",\"flags\":12417,");
	/* GRE version 0 with checksum, key and sequence number around IPv4. */
	out = decode_hex("4500004000010000402f0000c0000201c0000202"
			 "b000080000000000 00000007 00000001"
			 "4500001c00010000402f00000a0000010a000002"
			 "2001880b0000 beef 0000000000000000");
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"gre_version\":0,");
	ck_assert_has(object(out, 1), "\"source\":\"10.0.0.1\",");
	ck_assert_has(object(out, 1), "\"call_id\":48879");
}
END_TEST

START_TEST(fragments_of_gre_are_one_packet)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct pptp_ip ip = between(false);
	struct capture *c = capture(101);
	struct said *out;

	for (size_t part = 2; part-- > 0;) {
		size_t at = part * 16, left = v.length - 20 - at;
		size_t n = part == 0 ? 16 : left;
		struct pptp_writer w;
		uint8_t bytes[128];

		ip.protocol = PPTP_IP_GRE;
		ip.identification = 77;
		pptp_writer_init(&w, bytes, sizeof(bytes));
		pptp_ip_encode(&w, &ip, n);
		pptp_patch_u16(&w, 6, part == 0 ? 0x2000 : 2);
		pptp_write_bytes(&w, v.bytes + 20 + at, n);
		add(c, w.bytes, w.length);
	}
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"frame\":2,");
	ck_assert_has(object(out, 1), "\"layer\":\"lcp\"");
	ck_assert_has_not(out->text, "malformed");
	ck_assert_has_not(out->text, "truncated");
}
END_TEST

/* RFC 8200 4.5: behind the fragment header more headers may come, which are
 * fragmented with the rest. */
static void add_ipv6_part(struct capture *c, const struct vector *whole,
			  size_t at, size_t length, uint8_t next)
{
	struct pptp_writer w;
	uint8_t bytes[512];
	bool more = at + length < whole->length;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_write_u32(&w, 0x60000000);
	pptp_write_u16(&w, (uint16_t)(8 + length));
	pptp_write_u16(&w, 44 << 8 | 64);
	for (uint8_t side = 1; side <= 2; side++) {
		pptp_write_u32(&w, 0x20010db8);
		pptp_write_zeros(&w, 11);
		pptp_write_u8(&w, side);
	}
	pptp_write_u16(&w, (uint16_t)(next << 8));
	pptp_write_u16(&w, (uint16_t)(at | more));
	pptp_write_u32(&w, 0x12345678);
	pptp_write_bytes(&w, whole->bytes + at, length);
	ck_assert(pptp_writer_ok(&w));
	add(c, w.bytes, w.length);
}

/* A destination header that says GRE comes next, and enhanced GRE with LCP. */
#define IPV6_EXTENDED "2f00010400000000" /* and: */ VECTOR_GRE_FIRST

START_TEST(ipv6_fragments_with_headers_behind_are_one_packet)
{
	struct vector v = vector(IPV6_EXTENDED);

	/* Whichever comes first, and also where the header itself is cut. */
	for (size_t first = 8; first + 8 < v.length; first += 8) {
		for (unsigned turned = 0; turned < 2; turned++) {
			struct capture *c = capture(101);
			struct said *out;

			if (turned)
				add_ipv6_part(c, &v, first, v.length - first,
					      60);
			add_ipv6_part(c, &v, 0, first, 60);
			if (!turned)
				/* Only the first one's next header counts. */
				add_ipv6_part(c, &v, first, v.length - first,
					      47);
			out = decode(c);
			ck_assert_uint_eq(out->objects, 2);
			ck_assert_has(object(out, 0), "\"frame\":2,");
			ck_assert_has(object(out, 0), "\"layer\":\"gre\"");
			ck_assert_has_not(out->text, "malformed");
			ck_assert_has_not(out->text, "truncated");
		}
	}
}
END_TEST

/* A fragment of length 0 that the capture cut: its end is no packet's end. */
START_TEST(cut_fragment_ends_no_packet)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct capture *c = capture(101);
	struct vector last = v;
	struct said *out;

	v.bytes[3] = 36;
	v.bytes[6] = 0x20;
	add(c, v.bytes, 36);
	last.bytes[3] = 0;
	last.bytes[6] = 0;
	last.bytes[7] = 2;
	memmove(last.bytes + 20, last.bytes + 36, 24);
	add_cut(c, last.bytes, 20 + 16, 20 + 24);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"truncated\":true}");
	ck_assert_has_not(object(out, 0), "malformed\":{\"why\":\"runs past");
}
END_TEST

START_TEST(first_segment_in_a_lone_fragment_is_decoded)
{
	struct vector v = vector(VECTOR_ECHO_REQUEST VECTOR_ECHO_REQUEST);
	struct packet p = segment(true, 1, v.bytes, v.length);
	struct capture *c = capture(101);
	struct said *out;

	p.bytes[3] = 20 + 20 + 20;
	p.bytes[6] = 0x20;
	add(c, p.bytes, 20 + 20 + 20);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"identifier\":42");
	ck_assert_has(object(out, 1), "\"truncated\":true}");
}
END_TEST

START_TEST(lone_fragment_fills_the_hole_of_a_stream)
{
	struct vector v = vector(VECTOR_ECHO_REPLY);
	struct packet p = segment(true, 17, v.bytes, v.length);
	struct capture *c = capture(101);
	struct said *out;

	add_message(c, 1, VECTOR_ECHO_REQUEST);
	add_message(c, 17 + 20, VECTOR_STOP_CCRQ);
	p.bytes[6] = 0x20;
	add(c, p.bytes, p.length);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 3);
	ck_assert_has(object(out, 1), "\"frame\":3,");
	ck_assert_has(object(out, 2), "\"frame\":2,");
	ck_assert_has_not(out->text, "malformed");
}
END_TEST

START_TEST(first_fragment_alone_is_truncated)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	struct said *out = new_said();

	v.bytes[3] = 36;
	v.bytes[6] = 0x20;
	ck_assert_int_eq(decode_bytes(v.bytes, 36, out), PPTP_OK);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"call_id\":39925,");
	ck_assert_has(object(out, 0), "\"truncated\":true}");
}
END_TEST

START_TEST(ppp_links_have_no_addresses)
{
	struct capture *c = capture(9);
	struct said *out;

	add_hex(c, FRAME_PADDED);
	add_hex(c, "ff03" FRAME_CHALLENGE);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has_not(out->text, "source");
	ck_assert_has(object(out, 1), "\"frame\":2,");
	ck_assert_has(object(out, 1), "\"layer\":\"chap\"");
}
END_TEST

START_TEST(gre_inside_a_ppp_link_is_found)
{
	struct capture *c = capture(9);
	struct said *out;

	add_hex(c, "ff030021" VECTOR_IP_GRE_ACK);
	out = decode(c);
	ck_assert_uint_eq(out->objects, 2);
	ck_assert_has(object(out, 0), "\"layer\":\"other\"");
	ck_assert_has(object(out, 1), "\"layer\":\"gre\"");
}
END_TEST

/* ---- bytes --------------------------------------------------------------- */

START_TEST(bytes_are_what_they_look_like)
{
	ck_assert_has(decode_hex(VECTOR_SCCRQ)->text, "{\"layer\":\"control\"");
	ck_assert_uint_eq(decode_hex(VECTOR_TWO_MESSAGES)->objects, 2);
	ck_assert_has(decode_hex(VECTOR_GRE_FIRST)->text, "{\"layer\":\"gre\"");
	ck_assert_has(decode_hex("ff03c0210101000403")->text,
		      "{\"layer\":\"lcp\"");
	ck_assert_has(decode_hex(FRAME_CHALLENGE)->text, "{\"layer\":\"chap\"");
	ck_assert_has(decode_hex("21450000")->text, "{\"layer\":\"other\"");
	ck_assert_has(decode_hex("009c00011a2b3c4d")->text,
		      "{\"layer\":\"control\",\"length\":156,");
	ck_assert_uint_eq(decode_hex(VECTOR_SYN_V4)->objects, 0);
}
END_TEST

START_TEST(bytes_that_look_like_nothing_are_refused)
{
	static const char *const none[] = {"",     "00",   VECTOR_HTTP,
					   "4500", "ffff", "1234567890"};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		struct vector v = vector(none[i]);
		struct said *out = new_said();

		ck_assert_int_eq(decode_bytes(v.bytes, v.length, out),
				 PPTP_ERROR_MALFORMED);
		ck_assert_uint_eq(out->objects, 0);
	}
}
END_TEST

START_TEST(truncated_at_every_length_is_whole_json)
{
	static const char *const all[] = {
	    VECTOR_SCCRP,          VECTOR_OCRQ,        VECTOR_TWO_MESSAGES,
	    VECTOR_IP_GRE_LCP,     VECTOR_IP_GRE_DNS,  VECTOR_IPV6_TUNNELS,
	    VECTOR_GRE_FIRST,      VECTOR_IP_GRE_ECHO, FRAME_OFFER_WINDOWS,
	    FRAME_OFFER_MULTILINK,
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct vector v = vector(all[i]);

		for (size_t n = 0; n < v.length; n++) {
			struct said *out = new_said();

			(void)!decode_bytes(v.bytes, n, out);
			ck_assert_uint_eq(out->j.depth, 0);
		}
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("decode");

	CLAIM(s, gre_with_ppp_is_two_objects);
	CLAIM(s, bare_acknowledgment_is_one_object);
	CLAIM(s, gre_version_0_is_not_pptp);
	CLAIM(s, gre_of_two_bytes_is_malformed);
	CLAIM(s, gre_length_past_its_packet_is_malformed);
	CLAIM(s, cut_gre_shows_its_header_and_says_so);
	CLAIM(s, cut_behind_whole_gre_is_not_truncation);
	CLAIM(s, cut_padding_is_not_truncation);
	CLAIM(s, tunnels_are_followed_four_deep);
	CLAIM(s, tunnels_of_several_kinds_are_followed);
	CLAIM(s, fragments_of_gre_are_one_packet);
	CLAIM(s, ipv6_fragments_with_headers_behind_are_one_packet);
	CLAIM(s, cut_fragment_ends_no_packet);
	CLAIM(s, first_segment_in_a_lone_fragment_is_decoded);
	CLAIM(s, lone_fragment_fills_the_hole_of_a_stream);
	CLAIM(s, first_fragment_alone_is_truncated);
	CLAIM(s, ppp_links_have_no_addresses);
	CLAIM(s, gre_inside_a_ppp_link_is_found);
	CLAIM(s, bytes_are_what_they_look_like);
	CLAIM(s, bytes_that_look_like_nothing_are_refused);
	CLAIM(s, truncated_at_every_length_is_whole_json);
	return run_suite(s);
}
