/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/sweeper_serve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/talk.h"

#define RING_MOST   ((size_t)64 << 20)
#define MEMORY_MOST ((size_t)64 << 30)
#define TIME_MOST   (UINT64_C(1) << 60) /* ns */
/* What Linux takes for connections, by default. */
#define KERNEL_PORT 32768
#define FIRST_PORT  1024
/* So much room one that is found takes at most. */
#define FOUND_ROOM  256

_Static_assert(sizeof(struct pptp_found) <= FOUND_ROOM, "a batch's last");

struct pptp_sweeper_excluded {
	struct pptp_sweeper_excluded *next;
	struct pptp_sweeper_blocks view;
	struct pptp_block blocks[];
};

struct turn { /* one request and its answer */
	struct pptp_sweeper_server *server;
	struct pptp_reader in;
	struct pptp_writer out; /* behind the answer's head, made first */
	struct pptp_sweeper_answer answer;
};

static void fail(struct turn *t, int error)
{
	t->answer.status = PPTP_ERROR_SYSTEM;
	t->answer.error = (uint32_t)error;
}

static void refuse(struct turn *t, int error, const char *text)
{
	fail(t, error);
	snprintf(t->answer.text, sizeof(t->answer.text), "%s", text);
}

static void set_error(struct turn *t, int error)
{
	if (error != 0)
		fail(t, error);
}

/* The whole message was read, and held what it should. */
static bool is_read(struct turn *t)
{
	if (pptp_reader_ok(&t->in) && pptp_reader_left(&t->in) == 0)
		return true;
	t->answer.status = PPTP_ERROR_MALFORMED;
	return false;
}

/* ---- before it is opened ------------------------------------------------- */

static bool is_in_range(const struct pptp_sweeper_config *c)
{
	const struct pptp_source_ports *p = &c->sweep.ports;

	return c->sweep.rate >= 1 && c->sweep.rate <= PPTP_PACE_RATE_MAX &&
	       c->sweep.cooldown <= TIME_MOST &&
	       c->sweep.retry_after <= TIME_MOST && c->memory <= MEMORY_MOST &&
	       c->ring <= RING_MOST && p->count > 0 && p->first > 0 &&
	       p->first + (unsigned)p->count <= UINT16_MAX + 1U;
}

/* Where no connection of another user's is. */
static bool is_free(const struct pptp_source_ports *p)
{
	return p->first >= PPTP_SYN_PORT ||
	       (p->first >= FIRST_PORT &&
		p->first + (unsigned)p->count <= KERNEL_PORT);
}

static void configure(struct turn *t)
{
	struct pptp_sweeper_server *s = t->server;
	struct pptp_sweeper_config config;
	char interface[PPTP_INTERFACE_NAME];

	pptp_sweeper_get_config(&t->in, &config, interface);
	if (!is_read(t))
		return;
	if (s->configured || !is_in_range(&config)) {
		fail(t, s->configured ? EEXIST : EINVAL);
	} else if (!s->trusted && config.sweep.rate > PPTP_SWEEPER_RATE) {
		refuse(t, EPERM,
		       "for a user pptp-wire sends 100000 packets a second at "
		       "most; lower --rate, or run it as root");
	} else if (!s->trusted && !is_free(&config.sweep.ports)) {
		refuse(t, EPERM,
		       "for a user pptp-wire sends from ports 1024-32767 or "
		       "61440-65535; choose another --source-port");
	} else {
		memcpy(s->interface, interface, sizeof(interface));
		s->config = config;
		if (config.interface != NULL)
			s->config.interface = s->interface;
		s->configured = true;
	}
}

static void add_ports(struct turn *t)
{
	struct pptp_port_set set;

	pptp_sweeper_get_ports(&t->in, &set);
	if (is_read(t))
		set_error(
		    t, pptp_sweeper_targets_ports(&t->server->targets, &set));
}

/* Of merged blocks, some hold an address of `b`. */
static bool is_touched(const struct pptp_sweeper_excluded *x,
		       const struct pptp_block *b)
{
	size_t low = 0, high = x != NULL ? x->view.count : 0, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (pptp_address_compare(&x->blocks[middle].last, &b->first) <
		    0)
			low = middle + 1;
		else
			high = middle;
	}
	return x != NULL && low < x->view.count &&
	       pptp_address_compare(&x->blocks[low].first, &b->last) <= 0;
}

