/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/stream.h"

#include <stdlib.h>
#include <string.h>

#include "format/control.h"

#define WAYS   8 /* places that a stream may have */
#define SETS   (PPTP_STREAMS / WAYS)
/* So far from what is awaited it is another connection: the handshake between
 * them was not captured. */
#define JUMP   (1 << 20)
#define WINDOW 65535
#define SYNS   4096 /* whose sequence number is remembered */

struct early { /* a segment that waits, its bytes behind it */
	struct early *next;
	struct pptp_segment segment;
	uint8_t bytes[];
};

struct stream {
	struct pptp_segment last; /* family 0: this place is free */
	uint64_t used;
	uint32_t first, next; /* sequence numbers */
	bool cut;             /* the capture cut the segment before `next` */
	bool ended;
	/* The first byte that was captured came alone and waits: data, or the
	 * byte before `next` that a keep-alive repeats (RFC 9293 3.8.4). */
	bool doubtful;
	bool fin;        /* it ends at `fin_at`, and bytes before are lacking */
	uint32_t fin_at; /* a sequence number */
	unsigned waiting;
	struct early *early; /* by sequence number */
};

/* A SYN alone makes no stream: a sweep's are many. */
struct syn {
	uint32_t flow; /* its hash; 0: free */
	uint32_t sequence_number;
};

struct pptp_streams {
	pptp_stream_handler *handler;
	void *context;
	uint64_t clock;
	size_t waiting_bytes; /* of all */
	bool believes_acknowledgments;
	struct stream stream[PPTP_STREAMS];
	struct syn syn[SYNS];
};

struct pptp_streams *pptp_streams_new(pptp_stream_handler *handler,
				      void *context)
{
	struct pptp_streams *all = calloc(1, sizeof(*all));

	if (all == NULL)
		return NULL;
	all->handler = handler;
	all->context = context;
	return all;
}

struct pptp_segment pptp_segment_of(const struct pptp_packet *packet,
				    const struct pptp_place *p)
{
	const struct pptp_tcp *tcp = &packet->tcp;

	return (struct pptp_segment){
	    .source = packet->ip.source,
	    .destination = packet->ip.destination,
	    .source_port = tcp->source_port,
	    .destination_port = tcp->destination_port,
	    .sequence_number = tcp->sequence_number,
	    .acknowledgment_number = tcp->acknowledgment_number,
	    .flags = tcp->flags,
	    .bytes = tcp->payload.at,
	    .length = pptp_reader_left(&tcp->payload),
	    .truncated = p->truncated,
	    .frame = p->frame,
	    .time_us = p->time_us,
	};
}

void pptp_streams_believe_acknowledgments(struct pptp_streams *all)
{
	all->believes_acknowledgments = true;
}

static int32_t distance(uint32_t from, uint32_t to)
{
	return (int32_t)(to - from);
}

static void tell(struct pptp_streams *all, struct stream *st,
		 enum pptp_stream_event event, const struct pptp_segment *s)
{
	st->ended = event == PPTP_STREAM_END;
	all->handler(all->context, event, (unsigned)(st - all->stream), s);
}

/* A segment that begins at `next` or before it. */
static void deliver(struct pptp_streams *all, struct stream *st,
		    const struct pptp_segment *s)
{
	size_t old = st->next - s->sequence_number;
	struct pptp_segment rest = *s;

	if (old >= s->length)
		return;
	rest.bytes += old;
	rest.length -= old;
	rest.sequence_number = st->next;
	st->next += (uint32_t)rest.length;
	st->cut = s->truncated;
	tell(all, st, PPTP_STREAM_DATA, &rest);
}

static struct early *take_first(struct pptp_streams *all, struct stream *st)
{
	struct early *e = st->early;

	st->early = e->next;
	st->waiting--;
	all->waiting_bytes -= sizeof(*e) + e->segment.length;
	return e;
}

static void pop(struct pptp_streams *all, struct stream *st)
{
	struct early *e = take_first(all, st);

	deliver(all, st, &e->segment);
	free(e);
}

