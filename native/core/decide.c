/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/decide.h"

#define ACCEPTABLE                                                             \
	(UINT32_C(1) << PPTP_LCP_MRU | UINT32_C(1) << PPTP_LCP_ACCM |          \
	 UINT32_C(1) << PPTP_LCP_AUTHENTICATION |                              \
	 UINT32_C(1) << PPTP_LCP_MAGIC | UINT32_C(1) << PPTP_LCP_PFC |         \
	 UINT32_C(1) << PPTP_LCP_ACFC |                                        \
	 UINT32_C(1) << PPTP_LCP_ENDPOINT_DISCRIMINATOR)

bool pptp_decide_is_acceptable(uint8_t type)
{
	return type < 32 && (ACCEPTABLE >> type & 1) != 0;
}

/* The server asked for one same method other than `ask` twice as news in
 * answer to our Naks: it has made up its mind. accel-ppp walks through its
 * whole list first, so twice any other method would say nothing; and what
 * answers a Reject of other options answers no Nak. */
static bool has_settled(const struct pptp_offer *offers, unsigned count,
			struct pptp_method ask)
{
	struct pptp_method method = offers[count - 1].method;
	unsigned times = 0;
	bool nak = false;

	for (unsigned i = 0; i < count; i++) {
		const struct pptp_offer *o = &offers[i];

		if (nak && o->news && pptp_method_equal(o->method, method))
			times++;
		if (o->answer != PPTP_ANSWER_NONE)
			nak = o->answer == PPTP_ANSWER_NAK &&
			      pptp_method_equal(o->nak, ask);
	}
	return times >= 2;
}

static bool was_offered(const struct pptp_offer *offers, unsigned count,
			struct pptp_method method)
{
	for (unsigned i = 0; i < count; i++)
		if (pptp_method_equal(offers[i].method, method))
			return true;
	return false;
}

/* On to the next method whose answer is not known yet; false where there is
 * none, and the present one stays. */
static bool ask_next(const struct pptp_offer *offers, unsigned count,
		     const struct pptp_method *ask, struct pptp_progress *p)
{
	for (uint8_t i = p->asking + 1; i < PPTP_ASKS; i++) {
		if (ask[i].protocol == 0 || was_offered(offers, count, ask[i]))
			continue;
		p->asking = i;
		p->naks = 0;
		return true;
	}
	return false;
}

/* Once; and again where the Reject may have been lost. */
static enum pptp_reply decline(const struct pptp_offer *offer,
			       struct pptp_progress *p)
{
	if (p->declined && offer->news)
		return PPTP_REPLY_LEAVE;
	p->declined = true;
	return PPTP_REPLY_REJECT_METHOD;
}

static enum pptp_reply ask(const struct pptp_offer *offers, unsigned count,
			   const struct pptp_wishes *wishes,
			   struct pptp_decision *d)
{
	const struct pptp_offer *offer = &offers[count - 1];
	const struct pptp_method *methods = wishes->ask;
	struct pptp_progress *p = &d->progress;

	if (pptp_method_equal(offer->method, methods[p->asking]) &&
	    !ask_next(offers, count, methods, p))
		return PPTP_REPLY_ACK;
	if (has_settled(offers, count, methods[p->asking]) &&
	    !ask_next(offers, count, methods, p))
		return wishes->decline ? decline(offer, p) : PPTP_REPLY_LEAVE;
	if (p->naks >= PPTP_MOST_NAKS) {
		d->why = PPTP_ENDED_BUDGET;
		return PPTP_REPLY_LEAVE;
	}
	p->naks++;
	return PPTP_REPLY_NAK;
}

struct pptp_decision pptp_decide(const struct pptp_offer *offers,
				 unsigned count,
				 const struct pptp_wishes *wishes,
				 const struct pptp_progress *progress)
{
	const struct pptp_offer *offer = &offers[count - 1];
	struct pptp_decision d = {PPTP_REPLY_ACK, PPTP_ENDED_COMPLETE,
				  *progress};

	if (offer->packet.length == 0) { /* not kept: can't be answered */
		d.reply = PPTP_REPLY_LEAVE;
		d.why = PPTP_ENDED_BUDGET;
	} else if (offer->others || (offer->types & ~ACCEPTABLE) != 0) {
		d.reply = PPTP_REPLY_REJECT_OPTIONS;
	} else if (offer->method.protocol == 0) {
		d.reply = PPTP_REPLY_ACK;
	} else if (d.progress.declined ||
		   (wishes->ask[0].protocol == 0 && wishes->decline)) {
		d.reply = decline(offer, &d.progress);
	} else if (wishes->ask[0].protocol != 0) {
		d.reply = ask(offers, count, wishes, &d);
	}
	return d;
}
