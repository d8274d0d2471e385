/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/sink.h"

#include "unit/claims.h"

/* Every kind of value, in objects and arrays. */
static void fill(struct pptp_sink *s)
{
	s->object(s, NULL);
	s->number(s, "n", -5);
	s->array(s, "list");
	s->number(s, NULL, 1);
	s->object(s, NULL);
	s->end(s);
	s->array(s, NULL);
	s->null(s, NULL);
	s->boolean(s, NULL, true);
	s->end(s);
	s->end(s);
	s->boolean(s, "no", false);
	s->text(s, "t", "a\0b", 3);
	pptp_sink_string(s, "s", "x");
	pptp_sink_hex(s, "h", "\xab\x01", 2);
	s->end(s);
}

static const char filled[] =
    "{\"n\":-5,\"list\":[1,{},[null,true]],\"no\":false,"
    "\"t\":\"a\\u0000b\",\"s\":\"x\",\"h\":\"ab01\"}";

START_TEST(values_nest_with_commas_only_between_them)
{
	struct pptp_json j;
	char text[256];

	pptp_json_init(&j, text, sizeof(text));
	fill(&j.sink);
	ck_assert(!j.failed);
	ck_assert_uint_eq(j.depth, 0);
	ck_assert_uint_eq(j.length, sizeof(filled) - 1);
	ck_assert_str_eq(text, filled);
}
END_TEST

START_TEST(every_room_too_small_fails_and_stays_inside)
{
	struct guarded g = guarded_new();
	struct pptp_json j;
	size_t room;

	for (room = 0; room < sizeof(filled) + 2; room++) {
		pptp_json_init(&j, (char *)guarded_room(&g, room), room);
		fill(&j.sink);
		ck_assert_int_eq(j.failed, room < sizeof(filled));
	}
	guarded_free(&g);
}
END_TEST

START_TEST(each_byte_is_itself_or_one_escape)
{
	static const char hex[] = "0123456789abcdef";
	char text[64], want[16];
	struct pptp_json j;
	unsigned byte;
	uint8_t one;

	for (byte = 0; byte < 256; byte++) {
		one = (uint8_t)byte;
		if (byte == '"')
			strcpy(want, "\"\\\"\"");
		else if (byte == '\\')
			strcpy(want, "\"\\\\\"");
		else if (byte >= 0x20 && byte <= 0x7e)
			memcpy(want, (char[]){'"', (char)byte, '"', 0}, 4);
		else
			memcpy(want,
			       (char[]){'"', '\\', 'u', '0', '0',
					hex[byte >> 4], hex[byte & 15], '"', 0},
			       9);
		pptp_json_init(&j, text, sizeof(text));
		j.sink.text(&j.sink, NULL, &one, 1);
		ck_assert_str_eq(text, want);
	}
}
END_TEST

START_TEST(numbers_reach_both_ends_of_64_bits)
{
	struct pptp_json j;
	char text[128];

	pptp_json_init(&j, text, sizeof(text));
	j.sink.array(&j.sink, NULL);
	j.sink.number(&j.sink, NULL, INT64_MIN);
	j.sink.number(&j.sink, NULL, INT64_MAX);
	j.sink.number(&j.sink, NULL, 0);
	j.sink.number(&j.sink, NULL, 4294967295);
	j.sink.end(&j.sink);
	ck_assert_str_eq(text, "[-9223372036854775808,9223372036854775807,"
			       "0,4294967295]");
}
END_TEST

START_TEST(a_literal_stands_as_it_is)
{
	struct pptp_json j;
	char text[64];

	pptp_json_init(&j, text, sizeof(text));
	j.sink.object(&j.sink, NULL);
	pptp_json_literal(&j, "a", "0.5", 3);
	pptp_json_literal(&j, "b", "-1e+300", 7);
	j.sink.end(&j.sink);
	ck_assert_str_eq(text, "{\"a\":0.5,\"b\":-1e+300}");
}
END_TEST

START_TEST(hexadecimal_shows_every_byte)
{
	static uint8_t bytes[2000];
	static char text[4096];
	struct pptp_json j;

	memset(bytes, 0xfe, sizeof(bytes));
	pptp_json_init(&j, text, sizeof(text));
	pptp_sink_hex(&j.sink, NULL, bytes, sizeof(bytes));
	ck_assert(!j.failed);
	ck_assert_uint_eq(j.length, 2 + 4000);
	ck_assert_uint_eq(strspn(text, "\"fe"), 2 + 4000);
	pptp_json_init(&j, text, sizeof(text));
	pptp_sink_hex(&j.sink, NULL, bytes, 0);
	ck_assert_str_eq(text, "\"\"");
}
END_TEST

struct paper {
	char text[4096];
	size_t length, pieces, fail_at; /* the piece that fails, from 1 */
};