static void drain(struct pptp_streams *all, struct stream *st)
{
	while (st->early != NULL &&
	       distance(st->next, st->early->segment.sequence_number) <= 0)
		pop(all, st);
}

static void jump(struct pptp_streams *all, struct stream *st,
		 enum pptp_stream_event event, const struct pptp_segment *s)
{
	struct pptp_segment behind = *s;
	int32_t missing = distance(st->next, s->sequence_number);

	behind.missing = missing > 0 ? (uint32_t)missing : 0;
	tell(all, st, event, &behind);
	st->next = s->sequence_number;
}

static void pass_hole(struct pptp_streams *all, struct stream *st,
		      enum pptp_stream_event event)
{
	jump(all, st, event, &st->early->segment);
	drain(all, st);
}

/* A byte that came alone and was followed by nothing proves no data. */
static void end(struct pptp_streams *all, struct stream *st)
{
	if (st->doubtful)
		free(take_first(all, st));
	st->doubtful = st->fin = false;
	while (st->early != NULL)
		pass_hole(all, st, PPTP_STREAM_GAP);
	if (!st->ended)
		tell(all, st, PPTP_STREAM_END, &st->last);
}

static void drop(struct pptp_streams *all, struct stream *st)
{
	if (st == NULL || st->last.source.family == 0)
		return;
	end(all, st);
	memset(st, 0, sizeof(*st));
}

static void keep(struct pptp_streams *all, struct stream *st,
		 const struct pptp_segment *s, struct early *e)
{
	struct early **at = &st->early;

	while (*at != NULL && distance((*at)->segment.sequence_number,
				       s->sequence_number) >= 0)
		at = &(*at)->next;
	e->segment = *s;
	e->segment.bytes = e->bytes;
	memcpy(e->bytes, s->bytes, s->length);
	e->next = *at;
	*at = e;
	st->waiting++;
	all->waiting_bytes += sizeof(*e) + s->length;
}

static bool waits_already(const struct stream *st, const struct pptp_segment *s)
{
	const struct early *e;

	for (e = st->early; e != NULL; e = e->next)
		if (e->segment.sequence_number == s->sequence_number &&
		    e->segment.length >= s->length)
			return true;
	return false;
}

static void hold(struct pptp_streams *all, struct stream *st,
		 const struct pptp_segment *s)
{
	struct early *e;

	if (waits_already(st, s))
		return;
	e = malloc(sizeof(*e) + s->length);
	if (e == NULL) {
		while (st->early != NULL)
			pass_hole(all, st, PPTP_STREAM_FULL);
		if (distance(st->next, s->sequence_number) > 0)
			jump(all, st, PPTP_STREAM_FULL, s);
		deliver(all, st, s);
		return;
	}
	keep(all, st, s, e);
	while (st->early != NULL && (st->waiting > PPTP_STREAM_EARLY ||
				     all->waiting_bytes > PPTP_STREAMS_ROOM))
		pass_hole(all, st, PPTP_STREAM_FULL);
}

static bool has_cookie(const struct pptp_segment *s)
{
	struct pptp_reader r;

	pptp_reader_init(&r, s->bytes, s->length);
	pptp_read_skip(&r, 4);
	return pptp_read_u32(&r) == PPTP_COOKIE;
}

/* True where `s` is that byte once more, and says nothing new. */
static bool resolve_doubt(struct pptp_streams *all, struct stream *st,
			  const struct pptp_segment *s)
{
	if (!st->doubtful || s->length == 0)
		return false;
	if (s->length == 1 && s->sequence_number == st->next)
		return true;
	st->doubtful = false;
	if (s->sequence_number == st->next + 1 && has_cookie(s)) {
		free(take_first(all, st));
		st->first = ++st->next;
	} else {
		drain(all, st);
	}
	return false;
}

static void place(struct pptp_streams *all, struct stream *st,
		  const struct pptp_segment *s)
{
	int32_t ahead;

	if (resolve_doubt(all, st, s))
		return;
	ahead = distance(st->next, s->sequence_number);
	if (s->length == 0) {
		st->cut = st->cut || s->truncated;
		return;
	}
	if (ahead > JUMP || ahead < -JUMP) {
		end(all, st);
		st->first = st->next = s->sequence_number;
	} else if (ahead > 0 && st->cut) {
		jump(all, st, PPTP_STREAM_GAP, s);
	} else if (ahead > 0) {
		hold(all, st, s);
		return;
	}
	deliver(all, st, s);
	drain(all, st);
}

