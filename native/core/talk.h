/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a conversation keeps, takes and gives: for its files, which are
 *
 *	conversation  events in, actions out
 *	begin         from a plan, or from what somebody else has begun
 *	knock         first contact, until something is connected
 *	negotiate     LCP in the call
 *	leave         every way to the end
 *	utter         the bytes that leave
 *
 * They stand on each other in one direction: conversation on all but begin,
 * begin on knock, knock and negotiate on leave.
 */
#ifndef PPTP_TALK_H
#define PPTP_TALK_H

#include "core/decide.h"
#include "core/observer_state.h"
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

#define TALK_SECOND INT64_C(1000000)

enum talk_state {
	TALK_KNOCKING,
	TALK_PROBING,  /* GRE outside any call */
	TALK_STARTING, /* connected; SCCRQ sent */
	TALK_CALLING,  /* OCRQ sent */
	TALK_LCP,
	TALK_TERMINATING, /* from here on it is a farewell */
	TALK_CLEARING,
	TALK_STOPPING,
	TALK_FINISHED,
};

/* What output() owes. The order is that in which things leave. */
enum talk_pending {
	TALK_SAY_SYN = 1 << 0,
	TALK_SAY_PING = 1 << 1,
	TALK_SAY_CONNECT = 1 << 2,
	TALK_SAY_SCCRQ = 1 << 3,
	TALK_SAY_GUARD = 1 << 4,
	TALK_SAY_OCRQ = 1 << 5,
	TALK_SAY_ECHO_REPLY = 1 << 6,
	TALK_SAY_STOP_REPLY = 1 << 7,
	TALK_SAY_CONFIGURE_REQUEST = 1 << 8,
	TALK_SAY_CONFIGURE_ANSWER = 1 << 9,
	TALK_SAY_LCP_ECHO_REPLY = 1 << 10,
	TALK_SAY_TERMINATE_ACK = 1 << 11,
	TALK_SAY_TERMINATE_REQUEST = 1 << 12,
	TALK_SAY_ACKNOWLEDGMENT = 1 << 13,
	TALK_SAY_CALL_CLEAR = 1 << 14,
	TALK_SAY_STOP = 1 << 15,
	TALK_SAY_CLOSE = 1 << 16,
	TALK_SAY_ON_CONNECTION = TALK_SAY_SCCRQ | TALK_SAY_OCRQ |
				 TALK_SAY_ECHO_REPLY | TALK_SAY_STOP_REPLY |
				 TALK_SAY_CALL_CLEAR | TALK_SAY_STOP,
};

static inline bool talk_gre_possible(const struct pptp_conversation *c)
{
	return c->reach == PPTP_REACH_RAW && c->record.target.family == 4;
}

#endif
