/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pptp-wire's sweeps over a sweeper without sockets, and a judge of whom one may
 * ask who knows nothing of net/sweeper_serve.c: for the unit test, and for the
 * fuzzer.
 */
#ifndef TESTS_SERVED_SWEEP_H
#define TESTS_SERVED_SWEEP_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net/sweeper_serve.h"

#define SWEPT_LOOKS 256 /* targets that the judge looks at */

static struct swept {
	struct pptp_sweeper sweeper; /* first */
	struct pptp_sweeper_server server;
	struct pptp_route route;
	struct pptp_sweeper_config config; /* as it was opened */
	const struct pptp_sweeper_blocks *excluded;
	struct pptp_found found; /* what it has `left` of */
	uint64_t left, remembered, lost, judged, low;
	bool open, started, stopped, deaf_mute;
	unsigned opened, answers, wrong;   /* wrong: it had not to be opened */
	struct pptp_sweeper_answer answer; /* the last */
	uint8_t body[PPTP_SWEEPER_ROOM];
	size_t body_length;
} swept;

static const uint8_t swept_us[4] = {192, 0, 2, 1};

/* ---- a sweeper ----------------------------------------------------------- */

static inline enum pptp_error swept_start(struct pptp_sweeper *s)
{
	(void)s;
	swept.started = true;
	return PPTP_OK;
}

static inline void swept_remember(struct pptp_sweeper *s, uint64_t target,
				  enum pptp_port_state answer)
{
	(void)s;
	(void)answer;
	if (target >= swept.config.sweep.count || swept.started)
		abort();
	swept.remembered++;
}

static inline void swept_lose(struct pptp_sweeper *s, struct pptp_interval span)
{
	(void)s;
	swept.lost += span.end - span.first;
}

static inline bool swept_take(struct pptp_sweeper *s, struct pptp_found *found)
{
	(void)s;
	if (swept.left == 0)
		return false;
	swept.left--;
	*found = swept.found;
	found->heard.position = swept.left;
	return true;
}

static inline uint64_t swept_waiting(struct pptp_sweeper *s)
{
	(void)s;
	return swept.left;
}

static inline void swept_judge(struct pptp_sweeper *s, uint64_t waiting)
{
	(void)s;
	swept.judged = waiting;
}

static inline uint64_t swept_low(struct pptp_sweeper *s)
{
	(void)s;
	return swept.low;
}

static inline bool swept_is_done(struct pptp_sweeper *s)
{
	(void)s;
	return true;
}

static inline void swept_stand(struct pptp_sweeper *s,
			       struct pptp_sweep_standing *standing)
{
	(void)s;
	memset(standing, 0, sizeof(*standing));
	standing->high = 77;
	standing->lossy = true;
	standing->counts.open = 5;
	standing->lost[0] = (struct pptp_interval){3, 9};
	standing->lost_count = 1;
}

static inline void swept_exclude(struct pptp_sweeper *s,
				 const struct pptp_sweeper_blocks *blocks)
{
	(void)s;
	swept.excluded = blocks;
}

static inline void swept_stop(struct pptp_sweeper *s)
{
	(void)s;
	swept.stopped = true;
}

static inline void swept_facts(struct pptp_sweeper *s,
			       struct pptp_sweeper_facts *facts)
{
	(void)s;
	*facts = (struct pptp_sweeper_facts){1, 2, 3, 4, 5, true};
}

static inline const struct pptp_route *swept_route(const struct pptp_sweeper *s,
						   uint8_t family)
{
	(void)s;
	return family == 4 ? &swept.route : NULL;
}

static inline void swept_close(struct pptp_sweeper *s)
{
	(void)s;
	swept.open = false;
}

/* ---- who may be asked ---------------------------------------------------- */

/* 198.18.99.0/24 is excluded by swept_begin(); 224 and up is multicast and
 * reserved. */
static inline bool swept_may_ask(const struct pptp_address *a, uint16_t port)
{
	if (port == 0)
		return false;
	if (a->family == 6)
		return a->bytes[0] != 0xff;
	return a->bytes[0] != 0 && a->bytes[0] < 224 &&
	       !(a->bytes[0] == 198 && a->bytes[1] == 18 && a->bytes[2] == 99);
}

/* Not in 10.0.0.0/8 or 198.18.0.0/15, and no IPv6 of fd00::/8. */
static inline bool swept_is_public(const struct pptp_address *a)
{
	struct pptp_address copy = *a;

	return !pptp_address_is_private(&copy);
}

static inline bool swept_may_open(const struct pptp_sweeper_config *c)
{
	uint64_t count = pptp_ranges_count(c->ranges), i, publics = 0;
	const struct pptp_source_ports *p = &c->sweep.ports;
	uint64_t step = count / SWEPT_LOOKS + 1;
	struct pptp_address a, last = {.family = 0};
	uint16_t port;

	if (count != c->sweep.count || c->sweep.rate > 100000 ||
	    !(p->first >= 61440 ||
	      (p->first >= 1024 && p->first + p->count <= 32768)))
		return false;
	for (i = 0; i < count + step - 1; i += step) {
		pptp_ranges_nth(c->ranges, i < count ? i : count - 1, &a,
				&port);
		if (!swept_may_ask(&a, port))
			return false;
		publics +=
		    swept_is_public(&a) && pptp_address_compare(&a, &last) != 0;
		last = a;
	}
	return c->contact || publics <= 256;
}

