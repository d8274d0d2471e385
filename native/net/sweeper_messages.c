/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/sweeper_messages.h"

#include <string.h>

/* All of them are 64-bit words. */
#define COUNTS                                                                 \
	(sizeof(struct pptp_sweep_counts) / sizeof(((uint64_t *)NULL)[0]))

/* ---- numbers ------------------------------------------------------------- */

void pptp_sweeper_put_u64(struct pptp_writer *w, uint64_t v)
{
	pptp_write_u32(w, (uint32_t)(v >> 32));
	pptp_write_u32(w, (uint32_t)v);
}

uint64_t pptp_sweeper_get_u64(struct pptp_reader *r)
{
	uint64_t high = pptp_read_u32(r);

	return high << 32 | pptp_read_u32(r);
}

bool pptp_sweeper_get_flag(struct pptp_reader *r)
{
	uint8_t flag = pptp_read_u8(r);

	if (flag > 1)
		pptp_reader_fail(r, "a flag that is neither 0 nor 1");
	return flag == 1;
}

/* ---- addresses and texts ------------------------------------------------- */

static size_t width_of(uint8_t family)
{
	return family == 4 ? 4 : 16;
}

/* Family 0: none. */
static void put_address(struct pptp_writer *w, const struct pptp_address *a)
{
	pptp_write_u8(w, a->family);
	if (a->family != 0)
		pptp_write_bytes(w, a->bytes, width_of(a->family));
}

static void get_address_or_none(struct pptp_reader *r, struct pptp_address *a)
{
	const uint8_t *bytes = NULL;

	memset(a, 0, sizeof(*a));
	a->family = pptp_read_u8(r);
	if (a->family == 4 || a->family == 6)
		bytes = pptp_read_bytes(r, width_of(a->family));
	else if (a->family != 0)
		pptp_reader_fail(r, "no address family");
	if (bytes != NULL)
		memcpy(a->bytes, bytes, width_of(a->family));
}

static void get_address(struct pptp_reader *r, struct pptp_address *a)
{
	get_address_or_none(r, a);
	if (a->family == 0)
		pptp_reader_fail(r, "no address");
}

static void put_text(struct pptp_writer *w, const char *text, size_t room)
{
	size_t length = strnlen(text, room - 1);

	pptp_write_u8(w, (uint8_t)length);
	pptp_write_bytes(w, text, length);
}

static void get_text(struct pptp_reader *r, char *text, size_t room)
{
	size_t length = pptp_read_u8(r);
	const uint8_t *bytes = pptp_read_bytes(r, length);

	text[0] = '\0';
	if (bytes == NULL)
		return;
	if (length >= room || memchr(bytes, '\0', length) != NULL) {
		pptp_reader_fail(r, "a text with a NUL, or too long");
		return;
	}
	memcpy(text, bytes, length);
	text[length] = '\0';
}

void pptp_sweeper_put_answer(struct pptp_writer *w,
			     const struct pptp_sweeper_answer *a)
{
	pptp_write_u8(w, PPTP_SWEEPER_ANSWER);
	pptp_write_u32(w, (uint32_t)a->status);
	pptp_write_u32(w, a->error);
	pptp_sweeper_put_u64(w, a->waiting);
	pptp_sweeper_put_u64(w, a->value);
	put_text(w, a->text, sizeof(a->text));
}

void pptp_sweeper_get_answer(struct pptp_reader *r,
			     struct pptp_sweeper_answer *a)
{
	if (pptp_read_u8(r) != PPTP_SWEEPER_ANSWER)
		pptp_reader_fail(r, "no answer");
	a->status = (enum pptp_error)(int32_t)pptp_read_u32(r);
	a->error = pptp_read_u32(r);
	a->waiting = pptp_sweeper_get_u64(r);
	a->value = pptp_sweeper_get_u64(r);
	get_text(r, a->text, sizeof(a->text));
}

/* ---- what a sweep is ----------------------------------------------------- */

