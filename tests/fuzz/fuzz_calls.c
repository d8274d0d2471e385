/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A capture file, read as calls. What is given is whole: its record walks into
 * JSON, its times do not run backwards, no more are kept than were asked for,
 * and nothing is counted that was not given.
 */
#include "fuzz/fuzz.h"

#include <stdio.h>

#include "format/json.h"
#include "read/calls.h"

#define MOST 5

static struct fuzz_json out;

static void hear(void *context, const struct pptp_call *call)
{
	uint64_t *given = context;
	const struct pptp_record *r = &call->record;

	++*given;
	CHECK(r->kind == PPTP_KIND_OBSERVED);
	CHECK(r->source.family == r->target.family && r->source.family != 0);
	CHECK(r->ended_by != PPTP_ENDED_NOT);
	CHECK(call->control || (r->control.state == PPTP_NOT_TESTED &&
				r->call.state == PPTP_NOT_TESTED));
	/* Only who was heard to the end was silent. */
	CHECK(call->gaps == 0 || r->control.state != PPTP_SILENT);
	pptp_json_init(&out.j, out.text, sizeof(out.text));
	pptp_record_walk(r, &out.j.sink);
	CHECK(out.j.failed || out.j.depth == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[256] = "";
	uint64_t given = 0;
	struct pptp_source source;
	struct pptp_calls *all;
	struct pptp_frame f;
	FILE *file;

	file = size > 0 ? fmemopen((void *)(uintptr_t)data, size, "rb") : NULL;
	if (file == NULL || pptp_source_open(&source, file, "fuzz", NULL, NULL,
					     text, sizeof(text)) != PPTP_OK)
		return 0;
	all = pptp_calls_new(MOST, hear, &given);
	while (all != NULL &&
	       pptp_source_next(&source, &f, text, sizeof(text)) == 1)
		pptp_calls_frame(all, &f);
	if (all != NULL) {
		pptp_calls_end(all);
		CHECK(pptp_calls_counts(all)->calls == given);
		CHECK(pptp_calls_counts(all)->crowded <= given);
	}
	pptp_calls_free(all);
	pptp_source_close(&source);
	return 0;
}
