/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One conversation with one server, from the SYN to the farewell (RFC 2637,
 * RFC 1661), as a state machine without I/O: events, time and randomness go
 * in, actions come out. It decides and writes nothing; its observer writes
 * the record and decides nothing.
 *
 *	init; then while (!finished):
 *		while ((action = output(...)) != PPTP_ACTION_NONE) do it;
 *		wait for an event, or for deadline(); input(...);
 *
 * First contact (core/knock.h) takes at most 20 s from the first connect() on,
 * the conversation 25 s from the connection on, its farewell 9 s more.
 *
 * It never authenticates: no CHAP or EAP Response, no PAP request, no NCP
 * Ack. Whatever happens, it says LCP Terminate-Request, Call-Clear-Request
 * and Stop-Control-Connection-Request as far as it had come, waits for each
 * answer for a bounded time, and closes.
 */
#ifndef PPTP_CONVERSATION_H
#define PPTP_CONVERSATION_H

#include "core/observer.h"
#include "core/talk.h"

#define PPTP_CONVERSATION_SIZE 3481 /* 3.4 KiB: what one may take at most */

/* PPTP_OK, or what pptp_plan_check() has against it. The plan's texts are
 * borrowed until the record was read. */
enum pptp_error pptp_conversation_init(struct pptp_conversation *c,
				       const struct pptp_plan *plan,
				       const struct pptp_vantage *vantage,
				       int64_t now) PPTP_MUST_USE;

/* A SYN and its SYN-ACK that somebody else exchanged with the plan's target and
 * port, from the vantage's source: whole IP packets, and when they went by on
 * the caller's clock. */
struct pptp_exchange {
	const void *syn, *syn_ack;
	size_t syn_length, syn_ack_length;
	unsigned syns;  /* how many of it left; of several no round trip */
	int64_t syn_at; /* the last of them */
	int64_t syn_ack_at;
};

/* As init, but first contact by hand-made SYNs is behind: the record begins
 * with the SYN and holds what both packets show, and CONNECT is next. The plan
 * is one that connects; PPTP_ERROR_ARGUMENT too where it is not, or where the
 * packets are not what they should be. */
enum pptp_error pptp_conversation_exchanged(
    struct pptp_conversation *c, const struct pptp_plan *plan,
    const struct pptp_vantage *vantage, const struct pptp_exchange *exchange,
    int64_t now) PPTP_MUST_USE;
/* True where the event was this conversation's: for packets, the caller's way
 * to find whose they are. `bytes` only for STREAM and PACKET. */
bool pptp_conversation_input(struct pptp_conversation *c, enum pptp_input input,
			     const void *bytes, size_t length, int64_t now);
/* PACKET, where the caller has decoded it. */
bool pptp_conversation_packet(struct pptp_conversation *c,
			      const struct pptp_packet *packet, int64_t now);
/* The next thing to do; `data` has PPTP_PACKET_ROOM bytes. */
enum pptp_action pptp_conversation_output(struct pptp_conversation *c,
					  void *data, size_t *length,
					  int64_t now);
/* When a TICK is due at the latest; PPTP_NEVER once finished. */
int64_t pptp_conversation_deadline(const struct pptp_conversation *c);
bool pptp_conversation_finished(const struct pptp_conversation *c);
/* Neither our raw SYNs nor connect() were answered yet: what it waits for is
 * most likely silence, and needs a socket at most. */
bool pptp_conversation_knocks(const struct pptp_conversation *c);
/* CONNECT or CONNECT_DEAF is next. */
bool pptp_conversation_connects(const struct pptp_conversation *c);
/* Say farewell now, within 3 s; at once finished where nothing is open. */
void pptp_conversation_abort(struct pptp_conversation *c, int64_t now);

/* A libpcap filter for one conversation; for any number of them to `port`
 * where `target` is NULL. With `stream`, the control connection's own segments
 * too (for a capture file). Returns the length or PPTP_ERROR_SPACE. */
int pptp_conversation_filter(const struct pptp_address *target, uint16_t port,
			     bool stream, char *text, size_t room);
#define PPTP_FILTER_ROOM 512

/* For the owner of the socket: facts that no packet shows. */
void pptp_conversation_note(struct pptp_conversation *c,
			    enum pptp_note_code code, uint32_t a);

#endif
