/* SPDX-License-Identifier: BSD-2-Clause */
#include "net/numbered.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ranges_build.h"
#include "net/grow.h"
#include "net/target_list.h"
#include "scan/special.h"

#define PORT_ROOM (4 * 65536) /* of all lists of ports together */

/* An entry that has a name or labels, and the last address that it or one
 * before it reaches. */
struct told {
	const struct pptp_target_entry *entry;
	struct pptp_address reach;
};

struct pptp_numbered {
	struct pptp_ranges ranges;
	struct pptp_ports ports;
	struct pptp_port_choice usual; /* of targets without a port */
	uint64_t special;
	struct told *told;
	size_t told_count;
	/* As they were added; gone once they are numbered. */
	struct pptp_span_v4 *v4;
	struct pptp_span_v6 *v6;
	size_t v4_count, v4_room, v6_count, v6_room;
};

static enum pptp_error fail(char *text, size_t room, const char *why)
{
	snprintf(text, room, "%s", why);
	return PPTP_ERROR_ARGUMENT;
}

static enum pptp_error out_of_memory(char *text, size_t room)
{
	errno = ENOMEM;
	snprintf(text, room, "out of memory for targets");
	return PPTP_ERROR_SYSTEM;
}

/* ---- spans --------------------------------------------------------------- */

static bool add_v4(struct pptp_numbered *n, const struct pptp_block *piece,
		   struct pptp_port_choice ports)
{
	void *all = n->v4;

	if (n->v4_count == UINT32_MAX ||
	    !pptp_grow(&all, n->v4_count, &n->v4_room, sizeof(*n->v4)))
		return false;
	n->v4 = all;
	n->v4[n->v4_count++] = (struct pptp_span_v4){
	    .first = pptp_address_v4_value(&piece->first),
	    .last = pptp_address_v4_value(&piece->last),
	    .ports = ports.value,
	    .is_list = ports.is_list,
	};
	return true;
}

static bool add_v6(struct pptp_numbered *n, const struct pptp_block *piece,
		   struct pptp_port_choice ports)
{
	struct pptp_span_v6 *s;
	void *all = n->v6;

	if (n->v6_count == UINT32_MAX ||
	    !pptp_grow(&all, n->v6_count, &n->v6_room, sizeof(*n->v6)))
		return false;
	n->v6 = all;
	s = &n->v6[n->v6_count++];
	memcpy(s->first, piece->first.bytes, sizeof(s->first));
	s->more = (uint16_t)(pptp_block_size(piece) - 1);
	s->ports = ports.value;
	s->is_list = ports.is_list;
	return true;
}

static enum pptp_error refuse_v6(const struct pptp_block *b, char *text,
				 size_t room)
{
	char first[PPTP_ADDRESS_TEXT], last[PPTP_ADDRESS_TEXT];

	pptp_address_format(&b->first, first);
	pptp_address_format(&b->last, last);
	snprintf(text, room,
		 "target '%s-%s' has more than %d IPv6 addresses; list those "
		 "that are known",
		 first, last, PPTP_NUMBERED_V6);
	return PPTP_ERROR_ARGUMENT;
}

static void count_special(struct pptp_numbered *n, uint64_t addresses)
{
	n->special = addresses > UINT64_MAX - n->special
			 ? UINT64_MAX
			 : n->special + addresses;
}

enum pptp_error pptp_numbered_add(void *context, const struct pptp_block *block,
				  uint16_t port, char *text, size_t room)
{
	struct pptp_numbered *n = context;
	struct pptp_port_choice ports = n->usual;
	uint64_t left = pptp_block_size(block);
	struct pptp_special_cut cut;
	struct pptp_block piece;

	if (block->first.family == 6 && left > PPTP_NUMBERED_V6)
		return refuse_v6(block, text, room);
	if (port != 0)
		ports = (struct pptp_port_choice){port, false};
	pptp_special_begin(&cut, block);
	while (pptp_special_next(&cut, &piece)) {
		left -= pptp_block_size(&piece);
		if (!(piece.first.family == 4 ? add_v4(n, &piece, ports)
					      : add_v6(n, &piece, ports)))
			return out_of_memory(text, room);
	}
	count_special(n, left);
	return PPTP_OK;
}

