/* SPDX-License-Identifier: BSD-2-Clause */
/* Going on by a journal: with the same sweep alone, and by what it says. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
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

/* ---- writing, and what was told read again -------------------------------- */

static char path[64];

/* A file that is not there yet. */
static void new_path(void)
{
	strcpy(path, "/tmp/pptp-journal-XXXXXX");
	close(mkstemp(path));
	unlink(path);
}

static void begin(void)
{
	new_path();
	list.head = head_of();
	said[0] = '\0';
	pptp_sweep_journal_init(&journal);
	ck_assert_int_eq(journal.fd, -1);
	ck_assert_int_eq(
	    pptp_sweep_journal_begin(&journal, path, &list, said, sizeof(said)),
	    PPTP_OK);
}

static void go_on(void)
{
	pptp_sweep_journal_close(&journal);
	ck_assert_int_eq(journal.fd, -1);
	list_anew();
	pptp_sweep_journal_init(&journal);
	ck_assert_msg(pptp_sweep_journal_resume(&journal, path, &list, said,
						sizeof(said)) == PPTP_OK,
		      "%s", said);
}

static struct pptp_sweep_standing standing;

static void stand(size_t lost, bool again)
{
	size_t i;

	memset(&standing, 0, sizeof(standing));
	standing.high = list.head.first + 5000;
	standing.counts.syns = 4000;
	standing.counts.open = 7;
	standing.again = again;
	standing.lost_count = lost;
	for (i = 0; i < lost; i++)
		standing.lost[i] = (struct pptp_interval){
		    list.head.first + 100 * i, list.head.first + 100 * i + 10};
}

/* What is told after a first row: how many lines, and how many of losses. */
static void lines_of(unsigned *all, unsigned *losses)
{
	char text[8192];
	ssize_t n = pread(journal.fd, text, sizeof(text) - 1, 0);
	const char *at;

	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	*all = *losses = 0;
	for (at = text; (at = strchr(at, '\n')) != NULL; at++)
		++*all;
	for (at = text; (at = strstr(at, "\"lost\"")) != NULL; at++)
		++*losses;
}

static const struct pptp_journal_second a_second = {.low = 0};

static struct pptp_journal_second second_of(void)
{
	struct pptp_journal_second second = a_second;

	second.low = list.head.first + 1000;
	return second;
}

START_TEST(what_was_told_is_what_is_read)
{
	begin();
	stand(3, false);
	ck_assert(pptp_sweep_journal_tell(&journal, &standing, second_of()));
	go_on();
	ck_assert_uint_eq(journal.before.second.low, list.head.first + 1000);
	ck_assert_uint_eq(journal.before.second.high, list.head.first + 5000);
	ck_assert_uint_eq(journal.before.second.counts.syns, 4000);
	ck_assert_uint_eq(journal.before.second.counts.open, 7);
	ck_assert_uint_eq(journal.before.lost.count, 3);
	ck_assert_uint_eq(journal.before.lost.list[2].first,
			  list.head.first + 200);
	pptp_sweep_journal_close(&journal);
	unlink(path);
}
END_TEST

START_TEST(one_that_has_ended_is_gone_on_with)
{
	struct pptp_journal_second second = a_second;

	begin();
	stand(0, false);
	second.low = standing.high = list.head.end;
	ck_assert(pptp_sweep_journal_tell(&journal, &standing, second));
	go_on();
	ck_assert_uint_eq(journal.before.second.low, list.head.end);
	pptp_sweep_journal_close(&journal);
	unlink(path);
}
END_TEST

START_TEST(a_loss_is_told_once_and_again_when_it_is_asked_again)
{
	unsigned all, losses;

	begin();
	stand(2, false);
	ck_assert(pptp_sweep_journal_tell(&journal, &standing, second_of()));
	lines_of(&all, &losses);
	ck_assert(all == 4 && losses == 2);
	ck_assert(pptp_sweep_journal_tell(&journal, &standing, second_of()));
	lines_of(&all, &losses);
	ck_assert(all == 5 && losses == 2);
	stand(2, true);
	ck_assert(pptp_sweep_journal_tell(&journal, &standing, second_of()));
	lines_of(&all, &losses);
	ck_assert(all == 8 && losses == 4);
	ck_assert(pptp_sweep_journal_tell(&journal, &standing, second_of()));
	lines_of(&all, &losses);
	ck_assert(all == 9 && losses == 4);
	pptp_sweep_journal_close(&journal);
	unlink(path);
}
END_TEST

