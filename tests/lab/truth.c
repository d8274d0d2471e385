/* SPDX-License-Identifier: BSD-2-Clause */
/* What is true of a server, worked out from its rules and not by asking it. */
#include "lab/stack.h"

#include <string.h>

struct reach {
	const struct lab_config *config;
	unsigned accepted;
	bool seen[1 << LAB_METHODS][LAB_METHODS];
};

static unsigned number_of(unsigned bit)
{
	unsigned n = 0;

	while (n + 1 < LAB_METHODS && !(bit >> n & 1))
		n++;
	return n;
}

static bool goes_on(enum lab_reaction reaction)
{
	return reaction == LAB_ASK || reaction == LAB_ASK_LATER;
}

/* Every method that any order of Naks and Rejects leads to. */
static void explore(struct reach *r, struct lab_choice c)
{
	bool *seen = &r->seen[c.left][number_of(c.asking)];
	struct lab_choice next;

	if (*seen)
		return;
	*seen = true;
	if (c.asking != LAB_NONE ||
	    (lab_config_methods(r->config) & LAB_NONE) != 0)
		r->accepted |= c.asking;
	if (c.asking == LAB_NONE)
		return;
	c.naks = 0; /* patience is no configuration */
	for (unsigned n = 1; n < LAB_METHODS; n++) {
		next = c;
		if (goes_on(lab_choice_nak(&next, r->config, 1U << n)))
			explore(r, next);
	}
	next = c;
	if (goes_on(lab_choice_reject(&next, r->config)))
		explore(r, next);
}

/* ---- whether it answers a client that wants no login --------------------- */

static bool tells(const struct lab_choice *c, enum lab_reaction reaction)
{
	return reaction == LAB_TERMINATE || reaction == LAB_DISCONNECT ||
	       c->asking == LAB_NONE;
}

/* Naks towards one method until it settles, then one Reject. */
static bool declining_tells(const struct lab_config *config, unsigned wanted)
{
	struct lab_choice c;
	enum lab_reaction reaction;
	unsigned times[LAB_METHODS] = {0};

	lab_choice_init(&c, config);
	while (wanted != 0 && c.asking != wanted) {
		reaction = lab_choice_nak(&c, config, wanted);
		if (tells(&c, reaction))
			return true;
		if (++times[number_of(c.asking)] == 2)
			break;
	}
	if (wanted != 0 && c.asking == wanted)
		return false;
	reaction = lab_choice_reject(&c, config);
	return tells(&c, reaction);
}

static bool any_declining_tells(const struct lab_config *config)
{
	for (unsigned n = 0; n < LAB_METHODS - 2; n++)
		if (declining_tells(config, n == 0 ? 0 : 1U << n))
			return true;
	return false;
}

/* ---- letters ------------------------------------------------------------- */

static void letters(struct lab_truth *t, char best, char worst)
{
	t->best = best;
	t->worst = worst;
}

static void grade_methods(struct lab_truth *t)
{
	unsigned a = t->accepted;
	bool unclear = (a & (LAB_EAP | LAB_UNASSIGNED)) != 0;

	if (a & (LAB_NONE | LAB_PAP | LAB_SPAP | LAB_CHAP_MD5 | LAB_MSCHAP_V1))
		letters(t, 'F', 'F');
	else if (a & LAB_MSCHAP_V2)
		letters(t, 'E', unclear ? 'F' : 'E');
	else
		letters(t, 'D', 'F');
}

/* Nobody gets as far as a login: there is nothing that it accepts. */
static void beyond_reach(struct lab_truth *t, char best, char worst)
{
	letters(t, best, worst);
	t->offered = t->accepted = 0;
	t->login_required = t->declining_tells = false;
}

/* It asks for a login, and nobody gets further. */
static void asks_only(struct lab_truth *t)
{
	t->accepted = t->offered;
	grade_methods(t);
}

static void end_at(struct lab_truth *t, int step)
{
	static const char bests[] = {'B', 'B', 'C'};

	if (step < 3) {
		beyond_reach(t, bests[step], 'F');
		return;
	}
	asks_only(t);
	if (step == 3) { /* whether it came to ask is a matter of time */
		letters(t, 'D', 'F');
		t->declining_tells = false;
	}
}

static void control_quirk(const struct lab_config *c, struct lab_truth *t)
{
	switch (c->quirk) {
	case LAB_RST_PORT:
	case LAB_FILTERED:
	case LAB_ICMP_TCP:
		beyond_reach(t, 'A', 'A');
		break;
	case LAB_DEAF:
		beyond_reach(t, '?', '?');
		break;
	case LAB_HONEYPOT:
		beyond_reach(t, 'D', 'F');
		t->decoy = true;
		break;
	case LAB_TARPIT:
	case LAB_DECOY:
		beyond_reach(t, 'B', 'F');
		break;
	case LAB_TRUNCATED: /* the fixed bytes are PPTP's alone */
		beyond_reach(t, c->detail < PPTP_CONTROL_FIXED ? 'B' : 'C',
			     'F');
		break;
	case LAB_ECHO:
	case LAB_HTTP:
	case LAB_TLS:
	case LAB_SSH:
	case LAB_WRONG_COOKIE:
		beyond_reach(t, 'B', 'B');
		break;
	case LAB_SCCRP_RESULT:
		beyond_reach(t, 'C', c->detail >= 4 ? 'C' : 'F');
		break;
	case LAB_OCRP_RESULT:
		beyond_reach(t, 'C', c->detail == 7 ? 'C' : 'F');
		break;
	case LAB_RST_AT:
	case LAB_FIN_AT:
		end_at(t, c->detail);
		break;
	default:
		break;
	}
}

static void call_quirk(const struct lab_config *c, struct lab_truth *t)
{
	switch (c->quirk) {
	case LAB_ICMP_GRE:
		beyond_reach(t, 'D', 'D');
		break;
	case LAB_GRE_INBOUND: /* it asks; what we answer never arrives */
		asks_only(t);
		t->worst = 'F';
		t->declining_tells = false;
		break;
	case LAB_GRE_DROPPED:
	case LAB_GRE_OUTBOUND:
	case LAB_ICMP_ROUTER:
	case LAB_OTHER_SOURCE:
	case LAB_WRONG_CALL_ID:
		beyond_reach(t, 'D', 'F');
		break;
	default:
		break;
	}
}

/* What a box keeps from us is true all the same, and a range may reach down to
 * it. Only a target that answers our GRE by ICMP has none, whoever asks. */
static void box_effect(const struct lab_config *c, struct lab_truth *t)
{
	if (c->box == LAB_FORWARD && c->box_detail > 0 && t->best >= 'D')
		beyond_reach(t, 'D', 'D');
}

void lab_truth(const struct lab_config *config, struct lab_truth *truth)
{
	struct reach r;
	struct lab_choice first;

	memset(&r, 0, sizeof(r));
	r.config = config;
	lab_choice_init(&first, config);
	explore(&r, first);
	truth->offered = first.asking;
	truth->accepted = r.accepted;
	truth->login_required = !(lab_config_methods(config) & LAB_NONE);
	truth->declining_tells = any_declining_tells(config);
	truth->decoy = false;
	grade_methods(truth);
	control_quirk(config, truth);
	call_quirk(config, truth);
	box_effect(config, truth);
}
