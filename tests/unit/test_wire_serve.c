/* SPDX-License-Identifier: BSD-2-Clause */
/* pptp-wire as its user meets it: requests and answers. */
#include "unit/served_wire.h"

#include "unit/wire_packets.h"

#define KNOCK   (PPTP_SYN_PORT + 7)
#define MUTANTS 1000000

static struct pptp_wire_message talk_to(uint32_t number, const char *target)
{
	struct pptp_wire_message m = {.kind = PPTP_WIRE_TALK,
				      .number = number,
				      .port = PORT,
				      .call = true};

	m.source = address(US);
	m.target = address(target);
	return m;
}

static struct pptp_wire_message sending(const struct sample *s)
{
	return (struct pptp_wire_message){.kind = PPTP_WIRE_SEND,
					  .number = 1,
					  .bytes = s->bytes,
					  .length = s->length};
}

START_TEST(it_says_who_it_is)
{
	served_begin();
	pptp_wire_serve_hello(&served.server, EPERM);
	ck_assert_int_eq(served.answer.kind, PPTP_WIRE_HELLO);
	ck_assert_uint_eq(served.answer.value, PPTP_WIRE_VERSION);
	ck_assert_uint_eq(served.answer.error, EPERM);
	ck_assert_str_eq(served.answer.text, PPTP_RELEASE);
	served_end();
}
END_TEST

START_TEST(a_conversation_gets_a_call_id_and_its_packets_leave)
{
	struct pptp_wire_message m = talk_to(7, SERVER);
	struct sample s = syn(US, SERVER, KNOCK, PORT);

	served_begin();
	ck_assert_uint_eq(served_say(&m), 0);
	ck_assert_uint_ne(served.answer.value, 0);
	m = sending(&s);
	usleep(1000); /* its rate */
	ck_assert_uint_eq(served_say(&m), 0);
	s = syn(US, OTHER, KNOCK, PORT);
	ck_assert_uint_eq(served_say(&m), EPERM);
	ck_assert_int_eq(served.answer.status, PPTP_ERROR_SYSTEM);
	m.number = 2; /* no such way out */
	ck_assert_uint_eq(served_say(&m), EBADF);
	ck_assert_uint_eq(served.sent, 1);
	ck_assert_uint_eq(served.wrong, 0);
	m = (struct pptp_wire_message){.kind = PPTP_WIRE_HUSH, .number = 7};
	ck_assert_uint_eq(served_say(&m), 0);
	ck_assert_uint_eq(served_say(&m), ENOENT);
	served_end();
}
END_TEST

START_TEST(nobody_is_spoken_with_from_a_foreign_source_or_beside_another)
{
	struct pptp_wire_message m = talk_to(1, SERVER);

	served_begin();
	m.source = address("192.0.2.9");
	ck_assert_uint_eq(served_say(&m), EADDRNOTAVAIL);
	m.kind = PPTP_WIRE_OUT;
	ck_assert_uint_eq(served_say(&m), EADDRNOTAVAIL);
	m = talk_to(1, SERVER);
	served.busy = EBUSY;
	ck_assert_uint_eq(served_say(&m), EBUSY);
	served.busy = 0;
	ck_assert_uint_eq(served_say(&m), 0);
	m = talk_to(2, "198.18.99.7");
	ck_assert_uint_eq(served_say(&m), EACCES);
	served_end();
}
END_TEST