static enum pptp_error add_entries(struct pptp_numbered *n,
				   const struct pptp_target_list *l, char *text,
				   size_t room)
{
	enum pptp_error error = PPTP_OK;
	size_t i;

	for (i = 0; i < l->count && error == PPTP_OK; i++)
		if (l->entries[i].block.first.family != 0)
			error =
			    pptp_numbered_add(n, &l->entries[i].block,
					      l->entries[i].port, text, room);
	if (n->v4_count > 0)
		qsort(n->v4, n->v4_count, sizeof(*n->v4), pptp_span_v4_order);
	if (n->v6_count > 0)
		qsort(n->v6, n->v6_count, sizeof(*n->v6), pptp_span_v6_order);
	return error;
}

/* ---- ranges -------------------------------------------------------------- */

static enum pptp_error choose_ports(struct pptp_numbered *n,
				    const uint16_t *ports, size_t count,
				    char *text, size_t room)
{
	struct pptp_port_set set = {{0}};
	size_t i;

	for (i = 0; i < count; i++)
		pptp_port_set_add(&set, ports[i]);
	n->ports.ports = calloc(PORT_ROOM, sizeof(*n->ports.ports));
	n->ports.room = PORT_ROOM;
	if (n->ports.ports == NULL)
		return out_of_memory(text, room);
	if (!pptp_ports_choose(&n->ports, &set, &n->usual))
		return fail(text, room, "no port is given; name one with -p");
	return PPTP_OK;
}

/* After the entries were counted; none of either kind is room for one. */
static bool make_room(struct pptp_ranges *r)
{
	r->v4 = calloc((size_t)r->v4_count + 1, sizeof(*r->v4));
	r->v6 = calloc((size_t)r->v6_count + 1, sizeof(*r->v6));
	r->v4_room = r->v4_count;
	r->v6_room = r->v6_count;
	return r->v4 != NULL && r->v6 != NULL;
}

static enum pptp_error explain(enum pptp_ranges_status status, char *text,
			       size_t room)
{
	switch (status) {
	case PPTP_RANGES_TOO_MANY:
		return fail(text, room,
			    "more than 2^47 targets are too many; name fewer "
			    "ports or addresses");
	case PPTP_RANGES_LISTS:
		return fail(text, room,
			    "blocks overlap with more different lists of ports "
			    "than there is room for; name their ports with -p");
	case PPTP_RANGES_OVERLAP:
		return fail(text, room,
			    "more than 1024 different ports are given for one "
			    "address; name them with -p");
	default:
		return PPTP_OK;
	}
}

/* Counts, makes room, and fills it. */
static enum pptp_ranges_status build(struct pptp_numbered *n,
				     const struct pptp_exclusions *x,
				     struct pptp_ranges_work *work)
{
	struct pptp_spans spans = {
	    .v4 = n->v4,
	    .v6 = n->v6,
	    .v4_count = (uint32_t)n->v4_count,
	    .v6_count = (uint32_t)n->v6_count,
	    .excluded = x->blocks,
	    .excluded_count = x->count,
	};
	enum pptp_ranges_status status =
	    pptp_ranges_build(&n->ranges, &spans, &n->ports, work);

	if (status != PPTP_RANGES_ROOM || !make_room(&n->ranges))
		return status;
	return pptp_ranges_build(&n->ranges, &spans, &n->ports, work);
}

static void free_spans(struct pptp_numbered *n)
{
	free(n->v4);
	free(n->v6);
	n->v4 = NULL;
	n->v6 = NULL;
}

static enum pptp_error build_ranges(struct pptp_numbered *n,
				    const struct pptp_exclusions *x, char *text,
				    size_t room)
{
	struct pptp_ranges_work *work = calloc(1, sizeof(*work));
	enum pptp_ranges_status status = PPTP_RANGES_ROOM;

	n->ranges.by_number = calloc(PPTP_RANGES_INDEX, sizeof(uint32_t));
	n->ranges.by_address = calloc(PPTP_RANGES_INDEX, sizeof(uint32_t));
	if (work != NULL && n->ranges.by_number != NULL &&
	    n->ranges.by_address != NULL)
		status = build(n, x, work);
	free(work);
	free_spans(n);
	return status == PPTP_RANGES_ROOM ? out_of_memory(text, room)
					  : explain(status, text, room);
}