static void put_counts(struct pptp_writer *w,
		       const struct pptp_sweep_counts *counts)
{
	uint64_t words[COUNTS];
	size_t i;

	memcpy(words, counts, sizeof(words));
	for (i = 0; i < COUNTS; i++)
		pptp_sweeper_put_u64(w, words[i]);
}

static void get_counts(struct pptp_reader *r, struct pptp_sweep_counts *counts)
{
	uint64_t words[COUNTS];
	size_t i;

	for (i = 0; i < COUNTS; i++)
		words[i] = pptp_sweeper_get_u64(r);
	memcpy(counts, words, sizeof(words));
}

static void put_sweep(struct pptp_writer *w, const struct pptp_sweep_config *c)
{
	pptp_sweeper_put_u64(w, c->count);
	pptp_sweeper_put_u64(w, c->seed);
	pptp_sweeper_put_u64(w, c->span.first);
	pptp_sweeper_put_u64(w, c->span.end);
	pptp_sweeper_put_u64(w, c->low);
	pptp_write_u32(w, c->retries);
	pptp_sweeper_put_u64(w, c->retry_after);
	pptp_sweeper_put_u64(w, c->cooldown);
	pptp_sweeper_put_u64(w, c->rate);
	pptp_sweeper_put_u64(w, c->key.words[0]);
	pptp_sweeper_put_u64(w, c->key.words[1]);
	pptp_write_u16(w, c->ports.first);
	pptp_write_u16(w, c->ports.count);
	put_counts(w, &c->counts);
}

static void get_sweep(struct pptp_reader *r, struct pptp_sweep_config *c)
{
	c->count = pptp_sweeper_get_u64(r);
	c->seed = pptp_sweeper_get_u64(r);
	c->span.first = pptp_sweeper_get_u64(r);
	c->span.end = pptp_sweeper_get_u64(r);
	c->low = pptp_sweeper_get_u64(r);
	c->retries = pptp_read_u32(r);
	c->retry_after = pptp_sweeper_get_u64(r);
	c->cooldown = pptp_sweeper_get_u64(r);
	c->rate = pptp_sweeper_get_u64(r);
	c->key.words[0] = pptp_sweeper_get_u64(r);
	c->key.words[1] = pptp_sweeper_get_u64(r);
	c->ports.first = pptp_read_u16(r);
	c->ports.count = pptp_read_u16(r);
	get_counts(r, &c->counts);
}

void pptp_sweeper_put_config(struct pptp_writer *w,
			     const struct pptp_sweeper_config *c)
{
	put_sweep(w, &c->sweep);
	put_text(w, c->interface != NULL ? c->interface : "",
		 PPTP_SWEEPER_TEXT);
	put_address(w, &c->source);
	pptp_sweeper_put_u64(w, c->memory);
	pptp_sweeper_put_u64(w, c->ring);
	pptp_write_u8(w, c->second_port);
	pptp_write_u8(w, c->open_only);
	pptp_write_u8(w, c->contact);
}

void pptp_sweeper_get_config(struct pptp_reader *r,
			     struct pptp_sweeper_config *c, char *interface)
{
	memset(c, 0, sizeof(*c));
	get_sweep(r, &c->sweep);
	get_text(r, interface, PPTP_INTERFACE_NAME);
	c->interface = interface[0] != '\0' ? interface : NULL;
	get_address_or_none(r, &c->source);
	c->memory = (size_t)pptp_sweeper_get_u64(r);
	c->ring = (size_t)pptp_sweeper_get_u64(r);
	c->second_port = pptp_sweeper_get_flag(r);
	c->open_only = pptp_sweeper_get_flag(r);
	c->contact = pptp_sweeper_get_flag(r);
}

void pptp_sweeper_put_ports(struct pptp_writer *w,
			    const struct pptp_port_set *set)
{
	size_t i;

	for (i = 0; i < sizeof(set->bits) / sizeof(set->bits[0]); i++)
		pptp_sweeper_put_u64(w, set->bits[i]);
}

void pptp_sweeper_get_ports(struct pptp_reader *r, struct pptp_port_set *set)
{
	size_t i;

	for (i = 0; i < sizeof(set->bits) / sizeof(set->bits[0]); i++)
		set->bits[i] = pptp_sweeper_get_u64(r);
}