/* Nothing before the wire is there, and that but once. */
START_TEST(settings_come_first_and_once)
{
	struct pptp_wire_message m = {.kind = PPTP_WIRE_SETTINGS};

	served_begin();
	ck_assert_uint_eq(served_say(&m), EEXIST);
	served_end();
	served.deaf_mute = true;
	pptp_wire_serve_begin(&served.server, 1);
	m.kind = PPTP_WIRE_GUARD;
	ck_assert_uint_eq(served_say(&m), ENOTCONN);
	m.kind = PPTP_WIRE_SETTINGS;
	(void)served_say(&m);
	ck_assert_int_eq(served.answer.status, PPTP_ERROR_PRIVILEGE);
	ck_assert_str_eq(served.answer.text, "no wire here");
	ck_assert_uint_eq(served.answer.error, EPERM);
	m.kind = PPTP_WIRE_GUARD; /* even so there is none */
	ck_assert_uint_eq(served_say(&m), ENOTCONN);
	m.kind = PPTP_WIRE_SETTINGS;
	memset(m.text, 'x', PPTP_INTERFACE_NAME);
	(void)served_say(&m);
	ck_assert_int_eq(served.answer.status, PPTP_ERROR_INTERFACE);
	served_end();
}
END_TEST

START_TEST(ways_and_what_is_lost_have_numbers)
{
	struct pptp_wire_message m = {.kind = PPTP_WIRE_OUT};

	served_begin();
	m.source = address(US);
	ck_assert_uint_eq(served_say(&m), 0);
	ck_assert_uint_eq(served.answer.value, 1);
	m.value = 5;
	ck_assert_uint_eq(served_say(&m), 0);
	ck_assert_uint_eq(served.answer.value, 2);
	m = (struct pptp_wire_message){.kind = PPTP_WIRE_IN};
	(void)served_say(&m);
	ck_assert_int_eq(served.answer.status, PPTP_ERROR_INTERFACE);
	m.kind = PPTP_WIRE_DROPS;
	m.number = 1;
	ck_assert_uint_eq(served_say(&m), 0);
	ck_assert_uint_eq(served.answer.value, 3);
	m.number = 0;
	ck_assert_uint_eq(served_say(&m), EBADF);
	m.kind = PPTP_WIRE_DRAIN;
	ck_assert_uint_eq(served_say(&m), 0);
	ck_assert_uint_eq(served.answer.value, 1);
	m.number = 9;
	ck_assert_uint_eq(served_say(&m), EBADF);
	m.kind = PPTP_WIRE_GUARD;
	ck_assert_uint_eq(served_say(&m), 0);
	served.server.consumer.lost(&served.server,
				    (struct pptp_wire_in *)&served.wire);
	ck_assert_int_eq(served.answer.kind, PPTP_WIRE_LOST);
	ck_assert_uint_eq(served.answer.number, 1);
	ck_assert_str_eq(served.answer.text, "gone");
	served_end();
}
END_TEST

static void capture(const struct sample *s)
{
	struct pptp_captured c = {.packet = s->bytes,
				  .length = s->length,
				  .wire_length = s->length,
				  .time_us = 5};

	c.decoded = pptp_packet_decode(&c.parts, c.packet, c.length);
	served.server.consumer.packet(&served.server,
				      (struct pptp_wire_in *)&served.wire, &c);
}

START_TEST(captured_packets_are_ones_own_and_of_others_the_header)
{
	struct pptp_wire_message m = talk_to(7, SERVER);
	static const uint8_t nothing[8];
	struct sample s;
	uint16_t id;

	served_begin();
	ck_assert_uint_eq(served_say(&m), 0);
	id = (uint16_t)served.answer.value;
	s = gre(SERVER, US, id, true);
	capture(&s);
	ck_assert_uint_eq(served.packets, 1);
	ck_assert_uint_eq(served.answer.number, 1);
	ck_assert_uint_eq(served.answer.length, s.length);
	ck_assert_mem_eq(served.answer.bytes, s.bytes, s.length);
	s = gre(SERVER, US, id ^ 0x101, true);
	capture(&s);
	ck_assert_uint_eq(served.packets, 1);
	s = gre(OTHER, US, id, true);
	capture(&s);
	ck_assert_uint_eq(served.packets, 2);
	ck_assert_mem_eq(served.answer.bytes + s.length - 8, nothing, 8);
	ck_assert_mem_eq(served.answer.bytes, s.bytes, s.length - 8);
	served_end();
}
END_TEST

