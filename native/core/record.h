/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What one conversation showed: facts, in the order in which they came. No
 * judgement ("refused", a grade) is in here; those are Lua's.
 *
 * Only the observer (and, for the few facts that never cross the wire, the
 * code that owns a socket) writes one. Messages are kept as the bytes that
 * came; the walk decodes them. Times are microseconds since `start`.
 *
 * A copy of a record shares its storage.
 */
#ifndef PPTP_RECORD_H
#define PPTP_RECORD_H

#include "core/plan.h"
#include "format/address.h"
#include "format/control.h"
#include "format/lcp.h"
#include "format/sink.h"

#define PPTP_SCHEMA 1

enum pptp_kind {
	PPTP_KIND_SYN,
	PPTP_KIND_GRE,
	PPTP_KIND_CONVERSATION,
	PPTP_KIND_OBSERVED,
};

/* One enum for the states of all stages; each stage uses some. The first is
 * where every stage begins. */
enum pptp_state {
	PPTP_NOT_TESTED,
	PPTP_OPEN,
	PPTP_CLOSED,
	PPTP_FILTERED,
	PPTP_SILENT, /* tcp */
	PPTP_ANSWERED,
	PPTP_REFUSED,
	PPTP_NOT_PPTP, /* control */
	PPTP_ACCEPTED, /* call */
	PPTP_REACHABLE,
	PPTP_INBOUND_ONLY,
	PPTP_UNREACHABLE, /* gre */
	PPTP_OPENED,
	PPTP_OFFERED, /* lcp */
	PPTP_SEEN,
	PPTP_NONE,
	PPTP_ASKED, /* the rest */
	PPTP_CLEAN,
	PPTP_SERVER_CLOSED,
	PPTP_ABORTED,
	PPTP_ALIVE,
};

/* Why a tcp, gre or host state is what it is */
enum pptp_reason {
	PPTP_REASON_NONE,
	PPTP_REASON_SYN_ACK,
	PPTP_REASON_RST,
	PPTP_REASON_REFUSED,    /* connect() said so; RST or ICMP, unseen */
	PPTP_REASON_ICMP,       /* with type and code: "icmp-3-13" */
	PPTP_REASON_LOCAL_ICMP, /* sent by our own host */
	PPTP_REASON_TIMEOUT,
	PPTP_REASON_ECHO_REPLY,
	PPTP_REASON_NO_PRIVILEGE,
	PPTP_REASON_IPV6,  /* PPTP's GRE is IPv4 only */
	PPTP_REASON_PROXY, /* GRE does not follow the connection */
	PPTP_REASON_ERROR, /* the system refused to send: see notes */
};

/* What the kernel's own connect() met. */
enum pptp_connect {
	PPTP_CONNECT_NOT_TRIED,
	PPTP_CONNECT_CONNECTED,
	PPTP_CONNECT_REFUSED,     /* RST or ICMP 3/3: only a capture tells */
	PPTP_CONNECT_UNREACHABLE, /* ICMP, or no answer to ARP */
	PPTP_CONNECT_RESET, /* after the handshake, before anything else */
	PPTP_CONNECT_TIMEOUT,
	PPTP_CONNECT_ERROR, /* the system failed us */
};

enum pptp_ended_by {
	PPTP_ENDED_NOT,        /* still running */
	PPTP_ENDED_COMPLETE,   /* all that was planned was seen */
	PPTP_ENDED_SILENT,     /* a timer of ours ran out */
	PPTP_ENDED_CLOSED,     /* the server closed the connection */
	PPTP_ENDED_RESET,      /* … with RST */
	PPTP_ENDED_REFUSED,    /* a result code, RST or ICMP said no */
	PPTP_ENDED_TERMINATE,  /* the server's LCP Terminate-Request */
	PPTP_ENDED_DISCONNECT, /* Call-Disconnect-Notify or its Stop */
	PPTP_ENDED_NOT_PPTP,
	PPTP_ENDED_BUDGET,  /* 25 s, or ten Naks */
	PPTP_ENDED_ABORTED, /* we were told to stop */
	PPTP_ENDED_ERROR,   /* the system failed us: see notes */
};

