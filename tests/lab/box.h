/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands on the way to a server: it drops, answers or delays packets, and
 * knows nothing of what they carry. One for each server; it outlives the
 * conversations, as a router's lists do.
 */
#ifndef LAB_BOX_H
#define LAB_BOX_H

#include "format/address.h"
#include "format/bytes.h"

enum lab_box_kind {
	LAB_NO_BOX,
	/* To a SYN without time stamps, which is no kernel's of today: */
	LAB_HANDMADE_DROP, /* silence */
	LAB_HANDMADE_RST,  /* a RST in the server's name */
	LAB_HANDMADE_ICMP, /* ICMP 3/`detail` from the router */
	LAB_HANDMADE_ACK,  /* an ACK and no SYN */
	/* To every SYN: */
	LAB_SOFT_ICMP,   /* ICMP 3/`detail` from the router; 50 ms later it
			  * passes all the same */
	LAB_FORGED_ICMP, /* ICMP 3/`detail` that quotes another sequence
			  * number; the first SYN of a flow is dropped */
	LAB_GATEWAY,     /* ICMP 3/`detail` to the first SYN of a flow, which is
			  * dropped: it looks for the next hop */
	LAB_BARE_ACK,    /* an ACK, no SYN, and nothing passes */
	LAB_BARE_RST,    /* a RST that acknowledges nothing; the same */
	/* New connections: */
	LAB_BAN,  /* the `detail`-th bans us: no SYN passes any more; from 2 on,
		   * or it is a filter */
	LAB_RATE, /* `detail` a minute, what is more is dropped */
	/* GRE: */
	LAB_FORWARD,      /* TCP alone: none passes, ours meets ICMP 3/`detail`
			  * from the target; 0: silence */
	LAB_FORWARD_OUT,  /* the same, but what the server sends passes */
	LAB_FIRST_PACKET, /* of each call, each way, and nothing more */
	LAB_FIRST_CALL,   /* no call but the first has GRE */
	LAB_LATE_SOCKET,  /* ICMP 3/2 from the target to the first packet of
			   * each call, which is dropped; `detail` 1: of the
			   * first call alone */
	LAB_BOXES
};

/* "handmade_drop" for LAB_HANDMADE_DROP; NULL past the end. */
const char *lab_box_name(unsigned kind);

#define LAB_BOX_FLOWS 32
#define LAB_BOX_ROOM  128

struct lab_box {
	enum lab_box_kind kind;
	int detail;
	struct pptp_address router;
	/* new connections, by our source port, oldest overwritten */
	struct lab_flow {
		uint16_t port;
		bool passed;
		int64_t at;
	} flow[LAB_BOX_FLOWS];
	unsigned flows;
	bool banned;
	/* calls by their Call-ID, to the server and from it */
	struct {
		bool begun;
		uint16_t first, last;
		unsigned packets; /* of the last */
	} way[2];
};

struct lab_passage {
	bool passes;
	int64_t delay_us; /* of the packet that passes */
	size_t length;    /* of the answer to who sent it; 0: none */
	uint8_t answer[LAB_BOX_ROOM];
};

void lab_box_init(struct lab_box *b, enum lab_box_kind kind, int detail,
		  const struct pptp_address *router);
/* What becomes of an IP packet on its way to or from the server. */
struct lab_passage lab_box_pass(struct lab_box *b, bool to_server,
				const void *packet, size_t length, int64_t now);

#endif
