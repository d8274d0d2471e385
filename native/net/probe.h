/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One plan on its way to a record: its conversation, the socket and the packets
 * that are the conversation's, and nothing of other probes. What its owner has
 * to do, calls return as changes.
 *
 *	init; prepare; begin; then, as the owner's loop tells:
 *	socket_event, timer_event, packet … until PPTP_PROBE_OVER; free.
 *
 * Its record may be read from PPTP_PROBE_RECORD on, while its socket still
 * drains: the two ends are told apart.
 */
#ifndef PPTP_PROBE_H
#define PPTP_PROBE_H

#include "core/conversation.h"
#include "net/connection.h"
#include "net/jobs.h"
#include "net/random.h"
#include "net/resend.h"
#include "net/tell.h"
#include "net/wire.h"

/* What a call has changed */
enum {
	PPTP_PROBE_OPENED = 1, /* it has a socket that the system gave */
	/* It waits for a job, or for a slot where it wants to connect: see
	 * pptp_probe_wants_slot(). resume() once it has one. */
	PPTP_PROBE_WAITS = 2,
	/* The same, and the system is short of something: `shortage`, errno. */
	PPTP_PROBE_SHORT = 4,
	PPTP_PROBE_RECORD = 8, /* the conversation is finished */
	PPTP_PROBE_OVER = 16,  /* and its socket closed: the address is free */
};

enum pptp_phase {
	PPTP_PHASE_NEW,
	PPTP_PHASE_LIVE,     /* its conversation runs */
	PPTP_PHASE_DRAINING, /* finished; its socket is read to the end */
	PPTP_PHASE_OVER,
};

struct pptp_probe_common { /* what all probes of one owner share */
	struct pptp_loop *loop;
	struct pptp_wire *wire;     /* NULL: TCP alone */
	const char *interface;      /* NULL: as routed */
	struct pptp_address source; /* family 0: as routed */
	struct pptp_tell_to tell;
	struct pptp_random random;
	uint64_t run; /* of all its records */
	int router;   /* -1: not opened yet; the owner closes it */
};

struct pptp_probe { /* zeroed before init() */
	struct pptp_probe_common *common;
	struct pptp_plan plan; /* with texts of its own */
	struct pptp_address source;
	bool own_host;             /* the target is an address of this host */
	unsigned index;            /* of the interface that leads there */
	struct pptp_wire_out *out; /* NULL: no raw packets */
	struct pptp_wire_in *in;   /* NULL: no raw packets */
	/* For the owner: `ready` and `due` are what it calls events by. */
	struct pptp_watch watch;
	struct pptp_timer timer;
	struct pptp_job job;            /* the owner's to give and to take */
	struct pptp_exchange *exchange; /* that it begins from, or NULL */
	struct pptp_conversation *conversation;
	struct pptp_control_stream *told; /* NULL: nobody traces */
	struct pptp_resend resend;
	struct pptp_connection connection;
	enum pptp_phase phase;
	unsigned changed; /* since the last call's return */
	int shortage;     /* errno */
	bool waits;       /* for a job or a slot */
	bool opened;      /* a socket for the CONNECT that is next */
	bool late;        /* it was answered without a job, and waits for one */
	bool accepted;    /* the conversation knows that it is connected */
	bool closed;      /* by the server */
	bool heard;       /* it has sent bytes */
	int64_t connected_at; /* by the kernel; the last time */
	uint32_t drops;       /* of `in` when it began */
	uint32_t untaken;     /* bytes that it never acknowledged */
};

/* Copies all; `exchange` may be NULL: see net/plan_source.h. False: no memory;
 * free() all the same. */
bool pptp_probe_init(struct pptp_probe *e, struct pptp_probe_common *common,
		     const struct pptp_plan *plan,
		     const struct pptp_exchange *exchange) PPTP_MUST_USE;
/* Its route, and the ways of its packets. PPTP_ERROR_ROUTE, _INTERFACE,
 * _ARGUMENT, _PRIVILEGE or _SYSTEM where it cannot begin, and one sentence. */
enum pptp_error pptp_probe_prepare(struct pptp_probe *e, char *text,
				   size_t room) PPTP_MUST_USE;
/* Closes and gives back all it has; not itself. */
void pptp_probe_free(struct pptp_probe *e);
/* False with errno where the system has run out of something: later again.
 * `call_id`: ours, where the plan has a call. */
bool pptp_probe_begin(struct pptp_probe *e, uint16_t call_id, int64_t now,
		      unsigned *changes) PPTP_MUST_USE;
/* A plan that never began has a record too: nothing but that it ended. False:
 * no memory. */
bool pptp_probe_abort_plan(struct pptp_probe *e, int64_t now,
			   unsigned *changes) PPTP_MUST_USE;

unsigned pptp_probe_socket_event(struct pptp_probe *e, uint32_t events);
unsigned pptp_probe_timer_event(struct pptp_probe *e, int64_t now);
/* `*taken` where the packet was this probe's. */
unsigned pptp_probe_packet(struct pptp_probe *e,
			   const struct pptp_packet *packet, bool *taken);
/* A packet of its own did not leave after all: errno. */
void pptp_probe_unsent(struct pptp_probe *e, const void *packet, size_t length,
		       int error, int64_t now);
/* It waited, and has what it waited for. */
unsigned pptp_probe_resume(struct pptp_probe *e, int64_t now);
/* Only while its conversation runs: farewell. */
unsigned pptp_probe_abort(struct pptp_probe *e, int64_t now);

/* Nothing was heard of the server yet, neither to a SYN nor, for longer than
 * job.until says, to the SCCRQ: it needs a socket at most. */
bool pptp_probe_is_unanswered(const struct pptp_probe *e);
/* What it waits for is a slot, or a job as well; else a job alone. */
bool pptp_probe_wants_slot(const struct pptp_probe *e);
/* Who was answered goes on at this time at the latest, with a job or without:
 * a server is not kept waiting. */
int64_t pptp_probe_waits_until(const struct pptp_probe *e, int64_t now);
/* Once it is finished its record belongs to who reads it: no effect then. */
void pptp_probe_note(struct pptp_probe *e, enum pptp_note_code code,
		     uint32_t a);

/* ---- for the files of a probe alone -------------------------------------- */

/* What has changed since the last call's return. */
unsigned pptp_probe_changes(struct pptp_probe *e);
struct pptp_connection_way pptp_probe_way(struct pptp_probe *e);
struct pptp_tell pptp_probe_telling(const struct pptp_probe *e);
bool pptp_probe_call_is_up(const struct pptp_probe *e);
/* Where `error` is one. */
void pptp_probe_note_error(struct pptp_probe *e, enum pptp_note_code code,
			   int error);
/* connect() has, and what the capture holds of it was heard. */
void pptp_probe_connected(struct pptp_probe *e, int64_t now);
/* `up_to_call`: no further than the OCRP. */
void pptp_probe_read(struct pptp_probe *e, bool up_to_call);
/* Does all that the conversation wants, and waits for what it waits for. */
void pptp_probe_pump(struct pptp_probe *e, int64_t now);

#endif
