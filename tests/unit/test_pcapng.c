/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/pcapng.h"

#include <stdio.h>

#include "unit/claims.h"

/* A file in the making, in either byte order. */
struct made {
	uint8_t bytes[4096];
	size_t length;
	bool little;
};

static void put(struct made *m, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		size_t shift = 8 * (m->little ? i : size - 1 - i);

		ck_assert_uint_lt(m->length, sizeof(m->bytes));
		m->bytes[m->length++] = (uint8_t)(value >> shift);
	}
}

static void put_bytes(struct made *m, const char *text)
{
	size_t n = strlen(text);

	memcpy(m->bytes + m->length, text, n);
	m->length += n;
	while (m->length % 4 != 0)
		m->bytes[m->length++] = 0;
}

/* Of 4 bytes each at its front and its end, as long as what `fill` puts. */
static size_t begin(struct made *m, uint32_t type)
{
	put(m, type, 4);
	put(m, 0, 4);
	return m->length - 8;
}

static void end(struct made *m, size_t start)
{
	size_t length = m->length + 4 - start, now = m->length;

	put(m, length, 4);
	m->length = start + 4;
	put(m, length, 4);
	m->length = now + 4;
}

static void section(struct made *m)
{
	size_t start = begin(m, 0x0a0d0d0a);

	put(m, 0x1a2b3c4d, 4);
	put(m, 0x00010000, 4);
	put(m, UINT64_MAX, 8);
	end(m, start);
}

/* `resolution` 0: not told; `offset` 0 too. */
static void interface(struct made *m, uint16_t linktype, uint32_t snapshot,
		      uint8_t resolution, int64_t offset)
{
	size_t start = begin(m, 1);

	put(m, linktype, 2);
	put(m, 0, 2);
	put(m, snapshot, 4);
	if (resolution != 0) {
		put(m, 9, 2);
		put(m, 1, 2);
		put(m, m->little ? resolution : (uint64_t)resolution << 24, 4);
	}
	if (offset != 0) {
		put(m, 14, 2);
		put(m, 8, 2);
		put(m, (uint64_t)offset, 8);
	}
	put(m, 0, 4);
	end(m, start);
}

static void packet(struct made *m, uint32_t id, uint64_t ticks,
		   const char *bytes, uint32_t sent)
{
	size_t start = begin(m, 6);

	put(m, id, 4);
	put(m, ticks >> 32, 4);
	put(m, ticks & UINT32_MAX, 4);
	put(m, strlen(bytes), 4);
	put(m, sent, 4);
	put_bytes(m, bytes);
	end(m, start);
}

/* What the file tells: "linktype:bytes@time " a packet, "?" for no time, "+"
 * where more was sent; then how it ended. */
static const char *told(const struct made *m, size_t length)
{
	static char text[1024];
	uint8_t copy[4096];
	struct pptp_pcapng_packet p;
	struct pptp_pcapng ng;
	FILE *file;
	int got, at = 0;

	memcpy(copy, m->bytes, length);
	file = fmemopen(copy, length, "rb");
	ck_assert_ptr_nonnull(file);
	text[0] = '\0';
	pptp_pcapng_init(&ng, file);
	while ((got = pptp_pcapng_next(&ng, &p)) == 1) {
		at +=
		    snprintf(text + at, sizeof(text) - (size_t)at, "%d:%.*s%s@",
			     p.linktype, (int)p.length, (const char *)p.bytes,
			     p.sent > p.length ? "+" : "");
		if (p.timed)
			at += snprintf(text + at, sizeof(text) - (size_t)at,
				       "%lld ", (long long)p.time_us);
		else
			at += snprintf(text + at, sizeof(text) - (size_t)at,
				       "? ");
	}
	ck_assert_int_eq(got < 0, ng.why != NULL);
	snprintf(text + at, sizeof(text) - (size_t)at, "%s",
		 got < 0 ? ng.why : "end");
	pptp_pcapng_free(&ng);
	fclose(file);
	return text;
}

