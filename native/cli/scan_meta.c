/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/scan_meta.h"

#include <errno.h>
#include <sha2.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "scan/check.h"
#include "scan/estimate.h"

#define ROOM 16384

static struct pptp_meta meta_of(const struct pptp_scan *s,
				const struct pptp_sweep_standing *standing)
{
	const struct pptp_journal_head *h = &s->list.head;
	struct pptp_meta m = {
	    .seed = h->seed,
	    .count = h->count,
	    .shard = h->shard,
	    .shards = h->shards,
	    .first = h->first,
	    .end = h->end,
	    .low = pptp_sweep_run_low(s->run),
	    .rows = s->rows,
	    .lossy = standing->lossy,
	    .counts = standing->counts,
	};

	memcpy(m.targets_hash, h->targets_hash, PPTP_HASH_SIZE);
	memcpy(m.options_hash, h->options_hash, PPTP_HASH_SIZE);
	return m;
}

static void walk_lost(const struct pptp_sweep_standing *standing,
		      struct pptp_sink *k)
{
	size_t i;

	k->array(k, "lost");
	for (i = 0; i < standing->lost_count && i < 64; i++) {
		k->object(k, NULL);
		k->number(k, "first", (int64_t)standing->lost[i].first);
		k->number(k, "end", (int64_t)standing->lost[i].end);
		k->end(k);
	}
	k->end(k);
}

/* Of those that answered the second SYN, how many had missed the first. */
static void walk_estimate(const struct pptp_sweep_counts *c,
			  struct pptp_sink *k)
{
	struct pptp_estimate e =
	    pptp_estimate_missed(c->second_only, c->second_only + c->both);

	k->object(k, "missed_ppm");
	k->number(k, "share", e.share);
	k->number(k, "low", e.low);
	k->number(k, "high", e.high);
	k->end(k);
}

static void walk_system(const struct pptp_scan *s, struct pptp_sink *k)
{
	struct pptp_sweeper_facts f;
	struct utsname system;

	pptp_sweeper_facts(pptp_sweep_run_sweeper(s->run), &f);
	if (uname(&system) == 0)
		pptp_sink_string(k, "kernel", system.release);
	k->number(k, "resets_sent", (int64_t)f.resets);
	k->number(k, "second_ports_asked", (int64_t)f.second_ports_asked);
	k->number(k, "refused_by_system", (int64_t)f.refused);
	k->number(k, "replies_dropped", (int64_t)f.drops);
	k->number(k, "replies_untaken", (int64_t)f.overflows);
	k->boolean(k, "frames", f.framed);
}

/* Of all that was written so far. False: it is no file. */
static bool hash_rows(uint8_t *hash)
{
	off_t end = lseek(STDOUT_FILENO, 0, SEEK_CUR), at = 0;
	uint8_t bytes[65536];
	ssize_t n = 0;
	SHA2_CTX h;

	SHA256Init(&h);
	while (at < end &&
	       (n = pread(STDOUT_FILENO, bytes, sizeof(bytes), at)) > 0) {
		SHA256Update(&h, bytes, (size_t)n);
		at += n;
	}
	SHA256Final(hash, &h);
	return end >= 0 && at == end;
}

static void walk(struct pptp_scan *s, struct pptp_sink *k, bool hashed)
{
	struct pptp_sweep_standing standing;
	struct pptp_meta m;
	uint8_t hash[PPTP_HASH_SIZE];

	pptp_sweeper_stand(pptp_sweep_run_sweeper(s->run), &standing);
	m = meta_of(s, &standing);
	k->object(k, NULL);
	k->number(k, "schema", 1);
	pptp_sink_string(k, "kind", "sweep");
	pptp_sink_string(k, "release", PPTP_RELEASE);
	pptp_sink_hex(k, "run", s->list.head.run, PPTP_RUN_SIZE);
	pptp_meta_walk(&m, k);
	pptp_sink_string(k, "depth", pptp_depth_name(s->request.depth));
	pptp_sink_string(k, "only", pptp_only_name(s->request.only));
	k->number(k, "rate", (int64_t)s->list.rate);
	k->number(k, "per_24", (int64_t)s->list.cap);
	k->number(k, "status", s->status);
	k->boolean(k, "done", m.low == m.end && m.lossy == 0);
	walk_estimate(&m.counts, k);
	walk_lost(&standing, k);
	walk_system(s, k);
	if (hashed && hash_rows(hash))
		pptp_sink_hex(k, "rows_hash", hash, sizeof(hash));
	k->end(k);
}

void pptp_scan_write_meta(struct pptp_scan *s, int fd, bool hashed)
{
	char text[ROOM];
	struct pptp_json j;

	pptp_json_init(&j, text, sizeof(text));
	walk(s, &j.sink, hashed);
	if (j.failed)
		return;
	text[j.length] = '\n';
	if (pwrite(fd, text, j.length + 1, 0) != (ssize_t)(j.length + 1) ||
	    ftruncate(fd, (off_t)(j.length + 1)) != 0) {
		pptp_say("cannot write how far the sweep is: %s",
			 strerror(errno));
		s->status = PPTP_EXIT_EARLY;
	}
}