START_TEST(what_was_captured_is_told_with_its_time_and_length)
{
	struct pptp_wire_message m = talk_to(7, SERVER);
	uint8_t packet[PPTP_WIRE_PACKET + 1] = {0};
	struct pptp_captured c = {
	    .packet = packet, .time_us = 77, .wire_length = 5000};
	struct sample s;

	served_begin();
	ck_assert_uint_eq(served_say(&m), 0);
	s = gre(SERVER, US, (uint16_t)served.answer.value, true);
	memcpy(packet, s.bytes, s.length);
	packet[2] = PPTP_WIRE_PACKET >> 8;
	packet[3] = PPTP_WIRE_PACKET & 0xff;
	c.length = PPTP_WIRE_PACKET;
	c.decoded = pptp_packet_decode(&c.parts, packet, c.length);
	ck_assert(c.decoded);
	served.server.consumer.packet(&served.server,
				      (struct pptp_wire_in *)&served.wire, &c);
	ck_assert_uint_eq(served.packets, 1);
	ck_assert_int_eq(served.answer.time_us, 77);
	ck_assert_uint_eq(served.answer.wire_length, 5000);
	ck_assert_uint_eq(served.answer.length, PPTP_WIRE_PACKET);
	/* on a capture that nobody has asked for */
	served.server.consumer.packet(&served.server, NULL, &c);
	ck_assert_uint_eq(served.answer.number, 0);
	c.length = PPTP_WIRE_PACKET + 1; /* too long for any message */
	served.server.consumer.packet(&served.server, NULL, &c);
	c.length = PPTP_WIRE_PACKET;
	c.decoded = false;
	served.server.consumer.packet(&served.server, NULL, &c);
	ck_assert_uint_eq(served.packets, 2);
	served_end();
}
END_TEST

static struct pptp_capture_filter filter;

/* Whether few enough are wanted to be named; `filter` has them. */
static bool wanted(void)
{
	const struct pptp_wire_consumer *c = &served.server.consumer;
	static const uint16_t port = PORT;

	memset(&filter, 0, sizeof(filter));
	pptp_capture_filter_begin(&filter, &port, 1, false);
	pptp_capture_filter_narrow(&filter);
	return c->wants(c->context, &filter);
}

START_TEST(what_is_wanted_is_named_while_it_is_few)
{
	struct pptp_wire_message m;
	char target[32];
	uint32_t i;

	served_begin();
	ck_assert(wanted());
	ck_assert_ptr_null(strstr(filter.text, "198.18."));
	for (i = 1; i <= PPTP_CAPTURE_TARGETS; i++) {
		m = talk_to(i, SERVER);
		m.target = pptp_address_v4(0xc6120100 + i);
		ck_assert_uint_eq(served_say(&m), 0);
	}
	ck_assert(wanted());
	for (i = 1; i <= PPTP_CAPTURE_TARGETS; i++) {
		snprintf(target, sizeof(target), "198.18.1.%u ", i);
		ck_assert_ptr_nonnull(strstr(filter.text, target));
	}
	m = talk_to(1000, SERVER);
	ck_assert_uint_eq(served_say(&m), 0);
	ck_assert(!wanted());
	served_end();
}
END_TEST

START_TEST(settings_reach_the_wire_within_bounds)
{
	struct pptp_wire_message m = {
	    .kind = PPTP_WIRE_SETTINGS, .value = 65 << 20, .text = "lo"};

	served_begin();
	ck_assert_uint_eq(served.config.ring, 1 << 20);
	ck_assert(!served.config.stream);
	ck_assert_ptr_null(served.config.interface);
	served_end();
	pptp_wire_serve_begin(&served.server, 1);
	m.flag = true;
	ck_assert_uint_eq(served_say(&m), 0);
	ck_assert_uint_eq(served.config.ring, 64 << 20);
	ck_assert(served.config.stream);
	/* all that it opened before is forgotten, and its captures are large:
	 * 256 MiB are what all of them may have */
	ck_assert_uint_eq(served.server.out_count, 0);
	m = (struct pptp_wire_message){.kind = PPTP_WIRE_IN, .text = "m"};
	for (m.text[0] = 'm'; m.text[0] < 'q'; m.text[0]++) {
		ck_assert_uint_eq(served_say(&m), 0);
		ck_assert_int_eq(served.answer.value, m.text[0] - 'm' + 1);
	}
	ck_assert_uint_eq(served_say(&m), EMFILE);
	served_end();
}
END_TEST

