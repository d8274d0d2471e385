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

#include "core/decide.h"
#include "core/observer.h"
#include "core/plan.h"

#define PPTP_PACKET_ROOM 512 /* every action's data fits */
#define PPTP_NEVER       INT64_MAX
/* Hand-made SYNs leave from this port or one above: where no kernel's own
 * ports are by default, so that a filter can tell them apart. */
#define PPTP_SYN_PORT    0xf000

enum pptp_input {
	PPTP_INPUT_CONNECTED,
	PPTP_INPUT_STREAM, /* bytes from the control connection */
	PPTP_INPUT_PACKET, /* a whole IP packet, in either direction */
	PPTP_INPUT_CLOSED, /* FIN from the server */
	PPTP_INPUT_RESET,
	/* How connect() ended where it did not connect; net/outcome.h has the
	 * table from errno. ECONNRESET and EPIPE are CONNECTED, then RESET.
	 * What the capture holds goes in first: its RST makes a refusal final,
	 * and without it ICMP may have ended the try. */
	PPTP_INPUT_REFUSED,     /* ECONNREFUSED: RST or ICMP 3/3 */
	PPTP_INPUT_UNREACHABLE, /* ENETUNREACH, EHOSTUNREACH, …: ICMP, ARP */
	PPTP_INPUT_TIMEOUT,     /* ETIMEDOUT */
	PPTP_INPUT_FAILED,      /* the system failed us: nothing is known */
	PPTP_INPUT_TICK,
};

enum pptp_action {
	PPTP_ACTION_NONE,
	PPTP_ACTION_CONNECT, /* a new kernel socket, to target and port; the
			      * time for it begins when this is taken. One that
			      * is there is closed first */
	/* The same, but so that ICMP does not end it, where the system can:
	 * the one before was ended by ICMP. */
	PPTP_ACTION_CONNECT_DEAF,
	PPTP_ACTION_STREAM, /* write the bytes, all in one segment */
	PPTP_ACTION_GUARD,  /* hold protocol 47 from now on */
	PPTP_ACTION_PACKET, /* send the IP packet */
	PPTP_ACTION_CLOSE,  /* shut down writing, read to the end, close */
};

/* The record has its storage inside: none may be copied or moved. */
struct pptp_conversation {
	/* Of the plan and the vantage what the record does not hold. */
	struct pptp_method ask[PPTP_ASKS];
	const char *contact;
	int64_t timeout_us;
	uint8_t opening, reach, ttl; /* enums of plan.h */
	bool decline;
	struct pptp_observer observer;
	struct pptp_record record;
	struct pptp_offer offer[PPTP_OFFERS]; /* of the record */
	uint8_t store[PPTP_STORE];
	int64_t deadline;    /* what the state waits for at the longest */
	int64_t connect_at;  /* first contact: connect() ends, or comes again */
	int64_t resend;      /* our Configure- or Terminate-Request again */
	int64_t acknowledge; /* a GRE acknowledgement is due */
	int64_t limit;       /* of first contact, of the rest, of a farewell */
	uint32_t pending;    /* bits: what output() owes, in that order */
	uint32_t magic, sequence, syn_sequence, echo_identifier;
	uint32_t received; /* highest GRE sequence number of the server's */
	uint16_t source_port, call_id;
	uint8_t state;  /* enum talk_state of talk.h */
	uint8_t ending; /* enum pptp_ended_by: how it will have ended */
	uint8_t handmade, kernel; /* enums of knock.c: their SYNs */
	uint8_t tries, pairs, requests;
	uint8_t identifier; /* of our LCP packet */
	struct pptp_progress progress;
	uint8_t reply;      /* enum pptp_reply: what is owed, */
	uint16_t answering; /* and the index of the offer that it is about */
	uint8_t terminates, terminate_identifier[4]; /* to be acknowledged */
	uint8_t lcp_echo_identifier, lcp_echo_length;
	uint8_t lcp_echo[32];
	bool socket;           /* CONNECT was taken */
	bool contact_answered; /* hand-made SYNs met something */
	bool connected, has_received, without_magic, collecting;
	bool stopped; /* the server asked to stop */
};

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
