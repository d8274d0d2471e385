/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/ppp.h"
#include "format/ppp_walk.h"

#include "unit/vectors_ppp.h"

static struct pptp_ppp_frame frame(const char *hex, uint16_t protocol,
				   uint8_t protocol_length, size_t payload)
{
	struct vector v = vector(hex);
	struct pptp_reader r = reader_of(&v);
	struct pptp_ppp_frame f;

	ck_assert(pptp_ppp_frame_decode(&f, &r));
	ck_assert_uint_eq(f.protocol, protocol);
	ck_assert_uint_eq(f.protocol_length, protocol_length);
	ck_assert_uint_eq(pptp_reader_left(&f.payload), payload);
	ck_assert_uint_eq(pptp_reader_left(&r), 0);
	return f;
}

START_TEST(a_frame_has_or_leaves_out_ff03)
{
	ck_assert(frame("ff03c0210104", 0xc021, 2, 2).has_address_control);
	ck_assert(!frame("c0210104", 0xc021, 2, 2).has_address_control);
}
END_TEST

START_TEST(an_odd_first_byte_is_the_whole_protocol)
{
	frame("ff0321", 0x21, 1, 0); /* dpkt, dpkt/ppp.py */
	frame("ff030021", 0x21, 2, 0);
	frame("2145", 0x21, 1, 1);
	frame("fd90", 0xfd, 1, 1);
	frame("00ff", 0xff, 2, 0);
}
END_TEST

START_TEST(ff_without_03_is_malformed)
{
	struct vector v = vector("ff04c021");
	struct pptp_reader r = reader_of(&v);
	struct pptp_ppp_frame f;

	ck_assert(!pptp_ppp_frame_decode(&f, &r));
	ck_assert_int_eq(r.error, PPTP_ERROR_MALFORMED);
}
END_TEST

START_TEST(a_frame_truncated_before_its_protocol_is_short)
{
	struct vector v = vector("ff03c021");
	struct guarded g = guarded_new();
	struct pptp_reader r;
	struct pptp_ppp_frame f;
	size_t n;

	for (n = 0; n < v.length; n++) {
		pptp_reader_init(&r, guarded_copy(&g, v.bytes, n), n);
		ck_assert(!pptp_ppp_frame_decode(&f, &r));
		ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
		ck_assert_uint_eq(r.missing, 1);
	}
	guarded_free(&g);
}
END_TEST

START_TEST(a_packet_truncated_at_every_length_is_short)
{
	struct vector v = vector(&FRAME_OFFER_EAP[8]);
	struct guarded g = guarded_new();
	struct pptp_ppp_packet p;
	struct pptp_reader r;
	size_t n;

	for (n = 0; n <= v.length; n++) {
		pptp_reader_init(&r, guarded_copy(&g, v.bytes, n), n);
		ck_assert_int_eq(pptp_ppp_packet_decode(&p, &r), n == v.length);
		if (n == v.length)
			break;
		ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
		ck_assert_uint_ge(r.missing, 1);
		ck_assert_uint_le(r.missing, v.length - n);
		ck_assert_uint_eq(pptp_reader_left(&p.data), 0);
	}
	guarded_free(&g);
}
END_TEST

START_TEST(a_packet_longer_than_the_length_around_it_is_malformed)
{
	struct vector v = vector("0101000a0102");
	struct pptp_reader r = reader_of(&v), sub = pptp_read_sub(&r, 6);
	struct pptp_ppp_packet p;

	ck_assert(!pptp_ppp_packet_decode(&p, &sub));
	ck_assert_int_eq(sub.error, PPTP_ERROR_MALFORMED);
	ck_assert_uint_eq(sub.where, 4);
}
END_TEST

START_TEST(a_packet_length_below_4_is_malformed_where_it_stands)
{
	struct vector v = vector("01010000ffffffff");
	struct pptp_ppp_packet p;
	struct pptp_reader r;

	for (v.bytes[3] = 0; v.bytes[3] < 4; v.bytes[3]++) {
		r = reader_of(&v);
		ck_assert(!pptp_ppp_packet_decode(&p, &r));
		ck_assert_int_eq(r.error, PPTP_ERROR_MALFORMED);
		ck_assert_uint_eq(r.where, 2);
	}
	r = reader_of(&v);
	ck_assert(pptp_ppp_packet_decode(&p, &r));
}
END_TEST