START_TEST(each_way_is_opened_once_and_they_are_counted)
{
	struct pptp_wire_message m = {.kind = PPTP_WIRE_OUT};
	unsigned asked;

	served_begin(); /* the first of each */
	asked = served.asked;
	m.source = address(US);
	for (m.value = 1; m.value < PPTP_WIRE_WAYS; m.value++) {
		ck_assert_uint_eq(served_say(&m), 0);
		ck_assert_uint_eq(served.answer.value, m.value + 1);
	}
	ck_assert_uint_eq(served.asked, asked + PPTP_WIRE_WAYS - 1);
	ck_assert_uint_eq(served_say(&m), EMFILE);
	m.value = 5;
	ck_assert_uint_eq(served_say(&m), 0);
	ck_assert_uint_eq(served.answer.value, 6);
	ck_assert_uint_eq(served.asked, asked + PPTP_WIRE_WAYS - 1);
	m = (struct pptp_wire_message){.kind = PPTP_WIRE_IN, .text = "lo"};
	ck_assert_uint_eq(served_say(&m), 0);
	ck_assert_uint_eq(served.answer.value, 1);
	m.text[0] = 'm';
	ck_assert_uint_eq(served_say(&m), 0);
	ck_assert_uint_eq(served.answer.value, 2);
	memset(m.text, 'x', PPTP_INTERFACE_NAME);
	(void)served_say(&m);
	ck_assert_int_eq(served.answer.status, PPTP_ERROR_INTERFACE);
	served_end();
}
END_TEST

static void fails(struct pptp_wire_message m, const char *text)
{
	served.fails = ENOBUFS;
	ck_assert_uint_eq(served_say(&m), ENOBUFS);
	ck_assert_int_eq(served.answer.status, PPTP_ERROR_SYSTEM);
	ck_assert_str_eq(served.answer.text, text);
	served.fails = 0;
	ck_assert_uint_eq(served_say(&m), 0);
}

/* And is no obstacle to asking once more. */
START_TEST(what_the_wire_refuses_is_answered_with_its_reason)
{
	struct pptp_wire_message m = {.kind = PPTP_WIRE_OUT, .value = 3};
	struct sample s = syn(US, SERVER, KNOCK, PORT);

	served_begin();
	m.source = address(US);
	fails(m, "it fails");
	ck_assert_uint_eq(served.answer.value, 2);
	m = (struct pptp_wire_message){.kind = PPTP_WIRE_IN, .text = "m"};
	fails(m, "it fails");
	ck_assert_uint_eq(served.answer.value, 2);
	m = (struct pptp_wire_message){.kind = PPTP_WIRE_GUARD};
	fails(m, "");
	m = talk_to(7, SERVER);
	fails(m, "it fails"); /* the number and the target are free again */
	usleep(1000);
	m = sending(&s);
	served.fails = ENOBUFS;
	ck_assert_uint_eq(served_say(&m), ENOBUFS);
	m.number = 0;
	ck_assert_uint_eq(served_say(&m), EBADF);
	served.fails = 0;
	m = (struct pptp_wire_message){.kind = PPTP_WIRE_DROPS, .number = 3};
	ck_assert_uint_eq(served_say(&m), EBADF);
	m.number = 2;
	ck_assert_uint_eq(served_say(&m), 0);
	served_end();
}
END_TEST

