/* SPDX-License-Identifier: BSD-2-Clause */
/* First contact is kept until a connection follows, and given once. */
#include "read/contacts.h"

#include "format/control.h"
#include "unit/claims.h"

#define CLIENT 0xc0000202
#define SERVER 0xc0000201
#define SECOND INT64_C(1000000)

static struct pptp_contacts *all;
static unsigned given, own;
static int64_t last;

static void see(uint32_t client, uint16_t port, uint8_t flags, bool by_server,
		int64_t now)
{
	struct pptp_ip ip = {.ttl = 64, .protocol = PPTP_IP_TCP};
	struct guarded g = guarded_new();
	struct pptp_packet packet;
	struct pptp_writer w;
	uint8_t bytes[40];

	ip.source = pptp_address_v4(by_server ? SERVER : client);
	ip.destination = pptp_address_v4(by_server ? client : SERVER);
	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_ip_encode(&w, &ip, 20);
	pptp_write_u16(&w, by_server ? PPTP_PORT : port);
	pptp_write_u16(&w, by_server ? port : PPTP_PORT);
	pptp_write_zeros(&w, 8);
	pptp_write_u16(&w, (uint16_t)(5 << 12 | flags));
	pptp_write_zeros(&w, 6);
	ck_assert(pptp_writer_ok(&w));
	ck_assert(pptp_packet_decode(&packet, guarded_copy(&g, bytes, w.length),
				     w.length));
	pptp_contacts_input(all, &packet, PPTP_PORT, now);
	guarded_free(&g); /* what is kept is a copy */
}

static void hear(void *context, const struct pptp_packet *packet, bool is_own,
		 int64_t time_us)
{
	ck_assert_ptr_eq(context, &given);
	ck_assert_int_eq(packet->kind, PPTP_PACKET_TCP);
	ck_assert(packet->whole);
	ck_assert_int_ge(time_us, last); /* in order */
	last = time_us;
	given++;
	own += is_own;
}

static unsigned give(uint32_t client, uint16_t port, int64_t now)
{
	const struct pptp_contact_of of = {
	    pptp_address_v4(client), pptp_address_v4(SERVER), port, PPTP_PORT};

	given = own = 0;
	last = INT64_MIN;
	pptp_contacts_give(all, &of, now, hear, &given);
	ck_assert_int_eq(pptp_contacts_first(all, &of, now), now);
	return given;
}

static int64_t first(uint32_t client, uint16_t port, int64_t now)
{
	const struct pptp_contact_of of = {
	    pptp_address_v4(client), pptp_address_v4(SERVER), port, PPTP_PORT};

	return pptp_contacts_first(all, &of, now);
}

static void setup(void)
{
	all = pptp_contacts_new();
	ck_assert_ptr_nonnull(all);
}

static void teardown(void)
{
	pptp_contacts_free(all);
}

START_TEST(both_directions_are_given_once_and_in_order)
{
	see(CLIENT, 61440, PPTP_TCP_SYN, false, 1);
	see(CLIENT, 61440, PPTP_TCP_SYN | PPTP_TCP_ACK, true, 2);
	see(CLIENT, 61440, PPTP_TCP_RST, false, 3);
	see(CLIENT, 40000, PPTP_TCP_SYN, false, 4);
	see(CLIENT, 40000, PPTP_TCP_SYN | PPTP_TCP_ACK, true, 5);
	ck_assert_int_eq(first(CLIENT, 40000, 6), 1);
	ck_assert_uint_eq(give(CLIENT, 40000, 6), 5);
	ck_assert_uint_eq(own, 2);
	ck_assert_uint_eq(give(CLIENT, 40000, 6), 0);
}
END_TEST

START_TEST(only_first_contact_is_kept)
{
	see(CLIENT, 40000, PPTP_TCP_ACK, false, 1);
	see(CLIENT, 40000, PPTP_TCP_FIN | PPTP_TCP_ACK, true, 2);
	see(CLIENT, 40000, PPTP_TCP_PSH | PPTP_TCP_ACK, true, 3);
	ck_assert_uint_eq(give(CLIENT, 40000, 4), 0);
}
END_TEST

START_TEST(another_client_is_another)
{
	see(CLIENT, 40000, PPTP_TCP_SYN, false, 1);
	see(CLIENT + 1, 40000, PPTP_TCP_SYN, false, 2);
	ck_assert_uint_eq(give(CLIENT + 1, 40000, 3), 1);
	ck_assert_uint_eq(give(CLIENT + 2, 40000, 3), 0);
	ck_assert_uint_eq(give(CLIENT, 40000, 3), 1);
}
END_TEST

START_TEST(what_is_old_does_not_count)
{
	see(CLIENT, 40000, PPTP_TCP_SYN, false, 1);
	see(CLIENT, 40001, PPTP_TCP_SYN, false, SECOND);
	ck_assert_uint_eq(give(CLIENT, 40001, SECOND + PPTP_CONTACT_LIFETIME),
			  1);
}
END_TEST

START_TEST(a_sweep_pushes_the_oldest_out)
{
	see(CLIENT, 40000, PPTP_TCP_SYN, false, 1);
	for (uint32_t i = 0; i < PPTP_CONTACTS - 1; i++)
		see(CLIENT + 1 + i, 40000, PPTP_TCP_SYN, false, 2);
	ck_assert_int_eq(first(CLIENT, 40000, 3), 1);
	see(CLIENT, 40001, PPTP_TCP_SYN, false, 2);
	ck_assert_int_eq(first(CLIENT, 40000, 3), 2);
	ck_assert_uint_eq(give(CLIENT, 40000, 3), 1);
	ck_assert_uint_eq(own, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("contacts");
	TCase *t = tcase_create("contacts");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, both_directions_are_given_once_and_in_order);
	tcase_add_test(t, only_first_contact_is_kept);
	tcase_add_test(t, another_client_is_another);
	tcase_add_test(t, what_is_old_does_not_count);
	tcase_add_test(t, a_sweep_pushes_the_oldest_out);
	suite_add_tcase(s, t);
	return run_suite(s);
}
