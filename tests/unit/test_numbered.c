/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/numbered.h"

#include "unit/targets.h"

static struct pptp_numbered *n;

static void open_numbered(const uint16_t *ports, size_t count)
{
	ck_assert_msg(
	    pptp_numbered_open(&n, ports, count, text, sizeof(text)) ==
		    PPTP_OK &&
		pptp_numbered_build(n, t, text, sizeof(text)) == PPTP_OK,
	    "%s", text);
}

static uint64_t count(void)
{
	return pptp_ranges_count(pptp_numbered_ranges(n));
}

/* "address port" of a number. */
static const char *nth(uint64_t number)
{
	static char line[80];
	char address[PPTP_ADDRESS_TEXT];
	struct pptp_address a;
	uint16_t port;

	pptp_ranges_nth(pptp_numbered_ranges(n), number, &a, &port);
	pptp_address_format(&a, address);
	snprintf(line, sizeof(line), "%s %u", address, port);
	return line;
}

static uint64_t state;

/* xorshift64*, Vigna 2014. */
static unsigned below(unsigned most)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (unsigned)(state * UINT64_C(2685821657736338717) >> 32) % most;
}

/* A target somewhere in 8.8.8.0/26, of any kind. */
static void some_spec(char *spec, size_t room, bool with_port)
{
	unsigned first = below(64);
	int length;

	if (below(3) == 0)
		length =
		    snprintf(spec, room, "8.8.8.%u/%u", first, 27 + below(6));
	else
		length = snprintf(spec, room, "8.8.8.%u-%u", first,
				  first + below(64 - first));
	if (with_port && below(2) == 0)
		snprintf(spec + length, room - (size_t)length, ":%u",
			 1 + below(4));
}

/* What the targets are one by one, which is another way through them. */
static void mark(bool seen[64][5], const uint16_t *ports, size_t port_count)
{
	struct pptp_target target;

	while (pptp_targets_next(t, &target)) {
		unsigned last = target.address.bytes[3];

		if (target.port < 5)
			seen[last][target.port] = true;
		else
			for (size_t i = 0; i < port_count; i++)
				seen[last][ports[i]] = true;
	}
}

static void compare(bool seen[64][5])
{
	char line[80];
	uint64_t number = 0;

	for (unsigned a = 0; a < 64; a++)
		for (unsigned port = 0; port < 5; port++) {
			if (!seen[a][port])
				continue;
			snprintf(line, sizeof(line), "8.8.8.%u %u", a, port);
			ck_assert_uint_lt(number, count());
			if (strcmp(nth(number++), line) != 0)
				ck_abort_msg("%s, not %s", nth(number - 1),
					     line);
		}
	ck_assert_uint_eq(number, count());
}

START_TEST(numbers_and_the_row_have_the_same_targets)
{
	static const uint16_t ports[] = {3, 1};
	char spec[64], lines[1024];

	state = 3;
	for (int round = 0; round < 300; round++) {
		bool seen[64][5] = {{false}};
		size_t length = 0;

		open_targets();
		for (unsigned i = 1 + below(8); i > 0; i--) {
			some_spec(spec, sizeof(spec), true);
			add(spec);
		}
		for (unsigned i = 1 + below(6); i > 0; i--) {
			some_spec(spec, sizeof(spec), false);
			length += (size_t)snprintf(lines + length,
						   sizeof(lines) - length,
						   "%s\n", spec);
		}
		if (below(2) == 0)
			ck_assert_int_eq(exclude_file(lines), PPTP_OK);
		open_numbered(ports, 2);
		mark(seen, ports, 2);
		compare(seen);
		pptp_numbered_close(n);
		close_targets();
	}
}
END_TEST

START_TEST(special_space_is_left_out_of_what_is_larger)
{
	static const uint16_t port = 1723;

	add("0.0.0.0/0");
	open_numbered(&port, 1);
	ck_assert_uint_eq(count() + pptp_numbered_special(n), UINT64_C(1)
								  << 32);
	ck_assert_str_eq(nth(0), "1.0.0.0 1723");
	ck_assert_str_eq(nth(count() - 1), "223.255.255.255 1723");
	pptp_numbered_close(n);
	add("10.1.2.3");
	add("2001:db8::1/126");
	add("224.0.0.1");
	open_numbered(&port, 1);
	ck_assert_str_eq(nth(count() - 1), "2001:db8::3 1723");
	ck_assert_str_eq(nth(count() - 5), "223.255.255.255 1723");
	ck_assert_str_eq(nth(9 * 16777216), "10.1.2.3 1723");
	pptp_numbered_close(n);
}
END_TEST