START_TEST(each_interface_has_its_link_type_in_either_byte_order)
{
	for (unsigned little = 0; little < 2; little++) {
		struct made m = {.little = little};

		section(&m);
		interface(&m, 1, 65535, 0, 0);
		interface(&m, 113, 96, 0, 0);
		packet(&m, 1, 7, "ab", 2);
		packet(&m, 0, 8, "cde", 99);
		ck_assert_str_eq(told(&m, m.length), "113:ab@7 1:cde+@8 end");
	}
}
END_TEST

START_TEST(times_have_the_resolution_of_their_interface)
{
	static const struct {
		uint8_t resolution;
		int64_t offset;
		uint64_t ticks;
		const char *told;
	} cases[] = {
	    {6, 0, 1234567, "1:x@1234567 end"},
	    {9, 0, 1234567890, "1:x@1234567 end"},
	    {3, 0, 1234, "1:x@1234000 end"},
	    {6, 0, UINT64_C(0x0005f5e100000007), "1:x@1677721600000007 end"},
	    {6, 0, UINT64_C(0x00000001ffffffff), "1:x@8589934591 end"},
	    {0x80, 0, 5, "1:x@5000000 end"},
	    {0x8a, 0, 1024 + 512, "1:x@1500000 end"},
	    {6, 10, 1, "1:x@10000001 end"},
	    {6, -1, 1500000, "1:x@500000 end"},
	    {6, -2, 1500000, "1:x@? end"},
	    {99, 0, 1, "1:x@? end"},
	    {0xff, 0, 1, "1:x@? end"},
	    {6, INT64_MAX, 1, "1:x@? end"},
	    {6, INT64_MIN, 1, "1:x@? end"},
	    {0x80, 0, UINT64_MAX, "1:x@? end"},
	    /* the last second that is taken, and the next */
	    {0x80, 0, 274877906816, "1:x@274877906816000000 end"},
	    {0x80, 0, 274877906817, "1:x@? end"},
	    {0x80, 274877906816, 0, "1:x@274877906816000000 end"},
	    {0x80, 274877906817, 0, "1:x@? end"},
	    {0x80, -2147483647, 2147483652, "1:x@5000000 end"},
	    {0x80, -2147483648, 2147483653, "1:x@? end"},
	    {0x80, -5, 5, "1:x@0 end"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct made m = {.little = i % 2};

		section(&m);
		interface(&m, 1, 0, cases[i].resolution, cases[i].offset);
		packet(&m, 0, cases[i].ticks, "x", 1);
		ck_assert_str_eq(told(&m, m.length), cases[i].told);
	}
}
END_TEST

START_TEST(a_section_begins_anew)
{
	struct made m = {.little = true};

	section(&m);
	interface(&m, 1, 0, 0, 0);
	packet(&m, 0, 1, "a", 1);
	m.little = false;
	section(&m);
	interface(&m, 9, 0, 0, 0);
	packet(&m, 0, 2, "b", 1);
	section(&m);
	packet(&m, 0, 3, "c", 1); /* of no interface */
	ck_assert_str_eq(told(&m, m.length),
			 "1:a@1 9:b@2 a packet without its interface or its "
			 "bytes");
}
END_TEST

START_TEST(other_blocks_and_older_packets_are_passed_or_read)
{
	struct made m = {.little = true};
	size_t start;

	section(&m);
	interface(&m, 101, 3, 0, 0);
	start = begin(&m, 5); /* interface statistics */
	put(&m, 0, 4);
	put(&m, 1, 8);
	end(&m, start);
	start = begin(&m, 0x0bad0bad);
	end(&m, start);
	start = begin(&m, 3); /* a simple packet, cut at the snapshot length */
	put(&m, 5, 4);
	put_bytes(&m, "abc");
	end(&m, start);
	start = begin(&m, 2); /* the packet block of old */
	put(&m, 0, 2);
	put(&m, 9, 2);
	put(&m, 0, 4);
	put(&m, 77, 4);
	put(&m, 2, 4);
	put(&m, 2, 4);
	put_bytes(&m, "de");
	end(&m, start);
	ck_assert_str_eq(told(&m, m.length), "101:abc+@? 101:de@77 end");
}
END_TEST

/* 0: as long as it was sent. */
START_TEST(a_simple_packet_is_cut_at_the_snapshot_length)
{
	static const char *const expected[] = {"101:abcd@? end", "101:a+@? end",
					       "101:ab+@? end"};

	for (uint32_t snapshot = 0; snapshot < 3; snapshot++) {
		struct made m = {.little = true};
		size_t start;

		section(&m);
		interface(&m, 101, snapshot, 0, 0);
		start = begin(&m, 3);
		put(&m, 4, 4);
		put_bytes(&m, "abcd");
		end(&m, start);
		ck_assert_str_eq(told(&m, m.length), expected[snapshot]);
	}
}
END_TEST

START_TEST(what_is_broken_is_said)
{
	static const uint32_t lengths[] = {0, 11, 13, 1U << 30};
	struct made m = {.little = true};

	section(&m);
	m.bytes[8] = 0;
	ck_assert_str_eq(told(&m, m.length), "a section without a byte order");
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		m = (struct made){.little = true};
		section(&m);
		put(&m, 5, 4);
		put(&m, lengths[i], 4);
		ck_assert_str_eq(told(&m, m.length),
				 "a block with an impossible length");
	}
	m = (struct made){.little = true};
	section(&m);
	for (int i = 0; i <= 60; i++)
		interface(&m, 1, 0, 0, 0);
	packet(&m, 60, 1, "x", 1);
	m.bytes[m.length - 16] = 200; /* more bytes than the block has */
	ck_assert_str_eq(told(&m, m.length),
			 "a packet without its interface or its bytes");
}
END_TEST

