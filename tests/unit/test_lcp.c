/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/lcp.h"

#include "unit/vectors_ppp.h"

/* One option of a Configure-Request, as the walk tells it. */
static const char *option(struct json *out, const char *hex)
{
	struct vector v = vector(hex);
	struct guarded g = guarded_new();
	struct pptp_reader r;
	const char *text;

	pptp_reader_init(&r, guarded_copy(&g, v.bytes, v.length), v.length);
	r.nested = true;
	pptp_lcp_options_walk(r, json_open(out), "o");
	text = json_close(out);
	guarded_free(&g);
	return text;
}

static void ck_assert_option(const char *hex, const char *fields)
{
	struct json out;
	char expected[512] = "{\"o\":[{";

	strcat(expected, fields);
	strcat(expected, "}]}");
	ck_assert_str_eq(option(&out, hex), expected);
}

static const struct {
	struct pptp_method method;
	const char *name, *hex;
} methods[] = {
    {{PPTP_PPP_PAP, 0}, "pap", "0304c023"},
    {{PPTP_PPP_CHAP, 5}, "chap_md5", "0305c22305"},
    {{PPTP_PPP_CHAP, 0x80}, "mschap_v1", "0305c22380"},
    {{PPTP_PPP_CHAP, 0x81}, "mschap_v2", "0305c22381"},
    {{PPTP_PPP_EAP, 0}, "eap", "0304c227"},
    {{PPTP_PPP_SPAP, 0}, "spap", "0304c027"},
    {{PPTP_PPP_CHAP, 7}, "c223:07", "0305c22307"},
    {{PPTP_PPP_CHAP, 0xff}, "c223:ff", "0305c223ff"},
    {{0xc02d, 0}, "c02d", "0304c02d"},
};

#define METHODS (sizeof(methods) / sizeof(methods[0]))

START_TEST(method_names_go_there_and_back)
{
	char text[PPTP_METHOD_TEXT];
	struct pptp_method m;
	size_t i;

	for (i = 0; i < METHODS; i++) {
		ck_assert_str_eq(pptp_method_name(methods[i].method, text),
				 methods[i].name);
		ck_assert(pptp_method_parse(&m, text));
		ck_assert(pptp_method_equal(m, methods[i].method));
	}
}
END_TEST

START_TEST(method_options_encode_and_decode_to_the_same)
{
	struct pptp_option o;
	struct pptp_writer w;
	struct pptp_method m;
	struct pptp_reader r;
	uint8_t bytes[8];
	struct vector v;
	size_t i;

	for (i = 0; i < METHODS; i++) {
		v = vector(methods[i].hex);
		pptp_writer_init(&w, bytes, sizeof(bytes));
		pptp_method_encode(&w, methods[i].method);
		ck_assert_uint_eq(w.length, v.length);
		ck_assert_mem_eq(bytes, v.bytes, v.length);
		pptp_reader_init(&r, bytes, w.length);
		ck_assert(pptp_option_next(&r, &o));
		ck_assert(pptp_method_decode(&m, &o));
		ck_assert(pptp_method_equal(m, methods[i].method));
	}
}
END_TEST

START_TEST(no_method_is_none_and_none_is_no_method)
{
	struct pptp_method none = {0, 0}, m;
	char text[PPTP_METHOD_TEXT];

	ck_assert_str_eq(pptp_method_name(none, text), "none");
	ck_assert(!pptp_method_parse(&m, "none"));
	ck_assert(!pptp_method_parse(&m, "0000"));
}
END_TEST

START_TEST(people_may_write_methods_their_way)
{
	static const struct {
		const char *text;
		uint8_t algorithm;
	} ways[] = {
	    {"md5", 5},         {"CHAP-MD5", 5},     {"ms1", 0x80},
	    {"mschapv1", 0x80}, {"MSCHAP-V1", 0x80}, {"Ms2", 0x81},
	    {"MSCHAPv2", 0x81}, {"mschap_V2", 0x81}, {"C223:81", 0x81},
	    {"c223:0F", 0x0f},
	};
	struct pptp_method m;
	size_t i;

	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		ck_assert(pptp_method_parse(&m, ways[i].text));
		ck_assert_uint_eq(m.protocol, PPTP_PPP_CHAP);
		ck_assert_uint_eq(m.algorithm, ways[i].algorithm);
	}
}
END_TEST