/* What we replied to a Configure-Request */
enum pptp_answer {
	PPTP_ANSWER_NONE,
	PPTP_ANSWER_ACK,
	PPTP_ANSWER_NAK,
	PPTP_ANSWER_REJECT,
};

struct pptp_slice { /* bytes in the record's store */
	uint16_t at, length;
};

/* Microseconds since `start` of the record, in 48 bits: 8.9 years, so that
 * whoever observes for long may go on. */
struct pptp_time {
	uint16_t part[3]; /* highest first */
};

static inline struct pptp_time pptp_time_of(int64_t us)
{
	const int64_t most = (INT64_C(1) << 48) - 1;
	uint64_t t = us < 0 ? 0 : us > most ? (uint64_t)most : (uint64_t)us;

	return (struct pptp_time){
	    {(uint16_t)(t >> 32), (uint16_t)(t >> 16), (uint16_t)t}};
}

static inline int64_t pptp_time_us(struct pptp_time t)
{
	return (int64_t)((uint64_t)t.part[0] << 32 | (uint64_t)t.part[1] << 16 |
			 t.part[2]);
}

struct pptp_offer {               /* one Configure-Request of the server's */
	struct pptp_slice packet; /* from the LCP code on; retransmissions
				   * share their bytes */
	struct pptp_time at;
	uint8_t identifier;
	uint8_t answer : 2; /* enum pptp_answer */
	/* Its options differ from the one before, or its identifier is new
	 * and it came as an answer to ours would: within 2 round trips, but
	 * at least 0.5 s and at most 0.75 s, and from a server that had
	 * acknowledged ours. The first of a conversation is news; else it is
	 * a retransmission. */
	bool news : 1;
	bool others : 1;         /* it has an option of type 32 or above */
	uint32_t types;          /* bit n: it has an option of type n < 32 */
	uint32_t answered_after; /* microseconds after `at`, at most 2^32 - 1 */
	struct pptp_method method;
	union {
		struct pptp_method nak; /* that our Nak named */
		uint32_t rejected; /* bit n: we rejected option type n < 32 */
	};
};

enum pptp_farewell {
	PPTP_FAREWELL_TERMINATE_REQUEST,
	PPTP_FAREWELL_TERMINATE_ACK,
	PPTP_FAREWELL_CALL_CLEAR,
	PPTP_FAREWELL_CALL_DISCONNECT,
	PPTP_FAREWELL_STOP_REQUEST,
	PPTP_FAREWELL_STOP_REPLY,
	PPTP_FAREWELL_FIN,
	PPTP_FAREWELL_RST,
};

enum pptp_side { PPTP_US, PPTP_SERVER }; /* who sent it */

struct pptp_farewell_message {
	struct pptp_time at;
	uint8_t what; /* enum pptp_farewell */
	uint8_t by;   /* enum pptp_side */
};