START_TEST(bytes_after_the_length_are_padding)
{
	struct vector v = vector("01020006aabbccdd");
	struct pptp_reader r = reader_of(&v);
	struct pptp_ppp_packet p;

	ck_assert(pptp_ppp_packet_decode(&p, &r));
	ck_assert_uint_eq(p.code, 1);
	ck_assert_uint_eq(p.identifier, 2);
	ck_assert_uint_eq(p.length, 6);
	ck_assert_uint_eq(pptp_reader_left(&p.data), 2);
	ck_assert_uint_eq(pptp_reader_left(&r), 2);
	ck_assert_walks(FRAME_PADDED,
			"{\"layer\":\"lcp\",\"protocol\":49185,"
			"\"protocol_name\":\"lcp\",\"code\":2,"
			"\"name\":\"configure-ack\",\"identifier\":2,"
			"\"length\":18,\"options\":["
			"{\"type\":1,\"name\":\"mru\",\"value\":1500},"
			"{\"type\":3,\"name\":\"authentication\","
			"\"value\":\"pap\"},"
			"{\"type\":5,\"name\":\"magic\",\"value\":33344507}],"
			"\"padding_length\":20}");
}
END_TEST

START_TEST(frames_and_packets_encode_and_decode_to_the_same)
{
	static const uint8_t magic[] = {0xde, 0xad, 0xbe, 0xef};
	struct vector v = vector("ff03c0210107000a0506deadbeef");
	uint8_t bytes[32], data[6];
	struct pptp_writer w;

	pptp_writer_init(&w, data, sizeof(data));
	pptp_option_encode(&w, 5, magic, 4);
	ck_assert(pptp_writer_ok(&w));
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_ppp_frame_encode(&w, PPTP_PPP_LCP);
	pptp_ppp_packet_encode(&w, PPTP_CONFIGURE_REQUEST, 7, data, 6);
	ck_assert(pptp_writer_ok(&w));
	ck_assert_uint_eq(w.length, v.length);
	ck_assert_mem_eq(bytes, v.bytes, v.length);
}
END_TEST

START_TEST(encoders_fail_where_room_or_length_ends)
{
	struct guarded g = guarded_new();
	static const uint8_t value[65536];
	static uint8_t large[70000];
	struct pptp_writer w;
	size_t n;

	for (n = 0; n <= 14; n++) {
		pptp_writer_init(&w, guarded_room(&g, n), n);
		pptp_ppp_frame_encode(&w, PPTP_PPP_LCP);
		pptp_ppp_packet_encode(&w, 1, 7, value, 6);
		ck_assert_int_eq(pptp_writer_ok(&w), n == 14);
	}
	pptp_writer_init(&w, large, sizeof(large));
	pptp_option_encode(&w, 1, value, 253);
	pptp_ppp_packet_encode(&w, 1, 1, value, 65531);
	ck_assert(pptp_writer_ok(&w));
	pptp_writer_init(&w, large, sizeof(large));
	pptp_option_encode(&w, 1, value, 254);
	ck_assert(!pptp_writer_ok(&w));
	pptp_writer_init(&w, large, sizeof(large));
	pptp_ppp_packet_encode(&w, 1, 1, value, 65532);
	ck_assert(!pptp_writer_ok(&w));
	guarded_free(&g);
}
END_TEST

/* How many options come before `hex` fails or ends. */
static unsigned options_in(const char *hex, enum pptp_error error, size_t where)
{
	struct vector v = vector(hex);
	struct guarded g = guarded_new();
	struct pptp_reader r;
	struct pptp_option o;
	unsigned n = 0;

	pptp_reader_init(&r, guarded_copy(&g, v.bytes, v.length), v.length);
	r.nested = true;
	while (pptp_option_next(&r, &o))
		n++;
	ck_assert_int_eq(r.error, error);
	if (error != PPTP_OK)
		ck_assert_uint_eq(r.where, where);
	ck_assert(!pptp_option_next(&r, &o));
	guarded_free(&g);
	return n;
}