START_TEST(the_end_is_told_and_whether_losses_were_healed)
{
	unsigned all, losses;

	begin();
	stand(1, true);
	standing.lossy = true;
	ck_assert(pptp_sweep_journal_end(&journal, &standing));
	lines_of(&all, &losses);
	ck_assert_uint_eq(all, 2);
	standing.lossy = false;
	ck_assert(pptp_sweep_journal_end(&journal, &standing));
	lines_of(&all, &losses);
	ck_assert_uint_eq(all, 4);
	stand(0, false);
	ck_assert(pptp_sweep_journal_end(&journal, &standing));
	lines_of(&all, &losses);
	ck_assert_uint_eq(all, 5);
	pptp_sweep_journal_close(&journal);
	unlink(path);
}
END_TEST

/* ---- a sweep that is told what was --------------------------------------- */

static uint64_t remembered[8];
static struct pptp_interval lost_again[8];
static unsigned remembered_count, lost_again_count;

static void remember(struct pptp_sweeper *s, uint64_t target,
		     enum pptp_port_state answer)
{
	(void)s;
	ck_assert_int_eq(answer, PPTP_PORT_OPEN);
	remembered[remembered_count++] = target;
}

static void lose(struct pptp_sweeper *s, struct pptp_interval span)
{
	(void)s;
	lost_again[lost_again_count++] = span;
}

static const struct pptp_sweeper_calls calls = {.remember = remember,
						.lose = lose};
static struct pptp_sweeper sweeper = {&calls};

START_TEST(rows_and_losses_are_recalled)
{
	unsigned all, losses;
	uint64_t target;

	begin();
	ck_assert(pptp_sweep_journal_row(&journal, list.head.first + 4));
	stand(2, false);
	ck_assert(pptp_sweep_journal_tell(&journal, &standing, second_of()));
	ck_assert(pptp_sweep_journal_row(&journal, list.head.first + 9));
	pptp_sweep_journal_recall(&journal, &list.order, &sweeper);
	ck_assert_uint_eq(remembered_count + lost_again_count, 0);
	go_on();
	pptp_sweep_journal_recall(&journal, &list.order, &sweeper);
	ck_assert_uint_eq(remembered_count, 2);
	ck_assert(pptp_order_target(&list.order, list.head.first + 4, &target));
	ck_assert_uint_eq(remembered[0], target);
	ck_assert(pptp_order_target(&list.order, list.head.first + 9, &target));
	ck_assert_uint_eq(remembered[1], target);
	ck_assert_uint_eq(lost_again_count, 2);
	ck_assert_uint_eq(lost_again[1].first, list.head.first + 100);
	ck_assert_uint_eq(lost_again[1].end, list.head.first + 110);
	/* they stand there; what follows stands behind */
	lines_of(&all, &losses);
	stand(2, false);
	ck_assert(pptp_sweep_journal_tell(&journal, &standing, second_of()));
	lines_of(&all, &losses);
	ck_assert_uint_eq(losses, 2);
	ck_assert_uint_eq(all, 7);
	pptp_sweep_journal_close(&journal);
	unlink(path);
}
END_TEST

/* ---- what cannot be ------------------------------------------------------ */