enum pptp_note_code {
	PPTP_NOTE_CAPTURE_DROPS, /* a: packets that the kernel dropped */
	PPTP_NOTE_LOCAL_ICMP,    /* a: code; our host refused GRE */
	PPTP_NOTE_OTHER_SOURCE,  /* a: IPv4 address; our Call-ID from it */
	PPTP_NOTE_ECHO_REQUEST,  /* a: identifier */
	PPTP_NOTE_SET_LINK_INFO, /* a: send ACCM, b: receive ACCM */
	PPTP_NOTE_WAN_ERROR,
	PPTP_NOTE_UNEXPECTED_CONTROL, /* a: type */
	PPTP_NOTE_PEER_CALL_ID,       /* a: what OCRP said, b: ours */
	PPTP_NOTE_RESERVED,           /* a: type of message, b: field's bytes */
	PPTP_NOTE_LONG_MESSAGE,       /* a: type, b: length */
	PPTP_NOTE_GRE_EARLY,          /* GRE before the OCRP */
	PPTP_NOTE_GRE_LATE,           /* out of order; not used */
	PPTP_NOTE_GRE_DUPLICATE,
	PPTP_NOTE_MALFORMED, /* a: layer's number */
	PPTP_NOTE_PROTOCOL,  /* a: PPP protocol that nobody awaited */
	PPTP_NOTE_MAGIC_REJECTED,
	PPTP_NOTE_LOOPBACK,       /* its magic number was ours */
	PPTP_NOTE_IDENTIFICATION, /* LCP code 12 */
	PPTP_NOTE_LOST_SYNC,      /* the control stream broke */
	PPTP_NOTE_STORE_FULL,     /* more came than a record keeps */
	PPTP_NOTE_NO_GUARD,       /* a: errno; protocol 47 unguarded */
	PPTP_NOTE_SEND_FAILED,    /* a: errno */
	PPTP_NOTE_CONNECT_FAILED, /* a: errno; the system failed us */
	/* Our hand-made SYN and the kernel's connect() met different answers:
	 * something on the way, or on our own host, tells them apart. */
	PPTP_NOTE_SYN_DIFFERS,
	/* a: TCP flags. An answer to a SYN that is neither a SYN-ACK nor a RST
	 * that acknowledges it (a challenge ACK, a bare RST). */
	PPTP_NOTE_ODD_SEGMENT,
	PPTP_NOTE_SYN_ICMP,      /* a: type, b: code; about a SYN of ours, and
				  * not what decided */
	PPTP_NOTE_CONNECT_AGAIN, /* connect() had ended as ICMP ends it */
	PPTP_NOTE_NOT_DELIVERED, /* a: bytes that the server never took */
	PPTP_NOTE_CAPTURE_DEAF,  /* the kernel connected, and the capture heard
				  * nothing: replies come by another interface */
	PPTP_NOTE_OWN_HOST,      /* the target is an address of this host */
	PPTP_NOTE_GRE_ICMP,      /* a: type, b: code; about GRE, though some
				  * arrived all the same */
	PPTP_NOTE_CONTROL_CUT,   /* a: bytes of a control message that ended
				  * early */
	PPTP_NOTE_ODD_RESULT,    /* a: message type, b: the result and error
				  * bytes; taken as success, as clients do */
	PPTP_NOTE_UNANSWERED,    /* a: bytes; our answer to a Configure-Request
				  * does not fit a packet */
	PPTP_NOTE_CALL_CLEAR,    /* the server sent Call-Clear-Request */
	PPTP_NOTE_COUNT
};

struct pptp_note {
	uint8_t code;
	uint8_t count; /* how often, at most 255; a and b of the first */
	uint16_t b;    /* SET_LINK_INFO's is in `receive_accm` */
	uint32_t a;
};

#define PPTP_NOTES     PPTP_NOTE_COUNT /* one of each kind */
#define PPTP_FAREWELLS 12
#define PPTP_PROTOCOLS 6

/* What a live conversation has room for. */
#define PPTP_OFFERS   24
#define PPTP_STORE    768
/* No longer message is kept, however much room there is. */
#define PPTP_KEPT_MAX 2048

/* Where a record keeps offers and bytes: its owner's, and it stays in place as
 * long as the record is used. A live conversation has its own; who reads
 * captures gives 16 KiB and more. `bytes` at most 65535, at least 1 offer. */
struct pptp_storage {
	struct pptp_offer *offer;
	uint8_t *store;
	uint16_t offers, bytes; /* rooms */
};

struct pptp_icmp_fact {
	struct pptp_address from;
	uint8_t type, code;
};

