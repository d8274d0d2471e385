/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The prober from inside, for prober.c, probe.c and tap.c alone: a probe is
 * one plan on its way to a record, a tap the capture on one interface.
 *
 * A probe is in one queue at a time: that of its phase, or none. Its record
 * may be read while its socket still drains; it is freed once both are over.
 */
#ifndef PPTP_PROBE_H
#define PPTP_PROBE_H

#include <sys/socket.h>

#include "net/capture.h"
#include "net/demux.h"
#include "net/prober.h"
#include "net/route.h"
#include "net/send.h"
#include "net/timer.h"

#define PPTP_PROBE_OUT   512 /* what a socket did not take at once */
#define PPTP_RANDOM_POOL 4096

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

/* Control messages of the server's, put together for the trace. */
struct pptp_probe_trace {
	size_t length;
	uint8_t bytes[PPTP_CONTROL_MAX];
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
	struct pptp_probe_trace *trace;
	enum pptp_phase phase;
	bool reported; /* its record was read, and is gone */
	int fd, socket_error;
	bool employed;                      /* has one of the prober's jobs */
	bool answered;                      /* … and again needs one */
	bool connecting, connected, closed; /* closed: by the server */
	bool broken;    /* sending failed: what is left to read, then RESET */
	bool shut;      /* we have said all */
	uint32_t drops; /* of the tap when it began */
	size_t out_length;
	uint8_t out[PPTP_PROBE_OUT];
};

struct pptp_prober {
	struct pptp_prober_config config;    /* its strings are not used */
	char interface[PPTP_INTERFACE_NAME]; /* "": as routed */
	char *write;
	unsigned jobs;
	int epoll, guard, router;         /* -1: not opened yet */
	uint8_t random[PPTP_RANDOM_POOL]; /* from getrandom(2) */
	size_t random_left;
	struct pptp_sender *sender; /* NULL: no raw packets */
	struct pptp_dump *dump;
	struct pptp_tap *taps;
	uint16_t *ports; /* that the taps' filter lets through */
	size_t port_count;
	struct pptp_timers timers;
	struct pptp_probe *all, *current; /* current: whose record is lent */
	size_t count, queued, running, unreported; /* running: jobs taken */
	/* answered: late, and again in need of a job */
	struct pptp_queue ready, answered, done, aborted, over;
	int64_t retry_at; /* when to try again after running out of something */
	int64_t starved_since; /* … while nothing of ours was running */
	int shortage;          /* errno of it */
	bool aborting;
	bool draining; /* a tap is being read */
	char error[256];
	struct pptp_demux demux;
};

int64_t pptp_probe_now(void);
bool pptp_prober_random(struct pptp_prober *p, void *bytes,
			size_t length) PPTP_MUST_USE;
/* `index`: the interface, which a link-local address needs. */
socklen_t pptp_probe_sockaddr(struct sockaddr_storage *to,
			      const struct pptp_address *a, uint16_t port,
			      unsigned index);
bool pptp_probe_config(const struct pptp_probe *e,
		       struct pptp_conversation_config *f) PPTP_MUST_USE;
/* False where the system has run out of something: later again. */
bool pptp_probe_begin(struct pptp_probe *e, int64_t now) PPTP_MUST_USE;
/* The same for one that was answered while it had no job, and has one now. */
bool pptp_probe_resume(struct pptp_probe *e, int64_t now) PPTP_MUST_USE;
void pptp_probe_socket_event(struct pptp_probe *e, uint32_t events);
void pptp_probe_timer_event(struct pptp_probe *e, int64_t now);
/* True where the packet was this probe's. */
bool pptp_probe_packet(struct pptp_probe *e, const void *packet, size_t length);
void pptp_probe_abort(struct pptp_probe *e, int64_t now);
/* Closes and gives back all it has but itself. */
void pptp_probe_free(struct pptp_probe *e);

/* Called by probe.c: the job is free, which silence needs none of; one is
 * needed again; the record is ready; the address is free again. */
void pptp_prober_give_back(struct pptp_probe *e);
void pptp_prober_answered(struct pptp_probe *e);
void pptp_prober_done(struct pptp_probe *e);
void pptp_prober_over(struct pptp_probe *e);
void pptp_prober_fail(struct pptp_prober *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The tap on an interface, opened when it is first asked for. */
enum pptp_error pptp_tap_get(struct pptp_prober *p, const char *interface,
			     struct pptp_tap **tap, char *text,
			     size_t room) PPTP_MUST_USE;
/* Lets the packets of one more port through. */
enum pptp_error pptp_taps_port(struct pptp_prober *p, uint16_t port, char *text,
			       size_t room) PPTP_MUST_USE;
uint32_t pptp_tap_drops(struct pptp_tap *tap); /* so far */
void pptp_tap_drain(struct pptp_prober *p, struct pptp_tap *tap);
void pptp_taps_close(struct pptp_prober *p);

#endif
