/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PPTP server as a state machine without I/O: what the conversation is to
 * the prober, this is to a test. Given a stack's table row, the set of methods
 * that it allows, a seed and the time, it answers as that stack does.
 *
 * It is a model for tests: what is known of each stack, and how well, stands
 * beside its row in stacks.c. It never checks a password, and offers nothing.
 */
#ifndef LAB_SERVER_H
#define LAB_SERVER_H

#include "core/conversation.h"
#include "lab/box.h"

/* The methods of the contract, as bits, weakest first. */
enum lab_method {
	LAB_NONE = 1 << 0, /* login is optional */
	LAB_PAP = 1 << 1,
	LAB_CHAP_MD5 = 1 << 2,
	LAB_MSCHAP_V1 = 1 << 3,
	LAB_MSCHAP_V2 = 1 << 4,
	LAB_EAP = 1 << 5,
	LAB_SPAP = 1 << 6,
	LAB_UNASSIGNED = 1 << 7, /* c223:09, which IANA has not assigned */
	LAB_METHODS = 8,
};

struct lab_stack; /* a row of stacks.c */

/* What is unfriendly about it; LAB_FRIENDLY for the stacks as they are. */
enum lab_quirk {
	LAB_FRIENDLY,
	LAB_RST_PORT, /* nothing listens */
	LAB_DEAF,     /* no answer to anything, the host neither */
	LAB_FILTERED, /* SYN unanswered, the host answers a ping */
	LAB_ICMP_TCP, /* ICMP 3/13 for the SYN */
	LAB_TARPIT,   /* accepts and says nothing */
	LAB_HTTP,
	LAB_TLS,
	LAB_SSH,
	LAB_RST_AT, /* step `detail`: 0 accept, 1 SCCRQ, 2 OCRQ, 3 first
			   * LCP packet of ours, 4 first answer to an offer */
	LAB_FIN_AT,
	LAB_ECHO_FIRST, /* Echo-Request before anything */
	LAB_WRONG_COOKIE,
	LAB_TRUNCATED,    /* SCCRP cut after `detail` bytes, then silence */
	LAB_OVERSIZED,    /* SCCRP with length 220 */
	LAB_SCCRP_RESULT, /* result `detail` */
	LAB_OCRP_RESULT,
	LAB_SINGLE_BYTES,  /* control messages one byte a segment */
	LAB_MERGED,        /* with an Echo-Request in the same segment */
	LAB_GRE_EARLY,     /* first offer before the OCRP */
	LAB_GRE_LATE,      /* first offer `detail` tenths of a second late */
	LAB_GRE_DROPPED,   /* both ways */
	LAB_GRE_INBOUND,   /* ours never arrives */
	LAB_GRE_OUTBOUND,  /* its never leaves */
	LAB_ICMP_GRE,      /* ICMP 3/`detail` from itself for our GRE */
	LAB_ICMP_ROUTER,   /* the same from a router */
	LAB_OTHER_SOURCE,  /* GRE from another address */
	LAB_WRONG_CALL_ID, /* GRE with another Call-ID than ours */
	LAB_REWRITTEN_CALL_ID, /* OCRP names another Peer's Call ID */
	LAB_SEQUENCE_WRAP,     /* first sequence number 0xfffffffe */
	LAB_ENDLESS, /* any Nak gives the same offer, new identifier */
	LAB_REJECTS_MAGIC,
	LAB_IDENTIFIER_WRAP, /* its first identifier is 254 */
	LAB_CALLBACK,        /* option 13, CBCP after no authentication */
	LAB_CHALLENGE_SIZE,  /* a challenge of `detail` bytes */
	LAB_SAME_CHALLENGE,  /* one value for all conversations */
	LAB_HOSTILE_NAMES,   /* escape sequences, %, quotes, no NUL */
	LAB_BUSY,            /* one conversation, then RST after the SCCRQ */
	LAB_HONEYPOT,        /* facts 5.4: dionaea's constants */
	LAB_ECHO,            /* RFC 862: our own bytes come back */
	LAB_DECOY,           /* a SYN-ACK with window 0, and nothing more */
	LAB_QUIRKS
};

