/* SPDX-License-Identifier: BSD-2-Clause */
/* The test is the helper: what it will say stands in the socket already. */
#include "net/wire_socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/claims.h"

static struct pptp_wire_socket asker;
static int helper; /* its end */
static struct pptp_wire_batch batch;
static unsigned waits, gone, answers;
static struct {
	enum pptp_wire_kind kind;
	uint32_t number, value, error;
} answered[8];

static void on_waits(void *context)
{
	(void)context;
	waits++;
}

static void on_gone(void *context)
{
	(void)context;
	gone++;
}

static void on_answered(void *context, const struct pptp_wire_message *posted,
			const struct pptp_wire_message *answer)
{
	(void)context;
	ck_assert_uint_lt(answers, 8);
	answered[answers].kind = posted->kind;
	answered[answers].number = posted->number;
	answered[answers].value = answer->value;
	answered[answers++].error = answer->error;
}

static void set_up(void)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fds), 0);
	helper = fds[1];
	memset(&batch, 0, sizeof(batch));
	waits = gone = answers = 0;
	asker = (struct pptp_wire_socket){
	    .fd = fds[0],
	    .waits = on_waits,
	    .gone = on_gone,
	    .answered = on_answered,
	};
}

static void tear_down(void)
{
	pptp_wire_socket_close(&asker);
	close(helper);
}

static void add(const struct pptp_wire_message *m)
{
	uint8_t bytes[PPTP_WIRE_ROOM];
	int n = pptp_wire_message_encode(m, bytes, sizeof(bytes));

	ck_assert_int_gt(n, 0);
	ck_assert(pptp_wire_batch_add(&batch, bytes, (size_t)n));
}

static void add_answer(uint32_t request, uint32_t value, int32_t status,
		       uint32_t error)
{
	add(&(struct pptp_wire_message){.kind = PPTP_WIRE_ANSWER,
					.request = request,
					.value = value,
					.status = status,
					.error = error});
}

static void say(void)
{
	ck_assert_int_eq(send(helper, batch.bytes, batch.length, 0),
			 (ssize_t)batch.length);
	batch.length = 0;
}

static enum pptp_error post(enum pptp_wire_kind kind, uint32_t number)
{
	struct pptp_wire_message m = {.kind = kind, .number = number};

	return pptp_wire_socket_post(&asker, &m);
}

static enum pptp_error ask(struct pptp_wire_message *answer)
{
	struct pptp_wire_message m = {.kind = PPTP_WIRE_GUARD};

	return pptp_wire_socket_ask(&asker, &m, answer);
}

START_TEST(what_is_posted_goes_with_the_next_question_and_is_answered_before)
{
	struct pptp_wire_message answer, m;
	uint8_t bytes[PPTP_WIRE_BATCH];
	const uint8_t *message;
	struct pptp_reader r;
	size_t length;
	uint32_t i;
	ssize_t n;

	ck_assert_int_eq(post(PPTP_WIRE_HUSH, 5), PPTP_OK);
	ck_assert_int_eq(post(PPTP_WIRE_DROPS, 6), PPTP_OK);
	ck_assert_int_eq(recv(helper, bytes, sizeof(bytes), MSG_DONTWAIT), -1);
	add_answer(1, 0, PPTP_ERROR_SYSTEM, ENOENT);
	add_answer(2, 17, PPTP_OK, 0);
	say();
	add_answer(3, 99, PPTP_ERROR_SYSTEM, EPERM);
	say();
	ck_assert_int_eq(ask(&answer), PPTP_ERROR_SYSTEM);
	ck_assert_int_eq(errno, EPERM);
	ck_assert_uint_eq(answer.value, 99);
	ck_assert_uint_eq(answers, 2);
	ck_assert_int_eq(answered[0].kind, PPTP_WIRE_HUSH);
	ck_assert_uint_eq(answered[0].number, 5);
	ck_assert_uint_eq(answered[0].error, ENOENT);
	ck_assert_int_eq(answered[1].kind, PPTP_WIRE_DROPS);
	ck_assert_uint_eq(answered[1].value, 17);
	n = recv(helper, bytes, sizeof(bytes), MSG_DONTWAIT);
	ck_assert_int_gt(n, 0);
	pptp_reader_init(&r, bytes, (size_t)n);
	for (i = 1; i <= 3; i++) {
		ck_assert(pptp_wire_batch_next(&r, &message, &length));
		ck_assert(pptp_wire_message_decode(&m, message, length));
		ck_assert_uint_eq(m.request, i);
	}
	ck_assert(!pptp_wire_batch_next(&r, &message, &length));
}
END_TEST

