/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether metadata files are the shards of one sweep. */
#include "scan/check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/scan.h"
#include "scan/count.h"

#define META_MOST 65536 /* bytes of one file */

static bool read_meta(const char *path, struct pptp_meta *meta)
{
	static char text[META_MOST];
	const char *why = NULL, *fact = NULL;
	FILE *file = fopen(path, "re");
	size_t length;

	if (file == NULL) {
		pptp_say("cannot read '%s': %s", path, strerror(errno));
		return false;
	}
	length = fread(text, 1, sizeof(text), file);
	fclose(file);
	if (pptp_meta_read(meta, text, length, &why, &fact))
		return true;
	pptp_say("'%s' has no metadata of a sweep: %s%s%s", path,
		 fact != NULL ? fact : "", fact != NULL ? ": " : "", why);
	return false;
}

static void complain(const struct pptp_check *c, const char *const *paths)
{
	const char *one = paths[c->one], *other = paths[c->other];

	switch (c->fault) {
	case PPTP_CHECK_SEED:
		pptp_say("'%s' and '%s' have different seeds", one, other);
		break;
	case PPTP_CHECK_TARGETS:
		pptp_say("'%s' and '%s' have different targets", one, other);
		break;
	case PPTP_CHECK_OPTIONS:
		pptp_say("'%s' and '%s' have different options", one, other);
		break;
	case PPTP_CHECK_SPAN:
		pptp_say("'%s' has not the positions of its shard", one);
		break;
	case PPTP_CHECK_OVERLAP:
		pptp_say("'%s' and '%s' both have the positions from %" PRIu64
			 " to %" PRIu64,
			 one, other, c->span.first, c->span.end);
		break;
	case PPTP_CHECK_GAP:
		pptp_say("the positions from %" PRIu64 " to %" PRIu64
			 " are missing beside '%s'",
			 c->span.first, c->span.end, one);
		break;
	case PPTP_CHECK_UNFINISHED:
		pptp_say("'%s' ended at position %" PRIu64 " of %" PRIu64
			 "; resume it",
			 one, c->span.first, c->span.end);
		break;
	case PPTP_CHECK_LOSSY:
		pptp_say("'%s' has lost replies; resume it", one);
		break;
	case PPTP_CHECK_OK:
	default:
		break;
	}
}

static void print_sums(const struct pptp_check *c, size_t files)
{
	char text[4096];
	struct pptp_json j;

	pptp_json_init(&j, text, sizeof(text));
	j.sink.object(&j.sink, NULL);
	j.sink.number(&j.sink, "shards", (int64_t)files);
	j.sink.number(&j.sink, "rows", (int64_t)c->rows);
	pptp_sweep_counts_walk(&c->counts, &j.sink);
	j.sink.end(&j.sink);
	puts(text);
}

int pptp_scan_check(const struct pptp_options *o)
{
	struct pptp_meta *metas;
	struct pptp_check c;
	size_t n = 0, i;
	bool read = true;

	while (o->arguments[n] != NULL)
		n++;
	metas = calloc(n > 0 ? n : 1, sizeof(*metas));
	if (n == 0 || metas == NULL) {
		pptp_say("no metadata; name the .meta files of all shards");
		free(metas);
		return PPTP_EXIT_USAGE;
	}
	for (i = 0; i < n && read; i++) {
		metas[i].file = i;
		read = read_meta(o->arguments[i], &metas[i]);
	}
	if (read) {
		c = pptp_check_shards(metas, n);
		complain(&c, o->arguments);
		print_sums(&c, n);
	}
	free(metas);
	if (!read)
		return PPTP_EXIT_USAGE;
	return c.fault == PPTP_CHECK_OK ? PPTP_EXIT_DONE : PPTP_EXIT_EARLY;
}
