/* SPDX-License-Identifier: BSD-2-Clause */
/* What the fuzzers share: a walk into JSON, which must come out whole. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert: a fuzzer built with NDEBUG would find nothing. */
#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition))                                              \
			abort();                                               \
	} while (0)

struct fuzz_json {
	struct pptp_json j;
	char text[1 << 16];
};

static inline struct pptp_sink *fuzz_open(struct fuzz_json *out)
{
	pptp_json_init(&out->j, out->text, sizeof(out->text));
	out->j.sink.object(&out->j.sink, NULL);
	return &out->j.sink;
}

/* Room may run out; depth may not, and brackets pair. */
static inline void fuzz_close(struct fuzz_json *out)
{
	size_t i;

	if (out->j.failed) {
		CHECK(out->j.depth < PPTP_JSON_DEPTH);
		return;
	}
	out->j.sink.end(&out->j.sink);
	CHECK(out->j.depth == 0);
	for (i = 0; i < out->j.length; i++)
		CHECK(out->text[i] >= 0x20 && out->text[i] <= 0x7e);
}

#endif
