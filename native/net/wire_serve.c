/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/wire_serve.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RING_MOST  (64U << 20)
#define RINGS_MOST (256U << 20) /* of all captures */

static void put(struct pptp_wire_server *s, const struct pptp_wire_message *m)
{
	uint8_t bytes[PPTP_WIRE_ROOM];
	int n = pptp_wire_message_encode(m, bytes, sizeof(bytes));

	if (n > 0)
		s->put(s->context, bytes, (size_t)n);
}

static uint64_t now_ns(void)
{
	return (uint64_t)pptp_timers_now() * 1000;
}

/* ---- captured packets ---------------------------------------------------- */

static uint32_t number_of(const struct pptp_wire_server *s,
			  const struct pptp_wire_in *in)
{
	size_t i;

	for (i = 0; i < s->in_count; i++)
		if (s->ins[i] == in)
			return (uint32_t)i + 1;
	return 0;
}

/* What stands behind the GRE header may be somebody else's. */
static void blank(uint8_t *bytes, const struct pptp_captured *c)
{
	/* The GRE header's offsets are its own. */
	size_t payload = pptp_reader_offset(&c->parts.ip.payload) +
			 pptp_reader_offset(&c->parts.gre.payload);

	if (payload < c->length)
		memset(bytes + payload, 0, c->length - payload);
}

static void on_packet(void *context, struct pptp_wire_in *in,
		      const struct pptp_captured *c)
{
	struct pptp_wire_server *s = context;
	uint8_t bytes[PPTP_WIRE_PACKET];
	enum pptp_wire_verdict verdict =
	    c->decoded ? pptp_wire_policy_in(&s->policy, &c->parts)
		       : PPTP_WIRE_DROP;
	struct pptp_wire_message m = {
	    .kind = PPTP_WIRE_CAPTURED,
	    .number = number_of(s, in),
	    .time_us = c->time_us,
	    .wire_length = (uint32_t)c->wire_length,
	    .bytes = bytes,
	    .length = c->length,
	};

	if (verdict == PPTP_WIRE_DROP || c->length > sizeof(bytes))
		return;
	memcpy(bytes, c->packet, c->length);
	if (verdict == PPTP_WIRE_HEADERS)
		blank(bytes, c);
	put(s, &m);
}

static void on_lost(void *context, const struct pptp_wire_in *in)
{
	struct pptp_wire_server *s = context;
	const char *why = pptp_wire_error(s->wire);
	struct pptp_wire_message m = {
	    .kind = PPTP_WIRE_LOST,
	    .number = number_of(s, in),
	};

	snprintf(m.text, sizeof(m.text), "%s", why != NULL ? why : "");
	put(s, &m);
}

static void add_want(void *context, const struct pptp_wire_talk *talk)
{
	pptp_capture_filter_add(context, &talk->target, talk->call_id);
}

static bool add_wants(void *context, struct pptp_capture_filter *f)
{
	const struct pptp_wire_server *s = context;

	if (s->policy.count > PPTP_CAPTURE_TARGETS)
		return false;
	pptp_wire_policy_each(&s->policy, add_want, f);
	return true;
}

/* ---- requests: each sets what its answer says ---------------------------- */

struct answer {
	enum pptp_error status;
	int error; /* errno, where status is PPTP_ERROR_SYSTEM */
	uint32_t value;
	char text[PPTP_WIRE_TEXT];
};

static void fail(struct answer *a, int error)
{
	a->status = PPTP_ERROR_SYSTEM;
	a->error = error;
}

static void settings(struct pptp_wire_server *s,
		     const struct pptp_wire_message *m, struct answer *a)
{
	const struct pptp_wire_config config = {
	    .loop = s->loop,
	    .interface = m->text[0] != '\0' ? m->text : NULL,
	    .ring = m->value < RING_MOST ? m->value : RING_MOST,
	    .stream = m->flag,
	};

	if (s->wire != NULL || s->sweeps) {
		fail(a, EEXIST);
		return;
	}
	s->ring = config.ring;
	if (strlen(m->text) >= PPTP_INTERFACE_NAME) {
		a->status = PPTP_ERROR_INTERFACE;
		return;
	}
	a->status = s->open(&s->wire, &config, a->text, sizeof(a->text));
	a->error = errno;
	if (a->status != PPTP_OK) {
		s->wire = NULL;
		return;
	}
	s->consumer = (struct pptp_wire_consumer){
	    .context = s,
	    .packet = on_packet,
	    .lost = on_lost,
	    .wants = add_wants,
	};
	pptp_wire_listen(s->wire, &s->consumer);
}

