/* SPDX-License-Identifier: BSD-2-Clause */
/* What is answered to a Configure-Request, from facts alone: cases one by one,
 * and what holds for every course that a negotiation may take. */
#include "core/decide.h"

#include "unit/claims.h"

#define NONE                                                                   \
	{                                                                      \
		0, 0                                                           \
	}
#define PAP                                                                    \
	{                                                                      \
		PPTP_PPP_PAP, 0                                                \
	}
#define MD5                                                                    \
	{                                                                      \
		PPTP_PPP_CHAP, 5                                               \
	}
#define V1                                                                     \
	{                                                                      \
		PPTP_PPP_CHAP, 0x80                                            \
	}
#define V2                                                                     \
	{                                                                      \
		PPTP_PPP_CHAP, 0x81                                            \
	}
#define EAP                                                                    \
	{                                                                      \
		PPTP_PPP_EAP, 0                                                \
	}
#define COURSE 24

static struct pptp_offer offers[COURSE];
static unsigned count;
static struct pptp_method ask[PPTP_ASKS];
static struct pptp_wishes wishes = {ask, false};
static struct pptp_progress progress;

static void begin(void)
{
	memset(offers, 0, sizeof(offers));
	memset(ask, 0, sizeof(ask));
	memset(&progress, 0, sizeof(progress));
	wishes.decline = false;
	count = 0;
}

/* The next request; its method is in option 3. */
static struct pptp_offer *request(struct pptp_method method, bool news)
{
	struct pptp_offer *o = &offers[count++];

	o->method = method;
	o->news = news;
	o->packet.length = 8;
	o->types = method.protocol != 0 ? UINT32_C(1) << 3 : 0;
	return o;
}

static struct pptp_decision decide(void)
{
	return pptp_decide(offers, count, &wishes, &progress);
}

/* Decides, and answers as a conversation would. */
static enum pptp_reply answer(void)
{
	struct pptp_decision d = decide();
	struct pptp_offer *o = &offers[count - 1];

	progress = d.progress;
	switch (d.reply) {
	case PPTP_REPLY_LEAVE:
		break;
	case PPTP_REPLY_ACK:
		o->answer = PPTP_ANSWER_ACK;
		break;
	case PPTP_REPLY_NAK:
		o->answer = PPTP_ANSWER_NAK;
		o->nak = ask[progress.asking];
		break;
	case PPTP_REPLY_REJECT_OPTIONS:
	case PPTP_REPLY_REJECT_METHOD:
		o->answer = PPTP_ANSWER_REJECT;
		break;
	}
	return d.reply;
}

static enum pptp_reply asked(struct pptp_method method, bool news)
{
	request(method, news);
	return answer();
}

START_TEST(without_a_wish_everything_acceptable_is_acknowledged)
{
	static const struct pptp_method methods[] = {NONE, PAP, V1, V2, EAP};

	for (size_t i = 0; i < sizeof(methods) / sizeof(*methods); i++) {
		begin();
		ck_assert_int_eq(asked(methods[i], true), PPTP_REPLY_ACK);
	}
}
END_TEST

START_TEST(options_are_rejected_before_anything_else)
{
	for (unsigned type = 0; type < 33; type++) {
		struct pptp_offer *o;

		begin();
		ask[0] = (struct pptp_method)PAP;
		o = request((struct pptp_method)V2, true);
		if (type < 32)
			o->types |= UINT32_C(1) << type;
		else
			o->others = true;
		ck_assert_int_eq(
		    answer(),
		    type < 32 && pptp_decide_is_acceptable((uint8_t)type)
			? PPTP_REPLY_NAK
			: PPTP_REPLY_REJECT_OPTIONS);
	}
	for (unsigned type = 32; type < 256; type++)
		ck_assert(!pptp_decide_is_acceptable((uint8_t)type));
}
END_TEST

