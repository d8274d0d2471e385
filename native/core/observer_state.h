/* SPDX-License-Identifier: BSD-2-Clause */
/* What an observer keeps and gives back; what it does is in core/observer.h. */
#ifndef PPTP_OBSERVER_STATE_H
#define PPTP_OBSERVER_STATE_H

#include "core/contact.h"
#include "core/record.h"
#include "format/control_stream.h"
#include "format/packet.h"
#include "format/ppp.h"

enum pptp_event_kind {
	PPTP_EVENT_NONE,            /* nothing whole yet, or nothing of ours */
	PPTP_EVENT_CONTROL,         /* `control` */
	PPTP_EVENT_LOST,            /* the stream is not PPTP (any more) */
	PPTP_EVENT_SYN_ACK,         /* in answer to a hand-made SYN */
	PPTP_EVENT_RST,             /* … */
	PPTP_EVENT_UNREACHABLE_TCP, /* …; `icmp` */
	PPTP_EVENT_CONNECT, /* the kernel's own SYN, or what answers it */
	PPTP_EVENT_UNREACHABLE_GRE, /* `icmp`; notes tell our own host's */
	PPTP_EVENT_ECHO_REPLY,      /* ICMP */
	PPTP_EVENT_GRE, /* `gre`; an acknowledgement, or unknown content */
	PPTP_EVENT_PPP, /* `gre`, `protocol`, `packet` */
};

struct pptp_event {
	enum pptp_event_kind kind;
	struct pptp_control control;
	const struct pptp_icmp *icmp; /* of the packet given */
	const struct pptp_gre *gre;
	uint16_t protocol;
	struct pptp_ppp_packet packet;
	struct pptp_offer *offer; /* a Configure-Request of the server's */
};

/* SYNs with one source port and one sequence number, and what came for them. */
struct pptp_observer_syn {
	int64_t us; /* of the last one, since the record's start */
	uint32_t sequence;
	uint16_t port;
	uint8_t sent; /* how many */
	uint8_t met;  /* enum pptp_met */
};

/* What is known of each of the two, of the same kinds. */
struct pptp_observer_side {
	uint32_t first, highest; /* GRE sequence numbers that it sent */
	uint32_t acknowledged;   /* the highest of the other's that it did */
	uint32_t magic;          /* in its last Configure-Request */
	uint16_t call_id;        /* in what it sends: the other's number */
	struct pptp_control_stream stream;
	uint8_t request_identifier; /* of its last Configure-Request */
	bool gap : 1;               /* bytes of its stream are missing */
	bool sequenced : 1;         /* `first` and `highest` are set */
	bool has_call_id : 1;       /* …, though no control message told it */
	bool acknowledges : 1;
	bool requested : 1; /* it sent a Configure-Request */
	bool has_magic : 1;
};

struct pptp_observer {
	struct pptp_record *record;
	int64_t connect_us;                /* when its last try began */
	struct pptp_observer_side side[2]; /* enum pptp_side */
	struct pptp_observer_syn syn;      /* hand-made */
	struct pptp_observer_syn own;      /* the kernel's, in its last try */
	uint16_t ping_identifier;
	uint8_t icmp_type, icmp_code; /* for a SYN, before the last try */
	/* The GRE number of our last answer to a Configure-Request. */
	uint32_t answer_sequence;
	bool heard;    /* bytes of the server's on the control connection */
	bool shared;   /* the control connection has several calls */
	bool replaced; /* … and another one has this one's Call-ID now */
	bool logs_in;  /* the client answered who it is; ours never does */
};

#endif
