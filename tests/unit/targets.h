/* SPDX-License-Identifier: BSD-2-Clause */
/* Targets under test, and files of them. */
#ifndef TESTS_TARGETS_H
#define TESTS_TARGETS_H

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/targets.h"
#include "unit/claims.h"

static struct pptp_targets *t;
static char text[512];

static inline void open_targets(void)
{
	ck_assert_int_eq(pptp_targets_open(&t, 1723, 0), PPTP_OK);
}

static inline void close_targets(void)
{
	pptp_targets_close(t);
}

static inline void add(const char *spec)
{
	enum pptp_error error = pptp_targets_add(t, spec, text, sizeof(text));

	ck_assert_msg(error == PPTP_OK, "%s: %s", spec, text);
}

static inline void refuse(const char *spec, const char *part)
{
	ck_assert_int_eq(pptp_targets_add(t, spec, text, sizeof(text)),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, part);
	ck_assert_ptr_null(strchr(text, '\n'));
	ck_assert_uint_eq(pptp_targets_count(t), 0);
}

/* "address:port" of the next one; "" at the end. */
static inline const char *next(void)
{
	static char line[80];
	char address[PPTP_ADDRESS_TEXT];
	struct pptp_target target;

	if (!pptp_targets_next(t, &target))
		return "";
	pptp_address_format(&target.address, address);
	snprintf(line, sizeof(line), "%s %u", address, target.port);
	return line;
}

/* A file with these bytes; its path is good for one test. */
static inline const char *file(const char *bytes, size_t length)
{
	static char path[64];
	int fd;

	strcpy(path, "/tmp/pptp-targets-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, length), (ssize_t)length);
	close(fd);
	return path;
}

static inline enum pptp_error add_file(const char *bytes)
{
	const char *path = file(bytes, strlen(bytes));
	enum pptp_error error =
	    pptp_targets_add_file(t, path, text, sizeof(text));

	unlink(path);
	return error;
}

static inline enum pptp_error exclude_file(const char *bytes)
{
	const char *path = file(bytes, strlen(bytes));
	enum pptp_error error =
	    pptp_targets_exclude_file(t, path, text, sizeof(text));

	unlink(path);
	return error;
}

static inline void with_targets(Suite *s, const char *name, const TTest *test)
{
	TCase *c = tcase_create(name);

	tcase_add_checked_fixture(c, open_targets, close_targets);
	tcase_add_test(c, test);
	suite_add_tcase(s, c);
}

#define WITH(suite, test) with_targets(suite, #test, test)

#endif