struct pptp_record {
	const char *name;   /* as the user wrote it, or NULL; borrowed */
	const char *labels; /* comma separated, or NULL; borrowed */
	uint64_t run;       /* the same for all records of one; 0: none */
	uint64_t position;  /* in a sweep, plus 1; 0: in none */
	int64_t time_us;    /* since 1970, of `start` */
	int64_t start, end; /* on the caller's clock */
	struct pptp_address target, source;
	uint16_t port;
	uint8_t kind, depth, ended_by;
	struct pptp_method asked;
	bool any_port; /* a second port, picked at random, answered */
	bool declined; /* option 3 was rejected once, on purpose */
	uint32_t packets_sent, packets_received; /* raw packets and control
						  * messages */
	struct {
		uint8_t state, reason, ttl, options_length;
		uint16_t window, mss;
		uint32_t rtt_us;
		uint8_t options[40];
		struct pptp_icmp_fact icmp;
		struct {
			uint8_t state;  /* enum pptp_connect */
			uint8_t reason; /* SYN_ACK, RST or ICMP where the
					 * capture shows it; TIMEOUT */
			uint8_t tries;
			uint32_t rtt_us; /* of the last try; 0: not known */
			struct pptp_icmp_fact icmp;
		} connect;
	} tcp;
	struct {
		uint8_t state, reason;
		uint8_t icmp_type, icmp_code; /* the target's own, for a SYN */
		uint16_t asked, answered;     /* bit n: echo request n */
	} host; /* asked only where hand-made SYNs had no answer */
	struct {
		uint8_t state;
		bool pptp; /* the server spoke it: a message type of 1 and the
			    * cookie, in a reply or in the start of one */
		uint8_t raw_length; /* of SCCRP, or of what came instead */
		struct pptp_time asked_at;
		uint32_t rtt_us;
		bool has_rtt;
		uint8_t raw
		    [PPTP_CONTROL_MAX]; /* a server may send more than the RFC */
	} control;
	struct {
		uint8_t state;
		uint8_t raw_length;
		uint16_t peer_call_id; /* ours, from the OCRQ */
		uint16_t call_id;      /* the server's, once known */
		struct pptp_time asked_at;
		uint32_t rtt_us;
		bool has_rtt;
		uint8_t raw[PPTP_CONTROL_MAX];
		bool disconnected; /* Call-Disconnect-Notify */
		uint8_t disconnect_result, disconnect_error;
		uint16_t disconnect_call_id, disconnect_cause;
		struct pptp_time disconnected_at;
	} call;
	struct {
		uint8_t state, reason;
		bool asked; /* we sent a packet into the call */
		bool from_server, to_server;
		struct pptp_time asked_at;
		uint32_t first_us, rtt_us;
		uint32_t first_sequence, packets_received, packets_sent;
		uint32_t refused; /* bit n: our packet n met ICMP unreachable
				   * from the target itself, in a living call */
		struct pptp_icmp_fact icmp;
	} gre;
	struct {
		uint8_t state;
		bool we_acked, they_acked;
		bool terminated; /* by the server */
		uint8_t terminate_identifier;
		struct pptp_time terminated_at;
		struct pptp_slice terminate;
		uint16_t offers, offer_room;
		struct pptp_offer *offer;
	} lcp;
	struct {
		uint8_t state;
		struct pptp_time at;
		uint16_t protocol; /* CHAP or EAP */
		struct pptp_method method;
		struct pptp_slice packet; /* from the code on */
	} challenge;
	struct {
		uint8_t state, count;
		uint16_t protocol[PPTP_PROTOCOLS];
		struct pptp_time at[PPTP_PROTOCOLS];
	} network;
	struct {
		uint8_t state, count;
		struct pptp_farewell_message message[PPTP_FAREWELLS];
	} teardown;
	uint32_t receive_accm; /* of SET_LINK_INFO */
	uint8_t notes;
	struct pptp_note note[PPTP_NOTES];
	uint16_t stored, store_room;
	uint8_t *store;
};

/* Empty, for the storage given. */
void pptp_record_init(struct pptp_record *r, const struct pptp_storage *s);
/* Keeps bytes; {0,0} and a note where the store is full. */
struct pptp_slice pptp_record_keep(struct pptp_record *r, const void *bytes,
				   size_t length);
/* The same of an LCP, CHAP or EAP packet, from its code on. */
struct pptp_slice pptp_record_keep_packet(struct pptp_record *r,
					  const struct pptp_ppp_packet *p);
void pptp_record_note(struct pptp_record *r, enum pptp_note_code code,
		      uint32_t a, uint32_t b);
unsigned pptp_record_refusals(const struct pptp_record *r); /* gre.refused */
bool pptp_record_has_note(const struct pptp_record *r,
			  enum pptp_note_code code);

/* The whole record as one object, as docs/schema/record.json tells it. */
void pptp_record_walk(const struct pptp_record *r, struct pptp_sink *s);

#endif