START_TEST(a_journal_is_the_owners_and_never_written_over)
{
	struct stat about;

	begin();
	ck_assert_int_eq(fstat(journal.fd, &about), 0);
	ck_assert_uint_eq(about.st_mode & 0777, 0600);
	pptp_sweep_journal_close(&journal);
	ck_assert_int_eq(
	    pptp_sweep_journal_begin(&journal, path, &list, said, sizeof(said)),
	    PPTP_ERROR_ARGUMENT);
	ck_assert_ptr_nonnull(strstr(said, "is there already"));
	unlink(path);
	ck_assert_int_eq(pptp_sweep_journal_begin(&journal, "/nowhere/at/all",
						  &list, said, sizeof(said)),
			 PPTP_ERROR_SYSTEM);
	ck_assert_str_eq(said, "cannot open '/nowhere/at/all': No such file or "
			       "directory");
	ck_assert_int_eq(pptp_sweep_journal_resume(&journal, "/nowhere/at/all",
						   &list, said, sizeof(said)),
			 PPTP_ERROR_SYSTEM);
	ck_assert_ptr_nonnull(strstr(said, "cannot open"));
}
END_TEST

START_TEST(what_cannot_be_written_ends_it_and_is_told_once)
{
	pptp_sweep_journal_init(&journal);
	stand(1, true);
	/* there is none: nothing is told */
	ck_assert(pptp_sweep_journal_tell(&journal, &standing, a_second));
	ck_assert(pptp_sweep_journal_end(&journal, &standing));
	journal.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	ck_assert_int_ge(journal.fd, 0);
	ck_assert(!pptp_sweep_journal_row(&journal, 5));
	ck_assert_int_eq(journal.error, ENOSPC);
	ck_assert_int_eq(journal.fd, -1);
	ck_assert(pptp_sweep_journal_row(&journal, 5));
	pptp_sweep_journal_close(&journal);
}
END_TEST

/* Half a line is an error, too: no errno says so. */
START_TEST(half_a_line_ends_it)
{
	struct rlimit limit = {20, 20};

	begin();
	ck_assert_int_eq(ftruncate(journal.fd, 0), 0);
	ck_assert_int_eq(lseek(journal.fd, 0, SEEK_SET), 0);
	(void)signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	stand(0, false);
	unlink(path);
	if (pptp_sweep_journal_tell(&journal, &standing, second_of()))
		_exit(1); /* no message can be written now */
	_exit(journal.error == ENOSPC && journal.fd == -1 ? 0 : 1);
}
END_TEST

START_TEST(a_broken_line_is_named_by_its_number)
{
	begin();
	ck_assert_int_eq(write(journal.fd, "{\"kind\":7}\n", 11), 11);
	stand(0, false);
	ck_assert(pptp_sweep_journal_tell(&journal, &standing, second_of()));
	pptp_sweep_journal_close(&journal);
	list_anew();
	ck_assert_int_eq(pptp_sweep_journal_resume(&journal, path, &list, said,
						   sizeof(said)),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_ptr_nonnull(
	    strstr(said, "is no journal to go on by: line 2"));
	pptp_sweep_journal_close(&journal);
	unlink(path);
}
END_TEST

START_TEST(an_empty_file_is_none)
{
	new_path();
	journal.fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	pptp_sweep_journal_close(&journal);
	ck_assert_int_eq(pptp_sweep_journal_resume(&journal, path, &list, said,
						   sizeof(said)),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_ptr_nonnull(strstr(said, ": it is empty"));
	pptp_sweep_journal_close(&journal);
	unlink(path);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sweep_journal");
	TCase *c = tcase_create("half_a_line_ends_it");

	CLAIM(s, the_same_sweep_goes_on_as_its_journal_says);
	CLAIM(s, another_sweep_does_not_go_on);
	CLAIM(s, what_was_told_is_what_is_read);
	CLAIM(s, one_that_has_ended_is_gone_on_with);
	CLAIM(s, a_loss_is_told_once_and_again_when_it_is_asked_again);
	CLAIM(s, the_end_is_told_and_whether_losses_were_healed);
	CLAIM(s, rows_and_losses_are_recalled);
	CLAIM(s, a_journal_is_the_owners_and_never_written_over);
	CLAIM(s, what_cannot_be_written_ends_it_and_is_told_once);
	tcase_add_exit_test(c, half_a_line_ends_it, 0);
	CLAIM(s, a_broken_line_is_named_by_its_number);
	CLAIM(s, an_empty_file_is_none);
	CLAIM(s, a_journal_that_contradicts_itself_is_refused);
	suite_add_tcase(s, c);
	return run_suite(s);
}
