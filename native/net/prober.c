/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/prober.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/prober_intake.h"

#define PATIENCE   INT64_C(3000000) /* with a system that lacks something */
#define RING_EACH  16384 /* a conversation's burst, in frames of 2 KiB */
#define RING_LEAST (2 << 20)
#define RING_MOST  (64 << 20)

static void fail(struct pptp_prober *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void fail(struct pptp_prober *p, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(p->error, sizeof(p->error), format, arguments);
	va_end(arguments);
}

/* ---- packets ------------------------------------------------------------- */

static void on_packet(void *context, struct pptp_wire_in *in,
		      const struct pptp_captured *captured)
{
	struct pptp_prober *p = context;
	struct pptp_demux_entry *found[PPTP_DEMUX_CANDIDATES];
	struct pptp_task *mine[PPTP_DEMUX_CANDIDATES];
	bool taken = false;
	size_t n = 0, count = 0, i;

	if (captured->decoded)
		n = pptp_demux_candidates(&p->demux, &captured->parts, found);
	for (i = 0; i < n; i++) {
		mine[count] = found[i]->owner;
		count += mine[count]->probe.in == in;
	}
	if (count > 0)
		pptp_wire_keep(p->wire, captured);
	for (i = 0; i < count && !taken; i++)
		pptp_task_settle(mine[i],
				 pptp_probe_packet(&mine[i]->probe,
						   &captured->parts, &taken));
}

static void on_lost(void *context, const struct pptp_wire_in *in)
{
	const struct pptp_prober *p = context;
	struct pptp_task *t;

	for (t = p->all; t != NULL; t = t->after)
		if (t->probe.in == in)
			pptp_probe_note(&t->probe, PPTP_NOTE_SEND_FAILED,
					ENETDOWN);
}

static void on_unsent(void *context, const void *packet, size_t length,
		      int error)
{
	struct pptp_prober *p = context;
	struct pptp_demux_entry *found = NULL;
	struct pptp_packet parts;
	struct pptp_task *t;

	if (pptp_packet_decode(&parts, packet, length))
		found = pptp_demux_find(&p->demux, &parts.ip.destination);
	if (found == NULL)
		return;
	t = found->owner;
	pptp_probe_unsent(&t->probe, packet, length, error, pptp_timers_now());
}

static bool add_wants(void *context, struct pptp_capture_filter *f)
{
	const struct pptp_prober *p = context;
	const struct pptp_task *t;

	if (p->count > PPTP_CAPTURE_TARGETS)
		return false;
	for (t = p->all; t != NULL; t = t->after)
		pptp_capture_filter_add(f, &t->probe.plan.target,
					t->entry.call_id);
	return true;
}

/* ---- beginning ----------------------------------------------------------- */

static bool can_bind(const struct pptp_address *source, unsigned index)
{
	struct sockaddr_storage from;
	socklen_t length = pptp_connection_sockaddr(&from, source, 0, index);
	int fd = socket(from.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool bound;

	if (fd < 0)
		return false;
	bound = bind(fd, (const struct sockaddr *)&from, length) == 0;
	close(fd);
	return bound;
}

/* A raw socket would send from any address: ours must be ours. */
static enum pptp_error check_source(const struct pptp_prober *p, char *text,
				    size_t room)
{
	const struct pptp_address *source = &p->common.source;
	char address[PPTP_ADDRESS_TEXT];

	if (source->family == 0 ||
	    can_bind(source, if_nametoindex(p->interface)))
		return PPTP_OK;
	pptp_address_format(source, address);
	snprintf(text, room,
		 "source address %s is none of this host's; see ip address",
		 address);
	return PPTP_ERROR_ARGUMENT;
}

static enum pptp_error set_interface(struct pptp_prober *p,
				     const char *interface, char *text,
				     size_t room)
{
	if (interface == NULL)
		return PPTP_OK;
	if (if_nametoindex(interface) == 0) {
		snprintf(text, room, "there is no interface '%s'; see ip link",
			 interface);
		return PPTP_ERROR_INTERFACE;
	}
	snprintf(p->interface, sizeof(p->interface), "%s", interface);
	p->common.interface = p->interface;
	return PPTP_OK;
}

static size_t ring_of(const struct pptp_prober *p)
{
	size_t size = (size_t)p->jobs.most * RING_EACH;

	if (size < RING_LEAST)
		return RING_LEAST;
	return size < RING_MOST ? size : RING_MOST;
}

static enum pptp_error explain_wire(const struct pptp_prober *p,
				    enum pptp_error error, bool write,
				    char *text, size_t room)
{
	if (error == PPTP_ERROR_PRIVILEGE)
		snprintf(text, room, "raw packets%s need CAP_NET_RAW: %s; %s",
			 write ? " and capture files" : "", p->lack.cause,
			 p->lack.cure);
	else if (text[0] == '\0')
		snprintf(text, room, "cannot send raw packets: %s",
			 strerror(errno));
	return error;
}

/* A helper's. */
static enum pptp_error open_apart(struct pptp_prober *p,
				  const struct pptp_wire_config *config,
				  char *text, size_t room)
{
	enum pptp_error error =
	    pptp_wire_helper_open(&p->wire, config, &p->lack, text, room);

	p->apart = error == PPTP_OK;
	return error;
}

/* This process's own where it has the capability, else a helper's; or the other
 * way round. */
static enum pptp_error open_one_wire(struct pptp_prober *p,
				     const struct pptp_wire_config *config,
				     bool apart, char *text, size_t room)
{
	enum pptp_error error = PPTP_ERROR_PRIVILEGE;

	if (apart)
		error = open_apart(p, config, text, room);
	if (error == PPTP_ERROR_PRIVILEGE)
		error = pptp_wire_open(&p->wire, config, text, room);
	if (error == PPTP_ERROR_PRIVILEGE && !apart)
		error = open_apart(p, config, text, room);
	return error;
}

static enum pptp_error open_wire(struct pptp_prober *p,
				 const struct pptp_prober_config *f, char *text,
				 size_t room)
{
	const struct pptp_wire_config config = {
	    .loop = p->loop,
	    .interface = p->common.interface,
	    .ring = ring_of(p),
	    .write = f->write,
	    .exclude = f->exclude,
	};
	enum pptp_error error = PPTP_ERROR_PRIVILEGE;

	text[0] = '\0';
	if (!f->tcp_only)
		error = open_one_wire(p, &config, f->apart, text, room);
	p->owns_wire = error == PPTP_OK;
	if (f->tcp_only)
		snprintf(p->lack.cause, sizeof(p->lack.cause),
			 "this run is without raw packets");
	if (error == PPTP_ERROR_PRIVILEGE && f->write == NULL &&
	    (f->stay || f->tcp_only))
		return PPTP_OK;
	return error == PPTP_OK
		   ? PPTP_OK
		   : explain_wire(p, error, f->write != NULL, text, room);
}

static void listen_to_wire(struct pptp_prober *p)
{
	p->common.wire = p->wire;
	p->consumer = (struct pptp_wire_consumer){
	    .context = p,
	    .packet = on_packet,
	    .lost = on_lost,
	    .wants = add_wants,
	    .unsent = on_unsent,
	};
	if (p->wire != NULL)
		pptp_wire_listen(p->wire, &p->consumer);
}

static enum pptp_error open_loop(struct pptp_prober *p, char *text, size_t room)
{
	if (pptp_loop_open(&p->loop) == PPTP_OK) {
		p->owns_loop = true;
		return PPTP_OK;
	}
	snprintf(text, room, "cannot wait for events: %s", strerror(errno));
	return PPTP_ERROR_SYSTEM;
}

static enum pptp_error configure(struct pptp_prober *p,
				 const struct pptp_prober_config *f, char *text,
				 size_t room)
{
	enum pptp_error error;

	p->common.source = f->source;
	p->common.tell = (struct pptp_tell_to){f->trace, f->context};
	error = set_interface(p, f->interface, text, room);
	if (error == PPTP_OK)
		error = check_source(p, text, room);
	if (error == PPTP_OK)
		error = pptp_jobs_init(&p->jobs,
				       f->jobs > 0 ? f->jobs : PPTP_PROBER_JOBS,
				       text, room);
	p->loop = f->loop;
	p->wire = f->wire;
	if (error == PPTP_OK && p->loop == NULL)
		error = open_loop(p, text, room);
	if (error == PPTP_OK && p->wire == NULL)
		error = open_wire(p, f, text, room);
	p->common.loop = p->loop;
	if (error == PPTP_OK)
		listen_to_wire(p);
	return error;
}

enum pptp_error pptp_prober_open(struct pptp_prober **p,
				 const struct pptp_prober_config *config,
				 char *text, size_t room)
{
	struct pptp_prober *prober = calloc(1, sizeof(*prober));
	enum pptp_error error;
	uint32_t seed;

	*p = NULL;
	if (prober == NULL ||
	    getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed) ||
	    getrandom(&prober->common.run, sizeof(prober->common.run), 0) !=
		(ssize_t)sizeof(prober->common.run)) {
		free(prober);
		snprintf(text, room, "out of memory for the prober");
		return PPTP_ERROR_SYSTEM;
	}
	if (config->run != 0)
		prober->common.run = config->run;
	prober->common.router = -1;
	prober->retry_at = prober->short_since = PPTP_NEVER;
	pptp_demux_init(&prober->demux, seed);
	error = configure(prober, config, text, room);
	if (error != PPTP_OK) {
		pptp_prober_close(prober);
		return error;
	}
	*p = prober;
	return PPTP_OK;
}

void pptp_prober_close(struct pptp_prober *p)
{
	int error = errno;

	if (p == NULL)
		return;
	/* The last packets of the last farewell, for the capture file. */
	if (p->wire != NULL && p->wire->keeps)
		(void)pptp_wire_drain(p->wire, NULL);
	while (p->all != NULL)
		pptp_task_drop(p->all);
	if (p->owns_wire)
		pptp_wire_close(p->wire);
	else if (p->wire != NULL)
		pptp_wire_leave(p->wire, &p->consumer);
	if (p->owns_loop)
		pptp_loop_close(p->loop);
	if (p->common.router >= 0)
		close(p->common.router);
	pptp_demux_free(&p->demux);
	free(p);
	errno = error;
}

/* ---- plans and records --------------------------------------------------- */

void pptp_prober_pull(struct pptp_prober *p,
		      const struct pptp_plan_source *source)
{
	p->source = *source;
}

enum pptp_error pptp_prober_start(struct pptp_prober *p,
				  const struct pptp_plan *plan, int64_t tag,
				  char *text, size_t room)
{
	return pptp_intake_add(p, plan, tag, text, room);
}

/* The record that was given last has been read. */
static void take_back(struct pptp_prober *p)
{
	struct pptp_task *t = p->current;

	p->current = NULL;
	if (t == NULL)
		return;
	free(t->probe.conversation);
	t->probe.conversation = NULL;
	t->reported = true;
	if (t->probe.phase == PPTP_PHASE_OVER)
		pptp_task_drop(t);
}

static int give(struct pptp_prober *p, const struct pptp_record **record,
		int64_t *tag)
{
	struct pptp_task *t = pptp_task_pop(&p->done);

	p->current = t;
	p->unreported--;
	*record = &t->probe.conversation->record;
	*tag = t->tag;
	return 1;
}

static int system_failure(struct pptp_prober *p)
{
	int error = errno;

	fail(p, "the conversations cannot go on: %s", strerror(error));
	errno = error;
	return PPTP_ERROR_SYSTEM;
}

/* Of something that none of ours will give back. */
static bool is_short(const struct pptp_prober *p)
{
	return p->short_since != PPTP_NEVER && p->jobs.running == 0 &&
	       p->jobs.silent == 0 &&
	       pptp_timers_now() - p->short_since > PATIENCE;
}

/* One plan that never began: its record, where memory is left for it. */
static bool give_up_one(struct pptp_prober *p)
{
	struct pptp_task *t;
	unsigned changes;

	if (p->done.first != NULL || (t = pptp_task_pop(&p->aborted)) == NULL)
		return true;
	if (pptp_probe_abort_plan(&t->probe, pptp_timers_now(), &changes)) {
		pptp_task_settle(t, changes);
		return true;
	}
	pptp_task_push_front(&p->aborted, t);
	return false;
}

/* What has happened until now, or until something happens. */
static int turn(struct pptp_prober *p, int64_t until)
{
	struct pptp_task *t;

	if (p->done.first != NULL)
		until = 0;
	if (p->retry_at < until)
		until = p->retry_at;
	if (pptp_loop_turn(p->loop, until) != 0)
		return -1;
	while ((t = pptp_task_pop(&p->over)) != NULL)
		pptp_task_drop(t);
	return 0;
}

int pptp_prober_next(struct pptp_prober *p, int64_t timeout_us,
		     const struct pptp_record **record, int64_t *tag)
{
	int64_t until = timeout_us < 0 || timeout_us > INT64_MAX / 2
			    ? PPTP_NEVER
			    : pptp_timers_now() + timeout_us;

	take_back(p);
	for (;;) {
		if (!give_up_one(p))
			return system_failure(p);
		pptp_intake_begin(p);
		if (pptp_intake_is_over(p))
			return PPTP_PROBER_IDLE;
		if (p->pulled == PPTP_PULL_ASK)
			return PPTP_PROBER_ASKS;
		if (turn(p, until) != 0)
			return errno == EINTR ? 0 : system_failure(p);
		if (p->done.first != NULL)
			return give(p, record, tag);
		if (is_short(p)) {
			errno = p->shortage;
			p->short_since = PPTP_NEVER;
			return system_failure(p);
		}
		if (pptp_timers_now() >= until)
			return 0;
	}
}

static void forget(struct pptp_task_queue *q)
{
	memset(q, 0, sizeof(*q));
}

void pptp_prober_abort(struct pptp_prober *p)
{
	int64_t now = pptp_timers_now();
	struct pptp_task *t;

	if (p->aborting)
		return;
	p->aborting = true;
	forget(&p->ready);
	forget(&p->answered);
	forget(&p->callers);
	for (t = p->all; t != NULL; t = t->after) {
		forget(&t->followers);
		if (t->probe.phase != PPTP_PHASE_NEW)
			continue;
		pptp_loop_clear_timer(p->loop, &t->probe.timer);
		pptp_task_push_front(&p->aborted, t);
	}
	for (t = p->all; t != NULL; t = t->after)
		if (t->probe.phase == PPTP_PHASE_LIVE)
			pptp_task_settle(t, pptp_probe_abort(&t->probe, now));
}

size_t pptp_prober_live(const struct pptp_prober *p)
{
	return p->unreported;
}

bool pptp_prober_raw(const struct pptp_prober *p)
{
	return p->wire != NULL;
}

struct pptp_loop *pptp_prober_loop(struct pptp_prober *p)
{
	return p->loop;
}

struct pptp_wire *pptp_prober_wire(struct pptp_prober *p)
{
	return p->wire;
}

bool pptp_prober_apart(const struct pptp_prober *p)
{
	return p->apart;
}

const char *pptp_prober_refusal(const struct pptp_prober *p)
{
	if (p->refusal[0] == '\0' && p->wire != NULL)
		return pptp_wire_refusal(p->wire);
	return p->refusal[0] != '\0' ? p->refusal : NULL;
}

const struct pptp_wire_lack *pptp_prober_lack(const struct pptp_prober *p)
{
	return p->wire == NULL && p->lack.cause[0] != '\0' ? &p->lack : NULL;
}

const char *pptp_prober_error(const struct pptp_prober *p)
{
	if (p->error[0] != '\0')
		return p->error;
	return p->wire != NULL ? pptp_wire_error(p->wire) : NULL;
}
