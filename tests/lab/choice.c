/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which method a stack asks for, and where a Configure-Nak or -Reject takes
 * it. pppd's, accel-ppp's, mpd's and npppd's ways are those of their sources;
 * slirp's was measured; LAB_WALK for Windows and MikroTik and LAB_STAY for
 * Cisco are what captures of theirs fit.
 */
#include "lab/stack.h"

#define CHAPS  (LAB_CHAP_MD5 | LAB_MSCHAP_V1 | LAB_MSCHAP_V2)
#define LOGINS (~(unsigned)LAB_NONE)

enum {
	ACCEL_FAILURES = 10, /* then it only sends its last request again */
	CISCO_FAILURES = 15,
};

static unsigned best_left(const struct lab_choice *c,
			  const struct lab_config *config)
{
	unsigned bit;

	for (unsigned rank = 0;; rank++) {
		bit = lab_config_preferred(config, rank);
		if (bit == 0)
			return LAB_NONE;
		if (c->left & bit)
			return bit;
	}
}

void lab_choice_init(struct lab_choice *c, const struct lab_config *config)
{
	c->left = lab_config_methods(config) & LOGINS;
	c->asking = best_left(c, config);
	c->naks = 0;
	/* mpd takes what it asks for off its list (LcpConfigure). */
	if (config->stack->engine == LAB_MPD)
		c->left &= ~c->asking;
}

static unsigned lowest_chap(unsigned left)
{
	return left & LAB_MSCHAP_V2   ? LAB_MSCHAP_V2
	       : left & LAB_MSCHAP_V1 ? LAB_MSCHAP_V1
				      : LAB_CHAP_MD5;
}

static void pppd_suggests_chap(struct lab_choice *c, unsigned suggested)
{
	if (c->asking == LAB_EAP)
		c->left &= ~(unsigned)LAB_EAP;
	if (c->asking == LAB_PAP)
		c->left &= ~(unsigned)LAB_PAP;
	else if (c->left & suggested & CHAPS)
		c->left = (c->left & ~(unsigned)CHAPS) | suggested;
	else if (c->asking & CHAPS)
		c->left &= ~lowest_chap(c->left);
}

/* lcp_nakci of pppd 2.4.9 and 2.5.2. Asked for the CHAP that it asks for
 * already, it asks for that again, at once. */
static enum lab_reaction pppd_nak(struct lab_choice *c, unsigned suggested)
{
	if (c->asking == LAB_NONE ||
	    (c->asking == LAB_PAP && suggested == LAB_PAP))
		return LAB_IGNORE;
	if (suggested & (CHAPS | LAB_UNASSIGNED))
		pppd_suggests_chap(c, suggested);
	else if (c->asking & CHAPS)
		c->left &= ~(unsigned)CHAPS;
	else
		c->left &= ~c->asking;
	return LAB_ASK;
}

static enum lab_reaction accel_nak(struct lab_choice *c, bool rejected)
{
	c->left &= ~c->asking;
	if (rejected && (c->left & LOGINS) == 0)
		return LAB_DISCONNECT;
	return ++c->naks < ACCEL_FAILURES ? LAB_ASK : LAB_IGNORE;
}

/* LcpDecodeConfig of mpd 5.8. It removes a disabled suggestion from its list
 * by that method's place in another list: what goes is something else. */
static void mpd_removes(struct lab_choice *c, unsigned suggested)
{
	static const struct {
		unsigned suggested, removed;
	} places[] = {
	    {LAB_PAP, LAB_MSCHAP_V2},
	    {LAB_CHAP_MD5, LAB_MSCHAP_V1},
	    {LAB_MSCHAP_V1, LAB_CHAP_MD5},
	    {LAB_MSCHAP_V2, LAB_PAP},
	    {LAB_EAP, LAB_EAP},
	};

	for (unsigned i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (places[i].suggested == suggested)
			c->left &= ~places[i].removed;
}

static enum lab_reaction mpd_nak(struct lab_choice *c,
				 const struct lab_config *config,
				 unsigned suggested)
{
	if ((suggested & config->stack->methods & LOGINS) == 0)
		return LAB_ASK; /* unknown to it: the same again */
	if (lab_config_methods(config) & suggested) {
		c->asking = suggested;
		return LAB_ASK;
	}
	mpd_removes(c, suggested);
	if (c->left != 0)
		c->asking = best_left(c, config);
	return LAB_ASK;
}

static enum lab_reaction walk(struct lab_choice *c,
			      const struct lab_config *config)
{
	c->left &= ~c->asking;
	c->asking = best_left(c, config);
	if (c->asking == LAB_NONE && !(lab_config_methods(config) & LAB_NONE))
		return LAB_TERMINATE;
	return LAB_ASK;
}

static enum lab_reaction stay(struct lab_choice *c,
			      const struct lab_config *config)
{
	unsigned rest = c->left & ~c->asking;

	if (++c->naks >= CISCO_FAILURES)
		return LAB_TERMINATE;
	if (rest == 0 && !(lab_config_methods(config) & LAB_NONE))
		return LAB_ASK;
	c->left = rest;
	c->asking = best_left(c, config);
	return LAB_ASK;
}

enum lab_reaction lab_choice_nak(struct lab_choice *c,
				 const struct lab_config *config,
				 unsigned suggested)
{
	enum lab_reaction reaction;

	if (config->quirk == LAB_ENDLESS)
		return LAB_ASK;
	switch (config->stack->engine) {
	case LAB_PPPD:
		reaction = pppd_nak(c, suggested);
		break;
	case LAB_SLIRP:
		c->left &= ~c->asking;
		reaction = LAB_ASK_LATER;
		break;
	case LAB_ACCEL:
		reaction = accel_nak(c, false);
		if (c->left == 0)
			return reaction;
		break;
	case LAB_MPD:
		return mpd_nak(c, config, suggested);
	case LAB_STAY:
		return stay(c, config);
	default:
		return walk(c, config);
	}
	c->asking = best_left(c, config);
	return reaction;
}

enum lab_reaction lab_choice_reject(struct lab_choice *c,
				    const struct lab_config *config)
{
	bool optional = (lab_config_methods(config) & LAB_NONE) != 0;
	enum lab_reaction reaction = LAB_ASK;

	if (config->quirk == LAB_ENDLESS)
		return LAB_ASK;
	switch (config->stack->engine) {
	case LAB_PPPD: /* a Reject of CHAP clears PAP too: REJCICHAP */
		c->left &= c->asking & CHAPS ? 0 : ~c->asking;
		break;
	case LAB_SLIRP:
		c->left &= ~c->asking;
		reaction = LAB_ASK_LATER;
		break;
	case LAB_ACCEL:
		reaction = accel_nak(c, true);
		if (c->left == 0)
			return reaction;
		break;
	case LAB_MPD:
		return LAB_ASK; /* remembered, and without effect */
	case LAB_STAY:
		if (!optional)
			return stay(c, config);
		c->left = 0;
		break;
	default:
		if (config->stack->terminate_text != NULL && !optional)
			return walk(c, config);
		if (!optional)
			return LAB_TERMINATE; /* Windows: error 919 */
		c->left = 0;
		break;
	}
	c->asking = best_left(c, config);
	return reaction;
}
