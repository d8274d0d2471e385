/* SPDX-License-Identifier: BSD-2-Clause */
#include "format/checksum.h"

#include "unit/claims.h"
#include "unit/vectors.h"

START_TEST(rfc_1071_example)
{
	static const uint8_t bytes[] = {0x00, 0x01, 0xf2, 0x03,
					0xf4, 0xf5, 0xf6, 0xf7};
	uint32_t sum = pptp_checksum_add(0, bytes, sizeof(bytes));

	ck_assert_uint_eq(pptp_checksum_end(sum), 0x220d);
}
END_TEST

/* ffff + ffff + 0001 = 1ffff: folded once 10000, folded twice 0001. */
START_TEST(carry_of_the_first_fold_is_folded_too)
{
	static const uint8_t bytes[] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x01};

	ck_assert_uint_eq(pptp_checksum_end(0x1ffff), 0xfffe);
	ck_assert_uint_eq(pptp_checksum_end(0xffffffff), 0);
	ck_assert_uint_eq(
	    pptp_checksum_end(pptp_checksum_add(0, bytes, sizeof(bytes))),
	    0xfffe);
}
END_TEST

START_TEST(odd_last_byte_counts_as_the_high_one)
{
	static const uint8_t bytes[] = {0x12, 0x34, 0x56};

	ck_assert_uint_eq(pptp_checksum_end(pptp_checksum_add(0, bytes, 3)),
			  (uint16_t)~0x6834);
}
END_TEST

START_TEST(parts_add_up_to_the_whole)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);
	uint32_t whole = pptp_checksum_add(0, v.bytes, v.length), parts;
	size_t n;

	for (n = 0; n <= v.length; n += 2) {
		parts = pptp_checksum_add(0, v.bytes, n);
		parts = pptp_checksum_add(parts, v.bytes + n, v.length - n);
		ck_assert_uint_eq(pptp_checksum_end(parts),
				  pptp_checksum_end(whole));
	}
}
END_TEST

START_TEST(long_sums_lose_no_carry)
{
	static uint8_t bytes[300000];

	memset(bytes, 0xff, sizeof(bytes));
	ck_assert_uint_eq(pptp_checksum_end(pptp_checksum_add(0xffffffff, bytes,
							      sizeof(bytes))),
			  0);
}
END_TEST

START_TEST(right_header_sums_to_zero)
{
	struct vector v = vector(VECTOR_IP_GRE_LCP);

	ck_assert_uint_eq(pptp_checksum_end(pptp_checksum_add(0, v.bytes, 20)),
			  0);
	v.bytes[15] ^= 1;
	ck_assert_uint_ne(pptp_checksum_end(pptp_checksum_add(0, v.bytes, 20)),
			  0);
}
END_TEST

static uint16_t pseudo(const char *hex, const char *from, const char *to,
		       uint8_t protocol, size_t header)
{
	struct vector v = vector(hex);
	struct pptp_address source, destination;
	uint32_t sum;

	ck_assert(pptp_address_parse(&source, from, strlen(from)));
	ck_assert(pptp_address_parse(&destination, to, strlen(to)));
	sum = pptp_checksum_pseudo(&source, &destination, protocol,
				   (uint32_t)(v.length - header));
	sum = pptp_checksum_add(sum, v.bytes + header, v.length - header);
	return pptp_checksum_end(sum);
}

START_TEST(pseudo_header_of_both_versions)
{
	ck_assert_uint_eq(
	    pseudo(VECTOR_SYN_V4, "192.0.2.1", "198.51.100.7", 6, 20), 0);
	ck_assert_uint_eq(
	    pseudo(VECTOR_SYN_V6, "2001:db8::1", "2001:db8::2", 6, 40), 0);
	ck_assert_uint_eq(
	    pseudo(VECTOR_ECHO_V6, "2001:db8::1", "2001:db8::2", 58, 40), 0);
	ck_assert_uint_ne(
	    pseudo(VECTOR_SYN_V4, "192.0.2.2", "198.51.100.7", 6, 20), 0);
}
END_TEST

START_TEST(bytes_are_read_no_further_than_their_length)
{
	struct guarded g = guarded_new();
	size_t n;

	for (n = 0; n < 9; n++)
		ck_assert_uint_eq(
		    pptp_checksum_add(
			7, guarded_copy(&g, "\0\0\0\0\0\0\0\0\0", n), n),
		    7);
	guarded_free(&g);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("checksum");

	CLAIM(s, rfc_1071_example);
	CLAIM(s, carry_of_the_first_fold_is_folded_too);
	CLAIM(s, odd_last_byte_counts_as_the_high_one);
	CLAIM(s, parts_add_up_to_the_whole);
	CLAIM(s, long_sums_lose_no_carry);
	CLAIM(s, right_header_sums_to_zero);
	CLAIM(s, pseudo_header_of_both_versions);
	CLAIM(s, bytes_are_read_no_further_than_their_length);
	return run_suite(s);
}
