/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pptp-wire's server over a wire without sockets, and a judge of what leaves who
 * knows nothing of net/wire_policy.c: for the unit test, and for the fuzzer.
 */
#ifndef TESTS_SERVED_WIRE_H
#define TESTS_SERVED_WIRE_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/wire_serve.h"

#define SERVED_TALKS 256

static struct served {
	struct pptp_wire wire; /* first */
	struct pptp_wire_server server;
	struct pptp_wire_message answer; /* the last; its text and bytes too */
	unsigned answers, packets, sent, wrong; /* wrong: it had not to leave */
	/* Conversations that were granted: IPv4 targets, ports, numbers. */
	struct {
		uint32_t number;
		uint8_t target[4];
		uint16_t port;
	} talks[SERVED_TALKS];
	unsigned talk_count;
	int busy;       /* what others() says */
	bool deaf_mute; /* the wire cannot be opened */
	/* errno of whatever the wire is asked for, and how often; 0: fine */
	int fails;
	unsigned asked;
	struct pptp_wire_config config; /* that it was opened with */
} served;

static const uint8_t served_us[4] = {192, 0, 2, 1};
/* 198.18.99.0/24 is excluded by served_begin(). */
static const uint8_t served_excluded[3] = {198, 18, 99};

static inline bool served_talks_with(const uint8_t *target, unsigned port)
{
	unsigned i;

	for (i = 0; i < served.talk_count; i++)
		if (memcmp(served.talks[i].target, target, 4) == 0 &&
		    (port == 0 || served.talks[i].port == port))
			return true;
	return false;
}

/* Of IPv4: a SYN to the port, an echo request, enhanced GRE; to whom a
 * conversation was granted. */
static inline bool served_may_leave(const uint8_t *p, size_t length)
{
	if (length < 28 || p[0] != 0x45 ||
	    (size_t)(p[2] << 8 | p[3]) != length || (p[6] & 0x3f) != 0 ||
	    p[7] != 0 || memcmp(p + 12, served_us, 4) != 0 ||
	    memcmp(p + 16, served_excluded, 3) == 0 ||
	    !served_talks_with(p + 16, 0))
		return false;
	if (p[9] == 6)
		return length >= 40 && (p[33] & 0x3f) == 2 &&
		       (p[20] & 0xf0) == 0xf0 &&
		       served_talks_with(p + 16,
					 (unsigned)(p[22] << 8 | p[23]));
	if (p[9] == 1)
		return p[20] == 8 && p[21] == 0;
	return p[9] == 47 && p[22] == 0x88 && p[23] == 0x0b;
}

/* What the wire answers to all but drain() and drops(). */
static inline enum pptp_error served_answer(char *text, size_t room)
{
	served.asked++;
	if (served.fails == 0)
		return PPTP_OK;
	snprintf(text, room, "it fails");
	errno = served.fails;
	return PPTP_ERROR_SYSTEM;
}

static inline enum pptp_error served_out(struct pptp_wire *w,
					 const struct pptp_route *route,
					 struct pptp_wire_out **out, char *text,
					 size_t room)
{
	(void)route;
	*out = (struct pptp_wire_out *)w;
	return served_answer(text, room);
}

static inline enum pptp_error served_in(struct pptp_wire *w,
					const char *interface,
					struct pptp_wire_in **in, char *text,
					size_t room)
{
	/* each interface has its own; nobody looks into it */
	*in = (struct pptp_wire_in *)((char *)w + interface[0] - 'l');
	return served_answer(text, room);
}

static inline enum pptp_error served_port(struct pptp_wire *w, uint16_t port,
					  char *text, size_t room)
{
	(void)w;
	(void)port;
	return served_answer(text, room);
}

static inline enum pptp_error served_narrow(struct pptp_wire *w, char *text,
					    size_t room)
{
	return served_port(w, 0, text, room);
}

static inline enum pptp_error served_send(struct pptp_wire *w,
					  struct pptp_wire_out *out,
					  const void *packet, size_t length)
{
	(void)w;
	(void)out;
	served.sent++;
	served.wrong += !served_may_leave(packet, length);
	errno = served.fails;
	return served.fails == 0 ? PPTP_OK : PPTP_ERROR_SYSTEM;
}

static inline bool served_drain(struct pptp_wire *w, struct pptp_wire_in *in)
{
	(void)w;
	(void)in;
	return true;
}

static inline uint32_t served_drops(struct pptp_wire *w,
				    struct pptp_wire_in *in)
{
	(void)w;
	(void)in;
	return 3;
}

static inline int served_guard(struct pptp_wire *w)
{
	(void)w;
	return served.fails;
}

static inline const char *served_error(const struct pptp_wire *w)
{
	(void)w;
	return "gone";
}