struct lab_config {
	const struct lab_stack *stack;
	unsigned methods; /* bits of enum lab_method that it allows; not
				 * 0. LAB_NONE with others where the stack has
				 * no such setting: no login at all */
	unsigned order;   /* which order, where the stack has several:
				 * modulo lab_stack_orders() */
	enum lab_quirk quirk;
	int detail;
	bool any_port;         /* a SYN to any port is answered, on a wire */
	enum lab_box_kind box; /* what stands before it */
	int box_detail;
	struct pptp_address address, router;
	uint32_t seed;
};

/* What outlives a conversation: counters, and whether it is busy. */
struct lab_host {
	struct lab_config config;
	uint32_t random; /* state of the seeded generator */
	unsigned conversations;
	uint16_t next_call_id;
};

struct lab_server; /* one control connection and its call */

/* What a server gives back. Data is borrowed until the next call. */
enum lab_output_kind {
	LAB_OUT_NONE,
	LAB_OUT_STREAM, /* bytes of one TCP segment */
	LAB_OUT_PACKET, /* a whole IP packet */
	LAB_OUT_FIN,
	LAB_OUT_RST,
};

struct lab_output {
	enum lab_output_kind kind;
	const uint8_t *bytes;
	size_t length;
};

unsigned lab_stack_count(void);
const struct lab_stack *lab_stack(unsigned index);
const struct lab_stack *lab_stack_named(const char *name); /* or NULL */
const char *lab_stack_name(const struct lab_stack *stack);
/* Bits of enum lab_method that the stack knows. */
unsigned lab_stack_methods(const struct lab_stack *stack);
unsigned lab_stack_orders(const struct lab_stack *stack);
/* Whether it can ask for a login and do without: LAB_NONE beside others. */
bool lab_stack_optional(const struct lab_stack *stack);
/* Whether its challenges follow from its magic number (facts 5.1). */
bool lab_stack_drand48(const struct lab_stack *stack);
/* "source": read in source or seen; "second-hand" otherwise; "invented": what
 * no known stack does, and a prober must survive. */
const char *lab_stack_basis(const struct lab_stack *stack);

/* The names of the enums, "rst_port" for LAB_RST_PORT; NULL past the end. */
const char *lab_quirk_name(unsigned quirk);
const char *lab_method_name(unsigned bit_number);
struct pptp_method lab_method_of(unsigned bit);
unsigned lab_method_bit(struct pptp_method method); /* 0: none of them */

void lab_host_init(struct lab_host *h, const struct lab_config *config);

/* What the host answers to one packet outside a connection: a SYN, an echo
 * request, GRE. At most one packet into `answer` (512 bytes); 0: silence. */
size_t lab_host_packet(struct lab_host *h, const void *packet, size_t length,
		       uint8_t *answer);

/* A connection from `client`. */
struct lab_server *lab_server_new(struct lab_host *h,
				  const struct pptp_address *client,
				  int64_t now);
/* The same in the memory of an earlier one. */
void lab_server_begin(struct lab_server *s, struct lab_host *h,
		      const struct pptp_address *client, int64_t now);
void lab_server_free(struct lab_server *s);
void lab_server_stream(struct lab_server *s, const void *bytes, size_t length,
		       int64_t now);
/* A GRE packet with one of its Call-IDs, or an ICMP about one. */
void lab_server_packet(struct lab_server *s, const void *packet, size_t length,
		       int64_t now);
void lab_server_closed(struct lab_server *s, int64_t now); /* FIN from us */
void lab_server_tick(struct lab_server *s, int64_t now);
int64_t lab_server_deadline(const struct lab_server *s); /* or PPTP_NEVER */
struct lab_output lab_server_output(struct lab_server *s, int64_t now);
uint16_t lab_server_call_id(const struct lab_server *s);

/* What is true of it, for the confusion table. */
struct lab_truth {
	char best, worst; /* grade; '?' */
	unsigned offered; /* what it asks for first; 0: nothing ever */
	unsigned
	    accepted; /* bits, as a client could reach them, LAB_NONE too */
	bool login_required;
	bool declining_tells; /* it answers a client that wants no login */
	bool decoy;           /* what is true if it is none; its grade is "?" */
};
void lab_truth(const struct lab_config *config, struct lab_truth *truth);

#endif