START_TEST(packets_that_come_with_answers_wait_in_their_order)
{
	struct pptp_wire_message m = {.kind = PPTP_WIRE_CAPTURED,
				      .bytes = (const uint8_t *)"ab",
				      .length = 2};
	uint8_t bytes[PPTP_WIRE_ROOM];
	uint32_t i;

	for (i = 1; i <= 3; i++) {
		m.number = i;
		add(&m);
		if (i == 2)
			add_answer(1, 0, PPTP_OK, 0);
	}
	say();
	ck_assert_int_eq(ask(NULL), PPTP_OK);
	ck_assert_uint_eq(waits, 3);
	m.number = 4;
	add(&m);
	say();
	pptp_wire_socket_read(&asker, 10);
	for (i = 1; i <= 4; i++) {
		ck_assert(pptp_wire_socket_next(&asker, &m, bytes));
		ck_assert_uint_eq(m.number, i);
		ck_assert_mem_eq(m.bytes, "ab", 2);
	}
	ck_assert(!pptp_wire_socket_next(&asker, &m, bytes));
	ck_assert_uint_eq(gone, 0);
}
END_TEST

START_TEST(an_answer_out_of_turn_is_the_end)
{
	ck_assert_int_eq(post(PPTP_WIRE_HUSH, 5), PPTP_OK);
	ck_assert_int_eq(post(PPTP_WIRE_HUSH, 6), PPTP_OK);
	add_answer(2, 0, PPTP_OK, 0);
	say();
	pptp_wire_socket_read(&asker, 10);
	ck_assert_uint_eq(gone, 1);
	ck_assert_int_eq(asker.fd, -1);
	ck_assert_ptr_nonnull(strstr(asker.error, "cannot be understood"));
	ck_assert_uint_eq(answers, 2);
	ck_assert_uint_eq(answered[0].error, EPIPE);
	ck_assert_uint_eq(answered[1].error, EPIPE);
	ck_assert_int_eq(post(PPTP_WIRE_HUSH, 7), PPTP_ERROR_SYSTEM);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert_uint_eq(answers, 2);
	ck_assert_int_eq(ask(NULL), PPTP_ERROR_SYSTEM);
}
END_TEST

START_TEST(what_is_cut_is_the_end)
{
	add_answer(1, 0, PPTP_OK, 0);
	batch.length--;
	say();
	ck_assert_int_eq(ask(NULL), PPTP_ERROR_SYSTEM);
	ck_assert_int_eq(errno, EPIPE);
	ck_assert_uint_eq(gone, 1);
}
END_TEST

/* More than the socket holds, while the helper does not read for it waits
 * itself: what it has said is taken first. */
START_TEST(two_that_wait_for_each_other_go_on)
{
	static uint8_t packet[PPTP_WIRE_PACKET];
	struct pptp_wire_message m = {.kind = PPTP_WIRE_CAPTURED,
				      .bytes = packet,
				      .length = sizeof(packet)};
	uint8_t bytes[PPTP_WIRE_BATCH];
	unsigned said = 0, i;
	pid_t child;

	add(&m);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		close(asker.fd);
		for (i = 0; i < 1000; i++)
			said += send(helper, batch.bytes, batch.length, 0) > 0;
		while (recv(helper, bytes, sizeof(bytes), 0) > 0)
			continue;
		_exit(said == 1000 ? 0 : 1);
	}
	close(helper);
	helper = -1;
	asker.child = child;
	m.kind = PPTP_WIRE_SEND;
	for (i = 0; i < 1000; i++)
		ck_assert_int_eq(pptp_wire_socket_post(&asker, &m), PPTP_OK);
	pptp_wire_socket_flush(&asker);
	while (waits < 1000 && asker.fd >= 0)
		pptp_wire_socket_read(&asker, 1);
	ck_assert_uint_eq(waits, 1000);
	ck_assert_uint_eq(gone, 0);
}
END_TEST

static void fixed(Suite *s, const char *name, const TTest *test)
{
	TCase *c = tcase_create(name);

	tcase_add_checked_fixture(c, set_up, tear_down);
	tcase_add_test(c, test);
	suite_add_tcase(s, c);
}

#define FIXED(suite, test) fixed(suite, #test, test)

int main(void)
{
	Suite *s = suite_create("wire_socket");

	FIXED(
	    s,
	    what_is_posted_goes_with_the_next_question_and_is_answered_before);
	FIXED(s, packets_that_come_with_answers_wait_in_their_order);
	FIXED(s, an_answer_out_of_turn_is_the_end);
	FIXED(s, what_is_cut_is_the_end);
	FIXED(s, two_that_wait_for_each_other_go_on);
	return run_suite(s);
}