static inline void served_close(struct pptp_wire *w)
{
	(void)w;
}

static inline enum pptp_error served_open(struct pptp_wire **w,
					  const struct pptp_wire_config *config,
					  char *text, size_t room)
{
	static const struct pptp_wire_calls calls = {
	    .out = served_out,
	    .in = served_in,
	    .port = served_port,
	    .narrow = served_narrow,
	    .send = served_send,
	    .drain = served_drain,
	    .drops = served_drops,
	    .guard = served_guard,
	    .error = served_error,
	    .close = served_close,
	};

	served.config = *config;
	served.wire.calls = &calls;
	*w = served.deaf_mute ? NULL : &served.wire;
	if (!served.deaf_mute)
		return PPTP_OK;
	snprintf(text, room, "no wire here");
	errno = EPERM;
	return PPTP_ERROR_PRIVILEGE;
}

static inline void served_put(void *context, const void *bytes, size_t length)
{
	static uint8_t kept[PPTP_WIRE_ROOM];

	(void)context;
	memcpy(kept, bytes, length);
	if (!pptp_wire_message_decode(&served.answer, kept, length))
		abort();
	served.answers += served.answer.kind == PPTP_WIRE_ANSWER;
	served.packets += served.answer.kind == PPTP_WIRE_CAPTURED;
}

static inline bool served_is_ours(void *context,
				  const struct pptp_address *address)
{
	(void)context;
	return address->family == 4 &&
	       memcmp(address->bytes, served_us, 4) == 0;
}

static inline int
served_others(void *context, const struct pptp_address *target, uint16_t port)
{
	(void)context;
	(void)target;
	(void)port;
	return served.busy;
}

/* A conversation is granted, or over. */
static inline void served_note(const struct pptp_wire_message *m)
{
	unsigned i;

	if (served.answer.status != PPTP_OK)
		return;
	if (m->kind == PPTP_WIRE_TALK && m->target.family == 4) {
		if (served.talk_count == SERVED_TALKS)
			abort();
		served.talks[served.talk_count].number = m->number;
		served.talks[served.talk_count].port = m->port;
		memcpy(served.talks[served.talk_count++].target,
		       m->target.bytes, 4);
	}
	for (i = 0; m->kind == PPTP_WIRE_HUSH && i < served.talk_count; i++)
		if (served.talks[i].number == m->number)
			served.talks[i--] = served.talks[--served.talk_count];
}

/* The answer's errno, or 0; aborts where there is not one answer, with the
 * number of the question. */
static inline uint32_t served_ask(const uint8_t *bytes, size_t length)
{
	struct pptp_wire_message m;
	unsigned before = served.answers;
	bool known = pptp_wire_message_decode(&m, bytes, length);

	pptp_wire_serve_message(&served.server, bytes, length);
	if (served.answers != before + 1 ||
	    served.answer.kind != PPTP_WIRE_ANSWER ||
	    served.answer.request != m.request ||
	    (!known && served.answer.status != PPTP_ERROR_MALFORMED))
		abort();
	served_note(&m);
	return served.answer.error;
}

static inline uint32_t served_say(const struct pptp_wire_message *m)
{
	uint8_t bytes[PPTP_WIRE_ROOM];
	int n = pptp_wire_message_encode(m, bytes, sizeof(bytes));

	if (n < 0)
		abort();
	return served_ask(bytes, (size_t)n);
}

static inline struct pptp_address served_v4(unsigned a, unsigned b, unsigned c,
					    unsigned d)
{
	return (struct pptp_address){
	    .family = 4,
	    .bytes = {(uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d}};
}

/* With its wire, one way out, one in, and whom to leave alone. */
static inline void served_begin(void)
{
	struct pptp_wire_message m = {.kind = PPTP_WIRE_SETTINGS,
				      .value = 1 << 20};

	memset(&served, 0, sizeof(served));
	served.server.put = served_put;
	served.server.open = served_open;
	served.server.is_ours = served_is_ours;
	served.server.others = served_others;
	pptp_wire_serve_begin(&served.server, 1);
	(void)served_say(&m);
	m.kind = PPTP_WIRE_OUT;
	m.value = 0;
	m.source = served_v4(192, 0, 2, 1);
	(void)served_say(&m);
	m.kind = PPTP_WIRE_IN;
	memcpy(m.text, "lo", 3);
	(void)served_say(&m);
	m.kind = PPTP_WIRE_EXCLUDE;
	m.source = served_v4(198, 18, 99, 0);
	m.target = served_v4(198, 18, 99, 255);
	(void)served_say(&m);
}

static inline void served_end(void)
{
	pptp_wire_serve_end(&served.server);
}

#endif
