/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/json.h"

#include "unit/claims.h"

/* What a text was read as: a letter a token, strings and integers in full. */
struct reading {
	struct pptp_json_reader r;
	char text[4096];
	bool failed;
};

static void note(struct reading *out, const char *bytes, size_t length)
{
	size_t used = strlen(out->text);

	ck_assert_uint_lt(used + length, sizeof(out->text));
	memcpy(out->text + used, bytes, length);
	out->text[used + length] = '\0';
}

static void note_string(struct reading *out, const struct pptp_json_token *t)
{
	char bytes[256];
	size_t length;

	ck_assert_uint_le(t->length, sizeof(bytes));
	length = pptp_json_unescape(t, bytes);
	ck_assert_uint_le(length, t->length);
	if (t->plain)
		ck_assert_mem_eq(bytes, t->text, length);
	note(out, "'", 1);
	note(out, bytes, length);
	note(out, t->type == PPTP_JSON_KEY ? "':" : "' ", 2);
}

static void note_token(struct reading *out, const struct pptp_json_token *t)
{
	static const char letters[] = "{[<kstTFN";
	char number[32];

	if (t->type == PPTP_JSON_KEY || t->type == PPTP_JSON_TEXT) {
		note_string(out, t);
	} else if (t->type == PPTP_JSON_NUMBER && t->whole) {
		snprintf(number, sizeof(number), "%lld ",
			 (long long)t->integer);
		note(out, number, strlen(number));
	} else if (t->type == PPTP_JSON_NUMBER) {
		note(out, "~", 1);
		note(out, t->text, t->length);
		note(out, " ", 1);
	} else {
		note(out, letters + t->type, 1);
	}
}

static void read_all(struct reading *out, const void *text, size_t length)
{
	struct pptp_json_token t;

	memset(out, 0, sizeof(*out));
	pptp_json_reader_init(&out->r, text, length);
	while (pptp_json_next(&out->r, &t))
		note_token(out, &t);
	out->failed = out->r.why != NULL;
	/* What has ended stays ended. */
	ck_assert(!pptp_json_next(&out->r, &t));
}

static void reads_as(const char *text, const char *want)
{
	struct reading got;

	read_all(&got, text, strlen(text));
	ck_assert_msg(!got.failed, "%s: %s", text, got.r.why);
	ck_assert_str_eq(got.text, want);
}

static void refused(const char *text, size_t length, size_t where,
		    const char *why)
{
	struct reading got;

	read_all(&got, text, length);
	ck_assert_msg(got.failed, "%s is taken", text);
	ck_assert_msg(strstr(got.r.why, why) != NULL, "%s: %s", text,
		      got.r.why);
	ck_assert_msg(got.r.where == where, "%s: %zu", text, got.r.where);
}

#define REFUSED(text, where, why) refused(text, sizeof(text) - 1, where, why)

START_TEST(values_come_as_tokens_in_their_order)
{
	reads_as("{}", "{<");
	reads_as(" [ ] ", "[<");
	reads_as("{\"a\":1,\"b\":[true,false,null],\"c\":{\"d\":\"x\"}}",
		 "{'a':1 'b':[TFN<'c':{'d':'x' <<");
	reads_as("\t[\r\n1 ,\n[ [ ] , { } ] ]\n", "[1 [[<{<<<");
	reads_as("\"alone\"", "'alone' ");
	reads_as("7", "7 ");
	reads_as("null", "N");
}
END_TEST

START_TEST(whole_numbers_stay_whole_within_64_bits)
{
	reads_as("[0,-0,3,-17]", "[0 0 3 -17 <");
	reads_as("[9223372036854775807,-9223372036854775808]",
		 "[9223372036854775807 -9223372036854775808 <");
	reads_as("[9223372036854775808,-9223372036854775809]",
		 "[~9223372036854775808 ~-9223372036854775809 <");
	reads_as("[99999999999999999999999999]",
		 "[~99999999999999999999999999 <");
	reads_as("[1.5,1e2,-2E-3,0.0,4e+1]", "[~1.5 ~1e2 ~-2E-3 ~0.0 ~4e+1 <");
}
END_TEST

