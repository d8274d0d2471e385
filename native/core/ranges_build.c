/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/ranges_build.h"

#include <string.h>

_Static_assert(sizeof(struct pptp_span_v4) == 12, "an IPv4 span");

typedef struct pptp_span_key key;
typedef struct pptp_port_choice ports_choice;

/* ---- addresses as numbers ------------------------------------------------ */

static key key_v4(uint32_t value)
{
	return (key){0, value};
}

static key key_v6(const uint8_t bytes[16])
{
	key k = {0, 0};
	size_t i;

	for (i = 0; i < 8; i++) {
		k.high = k.high << 8 | bytes[i];
		k.low = k.low << 8 | bytes[i + 8];
	}
	return k;
}

static key key_of(const struct pptp_address *a)
{
	return a->family == 4 ? key_v4(pptp_address_v4_value(a))
			      : key_v6(a->bytes);
}

static bool below(key a, key b)
{
	return a.high != b.high ? a.high < b.high : a.low < b.low;
}

static bool equal(key a, key b)
{
	return a.high == b.high && a.low == b.low;
}

static key plus(key k, uint64_t more)
{
	k.low += more;
	k.high += k.low < more;
	return k;
}

static key minus_one(key k)
{
	k.high -= k.low == 0;
	k.low--;
	return k;
}

static key least(key a, key b)
{
	return below(b, a) ? b : a;
}

static bool same_ports(ports_choice a, ports_choice b)
{
	return a.value == b.value && a.is_list == b.is_list;
}

int pptp_span_v4_order(const void *a, const void *b)
{
	const struct pptp_span_v4 *left = a, *right = b;

	return (left->first > right->first) - (left->first < right->first);
}

int pptp_span_v6_order(const void *a, const void *b)
{
	const struct pptp_span_v6 *left = a, *right = b;

	return memcmp(left->first, right->first, sizeof(left->first));
}

/* ---- entries ------------------------------------------------------------- */

static struct pptp_entry_rest rest(uint64_t before, ports_choice c)
{
	return (struct pptp_entry_rest){
	    .is_list = c.is_list,
	    .before_high = before >> 32 & 0x7fff,
	    .ports = c.value,
	};
}

static void write_v4(struct pptp_ranges *r, key from, ports_choice c)
{
	if (r->v4_count < r->v4_room)
		r->v4[r->v4_count] = (struct pptp_entry_v4){
		    .first = (uint32_t)from.low,
		    .before_low = (uint32_t)r->targets,
		    .rest = rest(r->targets, c),
		};
	r->v4_count++;
}

static void write_v6(struct pptp_ranges *r, key from, ports_choice c)
{
	struct pptp_entry_v6 *e;
	size_t i;

	if (r->v6_count++ >= r->v6_room)
		return;
	e = &r->v6[r->v6_count - 1];
	for (i = 0; i < 8; i++) {
		e->first[i] = (uint8_t)(from.high >> (56 - 8 * i));
		e->first[i + 8] = (uint8_t)(from.low >> (56 - 8 * i));
	}
	e->before_low = (uint32_t)r->targets;
	e->rest = rest(r->targets, c);
}

/* Writes what is pending. What is too much is added up, as far as it goes. */
static void flush(struct pptp_ranges_work *w)
{
	struct pptp_ranges *r = w->ranges;
	uint64_t more;

	if (!w->pending)
		return;
	w->pending = false;
	if (w->family == 4)
		write_v4(r, w->from, w->choice);
	else
		write_v6(r, w->from, w->choice);
	more = (w->to.low - w->from.low + 1) *
	       pptp_ports_count(w->ports, w->choice);
	r->targets += r->targets > PPTP_RANGES_MOST ? 0 : more;
}

/* An entry of IPv6 has less than 2^32 addresses. */
static bool fits(const struct pptp_ranges_work *w, key to)
{
	return w->family == 4 || to.low - w->from.low < UINT32_MAX;
}