START_TEST(what_was_not_kept_cannot_be_answered)
{
	begin();
	request((struct pptp_method)V2, true)->packet.length = 0;
	ck_assert_int_eq(decide().reply, PPTP_REPLY_LEAVE);
	ck_assert_int_eq(decide().why, PPTP_ENDED_BUDGET);
}
END_TEST

START_TEST(a_wish_that_is_granted_is_acknowledged)
{
	begin();
	ask[0] = (struct pptp_method)V1;
	ck_assert_int_eq(asked((struct pptp_method)V2, true), PPTP_REPLY_NAK);
	ck_assert(pptp_method_equal(offers[0].nak, ask[0]));
	ck_assert_int_eq(asked((struct pptp_method)V1, true), PPTP_REPLY_ACK);
	/* and a request without option 3, whatever was asked */
	ck_assert_int_eq(asked((struct pptp_method)NONE, true), PPTP_REPLY_ACK);
}
END_TEST

/* Twice the same as news, each in answer to a Nak. */
START_TEST(who_has_settled_is_asked_for_the_next_or_left)
{
	begin();
	ask[0] = (struct pptp_method)PAP;
	ask[1] = (struct pptp_method)EAP;
	ck_assert_int_eq(asked((struct pptp_method)V2, true), PPTP_REPLY_NAK);
	ck_assert_int_eq(asked((struct pptp_method)V2, true), PPTP_REPLY_NAK);
	ck_assert_uint_eq(progress.asking, 0);
	ck_assert_int_eq(asked((struct pptp_method)V2, true), PPTP_REPLY_NAK);
	ck_assert_uint_eq(progress.asking, 1);
	ck_assert_uint_eq(progress.naks, 1);
	ck_assert_int_eq(asked((struct pptp_method)V2, true), PPTP_REPLY_NAK);
	ck_assert_int_eq(asked((struct pptp_method)V2, true), PPTP_REPLY_LEAVE);
	ck_assert_int_eq(decide().why, PPTP_ENDED_COMPLETE);
	wishes.decline = true;
	ck_assert_int_eq(decide().reply, PPTP_REPLY_REJECT_METHOD);
	ck_assert(decide().progress.declined);
}
END_TEST

START_TEST(what_was_offered_by_itself_needs_no_asking)
{
	begin();
	ask[0] = (struct pptp_method)V1;
	ask[1] = (struct pptp_method)V2;
	ask[2] = (struct pptp_method)MD5;
	(void)asked((struct pptp_method)V2, true);
	(void)asked((struct pptp_method)V2, true);
	ck_assert_int_eq(asked((struct pptp_method)V2, true), PPTP_REPLY_NAK);
	ck_assert_uint_eq(progress.asking, 2);
}
END_TEST

/* Neither a retransmission nor an answer to a Reject is news of a Nak. */
START_TEST(nothing_is_concluded_from_what_answers_no_nak)
{
	begin();
	ask[0] = (struct pptp_method)PAP;
	for (unsigned i = 0; i < PPTP_MOST_NAKS; i++)
		ck_assert_int_eq(asked((struct pptp_method)V2, i == 0),
				 PPTP_REPLY_NAK);
	ck_assert_int_eq(asked((struct pptp_method)V2, false),
			 PPTP_REPLY_LEAVE);
	ck_assert_int_eq(decide().why, PPTP_ENDED_BUDGET);
	begin();
	ask[0] = (struct pptp_method)PAP;
	for (unsigned i = 0; i < 5; i++) {
		request((struct pptp_method)V2, true)->others = true;
		ck_assert_int_eq(answer(), PPTP_REPLY_REJECT_OPTIONS);
	}
	ck_assert_int_eq(asked((struct pptp_method)V2, true), PPTP_REPLY_NAK);
	ck_assert_uint_eq(progress.naks, 1);
}
END_TEST

