/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/journal.h"

#include "unit/scan.h"

static struct pptp_interval spans[8];

static struct pptp_journal_head head_of(void)
{
	struct pptp_journal_head head = {
	    .journal = PPTP_JOURNAL_VERSION,
	    .run = {1, 2, 3, 4, 5, 6, 7, 8},
	    .seed = 99,
	    .count = 1000000,
	    .shard = 2,
	    .shards = 3,
	    .first = 349525,
	    .end = 699050,
	    .source_port = 24576,
	    .source_ports = 8192,
	};

	memset(head.targets_hash, 0xab, sizeof(head.targets_hash));
	memset(head.options_hash, 0xcd, sizeof(head.options_hash));
	memset(head.key, 0xef, sizeof(head.key));
	return head;
}

static struct pptp_journal_second second_of(uint64_t low)
{
	struct pptp_journal_second second = {
	    .low = low, .high = low + 5000, .offset = 777, .rows = 3};

	second.counts.syns = low;
	second.counts.both = 4;
	return second;
}

/* Grows by whole lines; `at` has where each begins, and the end. */
struct text {
	char text[16 * PPTP_JOURNAL_LINE];
	size_t at[17], lines;
};

static void grew(struct text *t, int length)
{
	ck_assert_int_gt(length, 0);
	ck_assert_int_le(length, PPTP_JOURNAL_LINE);
	t->at[t->lines + 1] = t->at[t->lines] + (size_t)length;
	t->lines++;
}

#define ADD(t, kind, value)                                                    \
	grew(t, pptp_journal_##kind##_write(value,                             \
					    (t)->text + (t)->at[(t)->lines],   \
					    PPTP_JOURNAL_LINE))
#define ADD_BARE(t, kind)                                                      \
	grew(t, pptp_journal_##kind##_write((t)->text + (t)->at[(t)->lines],   \
					    PPTP_JOURNAL_LINE))

/* Head, two seconds with a loss between them. */
static void begin(struct text *t)
{
	struct pptp_journal_head head = head_of();
	struct pptp_journal_second second = second_of(350000);
	struct pptp_interval lost = {350100, 350200};

	memset(t, 0, sizeof(*t));
	ADD(t, head, &head);
	ADD(t, second, &second);
	ADD(t, lost, &lost);
	second = second_of(360000);
	ADD(t, second, &second);
}

/* As a reader of the file does: line by line, up to `length`. */
static enum pptp_error feed(struct pptp_journal *j, const char *text,
			    size_t length)
{
	enum pptp_error error = PPTP_OK;
	const char *end;
	size_t size;

	pptp_journal_init(j, spans, 8);
	for (; length > 0 && error == PPTP_OK; text += size, length -= size) {
		end = memchr(text, '\n', length);
		size = end != NULL ? (size_t)(end - text) + 1 : length;
		error = pptp_journal_feed(j, text, size);
	}
	return error;
}

START_TEST(what_was_written_is_read)
{
	struct pptp_journal_head head = head_of();
	struct pptp_journal j;
	struct text t;

	begin(&t);
	ck_assert_int_eq(feed(&j, t.text, t.at[t.lines]), PPTP_OK);
	ck_assert(j.has_head && !j.ended && !j.torn);
	ck_assert_mem_eq(&j.head, &head, sizeof(head));
	ck_assert_uint_eq(j.second.low, 360000);
	ck_assert_uint_eq(j.second.high, 365000);
	ck_assert_uint_eq(j.second.offset, 777);
	ck_assert_uint_eq(j.second.rows, 3);
	ck_assert_uint_eq(j.second.counts.syns, 360000);
	ck_assert_uint_eq(j.second.counts.both, 4);
	ck_assert_uint_eq(j.lost.count, 1);
	ck_assert_uint_eq(j.lost.list[0].first, 350100);
	ck_assert_uint_eq(j.lost.list[0].end, 350200);
	ck_assert_uint_eq(j.whole, t.at[t.lines]);
}
END_TEST

/* Cut anywhere, it gives what its whole lines say, and where they end. */
START_TEST(torn_at_every_byte_it_gives_what_is_whole)
{
	struct pptp_journal j;
	struct text t;
	size_t length, lines;

	begin(&t);
	for (length = t.at[1]; length <= t.at[t.lines]; length++) {
		for (lines = 1; lines < t.lines && t.at[lines + 1] <= length;)
			lines++;
		ck_assert_int_eq(feed(&j, t.text, length), PPTP_OK);
		HOLDS(j.whole == t.at[lines]);
		HOLDS(j.torn == (length > t.at[lines]));
		HOLDS(j.lost.count == (lines >= 3));
		HOLDS(j.second.low == (lines >= 4   ? 360000
				       : lines >= 2 ? 350000
						    : 0));
	}
	for (length = 1; length < t.at[1]; length++)
		ck_assert_int_eq(feed(&j, t.text, length),
				 PPTP_ERROR_MALFORMED);
}
END_TEST