void pptp_sweeper_put_entry(struct pptp_writer *w,
			    const struct pptp_sweeper_entry *e)
{
	put_address(w, &e->first);
	pptp_sweeper_put_u64(w, e->targets);
	pptp_write_u16(w, e->ports.value);
	pptp_write_u8(w, e->ports.is_list);
}

void pptp_sweeper_get_entry(struct pptp_reader *r, struct pptp_sweeper_entry *e)
{
	get_address(r, &e->first);
	e->targets = pptp_sweeper_get_u64(r);
	e->ports.value = pptp_read_u16(r);
	e->ports.is_list = pptp_sweeper_get_flag(r);
}

void pptp_sweeper_put_block(struct pptp_writer *w, const struct pptp_block *b)
{
	put_address(w, &b->first);
	put_address(w, &b->last);
}

void pptp_sweeper_get_block(struct pptp_reader *r, struct pptp_block *b)
{
	get_address(r, &b->first);
	get_address(r, &b->last);
}

void pptp_sweeper_put_route(struct pptp_writer *w,
			    const struct pptp_route *route)
{
	static const struct pptp_route none;

	if (route == NULL)
		route = &none;
	put_address(w, &route->source);
	put_text(w, route->interface, sizeof(route->interface));
	pptp_write_u32(w, route->index);
	pptp_write_u8(w, route->local);
}

void pptp_sweeper_get_route(struct pptp_reader *r, struct pptp_route *route)
{
	get_address_or_none(r, &route->source);
	get_text(r, route->interface, sizeof(route->interface));
	route->index = pptp_read_u32(r);
	route->local = pptp_sweeper_get_flag(r);
}

/* ---- what is found ------------------------------------------------------- */

static void put_heard(struct pptp_writer *w, const struct pptp_heard *h)
{
	pptp_write_u8(w, (uint8_t)h->kind);
	pptp_write_u8(w, (uint8_t)h->answer);
	pptp_write_u8(w, h->attempt);
	pptp_write_u8(w, h->reset);
	pptp_sweeper_put_u64(w, h->position);
	pptp_sweeper_put_u64(w, h->sent);
}

/* An enumerator of 0 to `most`. */
static unsigned get_one_of(struct pptp_reader *r, unsigned most)
{
	unsigned value = pptp_read_u8(r);

	if (value > most)
		pptp_reader_fail(r, "an unknown word");
	return value;
}

static void get_heard(struct pptp_reader *r, struct pptp_heard *h)
{
	h->kind = (enum pptp_heard_kind)get_one_of(r, PPTP_HEARD_SECOND_PORT);
	h->answer = (enum pptp_port_state)get_one_of(r, PPTP_PORT_OPEN);
	h->attempt = pptp_read_u8(r);
	h->reset = pptp_sweeper_get_flag(r);
	h->position = pptp_sweeper_get_u64(r);
	h->sent = pptp_sweeper_get_u64(r);
}

static void put_reply(struct pptp_writer *w, const struct pptp_syn_reply *s)
{
	pptp_write_u8(w, (uint8_t)s->kind);
	put_address(w, &s->target);
	put_address(w, &s->source);
	put_address(w, &s->from);
	pptp_write_u16(w, s->port);
	pptp_write_u16(w, s->source_port);
	pptp_write_u32(w, s->number);
	pptp_write_u8(w, s->ttl);
	pptp_write_u8(w, s->icmp_type);
	pptp_write_u8(w, s->icmp_code);
	pptp_write_u8(w, s->icmp_hard);
	pptp_write_u16(w, s->window);
	pptp_write_u16(w, s->mss);
}

