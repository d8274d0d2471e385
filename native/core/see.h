/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The observer from inside, for its own files alone, by what they look at:
 *
 *	see_contact  SYNs, what answers them, echo requests
 *	see_control  messages on the control connection, and its end
 *	see_gre      the call's packets, and ICMP about them
 *	see_ppp      what they carry
 *	observer     which of them a packet is for, and the end
 *
 * States are written as silence would leave them when something is asked
 * ("silent", "none") and are raised by what comes, so that only the end has to
 * think about what did not.
 */
#ifndef PPTP_SEE_H
#define PPTP_SEE_H

#include "core/observer_state.h"

/* `now` as the record has it; and how long it is since then. */
struct pptp_time pptp_see_time(const struct pptp_observer *o, int64_t now);
uint32_t pptp_see_since(const struct pptp_observer *o, struct pptp_time then,
			int64_t now);
void pptp_see_count(struct pptp_observer *o, enum pptp_side side);
void pptp_see_farewell(struct pptp_observer *o, enum pptp_side side,
		       enum pptp_farewell what, int64_t now);
bool pptp_see_said(const struct pptp_record *r, enum pptp_side side,
		   enum pptp_farewell what);
/* Somebody has ended the call or the connection: what GRE meets from now on
 * says nothing about the way. */
bool pptp_see_is_over(const struct pptp_record *r);
bool pptp_see_server_left(const struct pptp_record *r);

/* see_contact.c */
bool pptp_see_tcp(struct pptp_observer *o, enum pptp_side side,
		  const struct pptp_packet *p, int64_t now,
		  struct pptp_event *event);
/* ICMP that quotes TCP; false where it is about no SYN of ours. */
bool pptp_see_tcp_icmp(struct pptp_observer *o, const struct pptp_packet *p,
		       struct pptp_event *event);
bool pptp_see_echo(struct pptp_observer *o, enum pptp_side side,
		   const struct pptp_packet *p, struct pptp_event *event);
void pptp_see_end_contact(struct pptp_observer *o, bool settled);

/* see_control.c */
void pptp_see_end_control(struct pptp_observer *o);

/* see_gre.c */
bool pptp_see_gre(struct pptp_observer *o, enum pptp_side side,
		  const struct pptp_packet *p, int64_t now,
		  struct pptp_event *event);
/* ICMP that quotes GRE; `local`: sent by our own host. */
bool pptp_see_gre_icmp(struct pptp_observer *o, bool local,
		       const struct pptp_packet *p, struct pptp_event *event);
void pptp_see_heard_us(struct pptp_observer *o, int64_t now);
void pptp_see_end_gre(struct pptp_record *r);

/* see_ppp.c: event->gre->payload */
void pptp_see_ppp(struct pptp_observer *o, enum pptp_side side, int64_t now,
		  struct pptp_event *event);

#endif
