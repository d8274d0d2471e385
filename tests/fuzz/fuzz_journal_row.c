/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz/fuzz.h"

#include "scan/journal.h"

#define POSITIONS 61 /* bits: a sweep's positions lie below */

static char room[PPTP_JOURNAL_LINE];

/* What is written is read, by both who read rows. */
static void write_and_read(struct pptp_journal *j, uint64_t position)
{
	int length = pptp_journal_row_write(position, room, sizeof(room));
	uint64_t read = ~position;

	CHECK(length > 0 && room[length - 1] == '\n');
	CHECK(pptp_journal_row_read(room, (size_t)length - 1, &read));
	CHECK(read == position);
	CHECK(pptp_journal_feed(j, room, (size_t)length) == PPTP_OK);
	CHECK(!j->torn);
}

static void begin(struct pptp_journal *j)
{
	struct pptp_journal_head head = {.journal = PPTP_JOURNAL_VERSION};
	int length = pptp_journal_head_write(&head, room, sizeof(room));

	pptp_journal_init(j, NULL, 0);
	CHECK(length > 0);
	CHECK(pptp_journal_feed(j, room, (size_t)length) == PPTP_OK);
}

/* A line: where it is a row, a journal takes it for a whole line, and its
 * position is written as a row again. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char line[4096 + 1];
	struct pptp_journal j;
	uint64_t position = 0;
	uint64_t whole;

	if (size >= sizeof(line) || memchr(data, '\n', size) != NULL)
		return 0;
	begin(&j);
	if (size >= sizeof(position))
		memcpy(&position, data, sizeof(position));
	write_and_read(&j, position >> (64 - POSITIONS));
	if (!pptp_journal_row_read((const char *)data, size, &position))
		return 0;
	memcpy(line, data, size);
	line[size] = '\n';
	whole = j.whole;
	CHECK(pptp_journal_feed(&j, line, size + 1) == PPTP_OK);
	CHECK(!j.torn && j.whole == whole + size + 1);
	CHECK(j.second.low == 0 && j.lost.count == 0 && !j.ended);
	write_and_read(&j, position);
	return 0;
}