/* What touches and has the same ports is one entry. */
static void put(struct pptp_ranges_work *w, key from, key to, ports_choice c)
{
	if (w->pending && same_ports(w->choice, c) &&
	    equal(plus(w->to, 1), from) && fits(w, to)) {
		w->to = to;
		return;
	}
	flush(w);
	w->choice = c;
	w->from = from;
	while (!fits(w, to)) {
		w->to = plus(w->from, UINT32_MAX - 1);
		w->pending = true;
		flush(w);
		w->from = plus(w->to, 1);
	}
	w->to = to;
	w->pending = true;
}

/* The same less what is excluded. */
static void put_wanted(struct pptp_ranges_work *w, key from, key to,
		       ports_choice c)
{
	const struct pptp_block *x = w->excluded;

	while (x < w->excluded_end && below(key_of(&x->last), from))
		x++;
	w->excluded = x;
	for (; x < w->excluded_end && !below(to, key_of(&x->first)); x++) {
		if (below(from, key_of(&x->first)))
			put(w, from, minus_one(key_of(&x->first)), c);
		if (!below(key_of(&x->last), to))
			return;
		from = plus(key_of(&x->last), 1);
	}
	put(w, from, to, c);
}

/* ---- where spans overlap ------------------------------------------------- */

/* The choice that already holds all of the set, or NULL. */
static const ports_choice *whole(const struct pptp_ranges_work *w)
{
	uint32_t n = pptp_port_set_count(&w->set);
	size_t i;

	for (i = 0; i < w->open_count; i++)
		if (pptp_ports_count(w->ports, w->open[i].ports) == n)
			return &w->open[i].ports;
	return NULL;
}

/* Sorted by (address, port): several ports of one address may be entries each,
 * those of several addresses have to be a list. What is chosen does not hang on
 * the lists that are there, so that counting and filling agree. */
static enum pptp_ranges_status put_joined(struct pptp_ranges_work *w, key from,
					  key to)
{
	const ports_choice *one;
	ports_choice c;
	size_t i;
	int port;

	memset(&w->set, 0, sizeof(w->set));
	for (i = 0; i < w->open_count; i++)
		pptp_port_set_add_all(&w->set, w->ports, w->open[i].ports);
	one = whole(w);
	if (one != NULL || !equal(from, to)) {
		if (one == NULL && !pptp_ports_choose(w->ports, &w->set, &c))
			return PPTP_RANGES_LISTS;
		put_wanted(w, from, to, one != NULL ? *one : c);
		return PPTP_RANGES_OK;
	}
	for (port = pptp_port_set_next(&w->set, 0); port >= 0;
	     port = pptp_port_set_next(&w->set, port + 1))
		put_wanted(w, from, to, (ports_choice){(uint16_t)port, false});
	return PPTP_RANGES_OK;
}

/* Forgets the spans that end at `to`. */
static void close_ended(struct pptp_ranges_work *w, key to)
{
	size_t i, kept = 0;

	for (i = 0; i < w->open_count; i++)
		if (below(to, w->open[i].last))
			w->open[kept++] = w->open[i];
	w->open_count = kept;
}

/* All that is open from `*at` to just before `until`, which may be NULL: to
 * the end. */
static enum pptp_ranges_status advance(struct pptp_ranges_work *w, key *at,
				       const key *until)
{
	enum pptp_ranges_status status = PPTP_RANGES_OK;
	size_t i;
	key to;

	while (w->open_count > 0 && (until == NULL || below(*at, *until)) &&
	       status == PPTP_RANGES_OK) {
		to = w->open[0].last;
		for (i = 1; i < w->open_count; i++)
			to = least(to, w->open[i].last);
		if (until != NULL)
			to = least(to, minus_one(*until));
		if (w->open_count == 1)
			put_wanted(w, *at, to, w->open[0].ports);
		else
			status = put_joined(w, *at, to);
		*at = plus(to, 1);
		close_ended(w, to);
	}
	return status;
}