START_TEST(escapes_mean_characters_and_small_ones_bytes)
{
	reads_as("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "'\"\\/\b\f\n\r\t' ");
	reads_as("\"\\u0041\\u00e9\\u00FF\"", "'A\xe9\xff' ");
	reads_as("\"\xc2\x80\xc3\xbf\"", "'\x80\xff' ");
	reads_as("\"\\u0100\\u20ac\\ud83d\\ude00\"",
		 "'\xc4\x80\xe2\x82\xac\xf0\x9f\x98\x80' ");
	reads_as("\"\xc4\x80\xe2\x82\xac\xf0\x9f\x98\x80\"",
		 "'\xc4\x80\xe2\x82\xac\xf0\x9f\x98\x80' ");
	reads_as("{\"k\\u00ff\":\"\"}", "{'k\xff':'' <");
	/* The first and the last of each length in UTF-8, and around the pairs. */
	reads_as("\"\\u07ff\\u0800\\ud7ff\\ue000\\uffff\"",
		 "'\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf' ");
	reads_as("\"\\ud800\\udc00\\ud8ff\\udfff\\udbff\\udfff\"",
		 "'\xf0\x90\x80\x80\xf1\x8f\xbf\xbf\xf4\x8f\xbf\xbf' ");
}
END_TEST

START_TEST(a_zero_byte_is_one_byte)
{
	struct pptp_json_reader r;
	struct pptp_json_token t;
	char out[16];

	pptp_json_reader_init(&r, "\"a\\u0000b\"", 10);
	ck_assert(pptp_json_next(&r, &t));
	ck_assert(!t.plain);
	ck_assert_uint_eq(pptp_json_unescape(&t, out), 3);
	ck_assert_mem_eq(out, "a\0b", 3);
}
END_TEST

START_TEST(what_is_no_json_is_refused_where_it_is_wrong)
{
	REFUSED("", 0, "too early");
	REFUSED("  ", 2, "too early");
	REFUSED("nope", 0, "no value");
	REFUSED("nulL", 0, "no value");
	REFUSED("tru", 0, "too early");
	REFUSED("1 2", 2, "more follows");
	REFUSED("{} x", 3, "more follows");
	REFUSED("[1,]", 3, "no value");
	REFUSED("[,1]", 1, "no value");
	REFUSED("[1 2]", 3, "no comma");
	REFUSED("[1}", 2, "no comma");
	REFUSED("{\"a\":1]", 6, "no comma");
	REFUSED("{\"a\":1,}", 7, "no key");
	REFUSED("{a:1}", 1, "no key");
	REFUSED("{1:1}", 1, "no key");
	REFUSED("{\"a\" 1}", 5, "no colon");
	REFUSED("{\"a\":}", 5, "no value");
	REFUSED("{\"a\",1}", 4, "no colon");
	REFUSED("[1]/* */", 3, "more follows");
	REFUSED("\xef\xbb\xbf{}", 0, "no value");
	REFUSED("[\0]", 1, "no value");
	REFUSED("]", 0, "no value");
	REFUSED("'a'", 0, "no value");
	REFUSED("NaN", 0, "no value");
}
END_TEST

START_TEST(numbers_have_one_shape)
{
	REFUSED("-", 1, "too early");
	REFUSED("[-]", 2, "without a digit");
	REFUSED("[+1]", 1, "no value");
	REFUSED("[01]", 2, "no comma");
	REFUSED("[-01]", 3, "no comma");
	REFUSED("[.5]", 1, "no value");
	REFUSED("[5.]", 3, "without a digit");
	REFUSED("[1e]", 3, "without a digit");
	REFUSED("[1e+]", 4, "without a digit");
	REFUSED("[0x10]", 2, "no comma");
	REFUSED("[-Infinity]", 2, "without a digit");
}
END_TEST

START_TEST(strings_are_utf_8_without_surrogates)
{
	REFUSED("\"a\nb\"", 2, "control character");
	REFUSED("\"a\0b\"", 2, "control character");
	REFUSED("\"\\x41\"", 1, "does not know");
	REFUSED("\"\\\0\"", 1, "does not know");
	REFUSED("\"\\u00g0\"", 1, "no character");
	REFUSED("\"\\ud800\"", 1, "no character");
	REFUSED("\"\\udc00\"", 1, "no character");
	REFUSED("\"\\ud800\\u0041\"", 1, "no character");
	REFUSED("\"\\ud800\\ud800\"", 1, "no character");
	REFUSED("\"\\ud800xxxxxx\"", 1, "no character");
	REFUSED("\"\xff\"", 1, "not UTF-8");
	REFUSED("\"\x80\"", 1, "not UTF-8");
	REFUSED("\"\xc0\x80\"", 1, "not UTF-8");
	REFUSED("\"\xc1\xbf\"", 1, "not UTF-8");
	REFUSED("\"\xe0\x9f\xbf\"", 1, "not UTF-8");
	REFUSED("\"\xed\xa0\x80\"", 1, "not UTF-8");
	REFUSED("\"\xf0\x8f\xbf\xbf\"", 1, "not UTF-8");
	REFUSED("\"\xf4\x90\x80\x80\"", 1, "not UTF-8");
	REFUSED("\"\xf5\x80\x80\x80\"", 1, "not UTF-8");
	REFUSED("\"\xe2\x82\"", 1, "not UTF-8");
	REFUSED("\"\xc3", 1, "not UTF-8");
}
END_TEST

START_TEST(levels_are_counted)
{
	char text[2 * PPTP_JSON_NESTING + 2];
	struct reading got;

	memset(text, '[', PPTP_JSON_NESTING);
	memset(text + PPTP_JSON_NESTING, ']', PPTP_JSON_NESTING);
	read_all(&got, text, 2 * PPTP_JSON_NESTING);
	ck_assert(!got.failed);
	memset(text, '[', PPTP_JSON_NESTING + 1);
	refused(text, sizeof(text), PPTP_JSON_NESTING, "too deep");
}
END_TEST

/* With something of everything; each of its beginnings is no JSON. */
static const char everything[] =
    "{\"a\":[0,-12,1.5e-3,true,false,null,[],{}],\"\\u00e9\\n\":"
    "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\\ud83d\\ude00\\\"\"}";

START_TEST(every_truncation_is_refused_inside_of_its_bytes)
{
	struct guarded g = guarded_new();
	struct reading got;
	size_t n, all = sizeof(everything) - 1;

	for (n = 0; n < all; n++) {
		read_all(&got, guarded_copy(&g, everything, n), n);
		ck_assert_msg(got.failed, "%zu bytes are taken", n);
		ck_assert_uint_le(got.r.where, n);
	}
	read_all(&got, guarded_copy(&g, everything, all), all);
	ck_assert(!got.failed);
	guarded_free(&g);
}
END_TEST

START_TEST(every_damage_stays_inside_of_its_bytes)
{
	struct guarded g = guarded_new();
	struct reading got;
	size_t i, all = sizeof(everything) - 1;
	unsigned byte;
	uint8_t *text;

	for (i = 0; i < all; i++) {
		for (byte = 0; byte < 256; byte++) {
			text = guarded_copy(&g, everything, all);
			text[i] = (uint8_t)byte;
			read_all(&got, text, all);
			ck_assert(!got.failed || got.r.where <= all);
		}
	}
	guarded_free(&g);
}
END_TEST

START_TEST(all_that_the_writer_writes_is_read_as_it_was)
{
	struct pptp_json j;
	struct pptp_json_reader r;
	struct pptp_json_token t;
	uint8_t bytes[256];
	char text[2048], back[2048];
	unsigned i;

	for (i = 0; i < 256; i++)
		bytes[i] = (uint8_t)i;
	pptp_json_init(&j, text, sizeof(text));
	j.sink.text(&j.sink, NULL, bytes, sizeof(bytes));
	ck_assert(!j.failed);
	pptp_json_reader_init(&r, text, j.length);
	ck_assert(pptp_json_next(&r, &t));
	ck_assert_uint_eq(pptp_json_unescape(&t, back), sizeof(bytes));
	ck_assert_mem_eq(back, bytes, sizeof(bytes));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json");

	CLAIM(s, values_come_as_tokens_in_their_order);
	CLAIM(s, whole_numbers_stay_whole_within_64_bits);
	CLAIM(s, escapes_mean_characters_and_small_ones_bytes);
	CLAIM(s, a_zero_byte_is_one_byte);
	CLAIM(s, what_is_no_json_is_refused_where_it_is_wrong);
	CLAIM(s, numbers_have_one_shape);
	CLAIM(s, strings_are_utf_8_without_surrogates);
	CLAIM(s, levels_are_counted);
	CLAIM(s, every_truncation_is_refused_inside_of_its_bytes);
	CLAIM(s, every_damage_stays_inside_of_its_bytes);
	CLAIM(s, all_that_the_writer_writes_is_read_as_it_was);
	return run_suite(s);
}
