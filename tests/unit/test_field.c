/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/field.h"

#include "unit/claims.h"

struct thing { /* not in wire order, with holes */
	uint32_t word;
	uint8_t octet;
	uint16_t half;
	uint8_t name[4];
};

static const struct pptp_field fields[] = {
    {"octet", PPTP_FIELD_U8, 1, offsetof(struct thing, octet)},
    {"half", PPTP_FIELD_U16, 2, offsetof(struct thing, half)},
    {"word", PPTP_FIELD_U32, 4, offsetof(struct thing, word)},
    {"name", PPTP_FIELD_TEXT, 4, offsetof(struct thing, name)},
};

static const uint8_t wire[] = {0x81, 0x92, 0x03, 0xa4, 0x05, 0x06,
			       0x07, 'a',  'b',  0,    'z'};

START_TEST(read_and_written_in_wire_order)
{
	struct pptp_reader r;
	struct pptp_writer w;
	struct thing t;
	uint8_t out[sizeof(wire)];

	pptp_reader_init(&r, wire, sizeof(wire));
	pptp_fields_read(fields, 4, &t, &r);
	ck_assert(pptp_reader_ok(&r));
	ck_assert_uint_eq(t.octet, 0x81);
	ck_assert_uint_eq(t.half, 0x9203);
	ck_assert_uint_eq(t.word, 0xa4050607);
	ck_assert_mem_eq(t.name, "ab\0z", 4);

	pptp_writer_init(&w, out, sizeof(out));
	pptp_fields_write(fields, 4, &t, &w);
	ck_assert(pptp_writer_ok(&w));
	ck_assert_mem_eq(out, wire, sizeof(wire));
}
END_TEST

START_TEST(walk_shows_text_up_to_its_nul)
{
	struct thing t = {0xffffffff, 1, 2, {'"', 0xff, 0, 'z'}};
	struct json out;

	pptp_fields_walk(fields, 4, &t, json_open(&out));
	ck_assert_str_eq(json_close(&out),
			 "{\"octet\":1,\"half\":2,\"word\":4294967295,"
			 "\"name\":\"\\\"\\u00ff\"}");
}
END_TEST

START_TEST(truncated_at_every_length_reads_zeros_after_the_end)
{
	struct guarded g = guarded_new();
	struct pptp_reader r;
	struct thing t;
	size_t n;

	for (n = 0; n < sizeof(wire); n++) {
		memset(&t, 0xee, sizeof(t));
		pptp_reader_init(&r, guarded_copy(&g, wire, n), n);
		pptp_fields_read(fields, 4, &t, &r);
		ck_assert_int_eq(r.error, PPTP_ERROR_SHORT);
		ck_assert_mem_eq(t.name, "\0\0\0\0", 4);
		ck_assert_uint_eq(t.word, n < 7 ? 0 : 0xa4050607);
		ck_assert_uint_eq(t.octet, n < 1 ? 0 : 0x81);
	}
	guarded_free(&g);
}
END_TEST

START_TEST(name_without_nul_is_as_long_as_its_field)
{
	struct guarded g = guarded_new();

	ck_assert_uint_eq(pptp_text_length(guarded_copy(&g, "abcd", 4), 4), 4);
	ck_assert_uint_eq(pptp_text_length(guarded_copy(&g, "ab\0d", 4), 4), 2);
	ck_assert_uint_eq(pptp_text_length(guarded_room(&g, 0), 0), 0);
	guarded_free(&g);
}
END_TEST

START_TEST(code_outside_its_table_has_no_name)
{
	static const struct pptp_name names[] = {{7, "seven"}, {0, "zero"}};

	ck_assert_str_eq(pptp_name_of(names, 2, 7), "seven");
	ck_assert_str_eq(pptp_name_of(names, 2, 0), "zero");
	ck_assert_ptr_null(pptp_name_of(names, 2, 1));
	ck_assert_ptr_null(pptp_name_of(names, 0, 7));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("field");

	CLAIM(s, read_and_written_in_wire_order);
	CLAIM(s, walk_shows_text_up_to_its_nul);
	CLAIM(s, truncated_at_every_length_reads_zeros_after_the_end);
	CLAIM(s, name_without_nul_is_as_long_as_its_field);
	CLAIM(s, code_outside_its_table_has_no_name);
	return run_suite(s);
}