/* ---- the table ----------------------------------------------------------- */

static uint32_t mix(uint32_t hash, const void *bytes, size_t length)
{
	const uint8_t *p = bytes;
	size_t i;

	for (i = 0; i < length; i++)
		hash = (hash ^ p[i]) * UINT32_C(16777619);
	return hash;
}

static uint32_t flow_of(const struct pptp_segment *s)
{
	uint32_t hash = UINT32_C(2166136261);

	hash = mix(hash, s->source.bytes, sizeof(s->source.bytes));
	hash = mix(hash, s->destination.bytes, sizeof(s->destination.bytes));
	hash = mix(hash, &s->source_port, sizeof(s->source_port));
	hash = mix(hash, &s->destination_port, sizeof(s->destination_port));
	return hash ^ hash >> 16;
}

static struct stream *set_of(struct pptp_streams *all,
			     const struct pptp_segment *s)
{
	return &all->stream[flow_of(s) % SETS * WAYS];
}

static bool same(const struct pptp_segment *a, const struct pptp_segment *b)
{
	return a->source_port == b->source_port &&
	       a->destination_port == b->destination_port &&
	       pptp_address_equal(&a->source, &b->source) &&
	       pptp_address_equal(&a->destination, &b->destination);
}

static struct stream *find(struct pptp_streams *all,
			   const struct pptp_segment *s)
{
	struct stream *set = set_of(all, s);
	unsigned i;

	for (i = 0; i < WAYS; i++)
		if (set[i].last.source.family != 0 && same(&set[i].last, s))
			return &set[i];
	return NULL;
}

static void touch(struct pptp_streams *all, struct stream *st,
		  const struct pptp_segment *s)
{
	st->used = ++all->clock;
	st->last = *s;
	st->last.bytes = NULL;
	st->last.length = 0;
}

/* A free place has never been used, so it is the first to be taken. */
static struct stream *create(struct pptp_streams *all,
			     const struct pptp_segment *s, uint32_t first)
{
	struct stream *set = set_of(all, s), *st = set;
	unsigned i;

	for (i = 1; i < WAYS; i++)
		if (set[i].used < st->used)
			st = &set[i];
	drop(all, st);
	touch(all, st, s);
	st->first = st->next = first;
	st->ended = true; /* nothing has been told yet */
	return st;
}

/* A handshake may be repeated; another one is another connection. */
static void begin(struct pptp_streams *all, const struct pptp_segment *s,
		  uint32_t first)
{
	struct stream *st = find(all, s);

	if (st != NULL && st->first == first)
		return;
	drop(all, st);
	(void)create(all, s, first);
}

static bool is_ours(const struct pptp_segment *s)
{
	return s->source_port == PPTP_PORT || s->destination_port == PPTP_PORT;
}

static struct pptp_segment turned(const struct pptp_segment *s)
{
	struct pptp_segment back = *s;

	back.source = s->destination;
	back.destination = s->source;
	back.source_port = s->destination_port;
	back.destination_port = s->source_port;
	return back;
}

static struct syn *syn_of(struct pptp_streams *all, uint32_t flow)
{
	return &all->syn[flow % SYNS];
}

/* A SYN-ACK that does not acknowledge the SYN that was captured: another
 * connection's, which the client will reset. */
static bool is_stray(struct pptp_streams *all, const struct pptp_segment *s,
		     const struct pptp_segment *back)
{
	uint32_t flow = flow_of(back);
	const struct syn *syn = syn_of(all, flow);

	return s->flags & PPTP_TCP_ACK && syn->flow == flow && flow != 0 &&
	       syn->sequence_number + 1 != s->acknowledgment_number;
}