/* So that no packet has to be held against what was excluded before. */
static int add_entry(struct pptp_sweeper_server *s,
		     const struct pptp_sweeper_entry *e)
{
	struct pptp_block b;
	int error = pptp_sweeper_targets_add(&s->targets, e, &b);

	if (error != 0)
		return error;
	return is_touched(s->excluded, &b) ? EACCES : 0;
}

static void add_entries(struct turn *t)
{
	struct pptp_sweeper_entry e;
	int error = 0;

	while (error == 0 && pptp_reader_ok(&t->in) &&
	       pptp_reader_left(&t->in) > 0) {
		pptp_sweeper_get_entry(&t->in, &e);
		if (pptp_reader_ok(&t->in))
			error = add_entry(t->server, &e);
	}
	t->server->spoiled = t->server->spoiled || error != 0;
	if (error == EACCES)
		refuse(t, error,
		       "pptp-wire was told to leave some of these targets "
		       "alone");
	else if (error == EADDRNOTAVAIL)
		refuse(t, error,
		       "pptp-wire asks no multicast, reserved or unspecified "
		       "address; leave them out");
	else if (error != 0)
		fail(t, error);
	else
		(void)is_read(t);
}

/* ---- who is left alone --------------------------------------------------- */

/* Merged with what was excluded before; the threads may still look at that. */
static int put_in_force(struct pptp_sweeper_server *s)
{
	struct pptp_sweeper_excluded *old = s->excluded, *new;
	size_t before = old != NULL ? old->view.count : 0;
	size_t count = before + s->said.count;

	new = malloc(sizeof(*new) + count * sizeof(new->blocks[0]));
	if (new == NULL)
		return ENOMEM;
	if (before > 0)
		memcpy(new->blocks, old->blocks,
		       before * sizeof(new->blocks[0]));
	if (s->said.count > 0)
		memcpy(new->blocks + before, s->said.blocks,
		       s->said.count * sizeof(new->blocks[0]));
	qsort(new->blocks, count, sizeof(new->blocks[0]), pptp_block_order);
	new->view.blocks = new->blocks;
	new->view.count = pptp_blocks_merge(new->blocks, count);
	new->next = old;
	s->excluded = new;
	s->said.count = 0;
	if (s->sweeper != NULL)
		pptp_sweeper_exclude(s->sweeper, &new->view);
	return 0;
}

static int add_blocks(struct turn *t)
{
	struct pptp_sweeper_server *s = t->server;
	struct pptp_block b;

	while (pptp_reader_ok(&t->in) && pptp_reader_left(&t->in) > 0) {
		pptp_sweeper_get_block(&t->in, &b);
		if (!pptp_reader_ok(&t->in))
			break;
		if (b.first.family != b.last.family ||
		    pptp_address_compare(&b.first, &b.last) > 0)
			return EINVAL;
		if (s->said.count >= PPTP_SWEEPER_BLOCKS)
			return EMFILE;
		if (!pptp_exclusions_append(&s->said, &b))
			return ENOMEM;
	}
	return 0;
}

static void exclude(struct turn *t)
{
	struct pptp_sweeper_server *s = t->server;
	bool last = pptp_sweeper_get_flag(&t->in);
	/* Targets that are there were held against what stood before. */
	bool late = s->sweeper == NULL && s->targets.ranges.targets > 0;
	int error = late ? EPROTO : add_blocks(t);

	if (error == 0 && !is_read(t))
		return;
	if (error == 0 && last)
		error = put_in_force(s);
	set_error(t, error);
}

/* ---- its begin ----------------------------------------------------------- */

static bool has_its_sources(struct pptp_sweeper_server *s)
{
	const struct pptp_route *v4 = pptp_sweeper_route(s->sweeper, 4);
	const struct pptp_route *v6 = pptp_sweeper_route(s->sweeper, 6);

	return (v4 == NULL || s->is_ours(s->context, &v4->source)) &&
	       (v6 == NULL || s->is_ours(s->context, &v6->source));
}

