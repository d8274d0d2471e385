/* SPDX-License-Identifier: BSD-2-Clause */
/* From spans of addresses as they were given to numbered ranges. */
#ifndef PPTP_RANGES_BUILD_H
#define PPTP_RANGES_BUILD_H

#include "core/blocks.h"
#include "core/ranges.h"

/* The addresses first to last, each with a port or a list of them. */
struct pptp_span_v4 {
	uint32_t first, last;
	uint16_t ports, is_list;
};

/* `more` addresses follow the first; they do not wrap. */
struct pptp_span_v6 {
	uint8_t first[16];
	uint16_t more;
	uint16_t ports, is_list;
};

/* For qsort(): by the first address. */
int pptp_span_v4_order(const void *a, const void *b);
int pptp_span_v6_order(const void *a, const void *b);

/* Both sorted in that order; they may overlap, also with other ports. */
struct pptp_spans {
	const struct pptp_span_v4 *v4;
	const struct pptp_span_v6 *v6;
	uint32_t v4_count, v6_count;
	const struct pptp_block *excluded; /* what pptp_blocks_merge() left */
	size_t excluded_count;
};

struct pptp_span_key {
	uint64_t high, low;
};

struct pptp_span_open {
	struct pptp_span_key last;
	struct pptp_port_choice ports;
};

/* So many different choices of ports may hold for one address. */
#define PPTP_RANGES_OVERLAPS 1024

/* What building needs for itself; nothing in it outlives the call. */
struct pptp_ranges_work {
	const struct pptp_block *excluded, *excluded_end;
	struct pptp_ranges *ranges;
	struct pptp_ports *ports;
	uint8_t family;
	bool pending; /* `from` to `to` with `choice` is not written yet */
	struct pptp_span_key from, to;
	struct pptp_port_choice choice;
	size_t open_count;
	struct pptp_span_open open[PPTP_RANGES_OVERLAPS];
	struct pptp_port_set set;
};

enum pptp_ranges_status {
	PPTP_RANGES_OK,
	PPTP_RANGES_ROOM,     /* the counts tell how many entries it takes */
	PPTP_RANGES_LISTS,    /* more different lists of ports than fit */
	PPTP_RANGES_OVERLAP,  /* more than PPTP_RANGES_OVERLAPS */
	PPTP_RANGES_TOO_MANY, /* targets: more than PPTP_RANGES_MOST */
};

/* Of `r`, storage and room are set: without any at first, which only counts,
 * then with as much as the counts said. `ports`: what the spans name, and what
 * joins them where they overlap. */
enum pptp_ranges_status pptp_ranges_build(struct pptp_ranges *r,
					  const struct pptp_spans *spans,
					  struct pptp_ports *ports,
					  struct pptp_ranges_work *work);

#endif
