/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The prober from inside, for its own files alone: a probe is one plan on its
 * way to a record, a tap the capture on one interface.
 *
 * A probe is in one queue at a time: that of its phase, or that in which it
 * waits, or none. Its record may be read while its socket still drains; it is
 * freed once both are over.
 *
 * A conversation has a job. Who knocks, by a raw SYN or by connect(), and has no
 * answer within 0.25 s leaves its job to others, and has one again before it
 * says a word. A connect() that begins without a job has a slot for its first
 * 0.25 s instead, so that no more than there are jobs can be answered at once,
 * and it takes no job of those that talk.
 */
#ifndef PPTP_PROBE_H
#define PPTP_PROBE_H

#include "net/capture.h"
#include "net/connection.h"
#include "net/demux.h"
#include "net/prober.h"
#include "net/resend.h"
#include "net/route.h"
#include "net/tell.h"
#include "net/timer.h"

#define PPTP_RANDOM_POOL 256 /* getrandom(2) gives so many in one piece */
#define PPTP_TARGETS_FEW 16  /* that captures are narrowed to */

enum pptp_source { PPTP_SOURCE_PROBE, PPTP_SOURCE_TAP }; /* of an event */

enum pptp_phase {
	PPTP_PHASE_WAITING,  /* for its time: only its timer knows it */
	PPTP_PHASE_READY,    /* for a job, or for its address to be free */
	PPTP_PHASE_LIVE,     /* its conversation runs */
	PPTP_PHASE_DRAINING, /* finished; its socket is read to the end */
	PPTP_PHASE_OVER,
};

struct pptp_queue {
	struct pptp_probe *first, *last;
};

struct pptp_tap {
	enum pptp_source source; /* first */
	struct pptp_tap *next;
	char interface[PPTP_INTERFACE_NAME];
	struct pptp_capture *capture; /* NULL: the interface went away */
	uint32_t drops;               /* so far */
};

/* Raw packets of ours with one source leave by a socket bound to it. */
struct pptp_exit {
	struct pptp_exit *next;
	struct pptp_address source;
	unsigned index; /* of its interface, where it is link-local */
	struct pptp_sender *sender;
};

struct pptp_probe {
	enum pptp_source source; /* first */
	struct pptp_demux_entry entry;
	struct pptp_timer timer;
	struct pptp_prober *prober;
	struct pptp_probe *next;           /* in its queue */
	struct pptp_probe *before, *after; /* among all probes */
	struct pptp_queue followers; /* later plans for the same address */
	struct pptp_plan plan;
	char *contact, *name, *labels;
	int64_t tag;
	struct pptp_route route;
	struct pptp_tap *tap; /* NULL: no raw packets */
	struct pptp_conversation *conversation;
	struct pptp_tell_stream *told; /* NULL: nobody traces */
	struct pptp_sender *sender;    /* NULL: no raw packets */
	struct pptp_resend resend;
	struct pptp_connection connection;
	enum pptp_phase phase;
	bool reported;    /* its record was read, and is gone */
	bool employed;    /* has one of the prober's jobs */
	bool slot;        /* knocks by connect(), and has no job */
	bool waits;       /* for a job or a slot, in a queue */
	bool opened;      /* a socket for the CONNECT that is next */
	bool answered;    /* connect() was, and waits for a job */
	bool closed;      /* by the server */
	bool heard;       /* it has sent bytes */
	int64_t until;    /* so long it keeps job or slot without an answer */
	uint32_t drops;   /* of the tap when it began */
	uint32_t untaken; /* bytes that it never acknowledged */
};

struct pptp_prober {
	struct pptp_prober_config config;    /* its strings are not used */
	char interface[PPTP_INTERFACE_NAME]; /* "": as routed */
	char *write;
	unsigned jobs;
	int epoll, guard, router;         /* -1: not opened yet */
	uint8_t random[PPTP_RANDOM_POOL]; /* from getrandom(2) */
	size_t random_left;
	uint64_t run; /* of all its records */
	bool raw;     /* packets can be sent and captured */
	struct pptp_exit *exits;
	struct pptp_dump *dump;
	struct pptp_tap *taps;
	uint16_t *ports; /* that the taps' filter lets through */
	size_t port_count;
	bool narrow; /* the taps' filter holds targets and Call-IDs */
	struct pptp_timers timers;
	struct pptp_probe *all, *current; /* current: whose record is lent */
	size_t count, queued, unreported;
	size_t running, slots; /* that are taken; there are `jobs` of each */
	size_t silent, silent_most; /* sockets whose probe has no job */
	/* answered: late, and again in need of a job; callers: of a slot */
	struct pptp_queue ready, answered, callers, done, aborted, over;
	int64_t retry_at; /* when to try again after running out of something */
	int64_t starved_since; /* … while nothing of ours was running */
	int shortage;          /* errno of it */
	bool aborting;
	bool draining; /* a tap is being read */
	char error[256];
	struct pptp_demux demux;
};

