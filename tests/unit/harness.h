/* SPDX-License-Identifier: BSD-2-Clause */
/* What every unit test needs: Check with TAP, and bytes that end at a page
 * which can't be read, so that one byte too far is a crash, not luck. */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct guarded {
	uint8_t *map;
	size_t size, page;
};

static inline struct guarded guarded_new(void)
{
	struct guarded g;

	g.page = (size_t)sysconf(_SC_PAGESIZE);
	g.size = 17 * g.page; /* 64 KiB of data before the wall */
	g.map = mmap(NULL, g.size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(g.map, MAP_FAILED);
	ck_assert_int_eq(mprotect(g.map + g.size - g.page, g.page, PROT_NONE),
			 0);
	return g;
}

/* `length` bytes whose last one stands flush against the wall. */
static inline uint8_t *guarded_copy(struct guarded *g, const void *bytes,
				    size_t length)
{
	uint8_t *at = g->map + g->size - g->page - length;

	if (length > 0)
		memcpy(at, bytes, length);
	return at;
}

static inline void guarded_free(struct guarded *g)
{
	munmap(g->map, g->size);
}

/* "1a 2B3c" to bytes; the number of them. */
static inline size_t unhex(const char *text, uint8_t *bytes, size_t room)
{
	static const char digits[] = "0123456789abcdef";
	unsigned value = 1; /* a leading 1 counts the digits */
	size_t n = 0;

	for (; *text != '\0'; text++) {
		const char *digit = strchr(digits, *text | 0x20);

		if (digit == NULL || *text == ' ')
			continue;
		value = value << 4 | (unsigned)(digit - digits);
		if (value >= 0x100) {
			ck_assert_uint_lt(n, room);
			bytes[n++] = (uint8_t)value;
			value = 1;
		}
	}
	return n;
}

static inline int run_suite(Suite *s)
{
	SRunner *r = srunner_create(s);
	int failed;

	srunner_set_tap(r, "-");
	srunner_run_all(r, CK_SILENT);
	failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed == 0 ? 0 : 1;
}

#endif
