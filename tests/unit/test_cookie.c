/* SPDX-License-Identifier: BSD-2-Clause */
#include "scan/cookie.h"

#include "scan/syn_reply.h"
#include "unit/scan.h"

static const struct pptp_source_ports ports = {24576, 8192};

static struct pptp_cookie_key counting_key(void)
{
	struct pptp_cookie_key key;
	uint8_t bytes[PPTP_COOKIE_KEY_SIZE];
	uint8_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i;
	pptp_cookie_key_init(&key, bytes);
	return key;
}

/* Aumasson and Bernstein's reference code, vectors.h: the bytes 0, 1, 2, … of
 * so many under the key 0, 1, …, 15. */
START_TEST(siphash_is_its_authors)
{
	static const struct {
		size_t length;
		uint64_t hash;
	} vectors[] = {
	    {0, UINT64_C(0x726fdb47dd0e0e31)},
	    {1, UINT64_C(0x74f839c593dc67fd)},
	    {7, UINT64_C(0xab0200f58b01d137)},
	    {8, UINT64_C(0x93f5f5799a932462)},
	    {15, UINT64_C(0xa129ca6149be45e5)},
	    {63, UINT64_C(0x958a324ceb064572)},
	};
	struct pptp_cookie_key key = counting_key();
	struct guarded g = guarded_new();
	uint8_t bytes[64], i;
	size_t n;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = i;
	for (n = 0; n < sizeof(vectors) / sizeof(vectors[0]); n++)
		ck_assert_uint_eq(
		    pptp_siphash(&key,
				 guarded_copy(&g, bytes, vectors[n].length),
				 vectors[n].length),
		    vectors[n].hash);
	guarded_free(&g);
}
END_TEST

static struct pptp_cookie cookie_of(uint32_t target, uint16_t port,
				    uint8_t attempt)
{
	struct pptp_cookie_key key = counting_key();
	struct pptp_address from = pptp_address_v4(0xc0000201);
	struct pptp_address to = pptp_address_v4(target);

	return pptp_cookie_make(&key, &from, &to, port, attempt, &ports);
}

static bool is_same(struct pptp_cookie a, struct pptp_cookie b)
{
	return a.sequence_number == b.sequence_number &&
	       a.source_port == b.source_port;
}

START_TEST(cookie_depends_on_all_that_it_is_made_of)
{
	struct pptp_cookie_key key = counting_key();
	struct pptp_address a = pptp_address_v4(1), b = pptp_address_v4(2);
	struct pptp_cookie one = cookie_of(1, 1723, 0), other;

	ck_assert(is_same(one, cookie_of(1, 1723, 0)));
	ck_assert(!is_same(one, cookie_of(2, 1723, 0)));
	ck_assert(!is_same(one, cookie_of(1, 1724, 0)));
	ck_assert(!is_same(one, cookie_of(1, 1723 + 256, 0)));
	ck_assert(!is_same(one, cookie_of(1, 1723, 1)));
	for (unsigned shift = 0; shift < 16; shift++) /* port and attempt */
		ck_assert(!is_same(cookie_of(1, (uint16_t)(1U << shift), 0),
				   cookie_of(1, 0, 1)));
	/* of the same 64 bits as the number, and not the number's */
	other = cookie_of(1, 1724, 0);
	ck_assert_uint_ne(one.identification, other.identification);
	ck_assert_uint_ne(one.identification, one.sequence_number & 0xffff);
	one = pptp_cookie_make(&key, &a, &b, 1, 0, &ports);
	ck_assert(!is_same(one, pptp_cookie_make(&key, &b, &a, 1, 0, &ports)));
	key.words[1] ^= UINT64_C(1) << 63;
	other = pptp_cookie_make(&key, &a, &b, 1, 0, &ports);
	ck_assert(!is_same(one, other));
	key = counting_key();
	key.words[0] ^= 1;
	ck_assert(
	    !is_same(other, pptp_cookie_make(&key, &a, &b, 1, 0, &ports)));
	ck_assert(!is_same(one, pptp_cookie_make(&key, &a, &b, 1, 0, &ports)));
}
END_TEST

