/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of a file or a pipe, whatever pieces they come in. */
#include "net/lines.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "net/grow.h"

#include "unit/scan.h"

#include "unit/netns.h"

static struct pptp_lines lines;

static int file_of(const void *bytes, size_t length)
{
	int fd = memfd_create("lines", MFD_CLOEXEC);

	ck_assert_int_eq(write(fd, bytes, length), (ssize_t)length);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

static void is_line(const char *text)
{
	const char *line;
	size_t length;

	ck_assert_int_eq(pptp_lines_next(&lines, true, &line, &length),
			 PPTP_LINES_ONE);
	ck_assert_uint_eq(length, strlen(text));
	ck_assert_mem_eq(line, text, length);
}

static void is_status(enum pptp_lines_status status, bool wait)
{
	const char *line;
	size_t length;

	ck_assert_int_eq(pptp_lines_next(&lines, wait, &line, &length), status);
}

START_TEST(each_line_is_given_with_its_number)
{
	int fd = file_of("one\n\nthree\r\n\0four\nlast", 22);

	pptp_lines_init(&lines, fd);
	ck_assert_uint_eq(lines.number, 0);
	is_line("one");
	ck_assert_uint_eq(lines.number, 1);
	is_line("");
	is_line("three\r");
	ck_assert_uint_eq(lines.number, 3);
	is_status(PPTP_LINES_ONE, true); /* with its NUL */
	is_line("last");
	ck_assert_uint_eq(lines.number, 5);
	is_status(PPTP_LINES_END, true);
	is_status(PPTP_LINES_END, false);
	ck_assert_uint_eq(lines.number, 5);
	pptp_lines_free(&lines);
	ck_assert_ptr_null(lines.buffer);
	close(fd);
}
END_TEST

START_TEST(an_empty_file_and_a_last_newline_are_no_line)
{
	int fd = file_of("", 0);

	pptp_lines_init(&lines, fd);
	is_status(PPTP_LINES_END, true);
	pptp_lines_free(&lines);
	close(fd);
	fd = file_of("a\n", 2);
	pptp_lines_init(&lines, fd);
	is_line("a");
	is_status(PPTP_LINES_END, true);
	pptp_lines_free(&lines);
	close(fd);
}
END_TEST

/* Of any length, over the edges of what is read at once. */
START_TEST(many_lines_are_those_of_the_file)
{
	static char all[1 << 20];
	size_t at = 0, start = 0, length, count = 0;
	uint64_t dice = 3;
	const char *line;
	int fd;

	while (at < sizeof(all))
		all[at++] = random_below(&dice, 3000) == 0 ? '\n' : 'x';
	all[sizeof(all) - 1] = '\n';
	fd = file_of(all, sizeof(all));
	pptp_lines_init(&lines, fd);
	while (pptp_lines_next(&lines, true, &line, &length) ==
	       PPTP_LINES_ONE) {
		const char *end =
		    memchr(all + start, '\n', sizeof(all) - start);

		HOLDS(end != NULL && length == (size_t)(end - all) - start);
		HOLDS(memcmp(line, all + start, length) == 0);
		start += length + 1;
		count++;
	}
	ck_assert_uint_eq(start, sizeof(all));
	ck_assert_uint_eq(lines.number, count);
	ck_assert_uint_le(lines.room, 262144);
	pptp_lines_free(&lines);
	close(fd);
}
END_TEST

START_TEST(a_line_may_be_as_long_as_is_said_and_no_longer)
{
	static char text[PPTP_LINES_MOST + 8];
	const char *line;
	size_t length;
	int fd;

	memset(text, 'x', sizeof(text));
	text[PPTP_LINES_MOST] = '\n';
	fd = file_of(text, PPTP_LINES_MOST + 1);
	pptp_lines_init(&lines, fd);
	ck_assert_int_eq(pptp_lines_next(&lines, true, &line, &length),
			 PPTP_LINES_ONE);
	ck_assert_uint_eq(length, PPTP_LINES_MOST);
	pptp_lines_free(&lines);
	close(fd);
	text[PPTP_LINES_MOST] = 'x';
	fd = file_of(text, sizeof(text));
	pptp_lines_init(&lines, fd);
	is_status(PPTP_LINES_LONG, true);
	ck_assert_uint_eq(lines.number, 1);
	pptp_lines_free(&lines);
	close(fd);
}
END_TEST

START_TEST(who_does_not_wait_is_told_that_nothing_is_there_yet)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	pptp_lines_init(&lines, ends[0]);
	is_status(PPTP_LINES_NONE_YET, false);
	ck_assert_int_eq(write(ends[1], "ab", 2), 2);
	is_status(PPTP_LINES_NONE_YET, false);
	ck_assert_int_eq(write(ends[1], "c\nd", 3), 3);
	is_line("abc");
	is_status(PPTP_LINES_NONE_YET, false);
	/* a descriptor that does not wait either */
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	is_status(PPTP_LINES_NONE_YET, false);
	ck_assert_int_eq(write(ends[1], "e\n", 2), 2);
	is_line("de");
	close(ends[1]);
	is_status(PPTP_LINES_END, false);
	pptp_lines_free(&lines);
	close(ends[0]);
}
END_TEST

/* Where the descriptor does not wait, the reader does. */
START_TEST(who_waits_gets_the_line_that_comes_later)
{
	int ends[2], status;
	pid_t child;

	ck_assert_int_eq(pipe2(ends, O_NONBLOCK), 0);
	child = fork();
	if (child == 0) {
		usleep(200000);
		_exit(write(ends[1], "late\n", 5) == 5 ? 0 : 1);
	}
	pptp_lines_init(&lines, ends[0]);
	is_line("late");
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	pptp_lines_free(&lines);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

START_TEST(what_cannot_be_read_has_failed)
{
	int fd = open("/", O_RDONLY | O_CLOEXEC);

	pptp_lines_init(&lines, fd);
	is_status(PPTP_LINES_FAILED, true);
	ck_assert_int_eq(errno, EISDIR);
	pptp_lines_free(&lines);
	close(fd);
}
END_TEST

START_TEST(a_list_grows_when_it_is_full)
{
	uint64_t *all = NULL;
	size_t room = 0, before, i;

	for (i = 0; i < 1000; i++) {
		before = room;
		ck_assert(pptp_grow((void **)&all, i, &room, sizeof(*all)));
		ck_assert_uint_gt(room, i);
		ck_assert(room == before || before == i);
		all[i] = i;
	}
	for (i = 0; i < 1000; i++)
		ck_assert_uint_eq(all[i], i);
	before = room;
	ck_assert(!pptp_grow((void **)&all, room, &room, SIZE_MAX / 4));
	ck_assert_uint_eq(room, before);
	free(all);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("lines");

	CLAIM(s, each_line_is_given_with_its_number);
	CLAIM(s, an_empty_file_and_a_last_newline_are_no_line);
	CLAIM(s, many_lines_are_those_of_the_file);
	CLAIM(s, a_line_may_be_as_long_as_is_said_and_no_longer);
	CLAIM(s, who_does_not_wait_is_told_that_nothing_is_there_yet);
	CLAIM(s, who_waits_gets_the_line_that_comes_later);
	CLAIM(s, what_cannot_be_read_has_failed);
	CLAIM(s, a_list_grows_when_it_is_full);
	return run_suite(s);
}