START_TEST(a_block_of_ipv6_is_no_list)
{
	static const uint16_t port = 1723;

	add("2001:db8::/112");
	open_numbered(&port, 1);
	ck_assert_uint_eq(count(), 65536);
	pptp_numbered_close(n);
	add("2001:db8:1::/111");
	ck_assert_int_eq(pptp_numbered_open(&n, &port, 1, text, sizeof(text)),
			 PPTP_OK);
	ck_assert_int_eq(pptp_numbered_build(n, t, text, sizeof(text)),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_str_eq(text, "target '2001:db8:1::-2001:db8:1::1:ffff' has "
			       "more than 65536 IPv6 addresses; list those "
			       "that are known");
	pptp_numbered_close(n);
}
END_TEST

static const char *labels_of(const char *address, uint16_t port)
{
	const char *name, *labels;
	struct pptp_address a;

	ck_assert(pptp_address_parse(&a, address, strlen(address)));
	pptp_numbered_tell(n, &a, port, &name, &labels);
	return labels != NULL ? labels : name != NULL ? name : "";
}

START_TEST(labels_are_those_of_the_first_line_that_has_the_target)
{
	static const uint16_t ports[] = {1723, 443};

	ck_assert_int_eq(add_file("8.8.8.0/24,all\n"
				  "8.8.8.4,four\n"
				  "8.8.9.4:99,other port\n"
				  "8.8.0.0/16,wide,r\n"
				  "localhost\n"
				  "9.9.9.9\n"),
			 PPTP_OK);
	pptp_targets_settle(t);
	open_numbered(ports, 2);
	ck_assert_str_eq(labels_of("8.8.8.4", 1723), "all");
	ck_assert_str_eq(labels_of("8.8.8.255", 443), "all");
	ck_assert_str_eq(labels_of("8.8.9.4", 99), "other port");
	ck_assert_str_eq(labels_of("8.8.9.4", 443), "wide,r");
	ck_assert_str_eq(labels_of("8.8.9.4", 98), "");
	ck_assert_str_eq(labels_of("8.9.0.0", 443), "");
	ck_assert_str_eq(labels_of("9.9.9.9", 443), "");
	ck_assert_str_eq(labels_of("127.0.0.1", 443), "localhost");
	pptp_numbered_close(n);
}
END_TEST

START_TEST(what_has_no_labels_is_diverted_and_counts)
{
	static const uint16_t port = 1723;
	struct pptp_target target;

	ck_assert_int_eq(pptp_numbered_open(&n, &port, 1, text, sizeof(text)),
			 PPTP_OK);
	pptp_targets_divert(t, pptp_numbered_add, n);
	ck_assert_int_eq(add_file("8.8.8.8\n8.8.8.7:99\n8.8.8.0/31,x\n"
				  "9.9.9.9\n8.8.8.8\n"),
			 PPTP_OK);
	ck_assert_int_eq(add_file("8.8.8.8\n2001:db8::/64\n"),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, "line 2: target '2001:db8::-2001:db8::ffff:");
	ck_assert_int_eq(exclude_file("9.9.9.9\n"), PPTP_OK);
	ck_assert_uint_eq(pptp_targets_count(t), 7);
	ck_assert_uint_eq(pptp_targets_public(t), 7);
	ck_assert_int_eq(pptp_numbered_build(n, t, text, sizeof(text)),
			 PPTP_OK);
	ck_assert_uint_eq(count(), 4);
	ck_assert_str_eq(nth(1), "8.8.8.1 1723");
	ck_assert_str_eq(nth(2), "8.8.8.7 99");
	ck_assert_str_eq(labels_of("8.8.8.1", 1723), "x");
	pptp_numbered_close(n);
	ck_assert(pptp_targets_next(t, &target));
	ck_assert_str_eq(target.labels, "x");
	ck_assert(pptp_targets_next(t, &target));
	ck_assert(!pptp_targets_next(t, &target));
}
END_TEST

START_TEST(nothing_left_is_no_error_and_no_port_is_one)
{
	static const uint16_t port = 1723;

	add("8.8.8.8");
	ck_assert_int_eq(exclude_file("8.0.0.0/8\n"), PPTP_OK);
	open_numbered(&port, 1);
	ck_assert_uint_eq(count(), 0);
	pptp_numbered_close(n);
	ck_assert_int_eq(pptp_numbered_open(&n, &port, 0, text, sizeof(text)),
			 PPTP_ERROR_ARGUMENT);
	ck_assert_has(text, "no port is given");
	ck_assert_ptr_null(n);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("numbered");

	CLAIM(s, numbers_and_the_row_have_the_same_targets);
	WITH(s, special_space_is_left_out_of_what_is_larger);
	WITH(s, a_block_of_ipv6_is_no_list);
	WITH(s, labels_are_those_of_the_first_line_that_has_the_target);
	WITH(s, what_has_no_labels_is_diverted_and_counts);
	WITH(s, nothing_left_is_no_error_and_no_port_is_one);
	return run_suite(s);
}
