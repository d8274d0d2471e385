/* SPDX-License-Identifier: BSD-2-Clause */
/* What is written for a target, without a look-up of its name. */
#include "net/spec.h"

#include <stdio.h>

#include "unit/claims.h"

static struct pptp_spec s;

static bool parses(const char *text)
{
	char why[PPTP_SPEC_SENTENCE];

	return pptp_spec_parse(&s, text, strlen(text), why);
}

/* RFC 1123 2.1: labels of letters, digits and hyphens, not all a number; a dot
 * may end them. */
START_TEST(names_are_those_of_hosts)
{
	static const char *const good[] = {
	    "a",        "vpn",          "vpn.example.", "vpn.example",
	    "a-b.c1.d", "3com.example", "192.0.2.a",    "VPN.Example"};
	static const char *const bad[] = {
	    ".",   "..",   "a..",  ".a",  "a..b", "-a",  "a-", "a.-b.c", "a_ b",
	    "a b", "0x1f", "1a.2", "a.1", "1234", "0XA", "a*", "%",      ""};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		ck_assert_msg(parses(good[i]), "%s", good[i]);
		ck_assert_uint_eq(s.first.family, 0);
		ck_assert_uint_eq(s.port, 0);
		ck_assert_str_eq(s.name, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(!parses(bad[i]), "%s", bad[i]);
}
END_TEST

/* What stands behind the text is not read: it ends at the wall. */
START_TEST(a_last_label_of_one_digit_is_a_number)
{
	struct guarded g = guarded_new();
	char why[PPTP_SPEC_SENTENCE];
	const char *at = (const char *)guarded_copy(&g, "a.0", 3);

	ck_assert(!pptp_spec_parse(&s, at, 3, why));
	ck_assert(!parses("a.0x"));
	ck_assert(parses("a.0a"));
	ck_assert(parses("a.ax"));
	ck_assert(parses("a.x"));
	guarded_free(&g);
}
END_TEST

/* A label has 63 bytes at most, a name 253 and its dot. */
START_TEST(names_are_no_longer_than_dns_has_them)
{
	char name[300];

	for (size_t length = 1; length < 70; length++) {
		memset(name, 'a', length);
		name[length] = '\0';
		ck_assert_int_eq(parses(name), length <= 63);
		strcat(name, ".b.");
		ck_assert_int_eq(parses(name), length <= 63);
	}
	for (size_t length = 200; length < 290; length++) {
		memset(name, 'a', length);
		for (size_t i = 50; i < length - 1; i += 50)
			name[i] = '.';
		name[length] = '\0';
		ck_assert_int_eq(parses(name), length < PPTP_SPEC_NAME);
	}
}
END_TEST

START_TEST(what_is_no_text_is_shown_in_hexadecimal)
{
	char quoted[PPTP_SPEC_QUOTED];

	pptp_spec_quote(quoted, " ~\x1f\x7f\xff", 5);
	ck_assert_str_eq(quoted, " ~\\x1F\\x7F\\xFF");
	pptp_spec_quote(quoted, "", 0);
	ck_assert_str_eq(quoted, "");
}
END_TEST

START_TEST(a_range_may_be_one_address_and_never_less)
{
	ck_assert(parses("10.0.0.1-10.0.0.1"));
	ck_assert(pptp_address_equal(&s.first, &s.last));
	ck_assert(parses("10.0.0.7-7"));
	ck_assert(pptp_address_equal(&s.first, &s.last));
	ck_assert(!parses("10.0.0.7-6"));
	ck_assert(!parses("10.0.0.1-10.0.0.0"));
	ck_assert(!parses("10.0.0.1-::2"));
}
END_TEST

START_TEST(letters_are_from_a_to_z)
{
	ck_assert(parses("a.b"));
	ck_assert(parses("z.z"));
	ck_assert(parses("A.Z"));
	ck_assert(parses("1.a"));
	ck_assert(!parses("a.`"));
	ck_assert(!parses("a.{"));
	ck_assert(!parses("a.@"));
	ck_assert(!parses("a.["));
}
END_TEST

START_TEST(ports_are_from_1_to_65535)
{
	char text[32];

	for (long port = -1; port < 70000; port++) {
		bool fine = port >= 1 && port <= 65535;

		snprintf(text, sizeof(text), "192.0.2.1:%ld", port);
		ck_assert_int_eq(parses(text), fine);
		if (fine)
			ck_assert_int_eq(s.port, port);
	}
}
END_TEST

START_TEST(prefixes_are_from_0_to_32_and_128)
{
	char text[40];

	for (int length = 0; length < 140; length++) {
		snprintf(text, sizeof(text), "10.0.0.0/%d", length);
		ck_assert_int_eq(parses(text), length <= 32);
		snprintf(text, sizeof(text), "2001:db8::/%d", length);
		ck_assert_int_eq(parses(text), length <= 128);
	}
}
END_TEST

START_TEST(lists_of_ports_are_sorted_and_each_is_once)
{
	static uint16_t ports[PPTP_SPEC_PORTS];
	char why[PPTP_SPEC_SENTENCE];
	size_t count;

	ck_assert(
	    pptp_spec_ports("1723,443,8000-8002,443,8001", ports, &count, why));
	ck_assert_uint_eq(count, 5);
	ck_assert_uint_eq(ports[0], 443);
	ck_assert_uint_eq(ports[1], 1723);
	ck_assert_uint_eq(ports[4], 8002);
	ck_assert(pptp_spec_ports("1-65535", ports, &count, why));
	ck_assert_uint_eq(count, 65535);
	ck_assert_uint_eq(ports[65534], 65535);
}
END_TEST

START_TEST(what_is_no_list_of_ports_is_told)
{
	static const char *const bad[] = {
	    "",   "0",  "65536", "1,",  ",1",   "1,,2",    "9-8", "0-3",
	    "1-", "-1", "1-2-3", "1 2", "http", "1,65536", "01",  "1-x"};
	static uint16_t ports[PPTP_SPEC_PORTS];
	char why[PPTP_SPEC_SENTENCE];
	size_t count;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(!pptp_spec_ports(bad[i], ports, &count, why),
			      "%s", bad[i]);
	ck_assert(!pptp_spec_ports("1\x1b[2J", ports, &count, why));
	ck_assert_str_eq(why,
			 "'1\\x1B[2J' is no list of ports from 1 to 65535; "
			 "write for example 1723 or 443,1723,8000-8010");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("spec");

	CLAIM(suite, names_are_those_of_hosts);
	CLAIM(suite, a_last_label_of_one_digit_is_a_number);
	CLAIM(suite, names_are_no_longer_than_dns_has_them);
	CLAIM(suite, what_is_no_text_is_shown_in_hexadecimal);
	CLAIM(suite, a_range_may_be_one_address_and_never_less);
	CLAIM(suite, letters_are_from_a_to_z);
	CLAIM(suite, ports_are_from_1_to_65535);
	CLAIM(suite, prefixes_are_from_0_to_32_and_128);
	CLAIM(suite, lists_of_ports_are_sorted_and_each_is_once);
	CLAIM(suite, what_is_no_list_of_ports_is_told);
	return run_suite(suite);
}