START_TEST(lists_of_methods_are_read_in_their_order)
{
	struct pptp_method list[PPTP_ASKS];

	ck_assert(pptp_methods_parse(list, "pap,eap,c223:07"));
	ck_assert_uint_eq(list[0].protocol, PPTP_PPP_PAP);
	ck_assert_uint_eq(list[1].protocol, PPTP_PPP_EAP);
	ck_assert_uint_eq(list[2].algorithm, 7);
	ck_assert_uint_eq(list[3].protocol, 0);
	ck_assert(!pptp_methods_parse(list, ""));
	ck_assert(!pptp_methods_parse(list, "pap,"));
	ck_assert(!pptp_methods_parse(list, "pap,,eap"));
	ck_assert(!pptp_methods_parse(list, "pap,eap,pap,eap,pap,eap"));
	ck_assert(!pptp_methods_parse(list, "pap,a_name_without_an_end"));
}
END_TEST

START_TEST(what_names_no_method_is_refused)
{
	static const char *const bad[] = {
	    "",         "p",       "papp",    "pap ",
	    "c22",      "c223",    "c223:",   "c223:8",
	    "c223:811", "c223-81", "c02d:07", "c02d0",
	    "g223:81",  ":",       "c2 3",    "mschap_v2mschap_v2mschap_v2",
	};
	struct pptp_method m;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_msg(!pptp_method_parse(&m, bad[i]), "%s", bad[i]);
		ck_assert_uint_eq(m.protocol, 0);
	}
}
END_TEST

/* Room is for the longest name alone. */
START_TEST(a_name_of_any_length_is_refused_in_a_list_too)
{
	struct pptp_method list[PPTP_ASKS];
	char text[3 * PPTP_METHOD_TEXT];

	for (size_t length = 0; length < sizeof(text); length++) {
		memset(text, 'x', length);
		text[length] = '\0';
		ck_assert(!pptp_methods_parse(list, text));
	}
}
END_TEST

START_TEST(only_chap_has_an_algorithm)
{
	struct pptp_method a = {PPTP_PPP_PAP, 0}, b = {PPTP_PPP_PAP, 5};
	struct pptp_method c = {PPTP_PPP_CHAP, 5}, d = {PPTP_PPP_CHAP, 0x80};

	ck_assert(pptp_method_equal(a, b));
	ck_assert(!pptp_method_equal(c, d));
	ck_assert(!pptp_method_equal(b, c));
}
END_TEST

START_TEST(method_options_too_short_for_their_kind_are_refused)
{
	static const char *const bad[] = {"0302", "0303c0", "0304c223"};
	struct pptp_method m;
	struct pptp_reader r;
	struct pptp_option o;
	struct guarded g = guarded_new();
	struct vector v;
	size_t i;

	for (i = 0; i < 3; i++) {
		v = vector(bad[i]);
		pptp_reader_init(&r, guarded_copy(&g, v.bytes, v.length),
				 v.length);
		ck_assert(pptp_option_next(&r, &o));
		ck_assert(!pptp_method_decode(&m, &o));
	}
	guarded_free(&g);
}
END_TEST

START_TEST(bytes_after_a_method_are_its_vendors)
{
	/* scapy, test/scapy/layers/pptp.uts: "test" behind EAP */
	ck_assert_option("0308c22774657374",
			 "\"type\":3,\"name\":\"authentication\","
			 "\"value\":\"eap\"");
}
END_TEST

START_TEST(numbers_and_flags_have_their_values)
{
	ck_assert_option("010405dc",
			 "\"type\":1,\"name\":\"mru\",\"value\":1500");
	ck_assert_option("0206ffffffff", "\"type\":2,\"name\":\"accm\","
					 "\"value\":4294967295");
	ck_assert_option("090304", "\"type\":9,\"name\":\"fcs_alternatives\","
				   "\"value\":4");
	ck_assert_option("0702", "\"type\":7,\"name\":\"pfc\"");
	ck_assert_option("1202", "\"type\":18,\"name\":\"short_sequence\"");
	ck_assert_option("1704000c", "\"type\":23,"
				     "\"name\":\"link_discriminator\","
				     "\"value\":12");
	ck_assert_option("0408c02574657374", "\"type\":4,\"name\":\"quality\","
					     "\"value\":\"c02574657374\"");
}
END_TEST

START_TEST(unassigned_types_are_hexadecimal_without_a_name)
{
	ck_assert_option("1e04abcd", "\"type\":30,\"value\":\"abcd\"");
	ck_assert_option("ff02", "\"type\":255");
	ck_assert_ptr_null(pptp_lcp_option_name(30));
	ck_assert_ptr_null(pptp_lcp_option_name(255));
}
END_TEST