/* False where it is to be ignored. */
static bool handshake(struct pptp_streams *all, const struct pptp_segment *s)
{
	struct pptp_segment back = turned(s);
	struct stream *st = find(all, s);
	uint32_t flow = flow_of(s);

	if (is_stray(all, s, &back))
		return false;
	if (st != NULL && st->first != s->sequence_number + 1)
		drop(all, st);
	/* Not on a SYN alone: a sweep's are many, and most stay alone. */
	if (!(s->flags & PPTP_TCP_ACK))
		*syn_of(all, flow) = (struct syn){flow, s->sequence_number};
	if (!(s->flags & PPTP_TCP_ACK) || !is_ours(s))
		return true;
	begin(all, s, s->sequence_number + 1);
	begin(all, &back, s->acknowledgment_number);
	return true;
}

/* A FIN whose bytes are all there, or a RST near enough to be believed. One
 * that came before its bytes is remembered. */
static bool is_last(struct stream *st, const struct pptp_segment *s)
{
	uint32_t at = s->sequence_number + (uint32_t)s->length;
	int32_t ahead = distance(st->next, at);

	if (s->flags & PPTP_TCP_RST)
		return ahead >= -WINDOW && ahead <= WINDOW;
	if (s->flags & PPTP_TCP_FIN && ahead > 0 && ahead <= JUMP) {
		st->fin = true;
		st->fin_at = at;
	}
	return (s->flags & PPTP_TCP_FIN && ahead <= 0) ||
	       (st->fin && distance(st->next, st->fin_at) <= 0);
}

static void start_in_the_middle(struct pptp_streams *all, struct stream *st,
				const struct pptp_segment *s)
{
	if (s->length != 1)
		return;
	hold(all, st, s);
	st->doubtful = st->early != NULL;
}

/* What was acknowledged, though nothing behind it was captured yet. A FIN has a
 * number of its own. */
static void pass_end(struct pptp_streams *all, struct stream *st,
		     const struct pptp_segment *back)
{
	int32_t ahead = distance(st->next, back->sequence_number);

	if (ahead > 0 && ahead <= JUMP && !(st->last.flags & PPTP_TCP_FIN))
		jump(all, st, PPTP_STREAM_GAP, back);
}

static void pass_acknowledged(struct pptp_streams *all,
			      const struct pptp_segment *s)
{
	struct pptp_segment back = turned(s);
	struct stream *st = find(all, &back);

	if (!(s->flags & PPTP_TCP_ACK) || s->length == 0 || st == NULL ||
	    st->doubtful)
		return;
	while (st->early != NULL && distance(st->early->segment.sequence_number,
					     s->acknowledgment_number) >= 0)
		pass_hole(all, st, PPTP_STREAM_GAP);
	back.sequence_number = s->acknowledgment_number;
	back.bytes = NULL;
	back.length = 0;
	pass_end(all, st, &back);
}

bool pptp_streams_input(struct pptp_streams *all, const struct pptp_segment *s)
{
	struct pptp_segment data = *s;
	struct stream *st;

	if (all->believes_acknowledgments)
		pass_acknowledged(all, s);

	if (s->flags & PPTP_TCP_SYN) {
		if (!handshake(all, s))
			return false;
		data.sequence_number++; /* the SYN itself */
	}
	st = find(all, &data);
	if (st == NULL) {
		if (data.length == 0 || !(is_ours(&data) || has_cookie(&data)))
			return false;
		st = create(all, &data, data.sequence_number);
		start_in_the_middle(all, st, &data);
	}
	touch(all, st, &data);
	place(all, st, &data);
	if (is_last(st, &data))
		end(all, st);
	return true;
}

void pptp_streams_end(struct pptp_streams *all)
{
	unsigned i;

	for (i = 0; i < PPTP_STREAMS; i++)
		drop(all, &all->stream[i]);
}

void pptp_streams_free(struct pptp_streams *all)
{
	struct early *e;
	unsigned i;

	if (all == NULL)
		return;
	for (i = 0; i < PPTP_STREAMS; i++) {
		while ((e = all->stream[i].early) != NULL) {
			all->stream[i].early = e->next;
			free(e);
		}
	}
	free(all);
}
