/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <time.h>

#include "unit/targets.h"

#include "net/lookup.h"

static unsigned left = UINT_MAX; /* blocks that memory can grow for */

/* In the place of the library's. */
void *realloc(void *old, size_t size)
{
	size_t had = old != NULL ? malloc_usable_size(old) : 0;
	void *grown = left == 0 ? NULL : malloc(size);

	if (grown == NULL)
		return NULL;
	left--;
	if (old != NULL)
		memcpy(grown, old, had < size ? had : size);
	free(old);
	return grown;
}

START_TEST(addresses_of_both_families_with_and_without_a_port)
{
	add("192.0.2.1");
	add("192.0.2.2:1724");
	add("2001:db8::1");
	add("[2001:db8::2]");
	add("[2001:db8::3]:65535");
	ck_assert_str_eq(next(), "192.0.2.1 1723");
	ck_assert_str_eq(next(), "192.0.2.2 1724");
	ck_assert_str_eq(next(), "2001:db8::1 1723");
	ck_assert_str_eq(next(), "2001:db8::2 1723");
	ck_assert_str_eq(next(), "2001:db8::3 65535");
	ck_assert_str_eq(next(), "");
	ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(a_block_is_all_of_it_from_its_network_address)
{
	add("192.0.2.6/30");
	add("[2001:db8::/127]:1");
	ck_assert_uint_eq(pptp_targets_count(t), 6);
	ck_assert_str_eq(next(), "192.0.2.4 1723");
	ck_assert_str_eq(next(), "192.0.2.5 1723");
	ck_assert_str_eq(next(), "192.0.2.6 1723");
	ck_assert_str_eq(next(), "192.0.2.7 1723");
	ck_assert_str_eq(next(), "2001:db8:: 1");
	ck_assert_str_eq(next(), "2001:db8::1 1");
	ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(ranges_long_and_short_cross_their_octets)
{
	add("192.0.2.254-192.0.3.1");
	add("192.0.2.8-9:99");
	add("2001:db8::ffff-2001:db8::1:0");
	ck_assert_str_eq(next(), "192.0.2.254 1723");
	ck_assert_str_eq(next(), "192.0.2.255 1723");
	ck_assert_str_eq(next(), "192.0.3.0 1723");
	ck_assert_str_eq(next(), "192.0.3.1 1723");
	ck_assert_str_eq(next(), "192.0.2.8 99");
	ck_assert_str_eq(next(), "192.0.2.9 99");
	ck_assert_str_eq(next(), "2001:db8::ffff 1723");
	ck_assert_str_eq(next(), "2001:db8::1:0 1723");
	ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(the_last_address_of_all_ends_a_block)
{
	add("255.255.255.255/32");
	add("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	ck_assert_str_eq(next(), "255.255.255.255 1723");
	ck_assert_str_ne(next(), "");
	ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(counts_saturate)
{
	add("0.0.0.0/0");
	ck_assert_uint_eq(pptp_targets_count(t), UINT64_C(1) << 32);
	add("10.0.0.0/8");
	add("2001:db8::/64");
	ck_assert_uint_eq(pptp_targets_count(t), UINT64_MAX);
}
END_TEST

START_TEST(public_addresses_are_counted_apart)
{
	add("10.0.0.0/8");
	add("192.168.255.250-192.169.0.9");
	add("2001:db8::/32");
	ck_assert_uint_eq(pptp_targets_public(t), 10);
	add("8.8.8.0/24");
	ck_assert_uint_eq(pptp_targets_public(t), 266);
	add("2600::/112");
	ck_assert_uint_eq(pptp_targets_public(t), 266 + 65536);
	add("2600::/16");
	ck_assert_uint_eq(pptp_targets_public(t), UINT64_MAX);
}
END_TEST

START_TEST(the_whole_internet_is_counted_at_once)
{
	struct timespec begin, end;

	add("0.0.0.0/0");
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin);
	for (int i = 0; i < 1000; i++)
		ck_assert_uint_gt(pptp_targets_public(t), 3600000000);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	ck_assert_int_lt(end.tv_sec - begin.tv_sec, 2);
}
END_TEST

START_TEST(hostile_numbers_are_no_names)
{
	const char *const specs[] = {"192.0.2.300", "010.0.0.1",   "127.1",
				     "0x7f.0.0.1",  "0x7f000001",  "2130706433",
				     "1.2.3.4.5",   "0177.0.0.1",  "192.0.2.1.",
				     "192.0.2.01",  "host.0x7f",   "a.1",
				     "1.2.3.4/24/", "192.0.2.0/8a"};
	size_t i;

	for (i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		refuse(specs[i], specs[i]);
}
END_TEST

START_TEST(the_sentence_tells_the_value_and_what_to_write)
{
	refuse("192.0.2.300",
	       "target '192.0.2.300' is not an address, host name, block or "
	       "range; write for example 192.0.2.1, 192.0.2.0/24 or "
	       "vpn.example.net:1723");
	refuse("", "target '' is not");
}
END_TEST

START_TEST(hostile_names_are_refused_and_shown_escaped)
{
	refuse("a b", "'a b'");
	refuse("-rf", "'-rf'");
	refuse("x;reboot", "'x;reboot'");
	refuse("$(id)", "'$(id)'");
	refuse("../../etc/passwd", "'../../etc/passwd'");
	refuse("evil\x1b[2J", "'evil\\x1B[2J'");
	refuse("b\xc3\xbc"
	       "cher.example",
	       "'b\\xC3\\xBCcher.example'");
	refuse("a..b", "'a..b'");
	refuse("host-.example", "'host-.example'");
	refuse(".", "'.'");
}
END_TEST

START_TEST(names_and_labels_have_the_lengths_of_dns)
{
	char name[300];

	memset(name, 'a', sizeof(name));
	name[64] = '\0';
	refuse(name, "aaa");
	memset(name, 'a', sizeof(name));
	for (size_t i = 60; i < sizeof(name) - 1; i += 60)
		name[i] = '.';
	name[sizeof(name) - 1] = '\0';
	refuse(name, "aaa...'");
}
END_TEST

START_TEST(bad_ports_are_refused)
{
	const char *const specs[] = {
	    "192.0.2.1:",         "192.0.2.1:0",
	    "192.0.2.1:65536",    "192.0.2.1:99999999999999999999",
	    "192.0.2.1:-1",       "192.0.2.1:+1",
	    "192.0.2.1: 1",       "192.0.2.1:1a",
	    "192.0.2.1:01723",    "[2001:db8::1]:x",
	    "name.example:1723x", "localhost:http"};
	size_t i;

	for (i = 0; i < sizeof(specs) / sizeof(specs[0]); i++)
		refuse(specs[i],
		       "has a port that is no number from 1 to 65535");
}
END_TEST

START_TEST(bad_prefixes_are_refused)
{
	refuse("192.0.2.0/33", "no number from 0 to 32");
	refuse("192.0.2.0/", "no number from 0 to 32");
	refuse("192.0.2.0/-1", "no number from 0 to 32");
	refuse("192.0.2.0/024", "no number from 0 to 32");
	refuse("2001:db8::/129", "no number from 0 to 128");
	refuse("vpn.example.net/24", "is not an address");
}
END_TEST

START_TEST(bad_ranges_are_refused)
{
	refuse("192.0.2.9-192.0.2.1", "ends before it begins");
	refuse("192.0.2.9-1", "ends before it begins");
	refuse("192.0.2.1-256", "whose end is no address");
	refuse("192.0.2.1-", "whose end is no address");
	refuse("192.0.2.1-2001:db8::1", "is a");
	refuse("[2001:db8::1-192.0.2.1]", "whose end is no address");
	refuse("192.0.2.1-2-3", "whose end is no address");
}
END_TEST

START_TEST(brackets_and_zones_are_told_what_is_wrong)
{
	refuse("[192.0.2.1]:1723", "brackets that hold no IPv6 address");
	refuse("[2001:db8::1", "brackets that hold no IPv6 address");
	refuse("[]", "brackets that hold no IPv6 address");
	refuse("[2001:db8::1]1723", "is not an address");
	refuse("fe80::1%eth0", "--interface");
}
END_TEST

START_TEST(a_name_is_looked_up_and_kept_as_it_was_written)
{
	struct pptp_target target;

	add("LocalHost:99");
	ck_assert(pptp_targets_next(t, &target));
	ck_assert_str_eq(target.name, "LocalHost");
	ck_assert(pptp_address_is_private(&target.address));
	ck_assert_uint_eq(target.address.family, 4);
	ck_assert_uint_eq(target.port, 99);
	ck_assert_ptr_null(target.labels);
}
END_TEST

START_TEST(exclusions_overlap_touch_and_leave_out)
{
	add("192.0.2.0/28");
	ck_assert_int_eq(exclude_file("192.0.2.8/29\n192.0.2.1-2\n"
				      "192.0.2.2-192.0.2.4\n192.0.2.9\n"
				      "192.0.2.3\n2001:db8::/32\n"),
			 PPTP_OK);
	ck_assert_uint_eq(pptp_targets_count(t), 16);
	ck_assert_str_eq(next(), "192.0.2.0 1723");
	ck_assert_str_eq(next(), "192.0.2.5 1723");
	ck_assert_str_eq(next(), "192.0.2.6 1723");
	ck_assert_str_eq(next(), "192.0.2.7 1723");
	ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(a_huge_exclusion_is_passed_over_at_once)
{
	add("::/0");
	add("192.0.2.1");
	ck_assert_int_eq(
	    exclude_file("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe\n"
			 "localhost\n"),
	    PPTP_OK);
	ck_assert_str_eq(next(),
			 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 1723");
	ck_assert_str_eq(next(), "192.0.2.1 1723");
	ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(without_memory_nothing_is_added_nor_thought_excluded)
{
	static const char *const specs[] = {"localhost\n", "192.0.2.1\n"};

	for (int i = 0; i < 2; i++) {
		enum pptp_error excluded, added;

		left = 1; /* for the file's lines */
		excluded = exclude_file(specs[i]);
		left = 1;
		added = add_file(specs[i]);
		left = UINT_MAX;
		ck_assert_int_eq(excluded, PPTP_ERROR_SYSTEM);
		ck_assert_int_eq(added, PPTP_ERROR_SYSTEM);
		ck_assert_int_eq(errno, ENOMEM);
		ck_assert_has(text, "line 1: out of memory for targets");
		ck_assert_uint_eq(pptp_targets_count(t), 0);
	}
	add("192.0.2.1");
	ck_assert_str_eq(next(), "192.0.2.1 1723");
}
END_TEST

START_TEST(an_excluded_port_excludes_the_host)
{
	add("192.0.2.1:99");
	ck_assert_int_eq(exclude_file("192.0.2.1:1723\n"), PPTP_OK);
	ck_assert_str_eq(next(), "");
}
END_TEST

START_TEST(wrong_families_and_port_0_cannot_be_opened)
{
	struct pptp_targets *none;

	ck_assert_int_eq(pptp_targets_open(&none, 0, 0), PPTP_ERROR_ARGUMENT);
	ck_assert_int_eq(pptp_targets_open(&none, 1, 5), PPTP_ERROR_ARGUMENT);
	ck_assert_ptr_null(none);
	pptp_targets_close(none);
}
END_TEST

START_TEST(an_ipv6_address_is_looked_up_to_its_last_byte)
{
	struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6};
	struct pptp_address a;

	memset(&sin6.sin6_addr, 0x77, sizeof(sin6.sin6_addr));
	memset(&a, 0, sizeof(a));
	ck_assert(pptp_lookup_address(&a, (const struct sockaddr *)&sin6));
	ck_assert_uint_eq(a.family, 6);
	ck_assert_mem_eq(a.bytes, &sin6.sin6_addr, 16);
}
END_TEST

START_TEST(nothing_of_names_and_labels_stays)
{
	size_t heap = 0;

	/* What was freed once is kept at hand, and counts: so after a few. */
	for (int i = 0; i < 60; i++) {
		if (i == 30)
			heap = heap_in_use();
		open_targets();
		ck_assert_int_eq(add_file("localhost,a\n192.0.2.1,b,c\n"),
				 PPTP_OK);
		ck_assert_int_eq(exclude_file("192.0.2.2\n"), PPTP_OK);
		close_targets();
	}
	ck_assert_uint_eq(heap_in_use(), heap);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("targets");

	WITH(s, addresses_of_both_families_with_and_without_a_port);
	WITH(s, a_block_is_all_of_it_from_its_network_address);
	WITH(s, ranges_long_and_short_cross_their_octets);
	WITH(s, the_last_address_of_all_ends_a_block);
	WITH(s, counts_saturate);
	WITH(s, public_addresses_are_counted_apart);
	WITH(s, the_whole_internet_is_counted_at_once);
	WITH(s, hostile_numbers_are_no_names);
	WITH(s, the_sentence_tells_the_value_and_what_to_write);
	WITH(s, hostile_names_are_refused_and_shown_escaped);
	WITH(s, names_and_labels_have_the_lengths_of_dns);
	WITH(s, bad_ports_are_refused);
	WITH(s, bad_prefixes_are_refused);
	WITH(s, bad_ranges_are_refused);
	WITH(s, brackets_and_zones_are_told_what_is_wrong);
	WITH(s, a_name_is_looked_up_and_kept_as_it_was_written);
	WITH(s, exclusions_overlap_touch_and_leave_out);
	WITH(s, a_huge_exclusion_is_passed_over_at_once);
	WITH(s, without_memory_nothing_is_added_nor_thought_excluded);
	WITH(s, an_excluded_port_excludes_the_host);
	CLAIM(s, wrong_families_and_port_0_cannot_be_opened);
	CLAIM(s, an_ipv6_address_is_looked_up_to_its_last_byte);
	CLAIM(s, nothing_of_names_and_labels_stays);
	return run_suite(s);
}