START_TEST(broken_line_before_another_is_refused)
{
	struct pptp_journal j;
	struct text t;

	begin(&t);
	t.text[t.at[1] + 20] = '\0';
	ck_assert_int_eq(feed(&j, t.text, t.at[t.lines]), PPTP_ERROR_MALFORMED);
	ck_assert_uint_eq(j.whole, t.at[1]);
	ck_assert_ptr_nonnull(j.why);
	/* the last may be full of zeros, as after a power cut */
	ck_assert_int_eq(feed(&j, t.text, t.at[2]), PPTP_OK);
	ck_assert(j.torn);
	/* a second head is none that goes on */
	begin(&t);
	memcpy(t.text + t.at[t.lines], t.text, t.at[1]);
	ck_assert_int_eq(feed(&j, t.text, t.at[t.lines] + t.at[1]), PPTP_OK);
	ck_assert(j.torn);
}
END_TEST

START_TEST(other_files_and_versions_are_no_journal)
{
	struct pptp_journal_head head = head_of();
	struct pptp_journal j;
	struct text t;

	ck_assert_int_eq(feed(&j, "{\"schema\":1}\n", 13),
			 PPTP_ERROR_MALFORMED);
	begin(&t);
	ck_assert_int_eq(feed(&j, t.text + t.at[1], t.at[2] - t.at[1]),
			 PPTP_ERROR_MALFORMED);
	head.journal++;
	memset(&t, 0, sizeof(t));
	ADD(&t, head, &head);
	ck_assert_int_eq(feed(&j, t.text, t.at[1]), PPTP_ERROR_MALFORMED);
	ck_assert_str_eq(j.why, "another version wrote it");
}
END_TEST

START_TEST(healed_losses_are_forgotten_and_an_end_is_one_until_it_goes_on)
{
	struct pptp_journal_second second = second_of(699050);
	struct pptp_interval lost = {5, 9};
	struct pptp_journal j;
	struct text t;

	begin(&t);
	ADD_BARE(&t, healed);
	ADD(&t, lost, &lost);
	ADD_BARE(&t, end);
	ck_assert_int_eq(feed(&j, t.text, t.at[t.lines]), PPTP_OK);
	ck_assert(j.ended);
	ck_assert_uint_eq(pptp_intervals_total(&j.lost), 4);
	ADD(&t, second, &second);
	ck_assert_int_eq(feed(&j, t.text, t.at[t.lines]), PPTP_OK);
	ck_assert(!j.ended);
}
END_TEST

START_TEST(line_that_does_not_fit_is_no_line)
{
	struct pptp_journal_head head = head_of();
	struct pptp_journal_second second = second_of(INT64_MAX / 2);
	struct guarded g = guarded_new();
	char text[PPTP_JOURNAL_LINE];
	int length = pptp_journal_head_write(&head, text, sizeof(text)), i;

	for (i = 0; i < length; i++)
		ck_assert_int_eq(
		    pptp_journal_head_write(
			&head, (char *)guarded_room(&g, (size_t)i), (size_t)i),
		    PPTP_ERROR_SPACE);
	ck_assert_int_eq(pptp_journal_head_write(
			     &head, (char *)guarded_room(&g, (size_t)length),
			     (size_t)length),
			 length);
	memset(&second, 0x7f, sizeof(second));
	ck_assert_int_gt(pptp_journal_second_write(&second, text, sizeof(text)),
			 0);
	guarded_free(&g);
}
END_TEST

START_TEST(rows_without_a_file_are_told_apart_from_all_else)
{
	struct pptp_journal_head head = head_of();
	struct pptp_journal_second second = second_of(400000);
	struct text t = {.lines = 0};
	struct pptp_journal j;
	uint64_t position = 7;
	size_t i, rows = 0;

	ADD(&t, head, &head);
	ADD(&t, row, 349999);
	ADD(&t, second, &second);
	ADD(&t, row, UINT64_C(699049));
	pptp_journal_init(&j, spans, 8);
	for (i = 0; i < t.lines; i++) {
		const char *line = t.text + t.at[i];
		size_t length = t.at[i + 1] - t.at[i];

		ck_assert_int_eq(pptp_journal_feed(&j, line, length), PPTP_OK);
		rows += pptp_journal_row_read(line, length - 1, &position);
	}
	ck_assert_uint_eq(rows, 2);
	ck_assert_uint_eq(position, 699049);
	ck_assert_uint_eq(j.whole, t.at[t.lines]);
	ck_assert_uint_eq(j.second.low, 400000);
	ck_assert(!j.torn && !j.ended);
	ck_assert(!pptp_journal_row_read("{\"line\":\"row\"}", 14, &position));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("journal");

	CLAIM(s, what_was_written_is_read);
	CLAIM(s, torn_at_every_byte_it_gives_what_is_whole);
	CLAIM(s, broken_line_before_another_is_refused);
	CLAIM(s, other_files_and_versions_are_no_journal);
	CLAIM(s,
	      healed_losses_are_forgotten_and_an_end_is_one_until_it_goes_on);
	CLAIM(s, line_that_does_not_fit_is_no_line);
	CLAIM(s, rows_without_a_file_are_told_apart_from_all_else);
	return run_suite(s);
}