static inline enum pptp_error
swept_open(struct pptp_sweeper **s, const struct pptp_sweeper_config *config,
	   char *text, size_t room)
{
	static const struct pptp_sweeper_calls calls = {
	    .start = swept_start,
	    .remember = swept_remember,
	    .lose = swept_lose,
	    .take = swept_take,
	    .waiting = swept_waiting,
	    .judge = swept_judge,
	    .low = swept_low,
	    .is_done = swept_is_done,
	    .stand = swept_stand,
	    .exclude = swept_exclude,
	    .stop = swept_stop,
	    .facts = swept_facts,
	    .route = swept_route,
	    .close = swept_close,
	};

	(void)text;
	(void)room;
	if (swept.deaf_mute)
		return PPTP_ERROR_PRIVILEGE;
	swept.sweeper.calls = &calls;
	swept.config = *config;
	swept.open = true;
	swept.opened++;
	swept.wrong += !swept_may_open(config);
	*s = &swept.sweeper;
	return PPTP_OK;
}

/* ---- what is said -------------------------------------------------------- */

static inline void swept_put(void *context, const void *bytes, size_t length)
{
	struct pptp_reader r;

	(void)context;
	pptp_reader_init(&r, bytes, length);
	pptp_sweeper_get_answer(&r, &swept.answer);
	if (!pptp_reader_ok(&r))
		abort();
	swept.body_length = pptp_reader_left(&r);
	memcpy(swept.body, pptp_read_bytes(&r, swept.body_length),
	       swept.body_length);
	swept.answers++;
}

static inline bool swept_is_ours(void *context,
				 const struct pptp_address *address)
{
	(void)context;
	return address->family == 4 && memcmp(address->bytes, swept_us, 4) == 0;
}

/* The answer's errno, or 0; aborts where there is not one answer. */
static inline uint32_t swept_ask(const void *bytes, size_t length)
{
	unsigned before = swept.answers;

	pptp_sweeper_serve_message(&swept.server, bytes, length);
	if (swept.answers != before + 1)
		abort();
	return swept.answer.error;
}

static inline uint32_t swept_say(const struct pptp_writer *w)
{
	if (!pptp_writer_ok(w))
		abort();
	return swept_ask(w->bytes, w->length);
}

static inline struct pptp_writer swept_request(enum pptp_sweeper_kind kind)
{
	static uint8_t bytes[PPTP_SWEEPER_ROOM];
	struct pptp_writer w;

	pptp_writer_init(&w, bytes, sizeof(bytes));
	pptp_write_u8(&w, (uint8_t)kind);
	return w;
}

static inline struct pptp_address swept_v4(unsigned a, unsigned b, unsigned c,
					   unsigned d)
{
	return (struct pptp_address){
	    .family = 4,
	    .bytes = {(uint8_t)a, (uint8_t)b, (uint8_t)c, (uint8_t)d}};
}

/* As of 1,000 targets at one port, at 1,000 packets a second. */
static inline struct pptp_sweeper_config swept_config(void)
{
	return (struct pptp_sweeper_config){
	    .sweep = {.count = 1000,
		      .span = {0, 1024},
		      .rate = 1000,
		      .cooldown = UINT64_C(1000000000),
		      .ports = {24576, 8192}},
	    .memory = 1 << 20,
	    .ring = 1 << 20};
}

static inline uint32_t swept_configure(const struct pptp_sweeper_config *c)
{
	struct pptp_writer w = swept_request(PPTP_SWEEPER_CONFIG);

	pptp_sweeper_put_config(&w, c);
	return swept_say(&w);
}

static inline uint32_t swept_add(struct pptp_address first, uint64_t targets,
				 uint16_t port)
{
	const struct pptp_sweeper_entry e = {first, targets, {port, false}};
	struct pptp_writer w = swept_request(PPTP_SWEEPER_ENTRIES);

	pptp_sweeper_put_entry(&w, &e);
	return swept_say(&w);
}

static inline uint32_t swept_leave(struct pptp_address first,
				   struct pptp_address last, bool ends)
{
	const struct pptp_block b = {first, last};
	struct pptp_writer w = swept_request(PPTP_SWEEPER_EXCLUDE);

	pptp_write_u8(&w, ends);
	pptp_sweeper_put_block(&w, &b);
	return swept_say(&w);
}

static inline uint32_t swept_do(enum pptp_sweeper_kind kind)
{
	struct pptp_writer w = swept_request(kind);

	return swept_say(&w);
}

/* 198.18.99.0/24 is left alone. */
static inline void swept_begin(void)
{
	memset(&swept, 0, sizeof(swept));
	swept.server.put = swept_put;
	swept.server.open = swept_open;
	swept.server.is_ours = swept_is_ours;
	swept.route.source = swept_v4(192, 0, 2, 1);
	swept.route.index = 1;
	swept.low = UINT64_C(0x123456789);
	(void)swept_leave(swept_v4(198, 18, 99, 0), swept_v4(198, 18, 99, 255),
			  true);
}

static inline void swept_end(void)
{
	pptp_sweeper_serve_end(&swept.server);
	if (swept.open)
		abort();
}

#endif
