/* SPDX-License-Identifier: BSD-2-Clause */
#include "read/calls.h"

#include <stdlib.h>
#include <string.h>

#include "format/control.h"
#include "read/call_end.h"
#include "read/call_gre.h"
#include "read/call_stream.h"
#include "read/call_table.h"
#include "read/contacts.h"
#include "read/packets.h"
#include "read/stream.h"

struct pptp_calls {
	pptp_calls_handler *handler;
	void *context;
	struct pptp_packets *packets;
	struct pptp_streams *streams;
	struct pptp_call_state state;
	int64_t now; /* of the last frame that has a time */
};

/* ---- the end of calls ---------------------------------------------------- */

static void give(struct pptp_calls *all, struct pptp_call_connection *c,
		 bool crowded)
{
	struct pptp_call_counts *counts = &all->state.counts;
	struct pptp_call_entry *e;

	if (!c->roles) {
		counts->roleless++;
	} else {
		pptp_call_end(c);
		for (e = c->calls; e != NULL; e = e->next) {
			e->call.crowded = crowded;
			counts->calls++;
			counts->crowded += crowded;
			all->handler(all->context, &e->call);
		}
	}
	pptp_call_table_remove(all->state.table, c);
}

static void give_over(void *context, struct pptp_call_connection *c)
{
	give(context, c, false);
}

/* Room for one more call; false where `but` alone takes it all. */
static bool make_room(void *context, const struct pptp_call_connection *but)
{
	struct pptp_calls *all = context;
	struct pptp_call_connection *c;
	bool over;

	while (pptp_call_table_is_full(all->state.table)) {
		c = pptp_call_table_oldest(all->state.table, but);
		if (c == NULL)
			return false;
		over = c->left[PPTP_US] || c->left[PPTP_SERVER];
		give(all, c, !over);
	}
	return true;
}

static void give_quiet(struct pptp_calls *all, int64_t now)
{
	struct pptp_call_connection *c;
	int64_t limit;

	while ((c = pptp_call_table_oldest(all->state.table, NULL)) != NULL) {
		limit = c->left[PPTP_US] || c->left[PPTP_SERVER]
			    ? PPTP_CALLS_LINGER
			    : PPTP_CALLS_QUIET;
		if (now - c->last_us <= limit)
			return;
		give(all, c, false);
	}
}

/* ---- packets ------------------------------------------------------------- */

static void on_stream(void *context, enum pptp_stream_event event,
		      unsigned stream, const struct pptp_segment *s)
{
	struct pptp_calls *all = context;

	(void)stream;
	pptp_call_stream(&all->state, event, s,
			 s->time_us == PPTP_NO_TIME ? all->now : s->time_us);
}

static void tcp_packet(struct pptp_calls *all, const struct pptp_packet *packet,
		       const struct pptp_place *p)
{
	struct pptp_segment s = pptp_segment_of(packet, p);

	pptp_call_stream_again(&all->state, &s);
	pptp_contacts_input(all->state.contacts, packet, PPTP_PORT, all->now);
	(void)pptp_streams_input(all->streams, &s);
}

static void on_packet(void *context, const struct pptp_place *p,
		      const struct pptp_packet *packet)
{
	struct pptp_calls *all = context;

	if (p->time_us != PPTP_NO_TIME)
		all->now = p->time_us;
	give_quiet(all, all->now);
	switch (packet->kind) {
	case PPTP_PACKET_TCP:
		tcp_packet(all, packet, p);
		break;
	case PPTP_PACKET_GRE:
		pptp_call_gre(&all->state, packet, all->now);
		break;
	case PPTP_PACKET_ICMP:
		pptp_contacts_input(all->state.contacts, packet, PPTP_PORT,
				    all->now);
		pptp_call_icmp(&all->state, packet, all->now);
		break;
	case PPTP_PACKET_OTHER:
		break;
	}
}

void pptp_calls_frame(struct pptp_calls *all, const struct pptp_frame *f)
{
	pptp_packets_frame(all->packets, f);
}

/* ---- the whole ----------------------------------------------------------- */

struct pptp_calls *pptp_calls_new(unsigned most, pptp_calls_handler *handler,
				  void *context)
{
	struct pptp_calls *all = calloc(1, sizeof(*all));

	if (all == NULL)
		return NULL;
	all->handler = handler;
	all->context = context;
	all->state.give = give_over;
	all->state.make_room = make_room;
	all->state.context = all;
	all->state.table = pptp_call_table_new(most);
	all->state.contacts = pptp_contacts_new();
	all->streams = pptp_streams_new(on_stream, all);
	all->packets =
	    pptp_packets_new(&(struct pptp_packets_to){on_packet, NULL, all});
	if (all->state.table != NULL && all->state.contacts != NULL &&
	    all->streams != NULL && all->packets != NULL) {
		pptp_streams_believe_acknowledgments(all->streams);
		return all;
	}
	pptp_calls_free(all);
	return NULL;
}

void pptp_calls_free(struct pptp_calls *all)
{
	if (all == NULL)
		return;
	pptp_packets_free(all->packets);
	pptp_streams_free(all->streams);
	pptp_contacts_free(all->state.contacts);
	pptp_call_table_free(all->state.table);
	free(all);
}

/* Fragments may hold what a stream waits for. */
void pptp_calls_end(struct pptp_calls *all)
{
	struct pptp_call_connection *c;

	pptp_packets_end(all->packets);
	pptp_streams_end(all->streams);
	while ((c = pptp_call_table_oldest(all->state.table, NULL)) != NULL)
		give(all, c, false);
}

const struct pptp_read_counts *pptp_calls_read(const struct pptp_calls *all)
{
	return pptp_packets_counts(all->packets);
}

const struct pptp_call_counts *pptp_calls_counts(const struct pptp_calls *all)
{
	return &all->state.counts;
}
