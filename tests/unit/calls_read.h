/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures read as calls, and what comes of them. */
#ifndef TESTS_CALLS_READ_H
#define TESTS_CALLS_READ_H

#include <stdio.h>

#include "unit/calls.h"

#define TEXT  (1 << 18)
#define CALLS 64

struct heard { /* calls, in order, as JSON */
	unsigned calls;
	struct pptp_call call[CALLS]; /* their storage is gone */
	char text[TEXT];              /* of the last */
};

static struct heard heard;

static inline void json(const struct pptp_record *r, char *text)
{
	struct pptp_json j;

	pptp_json_init(&j, text, TEXT - 1);
	pptp_record_walk(r, &j.sink);
	ck_assert(!j.failed);
	text[j.length] = '\0';
}

/* As the audit has it: of its own kind. */
static inline void hear_call(void *context, const struct pptp_call *call)
{
	struct heard *h = context;
	struct pptp_record r = call->record;

	ck_assert_uint_lt(h->calls, CALLS);
	ck_assert_int_eq(r.kind, PPTP_KIND_OBSERVED);
	ck_assert_int_le(call->first_us, call->last_us);
	h->call[h->calls++] = *call;
	r.kind = PPTP_KIND_CONVERSATION;
	json(&r, h->text);
}

static inline struct pptp_calls *reader(unsigned most)
{
	struct pptp_calls *all = pptp_calls_new(most, hear_call, &heard);

	ck_assert_ptr_nonnull(all);
	memset(&heard, 0, sizeof(heard));
	return all;
}

static inline void show_bytes(struct pptp_calls *all, const void *bytes,
			      size_t length, bool truncated, int64_t time_us)
{
	static struct guarded g;
	struct pptp_frame f = {.length = length,
			       .truncated = truncated,
			       .linktype = RAW_IP,
			       .number = 1,
			       .time_us = time_us};

	if (g.map == NULL)
		g = guarded_new();
	f.bytes = guarded_copy(&g, bytes, length);
	pptp_calls_frame(all, &f);
}

static inline void show(struct pptp_calls *all, unsigned n)
{
	show_bytes(all, frames[n].bytes, frames[n].length, false,
		   frames[n].time_us);
}

static inline struct pptp_call_counts finish(struct pptp_calls *all)
{
	struct pptp_call_counts counts;

	pptp_calls_end(all);
	counts = *pptp_calls_counts(all);
	ck_assert_uint_eq(counts.calls, heard.calls);
	pptp_calls_free(all);
	return counts;
}

static inline bool is_protocol(unsigned n, unsigned protocol)
{
	return frames[n].bytes[9] == protocol;
}

/* Of two records what they differ in: they are too long to be shown. */
static inline void same_text(const char *a, const char *b)
{
	size_t at = 0;

	while (a[at] != '\0' && a[at] == b[at])
		at++;
	if (a[at] != b[at])
		ck_abort_msg("%.150s\nis not\n%.150s",
			     a + at - (at > 40 ? 40 : at),
			     b + at - (at > 40 ? 40 : at));
}

static inline void the_same_record(void)
{
	static char live[TEXT];
	struct pptp_calls *all = reader(8);

	for (unsigned i = 0; i < frame_count; i++)
		show(all, i);
	(void)finish(all);
	json(&c.record, live);
	ck_assert_uint_eq(heard.calls, 1);
	same_text(heard.text, live);
	ck_assert(heard.call[0].control);
	ck_assert(heard.call[0].begun);
	ck_assert(!heard.call[0].crowded);
	ck_assert_uint_eq(heard.call[0].gaps, 0);
}

static inline void clean_call(void)
{
	begin_call(NULL);
	ppp(PPTP_PPP_LCP, PPTP_CONFIGURE_REQUEST, 1, OFFER_V2);
	ppp(PPTP_PPP_CHAP, 1, 142, "08 0011223344556677 70707470");
	end_call();
	ck_assert_int_eq(c.record.challenge.state, PPTP_SEEN);
	ck_assert_int_eq(c.record.gre.state, PPTP_REACHABLE);
}

#endif