static void get_reply(struct pptp_reader *r, struct pptp_syn_reply *s)
{
	s->kind = (enum pptp_syn_reply_kind)get_one_of(r, PPTP_SYN_REPLY_ICMP);
	get_address(r, &s->target);
	get_address(r, &s->source);
	get_address(r, &s->from);
	s->port = pptp_read_u16(r);
	s->source_port = pptp_read_u16(r);
	s->number = pptp_read_u32(r);
	s->ttl = pptp_read_u8(r);
	s->icmp_type = pptp_read_u8(r);
	s->icmp_code = pptp_read_u8(r);
	s->icmp_hard = pptp_sweeper_get_flag(r);
	s->window = pptp_read_u16(r);
	s->mss = pptp_read_u16(r);
}

void pptp_sweeper_put_found(struct pptp_writer *w, const struct pptp_found *f)
{
	put_heard(w, &f->heard);
	put_reply(w, &f->reply);
	pptp_sweeper_put_u64(w, f->target);
	pptp_sweeper_put_u64(w, (uint64_t)f->rtt_ns);
	pptp_sweeper_put_u64(w, (uint64_t)f->time_ns);
	pptp_write_u8(w, f->length);
	pptp_write_bytes(w, f->packet, f->length);
}

void pptp_sweeper_get_found(struct pptp_reader *r, struct pptp_found *f)
{
	const uint8_t *bytes;

	get_heard(r, &f->heard);
	get_reply(r, &f->reply);
	f->target = pptp_sweeper_get_u64(r);
	f->rtt_ns = (int64_t)pptp_sweeper_get_u64(r);
	f->time_ns = (int64_t)pptp_sweeper_get_u64(r);
	f->length = pptp_read_u8(r);
	if (f->length > sizeof(f->packet)) {
		pptp_reader_fail(r, "a packet that is too long");
		f->length = 0;
	}
	bytes = pptp_read_bytes(r, f->length);
	if (bytes != NULL)
		memcpy(f->packet, bytes, f->length);
}

/* ---- how it stands ------------------------------------------------------- */

void pptp_sweeper_put_standing(struct pptp_writer *w,
			       const struct pptp_sweep_standing *s)
{
	size_t i;

	pptp_sweeper_put_u64(w, s->high);
	pptp_write_u8(w, s->again);
	pptp_write_u8(w, s->lossy);
	put_counts(w, &s->counts);
	pptp_write_u16(w, (uint16_t)s->lost_count);
	for (i = 0; i < s->lost_count; i++) {
		pptp_sweeper_put_u64(w, s->lost[i].first);
		pptp_sweeper_put_u64(w, s->lost[i].end);
	}
}

void pptp_sweeper_get_standing(struct pptp_reader *r,
			       struct pptp_sweep_standing *s)
{
	size_t i;

	s->high = pptp_sweeper_get_u64(r);
	s->again = pptp_sweeper_get_flag(r);
	s->lossy = pptp_sweeper_get_flag(r);
	get_counts(r, &s->counts);
	s->lost_count = pptp_read_u16(r);
	if (s->lost_count > PPTP_SWEEP_LOST) {
		pptp_reader_fail(r, "too many intervals");
		s->lost_count = 0;
	}
	for (i = 0; i < s->lost_count; i++) {
		s->lost[i].first = pptp_sweeper_get_u64(r);
		s->lost[i].end = pptp_sweeper_get_u64(r);
	}
}

void pptp_sweeper_put_facts(struct pptp_writer *w,
			    const struct pptp_sweeper_facts *f)
{
	pptp_sweeper_put_u64(w, f->resets);
	pptp_sweeper_put_u64(w, f->second_ports_asked);
	pptp_sweeper_put_u64(w, f->refused);
	pptp_sweeper_put_u64(w, f->drops);
	pptp_sweeper_put_u64(w, f->overflows);
	pptp_write_u8(w, f->framed);
}

void pptp_sweeper_get_facts(struct pptp_reader *r, struct pptp_sweeper_facts *f)
{
	f->resets = pptp_sweeper_get_u64(r);
	f->second_ports_asked = pptp_sweeper_get_u64(r);
	f->refused = pptp_sweeper_get_u64(r);
	f->drops = pptp_sweeper_get_u64(r);
	f->overflows = pptp_sweeper_get_u64(r);
	f->framed = pptp_sweeper_get_flag(r);
}
