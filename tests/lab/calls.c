/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls of captures, for tests: a record a line, as native/read/calls tells
 * it, and on standard error what was counted.
 *
 *	pptp-calls FILE...
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "read/calls.h"

static char text[1 << 20];

static void tell(void *context, const struct pptp_call *call)
{
	struct pptp_json j;

	(void)context;
	pptp_json_init(&j, text, sizeof(text) - 1);
	pptp_record_walk(&call->record, &j.sink);
	printf("%.*s\n", (int)j.length, text);
}

static int all_frames(struct pptp_source *source)
{
	struct pptp_calls *all = pptp_calls_new(PPTP_CALLS_MOST, tell, NULL);
	const struct pptp_call_counts *n;
	char why[256] = "no memory";
	struct pptp_frame f;
	int got = -1;

	while (all != NULL &&
	       (got = pptp_source_next(source, &f, why, sizeof(why))) == 1)
		pptp_calls_frame(all, &f);
	if (all != NULL) {
		pptp_calls_end(all);
		n = pptp_calls_counts(all);
		fprintf(stderr,
			"calls %" PRIu64 " crowded %" PRIu64
			" roleless %" PRIu64 " late %" PRIu64 " cut %" PRIu64
			" passed %" PRIu64 "\n",
			n->calls, n->crowded, n->roleless, n->late, n->cut,
			n->passed);
	}
	if (got < 0)
		fprintf(stderr, "%s\n", why);
	pptp_calls_free(all);
	return got < 0;
}

int main(int argc, char **argv)
{
	struct pptp_source source;
	char why[256] = "";
	int failed = 0;
	FILE *file;

	for (int i = 1; i < argc; i++) {
		file = fopen(argv[i], "rb");
		if (file == NULL ||
		    pptp_source_open(&source, file, argv[i], NULL, NULL, why,
				     sizeof(why)) != PPTP_OK) {
			fprintf(stderr, "%s: %s\n", argv[i], why);
			failed = 1;
			continue;
		}
		failed |= all_frames(&source);
		pptp_source_close(&source);
	}
	return failed;
}