static void out(struct pptp_wire_server *s, const struct pptp_wire_message *m,
		struct answer *a)
{
	const struct pptp_route route = {.source = m->source,
					 .index = m->value};
	size_t i;

	for (i = 0; i < s->out_count; i++)
		if (pptp_address_equal(&s->sources[i], &m->source) &&
		    s->indexes[i] == m->value)
			break;
	a->value = (uint32_t)i + 1;
	if (i < s->out_count)
		return;
	if (i == PPTP_WIRE_WAYS || !s->is_ours(s->context, &m->source)) {
		fail(a, i == PPTP_WIRE_WAYS ? EMFILE : EADDRNOTAVAIL);
		return;
	}
	a->status = pptp_wire_out(s->wire, &route, &s->outs[i], a->text,
				  sizeof(a->text));
	a->error = errno;
	if (a->status != PPTP_OK)
		return;
	s->sources[i] = m->source;
	s->indexes[i] = m->value;
	s->out_count++;
}

static void in(struct pptp_wire_server *s, const struct pptp_wire_message *m,
	       struct answer *a)
{
	struct pptp_wire_in *it;

	if (m->text[0] == '\0' || strlen(m->text) >= PPTP_INTERFACE_NAME) {
		a->status = PPTP_ERROR_INTERFACE;
		return;
	}
	if (s->in_count == PPTP_WIRE_WAYS ||
	    (s->in_count + 1) * s->ring > RINGS_MOST) {
		fail(a, EMFILE);
		return;
	}
	a->status =
	    pptp_wire_in(s->wire, m->text, &it, a->text, sizeof(a->text));
	a->error = errno;
	if (a->status != PPTP_OK)
		return;
	a->value = number_of(s, it);
	if (a->value != 0)
		return;
	s->ins[s->in_count++] = it;
	a->value = (uint32_t)s->in_count;
}

static void exclude(struct pptp_wire_server *s,
		    const struct pptp_wire_message *m, struct answer *a)
{
	const struct pptp_block block = {m->source, m->target};
	int error = pptp_wire_policy_exclude(&s->policy, &block);

	if (error != 0)
		fail(a, error);
}

static int begin_talk(struct pptp_wire_server *s, struct pptp_wire_talk *t)
{
	int error = s->is_ours(s->context, &t->source)
			? s->others(s->context, &t->target, t->port)
			: EADDRNOTAVAIL;

	return error != 0
		   ? error
		   : pptp_wire_policy_talk(&s->policy, t, pptp_timers_now());
}

static void talk(struct pptp_wire_server *s, const struct pptp_wire_message *m,
		 struct answer *a)
{
	struct pptp_wire_talk t = {
	    .number = m->number,
	    .source = m->source,
	    .target = m->target,
	    .port = m->port,
	    .call = m->call,
	    .contact = m->flag,
	};
	int error = begin_talk(s, &t);

	if (error != 0) {
		fail(a, error);
		return;
	}
	a->value = t.call_id;
	if (m->port != 0)
		a->status =
		    pptp_wire_port(s->wire, m->port, a->text, sizeof(a->text));
	if (a->status == PPTP_OK)
		a->status = pptp_wire_narrow(s->wire, a->text, sizeof(a->text));
	a->error = errno;
	if (a->status != PPTP_OK)
		(void)pptp_wire_policy_hush(&s->policy, m->number,
					    pptp_timers_now());
}

static void hush(struct pptp_wire_server *s, const struct pptp_wire_message *m,
		 struct answer *a)
{
	int error =
	    pptp_wire_policy_hush(&s->policy, m->number, pptp_timers_now());

	if (error != 0)
		fail(a, error);
}

