/* SPDX-License-Identifier: BSD-2-Clause */
/* A record as a target: whose it is, and its labels to the last byte of room. */
#include "net/target_record.h"

#include <stdio.h>

#include "unit/claims.h"

static struct pptp_target_record r;
static const char *why;

static bool reads(const char *line)
{
	memset(&r, 0x5a, sizeof(r));
	why = NULL;
	return pptp_target_record_read(&r, line, strlen(line), &why);
}

/* A label of so many bytes, and another one. */
static const char *labelled(size_t first, const char *second)
{
	static char line[4096];
	char label[2048];

	memset(label, 'a', first);
	label[first] = '\0';
	snprintf(line, sizeof(line),
		 "{\"target\":\"192.0.2.1\",\"port\":1,\"labels\":[\"%s\"%s]}",
		 label, second);
	return line;
}

START_TEST(labels_fill_their_room_and_no_more)
{
	size_t most = PPTP_TARGET_RECORD_LABELS - 1; /* and a comma or NUL */

	ck_assert(reads(labelled(most, "")));
	ck_assert_uint_eq(strlen(r.labels), most);
	ck_assert(!reads(labelled(most + 1, "")));
	ck_assert_str_eq(why, "its 'labels' are too long");
	ck_assert(reads(labelled(most - 3, ",\"bc\"")));
	ck_assert_uint_eq(strlen(r.labels), most);
	ck_assert_str_eq(r.labels + most - 3, ",bc");
	ck_assert(!reads(labelled(most - 3, ",\"bcd\"")));
	ck_assert(!reads(labelled(most, ",\"b\"")));
}
END_TEST

START_TEST(labels_may_be_none_one_or_several)
{
	ck_assert(reads("{\"target\":\"192.0.2.1\",\"port\":1}"));
	ck_assert_str_eq(r.labels, "");
	ck_assert(reads("{\"target\":\"192.0.2.1\",\"port\":1,\"labels\":[]}"));
	ck_assert_str_eq(r.labels, "");
	ck_assert(reads(labelled(1, "")));
	ck_assert_str_eq(r.labels, "a");
	ck_assert(reads(labelled(1, ",\"north pole\",\"c\"")));
	ck_assert_str_eq(r.labels, "a,north pole,c");
	ck_assert(!reads(labelled(1, ",[\"c\"]")));
	ck_assert_str_eq(why, "one of its 'labels' is no text");
}
END_TEST

START_TEST(its_address_and_port_are_a_target)
{
	ck_assert(reads("{\"port\":65535,\"target\":\"192.0.2.1\"}"));
	ck_assert_str_eq(r.spec, "192.0.2.1:65535");
	ck_assert(!r.none);
	ck_assert(reads("{\"port\":1,\"target\":\"2001:db8::1\"}"));
	ck_assert_str_eq(r.spec, "[2001:db8::1]:1");
	ck_assert(!reads("{\"port\":\"1\",\"target\":\"192.0.2.1\"}"));
	ck_assert(!reads("{\"port\":-1,\"target\":\"192.0.2.1\"}"));
	ck_assert(!reads("{\"port\":1,\"target\":\"192.0.2.\\u0031\"}"));
}
END_TEST

START_TEST(the_row_of_a_sweep_is_no_target)
{
	ck_assert(reads("{\"kind\":\"scan\",\"targets\":[\"x\",{\"a\":[1]}]}"));
	ck_assert(r.none);
	ck_assert(
	    reads("{\"kind\":\"syn\",\"port\":1,\"x\":{\"kind\":\"scan\"},"
		  "\"target\":\"192.0.2.1\"}"));
	ck_assert(!r.none);
}
END_TEST

/* Cut anywhere it is none, and nothing behind it is read. */
START_TEST(a_record_that_is_cut_is_no_object)
{
	static const char line[] =
	    "{\"kind\":\"syn\",\"target\":\"192.0.2.1\",\"port\":7,"
	    "\"labels\":[\"a\",\"b\"],\"tcp\":{\"options\":[[2,4],[1]]}}";
	struct guarded g = guarded_new();
	size_t length;

	for (length = 0; length < sizeof(line) - 1; length++) {
		const char *at = (const char *)guarded_copy(&g, line, length);

		why = NULL;
		ck_assert(!pptp_target_record_read(&r, at, length, &why));
		ck_assert_ptr_nonnull(why);
	}
	ck_assert(pptp_target_record_read(&r, line, length, &why));
	ck_assert(!reads("[\"target\",\"192.0.2.1\",\"port\",1]"));
	ck_assert(!reads("7"));
	guarded_free(&g);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("target_record");

	CLAIM(s, labels_fill_their_room_and_no_more);
	CLAIM(s, labels_may_be_none_one_or_several);
	CLAIM(s, its_address_and_port_are_a_target);
	CLAIM(s, the_row_of_a_sweep_is_no_target);
	CLAIM(s, a_record_that_is_cut_is_no_object);
	return run_suite(s);
}
