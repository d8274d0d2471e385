/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <poll.h>

#include "unit/targets.h"

#include "unit/netns.h"

START_TEST(a_name_that_does_not_resolve_is_said_and_the_rest_counts)
{
	char said[1024] = "";
	const char *why;

	open_targets();
	/* RFC 6761 6.4: it never does; and here no resolver is in reach. */
	ck_assert_int_eq(add_file("192.0.2.1\n"
				  "pptpgrade.invalid\n"
				  "192.0.2.2\n"
				  "other.invalid\n"),
			 PPTP_OK);
	ck_assert_uint_eq(pptp_targets_count(t), 4);
	ck_assert_str_eq(next(), "192.0.2.1 1723");
	ck_assert_str_eq(next(), "192.0.2.2 1723");
	ck_assert_str_eq(next(), "");
	while ((why = pptp_targets_unresolved(t)) != NULL) {
		strcat(said, why);
		strcat(said, "\n");
	}
	ck_assert_has(said, "line 2: host name 'pptpgrade.invalid' does not "
			    "resolve: ");
	ck_assert_has(said, "line 4: host name 'other.invalid' does");
	ck_assert_uint_eq(pptp_targets_count(t), 2);
	close_targets();
}
END_TEST

START_TEST(a_name_in_an_exclusion_that_does_not_resolve_is_an_error)
{
	open_targets();
	ck_assert_int_eq(exclude_file("192.0.2.1\npptpgrade.invalid\n"),
			 PPTP_ERROR_NAME);
	ck_assert_has(text, "line 2: host name 'pptpgrade.invalid' does not "
			    "resolve: ");
	close_targets();
}
END_TEST

START_TEST(numeric_targets_have_no_names)
{
	pptp_targets_numeric(t);
	refuse("localhost", "host name 'localhost' is not looked up here; give "
			    "its address");
	ck_assert_int_eq(exclude_file("localhost\n"), PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, "line 1: host name 'localhost' is not looked up");
}
END_TEST

/* As zmap's and masscan's own files are written. */
START_TEST(exclusions_of_zmap_and_masscan_are_read_as_they_are)
{
	add("192.0.2.0/27");
	ck_assert_int_eq(
	    exclude_file("# From IANA IPv4 Special-Purpose Address Registry\n"
			 "192.0.2.0/30         # RFC5737: documentation\n"
			 "192.0.2.4/32# RFC5737\n"
			 "\n"
			 "; masscan\n"
			 "// and another remark\n"
			 "192.0.2.6-192.0.2.8,192.0.2.10,  192.0.2.12-14\r\n"
			 "192.0.2.16/29 192.0.2.24/30,\n"
			 "2001:db8::/32\n"
			 "::ffff:0:0/96\n"),
	    PPTP_OK);
	ck_assert_str_eq(next(), "192.0.2.5 1723");
	ck_assert_str_eq(next(), "192.0.2.9 1723");
	ck_assert_str_eq(next(), "192.0.2.11 1723");
	ck_assert_str_eq(next(), "192.0.2.15 1723");
	ck_assert_str_eq(next(), "192.0.2.28 1723");
}
END_TEST

START_TEST(what_is_no_exclusion_is_told_with_its_line)
{
	ck_assert_int_eq(exclude_file("192.0.2.1\n192.0.2.4 - 192.0.2.8\n"),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, " line 2: target '-' is not an address");
	ck_assert_int_eq(exclude_file("192.0.2.1,192.0.2.300\n"),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, " line 1: target '192.0.2.300' is not");
	ck_assert_int_eq(exclude_file("192.0.2.0/33 # too long\n"),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, "line 1: target '192.0.2.0/33' has a prefix");
}
END_TEST