START_TEST(what_may_not_be_excluded_is_refused)
{
	struct pptp_wire_message m = {.kind = PPTP_WIRE_EXCLUDE};

	served_begin();
	m.source = address(SERVER);
	m.target = address("2001:db8::1");
	ck_assert_uint_eq(served_say(&m), EINVAL);
	served_end();
}
END_TEST

/* ---- mutants ------------------------------------------------------------- */

static uint32_t state = 1;

static uint32_t random_below(uint32_t n)
{
	state = state * 1664525 + 1013904223;
	return (state >> 8) % n;
}

/* Something that may be said, of the few who are there. */
static struct pptp_wire_message original(struct sample *s)
{
	static const char *const targets[] = {SERVER, OTHER, "198.18.99.7"};
	const char *target = targets[random_below(3)];
	uint32_t number = 1 + random_below(4);
	struct pptp_wire_message m = talk_to(number, target);

	switch (random_below(8)) {
	case 0:
		return m;
	case 1:
		m.kind = PPTP_WIRE_HUSH;
		return m;
	case 2:
		*s = echo(US, target, 1);
		break;
	case 3:
		*s = gre(US, target, (uint16_t)random_below(3), number > 1);
		break;
	case 4:
		m.kind = (enum pptp_wire_kind)(
		    1 + random_below(PPTP_WIRE_KINDS - 1));
		return m;
	default:
		*s = syn(US, target, KNOCK, PORT);
	}
	m = sending(s);
	return m;
}

static size_t mutate(uint8_t *bytes, size_t length)
{
	uint32_t times = random_below(4);

	while (times-- > 0)
		bytes[random_below((uint32_t)length)] ^=
		    (uint8_t)(1U << random_below(8));
	switch (random_below(16)) {
	case 0:
		return random_below((uint32_t)length + 1);
	case 1:
		bytes[length] = (uint8_t)state;
		return length + 1;
	default:
		return length;
	}
}

/* served_ask() sees to it that each has one answer. */
START_TEST(of_a_million_mutants_none_does_what_it_may_not)
{
	uint8_t bytes[PPTP_WIRE_ROOM + 1];
	struct sample s = {.length = 0};
	struct pptp_wire_message m;
	unsigned i, sent = 0;
	size_t length;
	int n;

	served_begin();
	for (i = 0; i < MUTANTS; i++) {
		if (i % 1000 == 0) { /* all may be excluded by now */
			sent += served.sent;
			served_end();
			served_begin();
		}
		m = original(&s);
		n = pptp_wire_message_encode(&m, bytes, sizeof(bytes));
		ck_assert_int_gt(n, 0);
		length = mutate(bytes, (size_t)n);
		served_ask(bytes, length);
		ck_assert_uint_eq(served.wrong, 0);
	}
	ck_assert_uint_gt(sent + served.sent, 1000);
	served_end();
}
END_TEST

int main(void)
{
	Suite *s = suite_create("wire_serve");
	TCase *mutants = tcase_create("mutants");

	CLAIM(s, it_says_who_it_is);
	CLAIM(s, a_conversation_gets_a_call_id_and_its_packets_leave);
	CLAIM(s, nobody_is_spoken_with_from_a_foreign_source_or_beside_another);
	CLAIM(s, settings_come_first_and_once);
	CLAIM(s, ways_and_what_is_lost_have_numbers);
	CLAIM(s, captured_packets_are_ones_own_and_of_others_the_header);
	CLAIM(s, what_was_captured_is_told_with_its_time_and_length);
	CLAIM(s, what_is_wanted_is_named_while_it_is_few);
	CLAIM(s, settings_reach_the_wire_within_bounds);
	CLAIM(s, each_way_is_opened_once_and_they_are_counted);
	CLAIM(s, what_the_wire_refuses_is_answered_with_its_reason);
	CLAIM(s, what_may_not_be_excluded_is_refused);
	tcase_set_timeout(mutants, 120);
	tcase_add_test(mutants, of_a_million_mutants_none_does_what_it_may_not);
	suite_add_tcase(s, mutants);
	return run_suite(s);
}