static void send_packet(struct pptp_wire_server *s,
			const struct pptp_wire_message *m, struct answer *a)
{
	size_t i = (size_t)m->number - 1;
	int error;

	if (m->number == 0 || i >= s->out_count) {
		fail(a, EBADF);
		return;
	}
	error = pptp_wire_policy_out(&s->policy, &s->sources[i], m->bytes,
				     m->length, now_ns());
	if (error != 0) {
		fail(a, error);
		return;
	}
	a->status = pptp_wire_send(s->wire, s->outs[i], m->bytes, m->length);
	a->error = errno;
}

static struct pptp_wire_in *in_of(const struct pptp_wire_server *s,
				  uint32_t number, struct answer *a)
{
	if (number > 0 && number <= s->in_count)
		return s->ins[number - 1];
	fail(a, EBADF);
	return NULL;
}

static void drain(struct pptp_wire_server *s, const struct pptp_wire_message *m,
		  struct answer *a)
{
	struct pptp_wire_in *it =
	    m->number != 0 ? in_of(s, m->number, a) : NULL;

	if (a->status == PPTP_OK)
		a->value = pptp_wire_drain(s->wire, it);
}

static void drops(struct pptp_wire_server *s, const struct pptp_wire_message *m,
		  struct answer *a)
{
	struct pptp_wire_in *it = in_of(s, m->number, a);

	if (it != NULL)
		a->value = pptp_wire_drops(s->wire, it);
}

static void guard(struct pptp_wire_server *s, const struct pptp_wire_message *m,
		  struct answer *a)
{
	int error = pptp_wire_guard(s->wire);

	(void)m;
	if (error != 0)
		fail(a, error);
}

static void sweep(struct pptp_wire_server *s, const struct pptp_wire_message *m,
		  struct answer *a)
{
	(void)m;
	s->sweeps = s->wire == NULL;
	if (!s->sweeps)
		fail(a, EEXIST);
}

typedef void (*request)(struct pptp_wire_server *s,
			const struct pptp_wire_message *m, struct answer *a);

static const request requests[PPTP_WIRE_KINDS] = {
    [PPTP_WIRE_SETTINGS] = settings,
    [PPTP_WIRE_OUT] = out,
    [PPTP_WIRE_IN] = in,
    [PPTP_WIRE_EXCLUDE] = exclude,
    [PPTP_WIRE_TALK] = talk,
    [PPTP_WIRE_HUSH] = hush,
    [PPTP_WIRE_SEND] = send_packet,
    [PPTP_WIRE_DRAIN] = drain,
    [PPTP_WIRE_DROPS] = drops,
    [PPTP_WIRE_GUARD] = guard,
    [PPTP_WIRE_SWEEP] = sweep,
};

/* ---- the server ---------------------------------------------------------- */

void pptp_wire_serve_begin(struct pptp_wire_server *s, uint32_t seed)
{
	s->wire = NULL;
	s->out_count = s->in_count = 0;
	pptp_wire_policy_init(&s->policy, seed, now_ns());
}

void pptp_wire_serve_hello(struct pptp_wire_server *s, int error)
{
	struct pptp_wire_message m = {
	    .kind = PPTP_WIRE_HELLO,
	    .value = PPTP_WIRE_VERSION,
	    .error = (uint32_t)error,
	    .text = PPTP_RELEASE,
	};

	put(s, &m);
}

void pptp_wire_serve_message(struct pptp_wire_server *s, const void *bytes,
			     size_t length)
{
	struct answer a = {.status = PPTP_OK};
	struct pptp_wire_message m, reply = {.kind = PPTP_WIRE_ANSWER};
	bool known = pptp_wire_message_decode(&m, bytes, length);

	errno = 0;
	if (!known || requests[m.kind] == NULL)
		a.status = PPTP_ERROR_MALFORMED;
	else if (s->wire == NULL && m.kind != PPTP_WIRE_SETTINGS &&
		 m.kind != PPTP_WIRE_SWEEP)
		fail(&a, ENOTCONN);
	else
		requests[m.kind](s, &m, &a);
	reply.request = m.request;
	reply.status = a.status;
	reply.error = a.status == PPTP_OK ? 0 : (uint32_t)a.error;
	reply.value = a.value;
	memcpy(reply.text, a.text, sizeof(reply.text));
	put(s, &reply);
}

void pptp_wire_serve_end(struct pptp_wire_server *s)
{
	pptp_wire_close(s->wire);
	s->wire = NULL;
	pptp_wire_policy_free(&s->policy);
}