START_TEST(a_record_is_a_target)
{
	struct pptp_target target;

	ck_assert_int_eq(
	    add_file("{\"schema\":1,\"kind\":\"scan\",\"targets\":[\"x\"]}\n"
		     "{\"schema\":1,\"kind\":\"syn\",\"target\":\"192.0.2.7\","
		     "\"port\":99,\"labels\":[\"b\\u00c3\\u00bcro\","
		     "\"no\\u0072th\"],"
		     "\"tcp\":{\"target\":\"192.0.2.8\",\"options\":[[1]]}}\n"
		     "  {\"port\":1723,\"target\":\"2001:db8::7\"}\n"
		     "192.0.2.9\n"),
	    PPTP_OK);
	ck_assert(pptp_targets_next(t, &target));
	ck_assert_uint_eq(pptp_address_v4_value(&target.address), 0xc0000207);
	ck_assert_uint_eq(target.port, 99);
	ck_assert_str_eq(target.labels, "b\xc3\xbcro,north");
	ck_assert_str_eq(next(), "2001:db8::7 1723");
	ck_assert_str_eq(next(), "192.0.2.9 1723");
	ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(a_record_that_is_no_target_is_told)
{
	static const char *const lines[][2] = {
	    {"{\"target\":\"192.0.2.1\"}", "lacks 'target' or 'port'"},
	    {"{\"port\":1723}", "lacks 'target' or 'port'"},
	    {"{\"target\":\"a.example\",\"port\":1}", "is no address"},
	    {"{\"target\":[1],\"port\":1}", "is no address"},
	    {"{\"target\":\"192.0.2.1\",\"port\":0}", "no number from 1"},
	    {"{\"target\":\"192.0.2.1\",\"port\":1.5}", "no number from 1"},
	    {"{\"target\":\"192.0.2.1\",\"port\":65536}", "no number from"},
	    {"{\"target\":\"192.0.2.1\",\"port\":1,\"labels\":1}", "no list"},
	    {"{\"target\":\"192.0.2.1\",\"port\":1,\"labels\":[1]}",
	     "is no text"},
	    {"{\"target\":\"192.0.2.1\",\"port\":1,\"labels\":[\"\\u0007\"]}",
	     "control character"},
	    {"{\"target\":\"192.0.2.1\",\"port\":1", "no JSON object"},
	    {"{\"target\":\"192.0.2.1\",\"port\":1} x", "no JSON object"},
	    {"{}", "lacks 'target' or 'port'"},
	};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ck_assert_int_eq(add_file(lines[i][0]), PPTP_ERROR_ARGUMENT);
		ck_assert_has(text, " line 1: ");
		ck_assert_has(text, lines[i][1]);
	}
	ck_assert_uint_eq(pptp_targets_count(t), 0);
}
END_TEST

static enum pptp_target_status status;

/* What comes now: an address, "later", "end", or the sentence. */
static const char *take(void)
{
	static char address[PPTP_ADDRESS_TEXT];
	struct pptp_target target;

	status = pptp_targets_take(t, &target, text, sizeof(text));
	if (status == PPTP_TARGET_FAILED)
		return text;
	if (status != PPTP_TARGET_ONE)
		return status == PPTP_TARGET_END ? "end" : "later";
	pptp_address_format(&target.address, address);
	return address;
}

/* In the place of standard input. */
static int open_stream(void)
{
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
	ck_assert_int_eq(pptp_targets_add_stream(t, "-", text, sizeof(text)),
			 PPTP_OK);
	return ends[1];
}

static void say(int fd, const char *line)
{
	ck_assert_int_eq(write(fd, line, strlen(line)), (int)strlen(line));
}

static bool is_readable(void)
{
	struct pollfd p = {.fd = pptp_targets_fd(t), .events = POLLIN};

	return poll(&p, 1, 0) == 1;
}

START_TEST(a_stream_is_taken_line_by_line_behind_what_was_named)
{
	int fd;

	add("192.0.2.1");
	fd = open_stream();
	ck_assert_str_eq(take(), "192.0.2.1");
	ck_assert_str_eq(take(), "later");
	ck_assert(!is_readable());
	say(fd, "192.0.2.8/31\n192.0");
	ck_assert(is_readable());
	ck_assert_str_eq(take(), "192.0.2.8");
	ck_assert_str_eq(take(), "192.0.2.9");
	ck_assert_str_eq(take(), "later");
	say(fd, ".2.10\n# nothing\n\n");
	ck_assert_str_eq(take(), "192.0.2.10");
	ck_assert_str_eq(take(), "later");
	ck_assert_uint_eq(pptp_targets_count(t), 4);
	say(fd, "{\"target\":\"192.0.2.11\",\"port\":2}");
	ck_assert_str_eq(take(), "later");
	close(fd);
	ck_assert_str_eq(take(), "192.0.2.11");
	ck_assert_str_eq(take(), "end");
	ck_assert_str_eq(take(), "end");
}
END_TEST

START_TEST(a_stream_ends_where_it_is_not_understood)
{
	int fd = open_stream();

	ck_assert_int_eq(pptp_targets_add_stream(t, "-", text, sizeof(text)),
			 PPTP_ERROR_ARGUMENT);
	say(fd, "192.0.2.1\n192.0.2.2:x\n192.0.2.3\n");
	ck_assert_str_eq(take(), "192.0.2.1");
	ck_assert_has(take(), "standard input line 2: target '192.0.2.2:x'");
	ck_assert_int_eq(status, PPTP_TARGET_FAILED);
	ck_assert_str_eq(take(), "end");
	close(fd);
}
END_TEST

START_TEST(an_empty_stream_is_an_error)
{
	close(open_stream());
	ck_assert_has(take(), "standard input holds no target");
	ck_assert_int_eq(status, PPTP_TARGET_FAILED);
}
END_TEST

