/* SPDX-License-Identifier: BSD-2-Clause */
/* What the tests of pptp-probe's files have in place of its main(): the last
 * sentence is kept, and no signal has come. */
#ifndef TESTS_SAID_H
#define TESTS_SAID_H

#include <stdarg.h>
#include <stdio.h>

#include "cli/cli.h"

#include "unit/claims.h"

static char said[8192];
static unsigned sentences;

void pptp_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(said, sizeof(said), format, arguments);
	va_end(arguments);
	sentences++;
}

int pptp_signals(void)
{
	return 0;
}

/* One sentence was said, and it has these words. */
#define ck_assert_said(words)                                                  \
	do {                                                                   \
		ck_assert_uint_eq(sentences, 1);                               \
		ck_assert_msg(strstr(said, words) != NULL, "said '%s'", said); \
		sentences = 0;                                                 \
	} while (0)

/* A folder of its own, empty; the test stands in it. */
static inline void enter_folder(void)
{
	static char name[] = "/tmp/pptp-test-XXXXXX";

	ck_assert_ptr_nonnull(mkdtemp(name));
	ck_assert_int_eq(chdir(name), 0);
}

static inline void leave_folder(void)
{
	char name[256], command[300];

	ck_assert_ptr_nonnull(getcwd(name, sizeof(name)));
	ck_assert_ptr_nonnull(strstr(name, "pptp-test-"));
	snprintf(command, sizeof(command), "rm -r '%s'", name);
	ck_assert_int_eq(chdir("/"), 0);
	ck_assert_int_eq(system(command), 0);
}

static inline void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static inline const char *read_file(const char *path)
{
	static char text[65536];
	FILE *file = fopen(path, "r");
	size_t length;

	ck_assert_ptr_nonnull(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	fclose(file);
	return text;
}

#endif
