/* SPDX-License-Identifier: BSD-2-Clause */
/* Connections are found by their two hosts, each once, newest first. */
#include "read/call_table.h"

#include "unit/claims.h"

#define HOSTS 48
#define MANY  (HOSTS * HOSTS)

static struct pptp_call_table *t;

static struct pptp_address host(unsigned n)
{
	return pptp_address_v4(0xc0000200 + n);
}

static struct pptp_call_connection *add(unsigned a, unsigned b)
{
	struct pptp_address from = host(a), to = host(b);

	return pptp_call_table_add(t, &from, &to);
}

static struct pptp_call_connection *
between(unsigned a, unsigned b, const struct pptp_call_connection *after)
{
	struct pptp_address from = host(a), to = host(b);

	return pptp_call_table_between(t, &from, &to, after);
}

/* More pairs than buckets: in one are several, which may share a host. */
START_TEST(each_pair_of_hosts_has_its_own_connections)
{
	struct pptp_call_connection *c;

	t = pptp_call_table_new(MANY);
	for (unsigned a = 0; a < HOSTS; a++)
		for (unsigned b = 0; b < a; b++)
			ck_assert_ptr_nonnull(a % 2 ? add(a, b) : add(b, a));
	for (unsigned a = 0; a < HOSTS; a++)
		for (unsigned b = 0; b < HOSTS; b++) {
			struct pptp_address from = host(a), to = host(b);

			c = between(a, b, NULL);
			ck_assert_int_eq(c != NULL, a != b);
			if (c == NULL)
				continue;
			ck_assert((pptp_address_equal(&c->address[0], &from) &&
				   pptp_address_equal(&c->address[1], &to)) ||
				  (pptp_address_equal(&c->address[0], &to) &&
				   pptp_address_equal(&c->address[1], &from)));
			ck_assert_ptr_null(between(a, b, c));
		}
	pptp_call_table_free(t);
}
END_TEST

START_TEST(several_of_a_pair_come_newest_first)
{
	struct pptp_call_connection *c[4], *found = NULL;

	t = pptp_call_table_new(8);
	for (unsigned i = 0; i < 4; i++)
		c[i] = i % 2 ? add(1, 2) : add(2, 1);
	for (unsigned i = 4; i > 0; i--) {
		found = between(1, 2, found);
		ck_assert_ptr_eq(found, c[i - 1]);
	}
	ck_assert_ptr_null(between(1, 2, found));
	pptp_call_table_remove(t, c[2]);
	ck_assert_ptr_eq(between(2, 1, c[3]), c[1]);
	pptp_call_table_free(t);
}
END_TEST

START_TEST(calls_are_counted_and_not_connections)
{
	struct pptp_call_connection *c, *other;
	size_t before = 0;

	for (unsigned round = 0; round < 4; round++) {
		if (round == 2)
			before = heap_in_use();
		t = pptp_call_table_new(3);
		c = add(1, 2);
		ck_assert_ptr_nonnull(pptp_call_table_add_call(t, c));
		ck_assert(!pptp_call_table_is_full(t));
		other = add(3, 4);
		ck_assert(pptp_call_table_is_full(t));
		ck_assert_ptr_null(add(5, 6));
		ck_assert_ptr_null(pptp_call_table_add_call(t, other));
		pptp_call_table_remove(t, c);
		ck_assert(!pptp_call_table_is_full(t));
		ck_assert_ptr_nonnull(add(5, 6));
		ck_assert(!pptp_call_table_is_full(t));
		pptp_call_table_free(t);
	}
	ck_assert_uint_eq(heap_in_use(), before);
}
END_TEST

START_TEST(the_oldest_is_that_which_was_used_the_longest_ago)
{
	struct pptp_call_connection *c[3];

	t = pptp_call_table_new(0); /* at least 1 */
	ck_assert_ptr_null(pptp_call_table_oldest(t, NULL));
	c[0] = add(1, 2);
	ck_assert(pptp_call_table_is_full(t));
	ck_assert_ptr_eq(pptp_call_table_oldest(t, NULL), c[0]);
	ck_assert_ptr_null(pptp_call_table_oldest(t, c[0]));
	pptp_call_table_free(t);
	t = pptp_call_table_new(3);
	for (unsigned i = 0; i < 3; i++)
		c[i] = add(i, i + 1);
	pptp_call_table_use(t, c[0], 77);
	ck_assert_int_eq(c[0]->last_us, 77);
	ck_assert_ptr_eq(pptp_call_table_oldest(t, NULL), c[1]);
	ck_assert_ptr_eq(pptp_call_table_oldest(t, c[1]), c[2]);
	ck_assert_ptr_eq(pptp_call_table_oldest(t, c[2]), c[1]);
	pptp_call_table_remove(t, c[1]);
	ck_assert_ptr_eq(pptp_call_table_oldest(t, c[2]), c[0]);
	pptp_call_table_free(t);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("call table");

	CLAIM(s, each_pair_of_hosts_has_its_own_connections);
	CLAIM(s, several_of_a_pair_come_newest_first);
	CLAIM(s, calls_are_counted_and_not_connections);
	CLAIM(s, the_oldest_is_that_which_was_used_the_longest_ago);
	return run_suite(s);
}