START_TEST(too_many_interfaces_are_refused)
{
	static struct pptp_pcapng ng;
	static uint8_t bytes[28 + 20 * (PPTP_PCAPNG_INTERFACES + 1)];
	struct pptp_pcapng_packet p;
	struct made m = {.little = true};
	size_t at = 28;
	FILE *file;

	section(&m);
	interface(&m, 1, 0, 0, 0);
	memcpy(bytes, m.bytes, 28);
	for (int i = 0; i <= PPTP_PCAPNG_INTERFACES; i++, at += 20) {
		memcpy(bytes + at, m.bytes + 28, 16);
		bytes[at + 4] = 20; /* no options */
		bytes[at + 16] = 20;
	}
	file = fmemopen(bytes, sizeof(bytes), "rb");
	pptp_pcapng_init(&ng, file);
	ck_assert_int_eq(pptp_pcapng_next(&ng, &p), -1);
	ck_assert_has(ng.why, "one too many");
	ck_assert_uint_eq(ng.count, PPTP_PCAPNG_INTERFACES);
	pptp_pcapng_free(&ng);
	fclose(file);
}
END_TEST

START_TEST(cut_at_every_length_tells_what_stands_before)
{
	struct made m = {.little = true};
	size_t first, second;

	section(&m);
	interface(&m, 1, 0, 6, 3);
	packet(&m, 0, 1, "abc", 3);
	first = m.length;
	packet(&m, 0, 2, "d", 1);
	second = m.length;
	for (size_t n = 1; n <= m.length; n++) {
		const char *text = told(&m, n);

		ck_assert_int_eq(strstr(text, "abc@") != NULL, n >= first);
		ck_assert_int_eq(
		    strstr(text, "end") != NULL && strstr(text, "ends") == NULL,
		    n == 28 || n == first || n == second || n == 28 + 44);
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("pcapng");

	CLAIM(s, each_interface_has_its_link_type_in_either_byte_order);
	CLAIM(s, times_have_the_resolution_of_their_interface);
	CLAIM(s, a_section_begins_anew);
	CLAIM(s, other_blocks_and_older_packets_are_passed_or_read);
	CLAIM(s, a_simple_packet_is_cut_at_the_snapshot_length);
	CLAIM(s, what_is_broken_is_said);
	CLAIM(s, too_many_interfaces_are_refused);
	CLAIM(s, cut_at_every_length_tells_what_stands_before);
	return run_suite(s);
}