/* ---- prober_jobs.c: queues, jobs, slots ---------------------------------- */

void pptp_queue_push(struct pptp_queue *q, struct pptp_probe *e);
void pptp_queue_push_front(struct pptp_queue *q, struct pptp_probe *e);
struct pptp_probe *pptp_queue_pop(struct pptp_queue *q); /* NULL: empty */
struct pptp_connection_way pptp_probe_way(struct pptp_probe *e);
void pptp_probe_close_socket(struct pptp_probe *e);
/* Closes and gives back all it has and itself; none of the queues knows it. */
void pptp_probe_free(struct pptp_probe *e);
void pptp_prober_enqueue(struct pptp_probe *e); /* ready */
void pptp_prober_join(struct pptp_probe *e);
void pptp_prober_drop(struct pptp_probe *e); /* and frees it */
/* False where the system gives none. */
bool pptp_prober_random(struct pptp_prober *p, void *bytes,
			size_t length) PPTP_MUST_USE;
void pptp_prober_fail(struct pptp_prober *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A job for who waits for one or begins; a slot, where one is free. */
void pptp_prober_employ(struct pptp_probe *e, int64_t now);
bool pptp_prober_take_slot(struct pptp_probe *e, int64_t now);
/* Its job or its slot is free; no effect where it has none. */
void pptp_prober_give_back(struct pptp_probe *e);
/* It waits for a job, or for a slot, and has neither. */
void pptp_prober_wait(struct pptp_probe *e);
/* The same, first of all, and later: the system is short of something. */
void pptp_prober_short(struct pptp_probe *e, int error, int64_t now);
/* It has what it needs, and others may hope again. */
void pptp_prober_served(struct pptp_prober *p);
/* Whether one more socket may be without a job. */
bool pptp_prober_has_room(struct pptp_prober *p);
/* The record is ready; the address is free again. */
void pptp_prober_done(struct pptp_probe *e);
void pptp_prober_over(struct pptp_probe *e);

/* ---- probe.c: what a probe hears, and what its conversation wants -------- */

void pptp_probe_socket_event(struct pptp_probe *e, uint32_t events);
void pptp_probe_timer_event(struct pptp_probe *e, int64_t now);
/* True where the packet was this probe's. */
bool pptp_probe_packet(struct pptp_probe *e, const void *packet, size_t length);
/* Does all that the conversation wants, and waits for what it waits for. */
void pptp_probe_pump(struct pptp_probe *e, int64_t now);
/* connect() has, and what the capture holds of it was heard. */
void pptp_probe_connected(struct pptp_probe *e, int64_t now);
/* Once it is over its record belongs to who reads it: no effect then. */
void pptp_probe_note(struct pptp_probe *e, enum pptp_note_code code,
		     uint32_t a);
struct pptp_tell pptp_probe_telling(const struct pptp_probe *e);

/* ---- probe_begin.c ------------------------------------------------------- */

/* False where the system gives no random bytes. */
bool pptp_probe_vantage(const struct pptp_probe *e,
			struct pptp_vantage *v) PPTP_MUST_USE;
/* False where the system has run out of something: later again. */
bool pptp_probe_begin(struct pptp_probe *e, int64_t now) PPTP_MUST_USE;
/* It waited, and has what it waited for. */
void pptp_probe_resume(struct pptp_probe *e, int64_t now);
void pptp_probe_abort(struct pptp_probe *e, int64_t now);

/* ---- tap.c: captures ----------------------------------------------------- */

/* The tap on an interface, opened when it is first asked for. */
enum pptp_error pptp_tap_get(struct pptp_prober *p, const char *interface,
			     struct pptp_tap **tap, char *text,
			     size_t room) PPTP_MUST_USE;
/* Lets the packets of one more port through. */
enum pptp_error pptp_taps_port(struct pptp_prober *p, uint16_t port, char *text,
			       size_t room) PPTP_MUST_USE;
/* Lets through what belongs to the probes that there are: while they are few,
 * no other's. To be called when one more is there, or has a Call-ID. */
enum pptp_error pptp_taps_narrow(struct pptp_prober *p, char *text,
				 size_t room) PPTP_MUST_USE;
uint32_t pptp_tap_drops(struct pptp_tap *tap); /* so far */
/* Gives each packet to its probe; true where none is left. */
bool pptp_tap_drain(struct pptp_prober *p, struct pptp_tap *tap);
void pptp_taps_close(struct pptp_prober *p);

#endif
