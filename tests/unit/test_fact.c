/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/fact.h"

#include "unit/scan.h"

struct thing {
	uint64_t one, other;
	uint8_t bytes[3];
};

static const struct pptp_fact facts[] = {
    PPTP_FACT_NUMBER_OF(struct thing, one),
    PPTP_FACT_NUMBER_OF(struct thing, other),
    PPTP_FACT_BYTES_OF(struct thing, bytes),
};

static bool read_text(struct thing *t, const char *text, const char **why,
		      const char **fact)
{
	struct guarded g = guarded_new();
	size_t length = strlen(text);
	bool read;

	read =
	    pptp_facts_read(facts, 3, t, (char *)guarded_copy(&g, text, length),
			    length, why, fact);
	guarded_free(&g);
	return read;
}

START_TEST(what_was_written_is_read)
{
	struct thing in = {INT64_MAX, 0, {0, 0x7f, 0xff}}, out;
	const char *why, *fact;
	struct json text;

	pptp_facts_walk(facts, 3, &in, json_open(&text));
	ck_assert_str_eq(json_close(&text),
			 "{\"one\":9223372036854775807,\"other\":0,"
			 "\"bytes\":\"007fff\"}");
	ck_assert(read_text(&out, text.text, &why, &fact));
	ck_assert_uint_eq(out.one, INT64_MAX);
	ck_assert_uint_eq(out.other, 0);
	ck_assert_mem_eq(out.bytes, in.bytes, 3);
}
END_TEST

START_TEST(order_and_what_is_no_fact_do_not_matter)
{
	struct thing out;
	const char *why, *fact;

	ck_assert(read_text(&out,
			    "{\"x\":{\"one\":7,\"y\":[1,{}]},\"bytes\":"
			    "\"aabbcc\",\"z\":[[],{\"other\":[9]}],\"n\":null,"
			    "\"other\":2,\"one\":3,\"one\":1}\n",
			    &why, &fact));
	ck_assert_uint_eq(out.one, 1);
	ck_assert_uint_eq(out.other, 2);
}
END_TEST

static void check_wrong(const char *text, const char *fact)
{
	const char *why, *wrong;
	struct thing out;

	ck_assert_msg(!read_text(&out, text, &why, &wrong), "%s", text);
	ck_assert_ptr_nonnull(why);
	if (fact == NULL)
		ck_assert_ptr_null(wrong);
	else
		ck_assert_str_eq(wrong, fact);
}

START_TEST(wrong_facts_are_named)
{
	check_wrong("{\"one\":1,\"bytes\":\"aabbcc\"}", "other");
	check_wrong("{\"one\":-1,\"other\":2,\"bytes\":\"aabbcc\"}", "one");
	check_wrong("{\"one\":9223372036854775808,\"other\":2}", "one");
	check_wrong("{\"one\":1.5,\"other\":2}", "one");
	check_wrong("{\"one\":\"1\",\"other\":2}", "one");
	check_wrong("{\"bytes\":\"aabbc\"}", "bytes");
	check_wrong("{\"bytes\":\"aabbccdd\"}", "bytes");
	check_wrong("{\"bytes\":\"aabbcg\"}", "bytes");
	check_wrong("{\"bytes\":[1]}", "bytes");
	check_wrong("{\"one\":1,\"other\":2,\"bytes\":\"AABBCC\"}", "bytes");
}
END_TEST

START_TEST(why_is_said)
{
	struct thing out;
	const char *why, *fact;

	ck_assert(!read_text(&out, "{\"one\":1}", &why, &fact));
	ck_assert_str_eq(why, "it is missing");
	ck_assert_str_eq(fact, "other");
	ck_assert(!read_text(&out, "{\"one\":-1}", &why, &fact));
	ck_assert_str_eq(why, "it is out of range");
	ck_assert(!read_text(&out, "[]", &why, &fact));
	ck_assert_str_eq(why, "it is no JSON object");
	ck_assert_ptr_null(fact);
}
END_TEST

START_TEST(text_that_is_no_object_is_refused_at_every_length)
{
	static const char whole[] =
	    "{\"one\":1,\"q\":[{\"a\":1}],\"other\":2,\"bytes\":\"aabbcc\"}";
	char text[sizeof(whole)];
	const char *why, *fact;
	struct thing out;
	size_t n;

	for (n = 0; n < sizeof(whole) - 1; n++) {
		memcpy(text, whole, n);
		text[n] = '\0';
		ck_assert(!read_text(&out, text, &why, &fact));
	}
	ck_assert(read_text(&out, whole, &why, &fact));
	check_wrong("[1]", NULL);
	check_wrong("7", NULL);
	check_wrong("{\"one\":1,\"other\":2,\"bytes\":\"aabbcc\"} {}", NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("fact");

	CLAIM(s, what_was_written_is_read);
	CLAIM(s, order_and_what_is_no_fact_do_not_matter);
	CLAIM(s, wrong_facts_are_named);
	CLAIM(s, why_is_said);
	CLAIM(s, text_that_is_no_object_is_refused_at_every_length);
	return run_suite(s);
}
