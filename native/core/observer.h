/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sees both directions of one control connection and its call, decides
 * nothing, and alone writes the record. It cannot tell a live conversation
 * from a capture of one: the caller says which side sent what.
 *
 * Every call gives back what was seen, decoded, so that a conversation can
 * decide without a second decoder. What an event borrows is valid until the
 * next call, or as long as the bytes given; of pptp_observer_bytes() not the
 * headers.
 */
#ifndef PPTP_OBSERVER_H
#define PPTP_OBSERVER_H

#include "core/observer_state.h"

void pptp_observer_init(struct pptp_observer *o, struct pptp_record *r);

/* Stream bytes of one side, in order. Returns how many were used, at least 1:
 * call again with the rest until all are. */
size_t pptp_observer_stream(struct pptp_observer *o, enum pptp_side side,
			    const void *bytes, size_t length, int64_t now,
			    struct pptp_event *event);

/* `missing` bytes of one side's stream were not captured. Where they end inside
 * of a message whose length is known, the next one is read from its start; else
 * what follows is looked through for the start of one. A reply is believed then
 * though its request was not seen. */
void pptp_observer_gap(struct pptp_observer *o, enum pptp_side side,
		       uint64_t missing);
/* A call that was seen from its middle: `call_id` is in the packets that `side`
 * sends, though no control message told it. */
void pptp_observer_call(struct pptp_observer *o, enum pptp_side side,
			uint16_t call_id);

/* Another call on the control connection that `first` sees, which has just seen
 * `request`, an Outgoing-Call-Request: `o` takes over what is known of the
 * connection, and goes on from behind that message. From then on both are given
 * all of its bytes, and each heeds what is about its own call. `r` is empty but
 * for addresses, port and times. */
void pptp_observer_another(struct pptp_observer *o, struct pptp_record *r,
			   struct pptp_observer *first,
			   const struct pptp_control *request, int64_t now);

/* One packet that `side` sent, with GRE, a SYN, its answer, or ICMP in it.
 * False: none of this conversation's. */
bool pptp_observer_packet(struct pptp_observer *o, enum pptp_side side,
			  const struct pptp_packet *packet, int64_t now,
			  struct pptp_event *event);
/* The same of a whole IP packet that nobody has decoded. */
bool pptp_observer_bytes(struct pptp_observer *o, enum pptp_side side,
			 const void *packet, size_t length, int64_t now,
			 struct pptp_event *event);
/* Who sent it, as far as addresses and ports tell. On one host both addresses
 * may be the same one; then only TCP tells. */
enum pptp_side pptp_observer_side(const struct pptp_observer *o,
				  const struct pptp_packet *packet);

/* GRE can't be tested in this conversation, and why. */
void pptp_observer_without_gre(struct pptp_observer *o,
			       enum pptp_reason reason);
/* The kernel is asked for a connection; it answers with one of the others. */
void pptp_observer_connecting(struct pptp_observer *o, int64_t now);
void pptp_observer_connected(struct pptp_observer *o, int64_t now);
void pptp_observer_not_connected(struct pptp_observer *o, enum pptp_connect how,
				 int64_t now);
/* What the SYNs of both kinds have met so far. */
struct pptp_contact pptp_observer_contact(const struct pptp_observer *o);
/* Our answer to a Configure-Request has `length` bytes, and fits no packet. */
void pptp_observer_unanswered(struct pptp_observer *o, size_t length);
/* The end of the control connection, FIN or RST, by `side`. */
void pptp_observer_closed(struct pptp_observer *o, enum pptp_side side,
			  bool reset, int64_t now);
/* Nothing more comes: states that silence decides are settled. */
void pptp_observer_end(struct pptp_observer *o, enum pptp_ended_by why,
		       int64_t now);

/* `now` as microseconds of the record; 0 before its start. */
int64_t pptp_observer_time(const struct pptp_observer *o, int64_t now);
/* The time between two of them, in 32 bits: at most 71 minutes. */
uint32_t pptp_observer_between(int64_t from, int64_t to);

#endif