/* ---- names and labels ---------------------------------------------------- */

static int told_order(const void *a, const void *b)
{
	const struct told *left = a, *right = b;

	return pptp_address_compare(&left->entry->block.first,
				    &right->entry->block.first);
}

static bool is_told(const struct pptp_target_entry *e)
{
	return e->block.first.family != 0 &&
	       (e->name != NULL || e->labels != NULL);
}

static bool gather_told(struct pptp_numbered *n,
			const struct pptp_target_list *l)
{
	size_t i, count = 0;

	for (i = 0; i < l->count; i++)
		count += is_told(&l->entries[i]);
	n->told = calloc(count + 1, sizeof(*n->told));
	if (n->told == NULL)
		return false;
	for (i = 0; i < l->count; i++)
		if (is_told(&l->entries[i]))
			n->told[n->told_count++].entry = &l->entries[i];
	qsort(n->told, count, sizeof(*n->told), told_order);
	for (i = 0; i < count; i++) {
		n->told[i].reach = n->told[i].entry->block.last;
		if (i > 0 && pptp_address_compare(&n->told[i - 1].reach,
						  &n->told[i].reach) > 0)
			n->told[i].reach = n->told[i - 1].reach;
	}
	return true;
}

/* How many begin at `a` or before it. */
static size_t told_upto(const struct pptp_numbered *n,
			const struct pptp_address *a)
{
	size_t low = 0, high = n->told_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (pptp_address_compare(&n->told[middle].entry->block.first,
					 a) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool has_port(const struct pptp_numbered *n,
		     const struct pptp_target_entry *e, uint16_t port)
{
	return e->port == port ||
	       (e->port == 0 &&
		pptp_ports_index(&n->ports, n->usual, port) >= 0);
}

void pptp_numbered_tell(const struct pptp_numbered *n,
			const struct pptp_address *a, uint16_t port,
			const char **name, const char **labels)
{
	const struct pptp_target_entry *first = NULL, *e;
	size_t i = told_upto(n, a);

	for (; i > 0 && pptp_address_compare(&n->told[i - 1].reach, a) >= 0;
	     i--) {
		e = n->told[i - 1].entry;
		if (pptp_address_compare(&e->block.last, a) >= 0 &&
		    has_port(n, e, port) && (first == NULL || e < first))
			first = e;
	}
	*name = first != NULL ? first->name : NULL;
	*labels = first != NULL ? first->labels : NULL;
}

/* ---- all of it ----------------------------------------------------------- */

enum pptp_error pptp_numbered_open(struct pptp_numbered **n,
				   const uint16_t *ports, size_t port_count,
				   char *text, size_t room)
{
	enum pptp_error error;

	*n = calloc(1, sizeof(**n));
	if (*n == NULL)
		return out_of_memory(text, room);
	error = choose_ports(*n, ports, port_count, text, room);
	if (error != PPTP_OK) {
		pptp_numbered_close(*n);
		*n = NULL;
	}
	return error;
}

enum pptp_error pptp_numbered_build(struct pptp_numbered *n,
				    struct pptp_targets *t, char *text,
				    size_t room)
{
	const struct pptp_target_list *l = pptp_targets_list(t);
	struct pptp_exclusions *x = pptp_targets_exclusions(t);
	enum pptp_error error = add_entries(n, l, text, room);

	pptp_exclusions_close(x);
	if (error == PPTP_OK)
		error = build_ranges(n, x, text, room);
	if (error == PPTP_OK && !gather_told(n, l))
		error = out_of_memory(text, room);
	return error;
}

void pptp_numbered_close(struct pptp_numbered *n)
{
	if (n == NULL)
		return;
	free_spans(n);
	free(n->ranges.v4);
	free(n->ranges.v6);
	free(n->ranges.by_number);
	free(n->ranges.by_address);
	free(n->ports.ports);
	free(n->told);
	free(n);
}

const struct pptp_ranges *pptp_numbered_ranges(const struct pptp_numbered *n)
{
	return &n->ranges;
}

uint64_t pptp_numbered_special(const struct pptp_numbered *n)
{
	return n->special;
}
