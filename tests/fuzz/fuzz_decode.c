/* SPDX-License-Identifier: BSD-2-Clause */
/* A whole capture file, and the same bytes as a single message. */
#include "fuzz/fuzz.h"

#include <stdio.h>

#include "read/decode.h"

struct output {
	struct fuzz_json out;
	unsigned objects;
};

static struct pptp_sink *begin(void *context)
{
	struct output *o = context;

	pptp_json_init(&o->out.j, o->out.text, sizeof(o->out.text));
	return &o->out.j.sink;
}

static bool end(void *context)
{
	struct output *o = context;
	size_t i;

	/* Room may run out: a frame's options can be many. */
	if (o->out.j.failed) {
		CHECK(o->out.j.depth < PPTP_JSON_DEPTH);
		return true;
	}
	CHECK(o->out.j.depth == 0);
	CHECK(o->out.j.length > 2 && o->out.text[0] == '{');
	for (i = 0; i < o->out.j.length; i++)
		CHECK(o->out.text[i] >= 0x20 && o->out.text[i] <= 0x7e);
	return ++o->objects < 4096;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct output o;
	const struct pptp_decode_output output = {
	    .begin = begin, .end = end, .context = &o};
	char text[256] = "";
	FILE *file;

	o.objects = 0;
	if (pptp_decode_bytes(data, size, &output) != PPTP_OK)
		CHECK(o.objects == 0);
	file = size > 0 ? fmemopen((void *)(uintptr_t)data, size, "rb") : NULL;
	if (file != NULL && pptp_decode_open_file(file, "fuzz", &output, text,
						  sizeof(text)) != PPTP_OK)
		CHECK(text[0] != '\0');
	return 0;
}