START_TEST(last_byte_of_an_ipv6_address_counts)
{
	struct pptp_cookie_key key = counting_key();
	struct pptp_address a = {6, {0x20, 1}}, b = {6, {0x20, 2}};
	struct pptp_cookie one =
	    pptp_cookie_make(&key, &a, &b, 1723, 0, &ports);

	b.bytes[15] = 1;
	ck_assert(
	    !is_same(one, pptp_cookie_make(&key, &a, &b, 1723, 0, &ports)));
	b.bytes[15] = 0;
	a.bytes[15] = 1;
	ck_assert(
	    !is_same(one, pptp_cookie_make(&key, &a, &b, 1723, 0, &ports)));
}
END_TEST

START_TEST(source_ports_are_all_used_and_no_others)
{
	struct pptp_cookie_key key = counting_key();
	struct pptp_address from = pptp_address_v4(1), to;
	struct pptp_source_ports some = {60000, 5536};
	uint8_t used[8192];
	struct pptp_cookie c;
	uint32_t i, n;

	for (n = 5536; n <= 8192; n += 8192 - 5536) {
		some.count = (uint16_t)n;
		some.first = (uint16_t)(65536 - n);
		memset(used, 0, sizeof(used));
		for (i = 0; i < 200000; i++) {
			to = pptp_address_v4(i);
			c = pptp_cookie_make(&key, &from, &to, 1, 0, &some);
			ck_assert_uint_ge(c.source_port, some.first);
			used[c.source_port - some.first] = 1;
		}
		for (i = 0; i < n; i++)
			ck_assert_uint_eq(used[i], 1);
	}
	some = (struct pptp_source_ports){1234, 1};
	c = pptp_cookie_make(&key, &from, &to, 1, 0, &some);
	ck_assert_uint_eq(c.source_port, 1234);
}
END_TEST

START_TEST(second_ports_lie_above_40000_and_differ)
{
	struct pptp_cookie_key key = counting_key();
	struct pptp_address to;
	uint16_t port, low = UINT16_MAX, high = 0;
	uint32_t i;

	for (i = 0; i < 200000; i++) {
		to = pptp_address_v4(i);
		port = pptp_cookie_second_port(&key, &to);
		low = port < low ? port : low;
		high = port > high ? port : high;
	}
	ck_assert_uint_eq(low, 40001);
	ck_assert_uint_eq(high, 60000);
}
END_TEST

/* As good as a forger can: target, ports and kind are right. */
START_TEST(none_of_ten_million_forged_replies_is_believed)
{
	struct pptp_cookie_key key = counting_key();
	struct pptp_address from = pptp_address_v4(0xc0000201);
	struct pptp_syn_reply reply = {.kind = PPTP_SYN_REPLY_RST};
	struct pptp_cookie cookie;
	uint64_t random = 9;
	uint32_t i;

	for (i = 0; i < 10000000; i++) {
		reply.target = pptp_address_v4((uint32_t)random_next(&random));
		reply.source_port = (uint16_t)(24576 + random % 8192);
		reply.number = (uint32_t)(random >> 20);
		cookie = pptp_cookie_make(&key, &from, &reply.target, 1723, 0,
					  &ports);
		if (pptp_syn_reply_is_proven(&reply, &cookie))
			ck_abort_msg("forged reply %u is believed", i);
		if (i % 1000 != 0)
			continue;
		reply.source_port = cookie.source_port;
		reply.number = cookie.sequence_number + 1;
		ck_assert(pptp_syn_reply_is_proven(&reply, &cookie));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("cookie");

	CLAIM(s, siphash_is_its_authors);
	CLAIM(s, cookie_depends_on_all_that_it_is_made_of);
	CLAIM(s, last_byte_of_an_ipv6_address_counts);
	CLAIM(s, source_ports_are_all_used_and_no_others);
	CLAIM(s, second_ports_lie_above_40000_and_differ);
	LONG_CLAIM(s, none_of_ten_million_forged_replies_is_believed);
	return run_suite(s);
}