START_TEST(options_end_with_their_packet)
{
	ck_assert_uint_eq(options_in("", PPTP_OK, 0), 0);
	ck_assert_uint_eq(options_in("0702", PPTP_OK, 0), 1);
	ck_assert_uint_eq(options_in("0702 010405dc 0802", PPTP_OK, 0), 3);
}
END_TEST

START_TEST(option_lengths_0_and_1_and_past_the_end_are_malformed)
{
	const enum pptp_error bad = PPTP_ERROR_MALFORMED;

	ck_assert_uint_eq(options_in("0702 0100 0802", bad, 3), 1);
	ck_assert_uint_eq(options_in("0702 0101 0802", bad, 3), 1);
	ck_assert_uint_eq(options_in("0702 0105 05dc", bad, 4), 1);
	ck_assert_uint_eq(options_in("01ff", bad, 2), 0);
	ck_assert_uint_eq(options_in("0702 01", bad, 3), 1);
}
END_TEST

START_TEST(names_are_known_or_null)
{
	ck_assert_str_eq(pptp_ppp_protocol_name(PPTP_PPP_LCP), "lcp");
	ck_assert_str_eq(pptp_ppp_protocol_name(PPTP_PPP_CBCP), "cbcp");
	ck_assert_ptr_null(pptp_ppp_protocol_name(0x00ff));
	ck_assert_str_eq(pptp_ppp_code_name(PPTP_PPP_LCP, 8),
			 "protocol-reject");
	ck_assert_ptr_null(pptp_ppp_code_name(PPTP_PPP_LCP, 14));
	ck_assert_str_eq(pptp_ppp_code_name(PPTP_PPP_CCP, 14), "reset-request");
	ck_assert_ptr_null(pptp_ppp_code_name(PPTP_PPP_IPCP, 14));
	ck_assert_ptr_null(pptp_ppp_code_name(PPTP_PPP_IPCP, 8));
	ck_assert_str_eq(pptp_ppp_code_name(PPTP_PPP_CHAP, 1), "challenge");
	ck_assert_str_eq(pptp_ppp_code_name(PPTP_PPP_CBCP, 1),
			 "callback-request");
	ck_assert_ptr_null(pptp_ppp_code_name(PPTP_PPP_IPV4, 1));
}
END_TEST

START_TEST(ncps_are_8000_to_bfff)
{
	ck_assert(!pptp_ppp_is_ncp(0x7fff));
	ck_assert(pptp_ppp_is_ncp(0x8000));
	ck_assert(pptp_ppp_is_ncp(0x80fd));
	ck_assert(pptp_ppp_is_ncp(0xbfff));
	ck_assert(!pptp_ppp_is_ncp(0xc021));
}
END_TEST

START_TEST(data_of_users_is_a_protocol_and_a_length)
{
	ck_assert_walks(FRAME_WRONG_TYPE,
			"{\"layer\":\"other\",\"protocol\":255,"
			"\"payload_length\":40}");
	ck_assert_walks("fd9000aabb", "{\"layer\":\"other\",\"protocol\":253,"
				      "\"protocol_name\":\"compressed\","
				      "\"payload_length\":4}");
}
END_TEST

START_TEST(an_ncp_without_a_layer_name_is_still_read)
{
	ck_assert_walks("80530102000a0106aabbccdd",
			"{\"layer\":\"other\",\"protocol\":32851,"
			"\"protocol_name\":\"ecp\",\"code\":1,"
			"\"name\":\"configure-request\",\"identifier\":2,"
			"\"length\":10,\"options\":["
			"{\"type\":1,\"value\":\"aabbccdd\"}]}");
}
END_TEST

START_TEST(offsets_count_from_the_start_of_the_frame)
{
	struct vector v = vector("aabbccdd ff03 c021 01 01 0002");
	struct pptp_reader r = reader_of(&v);
	struct json out;

	pptp_read_skip(&r, 4);
	pptp_ppp_walk(r, json_open(&out));
	ck_assert_has(json_close(&out),
		      "\"code\":1,\"name\":\"configure-request\","
		      "\"identifier\":1,\"length\":2,\"malformed\":{\"why\":"
		      "\"PPP packet's length is below 4\",\"offset\":6}");
}
END_TEST

