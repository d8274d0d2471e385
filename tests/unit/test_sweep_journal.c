/* SPDX-License-Identifier: BSD-2-Clause */
/* Going on by a journal: with the same sweep alone, and by what it says. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "net/sweep_journal.h"

#include "unit/claims.h"

static struct pptp_sweep_list list;
static struct pptp_sweep_journal journal;
static char said[256];

/* The second of three shards of a million. */
static struct pptp_journal_head head_of(void)
{
	struct pptp_journal_head head = {.journal = PPTP_JOURNAL_VERSION,
					 .run = {1, 2, 3, 4, 5, 6, 7, 8},
					 .seed = 99,
					 .count = 1000000,
					 .shard = 2,
					 .shards = 3,
					 .source_port = 24576,
					 .source_ports = 8192};
	struct pptp_order order;
	struct pptp_interval shard;

	memset(head.targets_hash, 0xab, sizeof(head.targets_hash));
	memset(head.options_hash, 0xcd, sizeof(head.options_hash));
	memset(head.key, 0xef, sizeof(head.key));
	pptp_order_init(&order, head.count, head.seed);
	ck_assert(pptp_order_shard(&order, 2, 3, &shard));
	head.first = shard.first;
	head.end = shard.end;
	return head;
}

/* What the same sweep has when it is begun anew: hashes, but its own seed. */
static void list_anew(void)
{
	list.head = head_of();
	list.head.seed = 7;
	memset(list.head.run, 0, sizeof(list.head.run));
	memset(list.head.key, 0, sizeof(list.head.key));
	list.head.shard = list.head.shards = 1;
	list.head.first = list.head.end = 0;
}

static enum pptp_error resume(const struct pptp_journal_head *head, bool torn)
{
	char line[PPTP_JOURNAL_LINE], path[64];
	int fd = memfd_create("journal", MFD_CLOEXEC);
	int length = pptp_journal_head_write(head, line, sizeof(line));
	enum pptp_error error;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, line, (size_t)length), length);
	if (torn)
		ck_assert_int_eq(write(fd, "{\"kind\"", 7), 7);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	said[0] = '\0';
	pptp_sweep_journal_init(&journal);
	error = pptp_sweep_journal_resume(&journal, path, &list, said,
					  sizeof(said));
	ck_assert_int_eq(lseek(fd, 0, SEEK_END),
			 length + (torn && error != PPTP_OK ? 7 : 0));
	pptp_sweep_journal_close(&journal);
	close(fd);
	return error;
}

START_TEST(the_same_sweep_goes_on_as_its_journal_says)
{
	struct pptp_journal_head head = head_of();

	for (int torn = 0; torn < 2; torn++) {
		list_anew();
		ck_assert_int_eq(resume(&head, torn != 0), PPTP_OK);
		ck_assert(journal.resumed);
		ck_assert_str_eq(said, "");
		ck_assert_uint_eq(list.head.seed, 99);
		ck_assert_uint_eq(list.head.shards, 3);
		ck_assert_uint_eq(list.head.first, head.first);
		ck_assert_mem_eq(list.head.run, head.run, sizeof(head.run));
		ck_assert_mem_eq(list.head.key, head.key, sizeof(head.key));
	}
}
END_TEST

START_TEST(another_sweep_does_not_go_on)
{
	struct pptp_journal_head head = head_of();

	list_anew();
	list.head.count = 1000001;
	ck_assert_int_eq(resume(&head, true), PPTP_ERROR_ARGUMENT);
	ck_assert_ptr_nonnull(strstr(said, "1000000 targets, not 1000001"));
	list_anew();
	list.head.targets_hash[PPTP_HASH_SIZE - 1] ^= 1;
	ck_assert_int_eq(resume(&head, true), PPTP_ERROR_ARGUMENT);
	ck_assert_ptr_nonnull(strstr(said, "other targets"));
	list_anew();
	list.head.options_hash[0] ^= 1;
	ck_assert_int_eq(resume(&head, true), PPTP_ERROR_ARGUMENT);
	ck_assert_ptr_nonnull(strstr(said, "other options"));
	ck_assert(!journal.resumed);
	ck_assert_uint_eq(list.head.seed, 7);
}
END_TEST

START_TEST(a_journal_that_contradicts_itself_is_refused)
{
	for (int i = 0; i < 4; i++) {
		struct pptp_journal_head head = head_of();

		head.first += i == 0;
		head.end -= i == 1;
		head.shard += i == 2;
		head.shards = i == 3 ? 1 : head.shards; /* the second of one */
		list_anew();
		ck_assert_int_eq(resume(&head, false), PPTP_ERROR_ARGUMENT);
		ck_assert_ptr_nonnull(strstr(said, "contradicts itself"));
		ck_assert(!journal.resumed);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sweep_journal");

	CLAIM(s, the_same_sweep_goes_on_as_its_journal_says);
	CLAIM(s, another_sweep_does_not_go_on);
	CLAIM(s, a_journal_that_contradicts_itself_is_refused);
	return run_suite(s);
}