static enum pptp_ranges_status open_span(struct pptp_ranges_work *w, key *at,
					 key first, key last, ports_choice c)
{
	enum pptp_ranges_status status = advance(w, at, &first);
	size_t i;

	if (status != PPTP_RANGES_OK)
		return status;
	*at = first;
	for (i = 0; i < w->open_count; i++) {
		if (!same_ports(w->open[i].ports, c))
			continue;
		if (below(w->open[i].last, last))
			w->open[i].last = last;
		return PPTP_RANGES_OK;
	}
	if (w->open_count == PPTP_RANGES_OVERLAPS)
		return PPTP_RANGES_OVERLAP;
	w->open[w->open_count++] = (struct pptp_span_open){last, c};
	return PPTP_RANGES_OK;
}

/* ---- both families ------------------------------------------------------- */

static void begin(struct pptp_ranges_work *w, uint8_t family,
		  const struct pptp_spans *spans)
{
	w->family = family;
	w->pending = false;
	w->open_count = 0;
	w->excluded = spans->excluded;
	w->excluded_end = spans->excluded + spans->excluded_count;
	while (w->excluded < w->excluded_end &&
	       w->excluded->first.family < family)
		w->excluded++;
	while (w->excluded < w->excluded_end &&
	       w->excluded_end[-1].first.family > family)
		w->excluded_end--;
}

static enum pptp_ranges_status build_v4(struct pptp_ranges_work *w,
					const struct pptp_spans *spans)
{
	enum pptp_ranges_status status = PPTP_RANGES_OK;
	const struct pptp_span_v4 *s = spans->v4;
	key at = {0, 0};
	uint32_t i;

	begin(w, 4, spans);
	for (i = 0; i < spans->v4_count && status == PPTP_RANGES_OK; i++)
		status =
		    open_span(w, &at, key_v4(s[i].first), key_v4(s[i].last),
			      (ports_choice){s[i].ports, s[i].is_list != 0});
	if (status == PPTP_RANGES_OK)
		status = advance(w, &at, NULL);
	flush(w);
	w->ranges->v4_targets = w->ranges->targets;
	return status;
}

static enum pptp_ranges_status build_v6(struct pptp_ranges_work *w,
					const struct pptp_spans *spans)
{
	enum pptp_ranges_status status = PPTP_RANGES_OK;
	const struct pptp_span_v6 *s = spans->v6;
	key at = {0, 0};
	uint32_t i;

	begin(w, 6, spans);
	for (i = 0; i < spans->v6_count && status == PPTP_RANGES_OK; i++)
		status =
		    open_span(w, &at, key_v6(s[i].first),
			      plus(key_v6(s[i].first), s[i].more),
			      (ports_choice){s[i].ports, s[i].is_list != 0});
	if (status == PPTP_RANGES_OK)
		status = advance(w, &at, NULL);
	flush(w);
	return status;
}

enum pptp_ranges_status pptp_ranges_build(struct pptp_ranges *r,
					  const struct pptp_spans *spans,
					  struct pptp_ports *ports,
					  struct pptp_ranges_work *work)
{
	enum pptp_ranges_status status;

	r->ports = ports;
	r->v4_count = r->v6_count = 0;
	r->targets = r->v4_targets = 0;
	work->ranges = r;
	work->ports = ports;
	status = build_v4(work, spans);
	if (status == PPTP_RANGES_OK)
		status = build_v6(work, spans);
	if (status != PPTP_RANGES_OK)
		return status;
	if (r->targets > PPTP_RANGES_MOST)
		return PPTP_RANGES_TOO_MANY;
	if (r->v4_count > r->v4_room || r->v6_count > r->v6_room)
		return PPTP_RANGES_ROOM;
	pptp_ranges_make_index(r);
	return PPTP_RANGES_OK;
}
