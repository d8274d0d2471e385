/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/address.h"

#include "unit/claims.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct pptp_address address(const char *text)
{
	struct pptp_address a;

	ck_assert_msg(pptp_address_parse(&a, text, strlen(text)), "%s", text);
	return a;
}

START_TEST(text_comes_back_in_the_shortest_form)
{
	/* given, and as RFC 5952 writes it */
	static const char *const pairs[][2] = {
	    {"0.0.0.0", "0.0.0.0"},
	    {"255.255.255.255", "255.255.255.255"},
	    {"192.0.2.10", "192.0.2.10"},
	    {"::", "::"},
	    {"::1", "::1"},
	    {"1::", "1::"},
	    {"0:0:0:0:0:0:0:1", "::1"},
	    {"2001:DB8::000A", "2001:db8::a"},
	    {"ABCD:EF01:abcd:ef01::", "abcd:ef01:abcd:ef01::"},
	    {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
	    {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
	    {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
	    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
	    {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
	    {"0:0:3:4:5:6:0:0", "::3:4:5:6:0:0"},
	    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"},
	    {"::ffff:192.0.2.1", "::ffff:c000:201"},
	    {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
	    {"1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"},
	    {"fe80:0:0:0:1:0:0:0", "fe80::1:0:0:0"},
	};
	char text[PPTP_ADDRESS_TEXT];
	struct pptp_address a;
	size_t i;

	for (i = 0; i < COUNT(pairs); i++) {
		a = address(pairs[i][0]);
		ck_assert_uint_eq(pptp_address_format(&a, text),
				  strlen(pairs[i][1]));
		ck_assert_str_eq(text, pairs[i][1]);
	}
}
END_TEST

START_TEST(longest_text_fits)
{
	struct pptp_address a = {6, {0}};
	char text[PPTP_ADDRESS_TEXT];

	memset(a.bytes, 0xff, sizeof(a.bytes));
	ck_assert_uint_eq(pptp_address_format(&a, text), 39);
	ck_assert_str_eq(text, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	a.family = 0;
	ck_assert_uint_eq(pptp_address_format(&a, text), 0);
	ck_assert_str_eq(text, "");
}
END_TEST

static const char *const no_address[] = {
    "",
    ".",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.",
    "1..2.3",
    "256.0.0.1",
    "1.2.3.0256",
    "01.2.3.4",
    "1.2.3.00",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1.2.3.-4",
    "0x1.2.3.4",
    "1.2.3.4/24",
    ":",
    ":::",
    "1:",
    ":1",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2::3",
    "12345::",
    "g::",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "1:2:3:4::5:6:7:8",
    "::1.2.3",
    "::1.2.3.4:5",
    "1:2:3:4:5:6:7:1.2.3.4",
    "fe80::1%eth0",
    "[::1]",
    "1::2:",
    "::01.2.3.4",
    "localhost",
};

START_TEST(what_is_no_address_is_refused)
{
	struct pptp_address a;
	size_t i;

	for (i = 0; i < COUNT(no_address); i++) {
		ck_assert_msg(!pptp_address_parse(&a, no_address[i],
						  strlen(no_address[i])),
			      "%s", no_address[i]);
		ck_assert_uint_eq(a.family, 0);
	}
	ck_assert(!pptp_address_parse(&a, "1.2.3.4\0", 8));
}
END_TEST

START_TEST(text_is_read_no_further_than_its_length)
{
	static const char *const texts[] = {"192.0.2.255",
					    "2001:db8:ffff:1:2:3:4:5",
					    "::ffff:192.0.2.255", "1:2::7:8"};
	struct guarded g = guarded_new();
	struct pptp_address a;
	size_t i, n;

	for (i = 0; i < COUNT(texts); i++)
		for (n = 0; n <= strlen(texts[i]); n++) {
			bool ok = pptp_address_parse(
			    &a, (char *)guarded_copy(&g, texts[i], n), n);

			if (n == 0 || n == strlen(texts[i]))
				ck_assert_int_eq(ok, n > 0);
		}
	guarded_free(&g);
}
END_TEST

START_TEST(order_is_version_then_value)
{
	static const char *const sorted[] = {
	    "0.0.0.1", "9.255.255.255", "10.0.0.0", "255.0.0.0",
	    "::",      "::1",           "1::",      "ff00::"};
	struct pptp_address a, b;
	size_t i, j;
	int c;

	for (i = 0; i < COUNT(sorted); i++)
		for (j = 0; j < COUNT(sorted); j++) {
			a = address(sorted[i]);
			b = address(sorted[j]);
			c = pptp_address_compare(&a, &b);
			ck_assert_int_eq((c > 0) - (c < 0), (i > j) - (i < j));
			ck_assert_int_eq(pptp_address_equal(&a, &b), i == j);
		}
}
END_TEST

START_TEST(bytes_past_an_ipv4_address_do_not_count)
{
	struct pptp_address a = pptp_address_v4(0xc0000201);
	struct pptp_address b = a;

	memset(b.bytes + 4, 0xee, 12);
	ck_assert(pptp_address_equal(&a, &b));
	b.bytes[3] = 2;
	ck_assert(!pptp_address_equal(&a, &b));
}
END_TEST

START_TEST(ipv4_value_goes_both_ways)
{
	struct pptp_address a = pptp_address_v4(0xc0a80102);
	struct pptp_address b = address("192.168.1.2");

	ck_assert(pptp_address_equal(&a, &b));
	ck_assert_uint_eq(pptp_address_v4_value(&a), 0xc0a80102);
}
END_TEST

static const char *const private_space[] = {
    "10.0.0.0",
    "10.255.255.255",
    "172.16.0.0",
    "172.31.255.255",
    "192.168.0.1",
    "127.0.0.1",
    "169.254.1.1",
    "100.64.0.0",
    "100.127.255.255",
    "192.0.2.1",
    "198.51.100.255",
    "203.0.113.7",
    "198.18.0.1",
    "198.19.255.255",
    "0.0.0.0",
    "::1",
    "::",
    "fe80::1",
    "febf::1",
    "fc00::1",
    "fdff::1",
    "2001:db8::1",
    "3fff:fff::1",
    "::ffff:10.0.0.1",
};
static const char *const public_space[] = {
    "9.255.255.255",
    "11.0.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.1.1",
    "192.169.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "192.0.1.1",
    "192.0.3.0",
    "198.17.1.1",
    "198.20.0.0",
    "8.8.8.8",
    "1.0.0.0",
    "2001:db9::1",
    "2606:4700::1",
    "fec0::1",
    "fe00::1",
    "::2",
    "3fff:1000::",
    "::ffff:8.8.8.8",
};

START_TEST(private_space_ends_where_its_rfc_says)
{
	struct pptp_address a;
	size_t i;

	for (i = 0; i < COUNT(private_space); i++) {
		a = address(private_space[i]);
		ck_assert_msg(pptp_address_is_private(&a), "%s",
			      private_space[i]);
	}
	for (i = 0; i < COUNT(public_space); i++) {
		a = address(public_space[i]);
		ck_assert_msg(!pptp_address_is_private(&a), "%s",
			      public_space[i]);
	}
	memset(&a, 0, sizeof(a));
	ck_assert(!pptp_address_is_private(&a));
}
END_TEST

/* Of a /16: by its addresses one by one where its first byte is one of those
 * that have private space, in steps of 256; else by its first address. */
static uint64_t public_in(uint32_t first)
{
	static const uint8_t mixed[] = {0,   10,  100, 127, 169,
					172, 192, 198, 203};
	struct pptp_address a = pptp_address_v4(first);
	uint64_t sum = 0;

	if (memchr(mixed, (int)(first >> 24), sizeof(mixed)) == NULL)
		return pptp_address_is_private(&a) ? 0 : 65536;
	for (uint32_t i = 0; i < 256; i++) {
		a = pptp_address_v4(first + i * 256);
		sum += pptp_address_is_private(&a) ? 0 : 256;
	}
	return sum;
}

START_TEST(public_addresses_of_a_range_are_counted)
{
	uint64_t sum = 0, own;
	struct pptp_address a;
	uint32_t first, at;

	for (uint32_t i = 0; i < 65536; i++) {
		first = i << 16;
		own = public_in(first);
		ck_assert_uint_eq(pptp_address_v4_public(first, first + 65535),
				  own);
		sum += own;
	}
	ck_assert_uint_eq(pptp_address_v4_public(0, UINT32_MAX), sum);
	for (size_t i = 0; i < COUNT(public_space); i++) {
		a = address(public_space[i]);
		if (a.family == 4) {
			at = pptp_address_v4_value(&a);
			ck_assert_uint_eq(pptp_address_v4_public(at, at), 1);
		}
	}
	ck_assert_uint_eq(pptp_address_v4_public(0x09ffffff, 0x0b000000), 2);
	ck_assert_uint_eq(pptp_address_v4_public(2, 1), 0);
}
END_TEST

/* Addresses are compared as wholes: nothing of what was there may stay. */
START_TEST(what_was_in_its_place_is_gone)
{
	static const char *const texts[] = {
	    "192.0.2.1",  "2001:db8::1", "::", "192.0.2",
	    "192.0.2.1x", "2001:",       "",   "0.0.0.0"};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct pptp_address clean, dirty;

		memset(&clean, 0, sizeof(clean));
		memset(&dirty, 0xa5, sizeof(dirty));
		ck_assert_int_eq(
		    pptp_address_parse(&clean, texts[i], strlen(texts[i])),
		    pptp_address_parse(&dirty, texts[i], strlen(texts[i])));
		ck_assert_mem_eq(&clean, &dirty, sizeof(clean));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("address");

	CLAIM(s, text_comes_back_in_the_shortest_form);
	CLAIM(s, longest_text_fits);
	CLAIM(s, what_is_no_address_is_refused);
	CLAIM(s, text_is_read_no_further_than_its_length);
	CLAIM(s, order_is_version_then_value);
	CLAIM(s, bytes_past_an_ipv4_address_do_not_count);
	CLAIM(s, ipv4_value_goes_both_ways);
	CLAIM(s, private_space_ends_where_its_rfc_says);
	CLAIM(s, public_addresses_of_a_range_are_counted);
	CLAIM(s, what_was_in_its_place_is_gone);
	return run_suite(s);
}