START_TEST(every_assigned_type_has_a_name_of_its_own)
{
	unsigned a, b;

	for (a = 0; a < 30; a++) {
		ck_assert_ptr_nonnull(pptp_lcp_option_name((uint8_t)a));
		for (b = 0; b < a; b++)
			ck_assert_str_ne(pptp_lcp_option_name((uint8_t)a),
					 pptp_lcp_option_name((uint8_t)b));
	}
}
END_TEST

START_TEST(a_length_that_is_not_the_types_keeps_the_bytes)
{
#define WRONG ",\"malformed\":{\"why\":\"option's length is not its type's\"}"
	ck_assert_option("010305", "\"type\":1,\"name\":\"mru\","
				   "\"value\":\"05\"" WRONG);
	ck_assert_option("0102", "\"type\":1,\"name\":\"mru\"" WRONG);
	ck_assert_option("0507000000012a", "\"type\":5,\"name\":\"magic\","
					   "\"value\":\"000000012a\"" WRONG);
	ck_assert_option("0703ff", "\"type\":7,\"name\":\"pfc\","
				   "\"value\":\"ff\"" WRONG);
	ck_assert_option("0304c223", "\"type\":3,\"name\":\"authentication\","
				     "\"value\":\"c223\"" WRONG);
	ck_assert_option("0d02", "\"type\":13,\"name\":\"callback\"" WRONG);
	ck_assert_option("1302", "\"type\":19,"
				 "\"name\":\"endpoint_discriminator\"" WRONG);
}
END_TEST

START_TEST(callback_is_an_object)
{
	ck_assert_option("0d0306",
			 "\"type\":13,\"name\":\"callback\",\"value\":"
			 "{\"operation\":6,\"operation_name\":\"cbcp\"}");
	ck_assert_option("0d070274657374",
			 "\"type\":13,\"name\":\"callback\",\"value\":"
			 "{\"operation\":2,\"operation_name\":\"location\","
			 "\"message\":\"74657374\"}");
	ck_assert_option("0d0363", "\"type\":13,\"name\":\"callback\","
				   "\"value\":{\"operation\":99}");
}
END_TEST

START_TEST(endpoint_discriminator_is_an_object)
{
#define ENDPOINT "\"type\":19,\"name\":\"endpoint_discriminator\",\"value\":"
	ck_assert_option("130300",
			 ENDPOINT "{\"class\":0,\"class_name\":\"null\"}");
	ck_assert_option("130702c0000201",
			 ENDPOINT "{\"class\":2,\"class_name\":\"ipv4\","
				  "\"address\":\"192.0.2.1\"}");
	ck_assert_option("130602c00002",
			 ENDPOINT "{\"class\":2,\"class_name\":\"ipv4\","
				  "\"address\":\"c00002\"}");
	ck_assert_option("13090300005e005301",
			 ENDPOINT "{\"class\":3,\"class_name\":\"mac\","
				  "\"address\":\"00005e005301\"}");
	ck_assert_option("130509abcd",
			 ENDPOINT "{\"class\":9,\"address\":\"abcd\"}");
}
END_TEST

START_TEST(a_windows_offer_is_read_whole)
{
	struct json out;
	const char *text = walked(&out, FRAME_OFFER_WINDOWS);

	ck_assert_has(text, "\"length\":44");
	ck_assert_has(text, "{\"type\":5,\"name\":\"magic\","
			    "\"value\":35214031}");
	ck_assert_has(text, "{\"type\":17,\"name\":\"mrru\","
			    "\"value\":1614}");
	ck_assert_has(text, "\"class_name\":\"local\",\"address\":"
			    "\"29f76a9077f1472c835247f271d656070000000c\"");
	ck_assert_has_not(text, "malformed");
}
END_TEST

START_TEST(offers_of_others_are_read_whole)
{
	struct json out;

	ck_assert_has(walked(&out, FRAME_OFFER_EAP), "\"value\":\"eap\"");
	ck_assert_has(walked(&out, FRAME_OFFER_MULTILINK),
		      "\"value\":\"chap_md5\"");
	ck_assert_has(walked(&out, FRAME_OPTIONS), "\"value\":5000");
	ck_assert_has(walked(&out, FRAME_NAK), "\"name\":\"configure-nak\"");
	ck_assert_has(walked(&out, FRAME_REJECT_CALLBACK),
		      "\"name\":\"configure-reject\"");
	ck_assert_has_not(out.text, "malformed");
}
END_TEST