static void open_sweeper(struct turn *t)
{
	struct pptp_sweeper_server *s = t->server;

	s->config.ranges = &s->targets.ranges;
	t->answer.status = s->open(&s->sweeper, &s->config, t->answer.text,
				   sizeof(t->answer.text));
	t->answer.error = (uint32_t)errno;
	if (t->answer.status != PPTP_OK) {
		s->sweeper = NULL;
		return;
	}
	if (!has_its_sources(s)) {
		pptp_sweeper_close(s->sweeper);
		s->sweeper = NULL;
		refuse(t, EADDRNOTAVAIL,
		       "pptp-wire sweeps from addresses of this host alone; "
		       "choose another -S");
		return;
	}
	pptp_sweeper_put_route(&t->out, pptp_sweeper_route(s->sweeper, 4));
	pptp_sweeper_put_route(&t->out, pptp_sweeper_route(s->sweeper, 6));
}

static void open_sweep(struct turn *t)
{
	struct pptp_sweeper_server *s = t->server;
	int error;

	if (!is_read(t))
		return;
	if (!s->configured || s->spoiled || s->targets.ended) {
		fail(t, s->configured ? EEXIST : ENOTCONN);
		return;
	}
	error = pptp_sweeper_targets_end(&s->targets);
	if (error == 0 && s->config.sweep.count != s->targets.ranges.targets)
		error = EINVAL;
	if (error != 0)
		fail(t, error);
	else if (!s->config.contact && s->targets.public > PPTP_SWEEPER_PUBLIC)
		refuse(t, EDQUOT,
		       "pptp-wire asks no more than 256 public addresses of "
		       "who does not say with --contact who he is");
	else
		open_sweeper(t);
}

static void remember(struct turn *t)
{
	struct pptp_sweeper_server *s = t->server;
	uint64_t target;
	uint8_t answer;

	while (pptp_reader_ok(&t->in) && pptp_reader_left(&t->in) > 0) {
		target = pptp_sweeper_get_u64(&t->in);
		answer = pptp_read_u8(&t->in);
		if (target >= s->config.sweep.count || answer > PPTP_PORT_OPEN)
			pptp_reader_fail(&t->in, "no target, or no answer");
		if (pptp_reader_ok(&t->in))
			pptp_sweeper_remember(s->sweeper, target,
					      (enum pptp_port_state)answer);
	}
	(void)is_read(t);
}

static void lose(struct turn *t)
{
	const struct pptp_interval *span = &t->server->config.sweep.span;
	struct pptp_interval lost;

	while (pptp_reader_ok(&t->in) && pptp_reader_left(&t->in) > 0) {
		lost.first = pptp_sweeper_get_u64(&t->in);
		lost.end = pptp_sweeper_get_u64(&t->in);
		if (lost.first < span->first || lost.end > span->end ||
		    lost.first > lost.end)
			pptp_reader_fail(&t->in, "not of this shard");
		if (pptp_reader_ok(&t->in))
			pptp_sweeper_lose(t->server->sweeper, lost);
	}
	(void)is_read(t);
}

static void start(struct turn *t)
{
	if (!is_read(t))
		return;
	t->answer.status = pptp_sweeper_start(t->server->sweeper);
	t->answer.error = (uint32_t)errno;
	t->server->started = t->answer.status == PPTP_OK;
}

/* ---- while it goes on ---------------------------------------------------- */

static void take(struct turn *t)
{
	struct pptp_found found;

	if (!is_read(t))
		return;
	while (t->out.room - t->out.length >= FOUND_ROOM &&
	       pptp_sweeper_take(t->server->sweeper, &found))
		pptp_sweeper_put_found(&t->out, &found);
}

static void judge(struct turn *t)
{
	uint64_t waiting = pptp_sweeper_get_u64(&t->in);

	if (is_read(t))
		pptp_sweeper_judge(t->server->sweeper,
				   waiting < PPTP_SWEEPER_FOUND
				       ? waiting
				       : PPTP_SWEEPER_FOUND);
}

static void tell_low(struct turn *t)
{
	if (is_read(t))
		t->answer.value = pptp_sweeper_low(t->server->sweeper);
}

static void tell_done(struct turn *t)
{
	if (is_read(t))
		t->answer.value = pptp_sweeper_is_done(t->server->sweeper);
}

