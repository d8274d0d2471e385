/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First contact. Two tracks run side by side, until something is connected or
 * both are over:
 *
 * hand-made SYNs (`handmade`, where the plan has them) at 0, 1 and 3 s; then two
 * echo requests, and where they are answered ten SYNs, an echo request beside
 * each. ICMP about a SYN is a fact and no transition.
 *
 * the kernel's connect() (`kernel`, where the plan has it): at once without the
 * first track; else with its SYN-ACK or RST, or with its second SYN. Where ICMP
 * may have ended it, twice more, one second apart.
 */
#ifndef PPTP_KNOCK_H
#define PPTP_KNOCK_H

#include "core/talk.h"

void pptp_knock_begin(struct pptp_conversation *c, int64_t now);
/* Hand-made SYNs have met a SYN-ACK already: connect() is due. */
void pptp_knock_answered(struct pptp_conversation *c);
void pptp_knock_event(struct pptp_conversation *c,
		      const struct pptp_event *event, int64_t now);
/* CONNECT or CONNECT_DEAF, where that is due; and it is taken: its time
 * begins. */
enum pptp_action pptp_knock_action(const struct pptp_conversation *c);
void pptp_knock_connecting(struct pptp_conversation *c, int64_t now);
/* How connect() ended: one of REFUSED, UNREACHABLE, TIMEOUT and FAILED. */
void pptp_knock_failed(struct pptp_conversation *c, enum pptp_input how,
		       int64_t now);
void pptp_knock_tick(struct pptp_conversation *c, int64_t now);
/* Nothing has answered yet. */
bool pptp_knock_unanswered(const struct pptp_conversation *c);

#endif