START_TEST(rejects_show_what_they_reject)
{
	struct json out;

	ck_assert_has(walked(&out, FRAME_PROTOCOL_REJECT),
		      "\"rejected_protocol\":32825,\"data\":\"0305c22306\"}");
	ck_assert_has(walked(&out, FRAME_PROTOCOL_REJECT_CDP),
		      "\"rejected_protocol\":33287,\"data\":\"01330004\"}");
	ck_assert_has(walked(&out, FRAME_CODE_REJECT),
		      "\"name\":\"code-reject\",\"identifier\":42,"
		      "\"length\":20,\"data\":"
		      "\"2a070010756e6b6e6f776e5f64617461\"}");
}
END_TEST

START_TEST(a_terminate_text_shows_only_where_it_is_printable)
{
	struct json out;

	ck_assert_has(walked(&out, FRAME_TERMINATE),
		      "\"data\":\"74657374\",\"text\":\"test\"}");
	/* Windows, after our Reject of EAP */
	ck_assert_has(walked(&out, "c02105070010 01020304003ccd7400000397"),
		      "\"data\":\"01020304003ccd7400000397\"}");
	ck_assert_has(walked(&out, "c02106070004"), "\"length\":4}");
}
END_TEST

START_TEST(magic_numbers_come_first)
{
	struct json out;

	ck_assert_has(walked(&out, FRAME_ECHO_ABCDEF),
		      "\"name\":\"echo-request\",\"identifier\":42,"
		      "\"length\":14,\"magic_number\":4242,"
		      "\"data\":\"616263646566\",\"text\":\"abcdef\"}");
	ck_assert_has(walked(&out, FRAME_DISCARD), "\"magic_number\":4242");
	ck_assert_has(walked(&out, "c0210c07000b 00000001 1b5b41"),
		      "\"magic_number\":1,\"text\":\"\\u001b[A\"}");
	ck_assert_has(walked(&out, "c0210d07000e 00000001 0000003c 6162"),
		      "\"magic_number\":1,\"seconds_remaining\":60,"
		      "\"text\":\"ab\"}");
	ck_assert_has(walked(&out, "c0210007000d 00000001 00005e 02 7f"),
		      "\"magic_number\":1,\"oui\":\"00005e\",\"kind\":2,"
		      "\"data\":\"7f\"}");
}
END_TEST

START_TEST(packets_too_short_for_their_code_are_malformed)
{
	static const char *const bad[] = {
	    "c02108010005 80",
	    "c02109010007 000000",
	    "c0210a010004",
	    "c0210b010006 0000",
	    "c0210c010007 000000",
	    "c0210d01000a 000000010000",
	    "c0210001000b 000000010000 5e",
	};
	struct json out;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_has(walked(&out, bad[i]),
			      "\"malformed\":{\"why\":"
			      "\"runs past the length around it\"");
}
END_TEST

START_TEST(truncated_at_every_length_is_short)
{
	ck_assert_truncations(FRAME_OFFER_WINDOWS, 48);
	ck_assert_truncations(FRAME_OPTIONS, 41);
	ck_assert_truncations(FRAME_PROTOCOL_REJECT, 13);
	ck_assert_truncations(FRAME_ECHO_ABCDEF, 18);
	ck_assert_truncations(FRAME_TERMINATE, 10);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lcp");

	CLAIM(s, method_names_go_there_and_back);
	CLAIM(s, method_options_encode_and_decode_to_the_same);
	CLAIM(s, no_method_is_none_and_none_is_no_method);
	CLAIM(s, people_may_write_methods_their_way);
	CLAIM(s, lists_of_methods_are_read_in_their_order);
	CLAIM(s, what_names_no_method_is_refused);
	CLAIM(s, a_name_of_any_length_is_refused_in_a_list_too);
	CLAIM(s, only_chap_has_an_algorithm);
	CLAIM(s, method_options_too_short_for_their_kind_are_refused);
	CLAIM(s, bytes_after_a_method_are_its_vendors);
	CLAIM(s, numbers_and_flags_have_their_values);
	CLAIM(s, unassigned_types_are_hexadecimal_without_a_name);
	CLAIM(s, every_assigned_type_has_a_name_of_its_own);
	CLAIM(s, a_length_that_is_not_the_types_keeps_the_bytes);
	CLAIM(s, callback_is_an_object);
	CLAIM(s, endpoint_discriminator_is_an_object);
	CLAIM(s, a_windows_offer_is_read_whole);
	CLAIM(s, offers_of_others_are_read_whole);
	CLAIM(s, rejects_show_what_they_reject);
	CLAIM(s, a_terminate_text_shows_only_where_it_is_printable);
	CLAIM(s, magic_numbers_come_first);
	CLAIM(s, packets_too_short_for_their_code_are_malformed);
	CLAIM(s, truncated_at_every_length_is_short);
	return run_suite(s);
}
