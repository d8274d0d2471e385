/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz/fuzz.h"

#include "scan/check.h"
#include "scan/journal.h"

static struct pptp_interval spans[4];

static enum pptp_error feed(struct pptp_journal *j, const uint8_t *data,
			    size_t size)
{
	enum pptp_error error = PPTP_OK;
	const uint8_t *end;
	size_t length;

	pptp_journal_init(j, spans, 4);
	for (; size > 0 && error == PPTP_OK; data += length, size -= length) {
		end = memchr(data, '\n', size);
		length = end != NULL ? (size_t)(end - data) + 1 : size;
		error = pptp_journal_feed(j, (const char *)data, length);
	}
	return error;
}

/* What was read as whole is read again from just that. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pptp_journal j, again;
	struct pptp_meta meta;
	const char *why = NULL, *fact;
	size_t i;

	memset(&meta, 0, sizeof(meta));
	if (pptp_meta_read(&meta, (const char *)data, size, &why, &fact))
		pptp_check_shards(&meta, 1);
	else
		CHECK(why != NULL);
	if (feed(&j, data, size) != PPTP_OK || !j.has_head) {
		CHECK(size == 0 || j.why != NULL);
		return 0;
	}
	CHECK(j.whole <= size);
	for (i = 0; i + 1 < j.lost.count; i++)
		CHECK(spans[i].end < spans[i + 1].first);
	CHECK(feed(&again, data, (size_t)j.whole) == PPTP_OK);
	CHECK(!again.torn && again.whole == j.whole);
	CHECK(memcmp(&again.second, &j.second, sizeof(j.second)) == 0);
	CHECK(again.ended == j.ended);
	return 0;
}
