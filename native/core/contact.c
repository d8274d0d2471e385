/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/contact.h"

static bool is_icmp(enum pptp_met met)
{
	return met == PPTP_MET_SOFT_ICMP || met == PPTP_MET_HARD_ICMP;
}

static bool is_connected(const struct pptp_contact *c)
{
	return c->connect == PPTP_CONNECT_CONNECTED ||
	       c->connect == PPTP_CONNECT_RESET;
}

static bool is_open(const struct pptp_contact *c)
{
	return is_connected(c) || c->raw == PPTP_MET_SYN_ACK ||
	       c->own == PPTP_MET_SYN_ACK;
}

/* Only what a capture shows, or that the time ran out. */
static enum pptp_reason connect_reason(const struct pptp_contact *c)
{
	if (is_connected(c))
		return c->own == PPTP_MET_SYN_ACK ? PPTP_REASON_SYN_ACK
						  : PPTP_REASON_NONE;
	if (c->connect == PPTP_CONNECT_NOT_TRIED ||
	    c->connect == PPTP_CONNECT_ERROR)
		return PPTP_REASON_NONE;
	if (c->connect == PPTP_CONNECT_REFUSED && c->own == PPTP_MET_RST)
		return PPTP_REASON_RST;
	if (is_icmp(c->own))
		return PPTP_REASON_ICMP;
	return c->connect == PPTP_CONNECT_TIMEOUT ? PPTP_REASON_TIMEOUT
						  : PPTP_REASON_NONE;
}

/* Silence of one hand-made SYN may be a loss, and says nothing. */
static bool differs(const struct pptp_contact *c)
{
	bool failed = c->connect == PPTP_CONNECT_UNREACHABLE ||
		      c->connect == PPTP_CONNECT_TIMEOUT;
	bool refused = c->connect == PPTP_CONNECT_REFUSED;

	switch (c->raw) {
	case PPTP_MET_SYN_ACK:
		return failed || refused;
	case PPTP_MET_RST:
		return is_open(c) || failed || (refused && is_icmp(c->own));
	case PPTP_MET_SOFT_ICMP:
	case PPTP_MET_HARD_ICMP:
		return is_open(c) || (refused && c->own == PPTP_MET_RST);
	case PPTP_MET_SILENCE:
		return c->raw_syns > 1 &&
		       (is_open(c) || (refused && !is_icmp(c->own)));
	case PPTP_MET_NOT_SENT:
		break;
	}
	return false;
}

static enum pptp_ended_by ended_by(const struct pptp_contact *c,
				   enum pptp_state state)
{
	switch (c->connect) {
	case PPTP_CONNECT_REFUSED:
		return PPTP_ENDED_REFUSED;
	case PPTP_CONNECT_ERROR:
		return PPTP_ENDED_ERROR;
	default:
		break;
	}
	if (state == PPTP_OPEN)
		return c->connect == PPTP_CONNECT_NOT_TRIED
			   ? PPTP_ENDED_COMPLETE
			   : PPTP_ENDED_SILENT;
	return state == PPTP_CLOSED || state == PPTP_FILTERED
		   ? PPTP_ENDED_REFUSED
		   : PPTP_ENDED_SILENT;
}

/* Without hand-made SYNs: connect() alone. */
static void decide_plain(const struct pptp_contact *c,
			 struct pptp_contact_outcome *out)
{
	if (c->connect == PPTP_CONNECT_REFUSED) {
		out->state = PPTP_CLOSED;
		out->reason = PPTP_REASON_REFUSED;
	} else if (c->connect == PPTP_CONNECT_UNREACHABLE ||
		   c->connect == PPTP_CONNECT_TIMEOUT) {
		out->state = PPTP_SILENT;
		out->reason =
		    is_icmp(c->own) ? PPTP_REASON_ICMP : PPTP_REASON_TIMEOUT;
	}
}

struct pptp_contact_outcome pptp_contact_decide(const struct pptp_contact *c)
{
	struct pptp_contact_outcome out = {PPTP_NOT_TESTED, PPTP_REASON_NONE,
					   connect_reason(c), PPTP_ENDED_SILENT,
					   differs(c)};

	if (is_open(c)) {
		out.state = PPTP_OPEN;
		out.reason = PPTP_REASON_SYN_ACK;
	} else if (c->raw == PPTP_MET_NOT_SENT) {
		decide_plain(c, &out);
	} else if (c->raw == PPTP_MET_RST) {
		out.state = PPTP_CLOSED;
		out.reason = PPTP_REASON_RST;
	} else if (c->raw == PPTP_MET_HARD_ICMP) {
		out.state = PPTP_FILTERED;
		out.reason = PPTP_REASON_ICMP;
	} else {
		out.state = PPTP_SILENT;
		out.reason = PPTP_REASON_TIMEOUT;
	}
	out.ended_by = ended_by(c, out.state);
	return out;
}

bool pptp_contact_again(const struct pptp_contact *c, unsigned tries)
{
	if (c->connect == PPTP_CONNECT_TIMEOUT)
		return c->alive && c->raw == PPTP_MET_SILENCE &&
		       tries < PPTP_CONTACT_SILENT_TRIES;
	if (tries >= PPTP_CONTACT_TRIES)
		return false;
	return c->connect == PPTP_CONNECT_UNREACHABLE ||
	       (c->connect == PPTP_CONNECT_REFUSED && c->own != PPTP_MET_RST);
}