START_TEST(broken_options_keep_those_before_and_tell_where)
{
	ck_assert_walks("ff03c0210101000a 0702 01ff 0802",
			"{\"layer\":\"lcp\",\"protocol\":49185,"
			"\"protocol_name\":\"lcp\",\"code\":1,"
			"\"name\":\"configure-request\",\"identifier\":1,"
			"\"length\":10,\"options\":["
			"{\"type\":7,\"name\":\"pfc\"}],"
			"\"malformed\":{\"why\":"
			"\"runs past the length around it\","
			"\"offset\":12}}");
}
END_TEST

START_TEST(walks_of_frames_truncated_at_every_length_say_so)
{
	const char *const whole[] = {
	    FRAME_OFFER_EAP,   FRAME_CHALLENGE,    FRAME_PAP_NAK,
	    FRAME_CCP_REQUEST, FRAME_EAP_IDENTITY, FRAME_CHAP_FAILURE,
	};
	size_t i;

	for (i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		ck_assert_truncations(whole[i], strlen(whole[i]) / 2);
	ck_assert_truncations(FRAME_PADDED, 20);
}
END_TEST

START_TEST(frames_with_any_bit_flipped_stay_inside)
{
	struct guarded g = guarded_new();
	struct json out;
	struct vector v;
	size_t i, bit;
	uint8_t *at;

	for (i = 0; i < FRAMES; i++) {
		v = vector(frames[i]);
		for (bit = 0; bit < 8 * v.length; bit++) {
			at = guarded_copy(&g, v.bytes, v.length);
			at[bit / 8] ^= (uint8_t)(1u << bit % 8);
			ck_assert_has(walked_bytes(&out, at, v.length),
				      "{\"layer\":\"");
		}
	}
	guarded_free(&g);
}
END_TEST

/* What is text has the printable characters of ASCII alone. */
START_TEST(data_is_text_where_each_byte_is_printable)
{
	uint8_t bytes[2] = {'a', 0};
	struct pptp_reader r;
	struct pptp_sink *s;
	struct json out;

	for (unsigned byte = 0; byte < 256; byte++) {
		bool printable = byte >= 0x20 && byte <= 0x7e;

		bytes[1] = (uint8_t)byte;
		pptp_reader_init(&r, bytes, 2);
		s = json_open(&out);
		s->object(s, NULL);
		pptp_ppp_data_walk(r, s);
		s->end(s);
		ck_assert_int_eq(strstr(json_close(&out), "\"text\"") != NULL,
				 printable);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("ppp");

	CLAIM(s, a_frame_has_or_leaves_out_ff03);
	CLAIM(s, an_odd_first_byte_is_the_whole_protocol);
	CLAIM(s, ff_without_03_is_malformed);
	CLAIM(s, a_frame_truncated_before_its_protocol_is_short);
	CLAIM(s, a_packet_truncated_at_every_length_is_short);
	CLAIM(s, a_packet_longer_than_the_length_around_it_is_malformed);
	CLAIM(s, a_packet_length_below_4_is_malformed_where_it_stands);
	CLAIM(s, bytes_after_the_length_are_padding);
	CLAIM(s, frames_and_packets_encode_and_decode_to_the_same);
	CLAIM(s, encoders_fail_where_room_or_length_ends);
	CLAIM(s, options_end_with_their_packet);
	CLAIM(s, option_lengths_0_and_1_and_past_the_end_are_malformed);
	CLAIM(s, names_are_known_or_null);
	CLAIM(s, ncps_are_8000_to_bfff);
	CLAIM(s, data_of_users_is_a_protocol_and_a_length);
	CLAIM(s, an_ncp_without_a_layer_name_is_still_read);
	CLAIM(s, offsets_count_from_the_start_of_the_frame);
	CLAIM(s, broken_options_keep_those_before_and_tell_where);
	CLAIM(s, walks_of_frames_truncated_at_every_length_say_so);
	CLAIM(s, frames_with_any_bit_flipped_stay_inside);
	CLAIM(s, data_is_text_where_each_byte_is_printable);
	return run_suite(s);
}
