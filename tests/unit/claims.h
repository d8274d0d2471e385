/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of decoders share: one TCase a claim, vectors as bytes, and
 * what a walk wrote as JSON text. */
#ifndef TESTS_CLAIMS_H
#define TESTS_CLAIMS_H

#include <malloc.h>

#include "unit/harness.h"

#include "format/bytes.h"
#include "format/sink.h"

static inline void claim(Suite *s, const char *name, const TTest *test)
{
	TCase *c = tcase_create(name);

	tcase_add_test(c, test);
	suite_add_tcase(s, c);
}

#define CLAIM(suite, test) claim(suite, #test, test)

/* Bytes that malloc() has given out; always 0 under ASan, which looks for leaks
 * itself. */
static inline size_t heap_in_use(void)
{
	return mallinfo2().uordblks;
}

struct vector {
	uint8_t bytes[512];
	size_t length;
};

static inline struct vector vector(const char *hex)
{
	struct vector v;

	memset(&v, 0, sizeof(v));
	v.length = unhex(hex, v.bytes, sizeof(v.bytes));
	return v;
}

static inline struct pptp_reader reader_of(const struct vector *v)
{
	struct pptp_reader r;

	pptp_reader_init(&r, v->bytes, v->length);
	return r;
}

/* Room for `length` bytes that ends at the wall, 0x5a in each. */
static inline uint8_t *guarded_room(struct guarded *g, size_t length)
{
	uint8_t *at = g->map + g->size - g->page - length;

	memset(at, 0x5a, length);
	return at;
}

struct json {
	struct pptp_json j;
	char text[16384];
};

/* Opens the outermost object, which the walks write their fields into. */
static inline struct pptp_sink *json_open(struct json *out)
{
	pptp_json_init(&out->j, out->text, sizeof(out->text));
	out->j.sink.object(&out->j.sink, NULL);
	return &out->j.sink;
}

static inline const char *json_close(struct json *out)
{
	out->j.sink.end(&out->j.sink);
	ck_assert(!out->j.failed);
	ck_assert_uint_eq(out->j.depth, 0);
	return out->text;
}

#define ck_assert_has(text, part)                                              \
	ck_assert_msg(strstr(text, part) != NULL, "no %s in %s", part, text)
#define ck_assert_has_not(text, part)                                          \
	ck_assert_msg(strstr(text, part) == NULL, "%s in %s", part, text)

#endif
