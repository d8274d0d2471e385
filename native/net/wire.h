/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What packets go out and come in by: senders, captures, the guard of protocol
 * 47, the capture file. It knows packets and no conversation; several consumers
 * may listen to one wire.
 *
 * The order of what was heard: a packet that is in a capture came before what a
 * socket says now. So captures are early watches of the loop, and drain() is
 * called before a socket's word is believed: net/probe.c has the one place.
 *
 * A wire is a table of calls with what all of them share, so that a test can
 * have one without sockets. NULL in the place of a wire is none at all: what
 * TCP tells, and nothing else.
 */
#ifndef PPTP_WIRE_H
#define PPTP_WIRE_H

#include "net/capture.h"
#include "net/capture_filter.h"
#include "net/loop.h"
#include "net/route.h"

struct pptp_exclusions;
struct pptp_wire_out; /* sends raw packets from one source */
struct pptp_wire_in;  /* captures on one interface; its own for each */

struct pptp_wire_consumer {
	struct pptp_wire_consumer *next; /* the wire's */
	void *context;
	/* A packet, in either direction, heard on `in`; borrowed. */
	void (*packet)(void *context, struct pptp_wire_in *in,
		       const struct pptp_captured *captured);
	/* `in` hears nothing any more: its interface is gone or down. */
	void (*lost)(void *context, const struct pptp_wire_in *in);
	/* Adds the targets and Call-IDs that it listens for. False: too many
	 * to name, and everything for the ports is to pass. */
	bool (*wants)(void *context, struct pptp_capture_filter *f);
	/* What pptp_wire_post() took did not leave: errno. It sends nothing
	 * now. NULL where nothing is posted. */
	void (*unsent)(void *context, const void *packet, size_t length,
		       int error);
};

/* One conversation, as a wire may have to know before it lets packets through:
 * see net/wire_policy.h. Where it has to, it chooses the Call-ID. */
struct pptp_wire_talk {
	uint32_t number; /* its user's name for it, not 0 */
	struct pptp_address source, target;
	uint16_t port, call_id; /* call_id: the wire's to set; 0: none */
	bool call;              /* it is to have a call */
	bool contact;           /* its contact information is sent along */
	/* Nobody waits for its refusal, which pptp_wire_refusal() tells then.
	 * Not where there is a call. */
	bool later;
};

struct pptp_wire {
	const struct pptp_wire_calls *calls;
	struct pptp_wire_consumer *consumers;
	bool keeps;    /* there is a capture file */
	bool draining; /* a capture is being read */
};

/* On failure `text` has one sentence, or one clause. */
struct pptp_wire_calls {
	enum pptp_error (*out)(struct pptp_wire *w,
			       const struct pptp_route *route,
			       struct pptp_wire_out **out, char *text,
			       size_t room);
	enum pptp_error (*in)(struct pptp_wire *w, const char *interface,
			      struct pptp_wire_in **in, char *text,
			      size_t room);
	enum pptp_error (*port)(struct pptp_wire *w, uint16_t port, char *text,
				size_t room);
	enum pptp_error (*narrow)(struct pptp_wire *w, char *text, size_t room);
	enum pptp_error (*send)(struct pptp_wire *w, struct pptp_wire_out *out,
				const void *packet, size_t length);
	/* NULL: send() does. */
	enum pptp_error (*post)(struct pptp_wire *w, struct pptp_wire_out *out,
				const void *packet, size_t length);
	bool (*drain)(struct pptp_wire *w, struct pptp_wire_in *in);
	bool (*catch_up)(struct pptp_wire *w,
			 struct pptp_wire_in *in); /* NULL: drain() does */
	uint32_t (*drops)(struct pptp_wire *w, struct pptp_wire_in *in);
	uint32_t (*known_drops)(
	    struct pptp_wire *w,
	    struct pptp_wire_in *in); /* NULL: drops() does */
	bool (*hears)(const struct pptp_wire_in *in);
	int (*guard)(struct pptp_wire *w);
	/* NULL, both: every conversation may. */
	enum pptp_error (*talk)(struct pptp_wire *w,
				struct pptp_wire_talk *talk, char *text,
				size_t room);
	void (*hush)(struct pptp_wire *w, uint32_t number);
	const char *(*refusal)(struct pptp_wire *w); /* NULL: none is */
	void (*keep)(struct pptp_wire *w, const struct pptp_captured *captured);
	void (*flush)(struct pptp_wire *w);
	const char *(*error)(const struct pptp_wire *w);
	void (*close)(struct pptp_wire *w);
};