START_TEST(names_in_a_stream_are_looked_up_beside_it)
{
	int fd;

	open_targets();
	fd = open_stream();
	say(fd, "localhost:7,a\nlocalhost\nx.invalid\n192.0.2.5\n");
	close(fd);
	for (int i = 0; i < 3; i++) {
		while (strcmp(take(), "later") == 0)
			poll(NULL, 0, 5);
		ck_assert_int_eq(status, PPTP_TARGET_ONE);
	}
	while (strcmp(take(), "later") == 0)
		poll(NULL, 0, 5);
	ck_assert_int_eq(status, PPTP_TARGET_END);
	ck_assert_has(pptp_targets_unresolved(t),
		      "standard input line 3: host name 'x.invalid'");
	ck_assert_ptr_null(pptp_targets_unresolved(t));
	ck_assert_uint_eq(pptp_targets_count(t), 3);
	close_targets();
}
END_TEST

START_TEST(a_file_holds_comments_labels_and_any_line_end)
{
	struct pptp_target target;

	ck_assert_int_eq(
	    add_file("\xef\xbb\xbf# head office\r\n"
		     "\r\n"
		     "  192.0.2.1:1 , b\xc3\xbcro ,, north # the old one\r\n"
		     "192.0.2.2,#1\n"
		     "192.0.2.3,"),
	    PPTP_OK);
	ck_assert(pptp_targets_next(t, &target));
	ck_assert_str_eq(target.labels, "b\xc3\xbcro,north");
	ck_assert_uint_eq(target.port, 1);
	ck_assert(pptp_targets_next(t, &target));
	ck_assert_str_eq(target.labels, "#1");
	ck_assert(pptp_targets_next(t, &target));
	ck_assert_ptr_null(target.labels);
	ck_assert(!pptp_targets_next(t, &target));
	/* a mark, and nothing on its line; elsewhere it is none */
	ck_assert_int_eq(add_file("\xef\xbb\xbf\n192.0.2.4\n"), PPTP_OK);
	ck_assert_int_eq(add_file("\n\xef\xbb\xbf\n"), PPTP_ERROR_ARGUMENT);
}
END_TEST

START_TEST(what_is_wrong_in_a_file_is_told_with_its_line)
{
	char line[5000];
	const char *path;

	ck_assert_int_eq(add_file("192.0.2.1\n\n192.0.2.1:0\n"),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, " line 3: target '192.0.2.1:0' has a port");
	ck_assert_int_eq(add_file("192.0.2.1,a\tb\x01\n"), PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, "line 1: a label holds a control character");
	memset(line, 'a', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	ck_assert_int_eq(add_file(line), PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, "line 1: the line is too long");
	path = file("192.0.2.1\0x\n", 12);
	ck_assert_int_eq(pptp_targets_add_file(t, path, text, sizeof(text)),
			 PPTP_ERROR_ARGUMENT);
	unlink(path);
	ck_assert_has(text, "'192.0.2.1\\x00x'");
}
END_TEST

START_TEST(an_empty_file_is_an_error)
{
	ck_assert_int_eq(add_file(""), PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, "holds no target");
	ck_assert_int_eq(add_file("# nothing\n\n   \n"), PPTP_ERROR_ARGUMENT);
	ck_assert_int_eq(exclude_file("\n"), PPTP_ERROR_ARGUMENT);
}
END_TEST

START_TEST(a_missing_file_and_a_directory_are_system_errors)
{
	ck_assert_int_eq(
	    pptp_targets_add_file(t, "/nonexistent/x", text, sizeof(text)),
	    PPTP_ERROR_SYSTEM);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_has(text, "'/nonexistent/x': No such file");
	ck_assert_int_eq(pptp_targets_exclude_file(t, "/", text, sizeof(text)),
			 PPTP_ERROR_SYSTEM);
	ck_assert_int_eq(errno, EISDIR);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("target_file");

	WITH(s, numeric_targets_have_no_names);
	WITH(s, exclusions_of_zmap_and_masscan_are_read_as_they_are);
	WITH(s, what_is_no_exclusion_is_told_with_its_line);
	WITH(s, a_record_is_a_target);
	WITH(s, a_record_that_is_no_target_is_told);
	WITH(s, a_stream_is_taken_line_by_line_behind_what_was_named);
	WITH(s, a_stream_ends_where_it_is_not_understood);
	WITH(s, an_empty_stream_is_an_error);
	WITH(s, a_file_holds_comments_labels_and_any_line_end);
	WITH(s, what_is_wrong_in_a_file_is_told_with_its_line);
	WITH(s, an_empty_file_is_an_error);
	WITH(s, a_missing_file_and_a_directory_are_system_errors);
	if (netns_possible()) {
		CLAIM_ALONE(
		    s,
		    a_name_that_does_not_resolve_is_said_and_the_rest_counts);
		CLAIM_ALONE(
		    s,
		    a_name_in_an_exclusion_that_does_not_resolve_is_an_error);
		CLAIM_ALONE(s, names_in_a_stream_are_looked_up_beside_it);
	}
	return run_suite(s);
}