static bool write_on(void *context, const char *bytes, size_t length)
{
	struct paper *p = context;

	ck_assert_uint_gt(length, 0);
	if (++p->pieces == p->fail_at)
		return false;
	memcpy(p->text + p->length, bytes, length);
	p->length += length;
	return true;
}

START_TEST(a_stream_of_any_room_gives_the_same_text)
{
	struct guarded g = guarded_new();
	struct pptp_json j;
	size_t room;

	for (room = 1; room < sizeof(filled) + 2; room++) {
		struct paper p = {.length = 0};

		pptp_json_stream(&j, (char *)guarded_room(&g, room), room,
				 write_on, &p);
		fill(&j.sink);
		ck_assert(pptp_json_flush(&j));
		ck_assert(pptp_json_flush(&j));
		ck_assert_uint_eq(j.depth, 0);
		ck_assert_uint_eq(p.length, sizeof(filled) - 1);
		ck_assert(memcmp(p.text, filled, p.length) == 0);
		ck_assert_uint_eq(p.pieces, (p.length + room - 1) / room);
	}
	guarded_free(&g);
}
END_TEST

START_TEST(a_writer_that_fails_is_asked_no_more)
{
	char room[8];
	struct pptp_json j;
	size_t n;

	for (n = 1; n <= (sizeof(filled) - 1 + 7) / sizeof(room); n++) {
		struct paper p = {.fail_at = n};

		pptp_json_stream(&j, room, sizeof(room), write_on, &p);
		fill(&j.sink);
		ck_assert(!pptp_json_flush(&j));
		ck_assert(!pptp_json_flush(&j));
		ck_assert(j.failed);
		ck_assert_uint_eq(p.pieces, n);
		ck_assert_uint_eq(p.length, (n - 1) * sizeof(room));
	}
}
END_TEST

START_TEST(lines_follow_each_other_on_a_stream)
{
	struct paper p = {.length = 0};
	char room[3];
	struct pptp_json j;

	pptp_json_stream(&j, room, sizeof(room), write_on, &p);
	for (int i = 0; i < 2; i++) {
		j.sink.object(&j.sink, NULL);
		j.sink.number(&j.sink, "n", i);
		j.sink.end(&j.sink);
		pptp_json_line(&j);
	}
	ck_assert(pptp_json_flush(&j));
	p.text[p.length] = '\0';
	ck_assert_str_eq(p.text, "{\"n\":0}\n{\"n\":1}\n");
}
END_TEST

START_TEST(deeper_than_the_limit_fails)
{
	struct pptp_json j;
	char text[256];
	int i;

	pptp_json_init(&j, text, sizeof(text));
	for (i = 0; i < PPTP_JSON_DEPTH; i++)
		j.sink.array(&j.sink, NULL);
	ck_assert(!j.failed);
	j.sink.array(&j.sink, NULL);
	ck_assert(j.failed);
	ck_assert_uint_eq(j.depth, PPTP_JSON_DEPTH);
}
END_TEST

START_TEST(as_deep_as_the_limit_closes_again)
{
	struct pptp_json j;
	char text[256];
	int i;

	pptp_json_init(&j, text, sizeof(text));
	for (i = 0; i < PPTP_JSON_DEPTH / 2; i++) {
		j.sink.array(&j.sink, i > 0 ? "k" : NULL);
		j.sink.object(&j.sink, NULL);
	}
	while (j.depth > 0)
		j.sink.end(&j.sink);
	ck_assert(!j.failed);
	ck_assert_uint_eq(strspn(text, "[{\"k:"), strcspn(text, "]}"));
	ck_assert_str_eq(strchr(text, '}'), "}]}]}]}]}]}]}]}]}]}]}]}]}]}]}]");
}
END_TEST

START_TEST(one_end_too_many_fails)
{
	struct pptp_json j;
	char text[16];

	pptp_json_init(&j, text, sizeof(text));
	j.sink.object(&j.sink, NULL);
	j.sink.end(&j.sink);
	ck_assert(!j.failed);
	j.sink.end(&j.sink);
	ck_assert(j.failed);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sink");

	CLAIM(s, values_nest_with_commas_only_between_them);
	CLAIM(s, every_room_too_small_fails_and_stays_inside);
	CLAIM(s, each_byte_is_itself_or_one_escape);
	CLAIM(s, numbers_reach_both_ends_of_64_bits);
	CLAIM(s, a_literal_stands_as_it_is);
	CLAIM(s, hexadecimal_shows_every_byte);
	CLAIM(s, a_stream_of_any_room_gives_the_same_text);
	CLAIM(s, a_writer_that_fails_is_asked_no_more);
	CLAIM(s, lines_follow_each_other_on_a_stream);
	CLAIM(s, deeper_than_the_limit_fails);
	CLAIM(s, as_deep_as_the_limit_closes_again);
	CLAIM(s, one_end_too_many_fails);
	return run_suite(s);
}