struct pptp_wire_config {
	struct pptp_loop *loop; /* that its captures are watched in */
	const char *interface;  /* NULL: as routed */
	size_t ring;            /* bytes of a capture: see net/capture.h */
	const char *write;      /* pcap of all that is kept, or NULL */
	bool
	    stream; /* segments between SYN and FIN too, though `write` is NULL */
	/* For a helper to leave alone, or NULL: who asks does so anyway. */
	struct pptp_exclusions *exclude;
};

/* The wire of this host. PPTP_ERROR_PRIVILEGE, _INTERFACE, _SYSTEM; `text` is
 * empty where there is nothing to add to the error's own text and errno. */
enum pptp_error pptp_wire_open(struct pptp_wire **w,
			       const struct pptp_wire_config *config,
			       char *text, size_t room) PPTP_MUST_USE;
/* NULL is allowed. For the last packets in the capture file, drain() first. */
void pptp_wire_close(struct pptp_wire *w);

/* Stays where it is until it leaves, or the wire is closed. */
void pptp_wire_listen(struct pptp_wire *w, struct pptp_wire_consumer *c);
/* Not while a packet is in its hands. */
void pptp_wire_leave(struct pptp_wire *w, struct pptp_wire_consumer *c);
/* The way out of packets with the route's source, opened when it is first asked
 * for; likewise the capture on an interface ("any": all of them). */
enum pptp_error pptp_wire_out(struct pptp_wire *w,
			      const struct pptp_route *route,
			      struct pptp_wire_out **out, char *text,
			      size_t room) PPTP_MUST_USE;
enum pptp_error pptp_wire_in(struct pptp_wire *w, const char *interface,
			     struct pptp_wire_in **in, char *text,
			     size_t room) PPTP_MUST_USE;
/* Lets the packets of one more TCP port through. */
enum pptp_error pptp_wire_port(struct pptp_wire *w, uint16_t port, char *text,
			       size_t room) PPTP_MUST_USE;
/* Lets through what the consumers want and, while that can be named, nothing
 * else. To be called when they want something more. */
enum pptp_error pptp_wire_narrow(struct pptp_wire *w, char *text,
				 size_t room) PPTP_MUST_USE;
/* As pptp_sender_send(). */
enum pptp_error pptp_wire_send(struct pptp_wire *w, struct pptp_wire_out *out,
			       const void *packet, size_t length) PPTP_MUST_USE;
/* The same, at the end of the loop's turn at the latest, and in the order in
 * which it is called; GRE at once, before TCP says anything more. An error that
 * is not known yet goes to the consumers' unsent(). */
enum pptp_error pptp_wire_post(struct pptp_wire *w, struct pptp_wire_out *out,
			       const void *packet, size_t length) PPTP_MUST_USE;
/* Gives each packet that was captured on `in` (NULL: anywhere) to the
 * consumers. True where none is left; false
 * where there may be more, or a packet is in their hands now, or `in` hears
 * nothing. */
bool pptp_wire_drain(struct pptp_wire *w, struct pptp_wire_in *in);
/* The same for what was captured before the loop's last turn began, which is
 * enough where that turn's events are what it has to come before; once a turn
 * it costs something. */
bool pptp_wire_catch_up(struct pptp_wire *w, struct pptp_wire_in *in);
/* Packets that were lost there so far, for want of room. */
uint32_t pptp_wire_drops(struct pptp_wire *w, struct pptp_wire_in *in);
/* The same as of the last drain() or catch_up(). */
uint32_t pptp_wire_known_drops(struct pptp_wire *w, struct pptp_wire_in *in);
bool pptp_wire_hears(const struct pptp_wire *w, const struct pptp_wire_in *in);
/* Holds protocol 47 until the wire is closed: 0 or errno. */
int pptp_wire_guard(struct pptp_wire *w);
/* A conversation begins, and is over. With an error its packets will be refused;
 * with a Call-ID of 0 it may have any. */
enum pptp_error pptp_wire_talk(struct pptp_wire *w, struct pptp_wire_talk *talk,
			       char *text, size_t room) PPTP_MUST_USE;
void pptp_wire_hush(struct pptp_wire *w, uint32_t number);
/* The first conversation that was refused `later`: a sentence, or NULL. */
const char *pptp_wire_refusal(struct pptp_wire *w);
/* For consumers: the packet in hand belongs into the capture file, once. */
void pptp_wire_keep(struct pptp_wire *w, const struct pptp_captured *captured);
/* What was kept is there for others. */
void pptp_wire_flush(struct pptp_wire *w);
/* The last failure that loses something (the capture file's disk is full), as
 * one sentence, or NULL. */
const char *pptp_wire_error(const struct pptp_wire *w);

/* For who makes a wire: the packet to all consumers. */
void pptp_wire_deliver(struct pptp_wire *w, struct pptp_wire_in *in,
		       const struct pptp_captured *captured);

#endif
