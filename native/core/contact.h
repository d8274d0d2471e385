/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First contact: what two kinds of SYN met, and what may be said of the port.
 * Pure: hand-made SYNs and the kernel's connect() go in, the outcome comes out.
 *
 * Hosts, boxes and proxies treat hand-made SYNs otherwise, and Linux ends
 * connect() on the first ICMP, soft ones too. So neither is believed alone.
 */
#ifndef PPTP_CONTACT_H
#define PPTP_CONTACT_H

#include "core/record.h"

/* What came for a SYN, the stronger word last: a SYN-ACK at any time is open,
 * whatever else came. */
enum pptp_met {
	PPTP_MET_NOT_SENT,
	PPTP_MET_SILENCE,
	PPTP_MET_SOFT_ICMP,
	PPTP_MET_HARD_ICMP, /* a code that can mean a filter: pptp_icmp_is_hard */
	PPTP_MET_RST,
	PPTP_MET_SYN_ACK,
};

struct pptp_contact {
	enum pptp_met raw; /* our hand-made SYNs, together */
	unsigned raw_syns; /* how many left */
	enum pptp_met own; /* the kernel's own SYN, as far as a capture shows */
	enum pptp_connect connect; /* what connect() said */
	bool alive;                /* the host answered an echo request */
};

struct pptp_contact_outcome {
	enum pptp_state state; /* of tcp, and why */
	enum pptp_reason reason;
	enum pptp_reason connect_reason;
	enum pptp_ended_by ended_by; /* where nothing connected */
	bool differs;                /* the two met different answers */
};

/* As if nothing more came. */
struct pptp_contact_outcome pptp_contact_decide(const struct pptp_contact *c);
/* Whether a try that has ended is to be made again: ICMP may have ended it, or
 * nobody can tell that it was not; or a host that lives says nothing, and the
 * way may have lost its few SYNs. `tries` with this one. */
bool pptp_contact_again(const struct pptp_contact *c, unsigned tries);

#define PPTP_CONTACT_TRIES        3
#define PPTP_CONTACT_SILENT_TRIES 6 /* of a host that lives */

#endif