START_TEST(option_3_is_declined_once_and_again_where_nothing_changed)
{
	begin();
	wishes.decline = true;
	ck_assert_int_eq(asked((struct pptp_method)V2, true),
			 PPTP_REPLY_REJECT_METHOD);
	ck_assert_int_eq(asked((struct pptp_method)V2, false),
			 PPTP_REPLY_REJECT_METHOD);
	request((struct pptp_method)V2, true);
	ck_assert_int_eq(decide().reply, PPTP_REPLY_LEAVE);
	offers[count - 1].method.protocol = 0;
	ck_assert_int_eq(decide().reply, PPTP_REPLY_ACK);
}
END_TEST

/* ---- every course -------------------------------------------------------- */

static uint32_t seed;

static unsigned draw(unsigned below)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 16) % below;
}

static struct pptp_method any(void)
{
	static const struct pptp_method methods[] = {NONE, PAP, MD5,
						     V1,   V2,  EAP};

	return methods[draw(sizeof(methods) / sizeof(*methods))];
}

static bool is_wish(struct pptp_method method)
{
	for (unsigned i = 0; i < PPTP_ASKS; i++)
		if (ask[i].protocol != 0 && pptp_method_equal(ask[i], method))
			return true;
	return false;
}

static void check(struct pptp_progress before, enum pptp_reply reply)
{
	const struct pptp_offer *o = &offers[count - 1];
	bool odd = o->others || o->types >> 13 & 1;

	ck_assert_uint_ge(progress.asking, before.asking);
	ck_assert_uint_le(progress.naks, PPTP_MOST_NAKS);
	ck_assert(progress.declined || !before.declined);
	if (odd) {
		ck_assert_int_eq(reply, PPTP_REPLY_REJECT_OPTIONS);
		ck_assert_mem_eq(&progress, &before, sizeof(before));
	}
	if (reply == PPTP_REPLY_ACK && o->method.protocol != 0)
		ck_assert(is_wish(o->method) || ask[0].protocol == 0);
	if (reply == PPTP_REPLY_NAK) {
		ck_assert(!pptp_method_equal(o->method, o->nak));
		ck_assert(is_wish(o->nak));
		ck_assert_uint_ne(o->method.protocol, 0);
	}
	if (reply == PPTP_REPLY_REJECT_METHOD)
		ck_assert(wishes.decline && progress.declined);
}

START_TEST(in_every_course_only_what_was_wished_for_is_agreed_to)
{
	unsigned replies[5] = {0};

	for (seed = 1; replies[0] < 2000; seed += 7) {
		enum pptp_reply reply = PPTP_REPLY_NAK;

		begin();
		for (unsigned i = 0; i < draw(4); i++)
			ask[i] = any();
		wishes.decline = draw(3) == 0;
		while (count < COURSE && reply != PPTP_REPLY_LEAVE) {
			struct pptp_progress before = progress;
			struct pptp_offer *o = request(any(), draw(4) > 0);

			o->others = draw(16) == 0;
			if (draw(16) == 0)
				o->types |= UINT32_C(1) << 13;
			ck_assert_int_eq(decide().reply, decide().reply);
			reply = answer();
			replies[reply]++;
			check(before, reply);
		}
	}
	for (unsigned i = 0; i < 5; i++)
		ck_assert_uint_gt(replies[i], 100);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("decide");

	CLAIM(s, without_a_wish_everything_acceptable_is_acknowledged);
	CLAIM(s, options_are_rejected_before_anything_else);
	CLAIM(s, what_was_not_kept_cannot_be_answered);
	CLAIM(s, a_wish_that_is_granted_is_acknowledged);
	CLAIM(s, who_has_settled_is_asked_for_the_next_or_left);
	CLAIM(s, what_was_offered_by_itself_needs_no_asking);
	CLAIM(s, nothing_is_concluded_from_what_answers_no_nak);
	CLAIM(s, option_3_is_declined_once_and_again_where_nothing_changed);
	CLAIM(s, in_every_course_only_what_was_wished_for_is_agreed_to);
	return run_suite(s);
}
