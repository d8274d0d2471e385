/* SPDX-License-Identifier: BSD-2-Clause */
/* One connection of the server model: its two halves share this. */
#ifndef LAB_INTERNAL_H
#define LAB_INTERNAL_H

#include "lab/stack.h"

#define LAB_SECOND  INT64_C(1000000)
#define LAB_OUTPUTS 24
#define LAB_ROOM    512
#define LAB_WAITING 6

enum lab_phase { /* RFC 1661 4.2, as far as it is needed */
		 LAB_REQUEST_SENT,
		 LAB_ACK_RECEIVED,
		 LAB_ACK_SENT,
		 LAB_OPENED,
		 LAB_CLOSING, /* it sent a Terminate-Request */
		 LAB_STOPPED,
};

struct lab_ppp {
	bool started;
	uint8_t phase;      /* enum lab_phase */
	uint8_t identifier; /* of our last packet of our own accord */
	uint8_t sends;      /* of what `resend` sends again */
	bool answered;      /* the request had its Ack, Nak or Reject */
	bool refusing;      /* a Terminate-Request is due at `later` */
	uint32_t magic;
	uint32_t rejected; /* option types */
	uint64_t drand48;  /* pppd's generator */
	struct lab_choice choice;
	int64_t resend; /* Configure- or Terminate-Request */
	int64_t later;  /* challenge, network requests, or `refusing` */
	uint8_t challenge_identifier, challenge_size, challenge_sends;
	uint8_t challenge[255];
	uint8_t request_length;
	uint8_t request[128]; /* options of the last Configure-Request */
};

struct lab_server {
	struct lab_host *host;
	struct pptp_address client;
	bool seen_first, greeted, called, closed, ended;
	uint16_t call_id, peer_call_id; /* ours, the client's */
	uint32_t call_bps;
	uint16_t call_window;
	uint8_t buffer[PPTP_CONTROL_MAX];
	size_t buffered;
	int64_t start;  /* of PPP */
	int64_t hangup; /* the TCP connection closes by itself */
	/* GRE */
	uint32_t sequence, received;
	bool has_received, has_sent;
	int64_t acknowledge;
	struct {
		uint8_t length;
		uint8_t bytes[120];
	} waiting[LAB_WAITING]; /* frames that came before PPP had started */
	unsigned frames;
	struct lab_ppp ppp;
	struct {
		uint8_t kind; /* enum lab_output_kind */
		uint16_t length, given;
		uint8_t bytes[LAB_ROOM];
	} out[LAB_OUTPUTS];
	unsigned first, outputs;
};

uint32_t lab_random(struct lab_host *h);
enum lab_quirk lab_quirk(const struct lab_server *s);
const struct lab_stack *lab_server_stack(const struct lab_server *s);

/* server.c, for ppp.c */
void lab_server_gre(struct lab_server *s, const struct pptp_writer *frame);
void lab_server_link_info(struct lab_server *s);
/* The call is over: told on the control connection as the stack does. */
void lab_server_end_call(struct lab_server *s, int64_t now);

/* ppp.c, for server.c */
void lab_ppp_begin(struct lab_server *s);
void lab_ppp_start(struct lab_server *s, int64_t now);
void lab_ppp_stop(struct lab_server *s);
void lab_ppp_frame(struct lab_server *s, struct pptp_reader frame, int64_t now);
void lab_ppp_tick(struct lab_server *s, int64_t now);
int64_t lab_ppp_deadline(const struct lab_server *s);

#endif