static void stand(struct turn *t)
{
	struct pptp_sweep_standing standing;
	struct pptp_sweeper_facts facts;

	if (!is_read(t))
		return;
	pptp_sweeper_stand(t->server->sweeper, &standing);
	pptp_sweeper_facts(t->server->sweeper, &facts);
	pptp_sweeper_put_standing(&t->out, &standing);
	pptp_sweeper_put_facts(&t->out, &facts);
}

static void stop(struct turn *t)
{
	if (is_read(t))
		pptp_sweeper_stop(t->server->sweeper);
}

/* ---- the server ---------------------------------------------------------- */

enum when {
	BEFORE,  /* it is opened */
	READY,   /* opened, and not started */
	OPENED,  /* and later */
	STARTED, /* and later */
	ALWAYS,
};

static const struct {
	void (*serve)(struct turn *t);
	enum when when;
} requests[PPTP_SWEEPER_KINDS] = {
    [PPTP_SWEEPER_CONFIG] = {configure, BEFORE},
    [PPTP_SWEEPER_PORTS] = {add_ports, BEFORE},
    [PPTP_SWEEPER_ENTRIES] = {add_entries, BEFORE},
    [PPTP_SWEEPER_EXCLUDE] = {exclude, ALWAYS},
    [PPTP_SWEEPER_OPEN] = {open_sweep, BEFORE},
    [PPTP_SWEEPER_REMEMBER] = {remember, READY},
    [PPTP_SWEEPER_LOSE] = {lose, READY},
    [PPTP_SWEEPER_START] = {start, READY},
    [PPTP_SWEEPER_TAKE] = {take, STARTED},
    [PPTP_SWEEPER_JUDGE] = {judge, STARTED},
    [PPTP_SWEEPER_LOW] = {tell_low, OPENED},
    [PPTP_SWEEPER_DONE] = {tell_done, STARTED},
    [PPTP_SWEEPER_STAND] = {stand, OPENED},
    [PPTP_SWEEPER_STOP] = {stop, OPENED},
};

static bool is_time(const struct pptp_sweeper_server *s, enum when when)
{
	switch (when) {
	case BEFORE:
		return s->sweeper == NULL;
	case READY:
		return s->sweeper != NULL && !s->started;
	case OPENED:
		return s->sweeper != NULL;
	case STARTED:
		return s->started;
	case ALWAYS:
	default:
		return true;
	}
}

/* The answer's head stands before its body, and is known after it. */
static void reply(struct turn *t)
{
	struct pptp_sweeper_server *s = t->server;
	struct pptp_writer w;

	if (s->sweeper != NULL)
		t->answer.waiting = pptp_sweeper_waiting(s->sweeper);
	if (t->answer.status == PPTP_OK)
		t->answer.error = 0;
	pptp_writer_init(&w, s->reply, sizeof(s->reply));
	pptp_sweeper_put_answer(&w, &t->answer);
	if (t->answer.status == PPTP_OK)
		pptp_write_bytes(&w, s->body, t->out.length);
	s->put(s->context, s->reply, w.length);
}

void pptp_sweeper_serve_message(struct pptp_sweeper_server *s,
				const void *bytes, size_t length)
{
	struct turn t = {.server = s, .answer = {.status = PPTP_OK}};
	uint8_t kind;

	pptp_reader_init(&t.in, bytes, length);
	pptp_writer_init(&t.out, s->body, sizeof(s->body));
	kind = pptp_read_u8(&t.in);
	errno = 0;
	if (kind >= PPTP_SWEEPER_KINDS || requests[kind].serve == NULL)
		t.answer.status = PPTP_ERROR_MALFORMED;
	else if (!is_time(s, requests[kind].when))
		fail(&t, EPROTO);
	else
		requests[kind].serve(&t);
	reply(&t);
}

void pptp_sweeper_serve_end(struct pptp_sweeper_server *s)
{
	struct pptp_sweeper_excluded *x;

	pptp_sweeper_close(s->sweeper);
	s->sweeper = NULL;
	while ((x = s->excluded) != NULL) {
		s->excluded = x->next;
		free(x);
	}
	pptp_exclusions_free(&s->said);
	pptp_sweeper_targets_free(&s->targets);
}
